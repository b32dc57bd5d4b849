"""The shells and the awks that hosts have: each pair is a directory for the front of PATH, with a `sh` and an `awk`.

What a script does must not depend on them: Debian's sh is dash and its awk mawk, CentOS' bash and gawk, small images
have busybox's. A test under `SHELLS` (tests/probes/here.py) goes through every shell and every awk once. BKREC_SHELLS
and BKREC_AWKS name more of them by path, with a colon between: an older mawk, say.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SHELLS = {"dash": "dash", "bash": "bash", "ash": "busybox"}
AWKS = {"gawk": "gawk", "mawk": "mawk", "original-awk": "original-awk", "busybox-awk": "busybox"}
ONCE_EACH = (("dash", "mawk"), ("bash", "gawk"), ("ash", "busybox-awk"), ("dash", "original-awk"))
"""Every shell and every awk, each at least once."""


def _found(programs: dict[str, str], more: str) -> dict[str, str]:
    paths = [path for path in os.environ.get(more, "").split(":") if path]
    named = (*programs.items(), *(("-".join(Path(path).parts[-3:]), path) for path in paths))
    return {name: found for name, program in named if (found := shutil.which(program))}


@cache
def shells() -> dict[str, str]:
    return _found(SHELLS, "BKREC_SHELLS")


@cache
def awks() -> dict[str, str]:
    return _found(AWKS, "BKREC_AWKS")


@cache
def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="bkrec-shells-"))
    home.chmod(0o755)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


@cache
def shell_beside(shell: str, awk: str) -> str:
    """The path of this shell, called `sh`; this awk lies beside it. busybox is what it is called by."""
    place = _home() / f"{shell}+{awk}"
    place.mkdir()
    (place / "sh").symlink_to(shells()[shell])
    (place / "awk").symlink_to(awks()[awk])
    return str(place / "sh")


def pairs() -> tuple[tuple[str, str], ...]:
    return tuple((shell, awk) for shell in shells() for awk in awks())


def once_each() -> tuple[tuple[str, str], ...]:
    """As far as this machine has them."""
    return tuple((shell, awk) for shell, awk in ONCE_EACH if shell in shells() and awk in awks())


def said_alone(module: str, words: Sequence[str], *, timeout_s: float) -> Any:
    """What `python -m MODULE WORDS` prints as JSON, in mounts and a network of its own: it changes files that every
    host has, and asks addresses of a cluster that may be somebody's. Skips where this machine permits neither."""
    alone = ["unshare", "--mount", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not permit a mount and a network namespace")
    done = subprocess.run(
        [*alone, sys.executable, "-m", module, *words],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=timeout_s,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
