"""What the pages say is so: what they name exists, generated parts are in step with the code, no page is forgotten."""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from docs import (
    blocks,
    commands,
    deviations,
    diagnostics,
    drift_classes,
    figures,
    first_quarter_hour,
    guide_coverage,
    man,
    newcomer,
    restore,
    seal_tables,
    sessions,
    site_facts,
    tools,
)
from reconciler.cli.app import app
from reconciler.core.verdict import ExitCode
from specs import parse
from specs.cluster import ClusterFile
from specs.text import Lang
from tests.architecture.tree import ROOT

PAGES = tuple(str(page.relative_to(ROOT)) for page in blocks.pages())
READMES = ("README.md", "README.zh-CN.md")
ENGLISH_ONLY = {
    "bugs",
    "campaign",
    "conditions",
    "diagnostics",
    "figures",
    "speed",
    "jobs",
    "messages",
    "mutants",
    "proofs",
    "tools",
}
"""Pages for developers, and those that hold both languages in one."""
MOST_CHARACTERS = {"README.md": 10_000, "README.zh-CN.md": 6_500}
ROOT_COMMAND: Any = typer.main.get_command(app)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# What is named exists


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_is_named_exists(page: str) -> None:
    named = re.findall(r"`((?:specs|probes|actions|reconciler|tests|docs|benchmarks|\.ci)/[\w./-]+)`", _text(page))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_test_that_is_named_exists() -> None:
    named = re.findall(r"`((?:\w+/)*test_\w+\.py)(?:::(test_\w+))?`", _text("docs/campaign.md"))
    found = {path for path, _ in named if (ROOT / "tests" / path.removeprefix("tests/")).exists()}
    assert [path for path, _ in named if path not in found and "/" in path] == []
    texts = {path: _text(f"tests/{path.removeprefix('tests/')}") for path in found}
    assert len([name for path, name in named if name and f"def {name}(" in texts[path]]) > 12
    assert [name for path, name in named if name and f"def {name}(" not in texts[path]] == []


def test_a_file_or_test_that_the_audit_names_exists() -> None:
    text = _text("docs/bugs.md")
    names = {path.name for top in ("tests", "reconciler", "actions", "probes") for path in (ROOT / top).rglob("*.py")}
    assert [name for name in re.findall(r"\b(test_\w+\.py)", text) if name not in names] == []
    defined = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    tests = re.findall(r"\b(test_\w+)\b(?!\.py)", text)
    assert [name for name in tests if f"def {name}" not in defined and f"{name}.py" not in names] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", _text(page))
    assert [link for link in links if not _leads_somewhere(ROOT / page, link)] == []


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    if not target.exists() or target.suffix != ".md":
        return target.exists()
    return not anchor or anchor in _anchors(target.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_an_anchor_that_is_not_there_would_be_found() -> None:
    assert not _leads_somewhere(ROOT / "README.md", "docs/README.md#no-such-heading")


# READMEs, indexes, languages


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_is_short(readme: str) -> None:
    assert len(_text(readme)) <= MOST_CHARACTERS[readme]


@pytest.mark.parametrize("readme", READMES)
def test_every_exit_code_is_in_the_readme(readme: str) -> None:
    rows = re.findall(r"^\| ([0-9、, ]+) \|", _text(readme), re.MULTILINE)
    assert {int(code) for row in rows for code in re.findall(r"[0-9]+", row)} == set(ExitCode)


@pytest.mark.parametrize("index", ["docs/README.md", "docs/README.zh-CN.md"])
def test_every_page_is_in_the_index(index: str) -> None:
    suffix = ".zh-CN" if blocks.language(ROOT / index) == "zh" else ""
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([\w.-]+\.md[^)]*)\)", _text(index))}
    stems = {Path(page).name.removesuffix(".md").removesuffix(".zh-CN") for page in PAGES if page.startswith("docs/")}
    wanted = {f"{stem}.md" if stem in ENGLISH_ONLY else f"{stem}{suffix}.md" for stem in stems - {"README"}}
    assert wanted - linked == set()


def test_every_page_for_operators_is_there_in_both_languages() -> None:
    stems = {page.removesuffix(".md").removesuffix(".zh-CN") for page in PAGES if page.startswith("docs/")}
    stems -= {f"docs/{name}" for name in ENGLISH_ONLY}
    assert {stem for stem in stems if {f"{stem}.md", f"{stem}.zh-CN.md"} - set(PAGES)} == set()


def test_both_languages_have_the_same_headings() -> None:
    for page in PAGES:
        other = page.removesuffix(".md") + ".zh-CN.md"
        if other in PAGES:
            assert _outline(other) == _outline(page), other


def _outline(page: str) -> list[str]:
    prose = re.sub(r"```.*?```", "", _text(page), flags=re.DOTALL)
    return re.findall(r"^#+", prose, re.MULTILINE)


@pytest.mark.parametrize("page", ["docs/configuration.md", "docs/configuration.zh-CN.md"])
def test_every_key_of_cluster_toml_is_explained(page: str) -> None:
    assert [key for key in _keys(ClusterFile) if f"`{key}`" not in _text(page)] == []


