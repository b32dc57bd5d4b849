"""`init` writes a file that the other commands read, and never over one that is there."""

from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.commands import init
from reconciler.view.reports import InitProposal
from specs import parse
from specs.reason import InlineReason

BECAUSE = InlineReason(en="near the others", zh="靠近其他")


@pytest.fixture(autouse=True)
def _controller(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def propose(request: init.InitRequest) -> InitProposal:
        return InitProposal(
            name="bk-x",
            release="6.2.2",
            address=request.address,
            connect=request.host,
            user=request.user,
            port=request.port,
            via=request.via,
            package=request.package,
            placement=(("auth", ("10.0.0.3",), BECAUSE),),
        )

    monkeypatch.setattr(init, "propose_cluster_file", propose)
    monkeypatch.chdir(tmp_path)


def test_what_it_writes_can_be_read(tmp_path: Path) -> None:
    assert run(["init", "--controller", "bk@control.example:2222", "--address", "10.0.0.1", "--via", "controller"]) == 0
    file = parse.cluster_file((tmp_path / "cluster.toml").read_text(encoding="utf-8"), "cluster.toml")
    assert (file.controller.address, file.controller.connect) == ("10.0.0.1", "control.example")
    assert (file.controller.user, file.controller.port, file.ssh.via) == ("bk", 2222, "controller")
    assert file.placement == {"auth": ("10.0.0.3",)}


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
