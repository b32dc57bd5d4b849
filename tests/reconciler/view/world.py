"""A small cluster made of facts, for the texts and documents: three drifts, one unread, two steps, one blocked."""

from typing import Any

from actions.unit import RetireUnit, StartUnit
from probes.fact import Absent, AnyFact, AnyReading, Expected, Known, Unknown
from probes.install_config import ModuleHosts
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.diff import Difference, diff
from reconciler.core.plan import Blocked, Dependency, Derived, Plan, RepairedFact, Step
from specs.diagnostic import diagnose
from specs.reason import InlineReason, reason
from specs.text import LocalizedText

PORT = InlineReason(en="the login process of 6.1 holds port 8003", zh="6.1 的登录进程占用 8003 端口")
AUTH = InlineReason(en="bkauth answers for every application", zh="所有应用都由 bkauth 认证")
TITLES = {"paas": LocalizedText(en="PaaS platform", zh="PaaS 平台"), "auth": LocalizedText(en="BKAuth", zh="BKAuth")}

LOGIN = UnitActive(host="10.0.0.2", unit="bk-paas-login.service")
BKAUTH = UnitActive(host="10.0.0.3", unit="bk-auth.service")
BOOT = UnitEnabled(host="10.0.0.3", unit="bk-auth.service")
ETCD = ModuleHosts(host="10.0.0.1", path="/data/install/install.config", module="etcd")

EXPECTED: tuple[Expected[Any], ...] = (
    LOGIN.must_be_absent(because=PORT, source="guide 7.1", module="paas"),
    BKAUTH.must_be("active", because=AUTH, source="guide 7.3", module="auth"),
    BOOT.must_be("enabled", because=AUTH, source="guide 7.3", module="auth"),
    ETCD.must_be(("10.0.0.3", "10.0.0.1"), because=PORT, source="guide 6.2", module="etcd"),
)
READINGS: dict[AnyFact, AnyReading] = {
    LOGIN: Known("active"),
    BKAUTH: Known("inactive"),
    BOOT: Unknown(reason("unit-not-shown", unit="bk-auth.service")),
    ETCD: Known(("10.0.0.2", "10.0.0.3")),
}
RIGHT: dict[AnyFact, AnyReading] = {
    LOGIN: Absent(),
    BKAUTH: Known("active"),
    BOOT: Known("enabled"),
    ETCD: Known(("10.0.0.3", "10.0.0.1")),
}

RETIRE = Step(
    id="unit.retire-bk-paas-login.service@10.0.0.2-1f2e3d",
    action=RetireUnit(host="10.0.0.2", unit="bk-paas-login.service", service="paas"),
    module="paas",
    section="7.1",
    because=PORT,
    source="guide 7.1",
    repairs=(RepairedFact(expected=EXPECTED[0], reading=READINGS[LOGIN], needed=False),),
    requires=(),
)
START = Step(
    id="unit.start-bk-auth.service@10.0.0.3-aabbcc",
    action=StartUnit(host="10.0.0.3", unit="bk-auth.service"),
    module="auth",
    section="7.3",
    because=AUTH,
    source="guide 7.3",
    repairs=(RepairedFact(expected=EXPECTED[1], reading=READINGS[BKAUTH], needed=False),),
    requires=(),
    after=(Dependency(step=RETIRE.id, because=PORT, source="guide 7.1"),),
)
STUCK = diagnose("usage", where="10.0.0.1", message="stuck", help="bkrec plan --help")
PLAN = Plan(
    release="6.2.2",
    steps=(RETIRE, START),
    blocked=(Blocked(expected=EXPECTED[3], diagnostic=STUCK, blocks=("one fact", "another fact")),),
    derived=(Derived(expected=EXPECTED[2], depends_on=(EXPECTED[1],)),),
)
NOTHING = Plan(release="6.2.2", steps=(), blocked=())


def difference(readings: dict[AnyFact, AnyReading] = READINGS) -> Difference:
    return diff(EXPECTED, readings)
