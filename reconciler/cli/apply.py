"""`bkrec apply`: do what the plan says, until converged. Stop it, kill it, disconnect, run it again: at any moment."""

from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.language import both
from reconciler.cli.options import ClusterOption, LangOption, Options, OutputOption, settle

if TYPE_CHECKING:
    from reconciler.cli.wiring import Studied
    from reconciler.core.event import RunEnded

YesOption = Annotated[
    bool,
    typer.Option(
        "--yes",
        help=both(
            "Do not ask. Covers neither approvals nor manual steps.", "不再询问；不包括需要单独批准的步骤和人工步骤。"
        ),
    ),
]
ApproveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--approve",
        metavar="ID",
        help=both(
            "Approve this one step, which deletes what a user may have made.",
            "批准该步骤：它会删除用户可能创建的内容。",
        ),
    ),
]


def apply(
    ctx: typer.Context,
    yes: YesOption = False,
    approve: ApproveOption = None,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
) -> None:
    from reconciler.cli.lookers import look

    options = settle(ctx, cluster, lang, output)
    studied = look(options)
    if not studied.plan.steps:
        _without_steps(studied, options)
        return
    _confirm(studied, options, yes=yes)
    ended = _carry_out(studied, options, tuple(approve or ()))
    _finish(studied, ended)


def _without_steps(studied: "Studied", options: Options) -> None:
    """Converged, or something is unread, or all that differs is blocked: then it is refused."""
    from reconciler.cli import exits
    from reconciler.cli.console import err
    from reconciler.cli.lookers import end
    from reconciler.view.human.plan import plan_text
    from reconciler.view.human.verdict import verdict_line
    from specs.diagnostic import Troubled, diagnose

    page = options.page(err=True)
    err(verdict_line(studied.release, studied.difference, page) + "\n")
    if studied.difference.unknown or not studied.difference.drift:
        end(studied)
        return
    err(plan_text(studied.plan, page))
    raise exits.Refused(Troubled(diagnose("nothing-possible", blocked=len(studied.plan.blocked))))


def _confirm(studied: "Studied", options: Options, *, yes: bool) -> None:
    """Shows what it costs in any case; asks where somebody is there to answer, else wants --yes."""
    from dataclasses import replace

    from reconciler.cli import exits
    from reconciler.cli.console import err, interactive
    from reconciler.view.human.plan import header_text
    from reconciler.view.words.labels import label
    from specs.diagnostic import Troubled, diagnose

    steps = len(studied.plan.steps)
    err(header_text(studied.plan, replace(options.page(err=True), titles=studied.titles)))
    if yes:
        return
    if not interactive():
        raise exits.Refused(Troubled(diagnose("confirmation-needed", steps=steps)))
    if not typer.confirm(label("confirm", options.lang, steps=steps), default=False, err=True):
        raise exits.Refused(Troubled(diagnose("confirmation-denied")))


def _carry_out(studied: "Studied", options: Options, approved: tuple[str, ...]) -> "RunEnded":
    from reconciler.cli import wiring
    from reconciler.cli.config import cluster_path
    from reconciler.cli.screen import narrator

    path = cluster_path(options)
    with narrator(studied, options) as tell:

        def work(stopping: wiring.Stopping):
            return wiring.apply(path, studied, approved=approved, emit=tell, stopping=stopping)

        return wiring.run_stoppable(work)


def _finish(studied: "Studied", ended: "RunEnded") -> None:
    """What still differs at the end waits for a person where the plan said so; else it is a failure."""
    from reconciler.cli import exits

    waiting = exits.WAITING if studied.plan.blocked else exits.FAILED
    codes = {
        "converged": exits.OK,
        "differs": waiting,
        "unknown": exits.UNKNOWN,
        "failed": exits.FAILED,
        "refused": exits.REFUSED,
        "interrupted": exits.INTERRUPTED,
    }
    if codes[ended.verdict]:
        raise exits.Stop(codes[ended.verdict])
