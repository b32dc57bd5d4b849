"""A proposed cluster file as commented TOML: what `init` writes, for a person to read and correct.

Each placement says why; comments are in the language `init` was asked in, keys are always the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines
from specs.reason import Reason

Placed = tuple[str, Sequence[str], Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    name: str
    release: str
    address: str
    connect: str
    user: str
    port: int
    via: str
    package: str
    placement: Sequence[Placed] = ()
    leave: Sequence[str] = ()


def cluster_toml(told: Proposed, page: RenderOptions) -> str:
    return lines(_head(told, page), _reach(told, page), _package(told, page), _placement(told.placement, page))


def _head(told: Proposed, page: RenderOptions) -> Iterator[str]:
    yield from _comment("toml-head", page)
    yield 'schema = "bkrec.cluster/1"'
    yield f"name = {_text(told.name)}"
    yield f"release = {_text(told.release)}"
    yield from _comment("toml-optional", page)
    yield '# optional = ["cmdb-topology"]'
    if told.leave:
        yield from _comment("toml-excluded", page)
        yield f"excluded = [{', '.join(_text(name) for name in told.leave)}]"
    yield ""


def _reach(told: Proposed, page: RenderOptions) -> Iterator[str]:
    yield from _comment("toml-controller", page)
    yield "[controller]"
    yield f"address = {_text(told.address)}"
    if told.connect and told.connect != told.address:
        yield f"connect = {_text(told.connect)}"
    yield f"user = {_text(told.user)}"
    yield f"port = {told.port}"
    yield ""
    yield from _comment("toml-ssh", page)
    yield "[ssh]"
    yield f"via = {_text(told.via)}"
    yield ""


def _package(told: Proposed, page: RenderOptions) -> Iterator[str]:
    yield from _comment("toml-package", page)
    yield "[package]"
    yield f"path = {_text(told.package)}"


def _placement(placed: Sequence[Placed], page: RenderOptions) -> Iterator[str]:
    if not placed:
        return
    yield ""
    yield from _comment("toml-placement", page)
    yield "[placement]"
    for module, hosts, because in placed:
        yield from page.wrapped("# ", reason_text(because, page.lang), rest="# ")
        yield f"{_key(module)} = [{', '.join(_text(host) for host in hosts)}]"


def _comment(code: str, page: RenderOptions) -> Iterator[str]:
    return page.wrapped("# ", label(code, page.lang), rest="# ")


def _key(name: str) -> str:
    """`monitorv3(ingester)` is no bare key."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(value: str) -> str:
    """A basic string: TOML escapes as JSON does, for all that may stand in these values."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
