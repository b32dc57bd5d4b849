"""Work that is owed: what an upgrade has to be followed by and what leaves no trace of its own.

Before a product is upgraded, a note is left on the host where such work will be done. The work leaves a record when its
proof was seen, and takes the note away. So a run that was killed in between still knows. What somebody did or left out
by hand before bkrec came has neither: as long as the product is not at the release's version, it is plainly still to be
done; afterwards nobody can tell, and where a second run could do harm (`version`), that is Unknown and asked about.
A record is one line: the release, and who says so ("6.2.2 done …", "6.2.2 ack root@ops …").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.lib.rows import MISSING, SAFE_NAME, Row, rows_of
from probes.path import normalise_version
from probes.probe import Probe
from specs.reason import reason

DIRECTORY = "/var/lib/bkrec/tasks"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPending(Fact[bool]):
    """Is there a note? For work that is begun and finished within one step."""

    task: str
    kind: Literal["task.pending"] = "task.pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(Fact[bool]):
    """True by the record; False while noted; Absent without a trace, unless that could mean both: then Unknown."""

    task: str
    release: str
    file: str = ""
    version: str = ""
    """Without a trace, and with this version in `file`, it may have been done by hand, or not. "" where none asks."""
    kind: Literal["task.done"] = "task.done"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecorded(Fact[bool]):
    """Asked for by what must not begin before there is a trace: True with a note or a record, else as `WorkDone`."""

    task: str
    release: str
    file: str = ""
    version: str = ""
    kind: Literal["task.recorded"] = "task.recorded"


TaskFact = TaskPending | TaskDone | TaskRecorded
Question = tuple[str, str, str]
"""Work, release, file."""

SCRIPT = (
    MISSING
    + r"""
directory=$1 i=0
shift
say() { printf '%s\t%s\n' "$i" "$*"; }
recorded() { # is there a record of this release?
  [ -n "$2" ] && [ -r "$1" ] || return 1
  IFS=' ' read -r said rest <"$1"
  [ "$said" = "$2" ]
}
evidence() { # what lies there now, as its first line has it
  line=
  if [ -z "$1" ] || missing "$1"; then say nothing
  elif { IFS= read -r line || [ -n "$line" ]; } 2>/dev/null <"$1"; then printf '%s\tnothing\t%.200s\n' "$i" "$line"
  else say unreadable; fi
}
while [ $# -ge 3 ]; do
  note=$directory/$1 record=$directory/$1.done
  if recorded "$record" "$2"; then say recorded
  elif [ -e "$record" ] && [ ! -r "$record" ]; then say unreadable
  elif [ -f "$note" ]; then say noted
  elif [ ! -e "$note" ] && missing "$note"; then evidence "$3"
  else say unreadable; fi
  i=$((i + 1))
  shift 3
done
"""
)


def command(facts: Sequence[TaskFact]) -> Command:
    return Command(script=SCRIPT, args=(DIRECTORY, *(word for question in _questions(facts) for word in question)))


def _questions(facts: Sequence[TaskFact]) -> tuple[Question, ...]:
    """A name becomes part of a path, so only what is plainly a name is asked."""
    return tuple(dict.fromkeys(_question(fact) for fact in facts if SAFE_NAME.fullmatch(fact.task)))


def _question(fact: TaskFact) -> Question:
    return (fact.task, "", "") if isinstance(fact, TaskPending) else (fact.task, fact.release, fact.file)


def parse(facts: Sequence[TaskFact], output: Output) -> Readings:
    questions = _questions(facts)
    rows = dict(zip(questions, rows_of(output, count=len(questions)), strict=True))
    return {fact: _read(fact, rows.get(_question(fact))) for fact in facts}


def _read(fact: TaskFact, row: Row | None) -> AnyReading:
    match row:
        case None:
            return Unknown(reason("name-not-supported", name=fact.task))
        case ("recorded",):
            return Known(not isinstance(fact, TaskPending))
        case ("noted",):
            return Known(not isinstance(fact, TaskDone))
        case ("nothing", *version):
            return _untraced(fact, "\t".join(version))
        case ("unreadable",):
            return Unknown(reason("path-unreadable", path=f"{DIRECTORY}/{fact.task}"))
        case _:
            raise ValueError("the answer about owed work is not understood")


def _untraced(fact: TaskFact, version: str) -> AnyReading:
    if isinstance(fact, TaskPending):
        return Known(False)
    if fact.version and normalise_version(version) == fact.version:
        return Unknown(reason("task-untraced", task=fact.task, version=fact.version))
    return Absent()


FACTS: tuple[type[AnyFact], ...] = (TaskPending, TaskDone, TaskRecorded)
PROBE = Probe(family="task", facts=FACTS, command=command, parse=parse)
