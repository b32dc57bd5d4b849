"""The scripts and variables of the controller, on every host: pcmd sources the remote host's own copy (pcmd.sh:150).

The controller's own tree is asked for only where the products are replaced: it has to be the same release's.

The hosts' copies of 01-generate are the only ones left where the controller's were truncated, so nothing is distributed
from a controller that has lost generated secrets.
"""

from actions.bkcli import SyncCommon
from probes.fact import AnyDrift, AnyExpected, Unknown
from probes.path import PathKind, TreeDigest
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import tag
from reconciler.rules.install import VOLATILE, scripts_in_sync, standard_missing
from reconciler.rules.path import replace_scripts
from reconciler.rules.source import scripts_match_release
from specs.cluster import Cluster
from specs.reason import reason

FACTS = (TreeDigest,)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return scripts_in_sync(cluster, cluster.inventory.hosts)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    if drift.expected.fact == scripts_match_release(cluster).fact:
        return replace_scripts(cluster, drift)
    missing = standard_missing(drift, facts)
    if missing is not None:
        return missing
    cert = PathKind(host=cluster.controller, path=cluster.src("cert"))
    return Repair.of(
        drift,
        facts.once("sync-common", lambda: _sync(cluster, facts)),
        section="6.5",
        requires=(
            cert.must_be("directory", because=reason("sync-needs-cert"), source="deliver.sh:17"),
            *tag.expect(cluster),
        ),
    )


def _sync(cluster: Cluster, facts: FactReader) -> SyncCommon:
    expectations = expect(cluster)
    hosts = tuple(expected.fact.host for expected in expectations)
    trees = facts.read_all(expected.fact for expected in expectations)
    return SyncCommon(
        host=cluster.controller,
        install=cluster.paths.install,
        hosts=tuple(host for host, tree in zip(hosts, trees, strict=True) if not isinstance(tree, Unknown)),
        exclude=VOLATILE,
    )
