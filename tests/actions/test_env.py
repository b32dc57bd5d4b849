"""Edits of env files: one key, once, whatever the file looks like; bash then reads just what was meant."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.env import AddVariable, CopyVariable, GenerateVariable, SetVariable
from specs.envfile import last
from tests.support.shell import perform

HOST = "10.0.0.1"


def bash_reads(file: Path, key: str) -> str:
    """What a shell that sources the file has in the key."""
    script = 'set -a; . "$1"; printf "%s" "${!2}"'
    found = subprocess.run(["bash", "-c", script, "bash", str(file), key], capture_output=True, text=True, check=True)
    return found.stdout


def set_key(file: Path, key: str, value: str) -> None:
    done = perform(SetVariable(host=HOST, file=str(file), key=key, value=value).command(), file.parent)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "K=stable\n"),
        ("A=1\n", "A=1\nK=stable\n"),
        ("A=1", "A=1\nK=stable\n"),
        ("K=lite\nB=2\n", "K=stable\nB=2\n"),
        ("K=lite\nB=2\nK=other\n", "K=lite\nB=2\nK=stable\n"),
        ("# K=no\nKK=1\n", "# K=no\nKK=1\nK=stable\n"),
        ("export K=lite\n", "export K=stable\n"),
    ],
    ids=["empty", "append", "no-final-newline", "replace", "last-of-two", "not-a-comment", "exported"],
)
def test_a_value_is_set_once_and_every_other_line_stays(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "job.env"
    file.write_text(before)
    set_key(file, "K", "stable")
    assert file.read_text() == after


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    file = tmp_path / "03-userdef" / "gse.env"
    file.parent.mkdir()
    set_key(file, "BK_GSE_AGENT_VERSION", "v1")
    assert file.read_text() == "BK_GSE_AGENT_VERSION=v1\n"


def test_owner_and_mode_survive(tmp_path: Path) -> None:
    file = tmp_path / "dbadmin.env"
    file.write_text("A=1\n")
    file.chmod(0o640)
    set_key(file, "K", "v")
    assert file.stat().st_mode & 0o777 == 0o640


VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


@given(VALUES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_reads_back_in_bash_and_in_our_own_reader(tmp_path: Path, value: str) -> None:
    """A password with quotes, dollars or blanks is stored as itself, and never runs."""
    file = tmp_path / "job.env"
    file.write_text("A=1")
    set_key(file, "K", value)
    assert bash_reads(file, "K") == value
    assert last(file.read_text(), "K") == value


@given(VALUES.filter(bool))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_copy_has_its_sources_value(tmp_path: Path, value: str) -> None:
    source, target = tmp_path / "dbadmin.env", tmp_path / "gse.env"
    target.unlink(missing_ok=True)
    source.unlink(missing_ok=True)
    set_key(source, "FROM", value)
    sources = (f"{tmp_path}/none.env:FROM", f"{source}:FROM")
    done = perform(CopyVariable(host=HOST, file=str(target), key="TO", sources=sources).command(), tmp_path)
    assert done.returncode == 0, done.stderr
    assert bash_reads(target, "TO") == value
    assert value not in done.stdout + done.stderr or len(value) < 4


def test_a_copy_without_a_source_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "gse.env"
    done = perform(
        CopyVariable(host=HOST, file=str(target), key="TO", sources=(f"{tmp_path}/x:K",)).command(), tmp_path
    )
    assert done.returncode == 1
    assert not target.exists()


def test_a_placeholder_is_added_once(tmp_path: Path) -> None:
    file = tmp_path / "bklog.env"
    file.write_text("A=1")
    perform(AddVariable(host=HOST, file=str(file), key="BK_SSM_HOST").command(), tmp_path)
    assert file.read_text() == "A=1\nBK_SSM_HOST=\n"


GENERATOR = """#!/bin/bash
echo called >> calls
echo BK_REDIS_CLUSTER_ADMIN_PASSWORD=made-by-vendor
echo BK_REDIS_SENTINEL_PASSWORD=
"""


def test_of_what_the_generator_prints_only_the_key_is_kept_and_only_once(tmp_path: Path) -> None:
    """Its `BK_REDIS_SENTINEL_PASSWORD=` would be appended by each of the guide's calls."""
    generator = tmp_path / "bin/generate_blueking_generate_envvars.sh"
    generator.parent.mkdir()
    generator.write_text(GENERATOR)
    generator.chmod(0o755)
    file = tmp_path / "dbadmin.env"
    file.write_text("A=1\n")
    action = GenerateVariable(
        host=HOST, file=str(file), key="BK_REDIS_CLUSTER_ADMIN_PASSWORD", install=str(tmp_path), what="dbadmin"
    )
    for _ in range(2):
        assert perform(action.command(), tmp_path).returncode == 0
    assert file.read_text() == "A=1\nBK_REDIS_CLUSTER_ADMIN_PASSWORD=made-by-vendor\n"
    assert (tmp_path / "calls").read_text() == "called\n"
