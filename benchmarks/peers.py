"""Other tools that ask the same endpoints for the same answers, in the same run: what `check.py --peers` measures.

Each tool asks for what bkrec asked in the run before; the scripts themselves are there already (`endpoint.py`), so that
no tool sends as many bytes as bkrec. As many hosts at once as bkrec connects to; host keys are checked. "Five tasks" is
what one writes by nature, a task (or a fact) for each kind of thing that is read; "one script" is the fastest that a
tool can do, with whatever comes back left for somebody else to read.

Tools are used where they are installed: ansible-playbook and pyinfra in an environment of their own (`python3 -m venv
VENV; VENV/bin/pip install ansible-core pyinfra`), parallel-ssh of Debian's pssh. None is a dependency of bkrec.
"""

import shutil
import subprocess
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

AT_ONCE = 50
"""As many as bkrec (`SshSettings.max_connecting`)."""
PARTS = 5
ANSIBLE = """\
[defaults]
forks = {at_once}
interpreter_python = /usr/bin/python3
[ssh_connection]
pipelining = true
ssh_args = -C -o ControlMaster=auto -o ControlPersist=60s -F none -o UserKnownHostsFile={directory}/known_hosts
control_path_dir = {directory}/masters
"""
TASK = """\
    - ansible.builtin.shell: $BENCH_READ {part} {parts}
      changed_when: false
      register: read{part}
"""
FACTS = """\
from pyinfra import host
from pyinfra.facts.server import Command

for part in range(1, {parts} + 1):
    host.get_fact(Command, f"$BENCH_READ {{part}} {parts}")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    name: str
    parts: int
    """Commands that it sends to each host."""
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


def peers(directory: Path, addresses: Sequence[str], venv: Path | None) -> Iterator[Peer]:
    """Those that are installed. `directory` has the identity and known_hosts."""
    ansible, pyinfra = _program("ansible-playbook", venv), _program("pyinfra", venv)
    if ansible:
        yield from _ansible(ansible, directory, addresses)
    if pyinfra:
        yield from _pyinfra(pyinfra, directory, addresses)
    if pssh := shutil.which("parallel-ssh"):
        yield _pssh(pssh, directory, addresses)


def _program(name: str, venv: Path | None) -> str | None:
    own = None if venv is None else venv / "bin" / name
    return str(own) if own is not None and own.exists() else shutil.which(name)


def _ansible(program: str, directory: Path, addresses: Sequence[str]) -> Iterator[Peer]:
    config, inventory = directory / "ansible.cfg", directory / "inventory"
    config.write_text(ANSIBLE.format(at_once=AT_ONCE, directory=directory), encoding="utf-8")
    login = f"ansible_user=root ansible_ssh_private_key_file={directory}/identity"
    inventory.write_text("".join(f"{address} {login}\n" for address in addresses), encoding="ascii")
    environment = {"ANSIBLE_CONFIG": str(config), "ANSIBLE_LOCAL_TEMP": str(directory / "ansible.tmp")}
    for name, parts in (("Ansible, five tasks", PARTS), ("Ansible, one script", 1)):
        playbook = directory / f"playbook-{parts}.yml"
        playbook.write_text(_playbook(parts), encoding="ascii")
        command = (program, "-i", str(inventory), str(playbook))
        yield Peer(name=name, parts=parts, command=command, environment=environment)


def _playbook(parts: int) -> str:
    tasks = (TASK.format(part=part, parts=parts) for part in range(1, parts + 1))
    return f"- hosts: all\n  gather_facts: false\n  tasks:\n{''.join(tasks)}"


def _pyinfra(program: str, directory: Path, addresses: Sequence[str]) -> Iterator[Peer]:
    inventory = directory / "inventory.py"
    data = {"ssh_user": "root", "ssh_key": f"{directory}/identity", "ssh_known_hosts_file": f"{directory}/known_hosts"}
    inventory.write_text(f"hosts = ({list(addresses)!r}, {data!r})\n", encoding="utf-8")
    for name, parts in (("pyinfra, five facts", PARTS), ("pyinfra, one fact", 1)):
        deploy = directory / f"facts{parts}.py"
        deploy.write_text(FACTS.format(parts=parts), encoding="utf-8")
        command = (program, "--yes", "--parallel", str(AT_ONCE), str(inventory), str(deploy))
        yield Peer(name=name, parts=parts, command=command)


def _pssh(program: str, directory: Path, addresses: Sequence[str]) -> Peer:
    hosts, output = directory / "hosts", directory / "pssh.out"
    hosts.write_text("".join(f"{address}\n" for address in addresses), encoding="ascii")
    options = f"-F none -i {directory}/identity -o UserKnownHostsFile={directory}/known_hosts"
    command = (program, "-h", str(hosts), "-l", "root", "-p", str(AT_ONCE), "-t", "600", "-o", str(output))
    return Peer(name="pssh, one script", parts=1, command=(*command, "-x", options, "$BENCH_READ 1 1"))


@contextmanager
def cold(directory: Path) -> Generator[None]:
    """What a tool leaves connected for its next call is closed afterwards: every run logs in anew."""
    masters = directory / "masters"
    masters.mkdir(exist_ok=True)
    try:
        yield
    finally:
        for socket in masters.iterdir():
            subprocess.run(
                ["ssh", "-F", "none", "-O", "exit", "-S", str(socket), "any"], check=False, capture_output=True
            )
        shutil.rmtree(directory / "pssh.out", ignore_errors=True)


def unasked(sent: Path, addresses: Sequence[str], parts: int) -> list[str]:
    """The hosts that were not asked for every part, once each; `endpoint.py` writes down what it was asked."""
    expected = sorted(f"{part} {parts}" for part in range(1, parts + 1))
    asked = {address: sent / f"{address}.parts" for address in addresses}
    return [
        address
        for address, file in asked.items()
        if not file.exists() or sorted(file.read_text(encoding="ascii").splitlines()) != expected
    ]
