"""The seal: what is expected of sealed hosts, what is told twice and shown once, what each host's manifest covers."""

from dataclasses import replace

from probes.env import EnvValue
from probes.fact import Absent, AnyFact, AnyReading, Drift, Known, Unknown
from probes.seal import SealChanges, SealedFile
from reconciler.core.diff import Difference
from reconciler.core.fact_reader import FactReader
from reconciler.rules import seal
from reconciler.rules.registry import RULE_BY_FACT
from specs.diagnostic import Diagnostic
from specs.reason import reason
from tests.sim.proof import WHOLE

H1, H2, H3 = WHOLE.inventory.everyone


def sealed(*changes: str) -> dict[AnyFact, AnyReading]:
    return {SealChanges(host=H1): Known(changes), SealChanges(host=H2): Known(()), SealChanges(host=H3): Absent()}


def test_each_change_is_a_fact_of_its_own_and_a_host_without_a_seal_is_expected_to_have_none() -> None:
    readings = sealed("content configuration /data/bkce/etc/a b.yml", "many programs 12")
    facts = [expected.fact for expected in seal.expect(seal.with_seal(WHOLE, readings))]
    assert facts == [
        SealedFile(host=H1, part="configuration", path="/data/bkce/etc/a b.yml"),
        SealedFile(host=H1, part="programs", path="*"),
        SealChanges(host=H2),
    ]


def test_a_seal_that_could_not_be_compared_is_expected_and_so_unknown() -> None:
    cluster = seal.with_seal(WHOLE, {SealChanges(host=H1): Unknown(reason("not-read"))})
    assert [expected.fact for expected in seal.expect(cluster)] == [SealChanges(host=H1)]


def test_nothing_is_repaired_and_a_person_is_told_what_to_type() -> None:
    cluster = seal.with_seal(WHOLE, sealed("gone units /etc/systemd/system/x.service"))
    expected = next(iter(seal.expect(cluster)))
    assert RULE_BY_FACT[SealedFile] is seal
    decision = seal.repair(cluster, Drift(expected=expected, reading=Known("gone")), FactReader({}))
    assert isinstance(decision, Diagnostic)
    assert dict(decision.fields)["fact"] == f"seal.file units /etc/systemd/system/x.service @{H1}"


def test_a_change_of_what_the_vendor_renders_is_one_fact_whose_hint_is_the_call() -> None:
    file = "/data/bkce/etc/bkauth_config.yaml"
    changes = (f"content configuration {file}", "content configuration /data/bkce/etc/other", f"rendered bkauth {file}")
    cluster = seal.with_seal(WHOLE, sealed(*changes))
    rendered, other = [expected for expected in seal.expect(cluster) if isinstance(expected.fact, SealedFile)]
    read = dict(seal.implied(cluster, sealed(*changes)))
    assert {fact.path for fact in read if isinstance(fact, SealedFile)} == {file, "/data/bkce/etc/other"}
    found = seal.repair(cluster, Drift(expected=rendered, reading=Known("content")), FactReader({}))
    assert isinstance(found, Diagnostic)
    assert (found.code, dict(found.fields)["call"]) == (
        "seal-broken-rendered",
        "cd /data/install && ./bkcli render bkauth",
    )
    found = seal.repair(cluster, Drift(expected=other, reading=Known("content")), FactReader({}))
    assert isinstance(found, Diagnostic)
    assert found.code == "seal-broken"


def test_what_is_compared_on_a_host_are_the_modules_that_it_has() -> None:
    scope = seal.scope(WHOLE, H3).splitlines()
    assert "@render\tbkauth\tbkauth" in scope
    assert {line.split("\t")[2] for line in scope if line.startswith("@renderer\t")} == {
        "/data/bkce", "/data/install", "/data/src",
    }  # fmt: skip
    assert "@render\tpaas\topen_paas" not in scope
    assert "@linked\tprograms\t/data/bkce/bkauth" in scope
    assert "@linked\tprograms\t/data/bkce/open_paas" not in scope
    accepting = seal.rendering_scope(WHOLE, H3, ["/data/bkce/etc/a"]).splitlines()
    assert [line for line in accepting if line.startswith("@root")] == ["@root\tconfiguration\t/data/bkce/etc/a"]
    assert "@render\tbkauth\tbkauth" in accepting


def test_every_module_is_rendered_as_the_vendors_script_calls_it() -> None:
    """render.sh cuts a leading "bk" and asks for the hosts of the rest: only so are these found."""
    calls = {module.name: module.render.module for module in WHOLE.release.modules if module.render is not None}
    assert {name: call for name, call in calls.items() if call.removeprefix("bk") != name} == {}


def test_hosts_without_a_seal_are_named_once() -> None:
    readings = sealed()
    told = list(seal.unsealed(seal.with_seal(WHOLE, readings), readings))
    assert [(diagnostic.code, diagnostic.where) for diagnostic in told] == [("not-sealed", H3)]


def test_a_file_that_another_finding_names_is_not_told_twice() -> None:
    path, other = "/data/install/bin/04-final/job.env", "/data/install/bin/04-final/paas.env"
    changes = (f"content scripts {path}", f"content scripts {other}")
    drift = [
        Drift(expected=expected, reading=Known("content"))
        for expected in seal.expect(replace(WHOLE, seal_changes=((H1, changes),)))
    ]
    value = EnvValue(host=H1, file=path, key="BK_JOB_RUN_MODE")
    named = Drift(expected=value.must_be("stable", because=reason("not-read"), source="a test"), reading=Absent())
    elsewhere = replace(named, expected=replace(named.expected, fact=replace(value, host=H2)))

    def told(*drifts: Drift[str]) -> list[object]:
        shown = seal.without_repeated(Difference(drift=(*drift, *drifts), unknown=(), matching=0))
        return [drift.expected.fact for drift in shown.drift if isinstance(drift.expected.fact, SealedFile)]

    assert told(named) == [SealedFile(host=H1, part="scripts", path=other)]
    assert told(elsewhere) == [SealedFile(host=H1, part="scripts", path=name) for name in (path, other)]


def test_the_scope_of_a_host_names_its_own_units_and_containers_and_the_scripts_on_the_controller_alone() -> None:
    scopes = {host: seal.scope(WHOLE, host).splitlines() for host in WHOLE.inventory.everyone}
    assert "@unit\t-\tbk-auth.service" in scopes[H3]
    assert "@unit\t-\tbk-auth.service" not in scopes[H1]
    assert "@container\t-\tbk-paas-esb" in scopes[H2]
    assert [host for host in scopes if "@root\tscripts\t/data/install" in scopes[host]] == [WHOLE.controller]
    assert all("@root\tprograms\t/data/bkce" in scopes[host] for host in scopes)
    assert not [line for host in scopes for line in scopes[host] if "{" in line or len(line.split("\t")) != 3]
