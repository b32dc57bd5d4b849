"""Runs, lease and pause, one line each."""

from collections.abc import Iterator, Sequence

from reconciler.view.documents import (
    ApprovalDoc,
    HistoryDoc,
    LockDoc,
    PastFindingDoc,
    PauseDoc,
    RunSummaryDoc,
    StatusDoc,
)
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import RenderOptions, lines, sanitized


def history_text(history: HistoryDoc, page: RenderOptions) -> str:
    return lines(_runs(history.runs, page), _findings(history.findings, page))


def status_text(status: StatusDoc, page: RenderOptions) -> str:
    last = lines(_runs([status.last] if status.last else [], page))
    if status.lock is None or status.pause is None:
        return last
    jobs = [sanitized(f"{job.host}  {job.job}  {job.line}").rstrip() for job in status.jobs]
    texts = jobs or [label("no-jobs", page.lang)]
    approved = [label("was-approved", page.lang, **_harmless(approval)) for approval in status.approvals]
    return last + lock_text(status.lock, page) + paused_text(status.pause, page) + lines(texts, approved)


def _harmless(given: ApprovalDoc) -> dict[str, str]:
    return {
        "approval": given.approval,
        "who": sanitized(given.who),
        "since": sanitized(given.since),
        "run": sanitized(given.run),
    }


def paused_text(pause: PauseDoc, page: RenderOptions) -> str:
    if not pause.paused:
        return label("not-paused", page.lang) + "\n"
    fields = {"who": sanitized(pause.who), "since": sanitized(pause.since), "why": sanitized(pause.why) or "-"}
    return label("is-paused", page.lang, **fields) + "\n"


def lock_text(lock: LockDoc, page: RenderOptions) -> str:
    if not lock.locked:
        return label("lock-free", page.lang) + "\n"
    holder = {"who": sanitized(lock.who), "origin": sanitized(lock.origin), "run": lock.run, "epoch": lock.epoch}
    if lock.released:
        return label("lock-broken", page.lang, **holder) + "\n"
    return label("lock-held", page.lang, **holder, time=duration(lock.age_s or 0.0, page.lang)) + "\n"


def _runs(runs: Sequence[RunSummaryDoc], page: RenderOptions) -> Iterator[str]:
    if not runs:
        yield label("no-runs", page.lang)
    for run in runs:
        counts = {"done": run.done, "steps": run.steps, "failed": run.failed}
        approved = "".join(f"  --approve {sanitized(item)}" for item in run.approved)
        text = f"{label('run-counts', page.lang, **counts)}  {_verdict(run.verdict, page)}"
        yield f"{sanitized(run.run)}  {sanitized(run.started)}  {text}{approved}"


def _findings(findings: Sequence[PastFindingDoc], page: RenderOptions) -> Iterator[str]:
    if findings:
        yield page.paint(label("findings", page.lang), "bold")
    for item in findings:
        flapping = label("finding-flapping", page.lang) if item.flapping else ""
        code = "finding-since" if item.present else "finding-past"
        when = label(code, page.lang, since=item.since, last=item.last, times=item.times, flapping=flapping)
        yield f"  {sanitized(item.finding)}{when}"


def _verdict(verdict: str, page: RenderOptions) -> str:
    return label(f"word-{verdict}" if verdict else "word-unfinished", page.lang)
