"""What services say of themselves: replies as their protocols have them, from servers of the test's own."""

import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from probes.command import Output
from probes.health import PROBE, PROGRAM, SECRETS, ServiceHealth
from specs.module import HealthService
from tests.probes.here import SHELLS, brief, run, tool

HERE = "127.0.0.1"
Serve = Callable[[socket.socket], None]


@contextmanager
def server(serve: Serve) -> Generator[int]:
    """Each connection is served, in turn, by `serve`, and closed."""
    listener = socket.create_server((HERE, 0))

    def loop() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                serve(connection)

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


ENDS = (b"srvr", b"PING\r\n", b"admin\0\0", b"bkrec\0\0\0\0", b"\r\n\r\n")
"""Of the requests: bash may send one in parts."""


def request_of(connection: socket.socket) -> bytes:
    request = b""
    while not request.endswith(ENDS) and (part := connection.recv(4096)):
        request += part
    return request


def replying(reply: bytes, *, asked: list[bytes] | None = None) -> Serve:
    def serve(connection: socket.socket) -> None:
        request = request_of(connection)
        if asked is not None:
            asked.append(request)
        connection.sendall(reply)

    return serve


def paged(pages: dict[str, tuple[int, str]], *, password: str = "") -> Serve:
    """HTTP: status and body by path; with a password for elastic, 401 for whoever does not know it."""

    def serve(connection: socket.socket) -> None:
        request = request_of(connection).decode()
        path = request.split(" ")[1]
        status, body = pages.get(path, (404, ""))
        if password and f"Authorization: Basic {password}" not in request:
            status, body = 401, "{}"
        connection.sendall(f"HTTP/1.0 {status} X\r\nServer: test\r\n\r\n{body}".encode())

    return serve


def health(
    tmp_path: Path, service: HealthService, port: int, *, members: int = 1, shell: str = "/bin/sh", **tools: Any
) -> Any:
    fact = ServiceHealth(host=HERE, service=service, port=port, members=members, env=str(tmp_path))
    output = run(PROBE.command([fact]), shell=shell, **tools)
    return brief(PROBE.parse([fact], output)[fact])


@pytest.fixture
def env(tmp_path: Path) -> Path:
    layer = tmp_path / "01-generate"
    layer.mkdir()
    names = dict.fromkeys((key for key, _ in SECRETS.values()), "it's CANARY")
    text = "".join(f'{key}="{value}"\n' for key, value in names.items()) + "BK_RABBITMQ_ADMIN_USER=boss\n"
    (layer / "dbadmin.env").write_text(text)
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Zookeeper version: 3.4.14\nMode: follower\nNode count: 90\n", "ok"),
        ("Zookeeper version: 3.4.14\nMode: standalone\n", "ok"),
        ("This ZooKeeper instance is not currently serving requests\n", "no leader"),
        ("srvr is not executed because it is not in the whitelist.\n", "no answer"),
        ("HTTP/1.0 400 Bad Request\r\n\r\n", "no answer"),
        ("", "no answer"),
    ],
    ids=["follower", "standalone", "no-quorum", "not-allowed", "not-zookeeper", "closed"],
)
def test_zookeeper(tmp_path: Path, shell: str, reply: str, expected: str) -> None:
    asked: list[bytes] = []
    with server(replying(reply.encode(), asked=asked)) as port:
        assert health(tmp_path, "zookeeper", port, shell=shell) == expected
    assert asked == [b"srvr"]


