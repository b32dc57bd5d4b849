"""Grants: the password that the server takes is the one in the env file, whatever is in it, whichever awk reads it."""

import re
import subprocess
from pathlib import Path

import pytest

from actions.mysql import GrantUser
from tests.support.shell import perform, with_awk

HOST = "10.0.0.1"
PASSWORDS = {
    "punctuation": "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum()),
    "backslash-and-quote": "a\\b'c",
    "backslashes": "\\\\\\n\\'\\",
    "ampersand": "&\\&",
    "blanks": " a  b ",
}
MYSQL = '#!/bin/sh\n# Stand-in for mysql: keeps what it is told.\ncat > "$TOLD"\n'


@pytest.mark.parametrize("awk", ["mawk", "gawk", "original-awk", "busybox"])
@pytest.mark.parametrize("name", PASSWORDS)
def test_the_password_that_is_granted_is_the_one_that_is_meant(tmp_path: Path, awk: str, name: str) -> None:
    """Older mawks do not double a backslash in gsub: the grant held another password, and read as granted."""
    password, path, final = PASSWORDS[name], tmp_path / "told", tmp_path / "bin/04-final"
    final.mkdir(parents=True)
    quoted = "'" + password.replace("'", "'\\''") + "'"
    (final / "bkauth.env").write_text(f"BK_PASSWORD={quoted}\n")
    env = with_awk(awk, tmp_path)
    tools = tmp_path / "awks"
    (tools / "mysql").write_text(MYSQL)
    (tools / "mysql").chmod(0o755)
    action = GrantUser(
        host=HOST,
        install=str(tmp_path),
        login_path="mysql-default",
        user="bkauth",
        env="bkauth.env",
        key="BK_PASSWORD",
        hosts=("10.0.0.1", "10.0.0.2"),
        verified_on=HOST,
    )
    done = perform(action.command(), tmp_path, env={**env, "TOLD": str(path)})
    assert (done.returncode, done.stderr) == (0, "")
    grants = re.findall(r"^GRANT ALL ON \*\.\* TO 'bkauth'@'([0-9.]+)' IDENTIFIED BY '(.*)';$", path.read_text(), re.M)
    assert [host for host, _ in grants] == list(action.hosts)
    assert {as_mysql_reads(text) for _, text in grants} == {password}


def as_mysql_reads(text: str) -> str:
    """A string between quotes, where NO_BACKSLASH_ESCAPES is off. MySQL manual, String Literals."""
    escapes = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
    assert not re.search(r"(?<!\\)(\\\\)*'", text), "a quote that ends the string"
    return re.sub(r"\\(.)", lambda found: escapes.get(found[1], found[1]), text)


def test_a_missing_password_grants_nothing(tmp_path: Path) -> None:
    final = tmp_path / "bin/04-final"
    final.mkdir(parents=True)
    (final / "x.env").write_text("A=1\n")
    action = GrantUser(
        host=HOST,
        install=str(tmp_path),
        login_path="l",
        user="u",
        env="x.env",
        key="K",
        hosts=(HOST,),
        verified_on=HOST,
    )
    done: subprocess.CompletedProcess[str] = perform(action.command(), tmp_path)
    assert done.returncode != 0
    assert "no K in" in done.stderr
