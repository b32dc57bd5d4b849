#!/usr/bin/env python3
"""`script -qec COMMAND FILE` as that of util-linux 2.23.2 (CentOS 7) does it, with the two vices jobs must survive.

The end of its own input ends it at once, with 0, while the command runs on; and where the command's end comes between
its look at that and its next read, it sleeps on until somebody writes. A terminal is made with the settings of an input
that is none: all nought. Source: util-linux v2.23.2, term-utils/script.c, main, doinput, finish, dooutput, done; held
against that file, compiled: BKREC_OLD_SCRIPT names such a one for tests/reconciler/engine/jobs/test_client.py.
"""

import contextlib
import os
import pty
import signal
import sys
import termios

SLEEPY = os.environ.get("BKREC_SLEEPY") or "sleepy" in os.path.basename(sys.argv[0])
"""Always sleeps through the end of its command."""


def main(command: str) -> int:
    master, slave = pty.openpty()
    with contextlib.suppress(termios.error):
        termios.tcsetattr(slave, termios.TCSAFLUSH, [0, 0, 0, 0, 0, 0, [b"\0"] * 32])
    ended: list[int] = []
    between = os.fork()
    if between == 0:
        os.close(0)
        _output(command, master, slave)
    os.close(slave)
    signal.signal(signal.SIGCHLD, lambda signum, frame: _reap(between, ended))
    signal.siginterrupt(signal.SIGCHLD, True)
    _input(master, ended)
    status = ended[0] if ended else 0
    return os.WTERMSIG(status) + 128 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _reap(between: int, ended: list[int]) -> None:
    with contextlib.suppress(ChildProcessError):
        pid, status = os.waitpid(between, os.WNOHANG)
        if pid:
            ended.append(status)
            if not SLEEPY:
                raise InterruptedError


def _input(master: int, ended: list[int]) -> None:
    while not ended:
        try:
            block = os.read(0, 8192)
        except InterruptedError:
            return
        if not block:
            return
        os.write(master, block)


def _output(command: str, master: int, slave: int) -> None:
    shell = os.fork()
    if shell == 0:
        os.close(master)
        os.login_tty(slave)
        os.execl("/bin/bash", "bash", "-c", command)
    os.close(slave)
    with contextlib.suppress(OSError):
        while block := os.read(master, 8192):
            os.write(1, block)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]) & 255)


if __name__ == "__main__":
    sys.exit(main(sys.argv[2]))
