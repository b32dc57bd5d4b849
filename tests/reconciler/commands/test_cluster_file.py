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


def test_what_the_site_expects_is_refused_before_any_host_answers(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    lines = '[[expect]]\nfact = { kind = "unit.activ", unit = "x" }\nvalue = "active"\nbecause = "x"\n'
    path.write_text(CLUSTER + lines + lines.replace("unit.activ", "unit.active").replace('"active"', "7"), "utf-8")
    path.chmod(0o600)
    with pytest.raises(SpecError) as refused:
        cluster_file.load(path)
    assert [(problem.code, problem.where) for problem in refused.value.diagnostics] == [
        ("expect-unreadable", "cluster.toml, expect 1"),
        ("expect-unreadable", "cluster.toml, expect 2"),
    ]


def test_which_hosts_there_are_only_the_cluster_says(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    lines = '[[expect]]\nfact = { kind = "unit.active", unit = "x" }\nvalue = "active"\nbecause = "x"\n'
    path.write_text(CLUSTER + lines + 'hosts = ["10.9.9.9"]\n' + lines, "utf-8")
    path.chmod(0o600)
    assert len(cluster_file.load(path).expect) == 2