MASTER = b"+OK\r\n$34\r\n# Replication\r\nrole:master\r\nslaves:0\r\n\r\n+PONG\r\n"
REPLICA = b"+OK\r\n$60\r\nrole:slave\r\nmaster_link_status:down\r\n\r\n+PONG\r\n"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (MASTER, "ok"),
        (MASTER.replace(b"+OK", b"-ERR Client sent AUTH, but no password is set"), "ok"),
        (REPLICA.replace(b"down", b"up"), "ok"),
        (REPLICA, "master link down"),
        (MASTER.replace(b"+PONG", b"-MISCONF Redis is configured to save RDB snapshots"), "not writing"),
        (b"+OK\r\n-LOADING Redis is loading the dataset in memory\r\n", "loading"),
        (b"-WRONGPASS invalid\r\n-NOAUTH Authentication required.\r\n", "password refused"),
        (b"hello\r\n", "no answer"),
    ],
    ids=["master", "without-password", "replica", "link-down", "cannot-save", "loading", "denied", "not-redis"],
)
def test_redis(env: Path, reply: bytes, expected: str) -> None:
    asked: list[bytes] = []
    with server(replying(reply, asked=asked)) as port:
        assert health(env, "redis", port) == expected
    assert asked[0].startswith(b"*2\r\n$4\r\nAUTH\r\n$11\r\nit's CANARY\r\n")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [(["master"], "ok"), (["master", "s_down,o_down,master"], "master s_down,o_down,master")],
    ids=["up", "one-down"],
)
def test_sentinel(env: Path, flags: list[str], expected: str) -> None:
    masters = "".join(f"*4\r\n$4\r\nname\r\n$1\r\nm\r\n$5\r\nflags\r\n${len(flag)}\r\n{flag}\r\n" for flag in flags)
    with server(replying(f"+OK\r\n*{len(flags)}\r\n{masters}+PONG\r\n".encode())) as port:
        assert health(env, "sentinel", port) == expected


def test_a_sentinel_without_a_password_is_asked_without_one(tmp_path: Path) -> None:
    asked: list[bytes] = []
    with server(replying(b"*0\r\n+PONG\r\n", asked=asked)) as port:
        health(tmp_path, "sentinel", port)
    assert asked == [b"SENTINEL masters\r\nPING\r\n"]


def bson(*fields: bytes) -> bytes:
    body = b"".join(fields) + b"\0"
    return (len(body) + 4).to_bytes(4, "little") + body


def flag(name: str, value: bool) -> bytes:
    return b"\x08" + name.encode() + b"\0" + bytes([value])


def text(name: str, value: str) -> bytes:
    return b"\x02" + name.encode() + b"\0" + (len(value) + 1).to_bytes(4, "little") + value.encode() + b"\0"


GOOD = b"\x01ok\0\0\0\0\0\0\0\xf0\x3f"
SIZE = b"\x10maxBsonObjectSize\0" + (200 * 16777216).to_bytes(4, "little")
HOSTS = b"\x04hosts\0" + bson(text("0", "10.0.0.2:27017"))
TIME = b"\x09localTime\0" + bytes(range(248, 256))


def mongod(*fields: bytes) -> bytes:
    body = b"\0\0\0\0" + b"\0" + bson(*fields)
    head = b"\1\0\0\0" + b"\1\0\0\0" + b"\xdd\7\0\0"
    return (16 + len(body)).to_bytes(4, "little") + head + body


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (mongod(HOSTS, text("setName", "rs0"), flag("ismaster", True), SIZE, TIME, GOOD), "ok"),
        (mongod(flag("ismaster", False), flag("secondary", True), text("primary", "a:1"), GOOD), "ok"),
        (mongod(HOSTS, flag("ismaster", False), flag("secondary", True), TIME, GOOD), "no leader"),
        (mongod(flag("ismaster", False), flag("secondary", False), GOOD), "neither primary nor secondary"),
        (mongod(flag("ismaster", True)), "no answer"),
        (mongod(flag("ismaster", True), GOOD)[:-9], "no answer"),
        (b"HTTP/1.0 200 OK\r\n\r\n", "no answer"),
    ],
    ids=["primary", "secondary", "no-primary", "recovering", "not-ok", "cut", "not-mongod"],
)
def test_mongodb(tmp_path: Path, reply: bytes, expected: str) -> None:
    asked: list[bytes] = []
    with server(replying(reply, asked=asked)) as port:
        assert health(tmp_path, "mongodb", port) == expected
    (request,) = asked
    assert int.from_bytes(request[:4], "little") == 55
    assert bson(b"\x10isMaster\0\1\0\0\0", text("$db", "admin")) in request


