"""Causes first, in every format: each finding is shown once, and 100 hosts fit on a screen."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from prometheus_client.parser import text_string_to_metric_families

from probes.consul import ConsulPassing
from probes.fact import AnyFact, AnyReading, Known, Unknown, fact_id
from probes.http import PagesUnserved
from probes.mysql import LoginPath, SaasVariable
from probes.path import FileDigest
from probes.system import NameResolved
from probes.unit import UnitActive
from reconciler.core.causes import with_causes
from reconciler.core.diff import Difference, diff
from reconciler.core.listing import Listing
from reconciler.core.verdict import verdict
from reconciler.rules.registry import expected_facts, rests_on
from reconciler.view.finding_groups import FindingGroups
from reconciler.view.formats import load
from reconciler.view.render import RenderOptions, columns
from reconciler.view.reports import ClusterReport, ReportKind
from specs.diagnostic import diagnose
from specs.reason import reason
from tests.reconciler.view.formats.specimens import CLUSTER
from tests.sim.big import address, big_cluster

PAGE = RenderOptions(width=100)
SCREEN = 24
SILENT = address(7)
MYSQL = UnitActive(host=address(2), unit="mysql@default.service")
PROGRAM = "/usr/local/bin/yq"


def _spoilt(fact: AnyFact) -> AnyReading | None:
    """A stopped database, a host that is off, one program replaced on every host, one resolver changed."""
    unasked = Unknown(reason("mysql-unreachable", login_path="mysql-paas", error="2003"))
    match fact:
        case UnitActive() if fact == MYSQL:
            return Known("inactive")
        case LoginPath() | SaasVariable():
            return unasked
        case ConsulPassing() if fact.service in ("mysql-default", "bkiam", "bkauth"):
            return Known("critical")
        case PagesUnserved():
            return Known(("/o/bk_sops/ 502",))
        case FileDigest() if fact.path == PROGRAM:
            return Known("another")
        case NameResolved() if fact.host == address(40):
            return Known("unresolved by 8.8.8.8")
        case _:
            return None


@cache
def hundred_hosts() -> Difference:
    cluster = big_cluster(100)
    expected = expected_facts(cluster)
    readings: dict[AnyFact, AnyReading] = {}
    for e in expected:
        right: Any = Known("same") if getattr(e.reading, "kind", "") == "same" else e.reading
        readings[e.fact] = spoilt if (spoilt := _spoilt(e.fact)) is not None else right
        if getattr(e.reading, "kind", "") == "same":
            readings.setdefault(e.reading.fact, Known("same"))  # type: ignore[union-attr]
    no_answer = reason("host-unreachable", host=SILENT, error="no answer")
    readings |= {fact: Unknown(no_answer) for fact in readings if fact.host == SILENT}
    problem = {SILENT: diagnose("host-unreachable", where=SILENT, error="no answer")}
    return with_causes(diff(expected, readings), rests_on(cluster), problem)


def report(listing: Listing | None = None) -> ClusterReport:
    return replace(CLUSTER, difference=hundred_hosts(), warnings=(), listing=listing or Listing())


def text(kind: ReportKind, name: str = "text", listing: Listing | None = None, page: RenderOptions = PAGE) -> str:
    form = load(name).form(kind)
    assert form is not None
    return form(report(listing), page)


def every_id() -> set[str]:
    found = hundred_hosts()
    return {fact_id(drift.expected.fact) for drift in (*found.drift, *found.unknown)}


@pytest.mark.parametrize("kind", ["check", "diff"])
def test_the_first_screen_names_every_cause_at_100_hosts(kind: ReportKind) -> None:
    screen = "\n".join(text(kind).splitlines()[:SCREEN])
    assert f"{MYSQL.host}  mysql  unit mysql@default.service: inactive -> active" in screen
    assert f"{SILENT}  " in screen
    assert "the host is unreachable over SSH: no answer" in screen
    assert f"{PROGRAM}" in screen
    assert "(99 hosts)" in screen
    assert f"{address(40)}  consul" in screen


def test_the_whole_check_of_100_hosts_is_a_screen() -> None:
    printed = text("check").splitlines()
    assert len(printed) <= SCREEN
    assert len(every_id()) > 150
    assert max(columns(line) for line in printed[1:]) <= 200


def test_no_finding_is_in_two_groups_and_none_is_left_out() -> None:
    found = hundred_hosts()
    groups = FindingGroups(found)

    def each() -> Iterator[AnyFact]:
        for group in (*groups.of_drift(found.drift, PAGE), *groups.of_unread(PAGE)):
            yield from (drift.expected.fact for drift in (*group.drifts, *group.consequences))

    shown = list(each())
    assert len(shown) == len(set(shown))
    assert {fact_id(fact) for fact in shown} == every_id()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_verbose_lists_every_finding_on_each_host(lang: Any) -> None:
    page = RenderOptions(lang=lang, width=400)
    for kind in ("check", "diff"):
        verbose = text(kind, listing=Listing(verbose=True), page=page)
        assert verbose.count(PROGRAM) >= 99
        assert verbose.count("mysql@default.service") >= (1 if kind == "check" else 10)
        assert len(verbose.splitlines()) > len(hundred_hosts().drift)


def test_json_names_the_cause_of_each_finding_and_counts_all() -> None:
    document = json.loads(text("diff", "json"))
    causes = {item["fact"]: item["cause"] for item in (*document["drift"], *document["unknown"])}
    assert set(causes) == every_id()
    assert causes[fact_id(MYSQL)] is None
    assert {causes[name] for name in causes if name.startswith("mysql.saas-variable")} == {fact_id(MYSQL)}
    assert {causes[name] for name in causes if name.endswith(f"@{SILENT}")} == {f"host-unreachable {SILENT}"}
    assert document["listing"] is None


@pytest.mark.parametrize(
    ("listing", "field"),
    [
        (Listing(hosts=(MYSQL.host,)), "host"),
        (Listing(modules=("mysql",)), "module"),
        (Listing(latent=True), "latent"),
    ],
    ids=["host", "module", "latent"],
)
def test_a_filter_takes_findings_from_the_list_and_from_no_count(listing: Listing, field: str) -> None:
    whole, document = json.loads(text("diff", "json")), json.loads(text("diff", "json", listing))
    listed = [*document["drift"], *document["unknown"]]
    only = {"host": MYSQL.host, "module": "mysql", "latent": "(none is latent)"}[field]
    assert {item[field] for item in listed} == ({only} if field != "latent" else set())
    assert document["listing"]["not_listed"] == len(every_id()) - len(listed)
    assert (document["verdict"], document["matching"]) == (whole["verdict"], whole["matching"])
    for kind in ("check", "diff"):
        assert "not listed by this filter" in text(kind, listing=listing)
        verdicts = [line for line in text(kind).splitlines() if line.startswith("no verdict on 6.2.2")]
        assert verdicts
        assert set(verdicts) <= set(text(kind, listing=listing).splitlines())
    *lines, summary = map(json.loads, text("check", "ndjson", listing).splitlines())
    assert len(lines) == len(listed)
    assert summary["drift"] + summary["latent"] + summary["unknown"] == len(every_id())


def test_a_finding_whose_cause_is_not_listed_says_what_it_follows_from() -> None:
    printed = text("check", listing=Listing(modules=("auth",)))
    assert f"follows from  unit mysql@default.service @{MYSQL.host}" in printed


def test_every_format_counts_a_consequence_as_a_finding() -> None:
    found, causes = hundred_hosts(), hundred_hosts().consequences
    assert 0 < causes < len(found.causes)
    assert verdict(found) == "unknown"
    root = ET.fromstring(text("check", "junit"))
    assert len(root.findall(".//failure")) == len(found.drift)
    assert len(root.findall(".//error")) == len(found.unknown)
    followed = [e for e in (*root.iter("failure"), *root.iter("error")) if "follows from: " in (e.text or "")]
    assert len(followed) == len(found.causes)
    data = text("check", "nagios").partition(" | ")[2].split()
    assert f"consequences={causes};;;0" in data
    assert f"unknown={len(found.unknown)};;;0" in data
    samples = {
        sample.name: sample.value
        for family in text_string_to_metric_families(text("check", "prom"))
        for sample in family.samples
    }
    assert samples["bkrec_check_consequences"] == causes
    assert json.loads(text("check", "ndjson").splitlines()[-1])["consequences"] == causes


def test_markdown_has_a_cause_before_what_follows_from_it() -> None:
    rows = [line for line in text("check", "md").splitlines() if line.startswith("| ")]
    cause = next(number for number, row in enumerate(rows) if "unit mysql@default.service" in row.split("|")[4])
    following = [number for number, row in enumerate(rows) if "unit mysql@default.service" in row.split("|")[8]]
    assert following
    assert min(following) == cause + 1
    assert max(following) == cause + len(following)
    assert any("99 hosts" in row and PROGRAM in row.replace("\\", "") for row in rows)


def test_nagios_names_what_explains_most() -> None:
    assert "; first: " in text("check", "nagios")
