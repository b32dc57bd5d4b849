"""Conditions that operators meet, each on a real sshd, and what bkrec says then: JSON, a key per condition.

unshare --mount python -m tests.support.ssh_conditions
"""

# ruff: noqa: ASYNC221, ASYNC240
# nothing else runs in these loops

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from probes.command import Command
from reconciler.engine import discover
from reconciler.engine.ssh import connection
from reconciler.engine.ssh.connection import ssh
from reconciler.engine.ssh.route import route
from reconciler.engine.transport import SshSettings, TransportError
from specs import parse
from specs.diagnostic import Diagnostic, SpecError
from tests.support import locales
from tests.support.ssh_field import KEYS, Field, Sshd, field_of_sshds

HOST = "10.0.0.1"
OPS = 54321
FILE = parse.cluster_file(
    'schema = "bkrec.cluster/1"\nname = "x"\n[controller]\naddress = "10.0.0.1"\n[package]\npath = "/x.tgz"\n', "x"
)
HARD = r"""s='it'\''s a "quoted" $(id) `id` !! \n \\ %s 中文'; printf '%s|' "$s" "$@"; cat; exit 7"""
"""All that a login shell may read as something else."""
ARGS = ("a'b", 'c"d', "$HOME", "`id`", "e!f", "g\\h\\\\i", "", "-n", "x\ny", "{1,2}", "*", "~", "中 文")


def settings(sshd: Sshd, user: str = "root", **more: Any) -> SshSettings:
    return SshSettings(controller=HOST, connect=sshd.address, port=sshd.port, user=user, connect_timeout_s=8.0, **more)


async def said(access: SshSettings) -> dict[str, str]:
    """What reading the controller ends with."""
    async with ssh(access) as transport:
        try:
            await discover.read_controller(transport, FILE)
        except TransportError as error:
            return {"code": error.diagnostic.code} | dict(error.diagnostic.fields)
        except SpecError as error:
            return {"code": error.diagnostics[0].code}
    return {"code": "read"}


async def words(access: SshSettings) -> list[str]:
    ended = await said(access)
    return [ended["code"], ended.get("error", "")]


async def output(access: SshSettings, script: Any, *args: str, stdin: str = "") -> list[Any]:
    async with ssh(access) as transport:
        answer = await transport.run(HOST, Command(script=script, args=args, stdin=stdin))
        return [answer.stdout, answer.exit_status]


async def login_shells(place: Field) -> Any:
    expected = subprocess.run(
        ["sh", "-c", HARD, "bkrec", *ARGS], input="in", capture_output=True, text=True, check=False
    ).stdout
    found: dict[str, Any] = {}
    for shell in (shell for shell in SHELLS if shutil.which(shell.removesuffix("-user"))):
        found[shell] = [(await output(settings(place["alpha"], shell), HARD, *ARGS, stdin="in")) == [expected, 7]]
        found[shell].append((await said(settings(place["alpha"], shell)))["code"])
    return found


SHELLS = ("sh-user", "bash-user", "tcsh-user", "fish-user", "busybox-user", "zsh-user")


async def bastion_users(place: Field) -> Any:
    found: dict[str, Any] = {}
    for user in ("ops#root#web1", "ops@root@web1"):
        since = place["alpha"].log.stat().st_size
        answer = await output(settings(place["alpha"], user), "id -u")
        found[user] = [answer, place["alpha"].arrivals(since)[-1][0]]
    return found


async def last_words(place: Field) -> Any:
    found: dict[str, Any] = {
        "nologin": await said(settings(place["alpha"], "nologin-user")),
        "forced command": await said(settings(place["alpha"], "forced-user")),
        "silent command": await said(settings(place["alpha"], "silent-user")),
        "expired password": await said(settings(place["beta"], "expired-user")),
        "sudo: not installed": await said(settings(place["alpha"], "nosudo-user")),
    }
    sudo = {
        "no rule": "norule",
        "not this command": "onlyls",
        "a password": "password",
        "a terminal": "tty",
        "may": "may",
    }
    if shutil.which("sudo"):
        found |= {f"sudo: {name}": await said(settings(place["alpha"], f"{user}-user")) for name, user in sudo.items()}
        # the same users on a host whose language is Chinese
        found |= {
            f"sudo: {name}, zh": await said(settings(place["gate"], f"{user}-user")) for name, user in sudo.items()
        }
    Path("/etc/nologin").write_text("down for maintenance until six\n")
    found["/etc/nologin"] = await said(settings(place["alpha"], "may-user"))
    found["/etc/nologin, PAM"] = await said(settings(place["beta"], "may-user"))
    Path("/etc/nologin").unlink()
    return found


