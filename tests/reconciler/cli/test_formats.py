"""`-o FORMAT` and `--report FORMAT=PATH`: for every command, or refused with 64 before anything is done."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from reconciler.cli.main import run
from reconciler.commands import session
from tests.support.cluster_world import connect, unread

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bkrec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    def never(_: Path) -> Any:
        raise AssertionError("the cluster was reached")

    connect(monkeypatch, tmp_path, unread())
    monkeypatch.setattr(session, "open_controller", never)

    def ran(*args: str) -> tuple[int, str, str]:
        code = run(args)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ran


@pytest.mark.parametrize("command", ["diff", "check", "plan"])
def test_junit_is_printed_and_written(bkrec: Run, tmp_path: Path, command: str) -> None:
    code, out, _ = bkrec(command, "-o", "junit", "--report", "junit=a.xml")
    assert code == 4
    assert ElementTree.fromstring(out).tag == "testsuites"
    assert (tmp_path / "a.xml").read_text(encoding="utf-8") == out


@pytest.mark.parametrize("args", [("-o", "junit"), ("--report", "junit=a.xml")], ids=lambda args: args[0])
def test_a_format_without_a_form_is_64_names_those_there_are_and_nothing_is_done(
    bkrec: Run, tmp_path: Path, args: tuple[str, ...]
) -> None:
    code, _, err = bkrec("pause", *args)
    assert code == 64
    assert "error[format-missing]: `bkrec pause` has no junit output" in err
    assert "available formats: text, json" in err
    assert not (tmp_path / "a.xml").exists()


def test_an_unknown_format_is_64_and_names_those_there_are(bkrec: Run) -> None:
    for args in (("-o", "yaml"), ("--report", "yaml=x"), ("--report", "json")):
        code, out, err = bkrec("diff", *args)
        assert (code, out) == (64, "")
        assert "text, json, ndjson, junit, prom, nagios, md, html or sh" in " ".join(err.split())


@pytest.mark.parametrize("command", ["history", "schema", "explain 7.3"])
def test_commands_that_reach_no_host_have_reports_too(bkrec: Run, tmp_path: Path, command: str) -> None:
    code, out, _ = bkrec(*command.split(), "-o", "json", "--report", "json=a.json", "--report", "text=a.txt")
    assert code == 0
    assert json.loads(out)
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == out
    assert (tmp_path / "a.txt").read_text(encoding="utf-8")


def test_an_error_is_reported_in_the_format_asked_for(bkrec: Run, tmp_path: Path) -> None:
    (tmp_path / "cluster.toml").unlink()
    code, out, err = bkrec("plan", "-o", "junit", "--report", "json=a.json")
    assert code == 65
    assert 'errors="1"' in out
    assert "error[cluster-file-missing]" in err
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["exit"] == 65


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("check",), 3),
        (("check", "--every", "soon"), 3),
        (("-c", "nowhere.toml", "check"), 3),
        (("check", "--report", "prom=no/such/folder.prom"), 3),
        (("pause",), 3),
        (("no-such-command",), 3),
    ],
    ids=["unread", "no duration", "no cluster file", "a report nowhere", "no such form", "no such command"],
)
def test_nagios_has_exit_codes_of_its_own(bkrec: Run, args: tuple[str, ...], code: int) -> None:
    ended, out, _ = bkrec("-o", "nagios", *args)
    assert ended == code
    assert out.startswith("BKREC UNKNOWN - ")


def test_nagios_exit_codes_are_those_of_no_other_format(bkrec: Run) -> None:
    assert bkrec("check", "--report", "nagios=a.txt")[0] == 4
