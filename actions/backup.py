"""Backups, each in a dated directory of its own, recorded only when complete.

The guide's overwrite the last one in place: run after the upgrade, they destroy the only copy of 6.1. Here nothing is
overwritten, a dump gets its final name when its end was verified, and a record on the host has its path and size;
`probes/backup.py` compares the record with the disk. Guide 5.1-5.3.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.env_shell import VALUE
from probes import cmdb
from probes.backup import Backup
from probes.command import Command
from probes.fact import AnyExpected
from probes.lib import esb
from specs.reason import reason

RECORD: LiteralString = """
record() {
    note=/var/lib/bkrec/backups/$1
    mkdir -p -m 0700 -- /var/lib/bkrec/backups
    printf 'path=%s\\nsize=%s\\ndigest=%s\\nmade=%s\\ncomplete=yes\\n' "$2" "$3" "$4" "$(date +%s)" > "$note.part"
    cp -- "$note.part" "$note.$(date +%Y%m%d%H%M%S)"
    dd if="$note.part" of="$note.synced" conv=fsync 2>/dev/null
    mv -T -- "$note.synced" "$note"
    rm -f -- "$note.part"
}
"""

ROOM: LiteralString = r"""
room() { # DIRECTORY KB WHAT: goes on where there is room for it, and else says the two numbers
    free=$(df -P -k -- "$1")
    free=$(printf '%s\n' "$free" | awk 'NR == 2 && match($0, /[0-9]+ +[0-9]+ +-?[0-9]+ +[0-9]+%/) {
        split(substr($0, RSTART), column, / +/); print (column[3] > 0 ? column[3] : 0) }')
    case ,$free,$2, in
        *,,* | *[!0-9,]*)
            echo "not known whether $3 has room in $1: it needs \"$2\" KB, \"$free\" KB are free" >&2
            exit 1
            ;;
    esac
    if [ "$free" -lt "$2" ]; then
        echo "$3 needs $((($2 + 1023) / 1024)) MB, $1 has $((free / 1024)) MB free" >&2
        exit 1
    fi
}
"""
"""Looked at right before, besides the preflight check: a dump may lie on the database's own disk, and fill it."""

ASKED: LiteralString = """
listed() { # databases and tables: `DATABASE` or `DATABASE`.`TABLE`, and whether the server counts many rows in it
    mysql --login-path=default-root -Ns << 'SQL'
select concat('`', schema_name, '`'), 'any' from information_schema.schemata where schema_name not in
    ('information_schema', 'mysql', 'test', 'db_infobase', 'performance_schema', 'sys');
select concat('`', table_schema, '`.`', table_name, '`'), if(table_rows >= 1000, 'many', 'any')
    from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in
    ('information_schema', 'mysql', 'test', 'db_infobase', 'performance_schema', 'sys');
SQL
}
bytes() { # what the data and its indexes take, as the server counts
    mysql --login-path=default-root -Ns << 'SQL'
select ifnull(sum(data_length + index_length), 0) from information_schema.tables where table_schema not in
    ('information_schema', 'performance_schema', 'sys');
SQL
}
"""

