"""The awk behind edits of env files: each of its checks by itself, since a healthy edit passes all of them."""

import os
import subprocess
from pathlib import Path

import pytest

from actions.lib import env_shell
from actions.lib.env_shell import VALUE
from probes.lib.env_awk import ENV_AWK, ENV_AWK_PLACES

SAME = ENV_AWK + env_shell.SAME_AWK
CHANGE = ENV_AWK_PLACES + env_shell.COMPLAIN_AWK + env_shell.EDIT_AWK


def awk(program: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "LC_ALL": "C", **env}
    return subprocess.run(["awk", "--", program, *words], capture_output=True, text=True, check=False, env=given)


def compared(tmp_path: Path, before: str, after: str, how: str = "known", value: str = "v") -> tuple[int, str]:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text(before)
    new.write_text(after)
    done = awk(SAME, str(old), str(new), "K", how, BKREC_VALUE=value)
    return done.returncode, done.stderr.replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [
        ("A=1\n", "A=1\nK=v\n", "known"),
        ("A=1\nK=w; B=2\n", "A=1\nK=v; B=2\n", "known"),
        ("K=1\nA=x y\nK=2\n", "A=x y\nK=2\n", "any"),
        ("A=1\nA=2\n", "A=1\nA=2\nK=v\n", "known"),
    ],
    ids=["added", "replaced", "another-is-odd-as-before", "twice-as-before"],
)
def test_an_edit_that_changes_its_own_key_alone_is_allowed(tmp_path: Path, before: str, after: str, how: str) -> None:
    assert compared(tmp_path, before, after, how) == (0, "")


@pytest.mark.parametrize(
    ("before", "after", "how", "changed"),
    [
        ("A=1\n", "A=2\nK=v\n", "known", "A"),
        ("A=1\n", "K=v\n", "known", "A"),
        ("", "A=1\nK=v\n", "known", "A"),
        ("A=1\n", "A=1\nA=1\nK=v\n", "known", "A"),
        ("A=1\n", "A=1 b\nK=v\n", "known", "A"),
        ("A=01\n", "A=1\nK=v\n", "known", "A"),
        ("A=1\n", "A=1\nK=w\n", "known", "how the file reads"),
        ("A=1\n", "A=1\nK=v x\n", "any", "how the file reads"),
        ("A=1\n", "A=1\n", "any", "how the file reads"),
        ("A=1\n", "A=1\nK=v\nif\n", "any", "how the file reads"),
    ],
    ids=[
        *(
            "another-value",
            "gone",
            "new",
            "twice",
            "odd",
            "the-same-number",
            "not-the-value",
            "own-is-odd",
            "own-is-gone",
        ),
        "whole-file-is-odd",
    ],
)
def test_an_edit_that_would_change_anything_else_is_refused_with_its_name(
    tmp_path: Path, before: str, after: str, how: str, changed: str
) -> None:
    said = f"/old: giving K its value would change {changed} too: edit it by hand\n"
    assert compared(tmp_path, before, after, how) == (3, said)


def test_a_number_written_otherwise_is_another_value(tmp_path: Path) -> None:
    assert compared(tmp_path, "A=1\n", "A=1\nK=1\n", value="01")[0] == 3
    assert compared(tmp_path, "A=1\n", "A=1\nK=01\n", value="01") == (0, "")


@pytest.mark.parametrize(
    ("text", "size", "whole"),
    [("A=1\nK=1\n", 8, True), ("A=1\nK=1", 7, True), ("A=1\nK=1\n", 9, False), ("A=1\nK=1\n", 6, False)],
    ids=["whole", "without-a-last-line-end", "shorter-than-the-file", "longer"],
)
def test_a_file_that_awk_did_not_read_whole_is_not_written_back(
    tmp_path: Path, text: str, size: int, *, whole: bool
) -> None:
    """Its size is told from outside: what awk has is as long, or longer by the last line end."""
    file = tmp_path / "x.env"
    file.write_text(text)
    done = awk(CHANGE, "assign", str(file), "K", str(size), BKREC_MADE="K=v")
    said = "" if whole else f"{file} was not read whole: edit K by hand\n"
    assert (done.returncode, done.stdout, done.stderr) == (0 if whole else 3, "A=1\nK=v\n" if whole else "", said)


def test_a_value_is_read_as_bash_would_have_it_and_nothing_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "x.env"

    def value(key: str) -> tuple[int, str, str]:
        script = VALUE + 'value "$1" "$2"'
        done = subprocess.run(["sh", "-c", script, "sh", str(file), key], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert value("K") == (0, "", "")
    file.write_text("A=1\nK='a b'\nB=$A\nC=a b\n")
    assert value("K") == (0, "a b", "")
    assert value("Z") == (0, "", "")
    where = f"{file}, line"
    assert value("B") == (
        3,
        "",
        f"{where} 3, where B was looked for, rests on other variables, which only bash could put in\n",
    )
    plain = "is no plain assignment: write each as KEY=VALUE, and nothing else into the file"
    assert value("C") == (3, "", f"{where} 4, where C was looked for, {plain}\n")
    file.unlink()
    file.mkdir()
    assert value("K") in ((3, "", f"{file}, where K was looked for, cannot be read\n"), (0, "", ""))


@pytest.mark.condition("v18-passwords")
@pytest.mark.parametrize(
    ("own", "password"),
    [(None, "old"), ("BK_MYSQL_ADMIN_PASSWORD='new one'\n", "new one"), ("BK_MYSQL_ADMIN_PASSWORD=\n", "old")],
    ids=["generated", "changed-later", "declared-empty"],
)
@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_an_admins_password_that_was_changed_later_counts(
    tmp_path: Path, shell: str, own: str | None, password: str
) -> None:
    """load_env.sh reads 03-userdef after 01-generate, and nothing that is empty."""
    for layer, text in (("01-generate", "BK_MYSQL_ADMIN_PASSWORD=old\n"), ("03-userdef", own)):
        (tmp_path / "bin" / layer).mkdir(parents=True)
        if text is not None:
            (tmp_path / "bin" / layer / "dbadmin.env").write_text(text)
    script = f'{env_shell.ADMIN}\nadmin "$1" BK_MYSQL_ADMIN_PASSWORD'
    done = subprocess.run([shell, "-euc", script, "-", str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == password


@pytest.mark.parametrize("layer", ["01-generate", "03-userdef"])
def test_an_administrator_whom_only_bash_could_tell_is_nobody(tmp_path: Path, layer: str) -> None:
    """And not the one of the other file, nor one without a name."""
    for name in ("01-generate", "03-userdef"):
        (tmp_path / "bin" / name).mkdir(parents=True)
    file = tmp_path / "bin" / layer / "dbadmin.env"
    file.write_text("BK_MYSQL_ADMIN_PASSWORD=$OTHER\n")
    script = f'{env_shell.ADMIN}\nadmin "$1" BK_MYSQL_ADMIN_PASSWORD'
    done = subprocess.run(["sh", "-c", script, "-", str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{file}, line 1, where BK_MYSQL_ADMIN_PASSWORD was looked for, ")


@pytest.mark.parametrize(("text", "why"), [("A=1\nK=v x\n", ", line 2"), ("if\nK=v\n", ", line 1"), (None, "")])
def test_a_key_that_cannot_be_told_is_not_edited(tmp_path: Path, text: str | None, why: str) -> None:
    file = tmp_path / "x.env"
    if text is not None:
        file.write_text(text)
    done = awk(CHANGE, "assign", str(file), "K", str(len(text or "")), BKREC_MADE="K=v")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"{file}{why}, where K was looked for, ")
