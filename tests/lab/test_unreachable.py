"""A host that cannot be reached is unknown, not broken: the rest is told in full, and mended."""

from collections.abc import Iterator

import pytest

from tests.lab.machine.place import HOSTS
from tests.lab.support.operator import Desk, on

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

LOGIN = "container.state bk-paas-login @10.0.0.2"


@pytest.fixture
def cut_off(converged: Desk) -> Iterator[Desk]:
    """h3 with MySQL is out of reach; meanwhile a container was stopped on h2."""
    on(converged.lab, "h2", "docker stop -t 1 bk-paas-login")
    converged.lab.partition("h3")
    yield converged
    converged.lab.heal("h3")


def test_apply_mends_what_does_not_need_the_unreachable_host(cut_off: Desk) -> None:
    said = cut_off.bkrec("check", "-o", "json").must(4)
    print(f"check with one host cut off: {said.seconds:.1f} s")
    readings = said.document
    assert readings["verdict"] == "unknown"
    assert LOGIN in {drift["fact"] for drift in readings["drift"]}
    there = [unknown for unknown in readings["unknown"] if unknown["host"] == HOSTS["h3"]]
    assert {unknown["reading"]["why"]["code"] for unknown in there} == {"host-unreachable"}
    assert not [drift for drift in readings["drift"] if drift["host"] == HOSTS["h3"]]

    done = cut_off.bkrec("apply", "--yes", timeout_s=200)
    done.must(4)
    assert "[host-unreachable]" in done.err
    assert on(cut_off.lab, "h2", "docker inspect -f '{{.State.Status}}' bk-paas-login").strip() == "running"

    cut_off.lab.heal("h3")
    cut_off.until_converged()
