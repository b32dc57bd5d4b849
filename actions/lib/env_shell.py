"""Shell functions for scripts of actions: read a key of an env file as bash would, and set it.

Both read the file by statement, with the same awk as the probes, and never source it: a value that would run something
is text here. An edit replaces just the assignment that bash ends up with, be it one of several on a line or one over
many lines, and is compared with the old file: every other variable has to read as before, or nothing is changed. Where
the file is not plain enough for that, the script ends with the key and the line. A value reaches awk by its
environment, which only root can read.
"""

from typing import LiteralString

from actions.lib.undo_shell import REMEMBER
from probes.lib.env_awk import ENV_AWK, ENV_AWK_PLACES

COMPLAIN_AWK: LiteralString = r"""
function complain(key, file) {
  if (SEEN == "expansion") why = "rests on other variables, which only bash could put in"
  else if (SEEN == "odd") why = "is no plain assignment: write each as KEY=VALUE, and nothing else into the file"
  else why = "cannot be read"
  print file (LINE ? ", line " LINE : "") ", where " key " was looked for, " why > "/dev/stderr"
}
"""

VALUE: LiteralString = (
    r"""
value() { # FILE KEY: its value; nothing where the key or the file is missing; fails where bash would have to be run
    [ -e "$1" ] || return 0
    LC_ALL=C awk -- '"""
    + ENV_AWK
    + COMPLAIN_AWK
    + r"""
    BEGIN {
        prepare()
        load(1, ARGV[1])
        look(1, ARGV[2])
        if (SEEN == "value") printf "%s", VALUE
        else if (SEEN != "absent") { complain(ARGV[2], ARGV[1]); exit 3 }
    }' "$1" "$2"
}
"""
)

ADMIN: LiteralString = (
    VALUE
    + r"""
admin() { # INSTALL KEY: of dbadmin.env. One changed later is declared in 03-userdef, which load_env.sh reads last
    given=$(value "$1/bin/03-userdef/dbadmin.env" "$2") || return 1
    if [ -z "$given" ]; then given=$(value "$1/bin/01-generate/dbadmin.env" "$2") || return 1; fi
    printf '%s' "$given"
}
"""
)

MYSQL_PORT: LiteralString = r"""
mysql_port() { # FILE KEY: the port that a product's merged variables name, else MySQL's own
    port=$(value "$1" "$2") || return 1
    case ${port:=3306} in
    *[!0-9]*) echo "$2 in $1 is no port" >&2; return 1 ;;
    *) printf '%s' "$port" ;;
    esac
}
"""

EDIT_AWK: LiteralString = r"""
function placed(key,  i, base) {
  if (F != 1 || key != ARGV[3]) return
  base = 0
  for (i = 1; i < FIRST; i++) base += length(L[i]) + 1
  BEGINS[++PLACES] = base + (P == 1 ? 1 : AT)
  ENDS[PLACES] = base + (P == 1 ? length(T) : P)
}
function whole(  i, s) { # the text of the file, its last line ended
  for (i = 1; i <= ROWS; i++) s = s L[i] "\n"
  return s
}
BEGIN {
  prepare()
  load(1, ARGV[2])
  look(1, ARGV[3])
  text = whole()
  if (SEEN == "odd" || SEEN == "unreadable") { complain(ARGV[3], ARGV[2]); exit 3 }
  if (length(text) - ARGV[4] != 0 && length(text) - ARGV[4] != 1) {
    print ARGV[2] " was not read whole: edit " ARGV[3] " by hand" > "/dev/stderr"
    exit 3
  }
  if (ARGV[1] == "keep-last") text = kept_last(text)
  else if (!PLACES) text = text ENVIRON["BKREC_MADE"] "\n"
  else text = substr(text, 1, BEGINS[PLACES] - 1) ENVIRON["BKREC_MADE"] substr(text, ENDS[PLACES])
  printf "%s", text
}
function kept_last(text,  i, from, to, line, exported) {
  for (i = PLACES; i > 0; i--) {
    from = BEGINS[i]
    while (from > 1 && substr(text, from - 1, 1) != "\n") from--
    line = substr(text, from, BEGINS[i] - from)
    if (i == PLACES) { exported = line ~ /export/; continue }
    to = ENDS[i]
    while (index(" \t", substr(text, to, 1))) to++
    if (substr(text, to, 1) != "\n" || line !~ /^[ \t]*(export[ \t]+)?$/ || (line ~ /export/ && !exported)) {
      print ARGV[2] " sets " ARGV[3] " more than once, and not each time on a line of its own: which one is meant is" \
        " for a person to say" > "/dev/stderr"
      exit 3
    }
    text = substr(text, 1, from - 1) substr(text, to + 1)
  }
  return text
}
"""

