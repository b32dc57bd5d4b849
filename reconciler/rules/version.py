"""The versions shown to users, refreshed last: before that the table claims what is not installed yet. Guide 7.18."""

from actions.version import RefreshVersions
from probes.fact import AnyDrift, AnyExpected
from probes.mysql import ProductVersion
from reconciler.core.plan import Repair
from reconciler.core.planner import Mend
from reconciler.core.seen import Seen
from reconciler.rules import module as modules
from reconciler.rules.module import LOGIN
from specs.cluster import Cluster
from specs.reason import coded

FACTS = (ProductVersion,)
SUITE = "bksuite"


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    suite = {} if cluster.release.left else {SUITE: cluster.release.version}
    rows = suite | {m.row: m.version for m in cluster.modules() if m.row}
    return tuple(
        ProductVersion(host=cluster.controller, login_path=LOGIN, code=code).must_be(
            version, because=coded("users-see-it"), source="guide 7.18; ce/tools.sh:316-371"
        )
        for code, version in rows.items()
    )


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    action = RefreshVersions(host=cluster.controller, install=cluster.paths.install, effects=expect(cluster))
    needs = tuple(wish for m in cluster.modules() if m.row for wish in modules.ready(cluster, m))
    return Repair(
        action=action, because=drift.expected.because, source=drift.expected.source, section="7.18", needs=needs
    )
