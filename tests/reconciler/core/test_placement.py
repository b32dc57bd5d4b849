"""install.config and cluster.toml → a cluster, or every reason why not."""

import pytest

from actions.install_config import PlaceModule
from probes.host import HostAddress
from probes.install_config import ModuleHosts
from reconciler.core.placement import build_cluster, lacking, propose_placement
from reconciler.rules.preflight import preflight_checks
from reconciler.rules.registry import expected_facts
from specs import parse
from specs.diagnostic import BkrecError, LayoutError, SpecError
from tests.sim.states import decide
from tests.sim.worlds import CLUSTER, CONFIG, World, release

RELEASE = release()


def codes(text: str, config: str) -> list[str]:
    with pytest.raises(BkrecError) as caught:
        build_cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, config)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def test_what_install_config_says_wins_over_a_placement() -> None:
    placed = CONFIG.replace("job,mysql", "job,mysql,etcd").replace("10.0.0.1 iam", "10.0.0.1 auth,iam")
    cluster = build_cluster(parse.cluster_file(CLUSTER, "cluster.toml"), RELEASE, placed)
    assert cluster.inventory.on("auth") == ("10.0.0.1",)
    assert set(cluster.inventory.placed) == {"redis_cluster", "apigw", "iam_search_engine"}


@pytest.mark.parametrize(
    ("text", "config", "expected"),
    [
        (CLUSTER, "10.0.0.1 iam,\n10.0.0.2 cmdb x-y\n", ["install-config-broken", "install-config-broken"]),
        (CLUSTER, "10.0.0.1 iam\r\n10.0.0.2 cmdb\r\n", ["install-config-broken", "install-config-broken"]),
        (CLUSTER, "# nothing\n", ["install-config-empty"]),
        (CLUSTER, "10.0.0.1 iam,cmdb\n", ["one-host"]),
        (CLUSTER.replace('auth = ["10.0.0.3"]', 'auth = ["10.0.0.9"]'), CONFIG, ["placement-no-host"]),
        (CLUSTER.replace("auth =", "athu ="), CONFIG, ["placement-unknown"]),
        (CLUSTER.replace('apigw = ["10.0.0.1"]', 'apigw = ["10.0.0.2"]'), CONFIG, ["placement-conflict"] * 2),
        (CLUSTER.replace('etcd = ["10.0.0.3"]', 'etcd = ["10.0.0.3", "10.0.0.2"]'), CONFIG, ["placement-count"]),
    ],
    ids=[
        "two-broken-tokens",
        "windows-line-ends",
        "no-host",
        "one-host",
        "unknown-host",
        "unknown-module",
        "beside-openresty",
        "two-etcds",
    ],
)
def test_every_reason_is_told_at_once(text: str, config: str, expected: list[str]) -> None:
    assert codes(text, config)[: len(expected)] == expected


def test_the_proposal_is_the_guides_layout_for_the_guides_hosts_but_moves_nothing() -> None:
    places = propose_placement(RELEASE, CONFIG, "10.0.0.1")
    assert places == {
        "apigw": ("10.0.0.1",),
        "auth": ("10.0.0.3",),
        "etcd": ("10.0.0.3",),
        "iam_search_engine": ("10.0.0.2",),
        "monitorv3(ingester)": ("10.0.0.1",),
        "redis_cluster": ("10.0.0.3",),
    }


def test_an_api_gateway_without_a_free_host_is_refused_with_what_is_in_its_way() -> None:
    with pytest.raises(LayoutError) as caught:
        propose_placement(RELEASE, "10.0.0.1 nginx,iam\n10.0.0.2 appo,cmdb\n", "10.0.0.1")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "placement-nowhere"
    assert dict(diagnostic.fields)["others"] == "nginx, appo, appt, nodeman"


def test_what_is_left_to_its_owner_is_neither_touched_nor_judged_but_still_placed() -> None:
    text = CLUSTER.replace('name = "lab"', 'name = "lab"\nexcluded = ["gse", "etcd", "bk_sops"]')
    cluster = build_cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, CONFIG)
    expectations = expected_facts(cluster)
    assert not {wish.module for wish in expectations if not isinstance(wish.fact, ModuleHosts)} & {"gse", "etcd"}
    assert any(isinstance(expected.fact, ModuleHosts) and expected.fact.module == "etcd" for expected in expectations)
    assert "bk_sops" not in {getattr(wish.fact, "app", "") for wish in expectations}
    assert cluster.release.excluded == ("gse", "etcd", "bk_sops")


