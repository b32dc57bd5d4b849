"""A finished cluster with CMDB's business topology in scope, and what may read otherwise in it."""

from collections.abc import Mapping

from probes.cmdb import (
    HostsNotIdle,
    TopologyDifferences,
)
from probes.fact import AnyFact, AnyReading, Known
from reconciler.core.plan import Plan
from tests.sim.states import decide
from tests.sim.worlds import World, finished, guide_cluster

ON = guide_cluster(optional=("cmdb-topology",))


DONE = finished(ON)


H, INSTALL, HOME = "10.0.0.1", "/data/install", "/data/bkce"


FITS = TopologyDifferences(host=H, install=INSTALL, since=ON.release.markers[0].path)


BUSY = HostsNotIdle(host=H, install=INSTALL)


DIFFERS: Mapping[AnyFact, AnyReading] = {FITS: Known(("-set 蓝鲸API网关",))}


IDLE: Mapping[AnyFact, AnyReading] = {BUSY: Known(())}


def world(*changes: Mapping[AnyFact, AnyReading]) -> World:
    facts = dict(DONE.facts)
    for change in changes:
        facts.update(change)
    return World(cluster=ON, facts=facts, other=DONE.other)


def planned(*changes: Mapping[AnyFact, AnyReading]) -> Plan:
    return decide(world(*changes))[0]
