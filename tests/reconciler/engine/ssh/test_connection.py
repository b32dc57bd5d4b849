"""SSH, against real servers in this process: keys, refusals, lost connections, and long answers."""

import asyncio
import contextlib
import getpass
import importlib
import inspect
import os
import pkgutil
import socket
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from probes.command import Command, Output
from reconciler.engine.ssh.connection import SshTransport, ssh
from reconciler.engine.ssh.errors import KnownHostsLookup, asyncssh_errors, ssh_stderr_error, translate
from reconciler.engine.transport import SshSettings, TransportError
from tests.support.sshd import H, Server, key, serving, trusting

NOBODY = KnownHostsLookup(names=("10.9.9.9",), files=())


async def said(transport: SshTransport, script: Any, *args: str, **more: Any) -> Output:
    return await transport.run(H, Command(script=script, args=args, **more))


async def refused(access: SshSettings) -> str:
    async with ssh(access) as transport:
        with pytest.raises(TransportError) as caught:
            await said(transport, "true")
    return caught.value.diagnostic.code


def test_a_command_comes_back_with_all_it_said(tmp_path: Path) -> None:
    async def run() -> Output:
        async with serving(tmp_path) as server, ssh(server.access()) as transport:
            return await said(transport, 'cat; echo "$1 $LC_ALL" >&2; exit 3', "it's", stdin="in" * 100_000)

    assert asyncio.run(run()) == Output(stdout="in" * 100_000, stderr="it's C\n", exit_status=3)


@pytest.mark.condition("old-key-exchange")
@pytest.mark.parametrize("key_exchange", ["diffie-hellman-group14-sha256", "diffie-hellman-group-exchange-sha256"])
def test_an_old_key_exchange_is_no_ones_business_at_the_terminal(tmp_path: Path, key_exchange: str) -> None:
    """A hardened or old sshd may offer nothing newer; warnings of the cryptographic library are errors here."""

    async def run() -> Output:
        async with serving(tmp_path, key_exchanges=key_exchange) as server, ssh(server.access()) as transport:
            return await said(transport, "echo in")

    assert asyncio.run(run()).stdout == "in\n"


def test_one_connection_serves_many_commands_at_once(tmp_path: Path) -> None:
    async def run() -> tuple[set[str], int]:
        async with serving(tmp_path) as server, ssh(server.access()) as transport:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(said(transport, 'echo "$1"', str(n))) for n in range(20)]
            return {task.result().stdout for task in tasks}, len(set(server.connections))

    assert asyncio.run(run()) == ({f"{n}\n" for n in range(20)}, 1)


async def eight(transport: SshTransport, host: str = H) -> list[Output]:
    async with asyncio.TaskGroup() as group:
        commands = [Command(script='sleep 0.5; echo "$1"; exit 3', args=(str(n),)) for n in range(8)]
        tasks = [group.create_task(transport.run(host, command)) for command in commands]
    return [task.result() for task in tasks]


EIGHT = [Output(stdout=f"{n}\n", exit_status=3) for n in range(8)]


@pytest.mark.parametrize("most", [1, 2, 4])
def test_a_server_that_allows_few_channels_is_given_its_time(tmp_path: Path, most: int) -> None:
    """CIS asks for MaxSessions 4: who is refused waits for a channel to be free, and nobody's command is cut off."""

    async def run() -> tuple[list[Output], list[Output], int, int]:
        async with serving(tmp_path, max_sessions=most) as server, ssh(server.access()) as transport:
            first = await eight(transport)
            learned = server.refused
            again = await eight(transport)
            return first, again, len(set(server.connections)), server.refused - learned

    first, again, connections, refused_again = asyncio.run(run())
    assert (first, again, connections) == (EIGHT, EIGHT, 1)
    assert refused_again <= 8, "what was learned is not asked for again"


@pytest.mark.condition("max-sessions")
@pytest.mark.parametrize("most", [1, 2, 4])
def test_a_controller_that_allows_few_channels_is_given_its_time_by_all_hosts_behind_it(
    tmp_path: Path, most: int
) -> None:
    vendor = tmp_path / "ssh"
    vendor.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nexec sh -c "$3"\n')
    vendor.chmod(0o755)

    async def run() -> list[Output]:
        async with serving(tmp_path, max_sessions=most) as server:
            via = _Prefixed(replace(server.access(), via="controller"), str(tmp_path))
            try:
                return await eight(via, "10.0.0.2")
            finally:
                await via.close()

    assert asyncio.run(run()) == EIGHT


