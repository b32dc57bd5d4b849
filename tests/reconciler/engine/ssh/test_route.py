"""The way to a host: jump hosts out of the operator's own ssh config, each key checked before anything goes through."""

import asyncio
import os
import pwd
import shutil
import subprocess
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from probes.command import Command
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.ssh.route import route
from reconciler.engine.transport import SshSettings, TransportError
from specs.diagnostic import Diagnostic
from tests.support.sshd import H, Server, key, serving


@dataclass
class Ways:
    """A host behind a jump host; each has a key and a known_hosts file of its own."""

    jump: Server
    host: Server
    access: SshSettings
    jumps_file: Path

    def configure(self, old: str, new: str) -> None:
        config = Path(self.access.configs[0])
        config.write_text(config.read_text().replace(old, new))

    def forget(self) -> None:
        self.jumps_file.unlink()

    def write_down(self, known: Any) -> None:
        self.jumps_file.write_text(f"[{H}]:{self.jump.port} {known.export_public_key().decode()}")

    @property
    def passed(self) -> tuple[int, int, int]:
        """What went through the jump host, who came to the host behind it, who began to log in to the jump host."""
        return len(self.jump.passed), len(self.host.came), len(self.jump.users)


@asynccontextmanager
async def behind_a_jump_host(directory: Path) -> AsyncGenerator[Ways]:
    near, far = directory / "near", directory / "far"
    near.mkdir()
    far.mkdir()
    async with serving(near) as jump, serving(far) as host:
        jump.access()
        access, file, config = host.access(), directory / "jumps", directory / "config"
        config.write_text(
            f"Host inner\n  HostName {H}\n  ProxyJump gate\n"
            f"Host gate\n  HostName {H}\n  Port {jump.port}\n  User jumper\n"
            f"  IdentityFile {near / 'identity'}\n  UserKnownHostsFile {file}\n"
        )
        ways = Ways(jump=jump, host=host, access=replace(access, configs=(str(config),)), jumps_file=file)
        ways.write_down(jump.host_key)
        yield ways


async def told(access: SshSettings) -> Diagnostic:
    async with ssh(access) as transport:
        with pytest.raises(TransportError) as caught:
            await transport.run("inner", Command(script="true"))
    return caught.value.diagnostic


def test_a_host_behind_a_jump_host_is_reached_and_each_is_logged_in_to_as_configured(tmp_path: Path) -> None:
    async def run() -> tuple[str, list[str], bool]:
        async with behind_a_jump_host(tmp_path) as ways, ssh(ways.access) as transport:
            output = await transport.run("inner", Command(script="echo in"))
            return output.stdout, ways.jump.users, ways.jump.passed == [ways.host.port]

    assert asyncio.run(run()) == ("in\n", ["jumper"], True)


@pytest.mark.parametrize(("changed", "code"), [(False, "host-key-unknown"), (True, "host-key-changed")])
def test_nothing_goes_through_a_jump_host_whose_key_is_not_written_down(
    tmp_path: Path, changed: bool, code: str
) -> None:
    async def run() -> tuple[Diagnostic, tuple[int, int, int], int]:
        async with behind_a_jump_host(tmp_path) as ways:
            ways.forget()
            if changed:
                ways.write_down(key())
            return await told(ways.access), ways.passed, len(ways.jump.came)

    diagnostic, passed, came = asyncio.run(run())
    assert (diagnostic.code, diagnostic.where) == (code, "gate")
    assert str(tmp_path / "jumps") in dict(diagnostic.fields)["lines" if changed else "files"]
    assert (passed, came) == ((0, 0, 0), 1), "it was asked for its key, and nobody even began to log in"


def test_the_key_of_a_host_behind_a_jump_host_is_checked_like_any_other(tmp_path: Path) -> None:
    async def run() -> tuple[Diagnostic, list[str]]:
        async with behind_a_jump_host(tmp_path) as ways:
            ways.host.access(known=key())
            return await told(ways.access), ways.host.users

    diagnostic, users = asyncio.run(run())
    assert (diagnostic.code, diagnostic.where, users) == ("host-key-changed", "inner", [])


