"""Sessions that were recorded in the lab: what was typed, what it printed, how long it took; as blocks of a page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs import blocks
from specs.text import Lang

CUT = "…"
PIPE = r"\|"
"""In a table's cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command that the operator types."""

    name: str
    command: str
    exit: int = 0
    head: int = 60
    """How many lines of what it printed are shown, from its beginning and from its end."""
    tail: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    path: Path
    steps: Sequence[Step]

    def read(self) -> Mapping[Lang, Sequence[Mapping[str, Any]]]:
        return json.loads(self.path.read_text(encoding="utf-8"))

    def session(self, lang: Lang, name: str) -> str:
        """Raises KeyError for a step that was not recorded."""
        steps = {step["name"]: step for step in self.read()[lang]}
        if name == "times":
            return self._times(lang, steps)
        shown = next(step for step in self.steps if step.name == name)
        return blocks.fenced((f"$ {steps[name]['command']}", *cut(steps[name]["output"], shown)))

    def _times(self, lang: Lang, steps: Mapping[str, Mapping[str, Any]]) -> str:
        head = {"en": ("command", "exit", "seconds"), "zh": ("命令", "退出码", "耗时（秒）")}[lang]
        total = {"en": "all", "zh": "合计"}[lang]
        taken = [steps[step.name] for step in self.steps]
        rows = [
            (f"`{step['command'].replace('|', PIPE)}`", str(step["exit"]), f"{step['seconds']:.1f}") for step in taken
        ]
        rows.append((total, "", f"{sum(step['seconds'] for step in taken):.1f}"))
        return blocks.table(head, rows, "-::")


def cut(output: Sequence[str], step: Step) -> list[str]:
    if len(output) <= step.head + step.tail or CUT in output:
        return list(output)
    return [*output[: step.head], CUT, *output[len(output) - step.tail :]]
