"""Base services, names and certificates on real hosts: what is taken away is named, what may be started is started."""

from collections.abc import Iterator

import pytest

from tests.lab.support.operator import Desk, on

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

CERTIFICATE = "/data/bkce/cert/etcd/etcd0-key.pem"


@pytest.fixture
def spoilt(repaired: Desk) -> Iterator[Desk]:
    """Redis would not come back after a reboot, RabbitMQ is down, h2 asks no consul, h3 has lost a key of etcd."""
    lab = repaired.lab
    on(lab, "h1", "systemctl disable redis@default")
    on(lab, "h2", "systemctl stop rabbitmq-server; cp /etc/resolv.conf /root/resolv")
    on(lab, "h2", "sed -i s/127.0.0.1/10.0.0.254/ /etc/resolv.conf")
    on(lab, "h3", f"mv {CERTIFICATE} /root/key")
    yield repaired
    on(lab, "h2", "cp /root/resolv /etc/resolv.conf")
    on(lab, "h3", f"[ -e {CERTIFICATE} ] || mv /root/key {CERTIFICATE}")


def test_each_is_named_and_only_what_may_be_started_or_enabled_is_repaired(spoilt: Desk) -> None:
    document = spoilt.bkrec("check", "-o", "json").must(2).document
    assert document["unknown"] == []
    named = {drift["fact"] for drift in document["drift"]}
    assert named - {"consul.passing rabbitmq @10.0.0.2"} == {
        "unit.enabled redis@default.service @10.0.0.1",
        "unit.active rabbitmq-server.service @10.0.0.2",
        "port.unit 5672 rabbitmq-server.service @10.0.0.2",
        "health.service rabbitmq 15672 1 /data/install/bin @10.0.0.2",
        "system.name consul.service.consul @10.0.0.2",
        "system.resolver  @10.0.0.2",
        f"path.kind {CERTIFICATE} @10.0.0.3",
    }
    assert {advised["fact"] for advised in document["advice"]} == {
        "health.service etcd 2379 1 /data/install/bin @10.0.0.3",
    }, "it cannot be asked without its key"
    assert {drift["module"] for drift in document["drift"]} == {"redis", "rabbitmq", "consul", "etcd"}

    done = spoilt.bkrec("apply", "--yes", "-o", "json", timeout_s=200).must(3)
    assert on(spoilt.lab, "h1", "systemctl is-enabled redis@default").strip() == "enabled"
    assert on(spoilt.lab, "h2", "systemctl is-active rabbitmq-server").strip() == "active"
    assert {"names-unresolved", "certificate-missing"} <= {word for word in done.all.split('"') if "-" in word}

    on(spoilt.lab, "h2", "cp /root/resolv /etc/resolv.conf")
    on(spoilt.lab, "h3", f"mv /root/key {CERTIFICATE}")
    spoilt.until_converged()
