"""Package repositories: would yum find what the vendor's installers have it install?

The installers call yum under `set -e` each time they run, since one of the names they ask rpm for is never installed
under that name; one enabled repository that does not answer ends yum, and the installer with it, after the old units
are retired. yum itself is never run: it writes its cache, and it waits for minutes. The host's own .repo files are
read instead, with their variables, mirror lists and proxies, and each repository is asked for its index as yum would;
what is not installed is looked for in the list of packages, by what packages provide (`mysql` is provided by
mysql-community-client). Where yum is not configured at all (a lab of another distribution) nothing is claimed to
be missing.
Source: yum.conf(5); createrepo's repomd.xml and primary.xml; bin/install_paas.sh:36,173.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.proxy import PROXIES
from probes.lib.rows import lines_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoriesSilent(Fact[tuple[str, ...]]):
    """Enabled repositories whose index cannot be had, with host and cause: "base mirror.example: unresolved". Those
    that yum skips when they do not answer are not counted."""

    kind: Literal["repository.silent"] = "repository.silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagesUnavailable(Fact[tuple[str, ...]]):
    """Of these packages, those that are neither installed nor in a repository that answers."""

    packages: tuple[str, ...]
    kind: Literal["repository.unavailable"] = "repository.unavailable"


RepositoryFact = RepositoriesSilent | PackagesUnavailable

READ_FILES: LiteralString = r"""
  function flush() {
    if (id != "" && id != "main" && enabled)
      print id "\t" (skip + 0) "\t" (proxy == "" ? "-" : proxy) "\t" verify "\t" kind "\t" urls
    id = ""
  }
  function filled(text, out, name) {
    out = ""
    while (match(text, /[$][{][A-Za-z0-9_]+[}]|[$][A-Za-z0-9_]+/)) {
      name = substr(text, RSTART, RLENGTH); gsub(/[${}]/, "", name)
      out = out substr(text, 1, RSTART - 1) (name in values ? values[name] : substr(text, RSTART, RLENGTH))
      text = substr(text, RSTART + RLENGTH)
    }
    return out text
  }
  BEGIN { n = split(ENVIRON["variables"], line, "\n"); for (i = 1; i <= n; i++) {
    at = index(line[i], "="); if (at) values[substr(line[i], 1, at - 1)] = substr(line[i], at + 1) } }
  { sub(/\r$/, "") }
  FNR == 1 { flush() }
  /^[ \t]*[#;]/ || /^[ \t]*$/ { next }
  /^\[/ {
    flush()
    id = substr($0, 2); sub(/\].*/, "", id)
    enabled = 1; skip = main_skip; proxy = main_proxy; verify = main_verify == "" ? 1 : main_verify
    kind = "-"; urls = ""; key = ""
    next
  }
  /^[ \t]/ { value = $0; sub(/^[ \t]+/, "", value); if (key == "baseurl") urls = urls " " filled(value); next }
  {
    at = index($0, "="); if (!at) next
    key = substr($0, 1, at - 1); value = substr($0, at + 1)
    gsub(/[ \t]/, "", key); sub(/^[ \t]+/, "", value); sub(/[ \t]+$/, "", value)
    yes = tolower(value) ~ /^(1|yes|true|on)$/
    if (key == "enabled") enabled = yes ? 1 : 0
    if (key == "skip_if_unavailable") skip = yes ? 1 : 0
    if (key == "sslverify") verify = yes ? 1 : 0
    if (key == "proxy") proxy = value
    if (key == "baseurl") { kind = key; gsub(/[,]/, " ", value); urls = filled(value) }
    if ((key == "mirrorlist" || key == "metalink") && kind != "baseurl") { kind = key; urls = filled(value) }
    if (id == "main") { main_proxy = proxy; main_skip = skip; main_verify = verify }
  }
  END { flush() }
"""

PROVIDED: LiteralString = r"""
  BEGIN { RS = "<"; n = split(ENVIRON["wanted"], name, "\n"); for (i = 1; i <= n; i++) wanted[name[i]] = 1 }
  /^rpm:provides>/ { inside = 1 }
  /^\/rpm:provides>/ { inside = 0 }
  inside && /^rpm:entry / && match($0, /name="[^"]*"/) {
    found = substr($0, RSTART + 6, RLENGTH - 7)
    if (found in wanted) { print found; delete wanted[found] }
  }
