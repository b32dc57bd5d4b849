"""Which version the package holds: its own file first, then the release's word, then what is online."""

from pathlib import Path

import pytest

from probes.command import Output
from probes.fact import Absent, AnyReading, Known, Unknown
from probes.saas import PROBE, SaasNewer, SaasOnline, SaasPackaged, SaasValue
from tests.probes.here import HOST, SHELLS, ask, brief, run, tool

ONLINE = "online\tbk_sops\tV3.25.12\nasked\n"


def told(text: str, default: str = "", app: str = "bk_sops") -> tuple[AnyReading, AnyReading]:
    online = SaasOnline(host="h", login_path="p", app=app)
    packaged = SaasPackaged(host="h", login_path="p", app=app, src="/s", release="6.2.2", default=default)
    readings = PROBE.parse([online, packaged], Output(stdout=text + "end\n"))
    return readings[online], readings[packaged]


@pytest.mark.parametrize(
    ("tree", "default", "wanted"),
    [
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V3.28.14.tar.gz\n", "9.9", Known("3.28.14")),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V2.tar.gz\nfile\t/s\tbk_sops_V1.tar.gz\n", "", Known("2")),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_extra_V2.tar.gz\n", "", Known("3.25.12")),
        ("tree\t/s\t6.1.2\nfile\t/s\tbk_sops_V3.25.12.tar.gz\n", "3.28.14", Known("3.28.14")),
        ("tree\t/s\t6.1.2\nfile\t/s\tbk_sops_V3.25.12.tar.gz\n", "", Absent()),
        ("tree\t/s\t\n", "", Known("3.25.12")),
    ],
    ids=["file", "newest-file", "another-app", "old-tree-and-default", "old-tree", "no-tree"],
)
def test_the_package_says_which_version(tree: str, default: str, wanted: AnyReading) -> None:
    assert told(ONLINE + tree, default) == (Known("3.25.12"), wanted)


def test_without_mysql_nothing_is_claimed() -> None:
    online, packaged = told("tree\t/s\t6.2.2\n")
    assert isinstance(online, Unknown)
    assert isinstance(packaged, Unknown)


def test_an_app_that_was_never_deployed_is_absent() -> None:
    assert told(ONLINE + "tree\t/s\t6.2.2\n", app="bk_none") == (Absent(), Absent())


def test_a_cut_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="no end"):
        PROBE.parse([SaasOnline(host="h", login_path="p", app="a")], Output(stdout=ONLINE))


@pytest.mark.parametrize(
    ("tree", "default", "reading"),
    [
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V3.25.11.tar.gz\n", "", Known("3.25.12")),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V3.25.12.tar.gz\n", "", Absent()),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V3.28.14.tar.gz\n", "", Absent()),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V2.9.tar.gz\n", "", Known("3.25.12")),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V4.0.tar.gz\n", "", Absent()),
        ("tree\t/s\t6.1.2\nfile\t/s\tbk_sops_V3.9.tar.gz\n", "", Absent()),
        ("tree\t/s\t6.1.2\nfile\t/s\tbk_sops_V3.9.tar.gz\n", "3.25.11", Known("3.25.12")),
    ],
    ids=[
        "older-package",
        "same",
        "newer-package",
        "package-of-an-older-line",
        "package-of-a-newer-line",
        "package-to-come",
        "package-to-come-and-default",
    ],
)
def test_what_is_online_is_newer_than_the_package(tree: str, default: str, reading: AnyReading) -> None:
    fact = SaasNewer(host="h", login_path="p", app="bk_sops", src="/s", release="6.2.2", default=default)
    assert PROBE.parse([fact], Output(stdout=ONLINE + tree + "end\n")) == {fact: reading}


def test_without_mysql_nothing_is_newer_and_nothing_is_not() -> None:
    fact = SaasNewer(host="h", login_path="p", app="bk_sops", src="/s", release="6.2.2", default="")
    assert isinstance(PROBE.parse([fact], Output(stdout="tree\t/s\t6.2.2\nend\n"))[fact], Unknown)


# Values of variables: compared on the host with what the vendor's script would make of the env files

SECRET = "c4nary/of-a.value"


