"""Diagnostics as blocks, all of them at once; one cause at several places is one block:

error[spec-unknown-module]: `bkauth` requires `pass`, which is not in this release
  where: specs/releases/bkce-6.2.2/modules/bkauth.toml, requires[0].module
  why:   …
  hint:  did you mean `paas`?
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from reconciler.view.messages.registry import diagnostic_text, fill, reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, harmless_lines, lines, sanitized
from reconciler.view.text.rows import grouped, rows
from specs.diagnostic import Diagnostic
from specs.text import LocalizedText

Severity = Literal["error", "warning"]
_FIRST = 5
"""Places that are named of a cause."""


def diagnostics_text(diagnostics: Iterable[Diagnostic], page: RenderOptions, severity: Severity = "error") -> str:
    """Each cause once, in the order given, a blank line between; the number of findings at the end if several."""
    unique = tuple(dict.fromkeys(diagnostics))
    blocks = [*cause_blocks(unique, page, severity)]
    if len(unique) > 1:
        blocks.append(label("problem-count", page.lang, count=len(unique)) + "\n")
    return "\n".join(blocks)


def cause_blocks(diagnostics: Iterable[Diagnostic], page: RenderOptions, severity: Severity) -> Iterator[str]:
    """A block for each cause, with all its places."""
    causes = grouped(tuple(dict.fromkeys(diagnostics)), lambda diagnostic: replace(diagnostic, where=""))
    return (lines(block(replace(cause, where=_places(same, page)), page, severity)) for cause, same in causes.items())


def _places(same: Sequence[Diagnostic], page: RenderOptions) -> str:
    places = [diagnostic.where for diagnostic in same if diagnostic.where]
    if len(places) > _FIRST:
        places[_FIRST:] = [label("and-more", page.lang, count=len(places) - _FIRST)]
    return ", ".join(places)


def block(
    diagnostic: Diagnostic, page: RenderOptions, severity: Severity = "error", *, indent: int = 0
) -> Iterator[str]:
    words = diagnostic_text(diagnostic)
    blank = " " * indent
    head = f"{label(severity, page.lang)}[{diagnostic.code}]"
    first, *more = page.wrapped(f"{blank}{head}: ", _filled(words.what, diagnostic, page), rest=f"{blank}    ")
    yield first.replace(head, page.paint(head, "bold", "red" if severity == "error" else "yellow"), 1)
    yield from more
    names = (
        ("where", sanitized(diagnostic.where)),
        ("because", reason_text(diagnostic.because, page.lang) if diagnostic.because else ""),
        ("why-beside-because" if diagnostic.because else "why", _filled(words.why, diagnostic, page)),
        ("source", diagnostic.source),
        ("hint", _filled(words.hint, diagnostic, page)),
    )
    yield from rows(page, ((label(name, page.lang) + ":", text) for name, text in names), indent=indent + 2)


def _filled(sentence: LocalizedText, diagnostic: Diagnostic, page: RenderOptions) -> str:
    return harmless_lines(fill(sentence, diagnostic.fields, page.lang))
