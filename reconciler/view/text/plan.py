"""A plan: first what it costs, then each step with every reason, then what is not repaired and why, each cause once."""

from collections.abc import Iterable, Iterator, Mapping

from probes.fact import AnyFact, fact_id, kind_of
from reconciler.core.estimate import Estimate, estimate
from reconciler.core.eta import NOTHING_KNOWN
from reconciler.core.plan import Blocked, Plan, Step
from reconciler.core.undo_scope import NO_CHANGE, RESTORED
from reconciler.view import describe
from reconciler.view.messages.registry import diagnostic_text, fill, reason_text
from reconciler.view.messages.ui import duration, label
from reconciler.view.overwritten import is_digest, overwritten
from reconciler.view.render import RenderOptions, clipped, columns, lines, sanitized
from reconciler.view.reports import ClusterReport
from reconciler.view.text import latent
from reconciler.view.text.diagnostic import block
from reconciler.view.text.diff import module_title
from reconciler.view.text.part import afterwards_lines, part_row, spans, stage_title, window_row
from reconciler.view.text.restore import restore_lines
from reconciler.view.text.rows import grouped, rows
from specs.reason import Reason

_SHOWN = 5


def plan_text(
    plan: Plan,
    page: RenderOptions,
    consequences: Mapping[AnyFact, Reason] | None = None,
    report: ClusterReport | None = None,
) -> str:
    """`consequences`: of facts that are right now, what will happen without the step that repairs them. `report`: what
    else is known of the cluster, for a part of a plan."""
    return header_text(plan, page, report) + lines(
        steps_lines(plan, page, consequences or {}),
        _follows(plan, page),
        blocked_lines(plan.blocked, label("blocked-title", page.lang), page),
        blocked_lines(plan.advice, reason_text(latent.REPORTED, page.lang), page),
        () if report is None else afterwards_lines(report, page),
        (label("plan-read-only", page.lang),),
    )


def header_text(plan: Plan, page: RenderOptions, report: ClusterReport | None = None) -> str:
    """What is confirmed: outage by product, the first irreversible step, backups, totals. A plan that does not reach
    the release says so first."""
    estimated = estimate(plan.steps, NOTHING_KNOWN if report is None else report.durations)
    title = page.paint(_title(plan, estimated, page), "bold")
    return lines(_short_of(plan, page), (title,), _costs(plan, estimated, page, report), ("",))


def stages_text(report: ClusterReport, page: RenderOptions) -> str:
    """Every step in a line of its own, by stage, and what it overwrites of the owner's."""
    return lines(_stages(report, page), ("",))


def _stages(report: ClusterReport, page: RenderOptions) -> Iterator[str]:
    section = None
    for number, step in enumerate(report.plan.steps, start=1):
        if step.section != section:
            section = step.section
            title = stage_title(section, report, page)
            yield page.paint(label("stage", page.lang, section=section, title=title).strip(), "bold")
        first, tags = f"{f'#{number}':>6} {step.action.host}  ", "".join(f"  {tag}" for tag in _short_tags(step, page))
        room = max(20, page.width - columns(first) - columns(tags))
        yield first + clipped(describe.action(step.action, page.lang), room) + tags
        yield from rows(page, ((label("overwrites", page.lang), line) for line in _overwrites(step, page)), indent=8)


def _overwrites(step: Step, page: RenderOptions) -> Iterator[str]:
    """The first few; the JSON document has all."""
    drifts = overwritten(step)
    for drift in drifts[:_SHOWN]:
        fact, kind = drift.expected.fact, kind_of(drift.expected.fact)
        name = describe.fact(fact, page.lang)
        if is_digest(drift):
            yield label("overwrites-content", page.lang, fact=name)
        else:
            before = describe.reading(drift.reading, page, kind=kind)
            after = describe.reading(drift.expected.reading, page, kind=kind)
            yield label("overwrites-value", page.lang, fact=name, before=before, after=after)
    if len(drifts) > _SHOWN:
        yield label("and-more", page.lang, count=len(drifts) - _SHOWN)


def _short_of(plan: Plan, page: RenderOptions) -> Iterator[str]:
    """The cause that most facts wait for, and how many causes there are besides."""
    causes = grouped((b for b in plan.blocked if not b.progressing), lambda blocked: blocked.diagnostic)
    if not causes:
        return
    waiting = {cause: len(_waiting_facts(group)) for cause, group in causes.items()}
    cause = max(waiting, key=lambda diagnostic: waiting[diagnostic])
    text = fill(diagnostic_text(cause).what, cause.fields, page.lang)
    line = label("plan-short-of", page.lang, release=plan.release, facts=waiting[cause], cause=sanitized(text))
    more = label("plan-short-of-more", page.lang, count=len(causes) - 1) if len(causes) > 1 else ""
    yield page.paint(line + more, "bold", "yellow")


