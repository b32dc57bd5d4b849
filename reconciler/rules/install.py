"""`bkcli install MODULE` as a repair: its requirements and its effects.

Every requirement is a fact with its reason, so the order "backups, scripts, variables, distribution, database, old
units, install" is not a list: it follows from the dependencies.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from actions.bkcli import InstallModule, UpgradeModule
from probes.container import VendorDataRoot
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, AnyReading, Known, SameAs, resolve_target
from probes.install_config import ModuleHosts
from probes.mysql import LoginPath, MysqlUser
from probes.path import PathKind, TreeDigest, VersionText
from probes.site_code import WRITTEN_BY_PRODUCT
from probes.task import TaskPending
from probes.unit import UnitActive, UnitEnabled, is_masked
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.rules import baseline, module_extras, module_facts, newer
from reconciler.rules import database as database_rules
from reconciler.rules.agent import agent_baseline
from reconciler.rules.entailed import of_cluster, of_module
from reconciler.rules.smoke_test import smoke_test_baseline
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.module import Module
from specs.reason import inline, reason

MERGE_RECORD = "variables-merge"
"""Pending from the replacement of the scripts on, until all variables were merged."""
VOLATILE = (".rcmdrc", ".bk_install.step", ".controller_ip", ".agreed", ".path", ".git", "*.pyc", "*.bkrec-part")
"""Files below /data/install that the vendor's own calls rewrite on the controller, or that no host but it needs."""


def install(cluster: Cluster, module: Module, facts: FactReader) -> Repair | Diagnostic:
    """The repair; or, of an installer that cannot be run twice, what it already made. The same for all of its facts."""
    return facts.once(("install", module.name), lambda: _call(cluster, module, facts))


def _call(cluster: Cluster, module: Module, facts: FactReader) -> Repair | Diagnostic:
    refused = newer.reinstall_refused(cluster, module)
    if refused is not None:
        return refused
    made = () if module.installer_repeatable else _installer_effects(cluster, module, facts)
    if made:
        where = " ".join(cluster.hosts(module))
        return diagnose("installer-not-repeatable", where=where, module=module.name, made=", ".join(made))
    return _install(cluster, module, facts)


def _installer_effects(cluster: Cluster, module: Module, facts: FactReader) -> tuple[str, ...]:
    units = [UnitActive(host=host, unit=unit.name) for host in cluster.hosts(module) for unit in module.units]
    result = zip(units, facts.read_all(units), strict=True)
    return tuple(fact.unit for fact, reading in result if reading != Absent())


def _install(cluster: Cluster, module: Module, facts: FactReader) -> Repair:
    call = UpgradeModule if module.call == "upgrade" else InstallModule
    action = call(
        host=cluster.controller,
        install=cluster.paths.install,
        module=module.cli,
        effects=module_facts.installer_effects(cluster, module),
        requirements=(
            *requirements(cluster, module),
            *site_code_copied(cluster, module, cluster.hosts(module), facts),
            *_data_root_linked(cluster, module, facts),
            *baseline.recorded(cluster, agent_baseline(cluster, module), facts),
            *baseline.recorded(cluster, smoke_test_baseline(cluster, module), facts),
        ),
        extras=tuple(inline(words) for words in module.side_effects),
        disrupted="" if module.new else module.name,
        migrates=module.irreversible,
        repeatable=module.installer_repeatable,
        seconds=module.estimate_s,
        invalidated=tuple(_invalidated(cluster, module, facts)),
    )
    units = (expected.fact for expected in module_facts.running(cluster, module))
    return Repair(
        action=action,
        because=inline(module.because),
        source=module.source,
        section=module.section,
        requires=(*unmasked(module, units, facts), *newer.versions_read(cluster, module, facts)),
    )


def site_code_copied(
    cluster: Cluster, module: Module, hosts: Iterable[str], facts: FactReader, project: str = ""
) -> tuple[AnyExpected, ...]:
    """A company's own login and ESB components, which `rsync --delete` removes, are in no dump. `project`: of this
    alone, whose container is installed by itself."""
    paths = [path for path in module.site_code if not project or path.endswith(f"/{project}")]
    sources = [PathKind(host=host, path=cluster.home(path)) for host in hosts for path in paths]
    facts.read_all(PathKind(host=s.host, path=site_code_copy(cluster, module, s.path)) for s in sources)
    present = zip(sources, facts.read_all(sources), strict=True)
    return tuple(
        _site_code_copied(cluster, module, source, kind.value, facts)
        for source, kind in present
        if kind in (Known("directory"), Known("link"))
    )


