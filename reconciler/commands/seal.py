"""`seal`: what defines a finished platform, as a manifest on each host; `seal accept`: a change that was meant."""

import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from probes.fact import Known, fact_id
from probes.seal import REST, SealChanges, SealedFile
from reconciler.commands import caller, session
from reconciler.commands.assess import comparing, spec_inputs
from reconciler.commands.errors import RefusedError, UsageError
from reconciler.commands.result import Result
from reconciler.commands.session import ClusterSession
from reconciler.core import site
from reconciler.core.diff import Difference
from reconciler.engine import assess, lease
from reconciler.engine import seal as engine
from reconciler.engine.assess import Assessment
from reconciler.engine.seal import HostSeal, SealError, SealRequest
from reconciler.rules import seal as rules
from reconciler.view.documents import SealChangeDoc, SealDoc, SealedHostDoc
from specs.diagnostic import Diagnostic, diagnose

SEAL_FACTS = (SealChanges, SealedFile)


async def take(path: Path) -> Result[SealDoc]:
    """On each host that has none. Raises RefusedError where the cluster has not converged, or a sealed host differs."""
    async with session.open_cluster(path) as opened:
        await _require_no_run(opened)
        assessment = await _assessed(opened)
        difference = site.waive(assessment.difference, assessment.expected, opened.cluster.waivers)
        _require_converged(difference)
        readings = assessment.readings
        known = {fact.host for fact in rules.facts_of(opened.cluster) if isinstance(readings.get(fact), Known)}
        hosts = [host for host in opened.cluster.inventory.everyone if host not in known]
        sealed = await _take(opened, hosts, epoch=None)
        already = [HostSeal(host=host, state="exists") for host in opened.cluster.inventory.everyone if host in known]
        return _result((*sealed, *already))


async def accept(path: Path, words: Sequence[str], *, why: str) -> Result[SealDoc]:
    """Raises UsageError for a fact that is no finding of the seal, or without a reason."""
    facts = _facts(words)
    if not why.strip():
        raise UsageError(diagnose("seal-needs-why"))
    async with session.open_cluster(path) as opened:
        await _require_no_run(opened)
        await _require_findings(opened, facts)
        lines = {
            host: "".join(f"{fact.part} {fact.path}\n" for fact in facts if fact.host == host) for host in _hosts(facts)
        }
        request = SealRequest(purpose="accept", release=opened.cluster.release.version, who=caller.who(), why=why)
        return _result(await engine.seal_hosts(opened.transport, lines, request))


def unknown_word(word: str) -> UsageError:
    return UsageError(diagnose("seal-unknown-fact", fact=word))


async def show_history(path: Path) -> Result[SealDoc]:
    """Of all hosts. Writes nothing."""
    async with session.open_cluster(path) as opened:
        hosts = opened.cluster.inventory.everyone
        lines = {host: await engine.history(opened.transport, host) for host in hosts}
    return Result(
        document=SealDoc(hosts=[SealedHostDoc(host=h, state="history", history=list(lines[h])) for h in hosts])
    )


def sealing(opened: ClusterSession) -> Callable[[int, Assessment], Awaitable[None]]:
    """For a run whose steps are done: renews what its jobs have changed where there is a seal, and where it has
    converged seals the hosts that have none.

    Best effort: a host where that fails is told of by the assessment that follows."""

    async def seal(epoch: int, assessment: Assessment) -> None:
        cluster, readings = opened.cluster, assessment.readings
        read = {fact.host: readings.get(fact) for fact in rules.facts_of(cluster)}
        if only_seal_differs(assessment.difference):
            await _take(opened, [host for host, reading in read.items() if not isinstance(reading, Known)], epoch=epoch)
        changed = [host for host, reading in read.items() if isinstance(reading, Known) and reading.value]
        if changed:
            periods = await engine.job_periods(opened.transport, cluster.inventory.everyone)
            request = SealRequest(purpose="renew", release=cluster.release.version, who=caller.who(), epoch=epoch)
            words = {host: periods.get(host, "") for host in changed}
            await engine.seal_hosts(opened.transport, words, request)

    return seal


