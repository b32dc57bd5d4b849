"""Readings in a file: there and back for every kind, and the plan that comes from them is the cluster's own."""

import pytest

from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.unit import UnitActive
from reconciler.core.facts_file import SavedReadings, dump, load, save, to_readings
from reconciler.core.planner import plan
from reconciler.rules.registry import expected_facts, rule_for
from specs.diagnostic import SpecError
from specs.reason import InlineReason, reason
from tests.sim.worlds import World, guide_cluster, study

UNIT = UnitActive(host="10.0.0.3", unit="bk-auth.service")
EVERY: tuple[AnyReading, ...] = (
    Known("active"), Known(3), Known(True), Known(("a", "b")), Known(()), Absent(),
    Unknown(reason("unit-unknown-state", unit="x")), Unknown(InlineReason(en="a", zh="b")),
)  # fmt: skip


def there_and_back(readings: dict[AnyFact, AnyReading]) -> SavedReadings:
    saved = save(readings, {UNIT: "auth"}, cluster="x", release="6.2.2", bkrec="0")
    assert load(dump(saved), "x") == saved
    return load(dump(saved), "x")


@pytest.mark.parametrize("reading", EVERY, ids=str)
def test_a_reading_comes_back_as_it_was(reading: AnyReading) -> None:
    saved = there_and_back({UNIT: reading})
    assert to_readings(saved) == {UNIT: reading}
    assert type(getattr(to_readings(saved)[UNIT], "value", None)) is type(getattr(reading, "value", None))
    assert saved.readings[0].module == "auth"


def test_from_what_was_kept_comes_the_plan_that_the_cluster_would_have_got() -> None:
    """The use of it: a report that can be decided on again, with nothing but pure code."""
    cluster = guide_cluster()
    made, readings = study(World(cluster=cluster))
    kept = to_readings(there_and_back(dict(readings)))
    assert len(kept) > 500
    assert kept == readings
    assert plan(cluster.release.version, expected_facts(cluster), kept, rule_for(cluster)) == made
    assert made.steps


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('"bkrec.readings/1"', '"bkrec.readings/2"', id="another format"),
        pytest.param('"unit.active"', '"unit.activ"', id="a kind that nobody knows"),
        pytest.param('"value"', '"valu"', id="a misspelt value"),
        pytest.param("}", "", id="half a file"),
    ],
)
def test_what_is_understood_by_half_is_refused(old: str, new: str) -> None:
    text = dump(save({UNIT: Known("active")}, {}, cluster="x", release="6.2.2", bkrec="0"))
    with pytest.raises(SpecError) as caught:
        load(text.replace(old, new, 1), "readings.json")
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"facts-file-unreadable"}
