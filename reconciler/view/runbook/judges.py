"""Shell that judges what a probe's script printed, on the controller, where no parser of ours runs.

Each reads the answer on its standard input, takes what is expected as arguments, and ends with 0 where the answer says
so; anything else, an empty or a cut answer included, is no. They decide what the parser beside the probe decides
(`tests/reconciler/view/runbook/test_checks.py` holds them to each other over every recorded answer), and where the
parser would call an answer Unknown, they say no. No tab stands in them: pasted into a shell, a tab is a request for
completion.
"""

from typing import LiteralString

LINES: LiteralString = r"""
answer=$(cat)
[ -n "$answer" ] || exit 1
while [ $# -gt 1 ]; do
    found=$(printf '%s\n' "$answer" | grep -cE -e "$2" || :)
    case $1 in
    has) [ "$found" -gt 0 ] || exit 1 ;;
    lacks) [ "$found" = 0 ] || exit 1 ;;
    *) [ "$found" = "$1" ] || exit 1 ;;
    esac
    shift 2
done
[ $# = 0 ]
"""
"""`has PATTERN`, `lacks PATTERN`, or `NUMBER PATTERN`: on how many lines."""

NORMAL: LiteralString = r"""
function normal(text, token, made) {
    gsub(/^[ \r]+|[ \r]+$/, "", text)
    if (text !~ /^[vV]?[0-9][A-Za-z0-9._+ -]*$/) return text
    text = tolower(text)
    sub(/^v/, "", text)
    made = ""
    while (match(text, /[0-9]+|[a-z]+/)) {
        token = substr(text, RSTART, RLENGTH)
        made = made (token ~ /^[0-9]/ ? "." : "-") token
        text = substr(text, RSTART + RLENGTH)
    }
    sub(/^[.]/, "", made)
    return made
}
"""
"""As `normalise_version` writes a version."""

VERSION: LiteralString = (
    "awk -F '\\t' -- '"
    + NORMAL
    + r"""
BEGIN { expected = ARGV[1]; ARGV[1] = "" }
$1 == "0" && $2 == "is" { text = $3; for (i = 4; i <= NF; i++) text = text "\t" $i; rows++ }
END { exit !(rows == 1 && NR == 1 && normal(text) == expected) }
' "$1"
"""
)

VERSIONS: LiteralString = (
    "awk -F '\\t' -- '"
    + NORMAL
    + r"""
BEGIN {
    md5 = ARGV[1]
    for (i = 2; i < ARGC; i++) { expected[ARGV[i]] = 1; ARGV[i] = "" }
    count = ARGC - 2
    ARGV[1] = ""
}
NR == 1 { whole = ($2 == "kept"); next }
NR == 2 { head = ($3 == "md5 " md5); next }
$3 == "end" { ended = NR; next }
{
    split($3, word, " ")
    text = substr($3, length(word[1] " " word[2] " ") + 1)
    version = (text ~ /^!/) ? text : normal(text)
    line = word[1] " " word[2] " " version
    if (line in expected) { seen[line]++; right++ } else wrong = 1
}
END { exit !(whole && head && ended == NR && !wrong && right == count) }
' "$@"
"""
)
"""The MD5, then each `product NAME VERSION` or `saas NAME VERSION` that the package brings, and no other."""

CURRENT: LiteralString = r"""
answer=$(cat)
if [ "$1" = mark ]; then # nothing marks the time: nothing to be younger than
    case $(printf '%s\n' "$answer" | awk -F '\t' '$1 == "0" { print $2 }') in absent) exit 0 ;; esac
fi
entered=$(printf '%s\n' "$answer" | awk -F '\t' '$1 == "0" && $2 == "is" { print $5 }')
[ -n "$entered" ] || exit 1
entered=$(date -u -d "${entered#* }" +%s) || exit 1
printf '%s\n' "$answer" | awk -F '\t' -v entered="$entered" '
    $1 == "0" && $2 == "is" { changed = $3; began = $4; rows++ }
    $1 == "1" && $2 == "clock" { now = $3; up = $4; clocks++ }
    END {
        if (rows != 1 || clocks != 1 || began == "") exit 1
        started = now - up + began / 1000000
        exit !(started + 2 >= changed && entered + 2 >= changed && changed <= now + 2)
    }'
"""
"""Started after the file was changed, by both of the clocks that the probe read."""

