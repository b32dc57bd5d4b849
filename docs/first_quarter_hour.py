#!/usr/bin/env python3
"""Writes the sessions of docs/first-quarter-hour.md, in both languages, from what was recorded in the lab.

pytest -m campaign tests/lab/test_first_quarter_hour.py     # records docs/measured/first-quarter-hour.json
python docs/first_quarter_hour.py
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from specs.text import Lang

COMMAND = "docs/first_quarter_hour.py"
RECORDING = Path(__file__).resolve().parent / "measured/first-quarter-hour.json"
CUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command that the operator types."""

    name: str
    command: str
    exit: int = 0
    head: int = 60
    """How many lines of what it printed are shown, from its beginning and from its end."""
    tail: int = 0


ONE_KEY = "printf 'Host *\\n  IdentityFile ~/.ssh/bk.pub\\n  IdentitiesOnly yes\\n' >> ~/.ssh/config"
STEPS = (
    Step(name="machine", command="head -n 1 /etc/os-release; python3 --version", exit=127),
    Step(
        name="unpack",
        command="tar -xzf bkrec-VERSION-linux-x86_64.tar.gz -C /opt && "
        "ln -s /opt/bkrec-VERSION-linux-x86_64/bkrec /usr/local/bin/bkrec",
    ),
    Step(name="version", command="bkrec --version"),
    Step(name="agent", command="ssh-add -l"),
    Step(name="config", command="cat ~/.ssh/config"),
    Step(name="too-many-keys", command="bkrec trust --controller 10.0.0.1", exit=4),
    Step(name="ssh", command="ssh -o BatchMode=yes 10.0.0.1 true", exit=255),
    Step(name="one-key", command=ONE_KEY),
    Step(name="trust-controller", command="bkrec trust --controller 10.0.0.1"),
    Step(name="init", command="bkrec init --controller 10.0.0.1"),
    Step(name="trust", command="bkrec trust"),
    Step(name="diff", command="bkrec diff", exit=2, head=30, tail=1),
)


def recorded() -> Mapping[Lang, Sequence[Mapping[str, Any]]]:
    return json.loads(RECORDING.read_text(encoding="utf-8"))


def session(lang: Lang, name: str) -> str:
    """Raises KeyError for a step that was not recorded."""
    steps = {step["name"]: step for step in recorded()[lang]}
    if name == "times":
        return _times(lang, steps)
    shown = next(step for step in STEPS if step.name == name)
    return blocks.fenced((f"$ {steps[name]['command']}", *_cut(steps[name]["output"], shown)))


def _cut(output: Sequence[str], step: Step) -> list[str]:
    if len(output) <= step.head + step.tail:
        return list(output)
    return [*output[: step.head], CUT, *output[len(output) - step.tail :]]


def _times(lang: Lang, steps: Mapping[str, Mapping[str, Any]]) -> str:
    head = {"en": ("command", "exit", "seconds"), "zh": ("命令", "退出码", "耗时（秒）")}[lang]
    total = {"en": "all", "zh": "合计"}[lang]
    taken = [steps[step.name] for step in STEPS]
    rows = [(f"`{step['command']}`", str(step["exit"]), f"{step['seconds']:.1f}") for step in taken]
    rows.append((total, "", f"{sum(step['seconds'] for step in taken):.1f}"))
    return blocks.table(head, rows, "-::")


if __name__ == "__main__":
    blocks.write(COMMAND, session)
