"""A person at a terminal: types a command, reads what it prints, answers its questions with yes."""

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

LOCALES = {"en": "en_US.UTF-8", "zh": "zh_CN.UTF-8"}
COLUMNS = 110
TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r(?!\n)|\x07")
QUESTION = re.compile(r"\[[yYnN/]+\]:? ?$|[?？] ?$")


def terminal(lang: str) -> Mapping[str, str]:
    return {"LANG": LOCALES[lang], "TERM": "xterm", "COLUMNS": str(COLUMNS), "NO_COLOR": "1"}


def in_terminal(directory: str, command: str) -> str:
    return f"stty cols {COLUMNS}; cd {directory}; {command}"


def typed(command: str, words: Sequence[str], timeout_s: float = 120) -> dict[str, Any]:
    """COMMAND is what the person types, WORDS what runs it."""
    began = time.monotonic()
    ours, theirs = pty.openpty()
    process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    printed = b""
    while time.monotonic() - began < timeout_s:
        if not select.select([ours], [], [], 0.2)[0]:
            if QUESTION.search(printed.decode(errors="replace").rsplit("\n", 1)[-1]):
                os.write(ours, b"y\n")
            continue
        try:
            block = os.read(ours, 65536)
        except OSError:
            break
        if not block:
            break
        printed += block
    os.close(ours)
    code = process.wait(20)
    text = TERMINAL.sub("", printed.decode(errors="replace").replace("\r\n", "\n"))
    seconds = round(time.monotonic() - began, 1)
    return {"command": command, "output": text.splitlines(), "exit": code, "seconds": seconds}
