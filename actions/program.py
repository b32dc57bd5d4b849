"""A program that the vendor's scripts expect on every host: `yq`, which upgrading JOB never installs. Guide 7.10."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action, Undo
from probes.command import Command
from probes.fact import AnyExpected
from probes.path import FileDigest
from specs.reason import reason

COPY = """set -eu
from=$1 to=$2
cp -- "$from" "$to.bkrec-part"
chmod 0755 -- "$to.bkrec-part"
sync
mv -T -- "$to.bkrec-part" "$to"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyProgram(Action):
    """Out of the host's own copy of the scripts."""

    source: str
    path: str
    standard: str
    """The host whose copy is the measure: the controller."""
    identity: ClassVar[tuple[str, ...]] = ("path",)
    kind: Literal["program.copy"] = "program.copy"
    undo: ClassVar[Undo] = "replaced"

    def ensures(self) -> tuple[AnyExpected, ...]:
        measure = FileDigest(host=self.standard, path=self.source)
        copied = FileDigest(host=self.host, path=self.path)
        return (copied.must_equal(measure, because=reason("program-copied"), source="guide 7.10"),)

    def command(self) -> Command:
        return Command(script=COPY, args=(self.source, self.path))

    @property
    def locks(self) -> tuple[str, ...]:
        return (f"path:{self.path}@{self.host}",)
