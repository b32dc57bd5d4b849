"""The trial job: what is asked of JOB, what is kept of the answers, and how often; the ESB is a curl of the test's."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from actions.action import Action
from actions.smoke_test import ATTEMPTS, ArchiveSmokeTest, RecordSmokeTest, RunSmokeTest
from probes.fact import Drift, Known, Unknown
from probes.smoke_test import PROBE, RECORD, SmokeTestBroken
from probes.task import DIRECTORY, TaskRecorded
from specs.reason import reason
from tests.probes.here import HOST, SHELLS, ask, brief, run, tool

ENV = "/data/install/bin/04-final/paas.env"
NOTED = TaskRecorded(host=HOST, task=RECORD, release="6.2.2")
LOST = SmokeTestBroken(host=HOST, release="6.2.2")
BEFORE = RecordSmokeTest(host=HOST, recorded=NOTED, env=ENV, on="10.0.0.1")
AGAIN = RunSmokeTest(host=HOST, broken=LOST, env=ENV, because=reason("smoke-test-recorded-before"))
SECRET = "s3cr-et"
CURL = """
body=$(cat)
while [ "$1" != --url ]; do shift; done
printf '%s %s\\n' "$2" "$body" >> "{asked}"
case $2 in *fast_execute_script*) cat "{start}" ;; *) cat "{status}" ;; esac
"""


def answer(data: object, **more: object) -> str:
    return json.dumps({"result": True, "code": 0, "message": "", "data": data} | more)


def ended(status: int, *, finished: bool = True) -> str:
    return answer({"finished": finished, "job_instance": {"job_instance_id": 10001, "status": status}})


class Bus:
    """The ESB as the script meets it: two answers, and a book of what it was asked."""

    def __init__(self, where: Path, *, start: str = "", status: str = "", code: int = 200) -> None:
        self.where, self.owed = where, where / "tasks"
        self.asked = where / "asked"
        (where / "paas.env").write_text(f"BK_PAAS_APP_CODE=bk_paas\nBK_PAAS_APP_SECRET={SECRET}\n")
        self.say(start or answer({"job_instance_id": 10001}), status or ended(3), code)
        names = {name: str(where / name) for name in ("asked", "start", "status")}
        self.tools = tool(where / "bin", "curl", CURL.format(**names))
        tool(where / "bin", "sleep", "true")

    def say(self, start: str, status: str, code: int = 200) -> None:
        for name, text in (("start", start), ("status", status)):
            (self.where / name).write_text(f"{text}\n{code}")

    def run(self, action: Action, shell: str = "/bin/sh") -> tuple[int | None, str]:
        command = action.command()
        places = {DIRECTORY: str(self.owed), ENV: str(self.where / "paas.env"), "60": "0"}
        args = tuple(places.get(word, word) for word in command.args)
        output = run(type(command)(script=command.script, args=args), tools=self.tools, shell=shell)
        return output.exit_status, output.stdout + output.stderr

    def lost(self) -> object:
        return brief(ask(PROBE, [LOST], instead={DIRECTORY: str(self.owed)})[0])

    def jobs(self) -> list[dict[str, Any]]:
        lines = self.asked.read_text().splitlines() if self.asked.exists() else []
        return [json.loads(line.partition(" ")[2]) for line in lines if "fast_execute_script" in line]


@pytest.mark.parametrize("shell", SHELLS)
def test_one_echo_on_one_host_is_all_that_job_is_given(tmp_path: Path, shell: str) -> None:
    bus = Bus(tmp_path)
    assert bus.run(BEFORE, shell)[0] == 0
    (job,) = bus.jobs()
    target = job.pop("target_server")
    assert target == {"ip_list": [{"bk_cloud_id": 0, "ip": "10.0.0.1"}]}
    assert (job["bk_app_secret"], job["script_content"], job["bk_biz_id"]) == (SECRET, "ZWNobyBia3JlYwo=", 2)
    about = bus.asked.read_text().splitlines()[1].partition(" ")[2]
    assert json.loads(about)["job_instance_id"] == 10001
    assert (bus.owed / RECORD).read_text().startswith("6.2.2 job 10.0.0.1 2")
    assert bus.owed.stat().st_mode & 0o777 == 0o700


def test_after_a_note_of_success_it_has_to_work_again(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    bus.run(BEFORE)
    assert bus.lost() == ("-", "smoke-test-not-repeated", "job=10001")
    assert bus.run(AGAIN)[0] == 0
    assert (bus.lost(), len(bus.jobs())) == ((), 2)
    assert bus.jobs()[0] == bus.jobs()[1]


def test_a_note_that_is_there_stays_and_no_job_is_run_for_it(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    bus.run(BEFORE)
    bus.say(answer({"job_instance_id": 10001}), ended(4))
    assert "noted before: job 10.0.0.1" in bus.run(BEFORE)[1]
    assert len(bus.jobs()) == 1
    assert bus.lost() == ("-", "smoke-test-not-repeated", "job=10001")


def test_a_note_of_another_release_is_replaced(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    bus.owed.mkdir()
    (bus.owed / RECORD).write_text("6.2.1 job 10.0.0.9 x\nno-curl\nunasked\n")
    bus.run(BEFORE)
    assert (bus.owed / RECORD).read_text().startswith("6.2.2 job 10.0.0.1 ")


@pytest.mark.parametrize(
    ("start", "status", "code"),
    [
        (answer(None, result=False, code=1306201), "", 200),
        ("<html>502</html>", "", 502),
        ("{", "", 200),
        (answer({"job_instance_id": 10001}), ended(4), 200),
        (answer({"job_instance_id": 10001}), ended(2, finished=False), 200),
        (answer({"job_instance_id": 10001}), "noise", 200),
    ],
    ids=["refused", "page", "noise", "failed", "unfinished", "status-noise"],
)
def test_where_it_does_not_work_before_the_note_says_so_and_nothing_is_demanded(
    tmp_path: Path, start: str, status: str, code: int
) -> None:
    bus = Bus(tmp_path, start=start, status=status, code=code)
    assert bus.run(BEFORE)[0] == 0
    assert (bus.lost(), len(bus.jobs())) == ((), 1)


def test_it_is_tried_three_times_afterwards_and_each_next_apply_tries_anew(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    bus.run(BEFORE)
    bus.say(answer({"job_instance_id": 10001}), ended(4))
    assert bus.run(AGAIN)[0] == 1
    assert len(bus.jobs()) == 1 + ATTEMPTS
    assert bus.lost() == ("10001", "smoke-test-status", "job=10001", "status=4")
    bus.say(answer({"job_instance_id": 10001}), ended(3))
    assert bus.run(AGAIN)[0] == 0
    assert (bus.lost(), len(bus.jobs())) == ((), 2 + ATTEMPTS)


def test_another_status_that_begins_with_a_3_is_no_success(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    bus.run(BEFORE)
    steps = {"step_instance_list": [{"status": 4, "step_ip_result_list": [{"ip": "10.0.0.1", "status": 310}]}]}
    job = {"job_instance_id": 10001, "status": 4}
    bus.say(answer({"job_instance_id": 10001}), answer({"finished": True, "job_instance": job, **steps}))
    assert bus.run(AGAIN)[0] == 1
    assert len(bus.jobs()) == 1 + ATTEMPTS


def test_the_secret_is_in_the_question_alone_even_where_the_esb_echoes_it(tmp_path: Path) -> None:
    bus = Bus(tmp_path, start=answer({"job_instance_id": 10001, "echo": SECRET}))
    _, text = bus.run(BEFORE)
    kept = "".join(path.read_text() for path in bus.owed.iterdir())
    assert SECRET not in text + kept
    assert "***" in kept
    assert SECRET in bus.asked.read_text()


def test_without_an_application_nobody_is_asked(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    (tmp_path / "paas.env").unlink()
    assert bus.run(BEFORE)[0] == 0
    assert (bus.lost(), bus.jobs()) == ((), [])


def test_without_a_note_no_job_is_run_again(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    assert "no note" in bus.run(AGAIN)[1]
    bus.owed.mkdir()
    (bus.owed / RECORD).write_text('6.2.2 job 10.0.0.1"}] x\n')
    assert bus.run(AGAIN)[0] == 1
    assert bus.jobs() == []


def test_it_is_settled_by_a_record_and_all_stays_beside_it(tmp_path: Path) -> None:
    bus = Bus(tmp_path)
    bus.run(BEFORE)
    bus.run(AGAIN)
    for _ in range(2):
        assert bus.run(ArchiveSmokeTest(host=HOST, release="6.2.2"))[0] == 0
    names = sorted(path.name.partition(".paid.")[0] for path in bus.owed.iterdir())
    assert names == [RECORD, f"{RECORD}.again", f"{RECORD}.done"]
    assert not (bus.owed / RECORD).exists()


def test_what_became_of_it_is_told_with_jobs_id_and_the_reason() -> None:
    (expected,) = AGAIN.ensures()
    value = ("10002", "smoke-test-status", "job=10002", "status=4")
    diagnostic = AGAIN.explain_failure([Drift(expected=expected, reading=Known(value))])
    assert diagnostic is not None
    assert (diagnostic.code, dict(diagnostic.fields)["job"]) == ("smoke-test-broken", "10002")
    assert diagnostic.because == reason("smoke-test-status", job=10002, status=4)
    assert AGAIN.explain_failure([Drift(expected=expected, reading=Unknown(reason("path-unreadable")))]) is None


def test_a_killed_trial_leaves_no_note(tmp_path: Path) -> None:
    """So the next attempt runs it once more: a second echo in JOB's history, and no harm."""
    bus = Bus(tmp_path)
    tool(tmp_path / "bin", "curl", f"touch {tmp_path}/began; kill -9 0")
    command = BEFORE.command()
    places = {DIRECTORY: str(bus.owed), ENV: str(tmp_path / "paas.env")}
    words = ["sh", "-c", command.script, "bkrec", *(places.get(word, word) for word in command.args)]
    path = {"PATH": f"{bus.tools}:/usr/bin:/bin"}
    subprocess.run(words, env=path, capture_output=True, timeout=30, check=False, start_new_session=True)
    assert (tmp_path / "began").exists()
    assert not (bus.owed / RECORD).exists()
