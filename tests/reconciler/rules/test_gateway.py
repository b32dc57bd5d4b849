"""Released gateways and values of SaaS variables: what they follow from, and that nothing of theirs is overwritten."""

from actions.saas import AddSaasVariables
from probes.env import EnvValue
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.gateway import GatewayReleased
from probes.mysql import LoginPath, SaasVariable
from probes.saas import SaasValue
from probes.seal import SealChanges, SealedFile
from reconciler.core.causes import with_causes
from reconciler.core.diff import diff
from reconciler.core.plan import Plan
from reconciler.rules import seal
from reconciler.rules.registry import expected_facts, rests_on
from specs.reason import reason
from tests.sim.worlds import World, finished, guide_cluster, pristine, study

CLUSTER = guide_cluster()
WORLD = finished(CLUSTER)
CONTROLLER = CLUSTER.controller
VALUES = {e.fact.name: e.fact for e in expected_facts(CLUSTER) if isinstance(e.fact, SaasValue)}
GATEWAYS = {e.fact.gateway: e.fact for e in expected_facts(CLUSTER) if isinstance(e.fact, GatewayReleased)}
ENGINE = VALUES["BKAPP_IAM_ENGINE_HOST"]


def plan_with(*readings: tuple[AnyFact, AnyReading], world: World = WORLD) -> Plan:
    return study(World(cluster=CLUSTER, facts={**world.facts, **dict(readings)}, other=world.other))[0]


def codes(plan: Plan) -> dict[AnyFact, str]:
    return {blocked.expected.fact: blocked.diagnostic.code for blocked in plan.blocked}


def test_values_are_made_of_the_merged_variables_and_of_install_config() -> None:
    assert {name: fact.made_of for name, fact in VALUES.items()} == {
        "BKAPP_BK_GSE_APIGATEWAY": "${BK_API_GATEWAY_GSE_URL}",
        "BKAPP_BACKEND_HOST": "http://10.0.0.3:80",
        "BKAPP_ENABLE_DHCP": "true",
        "BKAPP_DEPLOY_PLATFORM": "community",
        "BKAPP_IAM_RESOURCE_API_HOST": "${BK_PAAS_PRIVATE_URL}/o/bk_monitorv3",
        "BKAPP_ENABLE_IPV6": "true",
        "BKAPP_IAM_ENGINE_HOST": "http://${BK_IAM_SEARCH_ENGINE_PRIVATE_ADDR}",
        "BKAPP_REDIS_MODE": "single",
        "BKAPP_GSE_VERSION": "${BK_GSE_AGENT_VERSION}",
    }


def test_a_value_that_somebody_changed_is_reported_and_never_overwritten() -> None:
    plan = plan_with((ENGINE, Known(False)))
    assert plan.steps == ()
    assert codes(plan) == {ENGINE: "saas-value-differs"}


def test_a_value_that_somebody_changed_holds_nothing_up() -> None:
    """The SaaS that reads it is deployed all the same, and the step for another's variable is there."""
    missing = SaasVariable(host=CONTROLLER, login_path="mysql-paas", app_code="bk_log_search", name="BKAPP_REDIS_HOST")
    plan = plan_with((ENGINE, Known(False)), (missing, Absent()))
    assert [type(step.action) for step in plan.steps] == [AddSaasVariables]
    assert codes(plan) == {}, "the vendor's call writes every variable anew"


def test_without_the_variable_its_value_follows_from_it() -> None:
    missing = SaasVariable(host=CONTROLLER, login_path="mysql-paas", app_code="bk_iam", name="BKAPP_IAM_ENGINE_HOST")
    readings = {**WORLD.facts, missing: Absent(), ENGINE: Absent()}
    found = with_causes(diff(expected_facts(CLUSTER), readings), rests_on(CLUSTER), {})
    assert found.causes[ENGINE] == missing


