"""`seal` as a use case, with the real engine on a finished cluster made of facts."""

import asyncio
import shlex
from pathlib import Path

import pytest

from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown, fact_id
from probes.seal import SealChanges, SealedFile
from probes.tag import SecretsTag
from reconciler.commands import assess, seal, session
from reconciler.commands.errors import RefusedError, UsageError
from reconciler.engine import assess as engine
from reconciler.engine.lease import LeaseHeld
from reconciler.engine.seal import SealError
from reconciler.view.messages.registry import diagnostics
from specs.diagnostic import BkrecError, Diagnostic
from specs.reason import reason
from tests.support.cluster_world import AUTH, ClusterWorld, connect, small_cluster
from tests.support.job_host import LeaseFile

H1, H2, H3 = "10.0.0.1", "10.0.0.2", "10.0.0.3"
EDITED = "/data/bkce/etc/bkiam/it is mine.yml"
FINDING = SealedFile(host=H1, part="configuration", path=EDITED)
GONE = SealedFile(host=H1, part="units", path=EDITED)
REST = SealedFile(host=H1, part="programs", path="*")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cluster.toml"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    """Finished, no host sealed."""
    world = ClusterWorld(cluster=small_cluster())
    world.cluster.facts |= {SealChanges(host=host): Absent() for host in (H1, H2, H3)}
    connect(monkeypatch, tmp_path, world)
    return world


@pytest.fixture
def edited(world: ClusterWorld) -> ClusterWorld:
    """Sealed everywhere; on one host a file was edited, and more programs than are listed."""
    world.cluster.facts |= {SealChanges(host=host): Known(()) for host in (H2, H3)}
    changes = (f"content configuration {EDITED}", "many programs 12")
    world.cluster.facts |= {SealChanges(host=H1): Known(changes), FINDING: Known("content"), REST: Known("many")}
    return world


def requests(world: ClusterWorld) -> list[tuple[str, tuple[str, ...]]]:
    """Host, and what its script was asked."""
    return [(host, args[1:3]) for host in (H1, H2, H3) for args in world.at(host).seals]


def codes(raised: pytest.ExceptionInfo[BkrecError]) -> list[str]:
    return [diagnostic.code for diagnostic in raised.value.diagnostics]


def test_each_host_without_a_seal_is_sealed_and_no_other(world: ClusterWorld, path: Path) -> None:
    world.cluster.facts[SealChanges(host=H2)] = Known(())
    document = asyncio.run(seal.take(path)).document
    assert {host.host: host.state for host in document.hosts} == {H1: "sealed", H3: "sealed", H2: "unchanged"}
    assert requests(world) == [(H1, ("take", "6.2.2")), (H3, ("take", "6.2.2"))]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({AUTH: Known("inactive")}, "seal-not-converged"),
        ({AUTH: Unknown(reason("not-utf8"))}, "seal-unread"),
        ({SealChanges(host=H1): Known((f"gone units {EDITED}",)), GONE: Known("gone")}, "seal-changed"),
    ],
    ids=["a stopped unit", "an unread fact", "a sealed host that has changed"],
)
def test_a_fault_never_becomes_what_is_right(
    world: ClusterWorld, path: Path, change: dict[AnyFact, AnyReading], code: str
) -> None:
    world.cluster.facts |= change
    with pytest.raises((RefusedError, SealError)) as raised:
        asyncio.run(seal.take(path))
    assert codes(raised) == [code]
    assert requests(world) == []


def test_nothing_is_sealed_or_accepted_while_a_run_works(edited: ClusterWorld, path: Path) -> None:
    edited.at(H1).lease = LeaseFile(run="r1", boot=1, epoch=3, at=edited.clock.steady(), user="wang@desk")
    with pytest.raises(LeaseHeld):
        asyncio.run(seal.take(path))
    with pytest.raises(LeaseHeld):
        asyncio.run(seal.accept(path, [fact_id(FINDING)], why="meant"))
    assert requests(edited) == []


def test_a_change_is_accepted_by_its_name_on_its_host(edited: ClusterWorld, path: Path) -> None:
    asyncio.run(seal.accept(path, [fact_id(FINDING)], why="smaller heap"))
    assert requests(edited) == [(H1, ("accept", "6.2.2"))]
    assert edited.at(H1).seals[0][4] == "smaller heap"


@pytest.mark.parametrize(
    ("words", "why", "code"),
    [
        ([fact_id(FINDING)], " ", "seal-needs-why"),
        ([fact_id(REST)], "all of it", "seal-nameless"),
        ([fact_id(FINDING), fact_id(REST)], "all of it", "seal-nameless"),
        ([f"seal.file configuration /data/bkce/etc/other.yml @{H1}"], "meant", "seal-unknown-fact"),
        ([f"seal.file configuration {EDITED} @10.9.9.9"], "meant", "seal-unknown-fact"),
        ([f"seal.file configuration {EDITED} @{H1} and more"], "meant", "seal-unknown-fact"),
        (["unit.active bk-auth.service @10.0.0.3"], "meant", "seal-unknown-fact"),
        ([], "meant", "seal-unknown-fact"),
    ],
)
def test_what_no_one_has_seen_is_not_accepted(
    edited: ClusterWorld, path: Path, words: list[str], why: str, code: str
) -> None:
    with pytest.raises(UsageError) as raised:
        asyncio.run(seal.accept(path, words, why=why))
    assert codes(raised) == [code]
    assert requests(edited) == []


def test_the_report_shows_how_the_first_change_is_accepted_ready_to_paste(edited: ClusterWorld, path: Path) -> None:
    report = asyncio.run(assess.diff(path)).document
    (warning,) = [warning for warning in report.warnings if warning.code == "seal-broken"]
    hint = diagnostics()["seal-broken"].hint.en.format(**dict(warning.fields))
    pasted = shlex.split(hint.split("`")[1])
    assert pasted[:3] == ["bkrec", "seal", "accept"]
    assert pasted[3] == fact_id(FINDING)


def test_it_does_so_where_something_is_advice_too(edited: ClusterWorld, path: Path) -> None:
    """For advice a plan is made, which `diff` does not show."""
    tag = next(fact for fact in edited.cluster.facts if isinstance(fact, SecretsTag))
    edited.cluster.facts[tag] = Known("lost")
    report = asyncio.run(assess.diff(path)).document
    assert [advised.drift.expected.fact for advised in report.difference.advice] == [tag]
    assert "seal-broken" in {warning.code for warning in report.warnings}


def test_the_report_shows_the_call_for_each_module_that_it_would_render_again(edited: ClusterWorld, path: Path) -> None:
    names = {"/data/bkce/etc/a": "bkiam", "/data/bkce/etc/b": "bkiam", "/data/bkce/etc/c": "gse"}
    changes = [f"content configuration {name}" for name in (*names, EDITED)]
    calls = [f"rendered {module} {name}" for name, module in names.items()]
    edited.cluster.facts[SealChanges(host=H1)] = Known((*changes, *calls))
    for name in (*names, EDITED):
        edited.cluster.facts[SealedFile(host=H1, part="configuration", path=name)] = Known("content")
    report = asyncio.run(assess.diff(path)).document
    shown = [(found.code, dict(found.fields).get("call", "")) for found in report.warnings if "seal" in found.code]
    assert sorted(shown) == [
        ("seal-broken", ""),
        ("seal-broken-rendered", "cd /data/install && ./bkcli render bkiam"),
        ("seal-broken-rendered", "cd /data/install && ./bkcli render gse"),
    ]


@pytest.mark.parametrize("differs", [False, True])
def test_a_run_seals_hosts_without_a_seal_only_where_nothing_else_differs(
    world: ClusterWorld, path: Path, differs: bool
) -> None:
    if differs:
        world.cluster.facts[AUTH] = Known("inactive")
    asyncio.run(end_of_run(path))
    assert requests(world) == ([] if differs else [(host, ("take", "6.2.2")) for host in (H1, H2, H3)])


def test_a_run_renews_only_hosts_that_have_changed_also_while_something_else_differs(
    edited: ClusterWorld, path: Path
) -> None:
    edited.cluster.facts[AUTH] = Known("inactive")
    asyncio.run(end_of_run(path))
    assert requests(edited) == [(H1, ("renew", "6.2.2"))]


DIFFERS = "=differs\tbkauth\t-\t/data/bkce/etc/bkauth_config.yaml\tdigest\n"
EMPTIED = "=differs\tpaas\temptied\t/data/bkce/etc/it is mine.ini\tdigest\n"
RENDERED = f"seal.rendered bkauth /data/bkce/etc/bkauth_config.yaml @{H3}"


@pytest.fixture
def differing(world: ClusterWorld) -> ClusterWorld:
    """On one host two rendered files are not what the vendor's calls would write, and on another nobody knows."""
    world.at(H3).seal_reply = f"{DIFFERS}{EMPTIED}bkrec-seal differs"
    world.at(H2).seal_reply = "=uncompared\tpaas\tsource\n=uncompared\tcmdb\todd\nbkrec-seal sealed 7"
    return world


