"""Backoff: a host that did not answer is not asked again for as long as it had kept us waiting.

Facts of a host are gathered several times in a command, and each time would pay the dead host's time-out again: `check`
with one host cut off took 20 to 32 s. So its error is cached and returned instead of asking again. Not for the whole
run: a host that was rebooted must be noticed while `apply` waits for it. As long as the wait was: then at most half of
the time goes into waiting for the dead, and one that is back is found no later than it took to give it up.

A host that says no at once, as one does whose sshd is being restarted, is not silent and costs nothing to ask again.
"""

from dataclasses import dataclass, field

from reconciler.engine.transport import TransportError
from specs.disposition import is_unreachable


@dataclass(slots=True)
class HostBackoff:
    """Of one host; `now` is seconds of any clock that only goes on."""

    fast_failure_s: float
    """What comes sooner than this is an answer, be it a refusal."""
    _last: TransportError | None = None
    _until: float = field(default=0.0)

    def note(self, error: TransportError, *, since: float, now: float) -> None:
        """The host was asked at `since`, and this is what came of it."""
        waited = now - since
        if waited >= self.fast_failure_s and is_unreachable(error.diagnostic.code):
            self._last, self._until = error, now + waited

    def cached_error(self, now: float) -> TransportError | None:
        """The error to return without asking; None: ask the host."""
        if self._last is None or now >= self._until:
            return None
        return TransportError(self._last.diagnostic)
