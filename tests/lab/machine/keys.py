"""SSH keys of a lab: one client key, and for each host a host key of its own that stays the same for the lab's life.

Host keys are checked strictly everywhere, so the files an SSH client needs (known_hosts, ssh_config) are written here.
As in BlueKing, the controller's root key opens every host; here all hosts share the client key, and root on each host
knows the others' host keys. The same key opens `ops`, a user with passwordless sudo.
"""

import shutil
from pathlib import Path

from .place import HOSTS, Place, sh, write

SSH_CONFIG = """\
# bkrec's lab: works inside the lab's network namespace only (ip netns exec {netns} ssh -F {path} h1)
Host h1 h2 h3 10.0.0.*
  User root
  IdentityFile {key}
  IdentitiesOnly yes
  UserKnownHostsFile {known_hosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  ConnectTimeout 5
  ServerAliveInterval 5
  ServerAliveCountMax 3
  LogLevel ERROR
"""


def host_key(place: Place, host: str) -> Path:
    return place.home / "keys" / host / "ssh_host_ed25519_key"


def ensure(place: Place) -> None:
    for path in [place.key, *(host_key(place, host) for host in HOSTS)]:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", path)
    write(place.known_hosts, known_hosts(place))
    names = "".join(f"Host {host}\n  HostName {ip}\n" for host, ip in HOSTS.items())
    config = SSH_CONFIG.format(netns=place.netns, path=place.ssh_config, key=place.key, known_hosts=place.known_hosts)
    write(place.ssh_config, names + config)


def known_hosts(place: Place) -> str:
    lines: list[str] = []
    for host, ip in HOSTS.items():
        kind, key = host_key(place, host).with_suffix(".pub").read_text(encoding="utf-8").split()[:2]
        lines.append(f"{ip},{host} {kind} {key}\n")
    return "".join(lines)


def plant(place: Place, host: str, root: Path) -> None:
    """Put the host's own key, and what opens it, into its tree."""
    for suffix, mode in (("", 0o600), (".pub", 0o644)):
        source = host_key(place, host)
        write(root / "etc/ssh" / (source.name + suffix), Path(f"{source}{suffix}").read_text(encoding="utf-8"), mode)
    public = Path(f"{place.key}.pub").read_text(encoding="utf-8")
    for home in (root / "root/.ssh", root / "home/ops/.ssh"):
        write(home / "authorized_keys", public, 0o600)
        home.chmod(0o700)
    ssh = root / "root/.ssh"
    shutil.copy(place.key, ssh / "id_ed25519")
    (ssh / "id_ed25519").chmod(0o600)
    write(ssh / "known_hosts", known_hosts(place))