def test_a_server_that_allows_no_channel_is_told_as_it_is(tmp_path: Path) -> None:
    async def run() -> str:
        async with serving(tmp_path, max_sessions=0) as server:
            return await refused(server.access())

    assert asyncio.run(run()) == "channel-refused"


def test_a_channel_held_by_a_command_that_was_given_up_costs_a_new_connection_and_nobody_elses(tmp_path: Path) -> None:
    """sshd keeps the session of a command that still runs, whoever closed it."""

    async def run() -> tuple[str, Output, int]:
        async with serving(tmp_path, max_sessions=1) as server, ssh(server.access()) as transport:
            with pytest.raises(TransportError) as caught:
                await said(transport, "sleep 30", timeout_s=0.3)
            output = await said(transport, "echo on")
            return caught.value.diagnostic.code, output, len(set(server.connections))

    assert asyncio.run(run()) == ("answer-overdue", Output(stdout="on\n"), 2)


OPENSSHD = Path("/usr/sbin/sshd")


@asynccontextmanager
async def openssh(directory: Path, most: int) -> AsyncGenerator[SshSettings]:
    """The real one, as this user, on a port of its own."""
    host_key, user_key = key(), key()
    host_key.write_private_key(directory / "host")
    (directory / "host").chmod(0o600)
    (directory / "authorized").write_bytes(user_key.export_public_key())
    with socket.socket() as free:
        free.bind((H, 0))
        port: int = free.getsockname()[1]
    config = directory / "sshd_config"
    config.write_text(
        f"ListenAddress {H}\nPort {port}\nHostKey {directory}/host\nAuthorizedKeysFile {directory}/authorized\n"
        f"MaxSessions {most}\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\n"
    )
    os.makedirs("/run/sshd", exist_ok=True)
    nothing = asyncio.subprocess.DEVNULL
    sshd = await asyncio.create_subprocess_exec(str(OPENSSHD), "-D", "-f", str(config), stderr=nothing)
    try:
        async with asyncio.timeout(20):
            while True:
                if await _listens(port):
                    break
                await asyncio.sleep(0.05)
        server = Server(directory=directory, host_key=host_key, user_key=user_key, port=port)
        yield replace(server.access(), user=getpass.getuser())
    finally:
        sshd.terminate()
        await sshd.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(H, port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.mark.condition("max-sessions")
@pytest.mark.skipif(not OPENSSHD.exists() or os.getuid() != 0, reason="no sshd that could be started here")
@pytest.mark.parametrize("most", [0, 1, 2, 4])
def test_openssh_itself_that_allows_few_channels_is_given_its_time(tmp_path: Path, most: int) -> None:
    async def run() -> list[Output] | str:
        async with openssh(tmp_path, most) as access:
            if most == 0:
                return await refused(access)
            async with ssh(access) as transport:
                first = await eight(transport)
                with pytest.raises(TransportError):
                    await said(transport, "sleep 5", timeout_s=0.3)
                return first if first != EIGHT else await eight(transport)

    assert asyncio.run(run()) == (EIGHT if most else "channel-refused")


def test_a_key_that_is_not_written_down_is_never_accepted(tmp_path: Path) -> None:
    async def run() -> list[str]:
        async with serving(tmp_path) as server:
            changed = await refused(server.access(known=key()))
            empty = trusting(server.access(), "")
            unknown = await refused(empty)
            missing = await refused(replace(empty, known_hosts=(str(tmp_path / "nowhere"),)))
            return [changed, unknown, missing]

    assert asyncio.run(run()) == ["host-key-changed", "host-key-unknown", "host-key-unknown"]


def test_a_certificate_authority_is_trusted_for_its_hosts(tmp_path: Path) -> None:
    async def run() -> Output:
        authority = key()
        async with serving(tmp_path, authority) as server:
            access = trusting(server.access(), f"@cert-authority * {authority.export_public_key().decode()}")
            async with ssh(access) as transport:
                return await said(transport, "echo in")

    assert asyncio.run(run()).stdout == "in\n"


def test_names_and_ports_of_the_users_own_config_are_taken(tmp_path: Path) -> None:
    async def run() -> Output:
        async with serving(tmp_path) as server:
            access = server.access()
            (tmp_path / "config").write_text(f"Host inner\n  HostName {H}\n  Port {server.port}\n  User root\n")
            settings = replace(access, port=None, user="", configs=(str(tmp_path / "config"),))
            async with ssh(settings) as transport:
                return await transport.run("inner", Command(script="echo in"))

    assert asyncio.run(run()).stdout == "in\n"


def test_a_login_with_another_key_is_refused(tmp_path: Path) -> None:
    async def run() -> str:
        async with serving(tmp_path) as server:
            return await refused(server.access(user_key=key()))

    assert asyncio.run(run()) == "login-refused"


def test_a_port_where_nobody_listens_is_unreachable(tmp_path: Path) -> None:
    async def run() -> str:
        async with serving(tmp_path) as server:
            access = server.access()
        return await refused(access)

    assert asyncio.run(run()) == "host-unreachable"


def test_a_host_that_never_greets_is_given_up(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def run() -> str:
        listener = await asyncio.start_server(silent, H, 0)
        port: int = listener.sockets[0].getsockname()[1]
        access = SshSettings(
            controller=H, port=port, user="root", known_hosts=(str(tmp_path / "k"),), connect_timeout_s=0.1
        )
        async with listener:
            return await refused(access)

    assert asyncio.run(run()) in ("host-unreachable", "connection-lost")


@asynccontextmanager
async def mute() -> AsyncGenerator[tuple[SshSettings, list[asyncio.StreamWriter]]]:
    """A port that takes every connection and never says a word; and who has come."""
    came: list[asyncio.StreamWriter] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(writer)
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(silent, H, 0)
    port: int = listener.sockets[0].getsockname()[1]
    async with listener:
        yield (
            SshSettings(
                controller=H, port=port, user="root", known_hosts=("k",), connect_timeout_s=0.4, login_timeout_s=0.4
            ),
            came,
        )


async def codes(transport: SshTransport, times: int) -> list[str]:
    """What that many commands at once come to."""

    async def one() -> str:
        with pytest.raises(TransportError) as caught:
            await said(transport, "true")
        return caught.value.diagnostic.code

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one()) for _ in range(times)]
    return [task.result() for task in tasks]


