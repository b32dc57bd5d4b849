"""The base images, and whether this machine can run a lab at all.

A lab rests on one generation of Debian: BKREC_LAB_BASE chooses it when the lab comes up, and the lab remembers it.

The image is built in a directory beside its final one and renamed when complete, under a lock: a build that is
interrupted leaves nothing that looks finished, and two labs started together build it once.
"""

import ctypes
import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from .place import HERE, STORE, LabError, Place, quiet, sh, write

RECIPE = HERE / "base.sh"
SUITES = {"bullseye": "Debian 11", "bookworm": "Debian 12", "trixie": "Debian 13"}
DEFAULT = "bookworm"
TOOLS = {
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "rsync": "rsync",
    "chattr": "e2fsprogs",
    "setfattr": "attr",
}
CLONE_NEWNS_NEWNET = 0x00020000 | 0x40000000


def why_not() -> str | None:
    """One line saying why this machine cannot run a lab, or None when it can."""
    if os.geteuid() != 0:
        return "the lab needs root (mounts, network namespaces, systemd-nspawn)"
    if not _can_unshare():
        return "this machine does not permit new mount and network namespaces"
    if not _has_overlay():
        return "this kernel has no overlayfs"
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    if missing and not shutil.which("apt-get"):
        return f"missing on this machine, and there is no apt-get to install them: {' '.join(missing)}"
    return None


def _can_unshare() -> bool:
    """Try in a child: a success would move the caller itself into the new namespaces."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if ctypes.CDLL(None).unshare(CLONE_NEWNS_NEWNET) == 0 else 1)
    return os.waitpid(pid, 0)[1] == 0


def _has_overlay() -> bool:
    if shutil.which("modprobe"):
        quiet("modprobe", "overlay")
    return "\toverlay\n" in Path("/proc/filesystems").read_text(encoding="utf-8")


def install_tools() -> None:
    """What the lab needs on the machine itself, from the machine's own apt."""
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    if not missing:
        return
    quiet("apt-get", "update", "-q")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    sh("apt-get", "install", "-y", "-q", "--no-install-recommends", *missing, quiet=True)


def choose(place: Place) -> None:
    """Note what BKREC_LAB_BASE says; without it a lab stays what it was, and a new one is of bookworm."""
    chosen = os.environ.get("BKREC_LAB_BASE") or suite(place)
    if chosen not in SUITES:
        raise LabError(f"BKREC_LAB_BASE is one of {', '.join(SUITES)}, not {chosen!r}")
    write(place.home / "suite", chosen + "\n")


def suite(place: Place) -> str:
    noted = place.home / "suite"
    return noted.read_text(encoding="utf-8").strip() if noted.exists() else DEFAULT


def path(place: Place) -> Path:
    digest = hashlib.sha256(RECIPE.read_bytes()).hexdigest()[:12]
    return STORE / f"base-{suite(place)}-{digest}"


def ensure(place: Place) -> Path:
    """The base image's directory, built now if this recipe was never built here (one to two minutes)."""
    target = path(place)
    if target.exists():  # also while another one is being built
        return target
    STORE.mkdir(parents=True, exist_ok=True)
    with open(STORE / "base.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _build(target, suite(place))
    return target


def _build(target: Path, suite: str) -> None:
    half = target.with_name(target.name + ".building")
    if os.path.ismount(half / "proc"):  # of a build that was killed: it would make this one fail
        quiet("umount", str(half / "proc"))
    shutil.rmtree(half, ignore_errors=True)
    log = STORE / "base.log"
    with open(log, "wb") as out:
        done = subprocess.run(
            ["bash", str(RECIPE), str(half), suite], stdout=out, stderr=out, stdin=subprocess.DEVNULL, check=False
        )
    if done.returncode:
        raise LabError(f"building the base image failed, see {log}")
    half.rename(target)
