"""Judges a shape of cluster (`cluster_shapes.py`): `init`, the plan, what `apply` refuses, one `apply`, and `check`."""

import json
from dataclasses import dataclass
from functools import cache

from actions.bkcli import ModuleCall, UpgradeModule
from actions.saas import DeploySaas
from probes.fact import AnyExpected, AnyFact, AnyReading, Readings, SameAs
from reconciler.commands.assess import spec_inputs
from reconciler.core.diff import diff
from reconciler.core.placement import build_cluster, lacking, propose_placement
from reconciler.core.plan import Plan, aborts_run
from reconciler.core.preflight import check_results
from reconciler.core.verdict import verdict
from reconciler.rules.preflight import preflight_checks
from reconciler.view.overwritten import overwritten
from specs import parse
from specs.diagnostic import LayoutError, SpecError
from tests.sim.cluster_shapes import ClusterShape
from tests.sim.shapes import HEAD, RELEASE
from tests.sim.states import Answers
from tests.sim.worlds import World, live
from tests.support.spoils import spoilt

NOW = 1_700_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened. The fields are those that `ClusterShape` expects."""

    excluded: frozenset[str] = frozenset()
    layout: str = ""
    steps: int = 0
    calls: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    after_approval: frozenset[str] = frozenset()
    """Codes with which `apply` refuses although all is approved."""
    verdict: str = ""
    steps_again: int = 0
    """Of the plan made after one `apply`."""
    lost: tuple[str, ...] = ()
    """Facts of the owner's that read otherwise afterwards, and copies that are not there."""
    overwrites: frozenset[str] = frozenset()


def planned(world: World) -> tuple[Plan, tuple[AnyExpected, ...], Readings]:
    """As `plan` does it: what is read decides what is expected."""
    answers = Answers(world)
    expected, decide = spec_inputs(world.cluster).plan_inputs(answers)
    return decide(answers), tuple(expected), answers


@cache
def judge(shape: ClusterShape) -> Outcome:
    layout = _layout(shape)
    if layout or shape.world is None:
        return Outcome(layout=layout)
    world = shape.world()
    plan, _, answers = planned(world)
    cluster = world.cluster
    checks = preflight_checks(cluster, NOW, plan)
    readings: dict[AnyFact, AnyReading] = {
        check.fact: check.reading for check in checks if not isinstance(check.reading, SameAs)
    }
    readings |= spoilt(checks, *shape.spoils)[0]
    readings |= {check.fact: answers[check.fact] for check in checks if check.fact in world.facts}
    aborting = {blocked.diagnostic.code for blocked in plan.blocked if aborts_run(blocked, plan.steps)}
    end = live(world, plan)
    again, expected, found = planned(end)
    owned = {**shape.owned(cluster), **shape.afterwards(cluster)}
    return Outcome(
        excluded=frozenset(lacking(RELEASE, shape.config)),
        steps=len(plan.steps),
        calls=frozenset(_calls(plan)),
        blocked=frozenset(blocked.diagnostic.code for blocked in plan.blocked) - aborting,
        refused=frozenset(aborting) | _failed(checks, readings),
        after_approval=frozenset(aborting) | _failed(preflight_checks(cluster, NOW, plan, shape.approvals), readings),
        verdict=verdict(diff(expected, found)),
        steps_again=len(again.steps),
        lost=tuple(str(fact) for fact, reading in owned.items() if end.read([fact])[fact] != reading),
        overwrites=frozenset(
            path
            for step in plan.steps
            for drift in overwritten(step)
            if (path := getattr(drift.expected.fact, "path", ""))
        ),
    )


def _failed(checks: tuple[AnyExpected, ...], readings: Readings) -> frozenset[str]:
    results = check_results(checks, readings)
    return frozenset(r.diagnostic.code for r in results if r.diagnostic is not None and not r.advice)


def _layout(shape: ClusterShape) -> str:
    """The code with which `init`, or the cluster.toml that a person wrote, is refused."""
    try:
        places = {**propose_placement(RELEASE, shape.config, "10.0.0.1")}
        places |= {name: (host,) for name, host in shape.placement.items()}
        lines = "".join(f"{json.dumps(name)} = {json.dumps(hosts)}\n" for name, hosts in places.items())
        excluded = json.dumps(lacking(RELEASE, shape.config))
        file = parse.cluster_file(f"excluded = {excluded}\n{HEAD}[placement]\n{lines}", "cluster.toml")
        build_cluster(file, RELEASE, shape.config)
    except (LayoutError, SpecError) as refused:
        return refused.diagnostics[0].code
    return ""


def _calls(plan: Plan) -> set[str]:
    found: set[str] = set()
    for step in plan.steps:
        match step.action:
            case DeploySaas(app=app):
                found.add(f"saas {app}")
            case UpgradeModule(module=module):
                found.add(f"upgrade {module}")
            case ModuleCall(module=module):
                found.add(f"install {module}")
            case _:
                pass
    return found