def kafka(brokers: int, controller: int) -> bytes:
    one = b"\0\0\0\7" + b"\0\x08" + b"10.0.0.3" + b"\0\0\x23\x84" + b"\xff\xff"
    body = b"\0\0\0\1" + brokers.to_bytes(4, "big") + one * brokers + controller.to_bytes(4, "big", signed=True)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0\0\0\0"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (kafka(3, 7), "ok"),
        (kafka(2, 7), "brokers 2/3"),
        (kafka(3, -1), "no controller"),
        (kafka(3, 7)[:-12], "no answer"),
        (b"", "no answer"),
    ],
    ids=["all", "one-missing", "no-controller", "cut", "closed"],
)
def test_kafka(tmp_path: Path, reply: bytes, expected: str) -> None:
    with server(replying(reply)) as port:
        assert health(tmp_path, "kafka", port, members=3) == expected


CREDENTIALS = "ZWxhc3RpYzppdCdzIENBTkFSWQ=="
"""elastic:it's CANARY"""


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"status": "yellow", "number_of_nodes": 3}, "ok"),
        (200, {"status": "red", "number_of_nodes": 3}, "red"),
        (200, {"status": "green", "number_of_nodes": 2}, "nodes 2/3"),
        (503, {"error": "master_not_discovered_exception"}, "no leader"),
        (200, {"cluster_name": "x"}, "no answer"),
        (404, {}, "no answer"),
    ],
    ids=["yellow", "red", "node-missing", "no-master", "another-page", "not-found"],
)
def test_elasticsearch(env: Path, status: int, body: dict[str, Any], expected: str) -> None:
    pages = {"/_cluster/health": (status, json.dumps(body, indent=1))}
    with server(paged(pages, password=CREDENTIALS)) as port:
        assert health(env, "elasticsearch", port, members=3) == expected


def test_another_password_is_said_and_none_too(env: Path, tmp_path: Path) -> None:
    with server(paged({}, password="another")) as port:
        assert health(env, "elasticsearch", port) == "password refused"
        assert health(tmp_path / "nowhere", "elasticsearch", port) == "password unknown"


RUNNING = {"name": "rabbit@h1", "running": True, "mem_alarm": False, "disk_free_alarm": False}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([RUNNING, RUNNING], "ok"),
        ([RUNNING, RUNNING | {"running": False}], "nodes 1/2"),
        ([RUNNING, RUNNING | {"mem_alarm": True}], "memory alarm"),
        ([RUNNING | {"disk_free_alarm": True}], "disk alarm"),
        ({"error": "x"}, "no answer"),
    ],
    ids=["all", "one-down", "memory", "disk", "no-list"],
)
def test_rabbitmq(env: Path, nodes: object, expected: str) -> None:
    page = "/api/nodes?columns=name,running,mem_alarm,disk_free_alarm"
    with server(paged({page: (200, json.dumps(nodes))}, password="Ym9zczppdCdzIENBTkFSWQ==")) as port:
        assert health(env, "rabbitmq", port, members=2) == expected


@pytest.mark.parametrize(
    ("leader", "peers", "expected"),
    [
        ((200, '"10.0.0.1:8300"'), '["10.0.0.1:8300", "10.0.0.2:8300"]', "ok"),
        ((200, '"10.0.0.1:8300"'), '["10.0.0.1:8300"]', "servers 1/2"),
        ((200, '""'), "[]", "no leader"),
        ((500, "No cluster leader"), "[]", "no leader"),
        ((200, "<html>"), "[]", "no answer"),
    ],
    ids=["all", "server-missing", "empty", "refused", "not-consul"],
)
def test_consul(tmp_path: Path, leader: tuple[int, str], peers: str, expected: str) -> None:
    with server(paged({"/v1/status/leader": leader, "/v1/status/peers": (200, peers)})) as port:
        assert health(tmp_path, "consul", port, members=2) == expected


@pytest.mark.parametrize(("status", "expected"), [(204, "ok"), (200, "ok"), (503, "HTTP 503")])
def test_influxdb(tmp_path: Path, status: int, expected: str) -> None:
    with server(paged({"/ping": (status, "")})) as port:
        assert health(tmp_path, "influxdb", port) == expected


