"""`lock status` and `lock break`: who may change the cluster now, and releasing the lease of a holder that is gone."""

from dataclasses import replace
from pathlib import Path

from reconciler.commands import session
from reconciler.commands.result import Result
from reconciler.engine import lease
from reconciler.view.documents import LockDoc


async def status(path: Path) -> Result[LockDoc]:
    """Writes nothing. Raises LeaseError, TransportError."""
    async with session.open_controller(path) as opened:
        return Result(document=lock_document(await lease.read_lease(opened.transport, opened.controller)))


async def force_release(path: Path) -> Result[LockDoc]:
    """Ends another holder's lease, and says whose it was: they renew it no more, and it is free when it expires."""
    async with session.open_controller(path) as opened:
        holder = await lease.force_release(opened.transport, opened.controller)
    if holder is None:
        return Result(document=lock_document(None))
    document = lock_document(replace(holder, broken=False))
    return Result(document=document.model_copy(update={"released": document.locked}))


def lock_document(holder: lease.LeaseHolder | None) -> LockDoc:
    """An expired lease locks nothing: the next `apply` takes it; one that was broken, as soon as it has expired."""
    if holder is None:
        return LockDoc(locked=False)
    return LockDoc(
        locked=not (holder.expired or holder.broken),
        who=holder.user,
        origin=holder.source,
        run=holder.run,
        epoch=holder.epoch,
        age_s=holder.age_s,
    )
