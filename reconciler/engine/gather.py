"""Gather facts: query all hosts at once, each in one round trip, and answer every fact that was asked.

All families' scripts for a host travel together (`batch.py`). What goes wrong stays where it went wrong: a parser that
chokes costs its family's facts on that host, a torn answer the sections after the tear, a dead host its own facts.
Each becomes Unknown with its reason; nothing is raised, because a raised exception would cancel the neighbours.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from probes.command import Command, Output
from probes.fact import AnyFact, AnyReading, Known, Readings, Unknown, kind_of
from probes.probe import Probe
from reconciler.engine.batch import Truncated, compose, last_words_unrun, split_output
from reconciler.engine.failpoints import register
from reconciler.engine.transport import Transport, TransportError
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import Reason, reason

MAX_SECTION_CHARS = 4 * 1024 * 1024
"""Characters of one family's answer that are still looked at. The longest honest ones (digests) stay under 100 KiB."""
TIMED_OUT_STATUSES = (124, 137)
"""Exit status of timeout(1): it sent TERM, or KILL five seconds later."""
REPLACEMENT_CHARACTER = "\ufffd"
"""Stands where a host's bytes were no UTF-8."""

_GATHER = register("gather")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredFacts:
    readings: Readings
    diagnostics: Mapping[str, Diagnostic] = field(default_factory=dict[str, Diagnostic])
    """By host: why it could not be asked, or not to the end."""


GatherFacts = Callable[[Iterable[AnyFact]], Awaitable[GatheredFacts]]
"""How the engine reads facts: `gather_facts` with its first two arguments given, or a world in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """One family's facts about one host."""

    probe: Probe
    facts: tuple[AnyFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostQuestion:
    """Facts about one host, as a program that another command runs at its end."""

    queries: Sequence[_Query]
    nonce: str
    program: Command

    def readings(self, answer: Output) -> Readings | None:
        """None where the answer does not hold all of it: then it has to be asked by itself, which also says why."""
        sections = split_output(answer, self.nonce, len(self.queries))
        if any(isinstance(section, Truncated) for section in sections):
            return None
        return _read_sections(self.queries, sections, None)


class Question(Protocol):
    """How a step's facts are asked with its job: `question_of` with its first argument given."""

    def __call__(self, *groups: Iterable[AnyFact]) -> HostQuestion | None: ...


def question_of(probes: Sequence[Probe], *groups: Iterable[AnyFact]) -> HostQuestion | None:
    """Each group is read once all of the one before has been, also where a probe has facts in both. None where they are
    about several hosts, or none, or where nothing can read one of them."""
    known: set[AnyFact] = set()
    hosts: set[str] = set()
    queries: list[_Query] = []
    for group in groups:
        requested = tuple(fact for fact in dict.fromkeys(group) if fact not in known)
        known.update(requested)
        for host, per_host in _by_host(probes, requested).items():
            hosts.add(host)
            queries = _in_turn(queries, per_host)
    if len(hosts) != 1 or sum(len(query.facts) for query in queries) != len(known):
        return None
    nonce = secrets.token_hex(12)
    return HostQuestion(
        queries=queries, nonce=nonce, program=compose([query.probe.command(query.facts) for query in queries], nonce)
    )


def _in_turn(before: list[_Query], after: list[_Query]) -> list[_Query]:
    """What the last probe reads it may go on to read at once: that is no sooner."""
    if not before:
        return after
    *earlier, last = before
    more = tuple(fact for query in after if query.probe.family == last.probe.family for fact in query.facts)
    rest = (query for query in after if query.probe.family != last.probe.family)
    return [*earlier, _Query(probe=last.probe, facts=(*last.facts, *more)), *rest]


async def gather_facts(transport: Transport, probes: Sequence[Probe], facts: Iterable[AnyFact]) -> GatheredFacts:
    """Every fact asked has a reading afterwards. Only a bug raises."""
    requested = tuple(dict.fromkeys(facts))
    queries = _by_host(probes, requested)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_query_host(transport, host, per_host)) for host, per_host in queries.items()]
    readings: dict[AnyFact, AnyReading] = {f: Unknown(reason("no-probe", kind=kind_of(f))) for f in requested}
    diagnostics: dict[str, Diagnostic] = {}
    for task, host in zip(tasks, queries, strict=True):
        answer, diagnostic = task.result()
        readings.update(answer)
        if diagnostic is not None:
            diagnostics[host] = diagnostic
    return GatheredFacts(readings=readings, diagnostics=diagnostics)


