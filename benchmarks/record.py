"""Records what the lab answers to each script of `bkrec check`: `sudo python -m benchmarks.record [--lab NAME]`.

Pristine 6.1 first ("different"), then the whole upgrade, then the finished 6.2.2 ("converged"), for each size
of cluster (`cluster.py`): a host beyond the third has one module, and is answered for by the host of the lab that has
it too.
What was recorded for the same script and the same host is not asked again. The answers lie in --into, outside the
repository: they are the lab's, a megabyte of them, and good until a script of a probe changes.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks import answers
from benchmarks.cluster import ANSWERS, SIZES, STATES, base_of, install_config
from probes.command import Command, Output
from reconciler.commands import assess, session
from reconciler.engine.ssh.connection import SshTransport
from reconciler.engine.transport import SshSettings
from reconciler.view.reports import ClusterReport
from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.operator import Desk, fresh

FINISHED = "finished"
"""Snapshot of the lab."""
CONFIG = "/data/install/install.config"


class Recorder:
    """A transport that sends each script once to the host of the lab that answers for it."""

    def __init__(self, hosts: SshTransport, directory: Path) -> None:
        self.hosts, self.directory = hosts, str(directory)

    async def run(self, host: str, command: Command) -> Output:
        base = base_of(host)
        framed: list[tuple[str, str]] = []
        for mark, line in answers.sections(command.stdin):
            translated = answers.with_address(line, host, base)
            answer = await self._answer(base, translated)
            framed.append(answers.framed(mark, answers.translated(answer, base, host)))
        return Output(stdout="".join(out for out, _ in framed), stderr="".join(err for _, err in framed))

    async def _answer(self, base: str, line: str) -> answers.Answer:
        name = answers.key(base, line)
        recorded = answers.load(self.directory, name)
        if recorded is None:
            output = await self.hosts.run(base, Command(script='eval "$(cat)"', stdin=line, timeout_s=120.0))
            assert output.exit_status is not None, f"{base}: connection lost"
            said = output.stdout, output.stderr, output.exit_status
            recorded = answers.with_clock(said, int(time.time()), answers.NOW)
            answers.save(self.directory, name, recorded)
        stdout, stderr, status = recorded
        return stdout.replace(answers.NOW, str(int(time.time()))), stderr, status

    async def close(self) -> None:
        await self.hosts.close()


async def check_recorded(cluster: Path, directory: Path) -> ClusterReport:
    """`bkrec check` through the recorder, in the lab's network."""

    @asynccontextmanager
    async def recording(settings: SshSettings) -> AsyncGenerator[Any]:
        yield Recorder(SshTransport(settings), directory)

    setattr(session, "ssh", recording)  # noqa: B010
    result = await assess.diff(cluster)
    assert result.document is not None
    return result.document


def record(desk: Desk, into: Path, state: str) -> None:
    """The lab as it is now, as a cluster of each size: every copy of install.config grows, as the vendor's
    synchronisation would have seen to it."""
    files = [desk.lab.place.root(host) / CONFIG.lstrip("/") for host in HOSTS]
    before = {file: file.read_text(encoding="utf-8") for file in files}
    try:
        for hosts in SIZES:
            for file, text in before.items():
                file.write_text(text + install_config(hosts), encoding="utf-8")
            directory = into / state / str(hosts)
            directory.mkdir(parents=True, exist_ok=True)
            inside = (sys.executable, "-m", "benchmarks.record", "--inside", str(desk.cluster), str(directory))
            subprocess.run(desk.lab.inside(*inside), check=True, cwd=Path(__file__).parents[1])
    finally:
        for file, text in before.items():
            file.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lab", default="speed", metavar="NAME")
    parser.add_argument("--into", type=Path, default=ANSWERS, metavar="DIRECTORY")
    parser.add_argument("--states", nargs="+", default=STATES, choices=STATES)
    parser.add_argument("--events", type=Path, metavar="FILE", help="what apply printed, for benchmarks.makespan")
    parser.add_argument("--inside", nargs=2, type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        report = asyncio.run(check_recorded(*args.inside))
        print(f"{report.verdict}: {len(report.difference.drift)} differ, {len(report.difference.unknown)} unknown")
        return
    lab = Lab(args.lab)
    lab.up()
    args.into.mkdir(parents=True, exist_ok=True)
    (args.into / "md5").write_text(lab.package_md5 + "\n", encoding="ascii")
    with tempfile.TemporaryDirectory() as home:
        if "different" in args.states:
            record(fresh(lab, Path(home), whole=True), args.into, "different")
        if "converged" in args.states:
            record(finished(lab, Path(home), args.events), args.into, "converged")


def finished(lab: Lab, home: Path, events: Path | None) -> Desk:
    """After the whole upgrade: of an earlier call, or of this one."""
    if (lab.place.snap / FINISHED).exists():
        desk = fresh(lab, home, FINISHED, whole=True)
        desk.until_converged(240)
        return desk
    desk = fresh(lab, home, whole=True)
    applied = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=1800)
    if events:
        events.write_text(applied.out, encoding="utf-8")
    applied.must(0)
    desk.until_converged()
    lab.snapshot(FINISHED)  # starts the hosts anew
    desk.until_converged(240)
    return desk


if __name__ == "__main__":
    main()