def test_a_silent_host_is_connected_to_once_for_all_who_ask() -> None:
    async def run() -> tuple[list[str], int]:
        async with mute() as (access, came), ssh(access) as transport:
            return await codes(transport, 5) + await codes(transport, 5), len(came)

    told, came = asyncio.run(run())
    assert len(set(told)) == 1
    assert came == 1


def test_a_host_that_comes_back_is_reached_in_the_same_run(tmp_path: Path) -> None:
    async def run() -> Output:
        async with serving(tmp_path) as server:
            access = replace(server.access(), connect_timeout_s=0.4, login_timeout_s=0.4)
            async with mute() as (silent, _), ssh(replace(access, port=silent.port)) as transport:
                await codes(transport, 1)
                vars(transport)["_settings"] = access
                while True:
                    with contextlib.suppress(TransportError):
                        return await said(transport, "echo back")
                    await asyncio.sleep(0.02)

    assert asyncio.run(run()).stdout == "back\n"


def test_a_silent_host_behind_the_controller_is_asked_for_once(tmp_path: Path) -> None:
    vendor = tmp_path / "ssh"
    refusal = "ssh: connect to host 10.0.0.2 port 22: Connection timed out"
    vendor.write_text(f'#!/bin/sh\necho called >>{tmp_path}/calls\nsleep 0.3\necho "{refusal}" >&2\nexit 255\n')
    vendor.chmod(0o755)

    async def run() -> None:
        async with serving(tmp_path) as server:
            via = _Prefixed(replace(server.access(), via="controller", connect_timeout_s=1.0), str(tmp_path))
            try:
                for _ in range(3):
                    with pytest.raises(TransportError):
                        await via.run("10.0.0.2", Command(script="true"))
            finally:
                await via.close()

    asyncio.run(run())
    assert (tmp_path / "calls").read_text() == "called\n"


def test_a_lost_connection_tells_nothing_and_the_next_command_connects_anew(tmp_path: Path) -> None:
    async def run() -> tuple[Output, Output, int]:
        async with serving(tmp_path) as server, ssh(server.access()) as transport:
            async with asyncio.TaskGroup() as group:
                task = group.create_task(said(transport, "echo begun; sleep 30"))
                await server.served.wait()
                server.connections[0].abort()
            again = await said(transport, "echo again")
            return task.result(), again, len(set(server.connections))

    lost, again, connections = asyncio.run(run())
    assert lost.exit_status is None
    assert (again, connections) == (Output(stdout="again\n"), 2)


