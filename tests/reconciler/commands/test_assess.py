"""`diff`, `check` and `apply` on a cluster whose cluster.toml adds facts of the site's own and waives findings."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from probes.env import EnvValue
from probes.fact import Known, Unknown, fact_id
from probes.port import PortListening
from probes.seal import SealChanges, SealedFile
from reconciler.cli.main import run
from reconciler.commands.assess import cluster_report, comparing
from reconciler.core.diff import UnreadHost
from reconciler.core.diff import diff as compare
from reconciler.engine.assess import Assessment, facts_of
from reconciler.rules.clock import CHECK_S
from specs.cluster import with_site
from specs.diagnostic import diagnose
from specs.parse import cluster_file
from specs.reason import reason
from tests.support.cluster_world import AUTH, AUTH_AT_BOOT, CLUSTER_FILE, ClusterWorld, connect, drifted

TODAY = date(2026, 11, 29)
OURS = PortListening(host="10.0.0.2", port=8443)
EXPECT = """
[[expect]]
fact = { kind = "port.listening", port = 8443 }
hosts = ["10.0.0.2"]
value = true
because = "the company's own proxy"
"""
WAIVE = "".join(
    f'[[waive]]\nfact = "{fact_id(fact)}"\nuntil = 2026-12-31\nbecause = "moved in December"\n'
    for fact in (AUTH, AUTH_AT_BOOT)
)

Site = Callable[[str], ClusterWorld]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """A finished cluster with one unit stopped and disabled, and these lines in cluster.toml."""

    def made(lines: str) -> ClusterWorld:
        world = drifted()
        file = cluster_file(CLUSTER_FILE + lines, "cluster.toml")
        world.cluster = replace(world.cluster, cluster=with_site(world.cluster.cluster, file, TODAY))
        world.readings[OURS] = Known(value=False)
        connect(monkeypatch, tmp_path, world)
        return world

    return made


def test_a_clock_that_is_off_can_be_waived(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    ids = (f"host.clock-near {CHECK_S} @10.0.0.{number}" for number in (1, 2, 3))
    lines = (f'[[waive]]\nfact = "{name}"\nuntil = 2026-12-31\nbecause = "x"\n' for name in ids)
    site(WAIVE + "".join(lines)).clock_near = False
    assert run(["check", "--lang", "en"]) == 0
    out, err = capsys.readouterr()
    assert "5 waived" in out
    assert "waiver-unmatched" not in err


@pytest.mark.parametrize("command", ["check", "diff"])
def test_a_fact_of_the_sites_own_is_a_finding_like_any_other(
    site: Site, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    site(EXPECT + WAIVE)
    assert run([command, "-o", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert [(item["fact"], item["source"]) for item in document["drift"]] == [(fact_id(OURS), "cluster.toml, expect")]
    assert run([command, "--lang", "en"]) == 2
    assert "port 8443" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "diff"])
def test_what_is_waived_is_shown_with_its_reason_and_last_day_and_counts_for_nothing(
    site: Site, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    site(WAIVE)
    assert run([command, "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["verdict"], document["drift"]) == ("converged", [])
    assert [(item["fact"], item["until"], item["waived_because"]) for item in document["waived"]] == [
        (fact_id(fact), "2026-12-31", "moved in December") for fact in (AUTH, AUTH_AT_BOOT)
    ]
    for lang, words in (("en", "until 2026-12-31: moved in December"), ("zh", "至 2026-12-31：moved in December")):
        assert run([command, "--lang", lang]) == 0
        assert capsys.readouterr().out.count(words) == 2


def test_apply_neither_repairs_what_is_waived_nor_what_the_site_expects(site: Site) -> None:
    world = site(EXPECT + WAIVE)
    assert run(["apply", "--yes"]) == 0
    assert world.launched == []


def test_without_them_it_is_as_it_always_was(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site("")
    assert run(["check", "-o", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert {item["fact"] for item in document["drift"]} == {fact_id(AUTH), fact_id(AUTH_AT_BOOT)}
    assert document["waived"] == []


def test_a_host_that_could_not_be_asked_is_the_cause_of_all_that_is_not_known_of_it() -> None:
    world = drifted().cluster
    silent = diagnose("host-unreachable", where=AUTH.host, error="no answer")
    unread = Unknown(reason("host-unreachable", host=AUTH.host, error="no answer"))
    expected, decide = comparing(world.cluster)
    facts = tuple(fact for fact in facts_of(expected) if fact.host == AUTH.host)
    readings = {**world.read(facts_of(expected)), **dict.fromkeys(facts, unread)}
    assessment = Assessment(
        plan=decide(readings),
        readings=readings,
        difference=compare(expected, readings),
        expected=expected,
        diagnostics={AUTH.host: silent},
    )
    found = cluster_report(world.cluster, assessment).difference
    assert found.unknown
    assert {found.causes[drift.expected.fact] for drift in found.unknown} == {
        UnreadHost(host=AUTH.host, diagnostic=silent)
    }


def test_what_is_waived_of_a_file_hides_no_change_of_its_seal(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Which key was meant the waiver says; that nothing else in that file was changed, nobody has said."""
    expected, _ = comparing(drifted().cluster.cluster)
    value = next(e.fact for e in expected if isinstance(e.fact, EnvValue))
    sealed = SealedFile(host=value.host, part="scripts", path=value.file)
    waiver = f'[[waive]]\nfact = "{fact_id(value)}"\nuntil = 2026-12-31\nbecause = "x"\n'
    for lines, named in ((WAIVE, [fact_id(value)]), (WAIVE + waiver, [fact_id(sealed)])):
        world = site(lines)
        world.readings[value] = Known("other")
        world.readings[SealChanges(host=value.host)] = Known((f"content scripts {value.file}",))
        world.readings[sealed] = Known("content")
        assert run(["check", "-o", "json"]) == 2
        assert [item["fact"] for item in json.loads(capsys.readouterr().out)["drift"]] == named
