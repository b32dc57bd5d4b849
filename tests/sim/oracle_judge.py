"""Is anything that is missing of a finished cluster noticed? The verdict is the one of `bkrec check`.

The cluster is made of the oracle's things (`oracle_world.py`), never of what bkrec expects, and sealed, as a finished
one is (`oracle_seal.py`). A thing is taken away, all facts that may change by it are read anew, and `engine/assess.py`
judges as it does for `check`.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from random import Random

from probes.fact import Absent, AnyFact, AnyReading, Known, SameAs, kind_of
from probes.seal import SealChanges, SealedFile
from reconciler.commands.assess import PlanInputs, comparing, spec_inputs
from reconciler.core.verdict import Verdict, verdict
from reconciler.engine.assess import assess, facts_of
from reconciler.engine.gather import GatheredFacts
from reconciler.rules import seal
from reconciler.rules.registry import expected_facts
from specs.cluster import Cluster
from tests.oracle.finished import Recording
from tests.oracle.things import Thing
from tests.sim.oracle_seal import OracleSeal, change_of
from tests.sim.oracle_world import Key, OracleWorld, Things
from tests.sim.worlds import fresh


class Judge:
    def __init__(self, cluster: Cluster, things: Iterable[Thing], recording: Recording) -> None:
        self.things = tuple(things)
        self.cluster = cluster
        self.whole = {thing.key: thing.value for thing in self.things}
        self.world = OracleWorld(cluster=cluster, whole=self.whole, recording=recording)
        self.seal = OracleSeal.of(cluster, self.whole)
        self.goal = comparing(cluster)
        self.expected = expected_facts(cluster)
        self.finished: dict[AnyFact, AnyReading] = {}
        self.consulted: dict[Key, set[AnyFact]] = {}
        self.unanswered = tuple(fact for fact in facts_of(self.expected) if not self._answered(fact))
        for sealed in seal.facts_of(cluster):
            self._answered(sealed)

    def _answered(self, fact: AnyFact) -> bool:
        """Reads it of the finished cluster, and notes which things it asks for: nothing else can change it."""
        things = Things(self.whole)
        reading = self._world(fact, things)
        self.finished[fact] = self._as_expected(fact) if reading is None else reading
        for key in things.consulted if reading is not None else ():
            self.consulted.setdefault(key, set()).add(fact)
        return reading is not None

    def _as_expected(self, fact: AnyFact) -> AnyReading:
        """Where no thing answers: whatever bkrec would like to read."""
        for expected in self.expected:
            if isinstance(expected.reading, SameAs) and fact in (expected.fact, expected.reading.fact):
                return Known("same")
            if expected.fact == fact and isinstance(expected.reading, Known | Absent):
                return expected.reading
        return fresh(fact, self.cluster)

    def verdict(self, *taken: Thing) -> Verdict:
        keys = frozenset(thing.key for thing in taken)
        changed = {fact for key in keys for fact in self.consulted.get(key, ())}
        if not changed and keys:
            return "converged"  # no fact asks for it: the readings are those of the finished cluster
        things = Things(self.whole, keys)
        readings = self.finished | {fact: self._read(fact, things) for fact in changed}
        return asyncio.run(self._assessed(readings))

    def _read(self, fact: AnyFact, things: Things) -> AnyReading:
        reading = self._world(fact, things)
        return self.finished[fact] if reading is None else reading

    def _world(self, fact: AnyFact, things: Things) -> AnyReading | None:
        if isinstance(fact, SealChanges):
            return self.seal.changes(fact.host, things)
        return self.world.read(fact, things)

    async def _assessed(self, readings: Mapping[AnyFact, AnyReading]) -> Verdict:
        async def gather(facts: Iterable[AnyFact]) -> GatheredFacts:
            return GatheredFacts(readings={fact: self._gathered(fact, readings) for fact in facts})

        expected, decide = self.goal
        assessment = await assess(gather, expected, decide, spec_inputs(self.cluster, self._of_seal))
        return verdict(assessment.difference)

    def _of_seal(self, cluster: Cluster) -> PlanInputs:
        """What is expected is made once; the seal's findings are another's each time."""
        expected, decide = self.goal
        return (*expected, *seal.expect(cluster)), decide

    def _gathered(self, fact: AnyFact, readings: Mapping[AnyFact, AnyReading]) -> AnyReading:
        if isinstance(fact, SealedFile):
            return change_of(fact, readings[SealChanges(host=fact.host)])
        return readings.get(fact) or fresh(fact, self.cluster)

    def unconsulted(self) -> tuple[Thing, ...]:
        """Things that no fact of the release asks for: but for the seal, nothing can be noticed about them."""
        return tuple(thing for thing in self.things if not self._asking(thing))

    def _asking(self, thing: Thing) -> tuple[AnyFact, ...]:
        asking = self.consulted.get(thing.key, set[AnyFact]())
        return tuple(fact for fact in asking if not isinstance(fact, SealChanges))

    def missed(self) -> tuple[Thing, ...]:
        """Each thing by itself: those without which bkrec says converged."""
        return tuple(thing for thing in self.things if self.verdict(thing) == "converged")

    def pairs(self, seed: int) -> Iterator[tuple[Thing, Thing]]:
        """Two at a time, without end: any two, two of one host and kind, two of one name."""
        random = Random(seed)
        groups: dict[tuple[str, ...], list[Thing]] = {}
        for thing in self.things:
            groups.setdefault(("kind", thing.host, thing.kind), []).append(thing)
            groups.setdefault(("name", thing.name.removesuffix(".service")), []).append(thing)
        near = [group for group in groups.values() if len(group) > 1]
        while True:
            one, other = random.sample(random.choice([list(self.things), random.choice(near)]), 2)
            yield one, other

    def missed_pairs(self, count: int, seed: int) -> tuple[tuple[Thing, Thing], ...]:
        return tuple(pair for pair in islice(self.pairs(seed), count) if self.verdict(*pair) == "converged")

    def unanswered_kinds(self) -> Counter[str]:
        return Counter(kind_of(fact) for fact in self.unanswered)
