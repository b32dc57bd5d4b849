"""TCP ports: does anything listen, and what is it?

`ss -tnl` where it is, else /proc/net/tcp and tcp6, whose ports are hexadecimal and whose listening state is 0A. The
address does not matter: a daemon bound to the LAN address only is as good. Whose a port is, only ss says, to root; its
older form of that is `("sshd",812,3)`. Source: ss(8); proc_net_tcp(5).
"""

from collections.abc import Mapping, Sequence
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


PortFact = PortListening | PortOwner

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


OWNERS: LiteralString = r"""
ss -tnlp 2>/dev/null | awk '$1 == "LISTEN" && match($0, /users:\(\("[^"]*",(pid=)?[0-9]+/) {
  n = split($4, part, ":")
  said = substr($0, RSTART + 9, RLENGTH - 9)
  split(said, word, "\"")
  sub(/^,(pid=)?/, "", word[2])
  print "owner\t" part[n] "\t" word[1] " (" word[2] ")"
}'
"""


LIST: LiteralString = "ports=$(listening) || exit 1\nprintf '%s\\n' \"$ports\" end\n"


def command(facts: Sequence[PortFact]) -> Command:
    if any(isinstance(fact, PortOwner) for fact in facts):
        return Command(script=LISTENING + OWNERS + LIST)
    return Command(script=LISTENING + LIST)


def parse(facts: Sequence[PortFact], output: Output) -> Readings:
    *lines, end = lines_of(output) or ("",)
    owners = [line.split("\t") for line in lines if line.startswith("owner\t")]
    ports = [line for line in lines if not line.startswith("owner\t")]
    if end != "end" or not all(port.isdecimal() for port in ports) or any(len(row) != 3 for row in owners):
        raise ValueError("the list of ports is cut")
    names = {port: who for _, port, who in reversed(owners)}
    return {fact: _read(fact, ports, names) for fact in facts}


def _read(fact: PortFact, ports: Sequence[str], names: Mapping[str, str]) -> AnyReading:
    if str(fact.port) not in ports:
        return Absent()
    return Known(names.get(str(fact.port), "?")) if isinstance(fact, PortOwner) else Known(True)


FACTS: tuple[type[AnyFact], ...] = (PortListening, PortOwner)
PROBE = Probe(family="port", facts=FACTS, command=command, parse=parse)
