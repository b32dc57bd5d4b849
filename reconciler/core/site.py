"""The site's own part of the desired state, from cluster.toml: facts that it adds to `diff` and `check`, and findings
that it waives.

An added fact is compared and reported, never repaired: what is right for it only the site knows. A waived one is no
part of what `apply` brings about; it is still read, and shown with the reason and the last day, but counts for no
verdict.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from probes.consul import ConsulPassing
from probes.container import ContainerImage, ContainerState
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Expected, Fact, Known, fact_id
from probes.http import HttpOk
from probes.path import FileDigest, LineInFile, PathKind, TreeDigest, VersionText
from probes.port import PortListening
from probes.system import MountPoint, NameResolved
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.diff import Difference, WaivedDrift
from reconciler.core.redact import clean
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, SpecError, diagnose
from specs.reason import inline
from specs.site import SiteExpectation, Waiver
from specs.text import LocalizedText

PUBLIC: tuple[type[AnyFact], ...] = (
    UnitActive,
    UnitEnabled,
    ContainerState,
    ContainerImage,
    PortListening,
    HttpOk,
    ConsulPassing,
    NameResolved,
    MountPoint,
    PathKind,
    FileDigest,
    TreeDigest,
    VersionText,
    LineInFile,
)
"""Facts that a site may expect: each reads as one value that a person can write down."""
SOURCE = "cluster.toml, expect"
ANY_HOST = "192.0.2.1"
"""An address of nobody (RFC 5737)."""


def kinds() -> Mapping[str, type[AnyFact]]:
    return {str(fact.__dataclass_fields__["kind"].default): fact for fact in PUBLIC}


def require_readable(lines: Sequence[SiteExpectation]) -> None:
    """Raises SpecError with all that is wrong with `[[expect]]` in itself: what can be said before any host answers."""
    problems = [problem for number, line in enumerate(lines, 1) if (problem := _problem(number, line, line.hosts))]
    if problems:
        raise SpecError(*problems)


def expected_by_site(cluster: Cluster, released: Iterable[AnyExpected]) -> tuple[AnyExpected, ...]:
    """Raises SpecError with all that is wrong with `[[expect]]`: a fact that the release expects too is one, since it
    could never be both."""
    known = {expected.fact for expected in released}
    everyone = cluster.inventory.everyone
    result: list[AnyExpected] = []
    problems: list[Diagnostic] = []
    for number, line in enumerate(cluster.expectations, 1):
        if (problem := _problem(number, line, everyone)) is not None:
            problems.append(problem)
            continue
        facts = tuple(_facts(line, everyone))
        reading = _reading(line, type(facts[0]))
        why = inline(LocalizedText(en=line.because, zh=line.because))
        for fact in facts:
            if fact in known:
                problems.append(diagnose("expect-released", where=_where(number), fact=fact_id(fact)))
            result.append(Expected(fact=fact, reading=reading, because=why, source=SOURCE))
    if problems:
        raise SpecError(*problems)
    return tuple(dict.fromkeys(result))


def _problem(number: int, line: SiteExpectation, everyone: Sequence[str]) -> Diagnostic | None:
    """`everyone`: the hosts that it may name."""
    try:
        # without any host of the cluster known, one stands for all: a fact is the same on each
        facts = tuple(_facts(line, everyone or (ANY_HOST,)))
        _reading(line, type(facts[0]))
    except (ValueError, ValidationError) as error:
        return diagnose("expect-unreadable", where=_where(number), error=_words(error))
    return None


def _where(number: int) -> str:
    return f"cluster.toml, expect {number}"


def _facts(line: SiteExpectation, everyone: Sequence[str]) -> Iterator[AnyFact]:
    kind = str(line.fact.get("kind", ""))
    fact_type = kinds().get(kind)
    if fact_type is None:
        raise ValueError(f"`{kind}` is not one of {', '.join(kinds())}")
    unknown = [host for host in line.hosts if host not in everyone]
    if unknown:
        raise ValueError(f"no host of this cluster: {', '.join(unknown)}")
    names = {own.name for own in fields(fact_type) if own.name != "host"}
    surplus = sorted(set(line.fact) - names)
    if surplus:
        raise ValueError(f"{kind} has no field {', '.join(surplus)}, but {', '.join(sorted(names - {'kind'}))}")
    broken = [
        name for name, value in line.fact.items() if isinstance(value, str) and not {"\0", "\n"}.isdisjoint(value)
    ]
    if broken:
        raise ValueError(f"{broken[0]} holds a NUL or a line break")
    adapter: TypeAdapter[AnyFact] = TypeAdapter(fact_type)
    for host in line.hosts or everyone:
        yield adapter.validate_python({**line.fact, "host": host})


def _reading(line: SiteExpectation, fact_type: type[AnyFact]) -> Known[Any] | Absent:
    """ValidationError where the fact never reads so."""
    if line.absent:
        return Absent()
    if fact_type is LineInFile and line.value is False:
        raise ValueError("a line that is not there reads absent: `absent = true`")
    adapter: TypeAdapter[Any] = TypeAdapter(value_type(fact_type))
    return Known(adapter.validate_python(line.value, strict=True))


def value_type(fact_type: type[AnyFact]) -> Any:
    """What it reads when it is there: `V` of its `Fact[V]`."""
    bases: tuple[Any, ...] = getattr(fact_type, "__orig_bases__", ())
    (value,) = next(get_args(base) for base in bases if base.__origin__ is Fact)
    return value


def _words(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        problems = (f"{'.'.join(map(str, item['loc']))} {item['msg']}".strip() for item in error.errors())
        return clean("; ".join(problems))[:200]
    return clean(str(error))[:300]


def without_waived(expected: Sequence[AnyExpected], waivers: Sequence[Waiver]) -> tuple[AnyExpected, ...]:
    """What counts."""
    if not waivers:
        return tuple(expected)
    ids = {waiver.fact for waiver in waivers}
    return tuple(expectation for expectation in expected if fact_id(expectation.fact) not in ids)


def waive(difference: Difference, expected: Iterable[AnyExpected], waivers: Sequence[Waiver]) -> Difference:
    """Findings of facts that are waived stand apart; such facts that match are not counted either. `expected`: of the
    difference, the waived included."""
    if not waivers:
        return difference
    by_id = {waiver.fact: waiver for waiver in waivers}
    waived_facts = {e.fact: by_id[fact_id(e.fact)] for e in expected if fact_id(e.fact) in by_id}
    findings = (*difference.drift, *difference.unknown, *(advised.drift for advised in difference.advice))
    waived = tuple(
        WaivedDrift(drift=drift, waiver=waived_facts[drift.expected.fact])
        for drift in findings
        if drift.expected.fact in waived_facts
    )

    def counts(drift: AnyDrift) -> bool:
        return drift.expected.fact not in waived_facts

    return replace(
        difference,
        drift=tuple(filter(counts, difference.drift)),
        unknown=tuple(filter(counts, difference.unknown)),
        advice=tuple(advised for advised in difference.advice if counts(advised.drift)),
        matching=difference.matching - (len(waived_facts) - len({drift.drift.expected.fact for drift in waived})),
        waived=waived,
    )


def waiver_warnings(cluster: Cluster, expected: Iterable[AnyExpected]) -> Iterator[Diagnostic]:
    """Of what is waived no more, and of what nobody expects: a misspelt id waives nothing."""
    for waiver in cluster.expired_waivers:
        yield diagnose("waiver-ended", where="cluster.toml, waive", fact=waiver.fact, until=waiver.until.isoformat())
    known = {fact_id(expectation.fact) for expectation in expected}
    for waiver in cluster.waivers:
        if waiver.fact not in known:
            yield diagnose("waiver-unmatched", where="cluster.toml, waive", fact=waiver.fact)
