"""What `check --install-timer` and `--remove-timer` are going to write and run, before it is asked for."""

from collections.abc import Iterable, Sequence

from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions
from specs.text import Lang


def timer_text(files: Iterable[tuple[str, str]], commands: Iterable[Sequence[str]], page: RenderOptions) -> str:
    """`files`: path, content."""
    parts = [f"{label('timer-writes', page.lang, path=path)}\n\n{_indented(text)}\n" for path, text in files]
    return "".join((*parts, timer_commands(commands, page.lang)))


def timer_commands(commands: Iterable[Sequence[str]], lang: Lang) -> str:
    return "".join(label("timer-runs", lang, command=" ".join(words)) + "\n" for words in commands)


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines())
