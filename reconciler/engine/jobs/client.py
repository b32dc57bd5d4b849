"""A job: a long command as a record on its host, which outlives the connection, bkrec, and this machine.

Measured with asyncssh 2.24.1: a remote command that prints dies with its connection (10 of 10). So nothing that changes
a host runs on a channel. It is launched detached, its output is read from a file, and its outcome from the record it
leaves; a channel that breaks only means that one asks again.
"""

import binascii
import codecs
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from actions.action import Action
from probes.command import Command, Output, quoted
from probes.job import STATE_ROOT
from reconciler.engine.batch import last_match_after
from reconciler.engine.clock import Clock
from reconciler.engine.failpoints import register
from reconciler.engine.jobs.scripts import LAUNCH, MARK_VERIFIED, READ, RUNNER
from reconciler.engine.timeouts import BACKOFF_S, UNREACHABLE_TIMEOUT_S, UNREADABLE_LOG_TIMEOUT_S
from reconciler.engine.transport import Transport, TransportError

CHUNK_BYTES = 64 * 1024
LONG_POLL_DS = 20
"""Tenths of a second that the host waits for news before it answers that there are none."""

_LAUNCH = register("job-launch")
_READ = register("job-read")
_MARK_VERIFIED = register("job-verified")

LaunchStatus = Literal["started", "exists", "stale", "late", "busy", "torn", "unwritable", "not-started", "no-answer"]
"""exists: it was started before, by whomever. stale: somebody with a higher epoch was here. late: it came when our
lease may have been another's. no-answer: not known whether it started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDeadline:
    """By when a job must have started, in its host's own time."""

    boot: str
    uptime_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    job: str
    command: Command
    epoch: int
    start_deadline: StartDeadline
    login_shell: bool = False
    needs_pty: bool = False
    cwd: str = "/data/install"
    """Where a login job starts."""
    timeout_s: float = 600.0
    run: str = "-"
    step: str = "-"
    undo: str = "-"
    """Noted with the job: whose it is, and what an undo of that run makes of it."""
    verification: Command | None = None
    """Run by the command that launches, if the job ends while it follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChunk:
    """A part of a job's log, and the job's state before it was read."""

    state: str
    size: int
    block: bytes
    answer: Output = field(default_factory=lambda: Output(stdout=""), compare=False)
    """The whole of what it stood in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchResult:
    status: LaunchStatus
    detail: str = ""
    log: LogChunk | None = field(default=None, compare=False)
    """Its beginning, where the same command went on to follow the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """`state` as in `JobState`, or "overdue" (still running at its deadline), or "no-answer" (the host went silent)."""

    state: str
    offset: int
    answer: Output = field(default_factory=lambda: Output(stdout=""), compare=False)
    """The one that showed the end, with what the verification printed after it."""

    @property
    def exit_status(self) -> int | None:
        word, _, status = self.state.partition(":")
        return int(status) if word == "exited" else None


def job_spec(
    action: Action,
    job: str,
    *,
    epoch: int,
    start_deadline: StartDeadline,
    run: str,
    step: str,
    undo: str,
    verification: Command | None = None,
) -> JobSpec:
    return JobSpec(
        job=job,
        command=action.command(),
        epoch=epoch,
        start_deadline=start_deadline,
        login_shell=action.login_shell,
        cwd=action.cwd,
        needs_pty=action.needs_pty,
        timeout_s=action.deadline_s,
        run=run,
        step=step,
        undo=undo,
        verification=verification,
    )


async def launch(transport: Transport, host: str, spec: JobSpec) -> LaunchResult:
    """Launch a job, at most once for all callers and retries. After "no-answer" its state has to be read: it may
    run."""
    if not re.fullmatch(r"[a-z0-9-]+\.\d+", spec.job):
        raise ValueError(f"no job id: {spec.job!r}")
    _LAUNCH.before()
    try:
        output = await transport.run(host, _launch_command(spec))
    except TransportError as error:
        output, detail = error.partial_output, error.diagnostic.code
    else:
        detail = "connection-lost"
    _LAUNCH.after()
    return _parse_launch_reply(output, spec.job) or LaunchResult(status="no-answer", detail=detail)


def _launch_command(spec: JobSpec) -> Command:
    command = spec.command
    verification = spec.verification or Command(script="")
    parts = (RUNNER, command.script, quoted(command.args), command.stdin, verification.stdin)
    words = ("yes" if spec.login_shell else "no", "yes" if spec.needs_pty else "no", spec.cwd, f"{spec.timeout_s:g}")
    return Command(
        script=LAUNCH,
        args=(
            STATE_ROOT,
            spec.job,
            str(spec.epoch),
            *words,
            spec.run,
            spec.step,
            spec.undo,
            *_start_deadline_args(spec.start_deadline),
        ),
        stdin=_payload(parts),
        timeout_s=60.0 + _verification_s(spec.verification),
    )


def _payload(parts: tuple[str, ...]) -> str:
    """The size in bytes, then the parts as one line of words. Raises ValueError for a NUL, which no shell can hold."""
    line = quoted(parts).encode()
    if b"\0" in line:
        raise ValueError("a job's script, argument or input has a NUL byte")
    return f"{len(line)}\n{b64encode(line).decode()}\n"


def _verification_s(verification: Command | None) -> float:
    """How much longer it is waited for. What takes more is cut, and asked by itself."""
    return min(60.0, verification.timeout_s) if verification is not None else 0.0


def _start_deadline_args(until: StartDeadline) -> tuple[str, str]:
    return until.boot, str(until.uptime_s)


def _parse_launch_reply(output: Output, job: str) -> LaunchResult | None:
    match = last_match_after(f"bkrec-says {job} ", _REPLY, output.stdout)
    for how in get_args(LaunchStatus):
        if match is not None and match[1] == how:
            return LaunchResult(status=how, detail=match[2], log=_parse_chunk(job, output))
    return None


@dataclass(slots=True)
class _LineDecoder:
    """Bytes in pieces → lines. A carriage return ends a line too: progress bars would never end one."""

    decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")(errors="replace")
    )
    rest: str = ""

    def feed(self, block: bytes, *, final: bool) -> Iterator[str]:
        self.rest += self.decoder.decode(block, final)
        *lines, self.rest = re.split(r"\r*\n|\r(?!$)", self.rest)
        yield from lines
        if final and self.rest:
            yield self.rest


_REPLY = re.compile(r"(\S+) ?(.*)$", re.MULTILINE)
_CHUNK = re.compile(r"(running|never|vanished|exited:[0-9]{1,9}) ([0-9]{1,18}) ([A-Za-z0-9+/=]*) \.\n")


async def follow_log(
    transport: Transport,
    host: str,
    job: str,
    *,
    clock: Clock,
    on_line: Callable[[str], None],
    timeout_s: float,
    offset: int = 0,
    first: LogChunk | None = None,
    verification: Command | None = None,
) -> JobResult:
    """Hands on the log line by line until the record is there, through any number of lost connections. `first`: what
    the launch already answered. `verification`: run on the host as soon as the job has ended.

    What a daemon left behind adds after the end is not waited for; nor is a log that cannot be read, which is said."""
    lines = _LineDecoder()
    until = clock.steady() + timeout_s
    answered, failures = clock.steady(), 0
    unreadable, total = _UnreadableLog(), 0
    while True:
        chunk, first = first or await _read_chunk(transport, host, job, offset, verification), None
        if chunk is None:
            if clock.steady() - answered > UNREACHABLE_TIMEOUT_S or clock.steady() > until:
                return JobResult(state="no-answer", offset=offset)
            await clock.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
            failures += 1
            continue
        answered, failures = clock.steady(), 0
        offset += len(chunk.block)
        ended = chunk.state != "running"
        total = total or (chunk.size if ended else 0)
        unreadable_s = unreadable.stuck_for_s(chunk, offset, clock.steady())
        done = ended and (offset >= total or unreadable_s >= UNREADABLE_LOG_TIMEOUT_S)
        for line in lines.feed(chunk.block, final=done):
            on_line(line)
        if done:
            if offset < total:
                on_line(f"bkrec: {total - offset} bytes of this log are on the host and cannot be read")
            return JobResult(state=chunk.state, offset=offset, answer=chunk.answer)
        if clock.steady() > until and not ended:
            return JobResult(state="overdue", offset=offset)
        await clock.sleep(unreadable.backoff_s(chunk))


@dataclass(slots=True)
class _UnreadableLog:
    """A log that exists and cannot be read: the host answers at once, with nothing."""

    since: float | None = None
    polls: int = 0

    def stuck_for_s(self, chunk: LogChunk, offset: int, now: float) -> float:
        if chunk.block or offset >= chunk.size:
            self.since, self.polls = None, 0
            return 0.0
        self.since = now if self.since is None else self.since
        self.polls += 1
        return now - self.since

    def backoff_s(self, chunk: LogChunk) -> float:
        """None where there is more to come, or where the host itself waited for news."""
        if self.since is not None:
            return BACKOFF_S[min(self.polls, len(BACKOFF_S)) - 1]
        return 0.0 if len(chunk.block) == CHUNK_BYTES or not chunk.block else BACKOFF_S[0]


async def _read_chunk(
    transport: Transport, host: str, job: str, offset: int, verification: Command | None
) -> LogChunk | None:
    """None: no answer, or a truncated one."""
    command = Command(
        script=READ,
        args=(STATE_ROOT, job, str(offset), str(LONG_POLL_DS)),
        stdin="" if verification is None else verification.stdin,
        timeout_s=30.0 + _verification_s(verification),
    )
    _READ.before()
    try:
        output = await transport.run(host, command)
    except TransportError as error:
        output = error.partial_output
    _READ.after()
    return _parse_chunk(job, output)


def _parse_chunk(job: str, output: Output) -> LogChunk | None:
    match = last_match_after(f"bkrec-log {job} ", _CHUNK, output.stdout)
    if match is None:
        return None
    try:
        return LogChunk(state=match[1], size=int(match[2]), block=b64decode(match[3], validate=True), answer=output)
    except binascii.Error:
        return None


async def mark_verified(transport: Transport, host: str, job: str) -> None:
    """Best effort: without it a later need of the same action is asked about instead of met."""
    _MARK_VERIFIED.before()
    try:
        await transport.run(host, Command(script=MARK_VERIFIED, args=(STATE_ROOT, job)))
    except TransportError:
        return
    _MARK_VERIFIED.after()
