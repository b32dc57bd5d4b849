"""`bkrec seal`: take the seal of a finished platform, accept a change that was meant, show who did."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.command import command
from reconciler.cli.language import localized
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.documents import SealDoc

WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[accept FACT… | history]",
        help=localized(
            "Without words, seal each host that has no seal. `accept`: a fact as `check` names it, or a difference as "
            "`seal` does. `history`: who sealed and accepted what, and when.",
            "不带参数则封存尚未封存的主机。`accept`：接受 `check` 所列的事实，或 `seal` 所列的差异。"
            "`history`：何人何时封存与接受了什么。",
        ),
    ),
]
WhyOption = Annotated[
    str,
    typer.Option("--why", metavar="TEXT", help=localized("With accept: the reason.", "配合 accept：原因。")),
]


@command("seal")
def seal(options: Options, words: WordsArgument = None, why: WhyOption = "") -> "Result[SealDoc]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import seal

    path = cluster_path(options)
    if not words:
        return signals.run(seal.take(path))
    if words == ["history"]:
        return signals.run(seal.show_history(path))
    if words[0] != "accept":
        raise seal.unknown_word(words[0])
    return signals.run(seal.accept(path, words[1:], why=why))
