"""Files that a person names: written whole with the right mode, and refused with their own name."""

import os
from pathlib import Path

import pytest

from reconciler.commands.files import check_writable, read, write
from specs.diagnostic import SpecError


def test_a_new_file_is_private_unless_it_is_a_report(tmp_path: Path) -> None:
    write(tmp_path / "plan.json", "x")
    previous = os.umask(0o022)
    try:
        write(tmp_path / "report.json", "x", new_mode=None)
    finally:
        os.umask(previous)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("plan.json", "report.json")]
    assert modes == [0o600, 0o644]


@pytest.mark.condition("byte-order-mark")
def test_a_byte_order_mark_is_no_part_of_a_cluster_file(tmp_path: Path) -> None:
    """Editors on Windows put it there; TOML would have it as a letter of the first key."""
    (tmp_path / "cluster.toml").write_bytes(b"\xef\xbb\xbfrelease = 1\n")
    assert read(tmp_path / "cluster.toml") == "release = 1\n"


def test_a_file_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "plan.json").touch()
    (tmp_path / "plan.json").chmod(0o640)
    write(tmp_path / "plan.json", "x")
    assert (tmp_path / "plan.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("path", ["gone/a.json", "."])
def test_what_cannot_be_written_is_found_before_it_is_needed(tmp_path: Path, path: str) -> None:
    with pytest.raises(SpecError) as caught:
        check_writable(tmp_path / path)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.where) == ("file-not-written", str(tmp_path / path))


def test_what_can_be_written_passes_and_leaves_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "a.json")
    check_writable(Path("/dev/stdout"))
    assert list(tmp_path.iterdir()) == []