def test_leaving_something_unknown_is_told() -> None:
    assert codes(CLUSTER.replace('name = "lab"', 'name = "lab"\nexcluded = ["gsee"]'), CONFIG) == ["excluded-unknown"]


def test_directories_that_the_controller_spells_otherwise_are_the_same() -> None:
    file = parse.cluster_file(CLUSTER, "cluster.toml")
    cluster = build_cluster(file, RELEASE, CONFIG, home="/data/bkce//", src="/data//src")
    assert (cluster.home("etc"), cluster.src("auth")) == ("/data/bkce/etc", "/data/src/auth")


@pytest.mark.parametrize("src", ["", "/data/src", "/opt/bk/src"])
def test_sources_elsewhere_than_the_vendors_scripts_read_them_are_refused_with_the_line_to_set(src: str) -> None:
    """Else the package were unpacked in a directory from which nothing is installed."""
    file = parse.cluster_file(CLUSTER, "cluster.toml")
    if src in ("", file.paths.src):
        assert build_cluster(file, RELEASE, CONFIG, src=src).paths.src == file.paths.src
        return
    with pytest.raises(SpecError) as caught:
        build_cluster(file, RELEASE, CONFIG, src=src)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, dict(diagnostic.fields)) == ("source-path-differs", {"vendor": src, "src": "/data/src"})
    right = parse.cluster_file(CLUSTER.replace("[placement]", f'[paths]\nsrc = "{src}"\n[placement]'), "cluster.toml")
    assert build_cluster(right, RELEASE, CONFIG, src=src).paths.src == src


PLACEMENTS = CLUSTER[CLUSTER.index("[placement]") :]
NEW = ("apigw", "auth", "etcd", "iam_search_engine", "redis_cluster")


def refused(text: str, config: str = CONFIG) -> dict[str, dict[str, str]]:
    """Code → fields. Anything but a refusal (exit 5) fails."""
    with pytest.raises(LayoutError) as caught:
        build_cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, config)
    return {diagnostic.code: dict(diagnostic.fields) for diagnostic in caught.value.diagnostics}


def leaving(*names: str, text: str = CLUSTER) -> str:
    return text.replace('name = "lab"', f'name = "lab"\nexcluded = [{", ".join(f"{name!r}" for name in names)}]')


@pytest.mark.parametrize("missing", [NEW, *((name,) for name in NEW)], ids="-".join)
def test_a_new_module_without_a_host_is_refused_and_what_is_proposed_for_it_can_be_pasted(
    missing: tuple[str, ...],
) -> None:
    kept = [line for line in PLACEMENTS.splitlines() if line.split(" =")[0] not in missing]
    text = CLUSTER.replace(PLACEMENTS, "\n".join(kept) + "\n")
    (told,) = refused(text).values()
    assert told["modules"] == ", ".join(missing)
    cluster = build_cluster(parse.cluster_file(text + told["lines"], "cluster.toml"), RELEASE, CONFIG)
    whole = build_cluster(parse.cluster_file(CLUSTER, "cluster.toml"), RELEASE, CONFIG)
    assert dict(cluster.inventory.groups) == dict(whole.inventory.groups)


def test_a_cluster_file_without_placements_is_told_all_of_them_at_once() -> None:
    (told,) = refused(CLUSTER.replace(PLACEMENTS, "")).values()
    assert told["modules"] == ", ".join(NEW)


def test_what_is_proposed_goes_beside_what_is_placed_already() -> None:
    """The gateway reads etcd's certificates: where the controller is taken, it has to follow etcd."""
    busy = CONFIG.replace("10.0.0.1 iam", "10.0.0.1 nginx,iam").replace("10.0.0.2 nginx", "10.0.0.2 es8")
    config = busy.replace("appt,", "").replace("nodeman(nodeman),", "") + "10.0.0.4 nodeman(nodeman),appt\n"
    (told,) = refused(CLUSTER.replace('apigw = ["10.0.0.1"]\n', ""), config).values()
    assert told["lines"] == 'apigw = ["10.0.0.3"]'


def test_a_misspelt_placement_is_told_together_with_what_it_leaves_without_a_host() -> None:
    assert codes(CLUSTER.replace("auth =", "athu ="), CONFIG) == ["placement-unknown", "module-unplaced"]


def test_a_placement_that_names_nobody_is_told() -> None:
    assert codes(CLUSTER.replace('auth = ["10.0.0.3"]', "auth = []"), CONFIG) == ["placement-count"]


