"""An upgrade in three nights on real hosts: two parts, the controller rebooted after each, then the rest.

    pytest -m campaign tests/lab/test_parts.py

Nothing runs twice, each night ends with 2 and names what is left, and the cluster is the one that a single `apply`
makes: converged, and a further `apply` writes nothing.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.ledger import forget, ledger, started
from tests.lab.support.operator import Said, fresh, measured

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1800)]

LATE = (datetime.now() + timedelta(hours=12)).strftime("%H:%M")
"""A window that is long enough at any time of day."""
PARTS = (("--until", "6.5"), ("--until", "7.8", "--stop-at", LATE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    sections: dict[str, str]
    """Of each step of the whole plan."""
    parts: tuple[Said, ...]
    reports: tuple[dict[str, Any], ...]
    last: Said
    again: Said
    calls: Counter[str]
    check: dict[str, Any]


@pytest.fixture(scope="module")
def nights(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    desk = fresh(lab, tmp_path_factory.mktemp("nights") / "desk", whole=True)
    forget(lab)
    sections = {step["id"]: step["section"] for step in desk.planned()}
    parts: list[Said] = []
    for number, part in enumerate(PARTS):
        with measured(f"part {number + 1}"):
            parts.append(desk.bkrec("apply", "--yes", "-o", "json", *part, timeout_s=900))
        for host in HOSTS if number else (CONTROLLER,):
            lab.reboot(host)
    with measured("the rest"):
        last = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=900)
    return Nights(
        sections=sections,
        parts=tuple(parts),
        reports=tuple(said.events[-1] for said in parts),
        last=last,
        again=desk.bkrec("apply", "--yes", "-o", "json"),
        calls=Counter(started(ledger(lab))),
        check=desk.check(),
    )


def test_each_night_does_its_part_and_names_what_is_left(nights: Nights) -> None:
    for said, end in zip(nights.parts, nights.reports, strict=True):
        said.must(2)
        assert (end["event"], end["verdict"]) == ("run-ended", "differs")
        assert end["left"]
        assert all(item["step"] or item["fact"] for item in end["left"])
        assert all(item["because"]["en"] for item in end["left"])


def test_no_step_of_a_later_section_was_begun(nights: Nights) -> None:
    """By the plan of the whole, made before the first night: what a part says of itself is not what is asked."""
    for said, (_, until, *_rest) in zip(nights.parts, PARTS, strict=True):
        begun = [event["step"] for event in said.events if event.get("event") == "step-started"]
        assert begun
        bound = [int(number) for number in until.split(".")]
        sections = {step: [int(number) for number in nights.sections[step].split(".")] for step in begun}
        assert [step for step, section in sections.items() if section[: len(bound)] > bound] == []


def test_the_last_night_converges_and_nothing_is_left_to_do(nights: Nights) -> None:
    nights.last.must(0)
    assert nights.check["verdict"] == "converged"
    nights.again.must(0)
    assert [event.get("event") for event in nights.again.events] == ["run-ended"]


def test_no_vendor_command_that_installs_or_upgrades_ran_twice(nights: Nights) -> None:
    """But for the deployment that times out in this lab, which is tried once more in the same night."""
    twice = {call: count for call, count in nights.calls.items() if count > 1}
    repeated = [call for call in twice if call.startswith(("install ", "upgrade ")) and "saas-o" not in call]
    assert repeated == []
