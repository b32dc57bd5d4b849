"""A field of real sshds, and configurations made for them: where does `ssh` arrive, and where does bkrec?

    unshare --mount python -m tests.support.ssh_field --seeds 0:20      # a JSON line for each that differs, then a sum

Inside a mount namespace /etc/passwd has users with the names that bastions have and a home that is the field's own, and
/etc/ssh is the field's, so that ~/.ssh/config, /etc/ssh/ssh_config and the known_hosts files of both are what a seed
writes. Each sshd logs whom it let in, and by which key; that log, the exit, and the line of known_hosts that let the
server's key pass are what is compared. Nothing in here reads a configuration: only ssh and bkrec do.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from probes.command import Command
from reconciler.core import known_hosts
from reconciler.engine.ssh import connection
from reconciler.engine.ssh.connection import SshTransport
from reconciler.engine.ssh.route import Hop, route
from reconciler.engine.transport import SshSettings, TransportError

USERS = ("root", "deploy", "ops#root#web1", "ops@root@web1", "Dev.Ops-1")
ALIASES = ("web1", "web_1", "控制机", "10.0.0.7", "UPPER")
SERVERS = ("alpha", "beta", "gate", "outer")
KEYS = ("id_ed25519", "id_rsa", "id_ecdsa", "work", "with blank", "spare1", "spare2", "spare3")


@dataclass(frozen=True, kw_only=True)
class Sshd:
    name: str
    address: str
    port: int
    log: Path
    authorized: Path
    host_keys: Mapping[str, str]
    """Kind → public key, "ssh-ed25519 AAAA"."""

    def arrivals(self, since: int) -> list[tuple[str, str]]:
        """User and fingerprint of each login that was accepted after that place of the log."""
        text = self.log.read_bytes()[since:].decode(errors="replace")
        return re.findall(r"Accepted publickey for (.*) from [0-9.:a-f]+ port [0-9]+ ssh2: \S+ (\S+)", text)


@dataclass(frozen=True, kw_only=True)
class Field:
    home: Path
    sshds: tuple[Sshd, ...]
    agents: Mapping[str, str]
    """none, right, many → the agent's socket."""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    def __getitem__(self, name: str) -> Sshd:
        return next(sshd for sshd in self.sshds if sshd.name == name)

    @property
    def dot_ssh(self) -> Path:
        return self.home / ".ssh"

    def public_key(self, name: str) -> str:
        return (self.dot_ssh / f"{name}.pub").read_text()


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What one client came to."""

    inside: bool
    logins: Mapping[str, tuple[tuple[str, str], ...]]
    """Server → (user, fingerprint)."""
    known_by: tuple[str, ...] = ()
    """FILE:LINE for each server on the way; where it came in."""
    words: str = field(default="", compare=False)


@contextmanager
def field_of_sshds(root: Path, options: Mapping[str, str] | None = None) -> Generator[Field]:
    """In a mount namespace of its own, with a copy of /etc. `options`: further lines of a server's sshd_config."""
    home = root / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    passwd = [line for line in Path("/etc/passwd").read_text().splitlines() if line.split(":")[0] not in USERS]
    passwd += [f"{user}:x:0:0::{home}:/bin/sh" for user in USERS]
    # root first: whoever asks for the name of uid 0 is to hear it
    _call("cp", "-a", "/etc", str(root / "etc"))
    _call("mount", "--bind", str(root / "etc"), "/etc")
    Path("/etc/passwd").write_text("\n".join([passwd[-len(USERS)], *passwd]) + "\n")
    shutil.rmtree("/etc/ssh")
    Path("/etc/ssh").mkdir()
    for name, kind in zip(KEYS, ("ed25519", "rsa", "ecdsa", *("ed25519",) * 5), strict=True):
        _call("ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f", str(home / ".ssh" / name))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        sshds = tuple(
            _sshd(root, name, f"127.0.0.{n}", processes, (options or {}).get(name, ""))
            for n, name in enumerate(SERVERS, start=2)
        )
        agents = {
            "none": str(root / "no-agent"),
            "right": _agent(root, "right", ("id_ed25519", "work"), processes),
            "many": _agent(root, "many", ("spare1", "spare2", "spare3", "with blank", "id_rsa", "work"), processes),
        }
        for sshd in sshds:
            _await_port(sshd)
        yield Field(home=home, sshds=sshds, agents=agents, processes=processes)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(timeout=20)