async def sudo_in_chinese(place: Field) -> Any:
    """What sudo says there of itself, to a user who asks it by hand; then a command that fails on a host whose own name
    sudo cannot resolve: it warns, and runs the command."""
    if not shutil.which("sudo") or not speaks_chinese():
        return {}
    found: dict[str, Any] = {}
    gate = place["gate"]
    for user in ("norule", "may"):
        done = subprocess.run(
            ["ssh", "-i", str(place.dot_ssh / "work"), "-p", str(gate.port), f"{user}-user@{gate.address}",
             "sudo -n id -u"],
            capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=40,
        )  # fmt: skip
        found[user] = done.stderr.decode().splitlines()[-1:]
    hosts = Path("/etc/hosts")
    before = hosts.read_text()
    hosts.write_text("127.0.0.1 localhost\n")
    try:
        done = await _ended(settings(gate, "may-user"), "sudo -n true; echo its own words >&2; exit 1")
        found["warned"] = done
    finally:
        hosts.write_text(before)
    return found


async def _ended(access: SshSettings, script: Any) -> list[Any]:
    async with ssh(access) as transport:
        try:
            answer = await transport.run(HOST, Command(script=script))
            return [answer.exit_status, answer.stderr.splitlines()]
        except TransportError as error:
            return [error.diagnostic.code, dict(error.diagnostic.fields)["error"]]


async def crowded_agent(place: Field) -> Any:
    """Eight keys in the agent, the right one last, and a server that hears three."""
    place["alpha"].authorized.write_text(place.public_key("work"))
    config = place.dot_ssh / "config"
    agent = place.agents["many"]
    os.environ["SSH_AUTH_SOCK"] = agent
    try:
        found: dict[str, Any] = {"nothing said": await words(settings(place["alpha"]))}
        work = str(place.dot_ssh / "work")
        found["ssh.identity"] = await words(settings(place["alpha"], identities=(work,)))
        found["ssh.identity, public"] = await words(settings(place["alpha"], identities=(f"{work}.pub",)))
        for name, text in {
            "IdentityFile": "IdentityFile ~/.ssh/work\n",
            "IdentitiesOnly": "IdentityFile ~/.ssh/work\nIdentitiesOnly yes\n",
        }.items():
            config.write_text(text)
            found[name] = await words(settings(place["alpha"]))
        return found
    finally:
        config.unlink(missing_ok=True)
        del os.environ["SSH_AUTH_SOCK"]
        place["alpha"].authorized.write_text("".join(map(place.public_key, KEYS)))


async def known_hosts_with_odd_lines(place: Field) -> Any:
    file = place.dot_ssh / "known_hosts"
    before = file.read_bytes()
    odd = (
        b"=\n"
        + b"\0" * 64
        + b"\n# \xc4\xe3\xba\xc3 GBK\n@what x ssh-ed25519 AAAA\n"
        + before
        + b"x\xff ssh-ed25519 A \xc4\xe3\n"
    )
    file.write_bytes(odd)
    warnings: list[Diagnostic] = []
    try:
        code = (await said(settings(place["alpha"], warn=warnings.append)))["code"]
    finally:
        file.write_bytes(before)
    return {"code": code, "warned": sorted({f"{w.code} {w.where.rpartition('/')[2]}" for w in warnings})}


async def system_files(place: Field) -> Any:
    """The host in /etc/ssh/ssh_config.d alone, its key in /etc/ssh/ssh_known_hosts alone."""
    own, system = place.dot_ssh / "known_hosts", Path("/etc/ssh/ssh_known_hosts")
    alpha, before = place["alpha"], own.read_text()
    Path("/etc/ssh/ssh_config").write_text("Include /etc/ssh/ssh_config.d/*.conf\n")
    Path("/etc/ssh/ssh_config.d").mkdir(exist_ok=True)
    Path("/etc/ssh/ssh_config.d/site.conf").write_text(
        f"Host 控制_机 # ours\n  HostName {alpha.address} # the first\n  Port {alpha.port} # as everywhere\n"
        "  User may-user\n"
    )
    system.write_text(before)
    own.write_text("")
    try:
        access = SshSettings(controller=HOST, connect="控制_机")
        hop = (await route(access, HOST))[-1]
        return {"code": (await said(access))["code"], "user": hop.user, "port": hop.port == alpha.port}
    finally:
        own.write_text(before)
        system.unlink()
        Path("/etc/ssh/ssh_config").write_text("")


async def behind_the_controller(place: Field) -> Any:
    """The controller's own ssh_config has a line of the vendor's script; the other host's key is in root's file."""
    beta = place["beta"]
    config = place.dot_ssh / "config"
    config.write_text(
        f"Host 10.0.0.2\n  HostName {beta.address}\n  Port {beta.port}\nHost *\n"
        "  UserKnownHostsFile /dev/null\n  StrictHostKeyChecking no\n  LogLevel ERROR\n"
    )
    known_hosts, work = str(place.dot_ssh / "known_hosts"), str(place.dot_ssh / "work")
    access = settings(
        place["alpha"], via="controller", configs=("none",), known_hosts=(known_hosts,), identities=(work,)
    )
    found: dict[str, Any] = {}
    try:
        async with ssh(access) as transport:
            answer = await transport.run("10.0.0.2", Command(script='echo "$1"', args=("it's !",)))
            found["known"] = [answer.stdout, answer.exit_status]
            known = place.dot_ssh / "known_hosts"
            before = known.read_text()
            known.write_text("".join(line for line in before.splitlines(True) if beta.address not in line))
            try:
                await transport.run("10.0.0.2", Command(script="true"))
                found["unknown"] = "in"
            except TransportError as error:
                found["unknown"] = error.diagnostic.code
            finally:
                known.write_text(before)
    finally:
        config.unlink()
    return found


