"""/data/src: the release it holds, the products in it, and the copies on the modules' hosts.

The way there: verified package → unpacked beside → products, cert and backup completed there → swapped in. Where a
person did part of it manually, only the rest is done in place. Guide 3, 4, 5.3, 6.1.
"""

from actions.bkcli import SyncModule
from actions.package import PRESERVED, SwapSource, UnpackPackage, UnpackProducts
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Known, require_fact_type
from probes.package import PackageDigest
from probes.package_versions import PackageVersions
from probes.path import PathKind, TreeDigest, VersionText
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import module_extras, package_versions
from reconciler.rules.entailed import of_cluster, of_module
from reconciler.rules.install import install, scripts_in_sync
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.module import Module
from specs.reason import reason

FACTS = (VersionText, PackageDigest, PackageVersions)


def staging(cluster: Cluster, *below: str) -> str:
    """Where the package is unpacked and completed: bkrec's own directory, so its content is ours and complete."""
    return "/".join((cluster.paths.work, f"bkrec-{cluster.release.version}", *below))


def product_versions(cluster: Cluster) -> tuple[tuple[str, str], ...]:
    return tuple((m.src, m.version) for m in cluster.modules() if m.src and m.version)


def marker_files(cluster: Cluster) -> tuple[str, ...]:
    return tuple(m.src_file for m in cluster.modules() if m.src_file)


def template_edits(cluster: Cluster) -> tuple[AnyFact, ...]:
    """Edits of the products' templates, which unpacking resets."""
    return tuple(expected.fact for m in cluster.modules() for expected in module_extras.flags(cluster, m))


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    version = VersionText(host=cluster.controller, path=cluster.src("VERSION"))
    why = reason("src-is-the-release", release=cluster.release.version)
    cert = PathKind(host=cluster.controller, path=cluster.src("cert"))
    backup = PathKind(host=cluster.controller, path=cluster.src("backup"))
    return (
        version.must_be(cluster.release.version, because=why, source="guide 6.1"),
        cert.must_be("directory", because=reason("sync-needs-cert"), source="deliver.sh:17"),
        backup.must_be("directory", because=reason("releases-need-backup"), source="bin/release_cmdb.sh:213"),
    )


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    if isinstance(drift.expected.fact, PackageDigest):
        return _package(cluster, drift.expected.fact, drift)
    if isinstance(drift.expected.fact, PackageVersions):
        return package_versions.rejected_version(cluster, drift) or unpack_products(
            cluster, drift, staging(cluster, "src")
        )
    fact = require_fact_type(drift, VersionText)
    if fact.path == staging(cluster, "src", "VERSION"):
        return unpack(cluster, drift)
    if fact.path.startswith(staging(cluster, "src")):
        return unpack_products(cluster, drift, staging(cluster, "src"))
    if fact.path == cluster.src("VERSION"):
        return swap(cluster, drift)
    if fact.path.startswith(cluster.paths.src + "/"):
        return _product(cluster, fact, drift, facts)
    return install(cluster, cluster.release.module(drift.expected.module), facts)


def _product(cluster: Cluster, fact: VersionText, drift: AnyDrift, facts: FactReader) -> Decision:
    module = next(m for m in cluster.release.modules if cluster.src(m.src, "VERSION") == fact.path)
    return product(cluster, module, drift, facts)


def product(cluster: Cluster, module: Module, drift: AnyDrift, facts: FactReader) -> Decision:
    """Its directory below /data/src: copied to its hosts; on the controller unpacked, maybe with the whole tree."""
    if drift.expected.fact.host != cluster.controller:
        return _sync(cluster, module, drift)
    whole = VersionText(host=cluster.controller, path=cluster.src("VERSION"))
    expected = whole.must_be(cluster.release.version, because=reason("products-belong-to-tree"), source="guide 6.1")
    if not facts.holds(expected) or _unknown_package(cluster, drift, facts):
        return swap(cluster, drift)
    return unpack_products(cluster, drift, cluster.paths.src)


