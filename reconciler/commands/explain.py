"""`explain ID` and `schema [KIND]`: what an id means, what a document holds. They need no cluster."""

import difflib

from reconciler.commands.errors import UsageError
from reconciler.commands.result import Result
from reconciler.engine import release_data
from reconciler.version import DEFAULT_RELEASE
from reconciler.view import explain as entries
from reconciler.view import schema as schemas
from reconciler.view.documents import ExplainDoc
from reconciler.view.messages.ui import label
from reconciler.view.reports import SchemaReport
from specs.diagnostic import diagnose
from specs.text import Lang


def explain(text: str, lang: Lang) -> Result[ExplainDoc]:
    """Raises UsageError for an unknown id, with those that look like it."""
    release = release_data.load_release(DEFAULT_RELEASE)
    document = entries.explain(text, release.sections, release.guide)
    if not document.entries:
        raise _unknown_id(text, entries.near(text, release.sections), lang)
    return Result(document=document)


def schema(kind: str | None, lang: Lang) -> Result[SchemaReport]:
    """None: all of them. Raises UsageError for an unknown kind."""
    if kind is None:
        return Result(document=SchemaReport(schema=schemas.schemas()))
    if kind not in schemas.KINDS:
        near = difflib.get_close_matches(kind, schemas.KINDS, cutoff=0.5)
        raise _unknown_id(kind, tuple(near) or schemas.KINDS, lang)
    return Result(document=SchemaReport(schema=schemas.schema(kind)))


def _unknown_id(text: str, near: tuple[str, ...], lang: Lang) -> UsageError:
    ids = ", ".join(f"`{name}`" for name in near)
    hint = label("near", lang, ids=ids) if ids else label("near-none", lang)
    return UsageError(diagnose("unknown-id", id=text, near=hint))
