"""The watch on argument lists, on processes of this machine: it wants no lab."""

import os
import subprocess

from tests.lab.support.operator import until
from tests.lab.support.processes import CANARY, YOUNG_ROUNDS, Watch


def shown(watch: Watch) -> set[str]:
    watch.look()
    return {process.text.rsplit(" ", 1)[-1] for process in watch.ours.values()}


def test_a_secret_is_seen_in_a_new_process_and_in_an_old_one_that_becomes_another_program() -> None:
    word = CANARY.decode()
    watch = Watch(roots=frozenset((os.getpid(),)))
    becomes = ["sh", "-c", "read word; exec sh -c 'read end; :' \"$word\""]
    with subprocess.Popen(becomes, stdin=subprocess.PIPE) as old:
        assert old.stdin is not None
        for _ in range(YOUNG_ROUNDS + 1):
            assert shown(watch) == set()
        old.stdin.write(CANARY + b"-late\n")
        old.stdin.flush()
        until(lambda: shown(watch) == {f"{word}-late"}, 10, "the old one was read again")
        with subprocess.Popen(["sh", "-c", "read end; :", f"{word}-new"], stdin=subprocess.PIPE) as new:
            until(lambda: f"{word}-new" in shown(watch), 10, "the new one was read")
            new.communicate(b"\n")
        old.communicate(b"\n")
