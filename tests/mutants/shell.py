"""Mutants of shell scripts: which edits of a text are worth a run, made with the shell's structure in mind.

A script lies in several string literals that are put together; each edit is found in the whole text, so that it is
known whether a place is a command, a quoted word, a comment, a here-document or a program for another language (awk)
in single quotes. What the shell could not parse afterwards is no mutant: any test would notice that.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

CODE, DOUBLE, SINGLE, PROGRAM, COMMENT, HERE = "code", "double", "single", "program", "comment", "here"


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` to `end` of the text become `text`."""

    operator: str
    start: int
    end: int
    text: str

    def applied_to(self, text: str) -> str:
        return text[: self.start] + self.text + text[self.end :]


def edits(text: str, start: int = 0, end: int | None = None, *, program: bool = False) -> list[Edit]:
    """Every edit between `start` and `end` of this text. `program`: all of it is awk, not shell."""
    end = len(text) if end is None else end
    kinds = [PROGRAM] * len(text) if program else contexts(text)
    found: dict[tuple[int, int, str], Edit] = {}
    for operator in OPERATORS.values():
        for edit in operator(text, kinds):
            if start <= edit.start and edit.end <= end and text[edit.start : edit.end] != edit.text:
                found.setdefault((edit.start, edit.end, edit.text), edit)
    unique = sorted(found.values(), key=lambda edit: (edit.start, edit.end, edit.operator))
    if program or not parses(text):
        return unique
    return [edit for edit in unique if parses(edit.applied_to(text))]


@cache
def parses(text: str) -> bool:
    return (
        subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, timeout=20, check=False).returncode
        == 0
    )


def contexts(text: str) -> list[str]:
    """What each character is part of. The quotes themselves count as what they enclose."""
    kinds: list[str] = []
    stack: list[tuple[str, int]] = [(CODE, 0)]
    waiting: list[str] = []
    at = 0
    while at < len(text):
        kind, depth = stack[-1]
        char = text[at]
        if kind == CODE and char == "\n" and waiting:
            body = re.compile(rf"\n(?:.*\n)*?[ \t]*{re.escape(waiting.pop(0))}(?=\n|$)").match(text, at)
            length = len(body[0]) if body else 1
            kinds += [CODE] + [HERE] * (length - 1)
            at += length
            continue
        if char == "\\" and kind in (CODE, DOUBLE):
            kinds += [kind] * len(text[at : at + 2])
            at += 2
        elif kind == CODE and char == "#" and (at == 0 or text[at - 1] in " \t\n;("):
            length = len(text[at:].split("\n", 1)[0])
            kinds += [COMMENT] * length
            at += length
        elif kind == CODE and char == "'":
            length = _length(r"'[^']*'?", text, at)
            kinds += [PROGRAM if "\n" in text[at : at + length] else SINGLE] * length
            at += length
        elif text.startswith("$(", at) and kind in (CODE, DOUBLE):
            stack.append((CODE, 1))
            kinds += [CODE] * 2
            at += 2
        elif text.startswith("${", at) and kind in (CODE, DOUBLE):
            length = _length(r"\$\{[^}]*\}?", text, at)
            kinds += [kind] * length
            at += length
        else:
            if kind == CODE and (document := re.compile(r"<<-? *(['\"]?)(\w+)\1").match(text, at)):
                waiting.append(document[2])
            if char == '"':
                if kind == DOUBLE:
                    stack.pop()
                else:
                    stack.append((DOUBLE, 0))
                kind = DOUBLE
            elif kind == CODE and depth and char in "()":
                depth += 1 if char == "(" else -1
                stack[-1] = (CODE, depth)
                if not depth:
                    stack.pop()
            kinds.append(kind)
            at += 1
    return kinds


def _length(pattern: str, text: str, at: int) -> int:
    """Of what begins there."""
    begun = re.compile(pattern).match(text, at)
    assert begun is not None
    return len(begun[0])


def _matches(pattern: str, text: str, kinds: list[str], *wanted: str) -> Iterator[re.Match[str]]:
    """Where it begins in one of these contexts."""
    for match in re.compile(pattern, re.MULTILINE).finditer(text):
        at = match.start(1) if match.re.groups else match.start()
        if at < len(kinds) and kinds[at] in wanted:
            yield match


def _statements(text: str, kinds: list[str]) -> Iterator[tuple[int, int]]:
    """Lines, each with those that continue it."""
    start = 0
    for line in re.finditer(r"\n|\Z", text):
        end = line.start()
        part = text[start:end]
        if end == len(text) or not (
            re.search(r"(\\|&&|\|\||\|)\s*$", part)
            or (kinds[end] != CODE and not (part.strip() and kinds[end] in (PROGRAM, HERE)))
        ):
            if part.strip():
                yield start + len(part) - len(part.lstrip()), end
            start = end + 1


_STRUCTURE = re.compile(r"(then|do|else|fi|done|esac)\b|[}{)]|\(\b|;;|(el)?if\b|for\b|while\b|until\b|case\b|set -[eu]")


def drop_line(text: str, kinds: list[str]) -> Iterator[Edit]:
    """A command does nothing: `:` in its place, so that what it stands in still parses."""
    for start, end in _statements(text, kinds):
        line, kind = text[start:end], kinds[start]
        if kind == CODE:
            one_line = re.match(r"(if|for|while|until|case)\b.*\b(fi|done|esac)\b[^;]*$", line)
            if one_line or not (_STRUCTURE.match(line) or line.rstrip().endswith(("{", "(", "do", "then", "in", "'"))):
                yield Edit("drop-line", start, end, ":")
        elif kind == PROGRAM and line.strip("'"):
            balanced = all(line.count(a) == line.count(b) for a, b in ("{}", "()")) and "'" not in line
            if balanced and not line.startswith(("#", "else", "function", "}", "if (", "for (", "while (")):
                yield Edit("drop-line", start, end, "")


