"""The upgrade guide, followed by hand: what each of its steps changes on the hosts, as facts.

One row for each place at which somebody may stop; what a command changes that no fact tells (a dump of their own, a
status page) is no row. Where the guide stops by itself for want of login paths and grants (7.3, 7.4), the person made
them. What the guide forgets stays as it was, and work that leaves no trace reads as if nobody owed it.
"""

from collections.abc import Callable, Iterable, Iterator
from random import Random

from probes.consul import ConsulPassing
from probes.current import UnitCurrent
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known, SameAs
from probes.health import ServiceHealth
from probes.mysql import ProductVersion, SaasVariable
from probes.path import FileDigest, PathKind, VersionText
from probes.port import PortListening
from probes.saas import SaasValue
from probes.task import TaskDone, TaskRecorded
from probes.unit import UnitActive, UnitEnabled
from reconciler.rules import (
    certificate,
    env,
    gateway,
    module_extras,
    module_facts,
    mysql,
    nginx,
    saas,
    source,
    tree,
    version,
)
from reconciler.rules.install import database
from specs.cluster import Cluster
from specs.module import Module, PostUpgradeTask
from specs.release import Variable
from tests.sim.history import HISTORY, old
from tests.sim.worlds import World

Facts = dict[AnyFact, AnyReading]
Row = tuple[str, Callable[[Cluster], Facts]]


def held(expectations: Iterable[AnyExpected]) -> Facts:
    facts: Facts = {}
    for expected in expectations:
        facts[expected.fact] = Known("new") if isinstance(expected.reading, SameAs) else expected.reading
        if isinstance(expected.reading, SameAs):
            facts[expected.reading.fact] = Known("new")
    return facts


def moved_away(cluster: Cluster) -> Facts:
    """G5.3-2: `mv /data/src /data/src.bak`."""
    gone = {
        fact: Absent()
        for fact in (*sources(cluster), VersionText(host=cluster.controller, path=cluster.src("VERSION")))
    }
    kept = PathKind(host=cluster.controller, path=f"{cluster.paths.src}.bak/cert")
    here = (PathKind(host=cluster.controller, path=cluster.src(name)) for name in ("cert", "backup"))
    return {**gone, **dict.fromkeys(here, Absent()), kept: Known("directory")}


def sources(cluster: Cluster) -> Iterator[AnyFact]:
    for name, _ in source.product_versions(cluster):
        yield VersionText(host=cluster.controller, path=cluster.src(name, "VERSION"))


def in_place(cluster: Cluster) -> Facts:
    """G6.1-1."""
    return {VersionText(host=cluster.controller, path=cluster.src("VERSION")): Known(cluster.release.version)}


def packages(cluster: Cluster) -> Facts:
    """Of the SaaS, in this release's tree."""
    return {module_extras.saas_facts(cluster, app)[1]: Known("new") for app in cluster.release.apps}


def scripts(cluster: Cluster) -> Facts:
    """G6.1-2: rsync --delete; the other hosts keep theirs until 6.5."""
    proofs = (PathKind(host=cluster.controller, path=cluster.install(proof.path)) for proof in cluster.release.markers)
    trees = (source.scripts_match_release(cluster), *tree.expect(cluster))
    mine = {w.reading.fact if isinstance(w.reading, SameAs) else w.fact for w in trees} | {trees[0].fact}
    return {**dict.fromkeys(proofs, Known("file")), **{f: Known("new") for f in mine if f.host == cluster.controller}}


def unpacked(cluster: Cluster) -> Facts:
    """G6.1-3."""
    here = cluster.controller
    found: Facts = {
        VersionText(host=here, path=cluster.src(name, "VERSION")): Known(v)
        for name, v in source.product_versions(cluster)
    }
    found |= {PathKind(host=here, path=cluster.src(name)): Known("file") for name in source.marker_files(cluster)}
    templates = (expected.fact for m in cluster.modules() for expected in module_extras.flags(cluster, m))
    return {**found, **dict.fromkeys(templates, Known("true"))}


def carried(name: str) -> Callable[[Cluster], Facts]:
    return lambda cluster: {PathKind(host=cluster.controller, path=cluster.src(name)): Known("directory")}


def variables(*wanted: str) -> Callable[[Cluster], Facts]:
    """Of these files, "03-userdef/gse.env", or of these keys in them."""

    def chosen(variable: Variable) -> bool:
        return any(f"{variable.file}:{variable.key}".startswith(each) for each in wanted)

    def done(cluster: Cluster) -> Facts:
        all_ = zip(
            (v for v in cluster.release.variables if not (v.only_if_file or v.if_empty)),
            env.controller_variables(cluster),
            strict=True,
        )
        return held(expected for variable, expected in all_ if chosen(variable))

    return done


def bkenv(cluster: Cluster) -> Facts:
    """G6.5-1. The keys that the guide forgets stay empty."""
    finals = (
        PathKind(host=cluster.controller, path=cluster.env(f"04-final/{n}.env")) for n in cluster.release.generated
    )
    final = zip((v for v in cluster.release.variables if v.final), env.merged_variables(cluster), strict=True)
    told = held(expected for variable, (_, expected) in final if not variable.if_empty)
    return {**told, **dict.fromkeys(finals, Known("file"))}


def of(name: str) -> Callable[[Cluster], Module]:
    return lambda cluster: cluster.release.module(name)


def stopped(name: str, but: str = "nothing") -> Callable[[Cluster], Facts]:
    def done(cluster: Cluster) -> Facts:
        gone = (
            *module_facts.obsolete_units(cluster, of(name)(cluster), "first"),
            *module_facts.obsolete_units(cluster, of(name)(cluster), "last"),
        )
        return {expected.fact: Known("inactive") for expected in gone if but not in str(expected.fact)}

    return done


