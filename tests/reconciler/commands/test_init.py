"""`init` on the real script: install.config is read, new modules get a place, and nothing is written to a host."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.commands.init import InitRequest, init
from reconciler.engine.transport import TransportError
from reconciler.version import DEFAULT_INSTALL
from specs import parse
from specs.cluster import Paths
from specs.diagnostic import SpecError
from specs.install_config import parse as parse_install_config
from specs.reason import InlineReason
from tests.sim.worlds import CONFIG
from tests.support.local_cluster import LocalCluster, connect

REQUEST = InitRequest(
    user="root", host="control.example", port=22, address="10.0.0.1", via="direct", package="/data/x.tgz"
)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalCluster:
    cluster = connect(monkeypatch, tmp_path)
    cluster.write({"/data/install/install.config": CONFIG})
    return cluster


def test_the_file_reaches_the_controller_and_places_what_install_config_lacks(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    out = tmp_path / "new.toml"
    report = asyncio.run(init(REQUEST, out, force=False, lang="en")).document
    file = parse.cluster_file(out.read_text(encoding="utf-8"), "new.toml")
    assert (file.controller.address, file.controller.connect, file.package.path) == (
        "10.0.0.1", "control.example", "/data/x.tgz",
    )  # fmt: skip
    addresses = parse_install_config(CONFIG).addresses()
    assert {"auth", "redis_cluster", "etcd", "apigw", "iam_search_engine"} <= file.placement.keys()
    assert all(host in addresses for hosts in file.placement.values() for host in hosts)
    nginx = "10.0.0.2"
    assert nginx not in file.placement["apigw"], "apigw and openresty want the same ports"
    assert {module: hosts for module, hosts, _ in report.proposal.placement} == dict(file.placement)
    assert all(isinstance(because, InlineReason) and because.en for _, _, because in report.proposal.placement)


def test_paths_that_are_not_the_vendors_defaults_are_found_and_written(cluster: LocalCluster, tmp_path: Path) -> None:
    """Installed elsewhere (`--install`), with sources where its merged variables say."""
    cluster.write(
        {
            "/opt/bk/install/install.config": CONFIG,
            "/opt/bk/install/bin/04-final/global.env": 'BK_PKG_SRC_PATH=/data/src\nBK_PKG_SRC_PATH="/opt/bk/src"\n',
        }
    )
    out = tmp_path / "new.toml"
    asyncio.run(init(replace(REQUEST, install="/opt/bk/install"), out, force=False, lang="en"))
    paths = parse.cluster_file(out.read_text(encoding="utf-8"), "new.toml").paths
    assert (paths.install, paths.src) == ("/opt/bk/install", "/opt/bk/src")


def test_the_default_is_the_vendors() -> None:
    assert Paths().install == DEFAULT_INSTALL


def test_the_vendors_default_paths_are_not_written(cluster: LocalCluster, tmp_path: Path) -> None:
    cluster.write({"/data/install/bin/04-final/global.env": "BK_PKG_SRC_PATH=/data/src\n"})
    out = tmp_path / "new.toml"
    asyncio.run(init(REQUEST, out, force=False, lang="en"))
    assert "[paths]" not in out.read_text(encoding="utf-8")


def test_only_the_controller_is_asked_and_nothing_is_written_there(cluster: LocalCluster, tmp_path: Path) -> None:
    asyncio.run(init(REQUEST, tmp_path / "new.toml", force=False, lang="en"))
    assert [host for host, _ in cluster.hosts.calls] == ["10.0.0.1"]
    assert not cluster.hosts.state("10.0.0.1").exists()


def test_a_file_that_is_there_is_refused_before_any_connection(cluster: LocalCluster, tmp_path: Path) -> None:
    before = (tmp_path / "cluster.toml").read_bytes()
    with pytest.raises(SpecError) as refused:
        asyncio.run(init(REQUEST, tmp_path / "cluster.toml", force=False, lang="en"))
    assert [diagnostic.code for diagnostic in refused.value.diagnostics] == ["file-exists"]
    assert cluster.hosts.calls == []
    assert (tmp_path / "cluster.toml").read_bytes() == before


@pytest.mark.parametrize("fault", ["refused", "lost"])
def test_a_controller_that_does_not_answer_leaves_no_file(cluster: LocalCluster, tmp_path: Path, fault: str) -> None:
    cluster.hosts.faults[0] = "refused" if fault == "refused" else "lost"
    with pytest.raises(TransportError):
        asyncio.run(init(REQUEST, tmp_path / "new.toml", force=False, lang="en"))
    assert not (tmp_path / "new.toml").exists()


def test_a_controller_without_install_config_leaves_no_file(cluster: LocalCluster, tmp_path: Path) -> None:
    (cluster.root / "data/install/install.config").unlink()
    with pytest.raises(SpecError) as refused:
        asyncio.run(init(REQUEST, tmp_path / "new.toml", force=True, lang="en"))
    assert [diagnostic.code for diagnostic in refused.value.diagnostics] == ["install-config-missing"]
    assert not (tmp_path / "new.toml").exists()
