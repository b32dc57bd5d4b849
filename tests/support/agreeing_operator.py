"""An operator who agrees to every plan, and `apply` as that operator calls it."""

import asyncio
from pathlib import Path

from reconciler.commands import apply as use_case
from reconciler.commands.part import PartRequest
from reconciler.commands.result import Answer, Result
from reconciler.commands.run import Console
from reconciler.core.events import Event, StepStarted
from reconciler.engine.stop import StopRequest
from reconciler.view.reports import ClusterReport, RunReport


class Desk:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.shown: list[ClusterReport] = []

    async def confirm(self, report: ClusterReport) -> Answer:
        self.shown.append(report)
        return "yes"

    @property
    def started(self) -> list[str]:
        return [event.step.partition("@")[0] for event in self.events if isinstance(event, StepStarted)]


def apply(desk: Path, person: Desk, request: PartRequest | None = None, plan: Path | None = None) -> Result[RunReport]:
    console = Console(confirm=person.confirm, emit=person.events.append, stop=StopRequest())
    return asyncio.run(use_case.apply(desk / "cluster.toml", console, plan=plan, part=request))
