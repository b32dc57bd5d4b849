"""Plans for clusters of real shapes: nothing that is the owner's is taken back, turned round or brought in."""

import json
from functools import cache
from typing import Literal

import pytest

from actions.bkcli import ModuleCall
from actions.container import InstallContainer
from actions.env import SetVariable
from actions.nginx import RenderNginx
from actions.package import SwapSource
from actions.path import CopyDirectory
from actions.saas import DeploySaas
from probes.container import AppContainer, ContainerImage, ContainerState
from probes.env import EnvFilled, EnvPresent, EnvValue
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known, Unknown
from probes.mysql import ProductVersion
from probes.path import PathKind, TreeDigest, VersionText
from probes.saas import SaasNewer, SaasOnline
from probes.site_code import WRITTEN_BY_PRODUCT, SiteFiles
from probes.task import TaskDone, TaskPending
from probes.unit import UnitActive
from reconciler.commands.assess import cluster_as_read, spec_inputs
from reconciler.core.diff import diff
from reconciler.core.placement import build_cluster, lacking, propose_placement
from reconciler.core.plan import Plan, Step
from reconciler.core.verdict import verdict
from reconciler.engine.step.decision import changed_plan_input
from reconciler.rules import newer
from reconciler.rules.preflight import preflight_checks
from reconciler.view.messages.registry import reason_text
from specs import parse
from specs.diagnostic import SpecError
from specs.reason import CodedReason, reason
from tests.sim.history import HISTORY, recent
from tests.sim.real_worlds import BASE_SUITE, LITE_JOB, at_61, installed_as_62, merged_global
from tests.sim.shapes import HEAD, RELEASE, shape
from tests.sim.states import Answers
from tests.sim.worlds import CONFIG, World, finished, guide_cluster, live

CLUSTER = guide_cluster()
BKENV = ("package.scripts", "bkcli.bkenv")
V620 = next(before for before in HISTORY if before.name == "6.2.0")


@cache
def plan_of_61() -> Plan:
    """Of the guide's three hosts, with nothing of the owner's."""
    return planned(at_61(CLUSTER, {}))[0]


def planned(world: World) -> tuple[Plan, tuple[AnyExpected, ...]]:
    """As `plan` does it: what is read decides what is expected."""
    answers = Answers(world)
    expected, decide = spec_inputs(world.cluster).plan_inputs(answers)
    return decide(answers), tuple(expected)


def judged(world: World) -> str:
    answers = Answers(world)
    expected, _ = spec_inputs(world.cluster).plan_inputs(answers)
    return verdict(diff(expected, answers))


def named(plan: Plan, name: str) -> Step:
    return next(step for step in plan.steps if step.id.startswith(name))


def saas(world_reads: dict[str, tuple[str, AnyReading]]) -> dict[AnyFact, AnyReading]:
    """App → what is online, and what comparing it with the package reads."""
    facts: dict[AnyFact, AnyReading] = {}
    for app in CLUSTER.release.apps:
        if app.code in world_reads:
            online, read = world_reads[app.code]
            facts[SaasOnline(host=CLUSTER.controller, login_path="mysql-paas", app=app.code)] = Known(online)
            facts[newer_of(app.code)] = read
    return facts


def newer_of(app: str) -> SaasNewer:
    return SaasNewer(
        host=CLUSTER.controller,
        login_path="mysql-paas",
        app=app,
        src=CLUSTER.paths.src,
        release="6.2.2",
        default=CLUSTER.release.app(app).version,
    )


# ---- where it comes from


@pytest.mark.condition("v17-older")
@pytest.mark.parametrize("release", ["6.0.5", "6.1.0", "6.1.1", "6.1.1-beta", "5.1.29"])
def test_a_release_that_needs_steps_of_its_own_first_is_refused_with_the_way_there(release: str) -> None:
    plan, _ = planned(at_61(CLUSTER, {}, release=release))
    refused = [blocked.diagnostic for blocked in plan.blocked if blocked.diagnostic.code == "release-too-old"]
    assert refused
    assert {diagnostic.disposition for diagnostic in refused} == {"aborts-run"}
    assert dict(refused[0].fields) == {"version": release, "oldest": "6.1.2", "release": "6.2.2"}
    assert plan.steps == ()


