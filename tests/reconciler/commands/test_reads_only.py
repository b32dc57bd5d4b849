"""What only looks writes nothing: every probe's script, and `check`, `diff`, `plan`, `probe` and their like as a whole,
on a real sh in a root whose every write, process and call is seen (`tests/support/watched_host.py`).

And no secret leaves a host: the files they read are full of them, random and in shapes that nobody knows.
"""

import asyncio
import functools
import itertools
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any, LiteralString

import pytest

from probes.command import Command, Output
from probes.fact import AnyFact
from probes.probe import Probe
from probes.registry import PROBES
from probes.unit import UnitActive
from reconciler.cli.main import run
from reconciler.commands import init, session
from reconciler.engine import release_data
from reconciler.engine.gather import gather_facts
from specs.cluster import Cluster
from specs.release import Release
from tests.contracts.cases import CASES, FINAL, INSTALL, MADE
from tests.fuzz.readings import generic_fact
from tests.sim.worlds import CLUSTER, CONFIG, guide_cluster, slice_cluster
from tests.support.watched_host import WatchedHosts, permitted, plant, reads_only

H = "10.0.0.1"
CANARIES = tuple(token_hex(12) for _ in range(6))
ENV = """\
# until may the admin's word was {0}
BK_PAAS_ADMIN_PASSWORD={1}
BK_PAAS_APP_SECRET='{2}'
export BK_JOB_API_TOKEN="{3}"
BK_MYSQL_ADMIN_PASSWORD={4}
BK_REDIS_ADMIN_PASSWORD={4}
BK_REDIS_CLUSTER_ADMIN_PASSWORD={4}
BK_JOB_EXECUTE_MYSQL_PASSWORD={4}
BK_PAAS_ODD="two words {5}"
BK_PAAS_PUBLIC_URL=http://paas.example.com:80
BK_JOB_API_PUBLIC_URL=http://jobapi.example.com:80
""".format(*CANARIES)

pytestmark = pytest.mark.skipif(not permitted(), reason="this machine does not permit an overlay in a mount namespace")


def _files(cluster: Cluster) -> dict[str, str]:
    env_files = [f"{FINAL}/{module.name}.env" for module in cluster.release.modules]
    env_files += [f"{FINAL}/{name}.env" for name in cluster.release.generated]
    env_files += [f"{MADE}/{name}.env" for name in ("dbadmin", "job", "paas")]
    versions = [cluster.src(module.src, "VERSION") for module in cluster.modules() if module.src]
    versions += [cluster.home(module.version_file) for module in cluster.modules() if module.version_file]
    return {
        f"{INSTALL}/install.config": CONFIG,
        f"{INSTALL}/.path": "/data/bkce\n",
        f"{INSTALL}/bkcli": "#!/bin/bash\n",
        f"{INSTALL}/bin/02-dynamic/hosts.env": "BK_MYSQL_IP0=10.0.0.3\n",
        "/data/src/VERSION": "6.1.2\n",
        "/data/bkce/.installed_module": "iam\npaas\n",
        "/etc/consul.d/service/bkssm.json": "{}\n",
        "/var/lib/bkrec/jobs/unit-start-0123456789ab.1/log": "x\n",
        "/root/.tag/x": "",
        **dict.fromkeys(env_files, ENV),
        **dict.fromkeys(versions, "6.1.2\n"),
    }


@pytest.fixture
def hosts(tmp_path: Path) -> WatchedHosts:
    plant(tmp_path / "tree", _files(guide_cluster()))
    return WatchedHosts(tmp_path / "tree", tmp_path / "roots")


def _representative_facts() -> Iterator[AnyFact]:
    """What contracts are recorded of, on one host; of other kinds one that names something that is not there."""
    recorded = [replace(fact, host=H) for case in CASES for fact in case.facts]
    yield from recorded
    for kind in (kind for probe in PROBES for kind in probe.facts):
        if not any(isinstance(fact, kind) for fact in recorded):
            yield generic_fact(kind, "/data/none")


FACTS = tuple(dict.fromkeys(_representative_facts()))


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> WatchedHosts:
    """All of them asked for once; what came of it is only read."""
    place = tmp_path_factory.mktemp("gathered")
    plant(place / "tree", _files(guide_cluster()))
    hosts = WatchedHosts(place / "tree", place / "roots")
    asyncio.run(gather_facts(hosts, PROBES, FACTS))
    return hosts


def test_no_probe_writes_leaves_a_process_or_calls_what_changes_anything(gathered: WatchedHosts) -> None:
    assert gathered.writes == []
    called = {call.split()[0] for _, traces in gathered.traces for call in traces.calls}
    assert called == {"systemctl", "docker", "curl", "mysql", "redis-cli", "ss"}
    assert {type(fact) for fact in FACTS} == {kind for probe in PROBES for kind in probe.facts}


def test_no_probe_brings_a_secret_from_its_host(gathered: WatchedHosts) -> None:
    assert gathered.outputs
    assert _found(gathered.outputs) == set()


def _found(outputs: list[Output]) -> set[str]:
    return {canary for output in outputs for canary in CANARIES if canary in output.stdout + output.stderr}


