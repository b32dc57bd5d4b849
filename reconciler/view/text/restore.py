"""How to restore the backups of a plan: the commands, each unbroken on a line of its own, there to be pasted."""

from collections.abc import Iterator

from probes.backup import Backup
from reconciler.core.plan import Plan, Step
from reconciler.view.messages.ui import label
from reconciler.view.render import RenderOptions, sanitized


def restore_lines(step: Step, page: RenderOptions, indent: int) -> Iterator[str]:
    """Of the backup that this step makes, if it makes one."""
    commands = step.action.restore_commands()
    if commands:
        yield from page.wrapped(" " * indent, label("restore-on", page.lang, host=step.action.host))
    for command in commands:
        yield " " * (indent + 2) + sanitized(command)


def after_failure_lines(failed: str, plan: Plan, page: RenderOptions) -> Iterator[str]:
    """Where the failed step is irreversible, or comes after one that is: which backups lead back, and how."""
    steps = {step.id: step for step in plan.steps}
    begun = [step for step in _with_all_before(failed, steps) if step.action.irreversible]
    if not begun:
        return
    in_plan = [step for step in plan.steps if step.action.restore_commands()]
    yield from page.wrapped("  ", label("restore-after-failure", page.lang))
    for step in in_plan:
        yield from restore_lines(step, page, 4)
    earlier = {f.host for step in begun for f in _backups(step)} - {step.action.host for step in in_plan}
    if earlier:
        yield from page.wrapped("    ", label("restore-earlier", page.lang, hosts=", ".join(sorted(earlier))))


def _with_all_before(failed: str, steps: dict[str, Step]) -> Iterator[Step]:
    pending, visited = [failed], set[str]()
    while pending:
        step = steps.get(pending.pop())
        if step is not None and step.id not in visited:
            visited.add(step.id)
            pending += [edge.step for edge in step.after]
            yield step


def _backups(step: Step) -> Iterator[Backup]:
    return (needed.fact for needed in step.requires if isinstance(needed.fact, Backup))