def test_trouble_of_a_jump_host_is_told_as_its_own(tmp_path: Path) -> None:
    async def run() -> Diagnostic:
        async with behind_a_jump_host(tmp_path) as ways:
            key().write_private_key(str(tmp_path / "near" / "identity"))
            return await told(ways.access)

    diagnostic = asyncio.run(run())
    assert (diagnostic.code, diagnostic.where) == ("login-refused", "gate")


@pytest.mark.parametrize("which", ["host", "jump"])
def test_a_config_that_names_no_file_at_all_is_no_leave_to_check_nothing(
    tmp_path: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncssh takes `UserKnownHostsFile none` for just that."""
    monkeypatch.setenv("HOME", str(tmp_path))

    async def run() -> tuple[Diagnostic, tuple[int, int, int]]:
        async with behind_a_jump_host(tmp_path) as ways:
            if which == "jump":
                ways.configure(f"UserKnownHostsFile {ways.jumps_file}", "UserKnownHostsFile none")
                return await told(ways.access), ways.passed
            ways.configure("Host inner\n", "Host inner\n  UserKnownHostsFile none\n")
            return await told(replace(ways.access, known_hosts=())), (0, len(ways.host.users), 0)

    diagnostic, passed = asyncio.run(run())
    assert (diagnostic.code, diagnostic.where) == ("host-key-unknown", {"host": "inner", "jump": "gate"}[which])
    assert passed == (0, 0, 0)


def moved(access: SshSettings, to: Path) -> SshSettings:
    Path(access.known_hosts[0]).rename(to)
    return access


def test_a_file_that_is_named_and_not_there_is_not_replaced_by_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()

    async def run() -> Diagnostic:
        async with serving(tmp_path) as server:
            access = moved(server.access(), tmp_path / ".ssh" / "known_hosts")
            async with ssh(access) as transport:
                with pytest.raises(TransportError) as caught:
                    await transport.run(H, Command(script="true"))
            return caught.value.diagnostic

    assert asyncio.run(run()).code == "host-key-unknown"


def configured(directory: Path, text: str) -> SshSettings:
    config = directory / "config"
    config.write_text(text)
    return SshSettings(
        controller="10.0.0.1", connect="control.example", known_hosts=("~/mine",), configs=(str(config),)
    )


def test_the_way_is_what_ssh_config_says(tmp_path: Path) -> None:
    access = configured(
        tmp_path,
        "Host control.example\n  HostName 192.0.2.7\n  Port 2200 # as everywhere\n  HostKeyAlias ctl\n"
        "  User ops\n  ProxyJump %r@gate:2022,[2001:db8::7]:23\n"
        "Host gate\n  ProxyJump ssh://outer:2023\n  UserKnownHostsFile /a /b\n  GlobalKnownHostsFile /c\n"
        "Host outer\n  HostName 192.0.2.9\n  UserKnownHostsFile none\n  GlobalKnownHostsFile none\n"
        "Host *\n  UserKnownHostsFile ~/all\n  GlobalKnownHostsFile /all\n  User me\n",
    )
    home = pwd.getpwuid(os.getuid()).pw_dir
    hops = asyncio.run(route(access, "10.0.0.1"))
    assert [(hop.where, hop.known_as, hop.port, hop.user, hop.files, hop.is_jump_host) for hop in hops] == [
        ("outer", "192.0.2.9", 2023, "me", ("~/.ssh/known_hosts",), True),
        ("gate", "gate", 2022, "ops", ("/a", "/b", "/c"), True),
        ("2001:db8::7", "2001:db8::7", 23, "me", (f"{home}/all", "/all"), True),
        ("10.0.0.1", "ctl", 2200, "ops", ("~/mine",), False),
    ]
    assert [hop.names for hop in hops[-2:]] == [("[2001:db8::7]:23", "2001:db8::7"), ("ctl",)]


def without_ssh(access: SshSettings, warnings: list[Diagnostic]) -> SshSettings:
    return replace(access, openssh="/no/ssh", warn=warnings.append)


def test_without_an_ssh_the_library_reads_what_it_knows_and_a_warning_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host *\n  UserKnownHostsFile /a\nHost 10.0.0.1\n  ProxyJump gate\n")
    warnings: list[Diagnostic] = []
    access = without_ssh(SshSettings(controller="10.0.0.1", user="root", port=22), warnings)
    hops = asyncio.run(route(access, "10.0.0.1"))
    assert [(hop.where, hop.files) for hop in hops] == [("gate", ("/a",)), ("10.0.0.1", ("/a",))]
    assert {warning.code for warning in warnings} == {"ssh-missing"}


def test_without_an_ssh_a_host_behind_a_jump_host_is_reached_all_the_same(tmp_path: Path) -> None:
    async def run() -> tuple[str, list[str]]:
        async with behind_a_jump_host(tmp_path) as ways, ssh(without_ssh(ways.access, [])) as transport:
            output = await transport.run("inner", Command(script="echo in"))
            return output.stdout, ways.jump.users

    assert asyncio.run(run()) == ("in\n", ["jumper"])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Host *\n  ProxyJump gate\n", id="through itself"),
        pytest.param("Host gate\n  ProxyJump other\nHost *\n  ProxyJump gate\n", id="through each other"),
        pytest.param("Host *\n  ProxyJump gate:none\n", id="a port that is none"),
    ],
)
def test_a_way_that_leads_nowhere_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(TransportError) as caught:
        asyncio.run(route(configured(tmp_path, text), "10.0.0.1"))
    assert (caught.value.diagnostic.code, caught.value.diagnostic.where) == ("ssh-setup", "10.0.0.1")


ASKS = """Host *
  ForwardAgent yes
  ForwardX11 yes
  ForwardX11Trusted yes
  GSSAPIDelegateCredentials yes
  SendEnv BKREC_SECRET LC_*
  SetEnv BKREC_SAID=canary
  RequestTTY force
  RemoteCommand echo taken over
  LocalForward 127.0.0.1:1 127.0.0.1:1
  RemoteForward 127.0.0.1:1 127.0.0.1:1
  DynamicForward 127.0.0.1:1
  ControlMaster auto
  ControlPath ~/nowhere/%C
  PermitLocalCommand yes
  LocalCommand touch canary
"""


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A real agent, and a secret in the environment."""
    socket = tmp_path / "agent.sock"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE)
    assert running.stdout is not None
    running.stdout.readline()
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    monkeypatch.setenv("BKREC_SECRET", "canary")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(tmp_path)
    yield
    running.terminate()
    running.communicate(timeout=30)


@pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="needs ssh-agent")
@pytest.mark.usefixtures("agent")
def test_nothing_of_the_callers_is_sent_along(tmp_path: Path) -> None:
    """And the companion: by asyncssh, from the same file, with nothing said, it all arrives."""

    async def run() -> tuple[str, list[str], list[str], list[str]]:
        async with behind_a_jump_host(tmp_path) as ways:
            ways.configure("Host inner", ASKS + "Host inner")
            access = replace(ways.access, connect="inner")
            async with ssh(access) as transport:
                output = await transport.run(H, Command(script="test -t 0 || echo none"))
            ours, before = list(ways.host.asked), list(ways.jump.asked)
            (hop,) = [hop for hop in await route(access, H) if not hop.is_jump_host]
            options: dict[str, Any] = {"known_hosts": None, "username": "root", "client_keys": list(access.identities)}
            async with asyncssh.connect(H, hop.port, config=list(access.configs), **options) as connection:
                async with asyncio.timeout(60):
                    theirs = await connection.create_process("true")
                    theirs.stdin.write_eof()
                    await theirs.wait()
            return output.stdout, ours, before, ways.host.asked[len(ours) :]

    output_text, ours, before, theirs = asyncio.run(run())
    assert output_text == "none\n"
    assert (ours, before) == ([], [])
    assert {"terminal", "agent", "BKREC_SECRET=canary", "BKREC_SAID=canary"} <= set(theirs)
    assert not (tmp_path / "canary").exists()
