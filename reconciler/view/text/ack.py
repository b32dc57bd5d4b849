"""Work that leaves no trace, a line each, and what to say about it where only a person knows."""

from collections.abc import Iterator

from reconciler.view.documents import AckDoc, TaskDoc
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized


def ack_text(document: AckDoc, page: RenderOptions) -> str:
    return lines(_rows(document, page))


def _rows(document: AckDoc, page: RenderOptions) -> Iterator[str]:
    if not document.works:
        yield label("ack-none", page.lang)
    widest = max((len(one.task) for one in document.works), default=0)
    for one in document.works:
        yield f"{one.task:<{widest}}  {one.host}  {_state(one, page)}"


def _state(one: TaskDoc, page: RenderOptions) -> str:
    told = label(f"ack-{one.state}", page.lang, task=one.task)
    return told + (f" ({label('ack-origin', page.lang, version=sanitized(one.origin))})" if one.origin else "")
