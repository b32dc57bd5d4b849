"""One host as a machine: power on, power off, power loss, and waiting until it answers.

systemd-nspawn boots the host's own systemd. What it takes where PID 1 is not systemd and cgroups are v1 (measured):
`--register=no --keep-unit`, SYSTEMD_SECCOMP=0 and the extra system calls for dockerd, and a cgroup of its own per host
in every hierarchy, made here, or three systemds would share one tree. Where the machine runs systemd, a delegated scope
does that instead.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from . import layers
from .place import HOSTS, LabError, Place

CGROUPS = Path("/sys/fs/cgroup")
SEED = ("cpuset.cpus", "cpuset.mems")  # a v1 cpuset takes no process before these are filled
BUILDER_ENV = ("PIP_", "PYENV", "PYTHON", "LD_", "RUST", "NODE_", "npm_")
POLL_S = 0.1


def leader(place: Place, host: str) -> int | None:
    """The pid of the nspawn process that holds HOST, if it runs."""
    try:
        pid = int((place.host_run(host) / "nspawn.pid").read_text(encoding="utf-8"))
        argv = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if not _ended(pid) and str(place.root(host)).encode() in argv else None


def _ended(pid: int) -> bool:
    """Gone, or a zombie that only its parent has yet to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def init_pid(place: Place, host: str) -> int | None:
    """HOST's PID 1 as seen from here."""
    pid = leader(place, host)
    if pid is None:
        return None
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return None
    return int(children[0]) if children else None


def is_up(place: Place, host: str) -> bool:
    return leader(place, host) is not None


def boot(place: Place, host: str) -> None:
    """Power on; returns at once."""
    if is_up(place, host):
        return
    root = layers.mount(place, host)
    top = place.host_run(host)
    with open(top / "console.log", "ab") as log:
        process = subprocess.Popen(
            [*_scope(place, host), *_nspawn(place, host, root)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(),
            start_new_session=True, preexec_fn=own_cgroup(f"{place.netns}-{host}"),
        )  # fmt: skip
    process.returncode = 0  # the host outlives us: nobody waits for it, and Python is not to warn of that
    (top / "nspawn.pid").write_text(str(process.pid), encoding="utf-8")


def _nspawn(place: Place, host: str, root: Path) -> list[str]:
    return [
        "systemd-nspawn", "--register=no", "--keep-unit", "--quiet", f"--directory={root}",
        f"--machine={place.name}-{host}", f"--hostname={host}",
        f"--network-namespace-path=/run/netns/{place.host_netns(host)}", "--capability=all",
        "--system-call-filter=add_key keyctl bpf", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
        f"--bind={place.host_run(host)}/public:/{layers.PUBLIC}", "--boot", "--console=pipe",
    ]  # fmt: skip


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(BUILDER_ENV)}
    return kept | {"SYSTEMD_SECCOMP": "0", "SYSTEMD_NSPAWN_TMPFS_TMP": "0"}


def _scope(place: Place, host: str) -> list[str]:
    if not Path("/run/systemd/system").exists():
        return []
    return ["systemd-run", "--quiet", "--scope", "-p", "Delegate=yes", f"--unit={place.netns}-{host}-{time.time_ns()}"]


def own_cgroup(name: str) -> Callable[[], None] | None:
    """What the child does before it becomes nspawn: move into its own cgroup in every hierarchy."""
    if Path("/run/systemd/system").exists():
        return None
    trees = [path for path in CGROUPS.iterdir() if (path / "cgroup.procs").exists()] if CGROUPS.exists() else []
    if (CGROUPS / "cgroup.procs").exists():
        trees = [CGROUPS]
    groups = [_make_group(tree, name) for tree in trees]

    def enter() -> None:
        for group in groups:
            (group / "cgroup.procs").write_text("0", encoding="ascii")

    return enter


def _make_group(tree: Path, name: str) -> Path:
    group = tree / name
    group.mkdir(exist_ok=True)
    for file in SEED:
        if (group / file).exists() and not (group / file).read_text(encoding="ascii").strip():
            (group / file).write_text((tree / file).read_text(encoding="ascii"), encoding="ascii")
    return group


def power_loss(place: Place, host: str) -> None:
    """SIGKILL every process of HOST at once, as when the plug is pulled; returns when it is gone."""
    init, holder = init_pid(place, host), leader(place, host)
    for pid in (init, holder):
        if pid is not None:
            _kill(pid, signal.SIGKILL)
    _until_gone(place, host, 10.0)
    if init is not None and not _gone(init, 10.0):
        raise LabError(f"{host}: PID {init} survived SIGKILL for 10 s")


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _gone(pid: int, timeout_s: float) -> bool:
    return wait_for(lambda: _ended(pid), timeout_s)


def _until_gone(place: Place, host: str, timeout_s: float) -> bool:
    return wait_for(lambda: (_reap(), not is_up(place, host))[1], timeout_s)


def _reap() -> None:
    """Children of this process that have ended; nspawn is one when boot and stop happen in one run."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def power_off(place: Place, hosts: list[str], timeout_s: float = 60.0) -> None:
    """An orderly shutdown of several hosts at once; one that hangs is killed."""
    for host in hosts:
        init = init_pid(place, host)
        if init is not None:
            _kill(init, signal.SIGRTMIN + 4)  # systemd(1): start poweroff.target
    for host in hosts:
        if not _until_gone(place, host, timeout_s):
            power_loss(place, host)


def wait_for(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Ask again and again until CONDITION holds; False when it never did."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_S)
    return True


def wait_ssh(place: Place, hosts: list[str], timeout_s: float = 60.0) -> None:
    """Until sshd on each host lets us in."""
    for host in hosts:
        if not wait_for(lambda host=host: _answers(place, host), timeout_s):
            raise LabError(f"{host}: no ssh after {timeout_s:.0f} s, see {place.host_run(host)}/console.log")


def _answers(place: Place, host: str) -> bool:
    probe = place.inside("ssh", "-F", str(place.ssh_config), "-o", "ConnectTimeout=1", host, "true")
    return subprocess.run(probe, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def wait_booted(place: Place, hosts: list[str], timeout_s: float = 90.0) -> None:
    """Until systemd on each host has started everything it was told to."""
    waiting = [
        subprocess.Popen(
            ssh_command(place, host, "systemctl is-system-running --wait"),
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        for host in hosts
    ]
    for process in waiting:
        process.communicate(timeout=timeout_s)


def ssh_command(place: Place, host: str, *command: str) -> list[str]:
    return place.inside("ssh", "-F", str(place.ssh_config), host, *command)


def ssh(
    place: Place, host: str, command: str, *, stdin: bytes | None = None, capture: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run COMMAND on HOST as root, through strict host key checking."""
    words = ssh_command(place, host, command)
    if stdin is None:
        return subprocess.run(words, capture_output=capture, check=False, stdin=subprocess.DEVNULL)
    return subprocess.run(words, capture_output=capture, check=False, input=stdin)


def every_host() -> list[str]:
    return list(HOSTS)
