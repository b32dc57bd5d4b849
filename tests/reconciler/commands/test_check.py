"""`check` from a timer: seen twice, since when, alerts once per change, outages survived; on a cluster made of facts.

The operator's command is a real one, on a real sh; what it was called with stands in a file.
"""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from probes.fact import AnyFact, Known, Unknown, fact_id, kind_of
from probes.host import ClockNear
from probes.seal import UNCHANGED, SealChanges, SealedFile
from reconciler.cli.main import run
from reconciler.commands import check as command
from reconciler.commands import history, session
from reconciler.commands.check import CheckReport, CheckRequest
from reconciler.commands.result import Result
from reconciler.commands.session import ClusterSession
from reconciler.engine import check_store
from reconciler.engine.gather import GatheredFacts
from reconciler.engine.transport import TransportError
from reconciler.view.reports import ClusterReport, ErrorReport
from reconciler.view.schema import schema
from specs.cluster import ClusterFile
from specs.diagnostic import SpecError, diagnose
from specs.reason import reason
from specs.site import Waiver
from tests.support.cluster_world import AUTH, AUTH_AT_BOOT, CLUSTER_FILE, ClusterWorld, connect, small_cluster

PERIOD_S = 60.0


@dataclass(slots=True)
class HandClock:
    """A sleep passes at once, and does first what the test has for it."""

    seconds: float = 1_700_000_000.0
    slept: list[float] = field(default_factory=list[float])
    during: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def steady(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        if self.during:
            self.during.pop(0)()
        await asyncio.sleep(0)


class Stopped(Exception):
    """The person pressed Ctrl-C."""


def stop() -> None:
    raise Stopped


@dataclass(slots=True)
class Desk:
    """A machine on which checks run, one after another, a minute apart."""

    path: Path
    world: ClusterWorld
    clock: HandClock = field(default_factory=HandClock)

    @property
    def calls(self) -> list[Any]:
        file = self.path / "calls"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    def hook(self, script: str, drift: bool = True, recovery: bool = True, timeout_s: float = 30.0) -> None:
        """`script`: on /bin/sh, with the alert on its stdin."""
        words = json.dumps(["/bin/sh", "-c", script, "alert", str(self.path)])
        lines = [f"timeout_s = {timeout_s}"]
        lines += [f"on_drift = {words}"] if drift else []
        lines += [f"on_recovery = {words}"] if recovery else []
        text = CLUSTER_FILE + "[check]\n" + "\n".join(lines) + "\n"
        (self.path / "cluster.toml").write_text(text, encoding="utf-8")

    def set(self, active: str = "active", enabled: str = "enabled") -> None:
        self.world.cluster.facts |= {AUTH: Known(active), AUTH_AT_BOOT: Known(enabled)}

    def check(self, confirm_s: float = 0.0) -> Result[CheckReport]:
        self.clock.seconds += PERIOD_S
        request = CheckRequest(confirm_s=confirm_s)
        return asyncio.run(command.check(self.path / "cluster.toml", request, self.clock))

    def report(self, confirm_s: float = 0.0) -> ClusterReport:
        document = self.check(confirm_s).document
        assert isinstance(document, ClusterReport)
        return document

    def alerts(self) -> list[str]:
        return [call["alert"] for call in self.calls]


RECORD = 'tr -d "\\n" >> "$1/calls"; echo >> "$1/calls"'


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    world = ClusterWorld(cluster=small_cluster())
    connect(monkeypatch, tmp_path, world)
    return Desk(path=tmp_path, world=world)


def _kinds(report: ClusterReport) -> list[str]:
    return sorted(kind_of(drift.expected.fact) for drift in report.difference.drift)


# Seen twice


def test_a_finding_that_has_gone_at_the_second_reading_does_not_count(desk: Desk) -> None:
    desk.set(active="inactive", enabled="disabled")
    desk.clock.during.append(lambda: desk.set(enabled="disabled"))
    result = desk.check(confirm_s=20)
    assert isinstance(result.document, ClusterReport)
    assert _kinds(result.document) == ["unit.enabled"]
    assert (desk.clock.slept, result.exit_code) == ([20], 2)


def test_only_what_differs_is_read_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[AnyFact]] = []
    look = desk.world.look

    async def counting(facts: Iterable[AnyFact]) -> GatheredFacts:
        facts = tuple(facts)
        asked.append(set(facts))
        return await look(facts)

    @asynccontextmanager
    async def open_cluster(_: Path) -> AsyncGenerator[ClusterSession]:
        cluster = desk.world.cluster.cluster
        yield ClusterSession(transport=desk.world, gather=counting, controller=cluster.controller, cluster=cluster)

    monkeypatch.setattr(session, "open_cluster", open_cluster)
    desk.set(active="inactive")
    desk.clock.during.append(asked.clear)
    assert len(desk.report(confirm_s=5).readings) > 100
    assert asked == [{AUTH}]