def _keys(model: Any, table: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        key = table + (field.alias or name)
        if hasattr(field.annotation, "model_fields"):
            yield from _keys(field.annotation, f"{key}.")
        else:
            yield key


@pytest.mark.parametrize("page", ["docs/configuration.md", "docs/configuration.zh-CN.md"])
def test_the_example_of_a_cluster_file_is_valid(page: str) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", _text(page), re.DOTALL)
    assert parse.cluster_file(example, page).optional == ("cmdb-topology",)


@pytest.mark.parametrize("page", PAGES)
def test_a_command_that_is_shown_is_one_that_bkrec_takes(page: str) -> None:
    shown = re.findall(r"^(?: {4}|\$ )(bkrec [^#\n]+)", _text(page), re.MULTILINE)
    quoted = re.findall(r"`(bkrec [a-z][^`\n]*)`", _text(page))
    assert [line for line in (*shown, *quoted) if not _is_taken(line)] == []


def _is_taken(line: str) -> bool:
    """Parsed as `main` would, down to the command; nothing runs."""
    command, words = ROOT_COMMAND, shlex.split(line.split(" > ")[0].split(";")[0])[1:]
    try:
        while hasattr(command, "commands"):
            ctx = command.make_context("bkrec", words)
            _, command, words = command.resolve_command(ctx, [*getattr(ctx, "_protected_args", ()), *ctx.args])
        command.make_context("bkrec", words)
    except Exception as error:
        return type(error).__name__ in ("MissingParameter", "Exit") or "Missing" in str(error)
    return True


def test_a_command_that_bkrec_does_not_take_would_be_found() -> None:
    assert _is_taken("bkrec apply --yes")
    assert not _is_taken("bkrec appply --yes")
    assert not _is_taken("bkrec apply --force")


def test_the_workflow_runs_the_test_command() -> None:
    steps = re.findall(r"^ +- run: (?:sudo )?(\S+)$", _text(".github/workflows/test.yml"), re.MULTILINE)
    assert steps == ["./.ci/test"]
    assert (ROOT / steps[0]).stat().st_mode & 0o100


@pytest.mark.parametrize("page", ["docs/monitoring.md", "docs/monitoring.zh-CN.md"])
def test_ansible_fails_on_no_verdict_and_no_other_exit_code(page: str) -> None:
    """Each list of codes that does not fail holds only codes that say what the cluster is, or what it waits for."""
    lists = re.findall(r"failed_when: bkrec\.rc not in (\[.*\])", _text(page))
    fine = [{ExitCode(int(code)) for code in re.findall("[0-9]+", codes)} for codes in lists]
    assert fine == [{ExitCode.OK, ExitCode.DIFFERS}, {ExitCode.OK, ExitCode.WAITING}]


# Generated pages and parts


def test_the_page_of_codes_is_in_step_with_the_messages() -> None:
    assert diagnostics.PAGE.read_text(encoding="utf-8") == diagnostics.page(), "run: python docs/diagnostics.py"


def test_the_page_of_tools_is_in_step_with_the_scripts() -> None:
    assert tools.PAGE.read_text(encoding="utf-8") == tools.page(), "run: python docs/tools.py"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("module", [deviations, guide_coverage, commands, man], ids=lambda module: module.__name__)
def test_a_generated_page_is_in_step_with_the_code(module: Any, lang: Lang) -> None:
    assert module.PAGES[lang].read_text(encoding="utf-8") == module.page(lang), "run: python docs/generate.py"


@pytest.mark.parametrize(
    ("command", "content"),
    [
        pytest.param(sessions.COMMAND, sessions.session, id="sessions"),
        pytest.param(figures.COMMAND, figures.figure, id="figures"),
        pytest.param(site_facts.COMMAND, site_facts.kinds, id="site-facts"),
        pytest.param(seal_tables.COMMAND, seal_tables.table, id="seal"),
        pytest.param(drift_classes.COMMAND, drift_classes.classes, id="drift-classes"),
        pytest.param(restore.COMMAND, restore.commands, id="restore"),
        pytest.param(first_quarter_hour.COMMAND, first_quarter_hour.session, id="first-quarter-hour"),
        pytest.param(newcomer.COMMAND, newcomer.session, id="newcomer"),
    ],
)
def test_a_generated_part_is_in_step_with_the_code(command: str, content: Callable[[Lang, str], str]) -> None:
    stale = [page.name for page in blocks.pages() if blocks.renewed(page, command, content) != _text(str(page))]
    assert stale == [], f"run: python {command}"


def test_each_recorded_session_is_shown_in_both_languages() -> None:
    shown = {lang: set[str]() for lang in ("en", "zh")}
    for page in blocks.pages():
        shown[blocks.language(page)].update(blocks.names(page.read_text(encoding="utf-8"), sessions.COMMAND))
    assert shown == {"en": set(sessions.SESSIONS), "zh": set(sessions.SESSIONS)}


@pytest.mark.parametrize("page", PAGES)
def test_no_session_is_typed(page: str) -> None:
    """Output of bkrec stands only in blocks that a command writes."""
    typed = _text(page)
    for command in (sessions.COMMAND, first_quarter_hour.COMMAND, newcomer.COMMAND):
        typed = blocks.filled(typed, command, lambda _: "")
    assert re.findall(r"^\$ bkrec.*", typed, re.MULTILINE) == []


def test_a_stale_session_would_be_found() -> None:
    page = "<!-- made by docs/sessions.py: check-converged -->\nstale\n<!-- end -->\n"
    assert "stale" not in blocks.filled(page, sessions.COMMAND, lambda name: sessions.session("en", name))


# CONTRIBUTING's walk


def test_snippets_of_the_walk_are_in_the_code() -> None:
    """The page walks through real code: a line that changed there changes here."""
    snippets = re.findall(r"```python\n(.*?)```", _text("CONTRIBUTING.md"), re.DOTALL)
    code = "\n".join(
        _squeezed(f.read_text(encoding="utf-8")) for d in ("probes", "actions", "reconciler") for f in _py(d)
    )
    lines = [_squeezed(line) for text in snippets for line in text.splitlines() if "…" not in line]
    assert [line for line in lines if line and _head(line) not in code] == []


def _py(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _squeezed(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def _head(line: str) -> str:
    """Without a remark of the page's own."""
    return line.split("  #")[0].strip()
