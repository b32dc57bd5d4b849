"""The lease: one writer per cluster, recorded on its controller, and the epoch that fences off earlier writers.

Every acquisition raises the epoch, and every host refuses an epoch lower than the highest it has seen: a writer that
was only suspended cannot start anything once another has taken over. A host that could not be told the new epoch (cut
off, or its disk full) does not know of it; so each launch carries a start deadline, which lies before our lease can be
another's (`LeaseValidity`). Age is measured by the kernel's time since boot on the controller, which no clock step and
no container moves; a lease written before its last boot is at least as old as that boot.

A lease that is held may be a live run's or a killed one's, and seconds tell which: a live holder renews every ten
seconds, so the age stays small; after a minute without renewal the lease has expired. `acquire` refuses the first with
the holder's name and waits for the second: after `kill -9` the next `apply` needs no flag.

All of it rests on one condition: nobody takes over sooner than TTL_S after the last renewal, as the controller counts,
and our clock and those of the hosts run at least as fast. `lock break` keeps it too: the holder can renew no more, and
the next run waits for the rest of the time. What can break it is a machine suspended as a whole, as a hypervisor does
for a snapshot or a migration: its own clocks stand still as well. That is bounded: where our clock was corrected
afterwards, nothing is started until the controller has renewed the lease (`LeaseValidity.remaining_s`); where it was
not, that takes until the next heartbeat, RENEW_INTERVAL_S; and every host that knows the newer epoch refuses us in any
case. What remains is a host that was suspended itself, with a launch on its way to it, while another run took over and
could not reach it. Nobody can detect that; its jobs are waited for once it is back (`jobs/adopt.py`).
"""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import LiteralString

from probes.command import Command, Output
from probes.job import STATE_ROOT, UPTIME
from reconciler.core.events import LeaseContended
from reconciler.engine.batch import last_match
from reconciler.engine.clock import Clock, wall_ahead_s
from reconciler.engine.failpoints import register
from reconciler.engine.jobs.scripts import LOCKED, RAISE_FENCE
from reconciler.engine.stop import StopRequest
from reconciler.engine.transport import Transport, TransportError
from specs.diagnostic import BkrecError, Diagnostic, diagnose

TTL_S = 60
RENEW_INTERVAL_S = 10.0
"""The heartbeat."""
RENEW_RETRY_INTERVAL_S = 2.0
RENEW_DEADLINE_S = TTL_S - 15.0
"""Without a granted renewal for this long nothing more is started: another run may be about to take over."""
ACQUIRE_RETRY_INTERVAL_S = RENEW_INTERVAL_S + 2.0
START_MARGIN_S = 25.0
"""Between a host's check of its clock and the start: systemd-run has 20 s, and two clocks are read in whole seconds."""
CLOCK_JUMP_S = 5.0
"""The wall clock may get this far ahead of our steady clock before we suspect that the steady one stood still."""

_ACQUIRE = register("lease-acquire")
_RENEW = register("lease-renew")
_RELEASE = register("lease-release")
_FORCE_RELEASE = register("lease-force-release")
_READ = register("lease-read")
_FENCE = register("lease-fence")

_READ_HOLDER: LiteralString = (
    UPTIME
    + r"""
lease=$root/lease
boot=$(cat /proc/sys/kernel/random/boot_id)
now=$(up)
holder=none from=- user=- since=- when=0 age=-1
if [ -e "$lease" ]; then
    read -r holder since when user from <"$lease"
    case $when in '' | *[!0-9]*) when=0 ;; esac
    age=$now
    [ "${since%%/*}" != "$boot" ] || age=$((now - when))
    [ "$age" -ge 0 ] || age=0
fi
reply() { printf 'bkrec-lease %s %s %s %s %s %s .\n' "$1" "$holder" "${since##*/}" "$age" "$user" "$from"; exit 0; }
"""
)
"""One line: RUN BOOT/EPOCH UPTIME USER FROM. $age is -1 where there is none; a lease from the future has age 0.
RUN!broken cannot be renewed by anyone, nor acquired before it has expired."""

