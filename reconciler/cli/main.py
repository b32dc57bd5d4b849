"""`bkrec`: the one place where anything that ends a command becomes an exit code.

Typer's own codes are remapped: its 2 for a usage error would say "differs" to a script. A bare `--version` is answered
before typer is imported, so that it costs no more than Python itself.
"""

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from reconciler.cli.execute import Exit
from reconciler.core.verdict import SUCCEEDED, ExitCode, exit_code
from reconciler.version import VERSION

if TYPE_CHECKING:
    from reconciler.cli.options import Options
    from specs.diagnostic import Diagnostic


GARBAGE_THRESHOLD = 100_000
"""Objects made and not freed before Python looks for cycles among all of them (700 by default): a command that lasts
seconds makes many and leaves few. It took a tenth of a check's processor time; `check --every` still frees its own."""


def main() -> None:
    """The entry point of the console script."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    code = run(sys.argv[1:])
    gc.freeze()  # the process ends: nothing is to be looked through once more
    sys.exit(code)


def run(args: Sequence[str], system: str = os.name) -> int:
    """The whole of bkrec but for leaving the process: words on stdout and stderr, and the exit code."""
    if system != "posix":
        sys.stderr.write(
            "bkrec runs on Linux and macOS; here, use WSL. 请在 Linux 或 macOS 上运行 bkrec（此系统请用 WSL）\n"
        )
        return ExitCode.REFUSED
    closed = _open_closed_streams()
    if list(args) == ["--version"] and not closed:
        try:
            sys.stdout.write(f"bkrec {VERSION}\n")
            sys.stdout.flush()
            return ExitCode.OK
        except OSError:
            return _check_output(ExitCode.OK, args)
    if closed:
        return _error(ExitCode.REFUSED, _diagnostics("output-closed"), _options(args))
    return _for_plugin(_check_output(_code(args), args), args)


def _for_plugin(code: int, args: Sequence[str]) -> int:
    """A format with exit codes of its own knows only 0 to 3: what is none of them (a signal, a usage error, a lost
    output) is its 3."""
    if code <= ExitCode.FAILED or _options(args).output != "nagios":
        return code
    return ExitCode.FAILED


def _code(args: Sequence[str]) -> int:
    try:
        return _run(args)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except SystemExit:
        # typer's own way to leave when the reader of its help has gone, with 1, whatever it was told
        return ExitCode.OK
    except Exception as error:
        return _ended(error, _options(args))


def _open_closed_streams() -> bool:
    """True where standard output is closed. What is closed is opened on nothing, so that no file or connection of ours
    gets its number and is written into by whoever means the stream."""
    closed = {name for name in ("stdin", "stdout", "stderr") if getattr(sys, name, None) is None}
    for name in sorted(closed, key=("stdin", "stdout", "stderr").index):
        setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    return "stdout" in closed


def _check_output(code: int, args: Sequence[str]) -> int:
    """A verdict that nobody heard is none. A failure stays one."""
    from reconciler.cli.output import print_diagnostics, write_error

    if not (output_text := write_error()):
        return code
    print_diagnostics(_diagnostics("output-lost", output_text=output_text), _options(args))
    return ExitCode.UNKNOWN if code in SUCCEEDED else code


def _diagnostics(code: str, output_text: str = "") -> "tuple[Diagnostic, ...]":
    from specs.diagnostic import diagnose

    return (diagnose(code, error=output_text),)


def _run(args: Sequence[str]) -> int:
    from reconciler.cli import completion
    from reconciler.cli.app import app
    from reconciler.cli.terminal import tolerate_encoding_errors

    tolerate_encoding_errors()
    if completion.VARIABLE in os.environ:
        completion.enable()
    code = app(args=list(args), prog_name="bkrec", standalone_mode=False)
    return code if isinstance(code, int) else ExitCode.OK


def _ended(error: Exception, options: "Options") -> int:
    from specs.diagnostic import BkrecError

    if isinstance(error, Exit):
        return error.code
    if isinstance(error, BkrecError):
        return _error(exit_code(error.ends_as), error.diagnostics, options)
    if type(error).__name__ == "Abort":
        return ExitCode.INTERRUPTED
    if isinstance(error, _misuse()):
        return _misused(error, options)
    if isinstance(error, BrokenPipeError):
        return ExitCode.OK
    if diagnostic := _machine(error):
        return _error(ExitCode.UNKNOWN, (diagnostic,), options)
    return _bug(error, options)


def _machine(error: Exception) -> "Diagnostic | None":
    """What this machine would not let us do, and nobody met where it happened: no bug, and no verdict. The place is
    told all the same, for a report."""
    from specs.diagnostic import diagnose

    cause = _innermost(error)
    match cause:
        case OSError() if cause.errno is not None:
            output_text = cause.strerror or str(cause)
        case MemoryError():
            output_text = "out of memory"
        case RuntimeError() if "can't start new thread" in str(cause):
            output_text = str(cause)
        case _:
            return None
    at = cause.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = "" if at is None else f"{os.path.basename(at.tb_frame.f_code.co_filename)}:{at.tb_lineno}"
    return diagnose(
        "local-system-error", where=str(getattr(cause, "filename", None) or ""), error=output_text, place=place
    )


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        error = group.exceptions[0]
    return error


def _error(code: int, diagnostics: "tuple[Diagnostic, ...]", options: "Options") -> int:
    from reconciler.cli.output import emit_error

    return emit_error(code, diagnostics, options)


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
        from reconciler.cli.output import err

        err(ctx.get_help() + "\n")
        return ExitCode.USAGE
    message = getattr(error, "format_message", error.__str__)()
    path = "bkrec" if ctx is None else ctx.command_path
    return _error(ExitCode.USAGE, (diagnose("usage", message=message, help=f"{path} --help"),), options)


def _bug(error: Exception, options: "Options") -> int:
    import traceback

    from reconciler.cli.output import err
    from specs.diagnostic import diagnose
    from specs.redact import safe_lines

    err(safe_lines("".join(traceback.format_exception(error))))
    return _error(ExitCode.BUG, (diagnose("bug", error=f"{type(error).__name__}: {error}"),), options)


def _options(args: Sequence[str]) -> "Options":
    """Enough of the options to word an error with, even one about the options themselves."""
    import os

    from reconciler.cli.language import language
    from reconciler.cli.options import Options
    from reconciler.view.formats import DEFAULT, FORMATS

    separate = [value for name, value in pairwise(args) if name in ("-o", "--output")]
    joined = [
        word.removeprefix("--output=").removeprefix("-o") for word in args if word.startswith(("-o", "--output="))
    ]
    output = next((name for name in (*separate, *joined) if name in FORMATS), DEFAULT)
    return Options(lang=language(args, os.environ), output=output)
