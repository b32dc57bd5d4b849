"""Conditions that operators meet, each on a real sshd: any login shell, a bastion's users, a host's own last words.

One process makes the field and goes through all of them (`tests/support/ssh_conditions.py`); each test reads its part.
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
READ = "install-config-missing"
"""The host was logged in to and asked: it has no install.config."""

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or not Path("/usr/sbin/sshd").exists() or shutil.which("unshare") is None,
    reason="needs root, an sshd and a mount namespace",
)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not permit a mount namespace")
    done = subprocess.run(
        ["unshare", "--mount", sys.executable, "-m", "tests.support.ssh_conditions"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.condition("login-shells")
@pytest.mark.parametrize("shell", ["sh", "bash", "busybox", "tcsh", "fish", "zsh"])
def test_a_script_reaches_the_host_as_it_is_whatever_the_login_shell(found: dict[str, Any], shell: str) -> None:
    if f"{shell}-user" not in found["login_shells"]:
        pytest.skip(f"{shell} is not installed")
    assert found["login_shells"][f"{shell}-user"] == [True, READ]


@pytest.mark.condition("bastion-users")
@pytest.mark.parametrize("user", ["ops#root#web1", "ops@root@web1"])
def test_a_user_is_called_what_a_bastion_calls_him_and_needs_no_sudo_if_he_is_root(
    found: dict[str, Any], user: str
) -> None:
    assert found["bastion_users"][user] == [["0\n", 0], user]


LAST_WORDS = {
    "nologin": ("command-not-run", "This account is currently not available."),
    "forced command": ("command-not-run", "This account is for backups only."),
    "silent command": ("command-not-run", "exit status 4, no output"),
    "expired password": ("command-not-run", "Password change required but no TTY available."),
    "/etc/nologin": ("command-not-run", "down for maintenance until six"),
    "/etc/nologin, PAM": ("login-refused", "down for maintenance until six"),
    "sudo: no rule": ("sudo-refused", "sudo: "),
    "sudo: not this command": ("sudo-refused", "sudo: "),
    "sudo: a password": ("sudo-refused", "sudo: a password is required"),
    "sudo: a terminal": ("sudo-refused", "sudo: sorry, you must have a tty to run sudo"),
    "sudo: not installed": ("sudo-refused", "sudo: not found"),
    "sudo: may": (READ, ""),
}
IN_CHINESE = {
    f"{name}, zh": says for name, says in LAST_WORDS.items() if name[:5] == "sudo:" and "installed" not in name
}


@pytest.mark.condition("last-words")
@pytest.mark.parametrize("condition", LAST_WORDS | IN_CHINESE)
def test_a_host_that_runs_nothing_is_quoted(found: dict[str, Any], condition: str) -> None:
    if condition not in found["last_words"]:
        pytest.skip("needs sudo")
    code, words = (LAST_WORDS | IN_CHINESE)[condition]
    told = found["last_words"][condition]
    assert told["code"] == code
    assert words in told.get("error", "")


@pytest.mark.condition("sudo-words")
def test_sudo_is_understood_whatever_language_it_speaks(found: dict[str, Any]) -> None:
    """It refused where the script did not begin; a warning of its own is no refusal, also where the script fails."""
    if not found["sudo_in_chinese"]:
        pytest.skip("needs sudo with its Chinese catalogue")
    said = found["sudo_in_chinese"]
    assert said["norule"] == ["sudo: 需要密码"], "or the test would prove nothing"
    status, words = said["warned"]
    assert (status, words[-1]) == (1, "its own words")
    assert [line for line in words if line.startswith("sudo: ")], "or the test would prove nothing"
    assert not [line for line in words if line.startswith("bkrec ")]


@pytest.mark.condition("crowded-agent")
def test_a_key_that_is_named_is_heard_although_the_agent_has_six_others(found: dict[str, Any]) -> None:
    crowded = found["crowded_agent"]
    nothing_named = crowded.pop("nothing said")
    assert nothing_named == ["login-refused", "Too many authentication failures"], "or the test would prove nothing"
    assert {name: code for name, (code, _) in crowded.items()} == dict.fromkeys(
        ("ssh.identity", "ssh.identity, public", "IdentityFile", "IdentitiesOnly"), READ
    )


@pytest.mark.condition("odd-known-hosts")
def test_odd_lines_of_known_hosts_are_skipped_each_with_file_and_number(found: dict[str, Any]) -> None:
    odd = found["known_hosts_with_odd_lines"]
    assert odd["code"] == READ
    assert odd["warned"] == [f"known-hosts-line known_hosts:{line}" for line in (1, 2, 4)], "comments in GBK are fine"


@pytest.mark.condition("ssh-config")
def test_files_of_the_system_count_as_for_ssh(found: dict[str, Any]) -> None:
    """And a comment behind a value, and an alias with an underscore and Chinese."""
    assert found["system_files"] == {"code": READ, "user": "may-user", "port": True}


@pytest.mark.condition("controller-known-hosts")
def test_hosts_behind_a_controller_whose_own_known_hosts_file_is_dev_null_are_known_by_roots(
    found: dict[str, Any],
) -> None:
    assert found["behind_the_controller"] == {"known": ["it's !\n", 0], "unknown": "host-key-unknown"}


def test_a_proxy_command_is_run_by_a_shell_and_quoted_where_it_fails(found: dict[str, Any]) -> None:
    proxies = found["proxy_commands"]
    assert proxies["a warning on stderr, a pipe, a variable"][0] == READ
    assert proxies["it fails"] == ["host-unreachable", "ProxyCommand: ncat: the proxy says no"]
