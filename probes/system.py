"""The operating system around BlueKing: memory, processors, inodes, mounts, IPv6, names, proxies, the address it calls
itself.

Each is something that the vendor's installers take for granted and that stops them, or what they start, in the middle.
Source: proc(5); df(1); mountpoint(1); getent(1), ahostsv4; bin/default/gse.env:35-109 of 6.2 (GSE binds "::");
health_check/check_consul_resolv.sh; hosts(5); nsswitch.conf(5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from probes.command import Command, Output
from probes.fact import AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.lib.proxy import PROXIES
from probes.lib.rows import Row, groups_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipv6Usable(Fact[bool]):
    """Can a program bind "::"? With ipv6.disable=1 on the kernel's command line it cannot; the sysctl disable_ipv6
    does not matter."""

    kind: Literal["system.ipv6"] = "system.ipv6"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySize(Fact[str]):
    """ "enough", or what is there and what it should be: "15884 MB < 30000 MB"."""

    mb: int
    kind: Literal["system.memory"] = "system.memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorCount(Fact[str]):
    """ "enough", or "4 < 8"."""

    count: int
    kind: Literal["system.processors"] = "system.processors"


@dataclass(frozen=True, slots=True, kw_only=True)
class InodeRoom(Fact[str]):
    """ "enough", or "120 < 50000": free on the file system of `path` or of the nearest directory above it. A file
    system without a limit of its own (btrfs) has enough."""

    path: str
    count: int
    kind: Literal["system.inodes"] = "system.inodes"


@dataclass(frozen=True, slots=True, kw_only=True)
class MountPoint(Fact[bool]):
    """Is `path` itself a mount point, which cannot be renamed? A link to one is none, and neither is what is not
    there."""

    path: str
    kind: Literal["system.mount-point"] = "system.mount-point"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameResolved(Fact[str]):
    """ "resolved", or the first name server that does not know it: "unresolved by 8.8.8.8"."""

    name: str
    kind: Literal["system.name"] = "system.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverAddress(Fact[str]):
    """ "own", where one of the first three name servers of /etc/resolv.conf (the resolver reads no more: MAXNS in
    resolv.conf(5)) is this host, at a loopback address or its own; else their addresses, or "none"."""

    kind: Literal["system.resolver"] = "system.resolver"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesOverridden(Fact[tuple[str, ...]]):
    """Names below service.consul that /etc/hosts leads somewhere by itself, with the address: "redis.service.consul
    10.0.0.9". That file is asked before any name server. Lines without a valid address are not used by the resolver,
    and all other names are the operator's: the web domains of the platform belong there (ce/tools.sh:458-461)."""

    kind: Literal["system.names-overridden"] = "system.names-overridden"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginProxies(Fact[tuple[str, ...]]):
    """Proxies that every login sets and that take calls within the cluster too, since no_proxy lacks 127.0.0.1 (or
    localhost) or .consul: "http_proxy in /etc/profile". Never their values: an address may hold a password."""

    kind: Literal["system.proxies"] = "system.proxies"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanAddressDiffers(Fact[tuple[str, ...]]):
    """What local.env calls LAN_IP where that is not this host's address in install.config; () where it is, or where
    nothing says it."""

    kind: Literal["system.lan-address"] = "system.lan-address"


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonModulesMissing(Fact[tuple[str, ...]]):
    """Modules that this interpreter cannot import and that no index or directory named in pip's configuration has.
    pip itself is never run; without such a configuration nothing is known to have them."""

    python: str
    modules: tuple[str, ...]
    kind: Literal["system.python-modules"] = "system.python-modules"


SystemFact = (
    Ipv6Usable
    | MemorySize
    | ProcessorCount
    | InodeRoom
    | MountPoint
    | NameResolved
    | ResolverAddress
    | NamesOverridden
    | LoginProxies
    | LanAddressDiffers
    | PythonModulesMissing
)

FIND = "import importlib.util as u, sys\nprint(*[m for m in sys.argv[1:] if not u.find_spec(m)])"

