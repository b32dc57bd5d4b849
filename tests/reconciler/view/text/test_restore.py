"""How backups are restored, in a plan and after a failure: the same commands, unbroken, there to be pasted."""

import pytest

from reconciler.core import events as ev
from reconciler.core.plan import Plan, Step
from reconciler.view.render import RenderOptions
from reconciler.view.text import event_lines, plan_text
from reconciler.view.to_documents import plan_document
from specs.diagnostic import diagnose
from tests.sim.states import decide
from tests.sim.worlds import World, finished, guide_cluster

PAGES = (RenderOptions(lang="en", width=60), RenderOptions(lang="zh", width=60))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return decide(World(cluster=guide_cluster()))[0]


def backups(plan: Plan) -> list[Step]:
    return [step for step in plan.steps if step.action.restore_commands()]


def failed(step: Step, plan: Plan, page: RenderOptions) -> str:
    event = ev.StepFailed(step=step.id, diagnostic=diagnose("usage", message="no", help="x"), tail=())
    return "\n".join(event_lines(event, plan, page))


def test_a_plan_shows_how_each_backup_that_it_makes_is_restored(plan: Plan) -> None:
    kinds = {step.id.partition("@")[0] for step in backups(plan)}
    assert kinds == {"backup.mysql", "backup.mongodb", "backup.install-install", "package.swap"}
    documents = {step.id: step for step in plan_document(plan).steps}
    for page in PAGES:
        lines = [line.strip() for line in plan_text(plan, page).splitlines()]
        for step in backups(plan):
            commands = list(step.action.restore_commands())
            assert documents[step.id].restore == commands
            at = lines.index(commands[-1])
            assert lines[at - len(commands) + 1 : at + 1] == commands
            assert step.action.host in lines[at - len(commands)]


def test_after_an_irreversible_step_a_failure_shows_how_to_go_back(plan: Plan) -> None:
    first = next(step for step in plan.steps if step.action.irreversible)
    later = next(step for step in plan.steps if any(edge.step == first.id for edge in step.after))
    for page in PAGES:
        for step in (first, later):
            text = failed(step, plan, page)
            for each in backups(plan):
                assert all(f"\n      {command}" in text for command in each.action.restore_commands())
                assert each.action.host in text


def test_before_any_irreversible_step_a_failure_shows_none(plan: Plan) -> None:
    number = next(n for n, step in enumerate(plan.steps) if step.action.irreversible)
    assert number > 0
    for step in plan.steps[:number]:
        assert "restore" not in failed(step, plan, PAGES[0])


def test_a_failure_names_the_hosts_whose_backups_an_earlier_run_made(plan: Plan) -> None:
    """Resumed within a day, a run makes none of its own."""
    made = {step.id for step in backups(plan)}
    resumed = Plan(release=plan.release, steps=tuple(s for s in plan.steps if s.id not in made), blocked=())
    first = next(step for step in resumed.steps if step.action.irreversible)
    text = failed(first, resumed, RenderOptions(lang="en"))
    assert "made by an earlier run: recorded in /var/lib/bkrec/backups on 10.0.0.2, 10.0.0.3" in text


def test_a_plan_without_a_backup_shows_no_command() -> None:
    plan, _ = decide(finished(guide_cluster()))
    assert plan.steps == ()
    assert "restore" not in plan_text(plan, PAGES[0])