def only_seal_differs(difference: Difference) -> bool:
    return not difference.unknown and all(isinstance(drift.expected.fact, SEAL_FACTS) for drift in difference.drift)


async def _take(opened: ClusterSession, hosts: Sequence[str], *, epoch: int | None) -> tuple[HostSeal, ...]:
    cluster = opened.cluster
    request = SealRequest(purpose="take", release=cluster.release.version, who=caller.who(), epoch=epoch)
    return await engine.seal_hosts(opened.transport, {host: rules.scope(cluster, host) for host in hosts}, request)


async def _assessed(opened: ClusterSession) -> Assessment:
    expected, decide = comparing(opened.cluster)
    return await assess.assess(opened.gather, expected, decide, spec_inputs(opened.cluster, comparing))


def _require_converged(difference: Difference) -> None:
    """Else a fault would become what is right."""
    if difference.unknown:
        names = [fact_id(drift.expected.fact) for drift in difference.unknown]
        raise SealError(diagnose("seal-unread", count=len(names), facts=_first(names)))
    if difference.drift:
        names = [fact_id(drift.expected.fact) for drift in difference.drift]
        code = "seal-changed" if only_seal_differs(difference) else "seal-not-converged"
        raise RefusedError(diagnose(code, count=len(names), facts=_first(names)))


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


async def _require_no_run(opened: ClusterSession) -> None:
    holder = await lease.read_lease(opened.transport, opened.controller)
    if holder is not None and not holder.expired:
        raise lease.contended(opened.controller, holder)


def _facts(words: Sequence[str]) -> tuple[SealedFile, ...]:
    text = " ".join(words)
    parsed = re.findall(r"seal\.file (\S+) (.+?) @(\S+)(?= seal\.file |$)", text)
    facts = tuple(SealedFile(host=host, part=part, path=path) for part, path, host in parsed)
    if not facts or " ".join(fact_id(fact) for fact in facts) != text:
        raise UsageError(diagnose("seal-unknown-fact", fact=text or "-"))
    nameless = [fact for fact in facts if fact.path == REST]
    if nameless:
        raise UsageError(*(diagnose("seal-nameless", fact=fact_id(fact)) for fact in nameless))
    return tuple(dict.fromkeys(facts))


def _hosts(facts: Sequence[SealedFile]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.host for fact in facts))


async def _require_findings(opened: ClusterSession, facts: Sequence[SealedFile]) -> None:
    strangers = [fact for fact in facts if fact.host not in opened.cluster.inventory.everyone]
    if not strangers:
        cluster = rules.with_seal(opened.cluster, (await opened.gather(rules.facts_of(opened.cluster))).readings)
        findings = {expected.fact for expected in rules.expect(cluster)}
        strangers = [fact for fact in facts if fact not in findings]
    if strangers:
        raise UsageError(*(diagnose("seal-unknown-fact", fact=fact_id(fact)) for fact in strangers))


def _result(sealed: Sequence[HostSeal]) -> Result[SealDoc]:
    failed = engine.failures(sealed)
    document = SealDoc(hosts=[_document(host) for host in sealed])
    if not failed:
        return Result(document=document)
    raise SealError(*(_failure(host) for host in failed))


def _failure(host: HostSeal) -> Diagnostic:
    if host.state == "unread":
        names = [f"{name}" for change, _, name in host.remaining if change == "unread"]
        return diagnose("seal-files-unread", where=host.host, files=_first(names))
    return diagnose("seal-not-written", where=host.host, error=host.state)


def _document(host: HostSeal) -> SealedHostDoc:
    return SealedHostDoc(
        host=host.host,
        state="unchanged" if host.state == "exists" else "sealed",
        entries=host.entries,
        accepted=[SealChangeDoc(change=change, part=part, name=name) for change, part, name in host.resealed],
    )
