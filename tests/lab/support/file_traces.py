"""What has been written on the hosts: every file's type, mode, owner, size, mtime and ctime, before and after.

Looked at from outside, through /proc/PID/root of each host's init: no login, hence no trace of our own, and the whole
file system instead of a choice of directories. A write that leaves size and mtime alone still moves ctime.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from typing import TypeVar

from tests.lab.machine import nspawn
from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS

T = TypeVar("T")

MOUNTS = ("/", "/run", "/dev/shm", "/data/bkce/public")
"""Where files can be written; /proc, /sys and /dev are the kernel's."""

LOGIN = (
    r"/(run|var)/log/journal(/.*)?",
    r"/var/log/(wtmp|btmp|lastlog|auth\.log)",
    r"/run/utmp",
    r"/run/(user|systemd/(users|sessions|transient))(/.*)?",
)
"""What sshd, PAM, logind and journald write of a login, whoever logs in: the list that README.md publishes."""

ALIVE = (r"/var/lib/systemd/timers(/.*)?", r"/run/systemd/journal/streams(/.*)?")
"""What a host writes by the clock while nobody does anything: a quarter of an hour after its boot systemd tidies up."""

SERVERS = (
    r"/data/bkce/public/(mysql|etcd|redis[^/]*)(/.*)?",
    r"/data/bkce/public/(paas_agent/)?docker(/.*)?",
    r"/run/(docker|containerd|docker-[^/]*)(/.*)?",
    r"/var/lib/(docker|containerd)(/.*)?",
)
"""Where servers that run keep their data; bkrec has no business there."""

PAGES = (r"/data/bkce/logs/nginx/(access|error)\.log",)
"""A line for each page that anybody asks nginx for: docs/safety.md says so."""


Traces = dict[str, dict[str, str]]
"""Host → path → what stat says of it."""


def fingerprint(lab: Lab) -> Traces:
    asked = {host: _find(nspawn.init_pid(lab.place, host)) for host in HOSTS}
    return {host: dict(_entries(find)) for host, find in asked.items()}


def _find(pid: int | None) -> subprocess.Popen[bytes]:
    roots = [f"/proc/{pid}/root{mount.rstrip('/')}/." for mount in MOUNTS]
    kept = ["-xdev", "-printf", r"%p\t%y %m %U %G %s %T@ %C@\0"]
    return subprocess.Popen(["find", *roots, *kept], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _entries(find: subprocess.Popen[bytes]) -> Iterator[tuple[str, str]]:
    said, _ = find.communicate(timeout=60)
    for entry in said.decode(errors="replace").split("\0")[:-1]:
        path, _, stat = entry.partition("\t")
        yield re.sub(r"^/proc/\d+/root", "", path).replace("/./", "/").removesuffix("/.") or "/", stat


def changed(before: Traces, after: Traces) -> list[str]:
    """Every file made, changed or removed, but for what a login or a running server writes: HOST PATH BEFORE AFTER."""
    found: list[str] = []
    for host in HOSTS:
        then, now = before[host], after[host]
        for path in sorted(then.keys() | now.keys()):
            if then.get(path) != now.get(path) and not excused(path):
                found.append(f"{host} {path}: {then.get(path, 'absent')} -> {now.get(path, 'absent')}")
    return found


def wrote(lab: Lab, act: Callable[[], T]) -> tuple[T, list[str]]:
    """What `act` came to, and what it changed on the hosts.

    Outside the servers' own files one look is enough, and one change too many. In them a server writes by itself at
    times (a late flush, a container that ends): what stays away in one of three looks was not ours.
    """
    for _ in range(2):
        result, found = _once(lab, act)
        elsewhere = [line for line in found if not _servers(line)]
        if not found or elsewhere:
            return result, elsewhere
    result, found = _once(lab, act)
    return result, [line for line in found if not _servers(line)] or found


def _once(lab: Lab, act: Callable[[], T]) -> tuple[T, list[str]]:
    before = fingerprint(lab)
    result = act()
    return result, changed(before, fingerprint(lab))


def _servers(line: str) -> bool:
    path = line.split(" ", 1)[1].split(": ", 1)[0]
    return any(re.fullmatch(pattern, path) for pattern in SERVERS)


def excused(path: str) -> bool:
    return any(re.fullmatch(pattern, path) for pattern in (*LOGIN, *ALIVE, *PAGES))
