"""Permission models: what has no mark is pending, a product without any owes none, what cannot be read is unknown."""

from pathlib import Path

import pytest

from probes.iam import PROBE, ModelsPending
from tests.probes.here import HOST, SHELLS, ask, brief

pytestmark = pytest.mark.skipif("os.geteuid() != 0", reason="only root sees the marks")


def fact(directory: Path | str, marks: Path | str) -> ModelsPending:
    return ModelsPending(host=HOST, directory=str(directory), marks=str(marks))


def laid(root: Path, *names: str) -> Path:
    root.mkdir()
    for name in names:
        (root / name).write_text("{}\n")
    return root


@pytest.mark.parametrize("shell", SHELLS)
def test_what_has_no_mark_is_pending(tmp_path: Path, shell: str) -> None:
    models = laid(tmp_path / "models", "0002_b.json", "0001_a.json", "0001_a.sql")
    marks = laid(tmp_path / "marks", "0001_a.json")
    found = [brief(one) for one in ask(PROBE, [fact(models, marks), fact(models, "/nonexistent")], shell=shell)]
    assert found == [("0002_b.json",), ("0001_a.json", "0002_b.json")]


def test_a_product_without_models_owes_none(tmp_path: Path) -> None:
    empty = laid(tmp_path / "models")
    assert [brief(one) for one in ask(PROBE, [fact(empty, tmp_path), fact(tmp_path / "none", tmp_path)])] == [(), ()]


def test_what_is_no_directory_or_has_an_odd_name_is_unknown(tmp_path: Path) -> None:
    path = laid(tmp_path / "odd", "a\tb.json")
    found = [brief(one) for one in ask(PROBE, [fact("/etc/hostname", tmp_path), fact(path, "/nonexistent")])]
    assert found == ["unknown: path-unreadable", "unknown: path-name-unsupported"]
