"""Directories: retire an obsolete one, or copy one from a backup.

A virtualenv is moved within its own file system (a rename, whatever its size) and recorded in a manifest, so that an
undo is a rename back. The guide's `rmvirtualenv` deletes it.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.undo_shell import REMEMBER
from probes.command import Command
from probes.fact import AnyExpected
from probes.path import PathKind
from specs.reason import reason

RETIRE: LiteralString = (
    "set -eu\n"
    + REMEMBER
    + """
path=$1
[ -d "$path" ] || exit 0
stamp=$(date +%Y%m%d%H%M%S)
aside=$(dirname -- "$path")/.bkrec-retired
note=/var/lib/bkrec/retired/directories
mkdir -p -m 0700 -- "$aside" "$note"
to=$aside/$(basename -- "$path").$stamp
printf '%s\\n%s\\n' "$path" "$to" > "$note/$(basename -- "$path").$stamp"
remember directory "$path" aside "$to"
place=$(place_of "$path")
[ ! -n "${BKREC_UNDO:-}" ] || kept=$(cat -- "$BKREC_UNDO/$place/aside")
[ -e "${kept:=$to}" ] || to=$kept
here=$(stat -c %d -- "$path")
there=$(stat -L -c %d -- "$aside")
[ "$here" = "$there" ] || { echo "$aside is on another file system than $path: nothing was moved" >&2; exit 1; }
mv -T -- "$path" "$to"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireDirectory(Action):
    """Move a directory of 6.1 aside, below .bkrec-retired beside it."""

    path: str
    identity: ClassVar[tuple[str, ...]] = ("path",)
    kind: Literal["directory.retire"] = "directory.retire"
    undo: ClassVar[Undo] = "restored"

    def ensures(self) -> tuple[AnyExpected, ...]:
        kind = PathKind(host=self.host, path=self.path)
        return (kind.must_be_absent(because=reason("moved-aside"), source="mv(1)"),)

    def command(self) -> Command:
        return Command(script=RETIRE, args=(self.path,))

    @property
    def locks(self) -> tuple[str, ...]:
        return (f"path:{self.path}@{self.host}",)


COPY = """set -eu
from=$1 to=$2
mkdir -p -- "$(dirname -- "$to")"
part=$to.bkrec-part
rm -rf -- "$part"
if [ -d "$from" ]; then cp -a -- "$from" "$part"; elif [ "$3" = empty ]; then mkdir -- "$part"; fi
mv -T -- "$part" "$to"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyDirectory(Action):
    """Copy a directory, complete or not at all (a copy beside it, then a rename). Guide 6.1: cert and backup."""

    source: str
    path: str
    empty: bool = False
    """Where there is nothing to copy, an empty one does: /data/src/backup only has to exist."""
    identity: ClassVar[tuple[str, ...]] = ("path",)
    kind: Literal["directory.copy"] = "directory.copy"
    undo: ClassVar[Undo] = "no-change"

    def requires(self) -> tuple[AnyExpected, ...]:
        if self.empty:
            return ()
        present = PathKind(host=self.host, path=self.source)
        return (present.must_be("directory", because=reason("copy-source", path=self.path), source="guide 6.1"),)

    def ensures(self) -> tuple[AnyExpected, ...]:
        kind = PathKind(host=self.host, path=self.path)
        return (kind.must_be("directory", because=reason("copied-over", source=self.source), source="guide 6.1"),)

    def command(self) -> Command:
        return Command(script=COPY, args=(self.source, self.path, "empty" if self.empty else "must"))
