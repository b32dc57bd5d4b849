"""What a fact may read instead, and clusters in which much does: states for proofs about every state.

`instead` knows each family's readings apart from the wished one: what a person, a reboot or an older release leaves. A
random state mixes a finished cluster, a pristine 6.1 and these, so it is as wild as facts can be, and often impossible:
a proof that holds there holds in the possible ones too.
"""

from collections.abc import Iterator, Mapping
from random import Random

from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Fact, Known, Readings
from probes.path import VersionText
from reconciler.core.plan import Plan
from reconciler.core.planner import plan
from reconciler.rules.registry import expected_facts, rule_for
from tests.sim.worlds import World, pristine

INSTEAD: Mapping[str, tuple[AnyReading, ...]] = {
    "seal.changes": (Known(("content units /etc/systemd/system/x.service",)), Absent()),
    "seal.file": (Known("content"), Known("gone")),
    "unit.active": (Known("inactive"), Known("failed"), Absent()),
    "unit.enabled": (Known("disabled"), Known("masked"), Absent()),
    "current.unit": (Known(False),),
    "current.since": (Known(False),),
    "container.state": (Known("exited"), Known("dead"), Absent()),
    "container.data-root": (Known("differs"), Known("unclear")),
    "container.vendor-data-root": (Known("free"), Known("other"), Absent()),
    "container.unsteady": (Known(("bk-of-this-host",)),),
    "container.no-restart-policy": (Known(("bk-of-this-host",)),),
    "steady.recently-started": (Known(("bk-of-this-host.service",)),),
    "container.image": (Known("bk-of-another-version:1.0.0"), Absent()),
    "certificate.ending": (Known(("etcd0.pem 2025-06-01",)),),
    "certificate.damaged": (Known(("etcd0.pem",)),),
    "certificate.names": (Known(("paas.bktencent.com",)),),
    "system.resolver": (Known("8.8.8.8"),),
    "system.names-overridden": (Known(("redis.service.consul 10.9.9.9",)),),
    "system.name": (Known("unresolved by 8.8.8.8"),),
    "path.version": (Known("0.0.1"), Absent()),
    "path.kind": (Absent(),),
    "path.digest": (Known("other"), Absent()),
    "path.tree": (Known("other"), Absent()),
    "path.line": (Absent(),),
    "consul.definition": (Known("empty"), Absent()),
    "port.listening": (Absent(),),
    "port.unit": (Absent(), Known("sshd (812)")),
    "consul.passing": (Known("critical"), Known("warning"), Absent()),
    "env.value": (Known("other"), Absent()),
    "env.copied": (Known(False), Absent()),
    "env.filled": (Known(False), Absent()),
    "env.present": (Absent(),),
    "env.duplicates": (Known(True),),
    "tag.state": (Known("tag-missing"), Known("lost")),
    "mysql.product-version": (Known("0.0.1"), Absent()),
    "iam.pending": (Known(("0002_more.json",)),),
    "mysql.pending-sql": (Known(("0001_more.sql",)),),
    "mysql.app": (Absent(),),
    "mysql.saas-variable": (Absent(),),
    "saas.value": (Known(False), Absent()),
    "gateway.released": (Absent(),),
    "mysql.login-path": (Known("denied"), Absent()),
    "mysql.user": (Known("missing"),),
    "mysql.privileges-missing": (Known(("iam@10.0.0.1 INSERT",)),),
    "task.done": (Known(False), Absent()),
    "task.pending": (Known(True),),
    "container.app": (Known("exited"), Absent()),
    "http.unserved": (Known(("/o/bk_iam/ 502",)), Known(("http://paas.service.consul refused",))),
    "saas.online": (Known("0.0.1"), Absent()),
    "install-config.module-hosts": (Absent(), Known(("10.9.9.9",))),
    "kv.set": (Absent(),),
    "marker": (Known("1700000000"),),
    "yaml.value": (Known("true"), Absent()),
    "health.service": (
        Known("no leader"),
        Known("nodes 1/2"),
        Known("not writing"),
        Absent(),
    ),
    "mysql.writable": (Known(False),),
    "redis.cluster": (Known("fail"), Known("incomplete"), Known("damaged")),
    "text.mentions": (Known(False), Absent()),
    "cmdb.topology-differences": (Known(("-set 蓝鲸API网关", "+service-template gse_btsvr")), Absent()),
    "cmdb.host-modules": (Known(("auth",)),),
    "cmdb.job-modules": (Known(("job-assemble", "job-gateway")),),
    "cmdb.editing-locked": (Known(False),),
}
BACK: Mapping[str, tuple[AnyReading, ...]] = {
    "unit.active": (Known("active"), Known("inactive"), Known("failed")),
    "path.kind": (Known("directory"),),
    "consul.definition": (Known("written"), Known("empty")),
    "container.state": (Known("running"), Known("exited")),
    "marker": INSTEAD["marker"],
    "container.docker-fault": (Known("not-answering"),),
}
"""Of what must not be there."""


def instead(expected: AnyExpected) -> tuple[AnyReading, ...]:
    """Each reading that differs from the wished one. KeyError for a kind that nobody has thought about."""
    kind = str(getattr(expected.fact, "kind", ""))
    if isinstance(expected.fact, VersionText) and expected.reading == Known("6.2.2"):
        return (Known("6.1.2"), Absent())  # of /data/src itself: an older release is refused as a whole
    return BACK[kind] if isinstance(expected.reading, Absent) else INSTEAD[kind]


class Answers(Mapping[AnyFact, AnyReading]):
    """A world as readings that answer whatever they are asked: one walk of the planner instead of several looks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told: dict[AnyFact, AnyReading] = dict(world.facts)

    def __getitem__(self, fact: AnyFact) -> AnyReading:
        if fact not in self.told:
            self.told[fact] = self.world.other(fact, self.world.cluster)
        return self.told[fact]

    def get(self, key: AnyFact, default: object = None) -> AnyReading:
        return self[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, Fact)

    def __iter__(self) -> Iterator[AnyFact]:
        return iter(self.told)

    def __len__(self) -> int:
        return len(self.told)


def decide(world: World) -> tuple[Plan, Readings]:
    """The plan, and everything it looked at."""
    readings = Answers(world)
    made = plan(world.cluster.release.version, expected_facts(world.cluster), readings, rule_for(world.cluster))
    return made, readings.told


def anyhow(base: World, random: Random, many: float) -> World:
    """A finished cluster of which about `many` of all facts do not read as wished."""
    facts = dict(base.facts)
    old = random.random() < 0.5
    for expected in expected_facts(base.cluster):
        if random.random() < many:
            before = pristine(expected.fact, base.cluster)
            facts[expected.fact] = before if old and random.random() < 0.5 else random.choice(instead(expected))
    return World(cluster=base.cluster, facts=facts, other=pristine if random.random() < 0.5 else base.other)


def few(base: World, random: Random) -> World:
    """A finished cluster of which one to six facts do not read as wished, each family as likely as any other."""
    families: dict[str, list[AnyExpected]] = {}
    for expected in expected_facts(base.cluster):
        families.setdefault(str(getattr(expected.fact, "kind", "")), []).append(expected)
    facts = dict(base.facts)
    for _ in range(random.randint(1, 6)):
        expected = random.choice(families[random.choice(sorted(families))])
        facts[expected.fact] = random.choice(instead(expected))
    return World(cluster=base.cluster, facts=facts, other=base.other)