class _Dying(SshTransport):
    """Its first connection dies after one command; of two others one notices when the other is on a new one already."""

    def __init__(self, access: SshSettings) -> None:
        super().__init__(access)
        self.dead: Any = None
        self.renewed = asyncio.Event()

    async def _create_process(self, connection: Any, rendered: str) -> Any:
        if self.dead is None:
            self.dead = connection
            return await super()._create_process(connection, rendered)
        if connection is not self.dead:
            process = await super()._create_process(connection, rendered)
            self.renewed.set()
            return process
        if "late" in rendered:
            await self.renewed.wait()
        raise asyncssh.ConnectionLost("as the test wished")


def test_who_notices_late_that_a_connection_died_does_not_take_the_new_one_along(tmp_path: Path) -> None:
    async def run() -> list[Output]:
        async with serving(tmp_path) as server:
            transport = _Dying(server.access())
            await said(transport, "true")
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(said(transport, f"sleep 1; echo {name}")) for name in ("late", "soon")]
            await transport.close()
            return [task.result() for task in tasks]

    assert asyncio.run(run()) == [Output(stdout="late\n"), Output(stdout="soon\n")]


def test_what_was_said_before_a_deadline_is_kept(tmp_path: Path) -> None:
    async def run() -> TransportError:
        async with serving(tmp_path) as server, ssh(server.access()) as transport:
            with pytest.raises(TransportError) as caught:
                await said(transport, "echo begun; sleep 30", timeout_s=0.5)
            assert (await said(transport, "echo on")).stdout == "on\n"
            return caught.value

    error = asyncio.run(run())
    assert (error.diagnostic.code, error.partial_output) == (
        "answer-overdue",
        Output(stdout="begun\n", exit_status=None),
    )


def test_an_endless_answer_is_cut(tmp_path: Path) -> None:
    async def run() -> Output:
        async with serving(tmp_path) as server, ssh(replace(server.access(), max_output_bytes=1_000_000)) as transport:
            return await said(transport, "yes")

    output = asyncio.run(run())
    assert output.exit_status is None
    assert 1_000_000 <= len(output.stdout) < 2_000_000


def test_bytes_that_are_no_text_do_not_break_anything(tmp_path: Path) -> None:
    async def run() -> Output:
        async with serving(tmp_path) as server, ssh(server.access()) as transport:
            return await said(transport, r"printf 'a\377b'")

    assert asyncio.run(run()).stdout == "a\ufffdb"


def test_other_hosts_are_reached_by_the_controllers_own_ssh(tmp_path: Path) -> None:
    vendor = tmp_path / "ssh"
    vendor.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\necho "to $2"\nexec sh -c "$3"\n')
    vendor.chmod(0o755)

    async def run() -> Output:
        async with serving(tmp_path) as server:
            via = _Prefixed(replace(server.access(), via="controller"), str(tmp_path))
            try:
                return await via.run("10.0.0.2", Command(script='echo "$1"; cat', args=("it's $x",), stdin="in"))
            finally:
                await via.close()

    assert asyncio.run(run()) == Output(stdout="to 10.0.0.2\nit's $x\nin", stderr="")


def test_what_a_script_behind_the_controller_says_is_not_taken_for_its_sshs_words(tmp_path: Path) -> None:
    """255 is what ssh ends with where it did not get in, and what it hands on from a script that did run."""
    vendor = tmp_path / "ssh"
    vendor.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nexec sh -c "$3"\n')
    vendor.chmod(0o755)
    script = "echo 'cat: /x: Permission denied' >&2; exit 255"

    async def run() -> Output:
        async with serving(tmp_path) as server:
            via = _Prefixed(replace(server.access(), via="controller"), str(tmp_path))
            try:
                return await via.run("10.0.0.2", Command(script=script))
            finally:
                await via.close()

    assert asyncio.run(run()) == Output(stdout="", stderr="cat: /x: Permission denied\n", exit_status=None)


class _Prefixed(SshTransport):
    """Lets the stand-in for the controller's ssh be found first."""

    def __init__(self, access: SshSettings, directory: str) -> None:
        super().__init__(access)
        self.directory = directory

    async def _create_process(self, connection: Any, rendered: str) -> Any:
        found = rendered.replace("exec ssh", f"exec {self.directory}/ssh")
        return await connection.create_process(found, encoding=None)