ACQUIRE_SCRIPT: LiteralString = (
    "root=$1 asked=lease run=$2 me=$3 at=$4 ttl=$5 floor=$6\n"
    + LOCKED
    + _READ_HOLDER
    + r"""
if [ "$holder" != none ] && [ "$holder" != "$run" ] && [ "$age" -ge 0 ] && [ "$age" -lt "$ttl" ]; then reply held; fi
[ "$seen" -ge "$floor" ] || seen=$floor
epoch=$((seen + 1))
printf '%s\n' "$epoch" | put "$root/epoch" || say unwritable epoch
printf '%s %s/%s %s %s %s\n' "$run" "$boot" "$epoch" "$now" "$me" "$at" | put "$lease" || say unwritable lease
holder=$run since=$boot/$epoch age=0 user=$me from=$at
reply taken
"""
)

RENEW_SCRIPT: LiteralString = (
    "root=$1 asked=lease run=$2\n"
    + LOCKED
    + _READ_HOLDER
    + r"""
[ "$holder" = "$run" ] || reply lost
printf '%s %s/%s %s %s %s\n' "$run" "$boot" "${since##*/}" "$now" "$user" "$from" | put "$lease" || say unwritable lease
age=0
reply renewed
"""
)

RELEASE_SCRIPT: LiteralString = (
    "root=$1 asked=lease run=$2\n"
    + LOCKED
    + _READ_HOLDER
    + r"""
if [ "$holder" = "$run" ]; then rm -f "$lease"; fi
reply ended
"""
)

FORCE_RELEASE_SCRIPT: LiteralString = (
    "root=$1 asked=lease ttl=$2\n"
    + LOCKED
    + _READ_HOLDER
    + r"""
if [ "$age" -ge "$ttl" ]; then rm -f "$lease"; fi
if [ "$age" -ge 0 ] && [ "$age" -lt "$ttl" ]; then
    printf '%s %s %s %s %s\n' "${holder%!broken}!broken" "$since" "$when" "$user" "$from" | put "$lease" ||
        say unwritable lease
fi
reply ended
"""
)
"""The holder loses it at its next renewal, within RENEW_INTERVAL_S; until then it may still be launching jobs."""

