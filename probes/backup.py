"""Backups: is the recorded backup still there, complete, and recent enough?

The record, /var/lib/bkrec/backups/<what>, is written by the action that made the backup, after it was checked: a line
KEY=VALUE each, the last one the digest of those before it. What lies at `path` is compared by number, bytes, names,
sizes and times (`probes/lib/inventory.py`), so that a file exchanged for another of its size is seen; the content's own
digest is for a person, before restoring: to read gigabytes would make every probe slow.

Ages are taken by the host's clock, which made the record. Clocks are set: in the future a backup is as good as stale,
and since the host's last boot its uptime tells the age as well; the greater of the two counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.job import STATE_ROOT
from probes.lib.inventory import INVENTORY
from probes.lib.rows import MISSING, SAFE_NAME, Row, groups_of
from probes.probe import Probe
from specs.reason import reason

Condition = Literal["fresh", "stale", "broken"]
DIRECTORY = "/var/lib/bkrec/backups"
FRESH_S = 86400
CLOCK_S = 120
"""How far a host's clock may be off (`rules/preflight.py` refuses more): a record may be this much in the future, and
this much older than the run that needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup(Fact[Condition]):
    """Stale: whole, but made a day ago or more, in the future, or before `since`. Broken: never completed, gone, or
    changed; a link is no backup."""

    what: str
    """mysql, mongodb, install or src."""
    since: int = field(default=0, compare=False)
    """Seconds since the epoch: when the run began that needs it, or the one that it resumes. No part of what the fact
    is: a plan saved at noon asks for the same dump as the run that applies it at night."""
    kind: Literal["backup"] = "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratingRuns(Fact[tuple[str, ...]]):
    """Runs that began an irreversible step on this host, by the records of their jobs. Whoever resumes such a run needs
    the backup that was made before, and not one of what is half migrated."""

    kind: Literal["backup.migrating-runs"] = "backup.migrating-runs"


BackupFact = Backup | MigratingRuns


SCRIPT = (
    MISSING
    + INVENTORY
    + r"""
field() { printf '%s\n' "$record" | sed -n "s/^$1=//p" | tail -n 1; }
directory=$1 jobs=$2/jobs i=0
uptime=$(cut -d . -f 1 /proc/uptime 2>/dev/null)
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
shift 2
for what do
  if [ "$what" = = ]; then
    awk -v i="$i" '$4 == "migrated" && !seen[$2]++ { print i "\trun\t" $2 }' "$jobs"/*/origin 2>/dev/null
    printf '%s\tend\n' "$i"
    i=$((i + 1))
    continue
  fi
  file=$directory/$what
  if [ -f "$file" ] && record=$(cat -- "$file" 2>/dev/null); then
    path=$(field path) sum=$(sed '$d' "$file" | md5sum) booted=
    case $path in /*) ;; *) path=/nonexistent ;; esac
    if [ "$(field boot)" = "$boot" ]; then booted=$(field uptime); fi
    printf '%s\trecord\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$i" "$(field complete)" \
      "$([ "$(field sum)" = "${sum%% *}" ] && echo same)" "$(field files) $(field size) $(field inventory)" \
      "$(inventory "$path" 2>/dev/null)" "$(field made)" "$(date +%s)" "$booted" "$uptime"
  elif [ ! -e "$file" ] && missing "$file"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[BackupFact]) -> Command:
    words = (fact.what if isinstance(fact, Backup) else "=" for fact in _askable(facts))
    return Command(script=SCRIPT, args=(DIRECTORY, STATE_ROOT, *words), timeout_s=120.0)


def _askable(facts: Sequence[BackupFact]) -> tuple[BackupFact, ...]:
    """A name becomes part of a path, so only plain names are probed."""
    return tuple(fact for fact in facts if isinstance(fact, MigratingRuns) or SAFE_NAME.fullmatch(fact.what))


def parse(facts: Sequence[BackupFact], output: Output) -> Readings:
    queried = _askable(facts)
    groups = groups_of(output, count=len(queried))
    readings: dict[AnyFact, AnyReading] = {}
    for index, fact in enumerate(queried):
        readings[fact] = _read(fact, groups[index]) if isinstance(fact, Backup) else _runs(groups[index])
    return {fact: readings.get(fact) or _not_askable(fact) for fact in facts}


def _not_askable(fact: BackupFact) -> Unknown:
    return Unknown(reason("name-not-supported", name=getattr(fact, "what", "")))


def _runs(rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    *runs, end = rows
    if end != ("end",) or any(len(row) != 2 or row[0] != "run" for row in runs):
        raise ValueError("the answer about runs is not understood")
    return Known(tuple(sorted(run for _, run in runs)))


def _read(fact: Backup, rows: Sequence[Row]) -> Reading[Condition]:
    match rows:
        case [("record", complete, sealed, inventory, actual, made, now, booted, uptime)]:
            whole = complete == "yes" and sealed == "same" and inventory == actual and made.isdecimal()
            if not whole:
                return Known("broken")
            if int(made) < fact.since:
                return Known("stale")
            ages = [int(now) - int(made)]
            if booted.isdecimal() and uptime.isdecimal():
                ages.append(int(uptime) - int(booted))
            return Known(_condition(ages))
        case [("absent",)]:
            return Absent()
        case [("unreadable",)]:
            return Unknown(reason("path-unreadable", path=f"{DIRECTORY}/{fact.what}"))
        case _:
            raise ValueError("the answer about a backup is not understood")


def _condition(ages_s: Sequence[int]) -> Condition:
    return "fresh" if min(ages_s) >= -CLOCK_S and max(ages_s) < FRESH_S else "stale"


FACTS: tuple[type[AnyFact], ...] = (Backup, MigratingRuns)
PROBE = Probe(family="backup", facts=FACTS, command=command, parse=parse)
