"""Versions shown to users, refreshed last: before that the table would show what is not installed yet. Guide 7.18.

The vendor's function refreshes every row from /data/src, so it is wrong about a product that is not upgraded (bkssm:
the package has 1.0.12, 1.0.8 stays installed; observed). Such a row is set to the installed version by a step of its
own.
"""

from collections.abc import Iterator

from actions.version import RefreshVersions, SetVersion
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, SameAs, Unknown, require_fact_type
from probes.mysql import LoginPath, ProductVersion
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import dependencies, module_facts
from reconciler.rules.module_facts import LOGIN_PATH
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.reason import reason

FACTS = (ProductVersion,)
SUITE = "bksuite"


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return (*_rows(cluster), *module_facts.unmanaged_version_rows(cluster))


def _rows(cluster: Cluster) -> tuple[AnyExpected, ...]:
    suite = {} if cluster.release.excluded else {SUITE: cluster.release.version}
    newer = dict(cluster.newer)
    rows = suite | {m.version_row: m.version for m in cluster.modules() if m.version_row and m.name not in newer}
    return tuple(
        ProductVersion(host=cluster.controller, login_path=LOGIN_PATH, code=code).must_be(
            version, because=reason("users-see-it"), source="guide 7.18; ce/tools.sh:316-371"
        )
        for code, version in rows.items()
    )


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    others = tuple(expected.fact for expected in module_facts.unmanaged_version_rows(cluster))
    if drift.expected.fact in others:
        return _set_row(cluster, require_fact_type(drift, ProductVersion), facts)
    action = RefreshVersions(
        host=cluster.controller, install=cluster.paths.install, effects=_rows(cluster), invalidated=others
    )
    expectations = tuple(
        expected for m in cluster.modules() if m.version_row for expected in module_facts.readiness(cluster, m)
    )
    return Repair.of(drift, action, section="7.18", requires=expectations)


def _set_row(cluster: Cluster, fact: ProductVersion, facts: FactReader) -> Decision:
    """The installed version counts. Where install.config places a product that is not installed, a person has to decide
    about the row."""
    expected = next(row for row in module_facts.unmanaged_version_rows(cluster) if row.fact == fact)
    installed = facts.read(expected.reading.fact) if isinstance(expected.reading, SameAs) else expected.reading
    if not isinstance(installed, Known):
        return diagnose("row-without-product", where=fact.host, product=fact.code)
    action = SetVersion(host=fact.host, login_path=LOGIN_PATH, code=fact.code, version=str(installed.value))
    return Repair(action=action, because=expected.because, source=expected.source, section="7.18")


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """A row that could not be read: the login path, then the server."""
    fact = require_fact_type(drift, ProductVersion)
    if isinstance(drift.reading, Unknown):
        yield LoginPath(host=fact.host, login_path=fact.login_path)
        yield from dependencies.mysql(cluster, fact.host)
