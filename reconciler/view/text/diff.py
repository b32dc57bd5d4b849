"""Drift by host and module; latent drift; what could not be read; then the verdict."""

from collections.abc import Iterable, Iterator

from probes.fact import AnyDrift, Unknown, kind_of
from reconciler.core.diff import Difference
from reconciler.view import describe
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized
from reconciler.view.text import latent
from reconciler.view.text.rows import grouped, rows
from reconciler.view.text.verdict import verdict_line
from reconciler.view.value_diff import wording


def diff_text(release: str, difference: Difference, page: RenderOptions) -> str:
    plain, hidden = latent.parted(difference)
    return lines(
        _drifts(plain, difference, page),
        latent.titled(latent.HIDDEN, _drifts(hidden, difference, page), page),
        latent.titled(
            latent.REPORTED, _drifts((advised.drift for advised in difference.advice), difference, page), page
        ),
        latent.titled(latent.WAIVED, _drifts((waived.drift for waived in difference.waived), difference, page), page),
        _unread(difference.unknown, page),
        (verdict_line(release, difference, page),),
    )


def module_title(module: str, page: RenderOptions) -> str:
    """`paas: PaaS platform (PaaS 平台)`."""
    if not module:
        return label("cluster-wide", page.lang)
    title, name = page.product(module), sanitized(module)
    return name if title == module else f"{name}: {title}"


def _drifts(drifts: Iterable[AnyDrift], difference: Difference, page: RenderOptions) -> Iterator[str]:
    for host, ours in grouped(drifts, lambda d: d.expected.fact.host).items():
        yield page.paint(sanitized(host), "bold")
        for module, its in grouped(ours, lambda d: d.expected.module).items():
            yield "  " + page.paint(module_title(module, page), "cyan")
            for drift in its:
                yield from _drift(drift, difference, page)
        yield ""


def _drift(drift: AnyDrift, difference: Difference, page: RenderOptions) -> Iterator[str]:
    expected, kind = drift.expected, kind_of(drift.expected.fact)
    yield from page.wrapped("    - ", describe.fact(expected.fact, page.lang))
    reported = (
        ("expected", describe.reading(expected.reading, page, kind=kind)),
        ("actual", describe.reading(drift.reading, page, kind=kind)),
        ("differs-in", "\n".join(wording(drift, page.lang))),
        ("because", sanitized(reason_text(expected.because, page.lang))),
        ("source", sanitized(expected.source)),
    )
    names = ((label(name, page.lang), text) for name, text in reported)
    advised = (latent.hint(advice, page) for advice in difference.advice if advice.drift is drift)
    waived = (latent.waived_until(waived, page) for waived in difference.waived if waived.drift is drift)
    yield from rows(page, (*names, *latent.consequence(drift, difference, page), *advised, *waived), indent=6)


def _unread(unread: Iterable[AnyDrift], page: RenderOptions) -> Iterator[str]:
    """A host that does not answer is one finding, not one per fact."""
    groups = grouped(unread, lambda d: (d.expected.fact.host, unread_why(d, page)))
    if groups:
        yield page.paint(label("not-read", page.lang), "bold", "yellow")
    for (host, why), drifts in groups.items():
        yield from page.wrapped(f"  {sanitized(host)}  ", why)
        for drift in drifts[:_SHOWN]:
            yield from page.wrapped("    - ", describe.fact(drift.expected.fact, page.lang))
        if len(drifts) > _SHOWN:
            yield "      " + label("and-more", page.lang, count=len(drifts) - _SHOWN)
    if groups:
        yield ""


_SHOWN = 5


def unread_why(drift: AnyDrift, page: RenderOptions) -> str:
    return sanitized(reason_text(drift.reading.why, page.lang)) if isinstance(drift.reading, Unknown) else ""