def _site_code_copied(cluster: Cluster, module: Module, source: PathKind, kind: str, facts: FactReader) -> AnyExpected:
    """What was edited after its copy was made, on another night, is copied once more: no copy is ever replaced."""
    why, vendor = reason("site-code-copied"), "ce/bin/install_paas.sh:164"
    copy = PathKind(host=source.host, path=site_code_copy(cluster, module, source.path))
    if facts.read(copy) == Known("directory"):
        root = f"{source.path}/." if kind == "link" else source.path
        code, copied = (
            TreeDigest(host=source.host, root=path, exclude=WRITTEN_BY_PRODUCT) for path in (root, copy.path)
        )
        same = code.must_equal(copied, because=why, source=vendor, module=module.name)
        content, _ = facts.read_all((code, copied))
        if facts.holds(same) or not isinstance(content, Known):
            return same
        copy = replace(copy, path=f"{copy.path}-{content.value[:8]}")
    return copy.must_be("directory", because=why, source=vendor, module=module.name)


def site_code_copy(cluster: Cluster, module: Module, path: str) -> str:
    """ "/data/dbbak/open_paas-login-before-2.14.57": below the directory of the dumps; of a later one
    "…-2.14.57-1f3a9c04", by its content."""
    name = path.removeprefix(cluster.home("")).replace("/", "-")
    return f"{cluster.paths.backup}/{name}-before-{module.version}"


def site_code_source(cluster: Cluster, module: Module, copy: str) -> str:
    """The directory of the site's own code of which this is a copy, the first or a later one; "" for any other path."""
    sources = (cluster.home(path) for path in module.site_code)
    return next((path for path in sources if copy.startswith(site_code_copy(cluster, module, path))), "")


def unmasked(module: Module, units: Iterable[AnyFact], facts: FactReader) -> tuple[AnyExpected, ...]:
    """Required by every start, restart or enablement of these units: none is masked. No rule repairs it, so everything
    that depends on it is blocked by that one cause, and nothing is started that is known to fail."""
    why = reason("masked-never-starts")
    boots = [UnitEnabled(host=unit.host, unit=unit.unit) for unit in units if isinstance(unit, UnitActive)]
    masked = (boot for boot in boots if is_masked(getattr(facts.read(boot), "value", "")))
    return tuple(b.must_be("enabled", because=why, source="systemctl(1), mask", module=module.name) for b in masked)


def _invalidated(cluster: Cluster, module: Module, facts: FactReader) -> Iterator[AnyFact]:
    """Facts that the vendor's call breaks: old processes on new files, containers without a restart policy, a
    daemon.json that leads to another data root than the one in use, version rows of products it does not upgrade."""
    if module.call == "install":
        yield from (expected.fact for expected in module_facts.units_up_to_date(cluster, module))
        yield from (expected.fact for expected in module_facts.units_of_its_files(cluster, module))
        yield from (expected.fact for expected in module_facts.restart_policies(cluster, module))
        for path, leads in _vendor_data_roots(cluster, module, facts):
            if leads == Known("other"):
                yield module_facts.docker_data_root(path.host).fact
    yield from baseline.invalidated(cluster, agent_baseline(cluster, module), facts)
    yield from baseline.invalidated(cluster, smoke_test_baseline(cluster, module), facts)
    if module.overwrites_version_rows:
        yield from (expected.fact for expected in module_facts.unmanaged_version_rows(cluster))


def _vendor_data_roots(
    cluster: Cluster, module: Module, facts: FactReader
) -> Iterator[tuple[VendorDataRoot, AnyReading]]:
    """Of the hosts on which the vendor's call rewrites the daemon.json of a docker that is in use."""
    hosts = cluster.hosts(module) if module.call == "install" and module.containers else ()
    roots = [VendorDataRoot(host=host, path=cluster.home("public/docker")) for host in hosts]
    return ((root, leads) for root, leads in zip(roots, facts.read_all(roots), strict=True) if leads != Absent())


def _data_root_linked(cluster: Cluster, module: Module, facts: FactReader) -> Iterator[AnyExpected]:
    """Before docker's file is rewritten, so that no reboot loses a container; where something else is at that path, the
    file is set right afterwards."""
    for path, leads in _vendor_data_roots(cluster, module, facts):
        if leads != Known("other"):
            yield path.must_be(
                "in-use",
                because=reason("docker-finds-its-data"),
                source="bin/install_docker.sh:15,35",
                module=module.name,
            )


