"""Env files mean what bash makes of them; where only bash could tell, nothing is claimed."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.env_file import SETS_OTHER_VARIABLES, UnsupportedEnvFileError, assignments, last, unquote

KEYS = ("A", "B", "C")
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


PLAIN = {
    "bare": "A=b",
    "empty": "A=",
    "quoted-empty": "A=''",
    "backslash-escapes": r"A=a\ b\&c\'d",
    "single-quotes": "A='a b $c \\d'",
    "double-quotes": r'A="a \"b\" \$c \\d \e `"'.replace("`", r"\`"),
    "ansi": r"A=$'a\tb\nc\'d\\e\x41\101'",
    "ansi-octal-bytes": r"A=$'\344\270\255\346\226\207'",
    "ansi-unknown-escape": r"A=$'a\zb'",
    "locale-string": 'A=$"abc"',
    "glued-quotes": "A=a'b c'\"d e\"f",
    "trailing-comment": "A=b # c",
    "hash-inside": "A=b#c",
    "comment-after-tab": "A='b'\t#c",
    "crlf": "A=b\r\nB='c'\r\n\r\n# d\r\n",
    "no-final-newline": "A=b\nB=c",
    "last-wins": "A=1\nA=2\n",
    "later-empty-wins": "A=1\nA=\n",
    "export": "export A=b",
    "export-many": "export A=b B='c d' C",
    "leading-blanks": "  \t A=b",
    "two-on-a-line": "A=b B=c",
    "semicolons": "A=b; B=c ;",
    "equals-inside": "A=b=c==",
    "url": "A=http://x.y:80/z?a=1",
    "braces": "A={a,b}",
    "glob": "A=*[a-z]?",
    "lone-dollar": 'A=a$ B="$" C=$',
    "dollar-and-slash": "A=$/x",
    "continued": "A=b\\\nc\nB=d",
    "over-lines": "A='b\nc'\nB=\"d\ne\"\n",
    "chinese": "A=蓝鲸 # 注释\n",
    "comment-with-quote": "# it's\nA=b\n",
    "bare-percent-and-at": "A=%x@y:z,1+2",
    "tilde-inside": "A=a~b",
    "carriage-return-alone": "A=a\rb",
    "backslash-in-double": r'A="a\b\\c"',
    "harmless-command": "foo bar\nA=b",
    "spaced-equals": "A =b\nB= \nC=c",
    "dash-words": "-x\nA=-n",
    "vertical-tab-and-next-line": "A=a\x0bb\x85c",
}

UNREAD = {
    "variable": ("A=${B}", "expansion"),
    "short-variable": ("A=x$B", "expansion"),
    "in-double-quotes": ('A="a ${B:-c}"', "expansion"),
    "command": ("A=$(hostname -I)", "expansion"),
    "backticks": ("A=`hostname`", "expansion"),
    "tilde": ("A=~/x", "expansion"),
    "tilde-after-colon": ("A=/a:~/x", "expansion"),
    "positional": ("A=$1", "expansion"),
    "unicode-escape": (r"A=$'\u4e2d'", "expansion"),
    "nul": (r"A=$'a\0b'", "expansion"),
    "runs-a-command": ("A=b c", "odd"),
    "background": ("A=http://x?a=1&b=2", "odd"),
    "pipe": ("A=b|c", "odd"),
    "and": ("A=b && B=c", "odd"),
    "redirection": ("A=<x>", "odd"),
    "array": ("A=(b c)", "odd"),
    "array-over-lines": ("A=(b\n'c d'\n)", "odd"),
    "append": ("A=b\nA+=c", "odd"),
    "subscript": ("A[0]=b", "odd"),
    "brace-expansion-in-export": ("export A={b,c}", "odd"),
    "condition": ("A=b\nif true; then A=c; fi", "odd"),
    "function": ("f() { A=c; }\nA=b", "odd"),
    "source": (". other\nA=b", "odd"),
    "unset": ("A=b\nunset A", "odd"),
    "eval": ("A=b\neval A=c", "odd"),
    "quoted-export": ("'export' A=b", "odd"),
    "expanding-command": ("A=b\n: ${A:=c}", "odd"),
    "assigning-expansion": ("A=b\nB=${A:=c}", "odd"),
    "arithmetic": ("A=1\nB=$((A=2))", "odd"),
    "unterminated-single": ("A=b\nB='c", "odd"),
    "unterminated-double": ('A=b\nB="c', "odd"),
    "unterminated-ansi": ("A=b\nB=$'c", "odd"),
    "unterminated-array": ("A=b\nB=(c", "odd"),
    "closing-parenthesis": ("A=b)", "odd"),
    "two-semicolons": ("A=b;;", "odd"),
    "here-document": ("A=b\nfoo <<X\nA=c\nX", "odd"),
    "and-over-lines": ("A=b\nfoo &&\nA=c", "odd"),
    "backslash-at-the-end": ("A=b\\", "odd"),
    "readonly": ("readonly A=b", "odd"),
}


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


def test_a_single_value_is_unquoted() -> None:
    assert unquote(r"$'v1\r'") == "v1\r"
    assert unquote("''") == ""


BARE = st.text(st.sampled_from("abz09_.:/,@%+=-^?*[]{}!#\r中é"), min_size=1, max_size=6).filter(
    lambda word: not word.startswith("#")
)
ESCAPED = st.sampled_from(" \t'\"$`\\;&|<>()#~!ab中*").map(lambda char: "\\" + char)
SINGLE = st.text(st.characters(exclude_characters="'\0", exclude_categories=["Cs"]), max_size=6).map(lambda s: f"'{s}'")
DOUBLE = st.lists(
    st.sampled_from(["a", " ", "'", r"\"", r"\\", r"\$", r"\`", r"\n", "$ ", "#", "中", "\n", "\\\n", "~", "!", ";"])
).map(lambda parts: '"' + "".join(parts) + '"')
ANSI = st.lists(
    st.sampled_from(
        [r"\n", r"\t", r"\'", r"\"", r"\\", r"\e", r"\x41", r"\101", r"\344\270\255", r"\z", "a", '"', " ", "$"]
    )
).map(lambda parts: "$'" + "".join(parts) + "'")
VALUES = st.lists(st.one_of(BARE, ESCAPED, SINGLE, DOUBLE, ANSI), max_size=4).map("".join)
ASSIGNMENTS = st.tuples(st.sampled_from(KEYS), VALUES).map("=".join)
STATEMENTS = st.one_of(
    ASSIGNMENTS,
    st.lists(ASSIGNMENTS, min_size=1, max_size=3).map(" ".join),
    st.tuples(ASSIGNMENTS, st.sampled_from([" # c", "\t", " ;", " #'\"", ""])).map("".join),
    st.sampled_from(["# c", "#'", "", "  ", "\r", "export A", "#A=1"]),
)
FILES = st.tuples(st.lists(STATEMENTS, max_size=5).map("\n".join), st.sampled_from(["\n", ""])).map("".join)


def compare(path: Path, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(text=FILES)
    def each(text: str) -> None:
        assert {key: last(text, key) for key in KEYS} == bash(text, path)

    each()


def test_generated_files_are_read_as_bash_reads_them(path: Path) -> None:
    compare(path, 400)


NOISE = st.text(st.sampled_from("ABC==  \n\n;&|'\"\\$`#~<>x0\r\t{,}"), max_size=30)


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
