"""Certificates: where etcd's have to be, and that nothing is made again."""

import pytest

from actions.unit import StartUnit
from probes.certificate import CertificatesDamaged, CertificatesEnding, ServerNamesMissing
from probes.fact import Absent, AnyFact, AnyReading, Known
from probes.path import PathKind
from probes.unit import UnitActive
from reconciler.core.plan import Plan
from reconciler.rules import certificate
from tests.sim.worlds import World, finished, guide_cluster, live, study

CLUSTER = guide_cluster()
KEY = PathKind(host="10.0.0.3", path="/data/bkce/cert/etcd/etcd0-key.pem")


def plan_with(*readings: tuple[AnyFact, AnyReading]) -> Plan:
    world = finished(CLUSTER)
    return study(World(cluster=CLUSTER, facts={**world.facts, **dict(readings)}, other=world.other))[0]


def test_etcd_s_are_on_the_controller_and_on_its_own_hosts() -> None:
    files = {(e.fact.host, e.fact.path) for e in certificate.expect(CLUSTER) if isinstance(e.fact, PathKind)}
    names = ("etcd-ca.pem", "etcd0.pem", "etcd0-key.pem")
    assert files == {(host, f"/data/bkce/cert/etcd/{n}") for host in ("10.0.0.1", "10.0.0.3") for n in names}


def test_a_lost_key_is_reported_with_the_host_that_still_has_it_and_never_made_again() -> None:
    plan = plan_with((KEY, Absent()))
    assert plan.steps == ()
    (blocked,) = plan.blocked
    assert (blocked.diagnostic.code, dict(blocked.diagnostic.fields)["hosts"]) == ("certificate-missing", "10.0.0.1")


def test_before_etcd_is_installed_they_come_with_it() -> None:
    pristine = World(cluster=CLUSTER)
    plan, _ = study(pristine)
    assert KEY not in {blocked.expected.fact for blocked in plan.blocked}
    assert live(pristine, plan).facts[KEY] == Known("file")


def test_without_its_certificates_etcd_that_is_down_is_started_and_they_are_asked_for_afterwards() -> None:
    etcd = UnitActive(host="10.0.0.3", unit="etcd.service")
    plan = plan_with((KEY, Absent()), (etcd, Known("failed")))
    assert [step.action for step in plan.steps] == [StartUnit(host="10.0.0.3", unit="etcd.service")]


@pytest.mark.parametrize("directory", ["cert", "cert/etcd"])
def test_one_that_has_ended_is_reported_by_name(directory: str) -> None:
    fact = CertificatesEnding(host="10.0.0.1", directory=f"/data/bkce/{directory}", days=0)
    plan = plan_with((fact, Known(("old.pem 2025-06-01",))))
    assert plan.steps == ()
    assert [b.diagnostic.code for b in plan.blocked] == ["certificate-ended"]


def test_a_damaged_one_and_one_for_other_names_are_reported_and_nothing_is_made() -> None:
    damaged = CertificatesDamaged(host="10.0.0.3", directory="/data/bkce/cert/etcd")
    names = next(e.fact for e in certificate.expect(CLUSTER) if isinstance(e.fact, ServerNamesMissing))
    assert names.host == "10.0.0.2"
    plan = plan_with((damaged, Known(("etcd0.pem",))), (names, Known(("paas.example.com",))))
    assert plan.steps == ()
    assert [b.diagnostic.code for b in plan.blocked] == ["certificate-damaged"]
    assert [b.diagnostic.code for b in plan.advice] == ["certificate-for-other-names"], "it changes no verdict"
