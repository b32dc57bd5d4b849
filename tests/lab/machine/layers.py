"""The file systems of a host: overlay layers, and freezing them into snapshots.

A host's root is an overlay of the base image, any number of frozen layers, and an upper layer on tmpfs. A snapshot is
the upper layer moved to disk and put below a new, empty one; going back is therefore dropping the upper layer, which
takes no time. dockerd's data cannot lie on an overlay (overlay2 refuses), so the directory that holds it, wherever
below it 6.1 and 6.2 put it, is a plain one bound into the host and copied with the snapshot; it is small.

`chattr +i`, with which the vendor's scripts protect their marks, is an attribute of the overlay in an upper layer and
of the file in a lower one: freezing translates one into the other (FLAG).
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import base
from .place import HOSTS, LabError, Place, mounted, quiet, sh

FLAG = "trusted.overlay.protattr"
PUBLIC = "data/bkce/public"


def tmpfs_up(place: Place) -> None:
    place.run.mkdir(parents=True, exist_ok=True)
    if not mounted(place.run):
        sh("mount", "-t", "tmpfs", "-o", "size=12g,nr_inodes=2m,mode=755", "tmpfs", place.run)


def layers(place: Place) -> list[str]:
    """Names of the snapshots below the running upper layer, lowest first."""
    path = place.run / "layers.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def set_layers(place: Place, names: list[str]) -> None:
    (place.run / "layers.json").write_text(json.dumps(names), encoding="utf-8")


def mount(place: Place, host: str) -> Path:
    top, root = place.host_run(host), place.root(host)
    for part in ("upper", "work", "root", "public/paas_agent/docker"):
        (top / part).mkdir(parents=True, exist_ok=True)
    if not mounted(root):
        lower = [*(str(place.snap / name / host / "upper") for name in reversed(layers(place))), str(base.path(place))]
        options = f"lowerdir={':'.join(lower)},upperdir={top}/upper,workdir={top}/work"
        sh("mount", "-t", "overlay", "overlay", "-o", options, root)
    return root


def unmount(place: Place) -> None:
    for host in HOSTS:
        if mounted(place.root(host)):
            sh("umount", "-R", place.root(host), check=False)
        if mounted(place.root(host)):
            sh("umount", "-l", place.root(host))


def drop(place: Place) -> None:
    """Throw the running state away; the hosts must be down."""
    unmount(place)
    for host in HOSTS:
        for part in ("upper", "work", "public"):
            _remove(place.host_run(host) / part)


def _remove(tree: Path) -> None:
    if tree.exists():
        shutil.rmtree(tree, ignore_errors=True)
    if tree.exists():  # a mark that is immutable even below the overlay
        quiet("chattr", "-R", "-i", tree)
        shutil.rmtree(tree)


def freeze(place: Place, name: str) -> None:
    """The running upper layers become snapshot NAME, on top of what lay below them; the hosts must be down."""
    below = layers(place)
    target = place.snap / name
    if name in below:
        raise LabError(f"the running state rests on snapshot {name}: it cannot be overwritten")
    forget(place, name)
    unmount(place)
    half = target.with_name(name + ".half")
    _remove(half)
    copies = [_copy(place.host_run(host), half / host) for host in HOSTS]
    if any(copy.wait() for copy in copies):
        raise LabError(f"copying the state to {half} failed")
    for host in HOSTS:
        _carry_flags(half / host / "upper")
    (half / "layers.json").write_text(json.dumps([*below, name]), encoding="utf-8")
    half.rename(target)


def _copy(source: Path, target: Path) -> subprocess.Popen[bytes]:
    target.mkdir(parents=True)
    return subprocess.Popen(["cp", "-a", "--sparse=always", f"{source}/upper", f"{source}/public", str(target)])


def _carry_flags(upper: Path) -> None:
    for where in ("root/.tag", "root/.migrate"):
        for path in sorted((upper / where).glob("*")):
            if FLAG in os.listxattr(path, follow_symlinks=False):
                os.removexattr(path, FLAG)
                quiet("chattr", "+i", path)


def thaw(place: Place, name: str) -> None:
    """Make snapshot NAME the running state; the hosts must be down."""
    path = place.snap / name / "layers.json"
    if not path.exists():
        have = sorted(p.name for p in place.snap.glob("*")) if place.snap.exists() else []
        raise LabError(f"no snapshot {name}; there is: {' '.join(have) or 'none'}")
    drop(place)
    set_layers(place, json.loads(path.read_text(encoding="utf-8")))
    copies = [_copy_public(place, name, host) for host in HOSTS]
    if any(copy.wait() for copy in copies):
        raise LabError(f"copying {PUBLIC} out of snapshot {name} failed")


def _copy_public(place: Place, name: str, host: str) -> subprocess.Popen[bytes]:
    place.host_run(host).mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(["cp", "-a", str(place.snap / name / host / "public"), str(place.host_run(host))])


def forget(place: Place, name: str) -> None:
    target = place.snap / name
    if target.exists():
        _remove(target)
