"""SSH errors: asyncssh's exceptions and ssh(1)'s messages become diagnostics, here and nowhere else.

asyncssh says "Host key is not trusted" for a host never met and for one whose key changed. They are not alike to an
operator, so the known_hosts files are asked which it is.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from probes.command import Output
from reconciler.engine.ssh.known_keys import read_files, recorded_lines
from reconciler.engine.transport import TransportError
from specs.diagnostic import Diagnostic, diagnose


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHostsLookup:
    """The known_hosts files of this host, and the names that it has in them, the first before the others."""

    names: tuple[str, ...]
    files: tuple[str, ...]


@cache
def asyncssh_errors() -> tuple[type[Exception], ...]:
    """What connecting and running may raise. ValueError: asyncssh's key and configuration errors are such."""
    import asyncssh

    others = (asyncssh.ChannelListenError, asyncssh.PasswordChangeRequired, asyncssh.BreakReceived)
    interruptions = (asyncssh.SignalReceived, asyncssh.TerminalSizeChanged)
    return (asyncssh.Error, OSError, ValueError, *others, *interruptions)


NO_LOOKUP = KnownHostsLookup(names=(), files=())
"""For what comes once a host's key has been accepted."""


def translate(host: str, error: Exception, lookup: KnownHostsLookup = NO_LOOKUP, banner: str = "") -> TransportError:
    """`banner`: what the host said before it refused the login; its last line says why (/etc/nologin, a locked
    account)."""
    return TransportError(_diagnostic(host, error, lookup, banner))


def _diagnostic(host: str, error: Exception, lookup: KnownHostsLookup, banner: str) -> Diagnostic:
    import asyncssh

    message = _first_line(error)
    last_words = next((line.strip()[:200] for line in reversed(banner.splitlines()) if line.strip()), "")
    match error:
        case asyncssh.HostKeyNotVerifiable():
            return _host_key(host, message, lookup)
        case asyncssh.KeyExchangeFailed() if "host key" in message and _has_known_key(lookup):
            return host_key_changed(host, lookup)
        case asyncssh.PermissionDenied() | asyncssh.IllegalUserName() | asyncssh.PasswordChangeRequired():
            return diagnose("login-refused", where=host, error=f"{message}: {last_words}" if last_words else message)
        case asyncssh.DisconnectError() if "Too many authentication failures" in message:
            return diagnose("login-refused", where=host, error=message)
        case asyncssh.ConnectionLost() if last_words:
            return diagnose("login-refused", where=host, error=last_words)
        case asyncssh.KeyImportError() | asyncssh.KeyEncryptionError() | asyncssh.ConfigParseError():
            return diagnose("ssh-setup", where=host, error=message)
        case asyncssh.ProtocolError() if message.startswith("ProxyCommand: "):
            return diagnose("host-unreachable", where=host, error=message)
        case asyncssh.ConnectionLost() | asyncssh.ServiceNotAvailable() | asyncssh.ChannelOpenError():
            return diagnose("connection-lost", where=host)
        case asyncssh.Error() | asyncssh.ChannelListenError():
            return diagnose("ssh-failed", where=host, error=message)
        case ConnectionResetError() | BrokenPipeError():
            return diagnose("connection-lost", where=host)
        case PermissionError() | FileNotFoundError():
            return diagnose("ssh-setup", where=host, error=message)
        case OSError():
            return diagnose("host-unreachable", where=host, error=message)
        case _:
            return diagnose("ssh-failed", where=host, error=message)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]


def _host_key(host: str, message: str, lookup: KnownHostsLookup) -> Diagnostic:
    """Revoked and expired certificates are told as they come; a key that differs and one never seen are told apart."""
    if "not trusted" not in message:
        return diagnose("host-key-refused", where=host, error=message)
    if _has_known_key(lookup):
        return host_key_changed(host, lookup)
    return diagnose("host-key-unknown", where=host, files=", ".join(lookup.files))


def host_key_changed(host: str, lookup: KnownHostsLookup) -> Diagnostic:
    """Of all the files that are read, the lines that count for this host."""
    name = lookup.names[0]
    try:
        lines = recorded_lines(lookup.files, name)
    except OSError:
        lines = ()
    places = [f"{file}:{number}" for file, number in lines] or list(lookup.files)
    files = dict.fromkeys(str(file) for file, _ in lines)
    remove = _removal(name, files or lookup.files)
    return diagnose("host-key-changed", where=host, lines=", ".join(places), remove=remove)


def _removal(name: str, files: Iterable[str]) -> str:
    """Ready to paste; the brackets around a name with a port are the shell's too."""
    return " && ".join(shlex.join(("ssh-keygen", "-R", name, "-f", file)) for file in files)


def _has_known_key(lookup: KnownHostsLookup) -> bool:
    """Whether known_hosts has any key or certificate authority for this host, under its own name."""
    try:
        return bool(read_files(lookup.files).keys_for(lookup.names[:1]))
    except OSError:
        return False


STDERR_CODES = (
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", "host-key-changed"),
    ("Host key verification failed", "host-key-unknown"),
    ("Permission denied", "login-refused"),
    ("Connection refused", "host-unreachable"),
    ("Connection timed out", "host-unreachable"),
    ("No route to host", "host-unreachable"),
    ("Could not resolve hostname", "host-unreachable"),
    ("Network is unreachable", "host-unreachable"),
)
"""What OpenSSH says on stderr, with exit status 255, when it did not even get in."""


def ssh_stderr_error(host: str, output: Output, controller: str) -> TransportError | None:
    """For hosts reached through the controller: its ssh(1) reports in text what asyncssh reports as a class."""
    if output.exit_status != 255:
        return None
    for words, code in STDERR_CODES:
        if words in output.stderr:
            return TransportError(_stderr_diagnostic(host, code, output.stderr, controller))
    return None


OFFENDING = re.compile(r"^Offending .*key in (?P<file>/.*):(?P<line>[0-9]+)\r?$", re.MULTILINE)
CHANGED_NAME = re.compile(r"^.*[Hh]ost key for (?P<name>\S+) has changed", re.MULTILINE)
"""sshconnect.c, check_host_key and warn_changed_key."""


def _changed_behind(host: str, stderr: str, controller: str) -> Diagnostic:
    """The file is the controller's: `controller:file:line`, as scp(1) writes a place elsewhere."""
    offending, called = OFFENDING.search(stderr), CHANGED_NAME.search(stderr)
    file, line = (offending["file"], f":{offending['line']}") if offending else ("~/.ssh/known_hosts", "")
    name = called["name"] if called else host
    remove = _removal(name, (file,)) if offending else shlex.join(("ssh-keygen", "-R", name))
    return diagnose("host-key-changed", where=host, lines=f"{controller}:{file}{line}", remove=remove)


def _stderr_diagnostic(host: str, code: str, stderr: str, controller: str) -> Diagnostic:
    message = stderr.strip().splitlines()[-1][:200]
    match code:
        case "host-key-changed":
            return _changed_behind(host, stderr, controller)
        case "host-key-unknown":
            return diagnose("host-key-unknown", where=host, files=f"{controller}:~/.ssh/known_hosts")
        case "login-refused":
            return diagnose("login-refused", where=host, error=message)
        case _:
            return diagnose("host-unreachable", where=host, error=message)
