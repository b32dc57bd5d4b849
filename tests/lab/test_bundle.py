"""The bundle (`.ci/bundle`) on machines without Python: nothing in it is newer than glibc 2.17, and it does its work.

    pytest -m campaign -s tests/lab/test_bundle.py      # writes docs/measured/bundle-ARCH.json, if all of it passes
    python docs/figures.py                              # makes the table of docs/campaign.md of it

builds both archives (minutes the first time: the interpreter is compiled), tries them on Debian 11 without Python and
without network, then `check` from there against the lab.
"""

import json
import os
import re
import resource
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs import figures
from tests.architecture.tree import ROOT
from tests.lab.machine import base
from tests.lab.machine.api import Lab
from tests.lab.support.bare import DEBIAN, Bare, bundle
from tests.lab.support.operator import Desk, cluster_toml, of_the_cluster, same_from_both

pytestmark = [pytest.mark.campaign, pytest.mark.lab, pytest.mark.timeout(3600)]
NEWEST = (2, 17)
ELF = b"\x7fELF"
STARTED = {"version": ("--version",), "help": ("--help",), "explain": ("explain", "7.1")}
ALL_MODULES = """
import importlib, pkgutil, sys
sys.path.append(sys.argv[1] + "/packages")
import actions, asyncssh, probes, reconciler, specs
for package in (actions, probes, reconciler, specs):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
files = [module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)]
print(len(files), sorted(file for file in files if not file.startswith(sys.argv[1])))
"""


@pytest.fixture(scope="module", params=DEBIAN)
def arch(request: pytest.FixtureRequest) -> str:
    if reason := base.why_not():
        pytest.skip(reason)
    return request.param


@pytest.fixture(scope="module")
def measured(request: pytest.FixtureRequest, arch: str) -> Iterator[dict[str, Any]]:
    """What the tests of one archive find out; written down where none of them failed and none was left out."""
    failed = request.session.testsfailed
    found: dict[str, Any] = {}
    yield found
    print(f"\n{arch}: {json.dumps(found)}")
    if request.session.testsfailed == failed and found.keys() == figures.BUNDLE.keys():
        figures.store(f"bundle-{arch}", found)


@pytest.fixture(scope="module")
def archive(arch: str) -> Path:
    return bundle(arch)


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return next(target.iterdir())


@pytest.fixture(scope="module")
def bare(arch: str) -> Iterator[Bare]:
    with Bare(name=f"{arch[0]}{os.getpid()}", arch=arch) as machine:
        yield machine


@pytest.fixture(scope="module")
def bkrec(bare: Bare, archive: Path) -> str:
    return f"{bare.unpack(archive)}/bkrec"


