"""A plan that was kept, on real hosts: carried out as it was shown, or refused before the first write.

BKREC_LAB=hands pytest -m campaign tests/lab/test_saved_plan.py
"""

from pathlib import Path

import pytest

from tests.lab.support.file_traces import wrote
from tests.lab.support.operator import Desk, on, until

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1200)]

MOVED = "container.state bk-paas-esb @10.0.0.2"
DOWN = {
    "unit.active bk-auth.service @10.0.0.3",
    "consul.passing bkauth @10.0.0.3",
    "current.unit bk-auth.service /data/bkce/bkauth/VERSION @10.0.0.3",
}


def test_a_kept_plan_is_refused_where_a_premise_moved_and_else_does_what_it_showed(converged: Desk) -> None:
    on(converged.lab, "h3", "systemctl stop bk-auth.service")
    until(lambda: converged.drifted() == DOWN, 30, "consul has noticed")
    path = Path("kept.json")
    shown = converged.bkrec("plan", "--out", str(path), "-o", "json").must(2).document["steps"]

    on(converged.lab, "h2", "docker stop -t 1 bk-paas-esb")
    refused, written = wrote(converged.lab, lambda: converged.bkrec("apply", str(path), "--yes"))
    assert "error[plan-stale]" in refused.must(5).err
    assert MOVED in " ".join(refused.err.split())
    assert written == []

    on(converged.lab, "h2", "docker start bk-paas-esb")
    until(lambda: converged.drifted() == DOWN, 45, "it is as it was")
    done = converged.bkrec("apply", str(path), "--yes", "-o", "json").must(0)
    begun = [event["step"] for event in done.events if event.get("event") == "step-started"]
    assert begun == [step["id"] for step in shown]
    assert converged.check()["verdict"] == "converged"
