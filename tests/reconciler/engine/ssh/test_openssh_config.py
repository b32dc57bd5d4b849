"""`ssh` is the judge: generated configurations, and where ssh and bkrec arrive with them, on real sshds.

    pytest -m campaign -s tests/reconciler/engine/ssh/test_openssh_config.py    # 600; prints the figures

Each seed is a configuration of the user and of the system: keywords, Match, Include, tokens, URIs, comments, quotes and
encodings (`tests/support/ssh_field.py`). What is compared is what the sshds logged, user and key of each on the way,
whether the command ran, and the line of known_hosts that let the server's key pass.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or not Path("/usr/sbin/sshd").exists() or shutil.which("unshare") is None,
    reason="needs root, an sshd and a mount namespace",
)


def compared(seeds: str, timeout_s: float) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The figures, and each that differs."""
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not permit a mount namespace")
    done = subprocess.run(
        ["unshare", "--mount", sys.executable, "-m", "tests.support.ssh_field", "--seeds", seeds],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout_s,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *different, figures = map(json.loads, done.stdout.splitlines())
    return figures, different


@pytest.mark.condition("ssh-config")
def test_bkrec_arrives_where_ssh_does() -> None:
    figures, different = compared("30:42", 200)
    assert different == []
    assert figures["configurations"] == 12
    assert figures["both_inside"] >= 6, "where nobody gets in little is compared"


def test_a_bkrec_that_reads_the_files_itself_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The companion: the same by asyncssh's own parser, which knows a part of ssh_config(5)."""
    monkeypatch.setenv("FIELD_WITHOUT_SSH_G", "1")
    assert compared("30:34", 200)[1] != []


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_bkrec_arrives_where_ssh_does_over_many_configurations() -> None:
    figures, different = compared("1000:1600", 3500)
    print(json.dumps(figures))
    assert different == []
