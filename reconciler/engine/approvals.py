"""Approvals: who agreed to which deletion, when and for which run, put down on the controller before it is begun.

It opens nothing: a run goes by what it was told itself. The line is there for whoever asks later what happened.
"""

import re
from dataclasses import dataclass

from probes.command import Command
from probes.fact import Known
from probes.job import STATE_ROOT
from probes.marker import Marker
from reconciler.core.redact import clean
from reconciler.engine.batch import reply_to
from reconciler.engine.failpoints import register
from reconciler.engine.gather import GatherFacts
from reconciler.engine.jobs.scripts import APPROVE
from reconciler.engine.transport import Transport
from specs.diagnostic import BkrecError, diagnose

_APPROVE = register("approve")


class ApproveError(BkrecError):
    """It is not certain that the approval was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The latest one of its id."""

    approval: str
    who: str
    since: str
    """By the controller's clock."""
    run: str


def approval_marker(controller: str, approval: str) -> Marker:
    return Marker(host=controller, name=f"approved-{approval}")


async def record(transport: Transport, controller: str, *, approval: str, who: str, run: str) -> None:
    """Raises ApproveError, TransportError."""
    name = re.sub(r"[^\w.@:-]+", "_", who) or "-"
    _APPROVE.before()
    output = await transport.run(controller, Command(script=APPROVE, args=(STATE_ROOT, approval, name, run)))
    _APPROVE.after()
    if reply_to("approve", output.stdout) != "noted":
        reply_text = clean(output.stdout).strip()[-200:] or "-"
        raise ApproveError(diagnose("approve-failed", where=controller, approval=approval, error=reply_text))


async def read(gather: GatherFacts, controller: str, approvals: tuple[str, ...]) -> tuple[Approval, ...]:
    """All that were given, the latest of each id; none that could not be read."""
    markers = {approval_marker(controller, approval): approval for approval in approvals}
    readings = (await gather(tuple(markers))).readings
    known = ((approval, readings.get(fact)) for fact, approval in markers.items())
    return tuple(_parse(approval, str(reading.value)) for approval, reading in known if isinstance(reading, Known))


def _parse(approval: str, line: str) -> Approval:
    who, since, run = (*line.split(" ", 2), "", "")[:3]
    return Approval(approval=approval, who=who, since=since, run=run)
