"""The guide followed by hand and left in the middle, even of a section: `apply` converges from there.

Each point is the guide's own commands up to it; all of them are of the campaign. In the test command that any half-way
state converges is a rule of tests/sim/test_sim.py (test_half_way_states_converge_or_say_why_not).
"""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab.machine.api import Lab
from tests.lab.support.manual_guide import STEPS, up_to
from tests.lab.support.operator import Desk, fresh, guide, measured

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1200)]

UPGRADER = {"job-upgrader-before": ("--not-done", "--from", "3.5.1"), "job-upgrader-after": ("--not-done",)}
DONE = {"job-upgrader-before": ("--done",), "job-upgrader-after": ("--done",)}
SPACES = {"monitor-space-data": ("--not-done",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    done: tuple[str, ...]
    half: tuple[str, str] | None = None
    """A section begun, and the text that its last line pasted begins with."""
    whole: bool = True
    """The whole guide, not the slice alone."""
    said: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """What the operator answers about work that leaves no trace."""


POINTS = {
    "5.3-sources-moved-away": Point(done=up_to("5.3"), whole=False),
    "6.1-before-the-products-are-unpacked": Point(done=up_to("5.3"), half=("6.1", "rsync"), whole=False),
    "6.3-first-file-written": Point(done=up_to("6.2"), half=("6.3", "} >> bin/03-userdef/gse.env"), whole=False),
    "6.5-variables-merged": Point(done=up_to("6.5"), whole=False),
    "7.1-old-paas-stopped": Point(done=up_to("7.1 stop"), whole=False),
    "7.1-old-paas-removed": Point(done=up_to("7.1 remove"), whole=False),
    "7.3-login-path-made": Point(done=up_to("repair"), whole=False),
    "7.2-entrance": Point(done=up_to("7.2")),
    "7.4-gateway": Point(done=up_to("7.4")),
    "7.6-iam-upgraded-its-subjects-not-migrated": Point(done=up_to("7.6 upgrade")),
    "7.7-old-usermgr-removed": Point(done=up_to("7.7 stop")),
    "7.8.2-new-gse-beside-the-old": Point(done=up_to("7.8.2")),
    "7.8.3-old-gse-stopped": Point(done=up_to("7.8.2"), half=("7.8.3", './pcmd.sh -m gse "systemctl')),
    "7.9-cmdb": Point(done=up_to("7.9")),
    "7.10.1-switch-set": Point(done=up_to("7.10.1")),
    "7.10.2-upgrader-not-run": Point(done=up_to("7.10.2"), said=UPGRADER),
    "7.11-old-nodeman-removed": Point(done=up_to("7.11 stop"), said=DONE),
    "7.14-itsm": Point(done=up_to("7.14"), said=DONE),
    "7.15-saas-deployed-backend-stopped": Point(
        done=up_to("7.15 stop"), half=("7.15 update", "./bkcli stop"), said=DONE
    ),
    "7.15-before-its-migrations": Point(done=up_to("7.15 update"), said={**DONE, **SPACES}),
    "7.18-to-the-end": Point(done=up_to("7.18"), said={**DONE, "monitor-space-data": ("--done",)}),
}


def follow(desk: Desk, point: Point) -> None:
    for section in point.done:
        guide(desk.lab, *STEPS[section])
    if point.half is not None:
        section, last = point.half
        host, script = STEPS[section]
        lines = script.split("\n")
        end = next(number for number, line in enumerate(lines) if line.startswith(last))
        guide(desk.lab, host, "\n".join(lines[: end + 1]))


@pytest.mark.parametrize("name", POINTS)
def test_apply_converges_from_a_guide_left_half_way(lab: Lab, tmp_path: Path, name: str) -> None:
    point = POINTS[name]
    desk = fresh(lab, tmp_path / "desk", whole=point.whole)
    with measured(f"guide to {name}"):
        follow(desk, point)
    desk.bkrec("check").must(4 if point.said else 2)
    for work, words in point.said.items():
        desk.bkrec("ack", work, *words).must(0)
    done = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=600)
    print(f"apply from {name}: {done.seconds:.1f} s, {done.events[-1].get('done', '?')} steps")
    done.must(0)
    assert desk.check()["verdict"] == "converged"
    assert desk.planned() == []
