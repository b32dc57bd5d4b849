"""The package: each stage ends in one rename, so whatever is cut short, the stage before it still stands."""

import os
import subprocess
from pathlib import Path

import pytest

from actions.package import ReplaceScripts, SwapSource, UnpackPackage, UnpackProducts
from actions.path import CopyDirectory, RetireDirectory
from probes import path
from probes.backup import DIRECTORY, PROBE, Backup
from probes.fact import SameAs
from tests.probes.here import ask, brief, tool
from tests.support.broken_backups import WAYS
from tests.support.broken_backups import broken as way
from tests.support.shell import perform

HOST = "10.0.0.1"
TOOLS = Path(__file__).parents[1] / "support/tools"


def package(tmp_path: Path) -> Path:
    tree = tmp_path / "made"
    (tree / "install").mkdir(parents=True)
    (tree / "src").mkdir()
    (tree / "install/bkcli").write_text("new\n")
    (tree / "src/VERSION").write_text("6.2.2\n")
    product = tmp_path / "product/bkauth"
    product.mkdir(parents=True)
    (product / "VERSION").write_text("0.0.13\n")
    subprocess.run(["tar", "-czf", tree / "src/bkauth_ce-0.0.13.tgz", "-C", tmp_path / "product", "bkauth"], check=True)
    file = tmp_path / "bkce.tgz"
    subprocess.run(["tar", "-czf", file, "-C", tree, "src", "install"], check=True)
    return file


def unpack(tmp_path: Path, file: Path) -> int:
    into = f"{tmp_path}/tmp/bkrec-6.2.2"
    action = UnpackPackage(host=HOST, package=str(file), md5="", into=into, version="6.2.2")
    return perform(action.command(), tmp_path).returncode


def test_the_package_is_unpacked_whole_or_not_at_all(tmp_path: Path) -> None:
    file = package(tmp_path)
    torn = tmp_path / "torn.tgz"
    torn.write_bytes(file.read_bytes()[:-60])
    assert unpack(tmp_path, torn) != 0
    assert not (tmp_path / "tmp/bkrec-6.2.2").exists()
    assert unpack(tmp_path, file) == 0
    assert (tmp_path / "tmp/bkrec-6.2.2/install/bkcli").read_text() == "new\n"


@pytest.mark.parametrize("hollow", ["src/VERSION", "install/bkcli"])
def test_a_package_without_its_marks_is_not_put_in_the_place_of_one_that_has_them(tmp_path: Path, hollow: str) -> None:
    file = package(tmp_path)
    assert unpack(tmp_path, file) == 0
    (tmp_path / "made" / hollow).write_text("")
    subprocess.run(["tar", "-czf", file, "-C", tmp_path / "made", "src", "install"], check=True)
    assert unpack(tmp_path, file) != 0
    assert (tmp_path / "tmp/bkrec-6.2.2" / hollow).read_text() != ""


def test_a_broken_product_archive_leaves_no_mark_of_completion(tmp_path: Path) -> None:
    root = tmp_path / "src"
    root.mkdir()
    (root / "a.tgz").write_bytes(b"no archive")
    action = UnpackProducts(host=HOST, root=str(root), package="", version="6.2.2", products=())
    assert perform(action.command(), tmp_path).returncode != 0
    assert not (root / ".bkrec-products").exists()


