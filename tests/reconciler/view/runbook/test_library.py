"""The shell of a runbook, run for real by dash and bash at a terminal: what it repeats, asks, and where it stops."""

import os
import pty
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.view.runbook.judges import JUDGES
from reconciler.view.runbook.library import LIBRARY, ON_HOST
from reconciler.view.runbook.sections import WORDS

SHELLS = ("dash", "bash")
QUESTION = b"[yes/no] "
FILE_IS = "shows here kind 'the file is there' lines has '^yes$' -- "


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A directory with the marks, and steps of which each makes one file by appending a line to it."""

    home: Path
    shell: str

    def run(self, *steps: str, answers: Sequence[str] = ()) -> str:
        """What the terminal showed."""
        values = {"controller": "here", "hosts": "", "steps": str(len(steps)), "records": str(self.home / "done")}
        values |= {f"word_{word.replace('-', '_')}": word for word in WORDS}
        values |= {"begun": str(self.home / "begun"), "sign_ok": "OK", "sign_not": "NOT", "sign_stop": "STOP"}
        stored = {**JUDGES, "on-host": ON_HOST, "kind": '[ ! -e "$1" ] || echo yes', "make": 'echo made >>"$1"\n'}
        parts = [
            *(f"{name}={shlex.quote(value)}" for name, value in values.items()),
            LIBRARY,
            *(f"store {name} <<'END_OF_SCRIPT'\n{text}\nEND_OF_SCRIPT" for name, text in stored.items()),
            'on_host=$(cat "$work/on-host")',
            'mkdir -p -- "$records" "$begun"',
            *steps,
            "finish",
        ]
        file = self.home / "runbook.sh"
        file.write_text("(\n" + "\n".join(parts) + "\n)\n", encoding="utf-8")
        return self._at_a_terminal(file, list(answers))

    def _at_a_terminal(self, file: Path, answers: list[str]) -> str:
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp(self.shell, [self.shell, str(file)])
        shown = b""
        while chunk := _read(terminal):
            shown += chunk
            if shown.endswith(QUESTION):
                os.write(terminal, f"{answers.pop(0)}\n".encode())
        os.close(terminal)
        os.waitpid(pid, 0)
        assert answers == [], "not everything was asked"
        return shown.decode()

    def step(
        self,
        name: str,
        *,
        once: bool = False,
        effect: str = "",
        consent: str = "",
        script: str = "make",
        seconds: int = 0,
    ) -> str:
        file = shlex.quote(str(self.home / name))
        chain = [f"step 1 {name} {name}", *([f"consent {consent}"] if consent else [])]
        chain += [f"change here {script} no no / {file}", f"verify {seconds} 'look at it'"]
        checks = effect or FILE_IS + file
        head = f"once={'yes' if once else 'no'} feeds= blind={'yes' if effect.startswith('looks') else 'no'}"
        return "\n".join((head, f"effects() {{ {checks}\n}}", "needs() { :\n}", " && ".join(chain)))

    def lines(self, name: str) -> int:
        file = self.home / name
        return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed: that is the end
        return b""


@pytest.fixture(params=SHELLS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    return Bench(home=tmp_path, shell=str(request.param))


def test_a_step_is_run_and_checked_and_not_run_again(bench: Bench) -> None:
    shown = bench.run(bench.step("a"))
    assert "OK the file is there" in shown
    assert shown.endswith("finished\r\n")
    again = bench.run(bench.step("a"))
    assert "already" in again
    assert bench.lines("a") == 1


def test_after_a_check_that_fails_nothing_more_is_done(bench: Bench) -> None:
    shown = bench.run(bench.step("a", effect=FILE_IS + str(bench.home / "nothing")), bench.step("b"))
    assert "NOT the file is there" in shown
    assert "STOP look at it" in shown
    assert shown.endswith("stopped 1\r\n")
    assert (bench.lines("a"), bench.lines("b")) == (1, 0)


def test_a_failing_command_whose_effect_is_there_is_done_and_the_other_way_round_it_is_not(bench: Bench) -> None:
    assert "finished" in bench.run(
        bench.step("a", script="make"), bench.step("a2", effect=FILE_IS + str(bench.home / "a"))
    )
    assert "stopped" in bench.run(bench.step("b", script="kind"))


def test_what_must_not_run_twice_is_not_run_again_while_its_effect_is_missing(bench: Bench) -> None:
    missing = FILE_IS + str(bench.home / "nothing")
    assert "stopped 1" in bench.run(bench.step("a", once=True, effect=missing))
    again = bench.run(bench.step("a", once=True, effect=missing))
    assert f"STOP begun {bench.home}/begun/a" in again
    assert bench.lines("a") == 1
    (bench.home / "begun/a").unlink()
    bench.run(bench.step("a", once=True, effect=missing))
    assert bench.lines("a") == 2


def test_what_only_later_steps_needed_is_not_run_again_once_they_are_done(bench: Bench) -> None:
    gone = f"shows here kind 'the file is there' lines has '^yes$' -- {bench.home}/a"
    first = bench.step("a", effect=gone).replace("feeds=", "feeds=b", 1)
    assert "finished" in bench.run(first, bench.step("b"))
    (bench.home / "a").unlink()
    assert "used" in bench.run(first, bench.step("b"))
    assert (bench.lines("a"), bench.lines("b")) == (0, 1)
    (bench.home / "done/b").unlink()
    (bench.home / "b").unlink()
    assert "finished" in bench.run(first, bench.step("b"))
    assert (bench.lines("a"), bench.lines("b")) == (1, 1)


def test_what_may_be_repeated_is(bench: Bench) -> None:
    missing = FILE_IS + str(bench.home / "nothing")
    for _ in range(2):
        bench.run(bench.step("a", effect=missing))
    assert bench.lines("a") == 2


@pytest.mark.parametrize("answer", ["no", "y", ""])
def test_only_yes_in_full_is_consent(bench: Bench, answer: str) -> None:
    shown = bench.run(bench.step("a", consent="sure?"), bench.step("b"), answers=[answer])
    assert "STOP refused" in shown
    assert (bench.lines("a"), bench.lines("b")) == (0, 0)
    assert "finished" in bench.run(bench.step("a", consent="sure?"), answers=["yes"])


def test_where_a_person_judges_the_answer_is_shown_and_asked_about_once(bench: Bench) -> None:
    effect = f"looks here kind 'is it there?' -- {bench.home}/a"
    shown = bench.run(bench.step("a", effect=effect), answers=["yes"])
    assert "yes\r\nis it there? [yes/no] " in shown
    assert "already" in bench.run(bench.step("a", effect=effect))
    assert bench.lines("a") == 1


def test_a_no_of_the_person_stops_at_once(bench: Bench) -> None:
    effect = f"looks here kind 'is it there?' -- {bench.home}/a"
    assert "STOP look at it" in bench.run(bench.step("a", effect=effect, seconds=600), answers=["no"])


def test_a_requirement_that_does_not_hold_stops_before_the_step(bench: Bench) -> None:
    step = bench.step("a").replace("needs() { :\n}", f"needs() {{ {FILE_IS} /nonexistent\n}}")
    clock = bench.home / "clock"
    clock.write_text("0\n", encoding="ascii")
    virtual = f"seconds() {{ echo $(($(cat {clock}) + 40)) >{clock}.new; mv {clock}.new {clock}; cat {clock}; }}"
    shown = bench.run(virtual, "sleep() { :; }", step)
    assert "STOP needs" in shown
    assert bench.lines("a") == 0


ARGUMENTS = ("a b", "it's", '"$(reboot)"', "`x`", "a\nb", "\\n", "*", "-n", "", "中文")
PRINT = """store words <<'END_OF_SCRIPT'
for word do printf '<%s>' "$word"; done >"$1"
END_OF_SCRIPT"""


def test_arguments_arrive_as_they_are(bench: Bench) -> None:
    words = shlex.join((str(bench.home / "got"), *ARGUMENTS))
    bench.run(PRINT, bench.step("a", effect=f"shows here words 'as they are' lines has x -- {words}"))
    shown = (bench.home / "got").read_text(encoding="utf-8")
    assert shown == "".join(f"<{word}>" for word in (str(bench.home / "got"), *ARGUMENTS))


ABOUT = """store about <<'END_OF_SCRIPT'
{ pwd; echo "$HOME $1"; if [ -t 1 ]; then echo terminal; fi; } >"$2.new"
mv "$2.new" "$2"
END_OF_SCRIPT"""


@pytest.mark.parametrize("terminal", ["no", "yes"])
def test_a_login_gets_its_directory_and_home_and_its_arguments(bench: Bench, terminal: str) -> None:
    got = bench.home / "got"
    step = bench.step("a", effect=FILE_IS + str(got))
    change = f"change here about yes {terminal} {bench.home} 'one two' {got}"
    bench.run(ABOUT, step.replace(f"change here make no no / {bench.home}/a", change))
    assert got.read_text(encoding="utf-8").splitlines()[:2] == [str(bench.home), "/root one two"]
