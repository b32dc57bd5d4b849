"""Lines of a known_hosts file: written down for a host, or taken out again. All else in the file stays as it is.

Which keys count for a host asyncssh decides when it connects (`engine/ssh/host_keys.py`); here is what changes the
text. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT; ssh-keygen(1), -R, which takes out a line where this takes out a
name.
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
    """What a line calls it: brackets and the port only where that is not the usual one."""
    return host if port == SSH_PORT else f"[{host}]:{port}"


def is_hashed(text: str) -> bool:
    """True where names are not to be read in the file: then ours is not either."""
    return any(line.startswith(_HASHED) for line in text.splitlines())


def add(text: str, named: str, shown: HostKey, salt: bytes = b"") -> str:
    """The text and a line more; with a salt (20 bytes), the name is hashed."""
    head = text if not text or text.endswith("\n") else text + "\n"
    return f"{head}{_hashed(named, salt) if salt else named} {shown.type} {shown.blob}\n"


def remove(text: str, names: Sequence[str]) -> str:
    """Without keys for these names; other names on their lines stay, and what is revoked or an authority does, too."""
    return "".join(_remaining(text.splitlines(keepends=True), frozenset(names)))


def _remaining(lines: Sequence[str], names: frozenset[str]) -> Iterator[str]:
    for line in lines:
        patterns = "" if line[:1] in ("#", "@") else re.split(r"\s", line, maxsplit=1)[0]
        others = [one for one in patterns.split(",") if not _is_one_of(one, names)]
        if others:
            yield ",".join(others) + line[len(patterns) :]


def _is_one_of(pattern: str, names: frozenset[str]) -> bool:
    if not pattern.startswith(_HASHED):
        return pattern in names
    try:
        salt, digest = (base64.b64decode(part) for part in pattern.removeprefix(_HASHED).split("|"))
    except (ValueError, binascii.Error):
        return False
    return any(hmac.compare_digest(_digest(one, salt), digest) for one in names)


def _hashed(named: str, salt: bytes) -> str:
    told = (base64.b64encode(part).decode() for part in (salt, _digest(named, salt)))
    return _HASHED + "|".join(told)


def _digest(named: str, salt: bytes) -> bytes:
    return hmac.new(salt, named.encode(), hashlib.sha1).digest()
