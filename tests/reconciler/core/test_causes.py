"""Causes: the finding at the bottom explains those that rest on it; what is right now explains nothing."""

from collections.abc import Mapping
from datetime import date

from probes.fact import AnyDrift, AnyFact, AnyReading, Drift, Known, Unknown
from probes.unit import UnitActive
from reconciler.core.causes import Findings, cause_id, with_causes
from reconciler.core.diff import Difference, UnreadHost, WaivedDrift
from specs.diagnostic import diagnose
from specs.reason import reason
from specs.site import Waiver

ROOT, MIDDLE, LEAF = (UnitActive(host="10.0.0.1", unit=f"{name}.service") for name in ("root", "middle", "leaf"))
SILENT = UnitActive(host="10.0.0.9", unit="root.service")
DOWN = Known("failed")
NOT_SHOWN = Unknown(reason("unit-not-shown", unit="x"))
NO_ANSWER = Unknown(reason("host-unreachable", host="10.0.0.9", error="no answer"))
UNREACHABLE = diagnose("host-unreachable", where="10.0.0.9", error="no answer")
RestOn = Mapping[AnyFact, tuple[AnyFact, ...]]
CHAIN: RestOn = {LEAF: (MIDDLE,), MIDDLE: (ROOT,)}


def drift(fact: AnyFact, reading: AnyReading = DOWN) -> AnyDrift:
    expected = fact.must_be("active", because=reason("starts-at-boot"), source="test", module="auth")
    return Drift(expected=expected, reading=reading)


def causes(*drifts: AnyDrift, rests_on: RestOn = CHAIN, **more: object) -> Mapping[AnyFact, object]:
    def below(found: AnyDrift, findings: Findings) -> tuple[AnyFact, ...]:
        return rests_on.get(found.expected.fact, ())

    unread = [found for found in drifts if isinstance(found.reading, Unknown)]
    known = [found for found in drifts if found not in unread]
    difference = Difference(drift=tuple(known), unknown=tuple(unread), matching=0, **more)  # type: ignore[arg-type]
    return with_causes(difference, below, {"10.0.0.9": UNREACHABLE}).causes


def test_the_last_finding_on_the_way_down_is_the_cause_of_all_above_it() -> None:
    assert causes(drift(LEAF), drift(MIDDLE), drift(ROOT)) == {LEAF: ROOT, MIDDLE: ROOT}


def test_what_is_as_expected_explains_nothing() -> None:
    assert causes(drift(LEAF), drift(ROOT)) == {}


def test_the_nearest_of_several_is_followed() -> None:
    both: RestOn = {LEAF: (MIDDLE, ROOT)}
    assert causes(drift(LEAF), drift(MIDDLE), drift(ROOT), rests_on=both) == {LEAF: MIDDLE}


def test_what_was_not_read_explains_only_what_was_not_read() -> None:
    assert causes(drift(MIDDLE), drift(ROOT, NOT_SHOWN)) == {}
    assert causes(drift(MIDDLE, NOT_SHOWN), drift(ROOT, NOT_SHOWN)) == {MIDDLE: ROOT}


def test_a_silent_host_explains_its_own_facts_and_what_rests_on_them_elsewhere() -> None:
    host = UnreadHost(host="10.0.0.9", diagnostic=UNREACHABLE)
    assert causes(drift(LEAF), drift(SILENT, NO_ANSWER), rests_on={LEAF: (SILENT,)}) == {LEAF: host, SILENT: host}
    assert cause_id(host) == "host-unreachable 10.0.0.9"


def test_a_fact_that_its_host_answered_for_in_another_way_is_not_explained_by_the_silence() -> None:
    assert causes(drift(SILENT, NOT_SHOWN)) == {}


def test_latent_drift_neither_follows_nor_explains() -> None:
    assert causes(drift(MIDDLE), drift(ROOT), latent={ROOT: reason("latent-docker-root")}) == {}
    assert causes(drift(MIDDLE), drift(ROOT), latent={MIDDLE: reason("latent-docker-root")}) == {}


def test_a_waived_finding_explains_what_rests_on_it() -> None:
    waiver = Waiver.model_construct(fact="x", until=date(2026, 12, 31), because="known")
    assert causes(drift(MIDDLE), waived=(WaivedDrift(drift=drift(ROOT), waiver=waiver),)) == {MIDDLE: ROOT}


def test_rules_that_go_in_a_circle_end_all_the_same() -> None:
    circle: RestOn = {LEAF: (MIDDLE,), MIDDLE: (LEAF,)}
    assert set(causes(drift(LEAF), drift(MIDDLE), rests_on=circle)) <= {LEAF, MIDDLE}
