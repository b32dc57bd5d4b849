"""The lease: one writer per cluster, recorded on its controller, and the epoch that each writer gets.

Every take raises the epoch, and every host refuses an epoch lower than the highest it has seen: a writer that was only
asleep cannot start anything once another has taken over. A host that could not be told (cut off, or its disk full) does
not know of it; so whatever is sent to start a job says by when it must have begun, which is before our lease can be
another's (`Term`). Age is measured by the kernel's time since its boot on the controller, which no clock step and no
container moves; a lease written before its last boot is at least as old as that boot.

All of it rests on one premise: nobody takes over sooner than TTL_S after the last renewal, as the controller counts,
and our clock and those of the hosts run at least as fast. `lock break` keeps it too: the holder can renew no more, and
the next one waits for the rest of the time. What can break it is a machine that is stopped as a whole, as a hypervisor
does for a snapshot or a migration: its own clocks stand still as well. Bounded so: where ours was set right afterwards,
nothing is started until the controller has renewed the lease (`Term.left`); where it was not, that takes until the next
heartbeat, HEARTBEAT_S; and every host that was told the newer epoch refuses us in any case. What is left is a host that
was stopped itself, with a job on its way to it, while another took over and could not tell it. Nobody sees that; its
jobs are waited for once it is back (`adopt.py`).
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import LiteralString

from probes.command import Command, Output
from probes.job import STATE_ROOT, UPTIME
from reconciler.engine.batch import last_match
from reconciler.engine.clock import Clock, ahead
from reconciler.engine.failpoints import register
from reconciler.engine.jobs.scripts import LOCKED, RAISE_FENCE
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport, TransportError
from specs.diagnostic import BkrecError, Diagnostic, diagnose

TTL_S = 60
RENEW_INTERVAL_S = 10.0
RETRY_INTERVAL_S = 2.0
MARGIN_S = 25.0
"""Between a host's look at its clock and the start: systemd-run is given 20 s; and two clocks told in whole seconds."""
STOOD_S = 5.0
"""By so much the wall may get ahead of our steady clock before we ask whether that one stood still."""
RENEW_DEADLINE_S = TTL_S - 15.0
"""Without an answer for this long nothing more is started: another may be about to take over."""

_TAKE = register("lease-take")
_RENEW = register("lease-renew")
_RELEASE = register("lease-release")
_BREAK = register("lease-break")
_LOOK = register("lease-read")
_FENCE = register("lease-fence")

_HOLDER: LiteralString = (
    UPTIME
    + r"""
held=$root/lease
boot=$(cat /proc/sys/kernel/random/boot_id)
now=$(up)
holder=none from=- user=- since=- when=0 age=-1
if [ -e "$held" ]; then
    read -r holder since when user from <"$held"
    case $when in '' | *[!0-9]*) when=0 ;; esac
    age=$now
    [ "${since%%/*}" != "$boot" ] || age=$((now - when))
    [ "$age" -ge 0 ] || age=0
fi
tell() { printf 'bkrec-lease %s %s %s %s %s %s .\n' "$1" "$holder" "${since##*/}" "$age" "$user" "$from"; exit 0; }
"""
)
"""One line: RUN BOOT/EPOCH UPTIME USER FROM. $age is -1 where there is none; one from the future is as new as can be.
RUN!broken is nobody's to renew, and not to be taken before its time either."""

TAKE_SCRIPT: LiteralString = (
    "root=$1 asked=lease run=$2 me=$3 at=$4 ttl=$5 floor=$6\n"
    + LOCKED
    + _HOLDER
    + r"""
if [ "$holder" != none ] && [ "$holder" != "$run" ] && [ "$age" -ge 0 ] && [ "$age" -lt "$ttl" ]; then tell held; fi
[ "$seen" -ge "$floor" ] || seen=$floor
epoch=$((seen + 1))
printf '%s\n' "$epoch" | put "$root/epoch" || say unwritable epoch
printf '%s %s/%s %s %s %s\n' "$run" "$boot" "$epoch" "$now" "$me" "$at" | put "$held" || say unwritable lease
holder=$run since=$boot/$epoch age=0 user=$me from=$at
tell taken
"""
)

