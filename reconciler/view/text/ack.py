"""Post-upgrade tasks, one line each, and how to acknowledge those that leave no trace."""

from collections.abc import Iterator

from reconciler.view.documents import AckDoc, TaskDoc
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, lines, sanitized


def ack_text(document: AckDoc, page: RenderOptions) -> str:
    return lines(_rows(document, page))


def _rows(document: AckDoc, page: RenderOptions) -> Iterator[str]:
    if not document.tasks:
        yield label("ack-none", page.lang)
    widest = max((len(task.task) for task in document.tasks), default=0)
    for task in document.tasks:
        yield f"{task.task:<{widest}}  {task.host}  {_state(task, page)}"


def _state(task: TaskDoc, page: RenderOptions) -> str:
    text = label(f"ack-{task.state}", page.lang, task=task.task)
    return text + (f" ({label('ack-origin', page.lang, version=sanitized(task.origin))})" if task.origin else "")
