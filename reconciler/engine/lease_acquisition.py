"""Waiting for one's turn: a lease that is held may be a living person's or a killed run's, and seconds tell which.

A living holder renews every ten seconds, so its age stays small; a dead one's only grows, and after a minute the lease
is there for the taking. The first is refused with the holder's name, the second is waited for: after `kill -9` the next
`apply` needs no flag and no patience.
"""

from collections.abc import Callable

from reconciler.core.events import LeaseContended
from reconciler.engine.clock import Clock
from reconciler.engine.lease import RENEW_INTERVAL_S, Lease, LeaseHeld, try_acquire
from reconciler.engine.stop import StopSignal
from reconciler.engine.transport import Transport

RETRY_INTERVAL_S = RENEW_INTERVAL_S + 2.0


async def acquire(
    transport: Transport,
    controller: str,
    *,
    run: str,
    user: str,
    source: str,
    floor: int,
    clock: Clock,
    stop: StopSignal,
    emit: Callable[[LeaseContended], None],
) -> Lease:
    """Raises LeaseHeld once the holder has shown that it lives, LeaseError, TransportError."""
    before: int | None = None
    while True:
        try:
            return await try_acquire(transport, controller, run=run, user=user, source=source, floor=floor)
        except LeaseHeld as held:
            holder = held.holder
            if holder is None or stop.requested or _is_alive(before, holder.age_s):
                raise
            if before is None:
                emit(LeaseContended(user=holder.user, source=holder.source, age_s=holder.age_s))
            before = holder.age_s
        await clock.sleep(RETRY_INTERVAL_S)


def _is_alive(before: int | None, now: int) -> bool:
    """Renewed since it was last looked at: its age did not grow by the time that passed."""
    return before is not None and now < before + RENEW_INTERVAL_S
