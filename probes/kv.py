"""Consul's key-value store: does a key have a value? The value is not read; some of them are secrets.

The host's own agent answers, with the status alone. Source: Consul 1.7 HTTP API, kv.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import Row, rows_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet(Fact[bool]):
    key: str
    """ "release/cmdb/3.11.2" """
    kind: Literal["kv.set"] = "kv.set"


_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*", re.ASCII)

SCRIPT = r"""
statuses() { # KEY ...: of all of them, by one curl
  n=$#
  while [ "$n" -gt 0 ]; do
    set -- "$@" -o /dev/null "http://127.0.0.1:8500/v1/kv/$1"
    shift
    n=$((n - 1))
  done
  [ $# -eq 0 ] || curl -s -m 5 --noproxy '*' -w '%{http_code}\n' "$@" 2>/dev/null
}
newline='
'
i=0
command -v curl >/dev/null 2>&1 || have=no
there=$(statuses "$@")$newline
for key do
  if [ "${have:-yes}" = no ]; then printf '%s\tno-curl\n' "$i"
  else
    printf '%s\tstatus\t%s\n' "$i" "${there%%"$newline"*}"
    there=${there#*"$newline"}
  fi
  i=$((i + 1))
done
"""


def command(facts: Sequence[KeySet]) -> Command:
    return Command(script=SCRIPT, args=tuple(fact.key for fact in _askable(facts)), timeout_s=60.0)


def _askable(facts: Sequence[KeySet]) -> tuple[KeySet, ...]:
    return tuple(fact for fact in facts if _KEY.fullmatch(fact.key))


def parse(facts: Sequence[KeySet], output: Output) -> Readings:
    askable = _askable(facts)
    rows = dict(zip(askable, rows_of(output, count=len(askable)), strict=True))
    return {fact: _read(fact, rows.get(fact)) for fact in facts}


def _read(fact: KeySet, row: Row | None) -> Reading[bool]:
    match row:
        case None:
            return Unknown(reason("name-not-supported", name=fact.key))
        case ("status", "200"):
            return Known(True)
        case ("status", "404"):
            return Absent()
        case ("status", status):
            return Unknown(reason("kv-not-answering", key=fact.key, status=status))
        case ("no-curl",):
            return Unknown(reason("tool-missing", tool="curl"))
        case _:
            raise ValueError("the answer about a key is not understood")


FACTS: tuple[type[AnyFact], ...] = (KeySet,)
PROBE = Probe(family="kv", facts=FACTS, command=command, parse=parse)
