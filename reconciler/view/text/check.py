"""`check`, for a timer's mail: the verdict, then a line per cause. The same cluster gives the same text.

What explains most comes first, and what follows from it is named below it. The same on many hosts is one line. Facts
that could not be read for one reason are one finding: the reason, their number, the first few. Latent drift comes after
what is wrong, with what will happen; advice comes last. `-v` has a line for every finding.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import get_args

from probes.fact import AnyDrift, fact_id
from reconciler.core.check_history import FindingRecord
from reconciler.core.diff import Difference, findings
from reconciler.core.listing import WHOLE, Listing, listed
from reconciler.core.verdict import Verdict
from reconciler.view import describe
from reconciler.view.finding_groups import FindingGroup, FindingGroups, heaviest_first, unread_why
from reconciler.view.hosts import hosts_text
from reconciler.view.messages.registry import diagnostic_text, fill
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized
from reconciler.view.reports import ChecksReport, ClusterReport, ErrorReport
from reconciler.view.text import latent
from reconciler.view.text.finding import finding_line, following, follows_from, group_line, not_listed, parts
from reconciler.view.text.rows import grouped, rows
from reconciler.view.text.verdict import verdict_line
from specs.text import Lang

_FIRST = 3
"""Facts that are by_text of those that could not be read for one cause."""


History = Mapping[str, FindingRecord]
_NEW = 10
"""Findings that a message of an alert names."""


def check_text(
    release: str,
    difference: Difference,
    page: RenderOptions,
    history: History = MappingProxyType({}),
    listing: Listing = WHOLE,
) -> str:
    """`history`: what earlier checks know of the findings, by their fact's id."""
    shown = listed(difference, listing)
    groups = FindingGroups(shown)
    plain, hidden = latent.parted(shown)
    return lines(
        (verdict_line(release, difference, page),),
        not_listed(difference, listing, page),
        _drifts(heaviest_first(groups.of_drift(plain, page)), groups, page, history),
        _unread(groups, page, history),
        latent.titled(latent.HIDDEN, _hidden(hidden, shown, page), page),
        latent.titled(latent.REPORTED, _advice(shown, page), page),
        latent.titled(latent.WAIVED, _waived(shown, page), page),
    )


def _drifts(
    drift_groups: Iterable[FindingGroup], groups: FindingGroups, page: RenderOptions, history: History
) -> Iterator[str]:
    for group in drift_groups:
        if page.verbose:
            for drift in group.drifts:
                yield finding_line(drift, page) + _since((drift,), page, history)
        else:
            yield group_line(group, page) + _since(group.drifts, page, history)
        yield from rows(page, follows_from(group.first, groups, page), indent=6)
        yield from _consequences(group, page, history)


def _consequences(group: FindingGroup, page: RenderOptions, history: History) -> Iterator[str]:
    if not page.verbose:
        yield from rows(page, following(group, page), indent=6)
    elif group.consequences:
        yield "      " + page.paint(label("follow-from-it", page.lang, count=len(group.consequences)), "dim")
        for drift in group.consequences:
            yield "      " + finding_line(drift, page) + _since((drift,), page, history)


def _unread(groups: FindingGroups, page: RenderOptions, history: History) -> Iterator[str]:
    """Facts that were not read for one reason are one finding."""
    for group in heaviest_first(groups.of_unread(page)):
        if len(group.drifts) == 1:
            yield finding_line(group.first, page)
        else:
            count = label("unknown-facts", page.lang, count=len(group.drifts), why=unread_why(group.first, page))
            yield f"  {hosts_text(group.hosts, page.lang)}  {count}"
            yield from _unread_facts(group, page)
        yield from rows(page, follows_from(group.first, groups, page), indent=6)
        yield from _consequences(group, page, history)


def _unread_facts(group: FindingGroup, page: RenderOptions) -> Iterator[str]:
    by_text = grouped(
        group.drifts, lambda drift: (drift.expected.module, describe.fact(drift.expected.fact, page.lang))
    )
    shown = len(by_text) if page.verbose else _FIRST
    for module, what in list(by_text)[:shown]:
        yield "    " + "".join(parts(page, "", module, what))
    if len(by_text) > shown:
        yield "      " + label("and-more", page.lang, count=len(by_text) - shown)


def _hidden(hidden: Sequence[AnyDrift], difference: Difference, page: RenderOptions) -> Iterator[str]:
    for group in FindingGroups(difference).of_drift(hidden, page):
        for drift in group.drifts if page.verbose else group.drifts[:1]:
            yield finding_line(drift, page) if page.verbose else group_line(group, page)
            yield from rows(page, latent.consequence(drift, difference, page), indent=6)


def _advice(difference: Difference, page: RenderOptions) -> Iterator[str]:
    for advised in difference.advice:
        yield finding_line(advised.drift, page)
        yield from rows(
            page, (*latent.consequence(advised.drift, difference, page), latent.hint(advised, page)), indent=6
        )


def summary_lines(report: ChecksReport, page: RenderOptions) -> Iterator[str]:
    """Of several clusters: how many of each verdict."""
    verdicts = Counter("unknown" if isinstance(item, ErrorReport) else item.verdict for item in report.reports)
    words = (f"{verdicts[word]} {label(f'word-{word}', page.lang)}" for word in get_args(Verdict) if verdicts[word])
    comma = "，" if page.lang == "zh" else ", "
    yield label("checks-summary", page.lang, clusters=len(report.reports), verdicts=comma.join(words))


def alert_text(report: ClusterReport | ErrorReport, new: Collection[str], lang: Lang) -> str:
    """For a message in a chat or a mail: cluster, verdict, what is new."""
    page = RenderOptions(lang=lang)
    if isinstance(report, ErrorReport):
        problems = (fill(diagnostic_text(item).what, item.fields, lang) for item in report.diagnostics)
        return "\n".join((label("alert-unread", lang, cluster=report.cluster), *(sanitized(text) for text in problems)))
    verdict = verdict_line(report.release, report.difference, page)
    first = label("alert-verdict", lang, cluster=report.name, verdict=verdict)
    drifts = [drift for _, drift in findings(report.difference) if fact_id(drift.expected.fact) in new]
    causes_first = sorted(drifts, key=lambda drift: drift.expected.fact in report.difference.causes)
    more = len(drifts) - _NEW
    rest = (f"  {label('and-more', lang, count=more)}",) if more > 0 else ()
    return "\n".join((first, *(finding_line(drift, page) for drift in causes_first[:_NEW]), *rest))


def _since(drifts: Iterable[AnyDrift], page: RenderOptions, history: History) -> str:
    """Of the same finding on several hosts: the one that was there first."""
    records = (history.get(fact_id(drift.expected.fact)) for drift in drifts)
    record = min((record for record in records if record is not None), key=lambda r: r.since, default=None)
    if record is None:
        return ""
    flapping = label("finding-flapping", page.lang) if record.flapping else ""
    since = datetime.fromtimestamp(record.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return label("finding-since", page.lang, since=since, times=record.times, flapping=flapping)


def _waived(difference: Difference, page: RenderOptions) -> Iterator[str]:
    for waived in difference.waived:
        yield finding_line(waived.drift, page)
        yield from rows(page, (latent.waived_until(waived, page),), indent=6)