def test_a_converged_cluster_is_read_once(desk: Desk) -> None:
    assert desk.check(confirm_s=20).exit_code == 0
    assert desk.clock.slept == []


# Since when, how often


def test_a_finding_says_since_when_and_how_often(desk: Desk) -> None:
    name = "unit.active bk-auth.service @10.0.0.3"
    desk.set(active="inactive")
    first = desk.report()
    second = desk.report()
    assert second.history[name].since == first.history[name].since == first.checked_at
    desk.set()
    desk.check()
    desk.set(active="failed")
    third = desk.report()
    assert (third.history[name].since, third.history[name].times) == (third.checked_at, 2)
    assert third.last_success == third.checked_at


def test_the_last_success_survives_a_check_that_could_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    succeeded = desk.report().checked_at
    desk.world.cluster.facts[AUTH] = Unknown(reason("unit-not-shown", unit="x"))
    assert desk.report().last_success == succeeded
    _unreachable(monkeypatch)
    document = desk.check().document
    assert isinstance(document, ErrorReport)
    assert (document.last_success, document.cluster, document.exit_code) == (succeeded, "lab", 4)


def _unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def open_cluster(_: Path) -> AsyncGenerator[ClusterSession]:
        raise TransportError(diagnose("host-unreachable", where="10.0.0.1", error="no answer"))
        yield

    monkeypatch.setattr(session, "open_cluster", open_cluster)


# Alerts


def test_a_command_is_called_once_per_change_of_state(desk: Desk) -> None:
    desk.hook(RECORD)
    for active in ("active", "inactive", "inactive", "failed", "active", "active", "inactive"):
        desk.set(active=active)
        desk.check()
    assert desk.alerts() == ["drift", "recovery", "drift"]


def test_the_alert_is_valid_by_its_schema_and_says_what_is_new(desk: Desk) -> None:
    desk.hook(RECORD)
    desk.set(active="inactive")
    desk.check()
    desk.set(active="inactive", enabled="disabled")
    desk.check()
    first, second = desk.calls
    jsonschema.validate(first, dict(schema("alert")))
    assert (first["cluster"], first["verdict"]) == ("lab", "differs")
    assert first["new"] == ["unit.active bk-auth.service @10.0.0.3"]
    assert second["new"] == ["unit.enabled bk-auth.service @10.0.0.3"]
    assert "unit bk-auth.service" in first["summary"]["en"]
    assert "与 6.2.2 不一致" in first["summary"]["zh"]


def test_a_cluster_that_cannot_be_read_is_an_alert_too_and_recovers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hook(RECORD)
    desk.check()
    with monkeypatch.context() as patched:
        _unreachable(patched)
        assert [desk.check().exit_code for _ in range(2)] == [4, 4]
    assert desk.check().exit_code == 0
    assert desk.alerts() == ["drift", "recovery"]
    assert desk.calls[0]["problems"][0]["code"] == "host-unreachable"
    assert desk.calls[0]["check"] is None
    jsonschema.validate(desk.calls[0], dict(schema("alert")))


