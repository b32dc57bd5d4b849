"""The survey, on a real sh: install.config comes whole or not at all, whatever a login prints around it."""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from probes.command import Command, Output
from probes.package_versions import DIRECTORY
from reconciler.engine import discover
from reconciler.engine.transport import TransportError
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
    found = asyncio.run(discover.read_controller(host, cluster_file(install)))
    return found.config, found.home


def test_what_a_login_prints_is_no_part_of_it(install: Path) -> None:
    assert read(install) == (CONFIG, "/data/bkce")


@pytest.mark.condition("v18-links-elsewhere")
def test_a_link_to_the_scripts_is_followed(install: Path) -> None:
    """The vendor's pcmd.sh:8 finds itself so, and loads from there on every host."""
    link = install.parent / "link"
    link.symlink_to("install")
    for path in (install, link):
        host = LocalTransport(install.parent)
        assert asyncio.run(discover.read_controller(host, cluster_file(path))).scripts == str(install)


def test_an_answer_that_broke_off_is_no_short_install_config(install: Path) -> None:
    for kept in range(0, len(GREETING) + 50, 7):
        with pytest.raises(TransportError) as lost:
            read(install, kept)
        assert lost.value.diagnostic.code == "connection-lost"


MD5 = "4213478c6b2c3e645c0c30009de474b8"
RECORD = f"md5 {MD5}\nproduct bkauth 0.0.14\nproduct job !empty\nend\n"


@dataclass
class Elsewhere:
    """The controller's /var/lib/bkrec/package-versions is a place of the test's."""

    real: LocalTransport
    place: Path

    async def run(self, host: str, command: Command) -> Output:
        stdin = command.stdin.replace(DIRECTORY, str(self.place))
        args = tuple(word.replace(DIRECTORY, str(self.place)) for word in command.args)
        return await self.real.run(host, replace(command, stdin=stdin, args=args))

    async def close(self) -> None:
        """Nothing is kept open."""


def pins(install: Path, record: str | None, md5: str = MD5) -> tuple[str, ...]:
    place = install.parent / "pins"
    place.mkdir()
    if record is not None:
        (place / MD5).write_text(record)
    host = Elsewhere(LocalTransport(install.parent), place)
    found = asyncio.run(discover.read_controller(host, cluster_file(install), md5))
    assert (found.config, found.home) == (CONFIG, "/data/bkce")
    return tuple(str(pin) for pin in found.package_versions or ())


@pytest.mark.parametrize(
    ("record", "md5", "wanted"),
    [
        (RECORD, MD5, ("product bkauth 0.0.14", "product job !empty")),
        (None, MD5, ()),
        (RECORD, "0" * 32, ()),
        (RECORD, "", ()),
        (RECORD, "../../etc/passwd", ()),
    ],
    ids=["kept", "never-kept", "another-package", "not-asked", "no-md5"],
)
def test_the_package_s_versions_come_with_it(
    install: Path, record: str | None, md5: str, wanted: tuple[str, ...]
) -> None:
    assert pins(install, record, md5) == wanted


SPOOF = "found\n---\n10.9.9.9 paas\nend\n"


@pytest.mark.parametrize("record", ["", RECORD[:-4], SPOOF, RECORD.replace("0.0.14", "x" * 70_000)])
def test_a_damaged_record_is_refused_and_is_no_install_config(install: Path, record: str) -> None:
    with pytest.raises(SpecError) as caught:
        pins(install, record)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["package-versions-damaged"]


def test_without_an_install_config_it_says_so(install: Path) -> None:
    (install / "install.config").unlink()
    with pytest.raises(SpecError) as caught:
        read(install)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["install-config-missing"]
