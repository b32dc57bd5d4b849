"""What was sealed or accepted, a line for each host, or the history of each."""

from collections.abc import Iterator

from reconciler.view.documents import SealDoc
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized


def seal_text(document: SealDoc, page: RenderOptions) -> str:
    return lines(_rows(document, page))


def _rows(document: SealDoc, page: RenderOptions) -> Iterator[str]:
    for host in document.hosts:
        if host.state == "history":
            yield host.host
            yield from (f"  {sanitized(line)}" for line in host.history)
            continue
        yield f"{host.host}  {label(f'seal-{host.state}', page.lang, entries=str(host.entries))}"
        yield from (f"  {change.change}  {change.part}  {sanitized(change.name)}" for change in host.accepted)
        if host.state == "differs":
            yield from (f"  seal.rendered {file.module} {sanitized(file.name)} @{host.host}" for file in host.differing)
