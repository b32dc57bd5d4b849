"""MySQL: one dump of every database of a server, and whether it holds what the server holds.

What is compared comes from two sides: the server is asked before and after (databases, tables with their rows, views,
and how many triggers, routines and events), and the dump itself is read from beginning to end. What the server had
both before and after must be in it; a table made or dropped meanwhile need not be, and `contents`, beside the dump,
says what really is.

Rows: where the server says that a table was not changed since before the dump, its rows must be exactly those in the
dump. Products go on writing into others: those may differ, but never lack more than a quarter. All of it streams:
nothing but a line is held in memory, and nothing is copied twice.

Restoring takes one command: each database is dropped and made anew by the dump (`--add-drop-database`), in the
character set that the dump names itself (`--set-charset`, which `--skip-opt` would leave out).
Source: mysqldump(1) of 5.7 and MariaDB 10.11; guide 5.1.
"""

from typing import LiteralString

from actions.lib.backup_shell import RECORD, ROOM

ASK: LiteralString = r"""
sql() { mysql --no-defaults --login-path=default-root --default-character-set=utf8mb4 -Nsr "$@"; }
ours="not in ('information_schema', 'mysql', 'test', 'db_infobase', 'performance_schema', 'sys')"
name_of="concat('\`', replace(table_schema, '\`', '\`\`'), '\`.\`', replace(table_name, '\`', '\`\`'), '\`')"

unseen() { # what the account must see of every database, and does not
    sql << 'SQL'
select needed from
    (select 'SELECT' needed union select 'SHOW VIEW' union select 'TRIGGER' union select 'EVENT') all_of_it
where needed not in (select privilege_type from information_schema.user_privileges
    where grantee = concat('''', replace(current_user(), '@', '''@'''), ''''));
SQL
}

databases() { # of a directory that is no database (lost+found) MySQL makes a name that begins with #mysql50#
    sql << SQL
select schema_name from information_schema.schemata where schema_name $ours and schema_name not like '#mysql50#%';
SQL
}

bytes() { # what the dump may take: blobs become hexadecimal, twice their size
    sql << 'SQL'
select ifnull(greatest(2 * sum(data_length), sum(data_length + index_length)), 0) from information_schema.tables
where table_schema not in ('information_schema', 'performance_schema', 'sys');
SQL
}

listed() { # SINCE: lines "KIND NUMBER NAME". database: its triggers, routines and events; same, changed: a table's rows
    sql << SQL
select 'database', (select count(*) from information_schema.triggers where trigger_schema = schema_name)
    + (select count(*) from information_schema.routines where routine_schema = schema_name)
    + (select count(*) from information_schema.events where event_schema = schema_name),
    concat('\`', replace(schema_name, '\`', '\`\`'), '\`')
from information_schema.schemata where schema_name $ours and schema_name not like '#mysql50#%';
select 'view', 0, $name_of from information_schema.tables where table_type = 'VIEW' and table_schema $ours;
SQL
    sql << SQL > "$home/counting"
select concat('select ''', if(update_time >= '$1', 'changed', 'same'), ''', count(*), ', quote($name_of),
    ' from ', $name_of, ';')
from information_schema.tables where table_type = 'BASE TABLE' and table_schema $ours;
SQL
    sql --force < "$home/counting" 2> "$home/errors" || :
    # 1146: dropped since it was listed; 1049: its database was
    if grep -E '^ERROR' -- "$home/errors" | grep -vE '^ERROR (1146|1049) ' >&2; then
        echo "the rows could not be counted" >&2
        return 1
    fi
}
"""

