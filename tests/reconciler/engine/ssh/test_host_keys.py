"""Host keys as they are offered and written down, against real servers: who logs in with what was pinned gets in."""

import asyncio
import os
import stat
import subprocess
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from probes.command import Command
from reconciler.core.known_hosts import HostKey, add, host_pattern
from reconciler.core.known_hosts import parse_key as key_of
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.ssh.host_keys import HostKeyScan, KnownHostsError, add_known_hosts, scan
from reconciler.engine.ssh.route import route
from reconciler.engine.transport import SshSettings
from tests.support.sshd import H, Server, key, serving

OTHERS = "# mine\r\nother.example ssh-rsa AAAA\n@cert-authority *.example ssh-rsa AAAA\n10.0.0.9 ssh-rsa AAAA"


def written(access: SshSettings) -> Path:
    return Path(access.known_hosts[0])


def holding(access: SshSettings, text: str) -> SshSettings:
    written(access).write_bytes(text.encode("utf-8"))
    return access


def text_of(host_key: Any) -> HostKey:
    return key_of(host_key.export_public_key().decode())


async def seen(access: SshSettings) -> HostKeyScan:
    (one,) = await scan(access, [await route(access, H)])
    return one


async def gets_in(access: SshSettings) -> bool:
    async with ssh(access) as transport:
        return (await transport.run(H, Command(script="echo in"))).stdout == "in\n"


def looked(served: AbstractAsyncContextManager[Server], text: Callable[[Server], str]) -> tuple[HostKeyScan, Server]:
    """What is seen of a server while known_hosts holds that text."""

    async def run() -> tuple[HostKeyScan, Server]:
        async with served as server:
            return await seen(holding(server.access(), text(server))), server

    return asyncio.run(run())


def line(server: Server, host_key: Any, marker: str = "") -> str:
    return f"{marker}[{H}]:{server.port} {host_key.export_public_key().decode()}"


def test_a_key_is_read_and_nobody_logs_in(tmp_path: Path) -> None:
    scan, server = looked(serving(tmp_path), lambda _: "")
    assert (scan.state, scan.offered, scan.known) == ("unknown", text_of(server.host_key), ())
    assert (server.users, server.commands, len(server.came)) == ([], [], 1)
    (tmp_path / "key.pub").write_bytes(server.host_key.export_public_key())
    printed = subprocess.run(
        ["ssh-keygen", "-lf", str(tmp_path / "key.pub")], capture_output=True, text=True, check=True
    )
    assert scan.offered is not None
    assert scan.offered.fingerprint in printed.stdout


HELD: dict[str, tuple[Callable[[Server], str], str]] = {
    "the same": (lambda s: line(s, s.host_key), "known"),
    "another": (lambda s: line(s, key()), "changed"),
    "another, of a kind it does not have": (lambda s: line(s, key("ecdsa-sha2-nistp256")), "changed"),
    "another port's": (lambda _: f"{H} {key().export_public_key().decode()}", "unknown"),
    "revoked": (lambda s: line(s, s.host_key, "@revoked "), "revoked"),
    "an authority's": (lambda s: line(s, key(), "@cert-authority "), "authority"),
    "none": (lambda _: "# nothing\n", "unknown"),
    "an odd line": (lambda s: f"one-word\n{line(s, s.host_key)}", "known"),
    "the key of its port, without the port": (lambda s: f"{H} {s.host_key.export_public_key().decode()}", "known"),
}


@pytest.mark.parametrize("held", HELD)
def test_what_is_written_down_decides_what_it_is(tmp_path: Path, held: str) -> None:
    text, state = HELD[held]
    scan, server = looked(serving(tmp_path), text)
    assert scan.state == state
    assert scan.offered is not None
    assert server.users == []


def test_a_server_is_asked_for_a_key_of_the_kind_that_is_written_down(tmp_path: Path) -> None:
    old = key("ecdsa-sha2-nistp256")
    scan, _ = looked(serving(tmp_path, also=(old,)), lambda server: line(server, old))
    assert (scan.state, scan.offered) == ("known", text_of(old))


def test_a_name_is_known_by_itself_and_not_by_its_address_as_for_ssh(tmp_path: Path) -> None:
    async def run() -> list[str]:
        async with serving(tmp_path) as server:
            access = replace(server.access(), connect="localhost", controller="10.0.0.1")
            by_address = await scan(access, [await route(access, "10.0.0.1")])
            holding(access, line(server, server.host_key).replace(H, "LocalHost"))
            by_name = await scan(access, [await route(access, "10.0.0.1")])
            return [found.state for found in (*by_address, *by_name)]

    assert asyncio.run(run()) == ["unknown", "known"]


def test_a_port_where_nobody_listens_is_unread(tmp_path: Path) -> None:
    async def run() -> HostKeyScan:
        async with serving(tmp_path) as server:
            access = server.access()
        return await seen(access)

    scan = asyncio.run(run())
    assert scan.diagnostic is not None
    assert (scan.state, scan.diagnostic.code) == ("unread", "host-unreachable")


