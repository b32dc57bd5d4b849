"""Acknowledgements: a person's statement about work that leaves no trace, recorded where that work would be done.

What was done or left out by hand before bkrec came, nobody but a person knows. Their word becomes the same record, or
the same note, that bkrec's own step would have left; so all that follows is decided by facts as ever.
"""

from dataclasses import dataclass

from probes.command import Command
from probes.fact import AnyReading, Known
from probes.job import STATE_ROOT
from probes.task import TaskDone
from reconciler.core.redact import clean
from reconciler.engine.batch import reply_to
from reconciler.engine.failpoints import register
from reconciler.engine.gather import GatherFacts
from reconciler.engine.jobs.scripts import RECORD, RECORD_PENDING
from reconciler.engine.transport import Transport
from specs.diagnostic import BkrecError, diagnose

_RECORD = register("ack-record")
_RECORD_PENDING = register("ack-record-pending")


class AckError(BkrecError):
    """It is not certain that the acknowledgement was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    """A manual task of this release on this cluster, and its state."""

    fact: TaskDone
    reading: AnyReading
    origin: str
    """The version it would start from, where it needs one and a backup of the guide's tells; "" otherwise."""
    needs_origin: bool


async def record(transport: Transport, fact: TaskDone, *, who: str) -> None:
    """It was done. Raises AckError, TransportError. `who`: one word."""
    command = Command(script=RECORD, args=(STATE_ROOT, fact.task, f"{fact.release} ack {who}"))
    _RECORD.before()
    output = await transport.run(fact.host, command)
    _RECORD.after()
    _require_reply("recorded", output.stdout, fact)


async def record_pending(transport: Transport, fact: TaskDone, *, origin: str) -> None:
    """It was not. Raises AckError, TransportError. `origin`: the version the upgrade started from, or ""."""
    _RECORD_PENDING.before()
    output = await transport.run(fact.host, Command(script=RECORD_PENDING, args=(STATE_ROOT, fact.task, origin)))
    _RECORD_PENDING.after()
    _require_reply("noted", output.stdout, fact)


async def confirm(gather: GatherFacts, fact: TaskDone, *, done: bool) -> AnyReading:
    """Read the record back. Raises AckError where it is not the one that was written."""
    reading = (await gather([fact])).readings[fact]
    if reading != Known(done):
        raise AckError(diagnose("ack-failed", where=fact.host, task=fact.task, error=str(reading)))
    return reading


def _require_reply(word: str, reply_text: str, fact: TaskDone) -> None:
    if reply_to("ack", reply_text) != word:
        text = clean(reply_text).strip()[-200:] or "-"
        raise AckError(diagnose("ack-failed", where=fact.host, task=fact.task, error=text))
