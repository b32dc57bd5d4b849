"""A newcomer's machine: a fresh Debian 12 with its own systemd, and a user who may sudo and has a key for the hosts.

The tree is debootstrapped once, beside the labs' base images; each `Newcomer` is an overlay on it. While he installs,
his commands run in this machine's network, which has Debian's packages and PyPI; then the machine is booted in the
lab's, which has nothing but the hosts. Of this machine it gets the certificates, without which a mirror may not be
reached.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.lab.machine import nspawn
from tests.lab.machine.place import STORE, Place, quiet, sh
from tests.lab.support import bare
from tests.lab.support.operator import until
from tests.lab.support.terminal import in_terminal, terminal, typed

SUITE = "bookworm"
INCLUDE = "systemd,systemd-sysv,dbus,ca-certificates,openssh-client,sudo,locales,procps"
USER, HOME = "ops", "/home/ops"
CERTIFICATES = Path("/usr/local/share/ca-certificates")
PREPARE = f"""
set -e
useradd -m -s /bin/bash {USER}
echo '{USER} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/{USER}
echo newcomer > /etc/hostname
echo "127.0.0.1 localhost newcomer $(uname -n)" > /etc/hosts
printf '[global]\\ncert = /etc/ssl/certs/ca-certificates.crt\\n' > /etc/pip.conf
update-ca-certificates > /dev/null 2>&1
locale-gen > /dev/null
apt-get update -qq
"""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def tree() -> Path:
    STORE.mkdir(parents=True, exist_ok=True)
    target = STORE / f"newcomer-{SUITE}"
    if not target.exists():
        half = target.with_name(target.name + ".building")
        shutil.rmtree(half, ignore_errors=True)
        sh("debootstrap", f"--include={INCLUDE}", SUITE, half, bare.mirror(), quiet=True)
        half.rename(target)
    return target


@dataclass(slots=True, kw_only=True)
class Newcomer:
    """With `with`: mounted, and powered off at the end; what is written to it is gone afterwards."""

    place: Place
    lang: str
    home: Path = field(init=False)
    holder: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.home = STORE / f"newcomer-{self.place.name}"

    @property
    def root(self) -> Path:
        return self.home / "root"

    def __enter__(self) -> Self:
        self._unmount()
        self.home.mkdir(exist_ok=True)
        sh("mount", "-t", "tmpfs", "-o", "mode=755", "newcomer", self.home)
        for part in ("upper", "work", "root"):
            (self.home / part).mkdir()
        layers = f"lowerdir={tree()},upperdir={self.home}/upper,workdir={self.home}/work"
        sh("mount", "-t", "overlay", "-o", layers, "newcomer", self.root)
        self._mount_for_chroot()
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        (self.root / "etc/locale.gen").write_text("en_US.UTF-8 UTF-8\nzh_CN.UTF-8 UTF-8\n", encoding="ascii")
        for certificate in CERTIFICATES.glob("*.crt"):
            shutil.copy(certificate, self.root / CERTIFICATES.relative_to("/"))
        sh(*self._chroot("root", "sh", "-c", PREPARE))
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.holder is not None:
            with suppress(ProcessLookupError):
                os.kill(self._init(), signal.SIGKILL)
            self.holder.wait(30)
        self._unmount()

    def owns(self, path: str, content: bytes, mode: int = 0o600) -> None:
        """A file of the user's, PATH below his home."""
        target = self.root / HOME.lstrip("/") / path
        for directory in (target.parent,):
            if not directory.exists():
                directory.mkdir(mode=0o700)
                shutil.chown(directory, 1000, 1000)
        target.write_bytes(content)
        target.chmod(mode)
        os.chown(target, 1000, 1000)

    def boot(self) -> None:
        """In the lab's network, at the operator's address."""
        self._unmount_for_chroot()
        words = [
            "systemd-nspawn", "--register=no", "--keep-unit", "--quiet", f"--directory={self.root}",
            "--machine=newcomer", f"--network-namespace-path=/run/netns/{self.place.netns}", "--resolv-conf=off",
            "--timezone=off", "--link-journal=no", "--boot", "--console=pipe",
        ]  # fmt: skip
        with (self.home / "console.log").open("wb") as log:
            self.holder = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=nspawn.environment(),
                preexec_fn=nspawn.own_cgroup(f"{self.place.netns}-newcomer"),
            )  # fmt: skip
        until(self._booted, 120, "the newcomer's machine has booted")

    def _booted(self) -> bool:
        try:
            words = self._command("root", "systemctl", "is-system-running", env={})
        except (OSError, ValueError, IndexError):
            return False
        done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        return done.stdout.strip() in ("running", "degraded")

    def typed(self, command: str, timeout_s: float = 300) -> dict[str, Any]:
        words = self._command(USER, "bash", "-l", "-c", in_terminal(HOME, command), env=terminal(self.lang))
        return typed(command, words, timeout_s)

    def _command(self, user: str, *words: str, env: Mapping[str, str]) -> Sequence[str]:
        given = [f"{name}={value}" for name, value in env.items()]
        inner = ["env", *given, *words]
        if self.holder is None:
            return self._chroot(user, *inner)
        return ["nsenter", "-t", str(self._init()), "-m", "-u", "-i", "-n", "-p", "--", *_as(user, *inner)]

    def _chroot(self, user: str, *words: str) -> list[str]:
        return ["chroot", str(self.root), *_as(user, *words)]

    def _init(self) -> int:
        assert self.holder is not None
        pid = self.holder.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0])

    def _mount_for_chroot(self) -> None:
        sh("mount", "-t", "proc", "proc", self.root / "proc")
        sh("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", self.root / "dev/pts")

    def _unmount_for_chroot(self) -> None:
        for mounted in (self.root / "dev/pts", self.root / "proc"):
            quiet("umount", "-l", mounted)

    def _unmount(self) -> None:
        self._unmount_for_chroot()
        for mounted in (self.root, self.home):
            quiet("umount", "-l", mounted)
        with suppress(OSError):
            self.home.rmdir()


def _as(user: str, *words: str) -> list[str]:
    home = HOME if user == USER else "/root"
    return ["/usr/bin/env", "-i", f"PATH={PATH}", f"HOME={home}", f"USER={user}", f"LOGNAME={user}",
            "/usr/sbin/runuser", "-u", user, "--", *words]  # fmt: skip
