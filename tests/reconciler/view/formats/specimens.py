"""A report of each kind, for the tests of formats."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from reconciler.core import events as ev
from reconciler.core.eta import NOTHING_KNOWN
from reconciler.core.preflight import check_results
from reconciler.core.rehearsal import rehearse
from reconciler.core.schedule import LostHost
from reconciler.core.undo_scope import IrreversibleStep, UndoScope
from reconciler.view.documents import (
    AckDoc,
    BackupReportDoc,
    ExplainDoc,
    HistoryDoc,
    LockDoc,
    PauseDoc,
    RunReportDoc,
    SealChangeDoc,
    SealDoc,
    SealedHostDoc,
    StatusDoc,
    StepReportDoc,
    TaskDoc,
    TrustDoc,
)
from reconciler.view.reports import (
    ChecksReport,
    ClusterReport,
    DoctorReport,
    ErrorReport,
    InitProposal,
    InitReport,
    ProbeReport,
    RehearsalReport,
    ReportKind,
    RunReport,
    SchemaReport,
    UndoPreview,
    UndoReport,
)
from reconciler.view.to_documents import problem
from specs.diagnostic import diagnose
from tests.reconciler.view.world import EXPECTED, PLAN, PORT, READINGS, RETIRE, RIGHT, START, STUCK, TITLES, difference

CLUSTER = ClusterReport(
    name="x",
    release="6.2.2",
    difference=difference(),
    plan=PLAN,
    titles=TITLES,
    warnings=(diagnose("package-overridden", where="cluster.toml", md5="a", pinned="b"),),
    readings=READINGS,
)
EVENTS = (
    ev.RunStarted(run="r1", epoch=1, steps=(RETIRE.id, START.id)),
    ev.StepStarted(step=RETIRE.id, host="10.0.0.2", job="j"),
    ev.StepFailed(step=RETIRE.id, diagnostic=STUCK, tail=("<last & line>",)),
    ev.StepBlocked(step=START.id, cause=RETIRE.id),
    ev.RunEnded(verdict="failed", done=0, failed=1, seconds=3.0),
)
PREVIEW = UndoPreview(
    scope=UndoScope(
        run="r1", saved_items=(), irreversible=(IrreversibleStep(host="h", step=RETIRE.id, undo="migrated"),)
    ),
    cluster=CLUSTER,
    afterwards=(PORT,),
)
LOST = LostHost(host="10.0.0.3", at_s=2.0)
REPORTS: Mapping[ReportKind, Any] = {
    "ack": AckDoc(tasks=[TaskDoc(task="job-upgrader-after", host="10.0.0.1", state="untraced")]),
    "apply": RunReport(verdict="failed", exit_code=3, cluster=CLUSTER, events=EVENTS, diagnostics=(STUCK,)),
    "check": CLUSTER,
    "checks": ChecksReport(
        reports=(
            CLUSTER,
            ErrorReport(exit_code=65, diagnostics=(diagnose("file-exists", where="x", path="x"),), cluster="y"),
            replace(CLUSTER, name="z", difference=difference(RIGHT)),
        )
    ),
    "diff": CLUSTER,
    "doctor": DoctorReport(
        release="6.2.2", steps=2, checks=check_results(EXPECTED, READINGS), problems=(STUCK,), warnings=CLUSTER.warnings
    ),
    "error": ErrorReport(exit_code=65, diagnostics=(diagnose("file-exists", where="x", path="x"),)),
    "explain": ExplainDoc(id="x", entries=[]),
    "history": HistoryDoc(runs=[]),
    "init": InitReport(
        path="cluster.toml",
        proposal=InitProposal(
            name="x", release="6.2.2", address="10.0.0.1", connect="c", user="root", port=22, via="direct",
            package="/x.tgz", placement=(("auth", ("10.0.0.3",), PORT),),
        ),
    ),
    "lock": LockDoc(locked=True, who="wang", origin="ops", run="r1", epoch=2, age_s=1.0),
    "seal": SealDoc(
        hosts=[
            SealedHostDoc(
                host="10.0.0.1",
                state="sealed",
                entries=812,
                accepted=[SealChangeDoc(change="content", part="units", name="/etc/systemd/system/x.service")],
            ),
            SealedHostDoc(host="10.0.0.2", state="history", history=["2026-11-29T19:27:31Z root@vm take"]),
        ]
    ),
    "pause": PauseDoc(paused=True, who="wang", since="now", why="disk"),
    "plan": CLUSTER,
    "probe": ProbeReport(
        cluster=CLUSTER, readings=READINGS, modules={expected.fact: expected.module for expected in EXPECTED}
    ),
    "rehearse": RehearsalReport(
        cluster=CLUSTER,
        planned=rehearse(PLAN, EXPECTED, READINGS, NOTHING_KNOWN),
        scenario=rehearse(PLAN, EXPECTED, READINGS, NOTHING_KNOWN, fails=frozenset((RETIRE.id,)), lost=LOST),
        fails=(RETIRE.id,),
        lost=LOST,
    ),
    "runbook": replace(CLUSTER, controller="10.0.0.1"),
    "report": RunReportDoc(
        cluster="x", run="r1", user="wang", source="ops", started="2026-01-01T02:00:00.000+00:00", ended="", verdict="",
        approvals=["cmdb-topology wang@ops"], torn=1, problems=[problem(STUCK)],
        steps=[
            StepReportDoc(
                step=RETIRE.id, host="10.0.0.2", module="paas", section="7.1", outcome="failed", started="", seconds=0,
                attempts=2, irreversible=True, changes=["a: <b> -> c"], problem=problem(STUCK), log=["<last & line>"],
            )
        ],
        backups=[BackupReportDoc(step=START.id, host="10.0.0.3", made="", restore=["cp -a /a /b"])],
    ),
    "schema": SchemaReport(schema={"type": "object"}),
    "status": StatusDoc(last=None),
    "trust": TrustDoc(servers=[]),
    "undo": UndoReport(verdict="rolled-back", exit_code=7, cluster=CLUSTER, preview=PREVIEW, events=EVENTS),
}  # fmt: skip
KINDS = get_args(ReportKind)
