"""Which cluster file, which language, which login, how long: decided by what was said, then by what lies around."""

from pathlib import Path

import pytest
import typer

from reconciler.cli.check import seconds
from reconciler.cli.config import find, read
from reconciler.cli.init import login
from reconciler.cli.language import language
from specs.diagnostic import SpecError


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


@pytest.mark.parametrize(
    ("args", "environ", "lang"),
    [
        pytest.param([], {}, "en", id="nothing said"),
        pytest.param([], {"LANG": "zh_CN.UTF-8"}, "zh", id="LANG"),
        pytest.param([], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en", id="LC_ALL first"),
        pytest.param([], {"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "C"}, "zh", id="empty is not set"),
        pytest.param(["diff", "--lang", "zh"], {}, "zh", id="as asked"),
        pytest.param(["--lang=en"], {"LANG": "zh_CN"}, "en", id="as asked, joined"),
        pytest.param(["--lang"], {}, "en", id="asked and not said"),
        pytest.param(["--lang", "fr"], {}, "en", id="another one"),
    ],
)
def test_the_language_is_found(args: list[str], environ: dict[str, str], lang: str) -> None:
    assert language(args, environ) == lang


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("root@10.0.0.1", ("root", "10.0.0.1", 22), id="usual"),
        pytest.param("10.0.0.1", ("root", "10.0.0.1", 22), id="root unless said"),
        pytest.param("bk@control.example:2222", ("bk", "control.example", 2222), id="with a port"),
    ],
)
def test_a_login_is_read(text: str, told: tuple[str, str, int]) -> None:
    assert login(text) == told


@pytest.mark.parametrize("text", ["", "a b", "root@", "x:0", "x:99999", "-oProxyCommand=x", "root@x;rm"])
def test_what_is_no_login_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        login(text)


@pytest.mark.parametrize(("text", "told"), [("90", 90.0), ("30s", 30.0), ("5m", 300.0), ("1.5h", 5400.0)])
def test_a_span_of_time_is_read(text: str, told: float) -> None:
    assert seconds(text) == told


@pytest.mark.parametrize("text", ["", "soon", "0", "0.5s", "5 m", "-1"])
def test_what_is_no_span_of_time_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds(text)
