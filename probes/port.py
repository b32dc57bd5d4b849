"""TCP ports: does anything listen?

`ss -tnl` where it is, else /proc/net/tcp and tcp6, whose ports are hexadecimal and whose listening state is 0A. The
address does not matter: a daemon bound to the LAN address only is as good. Source: ss(8); proc_net_tcp(5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Readings
from probes.lib.rows import lines_of
from probes.probe import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class PortListening(Fact[bool]):
    port: int
    kind: Literal["port.listening"] = "port.listening"


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


def command(facts: Sequence[PortListening]) -> Command:
    return Command(script=LISTENING + "ports=$(listening) || exit 1\nprintf '%s\\n' \"$ports\" end\n")


def parse(facts: Sequence[PortListening], output: Output) -> Readings:
    *ports, end = lines_of(output) or ("",)
    if end != "end" or not all(port.isdecimal() for port in ports):
        raise ValueError("the list of ports is cut")
    return {fact: Known(True) if str(fact.port) in ports else Absent() for fact in facts}


FACTS: tuple[type[AnyFact], ...] = (PortListening,)
PROBE = Probe(family="port", facts=FACTS, command=command, parse=parse)