@pytest.mark.parametrize(
    ("script", "timeout_s", "words"),
    [
        ("echo no route; exit 7", 30.0, "exit 7: no route"),
        ("exec sleep 60", 0.1, "no end after 0.1 s"),
    ],
)
def test_a_command_that_fails_is_a_warning_and_is_called_again(
    desk: Desk, script: str, timeout_s: float, words: str
) -> None:
    desk.hook(script, timeout_s=timeout_s)
    desk.set(active="inactive")
    for _ in range(2):
        result = desk.check()
        assert result.exit_code == 2
        (warning,) = [item for item in result.warnings if item.code == "alert-command-failed"]
        assert dict(warning.fields)["error"] == words
    desk.hook(RECORD)
    desk.check()
    assert desk.alerts() == ["drift"]


def test_a_command_that_is_not_there_is_a_warning(desk: Desk) -> None:
    text = CLUSTER_FILE + '[check]\non_drift = ["/no/such/command"]\n'
    (desk.path / "cluster.toml").write_text(text, encoding="utf-8")
    desk.set(active="inactive")
    result = desk.check()
    assert (result.exit_code, result.warnings[-1].code) == (2, "alert-command-failed")


def test_without_a_command_for_it_a_recovery_still_makes_the_next_drift_news(desk: Desk) -> None:
    desk.hook(RECORD, recovery=False)
    for active in ("inactive", "active", "inactive"):
        desk.set(active=active)
        desk.check()
    assert desk.alerts() == ["drift", "drift"]


def test_a_command_that_is_added_later_is_called_for_what_is_there(desk: Desk) -> None:
    desk.set(active="inactive")
    desk.check()
    desk.hook(RECORD)
    desk.check()
    assert desk.alerts() == ["drift"]


def test_a_change_of_the_seal_that_has_gone_at_the_second_reading_does_not_count(desk: Desk) -> None:
    facts, host = desk.world.cluster.facts, AUTH.host
    file = SealedFile(host=host, part="units", path="/etc/systemd/system/x.service")

    def sealed(change: str) -> None:
        lines = () if change == UNCHANGED else (f"{change} {file.part} {file.path}",)
        facts.update({SealChanges(host=host): Known(lines), file: Known(change)})

    sealed("content")
    assert _kinds(desk.report()) == ["seal.file"]
    assert _kinds(desk.report(confirm_s=20)) == ["seal.file"]
    desk.clock.during.append(lambda: sealed(UNCHANGED))
    assert desk.check(confirm_s=20).exit_code == 0


def test_what_is_waived_alerts_nobody_and_is_not_read_twice(desk: Desk) -> None:
    waiver = Waiver(fact="unit.active bk-auth.service @10.0.0.3", until=date(2030, 1, 1), because="moved next month")
    cluster = desk.world.cluster
    desk.world.cluster = replace(cluster, cluster=replace(cluster.cluster, waivers=(waiver,)))
    desk.hook(RECORD)
    desk.set(active="inactive")
    assert desk.check(confirm_s=5).exit_code == 0
    assert (desk.alerts(), desk.clock.slept) == ([], [])


def test_nothing_of_the_alert_is_an_argument(desk: Desk) -> None:
    desk.hook('cat > /dev/null; tr "\\0" " " < /proc/$$/cmdline > "$1/argv"')
    desk.set(active="inactive")
    desk.check()
    assert "bk-auth" not in (desk.path / "argv").read_text(encoding="utf-8")


def test_a_command_must_be_named_by_its_absolute_path(desk: Desk) -> None:
    text = CLUSTER_FILE + '[check]\non_drift = ["notify.sh"]\n'
    (desk.path / "cluster.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        desk.check()
    assert "absolute path" in str(caught.value.diagnostics[0].fields)


# The history's file


def test_a_history_that_cannot_be_kept_is_a_warning_and_alerts_are_not_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(desk.path / "file"))
    desk.hook(RECORD)
    desk.set(active="inactive")
    for _ in range(2):
        result = desk.check()
        assert result.exit_code == 2
        assert result.warnings[-1].code == "check-history-unwritable"
    assert desk.alerts() == ["drift", "drift"]


