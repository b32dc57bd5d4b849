"""MongoDB: one dump of every database with its oplog, and whether it holds what the server holds.

Each collection is compared three times: the shell lists it before and after, with its documents; the dumping tool says
how many it wrote; and bsondump, of the same package, reads every document back from the file. The file must hold
exactly what the tool says. The server's own count may differ, since products go on writing and an unclean shutdown
leaves it wrong: but the dump never lacks more than a quarter of it. Without a shell or bsondump nobody can say what a
dump lacks: it fails.

A view has no documents, and system collections are listed by nobody; `local` is never dumped.
Source: mongodump and bsondump of 4.2, whose lines "done dumping DB.COLLECTION (N documents)" and "N objects found" are
read; guide 5.2.
"""

from typing import LiteralString

from actions.lib.backup_shell import RECORD, ROOM
from actions.lib.env_shell import ADMIN

LIST: LiteralString = r"""
var key = function (name) {
    var text = encodeURIComponent(name);
    ["!", "~", "*", "'", "(", ")"].forEach(function (c) {
        text = text.split(c).join("%" + c.charCodeAt(0).toString(16).toUpperCase());
    });
    return text;
};
var tell = function (base, name) {
    var count = db.getSiblingDB(base).getCollection(name).count();
    print("bkrec-has " + count + " " + key(base) + "/" + key(name));
};
var each = function (one) {
    if (/^(local|config)$/.test(one.name)) { return; }
    db.getSiblingDB(one.name).getCollectionInfos().forEach(function (c) {
        if (c.type != "view" && !/^system[.]/.test(c.name)) { tell(one.name, c.name); }
    });
};
if (db.auth(user, word)) {
    db.adminCommand({ listDatabases: 1 }).databases.forEach(each);
    print("bkrec-end");
}
"""
"""For mongo and mongosh alike. From its input mongo takes a statement once brackets and quotes are even, whatever they
stand in: none are odd in a regular expression here, and none at all in what is handed over."""

ASK: LiteralString = (
    r"""
encoded() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'; }
user_text=$(encoded "$user")
word_text=$(encoded "$password")
listed() { # lines "COUNT DATABASE/COLLECTION", the names percent-encoded; fails where the shell does not say its end
    ended=yes
    {
        printf 'var user = decodeURIComponent("%s"), word = decodeURIComponent("%s");\n' "$user_text" "$word_text"
        cat << 'JS'
"""
    + LIST
    + r"""
JS
    } | "$client" --quiet --norc --host "$server" admin > "$scratch/asked" || ended=no
    if [ "$ended" = no ] || ! grep -q 'bkrec-end$' -- "$scratch/asked"; then
        grep -v 'bkrec-has ' -- "$scratch/asked" | head -n 5 >&2
        return 1
    fi
    sed -n 's/^.*bkrec-has //p' -- "$scratch/asked"
}
"""
)

