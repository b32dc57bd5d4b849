"""A part of a plan: which it is, what is left afterwards, and what the cluster is until then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from reconciler.core.interim_state import InterimState
from reconciler.core.plan import Plan, Remaining, Selection
from reconciler.core.selection import step_ids
from reconciler.view import describe
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, sanitized
from reconciler.view.reports import ClusterReport
from reconciler.view.text.rows import grouped, rows
from specs.reason import Reason

_SHOWN = 5


def part_row(plan: Plan, page: RenderOptions) -> str:
    """`until 7.8; modules paas: 117 of 168 steps`; "" for the whole plan."""
    if not plan.selection:
        return ""
    total = len(step_ids(plan)) - len(plan.blocked_steps)
    return label("part-of", page.lang, part=_selection(plan.selection, page), steps=len(plan.steps), total=total)


def _selection(selection: Selection, page: RenderOptions) -> str:
    parts = (("until", selection.until), ("modules", selection.modules), ("hosts", selection.hosts))
    labelled = (label(f"part-{kind}", page.lang, names=", ".join(names)) for kind, names in parts if names)
    return label("list-separator", page.lang).join(labelled)


def window_row(stop_at: str, outside: Set[str], numbered: Mapping[str, int], page: RenderOptions) -> str:
    if not stop_at:
        return ""
    numbers = sorted(numbered[step] for step in outside if step in numbered)
    if not numbers:
        return label("window-all", page.lang, stop_at=stop_at)
    return label("window-some", page.lang, stop_at=stop_at, count=len(numbers), numbers=spans(numbers))


def spans(result: Sequence[int]) -> str:
    """1, 2, 3, 7 → `#1-#3, #7`."""
    ends: list[list[int]] = []
    for number in result:
        if ends and ends[-1][-1] == number - 1:
            ends[-1][1:] = [number]
        else:
            ends.append([number])
    return ", ".join("-".join(f"#{number}" for number in pair) for pair in ends)


def afterwards_lines(report: ClusterReport, page: RenderOptions) -> Iterator[str]:
    """Below a plan that is not the whole one."""
    if report.is_partial and report.remaining:
        yield from _interim("interim-after-plan", report.release, report.interim(report.remaining), page)
        yield from remaining_lines(report.remaining, report, page)


def interim_lines(report: ClusterReport, remaining: Sequence[Remaining], page: RenderOptions) -> Iterator[str]:
    """Below the verdict on a run that has left something."""
    if remaining:
        yield from _interim("interim-now", report.release, report.interim(remaining), page)
        yield from remaining_lines(remaining, report, page)


def _interim(title: str, release: str, state: InterimState, page: RenderOptions) -> Iterator[str]:
    yield page.paint(label(title, page.lang), "bold")
    topics = ("interim-state", "interim-users", "interim-manual", "interim-reboots")
    advice = describe.interim(release, state)
    labelled = (
        (label(topic, page.lang), reason_text(because, page.lang))
        for topic, because in zip(topics, advice, strict=True)
    )
    yield from rows(page, labelled, indent=2)
    yield ""


def remaining_lines(remaining: Iterable[Remaining], report: ClusterReport, page: RenderOptions) -> Iterator[str]:
    """Steps by stage with the reason, counted; facts without a step with theirs."""
    items = tuple(remaining)
    steps = [item for item in items if item.step is not None]
    facts = [item for item in items if item.step is None]
    yield page.paint(label("remaining-title", page.lang, steps=len(steps), facts=len(facts)), "bold")
    for (section, because), group in grouped(steps, _stage_and_reason).items():
        title = stage_title(section, report, page)
        why = sanitized(reason_text(because, page.lang))
        text = label("remaining-steps", page.lang, section=section, title=title, steps=len(group), because=why)
        yield from page.wrapped("  - ", text.strip())
    for because, group in grouped(facts, lambda item: item.because).items():
        yield from page.wrapped("  - ", sanitized(reason_text(because, page.lang)))
        ids = [item.id for item in group]
        yield from (f"      {sanitized(fact)}" for fact in ids[:_SHOWN])
        if len(ids) > _SHOWN:
            yield f"      {label('and-more', page.lang, count=len(ids) - _SHOWN)}"
    yield from page.wrapped("  ", label("remaining-how", page.lang))


def _stage_and_reason(item: Remaining) -> tuple[str, Reason]:
    return ("" if item.step is None else item.step.section), item.because


def stage_title(section: str, report: ClusterReport, page: RenderOptions) -> str:
    """The section's in the guide."""
    title = report.sections.get(section)
    return "" if title is None else (title.zh if page.lang == "zh" else title.en)
