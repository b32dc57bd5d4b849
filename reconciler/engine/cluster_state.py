"""Where this machine keeps what it knows of a cluster: $XDG_STATE_HOME/bkrec/<name>-<file>, its runs and its checks.

<file> are digits of a hash of the cluster file's path, every link followed. A `name` does not tell clusters apart: two
sites with the same private addresses get the same one from `init`, and the same controller address too. Their journals,
histories and estimates would be one another's. Nor is it a host that tells: `history` and `report` contact none.

A file that was moved begins anew. The directory says which file it belongs to (cluster.json), so that `unclaimed` can
name what was left behind. Nothing on a host depends on any of it.
"""

import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from reconciler.engine.local_files import private_dir, write_private

SCHEMA = "bkrec.cluster-state/1"
RECORD = "cluster.json"


def state_path(cluster: str, cluster_file: Path, environ: Mapping[str, str]) -> Path:
    """A name never leads out of the state home. Raises OSError where nothing says whose home it would be in."""
    digits = hashlib.sha256(os.fsencode(os.path.realpath(cluster_file))).hexdigest()[:12]
    return _home_of_all(environ) / f"{_dir_name(cluster)}-{digits}"


def state_dir(cluster: str, cluster_file: Path, environ: Mapping[str, str]) -> Path:
    """The same, made if need be. Raises OSError."""
    directory = private_dir(state_path(cluster, cluster_file, environ))
    record_file(directory, cluster_file)
    return directory


def record_file(directory: Path, cluster_file: Path) -> None:
    """Raises OSError."""
    if not (directory / RECORD).exists():
        fields = {"schema": SCHEMA, "file": os.path.realpath(cluster_file)}
        write_private(directory / RECORD, json.dumps(fields) + "\n")


def unclaimed(cluster: str, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Directories with runs of a cluster of this name that belong to no file which is there. Raises OSError."""
    pattern = re.compile(re.escape(_dir_name(cluster)) + "(-[0-9a-f]{12})?")
    home = _home_of_all(environ)
    directories = [path for path in home.iterdir() if pattern.fullmatch(path.name)] if home.is_dir() else []
    return tuple(sorted(path for path in directories if any((path / "runs").glob("*.jsonl")) and not _is_claimed(path)))


def _is_claimed(directory: Path) -> bool:
    """A record that says nothing is nobody's."""
    try:
        fields = json.loads((directory / RECORD).read_text(encoding="utf-8"))
        return os.path.lexists(str(fields["file"]))
    except (FileNotFoundError, ValueError, LookupError, TypeError):
        return False


def _dir_name(cluster: str) -> str:
    return re.sub(r"[^\w.-]+", "_", cluster).lstrip(".") or "cluster"


def _home_of_all(environ: Mapping[str, str]) -> Path:
    """A path that is not absolute does not count (XDG)."""
    state_home = environ.get("XDG_STATE_HOME", "")
    home = Path(state_home) if state_home.startswith("/") else _home(environ) / ".local" / "state"
    return home / "bkrec"


def _home(environ: Mapping[str, str]) -> Path:
    try:
        return Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    except RuntimeError:
        raise OSError(errno.ENOENT, "no home directory: HOME is not set and this user has no entry in passwd") from None
