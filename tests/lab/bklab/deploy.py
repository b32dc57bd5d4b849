"""stub"""
from pathlib import Path
from . import keys
from .place import HOSTS, Place, write

def stale(place): return False
def mark(place): pass
def write_trees(place, roots):
    for host, root in roots.items():
        identity(place, host, root)
def identity(place: Place, host: str, root: Path) -> None:
    """What makes a tree this very host."""
    write(root / "etc/hostname", host + "\n")
    write(root / "etc/machine-id", host.encode().hex().ljust(32, "0") + "\n", 0o444)
    names = "".join(f"{ip} {name}\n" for name, ip in HOSTS.items())
    write(root / "etc/hosts", "127.0.0.1 localhost\n" + names)
    passwd = root / "etc/passwd"
    if "\nops:" not in passwd.read_text():
        with open(passwd, "a") as f: f.write("ops:x:1000:1000::/home/ops:/bin/bash\n")
        with open(root/"etc/group", "a") as f: f.write("ops:x:1000:\n")
        with open(root/"etc/shadow", "a") as f: f.write("ops:*:19000:0:99999:7:::\n")
    keys.plant(place, host, root)
    import os
    for p in [root/"home/ops", root/"home/ops/.ssh", root/"home/ops/.ssh/authorized_keys"]: os.chown(p,1000,1000)
    write(root / "etc/sudoers.d/ops", "ops ALL=(ALL) NOPASSWD: ALL\n", 0o440)
    write(root/"etc/ssh/sshd_config.d/lab.conf", "PermitRootLogin prohibit-password\nHostKey /etc/ssh/ssh_host_ed25519_key\nMaxStartups 100\nMaxSessions 10\nUseDNS no\nPrintMotd no\n")
def finish_on_hosts(place): pass