SCRIPT = (
    PROXIES
    + r"""
root=$1 find=$2 i=0
shift 2
say() { printf '%s\t%s\t%s\n' "$i" "$1" "$2"; }
free_inodes() {
  there=$1
  while [ ! -e "$there" ] && [ "${there%/*}" != "$there" ]; do there=${there%/*}; [ "$there" ] || there=/; done
  df -P -i -- "$there" 2>/dev/null | awk 'NR == 2 && match($0, /[0-9]+ +[0-9]+ +-?[0-9]+ +([0-9]+%|-)/) {
    split(substr($0, RSTART), column, / +/); print (column[1] > 0 ? column[3] : "unlimited") }'
}
resolves() {
  for _ in 1 2; do timeout 6 getent ahostsv4 "$1" >/dev/null 2>&1 && return; done
  return 1
}
name_server() { awk '$1 == "nameserver" { print $2; exit }' "$root/etc/resolv.conf" 2>/dev/null; }
name_servers() { # by the shell alone: it is read in each check
  servers= number=0
  while read -r word address _ || [ "$word" ]; do
    if [ "$word" = nameserver ] && [ "$number" -lt 3 ]; then servers="$servers $address" number=$((number + 1)); fi
  done <"$root/etc/resolv.conf"
}
overridden() ( # address and name, by the shell alone too
  set -f
  return_key=$(printf '\r')
  while read -r address names || [ "$address" ]; do
    for name in ${names%%#*}; do
      name=${name%"$return_key"}
      case $address,$name in
        \#*) ;;
        *.[Ss][Ee][Rr][Vv][Ii][Cc][Ee].[Cc][Oo][Nn][Ss][Uu][Ll]) say overridden "$name $address" ;;
      esac
    done
  done <"$root/etc/hosts"
)
uncovered() { # proxies that take local calls too
  found=$(proxies "$root")
  printf '%s\n' "$found" | awk -F '\t' '
    $1 == "no_proxy" { without = "," $2 ","; next }
    $2 != "" { set[$1] = $3 }
    $2 == "" { delete set[$1] }
    END {
      here = without ~ /,(localhost|127\.0\.0\.1|127\.0\.0\.0\/8|127\.\*|\*),/
      names = without ~ /,([*]?\.?(service\.)?consul|\*),/
      if (!(here && names)) for (name in set) print name " in " set[name]
    }' | sort
}
pip_setting() { # NAME: of pip.conf, the last one counting
  cat "$root/etc/pip.conf" "$root/root/.pip/pip.conf" "$root/root/.config/pip/pip.conf" 2>/dev/null |
    sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" | tail -n 1
}
obtainable() { # MODULE: as a file of find-links, or in the index
  links=$(pip_setting find-links) index=$(pip_setting index-url)
  for file in "$root${links#file://}"/*; do
    case $(printf '%s\n' "${file##*/}" | tr 'A-Z_' 'a-z-') in "$1"-*) [ ! "$links" ] || return 0 ;; esac
  done
  case $index in http://* | https://*) ;; *) return 1 ;; esac
  login_proxies "$root"
  curl -s -g -L -f -o /dev/null -m 15 --connect-timeout 8 --proto '=http,https' --url "${index%/}/$1/" 2>/dev/null
}
unobtainable() { for module do obtainable "$module" || printf '%s ' "$module"; done; }
while [ $# -ge 3 ]; do
  case $1 in
    ipv6) if [ -e "$root/proc/net/if_inet6" ]; then say ipv6 yes; else say ipv6 no; fi ;;
    memory) say mb "$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' "$root/proc/meminfo" 2>/dev/null)" ;;
    processors) say count "$(grep -c '^processor' "$root/proc/cpuinfo" 2>/dev/null)" ;;
    inodes) say free "$(free_inodes "$2")" ;;
    mount-point)
      if ! command -v mountpoint >/dev/null; then say no-tool ''
      elif [ ! -L "$2" ] && mountpoint -q -- "$2" 2>/dev/null; then say mounted yes
      else say mounted no; fi ;;
    name) if resolves "$2"; then say name resolved; else say name "unresolved by $(name_server)"; fi ;;
    resolver)
      if [ -r "$root/etc/resolv.conf" ]; then name_servers; say resolver "${servers# }"
      else say unreadable ''; fi ;;
    names-overridden)
      if [ ! -e "$root/etc/hosts" ]; then say end ''
      elif [ -r "$root/etc/hosts" ]; then overridden; say end ''
      else say unreadable ''; fi ;;
    proxies) uncovered | awk -v i="$i" '{ print i "\tproxy\t" $0 }'; say end '' ;;
    lan-address)
      address=$(sed -n 's/^[[:space:]]*\(export \)\{0,1\}LAN_IP=//p' "$root/etc/blueking/env/local.env" 2>/dev/null)
      say address "$(printf '%s\n' "$address" | tail -n 1 | tr -d "\"'")" ;;
    python-modules)
      if [ ! -x "$2" ]; then say no-python ''
      elif lacks=$(timeout 20 "$2" -B -I -c "$find" $3 2>/dev/null); then say lacks "$(unobtainable $lacks)"
      else say failed ''; fi ;;
  esac
  shift 3
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[SystemFact]) -> Command:
    words = tuple(word for fact in facts for word in _words(fact))
    return Command(script=SCRIPT, args=("", FIND, *words), timeout_s=60.0)


def _words(fact: SystemFact) -> tuple[str, str, str]:
    ask = fact.kind.removeprefix("system.")
    match fact:
        case InodeRoom() | MountPoint():
            return ask, fact.path, ""
        case NameResolved():
            return ask, fact.name, ""
        case PythonModulesMissing():
            return ask, fact.python, " ".join(fact.modules)
        case _:
            return ask, "", ""


def parse(facts: Sequence[SystemFact], output: Output) -> Readings:
    groups = groups_of(output, count=len(facts))
    readings: dict[AnyFact, AnyReading] = {}
    for index, fact in enumerate(facts):
        readings[fact] = _read(fact, groups[index])
    return readings


def _read(fact: SystemFact, rows: Sequence[Row]) -> AnyReading:
    if isinstance(fact, NamesOverridden):
        return _overridden(rows)
    match fact, rows:
        case Ipv6Usable(), [("ipv6", ("yes" | "no") as word)]:
            return Known(word == "yes")
        case MemorySize(), [("mb", size)]:
            return _compared(size, fact.mb, " MB", "/proc/meminfo")
        case ProcessorCount(), [("count", count)]:
            return _compared(count, fact.count, "", "/proc/cpuinfo")
        case InodeRoom(), [("free", "unlimited")]:
            return Known("enough")
        case InodeRoom(), [("free", free)]:
            return _compared(free, fact.count, "", fact.path)
        case MountPoint(), [("mounted", ("yes" | "no") as word)]:
            return Known(word == "yes")
        case MountPoint(), [("no-tool", "")]:
            return Unknown(reason("tool-missing", tool="mountpoint"))
        case NameResolved(), [("name", answer)] if answer == "resolved" or answer.startswith("unresolved by "):
            return Known(answer.strip())
        case ResolverAddress(), [("resolver", addresses)]:
            return Known(_resolver(fact.host, addresses.split()))
        case ResolverAddress(), [("unreadable", "")]:
            return Unknown(reason("path-unreadable", path="/etc/resolv.conf"))
        case LoginProxies(), [*proxies, ("end", "")] if all(len(row) == 2 and row[0] == "proxy" for row in proxies):
            return Known(tuple(row[1] for row in proxies))
        case LanAddressDiffers(), [("address", address)]:
            return Known(() if address in ("", fact.host) else (address,))
        case PythonModulesMissing(), [("lacks", names)] if set(names.split()) <= set(fact.modules):
            return Known(tuple(names.split()))
        case PythonModulesMissing(), [(("no-python" | "failed"), "")]:
            return Unknown(reason("tool-missing", tool=fact.python))
        case _:
            raise ValueError("the answer about the system is not understood")


def _overridden(rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    match rows:
        case [*lines, ("end", "")] if all(len(row) == 2 and row[0] == "overridden" for row in lines):
            return Known(tuple(sorted({row[1] for row in lines if _is_used(row[1])})))
        case [("unreadable", "")]:
            return Unknown(reason("path-unreadable", path="/etc/hosts"))
        case _:
            raise ValueError("the lines of /etc/hosts are not understood")


def _is_used(line: str) -> bool:
    """The resolver skips a line whose address is none, or one of a link ("fe80::1%eth0")."""
    address = line.rpartition(" ")[2]
    try:
        ip_address(address)
    except ValueError:
        return False
    return "%" not in address


def _resolver(host: str, addresses: Sequence[str]) -> str:
    if any(address.startswith("127.") or address in ("::1", host) for address in addresses):
        return "own"
    return " ".join(addresses) or "none"


def _compared(size: str, needed: int, unit: str, path: str) -> Reading[str]:
    if not size:
        return Unknown(reason("path-unreadable", path=path))
    if not (size.isascii() and size.isdecimal()):
        raise ValueError("a number is expected")
    return Known("enough" if int(size) >= needed else f"{int(size)}{unit} < {needed}{unit}")


FACTS: tuple[type[AnyFact], ...] = (
    Ipv6Usable,
    MemorySize,
    ProcessorCount,
    InodeRoom,
    MountPoint,
    NameResolved,
    ResolverAddress,
    NamesOverridden,
    LoginProxies,
    LanAddressDiffers,
    PythonModulesMissing,
)
PROBE = Probe(family="system", facts=FACTS, command=command, parse=parse)
