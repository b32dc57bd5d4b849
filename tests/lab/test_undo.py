"""`undo`: of a run that was stopped before its one-way steps, everything; of a whole upgrade, what can be, and the rest
is named before. Killed in the middle it is run again; what somebody edited since is refused.
"""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bklab.api import Lab
from bklab.place import CONTROLLER, HOSTS
from conftest import CONVERGED, Rebooted, Upgraded
from support import Desk, Running, Said, fresh, measured, on, until, with_canary
from test_interrupted import a_minute_passes

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

CONFIG = "/data/install/install.config"
ENVS = "/data/install/bin/01-generate /data/install/bin/03-userdef"
PAAS = "h2"
BYTES = """for file in {files}; do
    [ -f "$file" ] && echo "$file $(stat -c '%a %u %g' "$file") $(sha256sum < "$file")"
done
for tree in /data/bkce/.envs/*/; do
    [ -d "$tree" ] && echo "${{tree%/}} $(cd "$tree" && find . -type f -exec sha256sum {{}} + | sort | sha256sum)"
done
true"""
FILES = f"{CONFIG} $(find {ENVS} -name '*.env') /usr/lib/systemd/system/bk-*.service"


def photograph(lab: Lab) -> dict[str, str]:
    """`HOST PATH` → mode, owner and content of all that an undo is to bring back."""
    told = {host: on(lab, host, BYTES.format(files=FILES)) for host in HOSTS}
    return {
        f"{HOSTS[host]} {line.split(' ', 1)[0]}": line.split(" ", 1)[1]
        for host, output_text in told.items()
        for line in output_text.splitlines()
    }


def active(lab: Lab) -> set[str]:
    output_text = on(lab, PAAS, "systemctl list-units --state=active --plain --no-legend 'bk-paas-*'; true")
    return {line.split()[0] for line in output_text.splitlines()}


def ours(readings: dict[str, str]) -> dict[str, str]:
    """Without the copies of the controller's files that `bkcli sync common` makes on other hosts."""
    here = f"{HOSTS[CONTROLLER]} "
    return {
        path: content for path, content in readings.items() if path.startswith(here) or " /data/install/" not in path
    }


def events(said: Said, kind: str) -> list[dict[str, Any]]:
    return [one for one in said.events if one.get("event") == kind]


def paths(told: dict[str, Any]) -> set[str]:
    return {f"{one['host']} {one['path']}" for one in told["restores"]}


def sample(text: str) -> list[dict[str, Any]]:
    """Whole lines of a stream that is still being written."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            found.append(json.loads(line))
    return found


def retires(run: Running) -> bool:
    started = [one["step"] for one in sample(run.out) if one.get("event") == "step-started"]
    return any(step.startswith("unit.retire") for step in started)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An upgrade that was asked to stop as the first old unit was being retired, and its undo."""

    before: dict[str, str]
    ran: set[str]
    unchanged: bool
    preview: Said
    edited: Said
    undo: Said
    after: dict[str, str]
    runs: set[str]
    again: Said


