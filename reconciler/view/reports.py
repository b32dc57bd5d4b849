"""What a command found, whole: each format takes from a report what it shows (`view/formats/`).

Where a document for machines is all there is, the report is that document. Where people are shown more, or in another
order, it is a value of its own, and the document is made of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from probes.fact import AnyExpected, AnyFact, AnyReading, Readings, Unknown
from reconciler.core.check_history import FindingRecord
from reconciler.core.diff import Difference
from reconciler.core.eta import NOTHING_KNOWN, Durations
from reconciler.core.events import Event, RunEnded
from reconciler.core.interim_state import InterimState, hosts_not_to_reboot, interim_state
from reconciler.core.listing import WHOLE, Listing, listed
from reconciler.core.plan import Plan, Remaining
from reconciler.core.preflight import CheckResult
from reconciler.core.rehearsal import Rehearsal
from reconciler.core.schedule import LostHost
from reconciler.core.selection import not_done_by
from reconciler.core.undo_scope import UndoScope
from reconciler.core.verdict import Readiness, RunVerdict, Verdict, verdict
from specs.diagnostic import Diagnostic
from specs.reason import Reason, reason
from specs.text import LocalizedText

if TYPE_CHECKING:
    from reconciler.view.documents import (
        AckDoc,
        ExplainDoc,
        HistoryDoc,
        LockDoc,
        PauseDoc,
        RunReportDoc,
        SealDoc,
        StatusDoc,
        TrustDoc,
    )

ReportKind = Literal[
    "ack",
    "apply",
    "check",
    "checks",
    "diff",
    "doctor",
    "error",
    "explain",
    "history",
    "init",
    "lock",
    "pause",
    "plan",
    "probe",
    "rehearse",
    "report",
    "runbook",
    "schema",
    "seal",
    "status",
    "trust",
    "undo",
]
"""What a command reports; each format says of each of them whether it has a form for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReport:
    """A cluster as it was read, and what would be done. `diff` and `check` show no plan."""

    name: str
    release: str
    difference: Difference
    plan: Plan
    titles: Mapping[str, LocalizedText] = field(default_factory=dict[str, LocalizedText])
    """Module → what users call it."""
    not_covered: tuple[str, ...] = ()
    """Sections of the guide that the release does not cover yet."""
    excluded: tuple[str, ...] = ()
    """Modules and SaaS that cluster.toml excludes."""
    warnings: tuple[Diagnostic, ...] = ()
    readings: Readings = field(default_factory=dict[AnyFact, AnyReading])
    """All that the plan was decided on."""
    expected: tuple[AnyExpected, ...] = ()
    """What the readings were compared with."""
    products: tuple[str, ...] = ()
    """Modules that the release migrates or brings."""
    new_products: tuple[str, ...] = ()
    """Those of them that an older release does not have."""
    sections: Mapping[str, LocalizedText] = field(default_factory=dict[str, LocalizedText])
    """The guide's, by number: the stages in which steps are listed."""
    stop_at: str = ""
    """When the maintenance window ends, "" without one."""
    outside_window: frozenset[str] = frozenset()
    """The steps that would not be begun any more, by the estimates."""
    history: Mapping[str, FindingRecord] = field(default_factory=dict[str, FindingRecord])
    """Fact's id → what earlier checks know of it; only of `check`."""
    checked_at: int = 0
    """Seconds since the epoch; 0 where it was no `check`."""
    last_success: int = 0
    """When a check read everything last, this one included; 0: never, or not known."""
    durations: Durations = NOTHING_KNOWN
    """How long steps took on this cluster, by its runs from this machine; where a plan is shown."""
    controller: str = ""
    """Its address in install.config."""
    listing: Listing = WHOLE
    """Which findings `diff` and `check` list, and how fully."""

    @property
    def listed(self) -> Difference:
        """Of the difference, what is listed. Verdict and counts are always those of the whole."""
        return listed(self.difference, self.listing)

    @property
    def verdict(self) -> Verdict:
        return verdict(self.difference)

    @property
    def is_partial(self) -> bool:
        return bool(self.plan.selection or self.stop_at)

    @property
    def remaining(self) -> tuple[Remaining, ...]:
        """What the plan is not going to do."""
        return not_done_by(self.plan, self.outside_window, self.stop_at)

    def interim(self, remaining: Iterable[Remaining]) -> InterimState:
        """What the cluster is while this is left."""
        others = tuple(remaining)
        steps = tuple(item.step for item in others if item.step is not None)
        blocked = tuple(blocked.step for blocked in self.plan.blocked_steps)
        modules = (item.expected.module for item in others if item.expected is not None)
        unfinished = {step.id for step in steps}
        done_before = (step for step in self.plan.steps if step.id not in unfinished)
        not_to_reboot = hosts_not_to_reboot(self.difference.latent, (*steps, *blocked), done_before)
        return interim_state(self.products, (*steps, *blocked), modules, self.new_products, not_to_reboot)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeReport:
    cluster: ClusterReport
    readings: Readings
    """In the order of what is expected; what only the plan rests on comes after it."""
    modules: Mapping[AnyFact, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport:
    """What may stop the upgrade."""

    release: str
    steps: int
    """Of the plan whose checks these are."""
    checks: tuple[CheckResult, ...]
    problems: tuple[Diagnostic, ...] = ()
    """What no check says: hosts that were not read, and what the plan cannot do."""
    unread: int = 0
    """Hosts, and facts that the plan rests on, which were not read: it may lack steps, and with them checks."""
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        return tuple(check for check in self.checks if check.diagnostic is not None)

    @property
    def unknown(self) -> int:
        """Advice that was not read is none of it: it refuses no run, whatever it would say."""
        checks = (check for check in self.failed if not check.advice)
        return self.unread + sum(isinstance(check.reading, Unknown) for check in checks)

    @property
    def verdict(self) -> Readiness:
        if self.unknown:
            return "unknown"
        refusing = any(not check.advice for check in self.failed)
        return "not-ready" if refusing or self.problems else "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalReport:
    cluster: ClusterReport
    planned: Rehearsal
    """All goes well."""
    scenario: Rehearsal | None = None
    """With what goes wrong, where that was asked for."""
    fails: tuple[str, ...] = ()
    lost: LostHost | None = None
    read_at: str = ""
    """When the readings were saved; "" where they are those of now."""

    @property
    def interim(self) -> InterimState | None:
        """What the cluster is after the scenario."""
        if self.scenario is None:
            return None
        unfinished = (Remaining(step=step, because=reason("part-unfinished")) for step in self.scenario.unfinished)
        return self.cluster.interim((*unfinished, *self.cluster.remaining))


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPreview:
    """What is shown before anything is restored."""

    scope: UndoScope
    cluster: ClusterReport
    afterwards: tuple[Reason, ...]

    @property
    def remaining(self) -> int:
        """So many items are not yet as they were, or could not be read."""
        return len(self.cluster.difference.drift) + len(self.cluster.difference.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """An `apply` once it has ended."""

    verdict: RunVerdict
    exit_code: int
    cluster: ClusterReport
    """As it was read last."""
    events: tuple[Event, ...] = ()
    """In their order, without what commands printed: the journal has that."""
    times: tuple[str, ...] = ()
    """When each of them was; () where that is not known."""
    diagnostics: tuple[Diagnostic, ...] = ()
    remaining: tuple[Remaining, ...] = ()
    """What is left to do, with reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport(RunReport):
    """An `undo` once it has ended."""

    preview: UndoPreview
    """What is still to be restored, by the last reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitProposal:
    """A cluster file for a cluster, as values; `view/cluster_toml.py` writes it down."""

    name: str
    release: str
    address: str
    """The controller's in install.config."""
    connect: str
    """What SSH reaches it by."""
    user: str
    port: int | None
    via: Literal["direct", "controller"]
    package: str
    paths: tuple[tuple[str, str], ...] = ()
    """Keys of [paths] and their values, where they are not the vendor's defaults."""
    placement: tuple[tuple[str, tuple[str, ...], Reason], ...] = ()
    """Module, hosts, why there: only modules that install.config does not have yet."""
    excluded: tuple[str, ...] = ()
    """What install.config names no host for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitReport:
    path: str
    proposal: InitProposal


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaReport:
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReport:
    """A command that could not give its own report."""

    exit_code: int
    diagnostics: tuple[Diagnostic, ...]
    cluster: str = ""
    """Where it is known which one it was about."""
    checked_at: int = 0
    last_success: int = 0
    """As in ClusterReport, of `check`."""


CheckReport = ClusterReport | ErrorReport
"""A check of one cluster: what was found, or why it could not be checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksReport:
    """Several clusters, in the order in which they were named."""

    reports: tuple[CheckReport, ...]


if TYPE_CHECKING:
    Report = (
        ChecksReport
        | ClusterReport
        | ProbeReport
        | DoctorReport
        | RehearsalReport
        | RunReport
        | UndoReport
        | InitReport
        | SchemaReport
        | ErrorReport
        | AckDoc
        | SealDoc
        | ExplainDoc
        | HistoryDoc
        | LockDoc
        | PauseDoc
        | RunReportDoc
        | StatusDoc
        | TrustDoc
    )
    """What a command says; the documents, whose models take long to make, are imported by who makes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfRun:
    """The last event of a run, with what is left."""

    event: RunEnded
    remaining: tuple[Remaining, ...]


StreamItem = UndoPreview | Event | ErrorReport | EndOfRun
"""What a run hands over one by one while it goes on, to a format that streams."""
