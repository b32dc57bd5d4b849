"""The seal, as release data: which files define a finished platform, and what is excluded from them and why."""

from typing import Literal

from pydantic import Field

from specs.model import Model
from specs.text import LocalizedText

PartName = Literal[
    "configuration", "ingress", "services", "system", "host", "programs", "scripts", "registrations",
]  # fmt: skip
"""Beside "units" and "containers", which follow from the modules."""
SealedRows = Literal["saas", "gateway"]
PATTERN = r"^(\{home\}|\{install\}|/|\*)[^\s]*$"


class SealPart(Model):
    name: PartName
    title: LocalizedText
    roots: tuple[str, ...] = ()
    """Files and directories, as a shell's patterns; one below another belongs to the longer."""
    rows: tuple[SealedRows, ...] = ()
    """Rows of MySQL, read by login paths of the controller: variables of the release's SaaS, released gateways."""
    kernel: tuple[str, ...] = ()
    """Files whose keys are read from the running kernel too."""
    controller: bool = False
    """Only there."""
    because: LocalizedText
    source: str


class SealExclusion(Model):
    paths: tuple[str, ...] = Field(min_length=1)
    """As find's -path has them: * matches a slash too."""
    because: LocalizedText
    source: str


class Seal(Model):
    parts: tuple[SealPart, ...] = ()
    exclusions: tuple[SealExclusion, ...] = ()
    unit_directories: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    """Besides those of the modules, wherever they are."""
