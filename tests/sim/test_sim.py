"""Whole upgrades on clusters made of facts: every order the plan allows converges, and nothing is done for nothing.

hypothesis picks the starting state, the order and what goes wrong; a failing example replays as it was.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.agent import ArchiveAgentBaseline
from actions.unit import RestartUnitSince
from probes.agent import AgentsMissing
from probes.consul import ConsulDefinition
from probes.env import EnvCopied, EnvFilled
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown, fact_id
from probes.path import FileDigest
from probes.text import FileMentions
from reconciler.core.diff import diff
from reconciler.rules.latent import latent
from reconciler.rules.registry import expected_facts
from specs.cluster import Cluster
from specs.reason import reason
from tests.sim.board import Board
from tests.sim.orders import QUICK, run, shuffled
from tests.sim.worlds import World, finished, guide_cluster, live, pristine, slice_cluster, study

SLICE = slice_cluster()
WITH_GSE = slice_cluster("etcd", "apigw", "apisix", "gse")
WHOLE = guide_cluster()


def drifted(cluster_world: World, random: Random) -> World:
    """A finished cluster of which some facts read as on a 6.1."""
    facts = dict(cluster_world.facts)
    for fact in list(facts):
        if random.random() < 0.3:
            facts[fact] = pristine(fact, cluster_world.cluster)
    return World(cluster=cluster_world.cluster, facts=facts, other=cluster_world.other)


@pytest.mark.parametrize("cluster", [SLICE, WITH_GSE, WHOLE], ids=["slice", "with-gse", "whole"])
def test_pristine_converges_and_the_plan_after_that_is_empty(cluster: object) -> None:
    world = World(cluster=cluster)  # type: ignore[arg-type]
    plan, _ = study(world)
    again, readings = study(live(world, plan))
    assert again.steps == ()
    assert again.blocked == ()
    assert diff(expected_facts(world.cluster), readings).drift == ()


@given(st.randoms(use_true_random=False))
@QUICK
def test_any_order_the_plan_allows_converges(random: Random) -> None:
    world = World(cluster=WITH_GSE)
    plan, _ = study(world)
    after, _ = study(run(world, plan, shuffled(plan, random)))
    assert after.steps == ()


@given(st.randoms(use_true_random=False))
@QUICK
def test_a_run_stopped_anywhere_resumes_from_what_is_seen(random: Random) -> None:
    world = World(cluster=SLICE)
    plan, _ = study(world)
    order = shuffled(plan, random)
    half = run(world, plan, order[: random.randrange(len(order))])
    rest, _ = study(half)
    after, _ = study(live(half, rest))
    assert after.steps == ()


@given(st.randoms(use_true_random=False))
@QUICK
def test_half_way_states_converge_or_say_why_not(random: Random) -> None:
    world = drifted(finished(SLICE), random)
    world.other = pristine
    plan, _ = study(world)
    after, _ = study(live(world, plan))
    assert after.steps == ()
    assert bool(after.blocked) <= bool(plan.blocked)


@given(st.randoms(use_true_random=False))
@settings(QUICK, max_examples=25)
def test_after_apply_nothing_is_right_that_will_not_last(random: Random) -> None:
    """What the vendor's calls leave behind (`voids`) is mended in the same plan, whatever was missing before it."""
    world = drifted(finished(SLICE), random)
    world.other = pristine
    plan, _ = study(world)
    _, readings = study(live(world, plan))
    left = diff(expected_facts(SLICE), readings)
    assert latent(SLICE, left, readings) == {}


def test_a_finished_cluster_without_package_and_backups_has_nothing_to_do() -> None:
    plan, readings = study(finished(SLICE))
    assert plan.steps == ()
    assert plan.blocked == ()
    assert diff(expected_facts(SLICE), readings).drift == ()


