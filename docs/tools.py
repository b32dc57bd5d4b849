#!/usr/bin/env python3
"""Writes docs/tools.md: what scripts need of a host, tool by tool, and since which version there is each.

The needs are read from the scripts themselves (tests/architecture/tool_needs.py), the versions from docs/tools.toml.

python docs/tools.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from tests.architecture.tool_needs import known, needs, packages

PAGE = Path(__file__).resolve().parent / "tools.md"
INTRO = """\
# What scripts need of a host

<!-- made by docs/tools.py from docs/tools.toml and the scripts -->
Every tool that a script of bkrec calls on a host, with the options, the first version that has each, and what is read
of its output. "POSIX": every system has it. "≤": the oldest version met has it; when it came was not looked up. A test
holds the table to the scripts (tests/architecture/test_tool_needs.py), and each script runs under every shell and with
every awk (tests/probes/test_shells_and_awks.py, tests/actions/test_shells_and_awks.py).

## The oldest versions met

"""


def page() -> str:
    oldest = sorted((name, about["oldest"] or "-", about["of"]) for name, about in packages().items())
    return f"{INTRO}{blocks.table(('package', 'oldest', 'where'), oldest)}\n## Tools\n\n{_tools()}"


def _tools() -> str:
    heads = ("tool", "package", "options, and since when", "read of its output", "held by", "scripts")
    return blocks.table(heads, _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    for tool, about in known().items():
        since = ", ".join(
            f"{f'`{option}` ' if option else ''}{when.replace('<=', '≤')}" for option, when in about["since"].items()
        )
        files = {file for (name, _), where in needs().items() for file in where if name == tool}
        held = ", ".join(f"`{path}`" for path in about.get("held", ()))
        yield f"`{tool}`", about["package"], since, about.get("reads", "").replace("|", "\\|"), held, str(len(files))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
