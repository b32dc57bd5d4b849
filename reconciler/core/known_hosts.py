"""Lines of a known_hosts file: which of them count for a name, added for a host, or removed. All else stays as it is.

A line counts as it does for ssh(1): by its names alone, in whatever case, and one that is no line of a key is skipped
as ssh skips it, so that a power cut's NUL bytes in one line are nobody else's business. asyncssh would refuse the
whole file. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; hostfile.c, hostkeys_foreach; match.c, match_pattern_list;
ssh-keygen(1), -R, which removes a line where this removes a name.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

SSH_PORT = 22
_HASHED = "|1|"
_MARKERS = ("@cert-authority", "@revoked")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKey:
    type: str
    """As in the file: "ssh-ed25519", "ssh-rsa"."""
    blob: str
    """Base64."""

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -lf` prints it."""
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def parse_key(public: str) -> HostKey:
    """From the text of a public key, `ssh-ed25519 AAAA… comment`. ValueError where it is none."""
    kind, blob = public.split()[:2]
    base64.b64decode(blob, validate=True)
    return HostKey(type=kind, blob=blob)


def host_pattern(host: str, port: int) -> str:
    """The host's pattern in a line: brackets and the port only where that is not the default one."""
    return host if port == SSH_PORT else f"[{host}]:{port}"


Marker = Literal["", "@cert-authority", "@revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHostsLine:
    number: int
    marker: Marker
    names: str
    """Patterns with commas between, or one hash."""
    key: HostKey
    """Not checked: what cannot be a key is found where it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHosts:
    """A file, read. A line without wildcard is found by its names, the others are gone through."""

    exact: dict[str, tuple[KnownHostsLine, ...]]
    others: tuple[KnownHostsLine, ...]
    malformed: tuple[int, ...]
    """Numbers of the lines that are none of a key."""

    def lines_for(self, name: str) -> tuple[KnownHostsLine, ...]:
        matching = {line.number: line for line in self.exact.get(name.lower(), ())}
        matching |= {line.number: line for line in self.others if _line_matches(line.names, name)}
        return tuple(matching[number] for number in sorted(matching))


@lru_cache(maxsize=16)
def read(text: str) -> KnownHosts:
    exact: dict[str, tuple[KnownHostsLine, ...]] = {}
    others: list[KnownHostsLine] = []
    malformed: list[int] = []
    for number, content in enumerate(text.split("\n"), start=1):
        fields = content.strip(" \t\r").split(None, 4)
        if not fields or fields[0].startswith("#"):
            continue
        line = _line(number, fields)
        if line is None:
            malformed.append(number)
        elif re.search(r"[*?!|]", line.names):
            others.append(line)
        else:
            for name in line.names.lower().split(","):
                exact[name] = (*exact.get(name, ()), line)
    return KnownHosts(exact=exact, others=tuple(others), malformed=tuple(malformed))


def _line(number: int, fields: Sequence[str]) -> KnownHostsLine | None:
    marker: Marker = ""
    if fields[0].startswith("@"):
        if fields[0] not in _MARKERS:
            return None
        marker = "@revoked" if fields[0] == "@revoked" else "@cert-authority"
        fields = fields[1:]
    if len(fields) < 3 or "\0" in "".join(fields[:3]):
        return None
    return KnownHostsLine(number=number, marker=marker, names=fields[0], key=HostKey(type=fields[1], blob=fields[2]))


def _line_matches(names: str, name: str) -> bool:
    if names.startswith("|"):
        return _matches_any(names, frozenset((name,)))
    patterns = names.lower().split(",")
    if any(_wildcards(pattern[1:]).fullmatch(name.lower()) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(_wildcards(pattern).fullmatch(name.lower()) for pattern in patterns)


@lru_cache(maxsize=1024)
def _wildcards(pattern: str) -> re.Pattern[str]:
    """`*` and `?`, and nothing else: brackets stand around an address with a port."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in pattern), re.DOTALL)


def is_hashed(text: str) -> bool:
    """True where the names in the file are hashed: then ours is hashed too."""
    return any(line.startswith(_HASHED) for line in text.splitlines())


def add(text: str, pattern: str, key: HostKey, salt: bytes = b"") -> str:
    """The text with one line more; with a salt (20 bytes), the name is hashed."""
    head = text if not text or text.endswith("\n") else text + "\n"
    return f"{head}{_hashed(pattern, salt) if salt else pattern} {key.type} {key.blob}\n"


def remove(text: str, names: Sequence[str]) -> str:
    """Without keys for these names; other names on their lines stay, and so do @revoked and @cert-authority lines."""
    return "".join(_remaining(text.splitlines(keepends=True), frozenset(names)))


def _remaining(lines: Sequence[str], names: frozenset[str]) -> Iterator[str]:
    for line in lines:
        patterns = "" if line[:1] in ("#", "@") else re.split(r"\s", line, maxsplit=1)[0]
        others = [name for name in patterns.split(",") if not _matches_any(name, names)]
        if others:
            yield ",".join(others) + line[len(patterns) :]


def _matches_any(pattern: str, names: frozenset[str]) -> bool:
    if not pattern.startswith(_HASHED):
        return pattern in names
    try:
        salt, digest = (base64.b64decode(part) for part in pattern.removeprefix(_HASHED).split("|"))
    except (ValueError, binascii.Error):
        return False
    return any(hmac.compare_digest(_digest(name, salt), digest) for name in names)


def _hashed(pattern: str, salt: bytes) -> str:
    parts = (base64.b64encode(part).decode() for part in (salt, _digest(pattern, salt)))
    return _HASHED + "|".join(parts)


def _digest(pattern: str, salt: bytes) -> bytes:
    return hmac.new(salt, pattern.encode(), hashlib.sha1).digest()
