"""Where a lab keeps its things, and the one way its parts run commands.

Everything of one lab lies in /var/lib/bkrec-lab/<name> and in network namespaces whose names begin with
bkrec-lab-<name>, so that any number of labs live side by side and `down --purge` leaves nothing behind.
The base image is shared by all labs of the machine: its directory carries the hash of its recipe.

  /var/lib/bkrec-lab/base-<suite>-<hash> the lowest layer, read-only once built (disk)
  /var/lib/bkrec-lab/<name>/snap/S/hN  frozen upper layers and public directory of snapshot S (disk)
  /var/lib/bkrec-lab/<name>/run/hN     the running state of host N: upper, work, root, public (one tmpfs)
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
STORE = Path("/var/lib/bkrec-lab")
HOSTS = {"h1": "10.0.0.1", "h2": "10.0.0.2", "h3": "10.0.0.3"}
CONTROLLER = "h1"
OPERATOR_IP = "10.0.0.254"  # the address of the machine that runs bkrec, inside the lab's namespace
PRISTINE = "pristine"


class LabError(Exception):
    """The lab cannot go on; the text says why in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The paths and names of one lab."""

    name: str = "lab"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9]{0,11}", self.name):
            raise LabError(f"a lab's name is one to twelve of a-z 0-9, not {self.name!r}")

    @property
    def home(self) -> Path:
        return STORE / self.name

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def snap(self) -> Path:
        return self.home / "snap"

    @property
    def key(self) -> Path:
        return self.home / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        return self.home / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        return self.home / "ssh_config"

    @property
    def netns(self) -> str:
        return f"bkrec-lab-{self.name}"

    def host_netns(self, host: str) -> str:
        return f"{self.netns}-{host}"

    def host_run(self, host: str) -> Path:
        return self.run / host

    def root(self, host: str) -> Path:
        return self.run / host / "root"

    def inside(self, *command: str) -> list[str]:
        """COMMAND as it runs in the lab's network namespace."""
        return ["ip", "netns", "exec", self.netns, *command]


def sh(*command: str | Path, check: bool = True, quiet: bool = False) -> int:
    """Run a command; raise LabError with its last line of stderr when it fails and `check` is set."""
    out = subprocess.DEVNULL if quiet else None
    done = subprocess.run(
        [str(c) for c in command], stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False
    )
    if check and done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise LabError(f"{' '.join(str(c) for c in command)[:160]}: exit {done.returncode}: {last[0]}")
    return done.returncode


def quiet(*command: str | Path) -> int:
    """Run a command whose failure is an answer, not an error."""
    return sh(*command, check=False, quiet=True)


def mounted(path: Path) -> bool:
    mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    return any(line.split()[1] == str(path) for line in mounts)


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
