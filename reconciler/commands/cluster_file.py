"""Which cluster file: `-c`, else $BKREC_CLUSTER, else ./cluster.toml and upwards, else the user's own (XDG).

What a cluster file says is done as the caller, down to the commands that an SSH configuration names. So one that was
only found must belong to the caller or root (`engine/ownership.py`). One that was named is used, whoever owns it: that
is what naming it says; where others can write it, a warning says so on every call.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.commands import files
from reconciler.core import site
from reconciler.engine import ownership
from specs import parse
from specs.cluster import ClusterFile
from specs.diagnostic import Diagnostic, SpecError, diagnose

NAME = "cluster.toml"


def locate(given: Path | None) -> tuple[Path, tuple[Diagnostic, ...]]:
    """The path, and a warning where others can write it. Raises SpecError where there is none, or another owner's."""
    path = find(given, os.environ, working_directory())
    return path, writable_by_others(path)


def working_directory() -> Path | None:
    """None where the directory that bkrec was called in is gone."""
    try:
        return Path.cwd()
    except OSError:
        return None


def find(given: Path | None, environ: Mapping[str, str], directory: Path | None) -> Path:
    """A file that was named is taken as it is, even if it is missing: another one would be another cluster."""
    chosen = given or (Path(environ["BKREC_CLUSTER"]) if environ.get("BKREC_CLUSTER") else None)
    candidates = (chosen,) if chosen else tuple(_places(environ, directory))
    for path in candidates:
        if _is_file(path):
            if not chosen:
                _require_trusted(path)
            return path
    text = ", ".join(map(str, candidates)) or "-"
    where = str(candidates[0]) if candidates else ""
    raise SpecError(diagnose("cluster-file-missing", where=where, looked=text))


def writable_by_others(path: Path) -> tuple[Diagnostic, ...]:
    """A warning, for one that was named: one that was found is refused."""
    try:
        about = path.stat()
    except OSError:
        return ()
    return (diagnose("cluster-file-open-named", where=str(path)),) if ownership.others_may_write(about) else ()


def load(path: Path) -> ClusterFile:
    """Raises SpecError, also where it names an SSH configuration that is neither the caller's, nor root's, nor its own
    owner's (commands in it run on this machine); and with all that is wrong with `[[expect]]` in itself."""
    try:
        file = parse.cluster_file(files.read(path), str(path))
    except RecursionError as error:
        raise SpecError(_unreadable(path, path, "nested too deeply")) from error
    if file.ssh.config:
        _require_trusted_ssh_config(Path(file.ssh.config), path)
    site.require_readable(file.expect)
    return file


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _require_trusted(path: Path) -> None:
    """Raises SpecError."""
    try:
        distrusted = ownership.check_ownership(path)
    except OSError as error:
        raise SpecError(_unreadable(path, path, error)) from error
    if distrusted is not None:
        code = "cluster-file-owner" if distrusted.why == "owner" else "cluster-file-open"
        raise SpecError(diagnose(code, where=str(path), path=distrusted.path, owner=distrusted.owner, file=path))


def _require_trusted_ssh_config(config: Path, cluster: Path) -> None:
    try:
        config = config.expanduser()
        owners = frozenset({cluster.stat().st_uid})
        included = list(ownership.ssh_configs(config)) if config.is_file() else []
        distrusted = next((why for path in included if (why := ownership.check_ownership(path, owners))), None)
    except (OSError, RuntimeError) as error:
        raise SpecError(_unreadable(f"{cluster}, ssh.config", config, error)) from error
    if distrusted is not None:
        code = "ssh-config-owner" if distrusted.why == "owner" else "ssh-config-open"
        raise SpecError(diagnose(code, where=str(cluster), path=distrusted.path, owner=distrusted.owner, file=cluster))


def _unreadable(where: str | Path, path: Path, error: object) -> Diagnostic:
    return diagnose("cluster-file-unreadable", where=str(where), path=path, error=error)


def _places(environ: Mapping[str, str], directory: Path | None) -> Iterator[Path]:
    for parent in (directory, *directory.parents) if directory else ():
        yield parent / NAME
    config = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME') or '~'}/.config"
    try:
        yield Path(config).expanduser() / "bkrec" / NAME
    except RuntimeError:
        # no HOME, and no entry in passwd to tell of one
        return
