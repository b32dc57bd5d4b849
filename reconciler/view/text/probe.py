"""Facts as read, by host and module; what could not be read comes last, each cause once for all its facts."""

from collections.abc import Iterable, Iterator, Mapping

from probes.fact import AnyFact, AnyReading, Readings, Unknown, kind_of
from reconciler.view import describe
from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized
from reconciler.view.text.diff import module_title
from reconciler.view.text.rows import grouped

Pair = tuple[AnyFact, AnyReading]


def probe_text(readings: Readings, modules: Mapping[AnyFact, str], page: RenderOptions) -> str:
    read = [(fact, reading) for fact, reading in readings.items() if not isinstance(reading, Unknown)]
    unread = [(fact, reading.why) for fact, reading in readings.items() if isinstance(reading, Unknown)]
    because = [(fact, sanitized(reason_text(why, page.lang))) for fact, why in unread]
    hosts = len({fact.host for fact in readings})
    counted = label("probe-counts", page.lang, facts=len(read), hosts=hosts, unread=len(unread))
    return lines(_read(read, modules, page), _unread(because, page), (counted,))


def _read(read: Iterable[Pair], modules: Mapping[AnyFact, str], page: RenderOptions) -> Iterator[str]:
    for host, local in grouped(read, lambda pair: pair[0].host).items():
        yield page.paint(sanitized(host), "bold")
        for module, its in grouped(local, lambda pair: modules.get(pair[0], "")).items():
            yield "  " + page.paint(module_title(module, page), "cyan")
            for fact, reading in its:
                yield from page.wrapped("    - ", _line(fact, reading, page))
        yield ""


def _line(fact: AnyFact, reading: AnyReading, page: RenderOptions) -> str:
    colon = "：" if page.lang == "zh" else ": "
    return describe.fact(fact, page.lang) + colon + describe.reading(reading, page, kind=kind_of(fact))


def _unread(unread: Iterable[tuple[AnyFact, str]], page: RenderOptions) -> Iterator[str]:
    groups = grouped(unread, lambda pair: (pair[0].host, pair[1]))
    if groups:
        yield page.paint(label("not-read", page.lang), "bold", "yellow")
    for (host, why), local in groups.items():
        yield from page.wrapped(f"  {sanitized(host)}  ", why)
        for fact, _ in local:
            yield from page.wrapped("    - ", describe.fact(fact, page.lang))
    if groups:
        yield ""
