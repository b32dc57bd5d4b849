"""`bkrec trust` against real servers: what it asks, what it writes down, and that nothing changed slips through."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands import trust
from reconciler.commands.result import Answer, Result
from reconciler.commands.trust import of_cluster, of_controller
from reconciler.core.verdict import ExitCode
from reconciler.view.documents import ServerDoc, TrustDoc
from tests.architecture.tree import ROOT
from tests.support.sshd import Server, key, serving, ssh_of

CONTROLLER, OTHER, GATE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


@dataclass
class Cluster:
    """A controller, another host on the same port, and a jump host that nobody has to pass."""

    home: Path
    controller: Server
    other: Server
    gate: Server
    openssh: Path
    """Goes in front of PATH."""
    asked: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])

    @property
    def file(self) -> Path:
        return self.home / "cluster.toml"

    @property
    def known(self) -> Path:
        return self.home / "known_hosts"

    @property
    def logged_in(self) -> list[list[str]]:
        return [server.users for server in (self.gate, self.controller, self.other)]

    def configure(self, via: str = "direct", config: str = "") -> None:
        (self.home / "config").write_text(config)
        self.file.write_text(
            f'schema = "bkrec.cluster/1"\nname = "x"\n[controller]\naddress = "{CONTROLLER}"\n'
            f'port = {self.controller.port}\n[ssh]\nvia = "{via}"\nidentity = "{self.home}/identity"\n'
            f'known_hosts = "{self.known}"\nconfig = "{self.home}/config"\n'
            f'[paths]\ninstall = "{self.home}"\n[package]\npath = "/x.tgz"\n'
        )

    def write_down(self, **keys: Any) -> str:
        at = {"controller": CONTROLLER, "other": OTHER}
        text = "".join(
            f"[{at[which]}]:{self.controller.port} {known.export_public_key().decode()}"
            for which, known in keys.items()
        )
        self.known.write_text(text)
        return text

    async def trust(self, *hosts: str, replace: bool = False, yes: bool = True) -> Result[TrustDoc]:
        async def ask(new: Sequence[ServerDoc]) -> Answer:
            self.asked.append(tuple(server.host for server in new))
            return "yes" if yes else "no"

        return await trust.trust(of_cluster(self.file, hosts, replace=replace), ask)

    async def bkrec(self, *args: str) -> tuple[int, str, str]:
        """As a timer would call it: there is no terminal."""
        pipe = asyncio.subprocess.PIPE
        process = await self._called(args, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def at_a_terminal(self, typed: str, *args: str) -> tuple[int, str, str]:
        """As a person calls it, who has typed ahead; what the terminal shows is its echo, too."""
        ours, theirs = os.openpty()
        os.write(ours, typed.encode())
        process = await self._called(args, stdin=theirs, stdout=asyncio.subprocess.PIPE, stderr=theirs)
        out, _ = await process.communicate()
        shown = os.read(ours, 65536)
        for each in (ours, theirs):
            os.close(each)
        return process.returncode or 0, out.decode(), shown.decode()

    async def _called(self, args: Sequence[str], **streams: Any) -> asyncio.subprocess.Process:
        environ = {
            "PATH": f"{self.openssh}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
        }
        line = "from reconciler.cli.main import main; main()"
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", line, *args, cwd=self.home, env=environ, **streams
        )


@asynccontextmanager
async def cluster(home: Path) -> AsyncGenerator[Cluster]:
    homes = [home / name for name in ("controller", "other", "gate")]
    for path in homes:
        path.mkdir()
    identity = key()
    identity.write_private_key(str(home / "identity"))
    (home / "install.config").write_text(f"{CONTROLLER} paas,nginx\n{OTHER} mysql,redis\n")
    async with (
        serving(homes[0], user_key=identity) as controller,
        serving(homes[1], user_key=identity, at=OTHER, port=controller.port) as other,
        serving(homes[2], user_key=identity, at=GATE) as gate,
    ):
        cluster = Cluster(home=home, controller=controller, other=other, gate=gate, openssh=ssh_of(home))
        cluster.configure()
        yield cluster


def states(result: Result[TrustDoc]) -> list[tuple[str, str]]:
    return [(each.host, each.state) for each in result.document.servers]


def test_the_controller_comes_first_and_then_all_that_it_names(tmp_path: Path) -> None:
    async def run() -> tuple[Result[TrustDoc], list[tuple[str, ...]], Result[TrustDoc], list[list[str]]]:
        async with cluster(tmp_path) as made:
            first, again = await made.trust(), await made.trust()
            return first, made.asked, again, made.logged_in

    first, asked, again, logged_in = asyncio.run(run())
    assert asked == [(CONTROLLER,), (OTHER,)]
    assert states(first) == [(CONTROLLER, "added"), (OTHER, "added")]
    assert states(again) == [(CONTROLLER, "known"), (OTHER, "known")]
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert logged_in == [[], ["root", "root"], []], "the controller alone, once it was known, to read install.config"


def test_one_question_where_the_controller_is_known_already(tmp_path: Path) -> None:
    async def run() -> list[tuple[str, ...]]:
        async with cluster(tmp_path) as made:
            made.write_down(controller=made.controller.host_key)
            await made.trust()
            return made.asked

    assert asyncio.run(run()) == [(OTHER,)]


def test_a_no_writes_nothing_and_goes_no_further(tmp_path: Path) -> None:
    async def run() -> tuple[Result[TrustDoc], bool, list[list[str]]]:
        async with cluster(tmp_path) as made:
            return await made.trust(yes=False), made.known.exists(), made.logged_in

    result, exists, logged_in = asyncio.run(run())
    assert (result.exit_code, exists) == (ExitCode.REFUSED, False)
    (declined,) = result.diagnostics
    assert (declined.code, dict(declined.fields)["count"]) == ("trust-declined", "1")
    assert logged_in == [[], [], []]


def test_a_changed_key_is_refused_with_both_fingerprints_and_nothing_is_written_beside_it(tmp_path: Path) -> None:
    async def run() -> tuple[Result[TrustDoc], bool]:
        async with cluster(tmp_path) as made:
            text = made.write_down(other=key())
            told = await made.trust(CONTROLLER, OTHER)
            return told, made.known.read_text() == text and made.asked == []

    result, untouched = asyncio.run(run())
    assert untouched
    assert result.exit_code == ExitCode.REFUSED
    (diagnostic,) = result.diagnostics
    assert (diagnostic.code, diagnostic.where) == ("host-key-changed", OTHER)
    (changed,) = (each for each in result.document.servers if each.host == OTHER)
    assert changed.offered is not None
    assert (changed.state, dict(diagnostic.fields)["offered"], dict(diagnostic.fields)["known"]) == (
        "changed",
        changed.offered.fingerprint,
        changed.known[0].fingerprint,
    )


def test_a_file_that_keeps_nothing_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    async def run() -> tuple[Result[TrustDoc], list[tuple[str, ...]], bool]:
        async with cluster(tmp_path) as made:
            os.mkfifo(made.known)
            told = await made.trust()
            return told, made.asked, made.known.is_fifo()

    result, asked, untouched = asyncio.run(run())
    assert untouched
    assert asked == []
    assert (result.exit_code, [diagnostic.code for diagnostic in result.diagnostics]) == (
        ExitCode.REFUSED,
        ["known-hosts-unusable"],
    )


def test_only_replace_takes_a_changed_key(tmp_path: Path) -> None:
    async def run() -> tuple[str, Result[TrustDoc], Result[TrustDoc]]:
        async with cluster(tmp_path) as made:
            text = made.write_down(controller=made.controller.host_key, other=key())
            return text, await made.trust(replace=True), await made.trust()

    before, result, again = asyncio.run(run())
    assert [Path(kept).read_text() for kept in result.document.backups] == [before]
    assert states(result) == [(CONTROLLER, "known"), (OTHER, "replaced")]
    assert states(again) == [(CONTROLLER, "known"), (OTHER, "known")]


def test_a_host_that_is_away_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    async def run() -> Result[TrustDoc]:
        async with cluster(tmp_path) as made:
            return await made.trust(OTHER, "127.0.0.9")

    result = asyncio.run(run())
    assert states(result) == [(OTHER, "added"), ("127.0.0.9", "unread")]
    assert (result.exit_code, [diagnostic.code for diagnostic in result.diagnostics]) == (
        ExitCode.UNKNOWN,
        ["host-unreachable"],
    )


def test_behind_the_controller_only_its_own_key_is_written_and_the_rest_is_said(tmp_path: Path) -> None:
    async def run() -> Result[TrustDoc]:
        async with cluster(tmp_path) as made:
            made.configure(via="controller")
            return await made.trust()

    result = asyncio.run(run())
    assert states(result) == [(CONTROLLER, "added")]
    said = result.document
    assert (said.behind_controller, said.command) == ([OTHER], f"ssh-keyscan {OTHER} >> ~/.ssh/known_hosts")


def jumping(cluster: Cluster) -> None:
    cluster.configure(
        config=f"Host {CONTROLLER}\n  ProxyJump gate\n"
        f"Host gate\n  HostName {GATE}\n  Port {cluster.gate.port}\n  User jumper\n"
        f"  IdentityFile {cluster.home}/identity\n  UserKnownHostsFile {cluster.home}/jumps\n"
    )


def test_a_jump_host_comes_before_what_stands_behind_it(tmp_path: Path) -> None:
    async def run() -> tuple[Result[TrustDoc], list[tuple[str, ...]], str]:
        async with cluster(tmp_path) as made:
            jumping(made)
            told = await made.trust()
            return told, made.asked, (tmp_path / "jumps").read_text()

    result, asked, jumps = asyncio.run(run())
    assert asked == [("gate",), (CONTROLLER,), (OTHER,)]
    assert [(each.host, each.through, each.state) for each in result.document.servers] == [
        ("gate", [], "added"),
        (CONTROLLER, ["gate"], "added"),
        (OTHER, [], "added"),
    ]
    assert jumps.startswith(f"[{GATE}]:")


def test_nothing_goes_through_a_jump_host_that_nobody_agreed_to(tmp_path: Path) -> None:
    async def run() -> tuple[list[tuple[str, ...]], list[list[str]], list[int]]:
        async with cluster(tmp_path) as made:
            jumping(made)
            await made.trust(yes=False)
            return made.asked, made.logged_in, made.gate.passed

    assert asyncio.run(run()) == ([("gate",)], [[], [], []], [])


def test_without_a_cluster_file_the_controller_is_the_only_host(tmp_path: Path) -> None:
    request = of_controller(("bk", "control.example", 2222), (), replace=False)
    assert (request.access.controller, request.access.user, request.access.port) == ("control.example", "bk", 2222)
    assert request.file is None


def test_without_a_terminal_and_without_yes_it_shows_and_refuses(tmp_path: Path) -> None:
    async def run() -> tuple[tuple[int, str, str], bool]:
        async with cluster(tmp_path) as made:
            return await made.bkrec("trust"), made.known.exists()

    (code, out, err), exists = asyncio.run(run())
    assert (code, exists) == (ExitCode.REFUSED, False)
    assert "error[trust-confirmation-needed]" in err
    assert "SHA256:" in err
    assert f"{CONTROLLER}\n" in out
    assert "NEW: not in" in out


@pytest.mark.parametrize(
    ("typed", "code", "hosts"), [("y\nyes\n", 0, 2), ("y\nn\n", ExitCode.REFUSED, 1), ("\n", ExitCode.REFUSED, 0)]
)
def test_a_person_is_asked_and_is_taken_at_their_word(tmp_path: Path, typed: str, code: int, hosts: int) -> None:
    async def run() -> tuple[int, str, str]:
        async with cluster(tmp_path) as made:
            return await made.at_a_terminal(typed, "trust")

    ended, out, shown = asyncio.run(run())
    assert ended == code
    assert "Add 1 key to known_hosts? [y/N]" in shown
    assert ("trust-declined" in shown) is bool(code)
    assert out.count("added to ") == hosts
    written = tmp_path / "known_hosts"
    assert (len(written.read_text().splitlines()) if written.exists() else 0) == hosts


def test_what_init_and_check_ask_for_is_what_they_then_find(tmp_path: Path) -> None:
    """An unknown controller: `init` names `trust --controller`, which is enough for the next `init` to come in."""

    async def run() -> list[tuple[int, str, str]]:
        async with cluster(tmp_path) as made:
            made.file.unlink()
            (tmp_path / ".ssh" / "config").write_text(
                f"Host *\n  IdentityFile {tmp_path}/identity\n  UserKnownHostsFile {tmp_path}/pinned\n"
            )
            login = ("--controller", f"root@{CONTROLLER}:{made.controller.port}")
            return [
                await made.bkrec(*args) for args in (("init", *login), ("trust", *login, "--yes"), ("init", *login))
            ]

    before, trusted, after = asyncio.run(run())
    assert before[0] == ExitCode.UNKNOWN
    assert "bkrec trust --controller USER@HOST" in " ".join(before[2].split())
    assert trusted[0] == ExitCode.OK
    assert "host-key" not in after[2], "what is missing now is /data/install"
    assert "error[install-config-missing]" in after[2]


def test_a_machine_reads_the_same(tmp_path: Path) -> None:
    async def run() -> tuple[int, str, str]:
        async with cluster(tmp_path) as made:
            return await made.bkrec("trust", "--yes", "-o", "json")

    code, out, _ = asyncio.run(run())
    told = json.loads(out)
    assert (code, told["schema"]) == (0, "bkrec.trust/1")
    assert [(each["host"], each["state"], each["file"]) for each in told["servers"]] == [
        (CONTROLLER, "added", str(tmp_path / "known_hosts")),
        (OTHER, "added", str(tmp_path / "known_hosts")),
    ]


@pytest.mark.parametrize("args", [("--controller", "a b"), ("--controller", "root@x:99999")])
def test_what_is_no_login_is_misuse(tmp_path: Path, args: tuple[str, ...]) -> None:
    from reconciler.cli.main import run

    assert run(["trust", *args]) == ExitCode.USAGE
