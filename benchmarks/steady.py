"""What a check costs that is not the first: `sudo python -m benchmarks.steady [--json FILE]`.

`bkrec check --every` on the endpoints of `check.py`, watched from outside: when each check's summary arrives, and what
the process and its children have used by then. The first check is a cold one, Python's start and every login included;
of the later ones the pause between them is taken off. Bar: a later check takes at most 0.35 times as long as the first.

Beside it `bare.py`, which asks the same over connections that it keeps: of its first round, Python's start included,
and a later one. What remains of a check where nothing but the answers has to be waited for cannot be less than that.
And once more with `digest`: a later round in which a host is asked by one word for a digest of the same answers.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks import endpoints
from benchmarks.check import environment_in, prepare
from benchmarks.cluster import ANSWERS, SIZES, STATES, base_of
from benchmarks.endpoint import DIGEST, PROGRAMS
from tests.sim.big import address

BAR = 0.35
PAUSE_S = 1.0
"""The least that --every takes: from the end of one check to the next."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The end of a check."""

    at_s: float
    cpu_s: float
    memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    hosts: int
    state: str
    checks: int
    """Later ones."""
    cold_s: float
    steady_s: float
    """The median of the later ones."""
    ratio: float
    cold_cpu_s: float
    steady_cpu_s: float
    cpu_ratio: float
    cold_mb: float
    """Resident after the first check, and after the last."""
    last_mb: float
    bare_cold_s: float
    bare_steady_s: float
    bare_ratio: float
    digest_steady_s: float
    digest_ratio: float
    """Of the bare first round: what asking by digest could come to."""


def moments(process: subprocess.Popen[bytes], checks: int) -> Iterator[Moment]:
    """One for each check, as its summary arrives."""
    assert process.stdout is not None
    for line in process.stdout:
        document = json.loads(line)
        if document["schema"].startswith("bkrec.error/"):
            raise SystemExit(f"a check that read nothing: {', '.join(p['code'] for p in document['problems'])}")
        if document["schema"].startswith("bkrec.summary/"):
            yield Moment(at_s=time.monotonic(), **used(process.pid))
            checks -= 1
            if not checks:
                return
    raise SystemExit(f"bkrec ended after {process.wait()}, {checks} checks before it should have")


def used(pid: int) -> dict[str, float]:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    resident = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    pages = int(resident) * os.sysconf("SC_PAGE_SIZE")
    return {"cpu_s": sum(map(int, stat[11:15])) / TICKS, "memory_mb": pages / 2**20}


def bare_rounds(command: Sequence[str], sent: Path, rounds: int, *word: str) -> tuple[float, float]:
    """Seconds of the first, from the start of the process, and of a later one (median)."""
    began_s, ends = time.monotonic(), list[float]()
    with subprocess.Popen([*command, str(sent), str(rounds), *word], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        ends.extend(time.monotonic() for _ in process.stdout)
    if process.returncode or len(ends) != rounds:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode} after {len(ends)} rounds")
    return ends[0] - began_s, statistics.median(after - before for before, after in pairwise(ends))


def row(
    hosts: int, state: str, began_s: float, ends: Sequence[Moment], bare: tuple[float, float], digest_s: float
) -> Row:
    cold, later = ends[0], list(pairwise(ends))
    steady_s = statistics.median(after.at_s - before.at_s - PAUSE_S for before, after in later)
    steady_cpu_s = statistics.median(after.cpu_s - before.cpu_s for before, after in later)
    return Row(
        hosts=hosts,
        state=state,
        checks=len(later),
        cold_s=cold.at_s - began_s,
        steady_s=steady_s,
        ratio=steady_s / (cold.at_s - began_s),
        cold_cpu_s=cold.cpu_s,
        steady_cpu_s=steady_cpu_s,
        cpu_ratio=steady_cpu_s / cold.cpu_s,
        cold_mb=cold.memory_mb,
        last_mb=ends[-1].memory_mb,
        bare_cold_s=bare[0],
        bare_steady_s=bare[1],
        bare_ratio=bare[1] / bare[0],
        digest_steady_s=digest_s,
        digest_ratio=digest_s / bare[0],
    )


def measure(hosts: int, state: str, checks: int, directory: Path, md5: str) -> Row:
    addresses = [address(number) for number in range(hosts)]
    sent = directory / f"steady-{state}-{hosts}"
    sent.mkdir()
    bkrec, bare = prepare(directory, md5)
    command = [*bkrec, "--every", f"{PAUSE_S:g}s", "-o", "ndjson"]
    with endpoints.serving(directory, addresses, endpoints.replaying(base_of, ANSWERS / state / str(hosts), sent)):
        began_s = time.monotonic()
        with (
            (directory / "stderr").open("wb") as stderr,
            subprocess.Popen(
                command, env=environment_in(directory), stdout=subprocess.PIPE, stderr=stderr, cwd="/"
            ) as process,
        ):
            try:
                ends = list(moments(process, checks + 1))
            except SystemExit:
                print((directory / "stderr").read_text(encoding="utf-8"), file=sys.stderr)
                raise
            finally:
                process.kill()
        one_check = directory / f"{sent.name}{PROGRAMS}"
        keep_one(sent, one_check)
        floor = bare_rounds(bare, one_check, checks + 1)
        _, digest_s = bare_rounds(bare, one_check, checks + 1, DIGEST)
    if (sent / "unanswered").exists():
        raise SystemExit(f"not recorded:\n{(sent / 'unanswered').read_text(encoding='utf-8')[:2000]}")
    return row(hosts, state, began_s, ends, floor, digest_s)


def keep_one(sent: Path, one_check: Path) -> None:
    """Of what each host was sent, a later check's part: all of them send the same."""
    one_check.mkdir()
    for file in sent.iterdir():
        lines = file.read_text(encoding="utf-8").splitlines()
        (one_check / file.name).write_text(lines[-1] + "\n", encoding="utf-8")


def line(row: Row) -> str:
    return (
        f"{row.hosts:5}  {row.state:9}  {row.cold_s:6.2f}  {row.steady_s:8.2f}  {row.ratio:5.2f}"
        f"  {row.cold_cpu_s:8.2f}  {row.steady_cpu_s:10.2f}  {row.cpu_ratio:5.2f}"
        f"  {row.cold_mb:7.0f}  {row.last_mb:7.0f}"
        f"  {row.bare_cold_s:6.2f}  {row.bare_steady_s:6.2f}  {row.bare_ratio:5.2f}"
        f"  {row.digest_steady_s:6.2f}  {row.digest_ratio:5.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--hosts", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--states", nargs="+", default=STATES, choices=STATES)
    parser.add_argument("--checks", type=int, default=3, help="after the first")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.inside:
        words = [sys.executable, "-m", "benchmarks.steady", "--inside", *sys.argv[1:]]
        os.execvp(endpoints.UNSHARE[0], [*endpoints.UNSHARE, *words])
    endpoints.own_machine()
    rows: list[Row] = []
    print(
        "hosts  state      cold s  steady s  ratio  cold cpu  steady cpu  ratio  cold MB  last MB"
        "  bare s   later  ratio  digest  ratio",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        endpoints.make_keys(directory, [address(number) for number in range(max(args.hosts))])
        md5 = (ANSWERS / "md5").read_text(encoding="ascii").strip()
        for state in args.states:
            for hosts in args.hosts:
                rows.append(measure(hosts, state, args.checks, directory, md5))
                print(line(rows[-1]), flush=True)
    if args.json:
        args.json.write_text(json.dumps([asdict(each) for each in rows], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
