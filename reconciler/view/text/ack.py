"""Work that leaves no trace, a line each, and what to say about it where only a person knows."""

from collections.abc import Iterator

from reconciler.view.documents import AckDoc, WorkDoc
from reconciler.view.messages.ui import label
from reconciler.view.render import Page, harmless, lines


def ack_text(document: AckDoc, page: Page) -> str:
    return lines(_rows(document, page))


def _rows(document: AckDoc, page: Page) -> Iterator[str]:
    if not document.works:
        yield label("ack-none", page.lang)
    widest = max((len(one.work) for one in document.works), default=0)
    for one in document.works:
        yield f"{one.work:<{widest}}  {one.host}  {_state(one, page)}"


def _state(one: WorkDoc, page: Page) -> str:
    told = label(f"ack-{one.state}", page.lang, work=one.work)
    return told + (f" ({label('ack-origin', page.lang, version=harmless(one.origin))})" if one.origin else "")
