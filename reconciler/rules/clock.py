"""Clocks of the hosts, held against the operator's machine: tokens, certificates and records go by them.

The time it is, is no part of what is desired: whoever compares brings it. So clocks are compared by `diff`, `check` and
the preflight checks, and never planned for.
"""

from collections.abc import Iterator

from probes.fact import AnyExpected
from probes.host import ClockNear
from specs.cluster import Cluster
from specs.reason import reason

CHECK_S = 300
"""Wider than an upgrade allows: a host may be slow to answer, and that is no finding."""


def expect(cluster: Cluster, now: int) -> Iterator[AnyExpected]:
    """`now`: seconds since the epoch."""
    for host in cluster.inventory.everyone:
        yield near(host, now, CHECK_S)


def near(host: str, now: int, seconds: int) -> AnyExpected:
    fact = ClockNear(host=host, reference=now, seconds=seconds)
    return fact.must_be(True, because=reason("preflight-clock", seconds=seconds), source="date(1)")
