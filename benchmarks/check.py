"""`bkrec check` on N real sshd endpoints beside asyncssh alone: `sudo python -m benchmarks.check [--json FILE]`.

Bars at 100 hosts: at most 1.25 times the floor's time, and 3 times its processor time, converged or all different. The
floor (`bare.py`) sends the very bytes that bkrec sent to each host in the run before it, over one connection and one
channel, and throws the answers away. Both are whole processes, Python's own start included, and take turns, so that
what else the machine does weighs on both. Answers: `record.py`. Medians.

--peers: other tools, which ask the same endpoints for the same answers in the same run (`peers.py`).
"""

import argparse
import json
import os
import pstats
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import endpoints
from benchmarks import peers as others
from benchmarks.cluster import ANSWERS, SIZES, STATES, base_of
from benchmarks.endpoint import PROGRAMS
from tests.sim.big import address

ROOT = Path(__file__).resolve().parents[1]
BAR_TIME, BAR_CPU = 1.25, 3.0
NO_VENV = Path("/nonexistent")
"""No environment of the other tools' own: what is on PATH."""
ENDED = {"converged": (0, 2), "different": (2,)}
"""Exit codes that count. A cluster of more hosts than were ever upgraded differs in what its controller's scripts
would have written about them."""
CLUSTER = """\
schema = "bkrec.cluster/1"
name = "bench"
[controller]
address = "10.0.0.1"
[ssh]
identity = "{directory}/identity"
known_hosts = "{directory}/known_hosts"
[package]
path = "/data/bkce-src-6.2.2.tgz"
md5 = "{md5}"
[placement]
auth = ["10.0.0.3"]
redis_cluster = ["10.0.0.3"]
etcd = ["10.0.0.3"]
apigw = ["10.0.0.1"]
iam_search_engine = ["10.0.0.2"]
"""


PROFILED = """\
import cProfile, sys, time
measured, *sys.argv = sys.argv[1:]
watch = cProfile.Profile(time.process_time)
from reconciler.cli.main import main
try:
    watch.runcall(main)
finally:
    watch.dump_stats(measured)
"""
"""Processor time: the machine has other work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Of one process and its children."""

    seconds: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    hosts: int
    state: str
    runs: int
    bkrec_s: float
    bare_s: float
    time_ratio: float
    bkrec_cpu_s: float
    bare_cpu_s: float
    cpu_ratio: float
    peak_mb: float
    rounds: float
    """Programs sent, per host."""
    peers: tuple["PeerRow", ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRow:
    """Another tool, in turn with bkrec."""

    name: str
    seconds: float
    cpu_s: float
    time_ratio: float
    """Its time as a multiple of bkrec's."""
    cpu_ratio: float


def run(command: Sequence[str], environment: Mapping[str, str], ended: Sequence[int] = (0,)) -> Usage:
    began = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/"
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ended:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}\n{said.decode()[-2000:]}")
    return Usage(seconds=seconds, cpu_s=usage.ru_utime + usage.ru_stime, peak_mb=usage.ru_maxrss / 1024)


def measure(hosts: int, state: str, runs: int, directory: Path, md5: str, peers: Path | None = None) -> Row:
    addresses = [address(number) for number in range(hosts)]
    sent = directory / f"sent-{state}-{hosts}"
    sent.mkdir()
    bkrec, bare = prepare(directory, md5)
    environment = environment_in(directory)
    recorded = ANSWERS / state / str(hosts)
    tools = list(others.peers(directory, addresses, peers)) if peers else []
    ours: list[Usage] = []
    floor: list[Usage] = []
    theirs: dict[str, list[Usage]] = {tool.name: [] for tool in tools}
    programs: list[int] = []
    with endpoints.serving(directory, addresses, endpoints.replaying(base_of, recorded, sent)):
        for number in range(runs + 1):  # the first one warms up
            for file in sent.iterdir():
                file.unlink()
            usage = run(bkrec, environment, ENDED[state])
            if (sent / "unanswered").exists():
                raise SystemExit(f"not recorded:\n{(sent / 'unanswered').read_text(encoding='utf-8')[:2000]}")
            programs.append(sum(len(file.read_text(encoding="utf-8").splitlines()) for file in sent.iterdir()))
            snapshot = directory / f"{sent.name}{PROGRAMS}"
            shutil.rmtree(snapshot, ignore_errors=True)
            shutil.copytree(sent, snapshot)
            least = run([*bare, str(snapshot)], environment)
            if number:
                ours.append(usage)
                floor.append(least)
                for tool in tools:
                    theirs[tool.name].append(run_peer(tool, environment, directory, sent, addresses))
    return row(hosts, state, ours, floor, theirs, statistics.median(programs) / hosts)


def run_peer(
    peer: others.Peer, environment: Mapping[str, str], directory: Path, sent: Path, addresses: Sequence[str]
) -> Usage:
    for file in sent.glob("*.parts"):
        file.unlink()
    with others.cold(directory):
        usage = run(peer.command, {**environment, **peer.environment})
    if missing := others.unasked(sent, addresses, peer.parts):
        raise SystemExit(f"{peer.name}: not asked, or more than once: {' '.join(missing)}")
    return usage


def environment_in(directory: Path) -> dict[str, str]:
    environment = {
        **os.environ,
        "HOME": str(directory),
        "XDG_STATE_HOME": str(directory / "state"),
        "LC_ALL": "C.UTF-8",
    }
    environment.pop("SSH_AUTH_SOCK", None)
    return environment


