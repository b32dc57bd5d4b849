"""Backups, each in a dated directory of its own, counted as made only when they are complete.

The guide's overwrite the last one in place: run after the upgrade, they destroy the only copy of 6.1. Here nothing is
overwritten, a dump gets its final name when its end was seen, and a record on the host says where it lies and how
large it is; `probes/backup.py` compares the record with the disk. Guide 5.1-5.3.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.envshell import VALUE
from probes import cmdb, esb
from probes.backup import Backup
from probes.fact import AnyExpected
from probes.shell import Command
from specs.reason import coded

RECORD: LiteralString = """
record() {
    note=/var/lib/bkrec/backups/$1
    mkdir -p -m 0700 -- "$(dirname -- "$note")"
    printf 'path=%s\\nsize=%s\\ndigest=%s\\nmade=%s\\ncomplete=yes\\n' "$2" "$3" "$4" "$(date +%s)" > "$note.part"
    cp -- "$note.part" "$note.$(date +%Y%m%d%H%M%S)"
    dd if="$note.part" of="$note.synced" conv=fsync 2>/dev/null
    mv -T -- "$note.synced" "$note"
    rm -f -- "$note.part"
}
"""

MYSQL: LiteralString = (
    """set -eu
umask 077
"""
    + RECORD
    + """
home=$1/bkrec-$(date +%Y%m%d%H%M%S)
mkdir -p -- "$home"
dump=$home/bk_mysql_alldata.sql
names=$(mysql --login-path=default-root -Nse 'show databases' |
    grep -vxE 'information_schema|mysql|test|db_infobase|performance_schema|sys')
[ -n "$names" ] || { echo "no database to back up: nothing was listed" >&2; exit 1; }
set -f
IFS='
'
set -- $names
[ "$(mysql --login-path=default-root -Nse 'select @@log_bin')" = 1 ] && set -- --master-data=2 -B "$@" || set -- -B "$@"
mysqldump --login-path=default-root --skip-opt --create-options --default-character-set=utf8mb4 -R -E -q -e \\
    --single-transaction --no-autocommit --max-allowed-packet=1G --hex-blob "$@" > "$dump.part"
tail -c 300 -- "$dump.part" | grep -q '^-- Dump completed' || { echo "the dump has no end" >&2; exit 1; }
made=$(grep -aoE '^CREATE DATABASE .*`[^`]*`' -- "$dump.part" | sed 's/.*`\\([^`]*\\)`$/\\1/' | sort)
[ "$made" = "$(printf '%s\\n' "$names" | sort)" ] || { echo "the dump lacks a database" >&2; exit 1; }
sync
mv -T -- "$dump.part" "$dump"
record mysql "$dump" "$(stat -c %s -- "$dump")" "$(md5sum < "$dump" | cut -c1-32)"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMysql(Action):
    """Dump every database of the BlueKing MySQL, over root's own login path on the database host."""

    directory: str
    identity: ClassVar[tuple[str, ...]] = ("directory",)
    kind: Literal["backup.mysql"] = "backup.mysql"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="mysql")
        return (backup.must_be("fresh", because=coded("backup-complete"), source="guide 5.1"),)

    def command(self) -> Command:
        return Command(script=MYSQL, args=(self.directory,))

    @property
    def login(self) -> bool:
        return True

    @property
    def estimate_s(self) -> float:
        return 300.0

    @property
    def deadline_s(self) -> float:
        return 7200.0

    @property
    def undo(self) -> Undo:
        return "beside"


MONGODB: LiteralString = (
    """set -eu
umask 077
"""
    + RECORD
    + VALUE
    + """
env=$2/bin/01-generate/dbadmin.env
user=$(value "$env" BK_MONGODB_ADMIN_USER)
password=$(value "$env" BK_MONGODB_ADMIN_PASSWORD)
[ -n "$user" ] && [ -n "$password" ] || { echo "no MongoDB admin in $env" >&2; exit 1; }
out=$1/bkrec-mongodb-$(date +%Y%m%d%H%M%S)
rm -rf -- "$out.part"
mkdir -p -- "$out.part"
# without -p the tool asks for the password, and takes it from its input where that is no terminal
printf '%s\\n' "$password" |
    mongodump --host "$3" -u "$user" --authenticationDatabase admin --oplog --gzip --out "$out.part"
ls "$out.part"/oplog.bson* > /dev/null
files=0
for file in "$out.part"/*/*.bson.gz; do
    [ -s "${file%.bson.gz}.metadata.json.gz" ] && gzip -t -- "$file"
    files=$((files + 1))
done
[ "$files" -gt 0 ]
sync
mv -T -- "$out.part" "$out"
record mongodb "$out" "$(find "$out" -type f | wc -l)" -
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMongodb(Action):
    """Dump MongoDB with its oplog; the admin password goes to the tool's input, never to its arguments."""

    directory: str
    install: str
    identity: ClassVar[tuple[str, ...]] = ("directory",)
    kind: Literal["backup.mongodb"] = "backup.mongodb"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="mongodb")
        return (backup.must_be("fresh", because=coded("backup-complete"), source="guide 5.2"),)

    def command(self) -> Command:
        return Command(script=MONGODB, args=(self.directory, self.install, self.host))

    @property
    def login(self) -> bool:
        return True

    @property
    def estimate_s(self) -> float:
        return 300.0

    @property
    def deadline_s(self) -> float:
        return 7200.0

    @property
    def undo(self) -> Undo:
        return "beside"


INSTALL: LiteralString = (
    """set -eu
umask 077
"""
    + RECORD
    + """
copy=$1_$(date +%Y%m%d%H%M%S)
rm -rf -- "$copy.part"
cp -a -- "$1" "$copy.part"
chmod 0700 -- "$copy.part"
[ -f "$copy.part/bkcli" ] && [ -s "$copy.part/install.config" ] && ls "$copy.part"/bin/04-final/*.env > /dev/null
sync
mv -T -- "$copy.part" "$copy"
record install "$copy" "$(find "$copy" -type f | wc -l)" -
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupInstall(Action):
    """Copy /data/install with its dot files and secrets, readable by root only."""

    path: str
    identity: ClassVar[tuple[str, ...]] = ("path",)
    kind: Literal["backup.install"] = "backup.install"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="install")
        return (backup.must_be("fresh", because=coded("backup-complete"), source="guide 5.3"),)

    def command(self) -> Command:
        return Command(script=INSTALL, args=(self.path,))

    @property
    def undo(self) -> Undo:
        return "beside"


TOPOLOGY: LiteralString = (
    """set -eu
umask 077
home=/var/lib/bkrec/topology
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
ask "$@" > "$copy.part"
answers=$(grep -cE '"result": *true.* 200 0$' -- "$copy.part" || :)
[ "$answers" = "$questions" ] || { echo "CMDB answered $answers of $questions questions" >&2; exit 1; }
sync
mv -T -- "$copy.part" "$copy"
record topology "$copy" "$(stat -c %s -- "$copy")" "$(md5sum < "$copy" | cut -c1-32)"
echo "kept in $copy"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupTopology(Action):
    """What CMDB says of sets, templates, and of which host is where: a line for each answer. Nothing reads it back in;
    it is there for a person who wants to know what was where."""

    install: str
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["backup.topology"] = "backup.topology"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="topology")
        return (backup.must_be("fresh", because=coded("backup-complete"), source="guide 7.17"),)

    def command(self) -> Command:
        questions = cmdb.everything(self.install)
        return Command(script=TOPOLOGY, args=(str(len(questions)), *esb.words(questions)))

    @property
    def undo(self) -> Undo:
        return "beside"
