"""Markdown of values that come from hosts and people: nothing of them is markup, neither of Markdown nor of HTML."""

from collections.abc import Iterable, Iterator

from reconciler.view.render import sanitized

_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_[]|#~"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def escaped(text: str) -> str:
    """One line in which nothing is markup."""
    return sanitized(text).translate(_MARKUP)


def table(head: Iterable[str], body: Iterable[Iterable[str]]) -> Iterator[str]:
    """Cells are escaped already."""
    names = tuple(head)
    yield f"| {' | '.join(names)} |"
    yield "|" + " --- |" * len(names)
    for row in body:
        yield f"| {' | '.join(row)} |"
