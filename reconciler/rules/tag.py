"""Tags (~/.tag/MODULE.env, the vendor's marks of modules whose secrets exist): a missing one is restored while its
module's secrets are there; else it is reported.

The vendor makes a tag right after the secrets (ce/install.sh:145), so where 01-generate still has them the tag is true,
and making it writes nothing else. Where they are gone, a tag would only hide it: a person restores them from a copy
of /data/install or from another host first. That is reported each time, and blocks what would make it worse: `install
bkenv`, which invents new ones, and `sync common`, which copies the loss over the last copies.
"""

from actions.tag import RestoreSecretsTag
from probes.fact import AnyDrift, AnyExpected, Known
from probes.path import PathKind
from probes.tag import SecretsTag
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Advice, Repair
from reconciler.core.planner import Decision
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import inline

FACTS = (SecretsTag,)
ADVISED = (SecretsTag,)
ROOT = "/root/.tag"


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    why, source = inline(cluster.release.tags_because), cluster.release.tags_source
    names = (*cluster.release.tags, *cluster.release.generated)
    return tuple(_secrets(cluster, name).must_be("kept", because=why, source=source) for name in names)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    module = str(getattr(drift.expected.fact, "module", ""))
    if drift.reading == Known("tag-missing"):
        return _restore(cluster, module, drift)
    return Advice(diagnostic=_missing(cluster, module, drift))


def restore(cluster: Cluster, fact: PathKind, drift: AnyDrift, facts: FactReader) -> Decision:
    """The same for who is about to call `install bkenv`: without the tag it must not."""
    module = fact.path.removeprefix(f"{ROOT}/").removesuffix(".env")
    if facts.read(_secrets(cluster, module)) == Known("tag-missing"):
        return _restore(cluster, module, drift)
    return _missing(cluster, module, drift)


def _secrets(cluster: Cluster, module: str) -> SecretsTag:
    return SecretsTag(host=cluster.controller, module=module, root=ROOT, env=cluster.install("bin"))


def _restore(cluster: Cluster, module: str, drift: AnyDrift) -> Repair:
    action = RestoreSecretsTag(host=cluster.controller, module=module, root=ROOT, env=cluster.install("bin"))
    return Repair.of(drift, action, section="6.5")


def _missing(cluster: Cluster, module: str, drift: AnyDrift) -> Diagnostic:
    path = f"{ROOT}/{module}.env"
    return diagnose("tag-missing", where=f"{cluster.controller} {path}", path=path, because=drift.expected.because)
