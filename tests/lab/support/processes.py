"""What `ps` shows on every host and beside bkrec, looked at again and again while something runs.

The hosts' processes are visible from here, argument lists and all. The vendor's own scripts put secrets there; so each
finding is told with whose process it was, by what it descends from and by who logged in:

  the vendor's   it, or a process it descends from, runs a script below /data/install; or a function of one that a job
                 sources, as the guide does; or the vendor's own ssh between hosts brought it (a login from one of the
                 hosts); or a server of the cluster that ran before
  bkrec's        everything else
"""

import os
import re
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.lab.machine import nspawn
from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS

CANARY = b"CANARY"
PAUSE_S = 0.1
YOUNG_ROUNDS, OLD_EVERY = 20, 5
"""Whoever was there in so many rounds is a server or waits, and is read in every fifth round only: it may yet become
another program. Reading all of a machine's processes ten times a second would take a third of a processor."""
VENDOR = re.compile(rb"(^|/)data/install/|^\.?/?(bkcli|pcmd\.sh|bin/[a-z_]+\.sh)$")
OF_VENDORS_FUNCTION = re.compile(rb"INSERT INTO paas_app_envvars", re.IGNORECASE)
"""A function of tools.sh, which the guide sources (7.1), calls mysql with each value of a SaaS variable:
add_saas_environment, ce/tools.sh:228."""
FROM_A_HOST = re.compile(rb"^SSH_CLIENT=(" + b"|".join(re.escape(ip.encode()) for ip in HOSTS.values()) + rb") ", re.M)

Key = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Process:
    """One process as it was seen; `started` tells two of the same pid apart."""

    pid: int
    parent: int
    started: bytes
    argv: tuple[bytes, ...]
    environment: bytes = b""
    """Read for those with the canary only; empty where it was gone by then."""

    @property
    def text(self) -> str:
        return b" ".join(self.argv).decode(errors="replace")

    @property
    def of_vendor(self) -> bool:
        """What it runs: itself, or a script as the first word after its interpreter and that one's options."""
        words = [word for word in self.argv if not word.startswith(b"-")][:2]
        return any(VENDOR.search(word) for word in words) or any(map(OF_VENDORS_FUNCTION.search, self.argv[1:]))


@dataclass(slots=True)
class Watch:
    """Every argument list seen on this lab's hosts and beside them, and those with the canary that bkrec made."""

    roots: frozenset[int]
    """What they descend from: the hosts' machines, and this process. Another lab's are not looked at."""
    seen: dict[Key, Process] = field(default_factory=dict[Key, Process])
    ours: dict[Key, Process] = field(default_factory=dict[Key, Process])
    vendors: dict[Key, Process] = field(default_factory=dict[Key, Process])
    rounds: int = 0
    _known: dict[int, tuple[Process, int]] = field(default_factory=dict[int, tuple[Process, int]])
    """Those of the last round, and since which round. A pid is not used again within a tenth of a second."""
    before: frozenset[Key] = frozenset()
    """Processes there at the beginning: servers of the cluster."""
    _stop: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        self.rounds += 1
        known, self._known = self._known, {}
        read: list[Process] = []
        for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
            process, since = known.get(pid, (None, self.rounds))
            if process is None or self.rounds - since < YOUNG_ROUNDS or (self.rounds + pid) % OLD_EVERY == 0:
                process = _process(pid)
                if process is not None:
                    read.append(process)
            if process is not None:
                self._known[pid] = process, since
        now = {pid: process for pid, (process, _) in self._known.items()}
        for process in (process for process in read if self._below(process, now)):
            key = (process.pid, process.started)
            self.seen[key] = process
            if any(CANARY in word for word in process.argv) and key not in self.before:
                self._note(key, process, now)

    def _below(self, process: Process, now: dict[int, Process]) -> bool:
        return any(line.pid in self.roots for line in _line(process, now))

    def _note(self, key: Key, process: Process, now: dict[int, Process]) -> None:
        """One that ended before it could be told whose it was is noted for neither; most live long enough."""
        if _vendors(process, now):
            self.vendors[key] = process
            self.ours.pop(key, None)
        elif process.environment and key not in self.vendors:
            self.ours[key] = process

    def run(self) -> None:
        while not self._stop.wait(PAUSE_S):
            self.look()

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def watching(lab: Lab) -> Generator[Watch]:
    machines = [nspawn.leader(lab.place, host) for host in HOSTS]
    watch = Watch(roots=frozenset((os.getpid(), *filter(None, machines))))
    watch.look()
    watch.before, watch.ours, watch.vendors = frozenset(watch.seen), {}, {}
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop()
        thread.join()


def _process(pid: int) -> Process | None:
    """None where it is gone."""
    try:
        argv = tuple(_content(f"/proc/{pid}/cmdline").split(b"\0")[:-1])
        stat = _content(f"/proc/{pid}/stat").rsplit(b")", 1)[1].split()
        shown = any(CANARY in word for word in argv)
        environment = _content(f"/proc/{pid}/environ").replace(b"\0", b"\n") if shown else b""
    except (OSError, IndexError):
        return None
    return Process(pid=pid, parent=int(stat[1]), started=stat[19], argv=argv, environment=environment)


def _content(path: str) -> bytes:
    handle = os.open(path, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(handle, 65536), b""))
    finally:
        os.close(handle)


def _vendors(process: Process, now: dict[int, Process]) -> bool:
    return bool(FROM_A_HOST.search(process.environment)) or any(line.of_vendor for line in _line(process, now))


def _line(process: Process, now: dict[int, Process]) -> Iterator[Process]:
    """It and what it descends from."""
    line: Process | None = process
    while line is not None:
        yield line
        line = now.get(line.parent)
