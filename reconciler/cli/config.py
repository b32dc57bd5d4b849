"""Which cluster file: `-c`, else $BKREC_CLUSTER, else ./cluster.toml and upwards, else the user's own (XDG)."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.cli.options import Options
from specs.diagnostic import SpecError, diagnose

NAME = "cluster.toml"


def cluster_path(options: Options) -> Path:
    """Raises SpecError where there is none, telling where it was looked for."""
    return find(options.cluster, os.environ, Path.cwd())


def find(named: Path | None, environ: Mapping[str, str], here: Path) -> Path:
    """A file that was named is taken as it is, even if it is missing: another one would be another cluster."""
    said = named or (Path(environ["BKREC_CLUSTER"]) if environ.get("BKREC_CLUSTER") else None)
    looked = (said,) if said else tuple(_places(environ, here))
    for path in looked:
        if path.is_file():
            return path
    raise SpecError(diagnose("cluster-file-missing", where=str(looked[0]), looked=", ".join(map(str, looked))))


def read(path: Path) -> str:
    """Raises SpecError where the file cannot be read as text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = diagnose("cluster-file-unreadable", where=str(path), path=path, error=error)
        raise SpecError(told) from error


def _places(environ: Mapping[str, str], here: Path) -> Iterator[Path]:
    for directory in (here, *here.parents):
        yield directory / NAME
    config = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '~')}/.config"
    yield Path(config).expanduser() / "bkrec" / NAME