def _call(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=60)


def _sshd(root: Path, name: str, address: str, processes: list[subprocess.Popen[bytes]], more: str) -> Sshd:
    place = root / name
    place.mkdir()
    host_keys: dict[str, str] = {}
    for kind in ("ed25519", "ecdsa"):
        _call("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(place / kind))
        host_keys[kind] = " ".join((place / f"{kind}.pub").read_text().split()[:2])
    with socket.socket() as free:
        free.bind((address, 0))
        port: int = free.getsockname()[1]
    (place / "authorized").touch()
    (place / "log").touch()
    (place / "config").write_text(
        f"ListenAddress {address}\nPort {port}\nHostKey {place}/ed25519\nHostKey {place}/ecdsa\n"
        f"AuthorizedKeysFile {place}/authorized\nStrictModes no\nPermitRootLogin yes\nPidFile none\n"
        f"LogLevel VERBOSE\nMaxAuthTries 3\nMaxStartups 100\nUseDNS no\nPrintMotd no\n{more}"
    )
    os.makedirs("/run/sshd", exist_ok=True)
    command = ["/usr/sbin/sshd", "-D", "-f", str(place / "config"), "-E", str(place / "log")]
    processes.append(subprocess.Popen(command))
    return Sshd(
        name=name, address=address, port=port, log=place / "log", authorized=place / "authorized", host_keys=host_keys
    )


def _agent(root: Path, name: str, keys: Sequence[str], processes: list[subprocess.Popen[bytes]]) -> str:
    path = root / f"agent-{name}"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.PIPE)
    processes.append(process)
    assert process.stdout is not None
    process.stdout.readline()
    environ = os.environ | {"SSH_AUTH_SOCK": str(path)}
    for key in keys:
        subprocess.run(
            ["ssh-add", "-q", str(root / "home" / ".ssh" / key)],
            env=environ, check=True, capture_output=True, timeout=20,
        )  # fmt: skip
    return str(path)


