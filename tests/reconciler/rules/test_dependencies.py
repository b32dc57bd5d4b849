"""What rests on what: one thing breaks on a finished cluster, and is named as the cause of all that fails with it."""

from collections.abc import Callable, Iterable
from random import Random

import pytest

from probes.consul import ConsulPassing
from probes.container import AppContainer, ContainerImage, ContainerState, DockerDataRoot, DockerFault
from probes.fact import Absent, AnyFact, AnyReading, Drift, Known, Unknown, fact_id
from probes.http import PagesUnserved
from probes.mysql import AppRegistered, LoginPath, MysqlUser, PrivilegesMissing, SaasVariable
from probes.path import PathKind
from probes.port import PortUnit
from probes.saas import SaasOnline
from probes.steady import RecentlyStartedUnits
from probes.system import NameResolved, NamesOverridden
from probes.unit import UnitActive, UnitEnabled
from reconciler.core.causes import with_causes
from reconciler.core.diff import Difference, UnreadHost, diff
from reconciler.rules.registry import expected_facts, rests_on
from specs.diagnostic import diagnose
from specs.reason import reason
from tests.sim.proof import DONE, WHOLE
from tests.sim.states import instead

EXPECTED = expected_facts(WHOLE)
MYSQL = UnitActive(host="10.0.0.3", unit="mysql@default.service")
CONSUL = UnitActive(host="10.0.0.1", unit="consul.service")
OPENRESTY = UnitActive(host="10.0.0.2", unit="openresty.service")
DOCKER = DockerFault(host="10.0.0.2")
NAME = NameResolved(host="10.0.0.1", name="consul.service.consul")
LINES = NamesOverridden(host="10.0.0.1")
(IAM_ACCOUNT,) = (e.fact for e in EXPECTED if isinstance(e.fact, PrivilegesMissing) and e.fact.user == "iam")
UNASKED = Unknown(reason("mysql-unreachable", login_path="x", error="2003"))
CRITICAL = Known("critical")
NO_DOCKER = Unknown(reason("docker-not-answering"))
ALL_502 = Known(tuple(f"/o/{app.code}/ 502" for app in WHOLE.release.apps))
NO_INGRESS = Known(("http://paas.service.consul refused",))
Spoilt = dict[AnyFact, AnyReading]


def of_kind(*kinds: type[AnyFact], host: str = "") -> list[AnyFact]:
    return [e.fact for e in EXPECTED if isinstance(e.fact, kinds) and host in ("", e.fact.host)]


def every(kinds: tuple[type[AnyFact], ...], reading: AnyReading, host: str = "") -> Spoilt:
    return dict.fromkeys(of_kind(*kinds, host=host), reading)


def health(*services: str, host: str = "", reading: AnyReading = CRITICAL) -> Spoilt:
    return {
        fact: reading
        for fact in of_kind(ConsulPassing, host=host)
        if isinstance(fact, ConsulPassing) and (not services or fact.service in services)
    }


def compared(spoilt: Spoilt, unread: Iterable[str] = ()) -> Difference:
    readings = dict(DONE.facts) | spoilt
    silent = {host: diagnose("host-unreachable", where=host, error="no answer") for host in unread}
    for fact in readings:
        if fact.host in silent:
            readings[fact] = Unknown(reason("host-unreachable", host=fact.host, error="no answer"))
    return with_causes(diff(EXPECTED, readings), rests_on(WHOLE), silent)


def mysql_stopped() -> Spoilt:
    """Every product of it fails, none is asked any more, no page is there."""
    asked = (LoginPath, MysqlUser, AppRegistered, SaasVariable, SaasOnline)
    failing = {UnitActive(host="10.0.0.3", unit="bk-auth.service"): Known("failed")}
    port = {fact: Absent() for fact in of_kind(PortUnit) if getattr(fact, "port", 0) == 3306}
    return {
        MYSQL: Known("inactive"),
        **port,
        **health("mysql-default", "bkauth", "bkiam", "paas-login"),
        **every(asked, UNASKED),
        **failing,
        **every((PagesUnserved,), ALL_502),
    }


def docker_stopped() -> Spoilt:
    containers = (ContainerState, ContainerImage, DockerDataRoot, AppContainer)
    return {
        DOCKER: Known("not-answering"),
        **every(containers, NO_DOCKER, "10.0.0.2"),
        **health("paas-login", "paas-esb", host="10.0.0.2"),
        **every((PagesUnserved,), ALL_502),
    }


