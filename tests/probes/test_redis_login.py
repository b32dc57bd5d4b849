"""Redis's own answers to a password, as clients of several versions print them."""

from pathlib import Path

import pytest

from probes.redis_login import PROBE, RedisLogin
from tests.probes.here import HOST, SHELLS, ask, brief, run, tool

KEY = "BK_REDIS_ADMIN_PASSWORD"
NEW = """case $REDISCLI_AUTH in
right) echo PONG ;;
*) echo 'Warning: AUTH failed: WRONGPASS invalid username-password pair'; echo '(error) NOAUTH' ;;
esac"""
OLD = """if [ "$5" ]; then echo 'NOAUTH Authentication required.'; exit; fi
read -r auth password
case $password in right) echo OK; echo PONG ;; *) echo 'ERR invalid password'; echo NOAUTH ;; esac"""
OPEN = "echo 'AUTH failed: ERR Client sent AUTH, but no password is set'; echo PONG"
GONE = "echo 'Could not connect to Redis at 10.0.0.1:6379: Connection refused' >&2; exit 1"


def fact(*files: Path) -> RedisLogin:
    return RedisLogin(host=HOST, port=6379, env_files=tuple(map(str, files)), key=KEY)


def asked(tmp_path: Path, client: str, password: str, *, shell: str = "/bin/sh") -> object:
    (tmp_path / "dbadmin.env").write_text(f"{KEY}={password}\n")
    tools = tool(tmp_path / "tools", "redis-cli", client)
    (found,) = ask(PROBE, [fact(tmp_path / "none.env", tmp_path / "dbadmin.env")], tools=tools, shell=shell)
    return brief(found)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("client", [NEW, OLD], ids=["with-REDISCLI_AUTH", "without"])
def test_the_right_password_works_and_another_is_denied(tmp_path: Path, client: str, shell: str) -> None:
    assert asked(tmp_path, client, "right", shell=shell) == "works"
    assert asked(tmp_path, client, "wrong", shell=shell) == "denied"


def test_a_server_without_a_password_refuses_who_brings_one(tmp_path: Path) -> None:
    assert asked(tmp_path, OPEN, "right") == "denied"


def test_where_nothing_answers_there_is_no_redis(tmp_path: Path) -> None:
    assert asked(tmp_path, GONE, "right") == "absent"


@pytest.mark.condition("v18-passwords")
def test_a_password_declared_later_counts_before_the_generated_one(tmp_path: Path) -> None:
    later, generated = tmp_path / "userdef.env", tmp_path / "generate.env"
    later.write_text(f"{KEY}=right\n")
    generated.write_text(f"{KEY}=wrong\n")
    tools = tool(tmp_path / "tools", "redis-cli", NEW)
    assert [brief(one) for one in ask(PROBE, [fact(later, generated)], tools=tools)] == ["works"]


def test_without_a_password_or_a_client_nothing_is_known(tmp_path: Path) -> None:
    tools = tool(tmp_path / "tools", "redis-cli", NEW)
    assert [brief(one) for one in ask(PROBE, [fact(tmp_path / "none")], tools=tools)] == ["unknown: redis-no-password"]


def test_the_password_is_in_no_argument(tmp_path: Path) -> None:
    (tmp_path / "dbadmin.env").write_text(f"{KEY}=CANARY\n")
    tools = tool(tmp_path / "tools", "redis-cli", f'echo "$@" >> {tmp_path}/argv; echo NOAUTH')
    run(PROBE.command([fact(tmp_path / "dbadmin.env")]), tools=tools)
    assert "-p 6379" in (tmp_path / "argv").read_text()
    assert "CANARY" not in (tmp_path / "argv").read_text()