MYSQL: LiteralString = (
    """set -euo pipefail
umask 077
"""
    + RECORD
    + ROOM
    + ASKED
    + """
mkdir -p -- "$1"
for torn in "$1"/bkrec-[0-9]*/bk_mysql_alldata.sql.part; do
    [ ! -e "$torn" ] || rm -rf -- "${torn%/*}"
done
databases=$(mysql --login-path=default-root -Nse 'show databases')
names=$(printf '%s\\n' "$databases" |
    grep -vxE 'information_schema|mysql|test|db_infobase|performance_schema|sys' || :)
[ -n "$names" ] || { echo "no database to back up: nothing was listed" >&2; exit 1; }
bytes=$(bytes)
room "$1" "$((bytes / 1024 + 65536))" "the dump of MySQL"
binlog=$(mysql --login-path=default-root -Nse 'select @@log_bin')

home=$1/bkrec-$(date +%Y%m%d%H%M%S) kept=no
mkdir -- "$home"
dump=$home/bk_mysql_alldata.sql
trap '[ "$kept" = yes ] || rm -rf -- "$home"' EXIT
listed > "$home/before"
set -f
IFS='
'
set -- $names
if [ "$binlog" = 1 ]; then set -- --master-data=2 -B "$@"; else set -- -B "$@"; fi
mysqldump --login-path=default-root --skip-opt --create-options --default-character-set=utf8mb4 -R -E -q -e \\
    --single-transaction --no-autocommit --max-allowed-packet=1G --hex-blob "$@" > "$dump.part"
set +f
listed > "$home/after"
end=$(tail -c 300 -- "$dump.part" | tr -d '\\000')
case $end in *'-- Dump completed'*) ;; *) echo "the dump has no end" >&2; exit 1 ;; esac
# what was there before and after is in it; a table made or dropped meanwhile need not be
LC_ALL=C grep -aoE '^(USE|CREATE TABLE|INSERT INTO) `[^`]*`' -- "$dump.part" | uniq > "$home/named"
lacking=$(LC_ALL=C awk -F '\\t' '
    list == 1 { early[$1] = $2; next }
    list == 2 { if ($1 in early) want[$1] = early[$1] $2; next }
    /^USE / { base = substr($0, 5); made[base] = 1 }
    /^CREATE TABLE / { made[base "." substr($0, 14)] = 1 }
    /^INSERT INTO / { filled[base "." substr($0, 13)] = 1 }
    END {
        for (name in want) {
            if (!(name in made)) print name " is not in the dump"
            else if (want[name] == "manymany" && !(name in filled)) print name " has no rows in the dump"
        }
    }' list=1 "$home/before" list=2 "$home/after" list=3 "$home/named")
[ -z "$lacking" ] || { printf '%s\\n' "$lacking" >&2; exit 1; }
rm -f -- "$home/before" "$home/after" "$home/named"
size=$(stat -c %s -- "$dump.part")
digest=$(md5sum < "$dump.part")
sync
mv -T -- "$dump.part" "$dump"
record mysql "$dump" "$size" "${digest%% *}"
kept=yes
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMysql(Action):
    """Dump every database of the BlueKing MySQL, over root's own login path on the database host."""

    directory: str
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["backup.mysql"] = "backup.mysql"
    login_shell: ClassVar[bool] = True
    typical_s: ClassVar[float] = 300.0
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="mysql")
        return (backup.must_be("fresh", because=reason("backup-complete"), source="guide 5.1"),)

    def command(self) -> Command:
        return Command(script=MYSQL, args=(self.directory,))

    @property
    def deadline_s(self) -> float:
        return 7200.0


MONGOD_CONF = "/etc/mongod.conf"
"""Names the directory of the data, whose size a dump is given room for; none where the server is another host."""