HISTORY = {
    "schema": "bkrec.check-history/1",
    "findings": {"a": {"since": 1, "last": 2}},
    "last_success": 3,
    "alerted": ["a"],
}
RECORD_DAMAGES: tuple[dict[str, Any], ...] = (
    {"since": None},
    {"last": "b"},
    {"times": []},
    {"recent": 10},
    {"recent": "2"},
    {"present": "no"},
)
DAMAGES: tuple[dict[str, Any], ...] = ({"alerted": "ab"}, {"findings": []}, {"last_success": None})


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", '{"schema": "other"}', '{"schema": "bkrec.check-history/1"}', "\\ud800"),
        *(json.dumps(HISTORY | {"findings": {"a": {"since": 1, "last": 2} | damage}}) for damage in RECORD_DAMAGES),
        *(json.dumps(HISTORY | damage) for damage in DAMAGES),
    ],
)
def test_a_damaged_history_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / check_store.FILE).write_text(text, encoding="utf-8")
    assert check_store.load(tmp_path) == check_store.CheckHistory()


def test_the_history_that_was_damaged_there_is_read_without_the_damage(tmp_path: Path) -> None:
    (tmp_path / check_store.FILE).write_text(json.dumps(HISTORY), encoding="utf-8")
    read = check_store.load(tmp_path)
    assert (read.last_success, read.alerted, read.findings["a"].since) == (3, ("a",), 1)


def test_no_home_is_made_for_a_user_who_has_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(desk.path / "no-home"))
    result = desk.check()
    assert (result.exit_code, result.warnings[-1].code) == (0, "check-history-unwritable")
    assert not (desk.path / "no-home").exists()


def test_the_history_is_private(desk: Desk) -> None:
    desk.check()
    (file,) = desk.path.glob("state/bkrec/*/check.json")
    assert file.stat().st_mode & 0o777 == 0o600


def test_two_files_of_one_name_share_neither_findings_nor_alerts(desk: Desk) -> None:
    """Two clusters: of the first a unit was stopped, the second is right. Nothing of the first recovers by that."""
    desk.hook(RECORD)
    first, second = desk.path / "cluster.toml", desk.path / "other.toml"
    second.write_bytes(first.read_bytes())
    for _ in range(2):
        desk.set(active="inactive")
        assert _checked_file(desk, first).exit_code == 2
        desk.set()
        assert _checked_file(desk, second).exit_code == 0
    assert desk.alerts() == ["drift"]
    assert [finding.times for finding in history.history(first).document.findings] == [1]
    assert history.history(second).document.findings == []


def test_a_file_that_is_called_by_another_path_has_the_same_history(desk: Desk) -> None:
    desk.hook(RECORD)
    (desk.path / "link.toml").symlink_to("cluster.toml")
    desk.set(active="inactive")
    for name in ("cluster.toml", "link.toml"):
        assert _checked_file(desk, desk.path / name).exit_code == 2
    assert desk.alerts() == ["drift"]


def _checked_file(desk: Desk, path: Path) -> Result[CheckReport]:
    desk.clock.seconds += PERIOD_S
    return asyncio.run(command.check(path, CheckRequest(), desk.clock))


def test_two_checks_take_turns(tmp_path: Path) -> None:
    clock, order = HandClock(), list[str]()

    async def other() -> None:
        async with check_store.locked(tmp_path, clock):
            order.append("second")

    async def both() -> None:
        refused = asyncio.Event()
        clock.during = [refused.set]
        async with asyncio.TaskGroup() as group, check_store.locked(tmp_path, clock):
            group.create_task(other())
            await refused.wait()
            order.append("first")

    asyncio.run(both())
    assert order == ["first", "second"]