@pytest.mark.parametrize("release", ["6.1.2", "unreadable nonsense"])
def test_the_releases_it_is_reached_from_are_not_refused(release: str) -> None:
    plan, _ = planned(at_61(CLUSTER, {}, release=release))
    assert "release-too-old" not in {blocked.diagnostic.code for blocked in plan.blocked}
    assert any(isinstance(step.action, SwapSource) for step in plan.steps)


@pytest.mark.condition("v18-left-in-bak")
def test_what_only_the_old_tree_has_is_told_to_be_in_the_copy_alone_from_then_on() -> None:
    """Guide 5.3 and 6.1 exchange all of /data/src: ci, bcs, lesscode and a licence are in no package of 6.2."""
    (swap,) = [step for step in plan_of_61().steps if isinstance(step.action, SwapSource)]
    (told,) = swap.action.side_effects()
    for lang in ("en", "zh"):
        assert "/data/src.bak" in reason_text(told, lang)


@pytest.mark.condition("v2-as-installed")
def test_a_62_as_the_vendor_installs_it_is_left_as_it_is() -> None:
    """JOB lite, monitor lite, agents 2.0: the guide's three decisions are an upgrade's."""
    world = installed_as_62(CLUSTER)
    plan, expected = planned(world)
    assert [step.id for step in plan.steps] == []
    assert plan.blocked == ()
    assert judged(world) == "converged"
    units = {wish.fact.unit for wish in expected if isinstance(wish.fact, UnitActive) and wish.module == "job"}
    assert units == {*LITE_JOB}


@pytest.mark.condition("v2-as-installed")
def test_a_lite_job_that_stopped_is_started_and_not_turned_into_the_full_one() -> None:
    world = installed_as_62(CLUSTER)
    (host,) = CLUSTER.inventory.on("job")
    world.facts[UnitActive(host=host, unit="bk-job-assemble.service")] = Known("inactive")
    plan, _ = planned(world)
    assert [step.id.partition("@")[0] for step in plan.steps] == ["unit.start-bk-job-assemble.service"]


@pytest.mark.condition("v2-as-installed")
def test_a_cluster_from_61_gets_the_guides_three_decisions() -> None:
    """Nothing in 01-generate/gse.env is 6.2's: guide 6.3 and 6.4 hold."""
    plan = plan_of_61()
    written = {(step.action.key, step.action.value) for step in plan.steps if isinstance(step.action, SetVariable)}
    assert {("BK_JOB_RUN_MODE", "stable"), ("BK_MONITOR_RUN_MODE", "stable"), ("BK_GSE_AGENT_VERSION", "v1")} <= written


# ---- newer than the package


@pytest.mark.condition("v3-newer")
def test_a_saas_that_was_updated_by_its_page_stays() -> None:
    world = finished(CLUSTER)
    world.facts.update(saas({"bk_sops": ("3.33.9", Known("3.33.9"))}))
    plan, _ = planned(world)
    assert [step.id for step in plan.steps] == []
    assert judged(world) == "converged"
    told = newer.warnings(cluster_as_read(CLUSTER, Answers(world)))
    assert [(told_.code, dict(told_.fields)["version"]) for told_ in told] == [("newer-than-package", "3.33.9")]


def test_where_the_package_is_still_to_come_the_step_asks_again_before_it_deploys() -> None:
    """From 6.1.2 nobody can compare yet: once /data/src is 6.2.2's, the answer makes the step wait for another plan."""
    plan = plan_of_61()
    step = named(plan, "saas.deploy-bk-sops")
    asked = newer_of("bk_sops")
    assert asked in {wish.fact for wish in step.requires}
    answers = {**{wish.fact: Known(True) for wish in step.requires}, asked: Known("3.33.9")}
    changed = changed_plan_input(step.requires, answers)
    assert changed is not None
    assert changed.expected.fact == asked


def test_a_newer_saas_without_its_container_is_not_deployed_from_the_older_package() -> None:
    world = finished(CLUSTER)
    world.facts.update(saas({"bk_sops": ("3.33.9", Known("3.33.9"))}))
    (host,) = CLUSTER.inventory.on("appo")
    world.facts[AppContainer(host=host, app="bk_sops")] = Absent()
    plan, _ = planned(world)
    assert [step.id for step in plan.steps] == []
    assert "saas-newer-not-redeployed" in {blocked.diagnostic.code for blocked in plan.blocked}


