"""Jobs, on a real sh: what is started once, what outlives its launcher, and what is known afterwards."""

import asyncio
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import time
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, LiteralString

import pytest

import probes.command
from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Known
from probes.job import PROBE, STATE_ROOT, HostUptime, JobAttempts, JobsRunning, JobState
from probes.path import PROBE as PATHS
from probes.path import PathKind
from reconciler.core.identity import job_id, job_key
from reconciler.engine.clock import SystemClock
from reconciler.engine.failpoints import hooked
from reconciler.engine.gather import HostQuestion, gather_facts, question_of
from reconciler.engine.jobs import client as job
from reconciler.engine.jobs.client import (
    CHUNK_BYTES,
    LONG_POLL_DS,
    JobResult,
    JobSpec,
    LaunchResult,
    StartDeadline,
    follow_log,
    job_spec,
    launch,
    mark_verified,
)
from reconciler.engine.jobs.scripts import LAUNCH, MARK_VERIFIED, RAISE_FENCE, READ, RUNNER
from reconciler.engine.lease import publish_epoch
from reconciler.engine.transport import TransportError
from specs.diagnostic import Diagnostic
from tests.support.flags import Raise
from tests.support.local import Greeting, LocalTransport, soon
from tests.support.world import VirtualClock

H = "10.0.0.1"
BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
OLD_SCRIPT = Path(__file__).parents[3] / "support" / "script_2_23.py"
HOLD: LiteralString = 'while [ -e "$1" ]; do sleep 0.02; done; echo released'


FORGED = "bkrec-says test.1 stale 9\nbkrec-log test.1 exited:0 0  .\n"


@pytest.fixture
def host(tmp_path: Path) -> LocalTransport:
    return LocalTransport(tmp_path)


def order(script: LiteralString, *args: str, job: str = "test.1", epoch: int = 1, **more: Any) -> JobSpec:
    command = Command(script=script, args=args, stdin=more.pop("stdin", ""))
    return JobSpec(job=job, command=command, epoch=epoch, start_deadline=more.pop("until", soon()), **more)


async def read(host: LocalTransport, fact: AnyFact) -> AnyReading:
    return (await gather_facts(host, [PROBE], [fact])).readings[fact]


