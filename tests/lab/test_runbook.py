"""The runbook of a whole upgrade, pasted into a shell on the controller: it ends in the same state as `apply`.

BKREC_LAB=runbook pytest -m campaign -s tests/lab/test_runbook.py
"""

from pathlib import Path

import pytest

from reconciler.core.verdict import ExitCode
from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.operator import Desk, fresh, measured, on, until
from tests.lab.support.pasted import paste
from tests.lab.support.platform_state import state_of

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(3600)]

FINISHED = "\nall steps are done, each was checked"
HAND_OVER = "[ -e /var/lib/bkrec ] || mv -T /var/lib/runbook /var/lib/bkrec"
"""docs/runbook.md: the records that a runbook leaves, for a bkrec that comes later."""


def test_pasted_into_the_controller_it_ends_where_apply_ends(lab: Lab, tmp_path: Path) -> None:
    desk = fresh(lab, tmp_path / "pasted", whole=True)
    text = desk.bkrec("runbook", "-o", "sh").must(2).out
    assert "bkrec" not in text.lower()
    done = paste(lab, CONTROLLER, text)
    (tmp_path / "shown").write_text(done.text, encoding="utf-8")
    print(f"pasted {len(text)} characters, {done.questions} questions, {done.seconds:.0f} s; {tmp_path / 'shown'}")
    assert FINISHED in done.text, done.text[-6000:]
    pasted = state_of(lab)
    assert not [host for host in HOSTS if (lab.place.root(host) / "var/lib/bkrec").exists()]
    again = paste(lab, CONTROLLER, text)
    assert FINISHED in again.text, again.text[-6000:]
    assert "exit status" not in again.text, "pasted again, nothing is to be run"
    for host in HOSTS:
        if (lab.place.root(host) / "var/lib/runbook").exists():
            on(lab, host, HAND_OVER)
    until(lambda: desk.bkrec("check").code == ExitCode.OK, 120, f"converged: {desk.said[-1].all}")

    applied = _applied(lab, tmp_path)
    assert sorted(pasted - applied) == []
    assert sorted(applied - pasted) == []


def _applied(lab: Lab, tmp_path: Path) -> set[str]:
    desk: Desk = fresh(lab, tmp_path / "applied", whole=True)
    with measured("apply"):
        desk.bkrec("apply", "--yes", "-o", "json", timeout_s=900).must(0)
    return state_of(lab)
