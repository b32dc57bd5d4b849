"""The one upgrade that the tests of the lab share: what it printed and did, and the snapshots it leaves behind."""

from dataclasses import dataclass
from typing import Any

from tests.lab.support.ledger import Call
from tests.lab.support.operator import Desk, Said
from tests.lab.support.processes import Watch

UPGRADED, CONVERGED = "upgraded", "converged"
"""Snapshots: after `apply`, and after a reboot of all hosts and another `apply`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """One `apply --yes` of the whole guide from pristine, with every host's processes watched, and what came after."""

    desk: Desk
    decided: Said
    """The plan that was there before."""
    apply: Said
    watch: Watch
    ran: tuple[Call, ...]
    """What bkcli was told meanwhile, by its own log."""
    check: Said
    plan: Said
    again: Said
    written: list[str]
    jobs: list[dict[str, Any]]
    """What JOB was given to run, in the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebooted:
    """The upgraded cluster after all hosts went down and up."""

    drifted: set[str]
    apply: Said
