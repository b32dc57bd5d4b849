"""Troubles that last: a unit that keeps dying, a disk that turned read-only, a thin cable, a host key that changed.

    BKREC_LAB=faults pytest -m campaign -s tests/lab/test_faults.py

Each is there for as long as the test wants it, and then gone: meanwhile nothing may be called converged that is not,
nothing may be started twice, and what is in the way has to be named; afterwards `apply` converges.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.ledger import Mark, doubled, forget, ledger
from tests.lab.support.operator import Desk, Said, jobs, on, pace, until
from tests.lab.support.plain_checks import untruths

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1200)]

SHIPPER = "bk-filebeat@paas_esb_api.service"
"""It listens nowhere, so consul cannot say that it is not well."""
DIES = """[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=
ExecStart=/bin/sleep 2
Restart=always
RestartSec=1
"""
FINAL = "/data/install/bin/04-final/job.env"
LOOKS = 8
THIN_KBIT = 128


# a unit that keeps dying


@pytest.fixture
def dying(converged: Desk) -> Iterator[Desk]:
    """It dies two seconds after each start, and is started again a second later, for ever."""
    drop_in = converged.lab.place.root("h2") / f"etc/systemd/system/{SHIPPER}.d/dies.conf"
    drop_in.parent.mkdir()
    drop_in.write_text(DIES, encoding="ascii")
    on(converged.lab, "h2", f"systemctl daemon-reload; systemctl restart '{SHIPPER}'")
    yield converged
    drop_in.unlink()
    on(converged.lab, "h2", f"systemctl daemon-reload; systemctl restart '{SHIPPER}'")


def test_a_unit_that_dies_after_each_start_is_never_called_converged(dying: Desk) -> None:
    for _ in range(LOOKS):
        named = [drift["fact"] for drift in dying.bkrec("check", "-o", "json").must(2).document["drift"]]
        assert all(SHIPPER in fact for fact in named)
        assert {fact.split(" ")[0] for fact in named} <= {"unit.active", "current.unit", "steady.recently-started"}
    on(dying.lab, "h3", "systemctl stop bk-auth.service")
    done = dying.bkrec("apply", "--yes", timeout_s=300).must(3)
    assert on(dying.lab, "h3", "systemctl is-active bk-auth.service").strip() == "active", "it did what it could"
    assert SHIPPER in done.all
    assert "units-recently-started" in done.all or "unit-in-transition" in done.all


# a disk that turned read-only


@contextmanager
def read_only(lab: Lab, host: str, path: str) -> Generator[None]:
    on(lab, host, f"mount --bind {path} {path} && mount -o remount,bind,ro {path}")
    try:
        yield
    finally:
        on(lab, host, f"umount -l {path}")


@pytest.mark.parametrize(("host", "path"), [("h3", "/var/lib/bkrec"), ("h1", "/var/lib/bkrec"), ("h2", "/data/bkce")])
def test_a_disk_that_turns_read_only_is_named_and_the_next_apply_converges(
    pristine: Desk, host: str, path: str
) -> None:
    lab = pristine.lab
    forget(lab)
    pace(lab, "1")
    with pristine.watched_over():
        run = pristine.start("apply", "--yes", "-o", "json")
        until(lambda: run.goes_on() and at_work(lab, host), 300, f"something runs on {host}")
        marks = [mark(lab, "read-only")]
        with read_only(lab, host, path):
            until(lambda: named(run.out, host) or run.process.poll() is not None, 200, "it says what is in the way")
        marks.append(mark(lab, "read-only"))
        ended = run.finish(600)
    assert ended.code in (0, 3, 4), ended.all[-3000:]
    converges(pristine, ended, marks)


def at_work(lab: Lab, host: str) -> bool:
    return any((job / "child").exists() and not (job / "exit").exists() for job in jobs(lab, host, "[a-z]"))


def named(out: str, host: str) -> bool:
    return any(HOSTS[host] in line and '"problem"' in line for line in out.splitlines())


def mark(lab: Lab, kind: str) -> Mark:
    """Where the ledger of bkcli's calls stood: what began before may have been spoilt."""
    return Mark(at=len(ledger(lab)), kind=kind)


def converges(desk: Desk, ended: Said, marks: list[Mark]) -> None:
    """At once or by one more `apply`, and by the word of nobody who shares anything with bkrec's own probes."""
    if ended.code != 0:
        desk.bkrec("apply", "--yes", "-o", "json", timeout_s=600).must(0)
    assert desk.check()["verdict"] == "converged"
    assert list(untruths(desk.lab)) == []
    assert doubled(ledger(desk.lab), marks) == []


# a thin cable


@pytest.fixture
def thin(converged: Desk) -> Iterator[Desk]:
    converged.lab.slow("h3", THIN_KBIT)
    yield converged
    converged.lab.fast("h3")


def test_a_thin_cable_takes_time_and_changes_no_verdict(thin: Desk) -> None:
    readings = thin.bkrec("check", "-o", "json", timeout_s=300)
    print(f"check over {THIN_KBIT} kbit/s: {readings.seconds:.1f} s, {readings.document['verdict']}")
    assert readings.document["verdict"] == "converged"
    on(thin.lab, "h3", "systemctl stop bk-auth.service")
    done = thin.bkrec("apply", "--yes", "-o", "json", timeout_s=300).must(0)
    print(f"apply of one step: {done.seconds:.1f} s")
    assert [event["attempt"] for event in done.events if event.get("event") == "step-done"] == [1]


# a host key that changed


@contextmanager
def another_key(lab: Lab, host: str) -> Generator[None]:
    """As after somebody put another machine, or himself, in its place; every connection is cut."""
    etc = lab.place.root(host) / "etc/ssh"
    kept = {path: path.read_bytes() for path in etc.glob("ssh_host_*")}
    on(lab, host, "rm /etc/ssh/ssh_host_*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key")
    lab.sshd_kill(host)
    try:
        yield
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
            path.chmod(0o600)
        lab.sshd_kill(host)


def test_a_host_key_that_changes_in_the_middle_ends_all_work_on_that_host_alone(pristine: Desk) -> None:
    lab = pristine.lab
    forget(lab)
    pace(lab, "1")
    with pristine.watched_over():
        run = pristine.start("apply", "--yes", "-o", "json")
        until(lambda: run.goes_on() and at_work(lab, "h3"), 300, "something runs on h3")
        marks = [mark(lab, "another key")]
        with another_key(lab, "h3"):
            there = {job.name for job in jobs(lab, "h3", "[a-z]")}
            ended = run.finish(600)
            assert {job.name for job in jobs(lab, "h3", "[a-z]")} == there, "something was started on a stranger"
            check = pristine.bkrec("check", "-o", "json").must(4).document
        marks.append(mark(lab, "another key"))
    assert ended.code in (3, 4), ended.all[-3000:]
    assert "host-key-changed" in ended.all
    assert {one["host"] for one in check["unknown"]} == {HOSTS["h3"]}
    converges(pristine, ended, marks)


# a file of which only a part was written


@pytest.mark.parametrize("torn", ["cut", "zeroed"])
def test_an_env_file_of_which_only_a_part_was_written_is_named_and_written_anew(converged: Desk, torn: str) -> None:
    """Cut in the middle of a line; or of full length, and zeros from there on, as a power loss leaves it on XFS."""
    path = converged.lab.place.root("h1") / FINAL.lstrip("/")
    whole = path.read_bytes()
    half = whole[: len(whole) // 2]
    path.write_bytes(half if torn == "cut" else half + bytes(len(whole) - len(half)))
    readings = converged.bkrec("check", "-o", "json").document
    assert any(FINAL in one["fact"] for one in (*readings["drift"], *readings["unknown"])), readings
    done = converged.bkrec("apply", "--yes", timeout_s=300).must(0)
    assert converged.check()["verdict"] == "converged"
    assert sorted(path.read_bytes().split(b"\n")) == sorted(whole.split(b"\n")), done.all
