"""Which backups count for a run: its own; and, once one has begun to migrate, those of the run that is resumed."""

from datetime import UTC, datetime

import pytest

from actions.backup import BackupMongodb, BackupMysql
from probes.backup import CLOCK_S, FRESH_S, Backup
from probes.fact import AnyFact, AnyReading, Known, Readings, Unknown, fact_id
from reconciler.rules.backup import fact_of, with_backups_since
from specs.cluster import Cluster
from specs.reason import reason
from tests.sim.states import decide
from tests.sim.worlds import World, guide_cluster, pristine

NOW = 1_800_000_000


def run(began: int) -> str:
    """As the journal names it."""
    return f"{datetime.fromtimestamp(began, UTC):%Y%m%dT%H%M%S}-0123456789abcdef"


def since(*runs: str) -> int:
    cluster = guide_cluster()
    return with_backups_since(cluster, {fact_of(cluster): Known(runs)}, NOW).backups_since


@pytest.mark.parametrize(
    ("runs", "wanted"),
    [
        ((), NOW),
        ((run(NOW - 3600),), NOW - 3600),
        ((run(NOW - 3600), run(NOW - 7200)), NOW - 7200),
        ((run(NOW - FRESH_S - 60),), NOW),
        ((run(NOW - FRESH_S - 60), run(NOW - 60 * 60)), NOW - 60 * 60),
        ((run(NOW),), NOW),
        ((run(NOW + 3600),), NOW),
        (("by-hand", ""), NOW),
    ],
    ids=["none", "an-hour-ago", "twice", "days-ago", "resumed-after-a-day", "itself", "in-the-future", "odd-names"],
)
def test_a_backup_counts_from_where_the_run_began_or_the_one_it_resumes(runs: tuple[str, ...], wanted: int) -> None:
    """Less what clocks may differ by: a run's name is by the operator's, the backup's time by its host's."""
    assert since(*runs) == wanted - CLOCK_S


def test_what_cannot_be_read_resumes_nothing() -> None:
    cluster = guide_cluster()
    unread: Readings = {fact_of(cluster): Unknown(reason("not-read"))}
    assert with_backups_since(cluster, unread, NOW).backups_since == NOW - CLOCK_S
    assert with_backups_since(cluster, {}, NOW).backups_since == NOW - CLOCK_S


def test_the_cluster_is_one_object_for_the_same_time_and_itself_without_a_run() -> None:
    cluster = guide_cluster()
    assert with_backups_since(cluster, {}, 0) is cluster
    assert with_backups_since(cluster, {}, NOW) is with_backups_since(cluster, {}, NOW)


def planned(cluster: Cluster, made: int) -> set[type]:
    """What is dumped where every dump there is was made then."""

    def dumped(fact: AnyFact, cluster: Cluster) -> AnyReading:
        if isinstance(fact, Backup) and fact.what in ("mysql", "mongodb"):
            return Known("fresh" if made >= fact.since else "stale")
        return pristine(fact, cluster)

    plan, _ = decide(World(cluster=cluster, other=dumped))
    assert any(step.action.irreversible for step in plan.steps)
    return {type(step.action) for step in plan.steps} & {BackupMysql, BackupMongodb}


@pytest.mark.parametrize(
    ("made", "runs", "wanted"),
    [
        (NOW - 3600, (), {BackupMysql, BackupMongodb}),
        (NOW + 60, (), set[type]()),
        (NOW - 3600, (run(NOW - 7200),), set[type]()),
        (NOW - 3600, (run(NOW - 1800),), {BackupMysql, BackupMongodb}),
    ],
    ids=["of-an-earlier-run", "of-this-run", "of-the-run-that-is-resumed", "older-than-the-run-that-is-resumed"],
)
def test_a_dump_older_than_the_run_is_made_anew(made: int, runs: tuple[str, ...], wanted: set[type]) -> None:
    cluster = guide_cluster()
    cluster = with_backups_since(cluster, {fact_of(cluster): Known(runs)}, NOW)
    assert planned(cluster, made) == wanted


def test_the_time_is_no_part_of_what_a_fact_or_step_is_called() -> None:
    early, late = (Backup(host="10.0.0.3", what="mysql", since=since) for since in (1, 2))
    assert early == late
    assert fact_id(early) == fact_id(late) == "backup mysql @10.0.0.3"