MONGODB: LiteralString = (
    """set -euo pipefail
umask 077
"""
    + RECORD
    + ROOM
    + VALUE
    + """
env=$2/bin/01-generate/dbadmin.env server=$3 conf=$4
user=$(value "$env" BK_MONGODB_ADMIN_USER)
password=$(value "$env" BK_MONGODB_ADMIN_PASSWORD)
[ -n "$user" ] && [ -n "$password" ] || { echo "no MongoDB admin in $env" >&2; exit 1; }
mkdir -p -- "$1"
rm -rf -- "$1"/bkrec-mongodb-[0-9]*.part
data=
if [ -r "$conf" ]; then
    data=$(awk '$1 == "dbPath:" { gsub(/["\\047]/, "", $2); print $2; exit }' "$conf")
fi
if [ -d "${data:-/nonexistent}" ]; then
    used=$(du -sk -- "$data")
    room "$1" "$((${used%%[!0-9]*} + 65536))" "the dump of MongoDB"
fi
client=
for name in mongo mongosh; do
    if [ -z "$client" ] && command -v "$name" > /dev/null; then client=$name; fi
done
as_text() { sed 's/["\\\\]/\\\\&/g'; }
user_text=$(printf '%s\\n' "$user" | as_text)
word_text=$(printf '%s\\n' "$password" | as_text)
listed() { # DATABASE/COLLECTION of each that holds documents, as the client lists them; the last line says that it did
    [ -n "$client" ] || return 0
    {
        printf 'var user = "%s", word = "%s";\\n' "$user_text" "$word_text"
        cat << 'JS'
var ours = function (c) { return c.type != "view" && !/^system[.]/.test(c.name); };
var all = function (base) { return db.getSiblingDB(base).getCollectionInfos().filter(ours); };
var tellAll = function (base) { all(base).forEach(function (c) { print("bkrec-has " + base + "/" + c.name); }); };
var each = function (one) { if (!/^(local|config)$/.test(one.name)) tellAll(one.name); };
if (db.auth(user, word)) { db.adminCommand({ listDatabases: 1 }).databases.forEach(each); print("bkrec-end"); }
JS
    } | "$client" --quiet --norc --host "$server" admin | sed -n 's/^.*bkrec-\\(has\\|end\\)/\\1/p'
}

out=$1/bkrec-mongodb-$(date +%Y%m%d%H%M%S) kept=no
trap '[ "$kept" = yes ] || rm -rf -- "$out" "$out.part"' EXIT
mkdir -- "$out.part"
before=$(listed) || before=
# without -p the tool asks for the password, and takes it from its input where that is no terminal
printf '%s\\n' "$password" |
    mongodump --host "$server" -u "$user" --authenticationDatabase admin --oplog --gzip --out "$out.part"
after=$(listed) || after=
ls "$out.part"/oplog.bson* > /dev/null
files=0
for file in "$out.part"/*/*.bson.gz; do
    [ -f "$file" ] || { echo "the dump holds no collection" >&2; exit 1; }
    [ -s "${file%.bson.gz}.metadata.json.gz" ] || { echo "$file came without its metadata" >&2; exit 1; }
    gzip -t -- "$file" "${file%.bson.gz}.metadata.json.gz"
    files=$((files + 1))
done
ended=$(printf '%s\\n' "$before" "$after" | grep -cx end || :)
if [ "$ended" = 2 ]; then
    lacking=$(printf '%s\\n' "$before" "$after" | sort | uniq -d | sed -n 's/^has //p' |
        while IFS= read -r name; do
            case $name in *[!A-Za-z0-9._/-]*) continue ;; esac
            [ -f "$out.part/$name.bson.gz" ] || echo "$name is not in the dump"
        done)
    [ -z "$lacking" ] || { printf '%s\\n' "$lacking" >&2; exit 1; }
else
    echo "no client lists the collections here: the dump is whole in itself, and was not compared with the server"
fi
sync
mv -T -- "$out.part" "$out"
files=$(find "$out" -type f -printf .)
record mongodb "$out" "${#files}" -
kept=yes
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMongodb(Action):
    """Dump MongoDB with its oplog; the admin password goes to the tool's input, never to its arguments."""

    directory: str
    install: str
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["backup.mongodb"] = "backup.mongodb"
    login_shell: ClassVar[bool] = True
    typical_s: ClassVar[float] = 300.0
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="mongodb")
        return (backup.must_be("fresh", because=reason("backup-complete"), source="guide 5.2"),)

    def command(self) -> Command:
        return Command(script=MONGODB, args=(self.directory, self.install, self.host, MONGOD_CONF))

    @property
    def deadline_s(self) -> float:
        return 7200.0


INSTALL: LiteralString = (
    """set -eu
umask 077
"""
    + RECORD
    + ROOM
    + """
tree=$(readlink -e -- "$1") || { echo "no $1" >&2; exit 1; }
[ -f "$tree/bkcli" ] && [ -s "$tree/bkcli" ] || { echo "$1 holds no bkcli: these are not the scripts" >&2; exit 1; }
[ -s "$tree/install.config" ] || { echo "$1/install.config is empty or not there" >&2; exit 1; }
rm -rf -- "$1"_[0-9]*.part
used=$(du -sk -- "$tree")
room "$(dirname -- "$1")" "$((${used%%[!0-9]*} + 16384))" "the copy of $1"
copy=$1_$(date +%Y%m%d%H%M%S) kept=no
trap '[ "$kept" = yes ] || rm -rf -- "$copy.part"' EXIT
[ ! -e "$copy" ] || { echo "$copy is there already" >&2; exit 1; }
cp -a -- "$tree" "$copy.part"
chmod 0700 -- "$copy.part"
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
rm -f -- "$copy.part.links"
cd /
cmp -- "$tree/install.config" "$copy.part/install.config"
cmp -- "$tree/bkcli" "$copy.part/bkcli"
for env in "$copy.part"/bin/04-final/*.env; do
    [ -f "$env" ] || { echo "$1/bin/04-final holds no env file" >&2; exit 1; }
done
files=$(find "$copy.part" -type f -printf .)
sync
mv -T -- "$copy.part" "$copy"
record install "$copy" "${#files}" -
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
size=$(stat -c %s -- "$copy.part")
digest=$(md5sum < "$copy.part")
sync
mv -T -- "$copy.part" "$copy"
record cmdb "$copy" "$size" "${digest%% *}"
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
