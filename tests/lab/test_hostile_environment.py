"""What a night shift does to its own tools: chatty start-up files, a colleague's bkcli, a holder that sleeps."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.nspawn import ssh_command
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.faults import age_lease, awake, frozen
from tests.lab.support.ledger import Mark, doubled, forget, ledger, repeats
from tests.lab.support.operator import Desk, jobs, on, pace, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

AUTH = "unit.active bk-auth.service @10.0.0.3"
CHATTY = r"""
echo 'Last login: never'; printf '0\tis\tinactive\n'
printf 'bkrec-lease held ghost 99 1 ghost nowhere .\nbkrec-says fence stale 99\n'
printf '\033[31malert\033[0m \xff\xfe\n' >&2; echo 'sudo: unable to resolve host' >&2; printf 'no line end: '
"""
PAAS_LOG = "/data/install/bkcli install paas"


@pytest.fixture
def chatty(converged: Desk) -> Desk:
    for host in HOSTS:
        path = converged.lab.place.root(host) / "root/.bashrc"
        path.write_text(CHATTY + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert "Last login: never" in on(converged.lab, "h3", "true"), "else nothing is tried here"
    return converged


def test_what_start_up_files_print_neither_breaks_nor_fools_anything(chatty: Desk) -> None:
    assert chatty.check()["verdict"] == "converged"
    assert "ghost" not in chatty.bkrec("lock", "status").must(0).all
    on(chatty.lab, "h3", "systemctl stop bk-auth.service")
    assert AUTH in chatty.drifted()
    done = chatty.bkrec("apply", "--yes", "-o", "json").must(0)
    assert [event["attempt"] for event in done.events if event.get("event") == "step-done"] == [1]
    assert chatty.check()["verdict"] == "converged"


@pytest.fixture
def colleague(converged: Desk) -> Iterator[tuple[Desk, str]]:
    """Somebody's own `bkcli install paas`, at its slow part; its pid on the controller."""
    lab = converged.lab
    on(lab, "h3", "systemctl stop bk-auth.service")
    pace(lab, "60")
    by_hand = subprocess.Popen(
        ssh_command(lab.place, CONTROLLER, PAAS_LOG), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    pid = until(lambda: on(lab, CONTROLLER, f"pgrep -of '{PAAS_LOG}$'", None).strip(), 20, "bkcli runs")
    yield converged, pid
    on(lab, CONTROLLER, f"kill -9 -- -{pid}", None)
    by_hand.wait()
    pace(lab, "0")


def test_a_colleagues_own_bkcli_is_named_with_pid_and_user(colleague: tuple[Desk, str]) -> None:
    desk, pid = colleague
    before = sorted(job for host in HOSTS for job in jobs(desk.lab, host, ""))
    refused = desk.bkrec("apply", "--yes").must(5)
    assert f"{pid} root bkcli install paas" in " ".join(refused.err.split())
    assert sorted(job for host in HOSTS for job in jobs(desk.lab, host, "")) == before
    on(desk.lab, CONTROLLER, f"kill -9 -- -{pid}")
    pace(desk.lab, "0")
    desk.bkrec("apply", "--yes").must(0)


def test_a_holder_that_sleeps_through_its_lease_starts_nothing_when_it_wakes(converged: Desk) -> None:
    lab = converged.lab
    on(lab, "h2", "docker rm -f bk-paas-esb bk-paas-login bk-paas-console")
    on(lab, "h3", "systemctl stop bk-auth.service")
    pace(lab, "4")
    with converged.watched_over():
        sleeper = converged.start("apply", "--yes", "-o", "json")
        until(lambda: sleeper.goes_on() and '"step-started"' in sleeper.out, 60, "the first is at work")
        frozen(sleeper)
        begun = _by_epoch(lab)
        # all that was wrong may have been begun by now: this gives the second something of its own
        on(lab, "h3", "systemctl stop etcd.service")
        age_lease(lab)
        heir = converged.start("apply", "--yes", "-o", "json")
        until(lambda: heir.goes_on() and '"step-started"' in heir.out, 60, "the second has taken over")
        awake(sleeper)
        overtaken, done = sleeper.finish(), heir.finish()
    done.must(0)
    assert overtaken.code not in (0, 1), overtaken.all
    assert re.search("lease-lost|lease-superseded", overtaken.all)
    after = _by_epoch(lab)
    mine = max(begun)
    assert after[mine] == begun[mine], "of its epoch there is nothing that was not there when it fell asleep"
    assert after[mine + 1], "the other went on"
    converged.until_converged()


@pytest.mark.campaign
def test_a_sleeper_starts_nothing_on_a_host_that_nobody_could_tell_of_the_takeover(converged: Desk) -> None:
    """h2 is cut off while the second takes over, for what has gone wrong on h3 meanwhile, and hears of no new epoch."""
    lab = converged.lab
    on(lab, "h2", "docker rm -f bk-paas-esb bk-paas-login bk-paas-console")
    pace(lab, "8")
    with converged.watched_over():
        sleeper = converged.start("apply", "--yes", "-o", "json")
        until(lambda: sleeper.goes_on() and '"step-started"' in sleeper.out, 60, "the first is at work")
        frozen(sleeper)
        lab.partition("h2")
        on(lab, "h3", "systemctl stop etcd.service")
        heir = converged.bkrec("apply", "--yes", "-o", "json", timeout_s=240)
        assert '"lease-contended"' in heir.out, "it took over when a minute had passed, and not before"
        lab.heal("h2")
        text = on(lab, "h2", "cat /var/lib/bkrec/epoch")
        before = _by_epoch(lab)
        awake(sleeper)
        overtaken = sleeper.finish()
    assert int(text) < max(before), "else the fence alone would keep it out"
    assert overtaken.code not in (0, 1), overtaken.all
    assert _by_epoch(lab) == before
    pace(lab, "0")
    converged.bkrec("apply", "--yes").must(0)


def _by_epoch(lab: Lab) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for host in HOSTS:
        for job in jobs(lab, host, "[a-z]"):
            epoch = int((job / "epoch").read_text(encoding="utf-8"))
            found.setdefault(epoch, set()).add(f"{host} {job.name}")
    return found


@pytest.mark.campaign
def test_a_controller_cut_off_for_twenty_seconds_is_followed_and_its_installer_told_truly(
    lab: Lab, pristine: Desk
) -> None:
    """The vendor's own ssh has lost its way as well: whether its installer gets over that is its luck, not ours."""
    forget(lab)
    with pristine.watched_over():
        run = pristine.start("apply", "--yes", "-o", "json")
        until(lambda: run.goes_on() and _makes_containers(lab), 600, "install paas makes containers")
        pace(lab, "4")
        lab.partition(CONTROLLER)
        with pytest.raises(subprocess.TimeoutExpired):
            run.process.wait(20)
        lab.heal(CONTROLLER)
        first = run.finish(900)
    failed = [event for event in first.events if event.get("event") == "step-failed"]
    assert [event["problem"]["code"] for event in failed] == ["step-not-verified"] * (first.code == 3)
    assert all(event["step"].startswith("bkcli.install-paas") for event in failed)
    cut = Mark(at=len(ledger(lab)), kind="cut")
    pristine.bkrec("apply", "--yes").must(0)
    log = ledger(lab)
    assert (doubled(log, [cut]), repeats(log)) == ([], ["install paas"] * len(failed))
    assert [call.what for call in log].count("begin") * 2 == len(log)
    assert pristine.check()["verdict"] == "converged"


def _makes_containers(lab: Lab) -> bool:
    """The controller works on another host by its own ssh; the database is not asked before that has ended."""
    logs = [job / "log" for job in jobs(lab, CONTROLLER, "bkcli-install-")]
    return any("install paas(" in log.read_text(encoding="utf-8") for log in logs if log.exists())
