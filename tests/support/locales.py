"""A Chinese locale for a test, made from what the package `locales` has: this machine itself may have none."""

import shutil
import subprocess
from pathlib import Path

import pytest

NAME = "zh_CN.UTF-8"
NEEDED = ("i18n/locales/zh_CN", "i18n/charmaps/UTF-8.gz", "locale/zh_CN/LC_MESSAGES/libc.mo")


def can_be_made() -> bool:
    return shutil.which("localedef") is not None and all(Path("/usr/share", file).exists() for file in NEEDED)


def make(directory: Path) -> None:
    subprocess.run(
        ["localedef", "-i", "zh_CN", "-f", "UTF-8", "--no-archive", str(directory / "zh_CN.utf8")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


def chinese(directory: Path) -> dict[str, str]:
    """Variables under which a program speaks Chinese, with the locale in this directory. Skips where there is none."""
    if not can_be_made():
        pytest.skip("needs the package locales, and the C library's Chinese catalogue")
    make(directory)
    return {"LOCPATH": str(directory), "LANG": NAME, "LC_ALL": NAME, "LANGUAGE": "zh_CN"}
