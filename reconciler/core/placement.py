"""install.config and cluster.toml's placements → Inventory; and where modules that are new in 6.2 should go.

Pure. A placement is a proposal with its reason; what install.config says always wins over it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from reconciler.core.redact import clean
from specs.cluster import PATH, Cluster, ClusterFile, Inventory, Paths, with_versions
from specs.diagnostic import Diagnostic, LayoutError, SpecError, diagnose
from specs.install_config import HostLayout, parse
from specs.module import Module
from specs.package_versions import PackageVersion
from specs.reason import inline
from specs.release import Release, Section


def describe_cluster(
    file: ClusterFile, release: Release, config: str, home: str = "", versions: tuple[PackageVersion, ...] = ()
) -> Cluster:
    """Raises SpecError with everything that keeps this cluster from being described."""
    topology = parse(config)
    where = f"{file.controller.address} {file.paths.install}/install.config"
    diagnostics = [
        diagnose("install-config-broken", where=f"{where}:{error.line}", token=error.token, field=error.field)
        for error in topology.errors
    ]
    if not diagnostics:
        _refuse_one_host(topology, where)
        diagnostics = [*_no_hosts(topology, where), *_bad_places(file, release, topology)]
        diagnostics += [*_bad_optional(file, release), *_bad_excluded(file, release), *_bad_home(file, home)]
    inventory = _placing(file.controller.address, topology, file.placement)
    narrowed = _narrowed(file, release)
    homeless = _homeless(file, narrowed, topology, inventory, where)
    if diagnostics:
        raise SpecError(*diagnostics, *homeless)
    if homeless:
        raise LayoutError(*homeless)
    described = Cluster(
        name=file.name,
        release=narrowed,
        inventory=inventory,
        paths=file.paths if not home else Paths(**{**file.paths.model_dump(), "home": home}),
        package=file.package,
    )
    return with_versions(described, versions)


def _homeless(
    file: ClusterFile, release: Release, topology: HostLayout, inventory: Inventory, where: str
) -> list[Diagnostic]:
    """What is to be looked at and has no host to be looked at on: silence about it would read as "all is well"."""
    homeless = _without_host(release, inventory)
    if topology.errors or not inventory.hosts:
        return []  # read in part: what is missing may stand in the rest
    new = [module for module in homeless if module.placement is not None and module.name not in file.placement]
    old = [module.name for module in homeless if module.placement is None]
    apps = _without_appo(release, inventory)
    leave = _excluded_line(file.excluded, (*old, *apps))
    diagnostics = list(_unplaced(new, topology, inventory)) if new else []
    if old:
        diagnostics.append(diagnose("module-nowhere", where=where, modules=", ".join(old), excluded=leave))
    if apps:
        diagnostics.append(diagnose("saas-nowhere", where=where, apps=", ".join(apps), excluded=leave))
    return [*diagnostics, *_unmet(file, release, inventory, {module.name for module in homeless})]


def _without_host(release: Release, inventory: Inventory) -> tuple[Module, ...]:
    """Of the modules in scope; those that are found on others' hosts are told with these."""
    scope = (module for module in release.modules if module.name in release.scope and not module.hosts_of)
    return tuple(module for module in scope if not inventory.on(module.name))


def _without_appo(release: Release, inventory: Inventory) -> tuple[str, ...]:
    return () if inventory.on("appo") else tuple(app.code for app in release.apps)


def lacking(release: Release, config: str) -> tuple[str, ...]:
    """Old modules, and SaaS, that install.config has no host for: what a cluster file has to leave by name."""
    inventory = _placing("", parse(config), {})
    old = tuple(module.name for module in _without_host(release, inventory) if module.placement is None)
    return (*old, *_without_appo(release, inventory))


def _unplaced(new: Sequence[Module], topology: HostLayout, inventory: Inventory) -> Iterator[Diagnostic]:
    """With what `init` would propose for them, beside what is placed already."""
    placed = _joining(topology, {name: inventory.on(name) for name in inventory.placed})
    try:
        places = _places(new, placed, inventory.controller)
    except LayoutError as refused:
        yield from refused.diagnostics
        return
    lines = "\n".join(f"{_key(name)} = {_listed(hosts)}" for name, hosts in places.items())
    yield diagnose("module-unplaced", where="cluster.toml, placement", modules=", ".join(places), lines=lines)


def _joining(topology: HostLayout, places: Mapping[str, tuple[str, ...]]) -> HostLayout:
    """install.config as it will be."""

    def owned(ip: str) -> tuple[tuple[str, str], ...]:
        names = (name.removesuffix(")").partition("(") for name, hosts in places.items() if ip in hosts)
        return tuple((module, project) for module, _, project in names)

    return HostLayout(hosts=tuple((ip, (*modules, *owned(ip))) for ip, modules in topology.hosts))


