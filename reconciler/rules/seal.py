"""The seal: what is covered on each host, what is expected of it, and what a person is told where it is broken.

Hosts without a seal are expected to have none: a fresh 6.2.2 is converged, and one line says how to seal it. What has
changed is expected file by file, so that each is a finding with a name that can be accepted or waived. Nothing is
repaired here: which text is right, the one who edited or the one who rendered, only a person knows.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from probes.consul import ConsulDefinition, ConsulPassing
from probes.container import ContainerImage, ContainerState, DockerDataRoot
from probes.fact import AnyDrift, AnyExpected, AnyFact, AnyReading, Known, Readings, Unknown, fact_id
from probes.gateway import GatewayReleased
from probes.iam import ModelsPending
from probes.mysql import LoginPath, PendingSql, SaasVariable
from probes.saas import SaasValue
from probes.seal import REGISTRATIONS, REST, UNCHANGED, SealChanges, SealedFile, calls_in, changes_in, of_changes
from probes.tag import SecretsTag
from reconciler.core.causes import Findings
from reconciler.core.diff import Difference
from reconciler.core.fact_reader import FactReader
from reconciler.core.planner import Decision
from reconciler.rules import dependencies, gateway
from reconciler.rules.module_facts import DOCKER, LOGIN_PATH
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.module import Rendering
from specs.reason import Reason, inline, reason
from specs.seal import SealedRows

FACTS = (SealChanges, SealedFile)
ROWS: tuple[SealedRows, ...] = ("saas", "gateway")
SOURCE = "/var/lib/bkrec/seal/manifest"
HOME = "{home}"
"""The root whose directories are the products', each of which may be a link to another disk."""


def facts_of(cluster: Cluster) -> tuple[SealChanges, ...]:
    return tuple(SealChanges(host=host) for host in cluster.inventory.everyone)


def with_seal(cluster: Cluster, readings: Readings) -> Cluster:
    """With what has changed on sealed hosts. One object for the same answers: results are cached beside it."""
    read = {fact.host: readings.get(fact) for fact in facts_of(cluster)}
    changes = tuple((host, reading.value) for host, reading in read.items() if isinstance(reading, Known))
    unread = tuple(host for host, reading in read.items() if isinstance(reading, Unknown))
    return _with(cluster, changes, unread) if changes or unread else cluster


def implied(cluster: Cluster, readings: Readings) -> Iterator[tuple[AnyFact, AnyReading]]:
    """Each changed file's reading: the host need not compare all of its files again to be asked about one."""
    for fact in facts_of(cluster):
        reading = readings.get(fact)
        if isinstance(reading, Known):
            yield from of_changes(fact, reading.value).items()


@lru_cache(maxsize=8)
def _with(cluster: Cluster, changes: tuple[tuple[str, tuple[str, ...]], ...], unread: tuple[str, ...]) -> Cluster:
    return replace(cluster, seal_changes=changes, seal_unread=unread)


def expect(cluster: Cluster) -> Iterator[AnyExpected]:
    for host in cluster.seal_unread:
        yield _unchanged(host)
    for host, changes in cluster.seal_changes:
        if not changes:
            yield _unchanged(host)
        for word, part, name in changes_in(changes):
            fact = SealedFile(host=host, part=part, path=REST if word == "many" else name)
            yield fact.must_be(UNCHANGED, because=because(cluster, part), source=SOURCE)


def _unchanged(host: str) -> AnyExpected:
    return SealChanges(host=host).must_be((), because=reason("seal-unchanged"), source=SOURCE)


def because(cluster: Cluster, part: str) -> Reason:
    own = next((known for known in cluster.release.seal.parts if known.name == part), None)
    return reason(f"seal-{part}") if own is None else inline(own.because)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    return _broken(cluster, drift)


def _broken(cluster: Cluster, drift: AnyDrift) -> Diagnostic:
    fact = drift.expected.fact
    where = f"{fact.host} {fact.path}" if isinstance(fact, SealedFile) else fact.host
    if isinstance(fact, SealedFile) and fact.path == REST:
        return diagnose("seal-nameless", where=where, fact=fact_id(fact))
    word = shlex.quote(fact_id(fact))
    call = _call(cluster, fact) if isinstance(fact, SealedFile) else ""
    if call:
        return diagnose("seal-broken-rendered", where=where, fact=fact_id(fact), call=call, word=word)
    return diagnose("seal-broken", where=where, fact=fact_id(fact), word=word)