SAME_AWK: LiteralString = r"""
function of_key(which,  n, found) { split(which, found, SUBSEP); return found[2] }
BEGIN {
  prepare()
  for (f = 1; f <= 2; f++) load(f, ARGV[f])
  key = ARGV[3]
  for (each in COUNT) {
    other = of_key(each)
    if (other == key) continue
    if (COUNT[1, other] != COUNT[2, other] || VAL[1, other] "" != VAL[2, other] "" ||
        WHYOF[1, other] != WHYOF[2, other]) bad = other
  }
  look(2, key)
  if (ODDFILE[2] || bad != "" || SEEN != "value" || (ARGV[4] == "known" && VALUE "" != ENVIRON["BKREC_VALUE"] "")) {
    print ARGV[1] ": giving " key " its value would change " (bad == "" ? "how the file reads" : bad) \
      " too: edit it by hand" > "/dev/stderr"
    exit 3
  }
}
"""

EDIT: LiteralString = (
    REMEMBER
    + r"""
edited() { # HOW FILE KEY [VALUE], HOW being assign or keep-last
    how=$1 file=$2 key=$3
    # a link stays one: what it leads to is edited
    if [ -L "$file" ]; then file=$(readlink -f -- "$file"); fi
    mkdir -p -- "$(dirname -- "$file")"
    rm -f -- "$file.bkrec-part"
    from=/dev/null size=0
    if [ -e "$file" ]; then
        from=$file
        size=$(stat -c %s -- "$file")
        cp -p -- "$file" "$file.bkrec-part"
    fi
    # what an awk makes of a NUL differs from one to the next
    tr -d '\000' < "$from" > "$file.bkrec-part"
    text=$(stat -c %s -- "$file.bkrec-part")
    if [ "$text" != "$size" ]; then
        rm -f -- "$file.bkrec-part"
        echo "$file holds bytes that are no text: edit $key by hand" >&2
        exit 3
    fi
    BKREC_VALUE=${4:-} BKREC_MADE=
    export BKREC_VALUE BKREC_MADE
    BKREC_MADE=$key=$(printf '%s\n' "$BKREC_VALUE" | quote)
    LC_ALL=C awk -- '"""
    + ENV_AWK_PLACES
    + COMPLAIN_AWK
    + EDIT_AWK
    + r"""' "$how" "$from" "$key" "$size" > "$file.bkrec-part" || { rm -f -- "$file.bkrec-part"; exit 3; }
    case $how in assign) known=known ;; *) known=any ;; esac
    LC_ALL=C awk -- '"""
    + ENV_AWK
    + SAME_AWK
    + r"""' "$from" "$file.bkrec-part" "$key" "$known" || { rm -f -- "$file.bkrec-part"; exit 3; }
    remember file "$file"
    leaves "$file" "$file.bkrec-part"
    sync
    mv -T -- "$file.bkrec-part" "$file"
}
assign() { edited assign "$1" "$2" "$3"; } # FILE KEY VALUE
quote() {
    LC_ALL=C awk '{ text = text (NR > 1 ? "\n" : "") $0 } END {
        if (text ~ "^[A-Za-z0-9_.,:/@%+-]*$") { printf "%s", text; exit }
        n = split(text, part, "\047")
        for (i = 1; i <= n; i++) printf "%s%s", (i > 1 ? "\047\\\047\047" : "\047"), part[i]
        printf "\047" }'
}
"""
)