def consul_stopped() -> Spoilt:
    port = {fact: Absent() for fact in of_kind(PortUnit, host=CONSUL.host) if getattr(fact, "unit", "") == CONSUL.unit}
    unasked = Unknown(reason("consul-not-answering", service="x", status="7"))
    return {
        CONSUL: Known("inactive"),
        **port,
        NAME: Known("unresolved by 127.0.0.1"),
        **health(host=CONSUL.host, reading=unasked),
        **every((PagesUnserved,), Known(("http://paas.service.consul unresolved",))),
    }


def resolver_gone() -> Spoilt:
    return {
        NAME: Known("unresolved by 8.8.8.8"),
        UnitActive(host="10.0.0.1", unit="bk-iam.service"): Known("activating"),
        **health("bkiam", host="10.0.0.1"),
        **every((PagesUnserved,), Known(("http://paas.service.consul unresolved",))),
    }


def mysql_led_elsewhere() -> Spoilt:
    """By a line of /etc/hosts, on one host."""
    asked = (LoginPath, MysqlUser, AppRegistered, SaasVariable, SaasOnline)
    return {
        LINES: Known(("MySQL-default.service.consul 10.9.9.9",)),
        UnitActive(host=LINES.host, unit="bk-iam.service"): Known("activating"),
        **health("bkiam", host=LINES.host),
        **every(asked, UNASKED),
    }


def privileges_revoked() -> Spoilt:
    return {
        IAM_ACCOUNT: Known(("iam@10.0.0.1 INSERT",)),
        UnitActive(host="10.0.0.1", unit="bk-iam.service"): Known("activating"),
        **health("bkiam", host="10.0.0.1"),
    }


def ingress_led_elsewhere() -> Spoilt:
    return {LINES: Known(("paas.service.consul 10.9.9.9",)), **every((PagesUnserved,), NO_INGRESS)}


def ingress_stopped() -> Spoilt:
    return {OPENRESTY: Known("inactive"), **every((PagesUnserved,), NO_INGRESS)}


def certificates_gone() -> Spoilt:
    """Etcd does not start without them."""
    paths = [fact for fact in of_kind(PathKind, host="10.0.0.3") if "/etcd" in getattr(fact, "path", "")]
    units = [fact for fact in of_kind(UnitActive) if "etcd" in getattr(fact, "unit", "")]
    assert paths
    assert units
    return {paths[0]: Absent(), **dict.fromkeys(units, Known("failed"))}


def unit_masked() -> Spoilt:
    unit = "bk-auth.service"
    return {
        UnitEnabled(host="10.0.0.3", unit=unit): Known("masked"),
        UnitActive(host="10.0.0.3", unit=unit): Known("inactive"),
        **health("bkauth"),
    }


def unit_gone() -> Spoilt:
    unit = "bk-auth.service"
    return {
        UnitActive(host="10.0.0.3", unit=unit): Absent(),
        UnitEnabled(host="10.0.0.3", unit=unit): Absent(),
        **health("bkauth"),
    }


