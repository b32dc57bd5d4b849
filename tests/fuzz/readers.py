"""Every reader of a host's or a person's bytes but the probes: what is honest to it, and what it may say to the rest.

A reader returns, or raises what it declares; anything else is a bug that ends a run with a traceback. Probes are not
listed: `test_probes.py` takes them from the catalogue.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from probes.command import Command, Output
from probes.lib import controller
from probes.registry import PROBES
from reconciler.commands import files
from reconciler.core import plan_file
from reconciler.core.placement import build_cluster, propose_placement
from reconciler.engine import activity, discover, journal, lease, pause, release_data
from reconciler.engine.batch import Truncated, split_output
from reconciler.engine.gather import GatheredFacts, gather_facts
from reconciler.engine.jobs.client import JobSpec, follow_log, launch
from reconciler.engine.ssh.errors import KnownHostsLookup, ssh_stderr_error, translate
from reconciler.engine.stop import StopRequest
from specs import env_file, install_config, parse
from specs.diagnostic import BkrecError, LayoutError, SpecError
from tests.fuzz.noise import heard
from tests.sim.worlds import World, guide_cluster, study
from tests.support.local import soon
from tests.support.world import VirtualClock

H = "10.0.0.1"
JOB = "bkcli-install-1d5b0f.1"
NONCE = "c0ffee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    seeds: tuple[bytes, ...]
    read: Callable[[bytes, Path], object]
    """The directory is one to write to, where a reader wants a file."""
    refuses: tuple[type[Exception], ...] = ()


@dataclass(frozen=True, slots=True)
class Says:
    """A host that answers the same to everything."""

    output: Output

    async def run(self, host: str, command: Command) -> Output:
        return self.output

    async def close(self) -> None:
        """Nothing is kept open."""


@dataclass(frozen=True, slots=True)
class SaysFramed(Says):
    """The same inside the frame that was asked for, as it comes when the transport did its part."""

    async def run(self, host: str, command: Command) -> Output:
        found = re.search(r"'([0-9a-f]+) 0'", command.stdin)
        nonce = found[1] if found else ""
        text = f"{nonce} 0 begin\n{self.output.stdout}\n{nonce} 0 end 0\n"
        return Output(stdout=text, stderr=self.output.stderr, exit_status=self.output.exit_status)


def answered(ask: Callable[[Says], Coroutine[Any, Any, object]]) -> Callable[[bytes, Path], object]:
    """The bytes as a whole answer, and as one that broke off, on either stream."""

    def read(data: bytes, _: Path) -> None:
        text = heard(data)
        for output in (Output(stdout=text), Output(stdout=text, stderr=text, exit_status=None)):
            with suppress(BkrecError):
                asyncio.run(ask(Says(output)))

    return read


async def _renewed(says: Says) -> None:
    clock = VirtualClock(later=[(120.0, _enough)])
    await lease.renew_until_cancelled(
        says, lease.Lease(controller=H, run="r", epoch=1), clock=clock, stop=StopRequest()
    )


def _enough() -> None:
    """A renewal that always succeeds would never end."""
    raise BkrecError


async def _fenced(says: Says) -> None:
    for diagnostic in await lease.publish_epoch(says, [H], 1):
        if diagnostic.code == "lease-superseded":
            int(dict(diagnostic.fields)["epoch"])


async def _launched(says: Says) -> object:
    return await launch(says, H, JobSpec(job=JOB, command=Command(script="true"), epoch=1, start_deadline=soon()))


async def _followed(says: Says) -> object:
    lines: list[str] = []
    followed = await follow_log(says, H, JOB, clock=VirtualClock(), on_line=lines.append, timeout_s=1.0)
    return followed.exit_status


async def _status(says: Says) -> object:
    return await activity.current_activity(says, _look(says), H, [H])


def _look(says: Says) -> Any:
    framed = SaysFramed(says.output)

    async def look(facts: Any) -> GatheredFacts:
        return await gather_facts(framed, PROBES, facts)

    return look


async def _described(says: Says) -> object:
    return await discover.discover(SaysFramed(says.output), _file(), _release())


@cache
def _file() -> Any:
    return parse.cluster_file(CLUSTER.decode(), "cluster.toml")


@cache
def _release() -> Any:
    return release_data.load_release("6.2.2")


def _framed(data: bytes, _: Path) -> None:
    text = heard(data)
    for section in split_output(Output(stdout=text, stderr=text), NONCE, 3):
        assert isinstance(section, Truncated) or section.exit_status is not None


def _journal(data: bytes, _: Path) -> None:
    kept = journal.parse(data)
    assert len(kept.entries) + kept.torn == sum(1 for line in data.split(b"\n") if line.strip())


def _from_file(load: Callable[[str, str], object]) -> Callable[[bytes, Path], object]:
    def read(data: bytes, directory: Path) -> object:
        path = directory / "file"
        path.write_bytes(data)
        return load(files.read(path), str(path))

    return read


def _known_hosts(data: bytes, directory: Path) -> None:
    import asyncssh

    path = directory / "known_hosts"
    path.write_bytes(data)
    error = asyncssh.HostKeyNotVerifiable("Host key is not trusted")
    translate(H, error, KnownHostsLookup(names=(H,), files=(str(path),)))


def _complaint(data: bytes, _: Path) -> None:
    import asyncssh

    text = heard(data)
    ssh_stderr_error(H, Output(stdout="", stderr=text, exit_status=255), H)
    for error in (asyncssh.ProtocolError(text), asyncssh.ConnectionLost(text), OSError(text), ValueError(text)):
        translate(H, error, KnownHostsLookup(names=(H,), files=()))


def _cluster(data: bytes, _: Path) -> object:
    return build_cluster(_file(), _release(), heard(data), "/data/bkce")


def _proposed(data: bytes, _: Path) -> object:
    return propose_placement(_release(), heard(data), H)


def _plan() -> bytes:
    """Two steps of a real one: what spoils it is to hit its parts, not its bulk."""
    plan, readings = study(World(cluster=guide_cluster()))
    few = replace(plan, steps=plan.steps[:2], blocked=plan.blocked[:1], derived=plan.derived[:1])
    return plan_file.dump(plan_file.save(few, dict(list(readings.items())[:5]), cluster="night")).encode()


CLUSTER = b"""schema = "bkrec.cluster/1"
name = "night"
release = "6.2.2"
excluded = ["gse", "bk_sops"]
[controller]
address = "10.0.0.1"
user = "root"
port = 22
[ssh]
via = "direct"
identity = "~/.ssh/id"
[package]
path = "/data/bkce-src-6.2.2.tgz"
md5 = "4213478c6b2c3e645c0c30009de474b8"
[placement]
auth = ["10.0.0.3"]
"""
CONFIG = b"""# \xe8\x93\x9d\xe9\xb2\xb8
10.0.0.1 iam,ssm,usermgr,gse,license,redis,consul,es7,monitorv3(influxdb-proxy),apigw
10.0.0.2 nginx,consul,mongodb,rabbitmq,appo,paas,iam_search_engine,auth
10.0.0.3 cmdb,job,mysql,zk(config),kafka(config),appt,consul,log(api),nodeman(nodeman),etcd,redis_cluster
"""
ENV = b"""# made by hand
BK_HOME=/data/bkce
export BK_DOMAIN='bktencent.com' BK_HTTP_SCHEMA="http"
BK_PAAS_URL=http://paas.${BK_DOMAIN}:80
BK_SECRET=$'a\\tb'
"""
MD5 = "4213478c6b2c3e645c0c30009de474b8"
PINNED = (
    f"found\n/data/bkce\n\npinned\npin md5 {MD5}\npin product bkauth v0.0.14\npin product job !empty\n"
    "pin saas bk_iam 1.10.9\npin end\n\n---\n"
).encode()
LEASE = b"bkrec-lease taken 20261123T015642-d603 3 5 root laptop .\n"
EVENTS = (
    b'{"schema": "bkrec.event/1", "run": "r", "at": "2026-11-23T01:56:42.000+00:00", "event": "run-started", '
    b'"epoch": 1, "steps": ["a", "b"]}\n'
    b'{"schema": "bkrec.event/1", "run": "r", "at": "2026-11-23T01:56:43.000+00:00", "event": "step-done", '
    b'"step": "a", "seconds": 1.5, "exit_status": null, "attempt": 1}\n'
)
FRAMES = b"hello\nc0ffee 0 begin\n0\tis\n\nc0ffee 0 end 0\nc0ffee 1 begin\n\nc0ffee 1 end 124\n"
COMPLAINTS = (
    b"Host key verification failed.\n",
    b"ssh: connect to host 10.0.0.2 port 22: Connection timed out\n",
    b"root@10.0.0.2: Permission denied (publickey,password).\n",
)
KNOWN_HOSTS = (
    b"10.0.0.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2oH4zoYmvU8u1FSkfDMT4wWYLOXjCKKGLZkYEBQgHc\n"
    b"@revoked * ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2oH4zoYmvU8u1FSkfDMT4wWYLOXjCKKGLZkYEBQgHc\n",
)

READERS: dict[str, Reader] = {
    "frame": Reader(seeds=(FRAMES,), read=_framed),
    "lease, taken": Reader(
        seeds=(LEASE, LEASE.replace(b"taken", b"held")),
        read=answered(lambda says: lease.try_acquire(says, H, run="r", user="u", source="s")),
    ),
    "lease, read": Reader(seeds=(LEASE.replace(b"taken", b"read"),), read=answered(lambda s: lease.read_lease(s, H))),
    "lease, broken": Reader(
        seeds=(LEASE.replace(b"taken", b"ended"),), read=answered(lambda says: lease.force_release(says, H))
    ),
    "lease, renewed": Reader(
        seeds=(LEASE.replace(b"taken", b"lost"), LEASE.replace(b"taken", b"renewed")), read=answered(_renewed)
    ),
    "fence": Reader(seeds=(b"bkrec-says fence stale 7\n", b"bkrec-says fence fenced\n"), read=answered(_fenced)),
    "job, launched": Reader(
        seeds=tuple(f"bkrec-says {JOB} {how}\n".encode() for how in ("started", "stale 7", "unwritable epoch")),
        read=answered(_launched),
    ),
    "job, followed": Reader(
        seeds=tuple(
            f"bkrec-log {JOB} {state} 12 aGVsbG8NCndvcmxk .\n".encode() for state in ("exited:0", "running", "vanished")
        ),
        read=answered(_followed),
    ),
    "status": Reader(seeds=(f"{JOB} aGVsbG8=\n".encode(), LEASE.replace(b"taken", b"read")), read=answered(_status)),
    "pause": Reader(seeds=(b"paused cm9vdCAyMDI2IHdoeQ==\n",), read=answered(lambda s: pause.read(_look(s), H))),
    "survey": Reader(
        seeds=(b"found\n/data/bkce\n\n---\n" + CONFIG, b"missing\n", PINNED + CONFIG),
        read=lambda data, _: controller.parse(Output(stdout=heard(data)), MD5),
        refuses=(ValueError,),
    ),
    "survey, described": Reader(
        seeds=(b"found\n/data/bkce\n\n---\n" + CONFIG, PINNED + CONFIG), read=answered(_described)
    ),
    "install.config": Reader(seeds=(CONFIG,), read=lambda data, _: install_config.parse(heard(data))),
    "install.config, as a cluster": Reader(seeds=(CONFIG,), read=_cluster, refuses=(SpecError, LayoutError)),
    "install.config, proposed for": Reader(seeds=(CONFIG,), read=_proposed, refuses=(SpecError, LayoutError)),
    "env file": Reader(
        seeds=(ENV,),
        read=lambda data, _: env_file.assignments(heard(data)),
        refuses=(env_file.UnsupportedEnvFileError,),
    ),
    "cluster.toml": Reader(seeds=(CLUSTER,), read=_from_file(parse.cluster_file), refuses=(SpecError,)),
    "saved plan": Reader(seeds=(_plan(),), read=_from_file(plan_file.load), refuses=(SpecError,)),
    "journal": Reader(seeds=(EVENTS,), read=_journal),
    "known_hosts": Reader(seeds=KNOWN_HOSTS, read=_known_hosts),
    "ssh's complaints": Reader(seeds=COMPLAINTS, read=_complaint),
}