# Again and again


@dataclass(slots=True)
class Link:
    """Connections to the world; while `away` the controller does not answer."""

    desk: Desk
    opened: int = 0
    away: bool = False

    @asynccontextmanager
    async def open(self, _: ClusterFile) -> AsyncGenerator[session.Discovered]:
        self.opened += 1
        yield self._discovered

    async def _discovered(self) -> ClusterSession:
        if self.away:
            raise TransportError(diagnose("host-unreachable", where="10.0.0.1", error="no answer"))
        world = self.desk.world
        cluster = world.cluster.cluster
        return ClusterSession(transport=world, gather=world.look, controller=cluster.controller, cluster=cluster)


def _watch(desk: Desk, link: Link, monkeypatch: pytest.MonkeyPatch, *between: Callable[[], object]) -> list[int]:
    monkeypatch.setattr(session, "open_connections", link.open)
    codes: list[int] = []
    desk.clock.during = [*between, stop]

    def emit(result: Result[CheckReport]) -> None:
        codes.append(result.exit_code)

    with pytest.raises(Stopped):
        asyncio.run(command.watch(desk.path / "cluster.toml", CheckRequest(), 300, emit, desk.clock))
    return codes


def test_it_goes_on_through_an_outage_over_the_same_connections(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    link = Link(desk)

    def away() -> None:
        link.away = True

    def back() -> None:
        link.away = False

    assert _watch(desk, link, monkeypatch, away, lambda: None, back) == [0, 4, 4, 0]
    assert link.opened == 1
    assert desk.clock.slept == [300] * 4


def test_a_cluster_file_that_changes_is_read_again_and_a_broken_one_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, link = desk.path / "cluster.toml", Link(desk)
    codes = _watch(
        desk, link, monkeypatch,
        lambda: file.write_text("schema = ", encoding="utf-8"),
        lambda: file.write_text(CLUSTER_FILE.replace("10.0.0.1", "10.0.0.2"), encoding="utf-8"),
    )  # fmt: skip
    assert (codes, link.opened) == ([0, 65, 0], 2)


def test_a_cluster_file_that_is_broken_at_first_ends_it(desk: Desk) -> None:
    (desk.path / "cluster.toml").write_text("schema = ", encoding="utf-8")
    with pytest.raises(SpecError):
        asyncio.run(command.watch(desk.path / "cluster.toml", CheckRequest(), 300, lambda _: None, desk.clock))
    assert os.listdir(desk.path) == ["cluster.toml"]


def test_history_lists_what_is_there_first_and_what_was(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for active, enabled in (("inactive", "enabled"), ("active", "disabled")):
        desk.set(active=active, enabled=enabled)
        desk.check()
    assert run(["--lang", "en", "history"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Findings of checks",
        "  unit.enabled bk-auth.service @10.0.0.3 (since 2023-11-14T22:15:20Z, 1 time)",
        "  unit.active bk-auth.service @10.0.0.3 (last found 2023-11-14T22:14:20Z, 1 time)",
    ]


# Several clusters


@pytest.mark.parametrize(
    ("codes", "code"),
    [({0}, 0), ({0, 2}, 2), ({0, 2, 4}, 4), ({0, 65}, 4), ({2, 5}, 4), ({2}, 2)],
)
def test_of_several_clusters_what_could_not_be_checked_outweighs_drift(codes: set[int], code: int) -> None:
    assert command.combined_exit_code(codes) == code


def test_several_clusters_are_checked_and_reported_together(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.set(active="inactive")
    (desk.path / "b.toml").write_text(CLUSTER_FILE.replace('"lab"', '"other"'), encoding="utf-8")
    (desk.path / "broken.toml").write_text("schema = ", encoding="utf-8")
    assert run(["--lang", "en", "check", "-c", "cluster.toml", "-c", "b.toml"]) == 2
    assert capsys.readouterr().out.startswith("2 clusters: 2 differs\n")
    assert run(["check", "-c", "cluster.toml", "-c", "broken.toml", "-o", "json"]) == 4
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, dict(schema("checks")))
    assert [item["verdict"] for item in document["clusters"]] == ["differs", "unknown"]
    assert document["clusters"][1]["problems"][0]["code"] == "spec-not-toml"


@pytest.mark.parametrize("other", ["same.toml", "cluster.toml"], ids=["two files", "one file twice"])
def test_of_several_clusters_those_that_share_a_name_are_not_checked(
    desk: Desk, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk.path / "same.toml").write_text(CLUSTER_FILE, encoding="utf-8")
    (desk.path / "b.toml").write_text(CLUSTER_FILE.replace('"lab"', '"other"'), encoding="utf-8")
    assert run(["check", "-c", "cluster.toml", "-c", other, "-c", "b.toml", "-o", "json"]) == 4
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, dict(schema("checks")))
    assert [item["verdict"] for item in document["clusters"]] == ["unknown", "unknown", "converged"]
    problems = [problem["code"] for item in document["clusters"] for problem in item.get("problems", [])]
    assert problems == ["cluster-name-shared"] * 2
    assert not list(desk.path.glob("state/bkrec/lab-*/check*.json"))


@pytest.mark.parametrize("words", ["diff", "check --every 5m", "check --install-timer"])
def test_everything_else_takes_one_cluster(desk: Desk, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-c", "cluster.toml", "-c", "b.toml", *words.split()]) == 64
    assert capsys.readouterr().out == ""


# Causes, and what is listed


@pytest.mark.parametrize("words", ["check", "diff"])
def test_a_filter_shortens_the_list_and_changes_no_exit_code(
    desk: Desk, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.set(active="inactive")
    assert run(["--lang", "en", words, "--host", "10.0.0.1", "-v"]) == 2
    out = capsys.readouterr().out
    assert "bk-auth.service" not in out
    assert "not listed by this filter: 1 finding;" in out
    assert "differs from 6.2.2: 1 of " in out
    assert run([words, "--module", "auth", "--host", "10.0.0.3", "-o", "json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert [item["fact"] for item in document["drift"]] == ["unit.active bk-auth.service @10.0.0.3"]
    assert document["listing"] == {"hosts": ["10.0.0.3"], "modules": ["auth"], "latent": False, "not_listed": 0}


@pytest.mark.parametrize("words", ["check --host 10.9.9.9", "diff --module pass"])
def test_a_filter_of_unknown_names_is_misused(desk: Desk, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", *words.split()]) == 64
    out, err = capsys.readouterr()
    assert out == ""
    assert ("host-unknown" in err) or ("module-unknown" in err)


@pytest.mark.parametrize("words", ["--install-timer -v", "--remove-timer --latent", "-c b.toml --host 10.0.0.1"])
def test_a_filter_is_for_no_timer_and_for_one_cluster(
    desk: Desk, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", "en", "check", "-c", "cluster.toml", *words.split()]) == 64
    assert "not for a timer" in capsys.readouterr().err


def test_a_clock_that_is_off_is_a_finding_with_the_same_id_each_time(desk: Desk) -> None:
    clock = next(fact for fact in desk.report().readings if isinstance(fact, ClockNear))
    assert fact_id(clock) == f"host.clock-near {clock.seconds} @{clock.host}"
    assert desk.report().difference.drift == ()
    desk.world.clock_near = False
    first, second = desk.report(), desk.report()
    assert _kinds(first) == ["host.clock-near"] * len(desk.world.cluster.cluster.inventory.everyone)
    assert first.history.keys() == second.history.keys()
    assert first.difference.drift != second.difference.drift, "each by the time of its own check"


def test_diff_holds_clocks_against_the_time_it_is(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.world.clock_near = False
    assert run(["--lang", "en", "diff"]) == 2
    assert "clock" in capsys.readouterr().out
