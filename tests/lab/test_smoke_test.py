"""JOB's trial job and the retirement of GSE 1.0: where it works no more, the old GSE stays; mended, the run goes on."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER
from tests.lab.support.operator import Desk, Said, fresh, on, until

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1200)]

OLD = ("alarm", "api", "btsvr", "config", "dba", "procmgr", "syncdata")
NOTE = "var/lib/bkrec/tasks/job-smoke-test"


def bus(lab: Lab) -> Path:
    """What the stand-in of the ESB answers from: on the host with the entrance."""
    return lab.place.root("h2") / "var/lib/bklab/esb.json"


def set_job(lab: Lab, how: str) -> None:
    state = json.loads(bus(lab).read_text(encoding="utf-8"))
    bus(lab).write_text(json.dumps(state | {"job": how}), encoding="utf-8")


def jobs_of(lab: Lab) -> list[dict[str, Any]]:
    return json.loads(bus(lab).read_text(encoding="utf-8"))["jobs"]


def units_of_the_old_one(lab: Lab) -> set[str]:
    files = (lab.place.root(CONTROLLER) / "usr/lib/systemd/system").glob("bk-gse-*.service")
    return {path.name.removeprefix("bk-gse-").removesuffix(".service") for path in files} & set(OLD)


def kept(lab: Lab) -> list[str]:
    paths = (lab.place.root(CONTROLLER) / NOTE).parent.glob("job-smoke-test*")
    return sorted(path.name.partition(".paid.")[0] for path in paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One upgrade in which JOB works no more from the moment GSE is replaced, and is mended after the run has ended."""

    first: Said
    units: set[str]
    note: str
    jobs: list[dict[str, Any]]
    looked: list[dict[str, Any]]
    """JOB's jobs after `diff`, `plan` and `check`."""
    plan: dict[str, Any]
    ack: Said
    acked: Said
    after_ack: list[str]
    """Kinds of the steps that are planned once a person has said that it is not to be waited for."""
    second: Said
    in_the_end: list[dict[str, Any]]
    kept: list[str]
    check: Said

    def told(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.first.events if one.get("event") == event]


@pytest.fixture(scope="module")
def broken(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Broken:
    desk = fresh(lab, tmp_path_factory.mktemp("trial") / "desk", whole=True)
    first = _until_it_fails(desk, lab)
    units, jobs = units_of_the_old_one(lab), jobs_of(lab)
    note = (lab.place.root(CONTROLLER) / NOTE).read_text(encoding="utf-8")
    plan, ack = desk.bkrec("plan", "-o", "json").document, desk.bkrec("ack")
    for look in ("diff", "check"):
        desk.bkrec(look)
    looked = jobs_of(lab)
    acked = desk.bkrec("ack", "job-smoke-test", "--done")
    after_ack = [step["action"] for step in desk.planned()]
    on(lab, CONTROLLER, f"rm /{NOTE}.done")  # as if it had not been said
    set_job(lab, "")
    second = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=600)
    return Broken(
        first=first, units=units, note=note, jobs=jobs, looked=looked, plan=plan, ack=ack, acked=acked,
        after_ack=after_ack, second=second, in_the_end=jobs_of(lab), kept=kept(lab),
        check=desk.bkrec("check", "-o", "json"),
    )  # fmt: skip


def _until_it_fails(desk: Desk, lab: Lab) -> Said:
    with desk.watched_over():
        run = desk.start("apply", "--yes", "-o", "json")
        until(lambda: run.goes_on() and '"bkcli.install-gse@' in started(run.out), 600, "install gse began")
        set_job(lab, "fails")
        return run.finish(600)


def started(out: str) -> str:
    return "\n".join(line for line in out.splitlines() if '"step-started"' in line)


def test_a_job_that_fails_now_ends_the_run_with_its_id_and_its_status(broken: Broken) -> None:
    broken.first.must(3)
    (failed,) = broken.told("step-failed")
    assert failed["step"].startswith("smoke-test.run@")
    assert failed["problem"]["code"] == "smoke-test-broken"
    last = str(broken.jobs[-1]["job_instance_id"])
    assert last in failed["problem"]["what"]["en"]
    assert f"{last} ended with status 4" in failed["problem"]["because"]["en"]


def test_nothing_of_the_old_gse_was_retired(broken: Broken) -> None:
    assert broken.units == set(OLD)
    begun = {event["step"] for event in broken.told("step-started")}
    assert [step for step in begun if step.startswith("unit.retire-bk-gse-")] == []
    held = {event["step"] for event in broken.told("step-blocked")}
    assert len([step for step in held if step.startswith("unit.retire-bk-gse-")]) == len(OLD)


def test_it_was_given_one_echo_before_and_three_afterwards(broken: Broken) -> None:
    assert [(job["script"], job["hosts"]) for job in broken.jobs] == [("echo bkrec\n", ["10.0.0.1"])] * 4
    assert broken.note.startswith("6.2.2 job 10.0.0.1 ")
    assert str(broken.jobs[0]["job_instance_id"]) in broken.note


def test_looking_runs_no_job(broken: Broken) -> None:
    assert broken.looked == broken.jobs


def test_the_next_plan_says_why_it_tries_again(broken: Broken) -> None:
    (step,) = [step for step in broken.plan["steps"] if step["action"] == "smoke-test.run"]
    assert "status 4" in step["because"]["en"]
    assert not [step for step in broken.plan["steps"] if step["action"] in ("smoke-test.record", "agent.await")]


def test_a_persons_word_lets_it_go_on_without(broken: Broken) -> None:
    broken.ack.must(0)
    assert "job-smoke-test" in broken.ack.out
    broken.acked.must(0)
    assert "smoke-test.run" not in broken.after_ack
    assert broken.after_ack.count("unit.retire") >= len(OLD)


def test_once_job_works_the_upgrade_goes_on(broken: Broken, lab: Lab) -> None:
    broken.second.must(0)
    assert len(broken.in_the_end) == len(broken.jobs) + 1
    assert units_of_the_old_one(lab) == set()
    assert broken.kept == ["job-smoke-test", "job-smoke-test.again", "job-smoke-test.done"]
    broken.check.must(0)
    assert on(lab, CONTROLLER, f"ls /{NOTE} 2>/dev/null || echo none").strip() == "none"
