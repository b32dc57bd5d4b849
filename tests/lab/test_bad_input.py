"""Bad input: each is refused with its code, in words that say what, where, why, what next, and nothing is written."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.file_traces import wrote
from tests.lab.support.operator import Desk, Said, fresh, on

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def booted(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return fresh(lab, tmp_path_factory.mktemp("refused") / "desk").lab


@pytest.fixture
def desk(booted: Lab, tmp_path: Path) -> Desk:
    return Desk(booted, tmp_path / "desk")


def refused(desk: Desk, *args: str, code: int, text: str) -> Said:
    """Exit code and diagnostic code, each of its parts, and no write on any host, /var/lib/bkrec included."""
    said, written = wrote(desk.lab, lambda: desk.bkrec(*args).must(code))
    assert f"error[{text}]" in said.err or f"错误[{text}]" in said.err, said.all
    block = said.err[said.err.index(f"[{text}]") :].split("\n\n")[0]
    for names in (("why:", "原因:"), ("hint:", "建议:")):
        assert any(re.search(rf"^  {name} +\S", block, re.M) for name in names), block
    assert written == []
    return said


def test_a_package_with_another_md5(desk: Desk) -> None:
    desk.configure(md5="0" * 32)
    said = refused(desk, "apply", "--yes", code=5, text="package-md5")
    assert desk.lab.package_md5 in said.err
    assert "0" * 32 in said.err
    assert "/data/bkce-src-6.2.2.tgz" in said.err


def test_a_package_that_is_not_there(desk: Desk) -> None:
    desk.configure(package="/data/none.tgz")
    said = refused(desk, "apply", "--yes", code=5, text="package-missing")
    assert "10.0.0.1 /data/none.tgz" in said.err


def test_a_package_that_is_not_there_in_chinese(desk: Desk) -> None:
    desk.configure(package="/data/none.tgz")
    said = refused(desk, "--lang", "zh", "apply", "--yes", code=5, text="package-missing")
    assert re.search(r"[\u4e00-\u9fff]", said.err)


@pytest.fixture
def full_disk(booted: Lab) -> Iterator[None]:
    """Where the package would be unpacked: a file system of its own, almost full."""
    on(booted, "h1", "mkdir /data/tmp && mount -t tmpfs -o size=8m tmpfs /data/tmp")
    yield
    on(booted, "h1", "umount /data/tmp && rmdir /data/tmp")


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_on_the_controller(desk: Desk) -> None:
    said = refused(desk, "apply", "--yes", code=5, text="preflight-space-package")
    assert "too little free disk space at /data/tmp" in " ".join(said.err.split())
    assert "10.0.0.1" in said.err


def other_key(desk: Desk, host: str) -> None:
    """Written down for HOST is the key of another."""
    lines = [line.split() for line in desk.lab.place.known_hosts.read_text(encoding="utf-8").splitlines()]
    wrong = next(words[-1] for words in lines if HOSTS[host] not in words[0])
    changed_ = [" ".join([*words[:-1], wrong] if HOSTS[host] in words[0] else words) for words in lines]
    path = desk.home / "known_hosts"
    path.write_text("\n".join(changed_) + "\n", encoding="utf-8")
    desk.configure(known_hosts=str(path))


def test_a_controller_with_another_host_key(desk: Desk) -> None:
    other_key(desk, "h1")
    for command in (("check",), ("plan",), ("apply", "--yes")):
        said = refused(desk, *command, code=4, text="host-key-changed")
        assert re.search(r"^  where: +10\.0\.0\.1$", said.err, re.M)


def test_a_host_with_another_host_key_is_unknown_and_not_worked_on(desk: Desk) -> None:
    other_key(desk, "h2")
    said, written = wrote(desk.lab, lambda: desk.bkrec("check", "-o", "json").must(4))
    readings = said.document
    assert readings["verdict"] == "unknown"
    here = [unknown for unknown in readings["unknown"] if unknown["host"] == HOSTS["h2"]]
    assert {unknown["reading"]["why"]["code"] for unknown in here} == {"host-key-changed"}
    assert not [drift for drift in readings["drift"] if drift["host"] == HOSTS["h2"]]
    assert written == []


@pytest.fixture
def broken_config(booted: Lab) -> Iterator[None]:
    path = booted.place.root("h1") / "data/install/install.config"
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept.replace("\n", ",Bad(\n", 1), encoding="utf-8")
    yield
    path.write_text(kept, encoding="utf-8")


@pytest.mark.usefixtures("broken_config")
@pytest.mark.parametrize("args", [("check",), ("apply", "--yes"), ("--lang", "zh", "apply", "--yes")])
def test_a_broken_install_config(desk: Desk, args: tuple[str, ...]) -> None:
    said = refused(desk, *args, code=65, text="install-config-broken")
    assert "10.0.0.1 /data/install/install.config:1" in said.err


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [('name = "lab"', "[[[", "spec-not-toml"), ('name = "lab"', 'nam = "lab"', "spec-bad-value")],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_broken_cluster_file(desk: Desk, old: str, new: str, text: str, lang: str) -> None:
    desk.cluster.write_text(desk.cluster.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    said = refused(desk, "--lang", lang, "apply", "--yes", code=65, text=text)
    assert str(desk.cluster) in said.err.replace("\n      ", "")


def test_a_controller_that_cannot_be_reached(desk: Desk) -> None:
    text = desk.cluster.read_text(encoding="utf-8").replace(f'address = "{HOSTS["h1"]}"', 'address = "127.0.0.9"')
    desk.cluster.write_text(text, encoding="utf-8")
    for command in (("check",), ("apply", "--yes")):
        refused(desk, *command, code=4, text="host-unreachable")


def test_an_option_that_does_not_exist(desk: Desk) -> None:
    refused(desk, "check", "--nope", code=64, text="usage")


def test_a_json_reader_is_told_the_same(desk: Desk) -> None:
    desk.configure(package="/data/none.tgz")
    said = desk.bkrec("apply", "--yes", "-o", "json").must(5)
    problem = next(p for event in said.events for p in event.get("problems", ()) if p["code"] == "package-missing")
    for part in ("what", "why", "hint"):
        assert problem[part]["en"]
        assert problem[part]["zh"]
    assert problem["where"].startswith(HOSTS["h1"])
