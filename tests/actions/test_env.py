"""Edits of env files: one key, once, whatever the file looks like; bash then reads just what was meant."""

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.env import (
    AddVariable,
    CopyVariable,
    DeduplicateVariable,
    EditEnv,
    GenerateVariable,
    MergeEnv,
    SetVariable,
)
from probes.env import EnvCopied, EnvDuplicates, EnvFilled, EnvPresent, EnvValue
from probes.fact import AnyFact, Known
from reconciler.core.identity import step_id
from specs.env_file import assignments, last
from specs.reason import CodedReason, reason
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
    assert (done.returncode, done.stderr) == (1, f"none of these has a value: {tmp_path}/x:K\n")
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
    refused = f"{file} holds bytes that are no text: edit K by hand\n"
    assert (done.returncode, done.stderr) == ((0, "") if kept else (3, refused))
    assert file.read_bytes() == text + (b"K=v\n" if kept else b"")
    assert not list(tmp_path.glob("*.bkrec-part"))


@pytest.mark.parametrize("text", ["K=1; A=2\nK=3\n", "export A=1 K=1\nK=3\n", "export K=1\nK=3\n"])
def test_an_idle_assignment_beside_others_is_for_a_person(tmp_path: Path, text: str) -> None:
    file = tmp_path / "job.env"
    file.write_text(text)
    done = perform(DeduplicateVariable(host=HOST, file=str(file), key="K").command(), tmp_path)
    assert done.returncode != 0
    assert "sets K more than once" in done.stderr
    assert file.read_text() == text


@pytest.mark.condition("rests-on-others")
def test_a_source_that_rests_on_others_is_named(tmp_path: Path) -> None:
    source, target = tmp_path / "dbadmin.env", tmp_path / "gse.env"
    source.write_text('A=1\nFROM="${A}x"\n')
    done = perform(CopyVariable(host=HOST, file=str(target), key="TO", sources=(f"{source}:FROM",)).command(), tmp_path)
    assert done.returncode != 0
    where = f"{source}, line 2, where FROM was looked for,"
    assert done.stderr == f"{where} rests on other variables, which only bash could put in\n"
    assert done.returncode == 3
    assert not target.exists()


def test_a_linked_env_file_stays_a_link(tmp_path: Path) -> None:
    real, file = tmp_path / "etc/job.env", tmp_path / "job.env"
    real.parent.mkdir()
    real.write_text("A=1\n")
    file.symlink_to("etc/job.env")
    set_key(file, "K", "v")
    assert file.readlink() == Path("etc/job.env")
    assert real.read_text() == "A=1\nK=v\n"


