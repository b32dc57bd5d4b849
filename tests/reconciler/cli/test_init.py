"""`init` writes a file that the other commands read, and never over one that is there."""

from pathlib import Path

import pytest

from reconciler.cli.main import run
from specs import parse
from tests.sim.worlds import CONFIG
from tests.support.local_cluster import connect


@pytest.fixture(autouse=True)
def _controller(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    connect(monkeypatch, tmp_path).write({"/data/install/install.config": CONFIG})
    (tmp_path / "cluster.toml").unlink()


def test_what_it_writes_can_be_read(tmp_path: Path) -> None:
    assert run(["init", "--controller", "bk@control.example:2222", "--address", "10.0.0.1", "--via", "controller"]) == 0
    file = parse.cluster_file((tmp_path / "cluster.toml").read_text(encoding="utf-8"), "cluster.toml")
    assert (file.controller.address, file.controller.connect) == ("10.0.0.1", "control.example")
    assert (file.controller.user, file.controller.port, file.ssh.via) == ("bk", 2222, "controller")
    assert file.placement["auth"] == ("10.0.0.3",)


def test_a_file_that_is_there_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cluster.toml").write_text("mine", encoding="utf-8")
    assert run(["init", "--controller", "10.0.0.1"]) == 65
    assert (tmp_path / "cluster.toml").read_text(encoding="utf-8") == "mine"
    assert "file-exists" in capsys.readouterr().err


def test_unless_it_is_forced(tmp_path: Path) -> None:
    (tmp_path / "cluster.toml").write_text("mine", encoding="utf-8")
    assert run(["init", "--controller", "10.0.0.1", "--force"]) == 0
    assert "mine" not in (tmp_path / "cluster.toml").read_text(encoding="utf-8")


def test_a_directory_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--controller", "10.0.0.1", "--out", "no/such/cluster.toml"]) == 65
    assert "file-not-written" in capsys.readouterr().err
