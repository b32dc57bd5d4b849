"""The plugin's line, read as the Monitoring Plugins' Development Guidelines have it, and its exit codes."""

import re
from dataclasses import replace
from typing import Any

import pytest

from probes.fact import AnyFact, Known
from reconciler.core.diff import AdvisedDrift, Difference
from reconciler.view.formats import load
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ChecksReport, ClusterReport, ErrorReport, ReportKind
from specs.diagnostic import diagnose
from specs.reason import Reason
from tests.reconciler.view.formats.specimens import CLUSTER, REPORTS
from tests.reconciler.view.world import BOOT, LOGIN, PORT, READINGS, RIGHT, STUCK, difference

STATES = {0: "OK", 1: "WARNING", 2: "CRITICAL", 3: "UNKNOWN"}
DATUM = re.compile(
    r"(?P<label>[^\s='|]+)=(?P<value>-?[0-9.]+)(?P<unit>s|us|ms|%|B|KB|MB|TB|c)?(?P<limits>(;[^;\s]*){0,4})"
)
LIMIT = re.compile(r"@?(~|-?[0-9.]*)(:(-?[0-9.]*)?)?")


def plugin_output(text: str, status: int) -> dict[str, int]:
    """What Nagios takes from it. Raises AssertionError where the guidelines are not kept."""
    assert text.endswith("\n")
    assert text.count("\n") == 1, "one line"
    assert len(text) < 4096
    words, bar, data = text.rstrip("\n").partition(" | ")
    assert re.match(rf"[A-Z]+ {STATES[status]} - \S", words)
    assert "|" not in words + data
    found: dict[str, int] = {}
    for datum in data.split():
        match = DATUM.fullmatch(datum)
        assert match, datum
        assert all(LIMIT.fullmatch(limit) for limit in match["limits"].split(";")[1:])
        found[match["label"]] = int(match["value"])
    assert bool(found) == bool(bar)
    return found


def _report(found: Difference) -> ClusterReport:
    return replace(CLUSTER, difference=found)


def _latent() -> Difference:
    """Only what is right now and will not last."""
    why: dict[AnyFact, Reason] = {LOGIN: PORT}
    return replace(difference({**RIGHT, LOGIN: Known("active")}), latent=why)


def _advised() -> Difference:
    drift = difference({**RIGHT, LOGIN: Known("active")}).drift[0]
    return replace(difference(RIGHT), advice=(AdvisedDrift(drift=drift, diagnostic=STUCK),))


CASES: dict[str, tuple[Any, int, str]] = {
    "converged": (_report(difference(RIGHT)), 0, ""),
    "only advice": (_report(_advised()), 1, "advice"),
    "only latent": (_report(_latent()), 1, "latent"),
    "differs": (_report(difference({**READINGS, BOOT: RIGHT[BOOT]})), 2, "drift"),
    "unknown": (CLUSTER, 3, "unknown"),
    "several clusters": (REPORTS["checks"], 3, ""),
    "an error": (REPORTS["error"], 3, ""),
    "an error without words": (ErrorReport(exit_code=3, diagnostics=()), 3, ""),
    "a bar in an error": (
        ErrorReport(exit_code=5, diagnostics=(diagnose("usage", message="a|b\nc", help="d"),)),
        3,
        "",
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_line_data_and_exit_code_are_a_plugins(case: str, lang: Any) -> None:
    report, status, counted = CASES[case]
    plugin = load("nagios")
    assert plugin.exit_code is not None
    assert plugin.exit_code(report) == status
    kinds: dict[type, ReportKind] = {ErrorReport: "error", ChecksReport: "checks", ClusterReport: "check"}
    form = plugin.form(kinds[type(report)])
    assert form is not None
    data = plugin_output(form(report, RenderOptions(lang=lang)), status)
    if counted:
        assert data[counted] > 0
    if isinstance(report, ChecksReport):
        assert set(data) == {
            f"{name}.{count}" for name in ("x", "z") for count in ("drift", "latent", "unknown", "advice", "waived")
        }
    if isinstance(report, ClusterReport):
        assert set(data) == {"facts", "drift", "latent", "advice", "unknown", "waived", "consequences"}


def test_the_rules_are_kept_by_none_of_these() -> None:
    """The parser itself."""
    for text in (
        "BKREC OK - a\nb\n",
        "OK\n",
        "BKREC OK - a | x=1y\n",
        "BKREC OK - a | b | x=1\n",
        "BKREC OK - a | x\n",
    ):
        with pytest.raises(AssertionError):
            plugin_output(text, 0)
