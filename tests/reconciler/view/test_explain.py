"""`explain` answers for every id that a report shows."""

import pytest

from probes.fact import fact_id
from reconciler.view.explain import explain, explain_text, near
from reconciler.view.page import Page
from reconciler.view.words.base import sentences, troubles
from specs.base import Worded
from specs.release import Section
from tests.reconciler.view.world import BKAUTH, START

SECTIONS = (
    Section(id="7.8.3", title=Worded(en="old GSE", zh="旧 GSE"), here=Worded(en="retired last", zh="最后移除")),
)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        pytest.param(fact_id(BKAUTH), "fact", id="a fact as diff shows it"),
        pytest.param("unit.active", "fact", id="its kind alone"),
        pytest.param(START.id, "action", id="a step as plan shows it"),
        pytest.param("7.8.3", "section", id="a section"),
        pytest.param("guide 7.8.3", "section", id="a section as a source names it"),
        pytest.param("cluster-file-missing", "diagnostic", id="a diagnostic"),
    ],
)
def test_an_id_that_a_report_shows_is_explained(asked: str, kind: str) -> None:
    found = explain(asked, SECTIONS)
    assert [entry.kind for entry in found.entries] == [kind]
    assert explain_text(found, Page()).startswith(asked)


def test_every_code_is_explained() -> None:
    assert [code for code in (*sentences(), *troubles()) if not explain(code, SECTIONS).entries] == []


def test_a_placeholder_is_shown_as_one() -> None:
    assert "<path>" in explain_text(explain("file-exists", ()), Page())


def test_what_is_misspelt_is_suggested() -> None:
    assert explain("cluster-file-mising", SECTIONS).entries == []
    assert near("cluster-file-mising", SECTIONS)[0] == "cluster-file-missing"


def test_what_resembles_nothing_is_not_guessed() -> None:
    assert near("qqqqqqqq", SECTIONS) == ()
