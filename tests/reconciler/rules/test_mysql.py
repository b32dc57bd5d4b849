"""MySQL: privileges that were revoked from a product's user, and on whose server that is looked for."""

from probes.fact import AnyFact, AnyReading, Known
from probes.mysql import PrivilegesMissing
from reconciler.core.placement import build_cluster
from reconciler.rules import mysql
from specs.cluster import Cluster
from tests.sim.worlds import CONFIG, World, file, finished, guide_cluster, release, study

CLUSTER = guide_cluster()


def privileges(cluster: Cluster) -> dict[str, str]:
    return {e.fact.user: e.module for e in mysql.expect(cluster) if isinstance(e.fact, PrivilegesMissing)}


def test_each_product_s_user_is_asked_about_on_the_server_of_the_cluster() -> None:
    assert privileges(CLUSTER) == {
        "apigw": "apigw", "bkauth": "auth", "bklog": "log", "bkmonitorv3": "monitorv3", "bkssm": "ssm", "iam": "iam",
        "job": "job", "nodeman": "nodeman", "paas": "paas", "usermgr": "usermgr",
    }  # fmt: skip


def test_a_product_that_is_not_installed_has_no_user() -> None:
    cluster = build_cluster(file(), release(), CONFIG.replace(",ssm", ""))
    assert privileges(CLUSTER).keys() - privileges(cluster).keys() == {"bkssm"}


def test_what_the_users_of_a_server_elsewhere_may_do_its_owner_knows() -> None:
    assert privileges(build_cluster(file(), release(), CONFIG.replace(",mysql", ""))) == {}


def test_a_revoked_privilege_is_reported_and_granted_by_nobody() -> None:
    world = finished(CLUSTER)
    (fact,) = (f for f in world.facts if isinstance(f, PrivilegesMissing) and f.user == "iam")
    spoilt: dict[AnyFact, AnyReading] = {
        **world.facts,
        fact: Known(("iam@10.0.0.1 INSERT", "iam@10.0.0.3 INSERT UPDATE")),
    }
    plan = study(World(cluster=CLUSTER, facts=spoilt, other=world.other))[0]
    assert plan.steps == ()
    (blocked,) = plan.blocked
    assert (blocked.diagnostic.code, blocked.diagnostic.where) == ("mysql-privileges-missing", "10.0.0.1")
    accounts = dict(blocked.diagnostic.fields)["accounts"]
    assert accounts == "iam@10.0.0.1 INSERT, iam@10.0.0.3 INSERT UPDATE"
