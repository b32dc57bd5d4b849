"""What an assessment reads, and in which order."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from probes.fact import AnyFact, Known, Readings
from reconciler.core.plan import Plan
from reconciler.engine.assess import SpecInputs, assess
from reconciler.engine.gather import GatheredFacts
from tests.support.flags import Flag
from tests.support.world import plan

FLAGS = tuple(Flag(host=f"10.0.0.{number}", name=name) for number in (2, 1) for name in ("b", "a", "c"))


def test_what_follows_from_an_answer_is_not_asked_and_outweighs_none() -> None:
    asked, following, answered = FLAGS[:3]
    gathered: list[AnyFact] = []

    async def gather(facts: Iterable[AnyFact]) -> GatheredFacts:
        gathered.extend(facts)
        return GatheredFacts(readings={fact: Known("up") for fact in facts})

    inputs = SpecInputs(
        facts=(asked, answered),
        plan_inputs=lambda _: ((following.up(),), lambda _: plan()),
        implied=lambda read: [(following, Known("down")), (answered, Known("down"))] if asked in read else [],
    )
    result = asyncio.run(assess(gather, (), lambda _: plan(), inputs))
    assert gathered == [asked, answered]
    assert result.readings == {asked: Known("up"), answered: Known("up"), following: Known("down")}
    assert [drift.expected.fact for drift in result.difference.drift] == [following]


def test_what_a_plan_still_needs_is_read_in_an_order_that_no_run_changes() -> None:
    """A set's order changes with the process: the program that a host gets would be another one each time."""
    gathered: list[tuple[AnyFact, ...]] = []

    async def gather(facts: Iterable[AnyFact]) -> GatheredFacts:
        gathered.append(tuple(facts))
        return GatheredFacts(readings={fact: Known("up") for fact in gathered[-1]})

    def decide(readings: Readings) -> Plan:
        return replace(plan(), unread_facts=frozenset(FLAGS) - readings.keys())

    asyncio.run(assess(gather, (), decide))
    assert gathered == [(), tuple(sorted(FLAGS, key=lambda flag: (flag.name, flag.host)))]
