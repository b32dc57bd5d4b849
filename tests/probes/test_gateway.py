"""Released gateways, from a stand-in client: which rows count, and what each failure means."""

from pathlib import Path

import pytest

from probes.command import Output
from probes.gateway import PROBE, GatewayReleased
from tests.probes.here import HOST, SHELLS, ask, brief, tool

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
