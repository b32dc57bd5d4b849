"""`bkrec probe`: everything that was read and nothing that was not, in text, in JSON, and in a file for a report."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from probes.fact import AnyFact, AnyReading, fact_id
from reconciler.cli.main import run
from reconciler.commands import probe
from reconciler.core.facts_file import load, to_readings
from reconciler.view.reports import ClusterReport, ProbeReport
from tests.reconciler.view.world import EXPECTED, PLAN, READINGS, RIGHT, TITLES, difference

Run = Callable[..., tuple[int, str, str]]
MODULES = {wish.fact: wish.module for wish in EXPECTED}


@pytest.fixture
def bkrec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BKREC_CLUSTER", raising=False)
    (tmp_path / "cluster.toml").write_text("", encoding="utf-8")

    def ran(readings: dict[AnyFact, AnyReading], *args: str) -> tuple[int, str, str]:
        cluster = ClusterReport(name="x", release="6.2.2", difference=difference(readings), plan=PLAN, titles=TITLES)

        async def read_all(_: Path) -> ProbeReport:
            return ProbeReport(cluster=cluster, readings=readings, modules=MODULES)

        monkeypatch.setattr(probe, "read_all", read_all)
        code = run(("probe", *args))
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def test_it_is_0_where_all_was_read_and_4_where_something_was_not_whatever_differs(bkrec: Run) -> None:
    read = {fact: reading for fact, reading in READINGS.items() if reading.kind != "unknown"}
    assert (bkrec(RIGHT)[0], bkrec(read)[0], bkrec(READINGS)[0]) == (0, 0, 4)


def test_every_fact_stands_below_its_host_and_module(bkrec: Run) -> None:
    _, out, _ = bkrec(READINGS, "--lang", "en")
    assert out.splitlines() == [
        "10.0.0.2",
        "  paas: PaaS platform (PaaS 平台)",
        "    - unit bk-paas-login.service: active",
        "",
        "10.0.0.3",
        "  auth: BKAuth",
        "    - unit bk-auth.service: inactive",
        "",
        "10.0.0.1",
        "  etcd",
        "    - hosts of `etcd` in /data/install/install.config: 10.0.0.2, 10.0.0.3",
        "",
        "Could not be read, so not evaluated",
        "  10.0.0.3  systemctl returned nothing for bk-auth.service",
        "    - unit bk-auth.service at boot",
        "",
        "read: 3 facts of 3 hosts; 1 could not be read",
    ]


def test_a_machine_is_told_each_fact_with_its_reading(bkrec: Run) -> None:
    told = json.loads(bkrec(READINGS, "-o", "json")[1])
    assert (told["schema"], told["release"]) == ("bkrec.probe/1", "6.2.2")
    assert [(one["fact"], one["host"], one["module"]) for one in told["facts"]] == [
        (fact_id(fact), fact.host, MODULES[fact]) for fact in READINGS
    ]
    assert [one["reading"]["kind"] for one in told["facts"]] == ["known", "known", "unknown", "known"]


def test_what_is_kept_is_what_was_read(bkrec: Run, tmp_path: Path) -> None:
    code, _, _ = bkrec(READINGS, "--save", "readings.json")
    file = tmp_path / "readings.json"
    saved = load(file.read_text(encoding="utf-8"), "readings.json")
    assert (code, to_readings(saved), saved.cluster) == (4, READINGS, "x")
    assert {one.fact: one.module for one in saved.readings} == MODULES
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_told(bkrec: Run) -> None:
    code, _, err = bkrec(RIGHT, "--save", "/nonexistent/readings.json")
    assert (code, "error[file-not-written]" in err) == (65, True)


@pytest.mark.parametrize(
    ("patterns", "count"),
    [
        pytest.param(("10.0.0.3",), 2, id="a host"),
        pytest.param(("unit.active",), 2, id="a kind"),
        pytest.param(("unit.* @10.0.0.3",), 2, id="an id with stars"),
        pytest.param(("*",), 4, id="everything"),
        pytest.param(("10.0.0.1", "unit.enabled"), 2, id="two of them"),
    ],
)
def test_only_what_a_pattern_names_is_told_and_judged_by(bkrec: Run, patterns: tuple[str, ...], count: int) -> None:
    told = json.loads(bkrec(READINGS, *patterns, "-o", "json")[1])
    assert len(told["facts"]) == count


def test_what_nothing_names_is_misuse(bkrec: Run) -> None:
    code, out, err = bkrec(READINGS, "10.0.0.33")
    assert (code, out) == (64, "")
    assert "error[probe-no-match]" in err