def _await_port(sshd: Sshd) -> None:
    for _ in range(400):
        with socket.socket() as probe:
            if probe.connect_ex((sshd.address, sshd.port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"{sshd.name}: {sshd.log.read_text()}")


@dataclass
class Configuration:
    """A seed's files, the alias that is asked for, and the environment."""

    place: Field
    random: Random
    files: dict[str, str] = field(default_factory=dict[str, str])
    """Path → text, written as latin-1 where it has bytes of its own."""

    def pick(self, *of: str) -> str:
        return self.random.choice(of)

    def chance(self, likely: float) -> bool:
        return self.random.random() < likely


def configuration(place: Field, seed: int) -> tuple[dict[str, bytes], str, dict[str, str]]:
    """Files, alias, environment: mostly a way that leads somewhere, in all the ways in which it may be written."""
    c = Configuration(place=place, random=Random(seed))
    alias = c.pick(*ALIASES)
    target = place[c.pick("alpha", "beta")]
    home = str(place.home)
    options = _host_options(c, target, alias)
    jumps: list[Sshd] = []
    if c.chance(0.45):
        jumps = [place["gate"]] if c.chance(0.6) else [place["outer"], place["gate"]]
    blocks = _shuffled_blocks(c, alias, options)
    if jumps:
        # for the alias alone: a way that jump hosts have too leads to itself, and ssh goes it for ever
        head = c.pick(
            f"Host {alias}", f'Host "{alias}"', f"Match originalhost {alias}", f"Match final originalhost {alias}"
        )
        blocks.insert(c.random.randint(0, len(blocks)), _block(c, head, [_way(c, jumps)]))
    for jump in jumps:
        blocks += _jump_block(c, jump)
    blocks.append(_block(c, "Host *", _defaults(c)))
    user_file, system_file = _spread(c, blocks)
    files: dict[str, bytes] = {
        f"{home}/.ssh/config": user_file,
        "/etc/ssh/ssh_config": system_file,
    }
    for path in (f"{home}/.ssh/known_hosts", f"{home}/.ssh/my hosts", f"{home}/.ssh/known-{target.address}"):
        files[path] = _known_hosts(c, [target, *jumps], alias)
    files["/etc/ssh/ssh_known_hosts"] = _known_hosts(c, [target, *jumps], alias) if c.chance(0.4) else b""
    files[f"{home}/.ssh/revoked"] = (_revoked(c, target)).encode()
    for name, text in c.files.items():
        files[name] = text.encode("latin-1", errors="replace")
    for sshd in place.sshds:
        keys = KEYS if c.chance(0.6) else tuple(c.random.sample(KEYS, 3))
        files[str(sshd.authorized)] = "".join(map(place.public_key, keys)).encode()
    agent = place.agents[c.pick("none", "right", "many")]
    return files, alias, {"SSH_AUTH_SOCK": agent, "BKREC_KEY": "work", "OTHER_AGENT": place.agents["right"]}


def _host_options(c: Configuration, target: Sshd, alias: str) -> list[str]:
    options = [f"HostName {target.address}"]
    if c.chance(0.3):
        prefix, _, last = target.address.rpartition(".")
        options = [f"HostName {prefix}.{last}"]
    options.append(f"Port {target.port}")
    if c.chance(0.8):
        options.append(f"User {_quoted(c, c.pick(*USERS))}")
    revoked = f"{c.place.home}/.ssh/revoked"
    extra = [
        lambda: f"IdentityFile {_identity(c)}",
        lambda: f"IdentityFile {_identity(c)}",
        lambda: f"IdentitiesOnly {c.pick('yes', 'no')}",
        lambda: f"IdentityAgent {c.pick('none', 'SSH_AUTH_SOCK', '$OTHER_AGENT', '${OTHER_AGENT}', '~/nowhere')}",
        lambda: f"UserKnownHostsFile {c.pick(*_KNOWN_HOSTS_FILES)}",
        lambda: f"GlobalKnownHostsFile {c.pick('/dev/null', '/etc/ssh/ssh_known_hosts', '~/.ssh/known_hosts')}",
        lambda: f"HostKeyAlias {c.pick(alias, 'the-cluster', 'The-Cluster')}",
        lambda: f"HostKeyAlgorithms {c.pick('ssh-ed25519', '+ssh-rsa', '-ssh-ed25519*', 'ecdsa-sha2-nistp256')}",
        lambda: (
            f"KexAlgorithms {c.pick('curve25519-sha256', '-curve25519*', '^ecdh-sha2-nistp256', 'ecdh-sha2-nistp384')}"
        ),
        lambda: f"Ciphers {c.pick('aes128-ctr', '-chacha20*', '^aes256-gcm@openssh.com')}",
        lambda: f"MACs {c.pick('hmac-sha2-256', '-umac*')}",
        lambda: f"PubkeyAcceptedAlgorithms {c.pick('-ssh-ed25519', 'ssh-ed25519', '+ssh-rsa', 'rsa-sha2-256')}",
        lambda: f"PubkeyAuthentication {c.pick('yes', 'yes', 'no')}",
        lambda: f"ConnectTimeout {c.pick('5', '20')}",
        lambda: f"AddressFamily {c.pick('any', 'inet')}",
        lambda: f"BindAddress {c.pick('127.0.0.1', '127.0.0.9')}",
        lambda: f"RevokedHostKeys {c.pick(revoked, revoked, '~/.ssh/revoked', 'none')}",
        lambda: f"StrictHostKeyChecking {c.pick('no', 'accept-new', 'ask', 'yes')}",
        lambda: c.pick("ForwardAgent yes", "SendEnv LC_* BKREC_KEY", "RequestTTY force", "Compression yes"),
        lambda: c.pick("ControlMaster auto\n  ControlPath ~/.ssh/%C", "LocalForward 127.0.0.1:1 h:1", "LogLevel ERROR"),
        lambda: c.pick("ServerAliveInterval 5", "CheckHostIP yes", "HashKnownHosts yes", "UpdateHostKeys no"),
        lambda: "IgnoreUnknown something*,Something*,SOMETHING*\n  SomethingNew yes",
    ]
    for make in c.random.sample(extra, c.random.randint(1, 6)):
        options.append(make())
    c.random.shuffle(options)
    return options


_KNOWN_HOSTS_FILES = (
    "~/.ssh/known_hosts",
    '"~/.ssh/my hosts"',
    "/dev/null",
    "none",
    "~/.ssh/known-%h",
    '~/.ssh/nowhere "%d/.ssh/my hosts"',
    "/dev/null ~/.ssh/known_hosts",
)


def _identity(c: Configuration) -> str:
    return c.pick(
        "~/.ssh/work", '"~/.ssh/with blank"', "%d/.ssh/work", "~/.ssh/id_rsa", "~/.ssh/${BKREC_KEY}", "~/.ssh/spare1",
        "~/.ssh/work.pub", "~/.ssh/missing", "none", "~/.ssh/id_ecdsa",
    )  # fmt: skip


def _quoted(c: Configuration, value: str) -> str:
    return f'"{value}"' if "#" in value or c.chance(0.2) else value


def _way(c: Configuration, jumps: Sequence[Sshd]) -> str:
    last = jumps[-1]
    if len(jumps) == 1:
        user = c.pick("", "", "deploy@", "%r@")
        if c.chance(0.25):
            command = c.pick(
                "ssh -W %h:%p gate",
                "ssh -q -W [%h]:%p gate",
                'sh -c "exec ssh -W %h:%p gate"',
                "ssh -W %h:%p gate 2>/dev/null # quiet",
                'sh -c "echo warning >&2; exec ssh -W %h:%p gate"',
            )
            return f"ProxyCommand {command}"
        return "ProxyJump " + c.pick(
            f"{user}gate", f"ssh://{c.pick('', 'deploy@')}gate", f"{user}{last.address}:{last.port}", "none"
        )
    return "ProxyJump " + c.pick("outer,gate", "deploy@outer,gate", "gate")


def _jump_block(c: Configuration, jump: Sshd) -> list[str]:
    options = [f"HostName {jump.address}", f"Port {jump.port}"]
    if c.chance(0.6):
        options.append(f"User {_quoted(c, c.pick(*USERS))}")
    if c.chance(0.3):
        options.append(f"IdentityFile {_identity(c)}")
    if c.chance(0.2):
        options.append("UserKnownHostsFile ~/.ssh/known_hosts")
    if jump.name == "gate" and c.chance(0.3):
        options.append("ProxyJump outer")
        return [_block(c, "Host gate", options), *_jump_block(c, c.place["outer"])]
    return [_block(c, f"Host {jump.name}", options)]


def _defaults(c: Configuration) -> list[str]:
    extra = [f"IdentityFile {_identity(c)}", f"User {c.pick('root', 'deploy')}", "ConnectTimeout 10", "ProxyJump none"]
    return c.random.sample(extra, c.random.randint(0, 2))


def _shuffled_blocks(c: Configuration, alias: str, options: Sequence[str]) -> list[str]:
    """The alias's options over one to three blocks that match, with others beside them that do not."""
    blocks: list[str] = []
    parts: list[list[str]] = [[] for _ in range(c.random.randint(1, 3))]
    for option in options:
        c.random.choice(parts).append(option)
    for part in parts:
        blocks.append(_block(c, _matching(c, alias), part))
        if c.chance(0.4):
            blocks.append(_block(c, _not_matching(c), ["User nobody", "Port 1", "ProxyJump nowhere"]))
    return blocks


def _matching(c: Configuration, alias: str) -> str:
    first, quoted = alias[0], f'"{alias}"'
    return c.pick(
        f"Host {alias}", f"Host other {alias}", f"Host {quoted}", f"Host {first}* !{first}zz", "Host *",
        "Host * !gate !outer",
        f"Match originalhost {alias}", f"Match originalhost other,{alias}", "Match exec true", 'Match exec "test -d /"',
        f"Match originalhost {alias} localuser root", "Match !originalhost gate,outer,127.* exec true",
        f"Match originalhost {first}*", "Match all",
    )  # fmt: skip


def _not_matching(c: Configuration) -> str:
    return c.pick(
        "Host else*", "Match exec false", "Match originalhost nobody", "Match localuser nobody",
        "Match user nobody-at-all",
        'Host "* !web1" x', "Match host nowhere",
    )  # fmt: skip


def _block(c: Configuration, head: str, options: Sequence[str]) -> str:
    lines = [head]
    for option in options:
        for one in option.split("\n"):
            lines.append(_written(c, one.strip()))
    if c.chance(0.2):
        lines.insert(c.random.randint(1, len(lines)), c.pick("# a comment", "   # 注释", "", "\t", "#中文 \xff\xfe"))
    return "\n".join(lines) + "\n"


def _written(c: Configuration, option: str) -> str:
    """One option in one of the ways in which it may be written."""
    keyword, _, value = option.partition(" ")
    keyword = c.pick(keyword, keyword, keyword.lower(), keyword.upper())
    free = keyword.lower() in ("proxycommand", "sendenv", "localforward")
    between = " " if free else c.pick(" ", " ", "=", " = ", "\t", "   ")
    # `ProxyJump none # …` is for ssh a host of that name, which it jumps to for ever
    behind = (
        "" if free or "#" in value or option == "ProxyJump none" else c.pick("", "", "", " # so it is", "   ", "\t")
    )
    return f"{c.pick('  ', '', chr(9))}{keyword}{between}{value}{behind}"


def _spread(c: Configuration, blocks: list[str]) -> tuple[bytes, bytes]:
    """The blocks over ~/.ssh/config, its includes, and /etc/ssh/ssh_config: in this order they count."""
    home = c.place.dot_ssh
    (home / "d").mkdir(exist_ok=True)
    at = c.random.randint(0, len(blocks)) if c.chance(0.3) else len(blocks)
    own, system = blocks[:at], blocks[at:]
    if len(own) > 1 and c.chance(0.4):
        n = c.random.randrange(len(own))
        name = c.pick("d/one.conf", "d/two.conf")
        c.files[str(home / name)] = own[n]
        how = c.pick(
            f"Include {name}", f'Include "~/.ssh/{name}"', f"Include {home}/{name}", "Include d/o*.conf d/t*.conf"
        )
        own[n] = f"{c.pick('', 'Host *' + chr(10))}{how}\n"
    if c.chance(0.2):
        own.insert(0, "Include not-there.conf\n")
    if c.chance(0.03):
        own.insert(
            c.random.randint(0, len(own)), c.pick("NoSuchKeyword yes\n", "Host *\n  Port many\n", 'User "half\n')
        )
    ending = "\r\n" if c.chance(0.1) else "\n"
    text = "".join(own).replace("\n", ending).encode()
    return text + (b"# \xc4\xe3\xba\xc3 GBK\n" if c.chance(0.2) else b""), "".join(system).encode()


def _known_hosts(c: Configuration, servers: Sequence[Sshd], alias: str) -> bytes:
    lines: list[bytes] = []
    for sshd in servers:
        key = sshd.host_keys[c.pick("ed25519", "ed25519", "ecdsa")]
        name = known_hosts.host_pattern(sshd.address, sshd.port)
        prefix = sshd.address.rpartition(".")[0]
        names = c.pick(
            name, name, name, f"other,{name}", f"[{prefix}.*]:{sshd.port}", f"*,!{name}", f"[{prefix}.?]:*",
            sshd.address, alias, "the-cluster", f"{name},the-cluster", f"[{alias}]:{sshd.port}", "*",
        )  # fmt: skip
        if c.chance(0.05):
            key = c.place["beta" if sshd.name != "beta" else "alpha"].host_keys["ed25519"]
        marker = c.pick(*[""] * 20, "@revoked ", "@cert-authority ", "@unheard-of ")
        lines.append(f"{marker}{names} {key}{c.pick('', ' a comment', ' ', ' # x')}".encode())
        if c.chance(0.15):
            lines.append(_hashed(c, name, sshd.host_keys["ed25519"]).encode())
        if c.chance(0.5):
            lines.append(f"{name} {sshd.host_keys[c.pick('ed25519', 'ecdsa')]}".encode())
    odd = (
        b"=",
        b"\0\0\0\0\0\0",
        b"# \xc4\xe3\xba\xc3",
        b"one-word",
        b"\xff\xfe x y",
        b"a ssh-ed25519 ****",
        b"",
        b"  ",
        b"h 1024 35 123456",
    )
    lines += c.random.sample(odd, c.random.randint(0, 3))
    c.random.shuffle(lines)
    return b"\n".join(lines) + c.pick("\n", "\n", "").encode()


def _hashed(c: Configuration, name: str, key: str) -> str:
    kind, blob = key.split()
    parsed = known_hosts.HostKey(type=kind, blob=blob)
    return known_hosts.add("", name, parsed, bytes(c.random.randrange(256) for _ in range(20))).rstrip("\n")


def _revoked(c: Configuration, target: Sshd) -> str:
    return c.pick("", target.host_keys["ecdsa"], target.host_keys["ed25519"]) + "\n"


def write(files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        Path(path).write_bytes(content)
        Path(path).chmod(0o600)


def by_ssh(place: Field, alias: str, environ: Mapping[str, str]) -> Arrival:
    since = {sshd.name: sshd.log.stat().st_size for sshd in place.sshds}
    forced = (
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ControlMaster=no",
        "ClearAllForwardings=yes",
        "LogLevel=DEBUG1",
    )
    forced += ("UpdateHostKeys=no",)
    options = [word for option in forced for word in ("-o", option)]
    done = subprocess.run(
        ["setsid", "timeout", "-k", "1", "--foreground", "10", "ssh", "-T", *options, "--", alias, "true"],
        capture_output=True, env=os.environ | environ, check=False, stdin=subprocess.DEVNULL, timeout=40,
    )  # fmt: skip
    text = done.stderr.decode(errors="replace")
    found = re.findall(r"^debug1: Found (?:key|CA key|matching CA key)[a-z ]* in (.*:[0-9]+)\r?$", text, re.MULTILINE)
    inside = done.returncode == 0
    return Arrival(
        inside=inside, logins=_logins(place, since), known_by=tuple(found[-1:]) if inside else (), words=text[-1500:]
    )


async def by_bkrec(place: Field, alias: str, environ: Mapping[str, str]) -> Arrival:
    os.environ.update(environ)
    since = {sshd.name: sshd.log.stat().st_size for sshd in place.sshds}
    without = "FIELD_WITHOUT_SSH_G" in os.environ
    settings = SshSettings(controller="10.9.9.9", openssh="/no/ssh" if without else "ssh")
    transport = SshTransport(settings)
    try:
        output = await transport.run(alias, Command(script="true"))
        inside, words = output.exit_status == 0, output.stderr
        known_by = _known_by((await route(settings, alias))[-1], transport, alias) if inside else ()
    except TransportError as error:
        inside, words, known_by = False, str(error.diagnostic), ()
    finally:
        await transport.close()
    return Arrival(inside=inside, logins=_logins(place, since), known_by=known_by, words=words)


def _known_by(hop: Hop, transport: SshTransport, alias: str) -> tuple[str, ...]:
    link = vars(transport)["_connections"][alias].link
    offered = link.connection.get_server_host_key().export_public_key().decode().split()[1]
    for name in hop.names:
        for file in hop.files:
            path = Path(file)
            if path.is_file():
                text = path.read_bytes().decode(errors="surrogateescape")
                for line in known_hosts.read(text).lines_for(name):
                    if line.key.blob == offered and line.marker == "":
                        return (f"{file}:{line.number}",)
    return ()


def _logins(place: Field, since: Mapping[str, int]) -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        sshd.name: tuple(sshd.arrivals(since[sshd.name])) for sshd in place.sshds if sshd.arrivals(since[sshd.name])
    }


def stricter(ours: Arrival, theirs: Arrival) -> bool:
    """The one difference that is wanted: ssh takes a key that one file has and another one revokes, bkrec does not."""
    return theirs.inside and not ours.inside and "'host-key-refused'" in ours.words and "revoked" in ours.words


def compare(place: Field, seed: int) -> dict[str, object]:
    """What differs for this seed."""
    files, alias, environ = configuration(place, seed)
    write(files)
    theirs = by_ssh(place, alias, environ)
    ours = asyncio.run(by_bkrec(place, alias, environ))
    if ours == theirs or stricter(ours, theirs):
        return {"seed": seed, "same": True, "inside": ours.inside, "stricter": ours != theirs}
    shown = {name: content.decode(errors="replace") for name, content in files.items()}
    return {
        "seed": seed, "same": False, "alias": alias, "ssh": vars(theirs), "bkrec": vars(ours), "files": shown,
    }  # fmt: skip


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="0:20")
    first, _, last = parser.parse_args(argv).seeds.partition(":")
    root = Path(tempfile.mkdtemp(prefix="bkrec-field-"))
    results: list[dict[str, object]] = []
    try:
        with field_of_sshds(root) as place:
            os.environ["HOME"] = str(place.home)
            connection.CONNECT_BACKOFF_S = ()  # one attempt, as ssh makes one
            for seed in range(int(first), int(last)):
                result = compare(place, seed)
                results.append(result)
                if not result["same"]:
                    print(json.dumps(result, ensure_ascii=False, default=str), flush=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    inside = sum(1 for result in results if result["same"] and result["inside"])
    differ = sum(1 for result in results if not result["same"])
    revoked = sum(1 for result in results if result.get("stricter"))
    figures = {
        "configurations": len(results),
        "differences": differ,
        "both_inside": inside,
        "only_bkrec_refuses": revoked,
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
