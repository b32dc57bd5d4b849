"""bkrec on a host of the lab: this checkout and what it needs, in an environment of that host's own Python.

A host has no internet, so the packages are those of the environment that the tests run in: what is tried is bkrec where
it is used, not its installation (tests/packaging). Both are of one Python version, or it says so.
"""

import importlib.metadata
import io
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.lab.machine.api import Lab
from tests.lab.machine.place import LabError
from tests.lab.support.operator import on

PACKAGES = ("reconciler", "specs", "probes", "actions")
HOME = "/opt/bkrec"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
PROGRAM = f"""#!{HOME}/bin/python
import sys

from reconciler.cli.main import main

sys.exit(main())
"""


def install(lab: Lab, host: str) -> None:
    """As /usr/local/bin/bkrec. Raises LabError where the host's Python is another than ours."""
    theirs = on(lab, host, "/usr/bin/python3 -c 'import sys; print(\"%d.%d\" % sys.version_info[:2])'").strip()
    if theirs != VERSION:
        raise LabError(f"{host} has Python {theirs}, the tests run on {VERSION}")
    on(lab, host, f"/usr/bin/python3 -m venv --without-pip {HOME}")
    unpacked = lab.ssh(host, f"tar -xf - -C {HOME}/lib/python{VERSION}/site-packages", stdin=_archive())
    assert unpacked.returncode == 0, unpacked.stderr
    lab.ssh(host, f"cat > {HOME}/bin/bkrec && chmod 755 {HOME}/bin/bkrec", stdin=PROGRAM.encode())
    on(lab, host, f"ln -sf {HOME}/bin/bkrec /usr/local/bin/bkrec && bkrec --version")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in PACKAGES:
            archive.add(ROOT / name, arcname=name, filter=_no_cache)
        for name, path in sorted(_dependencies("bkrec", set())):
            archive.add(path, arcname=name, recursive=False)
    return buffer.getvalue()


def _no_cache(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.endswith("__pycache__") else entry


def _dependencies(package: str, visited: set[str]) -> Iterator[tuple[str, Path]]:
    """The files of what `package` requires without any extra, and of what that requires."""
    for requirement in importlib.metadata.requires(package) or ():
        name = re.split(r"[ ;<>=!~\[(]", requirement, maxsplit=1)[0].lower()
        if "extra ==" in requirement or name in visited:
            continue
        visited.add(name)
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # its marker excludes this Python
        for file in found.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                yield str(file), Path(str(found.locate_file(file)))
        yield from _dependencies(name, visited)
