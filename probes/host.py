"""Hosts: is it the right one, may we change it, is there disk space, is other work running?

`ForeignWork` looks for people's running vendor commands, since two bkcli calls at once corrupt each other's hosts.env.
It shows the script's name, and of bkcli and its like at most two words that follow, none from the first option on:
other words may be passwords. A module's own script that came over ssh without a terminal was started by a bkcli,
perhaps ours: that bkcli runs on the controller, where its owner is visible. A process with BKREC_JOB in its environment
is ours. Source: proc(5); bkcli:29.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, groups_of
from probes.probe import Probe
from specs.reason import reason

Room = Literal["enough", "short"]
User = Literal["root", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAddress(Fact[bool]):
    """Is `host` an address of one of its interfaces? False: this is another machine than install.config means."""

    kind: Literal["host.address"] = "host.address"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginUser(Fact[User]):
    kind: Literal["host.login-user"] = "host.login-user"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskRoom(Fact[Room]):
    """Room on the file system of `path`, or of the nearest directory above that is there."""

    path: str
    mb: int
    """1,048,576 bytes each, needed beside what is used now."""
    kind: Literal["host.disk-room"] = "host.disk-room"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskRoomFor(Fact[Room]):
    """Room for `times` the size of a file. Absent without the file."""

    path: str
    package: str
    times: int
    kind: Literal["host.disk-room-for"] = "host.disk-room-for"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignWork(Fact[tuple[str, ...]]):
    """Each as "pid user command"; () where no foreign work runs.

    What has a name that anybody might use (install.sh, update_dns.sh) counts only where it lies in a tree with a bkcli.
    """

    kind: Literal["host.foreign-work"] = "host.foreign-work"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostClock(Fact[int]):
    """Seconds since the epoch by the host's clock, when it was probed."""

    kind: Literal["host.clock"] = "host.clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockNear(Fact[bool]):
    """Is the host's clock within `seconds` of `reference` (seconds since the epoch, by our clock)?"""

    reference: int
    seconds: int
    kind: Literal["host.clock-near"] = "host.clock-near"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCommands(Fact[tuple[str, ...]]):
    """Which of the commands the host lacks; () where it has all."""

    names: tuple[str, ...]
    kind: Literal["host.missing-commands"] = "host.missing-commands"


HostFact = HostAddress | LoginUser | DiskRoom | DiskRoomFor | ForeignWork | HostClock | ClockNear | MissingCommands