@pytest.mark.parametrize(
    ("spoilt", "cause"),
    [
        (mysql_stopped, MYSQL),
        (docker_stopped, DOCKER),
        (consul_stopped, CONSUL),
        (resolver_gone, NAME),
        (ingress_stopped, OPENRESTY),
        (mysql_led_elsewhere, LINES),
        (privileges_revoked, IAM_ACCOUNT),
        (ingress_led_elsewhere, LINES),
        (unit_masked, UnitEnabled(host="10.0.0.3", unit="bk-auth.service")),
        (unit_gone, UnitActive(host="10.0.0.3", unit="bk-auth.service")),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_one_cause_is_named_and_all_else_follows_from_it(spoilt: Callable[[], Spoilt], cause: AnyFact) -> None:
    readings = spoilt()
    found = compared(readings)
    facts = {drift.expected.fact for drift in (*found.drift, *found.unknown)}
    assert facts == set(readings)
    assert {fact_id(fact) for fact in facts - found.causes.keys()} == {fact_id(cause)}
    assert set(found.causes.values()) == {cause}


def test_a_unit_that_fails_follows_from_its_missing_certificate() -> None:
    found = compared(certificates_gone())
    (cause,) = set(found.causes.values())
    assert isinstance(cause, PathKind)
    assert {type(fact) for fact in found.causes} == {UnitActive}


def test_a_unit_that_somebody_stopped_is_a_cause_of_its_own_beside_a_database_that_is_down() -> None:
    stopped = UnitActive(host="10.0.0.3", unit="bk-auth.service")
    found = compared({**mysql_stopped(), stopped: Known("inactive")})
    alone = {d.expected.fact for d in found.drift} - found.causes.keys()
    assert alone == {MYSQL, stopped}


def test_a_container_that_was_removed_is_a_cause_of_its_own() -> None:
    state = ContainerState(host="10.0.0.2", container="bk-paas-login")
    image = ContainerImage(host="10.0.0.2", container="bk-paas-login")
    found = compared({state: Absent(), image: Absent(), **health("paas-login"), MYSQL: Known("inactive")})
    assert found.causes == {image: state, ConsulPassing(host="10.0.0.2", service="paas-login"): state}


def test_a_port_that_another_program_took_follows_from_nothing() -> None:
    port = next(fact for fact in of_kind(PortUnit) if getattr(fact, "port", 0) == 3306)
    found = compared({port: Known("sshd (812)"), MYSQL: Known("inactive")})
    assert port not in found.causes


def test_units_that_die_again_and_again_follow_from_what_they_use() -> None:
    young = next(
        fact
        for fact in of_kind(RecentlyStartedUnits, host="10.0.0.3")
        if "bk-auth.service" in getattr(fact, "units", ())
    )
    found = compared({MYSQL: Known("inactive"), young: Known(("bk-auth.service",))})
    assert found.causes == {young: MYSQL}


def test_a_silent_host_is_before_all_of_it() -> None:
    found = compared({**health("bkiam"), **every((SaasOnline,), UNASKED)}, unread=("10.0.0.3",))
    (cause,) = set(found.causes.values())
    assert isinstance(cause, UnreadHost)
    assert cause.host == "10.0.0.3"
    assert {d.expected.fact for d in found.unknown} <= found.causes.keys()
    assert set(of_kind(SaasOnline)) <= found.causes.keys()


def test_copies_whose_original_is_on_a_silent_host_follow_from_that() -> None:
    found = compared({}, unread=(WHOLE.controller,))
    (cause,) = set(found.causes.values())
    assert isinstance(cause, UnreadHost)
    copies = {d.expected.fact for d in found.unknown if d.expected.fact.host != WHOLE.controller}
    assert copies
    assert copies <= found.causes.keys()
    assert found.drift == ()


def test_a_line_of_etc_hosts_explains_nothing_that_does_not_use_its_name() -> None:
    unserved = every((PagesUnserved,), NO_INGRESS)
    asked = every((SaasOnline,), UNASKED)
    found = compared({LINES: Known(("kafka.service.consul 10.9.9.9",)), **unserved, **asked})
    assert LINES not in found.causes.values()


def test_a_server_that_is_down_comes_before_a_line_of_etc_hosts_that_names_it() -> None:
    found = compared({**mysql_stopped(), LINES: Known(("mysql-default.service.consul 10.0.0.3",))})
    assert {d.expected.fact for d in (*found.drift, *found.unknown)} - found.causes.keys() == {MYSQL, LINES}
    assert set(found.causes.values()) == {MYSQL}


def test_an_independent_fault_elsewhere_is_never_put_under_a_cause() -> None:
    elsewhere = NameResolved(host="10.0.0.2", name=NAME.name)
    found = compared({**consul_stopped(), elsewhere: Known("unresolved by 8.8.8.8")})
    assert elsewhere not in found.causes


@pytest.mark.parametrize("seed", range(40))
def test_nothing_follows_from_itself_in_any_state(seed: int) -> None:
    """Whatever differs at once: what rests on what never goes in a circle."""
    random = Random(seed)
    spoilt: Spoilt = {e.fact: random.choice(instead(e)) for e in EXPECTED if random.random() < 0.5}
    found = compared(spoilt)
    findings = {drift.expected.fact: drift for drift in found.drift}
    edges = {fact: [f for f in rests_on(WHOLE)(drift, findings) if f in findings] for fact, drift in findings.items()}
    finished: set[AnyFact] = set()
    for fact in findings:
        _walk(fact, edges, finished, ())
    assert all(cause not in found.causes for cause in found.causes.values())


def _walk(
    fact: AnyFact, edges: dict[AnyFact, list[AnyFact]], finished: set[AnyFact], path: tuple[AnyFact, ...]
) -> None:
    assert fact not in path, " -> ".join(fact_id(f) for f in (*path, fact))
    if fact not in finished:
        for below in edges[fact]:
            _walk(below, edges, finished, (*path, fact))
        finished.add(fact)


def test_base_services_serve_each_other_in_no_circle() -> None:
    modules = {module.name: module for module in WHOLE.release.modules}

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        users = (user for serves in modules[name].serves for user in serves.modules)
        for user in users:
            walk(user, (*path, name)) if modules[user].serves else None

    for name in modules:
        walk(name, ())


def test_every_expectation_may_be_asked_what_it_rests_on() -> None:
    """No family stumbles over a reading that its own facts can have."""
    for expected in EXPECTED:
        for reading in (*instead(expected), Unknown(reason("not-read"))):
            below = rests_on(WHOLE)(Drift(expected=expected, reading=reading), {})
            assert expected.fact not in tuple(below)
