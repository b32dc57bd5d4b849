"""MySQL's answers, from a stand-in client: what a login path shows, and what each error means."""

from collections.abc import Generator
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
    PrivilegesMissing,
    ProductVersion,
    SaasVariable,
    SaasVariables,
)
from tests.probes.here import HOST, SHELLS, brief, run, tool
from tests.support.mariadb import Server, servers

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


@pytest.mark.parametrize("cut", ["user\\tiam\\t10.0.0.2", "user\\tjob\\t10.0.0.1"])
def test_a_table_that_a_stopped_client_had_begun_to_print_is_none(tmp_path: Path, cut: str) -> None:
    """It prints in blocks of 4 KB, errors at once; then the server stood still until the time was over."""
    rows, errors = ROWS[: ROWS.index(cut)], f"{NO_ROLES}\nERROR 1049 (42000) at line 3: Unknown database 'open_paas'"
    tools = client(tmp_path, rows, errors)
    apps: list[MysqlFact] = [fact for fact in FACTS if isinstance(fact, LoginPath | AppRegistered)]
    assert asked(tools, apps) == ["works", "absent", "absent"]
    for fact in FACTS:
        if fact not in apps:
            with pytest.raises(ValueError, match="stopped"):
                asked(tools, [fact])


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


ALL, NONE = "Y" * 8, "N" * 8
NO_INSERT, ROWS_ALONE = "YNYYYYYY", "YYYYNNNN"
HEADS = tuple(f"{name}\\t\\t" for name in ("global", "schema", "table", "routine", "role"))
NO_ROLES = (
    "ERROR 1146 (42S02) at line 11: Table 'mysql.roles_mapping' doesn't exist\n"
    "ERROR 1146 (42S02) at line 12: Table 'mysql.role_edges' doesn't exist"
)


def privileges(directory: Path, rows: tuple[str, ...], errors: str = NO_ROLES, shell: str = "/bin/sh") -> object:
    heads = tuple(head for head in HEADS if not head.startswith("role"))
    printed = (*ROWS.removesuffix("\noff").split("\n"), *heads, *(row.replace(" ", "\\t") for row in rows), "off")
    fact = PrivilegesMissing(host=HOST, login_path=PATH, user="iam", hosts=HOSTS)
    (found,) = asked(client(directory, "\n".join(printed), errors), [fact], shell)
    return found


