"""Two cluster files of one `name`, as two sites with the same private addresses have: nothing that this machine keeps
of one is taken for the other's."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import run
from reconciler.engine.cluster_state import state_path, unclaimed
from tests.support.cluster_world import CLUSTER_FILE, connect, drifted

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bkrec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    connect(monkeypatch, tmp_path, drifted())
    (tmp_path / "other.toml").write_text(CLUSTER_FILE, encoding="utf-8")

    def ran(*args: str) -> tuple[int, str, str]:
        code = run(("--lang", "en", *args))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ran


def _document(bkrec: Run, file: str, *words: str) -> Any:
    return json.loads(bkrec("-c", file, *words, "-o", "json")[1])


def test_a_run_by_one_file_is_in_nothing_of_the_other(bkrec: Run) -> None:
    assert bkrec("-c", "cluster.toml", "apply", "--yes")[0] == 0
    for file, runs in (("cluster.toml", 1), ("other.toml", 0)):
        assert len(_document(bkrec, file, "history")["runs"]) == runs
        assert _document(bkrec, file, "rehearse")["runs"] == runs
        assert (_document(bkrec, file, "status")["last"] is not None) == bool(runs)
        assert bkrec("-c", file, "report")[0] == (0 if runs else 64)


def test_a_step_that_only_the_others_run_had_is_unknown(bkrec: Run) -> None:
    (step, *_) = (step["id"] for step in _document(bkrec, "cluster.toml", "plan")["steps"])
    bkrec("-c", "cluster.toml", "apply", "--yes")
    assert bkrec("-c", "cluster.toml", "plan", "--until", step)[0] == 0
    code, _, err = bkrec("-c", "other.toml", "plan", "--until", step)
    assert (code, "error[step-unknown]" in err) == (64, True)


def test_a_file_that_is_called_by_another_path_has_the_same_runs(bkrec: Run, tmp_path: Path) -> None:
    bkrec("-c", "cluster.toml", "apply", "--yes")
    (tmp_path / "link.toml").symlink_to("cluster.toml")
    (tmp_path / "below").mkdir()
    for path in ("link.toml", "below/../cluster.toml", str(tmp_path / "cluster.toml")):
        assert len(_document(bkrec, path, "history")["runs"]) == 1


def test_runs_of_a_file_that_was_moved_are_named_and_the_hint_fetches_them(bkrec: Run, tmp_path: Path) -> None:
    bkrec("-c", "cluster.toml", "apply", "--yes")
    assert "runs-of-another-file" not in bkrec("-c", "other.toml", "history")[2], "it is there: they are its own"
    (tmp_path / "cluster.toml").rename(tmp_path / "moved here.toml")
    for words in ("history", "status", "report"):
        assert "[runs-of-another-file]" in bkrec("-c", "moved here.toml", words)[2]
    err = bkrec("-c", "moved here.toml", "history")[2]
    (command,) = re.findall(r"`(mkdir .*?)`", " ".join(err.split()))
    subprocess.run(["sh", "-euc", command], check=True)
    code, out, err = bkrec("-c", "moved here.toml", "report")
    assert (code, err) == (0, "")
    assert "unit.start" in out
    assert len(_document(bkrec, "moved here.toml", "history")["runs"]) == 1


def test_what_an_earlier_snapshot_kept_by_the_name_alone_is_named(bkrec: Run, tmp_path: Path) -> None:
    bkrec("-c", "cluster.toml", "apply", "--yes")
    own = state_path("lab", tmp_path / "cluster.toml", os.environ)
    (own / "cluster.json").unlink()
    own.rename(own.with_name("lab"))
    err = " ".join(bkrec("-c", "cluster.toml", "history")[2].split())
    assert f"cp -a {shlex.quote(str(own.with_name('lab')))}/runs {own}/" in err


@pytest.mark.parametrize("record", ["", "{", "[]", '{"schema": "x"}', '{"file": "/gone"}'])
def test_a_record_that_names_no_file_there_is_claims_nothing(tmp_path: Path, record: str) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    place = state_path("lab", tmp_path / "c.toml", environ)
    (place / "runs").mkdir(parents=True)
    (place / "cluster.json").write_text(record, encoding="utf-8")
    assert unclaimed("lab", environ) == ()
    (place / "runs" / "r.jsonl").touch()
    assert unclaimed("lab", environ) == (place,)
    assert unclaimed("la", environ) == ()
    (place / "cluster.json").write_text(json.dumps({"file": str(tmp_path)}), encoding="utf-8")
    assert unclaimed("lab", environ) == ()


def test_without_any_record_nothing_is_unclaimed(tmp_path: Path) -> None:
    assert unclaimed("lab", {"XDG_STATE_HOME": str(tmp_path)}) == ()
