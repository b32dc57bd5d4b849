"""`pause` and `resume`: no further step starts on the cluster, from any machine, until it is resumed."""

from pathlib import Path

from reconciler.commands import caller, session
from reconciler.commands.result import Result
from reconciler.engine import pause as engine
from reconciler.view.documents import PauseDoc


async def pause(path: Path, why: str) -> Result[PauseDoc]:
    """Raises PauseError, TransportError."""
    async with session.open_controller(path) as opened:
        await engine.pause(opened.transport, opened.controller, who=caller.who(), why=why)
        return Result(document=pause_document(await engine.read(opened.gather, opened.controller)))


async def resume(path: Path) -> Result[PauseDoc]:
    """Raises PauseError, TransportError."""
    async with session.open_controller(path) as opened:
        await engine.resume(opened.transport, opened.controller)
    return Result(document=PauseDoc(paused=False))


def pause_document(request: engine.PauseRequest | None) -> PauseDoc:
    if request is None:
        return PauseDoc(paused=False)
    return PauseDoc(paused=True, who=request.who, since=request.since, why=request.why)
