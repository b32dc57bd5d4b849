"""systemd units for `check`: a oneshot service and its timer, as text. What `check --install-timer` writes.

A *system* unit runs as the operator's own user (or as another that is named) and is sandboxed as far as a check allows:
it reads files, opens SSH connections and writes its history and its reports. `systemd-analyze security` gives it less
than 2.0. A *user* unit, for who is not root, can only have what a manager without privileges may set.

Where bkrec checks the machine it runs on (`connect = "local"`) its probes must see that machine as a shell does:

* nothing that mounts anything where an operator may: ProtectSystem and ProtectHome make mount points of /usr, /boot,
  /etc, /home and /root, and `mountpoint` would call a disk mounted there that is not;
* not what keeps other programs from working: a client of a database may compile at run time;
* for a user who is not root nothing that systemd filters by seccomp, since that sets "no new privileges", and sudo, by
  which such a user reads, refuses to run then. Of a user's own manager that is all there is.

Source: systemd.exec(5), systemd.timer(5), systemd.service(5) (quoting: systemd.syntax(7), "%" and "$"). Directives that
an older systemd does not know it ignores with a line in its log. RemoveIPC= is not set: it would take shared memory and
semaphores from all else that runs as that user.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reconciler.view.render import lines

Scope = Literal["system", "user"]

_WITHOUT_PRIVILEGES = (
    "NoNewPrivileges=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
)
_SANDBOX = (
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "DevicePolicy=closed",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "KeyringMode=private",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
)
_ROOT_ON_ITSELF = (
    "NoNewPrivileges=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    "SystemCallErrorNumber=EPERM",
    "DevicePolicy=closed",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "PrivateMounts=yes",
    "KeyringMode=private",
    "CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_SYS_PTRACE",
    "AmbientCapabilities=",
)
_BY_SUDO_ON_ITSELF = (
    "DevicePolicy=closed",
    "ProtectControlGroups=yes",
    "KeyringMode=private",
    "CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_SYS_PTRACE CAP_SETUID CAP_SETGID CAP_CHOWN "
    "CAP_FOWNER CAP_AUDIT_WRITE CAP_SYS_RESOURCE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerUnits:
    """What differs between two timers."""

    cluster: str
    scope: Scope
    user: str
    """Of a system unit."""
    command: Sequence[str]
    """The program and its arguments; paths are absolute."""
    every_s: int
    writable: Sequence[str]
    """Directories: of the history, and of each report."""
    state_home: str = ""
    """XDG_STATE_HOME, where it is set."""
    on_itself: bool = False
    """It checks the machine it runs on."""

    @property
    def name(self) -> str:
        return f"bkrec-check-{self.cluster}"


def service(units: TimerUnits) -> str:
    return lines(
        _head(units),
        ("Wants=network-online.target", "After=network-online.target") if units.scope == "system" else (),
        ("", "[Service]", "Type=oneshot"),
        (f"User={units.user}",) if units.scope == "system" else (),
        (f"ExecStart={' '.join(quoted(word) for word in units.command)}",),
        (f"Environment={quoted(f'XDG_STATE_HOME={units.state_home}', command=False)}",) if units.state_home else (),
        ("TimeoutStartSec=15min", "Nice=10"),
        _hardening(units),
    )


def timer(units: TimerUnits) -> str:
    return lines(
        _head(units),
        ("", "[Timer]", "OnActiveSec=10s", f"OnUnitActiveSec={units.every_s}s"),
        (f"RandomizedDelaySec={min(60, units.every_s // 10)}s", "AccuracySec=5s"),
        ("", "[Install]", "WantedBy=timers.target"),
    )


def _head(units: TimerUnits) -> Iterator[str]:
    yield "# Written by `bkrec check --install-timer`; `bkrec check --remove-timer` removes it."
    yield "[Unit]"
    yield f"Description=Check the BlueKing cluster {units.cluster} for drift"


def _hardening(units: TimerUnits) -> Iterator[str]:
    if units.on_itself:
        if units.scope == "system":
            yield from _ROOT_ON_ITSELF if units.user == "root" else _BY_SUDO_ON_ITSELF
        return
    yield from _WITHOUT_PRIVILEGES
    if units.scope == "system":
        yield from _SANDBOX
        yield f"ReadWritePaths={' '.join(quoted(path, command=False) for path in units.writable)}"


def cluster_file(text: str) -> str:
    """Of the check that a service of ours runs; "" where the text is of something else."""
    match = re.search(r'^ExecStart=\S+ -c ("(?:[^"\\]|\\.)*"|\S+) ', text, re.MULTILINE)
    if match is None:
        return ""
    word = match[1].strip('"').replace("$$", "$").replace("%%", "%")
    return re.sub(r"\\(.)", r"\1", word)


def quoted(word: str, *, command: bool = True) -> str:
    """A word of a unit file: `%` begins a specifier there, and `$` a variable in a command."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    text = text.replace("$", "$$") if command else text
    return text if re.fullmatch(r"[\w@%$+,./:=~-]+", text) else f'"{text}"'
