"""install.config and cluster.toml's placements → Inventory; and where modules that are new in 6.2 should go.

Pure. A placement is a proposal with its reason; what install.config says always wins over it.
"""

import re

from reconciler.core.redact import clean
from specs.cluster import PATH, Cluster, ClusterFile, Inventory, Paths
from specs.diagnostic import Diagnostic, SpecError, diagnose
from specs.installconfig import Topology, parse
from specs.module import Module
from specs.reason import told
from specs.release import Release


def cluster(file: ClusterFile, release: Release, config: str, home: str = "") -> Cluster:
    """Raises SpecError with everything that keeps this cluster from being described."""
    topology = parse(config)
    where = f"{file.controller.address} {file.paths.install}/install.config"
    troubles = [
        diagnose("install-config-broken", where=f"{where}:{error.line}", token=error.token, field=error.field)
        for error in topology.errors
    ]
    if not troubles:
        troubles = [*_no_hosts(topology, where), *_one_host(topology, where), *_bad_places(file, release, topology)]
        troubles += [*_bad_also(file, release), *_bad_leave(file, release), *_bad_home(file, home)]
    if troubles:
        raise SpecError(*troubles)
    return Cluster(
        name=file.name,
        release=_narrowed(file, release),
        inventory=_inventory(file, release, topology),
        paths=file.paths if not home else Paths(**{**file.paths.model_dump(), "home": home}),
        package=file.package,
    )


def _bad_home(file: ClusterFile, home: str) -> list[Diagnostic]:
    """The vendor's scripts use it unquoted (functions:662-703): what is no plain path went wrong before us."""
    if not home or re.fullmatch(PATH, home):
        return []
    return [diagnose("home-odd", where=f"{file.controller.address} {file.paths.install}/.path", home=clean(home)[:200])]


def _no_hosts(topology: Topology, where: str) -> list[Diagnostic]:
    return [] if topology.all_ips() else [diagnose("install-config-empty", where=where)]


def _bad_also(file: ClusterFile, release: Release) -> list[Diagnostic]:
    known = ", ".join(module.name for module in release.modules if module.optional)
    return [
        diagnose("also-unknown", where="cluster.toml, also", module=name, known=known)
        for name in file.also
        if not any(module.name == name and module.optional for module in release.modules)
    ]


def _bad_leave(file: ClusterFile, release: Release) -> list[Diagnostic]:
    known = (*release.scope, *(app.code for app in release.apps))
    return [
        diagnose("leave-unknown", where="cluster.toml, leave", module=name, known=", ".join(known))
        for name in file.leave
        if name not in known
    ]


def _narrowed(file: ClusterFile, release: Release) -> Release:
    """The release as this cluster wants it: what is left to its owner is not looked at, what it asks for besides is."""
    scope = tuple(name for name in (*release.scope, *file.also) if name not in file.leave)
    apps = tuple(app for app in release.apps if app.code not in file.leave)
    return release.model_copy(update={"scope": scope, "apps": apps, "left": file.leave})


def _one_host(topology: Topology, where: str) -> list[Diagnostic]:
    if len(topology.all_ips()) != 1:
        return []
    return [
        diagnose("one-host", where=where, host=topology.all_ips()[0], source="BlueKing version log 6.2, known issues")
    ]


def _bad_places(file: ClusterFile, release: Release, topology: Topology) -> list[Diagnostic]:
    troubles: list[Diagnostic] = []
    for name, hosts in file.placement.items():
        known = {module.name: module for module in release.modules if module.placement}
        where = f"cluster.toml, placement.{name}"
        if name not in known:
            troubles.append(diagnose("placement-unknown", where=where, module=name, known=", ".join(sorted(known))))
            continue
        troubles += _wrong_hosts(known[name], hosts, topology, where)
    return troubles


def _wrong_hosts(module: Module, hosts: tuple[str, ...], topology: Topology, where: str) -> list[Diagnostic]:
    troubles = [
        diagnose("placement-no-host", where=where, module=module.name, host=host)
        for host in hosts
        if host not in topology.all_ips()
    ]
    place = module.placement
    if place is None or topology.hosts_named(module.name):
        return troubles
    if len(hosts) not in place.counts:
        counts = ", ".join(str(count) for count in place.counts)
        troubles.append(
            diagnose("placement-count", where=where, module=module.name, counts=counts, because=told(place.because))
        )
    for other in place.not_with:
        for host in set(hosts) & set(topology.hosts_of(other)):
            troubles.append(
                diagnose(
                    "placement-conflict",
                    where=where,
                    module=module.name,
                    host=host,
                    other=other,
                    because=told(place.because),
                    source=place.source,
                )
            )
    return troubles


def _inventory(file: ClusterFile, release: Release, topology: Topology) -> Inventory:
    owned = dict.fromkeys(each for _, modules in topology.hosts for each in modules)
    groups = {name: topology.hosts_of(name) for name, _ in owned}
    groups |= {f"{name}({project})": topology.hosts_of(name, project) for name, project in owned if project}
    placed = {name: hosts for name, hosts in file.placement.items() if name not in groups}
    return Inventory(
        controller=file.controller.address,
        hosts=topology.all_ips(),
        groups=tuple((groups | placed).items()),
        placed=tuple(placed),
    )


def propose(release: Release, config: str, controller: str) -> dict[str, tuple[str, ...]]:
    """Module → hosts for every new module that install.config lacks. Raises SpecError where none fits."""
    topology = parse(config)
    places: dict[str, tuple[str, ...]] = {}
    troubles: list[Diagnostic] = []
    for module in release.modules:
        if module.placement is None or topology.hosts_named(module.name):
            continue
        host = _fitting(module, topology, controller)
        if host:
            places[module.name] = (host,)
        else:
            troubles.append(_nowhere(module))
    if troubles:
        raise SpecError(*troubles)
    return places


def _fitting(module: Module, topology: Topology, controller: str) -> str:
    place = module.placement
    if place is None:
        return ""
    taken = {host for other in place.not_with for host in topology.hosts_of(other)}
    first = (controller,) if place.not_with else ()
    near = tuple(host for name in place.near for host in topology.hosts_named(name))
    known = topology.all_ips()
    return next((host for host in (*first, *near, *known) if host in known and host not in taken), "")


def _nowhere(module: Module) -> Diagnostic:
    place = module.placement
    others = ", ".join(place.not_with) if place else ""
    because = told(place.because) if place else None
    return diagnose("placement-nowhere", where="install.config", module=module.name, others=others, because=because)
