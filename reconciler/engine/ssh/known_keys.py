"""Keys that known_hosts files have for a host, found as ssh(1) finds them.

By the name that the host is called by (HostKeyAlias, else its name in small letters, with a port that is not 22 in
brackets), and where that has no line, by the name without its port. asyncssh would look under the address too, and
under an alias with a port; ssh does neither, and what it does not accept is not accepted here.
Source: sshconnect.c, get_hostfile_hostname_ipaddr and check_host_key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.core import known_hosts
from reconciler.core.known_hosts import HostKey, KnownHostsLine
from specs.diagnostic import Diagnostic, diagnose


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKeys:
    keys: tuple[Any, ...] = ()
    authorities: tuple[Any, ...] = ()
    revoked: tuple[Any, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys or self.authorities)

    def as_asyncssh(self) -> tuple[list[Any], list[Any], list[Any]]:
        """For its option `known_hosts`, as a function: what is a function is not looked for anywhere else."""
        return list(self.keys), list(self.authorities), list(self.revoked)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHostsFiles:
    """Texts of the files that are there, and what is odd in them."""

    texts: tuple[str, ...]
    warnings: tuple[Diagnostic, ...] = ()

    def keys_for(self, names: Sequence[str]) -> KnownKeys:
        """`names`: `Hop.names`. Of a later name, keys of a kind that none before it has: only then ssh looks again."""
        keys: list[Any] = []
        authorities: list[Any] = []
        revoked: list[Any] = []
        for name in names:
            known = _keys(line for text in self.texts for line in known_hosts.read(text).lines_for(name))
            before, kinds = tuple(keys), {key.algorithm for key in keys}
            keys += [key for key in known.keys if key.algorithm not in kinds]
            authorities += known.authorities
            revoked += [key for key in known.revoked if key not in before]
        return KnownKeys(keys=tuple(keys), authorities=tuple(authorities), revoked=tuple(revoked))


def read_files(files: Iterable[str]) -> KnownHostsFiles:
    """Those that are there. Bytes that are no UTF-8 stand in comments, and are none of ours. Raises OSError."""
    texts: list[str] = []
    warnings: list[Diagnostic] = []
    for file in files:
        path = Path(file).expanduser()
        if not path.is_file():
            continue
        text = path.read_bytes().decode(errors="surrogateescape")
        texts.append(text)
        for number in known_hosts.read(text).malformed:
            warnings.append(diagnose("known-hosts-line", where=f"{file}:{number}", file=file, line=number))
    return KnownHostsFiles(texts=tuple(texts), warnings=tuple(warnings))


def recorded_lines(files: Iterable[str], name: str) -> tuple[tuple[Path, int], ...]:
    """File and number of each line with a key or an authority for this name. Raises OSError."""
    recorded: list[tuple[Path, int]] = []
    for path in (Path(file).expanduser() for file in files):
        if path.is_file():
            lines = known_hosts.read(path.read_bytes().decode(errors="surrogateescape")).lines_for(name)
            recorded += [(path, line.number) for line in lines if line.marker != "@revoked"]
    return tuple(recorded)


def revoked_keys(file: str) -> tuple[Any, ...]:
    """RevokedHostKeys: a list of public keys, one a line. Raises ValueError for a KRL, which asyncssh cannot read, and
    OSError: ssh, too, goes nowhere without a file that is named."""
    content = Path(file).read_bytes()
    if content.startswith(b"SSHKRL\n\0"):
        raise ValueError(f"RevokedHostKeys {file} is a binary list (KRL), which bkrec cannot read")
    fields = [line.split()[:2] for line in content.decode(errors="replace").splitlines() if line[:1] not in ("", "#")]
    keys = [_import(HostKey(type=words[0], blob=words[1])) for words in fields if len(words) == 2]
    return tuple(key for key in keys if key is not None)


def _keys(lines: Iterable[KnownHostsLine]) -> KnownKeys:
    by_marker: dict[str, list[Any]] = {"": [], "@cert-authority": [], "@revoked": []}
    for line in lines:
        key = _import(line.key)
        if key is not None and key not in by_marker[line.marker]:
            by_marker[line.marker].append(key)
    return KnownKeys(
        keys=tuple(by_marker[""]), authorities=tuple(by_marker["@cert-authority"]), revoked=tuple(by_marker["@revoked"])
    )


def _import(key: HostKey) -> Any:
    """None for one of a kind that is not known here, or for no key at all."""
    import asyncssh

    try:
        return asyncssh.import_public_key(f"{key.type} {key.blob}")
    except (ValueError, UnicodeError):
        return None
