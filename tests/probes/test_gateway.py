"""Released gateways: which rows of a real server count, and what each failure of a stand-in client means."""

from collections.abc import Generator
from pathlib import Path

import pytest

from probes.command import Output
from probes.gateway import PROBE, GatewayReleased
from tests.probes.here import HOST, SHELLS, ask, brief, tool
from tests.support.mariadb import Server, servers

PATH = "mysql-apigw"
GSE = GatewayReleased(host=HOST, login_path=PATH, gateway="bk-gse", stage="prod")
OTHER = GatewayReleased(host=HOST, login_path=PATH, gateway="bk-apigateway", stage="prod")


def client(directory: Path, rows: str, error: str = "", path: str = PATH) -> Path:
    """A `mysql` that knows one login path and is root's."""
    tool(directory, "id", "echo 0")
    script = f"""
    case "$*" in *--print-defaults*) echo 'mysql would have been started with the following arguments:' ;; esac
    case "$*" in
      *{path}*--print-defaults*) echo --user=root --password=c4nary ;;
      *--print-defaults*) echo ;;
      *) cat >/dev/null; printf '{rows}'; echo "{error}" >&2 ;;
    esac"""
    return tool(directory, "mysql", script)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (r"on\nreleased\tbk-gse\tprod\nreleased\tbk-x\tstag\noff\n", [True, "absent"]),
        (r"on\nreleased\tbk-gse\tstag\nreleased\tbk-apigateway\tprod\noff\n", ["absent", True]),
        (r"on\noff\n", ["absent", "absent"]),
    ],
)
def test_a_gateway_is_released_where_a_row_names_it_and_its_stage(
    tmp_path: Path, shell: str, rows: str, wanted: list[object]
) -> None:
    assert [brief(r) for r in ask(PROBE, [GSE, OTHER], tools=client(tmp_path, rows), shell=shell)] == wanted


def test_without_the_login_path_there_is_no_gateway_yet(tmp_path: Path) -> None:
    assert [brief(r) for r in ask(PROBE, [GSE], tools=client(tmp_path, r"on\noff\n", path="mysql-x"))] == ["absent"]


@pytest.mark.parametrize(
    ("rows", "error", "wanted"),
    [
        (r"on\n", "ERROR 1054 (42S22) at line 7: Unknown column", "unknown: mysql-query-failed"),
        (r"on\nreleased\tbk-gse\tprod\n", "", "unknown: mysql-query-failed"),
        ("", "ERROR 1045 (28000): Access denied", "unknown: mysql-denied"),
        ("", "ERROR 2003 (HY000): connect failed", "unknown: mysql-unreachable"),
        ("", "", "unknown: mysql-unreachable"),
    ],
)
def test_what_was_not_answered_to_the_end_is_unknown(tmp_path: Path, rows: str, error: str, wanted: str) -> None:
    assert [brief(r) for r in ask(PROBE, [GSE], tools=client(tmp_path, rows, error))] == [wanted]


def test_without_a_client_nothing_is_known() -> None:
    assert brief(PROBE.parse([GSE], Output(stdout="0\tno-client\n"))[GSE]) == "unknown: tool-missing"


def test_a_cut_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="cut"):
        PROBE.parse([GSE], Output(stdout="0\trow\ton\n"))


TABLES = """
create database {base};
use {base};
create table core_api (id int primary key, name varchar(64), status int);
create table core_stage (id int primary key, api_id int, name varchar(64), status int);
create table core_release (id int primary key, api_id int, stage_id int, resource_version_id int,
    updated_time datetime(6));
"""
"""As blueking-apigateway v1.12.1 has them, as far as they are read."""


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    with servers(1) as (only,):
        yield only


@pytest.mark.parametrize("base", ["bk_apigateway", "apigw_of_site"])
@pytest.mark.parametrize(
    ("gateway", "stage", "released", "wanted"),
    [(1, 1, True, True), (0, 1, True, "absent"), (1, 0, True, "absent"), (1, 1, False, "absent")],
    ids=["released", "gateway off", "stage off", "no release"],
)
def test_what_counts_in_the_tables_of_the_gateway(
    server: Server, tmp_path: Path, base: str, gateway: int, stage: int, released: bool, wanted: object
) -> None:
    server.empty()
    server.sql(TABLES.format(base=base))
    server.sql(f"insert into core_api values (7, 'bk-gse', {gateway}), (8, 'bk-apigateway', 1)", database=base)
    server.sql(f"insert into core_stage values (3, 7, 'prod', {stage}), (4, 7, 'stag', 1)", database=base)
    server.sql("insert into core_release values (1, 7, 4, 1, now(6))", database=base)
    if released:
        server.sql("insert into core_release values (2, 7, 3, 1, now(6))", database=base)
    assert [brief(r) for r in ask(PROBE, [GSE, OTHER], tools=_logged_in(tmp_path, server))] == [wanted, "absent"]


def test_before_the_gateway_is_installed_nothing_is_released(server: Server, tmp_path: Path) -> None:
    server.empty()
    assert [brief(r) for r in ask(PROBE, [GSE], tools=_logged_in(tmp_path, server))] == ["absent"]


def _logged_in(directory: Path, server: Server) -> Path:
    """MariaDB's client, which knows no login path, with the option file that this one leads to."""
    tool(directory, "id", "echo 0")
    script = f"""
    case "$*" in
      *{PATH}*--print-defaults*) echo 'mysql would have been started with the following arguments:'; echo --user=root ;;
      *--print-defaults*) echo 'mysql would have been started with the following arguments:' ;;
      *) shift 2; exec mariadb --defaults-file={server.login} "$@" ;;
    esac"""
    return tool(directory, "mysql", script)