READ: LiteralString = r"""
unpacked() { case $1 in *.gz) gzip -dc -- "$1" ;; *) cat -- "$1" ;; esac; }
documents() { # FILE: how many, each read; fails where one is cut
    unpacked "$1" | bsondump > /dev/null 2> "$scratch/read" || { tail -n 3 -- "$scratch/read" >&2; return 1; }
    sed -n 's/^.*[^0-9]\([0-9][0-9]*\) objects found$/\1/p' -- "$scratch/read"
}
written() { # DATABASE.COLLECTION: how many documents, by the tool's own words
    LC_ALL=C awk -v name="$1" '
        match($0, /done dumping .* \([0-9]+ documents?\)$/) {
            said = substr($0, RSTART + 13)
            at = match(said, / \([0-9]+ documents?\)$/)
            number = substr(said, at + 2) + 0
            said = substr(said, 1, at - 1)
            gsub(/`/, "", said)
            if (said == name) found = number
        }
        END { print found }' "$scratch/log"
}
key() { # a file name as `listed` has it; tools of today percent-encode some characters themselves, older ones none
    printf '%s' "$1" | LC_ALL=C awk '
        BEGIN { for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i }
        {
            for (i = 1; i <= length($0); i++) {
                c = substr($0, i, 1)
                printf "%s", (c ~ /[A-Za-z0-9._%-]/ ? c : sprintf("%%%02X", code[c]))
            }
        }'
}
checked() { # prints "DOCUMENTS DATABASE/COLLECTION" of each file, or fails and says why
    for file in "$out.part"/*/*.bson.gz; do
        [ -f "$file" ] || { echo "the dump holds no collection" >&2; return 1; }
        name=${file#"$out.part"/}
        name=${name%.bson.gz}
        [ -s "${file%.bson.gz}.metadata.json.gz" ] || { echo "$name came without its metadata" >&2; return 1; }
        gzip -t -- "${file%.bson.gz}.metadata.json.gz"
        [ -s "$file" ] || { echo "$name.bson.gz is empty" >&2; return 1; }
        found=$(documents "$file")
        said=$(written "${name%%/*}.${name#*/}")
        case $name in */system.*) said=${said:-$found} ;; esac # of users and roles not every version says it
        if [ -z "$found" ] || [ "$found" != "$said" ]; then
            echo "$name: ${found:-no} documents are in the dump, mongodump wrote ${said:-none}" >&2
            return 1
        fi
        encoded=$(key "$name")
        printf '%s %s\n' "$found" "$encoded" | sed 's|%2F|/|'
    done
}
lacking() { # what the server had before and after, and the dump has not
    LC_ALL=C awk '
        list == 1 { before[$2] = $1 + 0; next }
        list == 2 { if ($2 in before) least[$2] = $1 + 0 < before[$2] ? $1 + 0 : before[$2]; next }
        { dumped[$2] = $1 + 0 }
        END {
            for (name in least) {
                if (!(name in dumped)) print name " is not in the dump"
                else if (dumped[name] < least[name] * 3 / 4)
                    print name ": " dumped[name] " documents are in the dump, the server has " least[name]
            }
        }' list=1 "$scratch/before" list=2 "$scratch/after" list=3 "$out.contents"
}
"""

DUMP: LiteralString = (
    """set -euo pipefail
umask 077
"""
    + RECORD
    + ROOM
    + ADMIN
    + r"""
server=$3 conf=$4
user=$(admin "$2" BK_MONGODB_ADMIN_USER)
password=$(admin "$2" BK_MONGODB_ADMIN_PASSWORD)
[ -n "$user" ] && [ -n "$password" ] || { echo "no MongoDB admin in dbadmin.env below $2/bin" >&2; exit 1; }
client=
for name in mongo mongosh; do
    if [ -z "$client" ] && command -v "$name" > /dev/null; then client=$name; fi
done
[ -n "$client" ] || { echo "neither mongo nor mongosh is here: nobody can list what is to be dumped" >&2; exit 1; }
command -v bsondump > /dev/null || { echo "no bsondump is here: nobody can read what was dumped" >&2; exit 1; }
mkdir -p -- "$1"
rm -rf -- "$1"/bkrec-mongodb-[0-9]*.part "$1"/bkrec-mongodb-[0-9]*.scratch
if [ -r "$conf" ]; then
    data=$(awk '$1 == "dbPath:" { gsub(/["\047]/, "", $2); print $2; exit }' "$conf")
    if [ -d "$data" ]; then
        used=$(du -sk -- "$data")
        room "$1" "$((${used%%[!0-9]*} + 65536))" "the dump of MongoDB"
    fi
fi
"""
    + ASK
    + READ
    + r"""
out=$1/bkrec-mongodb-$(date +%Y%m%d%H%M%S) kept=no
scratch=$out.scratch
trap 'rm -rf -- "$scratch"; [ "$kept" = yes ] || rm -rf -- "$out" "$out.part" "$out.contents"' EXIT
mkdir -- "$out.part" "$scratch"
listed > "$scratch/before" || { echo "the collections could not be listed" >&2; exit 1; }
# without -p the tool asks for the password, and takes it from its input where that is no terminal
printf '%s\n' "$password" |
    mongodump --host "$server" -u "$user" --authenticationDatabase admin --oplog --gzip --out "$out.part" 2>&1 |
    tee -- "$scratch/log"
listed > "$scratch/after" || { echo "the collections could not be listed" >&2; exit 1; }
for file in "$out.part"/oplog.bson*; do oplog=$file; done
[ -f "$oplog" ] || { echo "the dump holds no oplog" >&2; exit 1; }
documents "$oplog" > /dev/null
checked > "$out.contents"
lacking=$(lacking)
[ -z "$lacking" ] || { printf '%s\n' "$lacking" >&2; exit 1; }
cd -- "$out.part"
digest=$(find . -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum | md5sum)
sync
mv -T -- "$out.part" "$out"
record mongodb "$out" "${digest%% *}"
kept=yes
"""
)
