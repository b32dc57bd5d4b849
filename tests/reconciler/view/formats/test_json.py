"""Each JSON document is valid by the JSON Schema that `bkrec schema` prints for it, read by a validator of its own."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from reconciler.core.events import RunEnded
from reconciler.view.formats.json import form, stream
from reconciler.view.render import RenderOptions
from reconciler.view.reports import EndOfRun, ErrorReport, ReportKind, StreamItem
from reconciler.view.schema import KINDS as SCHEMAS
from reconciler.view.schema import schema
from tests.reconciler.view.formats.specimens import EVENTS, KINDS, PREVIEW, REPORTS

ANSWERS = [kind for kind in KINDS if kind != "schema"]
STREAMED: Mapping[str, StreamItem] = {
    "undo": PREVIEW,
    **{f"event {number}": event for number, event in enumerate(EVENTS)},
    "error": ErrorReport(exit_code=5, diagnostics=()),
    "end": EndOfRun(event=RunEnded(verdict="failed", done=0, failed=1, seconds=3.0), remaining=()),
}


def _document(kind: ReportKind) -> dict[str, Any]:
    made = form(kind)
    assert made is not None
    return json.loads(made(REPORTS[kind], RenderOptions()))


def _validator(document: Mapping[str, Any]) -> Any:
    name = document["schema"].removeprefix("bkrec.").removesuffix("/1")
    return jsonschema.Draft202012Validator(dict(schema(name)))


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_document_is_valid_and_with_anything_else_in_it_is_not(kind: ReportKind) -> None:
    document = _document(kind)
    validator = _validator(document)
    validator.validate(document)
    for broken in _broken(document):
        assert not validator.is_valid(broken)


def _broken(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**document, "surplus": 1}
    yield {**document, "schema": 1}


@pytest.mark.parametrize("item", STREAMED)
def test_a_line_of_the_stream_is_valid(item: str) -> None:
    line = json.loads(stream(STREAMED[item]))
    _validator(line).validate(line)


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_schema_prints_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(dict(schema(name)))
