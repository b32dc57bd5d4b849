"""`bkrec completion SHELL`: the script that makes a shell complete commands, options and their values.

The script calls bkrec again with `_BKREC_COMPLETE` set, which then only answers with words and reads nothing.
"""

from typing import Annotated, Literal

import typer

from reconciler.cli.language import localized

VARIABLE = "_BKREC_COMPLETE"
Shell = Literal["bash", "zsh", "fish"]
ShellArgument = Annotated[Shell, typer.Argument(help=localized("The shell.", "所用的 shell。"))]


def completion(shell: ShellArgument) -> None:
    from typer.completion import get_completion_script

    from reconciler.cli.output import out

    out(get_completion_script(prog_name="bkrec", complete_var=VARIABLE, shell=shell) + "\n")


def enable() -> None:
    """Where a shell asks for words; else it costs nothing."""
    from typer.completion import completion_init

    completion_init()
