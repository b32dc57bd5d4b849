"""The campaign: a seed makes a cluster, the people who upgrade it, and everything that goes wrong meanwhile.

The real `apply` (loop, execute, carry, job, lease, journal, collect) runs on it in virtual time. When the troubles are
over it must converge, except where a thing that may not be done twice was cut short; then it has to say so, a person
does it by hand, and it must converge after that.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.sim.audit import Audit
from tests.sim.families import Raise
from tests.sim.hosts import Behaviour, Host
from tests.sim.simulation import APPROVAL, GATE, Simulation, Troubles
from tests.support import virtual
from tests.support.virtual import now

NOISY = b"\xff\xfe\x00\xe4\xb8" * 40 + b"\r50%\r100%\n"
LOGGED = """\
mysql -uroot -p{0} -e x
BK_PAAS_APP_SECRET={0} {{\\"bk_app_secret\\": \\"{0}\\"}} mongodb://job:{0}@10.0.0.2:27017/job
./create_blueking_set.py -c bk_job -t {0} Authorization: Bearer {0}
"""
"""Where a command prints a secret, redaction knows it by these places."""


def cluster(random: Random, *, tame: bool = False, independent: bool = False) -> Simulation:
    """`tame`: everything works, and at the first attempt. `independent`: no action requires what another does."""
    hosts = [f"10.0.0.{n}" for n in range(1, random.randint(2, 4) + 1)]
    actions = _actions(random, hosts, tame=tame)
    if independent:
        actions = tuple(replace(action, wants=()) for action in actions)
    printed, unprinted = (f"{random.getrandbits(96):024x}" for _ in range(2))
    simulation = Simulation(random, actions, noise=unprinted)
    audit = simulation.audit = Audit({(action.host, action.name): action for action in actions}, gate=GATE)
    audit.canaries = (printed, unprinted)
    for name in hosts:
        simulation.hosts[name] = Host(name=name, started=audit.started)
    audit.hosts = simulation.hosts
    log = LOGGED.format(printed).encode()
    for action in actions:
        host = simulation.hosts[action.host]
        host.flags[action.name] = "down"
        host.behaviours[action.name] = _behaviour(random, action, log, tame=tame)
    simulation.hosts[GATE.host].flags[GATE.name] = "up"
    return simulation


def _actions(random: Random, hosts: list[str], *, tame: bool) -> tuple[Raise, ...]:
    made: list[Raise] = []
    for number in range(random.randint(4, 9)):
        wants = tuple(one.flag for one in random.sample(made, min(len(made), random.randint(0, 2))))
        shares = random.random() < 0.4
        host = hosts[0] if shares else random.choice(hosts)
        made.append(
            Raise(
                host=host,
                name=f"f{number}",
                wants=wants,
                once=random.random() < 0.3,
                shares=("bkcli",) if shares else (f"host:{host}",) if random.random() < 0.5 else (),
                data=bool(wants) and random.random() < 0.2,
                behind=APPROVAL if not tame and random.random() < 0.1 else "",
                limit_s=random.choice((60.0, 600.0)),
            )
        )
    return tuple(made)


def _behaviour(random: Random, action: Raise, log: bytes, *, tame: bool) -> Behaviour:
    if tame:
        return Behaviour(name=action.name, lasts_s=5.0, log=log)
    log += random.choice((b"", NOISY, b"line\n" * 50))
    lies = random.random()
    return Behaviour(
        name=action.name,
        lasts_s=random.choice((0.5, 3.0, 25.0, 200.0)),
        works_at=random.choice((0.1, 0.9, 1.0)),
        failures=random.choice((0, 0, 0, 1, 2)),
        statuses=(0,) if lies < 0.7 else (1,) if lies < 0.85 else (random.randrange(256), 0),
        log=log + (b"y" * 300_000 if random.random() < 0.02 else b""),
    )


def troubles(random: Random) -> Troubles:
    odds = random.random
    return Troubles(
        rate=random.choice((0.0, 0.05, 0.2, 0.5)),
        kill_at=int(random.expovariate(1 / 60)) if odds() < 0.5 else None,
        power=odds() < 0.5,
        freeze=(random.uniform(0.0, 60.0), random.choice((20.0, 130.0, 4000.0))) if odds() < 0.25 else None,
        freeze_launch=random.randint(1, 3) if odds() < 0.25 else None,
        signals=tuple(sorted(random.uniform(0.0, 120.0) for _ in range(random.choice((0, 0, 0, 1, 2))))),
        skew=(random.uniform(0.0, 30.0), random.choice((-3600.0, 3600.0))) if odds() < 0.2 else None,
        full_disk_at=random.uniform(0.0, 60.0) if odds() < 0.1 else None,
        broken_disk_at=random.uniform(0.0, 60.0) if odds() < 0.1 else None,
        approves=odds() < 0.7,
        declines=odds() < 0.05,
    )


def happenings(simulation: Simulation) -> None:
    """What befalls hosts while people work on them."""
    random, later = simulation.random, asyncio.get_running_loop().call_later
    for host in simulation.hosts.values():
        for _ in range(random.choice((0, 0, 1, 2))):
            later(random.uniform(0.0, 400.0), _reboot, simulation, host, random.choice((5.0, 90.0, 400.0)))
        if random.random() < 0.3:
            later(random.uniform(0.0, 200.0), _fill, simulation, host, random.uniform(10.0, 300.0))
        if random.random() < 0.3:
            later(random.uniform(0.0, 400.0), _flap, simulation, host)


def _reboot(simulation: Simulation, host: Host, seconds: float) -> None:
    simulation.tally["reboot"] += 1
    host.reboot(seconds)


def _fill(simulation: Simulation, host: Host, seconds: float) -> None:
    simulation.tally["disk full"] += 1
    host.full_until = now() + seconds


def _flap(simulation: Simulation, host: Host) -> None:
    """Something that was up goes down by itself, or cannot be read for a while."""
    up = [a.name for a in simulation.actions if a.host == host.name and host.flags[a.name] == "up" and not a.once]
    if up:
        simulation.tally["flap"] += 1
        host.set(simulation.random.choice(up), simulation.random.choice(("down", "unreadable")))


@dataclass(slots=True)
class Told:
    """What became of one seed."""

    seed: int
    violations: list[str]
    counts: Counter[str]
    tally: Counter[str]
    course: str
    """A digest of everything that happened: the same seed gives the same."""
    passed: list[str]


def _told(seed: int, simulation: Simulation) -> Told:
    audit = simulation.audit
    audit.secrets()
    simulation.tally["runs"] += simulation.runs
    simulation.tally.update(audit.evidence)
    simulation.tally["jobs"] += sum(len(host.jobs) for host in simulation.hosts.values())
    course = "".join(one.process.disk.durable.decode(errors="replace") for one in audit.crew)
    return Told(seed, audit.violations, audit.counts, simulation.tally, course, simulation.passed)


def play(seed: int) -> Told:
    """One seed, from beginning to end."""
    simulation = cluster(Random(seed))

    async def story() -> None:
        random = simulation.random
        happenings(simulation)
        if random.random() < 0.2:
            simulation.hosts[GATE.host].flags[GATE.name] = "down"
            await simulation.once(Troubles())
            await asyncio.sleep(500.0)
            simulation.hosts[GATE.host].set(GATE.name, "up")
        people = [[troubles(random) for _ in range(random.randint(1, 3))] for _ in range(random.choice((1, 1, 2)))]
        async with asyncio.TaskGroup() as group:
            for number, mine in enumerate(people):
                await asyncio.sleep(random.uniform(0.0, 60.0) * number)
                group.create_task(simulation.person(*mine))
        await asyncio.sleep(1000.0)
        await simulation.until_done()

    virtual.run(_within_days(story(), simulation))
    return _told(seed, simulation)


def killed_at(passage: int | None, *, power: bool, seed: int = 1) -> Told:
    """A quiet run that dies at one passage of a crash point, and is called again."""
    simulation = cluster(Random(seed), tame=True)

    async def story() -> None:
        await simulation.once(Troubles(kill_at=passage, power=power))
        await asyncio.sleep(30.0)
        await simulation.until_done()

    virtual.run(_within_days(story(), simulation))
    return _told(seed, simulation)


def on_a_broken_disk(seed: int) -> Told:
    """A quiet run whose own disk takes what is written and no longer keeps it; then one on a sound disk."""
    simulation = cluster(Random(seed), tame=True)

    async def story() -> None:
        await simulation.once(Troubles(broken_disk_at=8.0))
        await asyncio.sleep(60.0)
        await simulation.until_done()

    virtual.run(_within_days(story(), simulation))
    return _told(seed, simulation)


def restless(seed: int) -> Told:
    """Everything works, and whatever is up goes down again now and then."""
    simulation = cluster(Random(seed), tame=True)

    async def story() -> None:
        later = asyncio.get_running_loop().call_later
        for at in range(10, 120, 2):
            later(float(at), _flap, simulation, simulation.random.choice(list(simulation.hosts.values())))
        await simulation.once(Troubles())
        await asyncio.sleep(120.0)
        await simulation.until_done()

    virtual.run(_within_days(story(), simulation))
    return _told(seed, simulation)


def duel(seed: int, *, deaf: bool = False, independent: bool = False) -> Told:
    """Two at once: the first is stopped when it is about to launch, and wakes in the middle of the second's work."""
    simulation = cluster(Random(seed), tame=True, independent=independent)
    simulation.deaf = deaf
    for host in simulation.hosts.values():
        for behaviour in host.behaviours.values():
            behaviour.lasts_s = simulation.random.choice((5.0, 20.0, 60.0))

    async def second() -> None:
        for _ in range(8):
            await asyncio.sleep(simulation.random.uniform(15.0, 25.0))
            await simulation.once(Troubles())

    async def story() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(simulation.once(Troubles(freeze_launch=simulation.random.randint(1, 4))))
            group.create_task(second())
        await simulation.until_done()

    virtual.run(_within_days(story(), simulation))
    return _told(seed, simulation)


def abandoned(seed: int) -> Told:
    """The first leaves at once while a launch is on its way; the second is called a moment later."""
    simulation = cluster(Random(seed), tame=True, independent=True)

    async def story() -> None:
        await simulation.once(Troubles(abandon_launch=simulation.random.randint(1, 4)))
        await simulation.once(Troubles())
        await asyncio.sleep(120.0)
        await simulation.until_done()

    virtual.run(_within_days(story(), simulation))
    return _told(seed, simulation)


async def _within_days(story: Coroutine[Any, Any, None], simulation: Simulation) -> None:
    try:
        async with asyncio.timeout(5 * 86400.0):
            await story
    except (TimeoutError, virtual.Stuck) as error:
        simulation.audit.check("I9", False, f"it never ends: {error!r}")