def test_a_host_whose_rendered_files_differ_is_not_sealed_and_the_others_are(
    differing: ClusterWorld, path: Path
) -> None:
    result = asyncio.run(seal.take(path))
    assert {host.host: host.state for host in result.document.hosts} == {H1: "sealed", H2: "sealed", H3: "differs"}
    assert result.exit_code == 5
    assert [(found.code, found.where) for found in result.diagnostics] == [
        ("seal-rendered-differs", H3),
        ("seal-renderer-lacks", H3),
    ]
    because = [(found.code, dict(found.fields)["modules"], found.because) for found in result.warnings]
    assert because == [
        ("seal-not-compared", "paas", reason("seal-uncompared-source")),
        ("seal-not-compared", "cmdb", reason("seal-uncompared-stopped")),
    ]


def test_what_to_do_about_it_is_ready_to_paste_and_harmful_calls_are_not_offered(
    differing: ClusterWorld, path: Path
) -> None:
    differs, lacks = asyncio.run(seal.take(path)).diagnostics
    call, _, words = (shlex.split(part) for part in hint(differs).split("`")[1:6:2])
    assert call == ["cd", "/data/install", "&&", "./bkcli", "render", "bkauth"]
    assert words[:4] == ["bkrec", "seal", "accept", RENDERED]
    assert "bkcli" not in hint(lacks)
    assert shlex.split(hint(lacks).split("`")[3])[3] == f"seal.rendered paas /data/bkce/etc/it is mine.ini @{H3}"