@pytest.mark.condition("v19-grants")
@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ((f"global iam@10.0.0.1 {ALL}", f"global iam@10.0.0.2 {ALL}"), ()),
        ((f"global iam@10.0.0.1 {NO_INSERT}", f"global iam@10.0.0.2 {ALL}"), ("iam@10.0.0.1 INSERT",)),
        ((f"global iam@10.0.0.1 {NONE}", f"global iam@10.0.0.2 {ALL}"), ("iam@10.0.0.1 SELECT INSERT UPDATE DELETE",)),
        ((f"global iam@10.0.0.1 {ROWS_ALONE}",), ("iam@10.0.0.1 CREATE DROP INDEX ALTER",)),
        ((f"global iam@% {NO_INSERT}",), ("iam@% INSERT",)),
        ((f"global iam@10.0.0.0/255.255.255.0 {NO_INSERT}",), ("iam@10.0.0.0/255.255.255.0 INSERT",)),
        ((f"global iam@10.0.0.1 {ALL}", f"global iam@10.0.0.2 {ALL}", f"global iam@% {NONE}"), ()),
        ((f"global iam@% {ALL}", f"global iam@10.0.0.% {NO_INSERT}"), ("iam@10.0.0.% INSERT",)),
        (
            (f"global iam@10.0.0.% {NO_INSERT}", f"global iam@10.% {ALL}", f"global iam@%.1 {ALL}"),
            ("iam@10.0.0.% INSERT",),
        ),
        ((f"global iam@10.0.0.% {ALL}", f"global iam@% {NO_INSERT}"), ()),
        (
            (f"global iam@10.0.0.0/255.255.255.0 {NO_INSERT}", f"global iam@10.0.0.% {ALL}"),
            ("iam@10.0.0.0/255.255.255.0 INSERT",),
        ),
        (
            (
                f"global iam@10.0.0.1 {ALL}",
                f"global iam@10.0.0.2 {ALL}",
                f"global iam@10.0.0.0/255.255.255.0 {NO_INSERT}",
            ),
            (),
        ),
        ((f"global iam@10.0.0.% {ALL}", f"global iam@10.0.0._ {NO_INSERT}"), ("iam@10.0.0._ INSERT",)),
        ((f"global iam@10.0.0.% {NO_INSERT}", f"schema iam@% {ALL}"), ()),
        ((f"global iam@10.0.0.9 {NONE}", f"global paas@10.0.0.1 {NONE}", f"global @10.0.0.1 {NONE}"), ()),
        ((f"global iam@10.0.0.1 {NONE}", f"schema iam@10.0.0.1 {ALL}"), ()),
        ((f"global iam@10.0.0.1 {NONE}", f"schema iam@10.0.0.% {ROWS_ALONE}"), ()),
        ((f"global iam@10.0.0.1 {NONE}", "schema iam@10.0.0.1 YNNNNNNN", f"schema iam@10.0.0.1 {ALL}"), ()),
        (
            (f"global iam@10.0.0.1 {NONE}", "schema iam@10.0.0.1 YNNNNNNN", f"schema iam@10.0.0.1 {NO_INSERT}"),
            ("iam@10.0.0.1 INSERT",),
        ),
        ((f"global iam@10.0.0.1 {NO_INSERT}", f"schema iam@10.0.0.1 {ALL}"), ()),
        ((f"global iam@10.0.0.1 {NO_INSERT}", f"schema paas@10.0.0.1 {ALL}"), ("iam@10.0.0.1 INSERT",)),
        ((f"global iam@10.0.0.1 {NONE}", "table iam@10.0.0.1 "), ()),
        ((f"global iam@10.0.0.1 {NONE}", "routine iam@10.0.0.1 "), ()),
        ((), ()),
    ],
    ids=[
        "as-the-vendor-grants", "one-revoked", "all-revoked", "no-more-migrations", "from-everywhere", "a-network",
        "the-exact-account-counts", "the-nearest-pattern-counts", "of-three-patterns", "and-not-a-wider-one",
        "a-network-before-a-pattern", "an-address-before-a-network", "either-may-be-taken",
        "but-for-its-schema-from-everywhere", "others-accounts", "one-schema", "rows-of-one-schema",
        "reads-another-schema",
        "revoked-for-its-schema", "revoked-but-for-its-schema", "of-another-user", "single-tables", "routines",
        "no-account",
    ],
)  # fmt: skip
def test_privileges_that_products_no_longer_have(
    tmp_path: Path, rows: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    assert privileges(tmp_path, rows) == missing


@pytest.mark.parametrize("shell", SHELLS)
def test_privileges_are_read_in_any_shell(tmp_path: Path, shell: str) -> None:
    rows = (f"global iam@10.0.0.1 {ALL}", f"global iam@10.0.0.2 {NO_INSERT}")
    assert privileges(tmp_path, rows, shell=shell) == ("iam@10.0.0.2 INSERT",)


@pytest.mark.condition("v19-grants")
@pytest.mark.parametrize(("table", "row"), [(11, "role"), (12, "role8")], ids=["MariaDB", "MySQL 8"])
def test_an_account_with_a_role_is_not_judged(tmp_path: Path, table: int, row: str) -> None:
    rows = (f"global iam@10.0.0.1 {NONE}", f"{row}  ", f"{row} iam@10.0.0.1 ")
    errors = "\n".join(line for line in NO_ROLES.split("\n") if f"line {table}:" not in line)
    assert privileges(tmp_path, rows, errors) == ()
    others = (*rows[:2], f"{row} iam@% ", f"global iam@% {NONE}")
    lacking = ("iam@10.0.0.1 SELECT INSERT UPDATE DELETE",)
    assert privileges(tmp_path / "again", others, errors) == lacking, "a role is one account's"


def test_privileges_that_may_not_be_read_are_unknown(tmp_path: Path) -> None:
    error = "\nERROR 1142 (42000) at line 8: SELECT command denied to user"
    rows = (f"global iam@10.0.0.1 {NONE}",)
    assert privileges(tmp_path, rows, NO_ROLES + error) == "unknown: mysql-query-failed"
    denied = NO_ROLES.replace("1146", "1142")
    assert privileges(tmp_path / "again", rows, denied) == "unknown: mysql-query-failed"


@pytest.mark.condition("v19-grants")
@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (("10.0.0.%",), "granted"),
        (("10.0.0._",), "granted"),
        (("10.0.0.0/255.255.255.0",), "granted"),
        (("10.0.0.1", "10.0.0.%"), "granted"),
        (("10.0.1.%",), "missing"),
        (("10.0.0.1", "localhost"), "missing"),
        (("10_0.0.1",), "missing"),
        (("10.0.0.0/24",), "missing"),
        (("10.0.0.1/255.255.255.0",), "missing"),
        (("0.0.0.0/0.0.0.0",), "missing"),
        (("10.0.0",), "missing"),
        (("10.0.0.0/0.255.255.255",), "missing"),
        (("0.0.0.1/0.0.0.1", "0.0.0.2/0.0.0.2"), "granted"),
    ],
    ids=" ".join,
)
def test_an_account_of_a_pattern_is_one_of_each_host(tmp_path: Path, hosts: tuple[str, ...], expected: str) -> None:
    rows = ROWS.replace("user\\tiam\\t10.0.0.1\nuser\\tiam\\t10.0.0.2", "\n".join(f"user\\tiam\\t{h}" for h in hosts))
    fact = MysqlUser(host=HOST, login_path=PATH, user="iam", hosts=HOSTS)
    assert asked(client(tmp_path, rows), [fact]) == [expected]


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    with servers(1) as (started,):
        started.sql("delete from mysql.global_priv where user = ''; flush privileges;")
        yield started


