"""Latent drift: next to a fact that is correct now, what will happen and when."""

from collections.abc import Iterable, Iterator

from probes.fact import AnyDrift
from reconciler.core.diff import AdvisedDrift, Difference, WaivedDrift
from reconciler.view.messages.registry import diagnostic_text, fill, reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, sanitized
from reconciler.view.text.rows import Row
from specs.reason import Reason, reason

HIDDEN, REPORTED, WAIVED = reason("latent"), reason("report-only"), reason("waived")
"""Their headings; also shown by `bkrec explain latent`."""


def titled(title: Reason, reported: Iterable[str], page: RenderOptions) -> Iterator[str]:
    """Without a title if there are no lines."""
    for number, line in enumerate(reported):
        if number == 0:
            yield page.paint(reason_text(title, page.lang), "bold", "yellow")
        yield line


def parted(difference: Difference) -> tuple[tuple[AnyDrift, ...], tuple[AnyDrift, ...]]:
    """Drift, and latent drift; each in its order."""
    hidden = tuple(drift for drift in difference.drift if drift.expected.fact in difference.latent)
    plain = tuple(drift for drift in difference.drift if drift.expected.fact not in difference.latent)
    return plain, hidden


def consequence(drift: AnyDrift, difference: Difference, page: RenderOptions) -> Iterator[Row]:
    why = difference.latent.get(drift.expected.fact)
    if why is not None:
        yield label("consequence", page.lang), sanitized(reason_text(why, page.lang))


def waived_until(waived: WaivedDrift, page: RenderOptions) -> Row:
    until, why = waived.waiver.until.isoformat(), sanitized(waived.waiver.because)
    return label("waived", page.lang), label("until", page.lang, until=until, why=why)


def hint(advised: AdvisedDrift, page: RenderOptions) -> Row:
    words = diagnostic_text(advised.diagnostic)
    return label("hint", page.lang), sanitized(fill(words.hint, advised.diagnostic.fields, page.lang))