READ: LiteralString = r"""
contents() { # DUMP: what is in it, in the words of `listed`
    LC_ALL=C awk '
        BEGIN { FS = "\001"; one = "`([^`]|``)*`" }
        function name(text) { return match(text, one) ? substr(text, RSTART, RLENGTH) : "" }
        function count(text) { # without its strings, the only brackets are those of the rows
            gsub(/\\./, "", text)
            gsub(/\047[^\047]*\047/, "", text)
            rows[filled] += gsub(/\(/, "(", text)
            if (text ~ /;$/) filled = ""
        }
        # around each trigger, routine and event, whose text may hold lines like any
        $0 == "DELIMITER ;" { within = 0; next }
        /^DELIMITER / { within = 1; programs[base]++; next }
        within { next }
        filled != "" { count($0); next }
        /^USE `/ { base = name($0); bases[base]; next }
        /^CREATE TABLE (IF NOT EXISTS )?`/ { tables[base "." name($0)]; next }
        /^\/\*!50001 VIEW `/ { views[base "." name($0)]; next }
        /^INSERT INTO `/ {
            filled = base "." name($0)
            match($0, "^INSERT INTO " one "( [(]" one "(, ?" one ")*[)])? VALUES")
            count(substr($0, RSTART + RLENGTH))
        }
        END {
            for (each in bases) printf "database\t%d\t%s\n", programs[each], each
            for (each in tables) printf "table\t%d\t%s\n", rows[each], each
            for (each in views) printf "view\t0\t%s\n", each
        }' "$1"
}

lacking() { # what the server had before and after, and the dump has not; of tables in use, which begins with "changed"
    LC_ALL=C awk -F '\t' '
        { what = $1; number = $2 + 0; name = $3; for (i = 4; i <= NF; i++) name = name "\t" $i }
        list == 1 { before[name] = number; next }
        list == 2 {
            if (!(name in before)) next
            if (what == "changed" || before[name] != number) changed[name]
            if (!(name in least)) least[name] = before[name]
            if (number < least[name]) least[name] = number
            kind[name] = what
            next
        }
        { dumped[name] = number }
        END {
            for (name in kind) {
                if (!(name in dumped)) { print "lost\t" name " is not in the dump"; continue }
                number = dumped[name]
                rows = name ": " number " rows are in the dump, the server has " least[name]
                if (kind[name] == "database" && number < least[name])
                    print "lost\t" name ": " number " of " least[name] " triggers, routines and events are in the dump"
                else if (kind[name] == "database" || kind[name] == "view") continue
                else if (name in changed && number < least[name] * 3 / 4) print "changed\t" rows " or more"
                else if (!(name in changed) && number != least[name]) print "lost\t" rows
            }
        }' list=1 "$home/before" list=2 "$home/after" list=3 "$home/contents"
}

counted_again() { # tables that empty and fill all the time (queues, sessions) may have had as few rows as were dumped
    printf '%s\n' "$1" | sed -n 's/^changed\t\(.*\): [0-9]* rows are in the dump.*/\1/p' | while IFS= read -r table; do
        rows=$(printf 'select count(*) from %s;\n' "$table" | sql) || continue
        printf 'changed\t%s\t%s\n' "$rows" "$table"
    done
}
"""

DUMP: LiteralString = (
    """set -euo pipefail
umask 077
"""
    + RECORD
    + ROOM
    + ASK
    + READ
    + r"""
mkdir -p -- "$1"
for torn in "$1"/bkrec-[0-9]*/bk_mysql_alldata.sql.part; do
    [ ! -e "$torn" ] || rm -rf -- "${torn%/*}"
done
unseen=$(unseen)
if [ -n "$unseen" ]; then
    echo "the login path default-root does not see every table: it lacks" $unseen "on *.*" >&2
    exit 1
fi
names=$(databases)
[ -n "$names" ] || { echo "no database to back up: nothing was listed" >&2; exit 1; }
bytes=$(bytes)
room "$1" "$((${bytes%%.*} / 1024 + 65536))" "the dump of MySQL"
binlog=$(echo 'select @@log_bin' | sql)
since=$(echo 'select now() - interval 2 second' | sql)

home=$1/bkrec-$(date +%Y%m%d%H%M%S) kept=no
mkdir -- "$home"
dump=$home/bk_mysql_alldata.sql
trap '[ "$kept" = yes ] || rm -rf -- "$home"' EXIT
listed "$since" > "$home/before"
set -f
IFS='
'
set -- $names
unset IFS
set +f
[ "$binlog" != 1 ] || position=--master-data=2
# a dump that sets GTID_PURGED cannot be restored into the server that it is of; MariaDB's tool has no such option
options=$(mysqldump --no-defaults --login-path=default-root --help 2> /dev/null) || options=
case $options in *set-gtid-purged*) gtid=--set-gtid-purged=OFF ;; esac
mysqldump --no-defaults --login-path=default-root --skip-opt --create-options --set-charset --add-drop-database \
    --default-character-set=utf8mb4 -R -E -q -e --single-transaction --no-autocommit --max-allowed-packet=1G \
    --hex-blob ${gtid:-} ${position:-} -B -- "$@" > "$dump.part"
listed "$since" > "$home/after"
end=$(tail -c 300 -- "$dump.part" | tr -d '\000')
case $end in *'-- Dump completed'*) ;; *) echo "the dump has no end" >&2; exit 1 ;; esac
contents "$dump.part" > "$home/contents"
lacking=$(lacking)
for _ in 1 2 3; do
    case $lacking in changed*) ;; *) break ;; esac
    sleep 1
    counted_again "$lacking" >> "$home/after"
    lacking=$(lacking)
done
if [ -n "$lacking" ]; then
    printf '%s\n' "$lacking" | cut -f 2- >&2
    exit 1
fi
rm -f -- "$home/before" "$home/after" "$home/counting" "$home/errors"
digest=$(md5sum < "$dump.part")
sync
mv -T -- "$dump.part" "$dump"
record mysql "$dump" "${digest%% *}"
kept=yes
"""
)
