"""An operator's first quarter of an hour, from a bare machine to `bkrec diff`: done for real, and written down.

    pytest -m campaign -s tests/lab/test_first_quarter_hour.py      # writes docs/measured/first-quarter-hour.json
    python docs/first_quarter_hour.py                               # makes the pages of it

The operator's machine is a Debian 11 without Python, in a network that ends at a bastion; there sshd listens on port
36000 and the user's name has a `#`. The agent holds eight keys, of which the bastion's sshd hears six. The controller
speaks English, the other hosts Chinese. Each command is typed on a terminal, once for each language of the operator.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docs.first_quarter_hour import RECORDING, STEPS
from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS, LabError, quiet, sh
from tests.lab.support.bare import Bare, bundle
from tests.lab.support.operator import fresh, on, until
from tests.lab.support.terminal import LOCALES, in_terminal, terminal, typed

pytestmark = [pytest.mark.campaign, pytest.mark.lab, pytest.mark.timeout(1800)]
HOST_LANG = {"h1": "en_US.UTF-8", "h2": "zh_CN.UTF-8", "h3": "zh_CN.UTF-8"}
BASTION_USER = "ops#root"
BASTION_PORT = 36000
BASTION, DESK = "172.20.1.1", "172.20.1.2"
SSH_CONFIG = f"""\
Host bastion
  HostName {BASTION}
  Port {BASTION_PORT}
  User {BASTION_USER}

Host 10.0.0.*
  User root
  ProxyJump bastion
