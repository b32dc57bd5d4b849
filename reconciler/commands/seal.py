"""`seal`: what defines a finished platform, as a manifest on each host; `seal accept`: a change that was meant."""

import re
import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
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
from reconciler.core.verdict import ExitCode
from reconciler.engine import assess, lease
from reconciler.engine import seal as engine
from reconciler.engine.assess import Assessment
from reconciler.engine.seal import HostSeal, RenderedFile, SealError, SealRequest
from reconciler.rules import seal as rules
from reconciler.view.documents import RenderedFileDoc, SealChangeDoc, SealDoc, SealedHostDoc, SealedState, UncomparedDoc
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import Reason, reason

SEAL_FACTS = (SealChanges, SealedFile)
UNCOMPARED: Mapping[str, Reason] = {
    "source": reason("seal-uncompared-source"),
    "version": reason("seal-uncompared-version"),
    "renderer": reason("seal-uncompared-renderer"),
    "namespace": reason("seal-uncompared-namespace"),
    "failed": reason("seal-uncompared-failed"),
    "nothing": reason("seal-uncompared-nothing"),
    "stopped": reason("seal-uncompared-stopped"),
}
STATES: Mapping[str, SealedState] = {"exists": "unchanged", "differs": "differs", "accepted": "accepted"}


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
        cluster = opened.cluster
        already = [HostSeal(host=host, state="exists") for host in opened.cluster.inventory.everyone if host in known]
        return _result(cluster, (*sealed, *already))


async def accept(path: Path, words: Sequence[str], *, why: str) -> Result[SealDoc]:
    """Of a sealed host a change; of one without a seal, a rendered file that is not what the vendor's call would write.
    Raises UsageError for what is neither, or without a reason."""
    facts, files = _parse(words)
    if not why.strip():
        raise UsageError(diagnose("seal-needs-why"))
    async with session.open_cluster(path) as opened:
        cluster = opened.cluster
        await _require_no_run(opened)
        _require_hosts(cluster, files)
        await _require_findings(opened, facts)
        request = SealRequest(purpose="accept", release=cluster.release.version, who=caller.who(), why=why)
        rendered = await engine.seal_hosts(
            opened.transport,
            {host: _words_of_rendered(cluster, host, files) for host in _hosts(files)},
            replace(request, purpose="accept-rendered"),
        )
        _require_differences(files, rendered)
        lines = {
            host: "".join(f"{fact.part} {fact.path}\n" for fact in facts if fact.host == host) for host in _hosts(facts)
        }
        return _result(cluster, (*rendered, *await engine.seal_hosts(opened.transport, lines, request)))


def _words_of_rendered(cluster: Cluster, host: str, files: Sequence[RenderedFile]) -> str:
    own = [file for file in files if file.host == host]
    scope = rules.rendering_scope(cluster, host, [file.file for file in own])
    return scope + "".join(f"{file.module} {file.file}\n" for file in own)


def _require_hosts(cluster: Cluster, files: Sequence[RenderedFile]) -> None:
    strangers = [file for file in files if file.host not in cluster.inventory.everyone]
    if strangers:
        raise UsageError(*(diagnose("seal-unknown-fact", fact=file.name) for file in strangers))


def _require_differences(files: Sequence[RenderedFile], sealed: Sequence[HostSeal]) -> None:
    """A host that has a seal, or where a named file is what the vendor's call would write, has accepted none."""
    refused = {host.host for host in sealed if host.state in ("unknown", "exists")}
    strangers = [file for file in files if file.host in refused]
    if strangers:
        raise UsageError(*(diagnose("seal-unknown-fact", fact=file.name) for file in strangers))


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


def sealing(opened: ClusterSession) -> Callable[[int, Assessment], Awaitable[tuple[Diagnostic, ...]]]:
    """For a run whose steps are done: renews what its jobs have changed where there is a seal, and where it has
    converged seals the hosts that have none.

    Best effort: a host where that fails is named by the assessment that follows. Returned: the rendered files that
    kept a host from being sealed, and what was not compared."""

    async def seal(epoch: int, assessment: Assessment) -> tuple[Diagnostic, ...]:
        cluster, readings = opened.cluster, assessment.readings
        taken: tuple[HostSeal, ...] = ()
        read = {fact.host: readings.get(fact) for fact in rules.facts_of(cluster)}
        if only_seal_differs(assessment.difference):
            hosts = [host for host, reading in read.items() if not isinstance(reading, Known)]
            taken = await _take(opened, hosts, epoch=epoch)
        changed = [host for host, reading in read.items() if isinstance(reading, Known) and reading.value]
        if changed:
            periods = await engine.job_periods(opened.transport, cluster.inventory.everyone)
            request = SealRequest(purpose="renew", release=cluster.release.version, who=caller.who(), epoch=epoch)
            words = {host: periods.get(host, "") for host in changed}
            await engine.seal_hosts(opened.transport, words, request)
        return (*_differences(cluster, taken), *_uncompared(taken))

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