def and_or(text: str, kinds: list[str]) -> Iterator[Edit]:
    for match in _matches(r"&&|\|\|", text, kinds, CODE, PROGRAM):
        yield Edit("and-or", match.start(), match.end(), "||" if match[0] == "&&" else "&&")


_COMMAND_POSITION = r"(?:^|[;({]|&&|\|\||\bif|\belif|\bwhile|\buntil|\bthen|\bdo|!)[ \t]*"


def negate_test(text: str, kinds: list[str]) -> Iterator[Edit]:
    for match in _matches(_COMMAND_POSITION + r"(\[ (! )?)", text, kinds, CODE):
        yield Edit("negate-test", match.start(1), match.end(1), "[ " if match[2] else "[ ! ")
    for match in _matches(r"\b(?:if|elif|while|until) (! )?(?!\[ )(?=\S)", text, kinds, CODE):
        if kinds[match.start()] == CODE:
            yield Edit("negate-test", match.end(), match.end(), "! ")
    for match in _matches(r"\b(?:if|elif|while|until) (! )(?!\[ )", text, kinds, CODE):
        yield Edit("negate-test", match.start(1), match.end(1), "")
    for match in _matches(r"\b(?:if|while) (\()", text, kinds, PROGRAM):
        end = _closing(text, match.start(1))
        if end is not None:
            yield Edit("negate-test", match.start(1), end, f"(!{text[match.start(1) : end]})")


def _closing(text: str, at: int) -> int | None:
    """One past the parenthesis that closes this one, strings of awk passed over."""
    depth = 0
    for match in re.compile(r'"(?:\\.|[^"\\])*"|/\^(?:\\.|\[[^]]*\]|[^/])*/|[()]').finditer(text, at):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return None


def drop_set(text: str, kinds: list[str]) -> Iterator[Edit]:
    """`set -eu` is `set -u`; `set -o pipefail` is nothing."""
    for match in _matches(r"^[ \t]*(set -([a-z]+)( pipefail)?)(?=\s|$)", text, kinds, CODE):
        letters, pipefail = match[2], match[3] or ""
        for changed, option in ((letters.replace("e", ""), pipefail), (letters.replace("o", ""), "")):
            if changed != letters:
                yield Edit("drop-set", match.start(1), match.end(1), f"set -{changed}{option}" if changed else ":")


_WORD = r"""(?:"(?:\\.|\$\([^)]*\)|[^"\\])*"|'[^']*'|[^\s"';&|<>()\\])+"""


def swap_operands(text: str, kinds: list[str]) -> Iterator[Edit]:
    for match in _matches(
        rf"(?<![\w./-])(?:mv|cp|ln)(?: -\w+)*(?: --)? (({_WORD}) ({_WORD}))(?=\s|;|$|\))", text, kinds, CODE, DOUBLE
    ):
        yield Edit("swap-operands", match.start(1), match.end(1), f"{match[3]} {match[2]}")


def drop_redirect(text: str, kinds: list[str]) -> Iterator[Edit]:
    """Standard input or output goes where the script's own goes; `>>` becomes `>`. What is thrown away stays so."""
    for match in _matches(rf"(?<![<>\d&])( ?(>>|>|<) ?(?![<>&(])({_WORD}))", text, kinds, CODE):
        if match[3].strip('"') == "/dev/null":
            continue
        if match[2] == ">>":
            yield Edit("drop-redirect", match.start(2), match.end(2), ">")
        else:
            yield Edit("drop-redirect", match.start(1), match.end(1), "")


def drop_fsync(text: str, kinds: list[str]) -> Iterator[Edit]:
    for match in _matches(r"( conv=(?:(\w+),)?fsync)", text, kinds, CODE):
        yield Edit("drop-fsync", match.start(1), match.end(1), f" conv={match[2]}" if match[2] else "")


_BOUND = {"lt": "le", "le": "lt", "gt": "ge", "ge": "gt"}
_COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


def compare(text: str, kinds: list[str]) -> Iterator[Edit]:
    for match in _matches(r" -(lt|le|gt|ge) ", text, kinds, CODE):
        yield Edit("compare", match.start(1), match.end(1), _BOUND[match[1]])
    for match in _matches(r" (<=|>=|==|!=|<|>) (?!\")", text, kinds, PROGRAM):
        yield Edit("compare", match.start(1), match.end(1), _COMPARED[match[1]])
    for match in _matches(r" (==|!=) (?=\")", text, kinds, PROGRAM):
        yield Edit("compare", match.start(1), match.end(1), _COMPARED[match[1]])


def exit_status(text: str, kinds: list[str]) -> Iterator[Edit]:
    for match in _matches(r"\b(?:exit|return) ([1-9]\d*)\b", text, kinds, CODE, PROGRAM):
        yield Edit("exit-status", match.start(1), match.end(1), "0")


OPERATORS = {
    "drop-line": drop_line,
    "and-or": and_or,
    "negate-test": negate_test,
    "drop-set": drop_set,
    "swap-operands": swap_operands,
    "drop-redirect": drop_redirect,
    "drop-fsync": drop_fsync,
    "compare": compare,
    "exit-status": exit_status,
}