SCRIPT = (
    MISSING
    + r"""
say() { printf '%s\t%s\n' "$i" "$1${2:+	$2}"; }
address() {
  if told=$(ip -o addr show 2>/dev/null); then printf '%s\n' "$told" | awk -v i="$i" '{ print i "\tip\t" $4 }'
  else for each in $(hostname -I); do say ip "$each"; done; fi
}
available() {
  there=$1
  while [ ! -e "$there" ] && [ "${there%/*}" != "$there" ]; do there=${there%/*}; [ "$there" ] || there=/; done
  df -P -k -- "$there" 2>/dev/null | awk 'NR == 2 && match($0, /[0-9]+ +[0-9]+ +-?[0-9]+ +[0-9]+%/) {
    split(substr($0, RSTART), column, / +/); print column[3] }'
}
room() { say kb "$(available "$1")"; }
room_for() {
  if [ -f "$2" ]; then say kb "$(available "$1")	$(stat -L -c %s -- "$2")"
  elif [ ! -e "$2" ] && missing "$2"; then say absent
  else say unreadable; fi
}
remote() { grep -qz '^SSH_CONNECTION=' "$1" && ! grep -qz '^SSH_TTY=' "$1"; } 2>/dev/null
elsewhere() { # PROCESS PATH: a script of such a name that is somebody's own, since no tree with a bkcli holds it
  case $2 in /*) file=$1/root$2 ;; *) file=$1/cwd/$2 ;; esac
  file=$(readlink -f -- "$file" 2>/dev/null) && [ -f "$file" ] || return 1
  for above in . .. ../..; do [ ! -e "${file%/*}/$above/bkcli" ] || return 1; done
}
foreign() {
  [ "$(id -u)" = 0 ] || { say unreadable; return; }
  told='bkcli|bk_install|bk_install_ci|(install|uninstall|upgrade|control|sync|initdata|deliver)[.]sh'
  begun="$told|install_minibk|pcmd|pcmd[.]sh|pssh|prsync|pscp|bks[.]sh"
  theirs='bkcli|bk_install|bk_install_ci|install_minibk|pcmd|pcmd[.]sh|pssh|prsync|pscp|bks[.]sh'
  theirs="$theirs|(sql|bkiam)_migrate[.]sh|dbbackup_[a-z]+[.]sh|migrate_subject_system_group[.]py"
  known="$begun|$theirs|(install|release|migrate|merge|init|update|setup|grant|create)_[a-z0-9_]+[.](sh|py)|saas[.]py"
  for found in $(grep -lzE "(^|/)($known)\$" /proc/[0-9]*/cmdline 2>/dev/null); do
    at=${found%/cmdline}
    grep -qz '^BKREC_JOB=' "$at/environ" 2>/dev/null && continue
    words=$(tr '\0\n\t' '\n??' 2>/dev/null <"$found" | awk -v known="$known" -v told="$told" '
      !named && $0 ~ "^(.*/)?((ba|da)?sh|python[0-9.]*|sudo|nohup|env|setsid|timeout|expect)$" { next }
      !named && NR > 1 && /^(-.*|[0-9.]+[smhd]?|[A-Z_]+=.*)$/ { next }
      !named && $0 !~ "^(.*/)?(" known ")$" { exit }
      !named { named = 1; path = $0; sub(/.*\//, ""); line = $0; if ($0 !~ "^(" told ")$") exit; next }
      $0 !~ /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/ || ++more > 2 { exit }
      { line = line " " $0 }
      END { if (named) print path "\t" line }')
    path=${words%%	*} words=${words#*	}
    printf '%s\n' "${words%% *}" | grep -qxE "$begun" || { remote "$at/environ" && continue; }
    printf '%s\n' "${words%% *}" | grep -qxE "$theirs" || { elsewhere "$at" "$path" && continue; }
    [ "$words" ] && say work "${at#/proc/} $(stat -c %U "$at" 2>/dev/null) $words"
  done
  say end
}
lacking() {
  command -v -- "$1" >/dev/null 2>&1 || say lacks
  say end
}
i=0
while [ $# -gt 0 ]; do
  ask=$1 count=$2
  shift 2
  case $ask in
    address) address ;;
    login-user) say uid "$(id -u)" ;;
    disk-room) room "$1" ;;
    disk-room-for) room_for "$1" "$2" ;;
    foreign-work) foreign ;;
    clock) say now "$(date +%s)" ;;
    command) lacking "$1" ;;
  esac
  shift "$count"
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[HostFact]) -> Command:
    queries = _queries(facts)
    return Command(
        script=SCRIPT, args=tuple(word for ask, *words in queries for word in (ask, str(len(words)), *words))
    )


def _queries(facts: Sequence[HostFact]) -> tuple[tuple[str, ...], ...]:
    return tuple(request for fact in facts for request in _requests(fact))


def _requests(fact: HostFact) -> tuple[tuple[str, ...], ...]:
    match fact:
        case DiskRoom():
            return (("disk-room", fact.path),)
        case DiskRoomFor():
            return (("disk-room-for", fact.path, fact.package),)
        case MissingCommands():
            return tuple(("command", name) for name in fact.names)
        case ClockNear():
            return (("clock",),)
        case HostAddress() | LoginUser() | ForeignWork() | HostClock():
            return ((fact.kind.removeprefix("host."),),)


def parse(facts: Sequence[HostFact], output: Output) -> Readings:
    groups = groups_of(output, count=len(_queries(facts)))
    readings: dict[AnyFact, AnyReading] = {}
    index = 0
    for fact in facts:
        count = len(_requests(fact))
        readings[fact] = _read(fact, tuple(tuple(groups[item]) for item in range(index, index + count)))
        index += count
    return readings


def _read(fact: HostFact, answers: tuple[tuple[Row, ...], ...]) -> AnyReading:
    if isinstance(fact, MissingCommands):
        return Known(_lacking(fact, answers))
    (rows,) = answers
    match fact:
        case HostAddress():
            return Known(fact.host in {_only((row,), "ip")[0].partition("/")[0] for row in rows})
        case LoginUser():
            return Known("root" if _only(rows, "uid") == ("0",) else "other")
        case DiskRoom():
            return _room(fact, rows)
        case DiskRoomFor():
            return _room_for(fact, rows)
        case ForeignWork():
            return _foreign(rows)
        case HostClock():
            (now,) = _only(rows, "now")
            return Known(int(now))
        case ClockNear():
            (now,) = _only(rows, "now")
            return Known(abs(int(now) - fact.reference) <= fact.seconds)


def _only(rows: tuple[Row, ...], word: str) -> Row:
    """The values after `word` in the only row."""
    if len(rows) != 1 or rows[0][0] != word:
        raise ValueError("the answer about the host is not understood")
    return rows[0][1:]


def _room(fact: DiskRoom, rows: tuple[Row, ...]) -> Reading[Room]:
    if rows == (("kb",),):
        return Unknown(reason("path-unreadable", path=fact.path))
    (available,) = _only(rows, "kb")
    return Known("enough" if int(available) >= fact.mb * 1024 else "short")


def _room_for(fact: DiskRoomFor, rows: tuple[Row, ...]) -> Reading[Room]:
    match rows:
        case (("absent",),):
            return Absent()
        case (("unreadable",),):
            return Unknown(reason("path-unreadable", path=fact.package))
        case _:
            available, size = _only(rows, "kb")
            if not available:
                return Unknown(reason("path-unreadable", path=fact.path))
            return Known("enough" if int(available) * 1024 >= int(size) * fact.times else "short")


def _foreign(rows: tuple[Row, ...]) -> Reading[tuple[str, ...]]:
    match rows:
        case (("unreadable",),):
            return Unknown(reason("host-not-root"))
        case (*works, ("end",)) if all(len(row) == 2 and row[0] == "work" for row in works):
            return Known(tuple(row[1] for row in works))
        case _:
            raise ValueError("the list of running commands is cut")


def _lacking(fact: MissingCommands, answers: tuple[tuple[Row, ...], ...]) -> tuple[str, ...]:
    """One answer for each name, so a name with a newline in it cannot speak for another."""
    if any(rows[-1] != ("end",) for rows in answers):
        raise ValueError("the list of commands is cut")
    return tuple(name for name, rows in zip(fact.names, answers, strict=True) if len(rows) > 1)


FACTS: tuple[type[AnyFact], ...] = (
    HostAddress,
    LoginUser,
    DiskRoom,
    DiskRoomFor,
    ForeignWork,
    HostClock,
    ClockNear,
    MissingCommands,
)
PROBE = Probe(family="host", facts=FACTS, command=command, parse=parse)
