"""Killed at the crash points that `apply` does not pass: those of the commands beside it, on a real sh.

The campaign kills at all others (`tests/sim/test_campaign.py`). What only reads must leave a host as it was; a wish is
there or it is not; and the same command run again does what it is for.
"""

import asyncio
import functools
from pathlib import Path

import pytest

from probes.command import Command
from reconciler.engine import lease
from reconciler.engine.failpoints import hooked
from reconciler.engine.jobs.client import JobSpec, launch
from tests.support.command_failpoints import POINTS, C, pause_cluster
from tests.support.killed import Killed, die
from tests.support.local import LocalTransport, soon


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("name", POINTS)
def test_killed_there_a_host_is_as_it_was_or_as_was_wished(name: str, side: str, tmp_path: Path) -> None:
    host, point = LocalTransport(tmp_path), POINTS[name]
    asyncio.run(_at_work(host, paused=name == "resume"))
    before = _files(host)

    async def story() -> None:
        with hooked(functools.partial(die, f"{name}.{side}")), pytest.raises(Killed):
            await point.ask(host)
        assert (_files(host) == before) == (not point.writes or side == "before")
        await point.ask(host)

    asyncio.run(story())
    assert (host.state(C) / "paused").exists() == (name == "pause")


async def _at_work(host: LocalTransport, *, paused: bool) -> None:
    """A lease, a job that runs, and a wish where there is one to take back."""
    await lease.try_acquire(host, C, run="r", user="wang", source="laptop")
    await launch(
        host, C, JobSpec(job="long.1", command=Command(script="echo at work; sleep 20"), epoch=1, start_deadline=soon())
    )
    await _writes_no_more(host.state(C) / "jobs/long.1")
    if paused:
        await pause_cluster(host)


async def _writes_no_more(job: Path) -> None:
    """Until its end, that is: its last word before that is in its log."""
    async with asyncio.timeout(20):
        while True:
            if (job / "child").exists() and (job / "log").exists() and (job / "log").stat().st_size:
                return
            await asyncio.sleep(0.02)


def _files(host: LocalTransport) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in host.state(C).rglob("*") if path.is_file()}
