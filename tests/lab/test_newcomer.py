"""A newcomer's way, from a fresh Debian 12 to a timer and a report: done for real, and written down.

    BKREC_LAB=newcomer pytest -m campaign -s tests/lab/test_newcomer.py     # writes docs/measured/newcomer.json
    python docs/newcomer.py                                                 # makes the pages of it

What README and docs/newcomer.md say is typed on a terminal, once for each language, by a user who may sudo. His machine
has a systemd of its own (`support/newcomer.py`); the hosts are the lab's, each time at a pristine 6.1.2.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from docs.newcomer import INSTALLING, RECORDING, STEPS, USING
from docs.recorded import Step, cut
from tests.architecture.tree import ROOT
from tests.lab.machine.api import Lab
from tests.lab.support.newcomer import HOME, Newcomer
from tests.lab.support.operator import fresh
from tests.lab.support.terminal import LOCALES

pytestmark = [pytest.mark.campaign, pytest.mark.lab, pytest.mark.timeout(3600)]
LIMIT_S = 3600.0
CHECKOUT = ("git", "-C", str(ROOT), "archive", "--prefix=bkrec/", "HEAD")


def _shown(step: Step, done: dict[str, Any]) -> dict[str, Any]:
    """What the pages show, and no more: what apt and pip print names where they take it from."""
    print(
        f"\n$ {done['command']}", *done["output"], f"[exit {done['exit']}, {done['seconds']} s]", sep="\n", flush=True
    )
    return {"name": step.name} | done | {"output": cut(done["output"], step)}


def _walked(machine: Newcomer, lab: Lab) -> list[dict[str, Any]]:
    def typed(step: Step) -> dict[str, Any]:
        return _shown(step, machine.typed(step.command.replace("MD5", lab.package_md5), timeout_s=1500))

    installed = [typed(step) for step in INSTALLING]
    machine.boot()
    return [*installed, *map(typed, USING)]


@pytest.mark.parametrize("lang", LOCALES)
def test_from_readme_to_report(lab: Lab, tmp_path: Path, lang: str) -> None:
    fresh(lab, tmp_path / "desk")
    with Newcomer(place=lab.place, lang=lang) as machine:
        checkout = subprocess.run(CHECKOUT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-xf", "-", "-C", machine.root / HOME.lstrip("/")], input=checkout, check=True)
        subprocess.run(["chown", "-R", "1000:1000", machine.root / HOME.lstrip("/") / "bkrec"], check=True)
        machine.owns(".ssh/id_ed25519", lab.place.key.read_bytes())
        steps = _walked(machine, lab)
        report = (machine.root / HOME.lstrip("/") / "change.html").read_text(encoding="utf-8")
    recorded: dict[str, Any] = json.loads(RECORDING.read_text(encoding="utf-8")) if RECORDING.exists() else {}
    RECORDING.write_text(json.dumps(recorded | {lang: steps}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert {step["name"]: step["exit"] for step in steps} == {step.name: step.exit for step in STEPS}
    assert report.startswith("<!DOCTYPE html>")
    assert sum(step["seconds"] for step in steps) < LIMIT_S
    assert "CANARY" not in RECORDING.read_text(encoding="utf-8")
