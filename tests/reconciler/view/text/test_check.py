"""`check` in text: what could not be read for one cause is one finding, with a count and the first few facts."""

from dataclasses import replace

import pytest

from probes.fact import Unknown
from reconciler.core.diff import Difference, diff
from reconciler.view.render import RenderOptions
from reconciler.view.text.check import check_text
from reconciler.view.to_documents import check_document
from specs.reason import reason
from specs.text import Lang
from tests.reconciler.view.world import EXPECTED

DEAD = Unknown(reason("host-unreachable", host="10.0.0.3", error="no answer in 15 s"))


def _one_host_is_dead(facts: int) -> Difference:
    """So many facts of one host, none of them read."""
    first = EXPECTED[0]
    expected = tuple(
        replace(first, fact=replace(first.fact, host="10.0.0.3", unit=f"bk-{number}.service"))
        for number in range(facts)
    )
    return diff(expected, dict.fromkeys((each.fact for each in expected), DEAD))


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "  10.0.0.3  7 facts unknown: the host is unreachable over SSH: no answer in 15 s"),
        ("zh", "  10.0.0.3  7 项事实未知：无法通过 SSH 连接主机：no answer in 15 s"),
    ],
)
def test_facts_unknown_for_one_cause_are_one_finding(lang: Lang, line: str) -> None:
    text = check_text("6.2.2", _one_host_is_dead(7), RenderOptions(lang=lang))
    assert line in text.splitlines()
    assert text.count("10.0.0.3") == 1
    assert [number for number in range(7) if f"bk-{number}.service" in text] == [0, 1, 2]
    assert ("and 4 more" if lang == "en" else "另有 4 项") in text


def test_a_single_unknown_fact_is_a_line_of_its_own() -> None:
    text = check_text("6.2.2", _one_host_is_dead(1), RenderOptions())
    assert "  10.0.0.3  paas  unit bk-0.service: unknown: the host is unreachable over SSH: no answer in 15 s" in text


def test_the_document_has_each_fact() -> None:
    assert len(check_document("6.2.2", _one_host_is_dead(7)).unknown) == 7