@pytest.mark.parametrize("hashed", [False, True], ids=["plain", "hashed"])
def test_what_is_pinned_lets_in_and_all_else_in_the_file_stays(tmp_path: Path, hashed: bool) -> None:
    before = add(OTHERS, "hidden.example", HostKey(type="ssh-rsa", blob="AAAA"), bytes(20)) if hashed else OTHERS

    async def run() -> tuple[bool, str, str]:
        async with serving(tmp_path) as server:
            access = holding(server.access(), before)
            assert add_known_hosts([await seen(access)]) == ()
            return await gets_in(access), text_of(server.host_key).blob, host_pattern(H, server.port)

    let_in, blob, named = asyncio.run(run())
    text = (tmp_path / "known_hosts").read_bytes().decode()
    assert let_in
    assert text.startswith(before)
    assert blob in text
    assert (named in text) is not hashed


def test_a_changed_key_is_replaced_and_the_old_file_kept(tmp_path: Path) -> None:
    async def run() -> tuple[str, tuple[str, ...], bool]:
        async with serving(tmp_path) as server:
            before = f"other.example,[{H}]:{server.port} {key().export_public_key().decode()}# mine\n"
            access = holding(server.access(), before)
            return before, add_known_hosts([await seen(access)]), await gets_in(access)

    before, kept, let_in = asyncio.run(run())
    assert let_in
    assert kept == (str(tmp_path / "known_hosts.old"),)
    assert Path(kept[0]).read_text() == before
    after = (tmp_path / "known_hosts").read_text()
    assert after.startswith("other.example ssh-ed25519 ")
    assert "# mine\n" in after


def test_a_new_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    async def run() -> bool:
        async with serving(tmp_path) as server:
            access = replace(server.access(), known_hosts=(str(tmp_path / "new" / "known_hosts"),))
            add_known_hosts([await seen(access)])
            return await gets_in(access)

    assert asyncio.run(run())
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new", tmp_path / "new" / "known_hosts")]
    assert modes == [0o700, 0o600]


def linked(access: SshSettings, to: Path) -> SshSettings:
    written(access).unlink()
    written(access).symlink_to(to)
    return access


def test_a_link_to_nothing_yet_is_followed_as_ssh_does(tmp_path: Path) -> None:
    """One that somebody else planted is not: test_files.py."""

    async def run() -> None:
        async with serving(tmp_path) as server:
            add_known_hosts([await seen(linked(server.access(), tmp_path / "dots"))])

    asyncio.run(run())
    assert stat.S_IMODE((tmp_path / "dots").stat().st_mode) == 0o600
    assert (tmp_path / "known_hosts").is_symlink()


def test_what_keeps_nothing_is_refused_and_stays_what_it_is(tmp_path: Path) -> None:
    """UserKnownHostsFile /dev/null: a pipe stands for it here, so that a failing test costs nobody his device."""
    nothing = tmp_path / "nothing"
    os.mkfifo(nothing)

    async def run() -> None:
        async with serving(tmp_path) as server:
            for access in (replace(server.access(), known_hosts=(str(nothing),)), linked(server.access(), nothing)):
                with pytest.raises(KnownHostsError) as caught:
                    add_known_hosts([await seen(access)])
                (diagnostic,) = caught.value.diagnostics
                assert diagnostic.code == "known-hosts-unusable"
                assert "cluster.toml" in dict(diagnostic.fields)["option"]

    asyncio.run(run())
    assert stat.S_ISFIFO(nothing.lstat().st_mode)
    assert not (tmp_path / "nothing.old").exists()


def test_a_file_that_lies_elsewhere_stays_there_with_the_mode_it_has(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("# mine\n")
    mine.chmod(0o644)

    async def run() -> bool:
        async with serving(tmp_path) as server:
            access = linked(server.access(), mine)
            add_known_hosts([await seen(access)])
            return await gets_in(access)

    assert asyncio.run(run())
    assert (tmp_path / "known_hosts").is_symlink()
    assert (mine.read_text()[:7], stat.S_IMODE(mine.stat().st_mode)) == ("# mine\n", 0o644)


def test_where_another_key_would_count_all_the_same_nothing_is_written(tmp_path: Path) -> None:
    async def run() -> str:
        async with serving(tmp_path) as server:
            access = holding(server.access(), f"[127.0.0.*]:{server.port} {key().export_public_key().decode()}")
            scan = await seen(access)
            assert scan.state == "changed"
            with pytest.raises(KnownHostsError) as caught:
                add_known_hosts([scan])
            return caught.value.diagnostics[0].code

    assert asyncio.run(run()) == "trust-other-key"
    assert [path.name for path in tmp_path.glob("known_hosts*")] == ["known_hosts"]
    assert "127.0.0.*" in (tmp_path / "known_hosts").read_text()
