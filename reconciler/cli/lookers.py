"""What diff, plan and check have in common: look once, word the answer, end with the verdict's exit code."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.cli.wiring import ClusterReport
    from reconciler.view.documents import Doc
    from reconciler.view.render import RenderOptions


def assess(options: Options, *, planned: bool = False) -> "ClusterReport":
    """Reads every host; writes nothing anywhere. Only `planned` has a plan in it."""
    from reconciler.cli import signals, wiring
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import print_diagnostics
    from reconciler.cli.goal import comparing, goal_for

    report = signals.run(wiring.report_on(cluster_path(options), goal_for if planned else comparing))
    print_diagnostics(report.warnings, options, warnings=True)
    return report


def render(
    report: "ClusterReport",
    options: Options,
    text: "Callable[[ClusterReport, RenderOptions], str]",
    document: "Callable[[ClusterReport], Doc]",
) -> None:
    from reconciler.cli.console import Rendering, emit

    def worded(page: "RenderOptions") -> str:
        return text(report, replace(page, titles=report.titles, beyond=report.beyond, left=report.left))

    emit(Rendering(text=worded, document=lambda: document(report)), options)


def exit_with(report: "ClusterReport") -> None:
    """Raises exits.Stop unless converged."""
    from reconciler.cli import exits
    from reconciler.core.verdict import verdict

    code = exits.BY_VERDICT[verdict(report.difference)]
    if code:
        raise exits.Exit(code)
