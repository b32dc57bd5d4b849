"""A masked unit: refused once, and nothing is planned that is known to fail; one of 6.1 is retired all the same."""

import pytest

from probes.current import UnitCurrent
from probes.fact import Absent, AnyFact, AnyReading, Known, fact_id
from probes.path import VersionText
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.plan import Plan
from tests.sim.worlds import World, finished, guide_cluster, study

WHOLE = guide_cluster()
WEB = ("10.0.0.3", "bk-cmdb-web.service")
ACTIVE, BOOT = UnitActive(host=WEB[0], unit=WEB[1]), UnitEnabled(host=WEB[0], unit=WEB[1])


def planned(*readings: tuple[AnyFact, AnyReading]) -> Plan:
    world = finished(WHOLE)
    world.facts.update(readings)
    return study(world)[0]


def refused(plan: Plan) -> list[tuple[str, str]]:
    return [(blocked.diagnostic.code, fact_id(blocked.expected.fact)) for blocked in plan.blocked]


@pytest.mark.parametrize("masked", ["masked", "masked-runtime"])
@pytest.mark.parametrize("state", ["inactive", "failed"])
def test_it_is_neither_started_nor_enabled_and_told_once(masked: str, state: str) -> None:
    plan = planned((BOOT, Known(masked)), (ACTIVE, Known(state)))
    assert plan.steps == ()
    assert refused(plan) == [("unit-not-enabled", fact_id(BOOT))]
    assert plan.blocked[0].blocks == (fact_id(ACTIVE),)


def test_what_its_module_is_to_be_installed_for_waits_for_that_one_cause() -> None:
    """`systemctl enable --now` of a masked unit fails in the middle of the vendor's installer."""
    host, unit = "10.0.0.3", "bk-auth.service"
    boot, active = UnitEnabled(host=host, unit=unit), UnitActive(host=host, unit=unit)
    version = VersionText(host=host, path=WHOLE.home("bkauth/VERSION"))
    plan = planned((boot, Known("masked")), (active, Known("inactive")), (version, Absent()))
    assert [step.id for step in plan.steps if "auth" in step.id] == []
    assert refused(plan) == [("unit-not-enabled", fact_id(boot))]


def test_one_that_runs_old_files_is_not_restarted() -> None:
    file = WHOLE.home("cmdb/VERSION")
    old = UnitCurrent(host=WEB[0], unit=WEB[1], file=file)
    plan = planned((BOOT, Known("masked")), (old, Known(False)))
    assert plan.steps == ()
    assert refused(plan) == [("unit-not-enabled", fact_id(BOOT))]
    assert fact_id(old) in plan.blocked[0].blocks


def test_from_6_1_whatever_upgrades_its_module_waits_and_the_rest_goes_on() -> None:
    world = World(cluster=WHOLE, facts={BOOT: Known("masked"), ACTIVE: Known("inactive")})
    plan, _ = study(world)
    whole, _ = study(World(cluster=WHOLE))
    left_out = {step.id.rpartition("-")[0] for step in whole.steps} - {
        step.id.rpartition("-")[0] for step in plan.steps
    }
    assert "bkcli.upgrade-cmdb@10.0.0.1" in left_out
    assert [told[0] for told in refused(plan)] == ["unit-not-enabled"]
    assert "bkcli.install-paas@10.0.0.1" in {step.id.rpartition("-")[0] for step in plan.steps}


def test_one_of_6_1_is_retired_though_it_is_masked() -> None:
    old = UnitActive(host="10.0.0.2", unit="bk-paas-esb.service")
    plan = planned((old, Known("inactive")), (UnitEnabled(host=old.host, unit=old.unit), Known("masked")))
    assert [step.id.rpartition("-")[0] for step in plan.steps] == ["unit.retire-bk-paas-esb.service@10.0.0.2"]
    assert plan.blocked == ()
