"""The guide followed by hand and left in the middle, even of a section: `apply` converges from there.

Each point is the guide's own commands up to it. Two are part of the test command, the others of the campaign.
"""

from dataclasses import dataclass

import pytest
from guide_slice import STEPS
from support import Desk, guide, measured

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

TO_THE_BACKUPS = ("4", "5.1", "5.2", "5.3")
TO_THE_VARIABLES = (*TO_THE_BACKUPS, "6.1", "6.2", "6.3", "6.4", "6.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    done: tuple[str, ...]
    half: tuple[str, str] | None = None
    """A section begun, and the text that its last line pasted begins with."""


POINTS = {
    "5.3-sources-moved-away": Point(done=TO_THE_BACKUPS),
    "6.1-before-the-products-are-unpacked": Point(done=TO_THE_BACKUPS, half=("6.1", "rsync")),
    "6.3-first-file-written": Point(done=(*TO_THE_BACKUPS, "6.1", "6.2"), half=("6.3", "} >> bin/03-userdef/gse.env")),
    "6.5-variables-merged": Point(done=TO_THE_VARIABLES),
    "7.1-old-paas-stopped": Point(done=(*TO_THE_VARIABLES, "7.1 stop")),
    "7.1-old-paas-removed": Point(done=(*TO_THE_VARIABLES, "7.1 stop", "7.1 remove")),
    "7.3-login-path-made": Point(
        done=(*TO_THE_VARIABLES, "7.1 stop", "7.1 remove", "7.1 install", "7.1 variables", "repair")
    ),
}
IN_THE_TEST_COMMAND = ("6.3-first-file-written", "7.1-old-paas-stopped")


def points() -> list[object]:
    rest = [name for name in POINTS if name not in IN_THE_TEST_COMMAND]
    return [*IN_THE_TEST_COMMAND, *(pytest.param(name, marks=pytest.mark.campaign) for name in rest)]


def follow(desk: Desk, point: Point) -> None:
    for section in point.done:
        guide(desk.lab, *STEPS[section])
    if point.half is not None:
        section, last = point.half
        host, script = STEPS[section]
        lines = script.split("\n")
        end = next(number for number, line in enumerate(lines) if line.startswith(last))
        guide(desk.lab, host, "\n".join(lines[: end + 1]))


@pytest.mark.parametrize("name", points())
def test_apply_converges_from_a_guide_left_half_way(pristine: Desk, name: str) -> None:
    with measured(f"guide to {name}"):
        follow(pristine, POINTS[name])
    pristine.bkrec("check").must(2)
    done = pristine.bkrec("apply", "--yes", "-o", "json", timeout_s=240)
    print(f"apply from {name}: {done.seconds:.1f} s")
    done.must(0)
    assert pristine.check()["verdict"] == "converged"
    assert pristine.planned() == []
