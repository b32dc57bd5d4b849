"""What a text is written for: a language, a width, colour or none. And the few ways to lay words on it.

A Chinese character takes two columns, so widths are counted in columns, and a Chinese sentence may break anywhere but
before its punctuation. Colour only ever repeats what the words say: without it nothing is lost.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from unicodedata import east_asian_width

from specs.redact import ESCAPES, HIDDEN, SURROGATES
from specs.text import Lang, LocalizedText

Colour = Literal["bold", "dim", "red", "green", "yellow", "cyan"]

_SGR: dict[Colour, str] = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_PIECE = re.compile(rf"\s+|[{_WIDE}][，。；：、！？）」》”]*|[^\s{_WIDE}]+")
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    lang: Lang = "en"
    width: int = 100
    colour: bool = False
    titles: Mapping[str, LocalizedText] = field(default_factory=dict[str, LocalizedText])
    """What users call a module, from the release: "paas" → PaaS platform, PaaS 平台."""
    not_covered: tuple[str, ...] = ()
    """Sections of the guide of which nothing is claimed: each verdict names them."""
    excluded: tuple[str, ...] = ()
    """Modules and SaaS that cluster.toml excludes: each verdict names them too."""
    verbose: bool = False
    """Each finding by itself, on each host."""

    def product(self, module: str) -> str:
        """`PaaS platform (PaaS 平台)` in English, `PaaS 平台` in Chinese; the bare name where no title is known."""
        title = self.titles.get(module)
        if title is None:
            return sanitized(module)
        return title.zh if self.lang == "zh" or title.en == title.zh else f"{title.en} ({title.zh})"

    def paint(self, text: str, *colours: Colour) -> str:
        if not self.colour or not text or not colours:
            return text
        return f"\x1b[{';'.join(_SGR[c] for c in colours)}m{text}\x1b[0m"

    def wrapped(self, first: str, text: str, *, rest: str | None = None) -> Iterator[str]:
        """`first` and the text, broken at the page's width; later lines begin with `rest` (else blanks)."""
        indent = " " * columns(first) if rest is None else rest
        room = max(20, self.width - columns(first))
        for number, line in enumerate(part for row in text.split("\n") for part in _broken(row, room)):
            yield ((first if number == 0 else indent) + line).rstrip()


def columns(text: str) -> int:
    """How many columns of a terminal the text takes; colours take none."""
    plain = _ESCAPE.sub("", text) if "\x1b" in text else text
    return len(plain) if plain.isascii() else sum(2 if east_asian_width(char) in "WF" else 1 for char in plain)


def padded(text: str, width: int) -> str:
    return text + " " * max(0, width - columns(text))


def clipped(text: str, width: int) -> str:
    """At most `width` columns, with an ellipsis where something was cut."""
    if columns(text) <= width:
        return text
    saved = ""
    for char in text:
        if columns(saved + char) > width - 1:
            break
        saved += char
    return saved + "…"


def sanitized(text: str) -> str:
    """What a host printed, on one line, without what would move a terminal's cursor, reverse its text or hide in it."""
    if text.isascii() and text.isprintable():
        return text
    plain = SURROGATES.sub("�", ESCAPES.sub("", text).replace("\r", "").replace("\t", " ").replace("\n", " "))
    return HIDDEN.sub("�", plain)


def harmless_lines(text: str) -> str:
    """The same for several lines, which stay several."""
    return "\n".join(sanitized(line) for line in text.split("\n"))


def lines(*parts: Iterable[str]) -> str:
    return "\n".join(line for part in parts for line in part) + "\n"


def _broken(text: str, room: int) -> Iterator[str]:
    line = ""
    for piece in _PIECE.findall(text):
        if line and columns(line + piece.rstrip()) > room:
            yield line.rstrip()
            line = "" if piece.isspace() else piece
        else:
            line += piece
    yield line.rstrip()
