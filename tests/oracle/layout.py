"""install.config: which host has which modules. The vendor's grammar as its parser has it, read anew here.

A line counts that begins with an address; blanks, tabs and commas are equal. A module with a project, `log(api)`, is
both: `log(api)` and `log`.
Source: bin/bk-install-config-parser.awk.
"""

import re
from collections.abc import Mapping

ADDRESS = re.compile(r"([0-9]+\.){3}[0-9]+")
MODULE = re.compile(r"([a-z][a-z0-9_]*)(\([a-z][a-z0-9_-]*\))?")

Layout = Mapping[str, tuple[str, ...]]
"""Host → its modules."""


def layout(install_config: str) -> Layout:
    hosts: dict[str, list[str]] = {}
    for line in install_config.splitlines():
        address, *words = re.split(r"[ \t,]+", line)
        if ADDRESS.fullmatch(address) and words:
            hosts.setdefault(address, []).extend(word for word in words if MODULE.fullmatch(word))
    return {host: tuple(dict.fromkeys(modules)) for host, modules in hosts.items()}


def hosts_of(placed: Layout, module: str) -> tuple[str, ...]:
    """Those of `log(api)`, or of any project of `log`; in the order of the file."""
    return tuple(host for host, modules in placed.items() if any(_is(found, module) for found in modules))


def _is(found: str, module: str) -> bool:
    return module in (found, found.partition("(")[0])