"""


@dataclass(slots=True)
class Network:
    """Operator - bastion - lab: two cables, and nothing forwards packets from one to the other."""

    lab: Lab

    @property
    def desk(self) -> str:
        return f"{self.lab.place.netns}-desk"

    @property
    def bastion(self) -> str:
        return f"{self.lab.place.netns}-bastion"

    def up(self) -> None:
        self.down()
        for name in (self.desk, self.bastion):
            sh("ip", "netns", "add", name)
            sh("ip", "-n", name, "link", "set", "lo", "up")
        self._cable(self.lab.place.netns, "vbastion", self.bastion, "inner")
        sh("ip", "-n", self.lab.place.netns, "link", "set", "vbastion", "master", "br0")
        sh("ip", "-n", self.bastion, "addr", "add", "10.0.0.253/24", "dev", "inner")
        self._cable(self.bastion, "outer", self.desk, "eth0")
        sh("ip", "-n", self.bastion, "addr", "add", f"{BASTION}/24", "dev", "outer")
        sh("ip", "-n", self.desk, "addr", "add", f"{DESK}/24", "dev", "eth0")

    def _cable(self, one: str, device: str, other: str, peer: str) -> None:
        sh("ip", "-n", one, "link", "add", device, "type", "veth", "peer", "name", peer, "netns", other)
        sh("ip", "-n", one, "link", "set", device, "up")
        sh("ip", "-n", other, "link", "set", peer, "up")

    def down(self) -> None:
        for name in (self.desk, self.bastion):
            quiet("ip", "netns", "del", name)
        quiet("ip", "-n", self.lab.place.netns, "link", "del", "vbastion")


@pytest.fixture(scope="module")
def network(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    fresh(lab, tmp_path_factory.mktemp("lab") / "desk")
    for host, lang in HOST_LANG.items():
        on(lab, host, f"echo LANG={lang} | tee /etc/default/locale /etc/locale.conf")
        on(lab, host, f"echo export LC_ALL={lang} > /etc/profile.d/lang.sh")
        assert on(lab, host, "echo $LANG") == f"{lang}\n"
    network = Network(lab)
    network.up()
    try:
        yield network
    finally:
        network.down()


@pytest.fixture(scope="module")
def bastion(network: Network) -> Iterator[Bare]:
    with Bare(name=f"b{os.getpid()}", netns=network.bastion) as machine:
        root = machine.root
        # useradd refuses such a name
        with (root / "etc/passwd").open("a", encoding="ascii") as file:
            file.write(f"{BASTION_USER}:x:1000:1000::/home/ops:/bin/sh\n")
        with (root / "etc/shadow").open("a", encoding="ascii") as file:
            file.write(f"{BASTION_USER}:*:19000:0:99999:7:::\n")
        ssh = root / "home/ops/.ssh"
        ssh.mkdir(parents=True)
        shutil.copy(f"{network.lab.place.key}.pub", ssh / "authorized_keys")
        for path in (ssh, ssh / "authorized_keys"):
            os.chown(path, 1000, 1000)
        machine.run("mkdir", "-p", "/run/sshd").must(0)
        options = (f"Port={BASTION_PORT}", "PasswordAuthentication=no", "MaxAuthTries=6", "UseDNS=no")
        log = machine.home / "sshd.log"
        with log.open("wb") as stderr:
            server = subprocess.Popen(
                machine.command("/usr/sbin/sshd", "-D", "-e", *(f"-o{option}" for option in options)),
                stdin=subprocess.DEVNULL, stderr=stderr,
            )  # fmt: skip
        try:
            until(lambda: b"listening" in log.read_bytes(), 20, "the bastion's sshd listens")
            yield machine
        finally:
            server.terminate()
            server.wait(20)


@contextlib.contextmanager
def operator(network: Network, archive: Path, lang: str) -> Generator[Bare]:
    """A bare machine with an agent that holds eight keys, the useful one last."""
    with Bare(name=f"{lang}{os.getpid()}", netns=network.desk) as machine:
        shutil.copy(archive, machine.root / "root" / archive.name)
        ssh = machine.root / "root/.ssh"
        ssh.mkdir(mode=0o700)
        shutil.copy(network.lab.place.key, ssh / "bk")
        command = machine.command("ssh-agent", "-D", "-a", "/root/.ssh/agent")
        agent = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            until((ssh / "agent").exists, 20, "the agent listens")
            environment = {"SSH_AUTH_SOCK": "/root/.ssh/agent"}
            keys = " ".join(f"k{number}" for number in range(1, 8))
            script = f"""
                set -e
                cd /root/.ssh
                for key in {keys}; do ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$key"; done
                ssh-keygen -q -c -C bk -f bk > /dev/null
                ssh-keygen -yf bk > bk.pub
                ssh-add -q {keys} bk
                rm {keys} bk k*.pub"""
            machine.run("sh", "-c", script, env=environment).must(0)
            (ssh / "config").write_text(SSH_CONFIG, encoding="ascii")
            yield machine
        finally:
            agent.terminate()
            agent.wait(20)


@pytest.fixture(scope="module")
def archive() -> Path:
    return bundle("x86_64")


@pytest.fixture(scope="module")
def recording(network: Network, bastion: Bare, archive: Path) -> dict[str, list[dict[str, Any]]]:
    recorded: dict[str, list[dict[str, Any]]] = {}
    for lang in LOCALES:
        with operator(network, archive, lang) as machine:
            recorded[lang] = [
                {"name": step.name} | _typed(machine, step.command.replace("VERSION", _version(archive)), lang)
                for step in STEPS
            ]
    for lang, steps in recorded.items():
        for step in steps:
            print(f"\n[{lang}] $ {step['command']}", *step["output"][:60], sep="\n")
            print(f"[exit {step['exit']}, {step['seconds']} s]")
    return recorded


def _typed(machine: Bare, command: str, lang: str) -> dict[str, Any]:
    environment = {"SSH_AUTH_SOCK": "/root/.ssh/agent", **terminal(lang)}
    return typed(command, machine.command("sh", "-c", in_terminal("/root", command), env=environment))


def _version(archive: Path) -> str:
    found = re.fullmatch(r"bkrec-(.*)-linux-x86_64\.tar\.gz", archive.name)
    if found is None:
        raise LabError(f"{archive.name} is no bundle")
    return found[1]


def test_from_nothing_to_diff(recording: dict[str, list[dict[str, Any]]]) -> None:
    for lang, steps in recording.items():
        ended = {step["name"]: step["exit"] for step in steps}
        assert ended == {step.name: step.exit for step in STEPS}, lang
        output = {step["name"]: "\n".join(step["output"]) for step in steps}
        assert all(ip in output["diff"] for ip in HOSTS.values())
        assert sum(step["seconds"] for step in steps) < 15 * 60
    text = json.dumps(recording, ensure_ascii=False, indent=1)
    assert "CANARY" not in text
    RECORDING.write_text(text + "\n", encoding="utf-8")


def test_the_bastion_is_the_only_way(network: Network, bastion: Bare) -> None:
    assert _opens(network.lab.place.netns, "10.0.0.1", 22)
    assert not _opens(network.desk, "10.0.0.1", 22)
    assert _opens(network.desk, BASTION, BASTION_PORT)


def _opens(netns: str, address: str, port: int) -> bool:
    command = ["ip", "netns", "exec", netns, "timeout", "5", "bash", "-c", f"echo > /dev/tcp/{address}/{port}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
