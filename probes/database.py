"""Databases: the servers that hold the products' data, as their merged variables name them.

install.config knows the servers that BlueKing's own scripts set up; a site may have its own instead, and then only
BK_*_MYSQL_HOST, BK_*_MONGODB_HOST and the hosts within BK_*_MONGODB_URI say where. Only names of servers leave the
host: user and password of a URI are removed there. Source: bin/default/*.env; bin/merge_env.sh.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, groups_of
from probes.probe import Probe
from specs.reason import reason

KINDS = ("mysql", "mongodb")
CONSUL = ".service.consul"
LOOPBACK = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseServers(Fact[tuple[str, ...]]):
    """Each server that a product is configured to use, as "mysql mysql-default.service.consul", sorted."""

    directory: str
    """The merged variables: /data/install/bin/04-final."""
    kind: Literal["database.servers"] = "database.servers"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseElsewhere(Fact[tuple[str, ...]]):
    """Those of them outside this cluster, and "mysql ?" where no variable names a server."""

    directory: str
    hosts: tuple[str, ...]
    """The cluster's."""
    served: tuple[str, ...]
    """Which of mysql, mongodb install.config has a host for: consul's names of those lead there."""
    kind: Literal["database.elsewhere"] = "database.elsewhere"


DatabaseFact = DatabaseServers | DatabaseElsewhere

SCRIPT: LiteralString = (
    MISSING
    + r"""
servers() {
  [ -d "$1" ] || { if missing "$1"; then printf '%s\tabsent\n' "$i"; else printf '%s\tunreadable\n' "$i"; fi; return; }
  for file in "$1"/*.env; do
    [ -e "$file" ] || continue
    [ -r "$file" ] || { printf '%s\tunreadable\n' "$i"; return; }
  done
  cat -- "$1"/*.env 2>/dev/null | awk -v i="$i" '
    /^[ \t]*(export[ \t]+)?BK_[A-Z0-9_]*(MYSQL_HOST|MONGODB_HOST|MONGODB_URI)=/ {
      line = $0
      sub(/^[ \t]*(export[ \t]+)?/, "", line)
      key = substr(line, 1, index(line, "=") - 1)
      value = substr(line, index(line, "=") + 1)
      gsub(/[\\\047" \t\r]/, "", value)
      sub(/^mongodb(\+srv)?:\/\//, "", value)
      sub(/^.*@/, "", value)
      sub("[/?].*$", "", value)
      what = key ~ /MYSQL/ ? "mysql" : "mongodb"
      many = split(value, names, /[,;]/)
      for (n = 1; n <= many; n++) {
        name = names[n]
        sub(/:[0-9]+$/, "", name)
        if (name == "") continue
        if (name ~ /^[A-Za-z0-9._-]+$/) print i "\tserver\t" what "\t" name
        else print i "\todd\t" key
      }
    }'
  printf '%s\tend\n' "$i"
}
i=0
for directory do
  servers "$directory"
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[DatabaseFact]) -> Command:
    return Command(script=SCRIPT, args=_directories(facts))


def _directories(facts: Sequence[DatabaseFact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.directory for fact in facts))


def parse(facts: Sequence[DatabaseFact], output: Output) -> Readings:
    names = _directories(facts)
    groups = groups_of(output, count=len(names))
    rows = {directory: groups[index] for index, directory in enumerate(names)}
    return {fact: _read(fact, rows[fact.directory]) for fact in facts}


def _read(fact: DatabaseFact, rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    match rows:
        case [("absent",)]:
            return Absent()
        case [*_, ("unreadable",)]:
            return Unknown(reason("path-unreadable", path=fact.directory))
        case [*servers, ("end",)] if all(_is_reported(row) for row in servers):
            invalid = next((row[1] for row in servers if row[0] == "odd"), "")
            if invalid:
                return Unknown(reason("database-name-unsupported", key=invalid))
            matches = sorted({f"{row[1]} {row[2]}" for row in servers})
            return Known(tuple(matches if isinstance(fact, DatabaseServers) else _elsewhere(fact, matches)))
        case _:
            raise ValueError("the answer about databases is not understood")


def _is_reported(row: Row) -> bool:
    return (row[0] == "server" and len(row) == 3 and row[1] in KINDS) or (row[0] == "odd" and len(row) == 2)


def _elsewhere(fact: DatabaseElsewhere, result: Sequence[str]) -> Iterator[str]:
    for kind in KINDS:
        names = [server for server in result if server.startswith(f"{kind} ")]
        if kind not in fact.served and not names:
            yield f"{kind} ?"
        for server in names:
            name = server.partition(" ")[2]
            reaches_ours = kind in fact.served and (name.endswith(CONSUL) or name in LOOPBACK)
            if name not in fact.hosts and not reaches_ours:
                yield server


FACTS: tuple[type[AnyFact], ...] = (DatabaseServers, DatabaseElsewhere)
PROBE = Probe(family="database", facts=FACTS, command=command, parse=parse)
