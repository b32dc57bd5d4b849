"""What the acceptance tests share: one lab (its name in BKREC_LAB, else "lab"), and the one upgrade that all look at.

The lab is reset by the tests that need it so: whatever ran in it is lost. It is left as it was found, up or down.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.machine import base
from tests.lab.machine.api import Lab
from tests.lab.support.file_traces import wrote
from tests.lab.support.ledger import forget, ledger
from tests.lab.support.operator import Desk, fresh, measured, settled
from tests.lab.support.processes import watching
from tests.lab.support.upgraded import CONVERGED, UPGRADED, Rebooted, Upgraded


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    reason = base.why_not()
    if reason:
        pytest.skip(reason)
    lab = Lab(os.environ.get("BKREC_LAB", "lab"))
    was_up = lab.is_up("h1")
    with measured("lab up"):
        lab.up()
    yield lab
    if was_up:
        lab.reset()
    else:
        lab.down()


@pytest.fixture
def pristine(lab: Lab, tmp_path: Path) -> Desk:
    return fresh(lab, tmp_path / "desk")


@pytest.fixture(scope="session")
def upgraded(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    desk = fresh(lab, tmp_path_factory.mktemp("upgraded") / "desk", whole=True)
    decided = desk.bkrec("plan", "-o", "json")
    forget(lab)
    with watching(lab) as watch:
        done = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=900)
    ran = ledger(lab)
    check, plan = desk.bkrec("check", "-o", "json"), desk.bkrec("plan", "-o", "json")
    again, written = wrote(desk.lab, lambda: desk.bkrec("apply", "--yes", "-o", "json"))
    # which of the two entrances a name leads to first is for the host's resolver to say: Debian 11's says the other one
    entrances = [lab.place.root(host) / "var/lib/bklab/esb.json" for host in ("h2", "h3")]
    jobs = [job for state in entrances for job in json.loads(state.read_text(encoding="utf-8"))["jobs"]]
    lab.snapshot(UPGRADED)
    for said in (decided, done, check, again):
        print(f"{' '.join(said.args)}: {said.seconds:.1f} s")
    return Upgraded(
        desk=desk, decided=decided, apply=done, watch=watch, ran=ran,
        check=check, plan=plan, again=again, written=written, jobs=jobs,
    )  # fmt: skip


@pytest.fixture(scope="session")
def rebooted(upgraded: Upgraded) -> Rebooted:
    """Leaves the snapshot "converged". To write "upgraded" the hosts were shut down and booted: that was the reboot."""
    upgraded.apply.must(0)
    desk = settled(upgraded.desk.lab, upgraded.desk.home.parent / "rebooted", whole=True)
    drifted = desk.drifted()
    done = desk.bkrec("apply", "--yes")
    desk.lab.snapshot(CONVERGED)
    return Rebooted(drifted=drifted, apply=done)


@pytest.fixture
def converged(lab: Lab, rebooted: Rebooted, tmp_path: Path) -> Desk:
    """A cluster at 6.2.2 with nothing to do."""
    rebooted.apply.must(0)
    desk = fresh(lab, tmp_path / "desk", CONVERGED, whole=True)
    if desk.said[-1].code != 0:
        desk.until_converged()
    return desk


@pytest.fixture
def repaired(lab: Lab, rebooted: Rebooted, tmp_path: Path) -> Desk:
    """The same for tests that repair what they spoil: without a reset, as the test before left it, where that is
    converged."""
    rebooted.apply.must(0)
    desk = Desk(lab, tmp_path / "desk", whole=True)
    return desk if desk.bkrec("check").code == 0 else fresh(lab, tmp_path / "reset" / "desk", CONVERGED, whole=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What begins at the end of the shared upgrade is marked, so that the test command runs the rest in another lab."""
    for item in items:
        if isinstance(item, pytest.Function) and "upgraded" in item.fixturenames:
            item.add_marker("upgraded")
