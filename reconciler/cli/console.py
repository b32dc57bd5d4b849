"""Where words leave the process: the result on stdout, the rest on stderr, reports into files.

A reader that closes the pipe early (`bkrec diff | head`) changes no exit code; a terminal that cannot show Chinese
gets `?` in its place rather than a traceback.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reconciler.cli.options import Options
from reconciler.cli.writer import handed

if TYPE_CHECKING:
    from reconciler.view.documents import Doc
    from reconciler.view.render import RenderOptions
    from specs.diagnostic import Diagnostic

_PLAIN_WIDTH = 100
_WIDEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What a command found, in every form it can be asked for."""

    text: "Callable[[RenderOptions], str]"
    document: "Callable[[], Doc]"


def emit(found: Rendering, options: Options) -> None:
    from reconciler.view.documents import dumped

    out(dumped(found.document()) if options.output == "json" else found.text(options.render_options()))
    for report in options.reports:
        _write(report.path, _reported(found, report.format, options))


def out(text: str) -> None:
    """While a run goes on its writer's thread waits for the reader, not we."""
    if not handed(lambda: _say(sys.stdout, text)):
        _say(sys.stdout, text)


def err(text: str) -> None:
    if not handed(lambda: said_to_stderr(text)):
        said_to_stderr(text)


def said_to_stderr(text: str) -> None:
    """Here and now: for the writer's own thread, and where there is none."""
    _say(sys.stderr, text)


def print_diagnostics(diagnostics: "tuple[Diagnostic, ...]", options: Options, *, warnings: bool = False) -> None:
    """On stderr, all at once. What this command has printed is not printed again; an error outranks a warning."""
    printed = options.printed
    new = [each for each in diagnostics if each not in printed.errors and not (warnings and each in printed.warnings)]
    (printed.warnings if warnings else printed.errors).update(new)
    if new:
        from reconciler.view.text.diagnostic import diagnostics_text

        err(diagnostics_text(new, options.render_options(err=True), "warning" if warnings else "error"))


def terminal_width(stream: TextIO) -> int:
    """The terminal's, up to 120; 100 where there is none, so that two runs of a timer read the same."""
    return min(_WIDEST, shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns) if _tty(stream) else _PLAIN_WIDTH


def use_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """https://no-color.org; and none in CI, where a log keeps every escape."""
    plain = environ.get("NO_COLOR") or environ.get("CI") or environ.get("TERM", "dumb") == "dumb"
    return _tty(stream) and not plain


def use_live_display(environ: Mapping[str, str]) -> bool:
    """True where a moving screen makes sense. NO_COLOR asks for plain lines too (design: all three alike)."""
    return use_colour(sys.stderr, environ)


def interactive() -> bool:
    """True where somebody can be asked."""
    return _tty(sys.stdin) and _tty(sys.stderr)


def tolerate_encoding_errors() -> None:
    """No character is unprintable from here on."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


_lost: list[str] = []
"""Why the result could not be handed over, where it could not."""


def lost() -> str:
    """Why not all of the result was heard: a full disk, a closed stream. "" where it was."""
    _say(sys.stdout, "")
    return _lost[0] if _lost else ""


def _tty(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (ValueError, AttributeError):
        return False


def _say(stream: TextIO, text: str) -> None:
    """Never raises: words on a full disk stop no run. What is lost of the result is told when the command ends."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
    except (OSError, ValueError) as error:
        if stream is sys.stdout:
            _lost.append(getattr(error, "strerror", None) or str(error))
        _silence(stream)


def _silence(stream: TextIO) -> None:
    """What it still holds goes nowhere: Python would try again as it leaves, and end with a code of its own."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _reported(found: Rendering, form: str, options: Options) -> str:
    from reconciler.view.documents import dumped
    from reconciler.view.render import RenderOptions

    return (
        dumped(found.document()) if form == "json" else found.text(RenderOptions(lang=options.lang, width=_PLAIN_WIDTH))
    )


def _write(path: Path, text: str) -> None:
    try:
        from reconciler.engine.local_files import replace_keeping_mode

        replace_keeping_mode(path, text, new_mode=None)
    except OSError as error:
        from specs.diagnostic import SpecError, diagnose

        diagnostic = diagnose("file-not-written", where=str(path), path=path, error=error.strerror or error)
        raise SpecError(diagnostic) from error
