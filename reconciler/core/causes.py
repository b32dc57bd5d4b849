"""Causes: which finding follows from which other, so that a stopped unit is reported before all that fails with it.

What a fact rests on, its rule family says (`rests_on` in `rules/<family>.py`); this module only follows that. A cause
is the last finding down that way which rests on no other finding, or the host that could not be read.

A consequence stays a finding: it is compared, counted and shown, since it may be wrong by itself as well. Only what
differs now explains anything: latent drift and advice are right now, and what was not read explains only what was not
read either, unless its whole host is silent.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from probes.fact import AnyDrift, AnyFact, SameAs, Unknown, fact_id
from reconciler.core.diff import REFERENCE_NOT_READ, Cause, Difference, UnreadHost
from specs.diagnostic import Diagnostic
from specs.reason import CodedReason

Findings = Mapping[AnyFact, AnyDrift]
"""What may be a cause, by its fact."""
RestsOn = Callable[[AnyDrift, Findings], Iterable[AnyFact]]
"""What the fact of this finding rests on, the nearest first."""


def with_causes(difference: Difference, rests_on: RestsOn, unread_hosts: Mapping[str, Diagnostic]) -> Difference:
    """`unread_hosts`: why a host could not be asked."""
    unread = {drift.expected.fact: host for drift in difference.unknown if (host := _host_of(drift, unread_hosts))}
    search = _Search(difference, rests_on, unread)
    causes = {drift.expected.fact: search.cause(drift) for drift in (*difference.drift, *difference.unknown)}
    return replace(difference, causes={fact: cause for fact, cause in causes.items() if cause is not None})


def cause_id(cause: Cause) -> str:
    """A finding's fact, or a problem's code and place."""
    if isinstance(cause, UnreadHost):
        return f"{cause.diagnostic.code} {cause.diagnostic.where}".rstrip()
    return fact_id(cause)


def _host_of(drift: AnyDrift, unread_hosts: Mapping[str, Diagnostic]) -> UnreadHost | None:
    """The host that could not be read, where that is why the fact could not be; or what it is compared with."""
    reading, reference = drift.reading, drift.expected.reading
    if not isinstance(reading, Unknown) or not isinstance(reading.why, CodedReason):
        return None
    compared = isinstance(reference, SameAs) and reading == REFERENCE_NOT_READ
    host = reference.fact.host if compared and isinstance(reference, SameAs) else drift.expected.fact.host
    problem = unread_hosts.get(host)
    if problem is None or not (compared or reading.why.code == problem.code):
        return None
    return UnreadHost(host=host, diagnostic=problem)


class _Search:
    def __init__(self, difference: Difference, rests_on: RestsOn, unread: Mapping[AnyFact, UnreadHost]) -> None:
        explaining = (
            *(drift for drift in difference.drift if drift.expected.fact not in difference.latent),
            *difference.unknown,
            *(waived.drift for waived in difference.waived),
        )
        self._findings = {drift.expected.fact: drift for drift in explaining}
        self._latent = difference.latent
        self._rests_on = rests_on
        self._unread = unread
        self._known: dict[AnyFact, Cause | None] = {}

    def cause(self, drift: AnyDrift, path: frozenset[AnyFact] = frozenset()) -> Cause | None:
        """`path`: what was walked so far; nothing is its own cause, whatever the rules say."""
        fact = drift.expected.fact
        if fact not in self._known:
            self._known[fact] = None if fact in self._latent else self._search(drift, path | {fact})
        return self._known[fact]

    def _search(self, drift: AnyDrift, path: frozenset[AnyFact]) -> Cause | None:
        if drift.expected.fact in self._unread:
            return self._unread[drift.expected.fact]
        for fact in self._rests_on(drift, self._findings):
            below = self._findings.get(fact)
            if below is not None and fact not in path and self._explains(below, drift):
                return self.cause(below, path) or fact
        return None

    def _explains(self, below: AnyDrift, drift: AnyDrift) -> bool:
        unread = isinstance(below.reading, Unknown) and below.expected.fact not in self._unread
        return not unread or isinstance(drift.reading, Unknown)
