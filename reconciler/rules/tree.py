"""The scripts and variables of the controller, on every host: pcmd sources the remote host's own copy (pcmd.sh:150).

The controller's own tree is asked for only where the products are replaced: it has to be the same release's.

The hosts' copies of 01-generate are the only ones left where the controller's were truncated, so nothing is distributed
from a controller that has lost generated secrets.
"""

from actions.bkcli import SyncCommon
from probes.fact import AnyDrift, AnyExpected, Unknown
from probes.path import PathKind, TreeDigest
from reconciler.core.fact_reader import Seen
from reconciler.core.plan import Repair
from reconciler.core.planner import Mend
from reconciler.rules import tag
from reconciler.rules.install import VOLATILE, standard_missing, synced
from reconciler.rules.path import replace_scripts
from reconciler.rules.source import one_release
from specs.cluster import Cluster
from specs.reason import coded

FACTS = (TreeDigest,)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return synced(cluster, cluster.inventory.hosts)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    if drift.expected.fact == one_release(cluster).fact:
        return replace_scripts(cluster, drift)
    missing = standard_missing(drift, seen)
    if missing is not None:
        return missing
    cert = PathKind(host=cluster.controller, path=cluster.src("cert"))
    return Repair(
        action=seen.once("sync-common", lambda: _sync(cluster, seen)),
        because=drift.expected.because,
        source=drift.expected.source,
        section="6.5",
        needs=(
            cert.must_be("directory", because=coded("sync-needs-cert"), source="deliver.sh:17"),
            *tag.expect(cluster),
        ),
    )


def _sync(cluster: Cluster, seen: Seen) -> SyncCommon:
    wishes = expect(cluster)
    hosts = tuple(wish.fact.host for wish in wishes)
    trees = seen.read_all(wish.fact for wish in wishes)
    return SyncCommon(
        host=cluster.controller,
        install=cluster.paths.install,
        hosts=tuple(host for host, tree in zip(hosts, trees, strict=True) if not isinstance(tree, Unknown)),
        exclude=VOLATILE,
    )
