"""install.config and cluster.toml → a cluster, or every reason why not."""

import pytest

from probes.topology import ModuleHosts
from reconciler.core.inventory import cluster, propose
from reconciler.rules.catalogue import desired
from specs import parse
from specs.diagnostic import LayoutRefused, Troubled
from tests.sim.worlds import CLUSTER, CONFIG, release

RELEASE = release()


def codes(text: str, config: str) -> list[str]:
    with pytest.raises(Troubled) as caught:
        cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, config)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def test_what_install_config_says_wins_over_a_placement() -> None:
    placed = CONFIG.replace("job,mysql", "job,mysql,etcd").replace("10.0.0.1 iam", "10.0.0.1 auth,iam")
    made = cluster(parse.cluster_file(CLUSTER, "cluster.toml"), RELEASE, placed)
    assert made.inventory.on("auth") == ("10.0.0.1",)
    assert set(made.inventory.placed) == {"redis_cluster", "apigw", "iam_search_engine"}


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
    places = propose(RELEASE, CONFIG, "10.0.0.1")
    assert places == {
        "apigw": ("10.0.0.1",),
        "auth": ("10.0.0.3",),
        "etcd": ("10.0.0.3",),
        "iam_search_engine": ("10.0.0.2",),
        "monitorv3(ingester)": ("10.0.0.1",),
        "redis_cluster": ("10.0.0.3",),
    }


def test_an_api_gateway_without_a_free_host_is_refused_with_what_is_in_its_way() -> None:
    with pytest.raises(LayoutRefused) as caught:
        propose(RELEASE, "10.0.0.1 nginx,iam\n10.0.0.2 appo,cmdb\n", "10.0.0.1")
    (told,) = caught.value.diagnostics
    assert told.code == "placement-nowhere"
    assert dict(told.fields)["others"] == "nginx, appo, appt, nodeman"


def test_what_is_left_to_its_owner_is_neither_touched_nor_judged_but_still_placed() -> None:
    text = CLUSTER.replace('name = "lab"', 'name = "lab"\nleave = ["gse", "etcd", "bk_sops"]')
    made = cluster(parse.cluster_file(text, "cluster.toml"), RELEASE, CONFIG)
    wishes = desired(made)
    assert not {wish.module for wish in wishes if not isinstance(wish.fact, ModuleHosts)} & {"gse", "etcd"}
    assert any(isinstance(wish.fact, ModuleHosts) and wish.fact.module == "etcd" for wish in wishes)
    assert "bk_sops" not in {getattr(wish.fact, "app", "") for wish in wishes}
    assert made.release.left == ("gse", "etcd", "bk_sops")


def test_leaving_something_unknown_is_told() -> None:
    assert codes(CLUSTER.replace('name = "lab"', 'name = "lab"\nleave = ["gsee"]'), CONFIG) == ["leave-unknown"]
