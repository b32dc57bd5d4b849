"""One bad night on one cluster: a second operator, bkrec killed, sshd killed; the upgrade ends well, nothing ran twice.

It is one run of events, since each is only worth something in the middle of an upgrade; the tests below ask about it.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.faults import age_lease
from tests.lab.support.ledger import Call, forget, ledger, started
from tests.lab.support.operator import Said, fresh, jobs, measured, pace, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(900)]

SLOW = "30"
"""Slow enough for `install paas` to outlive the second operator's try and the first one's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    job: Path
    """Of `bkcli install paas`, as bkrec left it when it was killed."""
    second: Said
    """Another apply while the first was at work."""
    before: dict[str, set[str]]
    after: dict[str, set[str]]
    """Before and after it, by host: every epoch written down, the host's own and that of each job."""
    killed: Said
    ended_before: bool
    """Whether the job had ended when the next apply found it."""
    last: Said
    ran: tuple[Call, ...]
    check: dict[str, Any]

    def told(self, event: str) -> list[dict[str, Any]]:
        return [one for one in self.last.events if one.get("event") == event]


@pytest.fixture(scope="module")
def night(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Night:
    desk = fresh(lab, tmp_path_factory.mktemp("night") / "desk")
    forget(lab)
    with desk.watched_over():
        with measured("until the middle of install paas"):
            first = desk.start("apply", "--yes", "-o", "json")
            job = until(lambda: first.goes_on() and in_the_middle(lab), 240, "install paas is in the middle")
        before = epochs(lab)
        second = desk.bkrec("apply", "--yes")
        after = epochs(lab)
        first.process.kill()
        killed = first.finish()
        age_lease(lab)
        with measured("until the next apply took over"):
            last = desk.start("apply", "--yes", "-o", "json")
            until(lambda: last.goes_on() and '"job-adopted"' in last.out, 90, "the job was adopted")
        ended_before = (job / "exit").exists()
        pace(lab, "1")
        with measured("until sshd was killed"):
            until(lambda: last.goes_on() and has_begun(lab, "redis_cluster"), 120, "install redis_cluster runs")
            lab.sshd_kill(CONTROLLER)
        pace(lab, "0")
        with measured("to the end"):
            end = last.finish()
    return Night(
        job=job,
        second=second,
        before=before,
        after=after,
        killed=killed,
        ended_before=ended_before,
        last=end,
        ran=ledger(lab),
        check=desk.check(),
    )


def epochs(lab: Lab) -> dict[str, set[str]]:
    """A writer gets an epoch of its own, and marks with it each host and each job."""
    roots = {host: lab.place.root(host) / "var/lib/bkrec" for host in HOSTS}
    files = {host: (root / "epoch", *root.glob("jobs/*/epoch")) for host, root in roots.items()}
    return {host: {path.read_text(encoding="utf-8").strip() for path in found} for host, found in files.items()}


def running(lab: Lab, module: str) -> Path | None:
    """The job of `bkcli install MODULE`."""
    for job in jobs(lab, CONTROLLER, "bkcli-install-"):
        with contextlib.suppress(FileNotFoundError):
            if (job / "args").read_text(encoding="utf-8").split()[-1].strip("'") == module and (job / "log").exists():
                return job
    return None


def in_the_middle(lab: Lab) -> Path | None:
    """Slowed down as soon as it has begun, so that it is still there when bkrec is killed."""
    job = running(lab, "paas")
    if job is not None:
        pace(lab, SLOW)
    return job if job is not None and "install paas(" in (job / "log").read_text(encoding="utf-8") else None


def has_begun(lab: Lab, module: str) -> bool:
    job = running(lab, module)
    return job is not None and (job / "log").stat().st_size > 0


def test_a_second_apply_is_refused_and_names_who_is_at_work(night: Night) -> None:
    night.second.must(5)
    assert "error[lease-held]: root@" in night.second.err
    assert "bkrec lock break" in " ".join(night.second.err.split())


def test_the_second_apply_started_nothing(night: Night) -> None:
    assert night.before == night.after == {host: {"1"} for host in HOSTS}


def test_apply_after_kill_9_adopts_the_running_job(night: Night) -> None:
    assert night.killed.code == -9
    assert not night.ended_before
    assert [event["job"] for event in night.told("job-adopted")] == [night.job.name]


def test_apply_after_kill_9_converges(night: Night) -> None:
    night.last.must(0)
    assert night.told("step-failed") == []
    assert night.check["verdict"] == "converged"


@pytest.mark.parametrize("module", ["paas", "bkauth", "redis_cluster"])
def test_each_installer_ran_once_all_night(night: Night, module: str) -> None:
    assert started(night.ran).count(f"install {module}") == 1


def test_no_container_was_made_twice(night: Night) -> None:
    log = (night.job / "log").read_text(encoding="utf-8")
    assert log.count("migrate paas sql") == 1
    assert "already exists, stop and remove now" not in log


def test_a_killed_sshd_only_means_asking_again(night: Night) -> None:
    """The run that it cut off went on to the end by itself."""
    ends = [event["verdict"] for event in night.told("run-ended")]
    assert ends == ["converged"]