def _call(cluster: Cluster, fact: SealedFile) -> str:
    """The vendor's own call that wrote what was sealed, for a shell on the controller; "" where none did."""
    calls = calls_in(next((changes for host, changes in cluster.seal_changes if host == fact.host), ()))
    module = calls.get(fact.path)
    return render_call(cluster, module) if module else ""


def render_call(cluster: Cluster, module: str) -> str:
    return f"cd {shlex.quote(cluster.paths.install)} && ./bkcli render {module}"


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """Rows that could not be asked for: the ways to the server, and the server."""
    fact = drift.expected.fact
    if isinstance(fact, SealedFile) and fact.part == REGISTRATIONS and isinstance(drift.reading, Unknown):
        logins = dict.fromkeys(login_path for rows in ROWS for login_path, _ in _rows(cluster, rows))
        yield from (LoginPath(host=fact.host, login_path=login_path) for login_path in logins)
        yield from dependencies.mysql(cluster, fact.host)


def example(cluster: Cluster, difference: Difference) -> Iterator[Diagnostic]:
    """What to do about a change, for the first file of each call that would restore it, and the first of the others."""
    calls: set[str] = set()
    for drift in difference.drift:
        fact = drift.expected.fact
        if isinstance(fact, SealedFile) and fact.path != REST:
            call = _call(cluster, fact)
            if call not in calls:
                yield _broken(cluster, drift)
            calls.add(call)


def without_repeated(difference: Difference) -> Difference:
    """Without changes of files and containers that another finding names with what is wrong in them. They are no less
    part of the seal: where the other one is repaired by hand and the file differs still, this one is told."""
    changed = [drift for drift in difference.drift if isinstance(drift.expected.fact, SealedFile)]
    if not changed:
        return difference
    others = (*difference.drift, *difference.unknown, *(advised.drift for advised in difference.advice))
    mentioned = {name for drift in others if not isinstance(drift.expected.fact, FACTS) for name in _names(drift)}
    repeated = [drift for drift in changed if mentioned & set(_names(drift))]
    return replace(difference, drift=tuple(drift for drift in difference.drift if drift not in repeated))


def _names(drift: AnyDrift) -> Iterator[tuple[str, str]]:
    """Host and path of each file that a fact is about; a directory by itself, which a path below it names too."""
    fact = drift.expected.fact
    match fact:
        case SealedFile(path=path):
            yield from ((fact.host, above) for above in _with_parents(path))
        case ConsulDefinition(service=service) | ConsulPassing(service=service):
            yield fact.host, f"/etc/consul.d/service/{service}.json"
        case DockerDataRoot():
            yield fact.host, "/etc/docker/daemon.json"
        case ContainerState(container=name) | ContainerImage(container=name):
            yield fact.host, f"container:{name}"
        case SaasVariable(app_code=app, name=name) | SaasValue(app=app, name=name):
            yield fact.host, f"saas:{app}:all:{name}"
        case PendingSql(marks=marks) | ModelsPending(marks=marks):
            names: tuple[str, ...] = drift.reading.value if isinstance(drift.reading, Known) else ()
            yield from ((fact.host, f"{marks}/{name}") for name in names)
        case SecretsTag(root=root, module=module):
            yield fact.host, f"{root}/{module}.env"
        case GatewayReleased(gateway=name, stage=stage):
            yield fact.host, f"gateway:{name}:{stage}"
        case _:
            for field in ("file", "path", "directory"):
                path = getattr(fact, field, "")
                if path:
                    yield fact.host, str(path)


def _with_parents(path: str) -> Iterator[str]:
    if path.startswith("container:"):
        yield path.rpartition(":")[0]
    while path.count("/") > 1 or (path and not path.startswith("/")):
        yield path
        path = path.rpartition("/")[0]