def swap(tmp_path: Path) -> None:
    live, new = tmp_path / "src", tmp_path / "new"
    new.mkdir()
    (new / "VERSION").write_text("6.2.2")
    action = SwapSource(host=HOST, new=str(new), live=str(live), version="6.2.2", products=())
    done = perform(action.command(), tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_old_tree_is_kept_and_a_second_swap_never_nests(tmp_path: Path) -> None:
    """The guide's second `mv /data/src /data/src.bak` moves the new tree into the only backup."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/VERSION").write_text("6.1.2")
    swap(tmp_path)
    swap(tmp_path)
    assert (tmp_path / "src.bak/VERSION").read_text() == "6.1.2"
    assert not (tmp_path / "src.bak/src").exists()
    assert (tmp_path / "src/VERSION").read_text() == "6.2.2"
    record = (tmp_path / "var-lib/bkrec/backups/src").read_text()
    assert "complete=yes" in record


def swap_from_another_disk(tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """/var/lib is a file system of its own here."""
    action = SwapSource(host=HOST, new="/var/lib/work/src", live=str(tmp_path / "src"), version="6.2.2", products=())
    return perform(action.command(), tmp_path, env={"SEED": "1", **env})


CUT = """n=$(cat "$CUTS" 2>/dev/null || echo 0)
echo $((n + 1)) > "$CUTS"
case $n in {at}) {half}; kill -9 $PPID; exit ;; esac
exec /bin/{name} "$@"
"""


@way("src", "server, tool or host dies")
@pytest.mark.parametrize(
    ("name", "at", "half"),
    [
        ("cp", 0, 'mkdir -p "$4"; touch "$4/VERSION"'),
        ("mv", 0, ":"),
        ("mv", 1, ":"),
        ("mv", 2, ":"),
        ("rm", 1, ":"),
    ],
    ids=["copying", "before-the-old-one-is-aside", "before-the-record", "before-the-rename", "before-the-source-goes"],
)
def test_a_swap_over_two_disks_cut_anywhere_leaves_no_half_tree(tmp_path: Path, name: str, at: int, half: str) -> None:
    """`mv` from one file system to the other copies: cut short, it once left half a tree, recorded as a backup next."""
    new, live = tmp_path / "var-lib/work/src", tmp_path / "src"
    for tree, version in ((new, "6.2.2"), (live, "6.1.2")):
        tree.mkdir(parents=True)
        (tree / "VERSION").write_text(version)
        (tree / "big").write_text(version)
    tools = tool(tmp_path / "tools", name, CUT.format(name=name, at=at, half=half))
    cut = swap_from_another_disk(tmp_path, PATH=f"{tools}:{os.environ['PATH']}", CUTS=str(tmp_path / "cuts"))
    assert cut.returncode != 0
    if live.exists():
        assert {path.read_text() for path in live.iterdir()} in ({"6.1.2"}, {"6.2.2"})
    if live.exists() and (live / "VERSION").read_text() == "6.2.2":
        return
    subprocess.run(["rm", "-rf", tmp_path / "tools"], check=True)
    if not new.exists():
        new.mkdir(parents=True)
    done = swap_from_another_disk(tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.read_text() for path in live.iterdir()} == {"6.2.2"}
    record = (tmp_path / "var-lib/bkrec/backups/src").read_text()
    kept = Path(record.splitlines()[0].removeprefix("path="))
    assert {path.read_text() for path in kept.iterdir()} == {"6.1.2"}
    assert not (tmp_path / "src.bkrec-part").exists()


def test_a_swap_over_two_disks_asks_for_room_before_anything_moves(tmp_path: Path) -> None:
    new, live = tmp_path / "var-lib/work/src", tmp_path / "src"
    for tree in (new, live):
        tree.mkdir(parents=True)
        (tree / "VERSION").write_text(tree.parent.name)
    done = swap_from_another_disk(tmp_path, PATH=f"{TOOLS}:{os.environ['PATH']}", FREE_KB="100", CLOCK="/dev/null")
    assert done.returncode != 0
    assert "MB free" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["src", "var-lib"]


@way("src", "zero bytes")
def test_a_tree_without_a_version_is_not_recorded_as_a_backup(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    swap(tmp_path)
    assert not (tmp_path / "var-lib/bkrec/backups/src").exists()


def src_reads(tmp_path: Path) -> object:
    records = str(tmp_path / "var-lib/bkrec/backups")
    (reading,) = ask(PROBE, [Backup(host=HOST, what="src")], instead={DIRECTORY: records})
    return brief(reading)


@pytest.fixture
def moved_aside(tmp_path: Path) -> Path:
    """The old tree as the swap leaves it."""
    (tmp_path / "src/job").mkdir(parents=True)
    (tmp_path / "src/VERSION").write_text("6.1.2")
    (tmp_path / "src/job/VERSION").write_text("3.5.1")
    swap(tmp_path)
    assert src_reads(tmp_path) == "fresh"
    return tmp_path / "src.bak"


def test_the_old_tree_comes_back_by_the_commands_that_are_shown(tmp_path: Path, moved_aside: Path) -> None:
    action = SwapSource(host=HOST, new="/new", live=str(tmp_path / "src"), version="6.2.2", products=())
    text = "\n".join(action.restore_commands()).replace(DIRECTORY, str(tmp_path / "var-lib/bkrec/backups"))
    subprocess.run(["bash", "-ec", text], check=True)
    assert (tmp_path / "src/job/VERSION").read_text() == "3.5.1"
    assert (tmp_path / "src.replaced/VERSION").read_text() == "6.2.2"
    assert not moved_aside.exists()
    assert src_reads(tmp_path) == "broken", "it is no backup any more"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("rm job/VERSION", id="file-gone", marks=way("src", WAYS[2])),
        pytest.param("rm -r job", id="directory-gone", marks=way("src", WAYS[3])),
        pytest.param("printf 3 > job/VERSION", id="shorter", marks=way("src", WAYS[4])),
        pytest.param("printf 4.0.0 > job/x; mv job/x job/VERSION", id="swapped", marks=way("src", WAYS[4])),
        pytest.param(": > job/VERSION", id="emptied", marks=way("src", "zero bytes")),
        pytest.param("cd ..; mv src.bak x; ln -s x src.bak", id="link", marks=way("src", "a link instead")),
    ],
)
def test_an_old_tree_that_was_touched_since_is_broken(tmp_path: Path, moved_aside: Path, command: str) -> None:
    subprocess.run(["sh", "-ec", command], cwd=moved_aside, check=True)
    assert src_reads(tmp_path) == "broken"


@way("src", "disk full")
def test_a_full_disk_leaves_the_old_tree_in_its_place(tmp_path: Path) -> None:
    """The new one is copied there from another file system: real ENOSPC, although there was room when it was asked."""
    small = tmp_path / "small"
    action = SwapSource(host=HOST, new=str(tmp_path / "new"), live=f"{small}/src", version="6.2.2", products=())
    (tmp_path / "new").mkdir()
    (tmp_path / "new/VERSION").write_text("6.2.2" * 20_000)
    small.mkdir()
    begin = f'mount -t tmpfs -o size=64k none {small}; mkdir {small}/src; echo 6.1.2 > {small}/src/VERSION; sh -c "$@"'
    command = action.command()
    then = f"{begin}; echo $?; cat {small}/src/VERSION; ls {small}"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", then, "sh", command.script, "sh", *command.args],
        env={"PATH": f"{TOOLS}:{os.environ['PATH']}", "FREE_KB": "99999999"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "No space left on device" in done.stderr
    assert done.stdout == "1\n6.1.2\nsrc\n"


def test_a_src_that_is_a_mount_point_is_refused_with_what_to_do_and_left_as_it_is(tmp_path: Path) -> None:
    action = SwapSource(host=HOST, new=str(tmp_path / "new"), live=str(tmp_path / "src"), version="6.2.2", products=())
    for name in ("new", "src"):
        (tmp_path / name).mkdir()
    (tmp_path / "new/VERSION").write_text("6.2.2")
    command = action.command()
    version = tmp_path / "src/VERSION"
    then = f'mount -t tmpfs none {tmp_path}/src; echo 6.1.2 > {version}; sh -c "$@"; echo $?; cat {version}'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", then, "sh", command.script, "sh", *command.args],
        env={"PATH": f"{TOOLS}:{os.environ['PATH']}", "FREE_KB": "99999999"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "is a mount point" in done.stderr
    assert done.stdout == "1\n6.1.2\n"


@pytest.mark.condition("v18-links")
@way("src", "a link instead")
def test_the_tree_behind_a_linked_src_is_the_backup(tmp_path: Path) -> None:
    real = tmp_path / "disk2"
    real.mkdir()
    (real / "VERSION").write_text("6.1.2")
    (tmp_path / "src").symlink_to(real)
    swap(tmp_path)
    assert (tmp_path / "src/VERSION").read_text() == "6.2.2"
    assert (real / "VERSION").read_text() == "6.1.2"
    assert f"path={real}\n" in (tmp_path / "var-lib/bkrec/backups/src").read_text()


def test_a_swap_cut_between_its_renames_is_finished_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "src.bak").mkdir()
    swap(tmp_path)
    assert (tmp_path / "src/VERSION").read_text() == "6.2.2"


def test_scripts_are_replaced_by_content_and_configuration_stays(tmp_path: Path) -> None:
    """A file of equal size and time is replaced too: rsync's quick check passes it over."""
    new, live = tmp_path / "new", tmp_path / "install"
    for tree, text in ((new, "new\n"), (live, "old\n")):
        (tree / "bin/04-final").mkdir(parents=True)
        for name in ("bkcli", "bin/04-final/paas.env", "install.config", ".path"):
            (tree / name).write_text(text)
            subprocess.run(["touch", "-d", "2023-10-01", tree / name], check=True)
    (live / "gone.sh").write_text("x")
    action = ReplaceScripts(host=HOST, new=str(new), live=str(live), version="6.2.2", markers=())
    done = perform(action.command(), tmp_path)
    assert done.returncode == 0, done.stderr
    assert (live / "bkcli").read_text() == "new\n"
    assert [(live / name).read_text() for name in ("bin/04-final/paas.env", "install.config", ".path")] == ["old\n"] * 3
    assert not (live / "gone.sh").exists()
    assert not (tmp_path / "var-lib/bkrec/markers/replacing-scripts").exists()