def _by_host(probes: Sequence[Probe], facts: Iterable[AnyFact]) -> dict[str, list[_Query]]:
    answers = {kind: probe for probe in probes for kind in probe.facts}
    grouped: dict[str, dict[str, list[AnyFact]]] = {}
    for fact in facts:
        if type(fact) in answers:
            grouped.setdefault(fact.host, {}).setdefault(answers[type(fact)].family, []).append(fact)
    families = {probe.family: probe for probe in probes}
    return {
        host: [_Query(probe=families[family], facts=tuple(requested)) for family, requested in per_family.items()]
        for host, per_family in grouped.items()
    }


async def _query_host(transport: Transport, host: str, queries: list[_Query]) -> tuple[Readings, Diagnostic | None]:
    nonce = secrets.token_hex(12)
    program = compose([query.probe.command(query.facts) for query in queries], nonce)
    diagnostic: Diagnostic | None = None
    _GATHER.before()
    try:
        answer = await transport.run(host, program)
    except TransportError as error:
        answer, diagnostic = error.partial_output, error.diagnostic
    _GATHER.after()
    if diagnostic is None and answer.exit_status is None:
        diagnostic = diagnose("connection-lost", where=host)
    if diagnostic is None and (words := last_words_unrun(answer, nonce)) is not None:
        diagnostic = diagnose("command-not-run", where=host, error=words)
    sections = split_output(answer, nonce, len(queries))
    if diagnostic is None and any(isinstance(section, Truncated) for section in sections):
        diagnostic = diagnose("answer-truncated", where=host)
    return _read_sections(queries, sections, diagnostic), diagnostic


def _read_sections(
    queries: Sequence[_Query], sections: Sequence[Output | Truncated], diagnostic: Diagnostic | None
) -> dict[AnyFact, AnyReading]:
    readings: dict[AnyFact, AnyReading] = {}
    for query, section in zip(queries, sections, strict=True):
        if isinstance(section, Truncated):
            readings.update(dict.fromkeys(query.facts, Unknown(_truncated(query.probe, section, diagnostic))))
        else:
            readings.update(_parse(query, section))
    return readings


def _truncated(probe: Probe, truncated: Truncated, diagnostic: Diagnostic | None) -> Reason:
    if diagnostic is None or diagnostic.code == "answer-truncated":
        return reason("section-truncated", family=probe.family)
    if diagnostic.code == "answer-overdue" and truncated.begun:
        return reason("probe-timeout", family=probe.family)
    return reason(diagnostic.code, host=diagnostic.where, **dict(diagnostic.fields))


def _parse(query: _Query, section: Output) -> Mapping[AnyFact, AnyReading]:
    family = query.probe.family
    if section.exit_status in TIMED_OUT_STATUSES:
        return dict.fromkeys(query.facts, Unknown(reason("probe-timeout", family=family)))
    if len(section.stdout) > MAX_SECTION_CHARS:
        return dict.fromkeys(query.facts, Unknown(reason("answer-too-long", family=family)))
    try:
        read = query.probe.parse(query.facts, section)
        return {fact: _reject_invalid_utf8(read[fact]) for fact in query.facts}
    except (LookupError, ValueError) as error:
        why = reason("parse-failed", family=family, error=f"{type(error).__name__}: {error}"[:200])
        return dict.fromkeys(query.facts, Unknown(why))


def _reject_invalid_utf8(reading: AnyReading) -> AnyReading:
    """A value with a replacement character is not the host's value: two different ones would compare as equal."""
    match reading:
        case Known(value) if REPLACEMENT_CHARACTER in _as_text(value):
            return Unknown(reason("not-utf8"))
        case _:
            return reading


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