def _unknown_package(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> bool:
    """The tree is complete, has other versions, and those of its package were not recorded: its archives would give the
    same again, and only the package shows which are right."""
    if cluster.package_versions or not isinstance(drift.reading, Known):
        return False
    whole = PathKind(host=cluster.controller, path=cluster.src(".bkrec-products"))
    package = PackageDigest(host=cluster.controller, path=cluster.package.path)
    why = reason("products-unpacked")
    return facts.holds(whole.must_be("file", because=why, source="guide 6.1")) and facts.holds(
        package.must_be(cluster.md5, because=reason("package-unchanged"), source="guide 3")
    )


def _sync(cluster: Cluster, module: Module, drift: AnyDrift) -> Repair:
    action, copies = _synced_module(cluster, module)
    cert = PathKind(host=cluster.controller, path=cluster.src("cert"))
    needs = (cert.must_be("directory", because=reason("sync-needs-cert"), source="deliver.sh:17"),)
    return Repair.of(drift, action, section=module.section, requires=needs, common=copies)


@of_module
def _synced_module(cluster: Cluster, module: Module) -> tuple[SyncModule, tuple[AnyExpected, ...]]:
    hosts = dict.fromkeys((*cluster.hosts(module), *cluster.inventory.on_any(module.src_hosts)))
    others = tuple(host for host in hosts if host != cluster.controller)
    action = SyncModule(
        host=cluster.controller,
        install=cluster.paths.install,
        module=module.cli,
        hosts=others,
        version_file=cluster.src(module.src, "VERSION") if module.src else cluster.src(module.src_file),
        version=module.version if module.src else "",
    )
    return action, scripts_in_sync(cluster, others)


def patched(cluster: Cluster) -> tuple[str, ...]:
    """Files of the scripts that guide 6.4 adds a key to; and those that 7.17 edits, where that is requested."""
    added = (f"bin/{v.file}" for v in cluster.release.variables if v.kind == "present")
    edited = ("bin/create_blueking_set.py",) if cluster.release.rebuilds_topology else ()
    return tuple(dict.fromkeys((*added, *edited)))


@of_cluster
def scripts_match_release(cluster: Cluster) -> AnyExpected:
    """The scripts are those that came with the products: 6.2.0 has every file that distinguishes 6.2 from 6.1."""
    local, excluded = cluster.controller, (*PRESERVED, *patched(cluster))
    new = TreeDigest(host=local, root=staging(cluster, "install"), exclude=excluded)
    live = TreeDigest(host=local, root=cluster.paths.install, exclude=excluded)
    return live.must_equal(new, because=reason("scripts-of-one-release"), source="guide 6.1; ce/bin/default/gse.env")


def swap(cluster: Cluster, drift: AnyDrift) -> Repair:
    action = SwapSource(
        host=cluster.controller,
        new=staging(cluster, "src"),
        live=cluster.paths.src,
        version=cluster.release.version,
        products=product_versions(cluster),
        files=marker_files(cluster),
        invalidated=template_edits(cluster),
    )
    return Repair.of(
        drift,
        action,
        section="6.1",
        requires=(scripts_match_release(cluster), package_versions.versions_recorded(cluster)),
    )


def unpack(cluster: Cluster, drift: AnyDrift) -> Repair:
    action = UnpackPackage(
        host=cluster.controller,
        package=cluster.package.path,
        md5=cluster.md5,
        into=staging(cluster),
        version=cluster.release.version,
    )
    return Repair.of(drift, action, section="4")


def unpack_products(cluster: Cluster, drift: AnyDrift, root: str) -> Repair:
    """Only the package's own tree is known to have the package's versions: elsewhere none are recorded."""
    staged = root == staging(cluster, "src")
    action = UnpackProducts(
        host=cluster.controller,
        root=root,
        package=cluster.package.path,
        version=cluster.release.version,
        products=product_versions(cluster),
        files=marker_files(cluster),
        invalidated=template_edits(cluster) if root == cluster.paths.src else (),
        md5=cluster.md5 if staged else "",
        package_versions=package_versions.assumed_versions(cluster) if staged else (),
    )
    return Repair.of(drift, action, section="6.1")


def _package(cluster: Cluster, fact: PackageDigest, drift: AnyDrift) -> Diagnostic:
    where = f"{fact.host} {fact.path}"
    if isinstance(drift.reading, Absent):
        return diagnose(
            "package-missing", where=where, path=fact.path, name=cluster.release.package.name, host=fact.host
        )
    result = getattr(drift.reading, "value", "")
    return diagnose("package-md5", where=where, path=fact.path, expected=cluster.md5, found=result, source="guide 3")
