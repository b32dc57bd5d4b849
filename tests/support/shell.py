"""Run an action's own script here, as a host would, with /var/lib its own: what it keeps there is the test's.

Needs root, as the hosts are: a mount namespace gives the script an empty /var/lib that nobody else sees. Where that is
not permitted the test is skipped, and says so.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from probes.command import Command

INSIDE = """mount -t tmpfs none /var/lib
if [ -n "${SEED:-}" ]; then cp -a "$KEPT/." /var/lib/; fi
if [ -n "${SMALL:-}" ]; then mkdir -p "$SMALL"; mount -t tmpfs -o size=64k none "$SMALL"; fi
if [ -d "$1/units" ]; then mount --bind "$1/units" /etc/systemd/system; fi
cd "$1" && shift && "$@"
code=$?
cp -a /var/lib/. "$KEPT"
exit $code
"""


def perform(
    command: Command, where: Path, *, shell: str = "bash", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`where`/var-lib holds afterwards what the script left in /var/lib, and before it too where `env` has SEED.
    `env`: what the job's runner would add. `where`/units, if there, is /etc/systemd/system. A directory that `env`
    names in SMALL becomes a file system of 64 KB."""
    if not _permitted():
        pytest.skip("this machine does not permit a mount namespace")
    path = where / "var-lib"
    path.mkdir(exist_ok=True)
    inner = [shell, "-c", command.script, "bkrec", *command.args]
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", INSIDE, "sh", str(where), *inner],
        input=command.stdin,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", "KEPT": str(path), "HOME": "/root", **(env or {})},
    )


def with_awk(name: str, where: Path) -> dict[str, str]:
    """For `env`: `awk` is this one. Skipped where the machine has none of that name."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    tools = where / "awks"
    tools.mkdir(exist_ok=True)
    (tools / "awk").write_text(f'#!/bin/sh\nexec {found} {"awk" if name == "busybox" else ""} "$@"\n')
    (tools / "awk").chmod(0o755)
    return {"PATH": f"{tools}:{os.environ['PATH']}"}


@cache
def _permitted() -> bool:
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/var/lib"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0
