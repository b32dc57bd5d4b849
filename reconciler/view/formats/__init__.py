"""Formats of reports: `-o FORMAT` and `--report FORMAT=PATH`. One file each, and its line in `FORMATS`.

A format says of each kind of report which form it has, in one `match`; None says that it has none, which the command
line answers with exit 64 before anything is done. Nothing is imported here before a format is used: the names alone
are what `--help` needs. The kind `error` must have a form in every format: else a failed command leaves an empty
report.
"""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.view.render import RenderOptions
    from reconciler.view.reports import ReportKind, StreamItem

FORMATS = {
    "text": "reconciler.view.formats.text",
    "json": "reconciler.view.formats.json",
    "ndjson": "reconciler.view.formats.ndjson",
    "junit": "reconciler.view.formats.junit",
    "prom": "reconciler.view.formats.prom",
    "nagios": "reconciler.view.formats.nagios",
    "md": "reconciler.view.formats.md",
    "html": "reconciler.view.formats.html",
    "sh": "reconciler.view.formats.sh",
}
DEFAULT = "text"

Form = Callable[[Any, "RenderOptions"], str]
"""The report of that kind → the text of it, with a newline at its end, or ""."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    form: "Callable[[ReportKind], Form | None]"
    """None: this format has no form for such a report."""
    stream: "Callable[[StreamItem], str] | None" = None
    """For stdout while a run goes on. None: the format has only the report once it has ended."""
    for_people: bool = False
    """Its readers see stderr too: what stands there is not repeated on stdout."""
    exit_code: "Callable[[Any], int] | None" = None
    """The report → the exit code that the readers of this format expect, where it is not the one of all others."""


def load(name: str) -> Format:
    """KeyError where there is no such format."""
    return importlib.import_module(FORMATS[name]).FORMAT


def available(kind: "ReportKind") -> Iterator[str]:
    """The formats there are for this kind of report."""
    return (name for name in FORMATS if load(name).form(kind) is not None)
