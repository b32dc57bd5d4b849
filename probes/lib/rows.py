"""Rows: how the lines of an answer are matched to the facts probed, and two shell functions.

A script answers in rows, `index TAB word TAB …`, and the index is the place of the subject among those handed over; so
neither a name with a newline nor a value that looks like a row can be taken for another subject's answer. A value that
may hold a newline or a tab is escaped on the host as mysql's batch mode does it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import LiteralString

from probes.command import Output

Row = tuple[str, ...]

SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@:-]*")
"""Text that may become part of a path or URL on the host."""

MISSING: LiteralString = r"""
missing() { # true only where the system says that nothing is there; "permission denied" is no answer
  [ ! -e "$1" ] || return 1
  case $({ : <"$1"; } 2>&1) in
    *": No such file" | *": no such file" | *": No such file or directory" | *": Not a directory") return 0 ;;
  esac
  return 1
}
"""
"""What the shell itself says when it opens a file, dash, busybox and bash; `stat` would be a process for each file."""

ROOT_HOME: LiteralString = "HOME=~root; export HOME\n"
"""sudo may keep the operator's HOME; the vendor's credentials and tags are in root's."""


def lines_of(output: Output) -> Sequence[str]:
    """Whole lines only. Raises ValueError where the connection went or the last line was cut."""
    if output.exit_status is None:
        raise ValueError("the connection was lost before the answer was complete")
    if output.stdout and not output.stdout.endswith("\n"):
        raise ValueError("the last line of the answer is cut")
    return output.stdout.split("\n")[:-1]


def rows_of(output: Output, *, count: int) -> Sequence[Row]:
    """Exactly one row for each of `count` subjects, in order, its index taken off. Raises ValueError otherwise."""
    grouped = groups_of(output, count=count)
    if any(len(rows) != 1 for rows in grouped.values()):
        raise ValueError("a subject was answered twice")
    return tuple(grouped[index][0] for index in range(count))


def groups_of(output: Output, *, count: int) -> Mapping[int, Sequence[Row]]:
    """At least one row for each of `count` subjects. Raises ValueError for a missing one or one never asked."""
    grouped: dict[int, list[Row]] = {}
    for line in lines_of(output):
        index, _, rest = line.partition("\t")
        if not re.fullmatch("[0-9]{1,6}", index):
            raise ValueError("a line of the answer has no index")
        grouped.setdefault(int(index), []).append(tuple(rest.split("\t")))
    if set(grouped) != set(range(count)):
        raise ValueError("the answer is not about what was asked")
    return grouped


def decimal(text: str) -> float:
    """Digits, and perhaps a fraction, as /proc and `date` print them. Raises ValueError for all else."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII):
        raise ValueError("not a plain number")
    return float(text)


_ESCAPED = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r", "\\0": "\0"}


def unescape(text: str) -> str:
    return re.sub(r"\\.", lambda match: _ESCAPED.get(match[0], match[0]), text)
