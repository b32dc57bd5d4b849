"""install.config and cluster.toml's placements → Inventory; and a placement proposal for modules that are new in 6.2.

Pure. A placement is a proposal with its reason; what install.config says always overrides it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from reconciler.core.redact import clean
from specs.cluster import PATH, Cluster, ClusterFile, Inventory, Paths, normalise_path, with_versions
from specs.diagnostic import Diagnostic, LayoutError, SpecError, diagnose
from specs.install_config import HostLayout, parse
from specs.module import Module
from specs.package_versions import PackageVersion
from specs.reason import inline
from specs.release import Release, Section


def build_cluster(
    file: ClusterFile,
    release: Release,
    config: str,
    home: str = "",
    versions: tuple[PackageVersion, ...] = (),
    *,
    src: str = "",
    scripts: str = "",
) -> Cluster:
    """Raises SpecError with everything that keeps this cluster from being described."""
    layout = parse(config)
    where = f"{file.controller.address} {file.paths.install}/install.config"
    diagnostics = [
        diagnose("install-config-broken", where=f"{where}:{error.line}", token=error.token, field=error.field)
        for error in layout.errors
    ]
    if not diagnostics:
        _refuse_one_host(layout, where)
        diagnostics = [*_no_hosts(layout, where), *_bad_places(file, release, layout)]
        diagnostics += _conflicts(_narrowed(file, release), layout, where)
        diagnostics += [*_bad_optional(file, release), *_bad_excluded(file, release), *_bad_home(file, home)]
        diagnostics += _other_source(file, src)
    inventory = _placing(file.controller.address, layout, file.placement)
    narrowed = _narrowed(file, release)
    unplaced = _homeless(file, narrowed, layout, inventory, where)
    if diagnostics:
        raise SpecError(*diagnostics, *unplaced)
    if unplaced:
        raise LayoutError(*unplaced)
    return replace(describe(file, release, inventory, home, versions), scripts=scripts)


def describe(
    file: ClusterFile, release: Release, inventory: Inventory, home: str, versions: tuple[PackageVersion, ...]
) -> Cluster:
    """With an inventory that was found to be complete."""
    described = Cluster(
        name=file.name,
        release=_narrowed(file, release),
        inventory=inventory,
        paths=file.paths if not home else Paths(**{**file.paths.model_dump(), "home": home}),
        package=file.package,
    )
    return with_versions(described, versions)


def _homeless(
    file: ClusterFile, release: Release, layout: HostLayout, inventory: Inventory, where: str
) -> list[Diagnostic]:
    """What is to be checked and has no host to be checked on: not reporting it would read as "all is well"."""
    unplaced = _without_host(release, inventory)
    if layout.errors or not inventory.hosts:
        return []  # read in part: what is missing may stand in the rest
    new = [module for module in unplaced if _is_placed_anew(module, layout) and module.name not in file.placement]
    existing = [module.name for module in unplaced if not _is_placed_anew(module, layout)]
    apps = _without_backend(release, inventory)
    excluded_line = _excluded_line(file.excluded, (*existing, *apps))
    diagnostics = list(_unplaced(new, layout, inventory)) if new else []
    if existing:
        diagnostics.append(diagnose("module-nowhere", where=where, modules=", ".join(existing), excluded=excluded_line))
    if apps:
        code = "saas-without-product" if inventory.on("appo") else "saas-nowhere"
        diagnostics.append(diagnose(code, where=where, apps=", ".join(apps), excluded=excluded_line))
    return [*diagnostics, *_unmet(file, release, inventory, {module.name for module in unplaced})]


def _without_host(release: Release, inventory: Inventory) -> tuple[Module, ...]:
    """Of the modules in scope; one that is found on another's hosts is reported with that one."""
    scope = (module for module in release.modules if module.name in release.scope and not module.hosts_of)
    return tuple(module for module in scope if not inventory.on(module.name))


