"""`apply` from a pristine 6.1 to 6.2.2, that nothing is left to do then, and that a reboot loses nothing."""

from typing import Any

import pytest
from conftest import Rebooted, Upgraded

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events if event.get("event")]


def test_apply_converges_from_pristine(upgraded: Upgraded) -> None:
    upgraded.apply.must(0)
    told = kinds(upgraded.apply.events)
    assert told[0] == "run-started"
    assert told[-1] == "run-ended"
    assert "step-failed" not in told
    assert upgraded.apply.events[-1]["verdict"] == "converged"


def test_check_then_names_nothing(upgraded: Upgraded) -> None:
    seen = upgraded.check.must(0).document
    assert (seen["verdict"], seen["drift"], seen["unknown"]) == ("converged", [], [])
    assert seen["advice"] == []
    assert seen["held"] > 100


def test_plan_is_then_empty(upgraded: Upgraded) -> None:
    plan = upgraded.plan.must(0).document
    assert (plan["steps"], plan["blocked"]) == ([], [])


def test_apply_again_does_nothing_and_writes_nothing_on_any_host(upgraded: Upgraded) -> None:
    upgraded.again.must(0)
    assert "step-started" not in kinds(upgraded.again.events)
    assert upgraded.written == []


def test_each_vendor_command_ran_once(upgraded: Upgraded) -> None:
    for words in (("install", "paas"), ("install", "bkauth"), ("install", "redis_cluster"), ("install", "bkenv")):
        assert len(upgraded.watch.started("/data/install/bkcli", *words)) == 1, words


def test_a_reboot_after_the_upgrade_loses_nothing(rebooted: Rebooted) -> None:
    """Followed by hand, the guide ends with a docker that finds none of its containers at its next start."""
    rest = {fact.split()[0] for fact in rebooted.drifted}
    assert rest <= {"consul.passing", "redis.cluster"}, "only what is still coming up"
    rebooted.apply.must(0)
