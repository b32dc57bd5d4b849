"""A bare machine to try the bundle on: Debian 11 (glibc 2.31) with OpenSSH and nothing of Python.

The tree is built once for each kind of machine, beside the labs' base images, from wherever this machine's own apt
takes its packages; each `Bare` is an overlay on it. One of another kind of processor runs under qemu-user-static.
"""

import fcntl
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.architecture.tree import ROOT
from tests.lab.machine.place import STORE, LabError, quiet, sh

SUITE = "bullseye"
DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}
INCLUDE = {"x86_64": "openssh-client,openssh-server,locales", "aarch64": "openssh-client"}
"""Under emulation each package costs half a minute."""
BINFMT = Path("/proc/sys/fs/binfmt_misc")


def tree(arch: str) -> Path:
    """The directory below all bare machines of that kind; building it takes a minute, under emulation ten."""
    STORE.mkdir(parents=True, exist_ok=True)
    target = STORE / f"bare-{SUITE}-{arch}"
    with open(STORE / f"bare-{arch}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if arch == "aarch64":
            emulate_aarch64()
        if not target.exists():
            half = target.with_name(target.name + ".building")
            shutil.rmtree(half, ignore_errors=True)
            include = f"--include={INCLUDE[arch]}"
            sh(
                "debootstrap",
                f"--arch={DEBIAN[arch]}",
                "--variant=minbase",
                include,
                SUITE,
                half,
                mirror(),
                quiet=True,
            )
            if "locales" in include:
                _locales(half)
            half.rename(target)
    return target


def _locales(root: Path) -> None:
    (root / "etc/locale.gen").write_text("en_US.UTF-8 UTF-8\nzh_CN.UTF-8 UTF-8\n", encoding="ascii")
    sh("chroot", root, "locale-gen", quiet=True)


def mirror() -> str:
    """Of the archive that this machine's own packages come from."""
    printed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)"], capture_output=True, text=True, check=True
    ).stdout
    for line in printed.splitlines():
        uri, _, release = line.partition(" ")
        if release == "bookworm":
            return uri
    raise LabError("this machine's apt names no archive of bookworm")


def emulate_aarch64() -> None:
    """The kernel hands programs of aarch64 to qemu-user-static, in a chroot too. Raises LabError."""
    if not shutil.which("qemu-aarch64-static"):
        sh("apt-get", "install", "-y", "-q", "--no-install-recommends", "qemu-user-static", quiet=True)
    if not (BINFMT / "register").exists():
        sh("mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT)
    if not (BINFMT / "qemu-aarch64").exists():
        rule = Path("/usr/lib/binfmt.d/qemu-aarch64.conf").read_text(encoding="ascii")
        (BINFMT / "register").write_text(rule, encoding="ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    code: int
    out: str
    err: str

    def must(self, code: int) -> Self:
        assert self.code == code, f"exit {self.code}, not {code}\n{self.out[-3000:]}{self.err[-3000:]}"
        return self


@dataclass(slots=True, kw_only=True)
class Bare:
    """With `with`: mounted; what is written to it is gone afterwards."""

    name: str
    arch: str = "x86_64"
    netns: str = ""
    """The network that its commands see; "" for none at all."""
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        self.home = STORE / f"bare-{self.name}"

    @property
    def root(self) -> Path:
        return self.home / "root"

    def __enter__(self) -> Self:
        base = tree(self.arch)
        self._unmount()
        self.home.mkdir(exist_ok=True)
        sh("mount", "-t", "tmpfs", "-o", "mode=755", "bare", self.home)
        for part in ("upper", "work", "root"):
            (self.home / part).mkdir()
        layers = f"lowerdir={base},upperdir={self.home}/upper,workdir={self.home}/work"
        sh("mount", "-t", "overlay", "-o", layers, "bare", self.root)
        sh("mount", "-t", "proc", "proc", self.root / "proc")
        sh("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", self.root / "dev/pts")
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._unmount()

    def _unmount(self) -> None:
        for mounted in (self.root / "dev/pts", self.root / "proc", self.root, self.home):
            quiet("umount", "-l", mounted)
        with suppress(OSError):
            self.home.rmdir()

    def unpack(self, archive: Path) -> str:
        """Into /opt, by its own tar; returns the directory's name there."""
        shutil.copy(archive, self.root / "opt" / archive.name)
        self.run("tar", "-xzf", f"/opt/{archive.name}", "-C", "/opt").must(0)
        (self.root / "opt" / archive.name).unlink()
        return f"/opt/{archive.name.removesuffix('.tar.gz')}"

    def command(self, *args: str, env: Mapping[str, str] | None = None) -> Sequence[str]:
        """The argument list for `subprocess`: with a login's few variables, and nothing of ours."""
        words = {"HOME": "/root", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} | dict(
            env or {}
        )
        network = ("ip", "netns", "exec", self.netns) if self.netns else ("unshare", "-n")
        given = [f"{name}={value}" for name, value in words.items()]
        return [*network, "chroot", str(self.root), "/usr/bin/env", "-i", *given, *args]

    def run(self, *args: str, env: Mapping[str, str] | None = None, timeout_s: float = 120) -> Ran:
        done = subprocess.run(
            self.command(*args, env=env), stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s, check=False
        )
        return Ran(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


def bundle(arch: str) -> Path:
    """The archive that `.ci/bundle` makes, made anew where anything it is made from is younger."""
    made_from = [ROOT / top for top in (".ci", "pyproject.toml", "reconciler", "specs", "probes", "actions")]
    files = [path for top in made_from for path in (top, *top.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    youngest = max(path.stat().st_mtime for path in files)
    found = list((ROOT / "dist").glob(f"bkrec-*-linux-{arch}.tar.gz"))
    if not any(path.stat().st_mtime > youngest for path in found):
        sh(ROOT / ".ci/bundle", arch)
    (archive,) = (ROOT / "dist").glob(f"bkrec-*-linux-{arch}.tar.gz")
    return archive
