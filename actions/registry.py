"""Every action, found through the one list of families below; a test finds a family that is missing.

`ACTIONS` are the types that plan files are read through, by `kind`.
"""

from types import ModuleType

from actions import (
    agent,
    backup,
    bkcli,
    cmdb,
    consul,
    container,
    env,
    iam,
    install_config,
    line,
    mysql,
    nginx,
    package,
    path,
    program,
    redis,
    saas,
    smoke_test,
    tag,
    task,
    undo,
    unit,
    version,
    yaml,
)
from actions.action import Action

FAMILIES: tuple[ModuleType, ...] = (
    agent,
    backup,
    bkcli,
    cmdb,
    consul,
    container,
    env,
    iam,
    install_config,
    line,
    mysql,
    nginx,
    package,
    path,
    program,
    redis,
    saas,
    smoke_test,
    tag,
    task,
    undo,
    unit,
    version,
    yaml,
)


def _actions(family: ModuleType) -> tuple[type[Action], ...]:
    """Its classes with a kind: not what they share, nor what it imports."""
    classes = (value for value in vars(family).values() if isinstance(value, type) and issubclass(value, Action))
    return tuple(cls for cls in classes if cls.__module__ == family.__name__ and "kind" in cls.__annotations__)


ACTIONS: tuple[type[Action], ...] = tuple(action for family in FAMILIES for action in _actions(family))
