"""Python scripts that a person brought: whole, cut anywhere, empty, foreign, no Python at all."""

import contextlib
import io
import sys
from pathlib import Path

import pytest

from actions.task import MIGRATION
from probes.command import Output
from probes.python import PARSE, PROBE, SYNTAX, ScriptDefects
from tests.probes.here import HOST, SHELLS, ask, brief

WHOLE = Path(__file__).parents[1] / "lab" / "vendor" / "migrate_subject_system_group.py"


def defects(path: Path, *, python: str = sys.executable, shell: str = "/bin/sh") -> object:
    fact = ScriptDefects(host=HOST, path=str(path), python=python, sentences=MIGRATION)
    return brief(ask(PROBE, [fact], shell=shell)[0])


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "migrate_subject_system_group.py"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_whole_script_has_none(shell: str) -> None:
    assert defects(WHOLE, shell=shell) == ()


def test_an_empty_one_and_a_page_of_an_error_are_no_python(script: Path) -> None:
    script.write_text("")
    assert defects(script) == (SYNTAX,)
    script.write_text("<html><head><title>404 Not Found</title></head></html>\n")
    assert defects(script) == (SYNTAX,)
    script.write_bytes(b"\x1f\x8b\x08\0\0\0" * 40)
    assert defects(script) == (SYNTAX,)


def test_a_foreign_one_lacks_every_sentence_and_a_comment_counts_for_nothing(script: Path) -> None:
    script.write_text("#!/usr/bin/python3\n" + "".join(f"# {sentence}\n" for sentence in MIGRATION))
    assert defects(script) == MIGRATION


def test_one_that_is_cut_has_a_defect_wherever_the_cut_is(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program runs here, for a start of Python each would take half a minute; a few cuts go the whole way."""
    whole = WHOLE.read_bytes()
    facts: list[ScriptDefects] = []
    for size in range(len(whole.rstrip())):
        if size % 11 == 0 or size > len(whole) - 60:
            path = script.with_name(f"cut-{size}.py")
            path.write_bytes(whole[:size])
            facts.append(ScriptDefects(host=HOST, path=str(path), python=sys.executable, sentences=MIGRATION))
    program = compile(PARSE, "PARSE", "exec")
    for fact in facts:
        monkeypatch.setattr(sys, "argv", ["-c", fact.path, "\n".join(fact.sentences)])
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
            exec(program, {})
        rows = "".join(f"0\t{line}\n" for line in said.getvalue().splitlines())
        assert brief(PROBE.parse([fact], Output(stdout=rows))[fact]) not in ((), "absent"), fact.path
    sample = facts[:: len(facts) // 12]
    assert [fact.path for fact, told in zip(sample, ask(PROBE, sample), strict=True) if brief(told) == ()] == []


def test_absent_is_absent_and_what_cannot_be_parsed_here_is_unknown(script: Path) -> None:
    assert defects(script) == "absent"
    script.write_text("print()\n")
    assert defects(script, python="/nonexistent/python3") == "unknown: tool-missing"
    assert defects(script.parent) == "unknown: path-unreadable"


def test_nothing_is_run_and_nothing_is_written(script: Path) -> None:
    script.write_text(f"open({str(script.with_name('ran'))!r}, 'w')\n")
    assert defects(script) == MIGRATION
    assert [path.name for path in script.parent.iterdir()] == [script.name]
