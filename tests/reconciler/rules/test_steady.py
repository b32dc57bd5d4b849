"""Containers that docker starts again and again: all that have to run have to stay up, and what does not is told."""

from probes.container import AppContainer, ContainerState, UnsteadyContainers
from probes.fact import Absent, Known
from reconciler.core.diff import diff
from reconciler.core.verdict import verdict
from reconciler.rules.registry import expected_facts
from tests.sim.worlds import finished, guide_cluster, study

WHOLE = guide_cluster()
FACTS = [wish.fact for wish in expected_facts(WHOLE) if isinstance(wish.fact, UnsteadyContainers)]


def test_every_container_and_saas_that_has_to_run_has_to_stay_up() -> None:
    """bk-monitor among them, of which nothing else tells more than that it runs."""
    run = {
        (
            expected.fact.host,
            expected.fact.container if isinstance(expected.fact, ContainerState) else expected.fact.app,
        )
        for expected in expected_facts(WHOLE)
        if isinstance(expected.fact, (ContainerState, AppContainer)) and expected.reading != Absent()
    }
    assert {(fact.host, name) for fact in FACTS for name in (*fact.containers, *fact.apps)} == run
    assert "bk-monitor" in {name for _, name in run}
    assert len(run) >= 15


def test_one_that_dies_again_and_again_is_told_and_left_alone_and_waited_for() -> None:
    fact = next(fact for fact in FACTS if "bk-monitor" in fact.containers)
    world = finished(WHOLE)
    world.facts[fact] = Known(("bk-monitor",))
    plan, readings = study(world)
    found = diff(expected_facts(WHOLE), readings)
    assert (verdict(found), [drift.expected.fact for drift in found.drift], plan.steps) == ("differs", [fact], ())
    (blocked,) = plan.blocked
    assert (blocked.diagnostic.code, blocked.progressing) == ("containers-unsteady", True)
    assert dict(blocked.diagnostic.fields) == {"containers": "bk-monitor"}
