"""Env files: what bash would have in a variable after sourcing one, found without running anything.

The release sources its env files as shell, so a careless edit can mean anything. What is plain is read as bash reads
it: assignments of bare words, '…', "…", $'…', `export`, comments, several on a line. The rest is told apart:
*expansion*, a value that rests on others (`${X}`, `$(…)`, `~`); *odd*, one that bash may not keep (`A=b c` runs c,
`A=x&y` assigns in the background, arrays, `+=`); and a file that does more than assign, of which nothing can be said.
`probes/lib/env_awk.py` does the same on the host in awk, and tests hold both to bash itself. Source: bash(1), Quoting;
bin/merge_env.sh:31-57 and load_env.sh:19-29 of the release, which source the files.
"""

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

Why = Literal["expansion", "odd"]

_BLANKS = re.compile(r"[ \t]*")
_LINE = re.compile(r"[^\n]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNS = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(=|\+=|\[)")
_MENTIONED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_BARE = re.compile(r"[^ \t\n;&|<>()\\'\"$`~]+")
_QUOTED = re.compile(r"[^\\\"$`]+")
_SINGLE = re.compile(r"'([^']*)'")
_BRACED = re.compile(r"\{[A-Za-z0-9_:.,/@%#*+!^ -]*\}")
_PARENS = re.compile(r"\([A-Za-z0-9_:.,/@%+ -]*\)")
_TICKS = re.compile(r"`[A-Za-z0-9_:.,/@%+ -]*`")
_REST = re.compile(r"[A-Za-z0-9_=./:?%+,@ \t&|<>-]*[A-Za-z0-9_=./:?%+,@ \t-]")
_OCTAL = re.compile(r"[0-7]{1,3}")
_HEX = re.compile(r"x([0-9A-Fa-f]{1,2})")
_ESCAPES = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))

SETS_OTHER_VARIABLES = frozenset(
    """
    ! . : [ [[ { } alias break builtin case cd command continue coproc declare do done elif else enable esac
    eval exec exit export fc fi for function getopts hash if in let local mapfile popd printf pushd read
    readarray readonly return select set shift shopt source suspend test then time trap typeset ulimit umask
    unalias unset until wait while
    """.split()  # noqa: SIM905 (one a line they would hide what the file is about)
)
"""Words after which a line may change variables, or decide whether others run."""


class UnsupportedEnvFileError(ValueError):
    """Only bash itself could evaluate this. `line`, from 1, is where the command begins."""

    def __init__(self, why: Why, line: int) -> None:
        super().__init__(f"{why} in line {line}")
        self.why: Why = why
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    key: str
    value: str
    line: int
    why: Why | None = None
    """None: bash has just that value afterwards."""


def assignments(text: str) -> tuple[Assignment, ...]:
    """All assignments in order. Raises UnsupportedEnvFileError for a file that does more than assign."""
    return _Reader(text).read()


def last(text: str, key: str) -> str | None:
    """What bash has in `key` after sourcing the text; None where it is never assigned. Raises
    UnsupportedEnvFileError."""
    of_key = [assignment for assignment in assignments(text) if assignment.key == key]
    if not of_key:
        return None
    if of_key[-1].why is not None:
        raise UnsupportedEnvFileError(of_key[-1].why, of_key[-1].line)
    return of_key[-1].value


def unquote(raw: str) -> str:
    """The value of a line `KEY=raw`. Raises UnsupportedEnvFileError."""
    return last(f"K={raw}", "K") or ""


