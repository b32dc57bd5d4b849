"""Conditions of networks and systems: the rows of docs/conditions.md, and the tests that carry a row's key.

    pytest -m "condition and not campaign"                         # each row, and how its tests went

A test that shows what bkrec does under one carries `@pytest.mark.condition(ROW)`. Where BKREC_CONDITIONS=required (the
test command sets it), one that is skipped has failed: a row that no test ran for is not shown.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pytest

PROPERTY = "condition"
SETTING = "BKREC_CONDITIONS"
REQUIRED = "required"
MAY_BE_LACKING = "Chinese catalogue"
"""Some distributions ship it apart (Ubuntu's language packs), slim images leave it out: such a test may be skipped."""


def rows_of(item: pytest.Item) -> tuple[str, ...]:
    return tuple(row for mark in item.iter_markers(PROPERTY) for row in mark.args)


def note(items: Iterable[pytest.Item]) -> None:
    """So that each report says which rows it is about."""
    for item in items:
        item.user_properties.extend((PROPERTY, row) for row in rows_of(item))


def skipped_is_failed(item: pytest.Item, report: pytest.TestReport) -> None:
    rows = rows_of(item)
    if not rows or report.outcome != "skipped" or os.environ.get(SETTING) != REQUIRED:
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if MAY_BE_LACKING not in reason:
        report.outcome = "failed"
        report.longrepr = f"the test of {', '.join(rows)} in docs/conditions.md did not run: {reason}"


def table(reports: Mapping[str, list[pytest.TestReport]]) -> Iterator[str]:
    """Rows by name, with the number of tests for each outcome."""
    counted: dict[str, Counter[str]] = {}
    for outcome, each in reports.items():
        for report in each:
            for name, row in getattr(report, "user_properties", ()):
                if name == PROPERTY and outcome in ("passed", "failed", "error", "skipped"):
                    counted.setdefault(row, Counter())[outcome] += 1
    width = max(map(len, counted), default=0)
    for row in sorted(counted):
        outcomes = counted[row]
        yield f"{row:{width}}  " + ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in sorted(outcomes))