def _parse(words: Sequence[str]) -> tuple[tuple[SealedFile, ...], tuple[RenderedFile, ...]]:
    text = " ".join(words)
    parsed = re.findall(r"seal\.(file|rendered) (\S+) (.+?) @(\S+)(?= seal\.(?:file|rendered) |$)", text)
    items = tuple(
        SealedFile(host=host, part=word, path=name)
        if kind == "file"
        else RenderedFile(host=host, module=word, file=name)
        for kind, word, name, host in parsed
    )
    if not items or " ".join(_name(item) for item in items) != text:
        raise UsageError(diagnose("seal-unknown-fact", fact=text or "-"))
    facts = tuple(dict.fromkeys(item for item in items if isinstance(item, SealedFile)))
    nameless = [fact for fact in facts if fact.path == REST]
    if nameless:
        raise UsageError(*(diagnose("seal-nameless", fact=fact_id(fact)) for fact in nameless))
    return facts, tuple(dict.fromkeys(item for item in items if isinstance(item, RenderedFile)))


def _name(item: SealedFile | RenderedFile) -> str:
    return fact_id(item) if isinstance(item, SealedFile) else item.name


def _hosts(items: Sequence[SealedFile] | Sequence[RenderedFile]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.host for item in items))


async def _require_findings(opened: ClusterSession, facts: Sequence[SealedFile]) -> None:
    strangers = [fact for fact in facts if fact.host not in opened.cluster.inventory.everyone]
    if not strangers:
        cluster = rules.with_seal(opened.cluster, (await opened.gather(rules.facts_of(opened.cluster))).readings)
        findings = {expected.fact for expected in rules.expect(cluster)}
        strangers = [fact for fact in facts if fact not in findings]
    if strangers:
        raise UsageError(*(diagnose("seal-unknown-fact", fact=fact_id(fact)) for fact in strangers))


def _result(cluster: Cluster, sealed: Sequence[HostSeal]) -> Result[SealDoc]:
    """Raises SealError where a host does not answer, or its manifest could not be written."""
    failed = engine.failures(sealed)
    differences = _differences(cluster, sealed)
    if failed:
        raise SealError(*(_failure(host) for host in failed), *differences)
    return Result(
        document=SealDoc(hosts=[_document(host) for host in sealed]),
        warnings=_uncompared(sealed),
        diagnostics=differences,
        exit_code=ExitCode.REFUSED if differences else ExitCode.OK,
    )


def _failure(host: HostSeal) -> Diagnostic:
    if host.state == "unread":
        names = [f"{name}" for change, _, name in host.remaining if change == "unread"]
        return diagnose("seal-files-unread", where=host.host, files=_first(names))
    return diagnose("seal-not-written", where=host.host, error=host.state)


def _differences(cluster: Cluster, sealed: Sequence[HostSeal]) -> tuple[Diagnostic, ...]:
    """For each host that was not sealed, and each module, the rendered files that are not the vendor's."""
    files = sorted(file for host in sealed if host.state == "differs" for file in host.differing)
    groups = dict.fromkeys((file.host, file.module, file.emptied) for file in files)
    return tuple(
        _difference(cluster, [file for file in files if (file.host, file.module, file.emptied) == group])
        for group in groups
    )


def _difference(cluster: Cluster, files: Sequence[RenderedFile]) -> Diagnostic:
    host, module = files[0].host, files[0].module
    return diagnose(
        "seal-renderer-lacks" if files[0].emptied else "seal-rendered-differs",
        where=host,
        module=module,
        files=" ".join(file.file for file in files),
        call=rules.render_call(cluster, module),
        words=" ".join(shlex.quote(file.name) for file in files),
    )


def _uncompared(sealed: Sequence[HostSeal]) -> tuple[Diagnostic, ...]:
    """For each host, and each reason, the modules of which it is unknown what the vendor's call would write."""
    groups: dict[tuple[str, str], list[str]] = {}
    for host in sealed:
        if host.state in ("sealed", "differs"):
            for module, why in host.uncompared:
                groups.setdefault((host.host, why), []).append(module)
    return tuple(
        diagnose("seal-not-compared", where=where, because=UNCOMPARED[why], modules=" ".join(modules))
        for (where, why), modules in groups.items()
    )


def _document(host: HostSeal) -> SealedHostDoc:
    return SealedHostDoc(
        host=host.host,
        state=STATES.get(host.state, "sealed"),
        entries=host.entries,
        accepted=[SealChangeDoc(change=change, part=part, name=name) for change, part, name in host.resealed],
        differing=[
            RenderedFileDoc(module=file.module, name=file.file, emptied=file.emptied) for file in host.differing
        ],
        uncompared=[UncomparedDoc(module=module, why=why) for module, why in host.uncompared],
    )