class _Reader:
    """Walks the text once; `_at` is the place of the next character."""

    def __init__(self, text: str) -> None:
        self._text = text if text.endswith("\n") else text + "\n"
        self._at = 0
        self._began = 1
        self._assignments: list[Assignment] = []
        self._why: Why | None = None

    def read(self) -> tuple[Assignment, ...]:
        while self._at < len(self._text):
            self._take(_BLANKS)
            if self._text[self._at] in "\n#":
                self._take(_LINE)
                self._at += 1
            else:
                self._statement()
        return tuple(self._assignments)

    def _statement(self) -> None:
        first = len(self._assignments)
        self._began = self._line()
        mode: Literal["assign", "export", "command"] = "assign"
        while True:
            started = self._at
            assigns = _ASSIGNS.match(self._text, started)
            if assigns and mode != "command":
                self._assignment(assigns, exported=mode == "export")
            else:
                word = self._word()
                if word is None or (mode == "assign" and word != self._text[started : self._at]):
                    self._fail_ambiguous()
                elif mode == "assign" and word == "export" and first == len(self._assignments):
                    mode = "export"
                elif mode == "assign":
                    mode = "command"
                    self._command(word, first)
                elif mode == "export" and not _NAME.fullmatch(word):
                    self._fail_ambiguous()
            if self._ended(first):
                return

    def _assignment(self, assigns: re.Match[str], *, exported: bool) -> None:
        line = self._line()
        self._at = assigns.end()
        if self._text[self._at] == "(":
            self._array()
        value = self._value(exported=exported)
        plain = assigns[2] == "=" and self._text[assigns.end()] != "("
        why: Why | None = self._why if plain else "odd"
        self._assignments.append(Assignment(key=assigns[1], value=value, line=line, why=why))

    def _array(self) -> None:
        self._at += 1
        while self._text[self._at : self._at + 1] != ")":
            if self._text[self._at : self._at + 1] in (" ", "\t", "\n"):
                self._at += 1
            elif not self._word(assigned=True):
                self._fail_ambiguous()
        self._at += 1

    def _command(self, word: str, first: int) -> None:
        """`A=b c` runs c with A in its environment and forgets A again."""
        if word in SETS_OTHER_VARIABLES or not word:
            self._fail_ambiguous()
        self._mark_unreadable(first)

    def _ended(self, first: int) -> bool:
        """Between two words: is the statement over?"""
        self._take(_BLANKS)
        match self._text[self._at]:
            case "\n":
                self._at += 1
                return True
            case "#":
                return True
            case ";":
                self._at += 1
                return True
            case "&" | "|" | "<" | ">":
                self._mark_unreadable(first)
                self._connected()
                return True
            case "(" | ")":
                self._fail_ambiguous()
            case _:
                pass
        return False

    def _connected(self) -> None:
        """The rest of a line after `&`, `|`, `<` or `>`: what it assigns may hold or not."""
        line = self._line()
        rest = self._take(_LINE)
        if (
            not _REST.fullmatch(rest)
            or "<<" in rest
            or SETS_OTHER_VARIABLES.intersection(re.split(r"[ \t&|<>]+", rest))
        ):
            self._fail_ambiguous()
        for key in _MENTIONED.findall(rest):
            self._assignments.append(Assignment(key=key, value="", line=line, why="odd"))

    def _mark_unreadable(self, first: int) -> None:
        invalidated = (Assignment(key=old.key, value="", line=old.line, why="odd") for old in self._assignments[first:])
        self._assignments[first:] = list(invalidated)

    def _value(self, *, exported: bool) -> str:
        """Sets `_why`. Bytes that `$'\\344'` spells are put together to characters."""
        started = self._at
        text = self._word(assigned=True) or ""
        if exported and "{" in self._text[started : self._at]:
            self._why = "odd"
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")

    def _word(self, *, assigned: bool = False) -> str | None:
        """One word, unquoted. Unless it is assigned, None where it would be expanded."""
        self._why = None
        parts: list[str] = []
        while (char := self._text[self._at : self._at + 1]) and char not in " \t\n;&|<>()":
            parts.append(self._part(char))
        return None if self._why is not None and not assigned else "".join(parts)

    def _part(self, char: str) -> str:
        match char:
            case "\\":
                return self._escaped()
            case "'":
                return self._require(_SINGLE)[1:-1]
            case '"':
                return self._double()
            case "$":
                return self._dollar(quoted=False)
            case "`":
                return self._expansion(self._require(_TICKS))
            case "~":
                self._at += 1
                return "~" if self._text[self._at - 2] not in ":=" else self._expansion("~")
            case _:
                return self._require(_BARE)

    def _escaped(self) -> str:
        escaped = self._text[self._at + 1 : self._at + 2]
        self._at += 2
        if escaped == "\n" and self._at >= len(self._text):
            self._fail_ambiguous()
        return "" if escaped == "\n" else escaped

    def _double(self) -> str:
        self._at += 1
        parts: list[str] = []
        while (char := self._text[self._at : self._at + 1]) != '"':
            match char:
                case "\\":
                    escaped = self._text[self._at + 1 : self._at + 2]
                    self._at += 2
                    parts.append({"\n": ""}.get(escaped, escaped) if escaped in '$`"\\\n' else "\\" + escaped)
                case "$":
                    parts.append(self._dollar(quoted=True))
                case "`":
                    parts.append(self._expansion(self._require(_TICKS)))
                case _:
                    parts.append(self._require(_QUOTED))
        self._at += 1
        return "".join(parts)

    def _dollar(self, *, quoted: bool) -> str:
        self._at += 1
        following = self._text[self._at]
        match following:
            case "'" if not quoted:
                return self._ansi()
            case '"' if not quoted:
                return self._double()
            case "{":
                return self._expansion(self._require(_BRACED))
            case "(":
                return self._expansion(self._require(_PARENS))
            case _ if _NAME.match(following):
                return self._expansion(self._require(_NAME))
            case _ if following in "0123456789*@#?$!-":
                self._at += 1
                return self._expansion(following)
            case "[":
                self._fail_ambiguous()
            case _:
                pass
        return "$"

    def _ansi(self) -> str:
        self._at += 1
        parts: list[str] = []
        while (char := self._text[self._at : self._at + 1]) != "'":
            if not char:
                self._fail_ambiguous()
            self._at += 1
            parts.append(self._ansi_escape() if char == "\\" else char)
        self._at += 1
        return "".join(parts)

    def _ansi_escape(self) -> str:
        """bash ends the string at a NUL, and what \\u means depends on the locale: such a value is left alone."""
        if (octal := _OCTAL.match(self._text, self._at)) or (_HEX.match(self._text, self._at)):
            number = int(octal[0], 8) if octal else int(self._require(_HEX)[1:], 16)
            self._at = octal.end() if octal else self._at
            return bytes((number & 255,)).decode("ascii", "surrogateescape") if number & 255 else self._expansion("")
        escaped = self._text[self._at : self._at + 1]
        self._at += 1
        return self._expansion("") if escaped in "uUcx" else _ESCAPES.get(escaped, "\\" + escaped)

    def _expansion(self, text: str) -> str:
        self._why = "expansion"
        return text

    def _require(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            self._fail_ambiguous()
        self._at = match.end()
        return match[0]

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match[0] if match else ""

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _fail_ambiguous(self) -> NoReturn:
        raise UnsupportedEnvFileError("odd", self._began)
