"""A package that says otherwise than the data: what is expected, what is told, and when the plan stops for it."""

from dataclasses import replace
from functools import cache

import pytest

from probes.container import ContainerImage
from probes.fact import Absent, AnyReading, Known, Readings, Unknown
from probes.mysql import ProductVersion
from probes.package import PackageDigest
from probes.path import PathKind, VersionText
from probes.saas import SaasPackaged
from reconciler.core.plan import Plan, Step
from reconciler.core.simulate import apply_derived, apply_step
from reconciler.engine.step.decision import changed_plan_input
from reconciler.rules import package_versions
from reconciler.rules.registry import expected_facts
from reconciler.rules.source import staging
from specs.cluster import Cluster
from specs.package_versions import listed
from specs.reason import reason
from tests.sim.worlds import World, finished, guide_cluster, live, study

CLUSTER = guide_cluster()
FACT = package_versions.fact_of(CLUSTER)
DATA = tuple(str(one) for one in listed(CLUSTER.release))
OTHERS = {"product bkauth": "0.0.14", "product usermgr": "2.5.5", "product cmdb": "3.11.3", "saas bk_iam": "1.10.10"}


def saying(changes: dict[str, str]) -> tuple[str, ...]:
    """What the data says, with these instead."""
    said = {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in DATA}
    assert changes.keys() <= said.keys()
    return tuple(f"{name} {version}" for name, version in (said | changes).items())


def followed(*said: str) -> Cluster:
    return package_versions.with_package_versions(CLUSTER, {FACT: Known(said)})


HOTFIX = followed(*saying(OTHERS))


def values(cluster: Cluster) -> dict[object, object]:
    return {expected.fact: expected.reading for expected in expected_facts(cluster)}


def test_what_is_expected_of_each_module_follows_the_package() -> None:
    expectations = values(HOTFIX)
    assert expectations[VersionText(host="10.0.0.3", path="/data/bkce/bkauth/VERSION")] == Known("0.0.14")
    images = {fact: reading for fact, reading in expectations.items() if isinstance(fact, ContainerImage)}
    assert Known("bk-usermgr-api:2.5.5") in images.values()
    rows = {fact.code: reading for fact, reading in expectations.items() if isinstance(fact, ProductVersion)}
    assert (rows["usermgr"], rows["open_paas"]) == (Known("2.5.5"), Known("2.14.57"))
    standards = {getattr(expected.reading, "fact", None) for expected in expected_facts(HOTFIX)}
    assert "1.10.10" in {fact.default for fact in standards if isinstance(fact, SaasPackaged)}


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Absent(), "0.0.13"),
        (Known(DATA), "0.0.13"),
        (Known(saying(OTHERS)), "0.0.14"),
        (Known(saying({"product bkauth": "!empty"})), "0.0.13"),
    ],
    ids=["no-pin", "as-the-data", "otherwise", "refused"],
)
def test_the_data_counts_where_the_package_says_nothing(reading: AnyReading, expected: str) -> None:
    for before in (CLUSTER, HOTFIX):
        assert (
            package_versions.with_package_versions(before, {FACT: reading}).release.module("auth").version == expected
        )


def test_a_pin_that_cannot_be_read_changes_nothing_that_was_known() -> None:
    unread: list[Readings] = [{}, {FACT: Unknown(reason("path-unreadable", path="x"))}]
    for reading in unread:
        assert package_versions.with_package_versions(CLUSTER, reading) is CLUSTER
        assert package_versions.with_package_versions(HOTFIX, reading) is HOTFIX


def test_the_pin_of_another_package_does_not_count() -> None:
    cluster = replace(CLUSTER, package=CLUSTER.package.model_copy(update={"md5": "0" * 32}))
    assert package_versions.with_package_versions(cluster, {FACT: Known(saying(OTHERS))}) is cluster


def test_the_same_versions_are_the_same_cluster() -> None:
    first = followed(*saying(OTHERS))
    assert followed(*saying(OTHERS)) is first
    assert package_versions.with_package_versions(first, {FACT: Known(saying(OTHERS))}) is first


def test_each_version_apart_is_told_with_the_data_s_and_the_package_s() -> None:
    told = {dict(diagnostic.fields)["module"]: diagnostic for diagnostic in package_versions.warnings(HOTFIX)}
    assert {one.code for one in told.values()} == {"package-versions-differ"}
    assert {name: (dict(one.fields)["listed"], dict(one.fields)["package"]) for name, one in told.items()} == {
        "auth": ("0.0.13", "0.0.14"),
        "usermgr": ("2.5.4-beta.10", "2.5.5"),
        "cmdb": ("3.11.2", "3.11.3"),
        "bk_iam": ("1.10.9", "1.10.10"),
    }
    assert package_versions.warnings(CLUSTER) == package_versions.warnings(followed(*DATA)) == ()


def test_of_what_nobody_looks_at_nothing_is_told() -> None:
    """bkssm is optional: its version in the package is nobody's business until `optional` asks for it."""
    assert package_versions.warnings(followed(*saying({"product bkssm": "1.0.13"}))) == ()
    assert package_versions.warnings(followed(*saying({"product bkssm": "!empty"}))) == ()


def kind(step: Step) -> str:
    return str(getattr(step.action, "kind", ""))


def kinds(plan: Plan) -> list[str]:
    return [kind(step) for step in plan.steps]


@cache
def pristine() -> tuple[Plan, Readings]:
    return study(World(cluster=CLUSTER))


