"""The survey, on a real sh: install.config comes whole or not at all, whatever a login prints around it."""

import asyncio
from pathlib import Path

import pytest

from reconciler.effects import survey
from reconciler.effects.transport import TransportError
from specs.cluster import ClusterFile, Controller, PackageFile, Paths
from specs.diagnostic import SpecError
from tests.support.local import Greeting, LocalTransport

CONFIG = "# 蓝鲸\n10.0.0.1 iam,ssm\n10.0.0.2 nginx"
GREETING = "\x1b[1mWelcome\x1b[0m\nmissing\nfound\n---\n10.9.9.9 paas\n"


def cluster_file(install: Path) -> ClusterFile:
    paths = Paths(install=str(install))
    return ClusterFile(
        schema="bkrec.cluster/1",
        name="night",
        controller=Controller(address="10.0.0.1"),
        paths=paths,
        package=PackageFile(path="/data/x.tgz"),
    )


@pytest.fixture
def install(tmp_path: Path) -> Path:
    place = tmp_path / "install"
    place.mkdir()
    (place / "install.config").write_text(CONFIG)
    (place / ".path").write_text("/data/bkce\n")
    return place


def read(install: Path, kept: int | None = None) -> tuple[str, str]:
    host = Greeting(LocalTransport(install.parent), GREETING, kept)
    found = asyncio.run(survey.read(host, cluster_file(install)))
    return found.config, found.home


def test_what_a_login_prints_is_no_part_of_it(install: Path) -> None:
    assert read(install) == (CONFIG, "/data/bkce")


def test_an_answer_that_broke_off_is_no_short_install_config(install: Path) -> None:
    for kept in range(0, len(GREETING) + 50, 7):
        with pytest.raises(TransportError) as lost:
            read(install, kept)
        assert lost.value.diagnostic.code == "connection-lost"


def test_without_an_install_config_it_says_so(install: Path) -> None:
    (install / "install.config").unlink()
    with pytest.raises(SpecError) as caught:
        read(install)
    assert [told.code for told in caught.value.diagnostics] == ["install-config-missing"]
