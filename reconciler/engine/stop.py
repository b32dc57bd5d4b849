"""Stop request: how a run is asked to end, by a signal or by a lost lease.

Once: no new step is started, those in flight are waited for. Twice: bkrec leaves at once; the jobs go on, on their
hosts, and the next run adopts them. A lost lease stops a run the first way, with the reason.
"""

import asyncio
from dataclasses import dataclass, field

from specs.diagnostic import Diagnostic


@dataclass(slots=True)
class StopRequest:
    signal: int | None = None
    """The first signal that came: 2 or 15."""
    why: Diagnostic | None = None
    requested: bool = False
    immediate: asyncio.Event = field(default_factory=asyncio.Event)
    halted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with `why`."""

    def request(self, signal: int = 2) -> None:
        """Request a stop; signal handlers call it."""
        if self.requested and self.signal is not None:
            self.immediate.set()
        self.signal = self.signal or signal
        self.requested = True

    def stop_because(self, why: Diagnostic) -> None:
        """Stop starting steps for this reason; the first reason counts."""
        self.why = self.why or why
        self.requested = True
        self.halted.set()
