"""`explain` answers for every id that a report shows."""

import pytest

from probes.fact import fact_id
from reconciler.view.explain import explain, explain_text, near
from reconciler.view.messages.registry import diagnostics, reasons
from reconciler.view.render import RenderOptions
from specs.guide import Deviation, Guide, GuideCommand, OmissionReason
from specs.release import Section
from specs.text import Lang, LocalizedText
from tests.reconciler.view.world import BKAUTH, START

SECTIONS = (
    Section(
        id="7.8.3", title=LocalizedText(en="old GSE", zh="旧 GSE"), here=LocalizedText(en="retired last", zh="最后移除")
    ),
)
GUIDE = Guide(
    commands=(
        GuideCommand(section="7.8.3", lines="1-2", run="stop it", actions=("unit.retire",), facts=("unit.active",)),
        GuideCommand(section="7.8.3", lines="3", run="exit", omitted="shell"),
        GuideCommand(section="7.1", lines="4", run="./bkcli install paas", actions=("bkcli.install",)),
        GuideCommand(section="7.3", lines="5", run="./bkcli install paas_plugins", actions=("bkcli.install",)),
    ),
    reasons=(OmissionReason(id="shell", because=LocalizedText(en="only a shell", zh="只是 shell")),),
    deviations=(
        Deviation(
            id="syncdata",
            sections=("7.8.3",),
            kind="fixed",
            title=LocalizedText(en="one more unit", zh="还有一个服务"),
            guide=LocalizedText(en="forgets it", zh="遗漏"),
            here=LocalizedText(en="retired, too", zh="同样下线"),
            source="a script:32",
            actions=("unit.retire",),
        ),
    ),
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
    found = explain(asked, SECTIONS, GUIDE)
    assert [entry.kind for entry in found.entries] == [kind]
    assert explain_text(found, RenderOptions()).startswith(asked)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_of_a_version_it_is_told_where_what_is_expected_comes_from(lang: Lang) -> None:
    page = RenderOptions(lang=lang)
    assert "/var/lib/bkrec/package-versions" in explain_text(explain("path.version x @h", SECTIONS, GUIDE), page)
    assert "/var/lib/bkrec/package-versions" not in explain_text(explain("unit.active", SECTIONS, GUIDE), page)


def test_a_section_shows_its_commands_and_what_stands_for_each() -> None:
    text = explain_text(explain("7.8.3", SECTIONS, GUIDE), RenderOptions())
    lines = [line.strip() for line in text.splitlines()]
    assert lines[-12:] == [
        "commands of the guide, and what covers each",
        "stop it",
        "done by      stop and disable <unit>, and move its file aside [unit.retire]",
        "verified by  unit <unit> [unit.active]",
        "exit",
        "omitted  only a shell",
        "",
        "deviations from the guide",
        "one more unit",
        "the guide  forgets it",
        "bkrec      retired, too",
        "source     a script:32",
    ]


def test_a_section_with_parts_shows_them() -> None:
    assert [entry.title.en for entry in explain("7.8", SECTIONS, GUIDE).entries] == ["7.8.3 old GSE"]


@pytest.mark.parametrize(
    ("asked", "runs"),
    [
        pytest.param("bkcli.install-paas@10.0.0.1-3f2a9c", ["./bkcli install paas"], id="a step names its command"),
        pytest.param(
            "bkcli.install", ["./bkcli install paas", "./bkcli install paas_plugins"], id="a kind names them all"
        ),
        pytest.param(
            "bkcli.install-etcd@10.0.0.1-3f2a9c",
            ["./bkcli install paas", "./bkcli install paas_plugins"],
            id="a step that no command names",
        ),
    ],
)
def test_a_step_shows_the_commands_it_stands_for(asked: str, runs: list[str]) -> None:
    (entry,) = explain(asked, SECTIONS, GUIDE).entries
    assert [command.run for command in entry.commands] == runs


def test_every_code_is_explained() -> None:
    assert [code for code in (*reasons(), *diagnostics()) if not explain(code, SECTIONS, GUIDE).entries] == []


def test_a_placeholder_is_shown_as_one() -> None:
    assert "<path>" in explain_text(explain("file-exists", (), GUIDE), RenderOptions())


def test_what_is_misspelt_is_suggested() -> None:
    assert explain("cluster-file-mising", SECTIONS, GUIDE).entries == []
    assert near("cluster-file-mising", SECTIONS)[0] == "cluster-file-missing"


def test_what_resembles_nothing_is_not_guessed() -> None:
    assert near("qqqqqqqq", SECTIONS) == ()
