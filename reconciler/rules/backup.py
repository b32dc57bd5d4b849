"""Backups: never desired for their own sake, only needed by what cannot be undone without them."""

from actions.backup import BackupCmdb, BackupInstall, BackupMongodb, BackupMysql
from probes.backup import Backup
from probes.fact import AnyDrift, require_fact_type
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules.cmdb import all_modules_ready
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (Backup,)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = require_fact_type(drift, Backup)
    host, what = fact.host, fact.what
    action: BackupInstall | BackupMongodb | BackupMysql | BackupCmdb
    match what:
        case "mysql":
            action, section = BackupMysql(host=host, directory=cluster.paths.backup), "5.1"
        case "mongodb":
            install = cluster.paths.install
            action, section = BackupMongodb(host=host, directory=cluster.paths.backup, install=install), "5.2"
        case "install":
            action, section = BackupInstall(host=host, path=cluster.paths.install), "5.3"
        case "cmdb":
            action, section = BackupCmdb(host=host, install=cluster.paths.install), "7.17"
        case _:
            return diagnose("backup-unknown", where=f"{host} {what}", what=what)
    needs = all_modules_ready(cluster) if what == "cmdb" else ()
    because, source = drift.expected.because, drift.expected.source
    return Repair(action=action, because=because, source=source, section=section, requires=needs)
