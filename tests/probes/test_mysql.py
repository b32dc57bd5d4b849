"""MySQL's answers, from a stand-in client: what a login path shows, and what each error means."""

from pathlib import Path

import pytest

from probes.command import Output
from probes.mysql import (
    PROBE,
    AppRegistered,
    LoginPath,
    MysqlFact,
    MysqlUser,
    PendingSql,
    ProductVersion,
    SaasVariable,
    SaasVariables,
)
from tests.probes.here import HOST, SHELLS, brief, run, tool

PATH = "mysql-default"
HOSTS = ("10.0.0.1", "10.0.0.2")
FACTS: list[MysqlFact] = [
    LoginPath(host=HOST, login_path=PATH),
    MysqlUser(host=HOST, login_path=PATH, user="iam", hosts=HOSTS),
    MysqlUser(host=HOST, login_path=PATH, user="root", hosts=HOSTS),
    MysqlUser(host=HOST, login_path=PATH, user="job", hosts=HOSTS),
    MysqlUser(host=HOST, login_path=PATH, user="ia", hosts=()),
    AppRegistered(host=HOST, login_path=PATH, code="bk_paas"),
    AppRegistered(host=HOST, login_path=PATH, code="bk"),
    SaasVariables(host=HOST, login_path=PATH, app_code="bk_sops"),
    SaasVariables(host=HOST, login_path=PATH, app_code="bk_none"),
    SaasVariable(host=HOST, login_path=PATH, app_code="bk_sops", name="ONE"),
    SaasVariable(host=HOST, login_path=PATH, app_code="bk_sops", name="NINE"),
    ProductVersion(host=HOST, login_path=PATH, code="cmdb"),
    ProductVersion(host=HOST, login_path=PATH, code="apigw"),
]
ROWS = r"""on
user\t\t
user\tiam\t10.0.0.1
user\tiam\t10.0.0.2
user\troot\t%
user\tjob\t10.0.0.1
app\t\t
app\tbk_paas\t
var\t\t
var\tbk_sops\tTWO
var\tbk_sops\tONE
var\tbk_other\tTHREE
version\t\t
version\tcmdb\t3.11.2
off"""


def client(directory: Path, rows: str, errors: str = "", path: str = PATH) -> Path:
    """A `mysql` that knows one login path and is root's."""
    tool(directory, "id", "echo 0")
    printed = "".join(f"printf '{row}\\n'\n" for row in rows.replace("%", "%%").split("\n") if row)
    script = f"""
    case "$*" in
      *--print-defaults*) echo 'mysql would have been started with the following arguments:' ;;
    esac
    case "$*" in
      *{path}*--print-defaults*) echo --user=root --password=c4nary ;;
      *--print-defaults*) echo ;;
      *) cat >/dev/null; {printed} echo "{errors}" >&2; exit 1 ;;
    esac"""
    return tool(directory, "mysql", script)


def asked(tools: Path, facts: list[MysqlFact] = FACTS, shell: str = "/bin/sh") -> list[object]:
    output = run(PROBE.command(facts), tools=tools, shell=shell)
    assert "c4nary" not in output.stdout + output.stderr
    readings = PROBE.parse(facts, output)
    return [brief(readings[fact]) for fact in facts]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_question_is_answered_from_its_own_query(tmp_path: Path, shell: str) -> None:
    assert asked(client(tmp_path, ROWS), shell=shell) == [
        "works",
        "granted",
        "granted",
        "missing",
        "missing",
        True,
        "absent",
        ("ONE", "TWO"),
        (),
        True,
        "absent",
        "3.11.2",
        "absent",
    ]


def test_a_path_that_changes_nothing_does_not_exist(tmp_path: Path) -> None:
    unknown = "unknown: mysql-no-login-path"
    assert asked(client(tmp_path, ROWS, path="mysql-other")) == ["absent", *[unknown] * (len(FACTS) - 1)]


@pytest.mark.parametrize(
    ("editor", "wanted"),
    [
        ("[ $2 != --login-path=mysql-default ] || echo '[mysql-default]'", "works"),
        ("exit 0", "absent"),
        ("exit 1", "unknown: mysql-login-path-unread"),
        (None, "unknown: mysql-login-path-unread"),
    ],
)
def test_a_client_that_does_not_print_defaults_has_an_editor(tmp_path: Path, editor: str | None, wanted: str) -> None:
    tools = tool(
        client(tmp_path, ROWS), "mysql", (tmp_path / "mysql").read_text().replace("would have been started", "")
    )
    (tools / "mysql").write_text((tools / "mysql").read_text().replace("*mysql-default*--print", "*never*--print"))
    if editor is not None:
        tool(tools, "mysql_config_editor", editor)
    assert asked(tools)[0] == wanted