def _is_placed_anew(module: Module, layout: HostLayout) -> bool:
    """New in this release, and its product is there: without the monitor there is no ingester to be placed, which would
    bring the whole monitor with it."""
    product, _, project = module.name.partition("(")
    return module.placement is not None and (not project or bool(layout.hosts_of(product)))


def _without_backend(release: Release, inventory: Inventory) -> tuple[str, ...]:
    """SaaS that nothing runs, or whose product is not here: the pages of a monitor that nobody installed."""
    if not inventory.on("appo"):
        return tuple(app.code for app in release.apps)
    absent = {code for module in release.modules if not inventory.on(module.name) for code in module.saas}
    return tuple(app.code for app in release.apps if app.code in absent)


def lacking(release: Release, config: str) -> tuple[str, ...]:
    """Existing modules, and SaaS, that install.config has no host for: what a cluster file has to exclude by name."""
    layout = parse(config)
    inventory = _placing("", layout, {})
    existing = (m.name for m in _without_host(release, inventory) if not _is_placed_anew(m, layout))
    return (*existing, *_without_backend(release, inventory))


def _unplaced(new: Sequence[Module], layout: HostLayout, inventory: Inventory) -> Iterator[Diagnostic]:
    """With what `init` would propose for them, given what is placed already."""
    placed = _joining(layout, {name: inventory.on(name) for name in inventory.placed})
    try:
        places = _places(new, placed, inventory.controller)
    except LayoutError as refused:
        yield from refused.diagnostics
        return
    lines = "\n".join(f"{_key(name)} = {_listed(hosts)}" for name, hosts in places.items())
    yield diagnose("module-unplaced", where="cluster.toml, placement", modules=", ".join(places), lines=lines)


def _joining(layout: HostLayout, places: Mapping[str, tuple[str, ...]]) -> HostLayout:
    """install.config as it will be."""

    def owned(ip: str) -> tuple[tuple[str, str], ...]:
        names = (name.removesuffix(")").partition("(") for name, hosts in places.items() if ip in hosts)
        return tuple((module, project) for module, _, project in names)

    return HostLayout(hosts=tuple((ip, (*modules, *owned(ip))) for ip, modules in layout.hosts))


def _unmet(file: ClusterFile, release: Release, inventory: Inventory, reported: Set[str]) -> Iterator[Diagnostic]:
    """What has no host, since it is excluded, although others require it."""

    def nowhere(module: Module) -> bool:
        names = module.hosts_of or (module.name,)
        return not inventory.on_any(names) and not any(name in reported for name in names)

    wanting = [module for module in release.modules if module.name in release.scope and module.name not in reported]
    for required in (module for module in release.modules if nowhere(module)):
        dependants = [
            module_.name
            for module_ in wanting
            if any(requirement.module == required.name for requirement in module_.requires)
        ]
        if dependants:
            where, excluded_line = "cluster.toml, excluded", _excluded_line(file.excluded, dependants)
            yield diagnose(
                "excluded-required", where=where, module=required.name, by=", ".join(dependants), excluded=excluded_line
            )


def _excluded_line(names: Sequence[str], more: Sequence[str]) -> str:
    return f"excluded = {_listed((*names, *more))}"


