"""The trial job: one that echoes a word, run through JOB before GSE is replaced and once more afterwards.

No probe runs a job. An action does (`actions/smoke_test.py`), and leaves on the controller what the ESB said, two
answers as they came; here they are read, so that what counts as success is decided in one place, by one that can be
tested. Three files: the note (before), what was said again (after), and the record that ends it. Success is an answer
to the start with JOB's id, and an answer about that very id that says finished, status 3. All else is none, with its
reason; so where the note tells of no success, nothing is demanded. Source:
jobv3/apidocs/zh_hans/{fast_execute_script,get_job_instance_status}.md of TencentBlueKing/legacy-bk-paas,
paas2/esb/components/confapis; ZH/6.1 of TencentBlueKing/BKDocs has the same, and what each status means.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, LiteralString, cast

from probes.command import Command, Output
from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib import esb
from probes.lib.rows import MISSING, Row, groups_of
from probes.probe import Probe
from probes.task import DIRECTORY
from specs.reason import CodedReason, reason

RECORD = "job-smoke-test"
"""The note's name among those of what is owed (`probes/task.py`)."""
START = "jobv3/fast_execute_script"
STATUS = "jobv3/get_job_instance_status"
SUCCESS = 3
ENV = "bin/04-final/paas.env"
NO_JOB = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeTestBroken(Fact[tuple[str, ...]]):
    """Why JOB is not known to work as it did: nothing where it is, or where the note tells of no success.

    Otherwise JOB's id of the last job, or "-", and a reason as `words` puts it; `said` makes it one again.
    """

    release: str
    kind: Literal["smoke-test.broken"] = "smoke-test.broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeTestRecord:
    """What one file tells."""

    release: str
    job: str
    why: CodedReason | None
    """None: it worked."""


SCRIPT: LiteralString = (
    MISSING
    + r"""
show() { # NUMBER FILE
  if [ -f "$2" ] && [ -r "$2" ]; then
    head -c 60000 -- "$2" | head -n 3 | awk -v i="$1" '{ print i "\tline\t" $0 } END { print i "\tend" }'
  elif [ ! -e "$2" ] && missing "$2"; then printf '%s\tnone\n' "$1"
  else printf '%s\tunreadable\n' "$1"; fi
}
show 0 "$1/$2"
show 1 "$1/$2.again"
show 2 "$1/$2.done"
"""
)


def command(facts: Sequence[SmokeTestBroken]) -> Command:
    return Command(script=SCRIPT, args=(DIRECTORY, RECORD))


def parse(facts: Sequence[SmokeTestBroken], output: Output) -> Readings:
    groups = groups_of(output, count=3)
    before, again, record = (_file(groups[number]) for number in range(3))
    return {fact: _read(fact.release, before, again, record) for fact in facts}


Lines = tuple[Row, ...]
File = Lines | Unknown | None
"""Its first lines; None where there is none."""


def _file(rows: Sequence[Row]) -> File:
    match rows:
        case [("none",)]:
            return None
        case [("unreadable",)]:
            return Unknown(reason("path-unreadable", path=f"{DIRECTORY}/{RECORD}"))
        case [*lines, ("end",)] if all(line[0] == "line" for line in lines):
            return tuple(line[1:] for line in lines)
        case _:
            raise ValueError("the answer about the trial job is not understood")


def _read(release: str, before_file: File, again: File, record: File) -> Reading[tuple[str, ...]]:
    for file in (record, before_file, again):
        if isinstance(file, Unknown):
            return file
        if file is record and _first(file) == release:
            return Known(())
    before = read_record(before_file)
    if before_file is not None and before is None:
        return Unknown(reason("smoke-test-record-invalid", path=f"{DIRECTORY}/{RECORD}"))
    return (
        Known(()) if before is None or before.release != release or before.why else _since(before, read_record(again))
    )


def _first(lines: File) -> str:
    return lines[0][0].split(" ")[0] if isinstance(lines, tuple) and lines else ""


def _since(before: SmokeTestRecord, after: SmokeTestRecord | None) -> Known[tuple[str, ...]]:
    if after is None or after.release != before.release:
        return Known((NO_JOB, *encode_reason(reason("smoke-test-not-repeated", job=before.job))))
    return Known((after.job, *encode_reason(after.why)) if after.why else ())


def encode_reason(why: CodedReason) -> tuple[str, ...]:
    return (why.code, *(f"{name}={value}" for name, value in why.fields))


def decode_reason(value: Sequence[str]) -> tuple[str, CodedReason]:
    """JOB's id and the reason, of what `TrialLost` reads."""
    job, code, *fields = value
    return job, CodedReason(code=code, fields=tuple((n, v) for n, _, v in (field.partition("=") for field in fields)))


def read_record(lines: File) -> SmokeTestRecord | None:
    """None where it is no file of ours."""
    match lines:
        case ((first,), start, status) if re.match(r"[0-9A-Za-z.-]+ job ", first, re.ASCII):
            job, why = _outcome(start, status)
            return SmokeTestRecord(release=first.split(" ")[0], job=job, why=why)
        case _:
            return None


def _outcome(start: Row, status: Row) -> tuple[str, CodedReason | None]:
    began = _answer(START, start)
    if isinstance(began, CodedReason):
        return NO_JOB, began
    job = began.get("job_instance_id")
    if type(job) is not int or job < 1:
        return NO_JOB, reason("smoke-test-unexpected-answer", api=START)
    ended = _answer(STATUS, status)
    return str(job), ended if isinstance(ended, CodedReason) else _ended(job, ended)


def _ended(job: int, data: Mapping[str, Any]) -> CodedReason | None:
    match data:
        case {"finished": bool(finished), "job_instance": {"job_instance_id": int(about), "status": int(status)}}:
            if about != job or isinstance(status, bool):
                return reason("smoke-test-unexpected-answer", api=STATUS)
            if not finished:
                return reason("smoke-test-unfinished", job=job, status=status)
            return None if status == SUCCESS else reason("smoke-test-status", job=job, status=status)
        case _:
            return reason("smoke-test-unexpected-answer", api=STATUS)


def _answer(api: str, row: Row) -> Mapping[str, Any] | CodedReason:
    """The `data` of an answer, or why there is none. What is no row of ours was cut, or written by somebody else."""
    try:
        answer = esb.read(api, row, env=ENV)
    except ValueError:
        return reason("smoke-test-unexpected-answer", api=api)
    if isinstance(answer, Unknown):
        return answer.why if isinstance(answer.why, CodedReason) else reason("smoke-test-unexpected-answer", api=api)
    return (
        cast("Mapping[str, Any]", answer.data)
        if isinstance(answer.data, dict)
        else reason("smoke-test-unexpected-answer", api=api)
    )


FACTS: tuple[type[AnyFact], ...] = (SmokeTestBroken,)
PROBE = Probe(family="smoke_test", facts=FACTS, command=command, parse=parse)
"""Read and no more: to ask never starts a job."""
