"""Transport: run a Command on a host, bring back what it said. Everything else in here builds on these two methods.

A transport that cannot tell says so: `Output.exit_status` None is a connection that went before the end, and a
`TransportError` is a host that was never reached, or did not answer in time. Neither says anything about what the
command did; whoever needs to know looks again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from probes.command import Command, Output
from specs.diagnostic import BkrecError, Diagnostic

Via = Literal["direct", "controller"]
LOCAL = "local"
"""`controller.connect` where bkrec runs on the controller itself: no SSH is needed to get there."""


class Transport(Protocol):
    async def run(self, host: str, command: Command) -> Output:
        """Raises TransportError. A lost connection is no exception: exit_status is None, with what was heard so far."""
        ...

    async def close(self) -> None: ...


class TransportError(BkrecError):
    """The host was not reached, would not have us, or did not answer in time. `partial_output`: what came before."""

    def __init__(self, *diagnostics: Diagnostic, output: Output | None = None) -> None:
        super().__init__(*diagnostics)
        self.partial_output = output or Output(stdout="", exit_status=None)

    @property
    def diagnostic(self) -> Diagnostic:
        return self.diagnostics[0]


def _ignore(_: Diagnostic) -> None:
    """Nobody is there to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSettings:
    """How the hosts are reached. What is left empty is what OpenSSH makes of its own files, then of its defaults."""

    controller: str
    """Address of the controller as in install.config."""
    connect: str = ""
    """The name it is reached by from here, where that is another; LOCAL: it is this very machine."""
    port: int | None = None
    user: str = ""
    identities: tuple[str, ...] = ()
    via: Via = "direct"
    """controller: the other hosts are opened by the controller's own key, as BlueKing set it up."""
    known_hosts: tuple[str, ...] = ()
    configs: tuple[str, ...] = ()
    connect_timeout_s: float = 10.0
    """How long connecting may take: TCP asks four times in it."""
    login_timeout_s: float = 15.0
    """How long logging in may take: an sshd that looks up our name in vain takes ten seconds."""
    max_connecting: int = 50
    """How many hosts are being connected to at once."""
    max_output_bytes: int = 16 * 1024 * 1024
    """Bytes after which an answer is cut: a host in trouble must not fill this machine's memory."""
    openssh: str = "ssh"
    """The ssh(1) that is asked what it makes of a host (`-G`)."""
    warn: Callable[[Diagnostic], None] = field(default=_ignore, compare=False, repr=False)
    """Takes what an operator should know of his own files: the same may come more than once."""

    def is_local(self, host: str) -> bool:
        return self.connect == LOCAL and host == self.controller
