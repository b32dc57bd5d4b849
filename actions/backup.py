"""Backups, each in a dated directory of its own, recorded only when complete.

The guide's overwrite the last one in place: run after the upgrade, they destroy the only copy of 6.1. Here nothing is
overwritten, a dump gets its final name when its end was verified, and a record on the host has its path and size;
`probes/backup.py` compares the record with the disk. Guide 5.1-5.3.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib import mongodb_dump, mysql_dump, restore
from actions.lib.backup_shell import RECORD, ROOM
from probes import cmdb
from probes.backup import Backup
from probes.command import Command
from probes.fact import AnyExpected
from probes.lib import esb
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMysql(Action):
    """Dump every database of the BlueKing MySQL, over root's own login path on the database host."""

    directory: str
    since: int = field(default=0, compare=False)
    """As in `Backup`: what was made before is none for this run."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["backup.mysql"] = "backup.mysql"
    login_shell: ClassVar[bool] = True
    typical_s: ClassVar[float] = 300.0
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="mysql", since=self.since)
        return (backup.must_be("fresh", because=reason("backup-complete"), source="guide 5.1"),)

    def command(self) -> Command:
        return Command(script=mysql_dump.DUMP, args=(self.directory,))

    def restore_commands(self) -> tuple[str, ...]:
        return restore.mysql()

    @property
    def deadline_s(self) -> float:
        return 7200.0


MONGOD_CONF = "/etc/mongod.conf"
"""Names the directory of the data, whose size a dump is given room for; none where the server is another host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMongodb(Action):
    """Dump MongoDB with its oplog; the admin password goes to the tool's input, never to its arguments."""

    directory: str
    install: str
    since: int = field(default=0, compare=False)
    """As in `Backup`."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["backup.mongodb"] = "backup.mongodb"
    login_shell: ClassVar[bool] = True
    typical_s: ClassVar[float] = 300.0
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="mongodb", since=self.since)
        return (backup.must_be("fresh", because=reason("backup-complete"), source="guide 5.2"),)

    def command(self) -> Command:
        return Command(script=mongodb_dump.DUMP, args=(self.directory, self.install, self.host, MONGOD_CONF))

    def restore_commands(self) -> tuple[str, ...]:
        return restore.mongodb(self.host, self.install)

    @property
    def deadline_s(self) -> float:
        return 7200.0


INSTALL: LiteralString = (
    """set -eu
umask 077
"""
    + RECORD
    + ROOM
    + r"""
same() { # NAME: in the tree and in the copy
    if [ -L "$tree/$1" ]; then
        here=$(readlink -- "$tree/$1") || return 1
        there=$(readlink -- "$copy.part/$1") || return 1
        [ "$here" = "$there" ]
    elif [ -d "$tree/$1" ]; then [ -d "$copy.part/$1" ]
    else cmp -s -- "$tree/$1" "$copy.part/$1"; fi
}
tree=$(readlink -e -- "$1") || { echo "no $1" >&2; exit 1; }
[ -f "$tree/bkcli" ] && [ -s "$tree/bkcli" ] || { echo "$1 holds no bkcli: these are not the scripts" >&2; exit 1; }
[ -s "$tree/install.config" ] || { echo "$1/install.config is empty or not there" >&2; exit 1; }
for env in "$tree"/bin/04-final/*.env; do
    [ -f "$env" ] || { echo "$1/bin/04-final holds no env file" >&2; exit 1; }
done
rm -rf -- "$1"_[0-9]*.part "$1"_[0-9]*.part.*
used=$(du -sk -- "$tree")
room "$(dirname -- "$1")" "$((${used%%[!0-9]*} + 16384))" "the copy of $1"
copy=$1_$(date +%Y%m%d%H%M%S) kept=no
trap 'rm -f -- "$copy".part.*; [ "$kept" = yes ] || rm -rf -- "$copy.part"' EXIT
[ ! -e "$copy" ] || { echo "$copy is there already" >&2; exit 1; }
: > "$copy.part.begun"
cp -a -- "$tree" "$copy.part"
chmod 0700 -- "$copy.part"
# every file is compared; one that was written meanwhile (hosts.env, at each call of bkcli) is copied once more
cd -- "$tree"
find . > "$copy.part.names"
while IFS= read -r name; do
    if same "$name"; then continue; fi
    if [ ! -e "$name" ] && [ ! -L "$name" ]; then continue; fi
    newer=$(find "$name" -prune -cnewer "$copy.part.begun")
    [ -n "$newer" ] || { echo "$name is not in the copy as it is in $1" >&2; exit 1; }
    rm -rf -- "$copy.part/$name"
    cp -a -- "$name" "$copy.part/$name"
done < "$copy.part.names"
# what the tree only links to is kept too, as it is now: behind the link it may change
cd -- "$copy.part"
find . -type l > "$copy.part.links"
while IFS= read -r link; do
    target=$(readlink -e -- "$tree/$link") || continue
    to=$(readlink -- "$link")
    case $to,$target in /*) ;; *,"$tree"/*) continue ;; esac
    if [ -d "$target" ]; then case $link in ./bin/*) ;; *) continue ;; esac fi
    rm -f -- "$link"
    cp -a -- "$target" "$link"
done < "$copy.part.links"
find . -type f -print0 > "$copy.part.files"
LC_ALL=C sort -z -- "$copy.part.files" > "$copy.part.sorted"
xargs -0 md5sum < "$copy.part.sorted" > "$copy.part.sums"
digest=$(md5sum < "$copy.part.sums")
sync
mv -T -- "$copy.part" "$copy"
record install "$copy" "${digest%% *}"
kept=yes
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupInstall(Action):
    """Copy /data/install with its dot files and secrets, readable by root only."""

    path: str
    identity: ClassVar[tuple[str, ...]] = ("path",)
    kind: Literal["backup.install"] = "backup.install"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="install")
        return (backup.must_be("fresh", because=reason("backup-complete"), source="guide 5.3"),)

    def command(self) -> Command:
        return Command(script=INSTALL, args=(self.path,))

    def restore_commands(self) -> tuple[str, ...]:
        return restore.install(self.path)


CMDB: LiteralString = (
    """set -eu
umask 077
home=/var/lib/bkrec/cmdb
questions=$1
shift
ask() (
set +eu
"""
    + esb.SCRIPT
    + """
)
"""
    + RECORD
    + """
mkdir -p -m 0700 -- "$home"
copy=$home/$(date +%Y%m%d%H%M%S).json
trap 'rm -f -- "$copy.part"' EXIT
ask "$@" > "$copy.part"
answers=$(grep -cE '"result": *true.* 200 0$' -- "$copy.part" || :)
[ "$answers" = "$questions" ] || { echo "CMDB answered $answers of $questions questions" >&2; exit 1; }
digest=$(md5sum < "$copy.part")
sync
mv -T -- "$copy.part" "$copy"
record cmdb "$copy" "${digest%% *}"
echo "kept in $copy"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCmdb(Action):
    """CMDB's answers about sets, templates and hosts, one line each. Nothing restores from it; it is there for a person
    to look up the old state."""

    install: str
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["backup.cmdb"] = "backup.cmdb"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="cmdb")
        return (backup.must_be("fresh", because=reason("backup-complete"), source="guide 7.17"),)

    def command(self) -> Command:
        questions = cmdb.everything(self.install)
        return Command(script=CMDB, args=(str(len(questions)), *esb.arguments(questions)))
