"""Controller files that are read first: install.config, paths, package versions.

Nothing can be expected before they are known. The versions are those of the verified package
(`probes/package_versions.py`). Not a fact family: its result is the inventory that facts are about. One script, one
round trip, nothing written. Source: bkcli:29 (install.config), functions:662-703 (.path), load_env.sh
(BK_PKG_SRC_PATH).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from probes.command import Command, Output
from probes.package_versions import DIRECTORY, MD5, record
from specs.package_versions import PackageVersion

SCRIPT = r"""
config=$1/install.config pin=$2/$3
[ -r "$config" ] || { echo missing; exit 0; }
echo found
head -n 1 -- "$1/.path" 2>/dev/null || :
echo
sed -n 's/^BK_PKG_SRC_PATH=/src /p' "$1/bin/04-final/global.env" 2>/dev/null || :
printf 'scripts %s\n' "$(readlink -f -- "$1")"
if [ -z "$3" ] || [ ! -e "$pin" ]; then :
elif [ -f "$pin" ] && [ -r "$pin" ]; then echo pinned; head -c 65536 -- "$pin" | sed 's/^/pin /'; echo
else echo unpinned; fi
echo ---
cat -- "$config"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerFiles:
    config: str
    """install.config as it lies there."""
    home: str
    """Content of .path ("/data/bkce"), or ""."""
    src: str = ""
    """Where the vendor's scripts take the products from, by the merged variables; "" where these do not say."""
    scripts: str = ""
    """The directory of install.config with every link followed; "" where that could not be read."""
    package_versions: tuple[PackageVersion, ...] | None = ()
    """The recorded versions of the package; None where the record is invalid."""


def command(install: str, md5: str = "") -> Command:
    """`md5`: of the package whose versions count; "" reads none."""
    return Command(script=SCRIPT, args=(install, DIRECTORY, md5 if MD5.fullmatch(md5) else ""))


def parse(output: Output, md5: str = "") -> ControllerFiles | None:
    """None where there is no install.config; ValueError for an invalid answer."""
    head, mark, config = output.stdout.partition("\n---\n")
    first, _, rest = head.partition("\n")
    if first.strip() == "missing":
        return None
    if first.strip() != "found" or not mark:
        raise ValueError("the answer has no end")
    home, *lines = (line.strip() for line in rest.split("\n"))
    record_lines = (line for line in lines if line and not line.startswith(("src ", "scripts ")))
    versions = _package_versions(md5, tuple(record_lines))
    return ControllerFiles(
        config=config,
        home=home if home.startswith("/") else "",
        src=_source_path(lines),
        scripts=next((path for line in lines if (path := line.removeprefix("scripts ")).startswith("/")), ""),
        package_versions=versions,
    )


def _source_path(lines: Sequence[str]) -> str:
    """The last assignment that is not empty, as load_env.sh reads them."""
    values = [line.removeprefix("src ").strip().strip("\"'") for line in lines if line.startswith("src ")]
    return next((value.rstrip("/") for value in reversed(values) if value.startswith("/")), "")


def _package_versions(md5: str, line: tuple[str, ...]) -> tuple[PackageVersion, ...] | None:
    if not line:
        return ()
    try:
        return record(md5, tuple(row.removeprefix("pin ") for row in line[1:] if line[0] == "pinned"))
    except ValueError:
        return None
