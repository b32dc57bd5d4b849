"""An installer that stopped before it had registered its models is no finished one; the narrow call mends it."""

import pytest

from actions.iam import RegisterModels
from probes.fact import Known
from probes.iam import ModelsPending
from tests.sim.proof import WHOLE
from tests.sim.worlds import finished, live, study


@pytest.mark.parametrize("module", ["job", "nodeman", "paas", "usermgr"])
def test_models_that_iam_does_not_know_are_registered_by_that_call_alone(module: str) -> None:
    world = finished(WHOLE)
    directory = WHOLE.src(WHOLE.release.module(module).models)
    (fact,) = (fact for fact in world.facts if isinstance(fact, ModelsPending) and fact.directory == directory)
    world.facts[fact] = Known(("0002_x.json",))
    plan, _ = study(world)
    (step,) = plan.steps
    assert step.action == RegisterModels(host=fact.host, install=WHOLE.paths.install, module=module, pending=fact)
    assert study(live(world, plan))[0].steps == ()
