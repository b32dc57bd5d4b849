"""An inventory changes with each file's name, size, time and place, and is none where it would not be whole."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from probes.lib.inventory import INVENTORY
from tests.probes.here import SHELLS, path_of, tool


def inventory(path: Path, shell: str = "/bin/sh", tools: Path | None = None) -> subprocess.CompletedProcess[str]:
    words = [shell, "-c", f'{INVENTORY}\ninventory "$1" && echo whole', "sh", str(path)]
    env = {"PATH": f"{tools}:{os.defpath}" if tools else path_of(shell), "LC_ALL": "C"}
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


def digest(*lines: str) -> str:
    return hashlib.md5("".join(f"{line}\n" for line in lines).encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    for name, text in (("b", "12345"), ("a", "123"), ("sub/c", "")):
        (root / name).write_text(text)
        os.utime(root / name, (1, 2))
    (root / "link").symlink_to("a")
    os.utime(root / "link", (1, 3), follow_symlinks=False)
    return root


@pytest.mark.parametrize("shell", SHELLS)
def test_files_are_counted_and_places_are_digested_in_the_order_of_their_names(tree: Path, shell: str) -> None:
    done = inventory(tree, shell)
    times = ("2.0000000000", "3.0000000000")
    places = digest(
        f"a\tf\t3\t{times[0]}\t", f"b\tf\t5\t{times[0]}\t", f"link\tl\t1\t{times[1]}\ta", f"sub/c\tf\t0\t{times[0]}\t"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"3 8 {places}\nwhole\n", "")


def test_of_a_file_it_is_that_of_the_file(tree: Path) -> None:
    done = inventory(tree / "a")
    place = digest("\tf\t3\t2.0000000000\t")
    assert done.stdout == f"1 3 {place}\nwhole\n"


def test_bytes_beyond_what_a_number_of_awk_holds_exactly_in_print_are_counted(tmp_path: Path) -> None:
    with (tmp_path / "dump").open("wb") as dump:
        dump.truncate((1 << 40) + 1)
    assert inventory(tmp_path / "dump").stdout.startswith("1 1099511627777 ")


@pytest.mark.parametrize("change", ["name", "size", "time", "target", "kind"])
def test_whatever_of_a_place_changes_changes_it(tree: Path, change: str) -> None:
    before = inventory(tree).stdout
    match change:
        case "name":
            (tree / "a").rename(tree / "A")
        case "size":
            (tree / "a").write_text("1234")
            os.utime(tree / "a", (1, 2))
        case "time":
            os.utime(tree / "a", (1, 2.5))
        case "target":
            (tree / "link").unlink()
            (tree / "link").symlink_to("b")
            os.utime(tree / "link", (1, 3), follow_symlinks=False)
        case _:
            (tree / "link").unlink()
            (tree / "link").write_text("a")
            os.utime(tree / "link", (1, 3))
    assert inventory(tree).stdout not in ("", before)


def test_of_a_link_or_of_nothing_there_is_none(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "link").symlink_to(tree)
    (tmp_path / "broken").symlink_to("nowhere")
    for path in (tmp_path / "link", tmp_path / "broken", tmp_path / "gone"):
        done = inventory(path)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


@pytest.mark.parametrize("what", ["%s", "%P"], ids=["sizes", "places"])
def test_where_a_directory_cannot_be_read_there_is_none(tmp_path: Path, tree: Path, what: str) -> None:
    """Half a list would be the list of a smaller backup."""
    tools = tool(tmp_path / "tools", "find", f'/usr/bin/find "$@"; case $* in *"-printf {what}"*) exit 1 ;; esac')
    done = inventory(tree, tools=tools)
    assert (done.returncode, done.stdout) == (1, "")


def test_without_a_digest_there_is_none(tmp_path: Path, tree: Path) -> None:
    done = inventory(tree, tools=tool(tmp_path / "tools", "md5sum", "exit 1"))
    assert (done.returncode, done.stdout) == (1, "")