def test_what_a_replacement_ensures_is_what_the_probe_sees(tmp_path: Path) -> None:
    """Two trees that differ only in what a replacement keeps, or guide 6.4 patches, count as one release's."""
    new, live = tmp_path / "new", tmp_path / "install"
    for tree in (new, live):
        for name in ("bkcli", "bin/default/gse.env", "bin/default/bklog.env"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(tree.name)
    for name in ("install.config", ".path", "bin/.kept", "bin/04-final/paas.env", "bin/03-userdef/x.env"):
        (live / name).parent.mkdir(parents=True, exist_ok=True)
        (live / name).write_text("the operator's")
    patched = ("bin/default/bklog.env",)
    action = ReplaceScripts(host=HOST, new=str(new), live=str(live), version="6.2.2", markers=(), patched=patched)
    expected = next(promise for promise in action.ensures() if isinstance(promise.reading, SameAs))
    assert isinstance(expected.reading, SameAs)
    facts = (expected.fact, expected.reading.fact)
    before = ask(path.PROBE, facts)
    assert before[0] != before[1]
    assert perform(action.command(), tmp_path).returncode == 0
    (live / "bin/default/bklog.env").write_text("patched")
    after = ask(path.PROBE, facts)
    assert after[0] == after[1] == before[1]


@pytest.mark.parametrize(("there", "empty", "code"), [(True, False, 0), (False, True, 0), (False, False, 1)])
def test_a_directory_is_carried_whole(tmp_path: Path, *, there: bool, empty: bool, code: int) -> None:
    if there:
        (tmp_path / "cert").mkdir()
        (tmp_path / "cert/key").write_text("k")
    action = CopyDirectory(host=HOST, source=str(tmp_path / "cert"), path=str(tmp_path / "new/cert"), empty=empty)
    assert perform(action.command(), tmp_path).returncode == code
    assert (tmp_path / "new/cert").exists() == (code == 0)
    assert (tmp_path / "new/cert/key").exists() == there


def test_a_retired_directory_is_beside_its_place_with_a_note(tmp_path: Path) -> None:
    venv = tmp_path / ".envs/open_paas-login"
    venv.mkdir(parents=True)
    action = RetireDirectory(host=HOST, path=str(venv))
    assert perform(action.command(), tmp_path).returncode == 0
    assert not venv.exists()
    (note,) = (tmp_path / "var-lib/bkrec/retired/directories").iterdir()
    was, lies = note.read_text().splitlines()
    assert was == str(venv)
    assert Path(lies).is_dir()
