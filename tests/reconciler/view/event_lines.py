"""Every event with the line that it prints."""

from reconciler.core import events as ev
from tests.reconciler.view.world import (
    RETIRE,
    START,
)

EVENTS: list[tuple[ev.Event, str]] = [
    (ev.RunStarted(run="r1", epoch=3, steps=(RETIRE.id, START.id)), "run r1 started: 2 steps, epoch 3"),
    (ev.JobAdopted(host="h", job="j"), "h: job j of an earlier run is still running; waiting for it"),
    (ev.StepStarted(step=START.id, host="10.0.0.3", job="j"), "#2 started on 10.0.0.3: start bk-auth.service"),
    (ev.StepOutput(step=START.id, line="\x1b[31mhello\r"), "#2 | hello"),
    (ev.StepDone(step=START.id, seconds=3.2, exit_status=0), "#2 verified after 3 s"),
    (
        ev.StepDone(step=START.id, seconds=3.2, exit_status=5),
        "#2 verified after 3 s, although its command exited with 5",
    ),
    (ev.StepSkipped(step=RETIRE.id), "#1 skipped: its effects are already in place"),
    (ev.StepBlocked(step=START.id, cause=RETIRE.id), "#2 blocked: #1 failed"),
    (
        ev.StepDeferred(step=START.id, fact="package-versions.recorded 0 @10.0.0.1"),
        "#2 deferred: package versions differ from the plan; re-planning",
    ),
    (ev.StepPostponed(step=START.id), "#2 postponed: it would end after the maintenance window"),
    (ev.RunInterrupted(running=(RETIRE.id,)), "stopped; still running on their hosts: #1"),
    (ev.StepSkipped(step="of-another-plan"), "#of-another-plan skipped: its effects are already in place"),
]
