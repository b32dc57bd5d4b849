"""Which cluster file: `-c`, else $BKREC_CLUSTER, else ./cluster.toml and upwards, else the user's own (XDG).

What a cluster file says is done as the caller, down to the commands that an SSH configuration names. So one that was
only found must be nobody else's (`engine/ownership.py`). One that was named is taken, whoever owns it: that is what
naming it says; where others can write it, that is told on every call, since nobody can vouch for it.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.options import Options
from specs.diagnostic import SpecError, diagnose

if TYPE_CHECKING:
    from specs.diagnostic import Diagnostic

NAME = "cluster.toml"


def cluster_path(options: Options) -> Path:
    """Raises SpecError where there is none, telling where it was looked for, or where it is somebody else's."""
    path = find(options.cluster, os.environ, here())
    if warning := open_to_others(path):
        from reconciler.cli.console import print_diagnostics

        print_diagnostics((warning,), options, warnings=True)
    return path


def here() -> Path | None:
    """None where the directory that bkrec was called in is gone."""
    try:
        return Path.cwd()
    except OSError:
        return None


def find(named: Path | None, environ: Mapping[str, str], here: Path | None) -> Path:
    """A file that was named is taken as it is, even if it is missing: another one would be another cluster."""
    said = named or (Path(environ["BKREC_CLUSTER"]) if environ.get("BKREC_CLUSTER") else None)
    looked = (said,) if said else tuple(_places(environ, here))
    for path in looked:
        if _is_there(path):
            if not said:
                _ours(path)
            return path
    text = ", ".join(map(str, looked)) or "-"
    raise SpecError(diagnose("cluster-file-missing", where=str(looked[0]) if looked else "", looked=text))


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _ours(path: Path) -> None:
    """Raises SpecError."""
    from reconciler.engine.ownership import check_ownership

    try:
        found = check_ownership(path)
    except OSError as error:
        raise SpecError(_unreadable(path, error)) from error
    if found is not None:
        code = "cluster-file-owner" if found.why == "owner" else "cluster-file-open"
        raise SpecError(diagnose(code, where=str(path), path=found.path, owner=found.owner, file=path))


def open_to_others(path: Path) -> "Diagnostic | None":
    """A warning, about one that was named: the other kind is refused."""
    from reconciler.engine.ownership import others_may_write

    try:
        about = path.stat()
    except OSError:
        return None
    return diagnose("cluster-file-open-named", where=str(path)) if others_may_write(about) else None


def read(path: Path) -> str:
    """Raises SpecError where the file cannot be read as text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(_unreadable(path, error)) from error


def _unreadable(path: Path, error: Exception) -> "Diagnostic":
    return diagnose("cluster-file-unreadable", where=str(path), path=path, error=error)


def _places(environ: Mapping[str, str], path: Path | None) -> Iterator[Path]:
    for directory in (path, *path.parents) if path else ():
        yield directory / NAME
    config = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME') or '~'}/.config"
    try:
        yield Path(config).expanduser() / "bkrec" / NAME
    except RuntimeError:
        # no HOME, and no entry in passwd to tell of one
        return
