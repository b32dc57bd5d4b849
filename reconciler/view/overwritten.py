"""What a step overwrites of the owner's: values and files that are there and will be others.

Only of facts whose value is the content itself, or its digest: an environment variable, a line of install.config, a
key of a YAML file, a file of which only is read that it differs. Versions and states change because the step is there
for that; a secret has no fact with a value (`probes/env.py`), and what looks like one is redacted all the same.
"""

from collections.abc import Iterator

from probes.env import EnvValue
from probes.fact import AnyDrift, Drift, Known
from probes.install_config import ModuleHosts
from probes.path import FileDigest, TreeDigest
from probes.yaml import YamlValue
from reconciler.core.plan import Step

VALUES = (EnvValue, ModuleHosts, YamlValue)
DIGESTS = (FileDigest, TreeDigest)


def overwritten(step: Step) -> tuple[AnyDrift, ...]:
    """What is read now, and what it will be; nothing of what is absent now."""
    return tuple(_overwritten(step))


def is_digest(drift: AnyDrift) -> bool:
    """Its values say that the content differs, and not in what."""
    return isinstance(drift.expected.fact, DIGESTS)


def _overwritten(step: Step) -> Iterator[AnyDrift]:
    for repaired in step.repairs:
        match repaired.expected.reading, repaired.reading:
            case Known(expected), Known(actual) if expected != actual:
                if isinstance(repaired.expected.fact, (*VALUES, *DIGESTS)):
                    yield Drift(expected=repaired.expected, reading=repaired.reading)
            case _, _:
                pass