def numbers(plan: Plan) -> Mapping[str, int]:
    """Step id → its number, from 1, as people read it."""
    return {step.id: number for number, step in enumerate(plan.steps, start=1)}


def _title(plan: Plan, estimated: Estimate, page: RenderOptions) -> str:
    if not plan.steps:
        return label("plan-nothing-possible" if plan.blocked else "plan-empty", page.lang, release=plan.release)
    hosts = len({step.action.host for step in plan.steps})
    time = duration(estimated.total_s, page.lang)
    return label("plan-title", page.lang, release=plan.release, steps=len(plan.steps), hosts=hosts, time=time)


def _costs(plan: Plan, estimated: Estimate, page: RenderOptions, report: ClusterReport | None) -> Iterator[str]:
    part = ("part", part_row(plan, page))
    if not plan.steps:
        yield from rows(page, ((label(name, page.lang), text) for name, text in (part,)), indent=2)
        return
    stop_at, outside = ("", frozenset[str]()) if report is None else (report.stop_at, report.outside_window)
    reported = (
        part,
        ("window", window_row(stop_at, outside, numbers(plan), page)),
        ("outage", "\n".join(_outages(estimated, page))),
        ("irreversible", _no_return(plan, page)),
        ("undo", _undo(plan, page)),
        ("backup", "\n".join(_backups(plan, page))),
        ("manual", _manual(plan, page)),
        ("approval", "\n".join(_approvals(plan, page))),
        ("counts", _counts(plan, page)),
    )
    yield from rows(page, ((label(name, page.lang), text) for name, text in reported), indent=2)


def _follows(plan: Plan, page: RenderOptions) -> Iterator[str]:
    """Told, so that nobody looks for their steps."""
    if plan.derived:
        yield from page.wrapped("", label("derived", page.lang, count=len(plan.derived)))
        for follows in plan.derived[:_SHOWN]:
            yield f"  - {sanitized(fact_id(follows.expected.fact))}"
        if len(plan.derived) > _SHOWN:
            yield f"    {label('and-more', page.lang, count=len(plan.derived) - _SHOWN)}"
        yield ""


def _outages(estimated: Estimate, page: RenderOptions) -> Iterator[str]:
    if not estimated.outages:
        yield label("outage-none", page.lang)
    for outage in estimated.outages:
        time, name = duration(outage.seconds, page.lang), page.product(outage.module)
        last = outage.last if outage.last != outage.first else 0
        code = "outage-many" if last else "outage-one"
        yield label(code, page.lang, product=name, time=time, first=outage.first, last=last)


def _no_return(plan: Plan, page: RenderOptions) -> str:
    for number, step in enumerate(plan.steps, start=1):
        if step.action.irreversible:
            done = describe.action(step.action, page.lang)
            return label("irreversible-from", page.lang, number=number, action=f"{step.action.host}, {done}")
    return label("irreversible-none", page.lang)


def _undo(plan: Plan, page: RenderOptions) -> str:
    """Which steps `bkrec undo` restores, which only add something, and which cannot be rolled back."""
    words = [(number, step.action.undo_outcome) for number, step in enumerate(plan.steps, start=1)]
    back = [number for number, word in words if word == RESTORED]
    stay = [number for number, word in words if word not in (RESTORED, NO_CHANGE)]
    reported = (
        ("undo-restored", back),
        ("undo-no-change", [number for number, word in words if word == NO_CHANGE]),
        ("undo-irreversible", stay),
    )
    parts = (
        label(code, page.lang, count=len(numbers), numbers=spans(numbers)) for code, numbers in reported if numbers
    )
    return label("list-separator", page.lang).join(parts)


def _backups(plan: Plan, page: RenderOptions) -> Iterator[str]:
    result = [(n, step) for n, step in enumerate(plan.steps, start=1) if describe.is_backup(step.action)]
    if not result:
        yield label("backup-none", page.lang)
    for number, step in result:
        yield label("backup-one", page.lang, number=number, action=describe.action(step.action, page.lang))


def _manual(plan: Plan, page: RenderOptions) -> str:
    matches = [f"#{n}" for n, step in enumerate(plan.steps, start=1) if describe.manual_instruction(step.action)]
    return label("manual-some", page.lang, numbers=", ".join(matches)) if matches else ""


def _approvals(plan: Plan, page: RenderOptions) -> Iterator[str]:
    for approval in sorted({step.action.approval_id for step in plan.steps if step.action.approval_id}):
        numbers = [number for number, step in enumerate(plan.steps, start=1) if step.action.approval_id == approval]
        yield label("approval-some", page.lang, numbers=spans(numbers), approval=approval)


def _counts(plan: Plan, page: RenderOptions) -> str:
    service = sum(step.action.disrupts != "no" for step in plan.steps)
    irreversible = sum(step.action.irreversible for step in plan.steps)
    counts = {"steps": len(plan.steps), "service": service, "irreversible": irreversible, "blocked": len(plan.blocked)}
    return label("counts-plan", page.lang, **counts)


