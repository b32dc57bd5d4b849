"""Each line of ndjson is valid by the JSON Schema that `bkrec schema` prints for it."""

import json
from typing import Any

import jsonschema
import pytest

from reconciler.view.formats import load
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ReportKind
from reconciler.view.schema import schema
from tests.reconciler.view.formats.specimens import KINDS, REPORTS


def _lines(kind: ReportKind) -> list[Any]:
    form = load("ndjson").form(kind)
    assert form is not None
    return [json.loads(line) for line in form(REPORTS[kind], RenderOptions()).splitlines()]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if load("ndjson").form(kind) is not None])
def test_every_line_is_valid_by_its_schema(kind: ReportKind) -> None:
    lines = _lines(kind)
    assert lines
    for line in lines:
        name = line["schema"].removeprefix("bkrec.").removesuffix("/1")
        jsonschema.validate(line, dict(schema(name)))
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**line, "surplus": 1}, dict(schema(name)))


def test_a_finding_is_a_line_and_the_summary_the_last() -> None:
    *found, last = _lines("check")
    assert [(line["severity"], line["fact"].split()[0]) for line in found] == [
        ("drift", "unit.active"),
        ("drift", "unit.active"),
        ("drift", "install-config.module-hosts"),
        ("unknown", "unit.enabled"),
    ]
    assert (last["schema"], last["verdict"], last["drift"], last["unknown"]) == ("bkrec.summary/1", "unknown", 3, 1)


def test_a_run_is_its_events() -> None:
    assert [line["event"] for line in _lines("apply")][-1] == "run-ended"
    assert _lines("undo")[0]["schema"] == "bkrec.undo/1"