@pytest.mark.parametrize(
    ("curl", "expected"),
    [
        ("printf '# TYPE etcd_server_has_leader gauge\\netcd_server_has_leader 1\\n'", "ok"),
        ("echo etcd_server_has_leader 0", "no leader"),
        ("echo '<html>'", "no answer"),
        ("exit 7", "absent"),
        ("exit 58", "no answer"),
    ],
    ids=["true", "no-leader", "not-etcd", "refused", "no-certificate"],
)
def test_etcd(tmp_path: Path, curl: str, expected: str) -> None:
    assert health(tmp_path, "etcd", 2379, tools=tool(tmp_path / "tools", "curl", curl)) == expected


def closed_port() -> int:
    with socket.create_server((HERE, 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize("service", ["zookeeper", "redis", "mongodb", "kafka", "elasticsearch", "consul", "influxdb"])
def test_a_closed_port_is_absent(env: Path, service: HealthService) -> None:
    assert health(env, service, closed_port()) == "absent"


def test_one_that_accepts_and_is_silent_says_nothing_and_the_next_is_read(tmp_path: Path) -> None:
    with socket.create_server((HERE, 0)) as mute, server(replying(b"Mode: leader\n")) as port:
        silent, well = (
            ServiceHealth(host=HERE, service="zookeeper", port=number, members=1, env=str(tmp_path))
            for number in (int(mute.getsockname()[1]), port)
        )
        readings = PROBE.parse([silent, well], run(PROBE.command([silent, well])))
    assert [brief(readings[fact]) for fact in (silent, well)] == ["no answer", "ok"]


def test_without_bash_nothing_is_known_of_any(tmp_path: Path) -> None:
    facts = [ServiceHealth(host=HERE, service="zookeeper", port=n, members=1, env="/x") for n in (1, 2)]
    names = tuple(PROBE.command(facts).args)
    (tmp_path / "sh").symlink_to(Path(shutil.which("dash") or "/bin/sh"))
    done = subprocess.run(
        [tmp_path / "sh", "-c", PROBE.command(facts).script, "bkrec", *names],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=10,
    )  # fmt: skip
    readings = PROBE.parse(facts, Output(stdout=done.stdout))
    assert [brief(reading) for reading in readings.values()] == ["unknown: tool-missing"] * 2


def test_what_a_start_up_file_prints_is_no_answer(tmp_path: Path) -> None:
    """bash reads ~/.bashrc, whatever it is called with, where it finds that sshd started it."""
    (tmp_path / ".bashrc").write_text("printf '0\\treply\\tMode: leader\\n'; echo noise\n")
    under_sshd = {"HOME": str(tmp_path), "SSH_CLIENT": "10.0.0.9 40000 22", "SHLVL": "0"}
    facts = [ServiceHealth(host=HERE, service="zookeeper", port=closed_port(), members=1, env=str(tmp_path))]
    output = run(PROBE.command(facts), env=under_sshd, shell=shutil.which("dash") or "/bin/sh")
    assert output.stdout == "0\tabsent\t\n"


def test_no_password_is_in_any_argument(env: Path) -> None:
    """Of bash, or of what it calls: `tools` writes down what each of them was given."""
    tools = env / "tools"
    for name in ("base64", "timeout", "od", "sed"):
        real = shutil.which(name)
        tool(tools, name, f'printf "%s\\n" "$0 $*" >> {env}/argv; exec {real} "$@"')
    with server(paged({"/_cluster/health": (200, "{}")})) as port:
        health(env, "elasticsearch", port, tools=tools)
    assert "base64 -w 0" in (env / "argv").read_text()
    assert "CANARY" not in (env / "argv").read_text()
    assert "CANARY" not in " ".join(PROBE.command([]).args)


def test_the_program_parses_and_uses_nothing_newer_than_bash_4_2() -> None:
    done = subprocess.run(["bash", "-n"], input=PROGRAM, capture_output=True, text=True, check=False, timeout=10)
    assert (done.returncode, done.stderr) == (0, "")
    assert not any(newer in PROGRAM for newer in ("EPOCH", "@Q}", "local -n", "wait -n", "mapfile -d", "${!"))
