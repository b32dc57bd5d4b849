"""Databases of the products: what has to be dumped before the first irreversible step.

Every MySQL server that install.config has, since each is a server of its own; of MongoDB, which is one replica set, the
first; and each host of the cluster that the products' variables name besides. bkrec cannot dump a server outside
the cluster: a person confirms the dump, for one run (`apply --approve databases-dumped`).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from probes.backup import Backup
from probes.database import CONSUL, KINDS, LOOPBACK, DatabaseElsewhere, DatabaseServers
from probes.fact import AnyExpected, Known, Reading, Readings
from reconciler.rules.entailed import of_cluster
from specs.cluster import Cluster
from specs.reason import reason

DUMPED = "databases-dumped"
"""The ID for `apply --approve`: databases outside the cluster were dumped by others, today."""


def fact_of(cluster: Cluster) -> DatabaseServers:
    return DatabaseServers(host=cluster.controller, directory=cluster.env("04-final"))


def elsewhere(cluster: Cluster) -> AnyExpected:
    """Every database is where bkrec can dump it."""
    fact = DatabaseElsewhere(
        host=cluster.controller,
        directory=cluster.env("04-final"),
        hosts=cluster.inventory.everyone,
        served=tuple(kind for kind in KINDS if cluster.inventory.on(kind)),
    )
    return fact.must_be((), because=reason("preflight-databases", id=DUMPED), source="guide 5; bin/04-final/*.env")


def with_databases(cluster: Cluster, readings: Readings) -> Cluster:
    """The cluster with the servers that its variables name; unchanged while they are Unknown."""
    reading: Reading[tuple[str, ...]] | None = readings.get(fact_of(cluster))
    return _with(cluster, reading.value) if isinstance(reading, Known) else cluster


@lru_cache(maxsize=8)
def _with(cluster: Cluster, databases: tuple[str, ...]) -> Cluster:
    """One object for the same servers: results derived from it are cached beside it."""
    return cluster if databases == cluster.databases else replace(cluster, databases=databases)


def databases_dumped(cluster: Cluster, kind: str) -> tuple[str, ...]:
    """The hosts on which a dump of this kind is made."""
    listed = cluster.inventory.on(kind)
    names = (
        host for host in _database_names(cluster, kind) if host in cluster.inventory.everyone and host not in listed
    )
    return tuple(dict.fromkeys((*(listed[:1] if kind == "mongodb" else listed), *names)))


def _database_names(cluster: Cluster, kind: str) -> Iterator[str]:
    for server in cluster.databases:
        what, _, name = server.partition(" ")
        if what == kind:
            yield name


def mysql(cluster: Cluster) -> str:
    """The server that new products are to use: install.config's first, else the one that all variables name; "" where
    they do not agree."""
    names = {name for name in _database_names(cluster, "mysql") if not name.endswith(CONSUL) and name not in LOOPBACK}
    listed = cluster.inventory.on("mysql")
    return listed[0] if listed else names.pop() if len(names) == 1 else ""


@of_cluster
def backups(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """Every server's, not older than a day or than the run: nothing that migrates starts before."""
    why = reason("restored-only-by-backup")
    return tuple(
        Backup(host=host, what=kind, since=cluster.backups_since).must_be("fresh", because=why, source="guide 5")
        for kind in KINDS
        for host in databases_dumped(cluster, kind)
    )
