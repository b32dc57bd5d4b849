"""What goes into the archives of `.ci/bundle`, and the two scripts in them.

The archives themselves are tried in tests/lab/test_bundle.py.
"""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

BUNDLE = ROOT / ".ci/bundle.d"
REQUIREMENT = re.compile(r"([a-z0-9-]+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\\n|\n))+)")


def lock(name: str) -> dict[str, str]:
    text = (BUNDLE / name).read_text(encoding="utf-8")
    assert REQUIREMENT.sub("", text) == "", "a line that is no pinned version with hashes"
    return {found[1]: found[2] for found in REQUIREMENT.finditer(text)}


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[^A-Za-z0-9-]", wanted)[0] for wanted in project["dependencies"]}
    assert names <= set(lock("wheels.lock"))
    assert {"ziglang", "setuptools", "pip"} <= set(lock("tools.lock"))


def test_every_source_has_a_version_and_a_hash() -> None:
    lines = (BUNDLE / "sources.lock").read_text(encoding="utf-8").splitlines()
    named = [line.split()[1] for line in lines if line.startswith("# ")]
    files = [re.fullmatch(r"[0-9a-f]{64}  (\S+)", line) for line in lines if not line.startswith("#")]
    assert all(files)
    assert {found[1].partition("_")[0] for found in files if found} == set(named)


def test_bkrec_in_an_archive_is_made_from_all_that_pyproject_names() -> None:
    """setuptools says nothing of a pattern that fits no file: the archives had no manual once."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    setuptools = project["tool"]["setuptools"]
    wanted = {name.removesuffix("*") for name in setuptools["packages"]["find"]["include"]}
    wanted |= {project["project"]["readme"], project["project"]["license"]["file"], "pyproject.toml"}
    patterns = [pattern for patterns in setuptools["data-files"].values() for pattern in patterns]
    wanted |= {str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)}
    text = (ROOT / ".ci/bundle").read_text(encoding="utf-8")
    (taken,) = re.findall(r"tar -c --exclude=__pycache__ (.+) \| tar -x -C \"\$copy\"", text)
    lacking = [name for name in sorted(wanted) if not any(Path(name).is_relative_to(each) for each in taken.split())]
    assert lacking == []


@pytest.mark.parametrize(
    ("script", "shell"), [("bundle", "bash"), ("bundle.d/bkrec", "sh"), ("bundle.d/install.sh", "sh")]
)
def test_the_scripts_parse(script: str, shell: str) -> None:
    subprocess.run([shell, "-n", ROOT / ".ci" / script], check=True)


def run(*command: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"]} | env
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, stdin=subprocess.DEVNULL
    )


def test_the_launcher_is_found_through_links_and_hands_everything_on(tmp_path: Path) -> None:
    home = tmp_path / "a b/bkrec-1"
    (home / "python/bin").mkdir(parents=True)
    shutil.copy(BUNDLE / "bkrec", home / "bkrec")
    python = home / "python/bin/python3.11"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nenv | grep -c "^LD_\\|^PYTHON"\n', encoding="ascii")
    python.chmod(0o755)
    link, second = tmp_path / "first", tmp_path / "second"
    link.symlink_to(home / "bkrec")
    second.symlink_to("first")
    assert run(second, "diff", "a  b", "").stdout.splitlines() == [
        "-I", "-S", str(home / "python/start.py"), "diff", "a  b", "", "0",
    ]  # fmt: skip


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    home = tmp_path / "wheelhouse"
    home.mkdir()
    shutil.copy(BUNDLE / "install.sh", home / "install.sh")
    (home / "SHA256SUMS").write_text(run("sha256sum", home / "install.sh").stdout, encoding="ascii")
    return home


def test_a_torn_wheelhouse_is_not_installed(wheelhouse: Path, tmp_path: Path) -> None:
    with (wheelhouse / "install.sh").open("a", encoding="ascii") as script:
        script.write("# one line more\n")
    refused = run("sh", wheelhouse / "install.sh", tmp_path / "target")
    assert (refused.returncode, (tmp_path / "target").exists()) == (5, False)
    assert "copy the archive again" in refused.stderr


def test_a_machine_without_a_new_python_hears_of_the_bundle(wheelhouse: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "sha256sum", "uname"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    (tools / "python3").chmod(0o755)
    refused = run("sh", wheelhouse / "install.sh", tmp_path / "target", PATH=str(tools))
    assert (refused.returncode, (tmp_path / "target").exists()) == (5, False)
    assert f"linux-{os.uname().machine}.tar.gz" in refused.stderr


APT = r"""
case " $* " in
    *" showsrc "*) for each in $INDEX; do echo "Package: it"; echo "Version: $each"; done ;;
    *" it=$POOL "*) echo "$POOL" > it.dsc ;;
    *) echo "E: Failed to fetch http://archive/pool/it.dsc  404  Not Found" >&2; exit 100 ;;
esac
"""


@pytest.mark.parametrize(
    ("wanted", "index", "pool", "taken"),
    [
        ("1-1", "1-1 1-2", "1-1", "it 1-1"),
        ("", "1-1 1-2", "1-1", "it 1-1"),
        ("1-1", "1-2 1-10 1-9", "1-10", "it 1-10"),
        ("1-1", "1-1 1-2", "none", ""),
    ],
    ids=["the-locked-one", "the-index-is-ahead-of-the-pool", "the-locked-one-is-gone", "nothing"],
)
def test_of_a_source_that_is_taken_which_index_and_pool_have(
    tmp_path: Path, wanted: str, index: str, pool: str, taken: str
) -> None:
    for name in ("apt-get", "apt-cache"):
        (tmp_path / name).write_text(f"#!/bin/sh\n{APT}")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "work").mkdir()
    script = f'set -euo pipefail; apt=(apt-get -o x); source {BUNDLE}/sources.sh; cd "$1"; fetch_source it $2'
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = run("bash", "-c", script, "bash", tmp_path / "work", wanted, PATH=path, INDEX=index, POOL=pool)
    assert (done.returncode, done.stdout.strip()) == (0 if taken else 1, taken), done.stderr
    assert [path.name for path in (tmp_path / "work").iterdir()] == (["it.dsc"] if taken else [])
    assert ("404" in done.stderr) == (taken != f"it {wanted}")
    assert ("sources.lock" in done.stderr) == bool(wanted and taken and taken != f"it {wanted}")
