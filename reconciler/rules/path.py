"""Paths and lines: what is moved aside, carried over, generated or replaced, by where it lies.

The one family whose repair depends on the path: each place has one owner below, so a new place is one line here.
"""

from actions.line import AddLine
from actions.package import ReplaceScripts
from actions.path import CopyDirectory, RetireDirectory
from probes.env import EnvPresent
from probes.fact import Absent, AnyDrift, AnyExpected, Known, require_fact_type
from probes.marker import Marker
from probes.path import LineInFile, PathKind, VersionText
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import certificate, module_extras, module_facts, nginx, tag
from reconciler.rules.cmdb import lost_on_replace
from reconciler.rules.entailed import of_cluster
from reconciler.rules.env import generate_variables
from reconciler.rules.install import install, scripts_in_sync, site_code_source, variables_merged
from reconciler.rules.lookup import obsolete_on
from reconciler.rules.source import patched, product, staging, unpack, unpack_products
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.reason import reason

FACTS = (PathKind, LineInFile, Marker)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """The deployment scripts are this release's, all of them."""
    return (*release_scripts(cluster), *_finals(cluster))


@of_cluster
def release_scripts(cluster: Cluster) -> tuple[AnyExpected, ...]:
    why = reason("scripts-are-the-release", release=cluster.release.version)
    markers = tuple(
        PathKind(host=cluster.controller, path=cluster.install(marker.path)).must_be(
            "file", because=why, source="guide 6.1"
        )
        for marker in cluster.release.markers
    )
    mark = Marker(host=cluster.controller, name="replacing-scripts")
    return (*markers, mark.must_be_absent(because=reason("scripts-whole"), source="guide 6.1"))


def _finals(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(
        PathKind(host=cluster.controller, path=cluster.env(f"04-final/{name}.env")).must_be(
            "file", because=reason("env-generated"), source="ce/install.sh:112-131"
        )
        for name in cluster.release.generated
    )


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    if isinstance(drift.expected.fact, LineInFile):
        return _sign(cluster, drift.expected.fact, drift)
    if isinstance(drift.expected.fact, Marker):
        return replace_scripts(cluster, drift)
    fact = require_fact_type(drift, PathKind)
    if fact.path in {cluster.install(marker.path) for marker in cluster.release.markers}:
        return replace_scripts(cluster, drift)
    if isinstance(drift.expected.reading, Absent):
        return _retire(cluster, fact, drift)
    if fact.path.startswith("/root/.tag/"):
        return tag.restore(cluster, fact, drift, facts)
    if fact.path.startswith(cluster.env("04-final/")):
        return generate_variables(cluster, drift, facts)
    if nginx.is_rendered(fact.path):
        return nginx.render(cluster, fact.host, drift)
    page = next((m for m in cluster.modules() if drift.expected in module_facts.pages(cluster, m)), None)
    if page is not None:
        return install(cluster, page, facts)
    module = certificate.owner(cluster, fact.path)
    if module is not None:
        return certificate.missing(cluster, module, drift, facts)
    archive = next((m for m in cluster.release.modules if m.src_file and cluster.src(m.src_file) == fact.path), None)
    if archive is not None:
        return product(cluster, archive, drift, facts)
    if fact.path == staging(cluster, "install", "bkcli"):
        return unpack(cluster, drift)
    if fact.path == staging(cluster, "src", ".bkrec-products"):
        return unpack_products(cluster, drift, staging(cluster, "src"))
    module = next((module for module in cluster.modules() if module.name == drift.expected.module), None)
    source = site_code_source(cluster, module, fact.path) if module is not None else ""
    if source:
        if facts.read(PathKind(host=fact.host, path=source)) == Known("link"):
            source = f"{source}/."  # the directory that it leads to, not the link
        action = CopyDirectory(host=fact.host, source=source, path=fact.path)
        return Repair.of(drift, action, section="5.3")
    return _copy(cluster, fact, drift, facts)


def _copy(cluster: Cluster, fact: PathKind, drift: AnyDrift, facts: FactReader) -> Decision:
    """cert and backup, into the new tree; from the live one, or from the copy that was moved aside."""
    name = fact.path.rsplit("/", 1)[-1]
    if name not in ("cert", "backup"):
        return diagnose("path-unexpected", where=f"{fact.host} {fact.path}", path=fact.path)
    live, backup = cluster.src(name), f"{cluster.paths.src}.bak/{name}"
    source = backup
    if fact.path != live and facts.read(PathKind(host=fact.host, path=live)) == Known("directory"):
        source = live
    if source == backup and name == "cert" and facts.read(PathKind(host=fact.host, path=backup)) != Known("directory"):
        return diagnose("cert-missing", where=f"{fact.host} {live}", path=live, kept=backup)
    action = CopyDirectory(host=fact.host, source=source, path=fact.path, empty=name == "backup")
    needs: tuple[AnyExpected, ...] = ()
    if fact.path.startswith(staging(cluster)):
        version = VersionText(host=fact.host, path=staging(cluster, "src", "VERSION"))
        why = reason("products-belong-to-tree")
        needs = (version.must_be(cluster.release.version, because=why, source="guide 6.1"),)
    return Repair.of(drift, action, section="6.1", requires=needs)


def replace_scripts(cluster: Cluster, drift: AnyDrift) -> Repair:
    action = ReplaceScripts(
        host=cluster.controller,
        new=staging(cluster, "install"),
        live=cluster.paths.install,
        version=cluster.release.version,
        markers=tuple(marker.path for marker in cluster.release.markers),
        invalidated=(
            *_patches(cluster),
            *lost_on_replace(cluster),
            *_copies(cluster),
            *scripts_in_sync(cluster, cluster.inventory.hosts),
            variables_merged(cluster),
        ),
        patched=patched(cluster),
    )
    return Repair.of(drift, action, section="6.1")


def _copies(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Files elsewhere that have to equal one of the scripts, which may be another one afterwards."""
    modules = cluster.modules()
    programs = (expected for module in modules for expected in module_extras.programs(cluster, module))
    return (*programs, *(expected for module in modules for expected in nginx.consul_templates(cluster, module)))


def _patches(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Edits of guide 6.4 below bin/default, which a replacement of the scripts resets."""
    return tuple(
        EnvPresent(host=cluster.controller, file=cluster.env(v.file), key=v.key).must_be(
            True, because=reason("variable-set"), source=v.source
        )
        for v in cluster.release.variables
        if v.kind == "present"
    )


def _retire(cluster: Cluster, fact: PathKind, drift: AnyDrift) -> Repair:
    module = cluster.release.module(drift.expected.module)
    expectations = obsolete_on(cluster, module, fact.host)
    return Repair.of(
        drift, RetireDirectory(host=fact.host, path=fact.path), section=module.section, requires=expectations
    )


def _sign(cluster: Cluster, fact: LineInFile, drift: AnyDrift) -> Repair:
    """Only a module that was seen running is recorded; the package of a tree is recorded by its unpacking."""
    if fact.path == staging(cluster, ".bkrec-md5"):
        return unpack(cluster, drift)
    module = cluster.release.module(drift.expected.module)
    action = AddLine(host=fact.host, path=fact.path, line=fact.line)
    return Repair.of(drift, action, section=module.section, common=module_facts.readiness(cluster, module))
