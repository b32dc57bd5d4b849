"""Prometheus' text format, read by Prometheus' own parser; and by its promtool:

pytest -m campaign tests/reconciler/view/formats/test_prom.py
"""

import shutil
import subprocess
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from probes.fact import Known
from probes.unit import UnitActive
from reconciler.core.check_history import FindingRecord
from reconciler.core.diff import diff
from reconciler.view.formats.prom import form
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ChecksReport, ClusterReport, ErrorReport, ReportKind
from specs.diagnostic import diagnose
from specs.text import Lang
from tests.reconciler.view.formats.specimens import CLUSTER, REPORTS
from tests.reconciler.view.world import AUTH

LABELS = {"cluster", "verdict", "severity", "module", "host", "state", "release"}
CHECKED = replace(
    CLUSTER,
    checked_at=1_700_000_900,
    last_success=1_700_000_000,
    history={"x": FindingRecord(since=1, last=2, flapping=True)},
)
HOSTILE = UnitActive(host='h"\\\n{x="1"} 5', unit="a.service")
ODD = replace(
    CHECKED,
    difference=diff([HOSTILE.must_be("active", because=AUTH, source="s", module="m")], {HOSTILE: Known("failed")}),
)

PAGES: dict[str, tuple[ReportKind, ClusterReport | ErrorReport | ChecksReport]] = {
    "check": ("check", CHECKED),
    "diff": ("diff", CHECKED),
    "odd": ("check", ODD),
    "several": ("checks", REPORTS["checks"]),
    "error": ("error", REPORTS["error"]),
}


def _text(report: ClusterReport | ErrorReport) -> str:
    made = form("error" if isinstance(report, ErrorReport) else "check")
    assert made is not None
    return made(report, RenderOptions())


def _samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_verdict_counts_and_times_are_there() -> None:
    samples = _samples(_text(CHECKED))
    assert samples["bkrec_check_verdict", "cluster=x", "verdict=unknown"] == 1
    assert samples["bkrec_check_verdict", "cluster=x", "verdict=converged"] == 0
    assert samples["bkrec_check_facts", "cluster=x", "state=drift"] == 3
    assert samples["bkrec_check_findings", "cluster=x", "host=10.0.0.3", "module=auth", "severity=unknown"] == 1
    assert samples["bkrec_check_flapping_findings", "cluster=x"] == 1
    assert samples["bkrec_check_last_run_timestamp_seconds", "cluster=x"] == 1_700_000_900
    assert samples["bkrec_check_last_success_timestamp_seconds", "cluster=x"] == 1_700_000_000


def test_labels_are_bounded_and_hold_no_fact_and_no_value() -> None:
    names = {label.partition("=")[0] for key in _samples(_text(CHECKED)) for label in key[1:]}
    assert names == LABELS
    assert "service" not in _text(CHECKED)


def test_every_metric_has_help_and_a_type() -> None:
    for report in (CHECKED, REPORTS["error"]):
        families = list(text_string_to_metric_families(_text(report)))
        assert families
        assert all(family.documentation and family.type == "gauge" for family in families)


def test_a_hostile_name_stays_within_its_label() -> None:
    (found,) = [key for key in _samples(_text(ODD)) if key[0] == "bkrec_check_findings"]
    assert found[2] == 'host=h"\\ {x="1"} 5'


def test_a_check_without_a_verdict_says_unknown_and_when_one_succeeded_last() -> None:
    report = ErrorReport(
        exit_code=4, diagnostics=(diagnose("host-unreachable", where="10.0.0.1", error="a\nb"),), cluster="x",
        checked_at=20, last_success=10,
    )  # fmt: skip
    samples = _samples(_text(report))
    assert samples["bkrec_check_verdict", "cluster=x", "verdict=unknown"] == 1
    assert samples["bkrec_check_last_success_timestamp_seconds", "cluster=x"] == 10
    assert not any(key[0] == "bkrec_check_findings" for key in samples)


def test_of_several_clusters_each_metric_stands_once() -> None:
    made = form("checks")
    assert made is not None
    text = made(REPORTS["checks"], RenderOptions())
    assert text.count("# TYPE bkrec_check_verdict gauge") == 1
    samples = _samples(text)
    verdicts = {key[1]: key[2] for key, value in samples.items() if key[0] == "bkrec_check_verdict" and value}
    assert verdicts == {
        "cluster=x": "verdict=unknown",
        "cluster=y": "verdict=unknown",
        "cluster=z": "verdict=converged",
    }


@pytest.mark.campaign
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", PAGES)
def test_promtool_accepts_it(case: str, lang: Lang) -> None:
    kind, report = PAGES[case]
    made = form(kind)
    assert made is not None
    assert _promtool(made(report, RenderOptions(lang=lang))) == (0, "")


@pytest.mark.campaign
@pytest.mark.parametrize(
    "spoil",
    [("gauge", "bauge"), ("# HELP", "# HEL"), ('cluster="', 'cluster="\\x'), ("bkrec_check_facts{", "bkrec-check{")],
    ids=["no type", "no help", "escape", "name"],
)
def test_promtool_objects_to_this(spoil: tuple[str, str]) -> None:
    code, words = _promtool(_text(CHECKED).replace(*spoil))
    assert (code != 0, bool(words)) == (True, True)


def _promtool(text: str) -> tuple[int, str]:
    """Debian's package prometheus has it, and a service of that name: `apt-get download` and `dpkg -x` will do."""
    program = shutil.which("promtool")
    assert program is not None, "promtool (Debian: prometheus) is not on PATH"
    read = subprocess.run([program, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    return read.returncode, read.stdout + read.stderr
