"""`bkrec`: the one place where anything that ends a command becomes an exit code.

Typer's own codes are remapped: its 2 for a usage error would say "differs" to a script. A bare `--version` is answered
before typer is imported, so that it costs no more than Python itself.
"""

import importlib
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from reconciler.cli import exits
from reconciler.cli.version import VERSION

if TYPE_CHECKING:
    from reconciler.cli.options import Options
    from specs.diagnostic import Diagnostic


def main() -> None:
    """The entry point of the console script."""
    sys.exit(run(sys.argv[1:]))


def run(args: Sequence[str]) -> int:
    """The whole of bkrec but for leaving the process: words on stdout and stderr, and the exit code."""
    if list(args) == ["--version"]:
        sys.stdout.write(f"bkrec {VERSION}\n")
        return exits.OK
    try:
        return _run(args)
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except Exception as error:
        return _ended(error, _options(args))


def _run(args: Sequence[str]) -> int:
    from reconciler.cli.app import app
    from reconciler.cli.console import forgiving

    forgiving()
    code = app(args=list(args), prog_name="bkrec", standalone_mode=False)
    return code if isinstance(code, int) else exits.OK


def _ended(error: Exception, options: "Options") -> int:
    from specs.diagnostic import Troubled

    if isinstance(error, exits.Stop):
        return error.code
    if isinstance(error, exits.Told):
        return _tell(error.code, error.trouble.diagnostics, options)
    if isinstance(error, Troubled):
        return _tell(exits.code_of(error), error.diagnostics, options)
    if type(error).__name__ == "Abort":
        return exits.INTERRUPTED
    if isinstance(error, _misuse()):
        return _misused(error, options)
    return _bug(error, options)


def _tell(code: int, told: "tuple[Diagnostic, ...]", options: "Options") -> int:
    from reconciler.cli.console import out, troubles

    if options.output == "json":
        from reconciler.view.documents import dumped
        from reconciler.view.json import error_document

        out(dumped(error_document(code, told), indent=None))
    troubles(told, options)
    return code


def _misuse() -> tuple[type[Exception], ...]:
    """Typer bundles click privately from 0.2x on, and leaned on click itself before."""
    try:
        return (importlib.import_module("typer.exceptions").TyperException,)
    except (ImportError, AttributeError):
        return (importlib.import_module("click").ClickException,)


def _misused(error: Exception, options: "Options") -> int:
    from specs.diagnostic import diagnose

    ctx = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and ctx is not None:
        from reconciler.cli.console import err

        err(ctx.get_help() + "\n")
        return exits.USAGE
    message = getattr(error, "format_message", error.__str__)()
    path = "bkrec" if ctx is None else ctx.command_path
    return _tell(exits.USAGE, (diagnose("usage", message=message, help=f"{path} --help"),), options)


def _bug(error: Exception, options: "Options") -> int:
    import traceback

    from reconciler.cli.console import err
    from specs.diagnostic import diagnose
    from specs.redact import safe_lines

    err(safe_lines("".join(traceback.format_exception(error))))
    return _tell(exits.BUG, (diagnose("bug", error=f"{type(error).__name__}: {error}"),), options)


def _options(args: Sequence[str]) -> "Options":
    """Enough of the options to word an error with, even one about the options themselves."""
    import os

    from reconciler.cli.language import language
    from reconciler.cli.options import Options

    words = tuple(args)
    apart = any(pair in (("-o", "json"), ("--output", "json")) for pair in pairwise(words))
    joined = any(word in ("-ojson", "--output=json") for word in words)
    return Options(lang=language(args, os.environ), output="json" if apart or joined else "text")
