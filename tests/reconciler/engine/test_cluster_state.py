"""The state directory: one for each cluster file, below the state home, and never outside of it."""

import json
import re
from pathlib import Path

import pytest

from reconciler.engine.cluster_state import state_dir, state_path

FILE = Path("/etc/bkrec/cluster.toml")


def test_it_is_a_path_before_it_is_made(tmp_path: Path) -> None:
    assert state_path("c", FILE, {"XDG_STATE_HOME": str(tmp_path)}).parent == tmp_path / "bkrec"
    place = state_path("c", FILE, {"XDG_STATE_HOME": "relative", "HOME": "/h"})
    assert place.parent == Path("/h/.local/state/bkrec")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "directory"), [
    ("prod", "prod"),
    ("../../etc", "_.._etc"),
    ("..", "cluster"),
    (".hidden", "hidden"),
    ("Bei jing/1", "Bei_jing_1"),
    ("北京", "北京"),
])  # fmt: skip
def test_a_name_leads_nowhere_else(name: str, directory: str) -> None:
    place = state_path(name, FILE, {"HOME": "/h"})
    assert re.fullmatch(re.escape(directory) + "-[0-9a-f]{12}", place.name)
    assert place.parent == Path("/h/.local/state/bkrec")


def test_each_file_has_its_own_and_each_name(tmp_path: Path) -> None:
    environ = {"HOME": "/h"}
    (tmp_path / "link").symlink_to(FILE)
    assert state_path("c", tmp_path / "link", environ) == state_path("c", FILE, environ)
    others = [state_path("c", FILE.with_name("b.toml"), environ), state_path("d", FILE, environ)]
    assert len({state_path("c", FILE, environ), *others}) == 3


def test_whatever_way_leads_to_the_file_it_says_which_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, environ = tmp_path / "site/cluster.toml", {"XDG_STATE_HOME": str(tmp_path / "state")}
    file.parent.mkdir()
    file.touch()
    (tmp_path / "link").symlink_to("site")
    monkeypatch.chdir(tmp_path)
    ways = ("link/cluster.toml", "./site/../link//cluster.toml", str(file))
    places = [state_dir("c", Path(way), environ) for way in ways]
    assert set(places) == {state_path("c", file, environ)}
    assert json.loads((places[0] / "cluster.json").read_text(encoding="utf-8"))["file"] == str(file)


def test_it_is_private_and_says_whose_it_is(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    place = state_path("c", FILE, environ)
    for _ in range(2):
        assert state_dir("c", FILE, environ) == place
        assert place.stat().st_mode & 0o777 == 0o700
        assert json.loads((place / "cluster.json").read_text(encoding="utf-8"))["file"] == str(FILE)
    assert (place / "cluster.json").stat().st_mode & 0o777 == 0o600
