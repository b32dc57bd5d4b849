"""The redis cluster's answers, from a stand-in client that knows who hands it the password, and how."""

from pathlib import Path

import pytest

from probes.command import Output
from probes.redis import PROBE, RedisCluster
from tests.probes.here import HOST, SHELLS, brief, run, tool

SECRET = "c4nary$x y"
INFO = "cluster_state:{state}\\r\\ncluster_slots_assigned:{slots}\\r\\ncluster_known_nodes:{known}\\r\\n"


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    (tmp_path / "dbadmin.env").write_text(f"PASSWORD='{SECRET}'\nUNCLEAR=$X\n")
    return tool(tmp_path / "bin", "ss", "echo 'State Recv-Q'; echo 'LISTEN 0 128 10.0.0.1:6380 *:*'")


def asked(tools: Path, key: str = "PASSWORD", port: int = 6380, shell: str = "/bin/sh") -> object:
    fact = RedisCluster(host=HOST, port=port, env_file=str(tools.parent / "dbadmin.env"), key=key)
    command = PROBE.command([fact])
    output = run(command, tools=tools, shell=shell)
    assert SECRET not in "".join((*command.args, command.stdin, output.stdout, output.stderr))
    return brief(PROBE.parse([fact], output)[fact])


def client(tools: Path, info: str, knows_environment: bool = True) -> Path:
    """A redis-cli that answers only who has the password, and fails if it stands in its arguments."""
    return tool(
        tools,
        "redis-cli",
        f"""
        case "$*" in *c4nary*) exit 9 ;; "-h 10.0.0.1 -p 6380"*) ;; *) exit 8 ;; esac
        given=$REDISCLI_AUTH
        {"" if knows_environment else "given="}
        [ $# -gt 4 ] || {{ IFS= read -r line; given=${{line#AUTH }}; }}
        if [ "$given" = '{SECRET}' ]; then printf '{info}'; else echo 'NOAUTH Authentication required.'; fi""",
    )


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("knows_environment", [True, False])
def test_the_password_reaches_old_and_new_clients_unseen(tools: Path, shell: str, knows_environment: bool) -> None:
    client(tools, INFO.format(state="ok", slots=16384, known=3), knows_environment)
    assert asked(tools, shell=shell) == "ok"


@pytest.mark.parametrize(
    ("state", "slots", "known", "wanted"),
    [
        ("ok", 16384, 3, "ok"),
        ("ok", 16384, 6, "ok"),
        ("fail", 16384, 3, "fail"),
        ("fail", 0, 1, "incomplete"),
        ("fail", 5461, 1, "damaged"),
        ("fail", 16383, 3, "damaged"),
        ("ok", 16384, 1, "damaged"),
    ],
)
def test_states_are_told_apart(tools: Path, state: str, slots: int, known: int, wanted: str) -> None:
    client(tools, INFO.format(state=state, slots=slots, known=known))
    assert asked(tools) == wanted


def test_nothing_listens(tools: Path) -> None:
    assert asked(tools, port=638) == "absent"


def test_without_a_client_nothing_can_be_told(tools: Path) -> None:
    assert asked(tools) == "unknown: tool-missing"


@pytest.mark.parametrize("key", ["NONE", "UNCLEAR"])
def test_a_password_that_cannot_be_read_is_unknown(tools: Path, key: str) -> None:
    client(tools, INFO.format(state="ok", slots=16384, known=3))
    assert asked(tools, key=key) == "unknown: redis-no-password"


@pytest.mark.parametrize(
    ("says", "wanted"),
    [
        ("ERR This instance has cluster support disabled", "incomplete"),
        ("NOAUTH Authentication required.", "unknown: redis-denied"),
        ("WRONGPASS invalid username-password pair", "unknown: redis-denied"),
        ("", "unknown: redis-no-answer"),
        ("HTTP/1.1 400 Bad Request", "unknown: redis-no-answer"),
    ],
)
def test_other_answers(tools: Path, says: str, wanted: str) -> None:
    client(tools, says)
    assert asked(tools) == wanted


def test_numbers_that_are_none_are_an_error() -> None:
    fact = RedisCluster(host=HOST, port=6380, env_file="/x", key="K")
    with pytest.raises(ValueError, match="invalid literal"):
        PROBE.parse([fact], Output(stdout="0\tcluster\tok\t\t\n"))
