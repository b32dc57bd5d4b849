"""What an endpoint's sshd runs for each command: prints recorded answers, with this host's address.

    python3 -I -S benchmarks/endpoint.py ADDRESS BASE ANSWERS SENT [PART PARTS]

The command and its input are appended to SENT/ADDRESS, so that the same bytes can be sent again by something that does
nothing else. A script without a recorded answer is noted in SENT/unanswered, and the measurement then refuses to count.

A command that is no program of bkrec's is run by a shell, with $BENCH_READ: `$BENCH_READ 2 5` prints the second fifth
of the answers to what bkrec sent here in the run whose bytes are in SENT.programs. So a tool with commands of its own
gets the same answers at the same cost, and need not even send the scripts.

`digest` is answered with the digest of all those answers and nothing else: what it costs to ask whether anything moved.
"""

import hashlib
import json
import os
import re
import sys
import time
from base64 import b64decode

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import answers

PROGRAMS = ".programs"
"""Added to SENT."""
DIGEST = "digest"


def main(address: str, base: str, directory: str, sent: str, *part: str) -> None:
    if part:
        with open(f"{sent}/{address}.parts", "a", encoding="ascii") as file:
            file.write(" ".join(part) + "\n")
        answer(address, base, directory, sent, part_of(f"{sent}{PROGRAMS}/{address}", *map(int, part)))
        return
    command = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    if command == DIGEST:
        out, _ = answered(address, base, directory, sent, part_of(f"{sent}{PROGRAMS}/{address}", 1, 1))
        sys.stdout.write(hashlib.sha256(out.encode()).hexdigest())
        return
    if not is_program(command):
        os.environ["BENCH_READ"] = " ".join((sys.executable, "-I", "-S", os.path.abspath(__file__), *sys.argv[1:]))
        os.execv("/bin/sh", ["sh", "-c", command or "true"])
    program = sys.stdin.read()
    with open(f"{sent}/{address}", "a", encoding="utf-8") as file:
        file.write(json.dumps([command, program]) + "\n")
    answer(address, base, directory, sent, list(answers.sections(program)))


def answer(address: str, base: str, directory: str, sent: str, sections: list[answers.Section]) -> None:
    out, err = answered(address, base, directory, sent, sections)
    sys.stdout.write(out)
    sys.stderr.write(err)


def answered(address: str, base: str, directory: str, sent: str, sections: list[answers.Section]) -> tuple[str, str]:
    """On stdout, and on stderr."""
    stdout: list[str] = []
    stderr: list[str] = []
    for mark, line in sections:
        recorded = answers.load(directory, answers.key(base, answers.with_address(line, address, base)))
        if recorded is None:
            with open(f"{sent}/unanswered", "a", encoding="utf-8") as file:
                file.write(f"{address} {line[:300]}\n")
            recorded = "", "", 1
        out, err = answers.framed(mark, answers.translated(recorded, base, address))
        stdout.append(out)
        stderr.append(err)
    return "".join(stdout).replace(answers.NOW, str(int(time.time()))), "".join(stderr)


def part_of(file: str, part: int, parts: int) -> list[answers.Section]:
    """The first is 1; all parts together are all sections."""
    with open(file, encoding="utf-8") as lines:
        sections = [section for line in lines for section in answers.sections(json.loads(line)[1])]
    return sections[len(sections) * (part - 1) // parts : len(sections) * part // parts]


def is_program(command: str) -> bool:
    encoded = re.search(r"printf %s ([A-Za-z0-9+/=]+) \| base64 -d", command)
    return encoded is not None and b'eval "$(cat)"' in b64decode(encoded[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
