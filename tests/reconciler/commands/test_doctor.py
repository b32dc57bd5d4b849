"""`doctor` names all that may stop an upgrade, at once; `apply` refuses for the same and has written nothing.

The real commands, engine, rules and planner, on a cluster made of facts: a pristine 6.1 on which everything is as the
preflight checks ask for it, until a spoil (`tests/support/spoils.py`) breaks one item. How hosts really answer each of
these questions is tested on a real sh, in tests/probes.
"""

import asyncio
import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known, SameAs, Unknown
from probes.host import ClockNear
from probes.package import PackageDigest
from probes.path import PathKind
from probes.repository import RepositoriesSilent
from reconciler.cli.main import run
from reconciler.commands import doctor as command
from reconciler.core.plan import Plan
from reconciler.core.preflight import CheckResult, check_results
from reconciler.core.verdict import exit_code
from reconciler.rules.preflight import preflight_checks
from reconciler.view.render import RenderOptions
from reconciler.view.reports import DoctorReport
from reconciler.view.text.doctor import doctor_text
from specs.disposition import disposition
from specs.reason import reason
from tests.sim import worlds
from tests.support.cluster_world import ClusterWorld, connect, planned, small_cluster
from tests.support.spoils import SPOILS, spoilt

WHOLE = replace(worlds.slice_cluster("iam", "gse", "apigw", "apisix", "etcd"), scripts="/data2/install")
"""With a link for /data/install on its controller."""


def pristine() -> worlds.World:
    """A 6.1 with a login module on its PaaS host, as every 6.1 has."""
    (paas,) = WHOLE.inventory.on("paas")
    login = PathKind(host=paas, path=WHOLE.home("open_paas/login"))
    return worlds.World(cluster=WHOLE, facts={login: Known("directory")})


@cache
def upgrade() -> Plan:
    return planned(pristine())


@cache
def checks_of_upgrade() -> tuple[AnyExpected, ...]:
    return preflight_checks(WHOLE, 0, upgrade())


class CheckedWorld(ClusterWorld):
    """Clocks are read too: what was set of one counts for any `reference`."""

    def otherwise(self, fact: AnyFact) -> AnyReading:
        if isinstance(fact, ClockNear):
            found = (
                reading
                for one, reading in self.readings.items()
                if isinstance(one, ClockNear) and one.host == fact.host
            )
            return next(found, Known(value=True))
        return super().otherwise(fact)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    """A pristine 6.1, ready."""
    made = CheckedWorld(cluster=pristine(), plans=[upgrade()])
    for check in checks_of_upgrade():
        assert not isinstance(check.reading, SameAs)
        made.readings.setdefault(check.fact, check.reading)
    connect(monkeypatch, tmp_path, made)
    return made


def break_items(world: ClusterWorld, *codes: str) -> dict[str, set[str]]:
    """Code → hosts on which it is broken now."""
    readings, hosts = spoilt(checks_of_upgrade(), *codes)
    world.readings.update(readings)
    return hosts


def report(desk: Path) -> DoctorReport:
    document = asyncio.run(command.doctor(desk / "cluster.toml")).document
    assert document is not None
    return document


