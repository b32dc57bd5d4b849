"""`plan` from a 6.2.0 beside the official guide 6.2.0 → 6.2.2: no step of it is missing, what is added has a reason.

Each row is one thing that the guide has a person do (BKDocs, 6.2.0-to-6.2.2.md), in its order, told in our words, and
the steps of the plan that do it. A deviation says why it is done in another way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pytest

from probes.fact import AnyFact, AnyReading, Known
from probes.saas import SaasOnline, SaasPackaged
from probes.task import TaskDone
from reconciler.core.plan import Plan
from tests.sim.history import HISTORY, recent
from tests.sim.shape_judge import planned
from tests.sim.worlds import live

V620 = next(before for before in HISTORY if before.name == "6.2.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    section: str
    module: str
    does: str
    steps: frozenset[str]
    deviation: str = ""


def row(section: str, module: str, does: str, *steps: str, deviation: str = "") -> Row:
    return Row(section=section, module=module, does=does, steps=frozenset(steps), deviation=deviation)


def restarts(*units: str) -> tuple[str, ...]:
    return tuple(f"unit.restart-bk-{unit}.service" for unit in units)


GUIDE = (
    row(
        "4.1", "", "unpack the patch package", "package.unpack-bkrec-6.2.2",
        deviation="the whole package: the one that has an MD5 to verify it by, and every product for a repair later",
    ),
    row("4.2", "", "copy /data/install", "backup.install-install"),
    row(
        "4.3", "", "put the patch's products into /data/src, later unpack each", "package.products-src", "package.swap",
        deviation="unpacked beside /data/src and exchanged in one rename: one release or the other, never a mixture",
    ),
    row("4.3", "", "replace the scripts", "package.scripts"),
    row("4.3", "", "install bkenv", "bkcli.bkenv"),
    row("4.3", "", "sync common", "bkcli.sync-common"),
    row(
        "5.1", "apigw", "sync apigw; upgrade apigw, which restarts bk-apigw and apisix",
        "bkcli.sync-apigw", "bkcli.install-apigw", "unit.restart-bk-apigw.service", "unit.restart-apisix.service",
        deviation="`install` and two restarts, as from 6.1: one call, whose effects are known",
    ),
    row("5.2", "paas", "deploy bk_user_manage", "saas.deploy-bk-user-manage"),
    row(
        "5.2", "usermgr", "upgrade usermgr", "bkcli.install-usermgr",
        deviation="`install`, as from 6.1: one call, whose effects are known",
    ),
    row(
        "5.3", "gse", "upgrade gse, which reloads its units",
        "bkcli.install-gse", *restarts("gse-task", "gse-data", "gse-proc", "gse-file", "gse-cluster"),
        deviation="each unit is restarted: a reload (kill -36) runs the old program on (bin/release_gse.sh:265-267)",
    ),
    row("5.4", "cmdb", "upgrade cmdb", "bkcli.sync-cmdb", "bkcli.upgrade-cmdb"),
    row("5.5", "paas", "deploy bk_sops", "saas.deploy-bk-sops"),
    row("5.6", "paas", "deploy bk_itsm", "saas.deploy-bk-itsm"),
    row(
        "5.7", "monitorv3", "upgrade bkmonitorv3, which restarts its units",
        "bkcli.sync-bkmonitorv3", "bkcli.install-bkmonitorv3",
        *restarts("grafana", "influxdb-proxy", "ingester", "transfer", "unify-query"),
        deviation="`install` and the restart of what is older than its files",
    ),
    row(
        "5.8", "log", "upgrade bklog; restart bklog",
        "bkcli.sync-bklog", "bkcli.install-bklog", "unit.restart-bk-log-grafana.service",
        deviation="`install` makes the container anew, so that only grafana is left to restart",
    ),
    row("5.9", "nodeman", "initdata nodeman: new packages of the agent", "task.run-nodeman-plugins"),
    row("5.10", "", "write the versions anew", "version.rows"),
)  # fmt: skip

ADDED = {
    "backup.mysql": "databases are migrated: only a dump leads back",
    "backup.mongodb": "databases are migrated: only a dump leads back",
    "directory.copy-backup": "the whole of /data/src is exchanged, and this is in no package",
    "directory.copy-cert": "the whole of /data/src is exchanged, and this is in no package",
    "env.generate-bk-bklog-rabbitmq-password": "the new scripts may make a RabbitMQ user with it",
    "env.add-bk-ssm-host": "replacing the scripts resets bin/default, which the guide 6.1 → 6.2 had edited (6.4)",
    "env.add-bk-ssm-port": "replacing the scripts resets bin/default, which the guide 6.1 → 6.2 had edited (6.4)",
    "nginx.render": "templates equal the scripts', which were replaced",
    "program.copy-yq": "a program that equals the scripts', which were replaced",
    "container.restart-policy": "the vendor's installers make containers that no reboot brings back",
    "task.record-monitor-iam-actions": "written down before, so that a run that is cut off knows that it is to come",
    "task.record-monitor-space-data": "written down before, so that a run that is cut off knows that it is to come",
    "task.record-log-iam-actions": "written down before, so that a run that is cut off knows that it is to come",
    "task.run-monitor-iam-actions": "harmless to repeat, and nothing tells that 6.2.0's were run",
    "task.run-monitor-space-data": "harmless to repeat on a new version of the monitor (guide 7.15)",
    "task.run-log-iam-actions": "harmless to repeat, and nothing tells that 6.2.0's were run",
    "version.set-bkssm": "`_update_common_info` writes what lies in /data/src, and bkssm is not upgraded",
}
"""What the plan has besides, each with its reason."""


@cache
def upgrade() -> Plan:
    """A 6.2.0 by the official guide, its owner having said what was done: the SaaS that 6.2.2 did not change are there,
    IAM's and JOB's migrations were run from 6.1."""
    world = recent(V620)
    facts: dict[AnyFact, AnyReading] = {}
    for task in ("iam-subjects", "job-upgrader-before", "job-upgrader-after"):
        facts |= {fact: Known(True) for fact in asked() if fact.task == task}
    unchanged = ("bk_iam", "bk_nodeman", "bk_monitorv3", "bk_log_search")
    saas = [fact for fact in read() if isinstance(fact, SaasOnline | SaasPackaged) and fact.app in unchanged]
    facts |= {fact: Known(world.cluster.release.app(fact.app).version or "1.0.0") for fact in saas}
    world.facts.update(facts)
    plan, _, _ = planned(world)
    return plan


def read() -> Iterable[AnyFact]:
    """What the plan of a 6.2.0 rests on."""
    _, _, readings = planned(recent(V620))
    return readings.keys()


def asked() -> list[TaskDone]:
    """What leaves no trace and is asked about."""
    plan, _, _ = planned(recent(V620))
    return [blocked.expected.fact for blocked in plan.blocked if isinstance(blocked.expected.fact, TaskDone)]


def names() -> list[str]:
    return [step.id.partition("@")[0] for step in upgrade().steps]


@pytest.mark.parametrize("row", GUIDE, ids=lambda row: f"{row.section} {row.module or 'cluster'}: {row.does}")
def test_no_step_of_the_guide_is_missing(row: Row) -> None:
    assert row.steps <= {*names()}


def test_no_step_is_superfluous() -> None:
    told = {name for row in GUIDE for name in row.steps}
    assert told.isdisjoint(ADDED)
    assert {*names()} == told | {*ADDED}
    assert all(ADDED.values())


def test_nothing_is_refused_or_left_to_a_person() -> None:
    assert upgrade().blocked == ()


@pytest.mark.parametrize("row", [row for row in GUIDE if row.module], ids=lambda row: f"{row.section} {row.module}")
def test_each_modules_steps_are_those_that_the_guide_has_for_it(row: Row) -> None:
    """Module by module: what the plan does for one, beside what the guide does."""
    ours = {step.id.partition("@")[0] for step in upgrade().steps if step.module == row.module} - {*ADDED}
    theirs = {name for other in GUIDE if other.module == row.module for name in other.steps}
    elsewhere = {name for name in theirs if name.startswith("unit.restart-apisix")}
    assert ours == theirs - elsewhere


def test_the_scripts_and_their_variables_come_before_every_product_as_in_the_guide() -> None:
    order = names()
    before = [order.index(name) for name in ("package.scripts", "bkcli.bkenv")]
    products = [order.index(name) for row in GUIDE if row.module for name in row.steps]
    assert before == sorted(before)
    assert before[-1] < min(products)


def test_in_one_apply_nothing_of_it_is_left() -> None:
    world = recent(V620)
    for fact in asked():
        world.facts[fact] = Known(True)
    plan, _, _ = planned(world)
    again, _, _ = planned(live(world, plan))
    assert again.steps == ()
