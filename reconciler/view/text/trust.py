"""Host keys, a server a line: what it offers, and below a changed one what is written down for it."""

from collections.abc import Iterable, Iterator

from reconciler.view.documents import KeyDoc, ServerDoc, TrustDoc
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized
from reconciler.view.text.rows import rows


def trust_text(document: TrustDoc, page: RenderOptions) -> str:
    return lines(_servers(document.servers, page), _beside(document, page))


def servers_text(servers: Iterable[ServerDoc], page: RenderOptions) -> str:
    return lines(_servers(servers, page))


def _servers(servers: Iterable[ServerDoc], page: RenderOptions) -> Iterator[str]:
    for server in servers:
        through = f"  {label('trust-through', page.lang, names=', '.join(server.through))}" if server.through else ""
        yield page.paint(sanitized(server.host), "bold") + sanitized(through)
        state = label(f"trust-{server.state}", page.lang, file=sanitized(server.file))
        reported = (
            ("trust-offers", _key(server.offered) if server.offered else ""),
            ("trust-on-record", ", ".join(_key(key) for key in _other(server))),
            ("trust-state", state),
        )
        yield from rows(page, ((label(name, page.lang), text) for name, text in reported), indent=2)


def _other(server: ServerDoc) -> Iterator[KeyDoc]:
    """What is written down, where that is not what it offers."""
    return (key for key in server.known if key != server.offered and server.state != "known")


def _key(key: KeyDoc) -> str:
    return f"{sanitized(key.type)} {key.fingerprint}"


def _beside(document: TrustDoc, page: RenderOptions) -> Iterator[str]:
    for path in document.backups:
        yield label("trust-previous-file", page.lang, path=sanitized(path))
    if document.behind_controller:
        hosts = ", ".join(document.behind_controller)
        yield from page.wrapped("", label("trust-elsewhere", page.lang, hosts=hosts, command=document.command))