def _unmet(file: ClusterFile, release: Release, inventory: Inventory, told_of: Set[str]) -> Iterator[Diagnostic]:
    """What is nowhere, since it is left to its owner, while others are to be built on it."""

    def nowhere(module: Module) -> bool:
        names = module.hosts_of or (module.name,)
        return not inventory.on_any(names) and not any(name in told_of for name in names)

    wanting = [module for module in release.modules if module.name in release.scope and module.name not in told_of]
    for required in (module for module in release.modules if nowhere(module)):
        by = [one.name for one in wanting if any(requirement.module == required.name for requirement in one.requires)]
        if by:
            where, leave = "cluster.toml, excluded", _excluded_line(file.excluded, by)
            yield diagnose("excluded-required", where=where, module=required.name, by=", ".join(by), excluded=leave)


def _excluded_line(left: Sequence[str], more: Sequence[str]) -> str:
    return f"excluded = {_listed((*left, *more))}"


def _listed(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _key(name: str) -> str:
    """`monitorv3(ingester)` is no bare key of TOML."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"'


def _bad_home(file: ClusterFile, home: str) -> list[Diagnostic]:
    """The vendor's scripts use it unquoted (functions:662-703): what is no plain path went wrong before us."""
    if not home or re.fullmatch(PATH, home):
        return []
    return [
        diagnose(
            "home-unsupported", where=f"{file.controller.address} {file.paths.install}/.path", home=clean(home)[:200]
        )
    ]


def _no_hosts(topology: HostLayout, where: str) -> list[Diagnostic]:
    return [] if topology.addresses() else [diagnose("install-config-empty", where=where)]


def _bad_optional(file: ClusterFile, release: Release) -> list[Diagnostic]:
    optional = (*(module.name for module in release.modules if module.optional), release.business_topology.id)
    return [
        diagnose("optional-unknown", where="cluster.toml, optional", module=name, known=", ".join(optional))
        for name in file.optional
        if name not in optional
    ]


def _bad_excluded(file: ClusterFile, release: Release) -> list[Diagnostic]:
    known = (*release.scope, *(app.code for app in release.apps))
    return [
        diagnose("excluded-unknown", where="cluster.toml, excluded", module=name, known=", ".join(known))
        for name in file.excluded
        if name not in known
    ]


def _narrowed(file: ClusterFile, release: Release) -> Release:
    """The release as this cluster wants it: what is left to its owner is not looked at, what it asks for besides is."""
    scope = tuple(
        name for name in (*release.scope, *file.optional) if name not in (*file.excluded, release.business_topology.id)
    )
    apps = tuple(app for app in release.apps if app.code not in file.excluded)
    rebuilds = release.business_topology.id in file.optional
    sections = tuple(_included(section, file.optional) for section in release.sections)
    changed = {
        "scope": scope,
        "apps": apps,
        "excluded": file.excluded,
        "rebuilds_topology": rebuilds,
        "sections": sections,
    }
    return release.model_copy(update=changed)


def _included(section: Section, also: tuple[str, ...]) -> Section:
    return section.model_copy(update={"covered": True}) if section.related and section.related in also else section


def _refuse_one_host(topology: HostLayout, where: str) -> None:
    """Raises LayoutRefused. On two hosts everything but the gateway may stay where it is."""
    if len(topology.addresses()) == 1:
        (host,) = topology.addresses()
        source = "BlueKing version log 6.2, known issues"
        raise LayoutError(diagnose("one-host", where=where, host=host, layout=_LAYOUT, source=source))


_LAYOUT = "NEW-HOST consul,apigw,etcd"
"""apigw wants etcd on its own host, where it is not on the controller: there its certificates are made."""


def _bad_places(file: ClusterFile, release: Release, topology: HostLayout) -> list[Diagnostic]:
    diagnostics: list[Diagnostic] = []
    for name, hosts in file.placement.items():
        known = {module.name: module for module in release.modules if module.placement}
        where = f"cluster.toml, placement.{name}"
        if name not in known:
            diagnostics.append(diagnose("placement-unknown", where=where, module=name, known=", ".join(sorted(known))))
            continue
        diagnostics += _wrong_hosts(known[name], hosts, topology, where)
        diagnostics += _not_beside(known[name], hosts, file, topology, where)
    return diagnostics


def _not_beside(
    module: Module, hosts: tuple[str, ...], file: ClusterFile, topology: HostLayout, where: str
) -> list[Diagnostic]:
    """Hosts that lack what only the controller and the hosts of some other module have."""
    place = module.placement
    if place is None or not place.beside or topology.hosts_named(module.name):
        return []
    fit = {file.controller.address}
    for other in place.beside:
        fit |= set(topology.hosts_named(other) or file.placement.get(other, ()))
    return [
        diagnose(
            "placement-separate-hosts",
            where=where,
            module=module.name,
            host=host,
            controller=file.controller.address,
            others=", ".join(place.beside),
            because=inline(place.because),
            source=place.source,
        )
        for host in hosts
        if host not in fit and host in topology.addresses()
    ]


def _wrong_hosts(module: Module, hosts: tuple[str, ...], topology: HostLayout, where: str) -> list[Diagnostic]:
    diagnostics = [
        diagnose("placement-no-host", where=where, module=module.name, host=host)
        for host in hosts
        if host not in topology.addresses()
    ]
    place = module.placement
    if place is None or topology.hosts_named(module.name):
        return diagnostics
    if len(set(hosts)) not in place.counts:
        counts = ", ".join(str(count) for count in place.counts)
        diagnostics.append(
            diagnose("placement-count", where=where, module=module.name, counts=counts, because=inline(place.because))
        )
    for other in place.not_with:
        for host in set(hosts) & set(topology.hosts_of(other)):
            diagnostics.append(
                diagnose(
                    "placement-conflict",
                    where=where,
                    module=module.name,
                    host=host,
                    other=other,
                    because=inline(place.because),
                    source=place.source,
                )
            )
    return diagnostics


def _placing(controller: str, topology: HostLayout, placement: Mapping[str, tuple[str, ...]]) -> Inventory:
    owned = dict.fromkeys(each for _, modules in topology.hosts for each in modules)
    groups = {name: topology.hosts_of(name) for name, _ in owned}
    groups |= {f"{name}({project})": topology.hosts_of(name, project) for name, project in owned if project}
    # in the file's order, each once: as whoever reads install.config afterwards will find them
    placed = {
        name: tuple(host for host in topology.addresses() if host in hosts)
        for name, hosts in placement.items()
        if name not in groups
    }
    return Inventory(
        controller=controller,
        hosts=topology.addresses(),
        groups=tuple((groups | placed).items()),
        placed=tuple(placed),
    )


def propose_placement(release: Release, config: str, controller: str) -> dict[str, tuple[str, ...]]:
    """Module → hosts for every new module that install.config lacks. Raises LayoutRefused where none fits."""
    topology = parse(config)
    _refuse_one_host(topology, f"{controller} install.config")
    new = [m for m in release.modules if m.placement is not None and not topology.hosts_named(m.name)]
    return _places(new, topology, controller)


def _places(new: Sequence[Module], topology: HostLayout, controller: str) -> dict[str, tuple[str, ...]]:
    """Raises LayoutRefused."""
    places: dict[str, tuple[str, ...]] = {}
    for module in sorted(new, key=lambda module: bool(module.placement and module.placement.beside)):
        host = _fitting(module, topology, controller, places)
        if not host:
            raise LayoutError(_nowhere(module))
        places[module.name] = (host,)
        places |= _joined(module, host, new, topology, controller)
    return {module.name: places[module.name] for module in new}


def _joined(
    module: Module, host: str, new: Sequence[Module], topology: HostLayout, controller: str
) -> dict[str, tuple[str, ...]]:
    """Away from the controller, what it has to be beside comes to its host, where nobody has placed that yet."""
    beside = module.placement.beside if module.placement and host != controller else ()
    return {other.name: (host,) for other in new if other.name in beside and host not in topology.hosts_of(other.name)}


def _fitting(module: Module, topology: HostLayout, controller: str, places: Mapping[str, tuple[str, ...]]) -> str:
    place = module.placement
    if place is None:
        return ""
    taken = {host for other in place.not_with for host in topology.hosts_of(other)}
    first = (controller,) if place.not_with else ()
    beside = tuple(host for name in place.beside for host in topology.hosts_named(name) or places.get(name, ()))
    near = tuple(host for name in place.near for host in topology.hosts_named(name))
    known = topology.addresses()
    others = () if any(topology.hosts_named(name) for name in place.beside) else (*near, *known)
    return next((host for host in (*first, *beside, *others) if host in known and host not in taken), "")


def _nowhere(module: Module) -> Diagnostic:
    place = module.placement
    others = ", ".join(place.not_with) if place else ""
    because = inline(place.because) if place else None
    return diagnose(
        "placement-nowhere",
        where="install.config",
        module=module.name,
        others=others,
        layout=_LAYOUT,
        because=because,
        source=place.source if place else "",
    )
