"""What the manuals say is so: files they name exist, both languages list the same exit codes, no table is forgotten."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from docs import deviations, diagnostics
from reconciler.core.verdict import ExitCode
from reconciler.engine import release_data
from specs.text import Lang
from tests.architecture.tree import ROOT

MANUALS = (
    "README.md",
    "README.zh-CN.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/jobs.md",
    "docs/figures.md",
    "docs/deviations-from-the-guide.md",
    "docs/deviations-from-the-guide.zh-CN.md",
)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("manual", MANUALS)
def test_a_file_that_is_named_exists(manual: str) -> None:
    named = re.findall(r"`((?:specs|probes|actions|reconciler|tests|\.ci)/[\w./-]+)`", _text(manual))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_test_that_is_named_exists() -> None:
    named = re.findall(r"`((?:\w+/)*test_\w+\.py)(?:::(test_\w+))?`", _text("docs/campaign.md"))
    found = {path for path, _ in named if (ROOT / "tests" / path.removeprefix("tests/")).exists()}
    assert [path for path, _ in named if path not in found and "/" in path] == []
    texts = {path: _text(f"tests/{path.removeprefix('tests/')}") for path in found}
    assert len([name for path, name in named if name and f"def {name}(" in texts[path]]) > 12
    assert [name for path, name in named if name and f"def {name}(" not in texts[path]] == []


@pytest.mark.parametrize("manual", MANUALS)
def test_a_link_leads_somewhere(manual: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", _text(manual))
    assert [link for link in links if not (ROOT / manual).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("manual", ["README.md", "README.zh-CN.md"])
def test_every_exit_code_is_in_the_manual(manual: str) -> None:
    codes = {int(code) for code in ExitCode}
    rows = re.findall(r"^\| ([0-9、, ]+) \|", _text(manual), re.MULTILINE)
    told = {int(code) for row in rows for code in re.findall(r"[0-9]+", row)}
    assert told == codes


@pytest.mark.parametrize("manual", ["README.md", "README.zh-CN.md"])
def test_the_table_of_sections_agrees_with_the_release(manual: str) -> None:
    """Every section of the guide is in one row, and its last cell is bold just where nothing is claimed unasked."""
    sections = release_data.release("6.2.2").sections
    rows = re.findall(r"^\| ([0-9][0-9., 、–-]*) \|([^|]*)\|([^|]*)\|$", _text(manual), re.MULTILINE)
    told = {section: "**" in here for ids, _, here in rows for section in _spans(ids, [s.id for s in sections])}
    assert told == {section.id: not section.covered for section in sections}


def _spans(ids: str, known: list[str]) -> list[str]:
    """ "5.1-5.3, 7.1" → the sections from 5.1 to 5.3 in the release's order, and 7.1."""
    found: list[str] = []
    for part in re.split(r"[,、]\s*", ids.strip()):
        first, _, last = part.replace("–", "-").partition("-")
        found += known[known.index(first) : known.index(last or first) + 1]
    return found


def test_the_page_of_codes_is_in_step_with_the_words() -> None:
    assert diagnostics.PAGE.read_text(encoding="utf-8") == diagnostics.page(), "run: python docs/diagnostics.py"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_of_differences_is_in_step_with_the_release(lang: Lang) -> None:
    assert deviations.PAGES[lang].read_text(encoding="utf-8") == deviations.page(lang), "run: python docs/deviations.py"


UNITS = ("bkrec-check.service", "bkrec-check.timer")


@pytest.mark.parametrize("manual", ["README.md", "README.zh-CN.md"])
@pytest.mark.parametrize("unit", UNITS)
def test_the_timer_in_the_manual_is_the_one_to_copy(manual: str, unit: str) -> None:
    written = _text(f"docs/systemd/{unit}").strip().splitlines()
    assert "\n".join(f"    {line}".rstrip() for line in written) in _text(manual)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_takes_the_timer(tmp_path: Path) -> None:
    for unit in UNITS:
        here = _text(f"docs/systemd/{unit}").replace("/usr/local/bin/bkrec", "/bin/true")
        (tmp_path / unit).write_text(here, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit) for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


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
    """Without a remark of the page's own, and without what an annotation adds."""
    return line.split("  #")[0].replace("BY_VERDICT = ", "").strip()
