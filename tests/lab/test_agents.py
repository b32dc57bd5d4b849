"""Agents and the retirement of GSE 1.0: one that does not come back holds it up; it goes on once the agent is there."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.operator import Desk, Said, fresh, on, until

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1200)]

LOST = HOSTS["h3"]
OLD = ("alarm", "api", "btsvr", "config", "dba", "procmgr", "syncdata")
NOTE = "var/lib/bkrec/tasks/gse-agents"


def bus(lab: Lab) -> Path:
    """What the stand-in of the ESB answers from: on the host with the entrance."""
    return lab.place.root("h2") / "var/lib/bklab/esb.json"


def set_agent(lab: Lab, host: str, *, online: bool) -> None:
    state = json.loads(bus(lab).read_text(encoding="utf-8"))
    state["agents"][host] = online
    bus(lab).write_text(json.dumps(state), encoding="utf-8")


def units_of_the_old_one(lab: Lab) -> set[str]:
    files = (lab.place.root(CONTROLLER) / "usr/lib/systemd/system").glob("bk-gse-*.service")
    return {path.name.removeprefix("bk-gse-").removesuffix(".service") for path in files} & set(OLD)


def kept(lab: Lab) -> list[str]:
    paths = (lab.place.root(CONTROLLER) / NOTE).parent.glob("gse-agents*")
    return sorted(path.name.partition(".paid.")[0] for path in paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One upgrade in which the agent of h3 is lost with GSE 1.0, and comes back after the run has ended."""

    desk: Desk
    first: Said
    units: set[str]
    note: str
    plan: dict[str, Any]
    ack: Said
    acked: Said
    after_ack: list[str]
    """Kinds of the steps that are planned once a person has said that they are not to be waited for."""
    second: Said
    kept: list[str]
    check: Said

    def told(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.first.events if one.get("event") == event]


@pytest.fixture(scope="module")
def dropped(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Dropped:
    desk = fresh(lab, tmp_path_factory.mktemp("agents") / "desk", whole=True)
    with desk.watched_over():
        run = desk.start("apply", "--yes", "-o", "json")
        until(lambda: run.goes_on() and '"bkcli.install-gse@' in started(run.out), 600, "install gse began")
        set_agent(lab, LOST, online=False)
        first = run.finish(600)
    units, note = units_of_the_old_one(lab), (lab.place.root(CONTROLLER) / NOTE).read_text(encoding="utf-8")
    plan, ack = desk.bkrec("plan", "-o", "json").document, desk.bkrec("ack")
    acked = desk.bkrec("ack", "gse-agents", "--done")
    after_ack = [step["action"] for step in desk.planned()]
    on(lab, CONTROLLER, f"rm /{NOTE}.done")  # as if it had not been said
    set_agent(lab, LOST, online=True)
    second = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=600)
    return Dropped(
        desk=desk, first=first, units=units, note=note, plan=plan, ack=ack, acked=acked,
        after_ack=after_ack, second=second, kept=kept(lab),
        check=desk.bkrec("check", "-o", "json"),
    )  # fmt: skip


def started(out: str) -> str:
    return "\n".join(line for line in out.splitlines() if '"step-started"' in line)


def test_a_dropped_agent_ends_the_run_with_its_name(dropped: Dropped) -> None:
    dropped.first.must(3)
    (failed,) = dropped.told("step-failed")
    assert failed["step"].startswith("agent.await@")
    assert failed["problem"]["code"] == "agents-missing"
    assert LOST in failed["problem"]["what"]["en"]


def test_nothing_of_the_old_gse_was_retired(dropped: Dropped) -> None:
    assert dropped.units == set(OLD)
    begun = {event["step"] for event in dropped.told("step-started")}
    assert [step for step in begun if step.startswith("unit.retire-bk-gse-")] == []
    held = {event["step"] for event in dropped.told("step-blocked")}
    assert len([step for step in held if step.startswith("unit.retire-bk-gse-")]) == len(OLD)


def test_the_note_says_who_was_online(dropped: Dropped) -> None:
    assert dropped.note == f"6.2.2 online {' '.join(HOSTS.values())}\n"
    dropped.ack.must(0)
    assert "gse-agents" in dropped.ack.out


def test_the_next_plan_names_who_is_missing(dropped: Dropped) -> None:
    (step,) = [step for step in dropped.plan["steps"] if step["action"] == "agent.await"]
    assert LOST in step["because"]["en"]
    assert not [step for step in dropped.plan["steps"] if step["action"] in ("agent.record", "bkcli.install")]


def test_a_persons_word_lets_it_go_on_without(dropped: Dropped) -> None:
    dropped.acked.must(0)
    assert "agent.await" not in dropped.after_ack
    assert dropped.after_ack.count("unit.retire") >= len(OLD)


def test_once_it_is_back_the_upgrade_goes_on(dropped: Dropped, lab: Lab) -> None:
    dropped.second.must(0)
    assert units_of_the_old_one(lab) == set()
    assert dropped.kept == ["gse-agents", "gse-agents.done"]
    dropped.check.must(0)
    assert on(lab, CONTROLLER, f"ls /{NOTE} 2>/dev/null || echo none").strip() == "none"