RENEW_SCRIPT: LiteralString = (
    "root=$1 asked=lease run=$2\n"
    + LOCKED
    + _HOLDER
    + r"""
[ "$holder" = "$run" ] || tell lost
printf '%s %s/%s %s %s %s\n' "$run" "$boot" "${since##*/}" "$now" "$user" "$from" | put "$held" || say unwritable lease
age=0
tell renewed
"""
)

END_SCRIPT: LiteralString = (
    "root=$1 asked=lease run=$2\n"
    + LOCKED
    + _HOLDER
    + r"""
if [ "$holder" = "$run" ]; then rm -f "$held"; fi
tell ended
"""
)

BREAK_SCRIPT: LiteralString = (
    "root=$1 asked=lease ttl=$2\n"
    + LOCKED
    + _HOLDER
    + r"""
if [ "$age" -ge "$ttl" ]; then rm -f "$held"; fi
if [ "$age" -ge 0 ] && [ "$age" -lt "$ttl" ]; then
    printf '%s %s %s %s %s\n' "${holder%!broken}!broken" "$since" "$when" "$user" "$from" | put "$held" ||
        say unwritable lease
fi
tell ended
"""
)
"""The holder finds it lost when it renews it, in ten seconds or so; until then it may be starting things."""

READ_SCRIPT: LiteralString = (
    "root=$1\n"
    + _HOLDER
    + r"""
tell read
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
    """Taken from it by `lock break`: free once it has expired."""

    @property
    def expired(self) -> bool:
        return self.age_s >= TTL_S


@dataclass(slots=True)
class LeaseValidity:
    """How long nobody else can have taken the lease, by our own steady clock.

    A renewal is written down after it was sent, and lasts TTL_S from then: no take-over comes sooner than TTL_S after
    `since`. What begins on a host before `left` is over began under our lease, whatever became of us since, and whether
    or not that host has heard of a later epoch.
    """

    since: float | None = None
    """When the last renewal that was granted was sent; None: none was yet, or the lease is another's."""
    ahead: float = 0.0
    """How far the wall clock was ahead of the steady one then."""

    def left(self, now: float, *, ahead: float = 0.0) -> float:
        """Nothing, where the wall has got ahead since: our steady clock may have stood still, on a machine that was
        stopped and set right. Or somebody only set the clock; either way the next renewal tells."""
        if self.since is None or ahead - self.ahead > STOOD_S:
            return 0.0
        return max(0.0, self.since + TTL_S - MARGIN_S - now)


class LeaseHeld(BkrecError):
    """Somebody else is at work; nothing was changed."""

    ends_as = "refused"

    def __init__(self, *diagnostics: Diagnostic, holder: LeaseHolder | None = None) -> None:
        super().__init__(*diagnostics)
        self.holder = holder


class LeaseError(BkrecError):
    """The lease could be neither taken nor read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    controller: str
    run: str
    epoch: int


async def try_acquire(
    transport: Transport, controller: str, *, run: str, user: str, source: str, floor: int = 0
) -> Lease:
    """Again with `floor`, the highest epoch a host has seen, where the controller lost count. Raises LeaseHeld,
    LeaseError, TransportError."""
    args = (STATE_ROOT, run, _word(user), _word(source), str(TTL_S), str(floor))
    _TAKE.before()
    output = await transport.run(controller, Command(script=TAKE_SCRIPT, args=args))
    _TAKE.after()
    verb, holder = _answer(output)
    if verb == "taken" and holder is not None:
        return Lease(controller=controller, run=run, epoch=holder.epoch)
    if verb == "held" and holder is not None:
        raise LeaseHeld(lease_held(controller, holder), holder=holder)
    raise LeaseError(diagnose("lease-failed", where=controller, said=_said(output)))


def lease_held(controller: str, holder: LeaseHolder) -> Diagnostic:
    return diagnose(
        "lease-held", where=controller, user=holder.user, at=holder.source, run=holder.run, age=holder.age_s
    )


async def read_lease(transport: Transport, controller: str) -> LeaseHolder | None:
    """Who holds it; writes nothing. Raises LeaseError, TransportError."""
    _LOOK.before()
    output = await transport.run(controller, Command(script=READ_SCRIPT, args=(STATE_ROOT,)))
    _LOOK.after()
    verb, holder = _answer(output)
    if verb != "read":
        raise LeaseError(diagnose("lease-failed", where=controller, said=_said(output)))
    return holder


async def release(transport: Transport, lease: Lease) -> None:
    """Best effort: what is not released expires."""
    _RELEASE.before()
    try:
        await transport.run(lease.controller, Command(script=END_SCRIPT, args=(STATE_ROOT, lease.run)))
    except TransportError:
        return
    _RELEASE.after()


async def force_release(transport: Transport, controller: str) -> LeaseHolder | None:
    """Takes it from whoever has it, and says who that was; it is free when it would have expired, and no sooner.

    Raises LeaseError, TransportError."""
    _BREAK.before()
    output = await transport.run(controller, Command(script=BREAK_SCRIPT, args=(STATE_ROOT, str(TTL_S))))
    _BREAK.after()
    verb, holder = _answer(output)
    if verb != "ended":
        raise LeaseError(diagnose("lease-failed", where=controller, said=_said(output)))
    return holder


async def renew_until_cancelled(
    transport: Transport, lease: Lease, term: LeaseValidity, *, clock: Clock, stop: StopSignal
) -> None:
    """Renews at once, and until cancelled. When it is lost, or may be, the run starts no further step."""
    renewed = clock.steady()
    while True:
        asked, off = clock.steady(), ahead(clock)
        match await _renew(transport, lease):
            case "renewed":
                renewed = term.since = asked
                term.ahead = off
            case "lost":
                term.since = None
                stop.stop_because(diagnose("lease-lost", where=lease.controller, run=lease.run))
                return
            case _ if clock.steady() - renewed > RENEW_DEADLINE_S:
                stop.stop_because(
                    diagnose("lease-not-renewed", where=lease.controller, seconds=int(clock.steady() - renewed))
                )
                return
            case _:
                pass
        await clock.sleep(RENEW_INTERVAL_S if clock.steady() - renewed < RENEW_INTERVAL_S else RETRY_INTERVAL_S)


async def _renew(transport: Transport, lease: Lease) -> str:
    _RENEW.before()
    try:
        output = await transport.run(
            lease.controller, Command(script=RENEW_SCRIPT, args=(STATE_ROOT, lease.run), timeout_s=10.0)
        )
    except TransportError as error:
        output = error.heard
    _RENEW.after()
    verb, _ = _answer(output)
    return verb


async def publish_epoch(transport: Transport, hosts: Iterable[str], epoch: int) -> tuple[Diagnostic, ...]:
    """Tells every host the new epoch before anything is started. One that cannot be told cannot be worked on either."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_publish_epoch(transport, host, epoch)) for host in dict.fromkeys(hosts)]
    return tuple(diagnostic for task in tasks if (diagnostic := task.result()) is not None)


async def _publish_epoch(transport: Transport, host: str, epoch: int) -> Diagnostic | None:
    _FENCE.before()
    try:
        output = await transport.run(host, Command(script=RAISE_FENCE, args=(STATE_ROOT, str(epoch))))
    except TransportError as error:
        return error.diagnostic
    _FENCE.after()
    told = last_match(r"bkrec-says fence (fenced|stale ([0-9]{1,18}))$", output.stdout)
    return diagnose("lease-superseded", where=host, epoch=told[2]) if told is not None and told[2] else None


_LINE = r"bkrec-lease (\w+) (\S+) ([0-9]{1,18}|-) (-?[0-9]{1,18}) (\S+) (\S+) \.$"
"""[0-9], since \\d means the digits of every script; eighteen of them, since int() refuses some thousands."""


def _answer(output: Output) -> tuple[str, LeaseHolder | None]:
    told = last_match(_LINE, output.stdout)
    if told is None:
        return "", None
    verb, run, epoch, age, user, source = told.groups()
    if run == "none" or epoch == "-":
        return verb, None
    name, broken, _ = run.partition("!broken")
    return verb, LeaseHolder(
        run=name, epoch=int(epoch), age_s=max(0, int(age)), user=user, source=source, broken=bool(broken)
    )


def _said(output: Output) -> str:
    return (output.stdout + output.stderr).strip()[-200:] or "connection-lost"


def _word(text: str) -> str:
    """One word of the lease's line."""
    return re.sub(r"[^\w.@:-]+", "_", text) or "-"
