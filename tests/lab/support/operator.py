"""Where the operator of the acceptance tests sits: runs bkrec in the lab's network and keeps all that it said.

Nothing here waits for a time: `until` asks for a condition, and every command has a deadline.
"""

import contextlib
import difflib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from pprint import pformat
from typing import Any, TypeVar, cast

from tests.lab.machine import nspawn
from tests.lab.machine.api import Lab
from tests.lab.machine.nspawn import ssh_command
from tests.lab.machine.place import CONTROLLER, HOSTS, PRISTINE
from tests.lab.support.processes import CANARY
from tests.support.sshd import ssh_of

BKREC = Path(sys.executable).with_name("bkrec")
PACE = "etc/bklab-pace"
LEFT = (Path(__file__).parents[1] / "excluded.toml").read_text(encoding="utf-8")
"""What the tests of the slice leave out; those of the whole guide leave out nothing."""
PLACED = {"auth": "h3", "redis_cluster": "h3", "etcd": "h3", "apigw": "h1", "iam_search_engine": "h2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One command of bkrec and what came of it."""

    args: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float

    @property
    def all(self) -> str:
        return f"$ bkrec {' '.join(self.args)}\n{self.out}{self.err}[exit {self.code}, {self.seconds:.1f} s]\n"

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def must(self, code: int) -> "Said":
        assert self.code == code, f"exit {self.code}, not {code}\n{self.all[-6000:]}"
        return self


@dataclass(slots=True)
class Running:
    """bkrec at work; its words go to files, so that nothing waits for a reader."""

    args: tuple[str, ...]
    process: subprocess.Popen[bytes]
    home: Path
    began: float = field(default_factory=time.monotonic)

    @property
    def out(self) -> str:
        return (self.home / "out").read_text(encoding="utf-8")

    def goes_on(self) -> bool:
        """Fails with what it said where it has ended."""
        if self.process.poll() is not None:
            self.finish().must(0)
            raise AssertionError(f"ended too early\n{self.out[-3000:]}")
        return True

    def finish(self, timeout_s: float = 120) -> Said:
        code = self.process.wait(timeout_s)
        err = (self.home / "err").read_text(encoding="utf-8")
        return Said(args=self.args, code=code, out=self.out, err=err, seconds=time.monotonic() - self.began)


@dataclass(slots=True)
class Desk:
    """A directory of the operator's own: cluster.toml, ~/.ssh, journal, and everything bkrec ever said there."""

    lab: Lab
    home: Path
    whole: bool = False
    """All of the guide, not the slice alone."""
    said: list[Said] = field(default_factory=list[Said])
    started: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        ssh = self.home / ".ssh"
        ssh.mkdir(mode=0o700, exist_ok=True)
        place = self.lab.place
        (ssh / "config").write_text(f"Host *\n  IdentityFile {place.key}\n  UserKnownHostsFile {place.known_hosts}\n")
        self.configure()

    @property
    def cluster(self) -> Path:
        return self.home / "cluster.toml"

    @property
    def state(self) -> Path:
        return self.home / "state"

    def configure(self, **changes: str) -> None:
        left = {"left": ""} if self.whole else {}
        self.cluster.write_text(cluster_toml(self.lab, **left, **changes), encoding="utf-8")

    def bkrec(self, *args: str, timeout_s: float = 600) -> Said:
        began = time.monotonic()
        done = subprocess.run(
            self._command(args), cwd=self.home, env=self._environment(), stdin=subprocess.DEVNULL,
            capture_output=True, timeout=timeout_s, check=False,
        )  # fmt: skip
        out, err = done.stdout.decode(), done.stderr.decode()
        self.said.append(Said(args=args, code=done.returncode, out=out, err=err, seconds=time.monotonic() - began))
        return self.said[-1]

    def start(self, *args: str) -> Running:
        """The process is bkrec itself, not a wrapper: a signal to it is a signal to bkrec."""
        home = self.home / f"run{len(self.started) + 1}"
        home.mkdir()
        with (home / "out").open("wb") as out, (home / "err").open("wb") as err:
            process = subprocess.Popen(
                self._command(args), cwd=self.home, env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip
        self.started.append(process)
        return Running(args=args, process=process, home=home)

    @contextmanager
    def watched_over(self) -> Generator[None]:
        """Whatever fails inside, no bkrec that was started stays behind."""
        try:
            yield
        finally:
            for process in self.started:
                process.kill()
                process.wait()

    def check(self) -> dict[str, Any]:
        return self.bkrec("check", "-o", "json").document

    def drifted(self) -> set[str]:
        """The facts that differ; none may be unknown."""
        readings = self.check()
        assert readings["unknown"] == [], readings["unknown"]
        return {drift["fact"] for drift in readings["drift"]}

    def planned(self) -> list[dict[str, Any]]:
        return self.bkrec("plan", "-o", "json").document["steps"]

    def until_converged(self, timeout_s: float = 180) -> None:
        until(lambda: self.bkrec("check").code == 0, timeout_s, "check converged")

    def _command(self, args: tuple[str, ...]) -> list[str]:
        return self.lab.inside(str(BKREC), *args)

    def _environment(self) -> dict[str, str]:
        path = f"{ssh_of(self.home)}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.home), "XDG_STATE_HOME": str(self.state), "LC_ALL": "C.UTF-8"}


def cluster_toml(
    lab: Lab, *, md5: str = "", package: str = "/data/bkce-src-6.2.2.tgz", known_hosts: str = "", controller: str = "",
    ssh: str = "", left: str = LEFT,
) -> str:  # fmt: skip
    placement = "\n".join(f'{module} = ["{HOSTS[host]}"]' for module, host in PLACED.items())
    return f"""schema = "bkrec.cluster/1"
{left}name = "lab"
[controller]
address = "{HOSTS[CONTROLLER]}"
{controller}
[ssh]
identity = "{lab.place.key}"
known_hosts = "{known_hosts or lab.place.known_hosts}"
{ssh}
[package]
path = "{package}"
md5 = "{md5 or lab.package_md5}"
[placement]
{placement}
"""


def until(holds: Callable[[], Any], timeout_s: float, what: str) -> Any:
    """What it answered when it held; a failure names what never came true."""
    end = time.monotonic() + timeout_s
    while not (answer := holds()):
        assert time.monotonic() < end, f"not in {timeout_s:g} s: {what}"
        time.sleep(0.1)
    return answer


def on(lab: Lab, host: str, script: str, expect: int | None = 0) -> str:
    """SCRIPT as root on HOST, without a login shell."""
    done = lab.ssh(host, script)
    output_text = done.stdout.decode(errors="replace")
    assert expect is None or done.returncode == expect, (
        f"{host}: rc {done.returncode}\n{script}\n{output_text}\n{done.stderr}"
    )
    return output_text


def guide(lab: Lab, host: str, script: str) -> str:
    """SCRIPT in a login shell from a file, as an operator pastes the guide."""
    lab.ssh(host, "cat > /tmp/step.sh", stdin=f"export LC_ALL=en_US.UTF-8\n{script}\n".encode())
    done = lab.ssh(host, "bash -l /tmp/step.sh < /dev/null; rc=$?; rm -f /tmp/step.sh; exit $rc")
    output_text = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, f"rc {done.returncode}\n{output_text[-3000:]}"
    return output_text


def pace(lab: Lab, factor: str) -> None:
    """How long the stand-in takes over its steps: 0 does not wait, 1 is natural, 5 leaves time to pull a plug."""
    for host in HOSTS:
        (lab.place.root(host) / PACE).write_text(f"{factor}\n", encoding="ascii")


STEADY = r"""
wanted=7
youngest() { # seconds that what started last has run, the units' and the containers'; where a unit is starting, soon
    systemctl show --property=ActiveState,ActiveEnterTimestampMonotonic 'bk-*' 'consul*' \
        'zookeeper*' 'kafka*' 'mongod*' 'rabbitmq*' 'elasticsearch*' 'redis*' 'influxdb*' 'mysql@*' 'etcd*' |
        awk -v up="$(cut -d . -f 1 /proc/uptime)" -v age="$wanted" -v soon=$((wanted - 1)) -F = '
            /^ActiveState=/ { rests = $2 == "inactive" || $2 == "failed"; if (!rests && $2 != "active") starting = 1 }
            /^ActiveEnter/ { if (!rests && up - $2 / 1000000 < age) age = up - $2 / 1000000 }
            END { print (starting && age > soon ? soon : int(age)) }'
    command -v docker > /dev/null || return 0
    docker ps -q | xargs -r docker inspect -f '{{.State.StartedAt}}' | date -f - +%s |
        awk -v now="$(date +%s)" -v age="$wanted" '{ if (now - $1 < age) age = now - $1 } END { print int(age) }'
}
tries=0
while [ "$tries" -lt 60 ]; do
    age=$(youngest | sort -n | head -n 1)
    [ "$age" -lt "$wanted" ] || break
    sleep $((wanted - age))
    tries=$((tries + 1))
done
"""
"""Until every unit and container of the host has run for a while: asked there, which costs less than `bkrec check`."""


def steady(lab: Lab) -> None:
    waiting = [
        subprocess.Popen(ssh_command(lab.place, host, STEADY), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for host in HOSTS
    ]
    for process in waiting:
        process.communicate(timeout=90)


def _young(desk: Desk) -> bool:
    text = desk.bkrec("check", "-o", "json").out
    return "steady.recently-started" in text or "container.unsteady" in text


def fresh(lab: Lab, home: Path, snapshot: str = PRISTINE, *, whole: bool = False) -> Desk:
    """Back to SNAPSHOT, and `settled`; not booted once more where it has just come up there."""
    if not (lab.untouched and snapshot == PRISTINE):
        lab.reset(snapshot)
    return settled(lab, home, whole=whole)


def settled(lab: Lab, home: Path, *, whole: bool = False) -> Desk:
    """The hosts booted to the end; and asked, since what MariaDB opens first is copied by the overlay.

    Asked until every unit and container has run for a while, too: else two looks would tell two stories.
    """
    nspawn.wait_booted(lab.place, list(HOSTS))
    pace(lab, "0")
    steady(lab)
    desk = Desk(lab, home, whole)
    until(lambda: not _young(desk), 60, "every unit and container has run for a while")
    return desk


def undated(check: dict[str, Any]) -> dict[str, Any]:
    """What a check says of the cluster, without when it was made: the same cluster gives the same."""
    assert check["checked"]
    return {name: value for name, value in check.items() if name not in ("checked", "last_success")}


T = TypeVar("T")
HISTORY = ("since", "times", "flapping")
"""Of each finding: what the machine that checks remembers of its own checks before."""


def of_the_cluster(check: dict[str, Any]) -> dict[str, Any]:
    """What a check says of the cluster, whatever machine it was made on: without that machine's history."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            found = cast(dict[str, Any], value)
            return {name: without(part) for name, part in found.items() if name not in HISTORY}
        return [without(part) for part in cast(list[Any], value)] if isinstance(value, list) else value

    return without(undated(check))


def same_from_both(ours: Callable[[], T], theirs: Callable[[], T], timeout_s: float = 300) -> T:
    """What `theirs` says, held against `ours` before and after it. A cluster on its way (a service that consul finds
    again) changes what both say: then they are asked again."""

    def asked() -> tuple[T, T] | None:
        before, there = ours(), theirs()
        return (before, there) if before == ours() else None

    here, there = until(asked, timeout_s, "one machine said the same twice")
    assert there == here, "\n".join(difflib.unified_diff(pformat(here).splitlines(), pformat(there).splitlines(), n=2))
    return there


def jobs(lab: Lab, host: str, prefix: str) -> list[Path]:
    """Directories of the jobs of that name on HOST, seen from outside."""
    return sorted((lab.place.root(host) / "var/lib/bkrec/jobs").glob(f"{prefix}*"))


@contextmanager
def measured(what: str) -> Generator[None]:
    began = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - began:.1f} s")


def with_canary(root: Path) -> Iterator[Path]:
    """Files below ROOT that hold a secret."""
    for path in root.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and not path.is_symlink() and CANARY in path.read_bytes():
                yield path
