"""Agents around the replacement of GSE: record which are online before, await them afterwards, archive the record.

No agent is changed. The wait is a step of its own, so that missing agents are reported once, by host, and block the
retirement of the old GSE. The baseline is written once: a later run no longer sees the state before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.baseline_shell import ARCHIVE
from probes.agent import RECORD, AgentsMissing
from probes.command import Command
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known
from probes.task import DIRECTORY, TaskPending, TaskRecorded
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import Reason, reason

RECORD_ONCE: LiteralString = """set -eu
note=$1/$2 release=$3
shift 3
if [ -r "$note" ] && IFS=' ' read -r said rest < "$note" && [ "$said" = "$release" ]; then
    echo "noted before: $rest"
    exit 0
fi
mkdir -p -m 0700 -- "$(dirname -- "$note")"
printf '%s\n' "$release $*" | dd of="$note.part" conv=fsync 2>/dev/null
mv -T -- "$note.part" "$note"
echo "noted: $*"
"""

SHOW: LiteralString = """
[ ! -r "$1/$2" ] || cat -- "$1/$2"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAgentBaseline(Action):
    """Record the baseline; an existing one of this release is kept."""

    recorded: TaskRecorded
    online: tuple[str, ...] = ()
    unknown_because: str = ""
    """Why no agent is known to be online; then nothing is required afterwards."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["agent.record"] = "agent.record"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.recorded.must_be(True, because=reason("task-recorded"), source=""),)

    def invalidates(self) -> tuple[AnyFact, ...]:
        return (TaskPending(host=self.host, task=RECORD),)

    def command(self) -> Command:
        text = ("online", *self.online) if self.online else ("not-known", self.unknown_because)
        return Command(script=RECORD_ONCE, args=(DIRECTORY, RECORD, self.recorded.release, *text))


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitAgentBaseline(Action):
    """Wait until the agents of the baseline are online; they reconnect by themselves."""

    missing: AgentsMissing
    because: Reason
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["agent.await"] = "agent.await"
    effects_timeout_s: ClassVar[float] = 120.0
    typical_s: ClassVar[float] = 20.0
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.missing.must_be((), because=self.because, source=""),)

    def command(self) -> Command:
        return Command(script=SHOW, args=(DIRECTORY, RECORD))

    def explain_failure(self, drifts: Sequence[AnyDrift]) -> Diagnostic | None:
        reading = next((drift.reading for drift in drifts if drift.expected.fact == self.missing), None)
        if not isinstance(reading, Known):
            return None
        return diagnose(
            "agents-missing", where=self.host, hosts=", ".join(reading.value), seconds=f"{self.effects_timeout_s:g}"
        )

    @property
    def locks(self) -> tuple[str, ...]:
        """Other steps on the controller do not wait for it."""
        return (f"agents@{self.host}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveAgentBaseline(Action):
    """Archive the baseline, with a record that it is done."""

    release: str
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["agent.archive"] = "agent.archive"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        pending = TaskPending(host=self.host, task=RECORD)
        return (pending.must_be(False, because=reason("agents-baseline-archived"), source=""),)

    def command(self) -> Command:
        return Command(script=ARCHIVE, args=(DIRECTORY, RECORD, self.release))