def removed(name: str, but: str = "nothing") -> Callable[[Cluster], Facts]:
    return lambda cluster: dict.fromkeys(stopped(name, but)(cluster), Absent())


def venvs(name: str) -> Callable[[Cluster], Facts]:
    return lambda cluster: held(
        expected
        for expected in module_facts.obsolete(cluster, of(name)(cluster))
        if isinstance(expected.fact, PathKind)
    )


def synced(name: str) -> Callable[[Cluster], Facts]:
    def done(cluster: Cluster) -> Facts:
        module = of(name)(cluster)
        facts: Facts = {}
        for host in (*cluster.hosts(module), *cluster.inventory.on_any(module.src_hosts)):
            if module.src:
                facts[VersionText(host=host, path=cluster.src(module.src, "VERSION"))] = Known(module.version)
            if module.src_file:
                facts[PathKind(host=host, path=cluster.src(module.src_file))] = Known("file")
        return facts

    return done


def installed(name: str) -> Callable[[Cluster], Facts]:
    """What its call makes, and that units which ran before are older than their files where it restarts none."""

    def done(cluster: Cluster) -> Facts:
        module = of(name)(cluster)
        registered = (expected for expected in gateway.expect(cluster) if expected.module == name)
        made = held(
            (
                *database(cluster, module),
                *module_facts.installer_effects(cluster, module),
                *health(cluster, module),
                *registered,
            )
        )
        new = {unit.name for unit in module.units if module_facts.is_new(module, unit)}
        current = {fact: Known(fact.unit in new) for fact in ages(cluster, module)} if module.call == "install" else {}
        return {**current, **made}

    return done


def certified(name: str) -> Callable[[Cluster], Facts]:
    """Its installer makes them first (ce/install.sh:676-680)."""
    return lambda cluster: held(
        expected
        for expected in certificate.expect(cluster)
        if expected.module == name and isinstance(expected.fact, PathKind)
    )


def ages(cluster: Cluster, module: Module) -> list[UnitCurrent]:
    facts = (expected.fact for expected in module_facts.units_up_to_date(cluster, module))
    return [fact for fact in facts if isinstance(fact, UnitCurrent)]


def traces(cluster: Cluster, module: Module, task: PostUpgradeTask) -> tuple[TaskDone, TaskRecorded]:
    return module_extras.task_done(cluster, module, task), module_extras.task_recorded(cluster, module, task)


def health(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    yield from (
        w
        for w in module_facts.after_install(cluster, module)
        if isinstance(w.fact, (ConsulPassing, PortListening, UnitEnabled))
    )
    yield from module_facts.health(cluster, module)


def restarted(name: str) -> Callable[[Cluster], Facts]:
    return lambda cluster: held(
        (*module_facts.units_up_to_date(cluster, of(name)(cluster)), *module_facts.running(cluster, of(name)(cluster)))
    )


def down(name: str) -> Callable[[Cluster], Facts]:
    """`bkcli stop`: 7.15 and 7.16 stop what goes on running under systemd. What does not run has no age."""

    def done(cluster: Cluster) -> Facts:
        module = of(name)(cluster)
        units = [
            expected.fact for expected in module_facts.running(cluster, module) if isinstance(expected.fact, UnitActive)
        ]
        return {**dict.fromkeys(units, Known("inactive")), **dict.fromkeys(ages(cluster, module), Absent())}

    return done


def deployed(code: str) -> Callable[[Cluster], Facts]:
    return lambda cluster: held(
        expected for expected in saas.expect(cluster) if getattr(expected.fact, "app", "") == code
    )


def saas_variables(cluster: Cluster) -> Facts:
    """G7.1: names, and the values that the vendor's script makes of the variables."""
    return held(
        expected
        for expected in (*mysql.expect(cluster), *saas.expect(cluster))
        if isinstance(expected.fact, (SaasVariable, SaasValue))
    )


def templates(cluster: Cluster) -> Facts:
    """G7.2-1."""
    return held(expected for expected in nginx.expect(cluster) if isinstance(expected.fact, FileDigest))


def rows_of(cluster: Cluster) -> Facts:
    """G7.1-6 rewrites the table with what lies in /data/src, long before it is true."""
    return held(expected for expected in version.expect(cluster) if isinstance(expected.fact, ProductVersion))


def both(*parts: Callable[[Cluster], Facts]) -> Callable[[Cluster], Facts]:
    return lambda cluster: {fact: reading for part in parts for fact, reading in part(cluster).items()}


def template_set(cluster: Cluster) -> Facts:
    return held(expected for m in cluster.modules() for expected in module_extras.flags(cluster, m))


def halved(done: Facts, random: Random) -> Facts:
    """Some of it; what consul and a service say is kept, since it comes by itself behind what runs."""
    by_itself = (ConsulPassing, PortListening, ServiceHealth)
    health = {fact: reading for fact, reading in done.items() if isinstance(fact, by_itself)}
    rest = sorted(((fact, reading) for fact, reading in done.items() if fact not in health), key=str)
    return {**health, **dict(random.sample(rest, len(rest) // 2))}


def after(prefix: int, half: Random | None = None) -> World:
    """A 6.1.2 on which the first so many rows were carried out; of the last one only some, where `half` is given."""
    from tests.sim.rows import ROWS

    start = old(next(before for before in HISTORY if before.name == "6.1.2"))
    facts: Facts = {}
    for number, (_, change) in enumerate(ROWS[:prefix], start=1):
        done = change(start.cluster)
        facts |= done if half is None or number < prefix else halved(done, half)
    if in_place(start.cluster).items() <= facts.items():
        facts = {**packages(start.cluster), **facts}
    return World(cluster=start.cluster, facts=facts, other=start.other)
