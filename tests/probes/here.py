"""Asks this machine what a probe would ask a host: same script, arguments and stdin, in each POSIX shell there is."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from probes.command import PRELUDE, Command, Output
from probes.fact import AnyReading, Known, Unknown
from probes.probe import Probe
from tests.support.shells import awks, once_each, shell_beside

SHELLS = tuple(pytest.param(shell_beside(shell, awk), id=f"{shell}+{awk}") for shell, awk in once_each())
"""Of `sh`, each beside an awk of its own: every shell and every awk once."""
AWKS = tuple(pytest.param(str(Path(shell_beside("dash", awk)).with_name("awk")), id=awk) for awk in awks())
HOST = "10.0.0.1"


def run(
    command: Command,
    *,
    tools: Path | None = None,
    shell: str = "/bin/sh",
    user: int | None = None,
    env: Mapping[str, str] | None = None,
) -> Output:
    """`tools` comes before the host's own PATH: what stands there is found first. `user`: somebody else's number."""
    path = f"{tools}:{path_of(shell)}" if tools else path_of(shell)
    words = [shell, "-c", command.script, "bkrec", *command.args]
    inherited = {"LC_ALL": "C", "PATH": path, "HOME": "/nonexistent", **(env or {})}
    told = subprocess.run(
        words, input=command.stdin.encode(), capture_output=True, env=inherited, timeout=30, check=False, user=user
    )
    return Output(
        stdout=told.stdout.decode("utf-8", "surrogateescape"),
        stderr=told.stderr.decode("utf-8", "replace"),
        exit_status=told.returncode,
    )


def path_of(shell: str) -> str:
    """A shell of SHELLS has its own awk beside it."""
    return f"{Path(shell).parent}:{os.defpath}:/usr/sbin:/sbin"


def ask(
    probe: Probe,
    facts: Sequence[Any],
    *,
    tools: Path | None = None,
    shell: str = "/bin/sh",
    instead: Mapping[str, str] | None = None,
) -> list[AnyReading]:
    """Readings in the order of the facts. `instead` puts a place of the test in an argument's stead."""
    command = probe.command(facts)
    args = tuple((instead or {}).get(word, word) for word in command.args)
    output = run(replace(command, args=args), tools=tools, shell=shell)
    readings = probe.parse(facts, output)
    assert set(readings) == set(facts)
    return [readings[fact] for fact in facts]


def tool(directory: Path, name: str, script: str) -> Path:
    """A stand-in for a program, first on PATH."""
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{script}\n")
    (directory / name).chmod(0o755)
    return directory


def brief(reading: AnyReading) -> Any:
    """The value, "absent", or the code of what is unknown."""
    match reading:
        case Known(value):
            return value
        case Unknown(why):
            return f"unknown: {getattr(why, 'code', '')}"
        case _:
            return "absent"


__all__ = ["AWKS", "HOST", "PRELUDE", "SHELLS", "ask", "brief", "path_of", "run", "tool"]
