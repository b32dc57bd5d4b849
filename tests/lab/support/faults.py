"""What is done to an upgrade while it runs, and when: drawn from a seed, struck where a trace of the work is seen.

A moment is a count of steps done in this run and then a passage: the next trace of that kind that shows. So a kill
falls between a job's claim and its start, between its record and its being told, inside the taking of the lease, not
at some second of some clock. Which step that is depends on the machine's mood; that it is survived must not.
"""

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.operator import Running

Kind = Literal["bkrec", "sshd", "host", "cut", "stop"]
Passage = Literal["told", "output", "claimed", "begun", "recorded", "leased", "fenced"]

HAND = ("bkrec", "bkrec", "bkrec", "bkrec", "sshd", "host", "cut", "stop")
"""Dealt to each upgrade, in an order of its own. The first six kill; cut: a host's cable is pulled for a while."""
KILLS: tuple[Kind, ...] = ("bkrec", "sshd", "host")
ENTERING: tuple[Passage, ...] = ("leased", "fenced")
WORKING: tuple[Passage, ...] = ("told", "output", "claimed", "begun", "recorded")
STEPS_BETWEEN = 9
LASTS_S = (2.0, 8.0, 35.0)
"""How long a host stays away or bkrec is stopped; the last outlives the keepalive of a connection (3 x 10 s)."""
GLANCE_S = 0.004
STATE = "var/lib/bkrec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    kind: Kind
    host: str
    steps: int
    """Done in this run before it may strike."""
    passage: Passage
    lasts_s: float

    def __str__(self) -> str:
        where = "" if self.kind in ("bkrec", "stop") else f" {self.host}"
        span = f" for {self.lasts_s:g} s" if self.kind in ("cut", "stop") else ""
        return f"{self.kind}{where}{span} at {self.passage} after {self.steps} steps"


def dealt(seed: int) -> tuple[Trouble, ...]:
    random = Random(seed)
    hand = random.sample(HAND, len(HAND))
    return tuple(_drawn(kind, random) for kind in hand)


def _drawn(kind: Kind, random: Random) -> Trouble:
    entering = kind == "bkrec" and random.random() < 0.2
    return Trouble(
        kind=kind,
        host=random.choice(list(HOSTS)),
        steps=0 if entering else random.randint(0, STEPS_BETWEEN),
        passage=random.choice(ENTERING if entering else WORKING),
        lasts_s=random.choice(LASTS_S),
    )


@dataclass(slots=True)
class Sight:
    """What can be seen of a run from beside it: its events, and the traces on the hosts' disks."""

    lab: Lab
    running: Running
    read: int = 0
    told: list[str] = field(default_factory=list[str])
    """Lines with an event, in order."""
    before: frozenset[str] = frozenset()
    """Traces that were there already."""

    def finished_steps(self) -> int:
        return sum('"step-done"' in line or '"step-skipped"' in line for line in self.told)

    def look(self) -> None:
        with (self.running.home / "out").open("rb") as out:
            out.seek(self.read)
            lines = out.read().split(b"\n")[:-1]
        self.read += sum(len(line) + 1 for line in lines)
        self.told += [line.decode() for line in lines]

    def await_(self, diagnostic: Trouble) -> bool:
        """False: the run ended before."""
        while self.finished_steps() < diagnostic.steps:
            if not self._glance():
                return False
        self.before, readings = frozenset(self._traces(diagnostic.passage)), len(self.told)
        while not self._passed(diagnostic.passage, readings):
            if not self._glance():
                return False
        return True

    def _glance(self) -> bool:
        self.look()
        if self.running.process.poll() is not None:
            return False
        time.sleep(GLANCE_S)
        return True

    def _passed(self, passage: Passage, readings: int) -> bool:
        match passage:
            case "told":
                return any('"step-done"' in line for line in self.told[readings:])
            case "output":
                return any('"step-output"' in line for line in self.told[readings:])
            case _:
                return not self.before.issuperset(self._traces(passage))

    def _traces(self, passage: Passage) -> Iterator[str]:
        for host in HOSTS:
            root = self.lab.place.root(host) / STATE
            with contextlib.suppress(OSError):  # a host that is down, a job directory just renamed
                yield from _traces(root, passage)


def _traces(root: Path, passage: Passage) -> Iterator[str]:
    match passage:
        case "claimed":
            yield from map(str, (root / "jobs").glob("*"))
        case "begun":
            yield from map(str, (root / "jobs").glob("*/child"))
        case "recorded":
            yield from map(str, (root / "jobs").glob("*/exit"))
        case "leased":
            yield (root / "lease").read_text(encoding="utf-8").split()[0]
        case "fenced":
            yield f"{root} {(root / 'epoch').read_text(encoding='utf-8')}"
        case "told" | "output":
            return


def strike(lab: Lab, diagnostic: Trouble, running: Running) -> None:
    """Returns when it is over; the run goes on, but where it was killed."""
    match diagnostic.kind:
        case "bkrec":
            running.process.kill()
            running.process.wait()
        case "sshd":
            lab.sshd_kill(diagnostic.host)
        case "host":
            lab.kill(diagnostic.host)
            lab.boot(diagnostic.host)
        case "cut":
            lab.partition(diagnostic.host)
            _goes_by(running, diagnostic.lasts_s)
            lab.heal(diagnostic.host)
        case "stop":
            frozen(running)
            _goes_by(running, diagnostic.lasts_s)
            awake(running)


def frozen(running: Running) -> None:
    running.process.send_signal(signal.SIGSTOP)


def awake(running: Running) -> None:
    running.process.send_signal(signal.SIGCONT)


def _goes_by(running: Running, seconds: float) -> None:
    """Its length is what makes this trouble; a run that ends meanwhile ends it."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.process.wait(seconds)


def age_lease(lab: Lab) -> None:
    """A minute passes for the lease alone: its last renewal is written down as that much earlier."""
    lease = lab.place.root(CONTROLLER) / STATE / "lease"
    if lease.exists():
        run, epoch, renewed, *rest = lease.read_text(encoding="utf-8").split()
        lease.write_text(" ".join([run, epoch, str(int(renewed) - 60), *rest]) + "\n", encoding="utf-8")
