"""A person at the controller: a login with a terminal, into which text is pasted and whose questions are answered."""

import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass

from tests.lab.machine.api import Lab
from tests.lab.machine.nspawn import ssh_command

QUESTION = b"[yes/no] "
ENDED = re.compile(rb"^(all steps are done|stopped at step)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    text: str
    """What the terminal showed once the paste had been read."""
    questions: int
    seconds: float


def paste(lab: Lab, host: str, text: str, *, timeout_s: float = 1500, answer: str = "yes") -> Pasted:
    """TEXT, as it is, into root's login shell on HOST; every question gets the same answer."""
    began = time.monotonic()
    command = ssh_command(lab.place, host)
    command.insert(command.index("ssh") + 1, "-tt")
    shell = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert shell.stdin is not None
    assert shell.stdout is not None
    stdin, shown, questions = shell.stdin, bytearray(), 0

    def write(data: bytes) -> None:
        stdin.write(data)
        stdin.flush()

    writer = threading.Thread(target=write, args=(text.encode(),), daemon=True)
    writer.start()
    killer = threading.Timer(timeout_s, shell.kill)
    killer.start()
    try:
        answered, ended = 0, False
        while chunk := os.read(shell.stdout.fileno(), 65536):
            shown += chunk
            if writer.is_alive():
                continue
            while (at := shown.find(QUESTION, answered)) >= 0:
                # what the shell echoes of the text itself is no question: that one stands at the end of what is shown
                answered = at + len(QUESTION)
                if answered == len(shown):
                    questions += 1
                    write(f"{answer}\n".encode())
            if not ended and ENDED.search(shown, shown.find(b"\n== 1/") % (len(shown) + 1)):
                ended = True
                write(b"exit\n")
    finally:
        killer.cancel()
        shell.kill()
        shell.communicate()
    _, _, output = shown.decode(errors="replace").partition("\n== 1/")
    return Pasted(text=output, questions=questions, seconds=time.monotonic() - began)