def _listed(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _key(name: str) -> str:
    """`monitorv3(ingester)` is not a bare key in TOML."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"'


def _bad_home(file: ClusterFile, home: str) -> list[Diagnostic]:
    """The vendor's scripts use it unquoted (functions:662-703): anything but a plain path breaks them."""
    if not home or re.fullmatch(PATH, home):
        return []
    return [
        diagnose(
            "home-unsupported", where=f"{file.controller.address} {file.paths.install}/.path", home=clean(home)[:200]
        )
    ]


def _other_source(file: ClusterFile, src: str) -> list[Diagnostic]:
    """Unpacked where none of the vendor's scripts reads, the package would be installed by nobody."""
    if not src or normalise_path(src) == file.paths.src:
        return []
    where = f"{file.controller.address} {file.paths.install}/bin/04-final/global.env"
    return [diagnose("source-path-differs", where=where, vendor=clean(src)[:200], src=file.paths.src)]


def _no_hosts(layout: HostLayout, where: str) -> list[Diagnostic]:
    return [] if layout.addresses() else [diagnose("install-config-empty", where=where)]


def _bad_optional(file: ClusterFile, release: Release) -> list[Diagnostic]:
    optional = (*(module.name for module in release.modules if module.optional), release.business_topology.id)
    return [
        diagnose("optional-unknown", where="cluster.toml, optional", module=name, known=", ".join(optional))
        for name in file.optional
        if name not in optional
    ]


def _bad_excluded(file: ClusterFile, release: Release) -> list[Diagnostic]:
    base = (module.name for module in release.modules if module.base)
    known_names = (*dict.fromkeys((*release.scope, *base)), *(app.code for app in release.apps))
    return [
        diagnose("excluded-unknown", where="cluster.toml, excluded", module=name, known=", ".join(known_names))
        for name in file.excluded
        if name not in known_names
    ]


def _narrowed(file: ClusterFile, release: Release) -> Release:
    """The release as this cluster wants it: without what it excludes, with the optional parts it asks for."""
    scope = tuple(
        name for name in (*release.scope, *file.optional) if name not in (*file.excluded, release.business_topology.id)
    )
    apps = tuple(app for app in release.apps if app.code not in file.excluded)
    saas = tuple(variables for variables in release.saas if variables.code not in file.excluded)
    rebuilds = release.business_topology.id in file.optional
    sections = tuple(_included(section, file.optional) for section in release.sections)
    changed = {
        "scope": scope,
        "apps": apps,
        "saas": saas,
        "excluded": file.excluded,
        "rebuilds_topology": rebuilds,
        "sections": sections,
    }
    return release.model_copy(update=changed)


def _included(section: Section, optional: tuple[str, ...]) -> Section:
    return section.model_copy(update={"covered": True}) if section.related and section.related in optional else section


def _refuse_one_host(layout: HostLayout, where: str) -> None:
    """Raises LayoutError. On two hosts everything but the gateway may stay where it is."""
    if len(layout.addresses()) == 1:
        (host,) = layout.addresses()
        source = "BlueKing version log 6.2, known issues"
        raise LayoutError(diagnose("one-host", where=where, host=host, layout=_LAYOUT, source=source))


_LAYOUT = "NEW-HOST consul,apigw,etcd"
"""apigw needs etcd on its own host, where it is not on the controller: there its certificates are made."""


def _conflicts(release: Release, layout: HostLayout, where: str) -> Iterator[Diagnostic]:
    """Modules that install.config itself has on one host and that cannot share it: the vendor's samples do."""
    for module in release.modules:
        place = module.placement
        if place is None or module.name not in release.scope:
            continue
        for other in place.not_with:
            for host in layout.hosts_of(module.name):
                if host in layout.hosts_of(other):
                    yield diagnose(
                        "install-config-conflict",
                        where=where,
                        module=module.name,
                        host=host,
                        other=other,
                        others=", ".join(place.not_with),
                        because=inline(place.because),
                        source=place.source,
                    )


def _bad_places(file: ClusterFile, release: Release, layout: HostLayout) -> list[Diagnostic]:
    diagnostics: list[Diagnostic] = []
    for name, hosts in file.placement.items():
        known = {module.name: module for module in release.modules if module.placement}
        where = f"cluster.toml, placement.{name}"
        if name not in known:
            diagnostics.append(diagnose("placement-unknown", where=where, module=name, known=", ".join(sorted(known))))
            continue
        diagnostics += _wrong_hosts(known[name], hosts, layout, where)
        diagnostics += _not_beside(known[name], hosts, file, layout, where)
    return diagnostics


def _not_beside(
    module: Module, hosts: tuple[str, ...], file: ClusterFile, layout: HostLayout, where: str
) -> list[Diagnostic]:
    """Hosts that lack what only the controller and the hosts of some other module provide."""
    place = module.placement
    if place is None or not place.beside or layout.hosts_named(module.name):
        return []
    fit = {file.controller.address}
    for other in place.beside:
        fit |= set(layout.hosts_named(other) or file.placement.get(other, ()))
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
        if host not in fit and host in layout.addresses()
    ]