@pytest.mark.parametrize(
    "hosts",
    [
        ("localhost", "%"),
        ("localhost", "local%", "%"),
        ("%", "local%"),
        ("l%", "lo%t", "%"),
        ("local_ost", "l%"),
        ("%",),
    ],
    ids=" ".join,
)
def test_a_real_server_takes_the_account_that_is_judged(server: Server, tmp_path: Path, hosts: tuple[str, ...]) -> None:
    """MariaDB, which the tests have, sorts patterns by all that is literal in them, MySQL by what is before the first
    wildcard: these are in the same order by both."""
    tools = tool(tmp_path, "id", "echo 0")
    (tools / "mysql").symlink_to(Path(__file__).parents[1] / "support/tools/mysql")
    accounts = [f"iam@'{host}'" for host in hosts]
    server.sql("".join(f"create user {account};" for account in accounts))
    try:
        taken = server.sql("select current_user()", user="iam").strip()
        for lacking, expected in ((True, (f"{taken} INSERT",)), (False, ())):
            for account in accounts:
                is_taken = account.replace("'", "") == taken
                server.sql(f"grant all on *.* to {account}; flush privileges;")
                if is_taken is lacking:
                    server.sql(f"revoke insert on *.* from {account};")
            fact = PrivilegesMissing(host=HOST, login_path="default-root", user="iam", hosts=("localhost",))
            output = run(PROBE.command([fact]), tools=tools, env={"LOGIN": str(server.login)})
            assert brief(PROBE.parse([fact], output)[fact]) == expected
    finally:
        server.sql("".join(f"drop user {account};" for account in accounts))