def named(checks: tuple[CheckResult, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for check in checks:
        if check.diagnostic is not None:
            found.setdefault(check.diagnostic.code, set()).add(check.diagnostic.where)
    return found


def test_every_check_of_the_upgrade_has_a_spoil() -> None:
    assert {getattr(check.because, "code", "") for check in checks_of_upgrade()} == set(SPOILS)


def test_a_cluster_on_which_all_is_well_is_ready(
    world: ClusterWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor"]) == 0
    assert capsys.readouterr().out == f"ready for 6.2.2: all {len(checks_of_upgrade())} preflight checks hold\n"
    assert (world.writes, world.launched) == ([], [])


@pytest.mark.parametrize("code", SPOILS)
def test_an_item_that_is_broken_is_named_with_its_host_and_what_to_do(world: ClusterWorld, code: str) -> None:
    broken = break_items(world, code)
    assert broken
    found = DoctorReport(release="6.2.2", steps=1, checks=check_results(checks_of_upgrade(), world.readings))
    assert named(found.failed) == broken
    assert found.verdict == ("ready" if disposition(code) == "advice" else "not-ready")
    for lang in ("en", "zh"):
        text = doctor_text(found, RenderOptions(lang=lang, width=100))
        assert f"[{code}]" in text
        assert not re.search(r"\{[a-z]+\}", text), "a field that is not filled in"


def test_what_refuses_no_run_is_told_and_nothing_is_claimed_to_stop_it(
    world: ClusterWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """`apply` goes on with less memory than the vendor asks for; so says doctor."""
    break_items(world, "preflight-memory")
    assert run(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "warning[preflight-memory]" in text
    assert text.splitlines()[-1].startswith("ready for 6.2.2: nothing stops it, ")


@pytest.mark.parametrize("seed", range(2))
def test_ten_at_once_are_all_named_and_apply_refuses_and_has_written_nothing(
    world: ClusterWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    codes = Random(seed).sample(sorted(SPOILS), 10)
    broken = break_items(world, *codes)
    assert run(["doctor", "--report", "json=doctor.json"]) == 2
    text = capsys.readouterr().out
    assert {code for code in SPOILS if f"[{code}]" in text} == set(codes)
    checks = json.loads((tmp_path / "doctor.json").read_text(encoding="utf-8"))["checks"]
    failed = [(check["problem"]["code"], check["host"]) for check in checks if check["problem"]]
    assert {code: {host for other, host in failed if other == code} for code, _ in failed} == broken
    assert run(["apply", "--yes"]) == 5
    refused = capsys.readouterr().err
    refusing = {code for code in codes if disposition(code) != "advice"}
    assert {code for code in SPOILS if f"error[{code}]" in refused} == refusing
    assert (world.writes, world.launched) == ([], [])
    assert list((tmp_path / "state").rglob("*.jsonl")) == []


def test_the_whole_upgrade_is_checked_though_the_package_is_not_there_yet(
    world: ClusterWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Weeks before the night it usually is not; its absence is one finding beside the others."""
    digest = PackageDigest(host=WHOLE.controller, path=WHOLE.package.path)
    world.cluster.facts[digest] = Absent()
    broken = break_items(world, "preflight-ipv6", "preflight-repositories")
    found = report(tmp_path)
    assert named(found.failed) == broken
    assert {problem.code for problem in found.problems} == {"package-missing"}
    assert len(found.checks) == len(checks_of_upgrade())


def test_a_question_without_an_answer_is_no_verdict_and_names_the_check(world: ClusterWorld) -> None:
    silent = next(check.fact for check in checks_of_upgrade() if isinstance(check.fact, RepositoriesSilent))
    world.readings[silent] = Unknown(reason("probe-timeout", family="repository"))
    found = DoctorReport(release="6.2.2", steps=1, checks=check_results(checks_of_upgrade(), world.readings))
    assert (found.verdict, exit_code(found.verdict)) == ("unknown", 4)
    assert "preflight check preflight-repositories could not be read" in doctor_text(found, RenderOptions(lang="en"))


ADVICE = sorted(code for code in SPOILS if disposition(code) == "advice")


@pytest.mark.parametrize("code", ADVICE)
def test_advice_that_cannot_be_read_is_a_notice_as_it_refuses_no_run(
    world: ClusterWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    """On the controller of a 6.1 whose ESB does not answer, `apply` starts; doctor says what it could not read, and
    what else it found as plainly as ever."""
    unread = {check.fact for check in checks_of_upgrade() if getattr(check.because, "code", "") == code}
    world.readings |= dict.fromkeys(unread, Unknown(reason("esb-no-answer", api="cc/x", exit=28)))
    assert run(["--lang", "en", "doctor", "--report", "json=doctor.json", "--report", "junit=doctor.xml"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"warning[preflight-advice-unread]: {code} could not be read" in text
    assert "because: the ESB did not answer cc/x (curl exit 28)" in text
    assert "ready for 6.2.2: nothing stops it, " in text
    checks = json.loads((tmp_path / "doctor.json").read_text(encoding="utf-8"))["checks"]
    problems = ((check["state"], check["problem"]) for check in checks if check["problem"])
    states = {state for state, problem in problems if problem["code"] == "preflight-advice-unread"}
    assert states == {"advice"}
    suite = ElementTree.parse(tmp_path / "doctor.xml").getroot()
    assert suite.findall(".//failure") == suite.findall(".//error") == []
    break_items(world, "preflight-ipv6")
    assert run(["--lang", "en", "doctor"]) == 2
    assert "not ready for 6.2.2: 1 problem to fix first, " in " ".join(capsys.readouterr().out.split())


def test_what_cannot_be_read_hides_no_other_verdict(world: ClusterWorld) -> None:
    silent = next(check.fact for check in checks_of_upgrade() if isinstance(check.fact, RepositoriesSilent))
    break_items(world, "preflight-ipv6", "preflight-memory")
    world.readings[silent] = Unknown(reason("probe-timeout", family="repository"))
    found = DoctorReport(release="6.2.2", steps=1, checks=check_results(checks_of_upgrade(), world.readings))
    refusing = sum(not check.advice for check in found.failed) - 1
    holding = len(found.checks) - len(found.failed)
    last = doctor_text(found, RenderOptions(lang="en")).splitlines()[-1]
    assert last.startswith("no verdict on 6.2.2: 1 item could not be read; ")
    assert f"of the rest {refusing} problem" in last
    assert f"{holding} of {len(found.checks)} preflight checks hold" in last


def test_a_finished_cluster_has_nothing_to_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(monkeypatch, tmp_path, ClusterWorld(cluster=small_cluster()))
    assert run(["doctor"]) == 0
    assert capsys.readouterr().out.startswith("nothing to do for 6.2.2")
