"""The words on the wire: what scripts read is stored beside this test, and changes on purpose or not at all.

`pytest tests/reconciler/view/test_pins.py --update-golden` renews the files; then review the diff: fields and words may
be added, none may be renamed or go.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from actions.registry import ACTIONS
from probes.registry import PROBES
from reconciler.core.events import Event
from reconciler.core.verdict import EXIT_CODES, ExitCode
from reconciler.view.formats import FORMATS
from reconciler.view.messages.registry import diagnostics, reasons
from reconciler.view.reports import ReportKind
from reconciler.view.schema import schemas

PINS = Path(__file__).parent / "pins"


def _default(kind: type[Any], name: str) -> str:
    (word,) = (field.default for field in fields(kind) if field.name == name)
    return str(word)


def _events() -> Mapping[str, Any]:
    names = {_default(kind, "event"): {field.name for field in fields(kind)} for kind in get_args(Event)}
    return {event: sorted(own - {"event"}) for event, own in names.items()}


WIRE: Mapping[str, Callable[[], Any]] = {
    "schema": schemas,
    "events": _events,
    "exit-codes": lambda: {
        "codes": {code.name: int(code) for code in ExitCode},
        "ends": {end: int(code) for end, code in EXIT_CODES.items()},
    },
    "codes": lambda: {"diagnostics": sorted(diagnostics()), "reasons": sorted(reasons())},
    "kinds": lambda: {
        "facts": sorted(_default(fact, "kind") for probe in PROBES for fact in probe.facts),
        "actions": sorted(_default(action, "kind") for action in ACTIONS),
    },
    "formats": lambda: {"formats": list(FORMATS), "reports": sorted(get_args(ReportKind))},
}


@pytest.mark.parametrize("name", WIRE)
def test_the_words_on_the_wire_are_those_that_are_stored(name: str, *, update_golden: bool) -> None:
    path = PINS / f"{name}.json"
    text = json.dumps(WIRE[name](), indent=1, ensure_ascii=False, sort_keys=name != "schema") + "\n"
    if update_golden:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "intended? then: pytest FILE --update-golden, and read the diff"


def test_every_stored_file_is_compared() -> None:
    assert {path.stem for path in PINS.glob("*.json")} == set(WIRE)
