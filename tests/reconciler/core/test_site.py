"""Facts that a site adds and findings that it waives: read from cluster.toml, compared, and apart from the verdict."""

from datetime import date
from typing import Any

import pytest

from probes.fact import Absent, AnyFact, AnyReading, Known, Readings, Unknown, fact_id
from probes.path import LineInFile, PathKind
from probes.unit import UnitActive
from reconciler.core.diff import diff
from reconciler.core.site import PUBLIC, expected_by_site, kinds, waive, waiver_warnings, without_waived
from reconciler.core.verdict import verdict
from specs.cluster import Cluster, with_site
from specs.diagnostic import SpecError
from specs.parse import cluster_file
from specs.reason import reason
from tests.sim.worlds import slice_cluster
from tests.support.cluster_world import CLUSTER_FILE

TODAY = date(2026, 11, 29)
H1, H2, H3 = "10.0.0.1", "10.0.0.2", "10.0.0.3"
WHY = reason("test")


def with_lines(lines: str) -> Cluster:
    return with_site(slice_cluster(), cluster_file(CLUSTER_FILE + lines, "cluster.toml"), TODAY)


def expected(lines: str, *released: AnyFact) -> dict[AnyFact, AnyReading | Any]:
    known = [fact.must_be("active", because=WHY, source="test") for fact in released]
    return {each.fact: each.reading for each in expected_by_site(with_lines(lines), known)}


def test_a_fact_is_expected_on_the_hosts_that_are_named_or_on_all() -> None:
    unit = '[[expect]]\nfact = { kind = "unit.active", unit = "vip.service" }\nvalue = "active"\nbecause = "x"\n'
    assert expected(unit) == {UnitActive(host=host, unit="vip.service"): Known("active") for host in (H1, H2, H3)}
    assert expected(f'{unit}hosts = ["{H2}"]\n') == {UnitActive(host=H2, unit="vip.service"): Known("active")}


def test_it_may_be_expected_not_to_be_there() -> None:
    line = f'[[expect]]\nfact = {{ kind = "path.kind", path = "/x" }}\nhosts = ["{H1}"]\nabsent = true\nbecause = "x"\n'
    assert expected(line) == {PathKind(host=H1, path="/x"): Absent()}


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ('kind = "unit.activ", unit = "x"', '"active"', "`unit.activ` is not one of unit.active, "),
        ('kind = "unit.active", unit = "x", since = 1', '"active"', "unit.active has no field since, but unit"),
        ('kind = "unit.active"', '"active"', "unit"),
        ('kind = "unit.active", unit = "x"', '"running"', "'active'"),
        ('kind = "port.listening", port = 80', '"yes"', "bool"),
        ('kind = "path.line", path = "/x", line = "y"', "false", "`absent = true`"),
        ('kind = "port.listening", port = "http"', "true", "port"),
        ('kind = "path.kind", path = "/x\\u0000y"', '"file"', "path holds a NUL or a line break"),
        ('kind = "path.line", path = "/x", line = "y\\nz"', "true", "line holds a NUL or a line break"),
    ],
    ids=[
        "kind",
        "a field too many",
        "a field too few",
        "a value that it never has",
        "not a yes",
        "a no that reads absent",
        "not a number",
        "what no shell can hold",
        "two lines for one",
    ],
)
def test_what_would_never_be_compared_is_refused_by_its_number(fact: str, value: str, words: str) -> None:
    line = f'[[expect]]\nfact = {{ {fact} }}\nvalue = {value}\nbecause = "x"\n'
    with pytest.raises(SpecError) as refused:
        expected(line)
    (problem,) = refused.value.diagnostics
    assert (problem.code, problem.where) == ("expect-unreadable", "cluster.toml, expect 1")
    assert words in dict(problem.fields)["error"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    line = '[[expect]]\nfact = { kind = "x" }\nvalue = 1\nbecause = "x"\n'
    with pytest.raises(SpecError) as refused:
        expected(line + line.replace('"x" }', '"unit.active" }') + 'hosts = ["10.9.9.9"]\n')
    assert [problem.where for problem in refused.value.diagnostics] == [
        "cluster.toml, expect 1",
        "cluster.toml, expect 2",
    ]
    assert "10.9.9.9" in dict(refused.value.diagnostics[1].fields)["error"]


@pytest.mark.parametrize("lines", ["", 'value = "active"\nabsent = true\n'], ids=["neither", "both"])
def test_a_value_or_its_absence_has_to_be_said(lines: str) -> None:
    with pytest.raises(SpecError) as refused:
        with_lines('[[expect]]\nfact = { kind = "unit.active", unit = "x" }\nbecause = "x"\n' + lines)
    (problem,) = refused.value.diagnostics
    assert problem.where == "cluster.toml, expect.0"
    assert "absent = true" in str(problem.fields)


def test_what_the_release_expects_already_cannot_be_expected_again() -> None:
    line = '[[expect]]\nfact = { kind = "unit.active", unit = "x" }\nvalue = "inactive"\nbecause = "x"\n'
    with pytest.raises(SpecError) as refused:
        expected(line, UnitActive(host=H1, unit="x"))
    assert [problem.code for problem in refused.value.diagnostics] == ["expect-released"]


def test_every_public_kind_is_known_by_its_name() -> None:
    assert len(kinds()) == len(PUBLIC)
    assert "" not in kinds()


# ---- waived

RIGHT, WRONG, UNREAD = (UnitActive(host=H1, unit=name) for name in ("right", "wrong", "unread"))
EXPECTED = tuple(fact.must_be("active", because=WHY, source="test") for fact in (RIGHT, WRONG, UNREAD))
READINGS: Readings = {RIGHT: Known("active"), WRONG: Known("failed"), UNREAD: Unknown(WHY)}


def waiving(*facts: AnyFact, until: str = "2026-11-29") -> Cluster:
    lines = (f'[[waive]]\nfact = "{fact_id(fact)}"\nuntil = {until}\nbecause = "in March"\n' for fact in facts)
    return with_lines("".join(lines))


@pytest.mark.parametrize(
    ("facts", "word", "matching"),
    [
        ((), "unknown", 1),
        ((UNREAD,), "differs", 1),
        ((UNREAD, WRONG), "converged", 1),
        ((UNREAD, WRONG, RIGHT), "converged", 0),
    ],
)
def test_the_verdict_is_what_it_would_be_without_what_is_waived(
    facts: tuple[AnyFact, ...], word: str, matching: int
) -> None:
    found = waive(diff(EXPECTED, READINGS), EXPECTED, waiving(*facts).waivers)
    assert (verdict(found), found.matching) == (word, matching)
    assert {waived.drift.expected.fact for waived in found.waived} == {*facts} - {RIGHT}


def test_nothing_is_brought_about_for_what_is_waived() -> None:
    counted = without_waived(EXPECTED, waiving(WRONG).waivers)
    assert [expectation.fact for expectation in counted] == [RIGHT, UNREAD]


def test_it_holds_on_its_last_day_and_not_after() -> None:
    assert waiving(WRONG, until="2026-11-29").expired_waivers == ()
    ended = waiving(WRONG, until="2026-11-28")
    assert ended.waivers == ()
    assert [warning.code for warning in waiver_warnings(ended, EXPECTED)] == ["waiver-ended"]


def test_a_waiver_of_what_nobody_expects_is_named() -> None:
    cluster = waiving(WRONG, LineInFile(host=H1, path="/x", line="y"))
    (warning,) = waiver_warnings(cluster, EXPECTED)
    assert (warning.code, dict(warning.fields)["fact"]) == ("waiver-unmatched", "path.line /x y @10.0.0.1")
