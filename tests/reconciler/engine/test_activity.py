"""Status from a second terminal: who is at work, what runs with its last words, and whether it is paused."""

import asyncio
import functools
import os
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from probes.command import Command, Output
from probes.fact import AnyFact, Known, Unknown
from probes.job import PROBE
from reconciler.engine import pause
from reconciler.engine.activity import current_activity
from reconciler.engine.gather import GatheredFacts, gather_facts
from reconciler.engine.jobs.client import JobSpec, launch
from reconciler.engine.lease import try_acquire
from specs.reason import reason
from tests.support.local import Greeting, LocalTransport, soon

H = "10.0.0.1"
SCRIPT = 'echo first; echo "PASSWORD=canary"; echo; cat "$1"'


def test_it_tells_of_lease_pause_and_running_jobs(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path)
    look = functools.partial(gather_facts, transport, (PROBE,))
    block = tmp_path / "block"

    async def story() -> None:
        idle = await current_activity(transport, look, H, (H,))
        assert (idle.holder, idle.paused, idle.running) == (None, None, ())
        os.mkfifo(block)
        await try_acquire(transport, H, run="r", user="wang", source="laptop")
        await pause.pause(transport, H, who="li", why="x")
        command = Command(script=SCRIPT, args=(str(block),))
        await launch(transport, H, JobSpec(job="a.1", command=command, epoch=1, start_deadline=soon()))
        log = transport.state(H) / "jobs/a.1/log"
        for _ in range(2_000):
            if "canary" not in log.read_text():
                await asyncio.sleep(0.01)
        busy = await current_activity(Greeting(transport, "no line end: "), look, H, (H,))
        block.write_text("", encoding="utf-8")
        assert busy.holder is not None
        assert busy.holder.user == "wang"
        assert busy.paused is not None
        assert [(job.host, job.job) for job in busy.running] == [(H, "a.1")]
        assert busy.running[0].line == "PASSWORD=<redacted>"

    asyncio.run(story())


class Answers:
    def __init__(self, block: str) -> None:
        self.block = block

    async def run(self, host: str, command: Command) -> Output:
        if "bkrec-lease" in command.script:
            return Output(stdout="bkrec-lease read none - -1 - - .\n")
        return Output(stdout=f"a.1 {self.block}\n")

    async def close(self) -> None:
        """Nothing is kept open."""

    async def look(self, facts: object) -> GatheredFacts:
        return await gather_facts(Jobs(), (PROBE,), facts)  # type: ignore[arg-type]


class Jobs(LocalTransport):
    def __init__(self) -> None:
        super().__init__(Path())

    async def run(self, host: str, command: Command) -> Output:
        nonce = command.stdin.split("'")[3].split(" ")[0]
        lines = "running a.1\n" if "running" in command.stdin.rpartition("bkrec ")[2] else "paused\n"
        return Output(stdout=f"{nonce} 0 begin\n{lines}\n{nonce} 0 end 0\n")


@given(st.binary(max_size=300), st.integers(0, 20))
def test_whatever_a_log_holds_it_is_one_harmless_line(log: bytes, cut: int) -> None:
    block = b64encode(log).decode()
    answers = Answers(block[: len(block) - cut])
    (job,) = asyncio.run(current_activity(answers, answers.look, H, (H,))).running
    assert job.job == "a.1"
    assert "\n" not in job.line
    assert "\x1b" not in job.line


def test_a_host_that_does_not_say_what_runs_there_is_told() -> None:
    async def look(facts: Iterable[AnyFact]) -> GatheredFacts:
        silent = Unknown(reason("host-unreachable", host="10.0.0.2", error="gone"))
        return GatheredFacts(readings={fact: Known(()) if fact.host == H else silent for fact in facts})

    readings = asyncio.run(current_activity(Answers(""), look, H, (H, "10.0.0.2")))
    assert readings.running == ()
    assert [(diagnostic.code, diagnostic.where) for diagnostic in readings.unread] == [("jobs-unread", "10.0.0.2")]