def newer_cmdb(world: World, version: str) -> World:
    hosts = {CLUSTER.controller, *CLUSTER.inventory.on("cmdb")}
    for host in hosts:
        world.facts[VersionText(host=host, path=CLUSTER.home("cmdb/VERSION"))] = Known(version)
    return world


@pytest.mark.condition("v3-newer")
def test_a_product_newer_than_the_release_on_its_line_stays_and_is_named() -> None:
    packaged = CLUSTER.release.module("cmdb").version
    world = newer_cmdb(finished(CLUSTER), "3.11.99")
    row = ProductVersion(host=CLUSTER.controller, login_path="mysql-paas", code="cmdb")
    world.facts[row] = Known("3.11.99")
    plan, _ = planned(world)
    assert [step.id for step in plan.steps if "cmdb" in step.id] == []
    (told,) = newer.warnings(cluster_as_read(CLUSTER, Answers(world)))
    assert dict(told.fields) == {"product": "cmdb", "version": "3.11.99", "packaged": packaged, "release": "6.2.2"}


def test_what_only_its_installer_would_bring_is_refused_not_taken_back() -> None:
    world = newer_cmdb(finished(CLUSTER), "3.11.99")
    (host,) = CLUSTER.inventory.on("cmdb")
    unit = CLUSTER.release.module("cmdb").units[0].name
    world.facts[UnitActive(host=host, unit=unit)] = Absent()
    plan, _ = planned(world)
    assert not any(isinstance(step.action, ModuleCall) for step in plan.steps)
    assert "newer-not-reinstalled" in {blocked.diagnostic.code for blocked in plan.blocked}


def test_a_newer_image_of_paas_stays() -> None:
    """It has no VERSION: the tags of its containers tell (ce/bin/install_paas.sh)."""
    world = finished(CLUSTER)
    (host,) = CLUSTER.inventory.on("paas")
    for container in CLUSTER.release.module("paas").containers:
        fact = ContainerImage(host=host, container=container.name)
        world.facts[fact] = Known(f"{container.image}:2.14.99")
    plan, _ = planned(world)
    assert not any(isinstance(step.action, ModuleCall) for step in plan.steps)


def test_an_older_line_is_upgraded_whatever_its_numbers() -> None:
    """GSE 3.6.21 → 2.1.x."""
    old: dict[AnyFact, AnyReading] = {
        VersionText(host=host, path=CLUSTER.home("gse/VERSION")): Known("3.6.21")
        for host in CLUSTER.inventory.on("gse")
    }
    plan, _ = planned(at_61(CLUSTER, old))
    assert any(step.id.startswith("bkcli.install-gse") for step in plan.steps)


# ---- suites


@pytest.mark.condition("v15-suites")
def test_the_base_suite_gets_neither_monitor_nor_log_nor_their_pages() -> None:
    assert set(lacking(RELEASE, BASE_SUITE)) == {
        "log",
        "monitorv3",
        "monitorv3(ingester)",
        "bk_monitorv3",
        "bk_log_search",
    }
    assert not any(name.startswith("monitorv3") for name in propose_placement(RELEASE, BASE_SUITE, "10.0.0.1"))
    cluster = shape(BASE_SUITE)
    world = at_61(cluster, {})
    plan, expected = planned(world)
    assert plan.blocked == ()
    assert not {wish.module for wish in expected} & {"monitorv3", "monitorv3(ingester)", "log"}
    deployed = {step.action.app for step in plan.steps if isinstance(step.action, DeploySaas)}
    assert not deployed & {"bk_monitorv3", "bk_log_search"}
    end = live(world, plan)
    assert judged(end) == "converged"
    assert planned(end)[0].steps == ()


@pytest.mark.condition("v15-suites")
def test_with_the_monitor_its_ingester_is_placed_as_before() -> None:
    assert propose_placement(RELEASE, CONFIG, "10.0.0.1")["monitorv3(ingester)"] == ("10.0.0.1",)


# ---- https and domains of one's own


