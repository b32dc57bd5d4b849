"""Backups: never desired for their own sake, only needed by what cannot be undone without them.

A dump counts for the run that made it: users go on working between two runs, and with a dump of yesterday what they did
meanwhile is lost. A run that resumes one which has begun to migrate is the exception: there the older dump alone leads
back to the old release, and a new one would be of what is half migrated. After a day another is made anyway.
Copies of trees, which users do not write to, count for a day: the tree may be half replaced by now.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from actions.backup import BackupCmdb, BackupInstall, BackupMongodb, BackupMysql
from probes.backup import CLOCK_S, FRESH_S, Backup, MigratingRuns
from probes.fact import AnyDrift, Known, Readings, require_fact_type
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules.cmdb import all_modules_ready
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (Backup,)


def fact_of(cluster: Cluster) -> MigratingRuns:
    """On the controller alone: bkcli, which migrates, runs there."""
    return MigratingRuns(host=cluster.controller)


def with_backups_since(cluster: Cluster, readings: Readings, began: int) -> Cluster:
    """`began`: when the run began, in seconds since the epoch; 0 where there is none. What cannot be read resumes
    nothing."""
    if not began:
        return cluster
    reading = readings.get(fact_of(cluster))
    runs = reading.value if isinstance(reading, Known) else ()
    resumed = [start for start in _starts(runs) if began - FRESH_S < start < began - CLOCK_S]
    return _since(cluster, min((began, *resumed)) - CLOCK_S)


def _starts(runs: tuple[str, ...]) -> Iterator[int]:
    """A run's name begins with its time."""
    for run in runs:
        try:
            yield int(datetime.strptime(run.partition("-")[0], "%Y%m%dT%H%M%S").replace(tzinfo=UTC).timestamp())
        except ValueError:
            continue


@lru_cache(maxsize=8)
def _since(cluster: Cluster, since: int) -> Cluster:
    """One object for the same time: results derived from it are cached beside it."""
    return replace(cluster, backups_since=since)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, Backup)
    host, what, install = fact.host, fact.what, cluster.paths.install
    action: BackupInstall | BackupMongodb | BackupMysql | BackupCmdb
    match what:
        case "mysql":
            action, section = BackupMysql(host=host, directory=cluster.paths.backup, since=fact.since), "5.1"
        case "mongodb":
            directory = cluster.paths.backup
            action = BackupMongodb(host=host, directory=directory, install=install, since=fact.since)
            section = "5.2"
        case "install":
            action, section = BackupInstall(host=host, path=install), "5.3"
        case "cmdb":
            action, section = BackupCmdb(host=host, install=install), "7.17"
        case _:
            return diagnose("backup-unknown", where=f"{host} {what}", what=what)
    needs = all_modules_ready(cluster) if what == "cmdb" else ()
    because, source = drift.expected.because, drift.expected.source
    return Repair(action=action, because=because, source=source, section=section, requires=needs)
