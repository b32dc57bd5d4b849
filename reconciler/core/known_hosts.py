"""Lines of a known_hosts file: added for a host, or removed. Everything else in the file stays as it is.

Which keys count for a host asyncssh decides when it connects (`engine/ssh/host_keys.py`); this module changes the text.
Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; ssh-keygen(1), -R, which removes a line where this removes a name.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SSH_PORT = 22
_HASHED = "|1|"


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
