"""Grants: the password that the server takes is the one in the env file, whatever is in it, whichever awk reads it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from actions.mysql import GrantUser, SetLoginPath
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


@pytest.mark.condition("mawk-gsub")
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


EDITOR = """#!/bin/sh
# Stand-in for mysql_config_editor: keeps its arguments, and asks for the password.
printf '%s\\n' "$@" > "$TOLD"
printf 'Enter password: '
read -r password
"""


@pytest.mark.skipif(not shutil.which("expect"), reason="expect is not installed")
@pytest.mark.parametrize(("paas", "port"), [("", "3306"), ("BK_PAAS_MYSQL_PORT=3307\n", "3307")])
def test_a_login_path_has_the_port_that_paas_uses(tmp_path: Path, paas: str, port: str) -> None:
    """The vendor's scripts know 3306 alone; a server of the site's own may listen elsewhere."""
    tools, path = tmp_path / "tools", tmp_path / "told"
    tools.mkdir()
    (tools / "mysql_config_editor").write_text(EDITOR)
    (tools / "mysql_config_editor").chmod(0o755)
    for file, text in (("01-generate/dbadmin", "BK_MYSQL_ADMIN_PASSWORD=x\n"), ("04-final/paas", paas)):
        (tmp_path / f"bin/{file}.env").parent.mkdir(parents=True)
        (tmp_path / f"bin/{file}.env").write_text(text)
    action = SetLoginPath(host=HOST, install=str(tmp_path), login_path="mysql-auth", server="db.corp.example")
    env = {"PATH": f"{tools}:{os.environ['PATH']}", "TOLD": str(path)}
    done = perform(action.command(), tmp_path, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"--host=db.corp.example", f"--port={port}"} <= set(path.read_text().splitlines())


def test_a_port_that_is_no_number_sets_no_login_path(tmp_path: Path) -> None:
    for file, text in (
        ("01-generate/dbadmin", "BK_MYSQL_ADMIN_PASSWORD=x\n"),
        ("04-final/paas", "BK_PAAS_MYSQL_PORT=x\n"),
    ):
        (tmp_path / f"bin/{file}.env").parent.mkdir(parents=True)
        (tmp_path / f"bin/{file}.env").write_text(text)
    action = SetLoginPath(host=HOST, install=str(tmp_path), login_path="mysql-auth", server="db.corp.example")
    done = perform(action.command(), tmp_path)
    assert done.returncode != 0
    assert "BK_PAAS_MYSQL_PORT" in done.stderr
