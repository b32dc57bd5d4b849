"""A probe answers all facts of its family about one host at once: `command(facts)`, then `parse(facts, output)`.

`parse` is pure and total over what it was asked: it answers each fact it was handed, or raises `LookupError` or
`ValueError`, which `collect` turns into Unknown for those facts. So a parser never has to guess.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from probes.command import Command, Output
from probes.fact import AnyFact, AnyReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    family: str
    facts: tuple[type[AnyFact], ...]
    command: Callable[[Sequence[Any]], Command]
    parse: Callable[[Sequence[Any], Output], Mapping[Any, AnyReading]]