def glibc_symbols(path: Path) -> set[tuple[int, ...]]:
    """Versions of glibc that this file's dynamic symbols ask for. objdump reads other processors' files too."""
    printed = subprocess.run(["objdump", "-T", path], capture_output=True, text=True, check=True).stdout
    return {tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_([0-9.]+)", printed)}


def elf_files(top: Path) -> list[Path]:
    return [path for path in top.rglob("*") if path.is_file() and not path.is_symlink() and _magic(path) == ELF]


def _magic(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


class Taken:
    """Seconds by the clock and of processor time, each the least of some runs, of programs that have ended."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.cpu: list[float] = []
        self._began = 0.0, 0.0

    def __enter__(self) -> None:
        self._began = time.monotonic(), self._used()

    def __exit__(self, *_: object) -> None:
        self.clock.append(time.monotonic() - self._began[0])
        self.cpu.append(self._used() - self._began[1])

    @property
    def least(self) -> tuple[float, float]:
        return round(min(self.clock), 2), round(min(self.cpu), 2)

    @staticmethod
    def _used() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime


def test_no_file_asks_for_more_than_glibc_2_17(unpacked: Path, arch: str, measured: dict[str, Any]) -> None:
    files = elf_files(unpacked)
    asked = {path: glibc_symbols(path) for path in files}
    assert all(asked.values()), "a file of which objdump reads nothing"
    newest = max(version for versions in asked.values() for version in versions)
    print(f"\n{arch}: {len(files)} ELF files, newest symbol GLIBC_{'.'.join(map(str, newest))}")
    for path, versions in asked.items():
        print(f"  {path.relative_to(unpacked)}: {'.'.join(map(str, max(versions)))}")
    assert newest <= NEWEST
    measured.update(elf_files=len(files), newest=f"GLIBC_{'.'.join(map(str, newest))}")


def test_a_program_of_this_machine_would_be_noticed() -> None:
    assert max(glibc_symbols(Path("/bin/ls"))) > NEWEST


def test_the_manual_is_beside_it(unpacked: Path) -> None:
    """For `man -M`, and for links from where man looks."""
    pages = {path.relative_to(ROOT / "docs/man"): path for path in (ROOT / "docs/man").rglob("*.1")}
    assert len(pages) == 2
    for name, page in pages.items():
        packed = unpacked / "share/man" / name.parent / "man1" / name.name
        assert packed.read_bytes() == page.read_bytes()


def test_the_machine_has_neither_python_nor_network(bare: Bare) -> None:
    there = bare.run(
        "sh", "-c", "find / -xdev -name 'python*' -not -path '/proc/*' -not -path '/opt/*' -not -path '/usr/share/*'"
    )
    assert there.must(0).out == ""
    assert bare.run("cat", "/proc/net/route").out.count("\n") <= 1


def test_every_module_of_bkrec_is_imported_there_and_nothing_from_elsewhere(bare: Bare, bkrec: str) -> None:
    top = bkrec.removesuffix("/bkrec")
    out = bare.run(f"{top}/python/bin/python3.11", "-I", "-S", "-c", ALL_MODULES, top, timeout_s=300).must(0).out
    assert out.endswith(" []\n"), out


def test_it_starts_and_the_figures_are_printed(
    bare: Bare, bkrec: str, archive: Path, unpacked: Path, measured: dict[str, Any]
) -> None:
    size = sum(path.stat().st_size for path in unpacked.rglob("*") if path.is_file() and not path.is_symlink())
    measured.update(archive_mb=round(archive.stat().st_size / 1e6, 1), unpacked_mb=round(size / 1e6, 1))
    for name, args in STARTED.items():
        taken = Taken()
        for _ in range(3):
            with taken:
                bare.run(bkrec, *args).must(0)
        measured[name] = taken.least


def test_what_is_not_ascii_is_printed_in_any_locale(bare: Bare, bkrec: str) -> None:
    for variables in ({}, {"LC_ALL": "C"}, {"LANG": "zh_CN.UTF-8"}):
        assert "升级指引" in bare.run(bkrec, "--lang", "zh", "explain", "7.1", env=variables).must(0).out


def test_a_copy_elsewhere_and_a_link_to_it_do_as_well(bare: Bare, bkrec: str) -> None:
    top = bkrec.removesuffix("/bkrec")
    script = f"""
        mkdir -p '/srv/a b' && cp -r {top} '/srv/a b/bkrec' && ln -sf '/srv/a b/bkrec/bkrec' /usr/local/bin/bkrec &&
            cd /tmp && bkrec --version"""
    assert bare.run("sh", "-c", script).must(0).out.startswith("bkrec ")


def test_check_says_the_same_as_from_a_checkout(
    bare: Bare, bkrec: str, lab: Lab, tmp_path: Path, measured: dict[str, Any]
) -> None:
    """Over SSH, by what this machine's own `ssh -G` makes of its files."""
    desk = Desk(lab, tmp_path / "desk")
    home = bare.root / "root"
    (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
    for name, text in (("key", lab.place.key.read_text()), ("known_hosts", lab.place.known_hosts.read_text())):
        (home / ".ssh" / name).write_text(text, encoding="ascii")
        (home / ".ssh" / name).chmod(0o600)
    (home / ".ssh/config").write_text("Host *\n  User root\n  IdentityFile ~/.ssh/key\n", encoding="ascii")
    text = (
        cluster_toml(lab)
        .replace(str(lab.place.key), "/root/.ssh/key")
        .replace(str(lab.place.known_hosts), "/root/.ssh/known_hosts")
    )
    (home / "cluster.toml").write_text(text, encoding="utf-8")
    bare.netns = lab.place.netns
    from_bundle, from_checkout = Taken(), Taken()

    def there() -> tuple[dict[str, Any], str]:
        with from_bundle:
            said = bare.run("sh", "-c", f"cd /root && exec {bkrec} check -o json", timeout_s=300).must(2)
        return of_the_cluster(json.loads(said.out)), said.err

    def here() -> tuple[dict[str, Any], str]:
        with from_checkout:
            said = desk.bkrec("check", "-o", "json").must(2)
        return of_the_cluster(said.document), said.err

    document, _ = same_from_both(here, there, 900)
    facts = document["matching"] + len(document["drift"]) + len(document["unknown"])
    measured.update(facts=facts, check=from_bundle.least, check_from_checkout=from_checkout.least)
