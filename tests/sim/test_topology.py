"""Guide 7.17 in the simulator: off, nothing changes; on, the gate, the order, and from wherever somebody stopped."""

from collections.abc import Mapping
from typing import Any

import pytest

from actions.cmdb import Emptying
from probes.cmdb import (
    BusinessHosts,
    EditingLocked,
    EditingUnlocked,
    HostModules,
    RemainingSets,
    RemainingTemplates,
    TopologyCustom,
    UnknownModuleLines,
)
from probes.fact import AnyFact, AnyReading, Known, Unknown
from reconciler.core.approval import pending_approvals, waiting_steps
from reconciler.core.diff import diff
from reconciler.core.plan import Plan
from reconciler.core.verdict import verdict
from reconciler.rules.database import DUMPED
from reconciler.rules.preflight import SITE_CODE, approvals
from reconciler.rules.registry import expected_facts
from specs.reason import CodedReason, reason
from tests.sim.board import Board
from tests.sim.business_topology import BUSY, DIFFERS, DONE, FITS, HOME, IDLE, INSTALL, ON, H, planned, world
from tests.sim.proof import prove
from tests.sim.states import Answers, decide
from tests.sim.worlds import World, guide_cluster, live

SETS, TEMPLATES = RemainingSets(host=H, install=INSTALL), RemainingTemplates(host=H, install=INSTALL)
OPEN, SHUT = (fact(host=H, env="/data/install/bin/04-final/cmdb.env") for fact in (EditingUnlocked, EditingLocked))
OPENED: Mapping[AnyFact, AnyReading] = {OPEN: Known(True), SHUT: Known(False)}
NO_SETS: Mapping[AnyFact, AnyReading] = {SETS: Known(())}
EMPTY: Mapping[AnyFact, AnyReading] = {TEMPLATES: Known(())}


def kinds(plan: Plan) -> list[str]:
    return [str(getattr(step.action, "kind", "")) for step in plan.steps]


def test_off_nothing_is_looked_at_and_no_deletion_can_be_approved() -> None:
    off = guide_cluster()
    assert not any("cmdb." in str(getattr(wish.fact, "kind", "")) for wish in expected_facts(off))
    assert {expected.fact for expected in expected_facts(off)} == {wish.fact for wish in expected_facts(ON)} - {
        wish.fact for wish in expected_facts(ON) if str(getattr(wish.fact, "kind", "")).startswith("cmdb.")
    }
    assert (approvals(off), approvals(ON)) == ((DUMPED, SITE_CODE), ("cmdb-topology", DUMPED, SITE_CODE))
    assert [section.id for section in off.release.sections if not section.covered] == ["7.17"]
    assert [section.id for section in ON.release.sections if not section.covered] == []


def test_what_is_right_is_left_alone_and_asks_for_nothing() -> None:
    plan = planned()
    assert (plan.steps, plan.blocked, pending_approvals(plan, set())) == ((), (), ())


CHAIN = ["cmdb.move-hosts", "cmdb.unlock", "cmdb.delete-sets", "cmdb.delete-templates", "cmdb.build", "cmdb.lock"]
COPIES = ["backup.mongodb", "backup.cmdb"]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ((DIFFERS,), [*COPIES, *CHAIN]),
        ((DIFFERS, IDLE), [*COPIES, *CHAIN[1:]]),
        ((DIFFERS, IDLE, OPENED), [*COPIES, *CHAIN[2:]]),
        ((DIFFERS, IDLE, OPENED, NO_SETS), [*COPIES, *CHAIN[3:]]),
        ((DIFFERS, IDLE, NO_SETS), [*COPIES, "cmdb.unlock", *CHAIN[3:]]),
        ((DIFFERS, IDLE, OPENED, NO_SETS, EMPTY), CHAIN[4:]),
        ((DIFFERS, IDLE, NO_SETS, EMPTY), CHAIN[4:5]),
        ((OPENED,), ["cmdb.lock"]),
    ],
    ids=["all", "idle", "opened", "no-sets", "shut-again-meanwhile", "empty", "empty-and-shut", "forgotten-open"],
)
def test_it_goes_on_from_wherever_it_was_left(changes: Any, wanted: list[str]) -> None:
    start = world(*changes)
    plan, readings = decide(start)
    assert kinds(plan) == wanted
    assert Board(plan, expected_facts(ON), readings).needless() == []
    end = live(start, plan)
    assert decide(end)[0].steps == ()
    assert verdict(diff(expected_facts(ON), Answers(end))) == "converged"


