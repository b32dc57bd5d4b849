"""Disposition: what a diagnostic's code means for the run that meets it. One table, so that no code is matched twice.

A code that is not in the table blocks what depends on it and nothing else. Every other meaning is a row here; the
engine and the planner ask for the disposition and never compare codes.
"""

from collections.abc import Mapping
from typing import Literal

Disposition = Literal[
    "blocks-dependants",
    "aborts-run",
    "aborts-migration",
    "needs-human",
    "reported-at-end",
    "pauses-run",
    "superseded",
    "job-may-still-run",
    "effect-missing",
    "unreachable",
    "connection-dropped",
    "advice",
]
"""blocks-dependants: the default. aborts-run: the whole run is refused, since everything after it rests on this.
aborts-migration: a run that does what only a backup brings back is refused, since products would be migrated that
cannot be completed; any other goes on. needs-human: only a person's acknowledgement resolves it. reported-at-end:
refuses one change and blocks nothing else; listed when the run ends, with what to do. pauses-run: not an error, the
run is waiting. superseded: another run holds a higher epoch. job-may-still-run: the step failed and its job may still
be running, so its locks are not free. effect-missing: the job ended and what it was started for is not there.
unreachable: no answer from the host, which may be rebooting. connection-dropped: unreachable too, but the host
answered before: reconnecting at once may help. advice: a preflight check that `doctor` reports and that refuses no
run."""

DISPOSITIONS: Mapping[str, Disposition] = {
    "package-md5": "aborts-run",
    "package-missing": "aborts-run",
    "package-version-rejected": "aborts-run",
    "release-too-old": "aborts-run",
    "tag-missing": "aborts-run",
    "cert-missing": "aborts-run",
    # a person makes them on a server that is no host of ours, and can do so on any day before
    "grant-elsewhere": "aborts-migration",
    "mysql-nowhere": "aborts-migration",
    # half of what belongs together is worse than all or nothing
    "undo-changed": "aborts-run",
    "undo-later": "aborts-run",
    "undo-copy-damaged": "aborts-run",
    "task-untraced": "needs-human",
    "cmdb-topology-custom": "reported-at-end",
    "cmdb-unknown-lines": "reported-at-end",
    "preflight-agent-systems": "advice",
    "preflight-memory": "advice",
    "preflight-processors": "advice",
    "preflight-certificates": "advice",
    "preflight-redis-login": "advice",
    "paused": "pauses-run",
    "lease-superseded": "superseded",
    "job-overdue": "job-may-still-run",
    "job-launch-unconfirmed": "job-may-still-run",
    "job-not-started": "job-may-still-run",
    "step-not-verified": "effect-missing",
    "job-cut-off": "effect-missing",
    "host-unreachable": "unreachable",
    "connection-lost": "connection-dropped",
}


def disposition(code: str) -> Disposition:
    return DISPOSITIONS.get(code, "blocks-dependants")


def is_unreachable(code: str) -> bool:
    """No answer from the host. A changed host key or a refused login are answers."""
    return disposition(code) in ("unreachable", "connection-dropped")
