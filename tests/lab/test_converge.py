"""`apply` of the whole guide from a pristine 6.1 to 6.2.2; nothing is left to do then, and a reboot loses nothing."""

import tomllib
from typing import Any

import pytest

from tests.lab.support.ledger import started
from tests.lab.support.operator import LEFT
from tests.lab.support.upgraded import Rebooted, Upgraded

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]


ONCE = {
    "install": (
        "bkenv", "paas", "bkauth", "etcd", "apigw", "apisix", "paas_plugins", "usermgr", "redis_cluster", "gse",
        "nodeman", "bkmonitorv3", "bklog",
    ),
    "upgrade": ("bkiam", "cmdb", "job"),
}  # fmt: skip
SAAS = ("bk_iam", "bk_user_manage", "bk_nodeman", "bk_sops", "bk_itsm", "bk_monitorv3", "bk_log_search")


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events if event.get("event")]


@pytest.mark.condition("debian-generations")
def test_apply_converges_from_pristine(upgraded: Upgraded) -> None:
    upgraded.apply.must(0)
    told = kinds(upgraded.apply.events)
    assert told[0] == "run-started"
    assert told[-1] == "run-ended"
    assert "step-failed" not in told
    assert told.count("run-started") == 1
    assert upgraded.apply.events[-1]["verdict"] == "converged"


def test_check_then_names_nothing(upgraded: Upgraded) -> None:
    readings = upgraded.check.must(0).document
    assert (readings["verdict"], readings["drift"], readings["unknown"]) == ("converged", [], [])
    assert readings["advice"] == []
    assert readings["matching"] > 400


def test_every_module_and_every_saas_had_its_steps(upgraded: Upgraded) -> None:
    """What the tests of the slice leave out is here, row by row, and nothing was in the way of any."""
    left = tomllib.loads(LEFT)["excluded"]
    plan = upgraded.decided.must(2).document
    assert plan["blocked"] == []
    done = {event["step"] for event in upgraded.apply.events if event.get("event") == "step-done"}
    worked_on = {step["module"] for step in plan["steps"] if step["id"] in done}
    placed_alone = {"monitorv3(ingester)", "iam_search_engine"}
    assert {name for name in left if not name.startswith("bk_")} - worked_on <= placed_alone
    deployed = [step for step in plan["steps"] if step["action"] == "saas.deploy" and step["id"] in done]
    assert len(deployed) == len([name for name in left if name.startswith("bk_")])


def test_plan_is_then_empty(upgraded: Upgraded) -> None:
    plan = upgraded.plan.must(0).document
    assert (plan["steps"], plan["blocked"]) == ([], [])


@pytest.mark.condition("client-histories")
def test_apply_again_does_nothing_and_writes_nothing_on_any_host(upgraded: Upgraded) -> None:
    upgraded.again.must(0)
    assert "step-started" not in kinds(upgraded.again.events)
    assert upgraded.written == []


@pytest.mark.parametrize(("verb", "module"), [(verb, module) for verb, modules in ONCE.items() for module in modules])
def test_each_vendor_command_ran_once(upgraded: Upgraded, verb: str, module: str) -> None:
    assert started(upgraded.ran).count(f"{verb} {module}") == 1


def test_job_was_given_one_echo_before_gse_was_replaced_and_one_before_it_was_retired(upgraded: Upgraded) -> None:
    """And none by all the looks that came with them."""
    assert [(job["script"], job["hosts"]) for job in upgraded.jobs] == [("echo bkrec\n", ["10.0.0.1"])] * 2
    told = [(event["event"], event["step"].partition("@")[0]) for event in upgraded.apply.events if "step" in event]
    trials = (told.index(("step-done", "smoke-test.record")), told.index(("step-started", "smoke-test.run")))
    assert trials[0] < told.index(("step-started", "bkcli.install-gse")) < trials[1]
    done = told.index(("step-done", "smoke-test.run"))
    retired = [
        n for n, (event, step) in enumerate(told) if (event, step[:19]) == ("step-started", "unit.retire-bk-gse-")
    ]
    assert len(retired) == 7
    assert done < min(retired)


def test_a_deployment_that_timed_out_was_tried_once_more_and_no_other(upgraded: Upgraded) -> None:
    """The guide's own advice for the monitor's; `bkcli install saas-o` had exited 0."""
    said = [event["line"] for event in upgraded.apply.events if event.get("event") == "step-output"]
    assert len([line for line in said if line.startswith("deploy bk_monitorv3: still running")]) == 1
    for code in SAAS:
        assert len([line for line in said if line.startswith(f"deploy {code} ")]) == 1, code


def test_a_reboot_after_the_upgrade_loses_nothing(rebooted: Rebooted) -> None:
    """Followed by hand, the guide ends with a docker that finds none of its containers at its next start."""
    rest = {fact.split()[0] for fact in rebooted.drifted}
    coming = {"consul.passing", "redis.cluster", "steady.recently-started", "container.unsteady", "http.unserved"}
    assert rest <= coming, "only what is still coming up"
    rebooted.apply.must(0)
