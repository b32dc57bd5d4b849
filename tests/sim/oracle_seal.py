"""What the seal of a finished cluster would say of things that are gone: by what its manifest covers on each host.

A thing of the oracle is a file, a part of one, or a row; where a root of the manifest holds it and no exclusion does,
its absence is a change of that part. Directories are told by what is in them, and none of these is empty.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePosixPath

from probes.fact import AnyReading, Known
from probes.seal import SealedFile
from reconciler.rules import seal
from specs.cluster import Cluster
from tests.sim.oracle_world import Key, Things

GONE, OTHER = "gone", "content"


@dataclass(frozen=True, kw_only=True)
class OracleSeal:
    cluster: Cluster
    covered: Mapping[str, tuple[tuple[Key, str], ...]]
    """By host: each thing that the manifest there covers, and what the seal says of it once it is gone."""

    @classmethod
    def of(cls, cluster: Cluster, whole: Iterable[Key]) -> "OracleSeal":
        covered: dict[str, list[tuple[Key, str]]] = {host: [] for host in cluster.inventory.everyone}
        for host, kind, thing in whole:
            for part, name, change in _entries(cluster, host, kind, thing):
                covered[host].append(((host, kind, thing), f"{change} {part} {name}"))
        return cls(cluster=cluster, covered={host: tuple(entries) for host, entries in covered.items()})

    def changes(self, host: str, things: Things) -> AnyReading:
        found = {change for key, change in self.covered[host] if not things.present(*key)}
        return Known(tuple(sorted(found)))


def change_of(fact: SealedFile, reading: AnyReading) -> AnyReading:
    """As the probe has it, of what `changes` reads for the fact's host."""
    assert isinstance(reading, Known)
    words = (line.split(" ", 2) for line in reading.value)
    return Known(next((change for change, part, name in words if (part, name) == (fact.part, fact.path)), "unchanged"))


def _entries(cluster: Cluster, host: str, kind: str, thing: str) -> Iterator[tuple[str, str, str]]:
    if kind == "variable":
        app, _, name = thing.partition(" ")
        if any(line.endswith(f"\t{app}") for line in _scope(cluster, host) if line.startswith("@saas\t")):
            yield "registrations", f"saas:{app}:all:{name}", GONE
        return
    if kind == "gateway":
        gateway, _, stage = thing.partition(" ")
        if any(line.endswith(f"\t{gateway}") for line in _scope(cluster, host) if line.startswith("@gateway\t")):
            yield "registrations", f"gateway:{gateway}:{stage}", GONE
        return
    path, change = _path(cluster, kind, thing)
    part = path and _part(cluster, host, path)
    if part:
        yield part, path, change


def _path(cluster: Cluster, kind: str, thing: str) -> tuple[str, str]:
    """The file by which it is noticed, and how that differs without it; "" for what no file shows."""
    home, install = cluster.paths.home, cluster.paths.install
    match kind:
        case "program":
            return f"{home}/{thing}/a-file", GONE
        case "venv":
            return f"{home}/.envs/{thing}/a-file", GONE
        case "file":
            return thing, GONE
        case "script":
            return f"{install}/{thing}", GONE
        case "tag":
            return f"/root/.tag/{thing}.env", GONE
        case "migrated":
            return f"/root/.migrate/{thing}", GONE
        case "consul":
            return f"/etc/consul.d/service/{thing}.json", GONE
        case "env":
            return f"{install}/bin/{thing.partition(' ')[0]}", OTHER
        case "module":
            return f"{home}/.installed_module", OTHER
        case "placed":
            return f"{install}/install.config", OTHER
        case "version":
            return f"{home}/{thing}/VERSION", OTHER
        case _:
            return "", ""


def _part(cluster: Cluster, host: str, path: str) -> str:
    """Of the longest root that holds it; "" where an exclusion, or none, does."""
    above = [path, *(str(parent) for parent in PurePosixPath(path).parents)]
    words = [line.split("\t") for line in _scope(cluster, host)]
    excluded = [value for word, _, value in words if word == "@exclude"]
    if any(fnmatchcase(name, value) for name in above for value in excluded):
        return ""
    roots = [
        (len(name), part)
        for word, part, value in words
        if word == "@root"
        for name in above
        if fnmatchcase(name, value) and name.count("/") == value.count("/")
    ]
    return max(roots)[1] if roots else ""


@cache
def _scope(cluster: Cluster, host: str) -> tuple[str, ...]:
    return tuple(seal.scope(cluster, host).splitlines())
