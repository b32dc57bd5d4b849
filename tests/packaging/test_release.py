"""What would be published: sdist and wheel, judged by twine, installed from nothing into an empty environment.

pytest -m campaign -s tests/packaging/test_release.py

Needs a registry of Python packages for `build`, `twine` and what bkrec depends on, and man-db.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(900)]
MANUALS = {"share/man/man1/bkrec.1": "docs/man/bkrec.1", "share/man/zh_CN/man1/bkrec.1": "docs/man/zh_CN/bkrec.1"}


def said(*command: str | Path, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LC_ALL": "C.UTF-8", **_registry(), **env},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _registry() -> dict[str, str]:
    """Where pip finds packages on this machine: its variables, and its file, which $HOME above would hide."""
    variables = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    config = Path.home() / ".config/pip/pip.conf"
    return variables | ({"PIP_CONFIG_FILE": str(config)} if config.exists() else {})


def environment(path: Path, *packages: str) -> Path:
    """Its bin directory."""
    said(sys.executable, "-m", "venv", path, cwd=path.parent)
    said(path / "bin/python", "-m", "pip", "install", "-q", "--no-compile", *packages, cwd=path.parent)
    return path / "bin"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("tools") / "tools", "build", "twine")


@pytest.fixture(scope="module")
def published(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """sdist and wheel, the wheel made of the sdist, of what git knows of the checkout."""
    top = tmp_path_factory.mktemp("published")
    (top / "bkrec").mkdir()
    said("git", "-c", "safe.directory=*", "archive", "-o", top / "bkrec.tar", "HEAD", cwd=ROOT)
    with tarfile.open(top / "bkrec.tar") as archive:
        archive.extractall(top / "bkrec", filter="data")
    said(tools / "python", "-m", "build", "--outdir", top / "dist", top / "bkrec", cwd=top)
    (sdist,), (wheel,) = (top / "dist").glob("bkrec-*.tar.gz"), (top / "dist").glob("bkrec-*.whl")
    return sdist, wheel


def test_twine_has_nothing_to_say(tools: Path, published: tuple[Path, Path], tmp_path: Path) -> None:
    words = said(tools / "twine", "check", "--strict", *published, cwd=tmp_path)
    print(words)
    assert words.count("PASSED") == 2
    assert "WARNING" not in words.upper().replace("PASSED", "")


def test_the_sdist_has_all_that_the_wheel_is_made_of(published: tuple[Path, Path]) -> None:
    sdist, wheel = published
    with tarfile.open(sdist) as archive:
        source = {name.partition("/")[2] for name in archive.getnames()}
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name and ".data/" not in name}
    assert packed <= source
    assert {"docs/man/bkrec.1", "docs/man/zh_CN/bkrec.1", "LICENSE", "README.md", "pyproject.toml"} <= source


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_it_is_installed_from_nothing_and_works(published: tuple[Path, Path], tmp_path: Path, kind: str) -> None:
    bin_directory = environment(tmp_path / kind, str(published[0] if kind == "sdist" else published[1]))
    assert said(bin_directory / "pip", "check", cwd=tmp_path).strip() == "No broken requirements found."
    bkrec = bin_directory / "bkrec"
    print(said(bkrec, "--version", cwd=tmp_path))
    assert "7.1" in said(bkrec, "explain", "7.1", cwd=tmp_path)
    assert "complete -" in said(bkrec, "completion", "bash", cwd=tmp_path)
    for page, source in MANUALS.items():
        manual = tmp_path / kind / page
        assert manual.read_bytes() == (published[0].parents[1] / "bkrec" / source).read_bytes()
        assert shutil.which("man"), "man (Debian: man-db) is not on PATH"
        shown = said("man", "-l", "--warnings", "-P", "cat", manual, cwd=tmp_path, MANWIDTH="80")
        assert "warning" not in shown
        assert "bkrec check" in shown


def test_man_warns_of_a_page_that_is_broken(tmp_path: Path) -> None:
    broken = (ROOT / "docs/man/bkrec.1").read_text(encoding="utf-8").replace(".SH OPTIONS", ".SX OPTIONS\n.if")
    (tmp_path / "bkrec.1").write_text(broken, encoding="utf-8")
    assert "warning" in said("man", "-l", "--warnings", "-P", "cat", tmp_path / "bkrec.1", cwd=tmp_path, MANWIDTH="80")