def _wrong_hosts(module: Module, hosts: tuple[str, ...], layout: HostLayout, where: str) -> list[Diagnostic]:
    diagnostics = [
        diagnose("placement-no-host", where=where, module=module.name, host=host)
        for host in hosts
        if host not in layout.addresses()
    ]
    place = module.placement
    if place is None or layout.hosts_named(module.name):
        return diagnostics
    if len(set(hosts)) not in place.counts:
        counts = ", ".join(str(count) for count in place.counts)
        diagnostics.append(
            diagnose("placement-count", where=where, module=module.name, counts=counts, because=inline(place.because))
        )
    for other in place.not_with:
        for host in set(hosts) & set(layout.hosts_of(other)):
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


def _placing(controller: str, layout: HostLayout, placement: Mapping[str, tuple[str, ...]]) -> Inventory:
    owned = dict.fromkeys(name for _, modules in layout.hosts for name in modules)
    groups = {name: layout.hosts_of(name) for name, _ in owned}
    groups |= {f"{name}({project})": layout.hosts_of(name, project) for name, project in owned if project}
    # in the file's order, each once: as whoever reads install.config afterwards will find them
    placed = {
        name: tuple(host for host in layout.addresses() if host in hosts)
        for name, hosts in placement.items()
        if name not in groups
    }
    return Inventory(
        controller=controller,
        hosts=layout.addresses(),
        groups=tuple((groups | placed).items()),
        placed=tuple(placed),
    )


def propose_placement(release: Release, config: str, controller: str) -> dict[str, tuple[str, ...]]:
    """Module → hosts for every new module that install.config lacks. Raises LayoutError where none fits, and where
    install.config has two modules on one host that cannot share it."""
    layout, where = parse(config), f"{controller} install.config"
    _refuse_one_host(layout, where)
    conflicts = tuple(_conflicts(release, layout, where))
    if conflicts:
        raise LayoutError(*conflicts)
    new = [m for m in release.modules if _is_placed_anew(m, layout) and not layout.hosts_named(m.name)]
    return _places(new, layout, controller)


def _places(new: Sequence[Module], layout: HostLayout, controller: str) -> dict[str, tuple[str, ...]]:
    """Raises LayoutError."""
    places: dict[str, tuple[str, ...]] = {}
    for module in sorted(new, key=lambda module: bool(module.placement and module.placement.beside)):
        host = _fitting(module, layout, controller, places)
        if not host:
            raise LayoutError(_nowhere(module))
        places[module.name] = (host,)
        places |= _joined(module, host, new, layout, controller)
    return {module.name: places[module.name] for module in new}


def _joined(
    module: Module, host: str, new: Sequence[Module], layout: HostLayout, controller: str
) -> dict[str, tuple[str, ...]]:
    """Away from the controller, the modules it has to be beside come to its host, where they are not placed yet."""
    beside = module.placement.beside if module.placement and host != controller else ()
    return {other.name: (host,) for other in new if other.name in beside and host not in layout.hosts_of(other.name)}


def _fitting(module: Module, layout: HostLayout, controller: str, places: Mapping[str, tuple[str, ...]]) -> str:
    place = module.placement
    if place is None:
        return ""
    taken = {host for other in place.not_with for host in layout.hosts_of(other)}
    first = (controller,) if place.not_with else ()
    beside = tuple(host for name in place.beside for host in layout.hosts_named(name) or places.get(name, ()))
    near = tuple(host for name in place.near for host in layout.hosts_named(name))
    known_names = layout.addresses()
    others = () if any(layout.hosts_named(name) for name in place.beside) else (*near, *known_names)
    return next((host for host in (*first, *beside, *others) if host in known_names and host not in taken), "")


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
