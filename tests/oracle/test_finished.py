"""The oracle by itself: it repeats what was seen, for every module, and follows install.config."""

from dataclasses import replace

import pytest

from tests.oracle.finished import NO_THINGS, finished, load_recording, owners
from tests.oracle.layout import hosts_of, layout

REFERENCE = load_recording("reference-finished")
"""Of these kinds all that the vendor's own scripts left on three other hosts, where programs alone are stood in for."""
RECORDING, PRISTINE = load_recording("lab-finished"), load_recording("lab-pristine")
THINGS = finished(RECORDING.install_config, RECORDING.controller)
ELSEWHERE = """\
10.1.0.1 consul,mysql,redis,gse,license,apigw
10.1.0.2 iam,ssm,usermgr,cmdb,job,auth,etcd,redis_cluster
10.1.0.3 paas,nginx,appo,nodeman(nodeman)
10.1.0.4 log(api) log(grafana)\tmonitorv3(monitor)
"""
NOT_INSTALLED = ("iam_search_engine",)
"""The guide gives it a host and never installs it: its variables are all there is."""
STAY = ("bkssm", "license", "paas_agent", "bkiam_search_engine")
"""Products that the guide upgrades nowhere: what is installed is of 6.1."""


def test_an_indented_line_and_a_remark_place_nothing() -> None:
    placed = layout(
        "# 10.0.0.9 paas\n[basic]\n 10.0.0.8 paas\n10.0.0.1 iam,,log(api)  ssm\n10.0.0.1 iam,gse\n10.0.0.2\n"
    )
    assert placed == {"10.0.0.1": ("iam", "log(api)", "ssm", "gse")}
    assert hosts_of(placed, "log") == hosts_of(placed, "log(api)") == ("10.0.0.1",)
    assert hosts_of(placed, "lo") == ()


def test_of_the_cluster_that_was_watched_it_says_what_was_seen() -> None:
    recorded = {
        (host, kind, name) for host, kind, name, value in RECORDING.rows() if kind not in NO_THINGS and value != "empty"
    }
    produced = {thing.key for thing in THINGS if not thing.kind.startswith(("gone-", "placed"))}
    assert sorted(produced ^ recorded) == []


NOT_OURS = {
    ("10.0.0.1", "port", "9300"): "Elasticsearch's own stand-in there speaks to its peers, too",
    ("10.0.0.3", "port", "10509"): "JOB's stand-in there serves its management port, too",
    ("10.0.0.3", "port", "10601"): "JOB's stand-in there serves its management port, too",
    (
        "10.0.0.3",
        "module",
        "python",
    ): "noted by `bkcli install python` (ce/install.sh:585), called for it there",
    ("10.0.0.1", "module", "yum"): "bin/install_yum.sh is not run there",
    ("10.0.0.3", "saas", "bk_itsm"): "on trial there in the own lab alone",
}


def test_of_a_cluster_of_the_vendors_own_scripts_it_says_what_they_left() -> None:
    """It was made from another cluster, whose scripts are stood in for: neither has a thing that the other has not."""
    kinds = {kind for names in REFERENCE.hosts.values() for kind in names}
    produced = {thing.key for thing in finished(REFERENCE.install_config, REFERENCE.controller) if thing.kind in kinds}
    recorded = {(host, kind, name) for host, kind, name, _ in REFERENCE.rows()}
    assert sorted(produced ^ recorded) == sorted(NOT_OURS)
    assert len(recorded) > 400


def test_of_what_is_to_be_gone_the_vendors_scripts_left_nothing() -> None:
    things = finished(REFERENCE.install_config, REFERENCE.controller)
    gone = {(thing.host, thing.kind.removeprefix("gone-"), thing.name) for thing in things if "gone-" in thing.kind}
    assert gone
    assert gone.isdisjoint((host, kind, name) for host, kind, name, _ in REFERENCE.rows())


def test_what_was_watched_was_finished() -> None:
    states = {
        (kind, name): value for _, kind, name, value in RECORDING.rows() if kind in ("service", "redis", "page", "tree")
    }
    assert set(states.values()) <= {"passing", "ok", "302", "200", "as on the controller"}


@pytest.mark.parametrize("module", sorted({m for found in layout(RECORDING.install_config).values() for m in found}))
def test_each_module_of_install_config_has_something_to_lose(module: str) -> None:
    own = [thing for thing in THINGS if thing.kind != "placed" and module in thing.module.split()]
    assert own != [] or module in NOT_INSTALLED


def test_what_is_installed_is_what_the_package_brings() -> None:
    package = RECORDING.hosts[RECORDING.controller]["package"]
    installed = {thing.name: thing.value for thing in THINGS if thing.kind == "version"}
    assert {name: text for name, text in installed.items() if name not in STAY and package.get(name) != text} == {}
    assert len(installed) - len(STAY) > 8


def test_what_6_1_had_and_6_2_has_not_is_to_be_gone() -> None:
    gone = {(thing.kind, thing.name) for thing in THINGS if thing.kind.startswith("gone-")}
    assert ("gone-unit", "bk-gse-syncdata.service") in gone
    assert ("gone-venv", "open_paas-esb") in gone
    assert ("gone-consul", "gse-api") in gone


def test_another_install_config_puts_things_elsewhere() -> None:
    things = {thing.key for thing in finished(ELSEWHERE, "10.1.0.1")}
    assert ("10.1.0.2", "unit", "bk-auth.service") in things
    assert ("10.1.0.3", "container", "bk-paas-esb") in things
    assert ("10.1.0.4", "container", "bk-monitor") in things
    assert ("10.1.0.1", "env", "04-final/job.env BK_JOB_RUN_MODE") in things
    assert not [key for key in things if key[0] not in layout(ELSEWHERE) or key[2] == "elasticsearch.service"]
    assert {host for host, kind, name in things if (kind, name) == ("unit", "docker.service")} == {
        "10.1.0.2",
        "10.1.0.3",
        "10.1.0.4",
    }


def test_what_nobody_owns_is_not_passed_over() -> None:
    assert owners("unit", "bk-unheard-of.service") == ()
    unheard_of = {"10.0.0.1": {**RECORDING.hosts["10.0.0.1"], "unit": {"bk-unheard-of.service": "running"}}}
    odd = replace(RECORDING, hosts=unheard_of)
    with pytest.raises(LookupError, match="bk-unheard-of"):
        finished(RECORDING.install_config, RECORDING.controller, odd)
