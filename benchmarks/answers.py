"""Recorded answers of real hosts, by the script that was sent: what `record.py` writes and `endpoint.py` replays.

A cluster of a hundred hosts needs no hundred machines: every script of every family ran once on one of the lab's three
hosts, finished or still 6.1, and what it printed there is printed again, with the address of the host that is asked.
So no family is left out and no answer is shorter than a real one; only the time that the scripts themselves take is
missing, which makes bkrec's own share larger, not smaller.

Few modules of the standard library alone: `endpoint.py` starts once per command, and must start fast.
"""

import hashlib
import json
import re
from collections.abc import Iterator

ADDRESS = r"(?<![0-9.]){}(?![0-9.])"
BEGIN = re.compile(r"^printf '%s begin\\n' '([0-9a-f]{24} [0-9]+)'; .*$", re.MULTILINE)
END = r"^rc=\$\?; printf '\\n%s end %d\\n' '{}' \$rc; .*$"

Section = tuple[str, str]
"""The mark of a frame (`reconciler/engine/batch.py`), and the command line inside it."""
NOW = "@now@"
"""Stands in a recorded answer for the host's clock."""

Answer = tuple[str, str, int]
"""stdout, stderr, exit status."""


def sections(program: str) -> Iterator[Section]:
    """Of one program, or of several one after the other."""
    position = 0
    while begin := BEGIN.search(program, position):
        end = re.compile(END.format(begin[1]), re.MULTILINE).search(program, begin.end())
        if end is None:
            return
        yield begin[1], program[begin.end() : end.start()].strip("\n")
        position = end.end()


def framed(mark: str, answer: Answer) -> tuple[str, str]:
    """As the program itself would have printed it, on stdout and on stderr."""
    stdout, stderr, status = answer
    begin, end = f"{mark} begin\n", f"\n{mark} end {status}\n"
    return begin + stdout + end, begin + stderr + end


def with_address(text: str, address: str, replacement: str) -> str:
    return re.sub(ADDRESS.format(re.escape(address)), replacement, text)


def key(base: str, line: str) -> str:
    """`base`: the host of the lab that answered, and whose address the line has."""
    return hashlib.sha256(f"{base}\0{line}".encode()).hexdigest()[:32]


def load(directory: str, name: str) -> Answer | None:
    try:
        with open(f"{directory}/{name}", encoding="utf-8") as file:
            stdout, stderr, status = json.load(file)
    except FileNotFoundError:
        return None
    return stdout, stderr, status


def save(directory: str, name: str, answer: Answer) -> None:
    with open(f"{directory}/{name}", "w", encoding="utf-8") as file:
        json.dump(answer, file)


def with_clock(answer: Answer, now: int, replacement: str) -> Answer:
    """The host's clock, as of some seconds: a platform that was recorded long ago has the right time today."""
    stdout, stderr, status = answer
    for second in range(now - 3, now + 4):
        stdout = re.sub(ADDRESS.format(second), replacement, stdout)
    return stdout, stderr, status


def translated(answer: Answer, base: str, host: str) -> Answer:
    stdout, stderr, status = answer
    return with_address(stdout, base, host), with_address(stderr, base, host), status
