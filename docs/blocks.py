"""Generated parts of written pages: each lies between two comments that name the command which makes it.

<!-- made by docs/sessions.py: diff -->
…
<!-- end -->
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from specs.text import Lang

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = re.compile(r"(<!-- made by (docs/\w+\.py): ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> Iterator[Path]:
    yield from sorted(ROOT.glob("*.md"))
    yield from sorted((ROOT / "docs").glob("*.md"))


def language(page: Path) -> Lang:
    return "zh" if page.name.endswith(".zh-CN.md") else "en"


def filled(text: str, command: str, content: Callable[[str], str]) -> str:
    """The page with each block of this command made again; `content` gets the block's name."""

    def renewed(found: re.Match[str]) -> str:
        begin, by, name, end = found.groups()
        return found[0] if by != command else f"{begin}{content(name)}{end}"

    return _BLOCK.sub(renewed, text)


def names(text: str, command: str) -> tuple[str, ...]:
    return tuple(found[3] for found in _BLOCK.finditer(text) if found[2] == command)


def fenced(lines: Iterable[str]) -> str:
    return "\n".join(("```", *lines, "```", ""))


def table(head: Iterable[str], rows: Iterable[Iterable[str]], align: str = "") -> str:
    """`align`: one of `-` (left) and `:` (right) for each column."""
    columns = tuple(head)
    rule = [{":": "---:"}.get(mark, "---") for mark in align or "-" * len(columns)]
    return "".join("| " + " | ".join(row) + " |\n" for row in (columns, rule, *rows))


def write(command: str, content: Callable[[Lang, str], str]) -> None:
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = renewed(page, command, content)
        if after != before:
            page.write_text(after, encoding="utf-8")


def renewed(page: Path, command: str, content: Callable[[Lang, str], str]) -> str:
    lang = language(page)
    return filled(page.read_text(encoding="utf-8"), command, lambda name: content(lang, name))
