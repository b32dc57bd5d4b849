"""Markdown: a table whose cells hold no markup, whatever a host's values are."""

from dataclasses import replace

from probes.fact import Known
from probes.path import FileDigest
from reconciler.core.check_history import FindingRecord
from reconciler.core.diff import diff
from reconciler.view.formats.md import form
from reconciler.view.markdown import escaped
from reconciler.view.render import RenderOptions
from reconciler.view.reports import ClusterReport
from specs.text import Lang
from tests.reconciler.view.formats.specimens import CLUSTER
from tests.reconciler.view.world import AUTH, RIGHT, difference


def _text(report: ClusterReport, lang: Lang = "en") -> str:
    made = form("check")
    assert made is not None
    return made(report, RenderOptions(lang=lang))


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.replace("\\|", "¦").strip("|").split("|")] for line in lines]


def test_a_finding_is_a_row_with_since_when() -> None:
    history = {"unit.active bk-auth.service @10.0.0.3": FindingRecord(since=1_700_000_000, last=1_700_000_000)}
    head, _, *body = _rows(_text(replace(CLUSTER, history=history)))
    assert head == ["severity", "host", "module", "fact", "actual", "expected", "since", "follows from"]
    assert {len(row) for row in body} == {8}
    assert body[1] == [
        "drift",
        "10.0.0.3",
        "auth",
        "unit bk-auth.service",
        "inactive",
        "active",
        "2023-11-14T22:13:20Z",
        "",
    ]
    assert body[3][0] == "unknown"


def test_a_converged_cluster_has_a_verdict_and_no_table() -> None:
    text = _text(replace(CLUSTER, difference=difference(RIGHT)), "zh")
    assert "**已收敛到 6.2.2" in text
    assert _rows(text) == []


def test_what_a_host_says_is_no_markup() -> None:
    assert escaped("a|b `c` <script> [x](y)\n*z*") == "a\\|b \\`c\\` &lt;script&gt; \\[x\\](y) \\*z\\*"
    path = FileDigest(host="h|1", path="/a|b")
    found = diff([path.must_be("x", because=AUTH, source="s")], {path: Known("a|<b>")})
    assert {len(row) for row in _rows(_text(replace(CLUSTER, difference=found)))} == {8}
