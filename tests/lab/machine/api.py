"""A lab as an object: what the command line and the tests' fixtures both use.

lab = Lab("lab"); lab.up(); lab.reset(); lab.ssh("h1", "hostname")
"""

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import base, deploy, keys, layers, net, nspawn
from .place import HOSTS, PRISTINE, LabError, Place, mounted, quiet


@dataclass(slots=True)
class Lab:
    """One lab; every method raises LabError with a one-line reason when it cannot do its work."""

    name: str = "lab"
    place: Place = field(init=False)
    untouched: bool = False
    """Booted at the pristine state, and asked for nothing since."""

    def __post_init__(self) -> None:
        self.place = Place(name=self.name)

    # ---- life of the lab

    def up(self, *, fresh: bool = False) -> None:
        """Boot at the pristine state, making base image and pristine state first if need be."""
        reason = base.why_not()
        if reason:
            raise LabError(reason)
        base.install_tools()
        base.choose(self.place)
        base.ensure(self.place)
        keys.ensure(self.place)
        if fresh or not (self.place.snap / PRISTINE).exists() or deploy.stale(self.place):
            self._deploy()
        else:
            self.reset()
        self.untouched = True

    def _deploy(self) -> None:
        self._ready()
        self._stop(nspawn.every_host())
        layers.drop(self.place)
        layers.set_layers(self.place, [])
        roots = {host: layers.mount(self.place, host) for host in HOSTS}
        deploy.write_trees(self.place, roots)
        self._boot(nspawn.every_host())
        deploy.finish_on_hosts(self.place)
        self.snapshot(PRISTINE)
        deploy.mark(self.place)

    def _ready(self) -> None:
        layers.tmpfs_up(self.place)
        net.up(self.place)

    def down(self, *, purge: bool = False) -> None:
        """Power off and take everything away that is not on disk; with `purge`, that too."""
        self._stop(nspawn.every_host(), orderly=False)
        layers.unmount(self.place)
        net.down(self.place)
        if mounted(self.place.run):
            quiet("umount", "-R", self.place.run)
        if purge:
            quiet("chattr", "-R", "-i", self.place.snap)
            shutil.rmtree(self.place.home, ignore_errors=True)

    def snapshot(self, name: str) -> None:
        """Freeze the running state under NAME (the hosts are shut down for it and boot again)."""
        self._stop(nspawn.every_host())
        layers.freeze(self.place, name)
        layers.thaw(self.place, name)
        self._boot(nspawn.every_host())
        self._containers()

    def reset(self, name: str = PRISTINE) -> float:
        """Back to snapshot NAME; returns the seconds it took until every sshd answered."""
        began = time.monotonic()
        self.untouched = False
        if not self.place.ssh_config.exists():
            raise LabError(f"lab {self.name} was never up")
        self._ready()
        self._stop(nspawn.every_host(), orderly=False)
        layers.thaw(self.place, name)
        self._boot(nspawn.every_host())
        self._containers()
        return time.monotonic() - began

    # ---- single hosts

    def kill(self, host: str) -> None:
        """Power loss."""
        self.untouched = False
        nspawn.power_loss(self.place, _known(host))

    def boot(self, host: str) -> None:
        self._boot([_known(host)])

    def reboot(self, host: str) -> None:
        """An orderly shutdown, then power on."""
        self.untouched = False
        nspawn.power_off(self.place, [_known(host)])
        self._boot([host])

    def partition(self, host: str) -> None:
        self.untouched = False
        net.partition(self.place, _known(host))

    def heal(self, host: str) -> None:
        net.heal(self.place, _known(host))

    def slow(self, host: str, kbit: int) -> None:
        net.slow(self.place, _known(host), kbit)

    def fast(self, host: str) -> None:
        net.fast(self.place, _known(host))

    def sshd_kill(self, host: str) -> None:
        """Kill every sshd process of HOST, open sessions too; systemd starts the listener again."""
        for pid in _descendants(nspawn.init_pid(self.place, _known(host))):
            if _name(pid) == "sshd":
                quiet("kill", "-KILL", str(pid))

    def ssh(
        self, host: str, command: str, *, stdin: bytes | None = None, capture: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        self.untouched = False
        return nspawn.ssh(self.place, _known(host), command, stdin=stdin, capture=capture)

    def inside(self, *command: str) -> list[str]:
        """The argument list that runs COMMAND where the operator sits: in the lab's network namespace."""
        self.untouched = False
        return self.place.inside(*command)

    def is_up(self, host: str) -> bool:
        return nspawn.is_up(self.place, _known(host))

    @property
    def package_md5(self) -> str:
        path = self.place.home / "package.md5"
        return path.read_text(encoding="utf-8").split()[0] if path.exists() else ""

    # ---- helpers

    def _containers(self) -> None:
        """A snapshot is of a running cluster, so its containers run; after `boot` they stay down, as BlueKing's do."""
        start = "! command -v docker > /dev/null || docker ps -aq | xargs -r docker start > /dev/null"
        for process in [subprocess.Popen(nspawn.ssh_command(self.place, host, start)) for host in HOSTS]:
            process.wait()

    def _stop(self, hosts: list[str], *, orderly: bool = True) -> None:
        if not mounted(self.place.run):
            return
        if orderly:
            nspawn.power_off(self.place, hosts)
        for host in hosts:
            nspawn.power_loss(self.place, host)

    def _boot(self, hosts: list[str]) -> None:
        self._ready()
        for host in hosts:
            net.heal(self.place, host)
            nspawn.boot(self.place, host)
        nspawn.wait_ssh(self.place, hosts)


def _known(host: str) -> str:
    name = host if host in HOSTS else f"h{host}"
    if name not in HOSTS:
        raise LabError(f"no host {host}; there are {' '.join(HOSTS)}")
    return name


def _descendants(pid: int | None) -> list[int]:
    if pid is None:
        return []
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return []
    found = [int(child) for child in children]
    return found + [deeper for child in found for deeper in _descendants(child)]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