def unsealed(cluster: Cluster, readings: Readings) -> Iterator[Diagnostic]:
    """Told of a cluster that has converged: from here on changes could be seen."""
    known = {host for host, _ in cluster.seal_changes} | set(cluster.seal_unread)
    hosts = tuple(fact.host for fact in facts_of(cluster) if fact in readings and fact.host not in known)
    if hosts:
        yield diagnose("not-sealed", where=" ".join(hosts), hosts=len(hosts))


def scope(cluster: Cluster, host: str) -> str:
    """What the manifest of this host is to cover, in the words of `probes/lib/seal_shell.py`."""
    return "".join(f"{line}\n" for line in dict.fromkeys(_scope(cluster, host)))


def _scope(cluster: Cluster, host: str) -> Iterator[str]:
    seal = cluster.release.seal
    for part in seal.parts:
        if part.controller and host != cluster.controller:
            continue
        yield from (f"@root\t{part.name}\t{_path(cluster, root)}" for root in part.roots)
        if HOME in part.roots:
            calls = _render_calls(cluster, host)
            yield from (f"@linked\t{part.name}\t{cluster.home(call.directory)}" for call in calls)
        yield from (f"@sysctl\t-\t{_path(cluster, file)}" for file in part.kernel)
        for rows in part.rows:
            yield from (f"@{rows}\t{login_path}\t{name}" for login_path, name in _rows(cluster, rows))
    yield from (f"@exclude\t-\t{_path(cluster, path)}" for entry in seal.exclusions for path in entry.paths)
    yield from (f"@unit-directory\t-\t{directory}" for directory in seal.unit_directories)
    yield from (f"@unit\t-\t{unit}" for unit in (*seal.units, *_units(cluster, host)))
    yield from (f"@container\t-\t{name}" for name in _containers(cluster, host))
    yield from _renderings(cluster, host)


def _renderings(cluster: Cluster, host: str) -> Iterator[str]:
    """What the vendor's call would write there, for `engine/rendering_scripts.py`."""
    paths, calls = cluster.paths, _render_calls(cluster, host)
    if calls:
        yield from (f"@renderer\t{name}\t{getattr(paths, name)}" for name in ("home", "install", "src"))
    yield from (f"@render\t{call.module}\t{call.directory}" for call in calls)


def _render_calls(cluster: Cluster, host: str) -> tuple[Rendering, ...]:
    modules = (module for module in (*cluster.modules(), *cluster.base_services()) if host in cluster.hosts(module))
    return tuple(module.render for module in modules if module.render is not None)


def rendering_scope(cluster: Cluster, host: str, files: Sequence[str]) -> str:
    """Of these files alone, to have a difference of theirs accepted."""
    roots = (f"@root\tconfiguration\t{file}" for file in files)
    return "".join(f"{line}\n" for line in (*roots, *_renderings(cluster, host)))


def _path(cluster: Cluster, pattern: str) -> str:
    return pattern.replace("{home}", cluster.paths.home).replace("{install}", cluster.paths.install)


def _rows(cluster: Cluster, rows: SealedRows) -> Iterator[tuple[str, str]]:
    """Login path and name. Variables of users' own applications, and gateways of theirs, are their business."""
    match rows:
        case "saas":
            yield from ((LOGIN_PATH, code) for code in _apps(cluster))
        case "gateway":
            for expected in gateway.expect(cluster):
                fact = expected.fact
                if isinstance(fact, GatewayReleased):
                    yield fact.login_path, fact.gateway


def _apps(cluster: Cluster) -> tuple[str, ...]:
    release = cluster.release
    return tuple(dict.fromkeys([*(app.code for app in release.apps), *(saas.code for saas in release.saas)]))


def _units(cluster: Cluster, host: str) -> Iterator[str]:
    for module in (*cluster.modules(), *cluster.base_services()):
        for unit in module.units:
            if unit.name != DOCKER and host in cluster.hosts_on(module, unit.on, first=unit.first):
                yield unit.name


def _containers(cluster: Cluster, host: str) -> Iterator[str]:
    for module in cluster.modules():
        yield from (box.name for box in module.containers if host in cluster.hosts_on(module, box.on))
