"""What may be replaced and what is written to: only a regular file is ever another one afterwards."""

import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.engine.local_files import (
    check_writable,
    replace_keeping_mode,
    resolve,
    write_new,
    write_private,
)

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="makes devices and gives files away")
WRITERS: list[Callable[[Path, str], None]] = [replace_keeping_mode, write_new]


@pytest.mark.parametrize("write", WRITERS)
def test_a_device_stays_a_device(write: Callable[[Path, str], None], tmp_path: Path) -> None:
    """A node of its own, so that a failing test costs nobody his /dev/null."""
    if os.geteuid() != 0:
        pytest.skip("only root makes devices")
    null = tmp_path / "null"
    os.mknod(null, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    write(null, "text")
    (tmp_path / "link").symlink_to(null)
    write(tmp_path / "link", "text")
    assert stat.S_ISCHR(null.lstat().st_mode)
    assert (tmp_path / "link").is_symlink()
    with pytest.raises(OSError, match="no regular file"):
        write_private(null, "text")
    assert stat.S_ISCHR(null.lstat().st_mode)


@pytest.mark.parametrize("write", WRITERS)
def test_a_pipe_is_written_to(write: Callable[[Path, str], None], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    write(pipe, "all of it")
    reader.join(timeout=30)
    assert heard == ["all of it"]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@pytest.mark.parametrize("write", WRITERS)
def test_a_directory_and_a_socket_are_refused(write: Callable[[Path, str], None], tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(tmp_path, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
        for path in (tmp_path, tmp_path / "socket"):
            with pytest.raises(OSError, match="irectory|exists|No such device"):
                write(path, "x")
        assert stat.S_ISSOCK((tmp_path / "socket").lstat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["socket"]


SCRIPT = """
import sys
from pathlib import Path
from reconciler.engine.local_files import replace_keeping_mode
print("before", flush=True)
replace_keeping_mode(Path(sys.argv[1]), "kept\\n")
print("after", flush=True)
"""


@pytest.mark.parametrize("name", ["/dev/stdout", "/proc/self/fd/1", "/dev/fd/1"])
def test_standard_output_is_gone_on_with(name: str, tmp_path: Path) -> None:
    """Where it is a file, a pipe or an appended one: nothing that stands there is lost, and it is not another file."""
    path = tmp_path / "told"
    path.write_text("first\n")
    before = path.stat().st_ino
    with path.open("a") as out:
        subprocess.run([sys.executable, "-c", SCRIPT, name], stdout=out, check=True, timeout=60)
    assert path.read_text() == "first\nbefore\nkept\nafter\n"
    assert path.stat().st_ino == before
    piped = subprocess.run([sys.executable, "-c", SCRIPT, name], capture_output=True, check=True, timeout=60)
    assert piped.stdout == b"before\nkept\nafter\n"


def test_a_file_behind_links_is_replaced_where_it_is_and_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "dots").mkdir()
    real = tmp_path / "dots" / "file"
    real.write_text("old")
    real.chmod(0o640)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("dots/file")
    inode = real.stat().st_ino
    replace_keeping_mode(tmp_path / "a", "new")
    assert (tmp_path / "a").is_symlink()
    assert (tmp_path / "b").is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.stat().st_ino != inode, "replaced whole, not written into"
    assert [path.name for path in real.parent.iterdir()] == ["file"]


@ROOT
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("old")
    os.chown(file, 4321, 4322)
    replace_keeping_mode(file, "new")
    assert (file.stat().st_uid, file.stat().st_gid, file.read_text()) == (4321, 4322, "new")


@ROOT
def test_a_link_that_somebody_else_made_where_anybody_may_is_not_followed(tmp_path: Path) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    (tmp_path / "authorized_keys").write_text("mine")
    link = shared / "plan.json"
    link.symlink_to(tmp_path / "authorized_keys")
    os.lchown(link, 4321, 4321)
    for write in WRITERS:
        with pytest.raises(PermissionError, match="somebody else"):
            write(link, "x")
    assert (tmp_path / "authorized_keys").read_text() == "mine"
    os.lchown(link, 0, 0)
    replace_keeping_mode(link, "x")
    assert (tmp_path / "authorized_keys").read_text() == "x"


def test_links_that_lead_to_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic link"):
        resolve(tmp_path / "a")


def test_a_new_file_gets_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        replace_keeping_mode(tmp_path / "private", "x")
        replace_keeping_mode(tmp_path / "report", "x", new_mode=None)
        write_new(tmp_path / "cluster.toml", "x")
    finally:
        os.umask(old)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"private": 0o600, "report": 0o640, "cluster.toml": 0o640}


def test_what_is_there_is_not_made_anew(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("mine")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "f", "x")
    assert (tmp_path / "f").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_failed_write_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    script = (
        "import resource, sys; from pathlib import Path; from reconciler.engine.local_files import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "for write in (replace_keeping_mode, write_private):\n"
        "    try:\n        write(Path(sys.argv[1]), 'x' * 100)\n"
        "    except OSError:\n        print('refused')\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "f")], capture_output=True, check=True, timeout=60
    )
    assert told.stdout == b"refused\nrefused\n"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("f", "old")]


def test_nobody_elses_file_aside_is_written_into(tmp_path: Path) -> None:
    """The name is taken new, so what was put there before has to be another."""
    names = {replace_keeping_mode(tmp_path / "f", str(n)) or "" for n in range(3)}
    assert names == {""}
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_trying_out_leaves_nothing_and_says_what_is_wrong(tmp_path: Path) -> None:
    check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        check_writable(tmp_path / "missing")
