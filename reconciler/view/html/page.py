"""Templates → a page. Every value is escaped, and made harmless first: no control character, one line.

The page forbids itself to load anything (Content-Security-Policy), so that a report that is mailed around tells nobody
that it was opened. Its style is in the file; its fonts are the reader's own.

Source: Jinja, API documentation, autoescaping and undefined types; W3C, Content Security Policy Level 3.
"""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciler.version import VERSION
from reconciler.view.messages.ui import duration, label
from reconciler.view.render import sanitized
from specs.text import Lang


def page(template: str, lang: Lang, title: str, **model: Any) -> str:
    """`template`: its file's name without `.html`."""

    def worded(code: str, /, **fields: object) -> str:
        return label(code, lang, **fields)

    def timed(seconds: float) -> str:
        return duration(seconds, lang)

    text = _environment().get_template(f"{template}.html")
    return text.render(lang=lang, title=title, version=VERSION, t=worded, time=timed, **model)


@cache
def _environment() -> Environment:
    """A name that a template misspells is an error, not an empty place."""
    return Environment(
        loader=PackageLoader("reconciler.view.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _harmless(value: Any) -> Any:
    """Markup is what a template's own macros have made, of values that were made harmless there."""
    return sanitized(value) if isinstance(value, str) and not isinstance(value, Markup) else value
