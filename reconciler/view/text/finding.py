"""Findings as lines: one for each cause, with a count of its hosts, and a row of what follows from it."""

from collections.abc import Iterator, Sequence

from probes.fact import AnyDrift, Unknown, kind_of
from reconciler.core.diff import Cause, Difference, UnreadHost, findings
from reconciler.core.listing import Listing, listed
from reconciler.view import describe
from reconciler.view.finding_groups import FindingGroup, FindingGroups, hosts_of
from reconciler.view.hosts import hosts_text
from reconciler.view.messages.registry import diagnostic_text, fill
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, sanitized
from reconciler.view.text.rows import Row, grouped

MAX_CONSEQUENCES = 6
"""Consequences that are named, without `-v`."""


def group_line(group: FindingGroup, page: RenderOptions) -> str:
    return _line(group.first, hosts_text(group.hosts, page.lang), page)


def finding_line(drift: AnyDrift, page: RenderOptions) -> str:
    return _line(drift, sanitized(drift.expected.fact.host), page)


def _line(drift: AnyDrift, hosts: str, page: RenderOptions) -> str:
    fact, kind = drift.expected.fact, kind_of(drift.expected.fact)
    what = describe.fact(fact, page.lang)
    return "".join(parts(page, hosts, drift.expected.module, what)) + _values(drift, page, kind)


def parts(page: RenderOptions, hosts: str, module: str, what: str) -> Iterator[str]:
    yield "  " + hosts if hosts else ""
    if module:
        yield f"  {sanitized(module)}"
    yield f"  {sanitized(what)}"


def _values(drift: AnyDrift, page: RenderOptions, kind: str) -> str:
    """What is, and after the arrow what should be; of what is unread only why."""
    colon = "：" if page.lang == "zh" else ": "
    match = describe.reading(drift.reading, page, kind=kind)
    if isinstance(drift.reading, Unknown):
        return colon + match
    return f"{colon}{match} -> {describe.reading(drift.expected.reading, page, kind=kind)}"


def following(group: FindingGroup, page: RenderOptions) -> Iterator[Row]:
    """What follows from it, named; the same on several hosts once."""
    if not group.consequences:
        return
    texts = list(_texts(group.consequences, page))
    more = len(texts) - MAX_CONSEQUENCES
    words = [*texts[:MAX_CONSEQUENCES], *([label("and-more", page.lang, count=more)] if more > 0 else [])]
    separator = "；" if page.lang == "zh" else "; "
    yield label("follow-from-it", page.lang, count=len(group.consequences)), separator.join(words)


def _texts(consequences: Sequence[AnyDrift], page: RenderOptions) -> Iterator[str]:
    for what, drifts in grouped(consequences, lambda drift: describe.fact(drift.expected.fact, page.lang)).items():
        yield f"{sanitized(what)} @{hosts_text(hosts_of(drifts), page.lang)}"


def follows_from(drift: AnyDrift, groups: FindingGroups, page: RenderOptions) -> Iterator[Row]:
    """Of a finding that stands by itself, since its cause is not listed; and of each, with `-v`."""
    cause = groups.cause(drift)
    if cause is not None:
        yield label("follows-from", page.lang), cause_text(cause, page)


def cause_text(cause: Cause, page: RenderOptions) -> str:
    if isinstance(cause, UnreadHost):
        what = fill(diagnostic_text(cause.diagnostic).what, cause.diagnostic.fields, page.lang)
        return f"{sanitized(cause.host)}: {sanitized(what)}"
    return f"{sanitized(describe.fact(cause, page.lang))} @{sanitized(cause.host)}"


def not_listed(difference: Difference, listing: Listing, page: RenderOptions) -> Iterator[str]:
    """How many findings a filter keeps back: the verdict counts them."""
    if listing.is_partial:
        every, shown = (sum(1 for _ in findings(part)) for part in (difference, listed(difference, listing)))
        yield label("not-listed", page.lang, count=every - shown)
