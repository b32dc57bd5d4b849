"""Options: which language, which login, how long; declared once for all commands."""

import pytest
import typer

from reconciler.cli.check import seconds
from reconciler.cli.init import login
from reconciler.cli.language import language


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
    ("text", "expected"),
    [
        pytest.param("root@10.0.0.1", ("root", "10.0.0.1", None), id="usual"),
        pytest.param("10.0.0.1", ("", "10.0.0.1", None), id="what is not said is ssh_config's"),
        pytest.param("bk@control.example:2222", ("bk", "control.example", 2222), id="with a port"),
        pytest.param("a#b#c@bastion:36000", ("a#b#c", "bastion", 36000), id="JumpServer, with #"),
        pytest.param("a@b@10.0.0.1@bastion", ("a@b@10.0.0.1", "bastion", None), id="JumpServer, with @"),
        pytest.param("bk_control", ("", "bk_control", None), id="an underscore in an alias"),
        pytest.param("root@中控机", ("root", "中控机", None), id="an alias in Chinese"),
        pytest.param("root@[2001:db8::1]:22", ("root", "2001:db8::1", 22), id="IPv6"),
        pytest.param("dom\\u.ser@h", ("dom\\u.ser", "h", None), id="a domain's user"),
    ],
)
def test_a_login_is_read(text: str, expected: tuple[str, str, int | None]) -> None:
    assert login(text) == expected


@pytest.mark.parametrize(
    "text", ["", "a b", "root@", "x:0", "x:99999", "-oProxyCommand=x", "root@x;rm", "-l@x", "a@-x"]
)
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
