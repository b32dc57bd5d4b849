"""The commands' own help, for the pages that are made of it: docs/commands.py and docs/man.py.

The CLI words its help when it is imported, in the language of the locale, so each language is a process of its own.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from specs.text import Lang

LOCALES: dict[Lang, str] = {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}
COMMON = {"cluster", "lang", "output", "report"}
"""Options that nearly every command takes: listed once."""


def spoken(program: str, lang: Lang) -> str:
    """What `program LANG` prints in a process that speaks the language. Raises CalledProcessError."""
    environment = {**os.environ, "LC_ALL": LOCALES[lang], "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(  # noqa: TID251
        [sys.executable, program, lang], capture_output=True, encoding="utf-8", check=True, env=environment
    )
    return done.stdout


def root() -> Any:
    import typer.main

    from reconciler.cli.app import app

    return typer.main.get_command(app)


def context(command: Any, name: str) -> Any:
    return command.make_context(name, [], resilient_parsing=True)


def commands(group: Any, path: str = "bkrec") -> Iterator[tuple[str, Any]]:
    """`bkrec lock status`, its command; each that is no group."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def examples(command: Any) -> Iterator[str]:
    for line in str(command.epilog or "").splitlines():
        if line.strip().startswith("bkrec "):
            yield line.strip()


def parameters(chosen: Iterable[Any], context: Any) -> Iterator[tuple[str, str]]:
    """Spelling and meaning as the help prints them, in the same form whichever typer prints it."""
    for parameter in chosen:
        spelling, meaning = parameter.get_help_record(context)
        if parameter.param_type_name == "argument":
            spelling = parameter.metavar or str(parameter.name).upper()
        yield re.sub(r"\[([\w|]+)\]$", r"<\1>", str(spelling)), " ".join(str(meaning).split())
