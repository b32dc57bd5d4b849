"""The wheel, installed into an environment of its own and used from another directory: is everything in it?

Dependencies are those of the environment that the tests run in: what is tried is our own package, not the registry.
"""

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

pytestmark = pytest.mark.timeout(300)
PACKED = ("reconciler", "specs", "probes", "actions")
MANUALS = tuple((ROOT / "docs/man").rglob("*.1"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves build/ and egg-info where it works."""
    copy, out = tmp_path_factory.mktemp("source") / "bkrec", tmp_path_factory.mktemp("wheel")
    packed = [path for top in PACKED for path in (ROOT / top).rglob("*") if "__pycache__" not in path.parts]
    files = [path for path in (*packed, *MANUALS) if path.is_file()]
    for path in (*files, ROOT / "pyproject.toml", ROOT / "README.md", ROOT / "LICENSE"):
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    said(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(out), str(copy), cwd=out)
    return next(out.glob("bkrec-*.whl"))


@pytest.fixture(scope="module")
def bkrec(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("installed")
    # `venv` would do, but for Pyright: it shares its name with the directory that the environment of a checkout is in
    said(sys.executable, "-m", "venv", "--without-pip", str(home), cwd=home)
    site = home / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    said(
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(home / "bin/python"),
        "install",
        "-q",
        "--no-deps",
        str(wheel),
        cwd=home,
    )
    # after the wheel's own packages, and without their .pth files: an editable install of ours must not be seen
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return home / "bin/bkrec"


def said(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_has_the_release_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    data = {str(path.relative_to(ROOT)) for path in (ROOT / "specs/releases").rglob("*.toml")}
    assert data <= set(names)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name and ".data/" not in name} == set(PACKED)


def test_the_wheel_has_the_templates_of_the_pages_and_the_manual(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "reconciler/view/html/templates").iterdir()} <= set(names)
    manuals = {name.partition(".data/data/")[2] for name in names if ".data/" in name}
    assert manuals == {"share/man/man1/bkrec.1", "share/man/zh_CN/man1/bkrec.1"}


def test_a_page_is_made_of_its_templates(bkrec: Path, tmp_path: Path) -> None:
    """Of an error: without a cluster file no other report can be had here."""
    done = subprocess.run(
        [bkrec, "-c", "none.toml", "check", "-o", "html"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 65, done.stderr
    assert done.stdout.startswith("<!DOCTYPE html>")


def test_the_version_is_told(bkrec: Path, tmp_path: Path) -> None:
    assert said(bkrec, "--version", cwd=tmp_path).startswith("bkrec ")


def test_the_code_is_the_wheels(bkrec: Path, tmp_path: Path) -> None:
    code = "import reconciler, specs; print(reconciler.__path__, specs.__path__)"
    assert str(ROOT) not in said(bkrec.parent / "python", "-c", code, cwd=tmp_path)


def test_a_section_of_the_guide_is_explained(bkrec: Path, tmp_path: Path) -> None:
    assert "7.1" in said(bkrec, "explain", "7.1", cwd=tmp_path)


def test_a_schema_is_printed(bkrec: Path, tmp_path: Path) -> None:
    assert json.loads(said(bkrec, "schema", "plan", cwd=tmp_path))["type"] == "object"