def test_nothing_that_deletes_is_begun_without_its_approval() -> None:
    plan = planned(DIFFERS)
    gated = {step.id for step in plan.steps if isinstance(step.action, Emptying)}
    assert {step.action.approval_id for step in plan.steps if step.id in gated} == {"cmdb-topology"}
    assert all(step.action.approval_id or step.action.disrupts != "data" for step in plan.steps)
    free = [
        kind for kind, step in zip(kinds(plan), plan.steps, strict=True) if step.id not in waiting_steps(plan, set())
    ]
    assert free == COPIES
    (diagnostic,) = pending_approvals(plan, set())
    assert (diagnostic.code, dict(diagnostic.fields)) == ("approval-needed", {"approval": "cmdb-topology"})


def test_the_approval_is_asked_with_names_counts_and_hosts_that_nothing_puts_back() -> None:
    stray: Mapping[AnyFact, AnyReading] = {BusinessHosts(host=H, install=INSTALL): Known((H, "10.0.0.77"))}
    (diagnostic,) = pending_approvals(planned(DIFFERS, stray), set())
    assert isinstance(diagnostic.because, CodedReason)
    fields = dict(diagnostic.because.fields)
    assert (fields["sets"], fields["set_names"]) == ("2", "作业平台v3, 公共组件")
    assert (fields["templates"], fields["strays"]) == ("2", "10.0.0.77")


def test_approved_the_next_thing_is_a_persons_and_only_that_is_asked() -> None:
    approved = {"cmdb-topology"}
    assert [diagnostic.code for diagnostic in pending_approvals(planned(DIFFERS), approved)] == ["cmdb-move-hosts"]
    assert [told.code for told in pending_approvals(planned(DIFFERS, IDLE, OPENED), approved)] == ["cmdb-delete-sets"]
    assert pending_approvals(planned(DIFFERS, IDLE, OPENED, NO_SETS), approved) == ()


def test_where_nothing_is_left_to_delete_nothing_has_to_be_approved() -> None:
    plan = planned(DIFFERS, IDLE, NO_SETS, EMPTY)
    assert waiting_steps(plan, set()) == frozenset()


@pytest.mark.parametrize(
    ("fact", "found", "code"),
    [
        (TopologyCustom(host=H, install=INSTALL), ("set 自建",), "cmdb-topology-custom"),
        (UnknownModuleLines(host="10.0.0.2", install=INSTALL, home=HOME), ("fta",), "cmdb-unknown-lines"),
    ],
    ids=["custom", "stale-line"],
)
def test_it_is_refused_whole_and_by_name(fact: AnyFact, found: tuple[str, ...], code: str) -> None:
    plan = planned(DIFFERS, {fact: Known(found)})
    assert [blocked.diagnostic.code for blocked in plan.blocked] == [code]
    assert dict(plan.blocked[0].diagnostic.fields)["found"] == ", ".join(found)
    assert [step for step in plan.steps if isinstance(step.action, Emptying)] == []
    assert "cmdb.build" not in kinds(plan)


def test_what_is_custom_refuses_nothing_where_the_topology_fits() -> None:
    own: AnyFact = TopologyCustom(host=H, install=INSTALL)
    assert planned({own: Known(("set 自建",))}).blocked == ()


def test_a_host_that_is_only_missing_from_its_modules_is_put_there_and_nothing_deleted() -> None:
    missing: AnyFact = HostModules(host="10.0.0.3", install=INSTALL, home=HOME)
    plan = planned({missing: Known(("auth",))})
    assert kinds(plan) == ["cmdb.assign"]
    assert waiting_steps(plan, set()) == frozenset()


@pytest.mark.parametrize("fact", [FITS, TEMPLATES, SETS, BUSY, OPEN], ids=lambda fact: fact.kind)
def test_what_cannot_be_asked_deletes_nothing(fact: AnyFact) -> None:
    plan = planned(DIFFERS, {fact: Unknown(reason("esb-no-secret", file="paas.env"))})
    assert "cmdb.delete-templates" not in kinds(plan)
    assert "cmdb.build" not in kinds(plan)


def test_it_comes_after_everything_else_of_an_upgrade() -> None:
    plan = decide(World(cluster=ON))[0]
    first = next(number for number, step in enumerate(plan.steps) if isinstance(step.action, Emptying))
    assert {step.section for step in plan.steps[first:]} <= {"7.17", "7.18"}
    assert {"cmdb.job-modules", *COPIES, *CHAIN} <= set(kinds(plan))


@pytest.mark.timeout(300)
def test_no_step_is_in_vain_and_no_order_matters_with_it_on() -> None:
    assert prove(range(60), DONE)["steps"] > 600
