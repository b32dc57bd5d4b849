"""What the manuals say is so: files they name exist, both languages list the same exit codes, no table is forgotten."""

import re
from pathlib import Path

import pytest

from reconciler.cli import exits
from tests.architecture.tree import ROOT

MANUALS = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")
NOT_YET = {"tests/lab/demo", ".ci/test", ".ci/run"}
"""Named in the manuals, and made by others: they need not be there for this test."""


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("manual", MANUALS)
def test_a_file_that_is_named_exists(manual: str) -> None:
    named = re.findall(r"`((?:specs|probes|actions|reconciler|tests|\.ci)/[\w./-]+)`", _text(manual))
    missing = [name for name in named if name not in NOT_YET and not (ROOT / name).exists()]
    assert missing == []


@pytest.mark.parametrize("manual", MANUALS)
def test_a_link_leads_somewhere(manual: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", _text(manual))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("manual", ["README.md", "README.zh-CN.md"])
def test_every_exit_code_is_in_the_manual(manual: str) -> None:
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    rows = re.findall(r"^\| ([0-9、, ]+) \|", _text(manual), re.MULTILINE)
    told = {int(code) for row in rows for code in re.findall(r"[0-9]+", row)}
    assert told == codes


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
    return line.split("   #")[0].replace("BY_VERDICT = ", "").strip()
