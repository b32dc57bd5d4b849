"""The registry of messages: a code, its fields, a language → text.

Source of the shape: rustc's and TiUP's diagnostics, where a lasting code leads from any report to one explanation.
A code without a message, or a field that is not filled, still gives text that can be searched for: at night a bare code
is worth more than a traceback. A test makes sure that it never happens.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from reconciler.view.messages import (
    cli,
    cmdb,
    databases,
    engine,
    health,
    host_keys,
    installed,
    latent,
    package_versions,
    part,
    placement,
    planner,
    preflight,
    probes,
    rules,
    seal,
    specs,
    ssh,
    undo,
)
from reconciler.view.messages.text import DiagnosticText
from specs.diagnostic import Diagnostic
from specs.reason import InlineReason, Reason
from specs.redact import clean
from specs.text import Lang, LocalizedText

PARTS = (
    specs,
    probes,
    rules,
    planner,
    part,
    cmdb,
    package_versions,
    installed,
    placement,
    latent,
    preflight,
    undo,
    engine,
    ssh,
    host_keys,
    cli,
    databases,
    health,
    seal,
)


@cache
def reasons() -> Mapping[str, LocalizedText]:
    """Every reason, by code."""
    return {code: text for part in PARTS for code, text in getattr(part, "REASONS", {}).items()}


@cache
def diagnostics() -> Mapping[str, DiagnosticText]:
    """Every diagnostic, by code."""
    return {code: text for part in PARTS for code, text in getattr(part, "DIAGNOSTICS", {}).items()}


def reason_text(because: Reason, lang: Lang) -> str:
    if isinstance(because, InlineReason):
        return because.zh if lang == "zh" else because.en
    sentence = reasons().get(because.code) or _what(because.code)
    if sentence is None:
        return because.code + "".join(f" {name}={value}" for name, value in because.fields)
    return fill(sentence, because.fields, lang)


def _what(code: str) -> LocalizedText | None:
    """The code of a diagnostic may be the reason of an Unknown: its what is the reason."""
    text = diagnostics().get(code)
    return None if text is None else text.what


def diagnostic_text(diagnostic: Diagnostic) -> DiagnosticText:
    """Its message; for a code without one, the code and fields themselves."""
    text = diagnostics().get(diagnostic.code)
    if text is not None:
        return text
    bare = " ".join((diagnostic.code, *(f"{name}={{{name}}}" for name, _ in diagnostic.fields)))
    nothing = LocalizedText(en="", zh="")
    return DiagnosticText(what=LocalizedText(en=bare, zh=bare), why=nothing, hint=nothing)


def fill(sentence: LocalizedText, fields: tuple[tuple[str, str], ...], lang: Lang) -> str:
    """The values go in as they are: they are never read as a format themselves."""
    text = sentence.zh if lang == "zh" else sentence.en
    plain = tuple((name, clean(value)) for name, value in fields)
    return drop_empty(text, (name for name, value in fields if not value)).format_map(_Fields(plain))


def one_line(text: str) -> str:
    """For a place with a line of its own: a value cannot add a second line."""
    return clean(text).replace("\n", " ")


def drop_empty(text: str, empty: Iterable[str]) -> str:
    """A field with nothing in it goes with the blank before it: "distribute etcd to …", since its archive brings no
    version. Only the template is touched: what a value holds stays as it is."""
    for name in empty:
        text = text.replace(f" {{{name}}}", "")
    return text


class _Fields(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
