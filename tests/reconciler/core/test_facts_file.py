"""Readings in a file: there and back for every kind, and the plan that comes from them is the cluster's own."""

import pytest

from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.unit import UnitActive
from reconciler.core.facts_file import SavedReadings, dump, load, save, to_cluster, to_readings
from reconciler.core.planner import plan
from reconciler.rules.registry import expected_facts, rule_for
from specs.cluster import with_versions
from specs.diagnostic import SpecError
from specs.package_versions import PackageVersion
from specs.reason import InlineReason, reason
from tests.sim.worlds import World, file, guide_cluster, release, study

AT = "2026-05-09T22:00:00+00:00"
UNIT = UnitActive(host="10.0.0.3", unit="bk-auth.service")
EVERY: tuple[AnyReading, ...] = (
    Known("active"), Known(3), Known(True), Known(("a", "b")), Known(()), Absent(),
    Unknown(reason("unit-unknown-state", unit="x")), Unknown(InlineReason(en="a", zh="b")),
)  # fmt: skip


def there_and_back(readings: dict[AnyFact, AnyReading]) -> SavedReadings:
    saved = save(readings, {UNIT: "auth"}, guide_cluster(), bkrec="0", read_at=AT)
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
    made, readings = study(World(cluster=guide_cluster()))
    saved = there_and_back(dict(readings))
    kept, cluster = to_readings(saved), to_cluster(saved, "x", file(), release())
    assert len(kept) > 500
    assert kept == readings
    assert plan(cluster.release.version, expected_facts(cluster), kept, rule_for(cluster)) == made
    assert made.steps


def test_the_cluster_is_described_as_it_was() -> None:
    versions = (PackageVersion(kind="product", name="bkauth", version="1.0.9"),)
    cluster = with_versions(guide_cluster(), versions)
    again = to_cluster(load(dump(save({}, {}, cluster, bkrec="0", read_at=AT)), "x"), "x", file(), release())
    assert (again.inventory, again.paths, again.release) == (cluster.inventory, cluster.paths, cluster.release)
    assert again.package_versions == versions


@pytest.mark.parametrize("change", [{"name": "other"}, {"release": "6.3.0"}], ids=["another cluster", "release"])
def test_readings_of_another_cluster_or_release_are_refused(change: dict[str, str]) -> None:
    saved = there_and_back({UNIT: Known("active")})
    name, version = change.get("name", "lab"), change.get("release", "6.2.2")
    with pytest.raises(SpecError) as caught:
        to_cluster(
            saved,
            "readings.json",
            file().model_copy(update={"name": name}),
            release().model_copy(update={"version": version}),
        )
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.where) == ("facts-file-of-another", "readings.json")


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
    text = dump(save({UNIT: Known("active")}, {}, guide_cluster(), bkrec="0", read_at=AT))
    with pytest.raises(SpecError) as caught:
        load(text.replace(old, new, 1), "readings.json")
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"facts-file-unreadable"}
