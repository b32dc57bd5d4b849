"""The guide's three hosts as directories of this machine: the real scripts on a real sh, each path of a host below it.

For commands that read and write a few files and start no job: `init`, `ack`. The vendor's directories and bkrec's own
become places of the test's.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from probes.command import Command, Output
from reconciler.commands import init, session
from tests.sim.worlds import CLUSTER
from tests.support.local import LocalTransport


@dataclass(slots=True)
class LocalCluster:
    """A transport; `/data` of every host is one directory below `root`."""

    root: Path
    hosts: LocalTransport

    async def run(self, host: str, command: Command) -> Output:
        args = tuple(self._here(word) for word in command.args)
        return await self.hosts.run(host, replace(command, args=args, stdin=self._here(command.stdin)))

    def _here(self, text: str) -> str:
        return text.replace("/data/", f"{self.root}/data/")

    def write(self, files: Mapping[str, str]) -> None:
        """Below /data."""
        for path, content in files.items():
            place = Path(self._here(path))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, encoding="utf-8")

    def state(self, host: str) -> dict[str, str]:
        """What lies below /var/lib/bkrec there, but for locks and epochs."""
        root = self.hosts.state(host)
        files = (path for path in root.rglob("*") if path.is_file() and path.parent != root)
        return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in files}

    async def close(self) -> None:
        """Nothing is kept open."""


def connect(monkeypatch: pytest.MonkeyPatch, desk: Path) -> LocalCluster:
    """`bkrec` called from `desk` reaches this machine instead of hosts."""
    cluster = LocalCluster(desk / "hosts", LocalTransport(desk / "hosts"))

    @asynccontextmanager
    async def ssh(_: Any) -> AsyncGenerator[LocalCluster]:
        yield cluster

    for module in (session, init):
        monkeypatch.setattr(module, "ssh", ssh)
    monkeypatch.chdir(desk)
    monkeypatch.delenv("BKREC_CLUSTER", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(desk / "state"))
    (desk / "cluster.toml").write_text(CLUSTER, encoding="utf-8")
    (desk / "cluster.toml").chmod(0o600)
    return cluster
