"""What the benchmarks' endpoints print is what a host prints for the same program."""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import answers, endpoint, peers
from benchmarks.cluster import base_of, install_config, module_of
from probes.command import Command, Output, any_login_shell
from reconciler.engine.batch import compose, split_output
from tests.sim.big import GUIDE, address

NONCE = "0123456789abcdef01234567"
COMMANDS = (
    Command(script='echo "$1"\necho "on 10.0.0.40 and 110.0.0.40"', args=("10.0.0.40",)),
    Command(script="cat", stdin="a\nb"),
    Command(script="exit 3"),
)
ENDPOINT = Path(endpoint.__file__)


def test_a_program_is_taken_apart_into_the_lines_that_were_put_together() -> None:
    program = compose(COMMANDS, NONCE).stdin
    assert list(answers.sections(program)) == [
        (f"{NONCE} {number}", command.section()) for number, command in enumerate(COMMANDS)
    ]
    assert len(list(answers.sections(program + compose(COMMANDS, NONCE[::-1]).stdin))) == 6


def test_a_replayed_answer_reads_as_the_recorded_one() -> None:
    framed = [answers.framed(f"{NONCE} {n}", (f"out {n}\n", f"err {n}\n", n)) for n in range(3)]
    output = Output(stdout="".join(out for out, _ in framed), stderr="".join(err for _, err in framed))
    expected = tuple(Output(stdout=f"out {n}\n", stderr=f"err {n}\n", exit_status=n) for n in range(3))
    assert split_output(output, NONCE, 3) == expected


def test_an_address_is_replaced_where_it_stands_alone() -> None:
    assert answers.with_address("10.0.0.4 10.0.0.40 110.0.0.4 x10.0.0.4:80", "10.0.0.4", "10.0.0.9") == (
        "10.0.0.9 10.0.0.40 110.0.0.4 x10.0.0.9:80"
    )


def test_every_further_host_has_a_module_of_the_host_that_answers_for_it() -> None:
    assert base_of("10.0.0.2") == "10.0.0.2"
    for number in range(len(GUIDE), 100):
        base = next(n for n in range(len(GUIDE)) if address(n) == base_of(address(number)))
        assert module_of(number).partition("(")[0] in GUIDE[base]
    assert len(install_config(100).splitlines()) == 97


def run_endpoint(tmp_path: Path, command: Command, program: str, *part: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "sent").mkdir(exist_ok=True)
    words = (
        sys.executable,
        "-I",
        "-S",
        str(ENDPOINT),
        "10.0.0.40",
        "10.0.0.3",
        str(tmp_path),
        str(tmp_path / "sent"),
        *part,
    )
    environment = {**os.environ, "SSH_ORIGINAL_COMMAND": any_login_shell(command.render())}
    return subprocess.run(words, input=program, env=environment, capture_output=True, text=True, check=True)


def record(tmp_path: Path) -> None:
    """Of the first two commands."""
    for number, command in enumerate(COMMANDS[:2]):
        line = answers.with_address(command.section(), "10.0.0.40", "10.0.0.3")
        answers.save(str(tmp_path), answers.key("10.0.0.3", line), ("10.0.0.3 says\n", "", number))


def test_an_endpoint_prints_the_recorded_answers_with_its_own_address(tmp_path: Path) -> None:
    composed = compose(COMMANDS, NONCE)
    record(tmp_path)
    done = run_endpoint(tmp_path, composed, composed.stdin)
    first, second, third = split_output(Output(stdout=done.stdout, stderr=done.stderr), NONCE, 3)
    assert first == Output(stdout="10.0.0.40 says\n", stderr="", exit_status=0)
    assert second == Output(stdout="10.0.0.40 says\n", stderr="", exit_status=1)
    assert third == Output(stdout="", stderr="", exit_status=1)
    assert "exit 3" in (tmp_path / "sent/unanswered").read_text(encoding="utf-8"), "and it is not passed over"
    assert json.loads((tmp_path / "sent/10.0.0.40").read_text(encoding="utf-8"))[1] == composed.stdin


def test_an_endpoint_runs_what_is_no_program_of_bkrec_s(tmp_path: Path) -> None:
    done = run_endpoint(tmp_path, Command(script="echo from the shell"), "")
    assert done.stdout == "from the shell\n"


def test_other_tools_get_the_same_answers_in_as_many_parts_as_they_ask_for(tmp_path: Path) -> None:
    record(tmp_path)
    composed = compose(COMMANDS[:2], NONCE)
    whole = run_endpoint(tmp_path, composed, composed.stdin).stdout
    (tmp_path / "sent").rename(tmp_path / f"sent{endpoint.PROGRAMS}")
    read = Command(script="$BENCH_READ 1 1")
    assert run_endpoint(tmp_path, read, "").stdout == whole
    halves = [
        run_endpoint(tmp_path, Command(script='$BENCH_READ "$1" 2', args=(part,)), "").stdout for part in ("1", "2")
    ]
    assert "".join(halves) == whole
    assert all(halves)


def test_a_tool_that_asked_too_little_or_twice_is_not_counted(tmp_path: Path) -> None:
    asked = {"10.0.0.1": "1 2\n2 2\n", "10.0.0.2": "1 2\n", "10.0.0.3": "2 2\n1 2\n1 2\n"}
    for address_, lines in asked.items():
        (tmp_path / f"{address_}.parts").write_text(lines, encoding="ascii")
    assert peers.unasked(tmp_path, (*asked, "10.0.0.4"), 2) == ["10.0.0.2", "10.0.0.3", "10.0.0.4"]
