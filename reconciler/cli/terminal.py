"""What the streams of this process are: a terminal or not, how wide, in colour or not, in which encoding."""

import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

PLAIN_WIDTH = 100
_MAX_WIDTH = 120


def terminal_width(stream: TextIO) -> int:
    """The terminal's, up to 120; 100 where there is none, so that two runs of a timer read the same."""
    return min(_MAX_WIDTH, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns) if _tty(stream) else PLAIN_WIDTH


def use_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """https://no-color.org; and none in CI, whose logs show every escape."""
    plain = environ.get("NO_COLOR") or environ.get("CI") or environ.get("TERM", "dumb") == "dumb"
    return _tty(stream) and not plain


def use_live_display(environ: Mapping[str, str]) -> bool:
    """True where a moving screen makes sense. NO_COLOR asks for plain lines too (design: all three alike)."""
    return use_colour(sys.stderr, environ)


def interactive() -> bool:
    """True where a person can be asked."""
    return _tty(sys.stdin) and _tty(sys.stderr)


def tolerate_encoding_errors() -> None:
    """No character is unprintable from here on."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _tty(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (ValueError, AttributeError):
        return False
