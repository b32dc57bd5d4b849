"""Other ways to the hosts: BlueKing's own key on the controller, and a user who is not root but may sudo."""

from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.support.file_traces import wrote
from tests.lab.support.operator import Desk, fresh

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
    return desk.bkrec("check", "-o", "json").must(2).document


@pytest.mark.parametrize("way", WAYS)
def test_check_reads_the_same_and_writes_nothing(desk: Desk, as_root: dict[str, Any], way: str) -> None:
    desk.configure(**WAYS[way])
    said, written = wrote(desk.lab, lambda: desk.bkrec("check", "-o", "json").must(2))
    assert said.document == as_root
    assert written == []
