"""One line in a file of lines: `.installed_module`, by which the vendor's topology step knows what runs where."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action, Undo
from probes.command import Command
from probes.fact import AnyExpected
from probes.path import LineInFile
from specs.reason import reason

ADD = """set -eu
file=$1 line=$2
if grep -qxF -e "$line" -- "$file" 2>/dev/null; then exit 0; fi
if [ -L "$file" ]; then file=$(readlink -f -- "$file"); fi
rm -f -- "$file.bkrec-part"
if [ -e "$file" ]; then
    cp -p -- "$file" "$file.bkrec-part"
    awk 1 "$file" > "$file.bkrec-part"
fi
printf '%s\\n' "$line" >> "$file.bkrec-part"
sync
mv -T -- "$file.bkrec-part" "$file"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLine(Action):
    path: str
    line: str
    identity: ClassVar[tuple[str, ...]] = ("path", "line")
    kind: Literal["line.add"] = "line.add"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = LineInFile(host=self.host, path=self.path, line=self.line)
        return (fact.must_be(True, because=reason("line-added"), source="ce/tools.sh:429-444"),)

    def command(self) -> Command:
        return Command(script=ADD, args=(self.path, self.line))