@pytest.mark.condition("v1-https")
def test_on_https_and_a_domain_of_ones_own_the_gateway_follows_before_the_entrance_is_rendered() -> None:
    world = at_61(
        CLUSTER,
        merged_global(
            CLUSTER, BK_HTTP_SCHEMA="https", BK_DOMAIN="bk.corp.example", BK_PAAS_PUBLIC_ADDR="paas.bk.corp.example:443"
        ),
    )
    plan, _ = planned(world)
    written = {step.action.key: step.action.value for step in plan.steps if isinstance(step.action, SetVariable)}
    assert written["BK_APIGW_PUBLIC_URL"] == "https://apigw.bk.corp.example:443"
    assert written["BK_APIGW_PUBLIC_ADDR"] == "apigw.bk.corp.example:443"
    assert written["BK_APIGW_API_PUBLIC_URL"] == "https://bkapi.bk.corp.example:443"
    assert written["BK_APIGW_API_PUBLIC_ADDR"] == "bkapi.bk.corp.example:443"
    order = [step.id for step in plan.steps]
    url = next(step.id for step in plan.steps if getattr(step.action, "key", "") == "BK_APIGW_PUBLIC_URL")
    renders = [step.id for step in plan.steps if isinstance(step.action, RenderNginx)]
    assert all(order.index(url) < order.index(render) for render in renders)
    assert judged(live(world, plan)) == "converged"


@pytest.mark.condition("v1-https")
def test_what_a_person_wrote_about_the_gateway_counts() -> None:
    own = {
        EnvPresent(host=CLUSTER.controller, file=CLUSTER.env("03-userdef/global.env"), key=key): Known(True)
        for key in ("BK_APIGW_PUBLIC_URL", "BK_APIGW_PUBLIC_ADDR")
    }
    values = merged_global(CLUSTER, BK_HTTP_SCHEMA="https", BK_DOMAIN="corp.example", BK_PAAS_PUBLIC_ADDR="bk:443")
    plan, _ = planned(at_61(CLUSTER, {**values, **own}))
    written = {step.action.key for step in plan.steps if isinstance(step.action, SetVariable)}
    assert "BK_APIGW_API_PUBLIC_URL" in written
    assert not {"BK_APIGW_PUBLIC_URL", "BK_APIGW_PUBLIC_ADDR"} & written


def test_the_vendors_own_domain_and_a_gateway_that_runs_are_left_alone() -> None:
    default = merged_global(
        CLUSTER, BK_HTTP_SCHEMA="http", BK_DOMAIN="bktencent.com", BK_PAAS_PUBLIC_ADDR="paas.bktencent.com:80"
    )
    plan, _ = planned(at_61(CLUSTER, default))
    assert not any(
        step.action.key.startswith("BK_APIGW") for step in plan.steps if isinstance(step.action, SetVariable)
    )
    world = finished(CLUSTER)
    world.facts.update(
        merged_global(
            CLUSTER, BK_HTTP_SCHEMA="https", BK_DOMAIN="corp.example", BK_PAAS_PUBLIC_ADDR="bk.corp.example:443"
        )
    )
    assert planned(world)[0].steps == ()


# ---- IAM's migration


@pytest.mark.condition("v7-iam-groups")
def test_iams_groups_are_migrated_before_its_upgrade_and_after_the_backups() -> None:
    """bk-iam, migrate_subject_system_group.py:17: before v1.11.x is upgraded to v1.12.x."""
    plan = plan_of_61()
    order = [step.id.partition("@")[0] for step in plan.steps]
    migration, upgrade = order.index("task.run-iam-subjects"), order.index("bkcli.upgrade-bkiam")
    assert order.index("backup.mysql") < migration < upgrade
    assert named(plan, "task.run-iam-subjects").id in {after.step for after in named(plan, "bkcli.upgrade-bkiam").after}


@pytest.mark.condition("v7-iam-groups")
def test_on_an_iam_that_is_upgraded_already_the_migration_is_asked_about_and_never_repeated() -> None:
    plan, _ = planned(recent(V620))
    asked = [dict(blocked.diagnostic.fields).get("task") for blocked in plan.blocked]
    assert "iam-subjects" in asked
    assert not any(step.id.startswith("task.run-iam-subjects") for step in plan.steps)


def test_said_not_to_be_done_it_is_run_on_the_upgraded_iam_after_a_backup() -> None:
    world = recent(V620)
    done = TaskDone(host=CLUSTER.controller, task="iam-subjects", release="6.2.2")
    world.facts[done] = Known(False)
    plan, _ = planned(world)
    order = [step.id.partition("@")[0] for step in plan.steps]
    assert order.index("backup.mysql") < order.index("task.run-iam-subjects")


# ---- what was not read


