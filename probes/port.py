"""TCP ports: does anything listen, and what is it?

`ss -tnl` where it is, else /proc/net/tcp and tcp6, whose ports are hexadecimal and whose listening state is 0A. The
address does not matter: a daemon bound to the LAN address only is as good. Whose a port is, only ss says, to root; its
older form of that is `("sshd",812,3)`. Source: ss(8); proc_net_tcp(5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Readings
from probes.lib.rows import lines_of
from probes.probe import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class PortListening(Fact[bool]):
    port: int
    kind: Literal["port.listening"] = "port.listening"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOwner(Fact[str]):
    """Who listens: "nginx (812)", program and pid; "?" where the system does not say. Absent where nobody does."""

    port: int
    kind: Literal["port.owner"] = "port.owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortUnit(Fact[str]):
    """The unit whose process listens: this one, where it is among them; else another, or program and pid where that is
    of no unit; "?" where the system does not say. Absent where nobody listens."""

    port: int
    unit: str
    kind: Literal["port.unit"] = "port.unit"


PortFact = PortListening | PortOwner | PortUnit

LISTENING: LiteralString = r"""
listening() { # every port that is listened on, in decimal, one a line
  if told=$(ss -tnl 2>/dev/null); then
    printf '%s\n' "$told" | awk '$1 == "LISTEN" { n = split($4, part, ":"); print part[n] }'
  else
    told=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
    [ "$told" ] || return 1
    for hex in $(printf '%s\n' "$told" | awk '$4 == "0A" { n = split($2, part, ":"); print part[n] }'); do
      printf '%d\n' "0x$hex"
    done
  fi
}
"""


HOLDERS: LiteralString = r"""
ss -tnlp 2>/dev/null | awk '$1 == "LISTEN" {
  n = split($4, part, ":")
  rest = $0
  while (match(rest, /\("[^"]*",(pid=)?[0-9]+/)) {
    split(substr(rest, RSTART + 2, RLENGTH - 2), word, "\"")
    rest = substr(rest, RSTART + RLENGTH)
    pid = word[2]
    sub(/^,(pid=)?/, "", pid)
    if (!(pid in unit)) {
      unit[pid] = ""
      file = "/proc/" pid "/cgroup"
      while ((getline line < file) > 0) {
        if (line !~ /^(0:|[0-9]+:name=systemd):/) continue
        depth = split(line, level, "/")
        for (d = 1; d <= depth; d++) if (level[d] ~ /\.service$/) unit[pid] = level[d]
      }
      close(file)
    }
    print "held\t" part[n] "\t" word[1] " (" pid ")\t" unit[pid]
  }
}'
"""
"""Of a process by its cgroup, which systemd names after the unit; the innermost one, where a machine is itself a
service of another. Source: ss(8); systemd.unit(5); cgroups(7), /proc/PID/cgroup."""


LIST: LiteralString = "ports=$(listening) || exit 1\nprintf '%s\\n' \"$ports\" end\n"


def command(facts: Sequence[PortFact]) -> Command:
    if any(isinstance(fact, PortOwner | PortUnit) for fact in facts):
        return Command(script=LISTENING + HOLDERS + LIST)
    return Command(script=LISTENING + LIST)


def parse(facts: Sequence[PortFact], output: Output) -> Readings:
    *lines, end = lines_of(output) or ("",)
    holders = [line.split("\t") for line in lines if line.startswith("held\t")]
    ports = [line for line in lines if not line.startswith("held\t")]
    if end != "end" or not all(port.isdecimal() for port in ports) or any(len(row) != 4 for row in holders):
        raise ValueError("the list of ports is cut")
    return {fact: _read(fact, ports, holders) for fact in facts}


def _read(fact: PortFact, ports: Sequence[str], holders: Sequence[Sequence[str]]) -> AnyReading:
    if str(fact.port) not in ports:
        return Absent()
    programs = [program for _, port, program, _ in holders if port == str(fact.port)]
    match fact:
        case PortListening():
            return Known(True)
        case PortOwner():
            return Known(programs[0] if programs else "?")
        case PortUnit():
            units = [unit or program for _, port, program, unit in holders if port == str(fact.port)]
            return Known(fact.unit if fact.unit in units else units[0] if units else "?")


FACTS: tuple[type[AnyFact], ...] = (PortListening, PortOwner, PortUnit)
PROBE = Probe(family="port", facts=FACTS, command=command, parse=parse)
