#!/usr/bin/env python3
"""How wrong the estimate of the time that remains is, measured on runs that are over.

python benchmarks/eta.py ~/.local/state/bkrec/NAME-…/runs

For each upgrade on record: its real time, then |estimated - real remaining| / real total after a quarter, a half and
three quarters of it, first as if nothing were known of the cluster, then with the runs before it. Then the same of each
two upgrades with one of them as the only run before the other, whichever came first: as many measurements of "after one
run" as there are pairs; of those where one took at most `ALIKE` times the other, and of all. Steps, their order, locks
and estimates are those that each journal has.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations
from math import inf
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reconciler.core import eta
from reconciler.core import events as ev
from reconciler.core.run_report import RunReport, run_report
from reconciler.core.schedule import Task
from reconciler.engine.journal import JournalEntry, read

SHARES = (0.25, 0.5, 0.75)
AN_UPGRADE = 100
"""Steps that a run has done: fewer are no upgrade."""
ALIKE = 1.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    report: RunReport
    entries: Sequence[JournalEntry]
    tasks: Sequence[Task]


def main(directory: Path) -> None:
    earlier: list[Upgrade] = []
    for path in sorted(directory.glob("*.jsonl")):
        entries = [entry for entry in read(path).entries if not isinstance(entry.event, ev.StepOutput)]
        report = run_report(path.stem, ((entry.at, entry.event) for entry in entries))
        upgrade = Upgrade(report=report, entries=entries, tasks=tasks_of_run(entries))
        if len(upgrade.tasks) >= AN_UPGRADE:
            known = eta.durations_of([before.report for before in earlier])
            shown = [_errors(upgrade, knowledge) for knowledge in (eta.NOTHING_KNOWN, known)]
            texts = ("  ".join(f"{error:4.0%}" for error in errors) for errors in shown)
            print(f"{path.stem[:15]}  {report.wall_s:5.0f} s  " + "  |  ".join(texts) + f"  after {known.runs} runs")
            earlier.append(upgrade)
    _show_pairs(earlier)


def _show_pairs(upgrades: Sequence[Upgrade]) -> None:
    errors: dict[float, list[tuple[float, ...]]] = {ALIKE: [], inf: []}
    for upgrade, before in permutations(upgrades, 2):
        quick_s, slow_s = sorted((upgrade.report.wall_s, before.report.wall_s))
        wrong = tuple(_errors(upgrade, eta.durations_of([before.report])))
        for times, rows in errors.items():
            if slow_s <= times * quick_s:
                rows.append(wrong)
    for times, rows in errors.items():
        columns = [f"{median(column):4.0%} at most {max(column):4.0%}" for column in zip(*rows, strict=True)]
        print(f"{len(rows)} pairs, at most {times} times as slow: " + "  |  ".join(columns))


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


def _errors(upgrade: Upgrade, known: eta.Durations) -> Iterator[float]:
    entries, tasks = upgrade.entries, upgrade.tasks
    times = [_seconds(entry) for entry in entries if isinstance(entry.event, ev.StepStarted | ev.StepDone)]
    begin, total = min(times), max(times) - min(times)
    for share in SHARES:
        now = begin + share * total
        took, ended, running = _state_at(now, entries)
        remaining = eta.remaining_s(tasks, known, took=took, ended=ended, running=running)
        yield abs(remaining - (1 - share) * total) / total


def _state_at(now: float, entries: Sequence[JournalEntry]) -> tuple[dict[str, float], set[str], dict[str, float]]:
    took, ended, running = dict[str, float](), set[str](), dict[str, float]()
    for entry in entries:
        if _seconds(entry) > now:
            break
        match entry.event:
            case ev.StepStarted(step=step):
                running[step] = now - _seconds(entry)
            case ev.StepDone(step=step) if step in running:
                took[step] = running.pop(step) - (now - _seconds(entry))
                ended.add(step)
            case ev.StepDone(step=step) | ev.StepSkipped(step=step) | ev.StepFailed(step=step):
                running.pop(step, None)
                ended.add(step)
            case _:
                pass
    return took, ended, running


def _seconds(entry: JournalEntry) -> float:
    return datetime.fromisoformat(entry.at).timestamp()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