READ_SCRIPT: LiteralString = (
    "root=$1\n"
    + _READ_HOLDER
    + r"""
reply read
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseHolder:
    run: str
    epoch: int
    age_s: int
    """Seconds since it was renewed, or since the controller's boot if that came later."""
    user: str
    source: str
    """The machine it runs on."""

    broken: bool = False
    """Force-released by `lock break`: free once it has expired."""

    @property
    def expired(self) -> bool:
        return self.age_s >= TTL_S


@dataclass(slots=True)
class LeaseValidity:
    """How long nobody else can have acquired the lease, by our own steady clock.

    A renewal counts from when its request was sent and lasts TTL_S from then: no takeover comes sooner than TTL_S after
    `renewed_at`. Whatever starts on a host within `remaining_s` started under our lease, whatever became of us since,
    and whether or not that host has heard of a later epoch.
    """

    renewed_at: float | None = None
    """When the last granted renewal was sent; None: none was yet, or the lease is another's."""
    wall_ahead: float = 0.0
    """How far the wall clock was ahead of the steady one then."""
    unconfirmed: dict[str, float] = field(default_factory=dict[str, float])
    """By job: until when, by our steady clock, a launch of it that no host has confirmed may still begin."""

    def remaining_s(self, now: float, *, wall_ahead: float = 0.0) -> float:
        """0 where the wall clock has jumped ahead since: our steady clock may have stood still, on a machine that was
        suspended and its clock corrected. Or somebody only set the clock; either way the next renewal decides."""
        if self.renewed_at is None or wall_ahead - self.wall_ahead > CLOCK_JUMP_S:
            return 0.0
        return max(0.0, self.renewed_at + TTL_S - START_MARGIN_S - now)

    def launch_sent(self, job: str, until: float) -> float | None:
        """It may begin until then. Returns until when an earlier launch of the same job may, if one is unconfirmed."""
        earlier = self.unconfirmed.get(job)
        self.unconfirmed[job] = until
        return earlier

    def launch_answered(self, job: str, earlier: float | None) -> None:
        """The last one will begin no more, or has begun; `earlier` may still."""
        self.unconfirmed.pop(job)
        if earlier is not None:
            self.unconfirmed[job] = earlier

    def launch_pending(self, now: float) -> bool:
        """A launch may still be on its way, and begin when it arrives."""
        return any(until > now for until in self.unconfirmed.values())


class LeaseHeld(BkrecError):
    """Another run holds the lease; nothing was changed."""

    ends_as = "refused"

    def __init__(self, *diagnostics: Diagnostic, holder: LeaseHolder | None = None) -> None:
        super().__init__(*diagnostics)
        self.holder = holder


class LeaseError(BkrecError):
    """The lease could be neither acquired nor read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The lease that this run holds. `epoch` is its fencing token."""

    controller: str
    run: str
    epoch: int
    validity: LeaseValidity = field(default_factory=LeaseValidity)
    """Kept up to date by `renew_until_cancelled`."""


async def acquire(
    transport: Transport,
    controller: str,
    *,
    run: str,
    user: str,
    source: str,
    floor: int,
    clock: Clock,
    stop: StopRequest,
    emit: Callable[[LeaseContended], None],
) -> Lease:
    """Retries until a dead holder's lease has expired. Raises LeaseHeld once the holder has shown that it is alive,
    LeaseError, TransportError."""
    previous_age_s: int | None = None
    while True:
        try:
            return await try_acquire(transport, controller, run=run, user=user, source=source, floor=floor)
        except LeaseHeld as error:
            holder = error.holder
            if holder is None or stop.requested or _is_alive(previous_age_s, holder.age_s):
                raise
            if previous_age_s is None:
                emit(LeaseContended(user=holder.user, source=holder.source, age_s=holder.age_s))
            previous_age_s = holder.age_s
        await clock.sleep(ACQUIRE_RETRY_INTERVAL_S)


def _is_alive(previous_age_s: int | None, age_s: int) -> bool:
    """It was renewed between two attempts: its age did not grow by the time that passed."""
    return previous_age_s is not None and age_s < previous_age_s + RENEW_INTERVAL_S


async def try_acquire(
    transport: Transport, controller: str, *, run: str, user: str, source: str, floor: int = 0
) -> Lease:
    """Once. `floor`: the highest epoch a host has seen, where the controller has a lower one. Raises LeaseHeld,
    LeaseError, TransportError."""
    args = (STATE_ROOT, run, _one_word(user), _one_word(source), str(TTL_S), str(floor))
    _ACQUIRE.before()
    output = await transport.run(controller, Command(script=ACQUIRE_SCRIPT, args=args))
    _ACQUIRE.after()
    verb, holder = _parse_reply(output)
    if verb == "taken" and holder is not None:
        return Lease(controller=controller, run=run, epoch=holder.epoch)
    if verb == "held" and holder is not None:
        raise contended(controller, holder)
    raise LeaseError(diagnose("lease-failed", where=controller, error=_reply_text(output)))


def lease_contended(controller: str, holder: LeaseHolder) -> Diagnostic:
    return diagnose(
        "lease-held", where=controller, user=holder.user, at=holder.source, run=holder.run, age=holder.age_s
    )


def contended(controller: str, holder: LeaseHolder) -> BkrecError:
    return LeaseHeld(lease_contended(controller, holder), holder=holder)


async def read_lease(transport: Transport, controller: str) -> LeaseHolder | None:
    """The current holder; read-only. Raises LeaseError, TransportError."""
    _READ.before()
    output = await transport.run(controller, Command(script=READ_SCRIPT, args=(STATE_ROOT,)))
    _READ.after()
    verb, holder = _parse_reply(output)
    if verb != "read":
        raise LeaseError(diagnose("lease-failed", where=controller, error=_reply_text(output)))
    return holder


async def release(transport: Transport, lease: Lease, *, now: float) -> None:
    """Best effort: a lease that is not released expires. It is left to expire while a launch of ours is on its way: a
    host that the next holder could not fence may start it until its start deadline. `now`: our monotonic clock."""
    if lease.validity.launch_pending(now):
        return
    _RELEASE.before()
    try:
        await transport.run(lease.controller, Command(script=RELEASE_SCRIPT, args=(STATE_ROOT, lease.run)))
    except TransportError:
        return
    _RELEASE.after()


async def force_release(transport: Transport, controller: str) -> LeaseHolder | None:
    """Takes the lease from whoever holds it, and returns who that was; it is free when it would have expired, and no
    sooner. Raises LeaseError, TransportError."""
    _FORCE_RELEASE.before()
    output = await transport.run(controller, Command(script=FORCE_RELEASE_SCRIPT, args=(STATE_ROOT, str(TTL_S))))
    _FORCE_RELEASE.after()
    verb, holder = _parse_reply(output)
    if verb != "ended":
        raise LeaseError(diagnose("lease-failed", where=controller, error=_reply_text(output)))
    return holder


async def renew_until_cancelled(transport: Transport, lease: Lease, *, clock: Clock, stop: StopRequest) -> None:
    """The heartbeat: renews at once, and then until cancelled. When the lease is lost, or may be, the run starts no
    further step."""
    validity, renewed_at = lease.validity, clock.steady()
    while True:
        sent_at, wall_ahead = clock.steady(), wall_ahead_s(clock)
        match await renew(transport, lease):
            case "renewed":
                renewed_at = validity.renewed_at = sent_at
                validity.wall_ahead = wall_ahead
            case "lost":
                validity.renewed_at = None
                stop.stop_because(diagnose("lease-lost", where=lease.controller, run=lease.run))
                return
            case _ if clock.steady() - renewed_at > RENEW_DEADLINE_S:
                stop.stop_because(
                    diagnose("lease-not-renewed", where=lease.controller, seconds=int(clock.steady() - renewed_at))
                )
                return
            case _:
                pass
        on_time = clock.steady() - renewed_at < RENEW_INTERVAL_S
        await clock.sleep(RENEW_INTERVAL_S if on_time else RENEW_RETRY_INTERVAL_S)


async def renew(transport: Transport, lease: Lease) -> str:
    """The script's own verb: "renewed", "lost", or what else it says; empty without an answer."""
    _RENEW.before()
    try:
        output = await transport.run(
            lease.controller, Command(script=RENEW_SCRIPT, args=(STATE_ROOT, lease.run), timeout_s=10.0)
        )
    except TransportError as error:
        output = error.partial_output
    _RENEW.after()
    verb, _ = _parse_reply(output)
    return verb


async def publish_epoch(transport: Transport, hosts: Iterable[str], epoch: int) -> tuple[Diagnostic, ...]:
    """Raises the fence: every host learns the new epoch before anything is started. A host that does not answer cannot
    be worked on either."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_publish_to_host(transport, host, epoch)) for host in dict.fromkeys(hosts)]
    return tuple(diagnostic for task in tasks if (diagnostic := task.result()) is not None)


async def _publish_to_host(transport: Transport, host: str, epoch: int) -> Diagnostic | None:
    _FENCE.before()
    try:
        output = await transport.run(host, Command(script=RAISE_FENCE, args=(STATE_ROOT, str(epoch))))
    except TransportError as error:
        return error.diagnostic
    _FENCE.after()
    match = last_match(r"bkrec-says fence (fenced|stale ([0-9]{1,18}))$", output.stdout)
    return diagnose("lease-superseded", where=host, epoch=match[2]) if match is not None and match[2] else None


_REPLY = r"bkrec-lease (\w+) (\S+) ([0-9]{1,18}|-) (-?[0-9]{1,18}) (\S+) (\S+) \.$"
"""[0-9], since \\d means the digits of every script; eighteen of them, since int() refuses some thousands."""


def _parse_reply(output: Output) -> tuple[str, LeaseHolder | None]:
    match = last_match(_REPLY, output.stdout)
    if match is None:
        return "", None
    verb, run, epoch, age, user, source = match.groups()
    if epoch == "-":
        return verb, None
    name, broken, _ = run.partition("!broken")
    return verb, LeaseHolder(
        run=name, epoch=int(epoch), age_s=max(0, int(age)), user=user, source=source, broken=bool(broken)
    )


def _reply_text(output: Output) -> str:
    return (output.stdout + output.stderr).strip()[-200:] or "connection-lost"


def _one_word(text: str) -> str:
    """One word of the line in the lease file."""
    return re.sub(r"[^\w.@:-]+", "_", text) or "-"
