"""Real sshd endpoints in a network of their own: one sshd per address, OpenSSH's own limits, a host key of each.

The caller runs inside `unshare --net --mount`, where 10.0.0.0/8 is this machine, so that nothing real is reached and
nobody's port is taken; and where root's shell has no start-up file of its own. What this machine's happens to do would
be done for every command (bash reads ~/.bashrc where sshd calls it; with pyenv that takes four times as long as an
endpoint's answer) and hide what the tools differ in. Keys and configuration lie in one directory, with the
`known_hosts` and `identity` of whoever connects.
"""

import contextlib
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

CONFIG = """\
ListenAddress {address}:22
HostKey {directory}/host_keys/{address}
PidFile none
PermitRootLogin yes
AuthorizedKeysFile {directory}/identity.pub
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
Subsystem sftp internal-sftp
{more}
"""
ENDPOINT = Path(__file__).with_name("endpoint.py")


UNSHARE = ("unshare", "--net", "--mount", "--")


def own_machine() -> None:
    """Every address that starts with 10 is this machine's; root's start-up file is empty."""
    commands = ["ip link set lo up", "ip route add local 10.0.0.0/8 dev lo"]
    if (startup := Path(pwd.getpwuid(0).pw_dir) / ".bashrc").exists():
        commands.append(f"mount --bind /dev/null {startup}")
    for command in commands:
        subprocess.run(command.split(), check=True)


def make_keys(directory: Path, addresses: Sequence[str]) -> None:
    (directory / "host_keys").mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        list(pool.map(_make_key, (directory / "identity", *(directory / "host_keys" / name for name in addresses))))
    lines = ((name, (directory / "host_keys" / f"{name}.pub").read_text(encoding="ascii")) for name in addresses)
    (directory / "known_hosts").write_text("".join(f"{name} {line}" for name, line in lines), encoding="ascii")


def _make_key(path: Path) -> None:
    if not path.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)


@contextmanager
def serving(directory: Path, addresses: Sequence[str], more: Callable[[str], str]) -> Generator[None]:
    """`more`: what else stands in an address's sshd_config."""
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    Path("/run/sshd").mkdir(exist_ok=True)
    servers: list[subprocess.Popen[bytes]] = []
    try:
        for address in addresses:
            config = directory / f"sshd_config.{address}"
            text = CONFIG.format(address=address, directory=directory, more=more(address))
            config.write_text(text, encoding="utf-8")
            log = directory / "sshd.log"
            servers.append(subprocess.Popen([sshd, "-D", "-f", str(config), "-E", str(log)]))
        for address in addresses:
            _wait_for(address)
        yield
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()


def _wait_for(address: str) -> None:
    import socket

    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((address, 22), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit(f"no sshd on {address}")


def replaying(base_of: Callable[[str], str], answers: Path, sent: Path) -> Callable[[str], str]:
    def more(address: str) -> str:
        words = (sys.executable, "-I", "-S", str(ENDPOINT), address, base_of(address), str(answers), str(sent))
        return f"ForceCommand exec {' '.join(words)}"

    return more