"""

SCRIPT = (
    PROXIES
    + r"""
root=$1 read_files=$2 provided=$3
shift 3
if ! command -v rpm >/dev/null 2>&1 || { [ ! -e "$root/etc/yum.conf" ] && [ ! -e "$root/etc/dnf/dnf.conf" ]; }; then
  echo no-yum
  exit 0
fi
command -v curl >/dev/null 2>&1 || { echo no-curl; exit 0; }
wanted=$(for name do
  rpm -q "$name" >/dev/null 2>&1 || rpm -q --whatprovides "$name" >/dev/null 2>&1 || printf '%s\n' "$name"
done)
releasever=$(rpm -q --qf '%{VERSION}\n' --whatprovides redhat-release 2>/dev/null | head -n 1)
case $releasever in
  [0-9]*) ;;
  *) releasever=$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' "$root/etc/os-release" 2>/dev/null) ;;
esac
variables="basearch=$(uname -m)
arch=$(uname -m)
releasever=$releasever
infra=stock
contentdir=centos
$(for file in "$root"/etc/yum/vars/* "$root"/etc/dnf/vars/*; do
  if [ -f "$file" ]; then printf '%s=%s\n' "${file##*/}" "$(head -n 1 -- "$file")"; fi
done)"
export variables wanted
login_proxies "$root"
get() { # SECONDS URL: the file, by yum's own settings for this repository
  case $2 in
    file://*) [ -r "${2#file://}" ] || return 37; cat -- "${2#file://}"; return 0 ;;
    http://* | https://*) ;;
    *) return 1 ;;
  esac
  set -- -s -g -L -f -m "$1" --connect-timeout 8 --proto '=http,https' --proto-redir '=http,https' --url "$2"
  [ "$verify" != 0 ] || set -- -k "$@"
  case $proxy in
    '') curl "$@" ;;
    _none_ | None | none) curl --noproxy '*' "$@" ;;
    *) http_proxy=$proxy https_proxy=$proxy curl "$@" ;;
  esac
}
unpacked() {
  case $1 in
    *.gz) gunzip -c ;;
    *.xz) xz -dc ;;
    *.bz2) bunzip2 -c ;;
    *.zst) zstd -dc ;;
    *) cat ;;
  esac
}
bases() { # the places of a repository, one a line
  case $kind in
    baseurl) for each in $urls; do printf '%s\n' "${each%/}"; done ;;
    mirrorlist | metalink)
      list=$(get 20 "${urls%% *}") || return
      printf '%s\n' "$list" | tr -d '\r' | sed -n -e 's!^ *\(https\{0,1\}://[^ <]*\) *$!\1!p' \
        -e 's!^.*<url[^>]*>\(https\{0,1\}://[^<]*\)/repodata/repomd.xml</url>.*$!\1!p' | sed 's!/*$!!' | head -n 3 ;;
    *) return 3 ;;
  esac
}
place() { # URL: its host, or that it is a directory
  case $1 in
    file://*) printf '%s\n' "${1#file://}" ;;
    *) found=${1#*://} found=${found%%/*}; printf '%s\n' "${found##*@}" ;;
  esac
}
ask() { # one repository: "" or the cause; then what it has of what is wanted
  where=$(place "${urls%% *}")
  list=$(bases) || { status=$?; printf '%s: %s' "$where" "$(curl_error "$status")"; return; }
  [ "$list" ] || { printf '%s: no mirrors' "$where"; return; }
  for base in $list; do
    where=$(place "$base")
    index=$(get 20 "$base/repodata/repomd.xml")
    status=$?
    [ "$status" -ne 0 ] || break
  done
  [ "$status" -eq 0 ] || { printf '%s: %s' "$where" "$(curl_error "$status")"; return; }
  primary=$(printf '%s\n' "$index" | awk 'BEGIN { RS = "<" }
    /^data / { inside = /type="primary"/ }
    inside && /^location / && match($0, /href="[^"]*"/) { print substr($0, RSTART + 6, RLENGTH - 7); exit }')
  [ "$primary" ] || { printf '%s: no index' "$where"; return; }
  [ "$wanted" ] || return 0
  here=$(get 90 "$base/$primary" | unpacked "$primary" 2>/dev/null | awk "$provided")
  [ ! "$here" ] || printf '\n%s' "$here"
}
tab=$(printf '\t')
files=
for file in "$root"/etc/yum.conf "$root"/etc/dnf/dnf.conf "$root"/etc/yum.repos.d/*.repo; do
  [ ! -r "$file" ] || files="$files $file"
done
awk "$read_files" $files | {
  while IFS=$tab read -r id skip proxy verify kind urls; do
    [ "$proxy" != - ] || proxy=
    told=$(ask </dev/null)
    cause=$(printf '%s\n' "$told" | head -n 1)
    if [ "$cause" ] && [ "$skip" != 1 ]; then printf 'silent\t%s %s\n' "$id" "$cause"; fi
    more=$(printf '%s\n' "$told" | sed 1d)
    # original-awk takes no line break after -v
    [ ! "$more" ] || wanted=$(printf '%s\n' "$wanted" | have=$more awk '
      BEGIN { n = split(ENVIRON["have"], name, "\n"); for (i = 1; i <= n; i++) got[name[i]] = 1 } !($0 in got)')
  done
  [ ! "$wanted" ] || printf '%s\n' "$wanted" | sed "s/^/lacks$tab/"
  echo end
}
"""
)


def command(facts: Sequence[RepositoryFact]) -> Command:
    return Command(script=SCRIPT, args=("", READ_FILES, PROVIDED, *_packages(facts)), timeout_s=240.0)


def _packages(facts: Sequence[RepositoryFact]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(name for fact in facts if isinstance(fact, PackagesUnavailable) for name in fact.packages)
    )


def parse(facts: Sequence[RepositoryFact], output: Output) -> Readings:
    lines = list(lines_of(output))
    match lines:
        case ["no-curl"]:
            return dict.fromkeys(facts, Unknown(reason("tool-missing", tool="curl")))
        case ["no-yum"]:
            return dict.fromkeys(facts, Known(()))
        case [*rows, "end"]:
            return _read(facts, [tuple(row.split("\t")) for row in rows])
        case _:
            raise ValueError("the answer about repositories is cut")


def _read(facts: Sequence[RepositoryFact], rows: Sequence[tuple[str, ...]]) -> Readings:
    if any(len(row) != 2 or row[0] not in ("silent", "lacks") for row in rows):
        raise ValueError("the answer about repositories is not understood")
    silent = tuple(text for word, text in rows if word == "silent")
    lacking = {text for word, text in rows if word == "lacks"}
    if not lacking <= set(_packages(facts)):
        raise ValueError("the answer is about packages that were not asked for")
    readings: dict[AnyFact, Reading[tuple[str, ...]]] = {}
    for fact in facts:
        if isinstance(fact, RepositoriesSilent):
            readings[fact] = Known(silent)
        else:
            readings[fact] = Known(tuple(name for name in fact.packages if name in lacking))
    return readings


FACTS: tuple[type[AnyFact], ...] = (RepositoriesSilent, PackagesUnavailable)
PROBE = Probe(family="repository", facts=FACTS, command=command, parse=parse)
