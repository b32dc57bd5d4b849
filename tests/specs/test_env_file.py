"""Env files mean what bash makes of them; where only bash could tell, nothing is claimed."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.env_file import SETS_OTHER_VARIABLES, UnsupportedEnvFileError, assignments, last, unquote
from tests.support.env_files import FILES, KEYS, NOISE, PLAIN, UNREAD

SHOW = r'. "$1" >/dev/null 2>&1 </dev/null; for k in A B C; do printf "%s\0" "${!k-<unset>}"; done'


def bash(text: str, path: Path) -> dict[str, str | None]:
    """What bash has in A, B and C after sourcing the text, in an empty directory and with no command on PATH."""
    (path / "file.env").write_bytes(text.encode())
    env = {"PATH": "/nonexistent", "LC_ALL": "C.UTF-8"}
    words = ["/bin/bash", "-c", SHOW, "bash", str(path / "file.env")]
    told = subprocess.run(words, cwd=path, env=env, capture_output=True, check=True, timeout=20)
    values = told.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return {key: None if value == "<unset>" else value for key, value in zip(KEYS, values, strict=True)}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("env")


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN.keys())
def test_what_is_plain_is_read_as_bash_reads_it(text: str, path: Path) -> None:
    assert {key: last(text, key) for key in KEYS} == bash(text, path)


@pytest.mark.parametrize(("text", "why"), UNREAD.values(), ids=UNREAD.keys())
def test_what_only_bash_can_tell_is_not_told(text: str, why: str) -> None:
    with pytest.raises(UnsupportedEnvFileError) as raised:
        last(text, "A")
    assert raised.value.why == why
    assert 1 <= raised.value.line <= text.count("\n") + 1


def test_a_careless_line_spoils_only_the_keys_it_names() -> None:
    text = "A=1\nB=http://x?C=1&D=2\nE=3\n"
    assert last(text, "A") == "1"
    assert last(text, "E") == "3"
    for key in ("B", "D"):
        with pytest.raises(UnsupportedEnvFileError, match="odd in line 2"):
            last(text, key)


def test_an_array_spoils_only_itself() -> None:
    text = "ALL_IP=(10.0.0.1 10.0.0.2)\nALL_IP_COMMA='10.0.0.1,10.0.0.2'\n"
    assert last(text, "ALL_IP_COMMA") == "10.0.0.1,10.0.0.2"


def test_every_assignment_is_counted() -> None:
    assert [(each.key, each.value, each.line) for each in assignments("A=1\n\nA=2 B=3\n")] == [
        ("A", "1", 1),
        ("A", "2", 3),
        ("B", "3", 3),
    ]


EVERY: list[tuple[str, list[str]]] = [
    ("\r\nA=1\n  \r\n\r\nB=2\n#\nC=3\n", ["A=1 in 2", "B=2 in 5", "C=3 in 7"]),
    ("\n\n  # x\n A=1", ["A=1 in 4"]),
    ("A='x\ny' B=2\nC=3", ["A=x\ny in 1", "B=2 in 2", "C=3 in 3"]),
    ("A=b\\\nc\nB=1", ["A=bc in 1", "B=1 in 3"]),
    ("A=x\\\n\nB=1", ["A=x in 1", "B=1 in 3"]),
    ('A="a\\\nb" B=1', ["A=ab in 1", "B=1 in 2"]),
    ("A=$'a\nb' B=1", ["A=a\nb in 1", "B=1 in 2"]),
    ("A=1 #B=2\nC=3", ["A=1 in 1", "C=3 in 2"]),
    ("A=1;#B=2\nC=3", ["A=1 in 1", "C=3 in 2"]),
    ("A=1; B=2; C=3 d\nE=1\n", ["A=1 in 1", "B=2 in 1", "C odd in 1", "E=1 in 2"]),
    ("A=1 B=2 c\n", ["A odd in 1", "B odd in 1"]),
    ("A= foo\n", ["A odd in 1"]),
    ("a b=1\nfoo A=1\nA =1\n", []),
    ("export\nexport A\nexport A=1 B\n", ["A=1 in 3"]),
    ("export A=1; B={a,b}\nexport C='{a,b}' D=1\n", ["A=1 in 1", "B={a,b} in 1", "C odd in 2", "D=1 in 2"]),
    ("A=(\n1\t'2'\n) \nB=1\n", ["A odd in 1", "B=1 in 4"]),
    ("A=(1 2) B=3\nA=( )\n", ["A odd in 1", "B=3 in 1", "A odd in 2"]),
    ("A=()\nB=1\n", ["A odd in 1", "B=1 in 2"]),
    ("A=($x y)\nB=1\n", ["A odd in 1", "B=1 in 2"]),
    ("A[1]=2\nB+=3\nC=1\n", ["A odd in 1", "B odd in 2", "C=1 in 3"]),
    ("foo A=1 | bar B=2 C=3\nD=4\n", ["B odd in 1", "C odd in 1", "D=4 in 2"]),
    ("A=1 > out\nB=2\n", ["A odd in 1", "B=2 in 2"]),
    ("A=1 2>&1 X+=4\nB=1\n", ["A odd in 1", "X odd in 1", "B=1 in 2"]),
    ("A=1; B=2 & C=3 x\n", ["A=1 in 1", "B odd in 1", "C odd in 1"]),
    (
        "A=$(x)y\nB=a`x`b\nC=${X}z\nD=$0\nE=x$$\nF=$-\n",
        [f"{key} expansion in {n}" for n, key in enumerate("ABCDEF", 1)],
    ),
    ('A=$x B=1\nC="`x`" D=2\n', ["A expansion in 1", "B=1 in 1", "C expansion in 2", "D=2 in 2"]),
    ("A=a:~/x\nB=a~\nC=~\nD==~\n", ["A expansion in 1", "B=a~ in 2", "C expansion in 3", "D expansion in 4"]),
    ("A=$'\\x41\\x4g\\18\\1011\\e\\z'", ["A=A\x04g\x018A1\x1b\\z in 1"]),
    ("A=$'\\400' B=$'\\x' C=$'\\cA' D=$'\\U41' E=$'\\u41'", [f"{key} expansion in 1" for key in "ABCDE"]),
    ('A="$\'x\'" B="$" C=$ D=$"x y"', ["A=$'x' in 1", "B=$ in 1", "C=$ in 1", "D=x y in 1"]),
]


@pytest.mark.parametrize(("text", "found"), EVERY, ids=[text for text, _ in EVERY])
def test_each_assignment_is_found_with_its_line_and_whether_bash_has_that_value(text: str, found: list[str]) -> None:
    assert [
        f"{each.key} {each.why} in {each.line}" if each.why else f"{each.key}={each.value} in {each.line}"
        for each in assignments(text)
    ] == found
    assert all(isinstance(each.value, str) for each in assignments(text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1 export B\n", 1),
        ("A=1\nexport $X\n", 2),
        ("export 1x\n", 1),
        ("A=1\nexport A; export -n A\n", 2),
        ("foo\n$x\nA=1", 2),
        ("'foo'\nA=1", 1),
        ("''\n", 1),
        ("A=1\n\n(B=1)\n", 3),
        ("A=1 (x)\n", 1),
        ("A=1\nB=1 |\nC=2", 2),
        ("A=1 <<X\n", 1),
        ("A=1 | if\n", 1),
        ("A=1 & wait B=2\n", 1),
        ('A=1\nB=2 > "x\n', 2),
        ("A=$[1]", 1),
        ("A=${x'}", 1),
        ("A=$(a\nb)", 1),
        ('A="x\n\n$[1]"\n', 1),
        ('A=1\nB="x\ny', 2),
        ("A=1\nB=$'x\ny", 2),
        ("A=1\nB=(b\nc", 2),
        ("A=1\nB=(b;c)", 2),
        ("A=1\nB=b\\", 2),
    ],
)
def test_a_file_that_does_more_than_assign_is_refused_at_the_command_that_does(text: str, line: int) -> None:
    with pytest.raises(UnsupportedEnvFileError, match=f"^odd in line {line}$") as raised:
        assignments(text)
    assert (raised.value.why, raised.value.line) == ("odd", line)


def test_a_single_value_is_unquoted() -> None:
    assert unquote(r"$'v1\r'") == "v1\r"
    assert unquote("''") == ""


def compare(path: Path, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(text=FILES)
    def each(text: str) -> None:
        assert {key: last(text, key) for key in KEYS} == bash(text, path)

    each()


def test_generated_files_are_read_as_bash_reads_them(path: Path) -> None:
    compare(path, 400)


def compare_noise(path: Path, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(text=NOISE)
    def each(text: str) -> None:
        told = bash(text, path)
        for key in KEYS:
            with contextlib.suppress(UnsupportedEnvFileError):
                assert last(text, key) == told[key], key

    each()


def test_whatever_is_claimed_about_noise_is_what_bash_says(path: Path) -> None:
    compare_noise(path, 400)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_thousands_of_files_are_read_as_bash_reads_them(path: Path) -> None:
    compare(path, 5000)
    compare_noise(path, 5000)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        lines = [each.line for each in assignments(text)]
    except UnsupportedEnvFileError as unread:
        lines = [unread.line]
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)


def test_words_that_change_more_are_bash_s_own() -> None:
    known = subprocess.run(
        ["bash", "-c", "compgen -b; compgen -k"], capture_output=True, text=True, check=True, env={"PATH": os.defpath}
    ).stdout.split()
    output_only = {"echo", "true", "false", "pwd", "kill", "jobs", "fg", "bg", "disown", "help", "logout", "history"}
    output_only |= {"bind", "caller", "compgen", "complete", "compopt", "dirs", "type", "times"}
    assert set(known) - SETS_OTHER_VARIABLES - {"]]"} == output_only & set(known)
