"""Edits of env files: one key, once, whatever the file looks like; bash then reads just what was meant."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.env import AddVariable, CopyVariable, DeduplicateVariable, GenerateVariable, SetVariable
from specs.env_file import assignments, last
from tests.support.shell import perform, with_awk

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
        host=HOST, file=str(file), key="BK_REDIS_CLUSTER_ADMIN_PASSWORD", install=str(tmp_path), generator="dbadmin"
    )
    for _ in range(2):
        assert perform(action.command(), tmp_path).returncode == 0
    assert file.read_text() == "A=1\nBK_REDIS_CLUSTER_ADMIN_PASSWORD=made-by-vendor\n"
    assert (tmp_path / "calls").read_text() == "called\n"


NAMES = st.sampled_from(["K", "A", "B", "C", "KK"])
WORDS = st.one_of(
    st.from_regex(r"[a-z0-9./:]{0,4}", fullmatch=True),
    st.text(st.sampled_from('ab \t;#&$`"\\=\n<>()~*?{},蓝'), max_size=6).map(lambda s: "'" + s + "'"),
    st.text(st.sampled_from("ab ;#'&=\n<>蓝"), max_size=6).map(lambda s: f'"{s}"'),
    st.text(st.sampled_from("ab;#&=\"' "), max_size=3).map(lambda s: "".join("\\" + c for c in s)),
    st.sampled_from(["$'a\\tb'", "'a'\"b\"c", "a\\\nb", '"a\\\nb"', "K=1", "${A}", "x$B"]),
)
ASSIGNED = st.tuples(NAMES, WORDS).map("=".join)
STATEMENTS = st.one_of(
    ASSIGNED,
    ASSIGNED.map(lambda one: f"export {one}"),
    ASSIGNED.map(lambda one: f"  {one}   # K=no"),
    st.lists(ASSIGNED, min_size=2, max_size=3).map("; ".join),
    st.lists(ASSIGNED, min_size=2, max_size=3).map(" ".join),
    st.lists(ASSIGNED, min_size=2, max_size=3).map(lambda some: f"export {' '.join(some)}"),
    st.sampled_from(["", "# K=no", "export A", "A=1; export A K=2;", "K=a;", "A=b c", "A+=1", "if true; then K=1; fi"]),
)
FILES = st.tuples(st.lists(STATEMENTS, max_size=6).map("\n".join), st.sampled_from(["", "\n"])).map("".join)


def all_of_bash(file: Path) -> dict[str, str]:
    """Every variable that a shell has from the file, and what it exports where nothing is exported by itself."""
    names = ("A", "B", "C", "KK", "K")
    script = """. "$1" >/dev/null 2>&1
