"""Runs a command: checks the formats, awaits the use case, prints its result, ends with its exit code."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconciler.cli.options import Options
    from reconciler.commands.result import Result
    from reconciler.view.reports import ReportKind


class Exit(Exception):
    """End the command with this exit code; everything has been printed."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def execute(path: str, kind: "ReportKind", options: "Options", run: "Callable[[], Result[Any] | None]") -> None:
    """`path`: the command as it was called, `bkrec lock status`. Raises Exit unless the exit code is 0."""
    from reconciler.cli.output import emit_error
    from reconciler.commands.files import check_writable
    from reconciler.core.verdict import exit_code
    from specs.diagnostic import BkrecError

    _check_formats(path, kind, options)
    for report in options.reports:
        check_writable(report.path)
    try:
        result = run()
    except BkrecError as error:
        print_ssh_warnings(options)
        raise Exit(emit_error(exit_code(error.ends_as), error.diagnostics, options)) from error
    print_ssh_warnings(options)
    if result is not None:
        finish(emit_result(result, _kind_of(result, kind), options))


def _kind_of(result: "Result[Any]", kind: "ReportKind") -> "ReportKind":
    from reconciler.view.reports import ChecksReport

    return "checks" if isinstance(result.document, ChecksReport) else kind


def emit_result(result: "Result[Any]", kind: "ReportKind", options: "Options") -> int:
    """Its report, or the error that there is instead of one."""
    from reconciler.cli.output import emit, emit_error_report, print_diagnostics
    from reconciler.view.reports import ErrorReport

    if not isinstance(result.document, ErrorReport):
        return emit(result, kind, options)
    print_diagnostics(result.warnings, options, warnings=True)
    return emit_error_report(result.document, options)


def finish(code: int) -> None:
    if code:
        raise Exit(code)


def print_ssh_warnings(options: "Options") -> None:
    from reconciler.cli.output import print_diagnostics

    if (session := sys.modules.get("reconciler.commands.session")) is not None:
        print_diagnostics(session.ssh_warnings(), options, warnings=True)


def cluster_path(options: "Options") -> Path:
    """Warns where others can write the file. Raises SpecError."""
    return _located(options.cluster, options)


def cluster_paths(options: "Options") -> tuple[Path, ...]:
    """The same for a command that takes several."""
    return (_located(options.cluster, options), *(_located(path, options) for path in options.more_clusters))


def _located(given: Path | None, options: "Options") -> Path:
    from reconciler.cli.output import print_diagnostics
    from reconciler.commands import cluster_file

    path, warnings = cluster_file.locate(given)
    print_diagnostics(warnings, options, warnings=True)
    return path


def _check_formats(path: str, kind: "ReportKind", options: "Options") -> None:
    """Before anything is done. Raises UsageError."""
    from reconciler.view.formats import available, load

    missing = [
        name
        for name in dict.fromkeys((options.output, *(report.format for report in options.reports)))
        if load(name).form(kind) is None
    ]
    if missing:
        from reconciler.commands.errors import UsageError
        from specs.diagnostic import diagnose

        known = ", ".join(available(kind))
        raise UsageError(*(diagnose("format-missing", command=path, format=name, known=known) for name in missing))