def unpacked(said: tuple[str, ...]) -> tuple[World, Plan]:
    """From pristine up to the moment at which the package was unpacked and its versions are known; nothing behind the
    step that found them out has begun, as the executor has it."""
    plan, readings = pristine()
    now = dict(readings) | {FACT: Absent()}
    for step in plan.steps:
        found = {**now, FACT: now.get(FACT, Absent())}
        if changed_plan_input(step.requires, found) is None:
            apply_step(step, now)
            apply_derived(plan, now)
        if kind(step) == "package.products":
            now[FACT] = Known(said)
    return World(cluster=package_versions.with_package_versions(CLUSTER, now), facts=now), plan


def test_what_a_package_says_otherwise_is_found_out_before_anything_is_put_in_place() -> None:
    world, first = unpacked(saying(OTHERS))
    assert world.facts[VersionText(host=CLUSTER.controller, path="/data/src/VERSION")] == Known("6.1.2")
    then, _ = study(world)
    assert (then.blocked, set(kinds(then)) & {"package.unpack", "package.products"}) == ((), set())
    assert "package.swap" in kinds(then)
    bkauth = [step for step in then.steps if step.module == "auth" and kind(step) == "bkcli.install"]
    assert len(bkauth) == 1
    assert bkauth[0].action not in {step.action for step in first.steps}, "to another version"


def test_the_rest_of_that_run_converges_on_what_the_package_brings() -> None:
    world, _ = unpacked(saying(OTHERS))
    then, _ = study(world)
    after = live(world, then)
    assert study(after)[0].steps == ()
    assert after.facts[VersionText(host="10.0.0.3", path="/data/bkce/bkauth/VERSION")] == Known("0.0.14")


def test_a_package_that_says_what_the_data_says_leaves_the_plan_as_it_was() -> None:
    world, first = unpacked(DATA)
    then, _ = study(world)
    assert {step.id for step in then.steps} <= {step.id for step in first.steps}


@pytest.mark.parametrize("how", ["missing", "unreadable", "empty", "long", "unsupported"])
def test_a_version_that_is_none_bars_the_run_with_its_reason(how: str) -> None:
    world, _ = unpacked(saying({"product bkauth": f"!{how}"}))
    then, _ = study(world)
    assert "package.swap" not in kinds(then)
    assert not [kind for kind in kinds(then) if kind.startswith(("bkcli.install", "bkcli.upgrade"))]
    (blocked,) = [one for one in then.blocked if one.diagnostic.code == "package-version-rejected"]
    assert blocked.diagnostic.disposition == "aborts-run"
    assert dict(blocked.diagnostic.fields) == {"product": "bkauth", "listed": "0.0.13"}
    assert blocked.diagnostic.because == reason(f"version-{how}")
    assert [diagnostic.code for diagnostic in package_versions.warnings(world.cluster)] == ["package-version-rejected"]


def test_a_version_that_is_none_of_what_is_not_upgraded_holds_up_nothing() -> None:
    world, _ = unpacked(saying({"product bkssm": "!empty", "saas bk_itsm": "!missing"}))
    then, _ = study(world)
    assert (then.blocked, "package.swap" in kinds(then)) == ((), True)


def test_what_was_unpacked_from_another_package_is_unpacked_again() -> None:
    """cluster.toml names a hot fix now; beside it lies what an earlier run unpacked."""
    plan, readings = pristine()
    now = dict(readings)
    for step in plan.steps:
        if kind(step) in ("package.unpack", "package.products", "directory.copy"):
            apply_step(step, now)
    cluster = replace(CLUSTER, package=CLUSTER.package.model_copy(update={"md5": "0" * 32}))
    now[PackageDigest(host=cluster.controller, path=cluster.package.path)] = Known(cluster.md5)
    then, _ = study(World(cluster=cluster, facts=now))
    order = [kind for kind in kinds(then) if kind in ("package.unpack", "package.products", "directory.copy")]
    assert order == ["package.unpack", "directory.copy", "directory.copy", "package.products"]


def test_a_finished_cluster_owes_no_pin() -> None:
    assert study(finished(CLUSTER))[0].steps == ()
    assert study(finished(HOTFIX))[0].steps == ()


@pytest.mark.parametrize(
    ("whole", "package", "asks"),
    [(True, True, "package.products-src"), (True, False, "/data/src"), (False, True, "/data/src")],
    ids=["read-the-package-again", "no-package", "never-completed"],
)
def test_without_a_pin_only_the_package_can_tell_which_version_is_right(whole: bool, package: bool, asks: str) -> None:
    """The controller's /var/lib was lost, and /data/src says otherwise than the data: a hot fix, or somebody's hand?"""
    world = finished(CLUSTER)
    here = CLUSTER.controller
    world.facts[VersionText(host=here, path="/data/src/bkauth/VERSION")] = Known("0.0.14")
    world.facts[VersionText(host="10.0.0.3", path="/data/bkce/bkauth/VERSION")] = Known("0.0.14")
    world.facts[PathKind(host=here, path="/data/src/.bkrec-products")] = Known("file") if whole else Absent()
    world.facts[PackageDigest(host=here, path=CLUSTER.package.path)] = Known(CLUSTER.md5) if package else Absent()
    plan, _ = study(world)
    (products,) = [step for step in plan.steps if kind(step) == "package.products"]
    root = staging(CLUSTER, "src") if asks != "/data/src" else asks
    assert getattr(products.action, "root", "") == root