def hint(diagnostic: Diagnostic) -> str:
    return diagnostics()[diagnostic.code].hint.en.format(**dict(diagnostic.fields))


def test_a_run_says_what_kept_a_host_from_being_sealed_and_is_converged_all_the_same(
    differing: ClusterWorld, path: Path
) -> None:
    warnings = asyncio.run(end_of_run(path))
    assert [warning.code for warning in warnings] == [
        "seal-rendered-differs", "seal-renderer-lacks", "seal-not-compared", "seal-not-compared",
    ]  # fmt: skip


def test_a_difference_is_accepted_by_its_name_on_a_host_without_a_seal(world: ClusterWorld, path: Path) -> None:
    world.at(H3).seal_reply = "bkrec-seal accepted"
    result = asyncio.run(seal.accept(path, RENDERED.split(), why="ours"))
    assert [(host.host, host.state) for host in result.document.hosts] == [(H3, "accepted")]
    assert requests(world) == [(H3, ("accept-rendered", "6.2.2"))]
    assert world.at(H3).seals[0][4] == "ours"


@pytest.mark.parametrize("state", ["unknown", "exists"], ids=["it is the same", "the host has a seal"])
def test_only_an_open_difference_is_accepted(world: ClusterWorld, path: Path, state: str) -> None:
    world.at(H3).seal_reply = f"bkrec-seal {state}"
    with pytest.raises(UsageError) as raised:
        asyncio.run(seal.accept(path, [RENDERED], why="ours"))
    assert codes(raised) == ["seal-unknown-fact"]


@pytest.mark.parametrize(
    "words", [[RENDERED.replace(H3, "10.9.9.9")], [f"{RENDERED} and more"], ["seal.rendered bkauth"]]
)
def test_what_is_no_difference_is_asked_of_no_host(world: ClusterWorld, path: Path, words: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        asyncio.run(seal.accept(path, words, why="ours"))
    assert codes(raised) == ["seal-unknown-fact"]
    assert requests(world) == []


async def end_of_run(path: Path) -> tuple[Diagnostic, ...]:
    async with session.open_cluster(path) as opened:
        expected, decide = assess.comparing(opened.cluster)
        inputs = assess.spec_inputs(opened.cluster, assess.comparing)
        assessment = await engine.assess(opened.gather, expected, decide, inputs)
        return await seal.sealing(opened)(3, assessment)