@given(st.randoms(use_true_random=False))
@QUICK
def test_nothing_is_done_on_what_nobody_could_read(random: Random) -> None:
    """One host is dead: its facts are Unknown, no step runs on it or needs it, and each cause is told."""
    dead = random.choice(SLICE.inventory.hosts)

    def other(fact: AnyFact, cluster: object) -> AnyReading:
        return Unknown(reason("host-unreachable", host=dead)) if fact.host == dead else pristine(fact, SLICE)

    plan, _ = study(World(cluster=SLICE, other=other))
    for step in plan.steps:
        assert step.action.host != dead
        assert all(expected.fact.host != dead for expected in step.requires)
    assert any(blocked.diagnostic.code == "unknown-not-repaired" for blocked in plan.blocked)


def test_every_step_taken_out_leaves_the_goal_unmet() -> None:
    """Of all by the board, of some by a plan of its own, for which the board stands (`test_minimal.py`)."""
    world = World(cluster=WITH_GSE)
    plan, readings = study(world)
    assert Board(plan, expected_facts(WITH_GSE), readings).needless() == []
    for number, step in list(enumerate(plan.steps))[::27]:
        rest = [i for i in range(len(plan.steps)) if i != number]
        after, _ = study(live(world, plan, rest))
        assert after.steps or after.blocked, f"{step.id} was not needed"


@given(st.randoms(use_true_random=False))
@QUICK
def test_every_step_ensures_the_very_facts_it_mends(random: Random) -> None:
    world = drifted(finished(WITH_GSE), random)
    world.other = pristine
    plan, _ = study(world)
    for step in plan.steps:
        promised = {expected.fact for expected in step.action.ensures()}
        assert {repaired.expected.fact for repaired in step.repairs} <= promised, step.id


@pytest.mark.condition("v5-gse-ports")
def test_new_gse_runs_before_the_old_one_is_retired() -> None:
    plan, _ = study(World(cluster=WITH_GSE))
    place = {step.id: number for number, step in enumerate(plan.steps)}
    install = next(step for step in plan.steps if step.id.startswith("bkcli.install-gse"))
    retired = [step for step in plan.steps if step.id.startswith("unit.retire-bk-gse")]
    assert len(retired) == 7
    assert all(any(edge.step == install.id for edge in step.after) for step in retired)
    assert all(place[step.id] > place[install.id] for step in retired)


@pytest.mark.condition("v5-gse-ports")
def test_all_of_the_new_gse_starts_again_without_the_old_one_and_agents_are_counted_after_that() -> None:
    """Which of its programs could not have a port beside the old one, nothing tells but its ports' variables."""
    plan, _ = study(World(cluster=WITH_GSE))
    place = {step.id: number for number, step in enumerate(plan.steps)}
    retired = [step.id for step in plan.steps if step.id.startswith("unit.retire-bk-gse")]
    again = {step.action.unit: step for step in plan.steps if isinstance(step.action, RestartUnitSince)}
    assert {*again} == {f"bk-gse-{name}.service" for name in ("task", "data", "proc", "file", "cluster")}
    for step in again.values():
        assert {*retired} <= {edge.step for edge in step.after}
    (counted,) = [step for step in plan.steps if isinstance(step.action, ArchiveAgentBaseline)]
    assert place[counted.id] > max(place[step.id] for step in again.values())
    assert any(isinstance(expected.fact, AgentsMissing) for expected in counted.requires), "read again just before"


def test_what_equals_a_file_of_the_scripts_is_copied_after_those_are_replaced() -> None:
    """6.1 has no yq, the controller as little as the others: what equals only until the scripts change is no match."""

    def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
        if isinstance(fact, FileDigest):
            return Absent() if fact.path.endswith("/yq") else Known("6.1")
        return pristine(fact, cluster)

    plan, _ = study(World(cluster=WHOLE, other=other))
    place = {step.id.split("@")[0]: number for number, step in enumerate(plan.steps)}
    copied = [step for step in plan.steps if step.id.startswith("program.copy-yq")]
    assert [step.action.host for step in copied] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert all(place["package.scripts"] < plan.steps.index(step) < place["bkcli.upgrade-job"] for step in copied)
    rendered = next(step for step in plan.steps if step.id.startswith("nginx.render"))
    assert any(isinstance(repaired.expected.fact, FileDigest) for repaired in rendered.repairs)


