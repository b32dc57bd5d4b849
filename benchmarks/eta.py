#!/usr/bin/env python3
"""How wrong the estimate of the time that remains is, measured on runs that are over.

python benchmarks/eta.py ~/.local/state/bkrec/NAME-…/runs

For each upgrade on record: its real time, then |estimated - real remaining| / real total after a quarter, a half and
three quarters of it, first as if nothing were known of the cluster, then with the runs before it. Steps, their order,
locks and estimates are those that each journal has.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reconciler.core import eta
from reconciler.core import events as ev
from reconciler.core.run_report import RunReport, run_report
from reconciler.core.schedule import Task
from reconciler.engine.journal import JournalEntry, read

SHARES = (0.25, 0.5, 0.75)
AN_UPGRADE = 100
"""Steps that a run has done: fewer are no upgrade."""


def main(directory: Path) -> None:
    earlier: list[RunReport] = []
    for path in sorted(directory.glob("*.jsonl")):
        entries = [entry for entry in read(path).entries if not isinstance(entry.event, ev.StepOutput)]
        report = run_report(path.stem, ((entry.at, entry.event) for entry in entries))
        tasks = tasks_of_run(entries)
        if len(tasks) >= AN_UPGRADE:
            known = eta.durations_of(earlier, ())
            shown = [_errors(entries, tasks, knowledge) for knowledge in (eta.NOTHING_KNOWN, known)]
            texts = ("  ".join(f"{error:4.0%}" for error in errors) for errors in shown)
            print(f"{path.stem[:15]}  {report.wall_s:5.0f} s  " + "  |  ".join(texts) + f"  after {known.runs} runs")
            earlier.append(report)


def tasks_of_run(entries: Sequence[JournalEntry]) -> list[Task]:
    """The steps that were done, in the order of the plan, with their estimates."""
    events = [entry.event for entry in entries]
    order = [step for event in events if isinstance(event, ev.RunStarted) for step in event.steps]
    started = {event.step: event for event in events if isinstance(event, ev.StepStarted)}
    done = {event.step for event in events if isinstance(event, ev.StepDone)}
    names = [name for name in dict.fromkeys((*order, *started)) if name in started and name in done]
    return [
        Task(
            id=name,
            host=begun.host,
            after=begun.after,
            locks=begun.locks,
            seconds=begun.estimate_s,
            outage=begun.outage,
        )
        for name, begun in ((name, started[name]) for name in names)
    ]


def _errors(entries: Sequence[JournalEntry], tasks: Sequence[Task], known: eta.Durations) -> Iterator[float]:
    expected = eta.expectations_of(tasks, known)
    times = [_seconds(entry) for entry in entries if isinstance(entry.event, ev.StepStarted | ev.StepDone)]
    begin, total = min(times), max(times) - min(times)
    for share in SHARES:
        now = begin + share * total
        ended, running = _state_at(now, entries)
        remaining = eta.remaining_s(tasks, expected, ended=ended, running=running, elapsed_s=share * total)
        yield abs(remaining - (1 - share) * total) / total


def _state_at(now: float, entries: Sequence[JournalEntry]) -> tuple[set[str], dict[str, float]]:
    ended, running = set[str](), dict[str, float]()
    for entry in entries:
        if _seconds(entry) > now:
            break
        match entry.event:
            case ev.StepStarted(step=step):
                running[step] = now - _seconds(entry)
            case ev.StepDone(step=step) | ev.StepSkipped(step=step) | ev.StepFailed(step=step):
                running.pop(step, None)
                ended.add(step)
            case _:
                pass
    return ended, running


def _seconds(entry: JournalEntry) -> float:
    return datetime.fromisoformat(entry.at).timestamp()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
