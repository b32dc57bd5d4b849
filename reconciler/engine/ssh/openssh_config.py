"""OpenSSH configuration of a host, as OpenSSH itself reads it: `ssh -G HOST` prints what it makes of all its files.

asyncssh's own parser knows a part of ssh_config(5): no system-wide files, no comment behind a value, no `ssh://` in
ProxyJump; and it decodes what is nobody's business. So it is used only where this machine has no `ssh`.

`-G` connects to nothing, but it runs what `Match exec` names: files that `[ssh] config` names have passed the owner's
rule before (`commands/cluster_file.py`), and ssh(1) holds the caller's own to it. Tokens and ~ come unexpanded in what
becomes a file name or a command, so they are expanded here. Not taken at all, since no script needs it: forwarding of
agent, display and ports, variables, terminals, shared connections, local and remote commands.
Source: ssh(1), -G; ssh_config(5), TOKENS, ENVIRONMENT VARIABLES; readconf.c, dump_client_config.
"""

import asyncio
import functools
import getpass
import hashlib
import os
import pwd
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.engine.ssh.openssh_answers import OpensshAnswers
from reconciler.engine.transport import SshSettings, TransportError
from specs.diagnostic import diagnose

RESOLVE_TIMEOUT_S = 20.0
"""How long `ssh -G` may take: a command of `Match exec`, or the name server that CanonicalizeHostname asks."""
NOT_FOLLOWED = ("knownhostscommand", "pkcs11provider", "bindinterface")
"""Options that decide whether a host is reached, and that asyncssh cannot follow; a warning names them."""


class OpensshMissingError(Exception):
    """This machine has no ssh(1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpensshConfig:
    """What OpenSSH makes of one host; every token is expanded."""

    user: str
    host: str
    """HostName."""
    port: int
    key_alias: str = ""
    """HostKeyAlias."""
    user_known_hosts: tuple[str, ...] = ()
    global_known_hosts: tuple[str, ...] = ()
    revoked_keys: str = ""
    identities: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    identities_only: bool = False
    agent: str = ""
    """Path of the agent's socket; "" for none."""
    public_keys: bool = True
    gssapi: bool = False
    proxy_jump: str = ""
    proxy_command: str = ""
    family: str = "any"
    bind_address: str = ""
    connect_timeout_s: float | None = None
    key_exchanges: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    host_key_algorithms: tuple[str, ...] = ()
    public_key_algorithms: tuple[str, ...] = ()
    not_followed: tuple[str, ...] = ()

    @property
    def known_as(self) -> str:
        """The name in known_hosts: OpenSSH writes names in small letters, and an alias as it is."""
        return self.key_alias or self.host.lower()


async def openssh_config(
    settings: SshSettings, name: str, *, user: str, port: int | None, answers: OpensshAnswers | None = None
) -> OpensshConfig:
    """`user`, `port`: what cluster.toml or a ProxyJump says, before any file. `answers`: of other names, that one call
    may answer for many. Raises OpensshMissingError, TransportError with ssh's own words."""
    arguments = (
        *(part for file in settings.configs[:1] for part in ("-F", _expanduser(file))),
        *(("-l", user) if user else ()),
        *(("-p", str(port)) if port else ()),
    )
    ask = functools.partial(_ssh_g, settings)
    printed = (await ask(arguments, name))[0] if answers is None else await answers.printed_for(name, arguments, ask)
    return parse_config(printed, name, os.environ)


async def _ssh_g(settings: SshSettings, arguments: Sequence[str], name: str) -> tuple[str, str]:
    """stdout and stderr."""
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            settings.openssh, "-G", *arguments, "--", name, stdin=nothing, stdout=pipe, stderr=pipe
        )
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        raise OpensshMissingError from error
    except ValueError as error:  # NUL in a name
        raise TransportError(diagnose("ssh-setup", where=name, error=str(error))) from error
    try:
        async with asyncio.timeout(RESOLVE_TIMEOUT_S):
            out, err = await process.communicate()
    except TimeoutError:
        error = f"`ssh -G {name}` took more than {RESOLVE_TIMEOUT_S:g} s"
        raise TransportError(diagnose("ssh-setup", where=name, error=error)) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise TransportError(diagnose("ssh-setup", where=name, error=_complaint(err.decode(errors="replace"), name)))
    return out.decode(errors="surrogateescape"), err.decode(errors="surrogateescape")


_NO_COMPLAINT = ("Pseudo-terminal", "OpenSSH_", "debug1:")


