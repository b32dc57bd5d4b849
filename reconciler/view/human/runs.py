"""Runs and the lease, as one line each."""

from collections.abc import Iterator, Sequence

from reconciler.view.documents import LockDoc, RunDoc
from reconciler.view.page import Page, harmless, lines
from reconciler.view.words.labels import duration, label


def history_text(runs: Sequence[RunDoc], page: Page) -> str:
    return lines(_runs(runs, page))


def status_text(last: RunDoc | None, page: Page) -> str:
    return history_text((last,) if last else (), page)


def lock_text(lock: LockDoc, page: Page) -> str:
    if not lock.held:
        return label("lock-free", page.lang) + "\n"
    told = {"who": harmless(lock.who), "origin": harmless(lock.origin), "run": lock.run, "epoch": lock.epoch}
    return label("lock-held", page.lang, **told, time=duration(lock.age_s or 0.0, page.lang)) + "\n"


def broken_text(lock: LockDoc, page: Page) -> str:
    if not lock.held:
        return label("lock-free", page.lang) + "\n"
    return (
        label("lock-broken", page.lang, who=harmless(lock.who), origin=harmless(lock.origin), epoch=lock.epoch) + "\n"
    )


def _runs(runs: Sequence[RunDoc], page: Page) -> Iterator[str]:
    if not runs:
        yield label("no-runs", page.lang)
    for run in runs:
        counts = {"done": run.done, "steps": run.steps, "failed": run.failed}
        yield f"{run.run}  {run.started}  {label('run-counts', page.lang, **counts)}  {_verdict(run.verdict, page)}"


def _verdict(verdict: str, page: Page) -> str:
    return label(f"word-{verdict}" if verdict else "word-unfinished", page.lang)
