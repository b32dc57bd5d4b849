"""What a host's profile exports changes no command of ours: hardening exports TMOUT, and may make it read-only."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from probes.command import Command
from reconciler.engine.jobs.scripts import RUNNER

NAMES = (
    "TMOUT", "BASH_ENV", "ENV", "CDPATH", "POSIXLY_CORRECT", "GREP_OPTIONS", "GREP_COLOR", "TAR_OPTIONS", "GZIP",
    "BLOCKSIZE", "BLOCK_SIZE", "DF_BLOCK_SIZE", "DU_BLOCK_SIZE", "PRSYNC_EXTRA_OPTS", "REDISCLI_AUTH",
    "REDISCLI_RCFILE", "MYSQL_GROUP_SUFFIX",
)  # fmt: skip
"""Not read from the code: one that it no longer unset would not be looked for."""
SHOW = (
    f'for name in {" ".join(NAMES)} ; do eval "printf \'%s\' \\"\\${{$name-}}\\""; done\n'
    f'env | grep -cE "^({"|".join(NAMES)})="'
)


@pytest.mark.condition("profile-exports")
def test_a_probe_has_none_of_it(tmp_path: Path) -> None:
    for shell in ("bash", "dash"):
        tools = tmp_path / shell
        tools.mkdir()
        (tools / "sh").symlink_to(shutil.which(shell) or "")
        env = {"PATH": f"{tools}:{os.environ['PATH']}", **dict.fromkeys(NAMES, "1")}
        words = ["sh", "-c", Command(script=SHOW).render()]
        told = subprocess.run(words, capture_output=True, text=True, env=env, timeout=20, check=False)
        assert (told.stdout, told.stderr) == ("0\n", "")


@pytest.mark.condition("docker-config")
def test_what_roots_docker_config_says_reaches_no_probe(tmp_path: Path) -> None:
    """It may name another daemon and other formats. Both ways in which a probe's script travels."""
    (tmp_path / "docker").write_text('#!/bin/sh\necho "${DOCKER_CONFIG-$HOME/.docker}"\n')
    (tmp_path / "docker").chmod(0o755)
    command = Command(script="PATH=$1:$PATH\ndocker info\n", args=(str(tmp_path),))
    env = {"PATH": os.environ["PATH"], "HOME": "/root"}
    for words in (["sh", "-c", command.render()], ["sh", "-c", command.section()]):
        told = subprocess.run(words, capture_output=True, text=True, env=env, timeout=20, check=True)
        assert told.stdout == "/nonexistent\n"


def job(tmp_path: Path, profile: str, script: str) -> subprocess.CompletedProcess[str]:
    """The inner half of the runner, which becomes the job, after a login that reads this profile."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bash_profile").write_text(profile)
    born = Path("/proc/self/stat").read_text().rpartition(") ")[2].split()[19]
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    runner = f"{os.getpid()} {born} {boot}\n"
    for name, text in (("run", RUNNER), ("script", script), ("args", "one 'two 2'"), ("pid", runner)):
        (tmp_path / name).write_text(text)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "BKREC_DIR": str(tmp_path),
        "BKREC_LOGIN": "yes",
        "BKREC_CWD": str(tmp_path),
        "BKREC_INPUT": "",
    }
    words = ["/bin/sh", str(tmp_path / "run"), "work"]
    return subprocess.run(words, capture_output=True, text=True, env=env, timeout=20, check=False)


EXPORTS = "".join(f"export {name}=1\n" for name in NAMES if name != "POSIXLY_CORRECT")


@pytest.mark.condition("profile-exports")
@pytest.mark.parametrize("profile", [EXPORTS, f"{EXPORTS}readonly TMOUT\n"], ids=["exported", "read-only"])
def test_a_job_has_none_of_it_and_all_else_that_a_login_gives(tmp_path: Path, profile: str) -> None:
    script = f'{SHOW}\necho "$LOGIN_GAVE $# $2"\nfalse\nexit 7\n'
    told = job(tmp_path, f"{profile}export LOGIN_GAVE=this\n", script)
    assert told.stdout == "0\nthis 2 two 2\n", told.stderr
    assert told.returncode == 7


@pytest.mark.parametrize("profile", ["", "export TMOUT=1\nreadonly TMOUT\n"], ids=["plain", "read-only"])
def test_a_job_ends_with_its_scripts_status(tmp_path: Path, profile: str) -> None:
    assert job(tmp_path, profile, "set -eu\nfalse\necho not reached\n").returncode == 1
    shutil.rmtree(tmp_path / "home")
    assert job(tmp_path, profile, "true\nfalse\n").returncode == 1


def test_a_function_of_the_profile_is_still_there(tmp_path: Path) -> None:
    """.bkrc defines some that the vendor's own lines use."""
    assert job(tmp_path, "export TMOUT=9\nhelp_me() { echo helped; }\n", "help_me\n").stdout == "helped\n"
