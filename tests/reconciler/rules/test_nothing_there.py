"""Nothing here and nothing there is no agreement: what has to be there is missed, and told where no copy is left."""

import pytest

from probes.fact import Absent, AnyExpected, AnyReading, Known, SameAs, fact_id
from probes.path import FileDigest, TreeDigest
from probes.saas import SaasOnline
from reconciler.core.diff import diff
from reconciler.core.plan import Plan
from reconciler.core.verdict import verdict
from reconciler.rules.registry import expected_facts
from tests.sim.worlds import World, finished, guide_cluster, study

WHOLE = guide_cluster()
ALIKE = tuple(wish for wish in expected_facts(WHOLE) if isinstance(wish.reading, SameAs))


def without(*kinds: type, missing: AnyReading = Absent()) -> World:  # noqa: B008 - it is frozen
    """A finished cluster that has lost both sides of all equalities of these kinds."""
    world = finished(WHOLE)
    for expected in ALIKE:
        if isinstance(expected.fact, kinds) and isinstance(expected.reading, SameAs):
            world.facts[expected.fact] = world.facts[expected.reading.fact] = missing
    return world


def looked(world: World) -> tuple[Plan, str, list[str]]:
    plan, readings = study(world)
    found = diff(expected_facts(WHOLE), readings)
    return plan, verdict(found), [fact_id(drift.expected.fact) for drift in found.drift]


@pytest.mark.parametrize("missing", [Absent(), Known("d41d8cd98f00b204e9800998ecf8427e")], ids=["absent", "empty"])
def test_digests_that_are_nowhere_are_missed_on_every_host(missing: AnyReading) -> None:
    world = without(FileDigest, missing=missing)
    plan, word, names = looked(world)
    assert word == "differs"
    assert names == [fact_id(expected.fact) for expected in ALIKE if isinstance(expected.fact, FileDigest)]
    assert len(names) >= 15
    assert plan.steps == ()
    assert {blocked.diagnostic.code for blocked in plan.blocked} == {"reference-missing"}


@pytest.mark.parametrize("missing", [Absent(), Known("68b329da9893e34099c7d8ad5cb9c940")], ids=["absent", "empty"])
def test_scripts_that_are_nowhere_are_missed_and_never_distributed(missing: AnyReading) -> None:
    plan, word, names = looked(without(TreeDigest, missing=missing))
    assert (word, plan.steps) == ("differs", ())
    assert names == [fact_id(expected.fact) for expected in ALIKE if isinstance(expected.fact, TreeDigest)]
    assert {blocked.diagnostic.code for blocked in plan.blocked} == {"reference-missing"}


def test_a_file_that_is_gone_everywhere_comes_with_scripts_that_have_it() -> None:
    """6.1 has no yq on any host: it is in the plan from the start, after the scripts that bring it."""
    world = World(cluster=WHOLE)
    for expected in ALIKE:
        if (
            isinstance(expected.fact, FileDigest)
            and isinstance(expected.reading, SameAs)
            and expected.fact.path.endswith("/yq")
        ):
            world.facts[expected.fact] = world.facts[expected.reading.fact] = Absent()
    plan, _ = study(world)
    kinds = [step.id.partition("@")[0] for step in plan.steps]
    assert kinds.count("program.copy-yq") == len(WHOLE.inventory.hosts)
    assert kinds.index("package.scripts") < kinds.index("program.copy-yq")
    assert [blocked.diagnostic.code for blocked in plan.blocked] == []


def test_saas_of_which_there_is_neither_package_nor_anything_online_is_missed_and_refused() -> None:
    world = without(SaasOnline)
    plan, word, names = looked(world)
    assert word == "differs"
    assert names == [fact_id(expected.fact) for expected in ALIKE if isinstance(expected.fact, SaasOnline)]
    assert plan.steps == ()
    assert [blocked.diagnostic.code for blocked in plan.blocked] == ["saas-package-missing"] * len(names)


def test_saas_whose_package_is_still_to_come_is_planned_from_the_start() -> None:
    """/data/src is 6.1's: nothing online and no package yet is one deployment to be done, and no equality."""
    world = World(cluster=WHOLE)
    for expected in ALIKE:
        if isinstance(expected.fact, SaasOnline) and isinstance(expected.reading, SameAs):
            world.facts[expected.fact] = world.facts[expected.reading.fact] = Absent()
    plan, _ = study(world)
    assert sum(step.id.startswith("saas.deploy-") for step in plan.steps) == len(WHOLE.release.apps)


def test_every_equality_of_a_finished_cluster_is_missed_where_both_sides_are_gone() -> None:
    """But for rows of products that nobody has: none to show is as it should be."""
    unseen: list[AnyExpected] = []
    for expected in ALIKE:
        assert isinstance(expected.reading, SameAs)
        world = finished(WHOLE)
        world.facts[expected.fact] = world.facts[expected.reading.fact] = Absent()
        if expected.fact not in {drift.expected.fact for drift in diff(expected_facts(WHOLE), world.facts).drift}:
            unseen.append(expected)
    assert [fact_id(wish.fact) for wish in unseen] == ["mysql.product-version mysql-paas bkssm @10.0.0.1"]


def test_a_row_of_a_product_that_install_config_places_and_nobody_installed_is_a_difference() -> None:
    world = finished(WHOLE)
    row = next(expected for expected in ALIKE if fact_id(expected.fact).startswith("mysql.product-version"))
    assert isinstance(row.reading, SameAs)
    world.facts[row.fact], world.facts[row.reading.fact] = Known("1.0.12"), Absent()
    plan, word, names = looked(world)
    assert (word, names, plan.steps) == ("differs", [fact_id(row.fact)], ())
    assert [blocked.diagnostic.code for blocked in plan.blocked] == ["row-without-product"]
