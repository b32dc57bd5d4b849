"""Findings as a person reads them: causes first, each with what follows from it; the same on many hosts is one.

Nothing is left out: each finding is in exactly one group, as itself or among the consequences.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from probes.fact import AnyDrift, AnyFact, Unknown, kind_of
from reconciler.core.diff import Cause, Difference, UnreadHost
from reconciler.view import describe
from reconciler.view.messages.registry import reason_text
from reconciler.view.render import RenderOptions, sanitized

Key = Callable[[AnyDrift], Hashable]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    drifts: tuple[AnyDrift, ...]
    """The same on each host; of unread facts, all that were not read for one reason."""
    consequences: tuple[AnyDrift, ...] = ()

    @property
    def first(self) -> AnyDrift:
        return self.drifts[0]

    @property
    def hosts(self) -> tuple[str, ...]:
        return hosts_of(self.drifts)


def hosts_of(drifts: Iterable[AnyDrift]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(drift.expected.fact.host for drift in drifts))


def same_text(drift: AnyDrift, page: RenderOptions) -> Hashable:
    """What a person is shown of it but for its host."""
    expected, kind = drift.expected, kind_of(drift.expected.fact)
    values = (describe.reading(reading, page, kind=kind) for reading in (expected.reading, drift.reading))
    because = reason_text(expected.because, page.lang)
    return (expected.module, describe.fact(expected.fact, page.lang), because, expected.source, *values)


def unread_why(drift: AnyDrift, page: RenderOptions) -> str:
    return sanitized(reason_text(drift.reading.why, page.lang)) if isinstance(drift.reading, Unknown) else ""


def heaviest_first(groups: Iterable[FindingGroup]) -> list[FindingGroup]:
    """What explains most comes first; else their order stays."""
    return sorted(groups, key=lambda group: -len(group.consequences))


class FindingGroups:
    """Of what is listed of a cluster's findings. A cause that is not listed itself (waived, or filtered out) has no
    group: what follows from it stands for itself."""

    def __init__(self, difference: Difference) -> None:
        self._causes: Mapping[AnyFact, Cause] = difference.causes
        self._unknown = difference.unknown
        listed = tuple(drift.expected.fact for drift in (*difference.drift, *difference.unknown))
        silent = (self._causes.get(fact) for fact in listed if self._is_silent(fact))
        self._listed: frozenset[Cause | None] = frozenset((*listed, *silent))
        self._consequences: dict[Cause, list[AnyDrift]] = {}
        for drift in (*difference.drift, *difference.unknown):
            if (cause := self.cause(drift)) is not None:
                self._consequences.setdefault(cause, []).append(drift)

    def _is_silent(self, fact: AnyFact) -> bool:
        """It was not read since its own host was not."""
        cause = self._causes.get(fact)
        return isinstance(cause, UnreadHost) and cause.host == fact.host

    def cause(self, drift: AnyDrift) -> Cause | None:
        """What it follows from, besides the silence of its own host."""
        fact = drift.expected.fact
        return None if self._is_silent(fact) else self._causes.get(fact)

    def is_independent(self, drift: AnyDrift) -> bool:
        return (cause := self.cause(drift)) is None or cause not in self._listed

    def of_drift(self, drifts: Sequence[AnyDrift], page: RenderOptions) -> list[FindingGroup]:
        """Of these, those that follow from nothing that is listed."""
        return self._groups(filter(self.is_independent, drifts), lambda drift: same_text(drift, page))

    def of_unread(self, page: RenderOptions) -> list[FindingGroup]:
        """What was not read for one reason: some facts of a host, all of it, several hosts."""
        return self._groups(filter(self.is_independent, self._unknown), lambda drift: unread_why(drift, page))

    def _groups(self, own: Iterable[AnyDrift], key: Key) -> list[FindingGroup]:
        together: dict[Hashable, list[AnyDrift]] = {}
        for drift in own:
            together.setdefault(key(drift), []).append(drift)
        return [
            FindingGroup(drifts=tuple(drifts), consequences=tuple(self._following(drifts)))
            for drifts in together.values()
        ]

    def _following(self, drifts: Iterable[AnyDrift]) -> Iterator[AnyDrift]:
        own: dict[Cause, None] = {}
        for fact in (drift.expected.fact for drift in drifts):
            own[fact] = None
            if self._is_silent(fact):
                own[self._causes[fact]] = None
        for cause in own:
            yield from self._consequences.get(cause, ())
