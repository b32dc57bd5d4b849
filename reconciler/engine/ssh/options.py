"""Options for asyncssh out of OpenSSH's configuration of a host: what is negotiated, and how it is connected to.

Of each list of algorithms that of OpenSSH counts, in its order, as far as asyncssh has them. A host key is asked for in
the kinds that are written down first, as ssh(1) does: a server may have several, and another one would look like a
change.
"""

import socket
import warnings
from collections.abc import Sequence
from typing import Any

from reconciler.engine.ssh.known_keys import KnownKeys
from reconciler.engine.ssh.openssh_config import OpensshConfig

FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}


def connection_options(config: OpensshConfig) -> dict[str, Any]:
    """How a connection begins, before any key. Raises ValueError where asyncssh has nothing of what is allowed."""
    from asyncssh.encryption import get_encryption_algs
    from asyncssh.kex import get_kex_algs
    from asyncssh.mac import get_mac_algs

    # of a key exchange that is going out of use, and that many an older host has no other than
    warnings.filterwarnings("ignore", module=r"asyncssh\.crypto\.")
    options: dict[str, Any] = {
        "kex_algs": _allowed("KexAlgorithms", config.key_exchanges, get_kex_algs()),
        "encryption_algs": _allowed("Ciphers", config.ciphers, get_encryption_algs()),
        "mac_algs": _allowed("MACs", config.macs, get_mac_algs()),
        "gss_kex": False,
        "family": FAMILIES.get(config.family, socket.AF_UNSPEC),
        "local_addr": (config.bind_address, 0) if config.bind_address else None,
    }
    return {name: value for name, value in options.items() if value != ()}


def login_options(config: OpensshConfig, known: KnownKeys) -> dict[str, Any]:
    """What is accepted of the host, and how one logs in. `known`: under the host's own name. Raises ValueError as
    above."""
    from asyncssh.public_key import get_certificate_algs, get_public_key_algs

    host_key_algorithms = _allowed(
        "HostKeyAlgorithms", config.host_key_algorithms, [*get_certificate_algs(), *get_public_key_algs()]
    )
    options: dict[str, Any] = {
        "server_host_key_algs": _known_first(host_key_algorithms, known),
        "signature_algs": _allowed("PubkeyAcceptedAlgorithms", config.public_key_algorithms, get_public_key_algs()),
        "gss_auth": config.gssapi,
        "password_auth": False,
        "kbdint_auth": False,
        "host_based_auth": False,
        "public_key_auth": config.public_keys,
    }
    return {name: value for name, value in options.items() if value != ()}


def _allowed(option: str, names: Sequence[str], supported: Sequence[bytes]) -> tuple[str, ...]:
    """() where this ssh does not say: asyncssh's own then."""
    has = {algorithm.decode() for algorithm in supported}
    allowed = tuple(name for name in names if name in has)
    if names and not allowed:
        raise ValueError(f"{option} leaves nothing that bkrec has: {', '.join(names)}")
    return allowed


def _known_first(algorithms: Sequence[str], known: KnownKeys) -> tuple[str, ...]:
    kinds = {algorithm.decode() for key in known.keys for algorithm in key.sig_algorithms}
    if known.authorities:
        kinds |= {name for name in algorithms if "-cert-" in name}
    return (*(name for name in algorithms if name in kinds), *(name for name in algorithms if name not in kinds))
