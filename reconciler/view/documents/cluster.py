"""What stands beside a cluster's facts: its cluster file, the lease, a pause, running jobs, approvals, tasks."""

from typing import Literal

from pydantic import Field

from reconciler.view.documents.base import Doc, ReasonDoc
from reconciler.view.documents.run import RunSummaryDoc


class PlacementDoc(Doc):
    module: str
    hosts: list[str]
    because: ReasonDoc


class InitDoc(Doc):
    """The cluster file that `init` wrote."""

    schema_: Literal["bkrec.init/1"] = Field(default="bkrec.init/1", alias="schema")
    path: str
    name: str
    release: str
    controller: str
    """Its address in install.config."""
    placement: list[PlacementDoc]
    """Proposed: modules that install.config does not have yet."""
    excluded: list[str]
    """Modules that install.config names no host for."""


class LockDoc(Doc):
    schema_: Literal["bkrec.lock/1"] = Field(default="bkrec.lock/1", alias="schema")
    locked: bool
    who: str = ""
    origin: str = ""
    run: str = ""
    epoch: int = 0
    age_s: float | None = None
    """Since it was renewed; null where the controller was restarted since."""
    released: bool = False
    """By this command: its holder does not renew it any more, and it is free once it has expired."""


class PauseDoc(Doc):
    schema_: Literal["bkrec.pause/1"] = Field(default="bkrec.pause/1", alias="schema")
    paused: bool
    who: str = ""
    since: str = ""
    why: str = ""


class ApprovalDoc(Doc):
    approval: str
    who: str
    since: str
    run: str


class JobDoc(Doc):
    host: str
    job: str
    line: str
    """The last line of its log."""


class StatusDoc(Doc):
    """The last run from this machine, by its journal, and what runs on the cluster now; facts are `diff`'s business."""

    schema_: Literal["bkrec.status/1"] = Field(default="bkrec.status/1", alias="schema")
    last: RunSummaryDoc | None
    lock: LockDoc | None = None
    """null where the controller is out of reach; then nothing is known of pause and jobs either."""
    pause: PauseDoc | None = None
    jobs: list[JobDoc] = Field(default_factory=list[JobDoc])
    approvals: list[ApprovalDoc] = Field(default_factory=list[ApprovalDoc])
    """The last of each, as the controller has it; each was for its own run only."""


TaskState = Literal["done", "pending", "not-due", "untraced", "unread"]
"""not-due: its product is not upgraded yet. untraced: done manually or not at all, only a person knows."""


class TaskDoc(Doc):
    task: str
    host: str
    state: TaskState
    origin: str = ""
    """The version its upgrade starts from, where it needs one and that is known."""


class AckDoc(Doc):
    schema_: Literal["bkrec.ack/1"] = Field(default="bkrec.ack/1", alias="schema")
    tasks: list[TaskDoc]


class SealChangeDoc(Doc):
    change: str
    """content, mode, owner, type, gone, new; several are joined by "+"."""
    part: str
    name: str


class RenderedFileDoc(Doc):
    module: str
    """As `bkcli render MODULE` calls it."""
    name: str
    emptied: bool = False
    """The call would leave a placeholder of its template empty."""


class UncomparedDoc(Doc):
    module: str
    why: str
    """source, version, renderer, namespace, failed, nothing, stopped."""


SealedState = Literal["sealed", "unchanged", "history", "differs", "accepted"]


class SealedHostDoc(Doc):
    host: str
    state: SealedState
    """differs: not sealed, rendered files are not what the vendor's call would write; accepted: such a difference."""
    entries: int = 0
    """Of the manifest."""
    accepted: list[SealChangeDoc] = Field(default_factory=list[SealChangeDoc])
    differing: list[RenderedFileDoc] = Field(default_factory=list[RenderedFileDoc])
    uncompared: list[UncomparedDoc] = Field(default_factory=list[UncomparedDoc])
    """Modules of which it is unknown what the vendor's call would write."""
    history: list[str] = Field(default_factory=list[str])
    """Lines: when, who, what."""


class SealDoc(Doc):
    schema_: Literal["bkrec.seal/1"] = Field(default="bkrec.seal/1", alias="schema")
    hosts: list[SealedHostDoc]