TIMEOUT = Unknown(reason("probe-timeout", family="any"))
MARK = EnvFilled(host=CLUSTER.controller, file=CLUSTER.env("01-generate/gse.env"), key="BK_GSE_ZK_TOKEN")
JOB_MODE = EnvValue(host=CLUSTER.controller, file=CLUSTER.env("04-final/job.env"), key="BK_JOB_RUN_MODE")


@pytest.mark.parametrize("unread", [MARK, JOB_MODE], ids=["origin", "run mode"])
def test_a_cluster_of_which_is_not_known_how_it_was_installed_is_unknown_and_left_alone(unread: AnyFact) -> None:
    """Taken for one that comes from 6.1, JOB's and the monitor's modes and the agents would be turned round."""
    world = installed_as_62(CLUSTER)
    world.facts[unread] = TIMEOUT
    plan, _ = planned(world)
    assert (judged(world), plan.steps) == ("unknown", ())


def version_facts(name: str) -> list[AnyFact]:
    """Where the version is seen that a product of the vendor's runs in."""
    module = RELEASE.module(name)
    hosts = CLUSTER.hosts(module)
    if module.version_file:
        return [VersionText(host=host, path=f"/data/bkce/{module.version_file}") for host in hosts]
    return [ContainerImage(host=host, container=each.name) for host in hosts for each in module.containers]


@pytest.mark.condition("v3-newer")
@pytest.mark.parametrize("name", ["paas", "iam", "usermgr", "gse", "cmdb", "job", "nodeman", "monitorv3", "log"])
def test_what_may_run_in_a_newer_version_is_not_installed_over(name: str) -> None:
    """Its version could not be read, and everything that its installer would start is down."""
    world = finished(CLUSTER)
    _, expected = planned(world)
    down = (ContainerState, ContainerImage, UnitActive)
    own = [each.fact for each in expected if each.module == name and isinstance(each.fact, down)]
    world.facts.update(dict.fromkeys(own, Absent()))
    world.facts.update(dict.fromkeys(version_facts(name), TIMEOUT))
    plan, _ = planned(world)
    installers = [step.id for step in plan.steps if isinstance(step.action, ModuleCall | InstallContainer)]
    assert (installers, judged(world)) == ([], "unknown")
    assert plan.blocked


# ---- code of the owner's


@pytest.mark.condition("v4-own-code")
def test_a_login_and_esb_code_of_ones_own_are_copied_before_paas_is_replaced() -> None:
    """ce/bin/install_paas.sh:164: `rsync --delete`; no dump of guide 5 has them."""
    (host,) = CLUSTER.inventory.on("paas")
    own: dict[AnyFact, AnyReading] = {
        PathKind(host=host, path=f"/data/bkce/open_paas/{part}"): Known("directory") for part in ("login", "esb")
    }
    plan, _ = planned(at_61(CLUSTER, own))
    copies = {step.action.source: step for step in plan.steps if isinstance(step.action, CopyDirectory)}
    order = [step.id for step in plan.steps]
    installed = named(plan, "bkcli.install-paas@")
    for part in ("login", "esb"):
        copy = copies[f"/data/bkce/open_paas/{part}"]
        assert copy.action.host == host
        assert getattr(copy.action, "path", "") == f"/data/dbbak/open_paas-{part}-before-2.14.57"
        assert order.index(copy.id) < order.index(installed.id)
        retired = [at for at, step_id in enumerate(order) if step_id.startswith("unit.retire-bk-paas-")]
        assert order.index(copy.id) < min(retired)
        assert copy.id in {after.step for after in installed.after}


@pytest.mark.condition("v4-own-code")
@pytest.mark.parametrize("kind", ["directory", "link"])
def test_files_of_ones_own_are_named_and_asked_about_before_anything_is_written(
    kind: Literal["directory", "link"],
) -> None:
    (host,) = CLUSTER.inventory.on("paas")
    path = "/data/bkce/open_paas/login"
    found: dict[AnyFact, AnyReading] = {
        PathKind(host=host, path=path): Known(kind),
        PathKind(host=host, path=f"{path}/."): Known("directory"),
    }
    plan, _ = planned(at_61(CLUSTER, found))
    asked = SiteFiles(host=host, installed=path, packaged="/data/src/open_paas/login")
    checks = {check.fact: check for check in preflight_checks(CLUSTER, 0, plan)}
    assert checks[asked].reading == Known(())
    because = checks[asked].because
    assert isinstance(because, CodedReason)
    assert dict(because.fields)["id"] == "site-code"
    approved = {check.fact for check in preflight_checks(CLUSTER, 0, plan, frozenset({"site-code"}))}
    assert asked not in approved
    copies = [step.action.source for step in plan.steps if isinstance(step.action, CopyDirectory)]
    (copied,) = [source for source in copies if "open_paas" in source]
    assert copied == (path if kind == "directory" else f"{path}/.")