@pytest.mark.condition("v6-gse-api")
def test_gse_api_stays_in_consul_until_those_who_look_it_up_are_upgraded() -> None:
    world = World(cluster=WHOLE)
    obsolete = [expected.fact for expected in expected_facts(WHOLE) if isinstance(expected.fact, ConsulDefinition)]
    world.facts |= {fact: Known("written") for fact in obsolete if fact.service in ("gse-api", "gse-config")}
    plan, _ = study(world)
    place = {step.id.partition("@")[0]: number for number, step in enumerate(plan.steps)}
    upgrades = ("install-paas", "upgrade-cmdb", "upgrade-job", "install-nodeman")
    assert place["consul.deregister-gse-api"] > max(place[f"bkcli.{name}"] for name in upgrades)
    assert place["consul.deregister-gse-config"] < place["bkcli.upgrade-job"], "nobody else looks that one up"


@pytest.mark.condition("v14-restarted")
@pytest.mark.parametrize("unit", ["bk-gse-proc.service", "apisix.service", "bk-auth.service", "bk-ingester.service"])
def test_a_unit_that_still_runs_the_old_program_is_restarted(unit: str) -> None:
    """Its VERSION is the release's, its process is older: the vendor's `install` starts and never restarts."""
    world = finished(WHOLE)
    fact = next(fact for fact in world.facts if fact_id(fact).startswith(f"current.unit {unit}"))
    world.facts[fact] = Known(False)
    plan, _ = study(world)
    assert [step.id.rpartition("-")[0].partition("@")[0] for step in plan.steps] == [f"unit.restart-{unit}"]


def test_old_paas_stops_only_when_everything_else_is_ready() -> None:
    plan, _ = study(World(cluster=SLICE))
    retired = [step for step in plan.steps if step.id.startswith("unit.retire-bk-paas")]
    before = {"backup.mysql", "backup.mongodb", "bkcli.sync-paas", "bkcli.sync-common", "package.swap"}
    assert len(retired) == 6
    for step in retired:
        afters = {edge.step.split("@")[0] for edge in step.after}
        assert all(any(name.startswith(want) for name in afters) for want in before)


@pytest.mark.parametrize(
    ("family", "reading", "wanted"),
    [
        ("unit.active bk-auth.service @10.0.0.3", Known("inactive"), ["unit.start-bk-auth.service@10.0.0.3"]),
        ("container.state bk-paas-login @10.0.0.2", Known("exited"), ["container.start-bk-paas-login@10.0.0.2"]),
        ("unit.active bk-paas-esb.service @10.0.0.2", Known("active"), ["unit.retire-bk-paas-esb.service@10.0.0.2"]),
        ("unit.enabled bk-auth.service @10.0.0.3", Known("disabled"), ["unit.enable-bk-auth.service@10.0.0.3"]),
        ("mysql.login-path mysql-auth @10.0.0.1", Absent(), ["mysql.login-path-mysql-auth@10.0.0.1"]),
    ],
    ids=["stopped-unit", "stopped-container", "old-unit-back", "disabled-unit", "login-path-gone"],
)
def test_one_thing_undone_by_hand_is_one_narrow_step(family: str, reading: AnyReading, wanted: list[str]) -> None:
    world = finished(SLICE)
    fact = next(fact for fact in world.facts if fact_id(fact) == family)
    world.facts[fact] = reading
    plan, _ = study(world)
    assert [step.id.rsplit("-", 1)[0] for step in plan.steps] == wanted


def test_a_stopped_unit_whose_files_are_right_is_started_and_not_restarted_as_well() -> None:
    """A unit that does not run has no age to compare with its files: that comes right with its start."""
    world = finished(WITH_GSE)
    stopped = {"unit.active bk-gse-data.service": Known("inactive"), "current.unit bk-gse-data.service": Absent()}
    for fact in list(world.facts):
        for name, reading in stopped.items():
            if fact_id(fact).startswith(name):
                world.facts[fact] = reading
    plan, _ = study(world)
    assert [step.id.rsplit("-", 1)[0] for step in plan.steps] == ["unit.start-bk-gse-data.service@10.0.0.1"]