def test_hosts_of_a_placement_are_taken_once_and_in_the_order_in_which_they_will_be_read_back() -> None:
    text = CLUSTER.replace('auth = ["10.0.0.3"]', 'auth = ["10.0.0.3", "10.0.0.1", "10.0.0.3"]')
    assert build_cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, CONFIG).inventory.on("auth") == (
        "10.0.0.1",
        "10.0.0.3",
    )


ALL_SAAS = "bk_iam, bk_user_manage, bk_nodeman, bk_sops, bk_itsm, bk_monitorv3, bk_log_search"


@pytest.mark.parametrize(
    ("gone", "code", "named", "excluded"),
    [
        (("log(api),", ",log(grafana)"), "module-nowhere", "log", "log, bk_log_search"),
        (("log(api),", ",log(grafana)"), "saas-without-product", "bk_log_search", "log, bk_log_search"),
        (("iam,",), "module-nowhere", "iam", "iam"),
        (
            ("appo,",),
            "saas-nowhere",
            ALL_SAAS,
            ALL_SAAS,
        ),
    ],
    ids=["log", "pages-of-log", "iam", "appo"],
)
def test_an_old_module_without_a_line_is_refused_with_how_to_say_that_there_is_none(
    gone: tuple[str, ...], code: str, named: str, excluded: str
) -> None:
    config = CONFIG
    for word in gone:
        config = config.replace(word, "")
    told = refused(CLUSTER, config)[code]
    assert named in (told.get("modules"), told.get("apps"))
    assert told["excluded"] == "excluded = [" + ", ".join(f'"{name}"' for name in excluded.split(", ")) + "]"


def test_a_cluster_that_does_without_says_so_once() -> None:
    config = CONFIG.replace("log(api),", "").replace(",log(grafana)", "")
    assert lacking(RELEASE, config) == ("log", "bk_log_search")
    cluster = build_cluster(parse.cluster_file(leaving("log", "bk_log_search"), "cluster.toml"), RELEASE, config)
    assert cluster.release.excluded == ("log", "bk_log_search")


def test_a_controller_without_a_line_is_worked_on_all_the_same() -> None:
    text = CLUSTER.replace('address = "10.0.0.1"', 'address = "10.0.0.9"')
    text = text.replace('etcd = ["10.0.0.3"]', 'etcd = ["10.0.0.1"]')
    cluster = build_cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, CONFIG)
    assert cluster.inventory.everyone == ("10.0.0.9", "10.0.0.1", "10.0.0.2", "10.0.0.3")
    plan, _ = decide(World(cluster=cluster))
    facts = {gate.fact for gate in preflight_checks(cluster, 0, plan)}
    assert {HostAddress(host=host) for host in cluster.inventory.everyone} <= facts


def test_what_others_are_built_upon_cannot_be_left_without_a_host() -> None:
    """bkauth on no host: what logs in through it would be installed upon nothing."""
    text = leaving("auth").replace('auth = ["10.0.0.3"]\n', "")
    told = refused(text)["excluded-required"]
    assert (told["module"], told["by"]) == ("auth", "apigw, gse, log, monitorv3, nodeman, usermgr")
    nobody = leaving("iam_search_engine").replace('iam_search_engine = ["10.0.0.2"]\n', "")
    assert build_cluster(parse.cluster_file(nobody, "cluster.toml"), RELEASE, CONFIG).release.excluded == (
        "iam_search_engine",
    )


def test_what_stands_on_the_hosts_of_a_module_left_without_one_is_no_exception() -> None:
    text = leaving("apigw").replace('apigw = ["10.0.0.1"]\n', "")
    with pytest.raises(LayoutError) as caught:
        build_cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, CONFIG)
    told = {dict(diagnostic.fields)["module"]: dict(diagnostic.fields)["by"] for diagnostic in caught.value.diagnostics}
    assert told == {"apigw": "apisix, paas_plugins", "apisix": "gse, nginx"}


@pytest.mark.parametrize("module", ["gse", "auth", "iam", "etcd", "paas"])
def test_what_is_left_is_awaited_by_others_and_not_brought_about(module: str) -> None:
    cluster = build_cluster(parse.cluster_file(leaving(module), "cluster.toml"), RELEASE, CONFIG)
    plan, _ = decide(World(cluster=cluster))
    own = {step.module for step in plan.steps if not isinstance(step.action, PlaceModule)}
    assert module not in own
    assert "excluded-not-ready" in {blocked.diagnostic.code for blocked in plan.blocked}
