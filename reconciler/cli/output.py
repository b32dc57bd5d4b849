"""Where words leave the process: the result on stdout, the rest on stderr, reports into files.

A reader that closes the pipe early (`bkrec diff | head`) changes no exit code; a terminal that cannot show Chinese
gets `?` in its place rather than a traceback.
"""

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from reconciler.cli.options import Options
from reconciler.cli.terminal import PLAIN_WIDTH
from reconciler.cli.writer import handed

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import ErrorReport, ReportKind
    from specs.diagnostic import Diagnostic


def out(text: str) -> None:
    """While a run goes on its writer's thread waits for the reader, not we."""
    if not handed(lambda: _write(sys.stdout, text)):
        _write(sys.stdout, text)


def err(text: str) -> None:
    if not handed(lambda: write_to_stderr(text)):
        write_to_stderr(text)


def write_to_stderr(text: str) -> None:
    """At once: for the writer's own thread, and where there is none."""
    _write(sys.stderr, text)


def emit(result: "Result[Any]", kind: "ReportKind", options: Options, *, streamed: bool = False) -> int:
    """Prints a result, and writes the reports; returns the exit code. `streamed`: stdout has it already."""
    from reconciler.core.verdict import ExitCode
    from reconciler.view.formats import load

    first, *rest = ("warning", "error")
    if result.exit_code == ExitCode.REFUSED:
        # what a run is refused for comes first: nobody is to read past a host key that changed
        first, *rest = ("error", "warning")
    for severity in (first, *rest):
        is_warning = severity == "warning"
        diagnostics = result.warnings if is_warning else result.diagnostics
        print_diagnostics(diagnostics, options, warnings=is_warning)
    if not streamed:
        # the file of `init --out /dev/stdout` is what stdout is for
        write = err if kind == "init" and load(options.output).for_people else out
        write(formatted(options.output, kind, result.document, options.render_options()))
    return _own_code(result.document, write_reports(kind, result.document, result.exit_code, options), options)


def emit_error(exit_code: int, diagnostics: "tuple[Diagnostic, ...]", options: Options) -> int:
    """A command that could not give its own report: for machines on stdout too, and in its reports."""
    from reconciler.view.reports import ErrorReport

    return emit_error_report(ErrorReport(exit_code=int(exit_code), diagnostics=diagnostics), options)


def emit_error_report(report: "ErrorReport", options: Options) -> int:
    from reconciler.view.formats import load

    if not load(options.output).for_people:
        out(formatted(options.output, "error", report, options.render_options()))
    print_diagnostics(report.diagnostics, options)
    return _own_code(report, write_reports("error", report, report.exit_code, options), options)


def _own_code(report: Any, code: int, options: Options) -> int:
    """The exit code of the format, where it has one; a report file that could not be written is a failure there too."""
    from reconciler.core.verdict import ExitCode
    from reconciler.view.formats import load

    own = load(options.output).exit_code
    if own is None:
        return code
    return code if code == ExitCode.BAD_INPUT else own(report)


def write_result_reports(result: "Result[Any]", kind: "ReportKind", options: Options) -> None:
    """Only the files of `--report`."""
    from reconciler.view.reports import ErrorReport

    kind = "error" if isinstance(result.document, ErrorReport) else kind
    write_reports(kind, result.document, result.exit_code, options)


def write_reports(kind: "ReportKind", report: Any, exit_code: int, options: Options) -> int:
    """Each into its file. One that cannot be written is an error that names the file; it changes the exit code only
    where the command had a result: a failure stays one."""
    from reconciler.view.render import RenderOptions

    page = RenderOptions(lang=options.lang, width=PLAIN_WIDTH)
    failed: list[Diagnostic] = []
    for file in options.reports:
        from reconciler.commands.files import write
        from specs.diagnostic import SpecError

        try:
            write(file.path, formatted(file.format, kind, report, page), new_mode=None)
        except SpecError as error:
            failed += error.diagnostics
    if not failed:
        return exit_code
    from reconciler.core.verdict import SUCCEEDED, ExitCode

    print_diagnostics(tuple(failed), options)
    return ExitCode.BAD_INPUT if exit_code in SUCCEEDED else exit_code


def print_diagnostics(diagnostics: "tuple[Diagnostic, ...]", options: Options, *, warnings: bool = False) -> None:
    """On stderr, all at once. What this command has printed is not printed again; an error outranks a warning."""
    printed = options.printed
    new = [
        diagnostic
        for diagnostic in diagnostics
        if diagnostic not in printed.errors and not (warnings and diagnostic in printed.warnings)
    ]
    (printed.warnings if warnings else printed.errors).update(new)
    if new:
        from reconciler.view.text.diagnostic import diagnostics_text

        err(diagnostics_text(new, options.render_options(err=True), "warning" if warnings else "error"))


_lost: list[str] = []
"""Why the result could not be handed over, where it could not."""


def write_error() -> str:
    """Why not all of the result was written: a full disk, a closed stream. "" where it was."""
    _write(sys.stdout, "")
    return _lost[0] if _lost else ""


def formatted(name: str, kind: "ReportKind", report: Any, page: Any) -> str:
    from reconciler.view.formats import load

    form = load(name).form(kind)
    return "" if form is None else form(report, page)


_torn: set[TextIO] = set()
"""Streams whose last line may have no end."""


def _write(stream: TextIO, text: str) -> None:
    """Never raises: words on a full disk stop no run. What is lost of the result is told when the command ends; what
    comes once there is room again begins a line of its own."""
    try:
        stream.write(f"\n{text}" if stream in _torn else text)
        stream.flush()
        _torn.discard(stream)
    except BrokenPipeError:
        _discard(stream, forever=True)
    except (OSError, ValueError) as error:
        if stream is sys.stdout and not _lost:
            _lost.append(getattr(error, "strerror", None) or str(error))
        _discard(stream, forever=False)


def _discard(stream: TextIO, *, forever: bool) -> None:
    """What it still holds goes nowhere: Python would try again as it leaves, and end with a code of its own."""
    with contextlib.suppress(OSError, ValueError):
        descriptor = stream.fileno()
        before, nowhere = os.dup(descriptor), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, descriptor)
            stream.flush()
            if not forever:
                os.dup2(before, descriptor)
                _torn.add(stream)
        finally:
            os.close(before)
            os.close(nowhere)