def test_once_they_are_copied_nobody_is_asked_again() -> None:
    (host,) = CLUSTER.inventory.on("paas")
    copied: dict[AnyFact, AnyReading] = {
        PathKind(host=host, path=path): Known("directory")
        for path in ("/data/bkce/open_paas/login", "/data/dbbak/open_paas-login-before-2.14.57")
    }
    plan, _ = planned(at_61(CLUSTER, copied))
    assert not any(isinstance(check.fact, SiteFiles) for check in preflight_checks(CLUSTER, 0, plan))


@pytest.mark.condition("v4-own-code")
@pytest.mark.parametrize("kind", ["directory", "link"])
def test_code_that_was_edited_after_its_copy_was_made_is_copied_once_more_before_paas_is_replaced(
    kind: Literal["directory", "link"],
) -> None:
    """The copy of an earlier night, which stays as it is; nobody is asked again."""
    (host,) = CLUSTER.inventory.on("paas")
    path, copy = "/data/bkce/open_paas/login", "/data/dbbak/open_paas-login-before-2.14.57"
    code = path if kind == "directory" else f"{path}/."
    edited: dict[AnyFact, AnyReading] = {
        PathKind(host=host, path=path): Known(kind),
        PathKind(host=host, path=f"{path}/."): Known("directory"),
        PathKind(host=host, path=copy): Known("directory"),
        TreeDigest(host=host, root=code, exclude=WRITTEN_BY_PRODUCT): Known("1f3a9c04" + "0" * 24),
        TreeDigest(host=host, root=copy, exclude=WRITTEN_BY_PRODUCT): Known("2" * 32),
    }
    plan, _ = planned(at_61(CLUSTER, edited))
    (again,) = [step for step in plan.steps if getattr(step.action, "source", "") == code]
    assert getattr(again.action, "path", "") == f"{copy}-1f3a9c04"
    installed = named(plan, "bkcli.install-paas@")
    assert again.id in {after.step for after in installed.after}
    assert not any(isinstance(check.fact, SiteFiles) for check in preflight_checks(CLUSTER, 0, plan))


def test_code_that_cannot_be_compared_with_its_copy_is_not_replaced() -> None:
    (host,) = CLUSTER.inventory.on("paas")
    path, copy = "/data/bkce/open_paas/login", "/data/dbbak/open_paas-login-before-2.14.57"
    unread: dict[AnyFact, AnyReading] = {
        **{PathKind(host=host, path=each): Known("directory") for each in (path, copy)},
        TreeDigest(host=host, root=path, exclude=WRITTEN_BY_PRODUCT): TIMEOUT,
        TreeDigest(host=host, root=copy, exclude=WRITTEN_BY_PRODUCT): Known("2" * 32),
    }
    plan, _ = planned(at_61(CLUSTER, unread))
    assert not [step.id for step in plan.steps if "install-paas" in step.id or "retire-bk-paas" in step.id]


def test_of_one_container_that_is_installed_again_its_own_code_alone_is_copied() -> None:
    """ce/bin/install_paas.sh:164: of the one project that it is called for."""
    (host,) = CLUSTER.inventory.on("paas")
    world = finished(CLUSTER)
    for part in ("login", "esb"):
        world.facts[PathKind(host=host, path=f"/data/bkce/open_paas/{part}")] = Known("directory")
    for fact in (
        ContainerState(host=host, container="bk-paas-esb"),
        ContainerImage(host=host, container="bk-paas-esb"),
    ):
        world.facts[fact] = Absent()
    plan, _ = planned(world)
    copies = [step.action.source for step in plan.steps if isinstance(step.action, CopyDirectory)]
    assert copies == ["/data/bkce/open_paas/esb"]


def test_where_there_is_none_nothing_is_copied() -> None:
    plan = plan_of_61()
    assert not any("open_paas" in getattr(step.action, "source", "") for step in plan.steps)


# ---- variables


