"""Labelled rows: `      because  why it is so`, the labels of one block equally wide; and items in groups."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from reconciler.view.render import Colour, RenderOptions, columns, harmless_lines, padded

Row = tuple[str, str]
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def rows(page: RenderOptions, rows: Iterable[Row], *, indent: int, colour: Colour = "dim") -> Iterator[str]:
    """Rows with an empty text are skipped."""
    saved = [(name, harmless_lines(text)) for name, text in rows if text]
    width = max((columns(name) for name, _ in saved), default=0)
    for name, text in saved:
        first = " " * indent + padded(name, width) + "  "
        head, *more = page.wrapped(first, text)
        yield " " * indent + page.paint(padded(name, width), colour) + head[indent + len(padded(name, width)) :]
        yield from more


def grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Groups in the order of their first member."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