async def until(wanted: Callable[[], Awaitable[bool]] | Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            holds = wanted()
            if holds is True or (not isinstance(holds, bool) and await holds):
                return
            await asyncio.sleep(0.02)


async def ended(host: LocalTransport, job: str = "test.1") -> tuple[JobResult, list[str]]:
    lines: list[str] = []
    followed = await follow_log(host, H, job, clock=SystemClock(), on_line=lines.append, timeout_s=30)
    return followed, lines


async def done(host: LocalTransport, what: JobSpec) -> tuple[JobResult, list[str]]:
    assert (await launch(host, H, what)).status == "started"
    return await ended(host, what.job)


def test_a_job_hands_on_arguments_input_output_and_exit_status(host: LocalTransport) -> None:
    what = order('printf "<%s>" "$@"; cat; echo oops >&2; umask; pwd; exit 3', "a b", "it's\n$x", "", stdin="in\n")
    followed, lines = asyncio.run(done(host, what))
    assert followed.state == "exited:3"
    assert lines == ["<a b><it's", "$x><>in", "oops", "0022", "/"]


@pytest.mark.parametrize("greeting", ["Welcome\n", "no line end: ", FORGED])
def test_what_a_login_prints_is_no_part_of_it(host: LocalTransport, greeting: str) -> None:
    async def run() -> tuple[str, str, list[str]]:
        noisy, lines = Greeting(host, greeting), list[str]()
        launched = await launch(noisy, H, order("echo in; exit 3"))
        followed = await follow_log(noisy, H, "test.1", clock=SystemClock(), on_line=lines.append, timeout_s=30)
        return launched.status, followed.state, lines

    assert asyncio.run(run()) == ("started", "exited:3", ["in"])


def test_without_input_it_reads_nothing_and_knows_its_own_name(host: LocalTransport) -> None:
    _, lines = asyncio.run(done(host, order('cat; echo "$BKREC_JOB $LC_ALL $HOME ${BKREC_DIR-gone}"')))
    assert lines == ["test.1 C /root gone"]


def test_a_login_job_runs_in_its_directory_under_bash_with_a_utf8_locale(host: LocalTransport, tmp_path: Path) -> None:
    what = order('pwd; echo "${BASH_VERSION:+bash} $LC_ALL"', login_shell=True, cwd=str(tmp_path))
    _, lines = asyncio.run(done(host, what))
    assert lines[-2] == str(tmp_path)
    assert lines[-1].startswith("bash ")
    assert "utf8" in lines[-1].lower().replace("-", "") or lines[-1] == "bash C"


def test_a_missing_directory_is_said_and_nothing_is_run(host: LocalTransport, tmp_path: Path) -> None:
    followed, lines = asyncio.run(done(host, order("echo ran", login_shell=True, cwd=str(tmp_path / "none"))))
    assert followed.state == "exited:72"
    assert lines == [f"bkrec: cannot enter {tmp_path / 'none'}"] or "ran" not in lines


def test_a_job_has_a_terminal_when_it_wants_one(host: LocalTransport) -> None:
    what = order("[ -t 0 ] && [ -t 1 ] && echo a terminal; exit 5", needs_pty=True)
    followed, lines = asyncio.run(done(host, what))
    assert (followed.state, lines) == ("exited:5", ["a terminal"])


def with_script(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """The runner that is sent from now on calls this one for a terminal."""
    monkeypatch.setattr(job, "RUNNER", RUNNER.replace("script -qec", f"{path} -qec").replace("-v script", f"-v {path}"))


def old_scripts(tmp_path: Path) -> list[str]:
    """CentOS 7's: a stand-in, one that always sleeps through its command's end, and the real one where there is one."""
    sleepy = tmp_path / "sleepy"
    sleepy.symlink_to(OLD_SCRIPT)
    return [str(OLD_SCRIPT), str(sleepy), *filter(None, [os.environ.get("BKREC_OLD_SCRIPT")])]


def test_the_old_script_ends_with_0_when_its_input_does_while_the_command_runs_on(tmp_path: Path) -> None:
    """What the runner must not fall for: this is true of the stand-ins, and of the real one."""
    gate = tmp_path / "gate"
    gate.touch()
    command = f"trap '' HUP; while [ -e {gate} ]; do sleep 0.02; done; exit 7"
    for path in old_scripts(tmp_path):
        words = [path, "-qec", command, "/dev/null"]
        nothing = subprocess.DEVNULL
        done = subprocess.run(words, stdin=nothing, stdout=nothing, stderr=nothing, timeout=20, check=False)
        assert done.returncode == 0, path
    gate.unlink()


@pytest.mark.condition("script-ends-early")
def test_a_terminal_of_centos_7_hands_on_output_and_exit_status(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run(name: str) -> tuple[str, list[str]]:
        told = "[ -t 0 ] && [ -t 1 ] && echo a terminal; cat; sleep 0.5; echo end; exit 7"
        followed, lines = await done(host, order(told, job=name, needs_pty=True))
        return followed.state, lines

    for number, path in enumerate(("script", *old_scripts(tmp_path)), start=1):
        with_script(monkeypatch, path)
        assert asyncio.run(run(f"test.{number}")) == ("exited:7", ["a terminal", "end"]), path


def test_what_a_terminals_job_is_given_to_read_reaches_it(host: LocalTransport) -> None:
    told = "stty -echo; read -r one; read -r two || two=none; echo $one $two"
    followed, lines = asyncio.run(done(host, order(told, needs_pty=True, stdin="in\n")))
    assert (followed.state, lines[-1]) == ("exited:0", "in none")


LIARS = {
    "runs nothing and says 0": "exit 0",
    "runs it and says 0 at once": 'shift; sh -c "$1" </dev/null >/dev/null 2>&1 & exit 0',
    "runs it and says 0 before its end": 'shift; sh -c "$1" </dev/null & sleep 0.5; exit 0',
    "runs it and says 3": 'shift; sh -c "$1"; exit 3',
}


@pytest.mark.parametrize("liar", LIARS)
def test_nothing_that_script_says_is_taken_for_the_commands_status(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, liar: str
) -> None:
    """Either the command ran, and its own status is known; or it never did, and nobody says that it ended."""
    path = tmp_path / "liar"
    path.write_text(f"#!/bin/sh\n{LIARS[liar]}\n")
    path.chmod(0o755)
    with_script(monkeypatch, str(path))
    trace = tmp_path / "trace"
    followed, _ = asyncio.run(done(host, order('sleep 1; echo x >>"$1"; exit 5', str(trace), needs_pty=True)))
    assert followed.state == ("exited:5" if trace.exists() else "vanished")


def test_a_command_that_its_terminal_leaves_behind_is_waited_for_and_its_end_recorded(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "liar"
    path.write_text(f"#!/bin/sh\n{LIARS['runs it and says 0 before its end']}\n")
    path.chmod(0o755)
    with_script(monkeypatch, str(path))
    monkeypatch.setattr(job, "RUNNER", job.RUNNER.replace('[ "$tries" -lt 50 ]', '[ "$tries" -lt 1 ]'))
    assert asyncio.run(done(host, order("sleep 1; exit 5", needs_pty=True)))[0].state == "exited:5"
    asyncio.run(until((host.state(H) / "jobs/test.1/exit").exists))


def test_what_cannot_be_prepared_has_not_begun(host: LocalTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `script` here: it is another package on some systems."""
    with_script(monkeypatch, "/nowhere/script")
    impatient(monkeypatch)

    async def run() -> tuple[str, AnyReading]:
        launched = await launch(host, H, order("exit 0", needs_pty=True))
        return launched.status, await read(host, JobState(host=H, job="test.1"))

    assert asyncio.run(run()) == ("not-started", Absent())


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The launcher waits half a second for a sign of life, not thirty."""
    shorter = LAUNCH.replace('"$tries" -lt 600', '"$tries" -lt 13')
    assert shorter != LAUNCH
    monkeypatch.setattr(job, "LAUNCH", shorter)


def test_output_beyond_the_limit_is_dropped_and_does_not_kill_the_job(host: LocalTransport) -> None:
    followed, lines = asyncio.run(done(host, order("yes | head -c 12000000; echo over >/dev/stderr; exit 6")))
    assert followed.state == "exited:6"
    assert lines[-1] == "bkrec: 10 MiB of output kept, the rest is dropped"
    assert 10 * 1024 * 1024 < followed.offset < 10 * 1024 * 1024 + 100


def test_a_daemon_left_behind_does_not_hold_up_the_record(host: LocalTransport, tmp_path: Path) -> None:
    pid = tmp_path / "daemon"
    what = order('sleep 60 & echo $! >"$1"; echo bye', str(pid))
    followed, lines = asyncio.run(done(host, what))
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert (followed.state, lines) == ("exited:0", ["bye"])


def test_bytes_that_are_no_text_and_progress_bars_come_as_lines(host: LocalTransport) -> None:
    _, lines = asyncio.run(done(host, order(r"printf '10%%\r20%%\r\n\377x\nend'")))
    assert lines == ["10%", "20%", "\ufffdx", "end"]


def test_the_same_job_is_started_once_by_however_many(host: LocalTransport, tmp_path: Path) -> None:
    trace = tmp_path / "trace"

    async def race() -> list[LaunchResult]:
        async with asyncio.TaskGroup() as group:
            what = order('echo x >>"$1"', str(trace))
            tasks = [group.create_task(launch(host, H, what)) for _ in range(6)]
        await ended(host)
        return [task.result() for task in tasks]

    assert sorted(launched.status for launched in asyncio.run(race())) == ["exists"] * 5 + ["started"]
    assert trace.read_text() == "x\n"


def test_a_launch_that_was_not_heard_may_be_repeated(host: LocalTransport, tmp_path: Path) -> None:
    host.faults = {0: "lost", 1: "refused"}
    trace = tmp_path / "trace"

    async def run() -> list[str]:
        what = order('echo x >>"$1"', str(trace))
        said = [(await launch(host, H, what)).status for _ in range(3)]
        await ended(host)
        return said

    assert asyncio.run(run()) == ["no-answer", "no-answer", "exists"]
    assert trace.read_text() == "x\n"


def test_a_claim_that_was_never_started_is_started_by_the_next_launch(host: LocalTransport) -> None:
    async def run() -> JobResult:
        followed, _ = await done(host, order("exit 4"))
        place = host.state(H) / "jobs" / "test.1"
        for name in ("pid", "child", "exit", "log"):
            (place / name).unlink()
        assert await read(host, JobState(host=H, job="test.1")) == Absent()
        assert followed.state == "exited:4"
        return (await done(host, order("exit 4")))[0]

    assert asyncio.run(run()).state == "exited:4"


UNBORN = "exec 8>&-\nexit 0\n"


def unborn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The launcher is killed between its claim and the start."""
    cut = LAUNCH.replace("exec 8>&-\n", UNBORN)
    assert cut != LAUNCH
    monkeypatch.setattr(job, "LAUNCH", cut)


def test_what_was_claimed_and_never_began_is_claimed_anew_with_what_is_sent_now(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer bkrec comes with a mended script: the old one, its epoch and its deadline are nobody's wish any more."""
    trace, place = tmp_path / "trace", host.state(H) / "jobs" / "test.1"

    async def run() -> str:
        with monkeypatch.context() as patch:
            unborn(patch)
            old = order('echo old "$1" >"$2"', "A", str(trace), epoch=3, timeout_s=10.0, run="one", stdin="o")
            assert (await launch(host, H, old)).status == "no-answer"
        assert (place / "script").read_text() == old.command.script
        new = order('echo new "$1" >"$2"; cat >>"$2"', "B", str(trace), epoch=4, timeout_s=20.0, run="two", stdin="n")
        return (await done(host, new))[0].state

    assert asyncio.run(run()) == "exited:0"
    assert trace.read_text() == "new B\nn"
    kept = [(place / name).read_text().split()[0] for name in ("epoch", "deadline", "origin")]
    assert kept == ["4", "20", "4"]
    assert (place / "origin").read_text().split()[1] == "two"


def test_a_runner_that_was_called_for_an_earlier_claim_begins_nothing(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came late: systemd had put it off. What was sent since, with another login, is not its to run. It has not
    failed: a failed unit would keep the name from the next claim."""
    place, trace = host.state(H) / "jobs" / "test.1", tmp_path / "trace"

    async def run() -> None:
        with monkeypatch.context() as patch:
            unborn(patch)
            await launch(host, H, order("exit 0"))
            ticket = (place / "ticket").read_text().strip()
            await launch(host, H, order('echo ran >"$1"', str(trace)))
        assert (place / "ticket").read_text().strip() != ticket
        for late, punctual in ((ticket, soon()), ((place / "ticket").read_text().strip(), soon(-5.0))):
            words = [str(place / "run"), str(place), "test.1", "no", "no", "/", "-", late, punctual.boot]
            await asyncio.to_thread(subprocess.run, ["sh", *words, str(punctual.uptime_s)], timeout=20, check=True)
            assert not (place / "pid").exists()

    asyncio.run(run())
    assert not trace.exists()
    assert {path.name for path in place.glob("*.*")} == set()


@pytest.mark.parametrize("end", [0, 2, 5, 6, -6000, -5, -3])
def test_a_torn_launch_claims_nothing(host: LocalTransport, end: int) -> None:
    async def run() -> tuple[str, AnyReading]:
        what = order("exit 0", stdin="x" * 6000)
        whole = job._launch_command(what)  # pyright: ignore[reportPrivateUsage]
        torn = Command(script=whole.script, args=whole.args, stdin=whole.stdin[:end])
        output = await host.run(H, torn)
        return output.stdout, await read(host, JobAttempts(host=H, key="test"))

    output_text, attempts = asyncio.run(run())
    assert output_text == "bkrec-says test.1 torn\n"
    assert attempts == Known(())


CHARACTERS = "".join(map(chr, (*range(1, 0x3000), *range(0x1F600, 0x1F640)))) + " -n \\c %s '\n\n"
"""Every byte but NUL that text is made of, what a shell or its printf might read as its own, and lines at the end."""


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_every_character_of_a_job_arrives(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    (tmp_path / "sh").symlink_to(shutil.which(shell) or shell)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    came = tmp_path / "came"
    what = order('cat >"$2"; printf %s "$1" >>"$2"', CHARACTERS, str(came), stdin=CHARACTERS)
    assert asyncio.run(done(host, what))[0].state == "exited:0"
    assert came.read_bytes() == 2 * CHARACTERS.encode()
    assert (host.state(H) / "jobs/test.1/script").read_text() == what.command.script


def test_a_nul_byte_is_refused_before_anything_is_sent(host: LocalTransport) -> None:
    with pytest.raises(ValueError, match="NUL"):
        asyncio.run(launch(host, H, order("exit 0", stdin="a\0b")))
    assert not host.calls


def test_lost_connections_do_not_end_following(host: LocalTransport, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    host.faults = {1: "lost", 2: "refused"}

    async def run() -> tuple[JobResult, list[str]]:
        assert (await launch(host, H, order(HOLD, str(gate)))).status == "started"
        async with asyncio.TaskGroup() as group:
            task = group.create_task(ended(host))
            await until(lambda: len(host.calls) > 3)
            gate.unlink()
        return task.result()

    followed, lines = asyncio.run(run())
    assert (followed.state, lines) == ("exited:0", ["released"])


def test_a_host_that_stays_silent_is_given_up_with_the_job_unheard(host: LocalTransport) -> None:
    host.faults = dict.fromkeys(range(10_000), "refused")
    clock = VirtualClock()

    async def run() -> JobResult:
        return await follow_log(host, H, "test.1", clock=clock, on_line=lambda line: None, timeout_s=10_000)

    assert asyncio.run(run()).state == "no-answer"
    assert 300 < clock.elapsed < 320


class Telling:
    """A host that answers whatever is asked of a log with the next of these, and the last for ever."""

    def __init__(self, clock: VirtualClock, *answers: tuple[str, int, bytes]) -> None:
        self.clock, self.answers, self.asked = clock, list(answers), 0

    async def run(self, host: str, command: Command) -> Output:
        self.asked += 1
        assert self.asked < 2_000, "asked for ever"
        self.clock.elapsed += 0.05
        state, size, block = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Output(stdout=f"bkrec-log test.1 {state} {size} {b64encode(block).decode()} .\n")

    async def close(self) -> None:
        """Nothing is kept open."""


def followed(*answers: tuple[str, int, bytes], timeout_s: float = 1_000.0) -> tuple[JobResult, list[str], Telling]:
    clock, lines = VirtualClock(), list[str]()
    host = Telling(clock, *answers)
    ended = asyncio.run(follow_log(host, H, "test.1", clock=clock, on_line=lines.append, timeout_s=timeout_s))
    return ended, lines, host


def test_an_ended_job_whose_log_cannot_be_read_is_told_with_its_status_and_what_is_missing() -> None:
    ended, lines, host = followed(("running", 6, b"begin\n"), ("exited:3", 4096, b""))
    assert (ended.state, lines) == (
        "exited:3",
        ["begin", "bkrec: 4090 bytes of this log are on the host and cannot be read"],
    )
    assert 20 <= host.clock.elapsed < 30
    assert host.asked < 30, "and it is not asked for in haste"


def test_a_running_job_whose_log_cannot_be_read_is_not_asked_in_haste() -> None:
    ended, _, host = followed(("running", 4096, b""), timeout_s=600.0)
    assert ended.state == "overdue"
    assert host.asked < 400


def test_what_a_daemon_writes_after_the_end_is_not_waited_for() -> None:
    ended, lines, host = followed(("exited:0", 70_000, b"x" * 65_536), *(("exited:0", 200_000, b"y" * 5_000),) * 50)
    assert (ended.state, ended.offset, len(lines), host.asked) == ("exited:0", 70_536, 1, 2)


def test_a_host_waits_for_news_of_a_running_job_as_long_as_it_is_asked_to(host: LocalTransport, tmp_path: Path) -> None:
    """Counted, not timed: how often it pauses before it answers."""
    gate, begun, pauses = tmp_path / "gate", tmp_path / "begun", tmp_path / "pauses"
    gate.touch()
    counting: Any = READ.replace("sleep 0.1", f"echo >>{pauses}")

    async def paused(offset: int) -> int:
        pauses.write_text("")
        await host.run(H, Command(script=counting, args=(STATE_ROOT, "test.1", str(offset), "3")))
        return len(pauses.read_text())

    async def run() -> list[int]:
        await launch(host, H, order(f"echo line; {BEGUN}", str(gate), str(begun)))
        log = host.state(H) / "jobs/test.1/log"
        await until(lambda: begun.exists() and log.stat().st_size > 0)
        size = log.stat().st_size
        counted = [await paused(size), await paused(size - 1)]
        gate.unlink()
        await ended(host)
        return [*counted, await paused(size)]

    assert asyncio.run(run()) == [3, 0, 0]


def test_an_overdue_job_is_said_so_and_runs_on(host: LocalTransport, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.touch()

    async def run() -> tuple[str, AnyReading, str]:
        await launch(host, H, order(HOLD, str(gate)))
        late = await follow_log(host, H, "test.1", clock=SystemClock(), on_line=lambda line: None, timeout_s=0.0)
        running = await read(host, JobsRunning(host=H))
        gate.unlink()
        return late.state, running, (await ended(host))[0].state

    assert asyncio.run(run()) == ("overdue", Known(("test.1",)), "exited:0")


BEGUN: LiteralString = 'echo $$ >"$2.new" && mv "$2.new" "$2"; while [ -e "$1" ]; do sleep 0.02; done; exit 5'
"""Tells that it runs, and by which pid; then holds."""


def kill(record: Path) -> None:
    os.kill(int(record.read_text().split()[0]), signal.SIGKILL)


async def held(
    host: LocalTransport, tmp_path: Path, *killed: str, terminal: bool = False
) -> tuple[AnyReading, list[AnyReading], JobResult]:
    """A job whose processes of these names are killed while it runs: its state then, those after it, and its end."""
    gate, begun, states = tmp_path / "gate", tmp_path / "begun", list[AnyReading]()
    gate.touch()
    fact, place = JobState(host=H, job="test.1"), host.state(H) / "jobs" / "test.1"
    assert (await launch(host, H, order(BEGUN, str(gate), str(begun), needs_pty=terminal))).status == "started"
    await until(begun.exists)
    for name in killed:
        kill(place / name)
    orphaned = await read(host, fact)
    gate.unlink()

    async def gone() -> bool:
        states.append(await read(host, fact))
        return states[-1] != Known("running")

    await until(gone)
    states.append(await read(host, fact))
    return orphaned, states, (await ended(host))[0]


@pytest.mark.parametrize(
    ("killed", "terminal", "state"),
    [
        ((), False, "exited:5"),
        ((), True, "exited:5"),
        (("pid",), False, "exited:5"),
        (("pid",), True, "exited:5"),
        (("parent",), False, "vanished"),
        (("pid", "parent"), False, "vanished"),
    ],
    ids=["nobody", "nobody-terminal", "runner", "runner-terminal", "parent", "both"],
)
def test_whoever_is_killed_beside_it_the_job_runs_until_its_command_ends(
    host: LocalTransport, tmp_path: Path, killed: tuple[str, ...], terminal: bool, state: str
) -> None:
    """And it is known to have ended only where its own parent saw it."""
    orphaned, states, followed = asyncio.run(held(host, tmp_path, *killed, terminal=terminal))
    assert orphaned == Known("running")
    assert set(states) == {Known("running"), Known(state)} or set(states) == {Known(state)}
    assert followed.state == state


def test_a_killed_command_ended_by_a_signal(host: LocalTransport, tmp_path: Path) -> None:
    orphaned, states, _ = asyncio.run(held(host, tmp_path, "child"))
    assert orphaned in (Known("running"), Known("exited:137"))
    assert states[-1] == Known("exited:137")


def test_a_job_of_another_boot_without_a_record_has_vanished(host: LocalTransport) -> None:
    async def run() -> AnyReading:
        await done(host, order("exit 0"))
        place = host.state(H) / "jobs" / "test.1"
        (place / "exit").unlink()
        for name in ("pid", "child"):
            (place / name).write_text(f"{os.getpid()} 1 00000000-0000-0000-0000-000000000000\n")
        return await read(host, JobState(host=H, job="test.1"))

    assert asyncio.run(run()) == Known("vanished")


def test_a_recycled_pid_is_not_mistaken_for_the_job(host: LocalTransport) -> None:
    async def run() -> AnyReading:
        await done(host, order("exit 0"))
        place = host.state(H) / "jobs" / "test.1"
        (place / "exit").unlink()
        for name in ("pid", "child"):
            (place / name).write_text(f"{os.getpid()} 1 {BOOT}\n")
        return await read(host, JobState(host=H, job="test.1"))

    assert asyncio.run(run()) == Known("vanished")


def test_a_short_job_is_followed_to_its_end_by_the_command_that_launched_it(host: LocalTransport) -> None:
    async def run() -> tuple[JobResult, list[str]]:
        launched, lines = await launch(host, H, order("echo bye; exit 3")), list[str]()
        followed = await follow_log(
            host, H, "test.1", clock=SystemClock(), on_line=lines.append, timeout_s=30, first=launched.log
        )
        return followed, lines

    followed, lines = asyncio.run(run())
    assert (followed.state, lines) == ("exited:3", ["bye"])
    assert len(host.calls) == 1


def made_by(path: Path) -> tuple[PathKind, HostQuestion]:
    fact = PathKind(host=H, path=str(path))
    question = question_of([PATHS], [fact])
    assert question is not None
    return fact, question


def test_what_verifies_a_short_job_is_asked_by_the_command_that_launched_it(
    host: LocalTransport, tmp_path: Path
) -> None:
    fact, question = made_by(tmp_path / "made")

    async def run() -> JobResult:
        what = order('sleep 0.2; : >"$1"', fact.path, verification=question.program)
        launched = await launch(host, H, what)
        return await follow_log(host, H, "test.1", clock=SystemClock(), on_line=print, timeout_s=30, first=launched.log)

    followed = asyncio.run(run())
    assert question.readings(followed.answer) == {fact: Known("file")}, "not before its end"
    assert len(host.calls) == 1


def test_a_job_that_still_runs_is_not_verified_and_one_that_ends_later_is_by_whom_that_is_seen(
    host: LocalTransport, tmp_path: Path
) -> None:
    gate, (fact, question) = tmp_path / "gate", made_by(tmp_path / "made")
    gate.touch()

    async def run() -> tuple[LaunchResult, JobResult]:
        script: LiteralString = 'while [ -e "$1" ]; do sleep 0.02; done; : >"$2"'
        launched = await launch(host, H, order(script, str(gate), fact.path, verification=question.program))
        gate.unlink()
        followed = await follow_log(
            host,
            H,
            "test.1",
            clock=SystemClock(),
            on_line=print,
            timeout_s=30,
            first=launched.log,
            verification=question.program,
        )
        return launched, followed

    launched, followed = asyncio.run(run())
    assert launched.log is not None
    assert (launched.log.state, question.readings(launched.log.answer)) == ("running", None)
    assert (followed.state, question.readings(followed.answer)) == ("exited:0", {fact: Known("file")})


def test_a_job_with_a_long_log_is_verified_once_when_all_of_it_has_been_read(
    host: LocalTransport, tmp_path: Path
) -> None:
    """Its log takes four answers, and its verification may take a minute."""
    trace = tmp_path / "trace"
    verification = Command(script="", stdin=f"echo verified >>{shlex.quote(str(trace))}; echo it was")

    async def run() -> JobResult:
        what = order('head -c "$1" /dev/zero | tr "\\0" x', str(3 * CHUNK_BYTES + 1), verification=verification)
        launched = await launch(host, H, what)
        return await follow_log(
            host,
            H,
            "test.1",
            clock=SystemClock(),
            on_line=lambda _: None,
            timeout_s=30,
            first=launched.log,
            verification=verification,
        )

    followed = asyncio.run(run())
    assert (followed.state, followed.offset) == ("exited:0", 3 * CHUNK_BYTES + 1)
    assert followed.answer.stdout.endswith("it was\n")
    assert trace.read_text() == "verified\n"
    assert len(host.calls) == 4


def test_a_verification_that_is_cut_is_none(host: LocalTransport, tmp_path: Path) -> None:
    fact, question = made_by(tmp_path / "made")

    async def run(cut: int | None) -> JobResult:
        name = f"test.{1 if cut is None else cut}"
        through = host if cut is None else Greeting(host, "", cut)
        launched = await launch(through, H, order(":", job=name, verification=question.program))
        return await follow_log(through, H, name, clock=SystemClock(), on_line=print, timeout_s=30, first=launched.log)

    whole = asyncio.run(run(None))
    assert question.readings(whole.answer) == {fact: Absent()}
    cut = asyncio.run(run(len(whole.answer.stdout) - 3))
    assert (cut.state, question.readings(cut.answer)) == ("exited:0", None)


def test_a_launch_that_follows_its_job_holds_no_lock(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here it would follow for a quarter of an hour, and its job ends only when another has run."""
    patient = LAUNCH.replace('"$tries" -lt 19', '"$tries" -lt 9000')
    assert patient != LAUNCH
    monkeypatch.setattr(job, "LAUNCH", patient)
    other = tmp_path / "other"

    async def run() -> list[LaunchResult]:
        async with asyncio.timeout(15), asyncio.TaskGroup() as group:
            waits = order('until [ -e "$1" ]; do sleep 0.02; done', str(other), job="test.1")
            waiting = group.create_task(launch(host, H, waits))
            await until(lambda: (host.state(H) / "jobs" / "test.1" / "child").exists())
            makes = group.create_task(launch(host, H, order(': >"$1"', str(other), job="test.2")))
        return [waiting.result(), makes.result()]

    first, second = asyncio.run(run())
    assert first.log is not None
    assert second.log is not None
    assert [first.log.state, second.log.state] == ["exited:0", "exited:0"]


def test_an_answer_that_breaks_off_after_the_start_is_asked_for_again(host: LocalTransport) -> None:
    """The launch is known to have worked; only the log is missing."""

    async def run() -> tuple[LaunchResult, JobResult, list[str]]:
        started = "bkrec-says test.1 started\n"
        cut = Greeting(host, "", len(started) + 5)
        launched = await launch(cut, H, order("echo bye; exit 3"))
        assert launched.log is None
        return launched, *await ended(host)

    launched, followed, lines = asyncio.run(run())
    assert (launched.status, followed.state, lines) == ("started", "exited:3", ["bye"])


def test_a_lower_epoch_than_the_highest_seen_is_refused(host: LocalTransport) -> None:
    async def run() -> list[LaunchResult]:
        newer = await launch(host, H, order("exit 0", job="test.1", epoch=7))
        older = await launch(host, H, order("exit 0", job="test.2", epoch=6))
        await ended(host)
        return [newer, older]

    assert asyncio.run(run()) == [LaunchResult(status="started"), LaunchResult(status="stale", detail="7")]
    assert not (host.state(H) / "jobs" / "test.2").exists()


OTHER_BOOT = StartDeadline(boot="00000000-0000-0000-0000-000000000000", uptime_s=10**9)


@pytest.mark.parametrize("until", [soon(-5.0), OTHER_BOOT], ids=["past", "other-boot"])
def test_what_comes_too_late_is_not_started_and_may_be_sent_again(host: LocalTransport, until: StartDeadline) -> None:
    """It was on its way, or its sender asleep, until the lease may have been another's; or the host was rebooted."""

    async def run() -> tuple[str, AnyReading, str]:
        late = await launch(host, H, order("exit 0", until=until))
        state = await read(host, JobState(host=H, job="test.1"))
        again = await launch(host, H, order("exit 0"))
        await ended(host)
        return late.status, state, again.status

    assert asyncio.run(run()) == ("late", Absent(), "started")


def test_a_host_tells_its_boot_and_how_long_it_is_up(host: LocalTransport) -> None:
    told = asyncio.run(read(host, HostUptime(host=H)))
    assert isinstance(told, Known)
    assert told.value[0] == BOOT
    assert abs(int(told.value[1]) - soon(0.0).uptime_s) < 10


def test_a_fence_is_raised_ahead_of_any_job_and_never_lowered(host: LocalTransport) -> None:
    async def run() -> tuple[Any, Any, str]:
        raised = await publish_epoch(host, [H, "10.0.0.2"], 5)
        lowered = await publish_epoch(host, [H], 4)
        return raised, lowered[0].code, (await launch(host, "10.0.0.2", order("exit 0", epoch=4))).status

    assert asyncio.run(run()) == ((), "lease-superseded", "stale")


def test_an_unreadable_epoch_refuses(host: LocalTransport) -> None:
    async def run() -> LaunchResult:
        await publish_epoch(host, [H], 5)
        (host.state(H) / "epoch").write_text("5x\n")
        return await launch(host, H, order("exit 0"))

    assert asyncio.run(run()).status == "unwritable"


def test_nothing_starts_where_nothing_can_be_written(host: LocalTransport) -> None:
    host.state(H).parent.mkdir(parents=True)
    host.state(H).write_text("a file, where the directory should be")
    assert asyncio.run(launch(host, H, order("exit 0"))).status == "unwritable"


def test_attempts_are_told_in_order_with_what_became_of_them(host: LocalTransport) -> None:
    async def run() -> AnyReading:
        for number in (1, 2, 10):
            await done(host, order("exit 2", job=f"test.{number}"))
        await mark_verified(host, H, "test.2")
        await done(host, order("exit 0", job="test-other.1"))
        return await read(host, JobAttempts(host=H, key="test"))

    assert asyncio.run(run()) == Known(("1:exited:2", "2:verified:2", "10:exited:2"))


def test_records_are_private(host: LocalTransport) -> None:
    asyncio.run(done(host, order("exit 0", stdin="secret")))
    modes = {path.stat().st_mode & 0o077 for path in (host.state(H), *host.state(H).rglob("*"))}
    assert modes == {0}


WRAPPER = """#!/bin/sh
printf '%s %s\\n' {name} "$*" >>{log}
exec {path} "$@"
"""


def logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> Path:
    """These programs write down how they are called, in the order in which they are."""
    log, place = tmp_path / "calls", tmp_path / "programs"
    place.mkdir()
    for name in names:
        path = place / name
        path.write_text(WRAPPER.format(name=name, log=log, path=shutil.which(name)))
        path.chmod(0o755)
    for module, name in ((probes.command, "PRELUDE"), (job, "RUNNER")):
        monkeypatch.setattr(module, name, getattr(module, name).replace("PATH=/usr", f"PATH={place}:/usr", 1))
    return log


def test_a_record_is_on_disk_before_it_takes_its_name_and_its_name_is_too(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut leaves the old record or the new one, never a torn or an empty one (`put`)."""
    log = logged(tmp_path, monkeypatch, "dd", "mv", "ln")
    asyncio.run(done(host, order("exit 3", stdin="x")))
    place = host.state(H)
    asyncio.run(until(lambda: not list((place / "jobs/test.1").glob("*.*"))))  # its runner has done all it does
    calls = log.read_text().replace(f"{place}/", "").splitlines()
    named = calls.index("mv -T jobs/.new.test.1 jobs/test.1")
    assert calls.index("dd of=jobs/.new.test.1/origin conv=fsync") < named
    for record in ("epoch", "jobs/test.1/status"):
        at = calls.index(f"mv -f {record}.new {record}")
        assert calls[at - 1] == f"dd of={record}.new conv=fsync"
    assert calls[calls.index("mv -f epoch.new epoch") + 1] == "dd if=/dev/null of=epoch conv=notrunc,fsync"
    (link,) = [number for number, call in enumerate(calls) if call.startswith("ln ")]
    assert named < link
    pid = calls[link].split()[2]
    assert calls[link] == f"ln -T {pid} jobs/test.1/pid"
    assert calls[link - 1] == f"dd of={pid} conv=fsync"
    assert calls[link + 1] == "dd if=/dev/null of=jobs/test.1/pid conv=notrunc,fsync"
    end = calls.index("mv -f jobs/test.1/status jobs/test.1/exit")
    assert calls[end - 1] == "dd if=/dev/null of=jobs/test.1/log conv=notrunc,fsync", "the log is whole by then"
    assert calls[end + 1] == "dd if=/dev/null of=jobs/test.1/exit conv=notrunc,fsync"


def test_output_beyond_a_limit_is_dropped_at_the_byte_and_said(
    host: LocalTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit of ten megabytes, made one of ten bytes: exactly so many are no reason to say anything."""
    smaller = RUNNER.replace("head -c 10485760", "head -c 10")
    assert smaller != RUNNER
    monkeypatch.setattr(job, "RUNNER", smaller)
    _, whole = asyncio.run(done(host, order("echo 123456789")))
    assert whole == ["123456789"]
    followed, lines = asyncio.run(done(host, order("echo 123456789; echo more; exit 6", job="test.2")))
    assert followed.state == "exited:6"
    assert lines == ["123456789", "", "bkrec: 10 MiB of output kept, the rest is dropped"]


def test_what_comes_late_says_how_late_it_is_there(host: LocalTransport) -> None:
    late = asyncio.run(launch(host, H, order("exit 0", until=soon(-5.0))))
    assert late.status == "late"
    assert abs(int(late.detail) - soon(0.0).uptime_s) < 10
    assert {path.name for path in (host.state(H) / "jobs" / "test.1").iterdir()} == {
        *("run", "script", "args", "stdin", "epoch", "deadline", "ticket", "origin")
    }, "it is claimed, and nothing of it has begun"


def test_a_runner_that_does_not_begin_in_time_is_late_and_one_that_may_yet_is_not_started(
    host: LocalTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_script(monkeypatch, "/nowhere/script")
    impatient(monkeypatch)
    assert asyncio.run(launch(host, H, order("exit 0", needs_pty=True))).status == "not-started"
    sabotaged(monkeypatch, 'up() { if [ -e "$dir/waited" ]; then echo 101; else true >"$dir/waited"; echo 100; fi; }')
    slow = order("exit 0", needs_pty=True, until=StartDeadline(boot=BOOT, uptime_s=101))
    assert asyncio.run(launch(host, H, slow)) == LaunchResult(status="late", detail="101")


def test_a_runner_waits_for_its_turn_while_another_launch_may_claim_anew(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty seconds; here not at all, and its own launcher keeps the turn."""
    impatient(monkeypatch)
    keeps, hasty = job.LAUNCH.replace("exec 8>&-\n", ""), RUNNER.replace("flock -w 20 9", "flock -w 0 9")
    assert (keeps, hasty) != (job.LAUNCH, RUNNER)
    monkeypatch.setattr(job, "LAUNCH", keeps)
    monkeypatch.setattr(job, "RUNNER", hasty)
    trace, place = tmp_path / "trace", host.state(H) / "jobs" / "test.1"
    assert asyncio.run(launch(host, H, order('echo x >"$1"', str(trace)))).status == "not-started"
    assert ((place / "pid").exists(), trace.exists()) == (False, False)


def test_a_command_whose_runner_is_gone_does_not_begin(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would record its end."""
    dies = 'read -r runner rest <"$dir/pid"; kill -9 "$runner"\n'
    dies += "        while grep -q '^State:.[RSD]' \"/proc/$runner/status\" 2>/dev/null; do sleep 0.02; done\n"
    changed = RUNNER.replace('        noted "$dir/pid" ||', f'        {dies}        noted "$dir/pid" ||')
    assert changed != RUNNER
    monkeypatch.setattr(job, "RUNNER", changed)
    trace = tmp_path / "trace"
    assert asyncio.run(done(host, order('echo x >"$1"', str(trace))))[0].state == "vanished"
    assert not trace.exists()


def test_what_a_profile_has_made_read_only_does_not_reach_a_login_job(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".bash_profile").write_text("export GREP_OPTIONS=-v CDPATH=/\nreadonly GREP_OPTIONS CDPATH\n")
    at_home = RUNNER.replace("HOME=/root", f"HOME={tmp_path}")
    assert at_home != RUNNER
    monkeypatch.setattr(job, "RUNNER", at_home)
    what = order('echo "${GREP_OPTIONS-gone} ${CDPATH-gone} $1"; cat', "a b", login_shell=True, cwd="/", stdin="in\n")
    assert asyncio.run(done(host, what))[1] == ["gone gone a b", "in"]


@pytest.mark.parametrize("lock", ["lock", "claim"])
def test_a_host_where_another_launch_is_on_its_way_is_busy(
    host: LocalTransport, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    hasty = LAUNCH.replace("flock -w 20", "flock -w 0")
    assert hasty.count("flock -w 0") == 2
    monkeypatch.setattr(job, "LAUNCH", hasty)
    host.state(H).mkdir(parents=True)
    with (host.state(H) / lock).open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert asyncio.run(launch(host, H, order("exit 0"))).status == "busy"
    assert not (host.state(H) / "jobs" / "test.1").exists()


@pytest.mark.parametrize(("name", "detail"), [("claim", "claim"), ("lock", ""), ("epoch.new", "epoch")])
def test_a_host_whose_records_cannot_be_written_says_which(host: LocalTransport, name: str, detail: str) -> None:
    (host.state(H) / name).mkdir(parents=True)
    assert asyncio.run(launch(host, H, order("exit 0"))) == LaunchResult(status="unwritable", detail=detail)
    assert not (host.state(H) / "jobs" / "test.1").exists()


def test_an_epoch_is_written_down_once_and_a_job_of_the_same_epoch_is_not_refused(host: LocalTransport) -> None:
    async def run() -> list[str]:
        return [(await launch(host, H, order("exit 0", job=f"test.{n}", epoch=7))).status for n in (1, 2)]

    assert asyncio.run(run()) == ["started", "started"]
    assert (host.state(H) / "epoch").read_text() == "7\n"


def test_nothing_but_the_records_is_there_afterwards(host: LocalTransport) -> None:
    for terminal in (False, True):
        name = f"test.{1 + terminal}"
        asyncio.run(done(host, order("echo x; exit 3", job=name, needs_pty=terminal, stdin="in\n")))

        asyncio.run(until(lambda name=name: not list((host.state(H) / "jobs" / name).glob("*.*"))))
        asyncio.run(until(lambda name=name: not (host.state(H) / "jobs" / name / "status").exists()))
        names = {path.name for path in (host.state(H) / "jobs" / name).iterdir()}
        assert names == {
            *("run", "script", "args", "stdin", "epoch", "deadline", "ticket", "origin"),
            *("pid", "parent", "child", "log", "exit"),
        }
    assert {path.name for path in host.state(H).iterdir()} == {"jobs", "lock", "claim", "epoch"}


def test_an_exit_record_says_how_and_when(host: LocalTransport) -> None:
    before = int(time.time())
    asyncio.run(done(host, order("exit 3", epoch=4, timeout_s=20.0, run="r1", step="s1", undo="restored")))
    place = host.state(H) / "jobs" / "test.1"
    status, when = (place / "exit").read_text().split()
    assert status == "3"
    assert before <= int(when) <= int(time.time())
    assert (place / "origin").read_text() == "4 r1 s1 restored\n"
    pid, started, boot = (place / "pid").read_text().split()
    assert (pid.isdigit(), started.isdigit(), boot) == (True, True, BOOT)


def test_a_state_directory_that_others_could_read_is_closed(host: LocalTransport) -> None:
    (host.state(H) / "jobs").mkdir(parents=True)
    for path in (host.state(H), host.state(H) / "jobs"):
        path.chmod(0o755)
    asyncio.run(done(host, order("exit 0")))
    assert {path.stat().st_mode & 0o777 for path in (host.state(H), host.state(H) / "jobs")} == {0o700}


def test_a_fence_answers_what_it_did(host: LocalTransport) -> None:
    async def run() -> list[str]:
        epochs = ("5", "5", "4")
        return [(await host.run(H, Command(script=RAISE_FENCE, args=(STATE_ROOT, epoch)))).stdout for epoch in epochs]

    assert asyncio.run(run()) == ["bkrec-says fence fenced\n"] * 2 + ["bkrec-says fence stale 5\n"]


def sabotaged(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """It happens on the host between the claim and the start."""
    changed = job.LAUNCH.replace("\nclaim\n", f"\nclaim\n{line}\n")
    assert changed != job.LAUNCH
    monkeypatch.setattr(job, "LAUNCH", changed)


@pytest.mark.parametrize(
    "line", ['mkdir "$dir/parent.new"', 'mkdir "$dir/child.new"', 'rm "$dir/script"', 'rm "$dir/args"']
)
def test_a_command_that_cannot_be_noted_or_read_does_not_begin_and_nobody_says_that_it_ended(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    sabotaged(monkeypatch, line)
    trace = tmp_path / "trace"
    followed, _ = asyncio.run(done(host, order('echo x >>"$1"', str(trace))))
    assert (followed.state, trace.exists()) == ("vanished", False)
    assert not (host.state(H) / "jobs" / "test.1" / "exit").exists()


def test_records_are_private_whatever_the_runner_is_given(
    host: LocalTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd starts it with the umask of the system, and from a directory of its own."""
    sabotaged(monkeypatch, "umask 022; cd /tmp")
    _, lines = asyncio.run(done(host, order("umask; pwd; cat", stdin="in\n")))
    assert lines == ["0022", "/", "in"]
    place = host.state(H) / "jobs" / "test.1"
    assert {path.stat().st_mode & 0o077 for path in (place / name for name in ("log", "pid", "child", "exit"))} == {0}


@pytest.mark.parametrize("line", ['mkdir "$dir/log"', 'mkdir "$dir/pid"', 'echo other >"$dir/ticket"'])
def test_a_runner_that_cannot_prepare_everything_leaves_nothing_behind(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    impatient(monkeypatch)
    sabotaged(monkeypatch, line)
    monkeypatch.setattr(job, "RUNNER", f"trap 'true >\"$dir/over\"' EXIT\n{RUNNER}")
    trace, place = tmp_path / "trace", host.state(H) / "jobs" / "test.1"
    launched = asyncio.run(launch(host, H, order('echo x >>"$1"', str(trace))))
    assert launched.status == ("started" if "pid" in line else "not-started")
    asyncio.run(until((place / "over").exists))
    assert not trace.exists()
    assert not list(place.glob("*.*"))


def test_no_argument_and_no_input_of_a_job_is_on_a_command_line(host: LocalTransport) -> None:
    asyncio.run(done(host, order('cat >/dev/null; echo "$1"', "argument-canary", stdin="input-canary")))
    rendered = " ".join(command.render() for _, command in host.calls)
    assert "canary" not in rendered


def test_the_same_action_has_the_same_key_and_another_host_another() -> None:
    one, same, other = (Raise(host=h, name="a") for h in (H, H, "10.0.0.2"))
    assert job_key(one) == job_key(same) != job_key(other)
    assert job_id(job_key(one), 2).startswith("test-raise-")


def test_a_job_id_that_is_none_is_refused(host: LocalTransport) -> None:
    with pytest.raises(ValueError, match="no job id"):
        asyncio.run(launch(host, H, order("exit 0", job="../x.1")))


Answer = Output | TransportError


class Scripted:
    """A host that gives these answers in turn, the last for ever; each takes no time. Notes what it was asked, when."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.clock = list(answers), VirtualClock()
        self.asked: list[Command] = []
        self.when: list[float] = []

    async def run(self, host: str, command: Command) -> Output:
        assert host == H
        assert len(self.asked) < 2_000, "asked for ever"
        self.asked.append(command)
        self.when.append(round(self.clock.elapsed, 3))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, TransportError):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is kept open."""

    def follow(self, *, timeout_s: float = 1_000.0, offset: int = 0) -> tuple[JobResult, list[str]]:
        lines = list[str]()
        work = follow_log(self, H, "test.1", clock=self.clock, on_line=lines.append, timeout_s=timeout_s, offset=offset)
        return asyncio.run(work), lines

    def pauses(self) -> list[float]:
        return [round(later - earlier, 3) for earlier, later in pairwise(self.when)]


def news(state: str, size: int, block: bytes = b"", job: str = "test.1") -> Output:
    return Output(stdout=f"bkrec-log {job} {state} {size} {b64encode(block).decode()} .\n", exit_status=0)


def silence(code: str = "host-unreachable", heard: str = "") -> TransportError:
    return TransportError(Diagnostic(code=code, where=H, fields=()), output=Output(stdout=heard, exit_status=None))


def sent(launched: Command) -> list[str]:
    """Runner, script, arguments, input and verification, as the host takes them apart."""
    size, encoded = launched.stdin.split()
    line = b64decode(encoded)
    assert len(line) == int(size)
    return shlex.split(line.decode())


def test_a_launch_tells_the_host_all_that_it_has_to_know() -> None:
    host = Scripted(Output(stdout="bkrec-says test.1 started\n"))
    spec = JobSpec(
        job="test.1",
        command=Command(script='echo "$1"', args=("a b", "c"), stdin="in\n"),
        epoch=3,
        start_deadline=StartDeadline(boot="b00t", uptime_s=77),
    )
    full = replace(
        spec, login_shell=True, needs_pty=True, cwd="/c", timeout_s=90.0, run="run-1", step="step-1", undo="restored"
    )
    for each in (spec, full):
        assert asyncio.run(launch(host, H, each)) == LaunchResult(status="started")
    plain, detailed = host.asked
    assert plain.args == (
        *(STATE_ROOT, "test.1", "3", "no", "no", "/data/install", "600", "-", "-", "-", "b00t", "77"),
    )
    assert detailed.args == (
        *(STATE_ROOT, "test.1", "3", "yes", "yes", "/c", "90", "run-1", "step-1", "restored", "b00t", "77"),
    )
    assert sent(plain) == [RUNNER, 'echo "$1"', "'a b' c", "in\n", ""]
    assert plain.timeout_s == 60.0, "longer than it waits for its two locks"


@pytest.mark.parametrize(("takes_s", "waited_s"), [(20.0, 80.0), (600.0, 120.0)])
def test_a_verification_is_waited_for_a_minute_longer_at_most(takes_s: float, waited_s: float) -> None:
    host = Scripted(Output(stdout="bkrec-says test.1 started\n"))
    spec = order(":", verification=Command(script="true", stdin="show\n", timeout_s=takes_s))
    asyncio.run(launch(host, H, spec))
    assert sent(host.asked[0])[-1] == "show\n"
    assert host.asked[0].timeout_s == waited_s


@pytest.mark.parametrize(
    ("answer", "status", "detail"),
    [
        ("bkrec-says test.1 started\n", "started", ""),
        ("bkrec-says test.1 late 123\n", "late", "123"),
        ("bkrec-says test.1 unwritable epoch\n", "unwritable", "epoch"),
        ("bkrec-says test.1 late 1\nbkrec-says test.1 stale 2\n", "stale", "2"),
        ("greeting without end: bkrec-says test.1 exists\n", "exists", ""),
        ("bkrec-says test.10 started\n", "no-answer", "connection-lost"),
        ("bkrec-says testx1 started\n", "no-answer", "connection-lost"),
        ("bkrec-says test.1 sta\n", "no-answer", "connection-lost"),
        ("", "no-answer", "connection-lost"),
    ],
)
def test_what_the_host_says_of_a_launch_is_taken_at_its_last_word(answer: str, status: str, detail: str) -> None:
    found = asyncio.run(launch(Scripted(Output(stdout=answer)), H, order("exit 0")))
    assert (found.status, found.detail) == (status, detail)


@pytest.mark.parametrize(
    ("heard", "status", "detail"),
    [("", "no-answer", "answer-overdue"), ("bkrec-says test.1 started\n", "started", "")],
    ids=["nothing", "all"],
)
def test_of_a_launch_that_broke_off_what_was_heard_before_counts(heard: str, status: str, detail: str) -> None:
    found = asyncio.run(launch(Scripted(silence("answer-overdue", heard)), H, order("exit 0")))
    assert (found.status, found.detail) == (status, detail)


@pytest.mark.parametrize("name", ["test", "test.", "test.x", "Test.1", "te_st.1", " test.1", "test.1 ", "test.1\n", ""])
def test_only_a_key_with_a_number_names_a_job(name: str) -> None:
    host = Scripted(Output(stdout=""))
    with pytest.raises(ValueError, match="no job id"):
        asyncio.run(launch(host, H, order("exit 0", job=name)))
    assert host.asked == []


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("exited:0", 0),
        ("exited:137", 137),
        ("running", None),
        ("vanished", None),
        ("overdue", None),
        ("no-answer", None),
    ],
)
def test_only_an_end_that_was_recorded_has_an_exit_status(state: str, status: int | None) -> None:
    assert JobResult(state=state, offset=0).exit_status == status


def test_a_job_is_made_of_what_its_action_says_of_itself() -> None:
    action = Raise(host=H, name="a")
    spec = job_spec(action, "test.1", epoch=4, start_deadline=OTHER_BOOT, run="r", step="s", undo="u")
    assert (spec.job, spec.command, spec.epoch, spec.start_deadline) == ("test.1", action.command(), 4, OTHER_BOOT)
    assert (spec.login_shell, spec.needs_pty, spec.cwd) == (action.login_shell, action.needs_pty, action.cwd)
    assert (spec.timeout_s, spec.run, spec.step, spec.undo) == (action.deadline_s, "r", "s", "u")
    assert spec.cwd != "/data/install", "where it says so itself"


def test_a_log_is_read_on_from_where_the_last_answer_ended() -> None:
    host = Scripted(news("running", 9, b"abc"), news("running", 9, b"de\nf"), news("exited:0", 16, b"g\n"))
    ended, lines = host.follow(offset=7)
    assert (ended, lines) == (JobResult(state="exited:0", offset=16), ["abcde", "fg"])
    assert [command.args for command in host.asked] == [
        (STATE_ROOT, "test.1", at, str(LONG_POLL_DS)) for at in ("7", "10", "14")
    ]
    assert {command.timeout_s for command in host.asked} == {30.0}
    assert LONG_POLL_DS / 10 < 30.0


def test_a_block_is_followed_at_once_where_it_was_full_and_after_a_pause_where_it_was_not() -> None:
    """Where there was none the host has waited itself."""
    assert f"| head -c {CHUNK_BYTES} |" in READ, "what the host sends at most"
    whole = b"x" * CHUNK_BYTES
    size = 3 * CHUNK_BYTES
    host = Scripted(
        news("running", size, whole),
        news("running", size, whole[:-1]),
        news("running", 2 * CHUNK_BYTES - 1),
        news("exited:0", 2 * CHUNK_BYTES - 1),
    )
    ended, lines = host.follow()
    assert (ended.offset, len(lines[0])) == (2 * CHUNK_BYTES - 1, 2 * CHUNK_BYTES - 1)
    assert host.pauses() == [0.0, 0.2, 0.0]


def test_a_character_cut_by_the_end_of_a_block_is_one_and_the_last_line_needs_no_end() -> None:
    text = "蓝鲸\n完".encode()
    host = Scripted(news("running", 10, text[:4]), news("running", 10, text[4:9]), news("exited:0", 10, text[9:]))
    assert host.follow()[1] == ["蓝鲸", "完"]
    cut = Scripted(news("exited:0", 4, text[:4]))
    assert cut.follow()[1] == ["蓝\ufffd"]


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        (b"1%\r2%\r\nend\n", ["1%", "2%", "end"]),
        (b"a\r\r\nb\n\nc", ["a", "b", "", "c"]),
        (b"a\r", ["a\r"]),
        (b"", []),
    ],
)
def test_a_carriage_return_ends_a_line_but_not_twice(block: bytes, lines: list[str]) -> None:
    assert Scripted(news("exited:0", len(block), block)).follow()[1] == lines


def test_a_line_end_cut_between_its_two_characters_ends_one_line() -> None:
    host = Scripted(news("running", 6, b"a\r"), news("running", 6, b"\nb\r"), news("exited:0", 6, b"c"))
    assert host.follow()[1] == ["a", "b", "c"]


@pytest.mark.parametrize("state", ["never", "vanished", "exited:0", "exited:999999999"])
def test_whatever_is_no_longer_running_has_ended(state: str) -> None:
    host = Scripted(news(state, 0))
    assert host.follow() == (JobResult(state=state, offset=0), [])
    assert len(host.asked) == 1


def test_a_host_that_is_silent_is_asked_less_and_less_often_and_anew_after_it_answered() -> None:
    host = Scripted(*[silence()] * 6, news("running", 0), *[silence()] * 2, news("exited:0", 0))
    assert host.follow()[0].state == "exited:0"
    assert host.pauses() == [0.2, 0.5, 1.0, 2.0, 2.0, 2.0, 0.0, 0.2, 0.5]


def test_a_host_that_stays_silent_is_given_up_after_its_last_answer_or_at_the_jobs_own_deadline() -> None:
    long = Scripted(news("running", 400), *[news("running", 400, b"x")] * 400, silence())
    assert long.follow(timeout_s=10_000.0) == (JobResult(state="no-answer", offset=400), [])
    spoke = 400 * 0.2
    assert spoke + 300.0 < long.clock.elapsed <= spoke + 303.0
    short = Scripted(silence())
    assert short.follow(timeout_s=10.0)[0].state == "no-answer"
    assert 10.0 < short.clock.elapsed <= 12.0


@pytest.mark.parametrize(
    "answer",
    [
        news("running", 3, b"abc", job="test.2"),
        Output(stdout=f"bkrec-log test.1 running 3 {b64encode(b'abc').decode()} "),
        Output(stdout="bkrec-log test.1 running 3 YWJ .\n"),
        Output(stdout="bkrec-log test.1 waiting 3 YWJj .\n"),
        Output(stdout="bkrec-log testx1 running 3 YWJj .\n"),
    ],
    ids=["another-job", "cut", "no-base64", "no-state", "another-name"],
)
def test_an_answer_that_is_none_is_asked_for_again(answer: Output) -> None:
    host = Scripted(answer, news("exited:0", 0))
    assert host.follow() == (JobResult(state="exited:0", offset=0), [])
    assert host.pauses() == [0.2]


def test_what_was_heard_before_the_connection_went_is_an_answer() -> None:
    host = Scripted(silence(heard=news("exited:4", 2, b"a\n").stdout))
    assert host.follow() == (JobResult(state="exited:4", offset=2), ["a"])


def test_an_unreadable_log_is_asked_for_less_and_less_often_until_it_is_readable() -> None:
    host = Scripted(
        *[news("running", 2)] * 5, news("running", 2, b"a\n"), *[news("running", 4)] * 2, news("exited:0", 2)
    )
    assert host.follow() == (JobResult(state="exited:0", offset=2), ["a"])
    assert host.pauses() == [0.2, 0.5, 1.0, 2.0, 2.0, 0.2, 0.2, 0.5]


def test_an_overdue_job_is_said_so_once_its_time_is_over_and_not_before() -> None:
    host = Scripted(news("running", 9_999, b"x"))
    ended, lines = host.follow(timeout_s=1.0)
    assert (ended.state, ended.offset, lines) == ("overdue", len(host.asked), [])
    assert host.when[-1] == 1.2
    late = Scripted(*[news("running", 9, b"x")] * 6, news("exited:0", 9, b"y"), news("exited:0", 9, b"zz"))
    ended, lines = late.follow(timeout_s=1.0)
    assert (ended.state, lines) == ("exited:0", ["xxxxxxyzz"]), "an end that comes late is an end, and read wholly"


def test_a_job_is_marked_as_verified_as_well_as_may_be() -> None:
    host = Scripted(Output(stdout=""), silence())
    for _ in range(2):
        asyncio.run(mark_verified(host, H, "test.1"))
    assert [(command.script, command.args) for command in host.asked] == [(MARK_VERIFIED, (STATE_ROOT, "test.1"))] * 2


def test_every_message_to_a_host_is_a_place_to_crash_at_before_and_after() -> None:
    points: list[str] = []
    heard = Scripted(Output(stdout="bkrec-says test.1 started\n"), news("exited:0", 0), Output(stdout=""))
    with hooked(points.append):
        asyncio.run(launch(heard, H, order("exit 0")))
        heard.follow()
        asyncio.run(mark_verified(heard, H, "test.1"))
    names = ("job-launch", "job-read", "job-verified")
    assert points == [f"{name}.{when}" for name in names for when in ("before", "after")]
    points.clear()
    with hooked(points.append):
        asyncio.run(launch(Scripted(silence()), H, order("exit 0")))
        Scripted(silence(heard=news("exited:0", 0).stdout)).follow()
        asyncio.run(mark_verified(Scripted(silence()), H, "test.1"))
    assert points == [f"{name}.{when}" for name in names[:2] for when in ("before", "after")] + ["job-verified.before"]


def with_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, text: str) -> None:
    """The host's program of this name; `text` may call the real one as $real."""
    place = tmp_path / "programs"
    place.mkdir(exist_ok=True)
    (place / name).write_text(f"#!/bin/sh\nreal={shutil.which(name) or name}\n{text}\n")
    (place / name).chmod(0o755)
    for module, script in ((probes.command, "PRELUDE"), (job, "RUNNER")):
        before = getattr(module, script)
        if f"PATH={place}:" not in before:
            monkeypatch.setattr(module, script, before.replace("PATH=/usr", f"PATH={place}:/usr", 1))


@pytest.mark.parametrize(
    ("has", "login", "wanted"),
    [
        ("C POSIX zh_CN.utf8 en_US.utf8", True, "en_US.utf8"),
        ("C POSIX zh_CN.utf8 en_US.utf8x en_US", True, "zh_CN.utf8"),
        ("C POSIX zh_CN.utf8", False, "C"),
    ],
)
def test_a_login_job_speaks_the_first_utf8_locale_that_its_host_has(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has: str, login: bool, wanted: str
) -> None:
    with_program(monkeypatch, tmp_path, "locale", f"printf '%s\\n' {has}")
    what = order('printf "%s\\n" "$LC_ALL $LANG"', login_shell=login, cwd=str(tmp_path))
    assert asyncio.run(done(host, what))[1][-1] == f"{wanted} {wanted}"


def test_a_job_that_is_slow_to_begin_is_waited_for_by_its_runner(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end is recorded by who runs it, and by nobody before."""
    with_program(monkeypatch, tmp_path, "env", 'sleep 0.4; exec "$real" "$@"')
    followed, lines = asyncio.run(done(host, order("echo late; exit 3")))
    assert (followed.state, lines) == ("exited:3", ["late"])
    assert (host.state(H) / "jobs/test.1/exit").exists()


def test_a_log_that_is_slow_to_be_written_is_whole_before_the_end_is_recorded(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_program(monkeypatch, tmp_path, "stdbuf", 'sleep 0.4; exec "$real" "$@"')
    followed, lines = asyncio.run(done(host, order("echo a; echo b")))
    assert (followed.state, lines) == ("exited:0", ["a", "b"])


def test_what_is_beyond_the_limit_is_taken_from_the_command_to_its_end(
    host: LocalTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody at the other end of its output would kill it."""
    monkeypatch.setattr(job, "RUNNER", RUNNER.replace("head -c 10485760", "head -c 10"))
    what = order("echo 123456789; echo more; sleep 0.3; echo after; sleep 0.1; echo end; exit 6")
    assert asyncio.run(done(host, what))[0].state == "exited:6"


def test_nothing_is_typed_into_a_terminal_while_its_command_runs(host: LocalTransport) -> None:
    """Once a second its runner looks whether an old `script` has to be woken: only after the command's end."""
    what = order("stty -icanon -echo min 0 time 0; sleep 1.3; head -c 9 | tr -dc '\\n' | wc -c", needs_pty=True)
    followed, lines = asyncio.run(done(host, what))
    assert (followed.state, [line.strip() for line in lines]) == ("exited:0", ["0"])


@pytest.mark.parametrize(("uptime_s", "begins"), [(100, False), (101, True)])
def test_what_comes_at_the_very_second_is_late(
    host: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uptime_s: int, *, begins: bool
) -> None:
    """By a clock that stands at a hundred: at the launcher's first look, and at the runner's."""
    stands = "up() { echo 100; }\n"
    impatient(monkeypatch)
    sabotaged(monkeypatch, stands)
    trace, place = tmp_path / "trace", host.state(H) / "jobs/test.1"
    monkeypatch.setattr(
        job, "RUNNER", f'true >"${{0%/*}}/called"\n{RUNNER.replace("dir=$1 job=$2 ", f"{stands}dir=$1 job=$2 ")}'
    )
    until = StartDeadline(boot=BOOT, uptime_s=uptime_s)
    launched = asyncio.run(launch(host, H, order('echo x >"$1"', str(trace), until=until)))
    assert launched == (LaunchResult(status="started") if begins else LaunchResult(status="late", detail="100"))
    assert ((place / "called").exists(), (place / "pid").exists()) == (begins, begins)
    if begins:
        asyncio.run(ended(host))
        return
    ticket = (place / "ticket").read_text().strip()
    words = [str(place / "run"), str(place), "test.1", "no", "no", "/", "-", ticket, BOOT, str(uptime_s)]
    subprocess.run(["sh", *words], timeout=20, check=True)
    assert not (place / "pid").exists()