shift
for name do printf '%s\\0%s\\0' "${!name-unset}" "$(export -p | grep -c " $name=")"; done
"""
    found = subprocess.run(["bash", "-c", script, "bash", str(file), *names], capture_output=True, check=True, env={})
    values = found.stdout.decode("utf-8", "surrogateescape").split("\0")
    return dict(zip((f"{name}{what}" for name in names for what in ("", "-exported")), values, strict=False))


def parses(file: Path) -> bool:
    return subprocess.run(["bash", "-n", str(file)], capture_output=True, check=False).returncode == 0


@given(FILES, st.one_of(VALUES, st.sampled_from(["", "a\nb", "蓝 鲸"])))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_edit_changes_what_was_meant_and_nothing_else(tmp_path: Path, text: str, value: str) -> None:
    """`A=1; B=2` was once replaced as a line, and B was gone; the tail of a value left a file bash could not parse."""
    file = tmp_path / "x.env"
    file.write_text(text)
    before, whole = all_of_bash(file), parses(file)
    done = perform(SetVariable(host=HOST, file=str(file), key="K", value=value).command(), tmp_path)
    if done.returncode:
        assert "K" in done.stderr
        assert file.read_text() == text
        return
    assert whole
    assert parses(file)
    after = all_of_bash(file)
    assert after.pop("K") == value
    assert before.pop("K") is not None
    assert after.pop("K-exported") == before.pop("K-exported")
    resting = "$" in text.replace("$'", "")
    assert after == before or resting, done.stderr
    assert last(file.read_text(), "K") == value


@given(FILES)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_keeping_the_last_changes_nothing_that_bash_reads(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.env"
    file.write_text(text)
    before = all_of_bash(file)
    done = perform(DeduplicateVariable(host=HOST, file=str(file), key="K").command(), tmp_path)
    if done.returncode:
        assert file.read_text() == text
        return
    assert all_of_bash(file) == before
    assert [each.key for each in assignments(file.read_text())].count("K") <= 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("K=1; B=2\n", "K=stable; B=2\n"),
        ("export A=1 K=2 B=3\n", "export A=1 K=stable B=3\n"),
        ("A=1 K=2\n", "A=1 K=stable\n"),
        ("K='a\nb'\nB=2\n", "K=stable\nB=2\n"),
        ("B='\nK=no\n'\nA=1\n", "B='\nK=no\n'\nA=1\nK=stable\n"),
        ('A="x\\\ny"; K=${A}\n', 'A="x\\\ny"; K=stable\n'),
        ("  K=a # why\n", "  K=stable # why\n"),
    ],
    ids=["two-on-a-line", "export-of-three", "two-words", "two-lines", "in-a-value", "expanded", "with-a-comment"],
)
@pytest.mark.parametrize("awk", ["mawk", "gawk", "original-awk", "busybox"])
def test_what_is_read_by_statement_is_edited_by_statement(tmp_path: Path, awk: str, before: str, after: str) -> None:
    file = tmp_path / "job.env"
    file.write_text(before)
    done = perform(
        SetVariable(host=HOST, file=str(file), key="K", value="stable").command(), tmp_path, env=with_awk(awk, tmp_path)
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert file.read_text() == after


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1\nK=a b\n", 2),
        ("A=1\nif true; then\nK=1\nfi\n", 2),
        ("K=(a b)\n", 1),
        ("A=1\n\nB=1; K+=x\n", 3),
        ("K='\n", 1),
    ],
    ids=["a-command", "a-condition", "an-array", "appended", "no-end"],
)
def test_what_is_not_plain_is_left_and_told(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "job.env"
    file.write_text(text)
    done = perform(SetVariable(host=HOST, file=str(file), key="K", value="v").command(), tmp_path)
    assert done.returncode != 0
    assert f"{file}, line {line}, where K was looked for, is no plain assignment" in done.stderr
    assert file.read_text() == text
    assert sorted(path.name for path in tmp_path.glob("job.env*")) == ["job.env"]


@pytest.mark.parametrize("awk", ["mawk", "gawk", "original-awk", "busybox"])
@pytest.mark.parametrize(("text", "kept"), [(b"# \0\nA=1\n", False), (b"# \xff\xe8\nA='\xff'\n", True)])
def test_bytes_that_are_no_text_are_left_and_other_bytes_kept(
    tmp_path: Path, awk: str, text: bytes, *, kept: bool
) -> None:
    file = tmp_path / "job.env"
    file.write_bytes(text)
    action = SetVariable(host=HOST, file=str(file), key="K", value="v")
    done = perform(action.command(), tmp_path, env=with_awk(awk, tmp_path))
    assert (done.returncode == 0) == kept
    assert file.read_bytes() == text + (b"K=v\n" if kept else b"")


@pytest.mark.parametrize("text", ["K=1; A=2\nK=3\n", "export A=1 K=1\nK=3\n", "export K=1\nK=3\n"])
def test_an_idle_assignment_beside_others_is_for_a_person(tmp_path: Path, text: str) -> None:
    file = tmp_path / "job.env"
    file.write_text(text)
    done = perform(DeduplicateVariable(host=HOST, file=str(file), key="K").command(), tmp_path)
    assert done.returncode != 0
    assert "sets K more than once" in done.stderr
    assert file.read_text() == text


def test_a_source_that_rests_on_others_is_named(tmp_path: Path) -> None:
    source, target = tmp_path / "dbadmin.env", tmp_path / "gse.env"
    source.write_text('A=1\nFROM="${A}x"\n')
    done = perform(CopyVariable(host=HOST, file=str(target), key="TO", sources=(f"{source}:FROM",)).command(), tmp_path)
    assert done.returncode != 0
    assert f"{source}, line 2, where FROM was looked for, rests on other variables" in done.stderr
    assert not target.exists()


def test_a_linked_env_file_stays_a_link(tmp_path: Path) -> None:
    real, file = tmp_path / "etc/job.env", tmp_path / "job.env"
    real.parent.mkdir()
    real.write_text("A=1\n")
    file.symlink_to("etc/job.env")
    set_key(file, "K", "v")
    assert file.readlink() == Path("etc/job.env")
    assert real.read_text() == "A=1\nK=v\n"
