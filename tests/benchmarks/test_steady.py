"""A later check beside the first, by what a process shows from outside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.steady import Moment, bare_rounds, keep_one, moments, row, used

CHECKS = """\
for check in range({checks}):
    print('{{"schema": "bkrec.finding/1"}}', flush=True)
    print('{{"schema": "bkrec.summary/1"}}', flush=True)
"""


def checking(checks: int) -> subprocess.Popen[bytes]:
    code = CHECKS.format(checks=checks) + "input()"
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_the_first_check_is_cold_and_of_the_later_ones_the_pause_is_taken_off() -> None:
    ends = [Moment(at_s=at, cpu_s=cpu, memory_mb=mb) for at, cpu, mb in ((14, 2, 70), (16, 3, 72), (19, 3.5, 71))]
    measured = row(3, "converged", 10.0, ends, (2.0, 0.5), 0.4)
    assert (measured.checks, measured.cold_s, measured.steady_s, measured.ratio) == (2, 4.0, 1.5, 0.375)
    assert (measured.cold_cpu_s, measured.steady_cpu_s, measured.cpu_ratio) == (2, 0.75, 0.375)
    assert (measured.cold_mb, measured.last_mb) == (70, 71)
    assert (measured.bare_cold_s, measured.bare_steady_s, measured.bare_ratio) == (2.0, 0.5, 0.25)
    assert (measured.digest_steady_s, measured.digest_ratio) == (0.4, 0.2)


def test_a_check_that_read_nothing_ends_the_measurement() -> None:
    """Its answers were not recorded: --every would go on for ever."""
    error = '{"schema": "bkrec.error/1", "problems": [{"code": "install-config-unread"}]}'
    code = f"print('{error}', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        with pytest.raises(SystemExit, match="install-config-unread"):
            list(moments(process, 1))
        process.kill()


def test_bare_asyncssh_is_sent_what_one_check_sent_and_says_when_each_round_ended(tmp_path: Path) -> None:
    sent, one_check = tmp_path / "sent", tmp_path / "one"
    sent.mkdir()
    (sent / "10.0.0.1").write_text("first\nsecond\n", encoding="utf-8")
    keep_one(sent, one_check)
    assert (one_check / "10.0.0.1").read_text(encoding="utf-8") == "second\n"
    rounds = "import sys\nfor left in range(int(sys.argv[2])): print(left, flush=True)"
    cold_s, later_s = bare_rounds([sys.executable, "-c", rounds], one_check, 3)
    assert cold_s > later_s >= 0
    with pytest.raises(SystemExit, match="after 0 rounds"):
        bare_rounds([sys.executable, "-c", "pass"], one_check, 3)


def test_a_check_ends_with_its_summary() -> None:
    with checking(3) as process:
        ends = list(moments(process, 3))
        process.kill()
    assert len(ends) == 3
    assert [end.at_s for end in ends] == sorted(end.at_s for end in ends)


def test_a_bkrec_that_ends_too_early_is_not_counted() -> None:
    with checking(1) as process:
        assert process.stdin is not None
        process.stdin.close()
        with pytest.raises(SystemExit, match="1 checks before it should have"):
            list(moments(process, 2))


def test_processor_time_is_that_of_the_process_and_its_children() -> None:
    before = used(os.getpid())["cpu_s"]
    burning = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", burning], check=True)
    assert used(os.getpid())["cpu_s"] - before >= 0.19
