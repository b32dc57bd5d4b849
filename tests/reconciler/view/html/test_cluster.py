"""What the page of a cluster shows: tiles, hosts by modules, findings with their history."""

from dataclasses import replace

from probes.fact import fact_id
from reconciler.core.check_history import FindingRecord
from reconciler.view.html import cluster
from reconciler.view.render import RenderOptions
from specs.diagnostic import diagnose
from tests.reconciler.view.formats.specimens import CLUSTER
from tests.reconciler.view.world import BKAUTH, EXPECTED, LOGIN, RIGHT, TITLES, difference

PAGE = RenderOptions(titles=TITLES)
REPORT = replace(CLUSTER, expected=EXPECTED)


def test_a_cell_counts_what_differs_and_shows_the_gravest() -> None:
    shown = cluster.matrix(REPORT, PAGE)
    rows = {row.module: row.cells for part in shown.parts for row in part}
    assert shown.hosts == ("10.0.0.1", "10.0.0.2", "10.0.0.3")
    auth = rows["auth"][2]
    assert auth is not None
    assert (auth.text, auth.tone, auth.title) == ("2", "bad", "1 drift; 1 unknown")
    assert rows["auth"][0] is None


def test_where_all_matches_a_cell_says_how_much_does() -> None:
    shown = cluster.matrix(replace(REPORT, difference=difference(RIGHT)), PAGE)
    cells = [cell for part in shown.parts for row in part for cell in row.cells if cell is not None]
    assert {(cell.text, cell.tone) for cell in cells} == {("", "good")}
    assert "all 2 facts match" in {cell.title for cell in cells}


def test_findings_stand_by_cause_the_gravest_first() -> None:
    causes = cluster.causes(REPORT, PAGE)
    assert [(cause.tone, len(cause.findings)) for cause in causes] == [("bad", 1), ("bad", 1), ("bad", 1), ("mute", 1)]
    assert causes[-1].title.startswith("systemctl returned nothing")
    first = causes[1].findings[0]
    assert (first.host, first.actual, first.expected) == ("10.0.0.3", "inactive", "active")


def test_what_follows_from_a_finding_stands_with_it_under_its_name() -> None:
    report = replace(REPORT, difference=replace(REPORT.difference, causes={LOGIN: BKAUTH}))
    first = cluster.causes(report, PAGE)[0]
    assert first.title == "unit bk-auth.service @10.0.0.3"
    assert [finding.host for finding in first.findings] == ["10.0.0.2", "10.0.0.3"]


def test_of_causes_as_grave_the_one_that_explains_most_comes_first_whatever_order_they_were_found_in() -> None:
    """As on a terminal."""
    drift = REPORT.difference.drift
    for order in (drift, drift[::-1]):
        found = replace(REPORT.difference, drift=order, causes={LOGIN: BKAUTH})
        grave = [cause for cause in cluster.causes(replace(REPORT, difference=found), PAGE) if cause.tone == "bad"]
        assert [len(cause.findings) for cause in grave] == [2, 1]


def test_a_finding_says_since_when_it_is_there() -> None:
    name = fact_id(BKAUTH)
    report = replace(REPORT, history={name: FindingRecord(since=60, last=120, times=3, flapping=True)})
    found = {finding.id: finding for cause in cluster.causes(report, PAGE) for finding in cause.findings}
    assert (found[name].since, found[name].times, found[name].flapping) == ("1970-01-01T00:01:00Z", 3, True)


def test_a_cause_on_several_hosts_is_one_problem() -> None:
    hosts = ("10.0.0.1", "10.0.0.3")
    silent = [diagnose("preflight-space-jobs", where=host, path="/var/lib/bkrec", mb=64) for host in hosts]
    shown = cluster.problems((*silent, diagnose("preflight-ipv6", where=hosts[0], modules="gse"), silent[0]), "en")
    assert [(problem.code, problem.where) for problem in shown] == [
        ("preflight-space-jobs", "10.0.0.1, 10.0.0.3"),
        ("preflight-ipv6", "10.0.0.1"),
    ]


def test_history_has_what_is_there_now_first() -> None:
    records = {
        "a": FindingRecord(since=1, last=9, present=False, recent="10"),
        "b": FindingRecord(since=1, last=5, recent="011"),
    }
    assert [(past.id, past.recent) for past in cluster.history(records)] == [
        ("b", (False, True, True)),
        ("a", (True, False)),
    ]


def test_tiles_count_every_severity_that_there_is() -> None:
    assert [(tile.name, tile.value) for tile in cluster.tiles(REPORT, "en")] == [
        ("facts match", "0"), ("drift", "3"), ("unknown", "1"),
    ]  # fmt: skip


def test_addresses_are_sorted_as_numbers() -> None:
    assert sorted(("10.0.0.10", "10.0.0.2", "node-a"), key=cluster.by_address) == ["10.0.0.2", "10.0.0.10", "node-a"]