@pytest.fixture(scope="module")
def stopped(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    desk = fresh(lab, tmp_path_factory.mktemp("stopped") / "desk")
    before, ran = photograph(lab), active(lab)
    with measured("an upgrade, stopped"), desk.watched_over():
        apply = desk.start("apply", "--yes", "-o", "json")
        until(lambda: apply.goes_on() and retires(apply), 150, "the first unit is being retired")
        apply.process.terminate()
        apply.finish().must(143)
    left = photograph(lab)
    preview = desk.bkrec("undo")
    unchanged = photograph(lab) == left
    edited = by_hand(desk)
    with measured("its undo"):
        undo = desk.bkrec("undo", "--yes", "-o", "json")
    return Stopped(
        before=before,
        ran=ran,
        unchanged=unchanged,
        preview=preview,
        edited=edited,
        undo=undo,
        after=photograph(lab),
        runs=active(lab),
        again=desk.bkrec("undo", "--yes"),
    )


def by_hand(desk: Desk) -> Said:
    """What an undo says to an install.config that somebody has edited since; the edit is taken back."""
    on(desk.lab, CONTROLLER, f"cp -p {CONFIG} /root/kept && echo '# mine' >> {CONFIG}")
    said = desk.bkrec("undo", "--yes")
    on(desk.lab, CONTROLLER, f"tail -n 1 {CONFIG} | grep -qx '# mine' && mv /root/kept {CONFIG}")
    return said


def test_without_a_terminal_an_undo_only_shows_itself(stopped: Stopped) -> None:
    stopped.preview.must(5)
    assert "Rollback of run " in stopped.preview.err
    assert "error[undo-confirmation-needed]" in stopped.preview.err
    assert stopped.unchanged


def test_the_preview_says_first_what_cannot_be_undone(stopped: Stopped) -> None:
    text = stopped.preview.err
    assert "Cannot be rolled back" in text
    assert text.index("Cannot be rolled back") < text.index(f"restore {CONFIG}")
    assert "[replaced]" in text
    assert "package.scripts" in text


def test_what_somebody_edited_since_is_named_and_refuses_the_whole_undo(stopped: Stopped) -> None:
    stopped.edited.must(5)
    assert "error[undo-changed]" in stopped.edited.err
    assert CONFIG in stopped.edited.err


def test_a_run_stopped_before_its_one_way_steps_is_rolled_back_byte_for_byte(stopped: Stopped) -> None:
    stopped.undo.must(7)
    back = paths(stopped.undo.events[0])
    assert f"{HOSTS[CONTROLLER]} {CONFIG}" in back
    assert any("/03-userdef/" in path for path in back)
    assert any("/systemd/system/" in path for path in back)
    before, after = ours(stopped.before), ours(stopped.after)
    assert {path for path in after if path not in before and path in back} == set()
    assert {path: after.get(path) for path in before} == before


def test_what_is_left_to_a_person_is_said(stopped: Stopped) -> None:
    """The copies of /data/install on other hosts are the vendor's to distribute."""
    assert {why["code"] for why in stopped.undo.events[0]["afterwards"]} == {"undo-then-merge"}


def test_the_old_products_run_again(stopped: Stopped) -> None:
    assert len(stopped.ran) == 6
    assert stopped.runs == stopped.ran


def test_a_second_undo_finds_nothing_to_do(stopped: Stopped) -> None:
    stopped.again.must(5)
    assert "error[undo-nothing]" in stopped.again.err


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The undo of a whole upgrade, killed in the middle and run again, and the way forward after it."""

    latest: Said
    """An undo that names no run: the last one only made containers anew that a reboot had lost."""
    told: dict[str, Any]
    killed: Said
    undo: Said
    after: dict[str, str]
    runs: set[str]
    leaks: list[Path]
    modes: str
    again: Said
    check: Said


@pytest.fixture(scope="module")
def whole(
    lab: Lab, upgraded: Upgraded, rebooted: Rebooted, stopped: Stopped, tmp_path_factory: pytest.TempPathFactory
) -> Whole:
    rebooted.apply.must(0)
    run: str = upgraded.apply.events[0]["run"]
    desk = fresh(lab, tmp_path_factory.mktemp("whole") / "desk", CONVERGED)
    latest = desk.bkrec("undo", "--yes")
    with measured("undo of a whole upgrade, killed and run again"), desk.watched_over():
        first = desk.start("undo", run, "--yes", "-o", "json")
        until(lambda: first.goes_on() and first.out.count('"step-done"') >= 3, 60, "three steps are done")
        first.process.kill()
        killed = first.finish()
        a_minute_passes(lab)
        undo = desk.bkrec("undo", run, "--yes", "-o", "json")
    after, runs = photograph(lab), active(lab)
    modes = on(lab, CONTROLLER, "find /var/lib/bkrec/undo -printf '%y %m %u\\n' | sort -u")
    with measured("forward again"):
        again = desk.bkrec("apply", "--yes", timeout_s=400)
    return Whole(
        latest=latest,
        told=sample(killed.out)[0],
        killed=killed,
        undo=undo,
        after=after,
        runs=runs,
        leaks=list(with_canary(desk.home)),
        modes=modes,
        again=again,
        check=desk.bkrec("check"),
    )


@pytest.mark.campaign
def test_a_run_of_which_nothing_can_be_put_back_is_refused_and_says_what_it_did(whole: Whole) -> None:
    whole.latest.must(5)
    assert "error[undo-nothing]" in whole.latest.err
    assert "[migrated]" in whole.latest.err or "[no-way-back]" in whole.latest.err


@pytest.mark.campaign
def test_an_undo_of_a_whole_upgrade_names_what_cannot_be_undone_and_why(whole: Whole) -> None:
    stays = {one["step"].split("@")[0]: one["because"]["code"] for one in whole.told["irreversible"]}
    assert stays["bkcli.install-paas"] == "undo-migrated"
    assert stays["bkcli.bkenv"] == "undo-generated"
    assert stays["package.swap"] == "undo-replaced"
    assert {why["code"] for why in whole.told["afterwards"]} >= {"undo-then-merge", "undo-not-started"}


@pytest.mark.campaign
def test_a_killed_undo_is_ended_by_the_next(whole: Whole) -> None:
    assert whole.killed.code == -9
    whole.undo.must(7)
    assert events(whole.undo, "step-failed") == []
    assert len(events(whole.undo, "step-done")) < len(whole.told["steps"])
    assert events(whole.undo, "run-ended")[-1]["verdict"] == "rolled-back"


@pytest.mark.campaign
def test_all_that_can_be_is_as_before_the_upgrade(whole: Whole, stopped: Stopped) -> None:
    back = paths(whole.told)
    known = {path for path in back if path in stopped.before}
    assert sum("/.envs/" in path for path in known) == 6
    assert sum("/systemd/system/" in path for path in known) == 6
    assert {path: whole.after.get(path) for path in known} == {path: stopped.before[path] for path in known}
    made = back - known
    assert {path for path in made if path in whole.after} == set()


@pytest.mark.campaign
def test_old_units_are_there_and_not_started_beside_the_new_containers(whole: Whole) -> None:
    assert whole.runs == set()


@pytest.mark.campaign
def test_no_secret_leaves_the_host_and_what_is_kept_is_the_roots_alone(whole: Whole) -> None:
    assert whole.leaks == []
    assert set(whole.modes.splitlines()) == {"d 700 root", "f 600 root"}


@pytest.mark.campaign
def test_apply_then_goes_forward_again(whole: Whole) -> None:
    whole.again.must(0)
    whole.check.must(0)
