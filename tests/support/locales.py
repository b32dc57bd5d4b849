"""A Chinese locale for a test, which this machine itself may not have.

The catalogues that a program's words come from go by the locale's name alone: under it lies a copy of C.UTF-8 here.
"""

import shutil
from pathlib import Path

import pytest

NAME = "zh_CN.UTF-8"
CATALOGUES = Path("/usr/share/locale/zh_CN/LC_MESSAGES")
ITSELF = Path("/usr/lib/locale")
PLAIN = ITSELF / "C.utf8"


def can_be_made(catalogue: str = "libc.mo") -> bool:
    return PLAIN.is_dir() and (CATALOGUES / catalogue).exists()


def make(directory: Path) -> None:
    shutil.copytree(PLAIN, directory / "zh_CN.utf8")


def chinese(directory: Path) -> dict[str, str]:
    """Variables under which a program speaks Chinese, with the locale in this directory. Skips where there is none."""
    if not can_be_made():
        pytest.skip("needs the C library's Chinese catalogue (libc-l10n)")
    make(directory)
    return {"LOCPATH": str(directory), "LANG": NAME, "LC_ALL": NAME, "LANGUAGE": "zh_CN"}
