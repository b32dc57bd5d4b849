"""What a trial job came to: note, second answers and record are files of the test; answers have the form of JOB's."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.command import Output
from probes.smoke_test import PROBE, SmokeTestBroken, decode_reason, encode_reason
from probes.task import DIRECTORY
from specs.reason import reason
from tests.probes.here import HOST, SHELLS, ask, brief

FACT = SmokeTestBroken(host=HOST, release="6.2.2")
GOOD_START: Any = {"job_instance_id": 10001, "job_instance_name": "bkrec-trial", "step_instance_id": 20001}


def ended(status: Any = 3, *, job: Any = 10001, finished: Any = True) -> dict[str, Any]:
    return {"finished": finished, "job_instance": {"job_instance_id": job, "bk_biz_id": 2, "status": status}}


def row(data: object, **more: object) -> str:
    return f"said\t{json.dumps({'result': True, 'code': 0, 'message': '', 'data': data} | more)} 200 0"


def file(start: str, status: str, release: str = "6.2.2") -> str:
    return f"{release} job 10.0.0.1 2026-11-26T00:00:00Z\n{start}\n{status}\n"


GOOD = file(row(GOOD_START), row(ended()))
BAD = file(row(GOOD_START | {"job_instance_id": 10002}), row(ended(4, job=10002)))


def asked(where: Path, note: str, again: str = "", record: str = "", shell: str = "/bin/sh") -> object:
    owed = where / "tasks"
    owed.mkdir()
    for name, text in (("job-smoke-test", note), ("job-smoke-test.again", again), ("job-smoke-test.done", record)):
        if text:
            (owed / name).write_text(text)
    (reading,) = ask(PROBE, [FACT], shell=shell, instead={DIRECTORY: str(owed)})
    return brief(reading)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_worked_before_and_not_again_is_lost_with_jobs_own_id_and_status(tmp_path: Path, shell: str) -> None:
    assert asked(tmp_path, GOOD, BAD, shell=shell) == ("10002", "smoke-test-status", "job=10002", "status=4")


@pytest.mark.parametrize(
    ("note", "again", "record"),
    [
        ("", "", ""),
        ("", BAD, ""),
        (file(row(GOOD_START), row(ended(4))), "", ""),
        (file("no-curl", "unasked"), "", ""),
        (GOOD.replace("6.2.2 job", "6.2.1 job"), BAD, ""),
        (GOOD, GOOD, ""),
        (GOOD, BAD, "6.2.2 done 2026-11-26T00:00:00Z\n"),
        (GOOD, "", "6.2.2 ack root@ops 2026-11-26T00:00:00Z\n"),
    ],
    ids=["none", "no-note", "failed-before", "nobody-asked", "older", "worked-again", "settled", "a-persons-word"],
)
def test_nothing_is_demanded_where_it_never_worked_works_again_or_was_settled(
    tmp_path: Path, note: str, again: str, record: str
) -> None:
    assert asked(tmp_path, note, again, record) == ()


@pytest.mark.parametrize(
    ("again", "record"),
    [("", ""), ("noise\n", ""), (BAD.replace("6.2.2 job", "6.2.1 job"), ""), ("", "6.2.1 done x\n")],
    ids=["none", "noise", "older", "older-record"],
)
def test_what_was_not_tried_again_is_lost_until_it_is(tmp_path: Path, again: str, record: str) -> None:
    assert asked(tmp_path, GOOD, again, record) == ("-", "smoke-test-not-repeated", "job=10001")


@pytest.mark.parametrize(
    ("start", "status", "reason"),
    [
        ("no-curl", "unasked", "tool-missing"),
        ("no-secret", "unasked", "esb-no-secret"),
        ("said\t 000 7", "unasked", "esb-no-answer"),
        ("said\t<html> 502 0", "unasked", "esb-status"),
        (row(None, result=False, code=1306201), "unasked", "esb-refused"),
        ("said\tOK 200 0", "unasked", "esb-not-json"),
        ("said\t{}", "unasked", "smoke-test-unexpected-answer"),
        ("", "", "smoke-test-unexpected-answer"),
        (row([]), "unasked", "smoke-test-unexpected-answer"),
        (row({}), "unasked", "smoke-test-unexpected-answer"),
        (row({"job_instance_id": "10001"}), row(ended()), "smoke-test-unexpected-answer"),
        (row({"job_instance_id": True}), row(ended(job=1)), "smoke-test-unexpected-answer"),
        (row({"job_instance_id": 0}), row(ended(job=0)), "smoke-test-unexpected-answer"),
    ],
)
def test_without_a_job_of_jobs_own_there_is_no_success(tmp_path: Path, start: str, status: str, reason: str) -> None:
    lost = asked(tmp_path, GOOD, file(start, status))
    assert isinstance(lost, tuple)
    assert lost[:2] == ("-", reason)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("unasked", "smoke-test-unexpected-answer"),
        ("said\t 000 28", "esb-no-answer"),
        (row(None, result=False, code=1306201), "esb-refused"),
        (row(ended(3, job=10009)), "smoke-test-unexpected-answer"),
        (row(ended(3, finished=False)), "smoke-test-unfinished"),
        (row(ended(2, finished=False)), "smoke-test-unfinished"),
        (row(ended(3, finished=1)), "smoke-test-unexpected-answer"),
        (row(ended("3")), "smoke-test-unexpected-answer"),
        (row(ended(True)), "smoke-test-unexpected-answer"),
        (row(ended(None)), "smoke-test-unexpected-answer"),
        (row({"finished": True}), "smoke-test-unexpected-answer"),
        (row(ended(11)), "smoke-test-status"),
        (row(ended(-1)), "smoke-test-status"),
    ],
)
def test_only_status_3_of_the_very_job_is_success(tmp_path: Path, status: str, reason: str) -> None:
    lost = asked(tmp_path, GOOD, file(row(GOOD_START), status))
    assert isinstance(lost, tuple)
    assert lost[:2] == ("10001", reason)


@pytest.mark.parametrize("note", ["1700000000\n", "6.2.2 job\n", "6.2.2 job 10.0.0.1 x\n", "\n", f"x{GOOD}"])
def test_a_note_that_is_none_of_ours_is_unknown(tmp_path: Path, note: str) -> None:
    expected = () if note.startswith("x") else "unknown: smoke-test-record-invalid"
    assert asked(tmp_path, note) == expected


def test_a_note_that_cannot_be_read_is_unknown_unless_a_person_has_spoken(tmp_path: Path) -> None:
    (tmp_path / "one/tasks/job-smoke-test").mkdir(parents=True)
    (reading,) = ask(PROBE, [FACT], instead={DIRECTORY: str(tmp_path / "one/tasks")})
    assert brief(reading) == "unknown: path-unreadable"
    (tmp_path / "one/tasks/job-smoke-test.done").write_text("6.2.2 ack root@ops x\n")
    (reading,) = ask(PROBE, [FACT], instead={DIRECTORY: str(tmp_path / "one/tasks")})
    assert brief(reading) == ()


def test_a_reason_goes_there_and_back() -> None:
    why = reason("esb-refused", api="jobv3/x", error="1306201", message="a=b, c")
    assert decode_reason(("10002", *encode_reason(why))) == ("10002", why)


@pytest.mark.parametrize(
    "rows", ["0\tmaybe\n1\tnone\n2\tnone\n", "0\tnone\n1\tline\tx\n2\tnone\n", "0\tnone\n1\tnone\n"]
)
def test_another_row_is_an_error(rows: str) -> None:
    with pytest.raises(ValueError, match="not understood|not about"):
        PROBE.parse([FACT], Output(stdout=rows))


@given(noise=st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=60), start=st.booleans())
def test_noise_is_never_success(*, noise: str, start: bool) -> None:
    lines = [row(GOOD_START), row(ended())]
    lines[0 if start else 1] = f"said\t{noise} 200 0"
    files = ((0, GOOD.splitlines()), (1, ["6.2.2 job 10.0.0.1 x", *lines]))
    text = "".join("".join(f"{n}\tline\t{line}\n" for line in said) + f"{n}\tend\n" for n, said in files)
    reading = PROBE.parse([FACT], Output(stdout=text + "2\tnone\n"))[FACT]
    assert brief(reading) != ()
