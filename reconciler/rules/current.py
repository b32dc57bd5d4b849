"""Units older than their files are restarted, each alone; one that does not run follows its start.

A unit that does not run has no age (`probes/current.py`): to start it is all, and to upgrade its module for that would
be a migration for nothing.
"""

from collections.abc import Iterator

from actions.unit import RestartUnit, RestartUnitSince
from probes.current import UnitCurrent, UnitStartedSince
from probes.fact import Absent, AnyDrift, AnyFact, require_fact_type
from probes.path import VersionText
from probes.unit import UnitActive
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived, Repair
from reconciler.core.planner import Decision
from reconciler.rules import module_facts
from reconciler.rules.install import install, unmasked
from reconciler.rules.lookup import running_facts_as
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (UnitCurrent, UnitStartedSince)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    if isinstance(drift.expected.fact, UnitStartedSince):
        return _again(cluster, drift.expected.fact, drift, facts)
    fact = require_fact_type(drift, UnitCurrent)
    module = cluster.release.module(drift.expected.module)
    active = running_facts_as(cluster, module, UnitActive(host=fact.host, unit=fact.unit))
    if active is None:
        return diagnose("no-rule", where=fact.host)
    if not facts.holds(active):
        return Derived(expected=drift.expected, depends_on=(active,))
    if cluster.is_base_service(module):
        return diagnose("base-service-outdated", where=f"{fact.host} {fact.unit}", unit=fact.unit, file=fact.file)
    if module.call == "upgrade" and drift.reading == Absent():
        return install(cluster, module, facts)
    action = RestartUnit(host=fact.host, unit=fact.unit, file=fact.file, service=module.name)
    return Repair.of(drift, action, section=module.section, requires=(active, *unmasked(module, (active.fact,), facts)))


def _again(cluster: Cluster, fact: UnitStartedSince, drift: AnyDrift, facts: FactReader) -> Decision:
    """After all old ones of its host are gone. One that does not run follows its start."""
    module = cluster.release.module(drift.expected.module)
    active = running_facts_as(cluster, module, UnitActive(host=fact.host, unit=fact.unit))
    if active is None:
        return diagnose("no-rule", where=fact.host)
    obsolete = module_facts.obsolete_units(cluster, module, "last")
    old = [expected for expected in obsolete if expected.fact.host == fact.host]
    if facts.all_match(old) and not facts.holds(active):
        return Derived(expected=drift.expected, depends_on=(active,))
    action = RestartUnitSince(host=fact.host, unit=fact.unit, mark=fact.mark, service=module.name)
    section = next((unit.section for unit in module.obsolete_units if unit.retire == "last"), "") or module.section
    requires = (active, *old, *unmasked(module, (active.fact,), facts))
    return Repair.of(drift, action, section=section, requires=requires)


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """Its unit, and the file: where either is not there, nothing is known of its age."""
    fact = drift.expected.fact
    if isinstance(fact, UnitCurrent):
        yield UnitActive(host=fact.host, unit=fact.unit)
        yield VersionText(host=fact.host, path=fact.file)
    else:
        since = require_fact_type(drift, UnitStartedSince)
        yield UnitActive(host=since.host, unit=since.unit)
