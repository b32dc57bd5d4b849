"""Drift by host and module; latent drift; what could not be read; then the verdict.

What follows from another finding is named there. Where the whole is longer than a screen, the causes come first, a line
each. `-v` has every finding on each host in full.
"""

from collections.abc import Iterable, Iterator, Sequence

from probes.fact import AnyDrift, kind_of
from reconciler.core.diff import Difference
from reconciler.core.listing import WHOLE, Listing, listed
from reconciler.view import describe
from reconciler.view.finding_groups import FindingGroup, FindingGroups, heaviest_first, unread_why
from reconciler.view.hosts import hosts_text
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, clipped, columns, lines, sanitized
from reconciler.view.text import latent
from reconciler.view.text.finding import following, follows_from, group_line, not_listed
from reconciler.view.text.rows import grouped, rows
from reconciler.view.text.verdict import verdict_line
from reconciler.view.value_diff import wording

SCREEN = 24
"""Lines of a terminal."""
OVERVIEW = SCREEN - 4
"""Causes that the overview names: a screen without the verdict, a heading, the rest, and the prompt."""


def diff_text(release: str, difference: Difference, page: RenderOptions, listing: Listing = WHOLE) -> str:
    shown = listed(difference, listing)
    blocks = _Blocks(shown, page)
    plain, hidden = latent.parted(shown)
    body = (
        *blocks.drifts(plain),
        *latent.titled(latent.HIDDEN, blocks.drifts(hidden), page),
        *latent.titled(latent.REPORTED, blocks.drifts([advised.drift for advised in shown.advice]), page),
        *latent.titled(latent.WAIVED, blocks.drifts([waived.drift for waived in shown.waived]), page),
        *blocks.unread(),
    )
    overview = blocks.overview(plain) if len(body) >= SCREEN and not page.verbose else ()
    end = (*not_listed(difference, listing, page), verdict_line(release, difference, page))
    return lines(overview, body, end)


def module_title(module: str, page: RenderOptions) -> str:
    """`paas: PaaS platform (PaaS 平台)`."""
    if not module:
        return label("cluster-wide", page.lang)
    title, name = page.product(module), sanitized(module)
    return name if title == module else f"{name}: {title}"


class _Blocks:
    def __init__(self, difference: Difference, page: RenderOptions) -> None:
        self._difference, self._page = difference, page
        self._groups = FindingGroups(difference)

    def overview(self, plain: Sequence[AnyDrift]) -> Iterator[str]:
        """The causes, the heaviest first, a line each."""
        page = self._page
        causes = heaviest_first((*self._groups.of_unread(page), *self._groups.of_drift(plain, page)))
        if not causes:
            return
        yield page.paint(label("causes", page.lang, count=len(causes)), "bold")
        for group in causes[:OVERVIEW]:
            yield self._short(group)
        if len(causes) > OVERVIEW:
            yield "  " + label("and-more", page.lang, count=len(causes) - OVERVIEW)
        yield ""

    def _short(self, group: FindingGroup) -> str:
        page, first = self._page, group.first
        line = group_line(group, page)
        if first in self._difference.unknown and len(group.drifts) > 1:
            why = label("unknown-facts", page.lang, count=len(group.drifts), why=unread_why(first, page))
            line = f"  {hosts_text(group.hosts, page.lang)}  {why}"
        count = len(group.consequences)
        following_it = f" ({label('follow-from-it', page.lang, count=count)})" if count else ""
        return clipped(line, page.width - columns(following_it)) + following_it

    def drifts(self, drifts: Sequence[AnyDrift]) -> Iterator[str]:
        page = self._page
        for hosts, its in grouped(self._shown(drifts), lambda group: group.hosts).items():
            yield page.paint(hosts_text(hosts, page.lang), "bold")
            for module, of_module in grouped(its, lambda group: group.first.expected.module).items():
                yield "  " + page.paint(module_title(module, page), "cyan")
                for group in of_module:
                    yield from self._block(group)
            yield ""

    def _shown(self, drifts: Sequence[AnyDrift]) -> list[FindingGroup]:
        if not self._page.verbose:
            return self._groups.of_drift(drifts, self._page)
        every = grouped(drifts, lambda drift: drift.expected.fact.host)
        return [FindingGroup(drifts=(drift,)) for on_host in every.values() for drift in on_host]

    def _block(self, group: FindingGroup) -> Iterator[str]:
        drift, page, difference = group.first, self._page, self._difference
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
        causes = (*follows_from(drift, self._groups, page), *following(group, page))
        consequence = latent.consequence(drift, difference, page)
        yield from rows(page, (*names, *consequence, *advised, *waived, *causes), indent=6)

    def unread(self) -> Iterator[str]:
        """A host that does not answer is one finding, not one per fact."""
        page = self._page
        groups = self._groups.of_unread(page)
        if page.verbose:
            groups = list(_all_unread(self._difference.unknown, page))
        if groups:
            yield page.paint(label("not-read", page.lang), "bold", "yellow")
        for group in groups:
            yield from page.wrapped(f"  {hosts_text(group.hosts, page.lang)}  ", unread_why(group.first, page))
            shown = len(group.drifts) if page.verbose else _SHOWN
            for drift in group.drifts[:shown]:
                yield from page.wrapped("    - ", describe.fact(drift.expected.fact, page.lang))
                if page.verbose:
                    yield from rows(page, follows_from(drift, self._groups, page), indent=6)
            if len(group.drifts) > shown:
                yield "      " + label("and-more", page.lang, count=len(group.drifts) - shown)
            yield from rows(page, following(group, page), indent=6)
        if groups:
            yield ""


_SHOWN = 5


def _all_unread(unknown: Iterable[AnyDrift], page: RenderOptions) -> Iterator[FindingGroup]:
    groups = grouped(unknown, lambda drift: (drift.expected.fact.host, unread_why(drift, page)))
    return (FindingGroup(drifts=tuple(drifts)) for drifts in groups.values())
