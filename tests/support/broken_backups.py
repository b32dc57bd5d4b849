"""The ways to break a backup, and for each kind what came of it: the table of docs/campaign.md.

A test that breaks one carries `@broken(KIND, WAY)`; what it asserts is that none counts: the action fails, or the probe
does not say "fresh". Of what is created during a dump: that it is not believed to be in it.
"""

from collections.abc import Iterator, Mapping

import pytest

KINDS = ("mysql", "mongodb", "install", "src")
WAYS = (
    "cut stream",
    "cut gzip",
    "one table, collection or file missing",
    "one database or directory missing",
    "rows missing, the end present",
    "disk full",
    "server, tool or host dies",
    "access denied to one table",
    "zero bytes",
    "a link instead",
    "created during the dump",
    "older than the run",
)
WHY_NOT: Mapping[tuple[str, str], str] = {
    ("mysql", "cut gzip"): "not packed",
    ("install", "cut gzip"): "not packed",
    ("src", "cut gzip"): "not packed",
    ("src", "cut stream"): "renamed",
    ("src", "access denied to one table"): "renamed",
    ("src", "created during the dump"): "renamed",
}
PROPERTY = "broken_backup"


def broken(kind: str, way: str) -> pytest.MarkDecorator:
    assert kind in KINDS, kind
    assert way in WAYS, way
    return pytest.mark.broken_backup(kind, way)


def note(items: list[pytest.Item]) -> None:
    """So that each report says which way it is about."""
    for item in items:
        for mark in item.iter_markers(PROPERTY):
            item.user_properties.append((PROPERTY, mark.args))


def table(reports: Mapping[str, list[pytest.TestReport]]) -> Iterator[str]:
    counted: dict[tuple[str, str], list[bool]] = {}
    for outcome, each in reports.items():
        for report in each:
            for name, value in getattr(report, "user_properties", ()):
                if name == PROPERTY and outcome in ("passed", "failed", "error"):
                    counted.setdefault(value, []).append(outcome != "passed")
    width = max(map(len, WAYS))
    yield "  ".join((" " * width, *(f"{kind:>12}" for kind in KINDS)))
    for way in WAYS:
        cells = (_cell(counted.get((kind, way)), WHY_NOT.get((kind, way))) for kind in KINDS)
        yield "  ".join((f"{way:{width}}", *(f"{cell:>12}" for cell in cells)))
    tried = [outcome for each in counted.values() for outcome in each]
    yield f"{len(tried)} broken backups in {len(counted)} of {len(KINDS) * len(WAYS)} cells, {sum(tried)} counted"


def _cell(outcomes: list[bool] | None, why_not: str | None) -> str:
    if outcomes is None:
        return why_not or "NOT TRIED"
    return f"{sum(outcomes)} of {len(outcomes)}"