def test_of_several_sources_the_first_that_has_a_value_is_copied(tmp_path: Path) -> None:
    target = tmp_path / "gse.env"
    (tmp_path / "empty.env").write_text("FROM=\n")
    (tmp_path / "two.env").write_text("FROM=2\n")
    (tmp_path / "three.env").write_text("FROM=3\n")
    sources = tuple(f"{tmp_path}/{name}.env:FROM" for name in ("none", "empty", "two", "three"))
    done = perform(CopyVariable(host=HOST, file=str(target), key="TO", sources=sources).command(), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert target.read_text() == "TO=2\n"


@pytest.mark.parametrize(
    "value",
    ["it's", "a b", '$HOME `x` \\ "q"', "'", "''", "a\nb", "-n", "#", "~", "a=b", "蓝 鲸", "a;b&c|d", "*", "a\\"],
)
def test_a_value_with_a_meaning_for_the_shell_is_set_and_copied_as_it_is(tmp_path: Path, value: str) -> None:
    source, target = tmp_path / "dbadmin.env", tmp_path / "gse.env"
    set_key(source, "FROM", value)
    assert bash_reads(source, "FROM") == last(source.read_text(), "FROM") == value
    done = perform(CopyVariable(host=HOST, file=str(target), key="TO", sources=(f"{source}:FROM",)).command(), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert bash_reads(target, "TO") == value


def test_a_plain_value_is_written_without_quotes(tmp_path: Path) -> None:
    file = tmp_path / "job.env"
    for value in ("", "AZaz09_.,:/@%+-", "http://x.y:80/z"):
        set_key(file, "K", value)
        assert file.read_text() == f"K={value}\n"


def test_directories_above_a_new_file_are_made(tmp_path: Path) -> None:
    file = tmp_path / "ce" / "03-userdef" / "gse.env"
    done = perform(SetVariable(host=HOST, file=str(file), key="K", value="v").command(), tmp_path)
    assert (done.returncode, file.read_text()) == (0, "K=v\n")


def test_what_a_killed_edit_left_beside_the_file_is_no_part_of_the_next(tmp_path: Path) -> None:
    file = tmp_path / "job.env"
    file.write_text("A=1\n")
    (tmp_path / "job.env.bkrec-part").write_text("Z=9\n" * 100)
    set_key(file, "K", "v")
    assert file.read_text() == "A=1\nK=v\n"
    assert not (tmp_path / "job.env.bkrec-part").exists()


def test_nothing_is_written_through_a_link_in_the_place_of_the_new_file(tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "job.env", tmp_path / "elsewhere"
    elsewhere.write_text("A=1\n")
    (tmp_path / "job.env.bkrec-part").symlink_to(elsewhere)
    set_key(file, "K", "v")
    assert (file.is_symlink(), file.read_text(), elsewhere.read_text()) == (False, "K=v\n", "A=1\n")


def test_a_directory_in_the_place_of_the_new_file_stops_the_edit(tmp_path: Path) -> None:
    file = tmp_path / "job.env"
    file.write_text("A=1\n")
    (tmp_path / "job.env.bkrec-part").mkdir()
    done = perform(SetVariable(host=HOST, file=str(file), key="K", value="v").command(), tmp_path)
    assert done.returncode != 0
    assert file.read_text() == "A=1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("K=1\nB=2\nK=3\n", "B=2\nK=3\n"),
        ("K=1\nK=2\nK=3\nB=4", "K=3\nB=4\n"),
        ("  K=1\t \nexport K=3\n", "export K=3\n"),
        ("export K=1\nexport K=3\n", "export K=3\n"),
        ("K='a\nb'\nK=3\n", "K=3\n"),
        ("K=1\n", "K=1\n"),
    ],
    ids=["two", "three", "blanks", "exported", "over-lines", "once"],
)
def test_of_several_assignments_on_lines_of_their_own_the_last_stays(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "job.env"
    file.write_text(before)
    done = perform(DeduplicateVariable(host=HOST, file=str(file), key="K").command(), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_text() == after


@pytest.mark.parametrize("text", ["K=1\nA=${K}x\nK=2\n", "K=1\nA=$K\nK=2\n", 'K=1\nA="${K:-y}"\nK=2\n'])
def test_an_earlier_assignment_that_another_line_expands_is_for_a_person(tmp_path: Path, text: str) -> None:
    file = tmp_path / "job.env"
    file.write_text(text)
    done = perform(DeduplicateVariable(host=HOST, file=str(file), key="K").command(), tmp_path)
    assert (done.returncode, file.read_text()) == (1, text)
    assert done.stderr == f"a line of {file} rests on K: which one it means is for a person to say\n"


def test_a_key_that_another_key_begins_with_is_not_expanded_by_it(tmp_path: Path) -> None:
    file = tmp_path / "job.env"
    file.write_text("K=1\nA=$KK\nK=2\n")
    done = perform(DeduplicateVariable(host=HOST, file=str(file), key="K").command(), tmp_path)
    assert (done.returncode, file.read_text()) == (0, "A=$KK\nK=2\n")


def generated(tmp_path: Path, text: str, file: Path, **env: str) -> subprocess.CompletedProcess[str]:
    generator = tmp_path / "bin/generate_blueking_generate_envvars.sh"
    generator.parent.mkdir(exist_ok=True)
    generator.write_text(f"#!/bin/bash\necho called $1 in $PWD >> calls\n{text}\n")
    generator.chmod(0o755)
    action = GenerateVariable(host=HOST, file=str(file), key="K", install=str(tmp_path), generator="dbadmin")
    return perform(action.command(), tmp_path, env=env)


def test_the_generator_runs_in_the_install_directory_for_its_module(tmp_path: Path) -> None:
    file = tmp_path / "dbadmin.env"
    install = tmp_path / "install"
    (install / "bin").mkdir(parents=True)
    script = install / "bin/generate_blueking_generate_envvars.sh"
    script.write_text("#!/bin/bash\necho $1 in $PWD > called\necho KK=1; echo K=a=b; echo K=last; echo XK=2\n")
    script.chmod(0o755)
    action = GenerateVariable(host=HOST, file=str(file), key="K", install=str(install), generator="dbadmin")
    done = perform(action.command(), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_text() == "K=last\n"
    assert (install / "called").read_text() == f"dbadmin in {install}\n"


def taken_away(tmp_path: Path, run: str, file: Path, text: str) -> None:
    """An undo of this run has taken these lines out of the file (`actions/lib/undo_shell.py`)."""
    entry = tmp_path / "undo" / run / hashlib.sha256(str(file).encode()).hexdigest()[:32]
    entry.mkdir(parents=True)
    (entry / "after").write_text(text)


def test_a_secret_that_an_undo_took_away_is_used_again_and_the_first_of_several(tmp_path: Path) -> None:
    """A server may have it as its password by now."""
    file = tmp_path / "dbadmin.env"
    for run, text in (("run-1", "A=1\n"), ("run-2", "K=two\n"), ("run-3", "K=three\n")):
        taken_away(tmp_path, run, file, text)
    done = generated(tmp_path, "echo K=made", file, BKREC_UNDO=str(tmp_path / "undo/run-4"))
    assert (done.returncode, done.stderr) == (0, "")
    assert file.read_text() == "K=two\n"
    assert not (tmp_path / "calls").exists()


@pytest.mark.parametrize("link", ["file", "directory"])
def test_a_secret_that_an_undo_took_away_is_found_behind_a_link(tmp_path: Path, link: str) -> None:
    """As an edit names it: where the file itself is a link by what that leads to, else as it was given."""
    real, file = tmp_path / "etc/dbadmin.env", tmp_path / "bin/dbadmin.env"
    real.parent.mkdir()
    if link == "file":
        file.parent.mkdir()
        file.symlink_to(real)
        real.touch()
    else:
        file.parent.symlink_to("etc")
    taken_away(tmp_path, "run-1", real if link == "file" else file, "K=before\n")
    (tmp_path / "install").mkdir()
    done = generated(tmp_path / "install", "echo K=made", file, BKREC_UNDO=str(tmp_path / "undo/run-2"))
    assert (done.returncode, done.stderr) == (0, "")
    assert real.read_text() == "K=before\n"


def test_a_random_value_is_made_once_and_calls_no_generator(tmp_path: Path) -> None:
    file, second = tmp_path / "bklog.env", tmp_path / "other.env"
    values: list[str] = []
    for target in (file, second, file):
        action = GenerateVariable(host=HOST, file=str(target), key="K", install=str(tmp_path), generator="random")
        assert perform(action.command(), tmp_path).returncode == 0
        values.append(target.read_text())
    assert re.fullmatch("K=[A-Za-z0-9]{12}\n", values[0])
    assert values[0] != values[1]
    assert values[0] == values[2]


def test_a_generator_that_fails_after_it_made_the_key_is_told_and_its_key_used(tmp_path: Path) -> None:
    """It ends with another status than 0 where something else of its output went wrong."""
    file = tmp_path / "dbadmin.env"
    done = generated(tmp_path, "echo K=made; exit 4", file)
    assert (done.returncode, done.stderr) == (0, "the generator ended with 4\n")
    assert file.read_text() == "K=made\n"


@pytest.mark.parametrize("text", ["echo K=", "echo KK=1", ":"], ids=["empty", "another", "nothing"])
def test_a_generator_that_makes_no_such_key_fails_and_writes_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "dbadmin.env"
    done = generated(tmp_path, text, file)
    assert (done.returncode, done.stderr) == (1, "the generator made no K\n")
    assert not file.exists()


def test_no_secret_is_made_where_it_is_not_known_whether_there_is_one(tmp_path: Path) -> None:
    file = tmp_path / "dbadmin.env"
    file.write_text("if true; then K=secret; fi\n")
    done = generated(tmp_path, "echo K=made", file)
    assert done.returncode != 0
    assert not (tmp_path / "calls").exists()
    assert file.read_text() == "if true; then K=secret; fi\n"


def test_a_merge_that_says_it_failed_is_judged_by_the_file_it_made(tmp_path: Path) -> None:
    """merge_env.sh ends with 1 on any empty key, which is usual."""
    merge = tmp_path / "bin/merge_env.sh"
    merge.parent.mkdir()
    merge.write_text("#!/bin/bash\necho $1 in $PWD > called\necho noise\nexit 1\n")
    merge.chmod(0o755)
    command = MergeEnv(host=HOST, install=str(tmp_path), module="job", effects=()).command()
    done = perform(command, tmp_path.parent)
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "called").read_text() == f"job in {tmp_path}\n"


def test_edits_exclude_each_other_and_everything_else_on_their_host() -> None:
    fact = EnvValue(host=HOST, file="/x", key="K")
    edit = SetVariable(host=HOST, file="/x", key="K", value="v", invalidated=(fact,))
    merge = MergeEnv(host=HOST, install="/i", module="job", effects=(), invalidated=(fact,))
    assert edit.locks == merge.locks == ("bkcli", f"host:{HOST}")
    assert edit.invalidates() == merge.invalidates() == (fact,)
    assert (edit.undo, merge.undo) == ("restored", "derived")


ENSURED = [
    (SetVariable(host=HOST, file="/x", key="K", value="v"), EnvValue(host=HOST, file="/x", key="K"), "v"),
    (AddVariable(host=HOST, file="/x", key="K"), EnvPresent(host=HOST, file="/x", key="K"), True),
    (
        CopyVariable(host=HOST, file="/x", key="K", sources=("/y:Z",)),
        EnvCopied(host=HOST, file="/x", key="K", sources=("/y:Z",)),
        True,
    ),
    (
        GenerateVariable(host=HOST, file="/x", key="K", install="/i", generator="g"),
        EnvFilled(host=HOST, file="/x", key="K"),
        True,
    ),
    (DeduplicateVariable(host=HOST, file="/x", key="K"), EnvDuplicates(host=HOST, file="/x", key="K"), False),
]


@pytest.mark.parametrize(("action", "fact", "value"), ENSURED, ids=[action.kind for action, _, _ in ENSURED])
def test_an_edit_ensures_the_very_fact_that_a_rule_repairs_with_it(
    action: EditEnv, fact: AnyFact, value: object
) -> None:
    (expected,) = action.ensures()
    assert (expected.fact, expected.reading) == (fact, Known(value))
    assert expected.source
    assert isinstance(expected.because, CodedReason)


@pytest.mark.parametrize("action", [action for action, _, _ in ENSURED], ids=[action.kind for action, _, _ in ENSURED])
def test_an_edit_is_known_by_its_kind_its_file_and_its_key_alone(action: EditEnv) -> None:
    assert step_id(replace(action, invalidated=(ENSURED[0][1],))) == step_id(action)
    others = (replace(action, file="/y"), replace(action, key="L"), replace(action, host="10.0.0.2"))
    kinds = [each for each, _, _ in ENSURED if each is not action]
    assert step_id(action) not in {step_id(other) for other in (*others, *kinds)}
    assert not action.invalidates()


def test_what_is_written_or_where_from_makes_no_other_step() -> None:
    one, other = (SetVariable(host=HOST, file="/x", key="K", value=value) for value in "vw")
    assert step_id(one) == step_id(other)
    one, other = (MergeEnv(host=HOST, install=path, module="job", effects=()) for path in ("/i", "/j"))
    assert step_id(one) == step_id(other) != step_id(replace(one, module="gse"))
    assert (one.kind, one.invalidates()) == ("env.merge", ())


def test_only_what_calls_the_vendors_scripts_needs_a_login() -> None:
    merge = MergeEnv(host=HOST, install="/i", module="job", effects=())
    actions = (*(action for action, _, _ in ENSURED), merge)
    assert [action.kind for action in actions if action.login_shell] == ["env.generate", "env.merge"]


def test_a_merge_ensures_what_is_to_show_in_its_file() -> None:
    shows = EnvValue(host=HOST, file="/04/job.env", key="K").must_be("v", because=reason("variable-set"), source="x")
    merge = MergeEnv(host=HOST, install="/i", module="job", effects=(shows,))
    assert merge.ensures() == (shows,)


def programs(tmp_path: Path, **texts: str) -> dict[str, str]:
    """For `env`: these programs come first."""
    tools = tmp_path / "programs"
    tools.mkdir()
    for name, text in texts.items():
        (tools / name).write_text(f'#!/bin/sh\n{text}\nexec {shutil.which(name)} "$@"\n')
        (tools / name).chmod(0o755)
    return {"PATH": f"{tools}:{os.environ['PATH']}"}


def test_the_new_file_is_on_disk_before_it_takes_the_name(tmp_path: Path) -> None:
    log, file = tmp_path / "log", tmp_path / "job.env"
    file.write_text("A=1\n")
    env = programs(tmp_path, sync=f"echo sync >> {log}", mv=f'echo "mv $*" >> {log}')
    perform(SetVariable(host=HOST, file=str(file), key="K", value="v").command(), tmp_path, env=env)
    assert log.read_text().splitlines()[-2:] == ["sync", f"mv -T -- {file}.bkrec-part {file}"]


@pytest.mark.parametrize("last", ["known", "2"], ids=["compared", "changed"])
def test_an_edit_that_one_of_the_readers_refuses_changes_nothing(tmp_path: Path, last: str) -> None:
    """`known` is the last word of the comparison, the size that of the edit."""
    file = tmp_path / "job.env"
    file.write_text("A\n")
    refuse = f'for word; do :; done; if [ "$word" = {last} ]; then echo refused >&2; exit 3; fi'
    done = perform(
        SetVariable(host=HOST, file=str(file), key="K", value="v").command(),
        tmp_path,
        env=programs(tmp_path, awk=refuse),
    )
    assert (done.returncode, done.stderr, file.read_text()) == (3, "refused\n", "A\n")
    assert not list(tmp_path.glob("*.bkrec-part"))
