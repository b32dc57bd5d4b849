"""`check`, for a timer's mail: the verdict, then one line per finding. The same cluster gives the same text.

Facts that could not be read for one cause are one finding: the cause, their number, the first few. Latent drift comes
after what is wrong, with what will happen; advice comes last.
"""

from collections.abc import Iterable, Iterator

from probes.fact import AnyDrift, Unknown, kind_of
from reconciler.core.diff import Difference
from reconciler.view import describe
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized
from reconciler.view.text import latent
from reconciler.view.text.diff import unread_why
from reconciler.view.text.rows import grouped, rows
from reconciler.view.text.verdict import verdict_line

_FIRST = 3
"""Facts that are named of those that could not be read for one cause."""


def check_text(release: str, difference: Difference, page: RenderOptions) -> str:
    plain, hidden = latent.parted(difference)
    return lines(
        (verdict_line(release, difference, page),),
        (_line(drift, page) for drift in plain),
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
