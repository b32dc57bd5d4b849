"""Which cluster file: the one that was named, else the nearest upwards, else the user's own."""

from pathlib import Path

import pytest

from reconciler.commands import cluster_file
from reconciler.commands.cluster_file import find
from reconciler.commands.files import read
from specs.diagnostic import SpecError
from tests.sim.worlds import CLUSTER


def test_the_nearest_cluster_file_upwards_is_taken(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "cluster.toml").touch()
    assert find(None, {}, inner) == tmp_path / "cluster.toml"


def test_what_is_named_wins(tmp_path: Path) -> None:
    for name in ("cluster.toml", "env.toml", "flag.toml"):
        (tmp_path / name).touch()
    environ = {"BKREC_CLUSTER": str(tmp_path / "env.toml")}
    assert find(None, environ, tmp_path) == tmp_path / "env.toml"
    assert find(tmp_path / "flag.toml", environ, tmp_path) == tmp_path / "flag.toml"


def test_what_is_named_and_missing_is_not_replaced_by_another(tmp_path: Path) -> None:
    (tmp_path / "cluster.toml").touch()
    with pytest.raises(SpecError):
        find(tmp_path / "prod.toml", {}, tmp_path)


def test_the_users_own_is_the_last(tmp_path: Path) -> None:
    own = tmp_path / "config" / "bkrec" / "cluster.toml"
    own.parent.mkdir(parents=True)
    own.touch()
    assert find(None, {"XDG_CONFIG_HOME": str(tmp_path / "config")}, tmp_path / "elsewhere") == own


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError):
        read(tmp_path / "x")


def test_a_file_that_an_editor_of_windows_saved_is_read(tmp_path: Path) -> None:
    """With the mark of UTF-8 in front, and its line ends."""
    path = tmp_path / "cluster.toml"
    path.write_bytes(b"\xef\xbb\xbf" + CLUSTER.replace("\n", "\r\n").encode())
    path.chmod(0o600)
    assert cluster_file.load(path).controller.address == "10.0.0.1"
