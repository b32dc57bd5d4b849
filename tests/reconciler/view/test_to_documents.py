"""The documents: complete, in both languages, and valid by their own schema. `test_pins.py` holds their fields."""

import json

import pytest

from reconciler.core import events as ev
from reconciler.view import documents as doc
from reconciler.view.reports import ErrorReport
from reconciler.view.schema import KINDS, MODELS, schema, schemas
from reconciler.view.to_documents import check_document, diff_document, error_document, event_document, plan_document
from specs.diagnostic import diagnose
from tests.reconciler.view.event_lines import EVENTS
from tests.reconciler.view.world import NOTHING, PLAN, RIGHT, START, difference


@pytest.mark.parametrize(
    "document",
    [
        diff_document("6.2.2", difference(), [diagnose("usage", message="m", help="h")]),
        diff_document("6.2.2", difference(RIGHT)),
        check_document("6.2.2", difference()),
        plan_document(PLAN),
        plan_document(NOTHING),
        error_document(ErrorReport(exit_code=65, diagnostics=(diagnose("file-exists", where="x", path="x"),))),
        *(event_document(event) for event, _ in EVENTS),
        event_document(ev.StepFailed(step=START.id, diagnostic=diagnose("usage", message="m", help="h"), tail=("x",))),
        event_document(ev.RunEnded(verdict="converged", done=1, failed=0, seconds=1.0)),
    ],
    ids=lambda d: type(d).__name__,
)
def test_a_document_is_read_back_as_it_was(document: doc.Doc) -> None:
    text = doc.dumped(document)
    assert json.loads(text)["schema"].startswith("bkrec.")
    assert type(document).model_validate_json(text) == document


def test_a_drift_is_told_in_full() -> None:
    told = json.loads(doc.dumped(diff_document("6.2.2", difference())))
    assert told["verdict"] == "unknown"
    assert len(told["drift"]) == 3
    first = told["drift"][0]
    assert first["fact"] == "unit.active bk-paas-login.service @10.0.0.2"
    assert first["expected"] == {"kind": "absent"}
    assert first["reading"] == {"kind": "known", "value": "active"}
    assert first["because"]["zh"] == "6.1 的登录进程占用 8003 端口"


def test_what_is_unknown_says_why() -> None:
    told = json.loads(doc.dumped(diff_document("6.2.2", difference())))
    assert told["unknown"][0]["reading"]["why"]["code"] == "unit-not-shown"
    assert told["unknown"][0]["reading"]["why"]["fields"] == {"unit": "bk-auth.service"}


def test_a_step_says_what_it_comes_after_and_why() -> None:
    told = json.loads(doc.dumped(plan_document(PLAN)))
    assert told["steps"][1]["after"][0]["step"] == told["steps"][0]["id"]
    assert told["blocked"][0]["problem"]["code"] == "usage"
    assert told["blocked"][0]["blocks"] == ["one fact", "another fact"]


def test_an_event_is_one_line_and_holds_only_what_it_has() -> None:
    text = doc.dumped(event_document(EVENTS[2][0]), indent=None)
    assert text.count("\n") == 1
    own = {"module", "section", "irreversible", "changes", "restore"}
    own |= {"action", "fields", "after", "locks", "outage", "estimate_s"}
    assert set(json.loads(text)) == {"schema", "event", "step", "host", "job"} | own


def test_chinese_stays_readable() -> None:
    assert "不存在" not in doc.dumped(diff_document("6.2.2", difference()))
    assert "\\u" not in doc.dumped(plan_document(PLAN))


@pytest.mark.parametrize("kind", KINDS)
def test_every_document_has_a_schema_that_names_it(kind: str) -> None:
    told = schema(kind)
    assert told["$id"] == f"bkrec.{kind}/1"
    assert told["properties"]["schema"]["const"] == f"bkrec.{kind}/1"
    assert schemas()["documents"][kind] == told


def test_every_document_is_in_the_table() -> None:
    own = {
        cls
        for cls in vars(doc).values()
        if isinstance(cls, type) and issubclass(cls, doc.Doc) and "schema_" in cls.model_fields
    }
    assert own <= set(MODELS.values())
