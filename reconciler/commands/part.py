"""A part of a plan, as `plan` and `apply` are asked for one: the names are checked, and the nearest named."""

import difflib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.commands.errors import UsageError
from reconciler.core.eta import NOTHING_KNOWN, Durations
from reconciler.core.events import RunStarted
from reconciler.core.listing import Listing
from reconciler.core.plan import EVERYTHING, Plan, Selection
from reconciler.core.selection import is_section, step_ids, unknown_steps
from reconciler.core.window import Window
from reconciler.engine import journal
from reconciler.engine.clock import Clock, window_until
from reconciler.engine.cluster_state import state_path
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose

MAX_NEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRequest:
    selection: Selection = EVERYTHING
    stop_at: str = ""
    """HH:MM by this machine's clock, or ""."""


def request(
    until: Sequence[str] | None, modules: Sequence[str] | None, hosts: Sequence[str] | None, stop_at: str | None
) -> PartRequest:
    """As typed; each name once."""
    selection = Selection(until=_once(until), modules=_once(modules), hosts=_once(hosts))
    return PartRequest(selection=selection, stop_at=stop_at or "")


def listing(
    modules: Sequence[str] | None, hosts: Sequence[str] | None, *, latent: bool = False, verbose: bool = False
) -> Listing:
    return Listing(modules=_once(modules), hosts=_once(hosts), latent=latent, verbose=verbose)


def check_listing(listing: Listing, cluster: Cluster) -> None:
    """Raises UsageError for a host or module that the cluster does not have."""
    check_names(Selection(modules=listing.modules, hosts=listing.hosts), cluster)


def _once(names: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names or ()))


def window_of(request: PartRequest, clock: Clock, known: Durations = NOTHING_KNOWN) -> Window | None:
    """Raises UsageError where it is not a time of day."""
    if not request.stop_at:
        return None
    window = window_until(clock, request.stop_at)
    if window is None:
        raise UsageError(diagnose("stop-at-unreadable", time=request.stop_at))
    return replace(window, durations=known)


def check_names(selection: Selection, cluster: Cluster) -> None:
    """Modules, hosts and sections, all of them at once. Raises UsageError."""
    modules = tuple(module.name for module in (*cluster.modules(), *cluster.base_services()))
    sections = tuple(section.id for section in cluster.release.sections)
    unknown_sections = [name for name in selection.until if is_section(name) and not _is_known(name, sections)]
    diagnostics = (
        *_unknown("section-unknown", unknown_sections, sections),
        *_unknown("module-unknown", (name for name in selection.modules if name not in modules), modules),
        *_unknown(
            "host-unknown",
            (host for host in selection.hosts if host not in cluster.inventory.everyone),
            cluster.inventory.everyone,
        ),
    )
    if diagnostics:
        raise UsageError(*diagnostics)


def check_steps(plan: Plan, cluster: str, cluster_file: Path) -> None:
    """Steps: only a plan has them. One that an earlier run of this machine had is done, and no mistake.

    Raises UsageError.
    """
    unknown = unknown_steps(plan)
    if unknown:
        unknown = tuple(name for name in unknown if name not in _earlier_steps(cluster, cluster_file))
    diagnostics = tuple(_unknown("step-unknown", unknown, step_ids(plan)))
    if diagnostics:
        raise UsageError(*diagnostics)


def _is_known(section: str, sections: Sequence[str]) -> bool:
    """7.8 is, because 7.8.1 is."""
    return any(known == section or known.startswith(f"{section}.") for known in sections)


def _unknown(code: str, names: Iterable[str], known: Sequence[str]) -> Iterator[Diagnostic]:
    for name in names:
        near = difflib.get_close_matches(name, known, n=MAX_NEAR, cutoff=0.4) or known[:MAX_NEAR]
        yield diagnose(code, name=name, near=", ".join(near) or "-")


def _earlier_steps(cluster: str, cluster_file: Path) -> frozenset[str]:
    """By the journals. None where they cannot be read."""
    try:
        directory = state_path(cluster, cluster_file, os.environ)
        contents = [journal.read_run(directory, run) for run in journal.runs(directory)]
    except OSError:
        return frozenset()
    events = (entry.event for content in contents for entry in content.entries)
    return frozenset(step for event in events if isinstance(event, RunStarted) for step in event.steps)
