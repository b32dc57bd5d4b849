"""`bkrec probe`: everything that was read and nothing that was not, in text, in JSON, and in a file for a report."""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from probes.fact import AnyFact, AnyReading, Known, fact_id, kind_of
from reconciler.cli.main import run
from reconciler.core.facts_file import load, to_readings
from reconciler.rules.registry import expected_facts
from tests.support.cluster_world import AUTH, AUTH_AT_BOOT, ClusterWorld, connect, unread

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClusterWorld:
    """One unit is stopped, and whether it is enabled is not known."""
    world = unread()
    connect(monkeypatch, tmp_path, world)
    return world


@pytest.fixture
def bkrec(capsys: pytest.CaptureFixture[str], world: ClusterWorld) -> Run:
    def ran(*args: str) -> tuple[int, str, str]:
        code = run(("probe", *args))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ran


def _read(world: ClusterWorld) -> dict[AnyFact, AnyReading]:
    facts = {expected.fact for expected in expected_facts(world.cluster.cluster)}
    return {fact: world.read(fact) for fact in facts}


def test_it_is_0_where_all_was_read_and_4_where_something_was_not_whatever_differs(
    bkrec: Run, world: ClusterWorld
) -> None:
    assert bkrec()[0] == 4
    world.cluster.facts[AUTH_AT_BOOT] = Known("disabled")
    assert bkrec()[0] == 0


def test_every_fact_stands_below_its_host_and_module(bkrec: Run) -> None:
    _, out, _ = bkrec("*bk-auth.service @10.0.0.3", "*redis-cluster-6380.service @10.0.0.3", "--lang", "en")
    assert out.splitlines() == [
        "10.0.0.3",
        "  auth: bkauth, the unified authentication (蓝鲸统一认证 bkauth)",
        "    - unit bk-auth.service: inactive",
        "    - units running for less than 5 s: empty",
        "  redis_cluster: redis cluster (Redis Cluster)",
        "    - unit redis-cluster-6380.service: active",
        "    - unit redis-cluster-6380.service at boot: enabled",
        "",
        "Could not be read, so not evaluated",
        "  10.0.0.3  systemctl returned nothing for bk-auth.service",
        "    - unit bk-auth.service at boot",
        "",
        "read: 4 facts of 1 host; 1 could not be read",
    ]


def test_a_machine_is_told_each_fact_with_its_reading(bkrec: Run, world: ClusterWorld) -> None:
    document = json.loads(bkrec("-o", "json")[1])
    assert (document["schema"], document["release"]) == ("bkrec.probe/1", "6.2.2")
    by_fact = {one["fact"]: one for one in document["facts"]}
    assert by_fact.keys() >= {fact_id(fact) for fact in _read(world)}
    stopped = by_fact[fact_id(AUTH)]
    assert (stopped["host"], stopped["module"], stopped["reading"]["kind"]) == ("10.0.0.3", "auth", "known")
    assert by_fact[fact_id(AUTH_AT_BOOT)]["reading"]["kind"] == "unknown"


def test_what_is_saved_is_what_was_read(bkrec: Run, world: ClusterWorld, tmp_path: Path) -> None:
    code, _, _ = bkrec("--save", "readings.json")
    file = tmp_path / "readings.json"
    saved = load(file.read_text(encoding="utf-8"), "readings.json")
    assert (code, saved.cluster) == (4, "lab")
    assert to_readings(saved).items() >= _read(world).items()
    assert {one.module for one in saved.readings if one.fact in (AUTH, AUTH_AT_BOOT)} == {"auth"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_told(bkrec: Run) -> None:
    code, _, err = bkrec("--save", "/nonexistent/readings.json")
    assert (code, "error[file-not-written]" in err) == (65, True)


def _about(host: str = "*", kind: str = "*") -> Callable[[AnyFact], bool]:
    return lambda fact: fnmatchcase(fact.host, host) and fnmatchcase(kind_of(fact), kind)


@pytest.mark.parametrize(
    ("patterns", "named"),
    [
        pytest.param(("10.0.0.3",), (_about(host="10.0.0.3"),), id="a host"),
        pytest.param(("unit.active",), (_about(kind="unit.active"),), id="a kind"),
        pytest.param(("unit.* @10.0.0.3",), (_about("10.0.0.3", "unit.*"),), id="an id with stars"),
        pytest.param(("*",), (_about(),), id="everything"),
        pytest.param(
            ("10.0.0.1", "unit.enabled"), (_about(host="10.0.0.1"), _about(kind="unit.enabled")), id="two of them"
        ),
    ],
)
def test_only_what_a_pattern_names_is_shown_and_judged_by(
    bkrec: Run, world: ClusterWorld, patterns: tuple[str, ...], named: tuple[Callable[[AnyFact], bool], ...]
) -> None:
    shown = {one["fact"] for one in json.loads(bkrec(*patterns, "-o", "json")[1])["facts"]}
    facts = _read(world)
    wanted = {fact_id(fact) for fact in facts if any(is_named(fact) for is_named in named)}
    assert wanted <= shown
    assert not ({fact_id(fact) for fact in facts} - wanted) & shown


def test_what_nothing_names_is_misuse(bkrec: Run) -> None:
    code, out, err = bkrec("10.0.0.33")
    assert (code, out) == (64, "")
    assert "error[probe-no-match]" in err
