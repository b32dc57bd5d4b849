"""A rehearsal as people read it."""

from reconciler.view.formats import load
from reconciler.view.render import RenderOptions
from reconciler.view.reports import RehearsalReport
from specs.text import Lang
from tests.reconciler.view.formats.specimens import REPORTS


def _text(lang: Lang = "en") -> str:
    form = load("text").form("rehearse")
    assert form is not None
    report: RehearsalReport = REPORTS["rehearse"]
    return form(report, RenderOptions(lang=lang))


def test_it_says_how_long_on_what_basis_and_who_is_cut_off() -> None:
    text = _text()
    assert text.startswith("2 steps in about ")
    assert "the release's estimates: no run of this cluster is on record here" in text
    assert "PaaS platform (PaaS 平台): from 0 s to 5 s" in text
    assert "1 fact still differ" in text


def test_it_says_what_fails_and_what_the_cluster_is_then() -> None:
    text = _text()
    assert "If #1 10.0.0.2, stop and disable bk-paas-login.service" in text
    assert "If 10.0.0.3 is lost after 2 s" not in text.split("\n")[0]
    assert "all that runs on 10.0.0.3 is down until it is back" in text
    assert "not started   1 step" in text


def test_it_is_worded_in_chinese_too() -> None:
    assert "十次中有九次" in _text("zh")
    assert "恢复之前" in _text("zh")
