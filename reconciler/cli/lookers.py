"""What diff, plan and check have in common: look once, word the answer, end with the verdict's exit code."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.cli.wiring import Studied
    from reconciler.view.documents import Doc
    from reconciler.view.render import Page


def look(options: Options, *, planned: bool = False) -> "Studied":
    """Reads every host; writes nothing anywhere. Only `planned` has a plan in it."""
    from reconciler.cli import signals, wiring
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import troubles
    from reconciler.cli.goal import comparing, deciding

    studied = signals.run(wiring.study(cluster_path(options), deciding if planned else comparing))
    troubles(studied.warnings, options, warnings=True)
    return studied


def tell(
    studied: "Studied",
    options: Options,
    text: "Callable[[Studied, Page], str]",
    document: "Callable[[Studied], Doc]",
) -> None:
    from reconciler.cli.console import Answer, answer

    def worded(page: "Page") -> str:
        return text(studied, replace(page, titles=studied.titles, beyond=studied.beyond, left=studied.left))

    answer(Answer(text=worded, document=lambda: document(studied)), options)


def end(studied: "Studied") -> None:
    """Raises exits.Stop unless converged."""
    from reconciler.cli import exits
    from reconciler.core.verdict import verdict

    code = exits.BY_VERDICT[verdict(studied.difference)]
    if code:
        raise exits.Stop(code)