BROKEN: dict[str, LiteralString] = {
    "removes a tree": "rm -rf /data\n",
    "touches a file": "touch -a /etc/hostname\n",
    "keeps a temporary file for a moment": 'rm "$(mktemp)"\n',
    "opens a file for writing": "{ true >>/data/install/bkcli; }\n",
    "changes a mode to what it is": "chmod 0644 /etc/hostname\n",
    "writes below /dev": ": >/dev/shm-of-mine\n",
    "leaves a process": "sleep 30 >/dev/null 2>&1 </dev/null &\n",
    "restarts a unit": "systemctl restart bk-auth.service\n",
    "starts a container": "docker start bk-paas-paas >/dev/null\n",
    "writes to a database": "echo 'delete from user' | mysql --login-path=x\n",
    "writes to a cache": "printf 'set a b' | redis-cli\n",
    "changes a setting": "curl -s -X POST --url http://c:9000/user_config/blueking_modify/true\n",
    "saves a page": "curl -s -o /root/page --url http://c/\n",
}


def _breaking(script: LiteralString) -> Probe:
    """The unit probe with something before its script."""
    (real,) = [probe for probe in PROBES if UnitActive in probe.facts]

    def command(facts: Any) -> Command:
        sound = real.command(facts)
        return replace(sound, script=script + sound.script)

    return replace(real, command=command)


@pytest.mark.parametrize("how", BROKEN)
def test_a_probe_that_writes_is_caught(hosts: WatchedHosts, how: str) -> None:
    facts = [UnitActive(host=H, unit="bk-auth.service")]
    asyncio.run(gather_facts(hosts, [_breaking("")], facts))
    assert hosts.writes == []
    asyncio.run(gather_facts(hosts, [_breaking(BROKEN[how])], facts))
    assert hosts.writes != []


def test_a_probe_that_prints_a_secret_is_caught(hosts: WatchedHosts) -> None:
    printing: LiteralString = "cat /data/install/bin/04-final/paas.env\n"
    asyncio.run(gather_facts(hosts, [_breaking(printing)], [UnitActive(host=H, unit="bk-auth.service")]))
    assert _found(hosts.outputs) == {*CANARIES}


@pytest.mark.parametrize(
    ("call", "asks"),
    [
        ("systemctl show x", True), ("systemctl stop x", False), ("docker rm x", False), ("anything at all", False),
        ("curl http://c/", True), ("curl -X DELETE http://c/", False), ("redis-cli -h h -p 1 CLUSTER INFO", True),
        ("redis-cli -h 10.0.0.1 flushall", False), ("mysql -e drop", False),
    ],
)  # fmt: skip
def test_only_calls_that_are_known_to_ask_are_taken_for_that(call: str, asks: bool) -> None:
    tool, *words = call.split()
    assert reads_only(tool, words) == asks


# whole commands


@pytest.fixture
def desk(hosts: WatchedHosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory to call bkrec from; its connections lead to the watched hosts."""

    @asynccontextmanager
    async def ssh(_: Any) -> AsyncGenerator[WatchedHosts]:
        yield hosts

    for module in (session, init):
        monkeypatch.setattr(module, "ssh", ssh)
    monkeypatch.setattr(release_data, "load_release", _slice)
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "cluster.toml").write_text(CLUSTER, encoding="utf-8")
    (desk / "cluster.toml").chmod(0o600)
    monkeypatch.chdir(desk)
    monkeypatch.setenv("XDG_STATE_HOME", str(desk / "state"))
    return desk


def _slice(_: str) -> Release:
    """A third of the release: the facts of all of it are asked for above."""
    return slice_cluster().release


COMMANDS = (
    ("check", "-o", "json", "--report", "junit=check.xml"),
    ("diff",),
    ("doctor",),
    ("plan", "--out", "plan.json"),
    ("probe", "--save", "readings.json"),
    ("status",),
    ("lock", "status"),
    ("history",),
    ("init", "--controller", H, "--out", "new.toml"),
)


def test_no_command_that_only_looks_writes_to_a_host_or_lets_a_secret_out(
    hosts: WatchedHosts, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [run(list(words)) for words in COMMANDS] == [4, 4, 4, 4, 4, 0, 0, 0, 0], "no server answers here"
    assert hosts.writes == []
    assert len(hosts.traces) > 3 * len(COMMANDS)
    printed = capsys.readouterr()
    written = [path.read_text(encoding="utf-8") for path in desk.rglob("*") if path.is_file()]
    assert len(written) >= 5
    for canary, text in itertools.product(CANARIES, (printed.out, printed.err, *written)):
        assert canary not in text
    assert _found(hosts.outputs) == set()


def test_a_command_whose_probe_writes_is_caught(
    hosts: WatchedHosts, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = _breaking("rm -rf /data\n")
    broken = tuple(unit if probe.family == unit.family else probe for probe in PROBES)
    monkeypatch.setattr(session, "gather_facts", functools.partial(_gather_with, broken))
    run(["check"])
    assert "/data" in hosts.writes


async def _gather_with(broken: tuple[Probe, ...], transport: Any, _: Any, facts: Any) -> Any:
    return await gather_facts(transport, broken, facts)
