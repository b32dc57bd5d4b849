"""A whole upgrade beside its lower bound and beside the guide's commands: `sudo python -m benchmarks.makespan`.

Bar: 1.1 times the lower bound, which is the longer of the longest chain of steps and of all that has one lock to itself
(`timeline.py`). Measured in a lab (tests/lab): one `bkrec apply`, then from the same pristine 6.1 the guide's commands
as `tests/lab/support/manual_guide.py` has them, section by section without a pause (only their own time counts, no
login), then the commands of `bkrec runbook -o sh`, pasted into a shell on the controller. --pace as in /etc/bklab-pace:
how long the laboratory's stand-ins take over their steps, 1 by nature.

Of a run that is over, wherever its hosts' files are:

    python -m benchmarks.makespan --journal FILE --root 10.0.0.1=DIRECTORY --root 10.0.0.2=DIRECTORY …

FILE is a run's journal (~/.local/state/bkrec/NAME-…/runs/RUN.jsonl), DIRECTORY a host's root directory, or a copy of
what is in it below var/lib/bkrec/jobs, with the times of the files.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.timeline import Figures, JobTime, Lock, TimedStep, figures
from reconciler.engine import journal
from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.manual_guide import STEPS
from tests.lab.support.operator import Desk, fresh, pace
from tests.lab.support.pasted import paste

BAR = 1.1
JOBS = "var/lib/bkrec/jobs"
FINISHED = "\nall steps are done, each was checked"
LOGINS = 5
"""Logins that are timed."""


def records_in(roots: Mapping[str, Path]) -> dict[tuple[str, str], JobTime]:
    """Of all jobs that ended, by the times of the files: `child` is written just before the command begins, `exit` is
    the status that its parent wrote at its end, renamed. Both are more exact than the seconds in them."""
    records = dict[tuple[str, str], JobTime]()
    for host, root in roots.items():
        for directory in (root / JOBS).iterdir():
            begin, end = directory / "child", directory / "exit"
            if not end.exists():
                end = directory / "status"
            if begin.exists() and end.exists():
                times = JobTime(begin_s=begin.stat().st_mtime_ns / 1e9, end_s=end.stat().st_mtime_ns / 1e9)
                records[host, directory.name] = times
    return records


def of_journal(file: Path, roots: Mapping[str, Path]) -> Figures:
    contents = journal.read(file)
    if contents.torn:
        raise SystemExit(f"{file}: {contents.torn} lines cannot be read")
    return figures(contents.entries, records_in(roots))


def lines(measured: Figures) -> Iterator[str]:
    yield (
        f"run {measured.run}: {measured.steps} steps, {measured.whole_s:.1f} s from the first reading to the verdict:"
        f" {measured.before_s:.1f} s before the first step, {measured.steps_s:.1f} s, {measured.after_s:.1f} s after"
        " the last"
    )
    if measured.without_record:
        yield f"{measured.without_record} steps have no record on their host: their commands count as nothing"
    busiest = measured.locks[0]
    yield (
        f"lower bound {measured.bound_s:.1f} s: longest chain {measured.chain_s:.1f} s ({len(measured.chain)} steps);"
        f" lock {busiest.name} {busiest.command_s:.1f} s ({busiest.steps} steps, taken for {busiest.taken_s:.1f} s)"
    )
    yield (
        f"ratio {measured.ratio:.2f} (bar: {BAR}), without what is before and after {measured.steps_ratio:.2f}; the"
        f" same commands in this executor's order, nothing else taking time: {measured.ideal_s:.1f} s"
    )
    shares = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in measured.path.items())
    yield f"the {measured.path_steps} steps that decided it, one after the other: {shares}"
    yield f"steps at once:    {_at_once(measured.running)}"
    yield f"commands at once: {_at_once(measured.commands)}"
    yield f"{measured.logins} commands run in a login shell, the start of which counts as theirs"
    yield from _tables(measured)


def _at_once(lasted: Mapping[int, float]) -> str:
    return ", ".join(f"{count}: {seconds:.1f} s" for count, seconds in lasted.items())


def _tables(measured: Figures) -> Iterator[str]:
    yield "\na step              median s   p90 s  total s"
    for name, spread in (*measured.phases.items(), ("overhead", measured.overhead)):
        yield f"{name:18}  {spread.median_s:8.3f}  {spread.p90_s:6.3f}  {spread.total_s:7.1f}"
    yield "\noverhead s    wait  launch  command  verify  step"
    for step in measured.largest:
        yield (
            f"{step.overhead_s:10.2f}  {step.wait_s:6.2f}  {step.launch_s:6.2f}  {step.command_s:7.2f}"
            f"  {step.verify_s:6.2f}  {step.step}"
        )
    yield "\nlock                 steps  command s  taken s"
    for lock in _shared(measured):
        yield f"{lock.name:20} {lock.steps:5}  {lock.command_s:9.1f}  {lock.taken_s:7.1f}"


def _shared(measured: Figures) -> list[Lock]:
    """A lock that one step alone has makes nothing wait."""
    return [lock for lock in measured.locks if lock.steps > 1]


def document(measured: Figures) -> dict[str, Any]:
    """All that is printed; of the steps themselves only those with the largest overhead."""
    stored = asdict(measured)
    stored["largest"] = [_row(step) for step in measured.largest]
    stored["locks"] = [asdict(lock) for lock in _shared(measured)]
    return {
        **stored,
        "chain": len(measured.chain),
        "bound_s": measured.bound_s,
        "ratio": measured.ratio,
        "steps_ratio": measured.steps_ratio,
    }


def _row(step: TimedStep) -> dict[str, Any]:
    phases = {name: getattr(step, f"{name}_s") for name in ("overhead", "wait", "launch", "command", "verify")}
    return {"action": step.action, **phases}


def apply(desk: Desk) -> tuple[Path, float, float, float]:
    """The whole upgrade: its journal, and its process's seconds, processor seconds and peak MB."""
    running = desk.start("apply", "--yes", "-o", "json")
    _, status, usage = os.wait4(running.process.pid, 0)
    seconds = time.monotonic() - running.began
    running.process.returncode = os.waitstatus_to_exitcode(status)
    running.finish().must(0)
    (file,) = desk.state.glob("bkrec/*/runs/*.jsonl")
    return file, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