def _complaint(stderr: str, name: str) -> str:
    """The first line is the cause ("FILE line 3: Bad configuration option"); the last one only counts."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not line.startswith(_NO_COMPLAINT)]
    return (lines or [f"`ssh -G {name}` ended without a word"])[0][:200]


def parse_config(printed: str, name: str, environ: Mapping[str, str]) -> OpensshConfig:
    """From what `ssh -G` printed for this name. An option that this ssh does not have yet has OpenSSH's default."""
    options: dict[str, list[str]] = {}
    for line in printed.splitlines():
        keyword, _, text = line.partition(" ")
        options.setdefault(keyword.lower(), []).append(text)

    def value(*keywords: str, default: str = "") -> str:
        return next((options[keyword][0] for keyword in keywords if keyword in options), default)

    def names(*keywords: str) -> tuple[str, ...]:
        return tuple(filter(None, value(*keywords).split(",")))

    user, host, port = value("user"), value("hostname", default=name), int(value("port", default="22"))
    alias = value("hostkeyalias")
    tokens = _tokens(name=name, host=host, port=port, user=user, known_as=alias or name, jump=value("proxyjump"))

    def path(text: str) -> str:
        return _tilde(_expand(text, tokens, environ))

    return OpensshConfig(
        user=user,
        host=host,
        port=port,
        key_alias=alias,
        user_known_hosts=tuple(map(path, _files(value("userknownhostsfile")))),
        global_known_hosts=tuple(map(path, _files(value("globalknownhostsfile")))),
        # as it stands: ssh expands neither token nor ~ here, and goes nowhere where it finds no such file
        revoked_keys=_unless_none(value("revokedhostkeys")),
        identities=tuple(path(text) for text in options.get("identityfile", ()) if text != "none"),
        certificates=tuple(path(text) for text in options.get("certificatefile", ()) if text != "none"),
        identities_only=value("identitiesonly") == "yes",
        agent=_agent(value("identityagent", default="SSH_AUTH_SOCK"), tokens, environ),
        public_keys=value("pubkeyauthentication", default="yes") not in ("no", "false"),
        gssapi=value("gssapiauthentication") == "yes",
        proxy_jump=_percent(_unless_none(value("proxyjump")), tokens),
        proxy_command=_percent(_unless_none(value("proxycommand")), tokens),
        family=value("addressfamily", default="any"),
        bind_address=_unless_none(value("bindaddress")),
        connect_timeout_s=_seconds(value("connecttimeout", default="none")),
        key_exchanges=names("kexalgorithms"),
        ciphers=names("ciphers"),
        macs=names("macs"),
        host_key_algorithms=names("hostkeyalgorithms"),
        public_key_algorithms=names("pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes"),
        not_followed=tuple(option for option in NOT_FOLLOWED if _unless_none(value(option))),
    )


def _unless_none(value: str) -> str:
    return "" if value.lower() == "none" else value


def _seconds(text: str) -> float | None:
    return float(text) if text.isdecimal() and int(text) > 0 else None


def _files(text: str) -> Iterator[str]:
    """File names as `-G` prints them, a blank between two and no quotes around one that has a blank in it: what does
    not begin as a path does goes on with the one before."""
    current = ""
    for word in text.split(" "):
        if current and word[:1] not in ("/", "~", "$", "%"):
            current += f" {word}"
            continue
        if current:
            yield current
        current = word
    if _unless_none(current):
        yield current


def _agent(text: str, tokens: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """IdentityAgent: none, SSH_AUTH_SOCK, $VARIABLE, or a path."""
    if text == "none":
        return ""
    if text == "SSH_AUTH_SOCK" or (text.startswith("$") and not text.startswith("${")):
        return environ.get(text.removeprefix("$"), "")
    return _tilde(_expand(text, tokens, environ))


def _tokens(*, name: str, host: str, port: int, user: str, known_as: str, jump: str) -> Mapping[str, str]:
    local_host, home, local = socket.gethostname(), _home(""), _local_user()
    return {
        "%": "%",
        "d": home,
        "h": host,
        "i": str(os.getuid()),
        "j": jump,
        "k": known_as,
        "l": local_host,
        "L": local_host.partition(".")[0],
        "n": name,
        "p": str(port),
        "r": user,
        "u": local,
        "C": hashlib.sha1("".join((local_host, host, str(port), user)).encode(errors="surrogateescape")).hexdigest(),  # noqa: S324
    }


def _percent(text: str, tokens: Mapping[str, str]) -> str:
    """An unknown token stays: what an ssh newer than this knows, it may have expanded itself."""
    return re.sub(r"%(.)", lambda match: tokens.get(match[1], match[0]), text)


def _expand(text: str, tokens: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Both in one pass: what a variable holds is no template."""

    def expanded(match: re.Match[str]) -> str:
        return environ.get(match[2], match[0]) if match[2] else tokens.get(match[1], match[0])

    return re.sub(r"%(.)|\$\{([A-Za-z_][A-Za-z0-9_]*)\}", expanded, text)


def _expanduser(file: str) -> str:
    """What cluster.toml names, as Python has it."""
    return os.path.expanduser(file)


def _tilde(path: str) -> str:
    """OpenSSH takes the home directory out of passwd, whatever HOME says."""
    if not path.startswith("~"):
        return path
    user, slash, rest = path[1:].partition("/")
    return f"{_home(user)}{slash}{rest}"


def _home(user: str) -> str:
    try:
        return pwd.getpwnam(user).pw_dir if user else pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return os.path.expanduser(f"~{user}")


def _local_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return getpass.getuser()
