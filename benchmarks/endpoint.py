"""What an endpoint's sshd runs for each command: prints recorded answers, with this host's address.

    python3 -I -S benchmarks/endpoint.py ADDRESS BASE ANSWERS SENT

The command and its input are appended to SENT/ADDRESS, so that the same bytes can be sent again by something that does
nothing else. A script without a recorded answer is noted in SENT/unanswered, and the measurement then refuses to count.
A command that is no program of bkrec's is run: the other tools bring their own.
"""

import json
import os
import re
import sys
import time
from base64 import b64decode

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import answers


def main(address: str, base: str, directory: str, sent: str) -> None:
    command = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    if not is_program(command):
        os.execv("/bin/sh", ["sh", "-c", command or "true"])
    program = sys.stdin.read()
    with open(f"{sent}/{address}", "a", encoding="utf-8") as file:
        file.write(json.dumps([command, program]) + "\n")
    stdout: list[str] = []
    stderr: list[str] = []
    for mark, line in answers.sections(program):
        answer = answers.load(directory, answers.key(base, answers.with_address(line, address, base)))
        if answer is None:
            with open(f"{sent}/unanswered", "a", encoding="utf-8") as file:
                file.write(f"{address} {line[:300]}\n")
            answer = "", "", 1
        out, err = answers.framed(mark, answers.translated(answer, base, address))
        stdout.append(out)
        stderr.append(err)
    sys.stdout.write("".join(stdout).replace(answers.NOW, str(int(time.time()))))
    sys.stderr.write("".join(stderr))


def is_program(command: str) -> bool:
    encoded = re.search(r"printf %s ([A-Za-z0-9+/=]+) \| base64 -d", command)
    return encoded is not None and b'eval "$(cat)"' in b64decode(encoded[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
