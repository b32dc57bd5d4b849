"""What the steps of a plan undo (`voids`), and what therefore comes before that and what after it.

What a step undoes is made again after it, and whoever needs it waits for that. Two needs are met before it is undone
instead, and cost no step: that of a step which comes first anyway, and all needs of a fact that holds now and that
nobody desires for itself, where coming first makes no ring. No search: each fact is weighed once a walk, in the order
of the ids, and what had to be made again once stays so. Either way who needs it and who undoes it never run at once.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from probes.fact import AnyExpected, AnyFact, fact_id
from reconciler.core.diff import judge
from reconciler.core.draft import Draft, Node, Undone
from reconciler.core.plan import After
from specs.reason import coded


def regretted(draft: Draft, wishes: Iterable[AnyExpected]) -> frozenset[AnyFact]:
    """What some step undoes although it is desired, by itself or because something desired follows it."""
    undone = {fact for node in draft.nodes.values() for fact in node.repair.action.voids()}
    if not undone:
        return frozenset()
    followed = {wish.fact for follow in draft.follows.values() for wish in follow.of}
    return frozenset(wish.fact for wish in wishes if wish.fact in undone) | followed & undone


def arrange(draft: Draft, desired: Set[AnyFact]) -> Undone:
    """What the next walk has to know; the order goes into this one's steps. A step that is not taken undoes nothing."""
    going = draft.going()
    spoilt = _spoilt(draft, going)
    if not spoilt:
        return Undone()
    order, before = _Order(going=going), draft.hindsight.undone.stale
    for one in spoilt:
        if one.fact in before:
            order.again(one)
    late = [one for one in spoilt if one.fact in before | desired or not one.holds or not order.used_first(one)]
    early = {(user, one.fact) for one in late if one.holds for user in one.users if order.is_first(user, one)}
    for one in spoilt:
        order.apart(one)
        order.again(one)
    return Undone(stale=frozenset(one.fact for one in late), early=frozenset(early))


@dataclass(slots=True, kw_only=True)
class _Spoilt:
    """A fact that steps undo, with the names of the steps it is about."""

    fact: AnyFact
    spoilers: set[str] = field(default_factory=set[str])
    makers: set[str] = field(default_factory=set[str])
    users: set[str] = field(default_factory=set[str])
    holds: bool = True
    """Now, as each of its users needs it."""

    def pairs(self) -> list[tuple[str, str]]:
        """Each user with each other step that undoes it."""
        return [(user, by) for user in sorted(self.users) for by in sorted(self.spoilers) if user != by]


def _spoilt(draft: Draft, going: Mapping[str, Node]) -> list[_Spoilt]:
    found: dict[AnyFact, _Spoilt] = {}
    for name, node in going.items():
        for fact in node.repair.action.voids():
            found.setdefault(fact, _Spoilt(fact=fact)).spoilers.add(name)
    for name, node in going.items() if found else ():
        for fact in node.promises() & found.keys():
            found[fact].makers.add(name)
        for need in node.needs():
            if need.fact in found:
                found[need.fact].users.add(name)
                found[need.fact].holds &= judge(need, draft.readings) is None
    return sorted(found.values(), key=lambda one: fact_id(one.fact))


@dataclass(slots=True, kw_only=True)
class _Order:
    going: Mapping[str, Node]
    behind: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Step → all that come before it."""

    def __post_init__(self) -> None:
        for name in self.going:
            self._behind(name)

    def _behind(self, name: str) -> set[str]:
        if name not in self.behind:
            direct = self.going[name].after.keys() & self.going.keys()
            self.behind[name] = direct.union(*[self._behind(one) for one in sorted(direct)])
        return self.behind[name]

    def again(self, one: _Spoilt) -> None:
        """Who makes it comes after who undoes it, unless that step itself waits for this one."""
        for maker in sorted(one.makers):
            for by in sorted(one.spoilers - {maker}):
                if maker not in self.behind[by]:
                    self._put(maker, by, "after-what-it-undoes")

    def used_first(self, one: _Spoilt) -> bool:
        """Everybody who needs it comes before everybody who undoes it: False where that would make a ring."""
        if len(one.users & one.spoilers) > 1 or any(by in self.behind[user] for user, by in one.pairs()):
            return False
        self.apart(one)
        return True

    def is_first(self, user: str, one: _Spoilt) -> bool:
        """Does it come before one that undoes the fact, and after none?"""
        others = one.spoilers - {user}
        return any(user in self.behind[by] for by in others) and not others & self.behind[user]

    def apart(self, one: _Spoilt) -> None:
        """Who needs it and waits for nobody that undoes it comes first."""
        for user, by in one.pairs():
            if by not in self.behind[user] and user not in self.behind[by]:
                self._put(by, user, "before-it-is-undone")

    def _put(self, name: str, other: str, code: str) -> None:
        after = After(step=other, because=coded(code, step=other), source=self.going[other].repair.source)
        self.going[name].after.setdefault(other, after)
        if other in self.behind[name]:
            return
        more = self.behind[other] | {other}
        for one, behind in self.behind.items():
            if one == name or name in behind:
                behind |= more
