"""The graph of one planning pass: from each expectation back to what repairs it, what that requires, and so on.

A pass is given what earlier passes found out (`PriorPass`): which of several actions is to repair a fact, and which
facts some step is going to invalidate. Actions are known by their step ids here: an action is as large as what it
ensures, and looking one up by its whole value for each fact of each host made planning quadratic in hosts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Drift, Readings, SameAs, Unknown, resolve_target
from reconciler.core.diff import compare
from reconciler.core.fact_reader import FactNotRead, FactReader
from reconciler.core.node import Decision, Dependent, Explanation, Node, RuleCache, SharedRequirements, runnable
from reconciler.core.plan import Advice, Blocked, Dependency, Derived, Progressing, Repair
from specs.diagnostic import Diagnostic, diagnose
from specs.disposition import disposition
from specs.reason import CodedReason

Rule = Callable[[AnyDrift, FactReader], Decision]

MIN_SHARED_REQUIREMENTS = 8
"""Fewer common requirements than these are walked each time."""


def _unread_diagnostic(drift: AnyDrift, reading: Unknown) -> Diagnostic:
    """Where only a person can answer, with the question for that person; else "make the host answer"."""
    host, why = drift.expected.fact.host, reading.why
    if isinstance(why, CodedReason) and disposition(why.code) == "needs-human":
        return Diagnostic(code=why.code, where=host, fields=why.fields)
    return diagnose("unknown-not-repaired", where=host, because=why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalidated:
    """What the steps of a pass invalidate."""

    stale: frozenset[AnyFact] = frozenset()
    """What therefore counts as drifted."""
    used_first: frozenset[tuple[str, AnyFact]] = frozenset()
    """Step and fact: it consumes the fact before that is invalidated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorPass:
    """What earlier passes found out."""

    chosen: Mapping[AnyFact, str] = field(default_factory=dict[AnyFact, str])
    invalidated: Invalidated = field(default_factory=Invalidated)
    known: Mapping[str, Repair] = field(default_factory=dict[str, Repair])


