"""A thing that a finished cluster has: plain words, and nothing that bkrec would say about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    host: str
    """Its address."""
    kind: str
    """As `watch.sh` calls it: unit, boot, container, port …; "gone-unit" for one of 6.1 that is no longer there."""
    name: str
    value: str
    module: str
    """Of install.config, whose it is; "" where it is the whole host's, "controller" where it is the cluster's."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a thing about, whatever it says."""
        return self.host, self.kind, self.name

    def __str__(self) -> str:
        return f"{self.kind} {self.name} ({self.value}) @{self.host}"
