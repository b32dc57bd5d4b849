"""The files of a host, written into its tree while it is off.

identity: what makes it this host and lets SSH in. platform: the stand-ins for programs that the distribution lacks.
services: units and their tiny binaries. products: /data/bkce with versions, virtualenvs and marks.
"""

import json
import os
import shutil
from pathlib import Path

from . import business_topology, keys
from .place import HERE, HOSTS, Place, write
from .programs import PAGES, REPLIES, program
from .release import STORES, Release, Unit

SSHD = """\
PermitRootLogin prohibit-password
HostKey /etc/ssh/ssh_host_ed25519_key
MaxStartups 100
UseDNS no
PrintMotd no
KexAlgorithms -sntrup761*
"""
"""The last line: CentOS 7 has no such key exchange, and here it would cost 0.1 s of processor time for each login."""
USERS = {"ops": (1000, "/home/ops", "/bin/bash"), "blueking": (10000, "/home/blueking", "/bin/bash")}
UNIT = """\
[Unit]
Description=BlueKing {name} (stand-in)
After=network-online.target
PartOf={partof}

[Service]
ExecStart={binary}
Restart=on-failure
RestartSec=3s

[Install]
WantedBy=multi-user.target {target}
"""
TARGET = "[Unit]\nDescription=all of {name} at once (stand-in)\n\n[Install]\nWantedBy=multi-user.target\n"
GENERATORS = (
    "cryptsetup", "debug", "getty", "gpt-auto", "hibernate-resume", "integritysetup", "rc-local", "run",
    "system-update", "sysv", "veritysetup",
)  # fmt: skip
"""systemd runs all of them at each of a hundred daemon-reloads, and none has anything to find on a host of the lab."""
HEALTH = '{"ok":true,"server_up":1,"result":true}\n'
WANTS = "etc/systemd/system/multi-user.target.wants"


def identity(place: Place, host: str, root: Path) -> None:
    write(root / "etc/hostname", host + "\n")
    (root / "etc/machine-id").unlink(missing_ok=True)
    write(root / "etc/machine-id", host.encode().hex().ljust(32, "0") + "\n", 0o444)
    write(root / "etc/hosts", "127.0.0.1 localhost\n" + "".join(f"{ip} {name}\n" for name, ip in HOSTS.items()))
    write(root / "etc/blueking/env/local.env", f"LAN_IP={HOSTS[host]}\n")
    write(root / "etc/resolv.conf", "nameserver 127.0.0.1\n")
    write(root / "etc/locale.conf", "LANG=en_US.UTF-8\n")
    write(root / "etc/systemd/system.conf.d/lab.conf", "[Manager]\nDefaultTimeoutStopSec=10s\n")
    masked = root / "etc/systemd/system-generators"
    masked.mkdir(parents=True, exist_ok=True)
    for name in GENERATORS:
        (masked / f"systemd-{name}-generator").symlink_to("/dev/null")
    _users(root)
    keys.plant(place, host, root)
    for path in (root / "home/ops", root / "home/ops/.ssh", root / "home/ops/.ssh/authorized_keys"):
        os.chown(path, *[USERS["ops"][0]] * 2)
    write(root / "etc/ssh/sshd_config.d/lab.conf", SSHD)
    write(root / "etc/sudoers.d/ops", "ops ALL=(ALL) NOPASSWD: ALL\n", 0o440)


def _users(root: Path) -> None:
    for name, (number, home, shell) in USERS.items():
        for file, line in (
            ("passwd", f"{name}:x:{number}:{number}::{home}:{shell}\n"),
            ("group", f"{name}:x:{number}:\n"),
            ("shadow", f"{name}:*:19000:0:99999:7:::\n"),
        ):
            with open(root / "etc" / file, "a", encoding="utf-8") as out:
                out.write(line)
        (root / home.lstrip("/")).mkdir(parents=True, exist_ok=True)


def platform(host: str, root: Path) -> None:
    vendor = HERE / "vendor"
    for name in ("mysql", "mysqldump", "mysqladmin"):
        (root / "usr/bin" / name).unlink(missing_ok=True)
    shutil.copytree(vendor / "host", root, dirs_exist_ok=True, symlinks=True)
    for name in ("mysqldump", "mysqladmin"):
        (root / "usr/bin" / name).symlink_to("mysql")
    for name in ("mongo", "mongorestore", "bsondump"):
        (root / "usr/bin" / name).symlink_to("mongodump")
    shutil.copytree(vendor / "pristine", root / "data/lab/pristine", dirs_exist_ok=True)
    lib = root / "usr/local/lib/bklab"
    write(lib / "www/healthz", HEALTH)
    for path in ("", "console/", "api/", "v1/"):  # PaaS alone has a slash at the end of its health address
        write(lib / "www-paas" / path / "healthz/index.html", HEALTH)
    for path, body in PAGES.items():
        write(lib / f"www-{path}", body)
    (lib / "replies").mkdir(parents=True)
    for name, reply in REPLIES.items():
        (lib / "replies" / name).write_bytes(reply)
    (root / "opt/py36/bin/python3").symlink_to("/usr/bin/python3")
    (root / "opt/py36/lib/python").rename(root / "opt/py36/lib" / (root / "usr/bin/python3").readlink().name)
    if host in ("h2", "h3"):
        _more_platform(root)
    write(root / "root/.bash_profile", "[ -f ~/.bashrc ] && . ~/.bashrc\n")
    write(root / "root/.bashrc", "# .bashrc\n")
    (root / "root/.profile").unlink(missing_ok=True)
    write(root / "root/.hushlogin", "")
    _consul(host, root)


