"""A proposed cluster file as commented TOML: what `init` writes, for a person to read and correct.

Each placement says why; comments are in the language `init` was asked in, keys are always the same.
"""

import re
from collections.abc import Iterator, Sequence

from reconciler.view.messages.registry import reason_text
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines
from reconciler.view.reports import InitProposal
from specs.reason import Reason

Placed = tuple[str, Sequence[str], Reason]


def cluster_toml(proposal: InitProposal, page: RenderOptions) -> str:
    return lines(
        _head(proposal, page), _reach(proposal, page), _package(proposal, page), _placement(proposal.placement, page)
    )


def _head(proposal: InitProposal, page: RenderOptions) -> Iterator[str]:
    # read by taplo, the language server of TOML editors, which wants it at the head of the file
    yield "#:schema ./cluster.schema.json"
    yield from _comment("toml-editor", page)
    yield from _comment("toml-head", page)
    yield 'schema = "bkrec.cluster/1"'
    yield f"name = {_text(proposal.name)}"
    yield f"release = {_text(proposal.release)}"
    yield from _comment("toml-optional", page)
    yield '# optional = ["cmdb-topology"]'
    if proposal.excluded:
        yield from _comment("toml-excluded", page)
        yield f"excluded = [{', '.join(_text(name) for name in proposal.excluded)}]"
    yield ""


def _reach(proposal: InitProposal, page: RenderOptions) -> Iterator[str]:
    yield from _comment("toml-controller", page)
    yield "[controller]"
    yield f"address = {_text(proposal.address)}"
    if proposal.connect and proposal.connect != proposal.address:
        yield f"connect = {_text(proposal.connect)}"
    if proposal.user:
        yield f"user = {_text(proposal.user)}"
    if proposal.port is not None:
        yield f"port = {proposal.port}"
    yield ""
    yield from _comment("toml-ssh", page)
    yield "[ssh]"
    yield f"via = {_text(proposal.via)}"
    yield ""


def _package(proposal: InitProposal, page: RenderOptions) -> Iterator[str]:
    yield from _comment("toml-package", page)
    yield "[package]"
    yield f"path = {_text(proposal.package)}"
    if proposal.paths:
        yield ""
        yield from _comment("toml-paths", page)
        yield "[paths]"
        for key, path in proposal.paths:
            yield f"{key} = {_text(path)}"


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