def test_a_value_made_of_a_variable_that_differs_follows_from_that() -> None:
    key = "BK_GSE_AGENT_VERSION"
    value = next(fact for fact in VALUES.values() if key in fact.made_of)
    merged = [e.fact for e in expected_facts(CLUSTER) if isinstance(e.fact, EnvValue) and e.fact.key == key]
    readings: dict[AnyFact, AnyReading] = {**WORLD.facts, value: Known(False), merged[0]: Known("v2")}
    found = with_causes(diff(expected_facts(CLUSTER), readings), rests_on(CLUSTER), {})
    assert found.causes[value] == merged[0]
    assert codes(plan_with((value, Known(False)), (merged[0], Known("v2")))) == {}


def test_gateways_are_expected_of_the_products_that_register_them() -> None:
    assert {name: (fact.host, fact.login_path, fact.stage) for name, fact in GATEWAYS.items()} == {
        "bk-gse": (CONTROLLER, "mysql-apigw", "prod"),
        "bk-apigateway": (CONTROLLER, "mysql-apigw", "prod"),
    }


def test_a_gateway_that_is_not_released_after_the_installation_is_reported_with_what_to_do() -> None:
    plan = plan_with((GATEWAYS["bk-gse"], Absent()))
    assert plan.steps == ()
    assert codes(plan) == {GATEWAYS["bk-gse"]: "gateway-not-released"}


def test_before_the_installation_a_gateway_follows_from_it() -> None:
    plan, _ = study(World(cluster=CLUSTER, facts={}, other=pristine))
    assert {derived.expected.fact for derived in plan.derived} >= set(GATEWAYS.values())
    assert not set(codes(plan)) & {*GATEWAYS.values(), *VALUES.values()}


def test_what_cannot_be_asked_of_mysql_follows_from_the_login_path() -> None:
    login = LoginPath(host=CONTROLLER, login_path="mysql-apigw")
    readings: dict[AnyFact, AnyReading] = {**WORLD.facts, login: Absent(), GATEWAYS["bk-gse"]: Absent()}
    found = with_causes(diff(expected_facts(CLUSTER), readings), rests_on(CLUSTER), {})
    assert found.causes[GATEWAYS["bk-gse"]] == login


def test_sealed_rows_that_could_not_be_read_follow_from_the_login_path() -> None:
    sealed: dict[AnyFact, AnyReading] = {SealChanges(host=CONTROLLER): Known(("unread registrations gateway",))}
    cluster = seal.with_seal(CLUSTER, sealed)
    rows = SealedFile(host=CONTROLLER, part="registrations", path="gateway")
    login = LoginPath(host=CONTROLLER, login_path="mysql-apigw")
    unread: AnyReading = Unknown(reason("seal-part-unread", part="registrations"))
    readings: dict[AnyFact, AnyReading] = {**WORLD.facts, login: Known("denied"), rows: unread}
    found = with_causes(diff(expected_facts(cluster), readings), rests_on(cluster), {})
    assert found.causes[rows] == login


def test_a_row_that_another_finding_names_is_not_reported_twice() -> None:
    changes = ("content registrations saas:bk_iam:all:BKAPP_IAM_ENGINE_HOST", "gone registrations gateway:bk-gse:prod")
    cluster = seal.with_seal(CLUSTER, {SealChanges(host=CONTROLLER): Known(changes)})
    rows = {
        expected.fact: Known(change.split()[0]) for expected, change in zip(seal.expect(cluster), changes, strict=True)
    }
    readings: dict[AnyFact, AnyReading] = {**WORLD.facts, **rows, ENGINE: Known(False)}
    found = seal.without_repeated(diff(expected_facts(cluster), readings))
    drifted = [drift.expected.fact for drift in found.drift]
    assert drifted == [ENGINE, SealedFile(host=CONTROLLER, part="registrations", path="gateway:bk-gse:prod")]


def test_the_controllers_manifest_names_the_platforms_apps_and_gateways_and_another_hosts_none() -> None:
    words = seal.scope(CLUSTER, CONTROLLER).splitlines()
    assert {"@saas\tmysql-paas\tbk_sops", "@gateway\tmysql-apigw\tbk-gse", "@root\tscripts\t/root/.migrate"} <= set(
        words
    )
    assert not [word for word in seal.scope(CLUSTER, "10.0.0.2").splitlines() if word.startswith(("@saas", "@gateway"))]
