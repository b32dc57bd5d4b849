"""`runbook`: the plan for a person, as text that needs no program of ours where it is carried out. Read-only."""

from pathlib import Path

from reconciler.commands import assess
from reconciler.commands.part import PartRequest
from reconciler.commands.result import Result
from reconciler.view.reports import ClusterReport


async def runbook(path: Path, part: PartRequest | None = None) -> Result[ClusterReport]:
    """What `plan` finds; only its form is another. Raises SpecError, TransportError, UsageError."""
    return await assess.plan(path, part=part)