RELAY = """import os, socket, sys, threading
server = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while block := os.read(0, 65536):
        server.sendall(block)
threading.Thread(target=up, daemon=True).start()
while block := server.recv(65536):
    os.write(1, block)
"""


async def proxy_commands(place: Field) -> Any:
    """By the caller's shell, with what it says on stderr as the reason."""
    alpha, config = place["alpha"], place.dot_ssh / "config"
    found: dict[str, Any] = {}
    relay = place.home / "relay"
    relay.write_text(f"#!{sys.executable}\n{RELAY}")
    relay.chmod(0o755)
    for name, command in {
        "a warning on stderr, a pipe, a variable": f"sh -c 'echo be warned >&2; V=%p; {relay} %h $V | cat'",
        "it fails": "sh -c 'echo ncat: the proxy says no >&2; exit 1'",
    }.items():
        config.write_text(f"ProxyCommand {command}\n")
        found[name] = await words(settings(alpha))
    config.unlink()
    return found


CONDITIONS: dict[str, Callable[[Field], Coroutine[Any, Any, Any]]] = {
    condition.__name__: condition
    for condition in (
        login_shells, bastion_users, last_words, sudo_in_chinese, crowded_agent, known_hosts_with_odd_lines,
        system_files, behind_the_controller, proxy_commands,
    )
}  # fmt: skip


def prepare(root: Path, place: Field) -> None:
    shells = {"sh": "/bin/sh", "bash": "/bin/bash", "tcsh": shutil.which("tcsh"), "fish": shutil.which("fish")}
    shells |= {"busybox": str(root / "ash"), "zsh": shutil.which("zsh"), "nologin": "/usr/sbin/nologin"}
    (root / "ash").symlink_to("/bin/busybox")
    tools = root / "tools"
    tools.mkdir()
    for tool in ("sh", "id", "base64", "env"):
        (tools / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    lines = [f"{name}-user:x:0:0::{place.home}:{shell or '/bin/sh'}" for name, shell in shells.items()]
    names = ("forced", "silent", "expired", "norule", "onlyls", "password", "tty", "may", "nosudo")
    lines += [f"{name}-user:x:{OPS + n}:{OPS}::/:/bin/sh" for n, name in enumerate(names)]
    with Path("/etc/passwd").open("a") as passwd:
        passwd.write("".join(f"{line}\n" for line in lines))
    with Path("/etc/shadow").open("a") as shadow:
        shadow.write("".join(f"{name}-user:*:{0 if name == 'expired' else 19000}:0:99999:7:::\n" for name in names))
    Path("/etc/sudoers").write_text(
        "root ALL=(ALL) ALL\nonlyls-user ALL=(root) NOPASSWD: /bin/ls\npassword-user ALL=(root) ALL\n"
        "Defaults:tty-user requiretty\ntty-user ALL=(root) NOPASSWD: ALL\nmay-user ALL=(root) NOPASSWD: ALL\n"
    )
    Path("/etc/sudoers").chmod(0o440)
    for sshd in place.sshds:
        sshd.authorized.write_text("".join(map(place.public_key, KEYS)))
    known = [f"[{s.address}]:{s.port} {s.host_keys['ed25519']}\n" for s in place.sshds]
    (place.dot_ssh / "known_hosts").write_text("".join(known))


def options(root: Path) -> dict[str, str]:
    """Of sshd, by the server."""
    users = (
        "Match User forced-user\n  ForceCommand echo 'This account is for backups only.'; exit 3\n"
        "Match User silent-user\n  ForceCommand exit 4\n"
        f"Match User nosudo-user\n  SetEnv PATH={root}/tools\n"
    )
    return {"alpha": users, "beta": "UsePAM yes\n", "gate": f"SetEnv LANG={locales.NAME}\n"}


def speaks_chinese() -> bool:
    """Whether sudo has its catalogue here."""
    return locales.can_be_made("sudoers.mo")


def speak_chinese(root: Path) -> None:
    """In the mount namespace alone: sudo takes no other directory for its locales than the system's."""
    if not speaks_chinese():
        return
    place = root / "locales"
    shutil.copytree(locales.PLAIN, place / locales.PLAIN.name)
    locales.make(place)
    subprocess.run(
        ["mount", "--bind", str(place), str(locales.ITSELF)], check=True, capture_output=True, timeout=20
    )  # fmt: skip


def main() -> int:
    root = Path(tempfile.mkdtemp(prefix="bkrec-conditions-"))
    root.chmod(0o755)
    results: dict[str, Any] = {}
    try:
        with field_of_sshds(root, options(root)) as place:
            os.environ["HOME"] = str(place.home)
            os.environ.pop("SSH_AUTH_SOCK", None)
            connection.CONNECT_BACKOFF_S = ()
            prepare(root, place)
            speak_chinese(root)
            for name, condition in CONDITIONS.items():
                results[name] = asyncio.run(condition(place))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print(json.dumps(results, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
