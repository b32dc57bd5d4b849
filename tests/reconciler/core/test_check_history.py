"""Since when, how often, flapping; and when an operator is alerted: once per change."""

from dataclasses import replace

from reconciler.core.check_history import (
    CALM_AT,
    FLAPPING_FROM,
    MOST,
    RECENT_CHECKS,
    Alert,
    CheckHistory,
    delivered,
    observe,
)

A, B = "unit.active a.service @h", "unit.active b.service @h"


def checks(*found: str, history: CheckHistory | None = None) -> tuple[list[Alert | None], CheckHistory]:
    """One check per word, each letter of it a finding ("-": none), a minute apart; each alert is delivered."""
    alerts: list[Alert | None] = []
    history = history or CheckHistory()
    for number, letters in enumerate(found, start=1):
        history = observe(history, letters.strip("-"), 60 * number)
        alerts.append(history.alert)
        history = delivered(history)
    return alerts, history


def test_a_finding_knows_since_when_and_how_often() -> None:
    _, history = checks("a", "a", "-", "a", "a")
    record = history.findings["a"]
    assert (record.since, record.last, record.times, record.present) == (240, 300, 2, True)


def test_drift_and_recovery_are_reported_once_each() -> None:
    assert checks("-", "a", "a", "-", "-")[0] == [None, "drift", None, "recovery", None]


def test_another_finding_is_news_and_one_of_two_that_goes_is_not() -> None:
    assert checks("a", "ab", "b", "ab", "-")[0] == ["drift", "drift", None, "drift", "recovery"]


def test_a_first_check_without_findings_reports_nothing() -> None:
    assert checks("-")[0] == [None]


def test_what_was_not_delivered_is_reported_again() -> None:
    history = observe(CheckHistory(), [A], 60)
    assert (history.alert, observe(history, [A], 120).alert) == ("drift", "drift")
    recovered = observe(delivered(history), [], 120)
    assert (recovered.alert, observe(recovered, [], 180).alert) == ("recovery", "recovery")


def test_by_a_check_that_did_not_get_as_far_as_the_facts_nothing_recovers() -> None:
    history = delivered(observe(CheckHistory(), [A], 60))
    unreachable = observe(history, ["host-unreachable 10.0.0.1"], 120, complete=False)
    assert unreachable.findings[A] == history.findings[A]
    assert unreachable.unreported == ("host-unreachable 10.0.0.1",)
    assert observe(delivered(unreachable), [A], 180).alert is None


def test_a_finding_that_comes_and_goes_is_flapping_and_does_not_recover_until_it_is_calm() -> None:
    restless = ["a", "-"] * 4
    alerts, history = checks(*restless)
    assert alerts == ["drift", "recovery", "drift", "recovery", "drift", None, None, None]
    assert history.findings["a"].flapping
    alerts, history = checks(*["-"] * RECENT_CHECKS, history=history)
    assert alerts.count("recovery") == 1
    assert set(alerts) == {None, "recovery"}
    assert not history.findings["a"].flapping


def test_flapping_has_two_thresholds() -> None:
    _, history = checks(*["a", "-"] * 3)
    assert history.findings["a"].changes == FLAPPING_FROM
    assert history.findings["a"].flapping
    for number in range(RECENT_CHECKS):
        history = observe(history, [], 1000 + number)
        record = history.findings["a"]
        assert record.flapping == (record.changes > CALM_AT)


def test_what_is_remembered_is_bounded_and_what_is_there_stays() -> None:
    history = observe(CheckHistory(), ["there"], 1)
    for number in range(3):
        history = observe(history, ["there", *(f"x{number}-{item}" for item in range(MOST))], 2 + number)
    assert sum(not record.counts for record in history.findings.values()) == MOST
    assert all(len(record.recent) <= RECENT_CHECKS for record in history.findings.values())
    gone = observe(replace(history, alerted=("there",)), ["there"], 9)
    assert "there" in gone.findings


def test_of_more_findings_than_are_remembered_none_is_reported_twice() -> None:
    """Three hosts of many are off: what was not read of them is more than that. Then one comes back."""
    unread = [f"unit.active u{number} @h{host}" for host in range(3) for number in range(MOST)]
    first = observe(CheckHistory(), unread, 60)
    assert (first.alert, len(first.unreported)) == ("drift", len(unread))
    again = observe(delivered(first), unread, 120)
    assert again.alert is None
    fewer = observe(delivered(again), unread[MOST:], 180)
    assert fewer.alert is None
    assert {record.since for record in fewer.findings.values() if record.present} == {60}
    assert observe(delivered(fewer), [], 240).alert == "recovery"
