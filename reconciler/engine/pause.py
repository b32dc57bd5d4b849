"""Pause: a person's wish, kept on the controller, that no further step be started on this cluster by anybody.

It is a fact like any other, so that a run on another machine knows of it too. What is in flight is waited for; a run
that finds the wish starts nothing more, and says who wished it, when and why.
"""

import re
from dataclasses import dataclass

from probes.command import Command
from probes.fact import Known, Unknown
from probes.job import STATE_ROOT, Paused
from reconciler.core.redact import clean, safe
from reconciler.engine.batch import reply_to
from reconciler.engine.clock import Clock
from reconciler.engine.failpoints import register
from reconciler.engine.gather import GatherFacts
from reconciler.engine.jobs.scripts import PAUSE, RESUME
from reconciler.engine.stop import StopRequest
from reconciler.engine.transport import Transport
from specs.diagnostic import BkrecError, Diagnostic, diagnose

WATCH_INTERVAL_S = 5.0

_PAUSE = register("pause")
_RESUME = register("resume")


class PauseError(BkrecError):
    """The wish could not be put down, or taken back, for certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRequest:
    who: str
    since: str
    """By the controller's clock."""
    why: str


async def read(gather: GatherFacts, controller: str) -> PauseRequest | None:
    """None too where nobody could tell: whoever cannot be read cannot be worked on either."""
    fact = Paused(host=controller)
    match (await gather([fact])).readings.get(fact):
        case Known(value):
            who, since, why = (*str(value).split(" ", 2), "", "")[:3]
            return PauseRequest(who=who, since=since, why=why)
        case _:
            return None


async def pause_diagnostic(gather: GatherFacts, controller: str) -> Diagnostic | None:
    request = await read(gather, controller)
    return request and diagnose(
        "paused", where=controller, who=request.who, since=request.since, reason=request.why or "-"
    )


async def check(gather: GatherFacts, controller: str) -> Diagnostic | None:
    """Why no step may start: a pause was requested, or the request could not be read. A running step is not stopped by
    an unread one."""
    fact = Paused(host=controller)
    reading = (await gather([fact])).readings.get(fact)
    if isinstance(reading, Unknown):
        return diagnose("pause-unread", where=controller, host=controller, because=reading.why)
    return await pause_diagnostic(gather, controller)


async def watch(gather: GatherFacts, controller: str, *, clock: Clock, stop: StopRequest) -> None:
    """Until cancelled, or until a pause is requested: then the run starts no further step."""
    while True:
        paused = await pause_diagnostic(gather, controller)
        if paused is not None:
            stop.stop_because(paused)
            return
        await clock.sleep(WATCH_INTERVAL_S)


async def pause(transport: Transport, controller: str, *, who: str, why: str) -> None:
    """Request a pause; a second request replaces the first. Raises PauseError, TransportError."""
    name = re.sub(r"[^\w.@:-]+", "_", who) or "-"
    _PAUSE.before()
    output = await transport.run(controller, Command(script=PAUSE, args=(STATE_ROOT, name, safe(why)[:500])))
    _PAUSE.after()
    _require_reply("paused", output.stdout, controller)


async def resume(transport: Transport, controller: str) -> None:
    """Withdraw the request; without one nothing changes. Raises PauseError, TransportError."""
    _RESUME.before()
    output = await transport.run(controller, Command(script=RESUME, args=(STATE_ROOT,)))
    _RESUME.after()
    _require_reply("resumed", output.stdout, controller)


def _require_reply(word: str, text: str, controller: str) -> None:
    if reply_to("pause", text) != word:
        raise PauseError(diagnose("pause-failed", where=controller, error=clean(text).strip()[-200:] or "-"))