BACKUP: LiteralString = r"""
awk -F '\t' -v since="$1" '
    $1 == "0" && $2 == "record" && $3 == "yes" && $4 == "same" && $5 == $6 && $7 ~ /^[0-9]+$/ {
        age = $8 - $7
        whole = age >= -120 && age < 86400 && $7 >= since + 0
        if ($9 != "" && ($10 - $9 < -120 || $10 - $9 >= 86400)) whole = 0
    }
    END { exit !(whole && NR == 1) }'
"""
"""Recorded, sealed, as recorded, not a day old, and not made before that second."""

SAAS: LiteralString = (
    "awk -F '\\t' -- '"
    + NORMAL
    + r"""
function newer(a, b, n, m, one, other, i) {
    n = split(a, one, /[.-]/); m = split(b, other, /[.-]/)
    for (i = 1; i <= n || i <= m; i++) {
        if (one[i] + 0 > other[i] + 0) return 1
        if (one[i] + 0 < other[i] + 0) return 0
    }
    return a != b
}
BEGIN {
    mode = ARGV[1]; app = ARGV[2]; release = ARGV[3]; published = ARGV[4]
    ARGV[1] = ARGV[2] = ARGV[3] = ARGV[4] = ""
}
$1 == "asked" { asked = 1 }
$1 == "online" && $2 == app { online = normal($3) }
$1 == "tree" { tree = normal($3) }
$1 == "file" && index($3, app "_V") == 1 && packaged == "" {
    text = substr($3, length(app) + 3)
    sub(/[.]tar[.]gz$/, "", text)
    packaged = normal(text)
}
$1 == "end" { ended = NR }
END {
    if (!asked || ended != NR) exit 1
    if (tree != release) packaged = ""
    if (packaged == "") packaged = normal(published)
    if (packaged == "" && tree != "" && tree != release) exit mode == "online"
    if (packaged == "") packaged = online
    if (mode == "online") exit !(online != "" && online == packaged)
    exit online != "" && newer(online, packaged)
}
' "$@"
"""
)
"""`online`: what is deployed is what the package brings. `older`: what is deployed is not newer than that."""

PLACED: LiteralString = r"""
awk -- '
BEGIN {
    module = ARGV[1]; expected = ARGV[2]
    ARGV[1] = ARGV[2] = ""
    project = ""
    if (match(module, /[(]/)) { project = substr(module, RSTART); module = substr(module, 1, RSTART - 1) }
}
{
    sub(/^0[ \t]/, "")
    if ($0 == "end") { ended = NR; next }
    if (sub(/^line[ \t]/, "") != 1) { wrong = 1; next }
    n = split($0, word, /[ \t,]+/)
    if (word[1] !~ /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$/) next
    for (i = 2; i <= n; i++) {
        if (word[i] !~ /^[a-z][a-z0-9_]*([(][a-z][a-z0-9_]*(-[a-z][a-z0-9_]*)*[)])?$/) { wrong = 1; continue }
        if (!(word[1] in first)) { first[word[1]] = ++count; address[count] = word[1] }
        name = word[i]; part = ""
        if (match(name, /[(]/)) { part = substr(name, RSTART); name = substr(name, 1, RSTART - 1) }
        if (name == module && (project == "" || project == part)) here[word[1]] = 1
    }
}
END {
    found = ""
    for (i = 1; i <= count; i++) if (address[i] in here) found = found (found == "" ? "" : " ") address[i]
    exit !(!wrong && ended == NR && found == expected)
}
' "$@"
"""
"""MODULE, and its hosts in the order of install.config."""

SAME: LiteralString = r"""
awk -F '\t' -- '
BEGIN { hollow = ARGV[1]; ARGV[1] = "" }
$1 == "0" && $2 == "is" && $3 ~ /^[0-9a-f]+$/ && length($3) == 32 && $3 != hollow { found[NR] = $3 }
END { exit !(NR == 2 && (1 in found) && found[1] == found[2]) }
' "$@"
"""
"""Two answers, one after the other, with the same digest, which is not that of nothing."""

JUDGES: dict[str, LiteralString] = {
    "lines": LINES,
    "version": VERSION,
    "versions": VERSIONS,
    "current": CURRENT,
    "backup": BACKUP,
    "saas": SAAS,
    "placed": PLACED,
    "same": SAME,
}