@pytest.mark.condition("v13-variables")
def test_from_620_the_variables_are_merged_with_the_new_defaults_before_anything_is_installed() -> None:
    """BKDocs 6.2.0-to-6.2.2.md, 4.3: `install bkenv` after the scripts, before the products."""
    plan, _ = planned(recent(V620))
    order = [step.id for step in plan.steps]
    scripts, merge = (next(at for at, name in enumerate(order) if name.startswith(kind)) for kind in BKENV)
    calls = [at for at, step in enumerate(plan.steps) if isinstance(step.action, ModuleCall)]
    assert scripts < merge < min(calls)


@pytest.mark.condition("v13-variables")
def test_a_run_that_ended_after_the_scripts_still_merges() -> None:
    """The mark that the replacement left is all that tells."""
    world = finished(CLUSTER)
    world.facts[TaskPending(host=CLUSTER.controller, task="variables-merge")] = Known(True)
    plan, _ = planned(world)
    assert plan.steps[0].id.startswith("bkcli.bkenv@")
    assert judged(live(world, plan)) == "converged"


RABBITMQ_KEY = "BK_BKLOG_RABBITMQ_PASSWORD"
RABBITMQ_PASSWORD = EnvFilled(host=CLUSTER.controller, file=CLUSTER.env("03-userdef/bklog.env"), key=RABBITMQ_KEY)
DECLARED = EnvPresent(host=CLUSTER.controller, file=CLUSTER.env("default/bklog.env"), key=RABBITMQ_KEY)
GENERATED = EnvFilled(host=CLUSTER.controller, file=CLUSTER.env("01-generate/bklog.env"), key=RABBITMQ_KEY)


@pytest.mark.condition("v16-rabbitmq")
@pytest.mark.parametrize("start", ["6.1.2", "6.2.0"])
def test_the_log_platforms_rabbitmq_password_is_made_before_the_merge_that_reads_it(start: str) -> None:
    """bk-install 47c5380: scripts that may come with the package make a user with it (ce/install.sh:1263)."""
    plan = plan_of_61() if start == "6.1.2" else planned(recent(V620))[0]
    order = [step.id.partition("@")[0] for step in plan.steps]
    (made,) = [at for at, name in enumerate(order) if RABBITMQ_KEY.lower().replace("_", "-") in name.lower()]
    assert made < order.index("bkcli.bkenv")


@pytest.mark.condition("v16-rabbitmq")
@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({}, False),  # scripts that do not know it, as those of 6.2.1
        ({DECLARED: Known(True)}, True),
        ({DECLARED: Known(True), GENERATED: Known(True)}, False),
    ],
)
def test_on_a_finished_one_it_is_missed_only_where_its_scripts_ask_for_it_and_nobody_made_it(
    facts: dict[AnyFact, AnyReading], missing: bool
) -> None:
    world = finished(CLUSTER)
    world.facts.update(
        {
            RABBITMQ_PASSWORD: Known(False),
            VersionText(host=CLUSTER.controller, path=CLUSTER.src("VERSION")): Known("6.2.2"),
        }
    )
    world.facts.update(facts)
    assert judged(world) == ("differs" if missing else "converged")


# ---- conflicts in install.config


@pytest.mark.condition("v18-conflicts")
@pytest.mark.parametrize("other", ["nginx", "appo", "appt", "nodeman"])
def test_a_gateway_that_install_config_itself_has_beside_openresty_is_refused(other: str) -> None:
    """As the vendor's own sample has it (install.config.5ip.sample); bin/install_apisix.sh:75-79."""
    config = CONFIG.replace("10.0.0.1 iam", f"10.0.0.1 {other},apigw,iam")
    places = {name: hosts for name, hosts in propose_placement(RELEASE, CONFIG, "10.0.0.1").items() if name != "apigw"}
    lines = "".join(f'"{name}" = [{", ".join(map(json.dumps, hosts))}]\n' for name, hosts in places.items())
    file = parse.cluster_file(f"{HEAD}[placement]\n{lines}", "cluster.toml")
    with pytest.raises(SpecError) as refused:
        build_cluster(file, RELEASE, config)
    (diagnostic,) = [one for one in refused.value.diagnostics if one.code == "install-config-conflict"]
    fields = dict(diagnostic.fields)
    assert (fields["module"], fields["host"], fields["other"]) == ("apigw", "10.0.0.1", other)
