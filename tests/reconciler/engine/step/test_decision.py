"""Where a step stands: every way in which a host's answers allow it, forbid it, or have it wait."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import pytest

from probes.fact import Absent, AnyFact, AnyReading, Drift, Fact, Known, Readings, Unknown
from probes.job import HostUptime, JobAttempts
from reconciler.core.identity import job_id, job_key
from reconciler.core.plan import Step
from reconciler.engine.lease import START_MARGIN_S, TTL_S, LeaseValidity
from reconciler.engine.step.decision import (
    Attach,
    Defer,
    RefuseRepeat,
    Skip,
    Start,
    StepDecision,
    Wait,
    decide,
    expected_text,
    reading_text,
)
from reconciler.engine.timeouts import RECOVERY_TIMEOUT_S, UNREACHABLE_TIMEOUT_S
from specs.diagnostic import diagnose
from specs.reason import inline, reason
from specs.text import LocalizedText
from tests.support.flags import WHY, Raise
from tests.support.world import step

H = "10.0.0.1"
AWAY = Unknown(reason("host-unreachable", host=H, error="no route"))
REFUSED = Unknown(reason("probe-failed", error="no access"))
UPTIME: AnyReading = Known(("b007", "100"))
DOWN: AnyReading = Known("down")
ACTION = Raise(host=H, name="a")
ONCE = replace(ACTION, once=True)


def read(step: Step, tried: AnyReading, effect: AnyReading = DOWN, up: AnyReading = UPTIME) -> Readings:
    action = step.action
    assert isinstance(action, Raise)
    facts: dict[AnyFact, AnyReading] = {JobAttempts(host=H, key=job_key(action)): tried, action.flag: effect}
    return {**facts, HostUptime(host=H): up}


def tells(
    tried: tuple[str, ...], *, action: Raise = ACTION, ordered: int | None = None, up: bool = False
) -> StepDecision:
    one = step(action)
    return decide(one, read(one, Known(tried), Known("up" if up else "down")), ordered)


def begin(number: int) -> Start:
    return Start(number=number, boot="b007", uptime_s=100)


@pytest.mark.parametrize(
    ("tried", "ordered", "wanted"),
    [
        ((), None, begin(1)),
        (("1:never",), None, begin(1)),
        (("1:exited:1",), None, begin(2)),
        (("1:vanished",), None, begin(2)),
        (("1:exited:0", "2:running"), None, Attach(number=2)),
        ((), 1, begin(1)),
        (("1:never",), 1, begin(1)),
        (("1:running",), 1, Attach(number=1)),
        (("1:exited:0",), 1, Attach(number=1)),
        (("1:vanished",), 1, Attach(number=1)),
        (("1:verified:0", "2:exited:3"), 2, Attach(number=2)),
    ],
)
def test_which_attempt_it_would_be_and_whose_it_is(
    tried: tuple[str, ...], ordered: int | None, wanted: StepDecision
) -> None:
    assert tells(tried, ordered=ordered) == wanted


@pytest.mark.parametrize(("state", "code"), [("exited:1", "job-repeat-refused"), ("vanished", "job-vanished")])
def test_what_may_not_happen_twice_waits_for_an_explanation_unless_its_effect_is_seen(state: str, code: str) -> None:
    never = tells((f"1:{state}",), action=ONCE)
    assert isinstance(never, RefuseRepeat)
    assert (never.why.code, never.why.where) == (code, H)
    rc = {"rc": "1"} if state == "exited:1" else {}
    assert dict(never.why.fields) == {"job": job_id(job_key(ONCE), 1), **rc}
    assert tells((f"1:{state}",), action=ONCE, up=True) == Skip()
    assert tells((f"1:{state}",), action=ONCE, ordered=1) == Attach(number=1), "it is our own"
    assert tells(("1:verified:0",), action=ONCE) == begin(2)


def test_what_holds_is_left_alone_but_a_job_at_it_is_followed() -> None:
    assert tells((), up=True) == Skip()
    assert tells(("1:running",), up=True) == Attach(number=1)


@pytest.mark.parametrize(("reading", "patience"), [(AWAY, UNREACHABLE_TIMEOUT_S), (REFUSED, 0.0), (Absent(), 0.0)])
def test_a_host_that_says_nothing_is_waited_for_one_that_says_no_is_not(reading: AnyReading, patience: float) -> None:
    one = step(ACTION)
    for readings in (read(one, reading), read(one, Known(()), up=reading)):
        waits = decide(one, readings, None)
        why = reading.why if isinstance(reading, Unknown) else None
        assert waits == Wait(why=diagnose("job-unread", where=H, because=why), timeout_s=patience)


@pytest.mark.parametrize(
    ("after", "reading", "code", "patience"),
    [
        ((), Known("down"), "step-requirement-changed", 0.0),
        (("b",), Known("down"), "step-requirement-changed", RECOVERY_TIMEOUT_S),
        ((), REFUSED, "step-requirement-unknown", 0.0),
        (("b",), REFUSED, "step-requirement-unknown", RECOVERY_TIMEOUT_S),
        (("b",), AWAY, "step-requirement-unknown", UNREACHABLE_TIMEOUT_S),
    ],
)
def test_a_premise_is_given_the_time_its_kind_takes(
    after: tuple[str, ...], reading: AnyReading, code: str, patience: float
) -> None:
    need = Raise(host=H, name="need").flag
    one = step(ACTION, *after, expectations=(need.up(),))
    waits = decide(one, {**read(one, Known(())), need: reading}, None)
    assert isinstance(waits, Wait)
    assert (waits.why.code, waits.timeout_s) == (code, patience)


def test_a_requirement_that_changed_is_named_with_what_was_expected_and_what_is_read() -> None:
    need, other = Raise(host=H, name="need").flag, Raise(host=H, name="other").flag
    one = step(ACTION, expectations=(other.up(), need.up(), need.must_equal(other, because=WHY, source="a test")))
    readings: Readings = {**read(one, Known(())), need: Known("down"), other: REFUSED}
    waits = decide(one, readings, None)
    assert isinstance(waits, Wait)
    changed = diagnose(
        "step-requirement-changed", where=H, fact="test.flag need @10.0.0.1", expected="up", reading="down"
    )
    assert waits.why == changed, "what changed comes before what could not be read"
    unread = decide(one, {**readings, need: Known("up")}, None)
    assert isinstance(unread, Wait)
    fact = "test.flag other @10.0.0.1"
    assert unread.why == diagnose("step-requirement-unknown", where=H, fact=fact, because=REFUSED.why)


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (Known("x" * 300), "x" * 200),
        (Known("a\x1b[2Jb"), "ab"),
        (Absent(), "absent"),
        (REFUSED, "unknown (probe-failed)"),
        (Unknown(inline(LocalizedText(en="no", zh="无"))), "unknown (inline)"),
    ],
    ids=["long", "control-characters", "absent", "coded", "inline"],
)
def test_a_reading_is_one_short_harmless_text(reading: AnyReading, text: str) -> None:
    assert reading_text(reading) == text


def test_a_fact_that_must_equal_another_is_expected_as_that() -> None:
    need, other = Raise(host=H, name="need").flag, Raise(host=H, name="other").flag
    expected = need.must_equal(other, because=WHY, source="a test")
    assert expected_text(Drift(expected=expected, reading=Known("down"))) == "as test.flag other @10.0.0.1"
    assert expected_text(Drift(expected=need.up(), reading=Known("down"))) == "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought(Fact[str]):
    kind: Literal["test.brought"] = "test.brought"
    decides: ClassVar[bool] = True


@pytest.mark.parametrize(
    ("reading", "ordered", "left"),
    [
        (Known("old"), None, False),
        (Known("new"), None, True),
        (Known("new"), 1, False),
        (Absent(), None, False),
        (REFUSED, None, False),
    ],
    ids=["as-taken", "otherwise", "sent-off-already", "not-known-yet", "unread"],
)
def test_what_decides_and_reads_otherwise_leaves_the_step_to_the_next_plan(
    reading: AnyReading, ordered: int | None, *, left: bool
) -> None:
    brought, moved = Brought(host=H), Raise(host=H, name="need").flag
    need = brought.must_be("old", because=reason("not-read"), source="a test")
    one = step(ACTION, "b", expectations=(moved.up(), need))
    stands = decide(one, {**read(one, Known(())), moved: Known("down"), brought: reading}, ordered)
    assert isinstance(stands, Defer if left else Wait)
    assert decide(one, {**read(one, Known(()), Known("up")), brought: reading}, None) == Skip()


def test_a_term_ends_before_the_lease_can_be_anothers() -> None:
    term = LeaseValidity()
    assert term.remaining_s(0.0) == 0.0
    term.renewed_at = 100.0
    assert term.remaining_s(100.0) == TTL_S - START_MARGIN_S
    assert term.remaining_s(100.0 + TTL_S - START_MARGIN_S) == term.remaining_s(9999.0) == 0.0
