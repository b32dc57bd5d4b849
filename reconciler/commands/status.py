"""`status`: how the last run from this machine ended, and what runs on the cluster now. Writes nothing.

Where the controller is out of reach, the journal's answer is all there is, and a warning says so.
"""

from pathlib import Path

from reconciler.commands import session
from reconciler.commands.history import runs, runs_elsewhere
from reconciler.commands.lock import lock_document
from reconciler.commands.pause import pause_document
from reconciler.commands.result import Result
from reconciler.engine import activity, approvals
from reconciler.engine.lease import LeaseError
from reconciler.engine.transport import TransportError
from reconciler.rules import preflight
from reconciler.view.documents import ApprovalDoc, JobDoc, StatusDoc


async def status(path: Path) -> Result[StatusDoc]:
    """Raises SpecError."""
    last = next(reversed(runs(path)), None)
    moved = () if last else runs_elsewhere(path)
    try:
        async with session.open_cluster(path) as opened:
            controller, cluster = opened.controller, opened.cluster
            now = await activity.current_activity(
                opened.transport, opened.gather, controller, cluster.inventory.everyone
            )
            given = await approvals.read(opened.gather, controller, preflight.approvals(cluster))
    except (TransportError, LeaseError) as error:
        return Result(document=StatusDoc(last=last), warnings=(*moved, *error.diagnostics))
    document = StatusDoc(
        last=last,
        lock=lock_document(now.holder),
        pause=pause_document(now.paused),
        jobs=[JobDoc(host=job.host, job=job.job, line=job.line) for job in now.running],
        approvals=[
            ApprovalDoc(approval=approval.approval, who=approval.who, since=approval.since, run=approval.run)
            for approval in given
        ],
    )
    return Result(document=document, warnings=(*moved, *now.unread))
