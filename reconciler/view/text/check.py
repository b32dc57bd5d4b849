"""`check`, for a timer's mail: the verdict, then one line per finding. The same cluster gives the same text.

Facts that could not be read for one cause are one finding: the cause, their number, the first few. Latent drift comes
after what is wrong, with what will happen; advice comes last.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import get_args

from probes.fact import AnyDrift, Unknown, fact_id, kind_of
from reconciler.core.check_history import FindingRecord
from reconciler.core.diff import Difference, findings
from reconciler.core.verdict import Verdict
from reconciler.view import describe
from reconciler.view.messages.registry import diagnostic_text, fill
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized
from reconciler.view.reports import ChecksReport, ClusterReport, ErrorReport
from reconciler.view.text import latent
from reconciler.view.text.diff import unread_why
from reconciler.view.text.rows import grouped, rows
from reconciler.view.text.verdict import verdict_line
from specs.text import Lang

_FIRST = 3
"""Facts that are named of those that could not be read for one cause."""


History = Mapping[str, FindingRecord]
_NEW = 10
"""Findings that a message of an alert names."""


def check_text(
    release: str, difference: Difference, page: RenderOptions, history: History = MappingProxyType({})
) -> str:
    """`history`: what earlier checks know of the findings, by their fact's id."""
    plain, hidden = latent.parted(difference)
    return lines(
        (verdict_line(release, difference, page),),
        (_line(drift, page) + _since(drift, page, history) for drift in plain),
        _unknown(difference.unknown, page),
        latent.titled(latent.HIDDEN, _hidden(hidden, difference, page), page),
        latent.titled(latent.REPORTED, _advice(difference, page), page),
        latent.titled(latent.WAIVED, _waived(difference, page), page),
    )


def _unknown(drifts: Iterable[AnyDrift], page: RenderOptions) -> Iterator[str]:
    for (host, why), same in grouped(drifts, lambda drift: (drift.expected.fact.host, unread_why(drift, page))).items():
        if len(same) == 1:
            yield _line(same[0], page)
            continue
        yield f"  {sanitized(host)}  {label('unknown-facts', page.lang, count=len(same), why=why)}"
        for drift in same[:_FIRST]:
            parts = _parts(page, "", drift.expected.module, describe.fact(drift.expected.fact, page.lang))
            yield "    " + "".join(parts)
        if len(same) > _FIRST:
            yield "      " + label("and-more", page.lang, count=len(same) - _FIRST)


def _hidden(hidden: Iterable[AnyDrift], difference: Difference, page: RenderOptions) -> Iterator[str]:
    for drift in hidden:
        yield _line(drift, page)
        yield from rows(page, latent.consequence(drift, difference, page), indent=6)


def _advice(difference: Difference, page: RenderOptions) -> Iterator[str]:
    for advised in difference.advice:
        yield _line(advised.drift, page)
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
    more = len(drifts) - _NEW
    rest = (f"  {label('and-more', lang, count=more)}",) if more > 0 else ()
    return "\n".join((first, *(_line(drift, page) for drift in drifts[:_NEW]), *rest))


def _since(drift: AnyDrift, page: RenderOptions, history: History) -> str:
    record = history.get(fact_id(drift.expected.fact))
    if record is None:
        return ""
    flapping = label("finding-flapping", page.lang) if record.flapping else ""
    since = datetime.fromtimestamp(record.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return label("finding-since", page.lang, since=since, times=record.times, flapping=flapping)


def _waived(difference: Difference, page: RenderOptions) -> Iterator[str]:
    for waived in difference.waived:
        yield _line(waived.drift, page)
        yield from rows(page, (latent.waived_until(waived, page),), indent=6)


def _line(drift: AnyDrift, page: RenderOptions) -> str:
    fact, kind = drift.expected.fact, kind_of(drift.expected.fact)
    return "".join(_parts(page, fact.host, drift.expected.module, describe.fact(fact, page.lang))) + _values(
        drift, page, kind
    )


def _parts(page: RenderOptions, host: str, module: str, what: str) -> Iterator[str]:
    yield "  " + sanitized(host) if host else ""
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