@of_module
def requirements(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    return (
        *prepared_requirements(cluster, module),
        *module_extras.tasks_before_upgrade(cluster, module),
        *module_facts.obsolete_units(cluster, module, "first"),
    )


@of_module
def prepared_requirements(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    """Everything that can be done while the old one still serves: the outage begins after all of it."""
    return (
        *scripts_of_release(cluster),
        *_placed(cluster, module),
        *_distributed(cluster, module),
        *_source(cluster, module),
        *database(cluster, module),
        *(database_rules.backups(cluster) if module.irreversible else ()),
        *_required(cluster, module),
        *_extras(cluster, module),
    )


def _extras(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """Templates set, programs present, leftovers removed, SaaS deployed, and post-upgrade tasks recorded."""
    yield from module_extras.flags(cluster, module)
    yield from module_extras.programs(cluster, module)
    yield from module_facts.obsolete_containers(cluster, module)
    yield from module_extras.tasks_recorded(cluster, module)
    for app in cluster.release.apps:  # not those that are left to their owner
        if app.code in module.saas:
            yield from module_extras.saas_deployed(cluster, app)


def scripts_of_release(cluster: Cluster) -> Iterator[AnyExpected]:
    """6.1's installers do not know the new modules, and would fail in the middle."""
    for marker in cluster.release.markers:
        fact = PathKind(host=cluster.controller, path=cluster.install(marker.path))
        yield fact.must_be("file", because=reason("installer-is-the-release"), source="guide 6.1")


def _placed(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """Its own line, and those of its projects that are new: without one the vendor installs them on all its hosts."""
    if module.hosts_of:
        return
    why = reason("installer-reads-topology", module=module.name)
    for name in cluster.modules():
        if name is module or name.name.startswith(f"{module.name}("):
            fact = ModuleHosts(host=cluster.controller, path=cluster.install("install.config"), module=name.name)
            yield fact.must_be(cluster.hosts(name), because=why, source="bkcli:29")


def variables_merged(cluster: Cluster) -> AnyExpected:
    """The merged variables are made of the defaults of these scripts: a later 6.2 changes some and adds others, and a
    key that the merged file lacks is rendered empty."""
    pending = TaskPending(host=cluster.controller, task=MERGE_RECORD)
    why, source = reason("variables-merged"), "BKDocs 6.2, 6.2.0-to-6.2.2.md 4.3; bin/render_tpl:34, 188"
    return pending.must_be(False, because=why, source=source)


def _distributed(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    yield variables_merged(cluster)
    if module.env:
        final = PathKind(host=cluster.controller, path=cluster.env(f"04-final/{module.env}.env"))
        yield final.must_be("file", because=reason("installer-reads-env", env=module.env), source="guide 6.5")
    yield from scripts_in_sync(cluster, cluster.hosts(module))


def scripts_in_sync(cluster: Cluster, hosts: tuple[str, ...]) -> tuple[AnyExpected, ...]:
    """The hosts have the controller's scripts and variables."""
    known = _synced(cluster)
    return tuple(known[host] for host in hosts if host != cluster.controller)


@of_cluster
def _synced(cluster: Cluster) -> Mapping[str, AnyExpected]:
    standard = TreeDigest(host=cluster.controller, root=cluster.paths.install, exclude=VOLATILE)
    return {
        host: TreeDigest(host=host, root=cluster.paths.install, exclude=VOLATILE).must_equal(
            standard, because=reason("scripts-run-there", host=host), source="pcmd.sh:150"
        )
        for host in cluster.inventory.hosts
    }


@of_cluster
def copies(cluster: Cluster) -> tuple[AnyFact, ...]:
    """The copies on every other host, which any change of the controller's scripts and variables makes stale."""
    return tuple(expected.fact for expected in scripts_in_sync(cluster, cluster.inventory.hosts))


def standard_missing(drift: AnyDrift, facts: FactReader) -> Diagnostic | None:
    """Where what it is to equal is not there: what each host is to have like the controller, the controller has not."""
    reading = resolve_target(drift.expected, facts.readings)
    if not isinstance(reading, SameAs):
        return None
    standard = reading.fact
    path = str(getattr(standard, "path", "") or getattr(standard, "root", ""))
    return diagnose("reference-missing", where=f"{standard.host} {path}", path=path, host=standard.host)


def _source(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    hosts = dict.fromkeys((cluster.controller, *cluster.hosts(module), *cluster.inventory.on_any(module.src_hosts)))
    for host in hosts:
        yield from sources_present(cluster, module, host)


def sources_present(cluster: Cluster, module: Module, host: str) -> Iterator[AnyExpected]:
    """The product's files lie on this host, of this release."""
    why = reason("installed-from-src", module=module.name)
    if module.src:
        fact = VersionText(host=host, path=cluster.src(module.src, "VERSION"))
        yield fact.must_be(module.version, because=why, source=module.source, module=module.name)
    if module.src_file:
        file = PathKind(host=host, path=cluster.src(module.src_file))
        yield file.must_be("file", because=why, source=module.source, module=module.name)


def database(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """The login path and the grant that its installer would stop without."""
    needs = module.database
    if needs is not None:
        why = inline(needs.because)
        path = LoginPath(host=cluster.controller, login_path=needs.login_path)
        user = MysqlUser(
            host=cluster.controller, login_path="mysql-default", user=needs.user, hosts=cluster.inventory.hosts
        )
        yield path.must_be("works", because=why, source=needs.source, module=module.name)
        yield user.must_be("granted", because=why, source=needs.source, module=module.name)


def _required(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for required in module.requires:
        why = inline(required.because)
        for expected in module_facts.readiness(cluster, cluster.release.module(required.module)):
            yield replace(expected, because=why, source=required.source, module=required.module)
