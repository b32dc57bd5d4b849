"""What `check --install-timer` is going to write and run, before it is asked for."""

from collections.abc import Iterable, Sequence

from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions


def timer_text(files: Iterable[tuple[str, str]], commands: Iterable[Sequence[str]], page: RenderOptions) -> str:
    """`files`: path, content."""
    parts = [f"{label('timer-writes', page.lang, path=path)}\n\n{_indented(text)}\n" for path, text in files]
    runs = [label("timer-runs", page.lang, command=" ".join(words)) + "\n" for words in commands]
    return "".join((*parts, *runs))


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines())