def server(directory: Path, values: dict[str, str]) -> Path:
    """A `mysql` that is root's, with these values of variables of bk_x."""
    tool(directory, "id", "echo 0")
    rows = [f"value\\tbk_x\\t{name}\\t{value.encode().hex().upper()}\\n" for name, value in values.items()]
    text = "".join(("asked\\n", *rows, "value\\tbk_other\\tONE\\t41\\n", "valued\\n"))
    return tool(directory, "mysql", f"cat >/dev/null; printf '{text}'")


def files(root: Path, texts: dict[str, str]) -> str:
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return str(root)


def value(env: str, name: str = "ONE", made_of: str = "${KEY}") -> SaasValue:
    return SaasValue(host=HOST, login_path="mysql-paas", app="bk_x", name=name, env=env, made_of=made_of)


@pytest.mark.parametrize("shell", SHELLS)
def test_each_value_is_compared_with_its_own_and_none_is_shown(tmp_path: Path, shell: str) -> None:
    env = files(tmp_path / "bin", {"04-final/a.env": f"KEY={SECRET}\nOTHER=x\n", "04-final/b.env": "LAST='y z'\n"})
    shown = server(tmp_path, {"ONE": f"http://{SECRET}/o", "TWO": f"http://{SECRET}", "WORD": "true", "SPACE": "y z"})
    asked = [
        value(env, made_of="http://${KEY}/o"),
        value(env, "TWO", made_of="http://${KEY}/o"),
        value(env, "WORD", made_of="true"),
        value(env, "GONE"),
        value(env, "SPACE", made_of="${LAST}"),
    ]
    output = run(PROBE.command(asked), tools=shown, shell=shell)
    assert "c4nary" not in output.stdout + output.stderr
    assert SECRET.encode().hex().upper() not in output.stdout
    readings = PROBE.parse(asked, output)
    assert [brief(readings[fact]) for fact in asked] == [True, False, True, "absent", "unknown: variable-unread"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ({"04-final/a.env": "KEY=right\n", "04-final/z.env": "XKEY=wrong\n"}, True),
        ({"04-final/a.env": "KEY=wrong\n", "04-final/z.env": "KEY=right\n"}, True),
        ({"03-userdef/z.env": "KEY=wrong\n", "04-final/a.env": "KEY=right\n"}, True),
        ({"01-generate/a.env": "KEY=right\n", "03-userdef/a.env": "export KEY=wrong\n"}, False),
        ({"02-dynamic/hosts.env": "KEY=right\nA=(1 2)\n"}, True),
        ({"04-final/a.env": "KEY=right\n", "04-final/z.env": "KEY=\n"}, True),
        ({"04-final/a.env": "KEY=right\n", "04-final/z.env": "  KEY= \n"}, True),
        ({"04-final/a.env": "KEY=right\n", "04-final/z.env": "KEY=''\n"}, False),
        ({"04-final/a.env": "KEY=wrong\nKEY=right\n"}, True),
        ({"04-final/a.env": "KEY=$OTHER\n"}, "unknown: variable-unread"),
        ({"04-final/a.env": "OTHER=right\n"}, "unknown: variable-unread"),
        ({}, "unknown: variable-unread"),
        ({"04-final/a.env": "KEY=right;\n", "default/a.env": "KEY=wrong\n"}, True),
        ({"04-final/a.env": "KEY='right*'\n"}, "unknown: variable-unread"),
    ],
)
def test_the_last_value_counts_as_load_env_sh_reads_them(
    tmp_path: Path, shell: str, texts: dict[str, str], wanted: object
) -> None:
    env = files(tmp_path / "bin", texts)
    [reading] = ask(PROBE, [value(env)], tools=server(tmp_path, {"ONE": "right"}), shell=shell)
    assert brief(reading) == wanted


def test_without_the_last_query_nothing_is_claimed_of_a_value(tmp_path: Path) -> None:
    fact, online = value(str(tmp_path)), SaasOnline(host=HOST, login_path="mysql-paas", app="bk_sops")
    readings = PROBE.parse([fact, online], Output(stdout=ONLINE + "end\n"))
    assert brief(readings[fact]) == "unknown: saas-not-asked"
    assert readings[online] == Known("3.25.12")


def test_versions_are_asked_without_any_env_file(tmp_path: Path) -> None:
    online = SaasOnline(host=HOST, login_path="mysql-paas", app="bk_sops")
    assert ask(PROBE, [online], tools=server(tmp_path, {})) == [Absent()]