def _more_platform(root: Path) -> None:
    """Docker, as `yum install` would have brought it (vendor/host/usr/bin/yum), and openresty."""
    shutil.copytree(HERE / "vendor/openresty", root, dirs_exist_ok=True)
    for tool in ("docker", "dockerd"):
        (root / "usr/bin" / tool).symlink_to(f"/usr/lib/bklab-docker/{tool}")
    units = root / "usr/lib/bklab/docker-ce"
    for name in ("docker", "containerd"):
        shutil.copy(units / f"{name}.service", root / "usr/lib/systemd/system")


def _consul(host: str, root: Path) -> None:
    servers = ", ".join(f'"{ip}"' for ip in HOSTS.values())
    write(
        root / "etc/consul.d/consul.json",
        f'{{"bind_addr": "{HOSTS[host]}", "node_name": "{host}", "server": true, "retry_join": [{servers}]}}\n',
    )
    enable(root, "consul")
    enable(root, "bklab-cgroup")


def enable(root: Path, unit: str, target: str = "multi-user.target") -> None:
    wants = root / f"etc/systemd/system/{target}.wants"
    wants.mkdir(parents=True, exist_ok=True)
    link = wants / f"{unit}.service"
    link.unlink(missing_ok=True)
    link.symlink_to(f"/usr/lib/systemd/system/{unit}.service")


def services(host: str, root: Path, release: Release) -> None:
    mine = [unit for unit in release.units if unit.host == host]
    for unit in mine:
        _service(root, unit)
    for unit in [*mine, *(unit for unit in STORES if unit.host == host)]:
        if unit.consul:
            _register(root, unit, HOSTS[host])
    for target in {unit.target for unit in mine if unit.target}:
        write(root / "usr/lib/systemd/system" / target, TARGET.format(name=target))
        link = root / WANTS / target
        link.unlink(missing_ok=True)
        link.symlink_to(f"/usr/lib/systemd/system/{target}")
    entrance = ["containerd", "docker", "openresty", "consul-template"]
    for unit in {"h1": ["redis@default"], "h2": entrance, "h3": entrance}[host]:
        _enable_instance(root, unit)


def _enable_instance(root: Path, unit: str) -> None:
    enable(root, unit)
    if "@" in unit:
        link = root / WANTS / f"{unit}.service"
        link.unlink()
        link.symlink_to(f"/usr/lib/systemd/system/{unit.split('@')[0]}@.service")


def _service(root: Path, unit: Unit) -> None:
    binary = Path(os.path.normpath(f"/data/bkce/{unit.binary}"))
    write(root / binary.relative_to("/"), program(unit), 0o755)
    partof = f"blueking.target {unit.target}".strip()
    write(
        root / f"usr/lib/systemd/system/{unit.name}.service",
        UNIT.format(name=unit.name, partof=partof, binary=binary, target=unit.target),
    )
    enable(root, unit.name)
    if unit.target:
        enable(root, unit.name, unit.target)


def _register(root: Path, unit: Unit, ip: str) -> None:
    tag, _, name = unit.consul.rpartition(".")
    check = {"tcp": f"{ip}:{unit.port}", "interval": "10s"}
    service = {"id": f"{unit.consul}-{unit.host}", "name": name, "address": ip, "port": unit.port, "check": check}
    text = json.dumps({"service": service | ({"tags": [tag]} if tag else {})}) + "\n"
    write(root / f"etc/consul.d/service/{name}{'-' + tag if tag else ''}.json", text)


def products(host: str, root: Path, release: Release) -> None:
    home = root / "data/bkce"
    for product in release.installed[host].split():
        write(home / product / "VERSION", release.versions[product] + "\n")
    for name in release.venvs.get(host, []):
        write(home / ".envs" / name / "bin/activate", "# stand-in for a virtualenv\n")
        write(home / ".envs" / name / "pyvenv.cfg", "version = 3.6.15\n")
    write(home / ".installed_module", "".join(f"{name}\n" for name in release.signed[host].split()))
    for directory in ("logs", "etc", "cert"):
        (home / directory).mkdir(parents=True, exist_ok=True)
    if host == "h2":
        page = "<html><script>BK_JOB_API=http://jobapi.bktencent.com:80</script></html>\n"
        write(home / "job/frontend/index.html", page)
    if host == "h3":
        write(home / "etc/job/job-common/application.yml", "job:\n  web:\n    domain: bktencent.com\n")
    if host in ("h2", "h3"):
        _docker(root)
        # what the ESB's stand-in answers from: each entrance its own
        text = json.dumps(business_topology.state(release), indent=1, ensure_ascii=False)
        write(root / "var/lib/bklab/esb.json", text, 0o600)


def _docker(root: Path) -> None:
    """As 6.1 left it on SaaS hosts: the data-root that 6.2's installation will quietly change."""
    text = (
        '{"data-root": "/data/bkce/public/paas_agent/docker", "exec-opts": ["native.cgroupdriver=cgroupfs"],'
        ' "bridge": "none", "iptables": false, "live-restore": true, "storage-driver": "overlay2"}\n'
    )
    write(root / "etc/docker/daemon.json", text)