def steps_lines(plan: Plan, page: RenderOptions, consequences: Mapping[AnyFact, Reason]) -> Iterator[str]:
    numbered = numbers(plan)
    for step in plan.steps:
        yield from _step(step, numbered, page, _consequence(step, page, consequences))
        yield ""


def _consequence(step: Step, page: RenderOptions, known: Mapping[AnyFact, Reason]) -> str:
    return "\n".join(reason_text(known[m.expected.fact], page.lang) for m in step.repairs if m.expected.fact in known)


def _step(step: Step, numbered: Mapping[str, int], page: RenderOptions, consequence: str) -> Iterator[str]:
    number = f"{numbered[step.id]:>3}. "
    head, *more = page.wrapped(number, describe.action(step.action, page.lang))
    yield page.paint(number, "bold") + head[len(number) :]
    yield from more
    place = page.paint(f"{step.action.host}  {module_title(step.module, page)}", "cyan")
    yield "     " + "  ".join((place, *_tags(step, page)))
    reported = (
        ("because", reason_text(step.because, page.lang)),
        ("source", step.source),
        ("consequence", consequence),
        ("after", "\n".join(_after(step, numbered, page))),
        ("deletes", _deletes(step, page)),
        ("overwrites", "\n".join(_overwrites(step, page))),
        ("side-effects", "\n".join(reason_text(touched, page.lang) for touched in step.action.side_effects())),
        ("step", step.id),
    )
    yield from rows(page, ((label(name, page.lang), text) for name, text in reported), indent=5)
    yield from restore_lines(step, page, 5)


def _deletes(step: Step, page: RenderOptions) -> str:
    """Told at the step that does it; those that only prepare it have the same gate."""
    reason = step.action.deletes()
    return reason_text(reason, page.lang) if reason is not None and step.action.disrupts == "data" else ""


def _short_tags(step: Step, page: RenderOptions) -> Iterator[str]:
    """The same in few columns."""
    if step.action.disrupts != "no" and step.action.outage:
        yield page.paint(f"[{label('stage-outage', page.lang, module=step.action.outage)}]", "yellow")
    yield from _other_tags(step, page)


def _tags(step: Step, page: RenderOptions) -> Iterator[str]:
    done = step.action
    if done.disrupts != "no" and done.outage:
        yield page.paint(f"[{label('tag-service', page.lang, product=page.product(done.outage))}]", "yellow")
    yield from _other_tags(step, page)


def _other_tags(step: Step, page: RenderOptions) -> Iterator[str]:
    done = step.action
    if done.disrupts == "service" and not done.outage:
        yield page.paint(f"[{label('tag-service-any', page.lang)}]", "yellow")
    if done.disrupts == "data":
        yield page.paint(f"[{label('tag-data', page.lang)}]", "red")
    if done.irreversible:
        yield page.paint(f"[{label('tag-irreversible', page.lang)}]", "red")
    if describe.manual_instruction(done):
        yield page.paint(f"[{label('tag-manual', page.lang)}]", "bold")
    if done.approval_id:
        yield page.paint(f"[{label('tag-approval', page.lang, approval=done.approval_id)}]", "bold")


def _after(step: Step, numbered: Mapping[str, int], page: RenderOptions) -> Iterator[str]:
    for because, edges in grouped(step.after, lambda a: reason_text(a.because, page.lang)).items():
        known = sorted(numbered[edge.step] for edge in edges if edge.step in numbered)
        yield label("after-one", page.lang, number=", #".join(map(str, known)), because=because)


def blocked_lines(blocked: Iterable[Blocked], title: str, page: RenderOptions) -> Iterator[str]:
    """One cause is told once, with all it holds up."""
    groups = grouped(blocked, lambda b: b.diagnostic)
    if groups:
        yield page.paint(title, "bold", "yellow")
    for diagnostic, group in groups.items():
        yield from block(diagnostic, page, indent=2)
        yield "    " + page.paint(label("blocks", page.lang) + ":", "dim")
        yield from (f"      {line}" for line in _blocked(group, page))
        yield ""


def _waiting_facts(blocked: list[Blocked]) -> tuple[str, ...]:
    """Those that are blocked, then those that wait for them."""
    own = [sanitized(fact_id(b.expected.fact)) for b in blocked]
    return tuple(dict.fromkeys((*own, *(fact for b in blocked for fact in b.blocks))))


def _blocked(blocked: list[Blocked], page: RenderOptions) -> Iterator[str]:
    """Ids are never broken: they are there to be copied."""
    ids = _waiting_facts(blocked)
    yield from ids[:_SHOWN]
    if len(ids) > _SHOWN:
        yield label("and-more", page.lang, count=len(ids) - _SHOWN)