def prepare(directory: Path, md5: str) -> tuple[list[str], list[str]]:
    cluster = directory / "cluster.toml"
    cluster.write_text(CLUSTER.format(directory=directory, md5=md5), encoding="utf-8")
    cluster.chmod(0o600)
    bkrec = str(Path(sys.executable).with_name("bkrec"))
    bare = [sys.executable, str(ROOT / "benchmarks/bare.py"), str(directory / "identity")]
    return [bkrec, "-c", str(cluster), "check"], [*bare, str(directory / "known_hosts")]


def row(
    hosts: int,
    state: str,
    ours: Sequence[Usage],
    floor: Sequence[Usage],
    theirs: Mapping[str, Sequence[Usage]],
    rounds: float,
) -> Row:
    pairs = list(zip(ours, floor, strict=True))
    return Row(
        hosts=hosts,
        state=state,
        runs=len(pairs),
        bkrec_s=statistics.median(each.seconds for each in ours),
        bare_s=statistics.median(each.seconds for each in floor),
        time_ratio=statistics.median(a.seconds / b.seconds for a, b in pairs),
        bkrec_cpu_s=statistics.median(each.cpu_s for each in ours),
        bare_cpu_s=statistics.median(each.cpu_s for each in floor),
        cpu_ratio=statistics.median(a.cpu_s / b.cpu_s for a, b in pairs),
        peak_mb=max(each.peak_mb for each in ours),
        rounds=rounds,
        peers=tuple(peer_row(name, usages, ours) for name, usages in theirs.items()),
    )


def peer_row(name: str, usages: Sequence[Usage], ours: Sequence[Usage]) -> PeerRow:
    pairs = list(zip(usages, ours, strict=True))
    return PeerRow(
        name=name,
        seconds=statistics.median(each.seconds for each in usages),
        cpu_s=statistics.median(each.cpu_s for each in usages),
        time_ratio=statistics.median(a.seconds / b.seconds for a, b in pairs),
        cpu_ratio=statistics.median(a.cpu_s / b.cpu_s for a, b in pairs),
    )


def line(row: Row) -> str:
    return (
        f"{row.hosts:5}  {row.state:9}  {row.bkrec_s:7.2f}  {row.bare_s:6.2f}  {row.time_ratio:6.2f}"
        f"  {row.bkrec_cpu_s:9.2f}  {row.bare_cpu_s:8.2f}  {row.cpu_ratio:6.2f}  {row.rounds:6.2f}  {row.peak_mb:7.0f}"
        + "".join(
            f"\n  {peer.name:20} {peer.seconds:7.2f} s, {peer.time_ratio:.2f} times bkrec's; processor"
            f" {peer.cpu_s:.2f} s, {peer.cpu_ratio:.2f} times"
            for peer in row.peers
        )
    )


def profile(hosts: int, state: str, directory: Path, md5: str) -> dict[str, float]:
    """Where bkrec's own processor time goes."""
    addresses = [address(number) for number in range(hosts)]
    sent = directory / "sent"
    sent.mkdir()
    bkrec, _ = prepare(directory, md5)
    environment = environment_in(directory)
    measured = directory / "profile"
    watched = [sys.executable, "-c", PROFILED, str(measured), *bkrec]
    with endpoints.serving(directory, addresses, endpoints.replaying(base_of, ANSWERS / state / str(hosts), sent)):
        subprocess.run(watched, env=environment, stdout=subprocess.DEVNULL, check=False)
    stats: Any = pstats.Stats(str(measured))
    stats.sort_stats("tottime").print_stats(30)
    return shares({function: row[2] for function, row in stats.stats.items()})


def shares(seconds: Mapping[tuple[str, int, str], float]) -> dict[str, float]:
    """Of the processor time, by whose code it is."""
    total, parts = sum(seconds.values()), dict[str, float]()
    for (file, _, _), own_s in seconds.items():
        part = _part(file)
        parts[part] = parts.get(part, 0.0) + own_s / total
    return dict(sorted(parts.items(), key=lambda item: -item[1]))


def _part(file: str) -> str:
    if not file.startswith("/"):
        return "Python's built-in functions, compiled code"
    if "/site-packages/" in file:
        return file.partition("/site-packages/")[2].split("/")[0].removesuffix(".py")
    if str(ROOT) in file:
        return "bkrec: " + "/".join(Path(file).relative_to(ROOT).parts[:2]).removesuffix(".py")
    return (
        "standard library: " + Path(file).parent.name
        if Path(file).parent.name in ("asyncio", "re")
        else "standard library"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--hosts", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--states", nargs="+", default=STATES, choices=STATES)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--profile", action="store_true", help="where the time goes, at the last of --hosts and --states"
    )
    parser.add_argument(
        "--peers",
        nargs="?",
        type=Path,
        const=NO_VENV,
        metavar="VENV",
        help="other tools too: those of this environment, and those on PATH",
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.inside:
        words = [sys.executable, "-m", "benchmarks.check", "--inside", *sys.argv[1:]]
        os.execvp(endpoints.UNSHARE[0], [*endpoints.UNSHARE, *words])
    endpoints.own_machine()
    rows: list[Row] = []
    heading = "hosts  state      bkrec s  bare s   ratio  bkrec cpu  bare cpu   ratio  rounds  peak MB"
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        endpoints.make_keys(directory, [address(number) for number in range(max(args.hosts))])
        md5 = (ANSWERS / "md5").read_text(encoding="ascii").strip()
        if args.profile:
            parts = profile(args.hosts[-1], args.states[-1], directory, md5)
            measured = {"hosts": args.hosts[-1], "state": args.states[-1], "shares": parts}
            if args.json:
                args.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
            return
        print(heading, flush=True)
        for state in args.states:
            for hosts in args.hosts:
                rows.append(measure(hosts, state, args.runs, directory, md5, args.peers))
                print(line(rows[-1]), flush=True)
    if args.json:
        args.json.write_text(json.dumps([asdict(each) for each in rows], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
