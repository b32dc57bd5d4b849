"""What has to be approved is shown before, asked with names and counts, and told afterwards with who agreed."""

import pytest

from reconciler.core import events as ev
from reconciler.core.approval import pending_approvals
from reconciler.view.documents import ApprovalDoc, HistoryDoc, LockDoc, PauseDoc, RunSummaryDoc, StatusDoc
from reconciler.view.explain import explain
from reconciler.view.render import RenderOptions
from reconciler.view.text.diagnostic import diagnostics_text
from reconciler.view.text.event import event_lines
from reconciler.view.text.plan import plan_text
from reconciler.view.text.runs import history_text, status_text
from reconciler.view.to_documents import event_document, plan_document
from specs.text import Lang
from tests.sim.test_topology import DIFFERS, IDLE, ON, planned

PLAN = planned(DIFFERS)
EN = RenderOptions(width=400)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_plan_names_the_gate_what_it_deletes_and_what_a_person_does(lang: Lang) -> None:
    text = plan_text(PLAN, RenderOptions(lang=lang, width=400))
    assert text.count("[--approve cmdb-topology]") == 4
    assert "#3-#6" in text
    assert "`bkrec apply --approve cmdb-topology`" in text
    assert "作业平台v3, 公共组件" in text


def test_the_document_has_gate_and_deletions_step_by_step() -> None:
    steps = plan_document(PLAN).steps
    gated = {step.action: step for step in steps if step.approval}
    assert {step.approval for step in gated.values()} == {"cmdb-topology"}
    deletes = gated["cmdb.delete-templates"].deletes
    assert deletes is not None
    assert deletes.fields["template_names"] == "set jobv3, service job-config"
    assert [step.action for step in steps if step.manual] == ["cmdb.move-hosts", "cmdb.delete-sets"]


def test_what_is_asked_says_what_to_type() -> None:
    text = diagnostics_text(pending_approvals(PLAN, set()), EN)
    assert "error[approval-needed]" in text
    assert "sets (2): 作业平台v3, 公共组件" in text
    assert "`bkrec apply --approve cmdb-topology`" in text
    by_hand = diagnostics_text(pending_approvals(planned(DIFFERS, IDLE), {"cmdb-topology"}), EN)
    assert "error[cmdb-delete-sets]" in by_hand


def test_events_of_an_approval_and_of_waiting() -> None:
    step = next(step for step in PLAN.steps if step.action.approval_id)
    awaited = ev.StepNeedsHuman(step=step.id, diagnostic=pending_approvals(PLAN, set())[0])
    given = ev.ApprovalGiven(approval="cmdb-topology", user="wang", source="ops")
    assert list(event_lines(given, PLAN, EN)) == ["wang at ops approved: cmdb-topology"]
    (line,) = event_lines(awaited, PLAN, EN)
    assert line.startswith("#3 needs manual action: manually")
    document = event_document(awaited)
    assert document.problem is not None
    assert (document.event, document.problem.code) == ("step-needs-human", "approval-needed")
    assert event_document(given).approval == "cmdb-topology"


def test_status_and_history_say_who_agreed() -> None:
    run = RunSummaryDoc(
        run="r1", started="s", verdict="differs", steps=9, done=3, failed=0, approved=["cmdb-topology wang@ops"]
    )
    assert "--approve cmdb-topology wang@ops" in history_text(HistoryDoc(runs=[run]), EN)
    given = ApprovalDoc(approval="cmdb-topology", who="wang@ops", since="2026-01-02T03:04:05Z", run="r1")
    status = StatusDoc(last=run, lock=LockDoc(locked=False), pause=PauseDoc(paused=False), approvals=[given])
    assert "topology was last approved by wang@ops at 2026-01-02T03:04:05Z, for run r1" in status_text(status, EN)


def test_what_is_approved_is_explained_as_its_section() -> None:
    by_id, by_section = (explain(asked, ON.release.sections, ON.release.guide) for asked in ("cmdb-topology", "7.17"))
    assert [entry.title for entry in by_id.entries] == [entry.title for entry in by_section.entries]
    assert explain("", ON.release.sections, ON.release.guide).entries == []
