"""`bkrec completion SHELL`: the script that makes a shell complete commands, options and their values.

The script calls bkrec again with `_BKREC_COMPLETE` set, which then only answers with words and reads nothing.
"""

import importlib
from typing import Annotated, Any, Literal

import typer

from reconciler.cli.language import localized

VARIABLE = "_BKREC_COMPLETE"
Shell = Literal["bash", "zsh", "fish"]
ShellArgument = Annotated[Shell, typer.Argument(help=localized("The shell.", "所用的 shell。"))]


def completion(shell: ShellArgument) -> None:
    from reconciler.cli.output import out

    script = _typer().get_completion_script(prog_name="bkrec", complete_var=VARIABLE, shell=shell)
    out(f"{script}\n")


def enable() -> None:
    """Where a shell asks for words; else it costs nothing."""
    _typer().completion_init()


def _typer() -> Any:
    """Typer itself offers these only as options of the program, beside all others."""
    return importlib.import_module("typer.completion")