@dataclass(slots=True)
class PlanGraph:
    readings: Readings
    rules: Rule
    cache: RuleCache
    prior: PriorPass
    nodes: dict[str, Node] = field(default_factory=dict)
    blocked: dict[AnyFact, Blocked] = field(default_factory=dict)
    derived: dict[AnyFact, Derived] = field(default_factory=dict)
    advice: dict[AnyFact, Blocked] = field(default_factory=dict)
    unread: set[AnyFact] = field(default_factory=set)
    proposals: dict[AnyFact, tuple[str, Repair]] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    derived_recorded_at: dict[AnyFact, int] = field(default_factory=dict[AnyFact, int])
    """When each of `derived` was recorded last."""
    walk_number: int = 0
    common: dict[int, SharedRequirements] = field(default_factory=dict[int, SharedRequirements])
    """By identity."""
    recording: SharedRequirements | None = None
    records: list[SharedRequirements] = field(default_factory=list[SharedRequirements])
    used_before: dict[str, list[AnyFact]] = field(default_factory=dict[str, list[AnyFact]])
    """What each step consumes before it is invalidated."""

    def __post_init__(self) -> None:
        for name, fact in self.prior.invalidated.used_first:
            self.used_before.setdefault(name, []).append(fact)

    def resolve(self, expected: AnyExpected, *, needed: bool) -> tuple[Node, ...]:
        """The nodes that will make it hold; none where it holds, is blocked, or has not been read."""
        drift = self._drift(expected)
        if drift is None:
            return ()
        if isinstance(drift.reading, Unknown):
            self._block(drift, _unread_diagnostic(drift, drift.reading))
            return ()
        result = self._decide(drift)
        if result is None:
            return ()
        name, decision = result
        match decision:
            case Diagnostic() as diagnostic:
                self._block(drift, diagnostic)
                return ()
            case Progressing(diagnostic=diagnostic):
                self._block(drift, diagnostic, progressing=True)
                return ()
            case Advice(diagnostic=diagnostic):
                self._advise(drift, diagnostic, needed=needed)
                return ()
            case Derived() as follows:
                return self._derive(drift, follows, needed=needed)
            case Repair() as repair:
                return self._step(drift, name, repair, needed=needed)

    def _drift(self, expected: AnyExpected) -> AnyDrift | None:
        known = self.cache.matches.get(id(expected))
        if known is None:
            for fact in self._targets(expected):
                if fact not in self.readings:
                    self.unread.add(fact)
                    return None
            known = self.cache.matches[id(expected)] = expected, compare(expected, self.readings)
        drift = known[1]
        if drift is None and expected.fact in self.prior.invalidated.stale:
            return Drift(expected=expected, reading=self.readings[expected.fact])
        return drift

    def _targets(self, expected: AnyExpected) -> tuple[AnyFact, ...]:
        return (expected.fact, expected.reading.fact) if isinstance(expected.reading, SameAs) else (expected.fact,)

    def runnable(self) -> dict[str, Node]:
        return runnable(self.nodes)

    def _decide(self, drift: AnyDrift) -> tuple[str, Decision] | None:
        """With the step's name where it is a repair. A fact has one step in a pass."""
        proposed = self.proposals.get(drift.expected.fact)
        if proposed is not None:
            return proposed
        try:
            name, decision = self._decision_of(self._after_invalidation(drift))
        except FactNotRead as missing:
            self.unread.update(missing.facts)
            return None
        if isinstance(decision, Repair):
            result = self.proposals[drift.expected.fact] = self._preferred(drift.expected.fact, name, decision)
            return result
        return name, decision

    def _decision_of(self, drift: AnyDrift) -> tuple[str, Decision]:
        """Raises FactNotRead."""
        same = self.cache.interned_decisions.get(id(drift))
        if same is not None:
            return same[1]
        known = self.cache.decisions.get(drift)
        if known is None:
            decision = self.rules(drift, self.cache.readings)
            known = (self.cache.id_of(decision.action) if isinstance(decision, Repair) else "", decision)
            self.cache.decisions[drift] = known
        self.cache.interned_decisions[id(drift)] = drift, known
        return known

    def _after_invalidation(self, drift: AnyDrift) -> AnyDrift:
        """What a step of this plan is going to invalidate is repaired as if it were absent already."""
        if drift.expected.fact not in self.prior.invalidated.stale:
            return drift
        holds = drift.reading == resolve_target(drift.expected, self.readings)
        return replace(drift, reading=Absent()) if holds else drift

    def _preferred(self, fact: AnyFact, name: str, repair: Repair) -> tuple[str, Repair]:
        """Where a wider action is in the plan anyway, it repairs this too."""
        wider = self.prior.chosen.get(fact, name)
        return (wider, self.prior.known[wider]) if wider in self.prior.known else (name, repair)

    def _derive(self, drift: AnyDrift, derived: Derived, *, needed: bool) -> tuple[Node, ...]:
        nodes = tuple(node for expected in derived.depends_on for node in self.resolve(expected, needed=needed))
        self._record_derived(drift.expected.fact, derived, self.walk_number)
        if self.recording is not None:
            self.recording.derived[drift.expected.fact] = derived
        if not nodes and not self._is_waiting(derived.depends_on):
            self._block(drift, diagnose("derived-still-differs", where=drift.expected.fact.host))
        return nodes

    def _record_derived(self, fact: AnyFact, derived: Derived, when: int) -> None:
        self.derived[fact], self.derived_recorded_at[fact] = derived, when

    def _is_waiting(self, expectations: tuple[AnyExpected, ...]) -> bool:
        return any(expected.fact in self.blocked or expected.fact in self.unread for expected in expectations)

    def _step(self, drift: AnyDrift, name: str, repair: Repair, *, needed: bool) -> tuple[Node, ...]:
        if name in self.path:
            self._block(
                drift, diagnose("dependency-cycle", where=drift.expected.fact.host, because=drift.expected.because)
            )
            self.common.clear()  # elsewhere the same requirement leads to that step
            self.recording = None
            return ()
        node = self.nodes.get(name)
        if node is not None:
            self._record_repairs(node, drift, needed=needed)
            if self.recording is not None:
                self.recording.repairs[name, drift.expected.fact] = drift.expected
            return (node,)
        node = self.nodes[name] = self.cache.node(name, repair)
        self._record_repairs(node, drift, needed=needed)
        self.recording = None
        self.path.append(name)
        self._requirements(node)
        self.path.pop()
        return (node,)

    def _record_repairs(self, node: Node, drift: AnyDrift, *, needed: bool) -> None:
        fact = drift.expected.fact
        known = node.repairs.get(fact)
        needed = needed and (known is None or known.needed)
        node.repairs[fact] = Explanation(drift.expected, drift.reading, needed, self.walk_number)

    def _requirements(self, node: Node) -> None:
        own, common, required = node.groups
        self._walk(node, own)
        if len(common) < MIN_SHARED_REQUIREMENTS or not self._from_prior_pass(node, common):
            self._walk(node, common)
        self._walk(node, required)

    def _walk(self, node: Node, expectations: Iterable[AnyExpected], record: SharedRequirements | None = None) -> None:
        for expected in expectations:
            if (node.name, expected.fact) in self.prior.invalidated.used_first:
                self.recording = None
                continue
            nodes = tuple(before for before in self.resolve(expected, needed=True) if before is not node)
            for target in (node,) if record is None else (node, record):
                new = [before.name for before in nodes if before.name not in target.after]
                if new:
                    target.comes_after(
                        Dependency(step=name, because=expected.because, source=expected.source) for name in new
                    )
                self._propagate_block(target, expected, nodes)

    def _from_prior_pass(self, node: Node, expectations: tuple[AnyExpected, ...]) -> bool:
        """True where a record was replayed instead of the walk, or the walk was recorded."""
        common = self.common.get(id(expectations))
        if common is None:
            self.common[id(expectations)] = SharedRequirements(
                requirements=expectations, facts=self.cache.facts(expectations)
            )
            return False
        if not common.recorded:
            self._record(node, common)
            return True
        if not self._is_decided(node, common):
            return False
        self.walk_number += 1
        common.last = self.walk_number
        node.apply_common(common)
        return True

    def _record(self, node: Node, common: SharedRequirements) -> None:
        """Nothing new is found in the second walk, as a rule. Where something is, the next walk is recorded instead."""
        record = self.recording = SharedRequirements(requirements=common.requirements, facts=common.facts)
        self._walk(node, common.requirements, record)
        if self.recording is record:
            record.recorded, record.blocked, record.last = True, len(self.blocked), self.walk_number
            self.common[id(common.requirements)] = record
            self.records.append(record)
        self.recording = None

    def _is_decided(self, node: Node, common: SharedRequirements) -> bool:
        """False where this walk would do something else: not all of the requirements are walked, or one of them was
        blocked since. It leads to no step of the path: those that a record names were walked to their end."""
        if common.blocked < len(self.blocked):
            common.blocked = len(self.blocked)
            if any(self._refused(fact) is not None for fact in common.facts):
                del self.common[id(common.requirements)]
                return False
        return not any(fact in common.facts for fact in self.used_before.get(node.name, ()))

    def record_remaining(self) -> None:
        """A fact is explained by the last walk that led to it, be it a replayed one."""
        for record in self.records:
            for (name, fact), expected in record.repairs.items():
                known = self.nodes[name].repairs[fact]
                if known.walk_number < record.last:
                    self.nodes[name].repairs[fact] = Explanation(expected, known.reading, known.needed, record.last)
            for fact, derived in record.derived.items():
                if self.derived_recorded_at[fact] < record.last:
                    self._record_derived(fact, derived, record.last)

    def _propagate_block(self, target: Dependent, expected: AnyExpected, nodes: tuple[Node, ...]) -> None:
        """A step whose requirement is blocked, or depends on a step that is, is blocked by the same cause."""
        blocked = self._refused(expected.fact)
        if blocked is not None:
            target.block(blocked.diagnostic, blocked.expected)
        for before in nodes:
            if before.blocked_by is not None:
                target.block(before.blocked_by, before.blocking_expectation)

    def _refused(self, fact: AnyFact) -> Blocked | None:
        """What blocks it: its own refusal, or that of something it derives from."""
        if fact in self.blocked or fact not in self.derived:
            return self.blocked.get(fact)
        result = (self._refused(expected.fact) for expected in self.derived[fact].depends_on)
        return next((blocked for blocked in result if blocked is not None), None)

    def _advise(self, drift: AnyDrift, diagnostic: Diagnostic, *, needed: bool) -> None:
        """What a step requires has to hold, safe to repair or not."""
        if needed:
            self._block(drift, diagnostic)
        elif compare(drift.expected, self.readings) is not None:
            self.advice.setdefault(drift.expected.fact, Blocked(expected=drift.expected, diagnostic=diagnostic))

    def _block(self, drift: AnyDrift, diagnostic: Diagnostic, *, progressing: bool = False) -> None:
        blocked = Blocked(expected=drift.expected, diagnostic=diagnostic, progressing=progressing)
        self.blocked.setdefault(drift.expected.fact, blocked)