TIMED = """\
cat > /tmp/step.sh
bash -l -c 'export LC_ALL=en_US.UTF-8
    begin=$(date +%s.%N)
    . /tmp/step.sh < /dev/null > /tmp/step.log 2>&1
    rc=$?
    printf "\\n%s %s %s\\n" "$begin" "$(date +%s.%N)" "$rc"'
"""


def by_guide(lab: Lab) -> float:
    """Seconds of the guide's commands alone, one section after the other; each login shell is open by then."""
    total_s = 0.0
    for section, (host, script) in STEPS.items():
        done = lab.ssh(host, TIMED, stdin=script.encode())
        begin, end, status = done.stdout.decode().split("\n")[-2].split()
        if status != "0":
            raise SystemExit(
                f"guide {section}: exit {status}\n{lab.ssh(host, 'tail -n 40 /tmp/step.log').stdout.decode()}"
            )
        total_s += float(end) - float(begin)
    return total_s


def by_runbook(desk: Desk) -> float:
    text = desk.bkrec("runbook", "-o", "sh").must(2).out
    done = paste(desk.lab, CONTROLLER, text)
    if FINISHED not in done.text:
        raise SystemExit(f"the runbook did not end well\n{done.text[-3000:]}")
    return done.seconds


def login_s(lab: Lab) -> float:
    """How long a login shell takes to start on the controller, by its own clock."""
    took = "for n in {logins}; do date +%s.%N; bash -lc : < /dev/null > /dev/null 2>&1; date +%s.%N; done"
    script = took.replace("{logins}", " ".join(str(number) for number in range(LOGINS)))
    moments = [float(word) for word in lab.ssh(CONTROLLER, script).stdout.split()]
    return statistics.median(end - begin for begin, end in zip(moments[::2], moments[1::2], strict=True))


def in_lab(lab: Lab, home: Path, speed: str, beside: Sequence[str]) -> dict[str, Any]:
    def pristine(name: str) -> Desk:
        desk = fresh(lab, home / name, whole=True)
        pace(lab, speed)
        return desk

    lab.up()
    desk = pristine("apply")
    file, seconds, cpu_s, peak_mb = apply(desk)
    measured = of_journal(file, {address: lab.place.root(host) for host, address in HOSTS.items()})
    print("\n".join(lines(measured)), flush=True)
    result = {
        "pace": float(speed),
        "apply_s": seconds,
        "apply_cpu_s": cpu_s,
        "apply_peak_mb": peak_mb,
        "login_s": login_s(lab),
        **document(measured),
    }
    print(f"apply, its process: {seconds:.1f} s, processor {cpu_s:.1f} s, peak {peak_mb:.0f} MB", flush=True)
    print(f"a login shell on the controller: {result['login_s']:.3f} s", flush=True)
    if "guide" in beside:
        desk = pristine("guide")
        result["guide_s"] = by_guide(lab)
        result["guide_left"] = len(desk.check()["drift"])
        print(
            f"the guide's commands: {result['guide_s']:.1f} s; after them {result['guide_left']} facts differ",
            flush=True,
        )
    if "runbook" in beside:
        result["runbook_s"] = by_runbook(pristine("runbook"))
        print(f"the runbook, pasted: {result['runbook_s']:.1f} s", flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--lab", default="makespan", metavar="NAME")
    parser.add_argument("--pace", default="1", metavar="FACTOR")
    parser.add_argument("--beside", nargs="*", default=("guide", "runbook"), choices=("guide", "runbook"))
    parser.add_argument("--journal", type=Path, metavar="FILE", help="of a run that is over, instead of a lab")
    parser.add_argument("--root", action="append", default=[], metavar="ADDRESS=DIRECTORY")
    args = parser.parse_args()
    if args.journal:
        roots = {address: Path(directory) for address, _, directory in (word.partition("=") for word in args.root)}
        measured = of_journal(args.journal, roots)
        print("\n".join(lines(measured)))
        result = document(measured)
    else:
        with tempfile.TemporaryDirectory() as home:
            result = in_lab(Lab(args.lab), Path(home), args.pace, args.beside)
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
