"""One walk of the planner: from each wish back to what mends it, what that needs, and so on, until everything holds.

A walk is told what the walks before it found out: which of several actions is to mend a fact (`settled`), and which
facts some step is going to undo (`undone`). Actions are known by their step ids here: an action is as large as what it
ensures, and looking one up by its whole value for each fact of each host made planning quadratic in hosts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from actions.action import Action
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Drift, Readings, Same, Unknown, resolve
from reconciler.core.diff import judge
from reconciler.core.identity import IdentityClash, step_id
from reconciler.core.plan import Advice, After, Blocked, Follows, Mends, Repair, Settling
from reconciler.core.seen import NotRead, Seen
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import Coded

Mend = Repair | Follows | Advice | Settling | Diagnostic
Rules = Callable[[AnyDrift, Seen], Mend]


A_PERSON_KNOWS = frozenset({"work-untraced"})
"""Reasons of an Unknown that nobody but a person can clear up: told with what to ask, not with "make it answer"."""


def _unread(drift: AnyDrift, reading: Unknown) -> Diagnostic:
    host, why = drift.expected.fact.host, reading.why
    if isinstance(why, Coded) and why.code in A_PERSON_KNOWS:
        return Diagnostic(code=why.code, where=host, fields=why.fields)
    return diagnose("unknown-not-repaired", where=host, because=why)


@dataclass(slots=True)
class Names:
    """Action → step id, and drift → what its rule says of it, worked out once for each: rules are pure."""

    known: dict[Action, str] = field(default_factory=dict[Action, str])
    bearers: dict[str, Action] = field(default_factory=dict[str, Action])
    asked: dict[AnyDrift, tuple[str, Mend]] = field(default_factory=dict[AnyDrift, tuple[str, Mend]])

    def of(self, action: Action) -> str:
        name = self.known.get(action)
        if name is None:
            name = self.known[action] = step_id(action)
            if self.bearers.setdefault(name, action) != action:
                raise IdentityClash(f"{name}: {self.bearers[name]} and {action}")
        return name


@dataclass(slots=True)
class Node:
    name: str
    repair: Repair
    mends: dict[AnyFact, Mends] = field(default_factory=dict)
    after: dict[str, After] = field(default_factory=dict)
    stuck: Diagnostic | None = None
    cause: AnyExpected | None = None

    def needs(self) -> tuple[AnyExpected, ...]:
        return (*self.repair.needs, *self.repair.action.requires())

    def promises(self) -> set[AnyFact]:
        return {promise.fact for promise in self.repair.action.ensures()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What the steps of a walk undo."""

    stale: frozenset[AnyFact] = frozenset()
    """What therefore counts as drifted."""
    early: frozenset[tuple[str, AnyFact]] = frozenset()
    """Step and fact: it uses the fact before that is undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindsight:
    """What earlier walks found out."""

    settled: Mapping[AnyFact, str] = field(default_factory=dict[AnyFact, str])
    undone: Undone = field(default_factory=Undone)
    known: Mapping[str, Repair] = field(default_factory=dict[str, Repair])


@dataclass(slots=True)
class Draft:
    readings: Readings
    rules: Rules
    names: Names
    hindsight: Hindsight
    nodes: dict[str, Node] = field(default_factory=dict)
    blocked: dict[AnyFact, Blocked] = field(default_factory=dict)
    follows: dict[AnyFact, Follows] = field(default_factory=dict)
    advice: dict[AnyFact, Blocked] = field(default_factory=dict)
    wanted: set[AnyFact] = field(default_factory=set)
    offers: dict[AnyFact, tuple[str, Repair]] = field(default_factory=dict)
    walking: list[str] = field(default_factory=list)

    def resolve(self, wish: AnyExpected, *, needed: bool) -> tuple[Node, ...]:
        """The nodes that will make it hold; none where it holds, is blocked, or waits for a reading."""
        drift = self._drift(wish)
        if drift is None:
            return ()
        if isinstance(drift.reading, Unknown):
            self._block(drift, _unread(drift, drift.reading))
            return ()
        match self._mend(drift):
            case None:
                return ()
            case Diagnostic() as diagnostic:
                self._block(drift, diagnostic)
                return ()
            case Settling(diagnostic=told):
                self._block(drift, told, settling=True)
                return ()
            case Advice(diagnostic=told):
                self._advise(drift, told, needed=needed)
                return ()
            case Follows() as follows:
                return self._follow(drift, follows, needed=needed)
            case Repair() as repair:
                return self._step(drift, *self._preferred(drift, repair), needed=needed)

    def _drift(self, wish: AnyExpected) -> AnyDrift | None:
        for fact in self._premises(wish):
            if fact not in self.readings:
                self.wanted.add(fact)
                return None
        drift = judge(wish, self.readings)
        if drift is None and wish.fact in self.hindsight.undone.stale:
            wanted = resolve(wish, self.readings)
            return Drift(expected=wish, reading=self.readings[wish.fact]) if wanted is not None else None
        return drift

    def _premises(self, wish: AnyExpected) -> tuple[AnyFact, ...]:
        return (wish.fact, wish.reading.fact) if isinstance(wish.reading, Same) else (wish.fact,)

    def going(self) -> dict[str, Node]:
        """The steps to be taken: not held up themselves, nor there only for one that is."""
        free = {name: node for name, node in self.nodes.items() if node.stuck is None}
        todo = [name for name, node in free.items() if not all(mend.needed for mend in node.mends.values())]
        found: dict[str, Node] = {}
        while todo:
            name = todo.pop()
            if name not in found:
                found[name] = free[name]
                todo += free[name].after.keys() & free.keys()
        return found

    def _mend(self, drift: AnyDrift) -> Mend | None:
        offered = self.offers.get(drift.expected.fact)
        if offered is not None:
            return offered[1]
        try:
            name, mend = self._asked(self._as_it_will_be(drift))
        except NotRead as missing:
            self.wanted.add(missing.fact)
            return None
        if isinstance(mend, Repair):
            self.offers[drift.expected.fact] = (name, mend)
        return mend

    def _asked(self, drift: AnyDrift) -> tuple[str, Mend]:
        """Raises NotRead."""
        known = self.names.asked.get(drift)
        if known is None:
            mend = self.rules(drift, Seen(self.readings))
            known = (self.names.of(mend.action) if isinstance(mend, Repair) else "", mend)
            self.names.asked[drift] = known
        return known

    def _as_it_will_be(self, drift: AnyDrift) -> AnyDrift:
        """What a step of this plan is going to undo is repaired as if it were gone already."""
        gone = drift.expected.fact in self.hindsight.undone.stale and drift.reading == drift.expected.reading
        return replace(drift, reading=Absent()) if gone else drift

    def _preferred(self, drift: AnyDrift, mend: Repair) -> tuple[str, Repair]:
        """Where a wider action is in the plan anyway, it mends this too."""
        name, _ = self.offers[drift.expected.fact]
        wider = self.hindsight.settled.get(drift.expected.fact, name)
        return (wider, self.hindsight.known[wider]) if wider in self.hindsight.known else (name, mend)

    def _follow(self, drift: AnyDrift, mend: Follows, *, needed: bool) -> tuple[Node, ...]:
        nodes = tuple(node for wish in mend.of for node in self.resolve(wish, needed=needed))
        self.follows[drift.expected.fact] = mend
        if not nodes and not self._waits(mend.of):
            self._block(drift, diagnose("follows-nothing", where=drift.expected.fact.host))
        return nodes

    def _waits(self, wishes: tuple[AnyExpected, ...]) -> bool:
        return any(wish.fact in self.blocked or wish.fact in self.wanted for wish in wishes)

    def _step(self, drift: AnyDrift, name: str, repair: Repair, *, needed: bool) -> tuple[Node, ...]:
        fact = drift.expected.fact
        if name in self.walking:
            self._block(drift, diagnose("needs-itself", where=fact.host, because=drift.expected.because))
            return ()
        first = name not in self.nodes
        node = self.nodes.setdefault(name, Node(name=name, repair=repair))
        known = node.mends.get(fact)
        node.mends[fact] = Mends(
            expected=drift.expected, reading=drift.reading, needed=needed and (known is None or known.needed)
        )
        if first:
            self.walking.append(name)
            self._needs(node)
            self.walking.pop()
        return (node,)

    def _needs(self, node: Node) -> None:
        for need in node.needs():
            if (node.name, need.fact) in self.hindsight.undone.early:
                continue
            nodes = tuple(before for before in self.resolve(need, needed=True) if before is not node)
            for before in nodes:
                node.after.setdefault(before.name, After(step=before.name, because=need.because, source=need.source))
            self._stick(node, need, nodes)

    def _stick(self, node: Node, need: AnyExpected, nodes: tuple[Node, ...]) -> None:
        """A step whose need is blocked, or waits for a step that is, is blocked by the same cause."""
        blocked = self._refused(need.fact)
        if blocked is not None:
            node.stuck, node.cause = node.stuck or blocked.diagnostic, node.cause or blocked.expected
        for before in nodes:
            if before.stuck is not None:
                node.stuck, node.cause = node.stuck or before.stuck, node.cause or before.cause

    def _refused(self, fact: AnyFact) -> Blocked | None:
        """What is in its way: its own refusal, or that of something it follows."""
        if fact in self.blocked or fact not in self.follows:
            return self.blocked.get(fact)
        found = (self._refused(wish.fact) for wish in self.follows[fact].of)
        return next((blocked for blocked in found if blocked is not None), None)

    def _advise(self, drift: AnyDrift, told: Diagnostic, *, needed: bool) -> None:
        """What a step rests on has to hold, safe to mend or not."""
        if needed:
            self._block(drift, told)
        elif judge(drift.expected, self.readings) is not None:
            self.advice.setdefault(drift.expected.fact, Blocked(expected=drift.expected, diagnostic=told))

    def _block(self, drift: AnyDrift, diagnostic: Diagnostic, *, settling: bool = False) -> None:
        blocked = Blocked(expected=drift.expected, diagnostic=diagnostic, settling=settling)
        self.blocked.setdefault(drift.expected.fact, blocked)
