"""What is desired may rest on what a step of the same run finds out: then it is decided anew, in the same run."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import pytest

from probes.fact import AnyExpected, AnyFact, Fact, Known, Readings
from reconciler.core.events import RunEnded, StepDeferred, StepFailed
from reconciler.core.identity import job_key
from reconciler.core.plan import Derived, Plan
from reconciler.engine.assess import MakePlan, SpecInputs, assess
from reconciler.engine.gather import GatheredFacts, GatherFacts
from reconciler.engine.reconcile import RunResult, reconcile
from tests.support.flags import WHY, Flag, Raise
from tests.support.run import run_context
from tests.support.world import World, plan, step

H, H2 = "10.0.0.1", "10.0.0.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought(Fact[str]):
    """The version that the package brings: known once it is unpacked."""

    kind: Literal["test.brought"] = "test.brought"
    decides: ClassVar[bool] = True

    def taken_for(self, version: str) -> AnyExpected:
        return self.must_be(version, because=WHY, source="a test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpack(Raise):
    taken_for: str

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.flag.up(), BROUGHT.taken_for(self.taken_for))


BROUGHT = Brought(host=H)
LATE = Flag(host=H, name="late")
OTHER = Raise(host=H2, name="other")


def install(version: str) -> Raise:
    return Raise(host=H, name=f"install-{version}")


def goal(readings: Readings) -> tuple[Sequence[AnyExpected], MakePlan]:
    """The data takes it for 1; what was brought has the last word."""
    read = readings.get(BROUGHT)
    version = read.value if isinstance(read, Known) else "1"
    expectations = (install(version).flag.up(), OTHER.flag.up())

    def decide(seen: Readings) -> Plan:
        unpack = Unpack(host=H, name="unpack", taken_for=version)
        steps = [step(OTHER)] if seen.get(OTHER.flag) != Known("up") else []
        if seen.get(expectations[0].fact) != Known("up"):
            last = step(install(version), "unpack", expectations=[unpack.flag.up(), BROUGHT.taken_for(version)])
            behind = step(Raise(host=H, name=f"behind-{version}"), last.id)
            steps += [step(unpack), last, behind] if not isinstance(read, Known) else [step(install(version)), behind]
        made = plan(*steps)
        return Plan(
            release="test",
            steps=made.steps,
            blocked=(),
            derived=(Derived(expected=LATE.up(), depends_on=(expectations[0],)),) if steps else (),
        )

    return expectations, decide


GROUNDS = SpecInputs(facts=(BROUGHT,), plan_inputs=goal)


def world(brings: str) -> World:
    made = World()
    unpack = Unpack(host=H, name="unpack", taken_for="1")
    known = [Raise(host=H, name=f"behind-{version}") for version in ("1", "2")]
    made.knows(unpack, OTHER, install("1"), install("2"), *known)

    def launched(job: str) -> None:
        if job.startswith(job_key(unpack)):
            made.readings[BROUGHT] = Known(brings)
        if job.startswith((job_key(install("1")), job_key(install("2")))):
            made.readings[LATE] = Known("up")

    made.on_launch = launched
    return made


def applied(made: World, gather: GatherFacts | None = None) -> RunResult:
    expected, decide = goal({})
    context = run_context(
        made, gather=gather or made.look, hosts=(H, H2), expected=expected, make_plan=decide, spec_inputs=GROUNDS
    )
    return asyncio.run(reconcile(context))


def started(made: World) -> list[str]:
    names = {job_key(action): name for action, name in NAMES.items()}
    return [names[job.rpartition(".")[0]] for job in made.launched]


NAMES = {
    Unpack(host=H, name="unpack", taken_for="1"): "unpack",
    OTHER: "other",
    **{Raise(host=H, name=name): name for name in ("install-1", "install-2", "behind-1", "behind-2")},
}


def test_what_turns_out_otherwise_is_decided_anew_in_the_same_run_and_nothing_is_done_twice() -> None:
    made = world("2")
    done = applied(made)
    assert (done.verdict, done.exit_code) == ("converged", 0)
    assert sorted(started(made)) == ["behind-2", "install-2", "other", "unpack"]
    assert [event for event in made.events if isinstance(event, StepDeferred)] == [
        StepDeferred(step="install-1", fact="test.brought  @10.0.0.1")
    ]
    assert not [event for event in made.events if isinstance(event, StepFailed)]
    first, _ = done.rounds
    assert (first.not_started, first.failed) == (("install-1", "behind-1"), ())
    (ended,) = [event for event in made.events if isinstance(event, RunEnded)]
    assert (ended.verdict, ended.done, ended.failed) == ("converged", 4, 0)


def test_what_would_follow_from_the_steps_that_were_left_is_not_waited_for() -> None:
    made, asked = world("2"), list[AnyFact]()
    look = made.look

    async def counted(facts: Iterable[AnyFact]) -> GatheredFacts:
        wanted = tuple(facts)
        asked.extend(fact for fact in wanted if fact == LATE and LATE not in made.readings)
        return await look(wanted)

    applied(made, counted)
    assert asked == []


def test_what_turns_out_as_taken_goes_on_in_one_round() -> None:
    made = world("1")
    done = applied(made)
    assert (done.verdict, len(done.rounds)) == ("converged", 1)
    assert sorted(started(made)) == ["behind-1", "install-1", "other", "unpack"]


@pytest.mark.parametrize(("brings", "wanted"), [("1", "install-1"), ("2", "install-2")])
def test_a_look_decides_by_what_it_reads_itself(brings: str, wanted: str) -> None:
    """Whoever looks after a killed run: the package is unpacked, the rest is still to come."""
    made = world(brings)
    made.readings[BROUGHT] = Known(brings)
    expected, decide = goal({})
    assessment = asyncio.run(assess(made.look, expected, decide, GROUNDS))
    assert [step.id for step in assessment.plan.steps][1:2] == [wanted]
    assert assessment.readings[BROUGHT] == Known(brings), "a saved plan is bound to it"
    assert [drift.expected.fact for drift in assessment.difference.drift] == [
        Flag(host=H, name=wanted),
        OTHER.flag,
    ]
