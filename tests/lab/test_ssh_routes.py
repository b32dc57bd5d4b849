"""Other ways to the hosts: BlueKing's own key on the controller, a user who is not root but may sudo, a hardened sshd.

BKREC_LAB=routes pytest -m campaign tests/lab/test_ssh_routes.py      # two upgrades, with one channel a connection
"""

from pathlib import Path
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.file_traces import wrote
from tests.lab.support.operator import Desk, fresh, on, undated

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

WAYS = {
    "via-the-controller": {"ssh": 'via = "controller"'},
    "ops-with-sudo": {"controller": 'user = "ops"'},
    "ops-via-the-controller": {"ssh": 'via = "controller"', "controller": 'user = "ops"'},
}


@pytest.fixture(scope="module")
def desk(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return fresh(lab, tmp_path_factory.mktemp("ways") / "desk")


@pytest.fixture(scope="module")
def as_root(desk: Desk) -> dict[str, Any]:
    desk.configure()
    return undated(desk.bkrec("check", "-o", "json").must(2).document)


@pytest.mark.condition("client-histories")
@pytest.mark.parametrize("way", WAYS)
def test_check_reads_the_same_and_writes_nothing(desk: Desk, as_root: dict[str, Any], way: str) -> None:
    desk.configure(**WAYS[way])
    said, written = wrote(desk.lab, lambda: desk.bkrec("check", "-o", "json").must(2))
    assert undated(said.document) == as_root
    assert written == []


ONE_CHANNEL = """echo 'MaxSessions 1' > /etc/ssh/sshd_config.d/00-hardened.conf
systemctl reload ssh.service
sshd -T | grep -qx 'maxsessions 1'"""


@pytest.mark.condition("max-sessions-apply")
@pytest.mark.campaign
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("way", ["direct", "via-the-controller"])
def test_a_whole_upgrade_needs_one_channel_of_each_connection(lab: Lab, tmp_path: Path, way: str) -> None:
    """CIS asks for MaxSessions 4 or fewer; 1 is the least there is. A job's log is followed beside all other reads."""
    desk = fresh(lab, tmp_path / "desk", whole=True)
    desk.configure(**WAYS.get(way, {}))
    for host in HOSTS:
        on(lab, host, ONE_CHANNEL)
    desk.bkrec("apply", "--yes", timeout_s=900).must(0)
    assert desk.check()["verdict"] == "converged"