@pytest.mark.parametrize(
    ("stderr", "code"),
    [
        ("Host key verification failed.", "host-key-unknown"),
        ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", "host-key-changed"),
        ("root@10.0.0.2: Permission denied (publickey).", "login-refused"),
        ("ssh: connect to host 10.0.0.2 port 22: Connection refused", "host-unreachable"),
        ("ssh: connect to host 10.0.0.2 port 22: No route to host", "host-unreachable"),
    ],
)
def test_what_the_controllers_ssh_says_is_told_alike(stderr: str, code: str) -> None:
    error = ssh_stderr_error("10.0.0.2", Output(stdout="", stderr=stderr, exit_status=255), "10.0.0.1")
    assert error is not None
    assert (error.diagnostic.code, error.diagnostic.where) == (code, "10.0.0.2")


CHANGED_BEHIND = """\
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Add correct host key in /root/.ssh/known_hosts to get rid of this message.
Offending ECDSA key in /root/.ssh/known_hosts:7
Host key for [10.0.0.2]:36000 has changed and you have requested strict checking.
Host key verification failed.
"""


def test_a_changed_key_behind_the_controller_is_named_by_the_controllers_line_and_the_way_out_can_be_pasted() -> None:
    error = ssh_stderr_error("10.0.0.2", Output(stdout="", stderr=CHANGED_BEHIND, exit_status=255), "10.0.0.1")
    assert error is not None
    assert dict(error.diagnostic.fields) == {
        "lines": "10.0.0.1:/root/.ssh/known_hosts:7",
        "remove": "ssh-keygen -R '[10.0.0.2]:36000' -f /root/.ssh/known_hosts",
    }


def recorded_in(system: Path, access: SshSettings, *, hashed: bool) -> SshSettings:
    """What its own file has for it is in the system's instead, after the line of another host."""
    stale = Path(access.known_hosts[0]).read_text(encoding="utf-8")
    other = f"10.9.9.9 {key().export_public_key().decode()}"
    system.write_text(f"# ours\n{other}{stale}", encoding="utf-8")
    if hashed:
        subprocess.run(["ssh-keygen", "-H", "-f", str(system)], check=True, capture_output=True)
    return replace(trusting(access, ""), known_hosts=(*access.known_hosts, str(system)))


@pytest.mark.parametrize("hashed", [False, True])
def test_a_changed_key_is_named_by_its_line_and_the_command_of_the_hint_removes_just_that(
    tmp_path: Path, hashed: bool
) -> None:
    """Of the second file, which `bkrec trust --replace` leaves alone."""
    system = tmp_path / "system"

    async def run() -> tuple[dict[str, Any], str]:
        async with serving(tmp_path) as server:
            access = recorded_in(system, server.access(known=key()), hashed=hashed)
            async with ssh(access) as transport:
                with pytest.raises(TransportError) as caught:
                    await said(transport, "true")
            fields = dict(caught.value.diagnostic.fields)
            paste = await asyncio.create_subprocess_shell(fields["remove"])
            assert await paste.wait() == 0
            return fields, await refused(access)

    fields, afterwards = asyncio.run(run())
    assert fields["lines"] == f"{system}:3"
    assert (afterwards, len(system.read_text(encoding="utf-8").splitlines())) == ("host-key-unknown", 2)


def test_a_way_that_broke_behind_the_controller_tells_nothing() -> None:
    broken = Output(stdout="x", stderr="client_loop: send disconnect: Broken pipe", exit_status=255)
    assert ssh_stderr_error("10.0.0.2", broken, "10.0.0.1") is None


def asyncssh_exceptions() -> list[type[BaseException]]:
    found: dict[type[BaseException], None] = {}
    for module in pkgutil.iter_modules(asyncssh.__path__):
        try:
            imported = importlib.import_module(f"asyncssh.{module.name}")
        except (ImportError, AttributeError):
            continue
        for _, thing in inspect.getmembers(imported, inspect.isclass):
            if issubclass(thing, BaseException) and thing.__module__.startswith("asyncssh"):
                found[thing] = None
    return list(found)


SERVER_SIDE = {"SoftEOFReceived", "FileXferError"}
"""Only a server's own sessions raise these."""


@pytest.mark.parametrize("kind", asyncssh_exceptions(), ids=lambda kind: kind.__name__)
def test_no_exception_of_asyncssh_is_left(kind: type[BaseException]) -> None:
    assert issubclass(kind, asyncssh_errors()) or kind.__name__ in SERVER_SIDE
    error = kind.__new__(kind)
    if isinstance(error, Exception):
        assert translate("10.9.9.9", error, NOBODY).diagnostic.where == "10.9.9.9"


def test_asyncssh_is_imported_only_when_a_host_is_reached() -> None:
    import subprocess
    import sys

    program = (
        "import sys, reconciler.engine.ssh.connection, reconciler.engine.reconcile; print('asyncssh' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "False\n"
