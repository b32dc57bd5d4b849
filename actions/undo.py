"""Undo: put back what a run kept of what was there before it (`actions/lib/undo_shell.py`).

Each looks first whether the thing is still as that run left it: what somebody else has put there since is never
overwritten. What is replaced is kept beside the copy (`after`), and every replacement is one rename, so that an undo
killed anywhere is simply done again.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.undo_shell import DIGEST, SYNCED
from probes.command import Command
from probes.fact import AnyExpected
from probes.undo import UndoItemState
from specs.reason import reason

PUT: LiteralString = (
    "set -eu\n"
    + DIGEST
    + SYNCED
    + r"""
run=$1 path=$2
entry=${BKREC_UNDO%/*}/$run/$(place_of "$path")
was=$(cat -- "$entry/digest")
now=$(digest_of "$path")
part=$path.bkrec-part
keep() ( # what is going to be replaced
    [ "$now" != absent ] || exit 0
    umask 077
    cat -- "$path" > "$entry/after.new"
    synced "$entry/after.new"
    renamed "$entry/after.new" "$entry/after"
)
copy() {
    rm -f -- "$part"
    if [ -e "$entry/link" ]; then
        to=$(cat -- "$entry/link")
        ln -s -- "$to" "$part"
    else
        read -r mode user group < "$entry/owner"
        (umask 077; cat -- "$entry/before" > "$part")
        chown -- "$user:$group" "$part"
        chmod -- "$mode" "$part"
        touch -r "$entry/before" -- "$part"
        made=$(digest_of "$part")
        [ "$made" = "$was" ] || { echo "the copy of $path is damaged" >&2; exit 1; }
        synced "$part"
    fi
    mv -T -- "$part" "$path"
}
if [ "$now" != "$was" ]; then
    grep -qxF -e "$now" -- "$entry/left" || { echo "somebody else changed $path since" >&2; exit 1; }
    keep
    if [ "$was" = absent ]; then rm -f -- "$path"; else copy; fi
    sync
fi
"""
)

PUT_UNIT: LiteralString = PUT + "systemctl daemon-reload\n"
PUT_SERVICE: LiteralString = PUT + "consul reload\n"

MOVE: LiteralString = (
    "set -eu\n"
    + DIGEST
    + r"""
run=$1 path=$2
place=$(place_of "$path")
aside=$(cat -- "${BKREC_UNDO%/*}/$run/$place/aside")
part=$path.bkrec-part
if [ -e "$path" ]; then
    [ -e "$aside" ] || exit 0
    echo "somebody made $path anew since" >&2
    exit 1
fi
# where a rename is no rename, mv copies and deletes as it goes: here the copy is whole before what it was made of goes
if [ -e "$aside" ]; then
    here=$(stat -c %d -- "$aside")
    there=$(stat -L -c %d -- "$(dirname -- "$path")")
    rm -rf -- "$part"
    if [ "$here" = "$there" ]; then
        mv -T -- "$aside" "$part"
    else
        cp -a -- "$aside" "$part"
        sync
        mv -T -- "$aside" "$aside.put-back"
    fi
fi
mv -T -- "$part" "$path"
rm -rf -- "$aside.put-back"
sync
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore(Action):
    """What all of them share: the run, and the path as that run names it."""

    run: str
    path: str
    undo: ClassVar[Undo] = "undo"

    def ensures(self) -> tuple[AnyExpected, ...]:
        state = UndoItemState(host=self.host, run=self.run, path=self.path)
        return (state.must_be("back", because=reason("restored"), source="mv(1)"),)

    @property
    def locks(self) -> tuple[str, ...]:
        return (f"path:{self.path}@{self.host}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreFile(Restore):
    """install.config or an env file. A bkcli at work reads them, so it holds what a bkcli call holds."""

    identity: ClassVar[tuple[str, ...]] = ("run", "path")
    kind: Literal["undo.file"] = "undo.file"

    def command(self) -> Command:
        return Command(script=PUT, args=(self.run, self.path))

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli", f"host:{self.host}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreUnit(Restore):
    """A unit's file, and have systemd read it; whether it is started is another step's business."""

    unit: str
    identity: ClassVar[tuple[str, ...]] = ("run", "unit")
    kind: Literal["undo.unit"] = "undo.unit"

    def command(self) -> Command:
        return Command(script=PUT_UNIT, args=(self.run, self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreService(Restore):
    """A service's definition, and have consul read it."""

    service: str
    identity: ClassVar[tuple[str, ...]] = ("run", "service")
    kind: Literal["undo.service"] = "undo.service"

    def command(self) -> Command:
        return Command(script=PUT_SERVICE, args=(self.run, self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreDirectory(Restore):
    """Move a directory back to where it was."""

    identity: ClassVar[tuple[str, ...]] = ("run", "path")
    kind: Literal["undo.directory"] = "undo.directory"

    def command(self) -> Command:
        return Command(script=MOVE, args=(self.run, self.path))
