"""Who called, as other operators are to read it: a name where this machine knows one, else the number."""

import getpass
import os
import socket

from reconciler.core.redact import safe


def user() -> str:
    """Never raises: a container may run as a number that has no entry in passwd."""
    try:
        return safe(getpass.getuser())
    except (KeyError, OSError, ImportError):
        return f"uid-{os.getuid()}"


def origin() -> str:
    return safe(socket.gethostname()) or "-"


def who() -> str:
    return f"{user()}@{origin()}"
