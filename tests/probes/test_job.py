"""Reading job records: what a host answers, and what is no answer. The scripts run in tests/reconciler/engine."""

from base64 import b64encode

import pytest

from probes.command import Output
from probes.fact import Absent, AnyReading, Known
from probes.job import JobAttempts, JobFact, JobsRunning, JobState, Paused, command, parse

H = "10.0.0.1"
STATE = JobState(host=H, job="a.1")
RUNNING = JobsRunning(host=H)
ATTEMPTS = JobAttempts(host=H, key="a")
PAUSED = Paused(host=H)
WISH = "wang 2024-06-01T00:00:00Z 等一下"


@pytest.mark.parametrize(
    ("fact", "line", "reading"),
    [
        (STATE, "state:a.1 never", Absent()),
        (STATE, "state:a.1 running", Known("running")),
        (STATE, "state:a.1 exited:0", Known("exited:0")),
        (STATE, "state:a.1 vanished", Known("vanished")),
        (PAUSED, "paused", Absent()),
        (PAUSED, "paused " + b64encode("wang 2024-06-01T00:00:00Z 等一下\n".encode()).decode(), Known(WISH)),
        (RUNNING, "running", Known(())),
        (RUNNING, "running a.1 b.2", Known(("a.1", "b.2"))),
        (ATTEMPTS, "attempts:a", Known(())),
        (
            ATTEMPTS,
            "attempts:a 10:running 2:verified:0 1:exited:3",
            Known(("1:exited:3", "2:verified:0", "10:running")),
        ),
    ],
)
def test_answers(fact: JobFact, line: str, reading: AnyReading) -> None:
    assert parse([fact], Output(stdout=line + "\n")) == {fact: reading}


@pytest.mark.parametrize(
    ("fact", "output"),
    [
        (PAUSED, Output(stdout="paused a b\n")),
        (PAUSED, Output(stdout="paused %%\n")),
        (STATE, Output(stdout="")),
        (STATE, Output(stdout="state:a.1\n")),
        (STATE, Output(stdout="state:b.1 running\n")),
        (STATE, Output(stdout="state:a.1 exited:x\n")),
        (STATE, Output(stdout="state:a.1 running\nmore\n")),
        (ATTEMPTS, Output(stdout="attempts:a 1\n")),
        (RUNNING, Output(stdout="", stderr="no access to /var/lib/bkrec", exit_status=13)),
    ],
)
def test_what_is_no_answer_is_no_reading(fact: JobFact, output: Output) -> None:
    with pytest.raises((ValueError, LookupError)):
        parse([fact], output)


def test_all_are_asked_at_once() -> None:
    assert command([STATE, RUNNING, ATTEMPTS]).args[1:] == ("state:a.1", "running", "attempts:a")