def test_a_removed_container_is_made_alone_without_any_backup() -> None:
    world = finished(SLICE)
    for fact in list(world.facts):
        if getattr(fact, "container", "") == "bk-paas-login":
            world.facts[fact] = Absent()
    plan, _ = study(world)
    steps = ["container.install-bk-paas-login@10.0.0.2", "container.restart-policy@10.0.0.2"]
    assert [step.id.rsplit("-", 1)[0] for step in plan.steps] == steps, "a new container has no restart policy"


def test_a_dropped_variable_is_set_and_distributed_and_nothing_else() -> None:
    world = finished(SLICE)
    lost = "env.value /data/install/bin/03-userdef/job.env BK_JOB_RUN_MODE @10.0.0.1"
    world.facts[next(fact for fact in world.facts if fact_id(fact) == lost)] = Absent()
    plan, _ = study(world)
    kinds = [step.id.split("@")[0] for step in plan.steps]
    assert kinds == ["env.set-bk-job-run-mode", "bkcli.sync-common"]


def test_pages_of_job_get_their_new_address_as_soon_as_the_old_one_is_gone() -> None:
    """They name what 6.1 called right; the merge changes that, and the new entrance no longer answers it."""
    world = World(cluster=WHOLE)
    world.facts |= {
        expected.fact: Known(True) for expected in expected_facts(WHOLE) if isinstance(expected.fact, FileMentions)
    }
    steps = [step.id.partition("@")[0] for step in study(world)[0].steps]
    wanted = ["bkcli.bkenv", "nginx.render", PAGES, "bkcli.upgrade-job"]
    assert [step for step in steps if step in wanted] == wanted


PAGES = "nginx.job-pages-bk-job-api-public-url"
LAYERS = ("03-userdef", "01-generate")
BKLOG = "/data/install/bin/04-final/bklog.env"


def test_a_key_that_the_guide_leaves_empty_is_filled() -> None:
    world = finished(guide_cluster())
    world.facts[EnvFilled(host="10.0.0.1", file=BKLOG, key="BK_BKLOG_REDIS_PASSWORD")] = Absent()
    plan, _ = study(world)
    kinds = [step.id.partition("@")[0] for step in plan.steps]
    assert kinds == ["env.copy-bk-bklog-redis-password", "env.merge-bklog", "bkcli.sync-common"]
    assert "03-userdef/bklog.env" in str(plan.steps[0].action)


def test_a_key_that_a_person_filled_otherwise_is_left_alone() -> None:
    world = finished(guide_cluster())
    admin = tuple(f"/data/install/bin/{layer}/dbadmin.env:BK_REDIS_ADMIN_PASSWORD" for layer in LAYERS)
    mine = "/data/install/bin/03-userdef/bklog.env"
    world.facts[EnvCopied(host="10.0.0.1", file=mine, key="BK_BKLOG_REDIS_PASSWORD", sources=admin)] = Known(False)
    assert study(world)[0].steps == ()


def test_a_stopped_container_is_started_although_the_database_cannot_be_read() -> None:
    """What does not need the unknown is repaired: the image it stopped with tells enough."""
    world = finished(SLICE)
    for fact in list(world.facts):
        if fact.host == "10.0.0.3" or type(fact).__name__ in ("AppRegistered", "PendingSql", "SaasVariable"):
            world.facts[fact] = Unknown(reason("host-unreachable", host="10.0.0.3"))
        if getattr(fact, "container", "") == "bk-paas-login" and type(fact).__name__ == "ContainerState":
            world.facts[fact] = Known("exited")
    plan, _ = study(world)
    assert [step.id.rsplit("-", 1)[0] for step in plan.steps] == ["container.start-bk-paas-login@10.0.0.2"]