@pytest.mark.parametrize(
    ("error", "login", "others"),
    [
        ("ERROR 1045 (28000): Access denied for user 'a'@'b' (using password: YES)", "denied", "mysql-denied"),
        ("ERROR 1698 (28000): Access denied for user 'a'@'b'", "denied", "mysql-denied"),
        ("ERROR 1130 (HY000): Host 'b' is not allowed to connect", "denied", "mysql-denied"),
        ("ERROR 2003 (HY000): Can't connect to MySQL server (111)", "unknown: mysql-unreachable", "mysql-unreachable"),
        ("ERROR 1040 (HY000): Too many connections", "unknown: mysql-unreachable", "mysql-unreachable"),
        ("", "unknown: mysql-unreachable", "mysql-unreachable"),
    ],
)
def test_refusal_and_silence_are_told_apart(tmp_path: Path, error: str, login: str, others: str) -> None:
    found = asked(client(tmp_path, "", error))
    assert found == [login, *[f"unknown: {others}"] * (len(FACTS) - 1)]


def test_a_table_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    rows = ROWS.replace("app\\t\\t\napp\\tbk_paas\\t\n", "").replace("version\\t\\t\nversion\\tcmdb\\t3.11.2\n", "")
    errors = (
        "ERROR 1146 (42S02) at line 3: Table 'open_paas.esb_app_account' doesn't exist\n"
        "ERROR 1049 (42000) at line 5: Unknown database 'bksuite_common'"
    )
    found = asked(client(tmp_path, rows, errors))
    assert found[5:7] == ["absent", "absent"]
    assert found[7] == ("ONE", "TWO")
    assert found[11:] == ["absent", "absent"]


def test_a_query_that_fails_otherwise_is_unknown(tmp_path: Path) -> None:
    rows = ROWS.replace("app\\t\\t\napp\\tbk_paas\\t\n", "")
    found = asked(client(tmp_path, rows, "ERROR 1142 (42000) at line 3: SELECT command denied to user"))
    assert found[5:7] == ["unknown: mysql-query-failed"] * 2
    assert found[0] == "works"


def test_a_connection_lost_in_the_middle_of_a_table_is_no_answer(tmp_path: Path) -> None:
    rows = "on\nuser\\t\\t\nuser\\tiam\\t10.0.0.1"
    errors = "\n".join(f"ERROR 2013 (HY000) at line {line}: Lost connection" for line in (2, 3, 4, 5, 6))
    found = asked(client(tmp_path, rows, errors))
    assert found == ["works", *["unknown: mysql-query-failed"] * (len(FACTS) - 1)]


def test_a_client_that_was_stopped_is_an_error(tmp_path: Path) -> None:
    with pytest.raises((ValueError, LookupError)):
        asked(client(tmp_path, ROWS.removesuffix("\noff")))


def test_without_a_client_nothing_can_be_told() -> None:
    readings = PROBE.parse(FACTS, Output(stdout="0\tno-client\n"))
    assert {brief(reading) for reading in readings.values()} == {"unknown: tool-missing"}


def test_only_root_is_believed(tmp_path: Path) -> None:
    tools = client(tmp_path, ROWS)
    tool(tools, "id", "echo 1000")
    with pytest.raises(ValueError, match="not about what was asked"):
        asked(tools)


def test_names_are_never_part_of_sql(tmp_path: Path) -> None:
    hostile = "x'; drop table t; --"
    facts: list[MysqlFact] = [AppRegistered(host=HOST, login_path=PATH, code=hostile)]
    command = PROBE.command(facts)
    assert hostile not in command.script
    assert hostile not in command.args
    assert asked(client(tmp_path, ROWS), facts) == ["absent"]


@pytest.mark.parametrize("shell", SHELLS)
def test_sql_without_a_mark_is_pending(tmp_path: Path, shell: str) -> None:
    tools = tool(tmp_path / "bin", "id", "echo 0")
    for directory, name in (
        ("sql", "0002 b.sql"),
        ("sql", "-n.sql"),
        ("sql", "1.sql"),
        ("sql", "2.txt"),
        ("marks", "1.sql"),
    ):
        (tmp_path / directory).mkdir(exist_ok=True)
        (tmp_path / directory / name).write_text("")
    (tmp_path / "none").mkdir()
    facts: list[MysqlFact] = [
        PendingSql(host=HOST, directory=str(tmp_path / directory), marks=str(tmp_path / marks))
        for directory, marks in (("marks", "marks"), ("sql", "marks"), ("sql", "nowhere"), ("nowhere", "marks"))
    ]
    facts.append(PendingSql(host=HOST, directory=str(tmp_path / "none"), marks="/nowhere"))
    (tmp_path / "sql" / "0002 b.sql").unlink()
    assert asked(tools, facts, shell) == [(), ("-n.sql",), ("-n.sql", "1.sql"), "absent", "absent"]


def test_a_name_that_would_look_like_another_row_is_unknown(tmp_path: Path) -> None:
    tools = tool(tmp_path / "bin", "id", "echo 0")
    (tmp_path / "a\n0\tend\n1\tpending\tb.sql").write_text("")
    fact = PendingSql(host=HOST, directory=str(tmp_path), marks="/nowhere")
    assert asked(tools, [fact]) == ["unknown: path-name-unsupported"]
