"""Which findings a report lists, and how fully: `--host`, `--module`, `--latent`, `-v`.

A listing changes no verdict, no count and no exit code: those are the whole cluster's, or a part of it would be taken
for all of it.
"""

from dataclasses import dataclass, replace

from probes.fact import AnyDrift
from reconciler.core.diff import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Of one kind any may match, of two kinds both have to."""

    hosts: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    latent: bool = False
    """Only latent drift."""
    verbose: bool = False
    """Each finding by itself, on each host."""

    @property
    def is_partial(self) -> bool:
        return bool(self.hosts or self.modules or self.latent)

    def lists(self, drift: AnyDrift, difference: Difference) -> bool:
        expected = drift.expected
        return (
            (not self.hosts or expected.fact.host in self.hosts)
            and (not self.modules or expected.module in self.modules)
            and (not self.latent or expected.fact in difference.latent)
        )


WHOLE = Listing()


def listed(difference: Difference, listing: Listing) -> Difference:
    if not listing.is_partial:
        return difference
    return replace(
        difference,
        drift=tuple(drift for drift in difference.drift if listing.lists(drift, difference)),
        unknown=tuple(drift for drift in difference.unknown if listing.lists(drift, difference)),
        advice=tuple(advised for advised in difference.advice if listing.lists(advised.drift, difference)),
        waived=tuple(waived for waived in difference.waived if listing.lists(waived.drift, difference)),
    )
