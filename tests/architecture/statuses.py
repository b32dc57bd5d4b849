"""Where a shell script loses the exit status of a command that is to stop it.

`set -e` stops for a command only where nobody asks for its status. `[ A ] && B` asks for A's, so a failing A stops
nothing, and as the last line of a function or loop it fails whoever called. `a | b` has b's status, and `f "$(a)"` has
f's. The program is taken apart by shfmt, a parser of the shell's whole grammar; a pattern would see such lists in text
and miss them over two lines. Source: POSIX, XCU 2.8.1 and 2.14, `set -e`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

Node = dict[str, Any]

LEAVES = frozenset({"exit", "return", "continue", "break", "exec", "false"})
"""A list that ends so looks at every status in it."""
NEVER_FAILS = frozenset({"printf", "echo", ":", "true"})
"""May begin a pipeline: what they write, the next one reads."""
FILTERS = frozenset({"awk", "cat", "cut", "grep", "head", "sed", "sha256sum", "sort", "tail", "tr", "uniq"})
"""May stand in the middle of one: they read what comes in, and fail where they are missing."""
ANSWERS = frozenset({"basename", "date", "dirname", "id"})
"""May be asked within another command's words: of a plain text, and without a file that may be missing."""


@dataclass(frozen=True, slots=True)
class Lost:
    what: str
    line: int
    text: str


@cache
def lost(script: str, *, bash: bool) -> tuple[Lost, ...]:
    """All of them, wherever `set -e` is on: a script that never sets it looks at each status itself."""
    return tuple(_Reader(script, bash=bash).all())


def stops(script: str, *, bash: bool) -> bool:
    """Does it end where a command fails?"""
    return _Reader(script, bash=bash).stops


class _Reader:
    def __init__(self, script: str, *, bash: bool) -> None:
        self._script = script.encode()
        self._root = parsed(script, bash=bash)
        self._stops = any(_sets(stmt, "e") for stmt in self._root["Stmts"])
        self._whole = any(_sets(stmt, "pipefail") for stmt in self._root["Stmts"])
        self._leaving = LEAVES | _leaving(self._root)

    @property
    def stops(self) -> bool:
        """One command is its own status; of several, `set -e` makes the first that fails the last."""
        return self._stops or len(self._root["Stmts"]) <= 1

    def all(self) -> Iterator[Lost]:
        yield from self._block(self._root["Stmts"], self._stops)

    def _block(self, stmts: list[Node], stops: bool) -> Iterator[Lost]:
        for stmt in stmts:
            stops = stops and not _sets(stmt, "+e")
            yield from self._statement(stmt, stops, asked=False)

    def _statement(self, stmt: Node, stops: bool, *, asked: bool) -> Iterator[Lost]:
        """`asked`: somebody looks at its status."""
        asked = asked or bool(stmt.get("Negated"))
        command = _command(stmt)
        if command.get("Type") == "BinaryCmd" and command["Op"] in ("&&", "||"):
            if stops and not asked and not self._looked_at(command):
                yield self._lost("a failing left side of && stops nothing", command)
            yield from self._statement(command["X"], stops, asked=True)
            yield from self._statement(command["Y"], stops, asked=True)
        elif command.get("Type") == "BinaryCmd":
            parts = list(_piped(command))
            if stops and not self._whole and not _safely_piped(parts):
                yield self._lost("only the last command of a pipeline is looked at", command)
            for part in parts:
                yield from self._statement(part, stops, asked=asked)
        else:
            yield from self._compound(command, stops, asked=asked)
        for redirect in _several(stmt, "Redirs"):
            yield from self._words([redirect.get("Word"), redirect.get("Hdoc")], stops)

    def _compound(self, command: Node, stops: bool, *, asked: bool) -> Iterator[Lost]:
        match command.get("Type"):
            case "CallExpr" | "DeclClause":
                yield from self._call(command, stops)
            case "IfClause" | "WhileClause":
                for stmt in _several(command, "Cond"):
                    yield from self._statement(stmt, stops, asked=True)
                yield from self._block([*_several(command, "Then"), *_several(command, "Do")], stops)
                if command.get("Else"):
                    yield from self._compound({"Type": "IfClause", **command["Else"]}, stops, asked=asked)
            case "CaseClause":
                yield from self._words([command["Word"]], stops)
                for item in _several(command, "Items"):
                    yield from self._block(_several(item, "Stmts"), stops)
            case "ForClause":
                yield from self._words(_several(command["Loop"], "Items"), stops)
                yield from self._block(command["Do"], stops)
            case "FuncDecl":
                yield from self._block([command["Body"]], stops)
            case "Block" | "Subshell":
                yield from self._block(command["Stmts"], stops)
            case _:
                return

    def _call(self, command: Node, stops: bool) -> Iterator[Lost]:
        assigns, args = _several(command, "Assigns"), _several(command, "Args")
        values = [assign.get("Value") for assign in assigns]
        plain = command["Type"] == "CallExpr" and not args
        yield from self._words([*args, *values, *_several(command, "Names")], stops, assigned=plain)
        if stops and plain and sum(len(list(_substituted(value))) for value in values) > 1:
            yield self._lost("only the last of several substitutions is looked at", command)

    def _words(self, words: Sequence[Node | None], stops: bool, *, assigned: bool = False) -> Iterator[Lost]:
        for word in words:
            for inner in _substituted(word):
                if stops and not assigned and not _answers(inner):
                    yield self._lost("a substitution within a command's words fails unseen", inner)
                yield from self._block(_several(inner, "Stmts"), stops)

    def _looked_at(self, command: Node) -> bool:
        ops, last = _chain(command)
        if "&&" not in ops:
            return True
        return ops[-1] == "||" and _ends_in(last, self._leaving)

    def _lost(self, what: str, node: Node) -> Lost:
        begin, end = node["Pos"], node["End"]
        return Lost(what, begin["Line"], self._script[begin["Offset"] : end["Offset"]].decode())


@cache
def parsed(script: str, *, bash: bool) -> Node:
    """Once for all rules: each is a program that has to be started."""
    beside = Path(sys.executable).with_name("shfmt")
    tool = str(beside) if beside.exists() else shutil.which("shfmt")
    assert tool, "shfmt is not there: pip install -e '.[dev]'"
    words = [tool, "-ln", "bash" if bash else "posix", "--to-json"]
    told = subprocess.run(words, input=script, capture_output=True, text=True, timeout=20, check=False)
    assert told.returncode == 0, told.stderr
    return {"Stmts": [], **json.loads(told.stdout)}


def _command(stmt: Node) -> Node:
    node: Node = stmt.get("Cmd") or {}
    return node


def _several(node: Node, key: str) -> list[Node]:
    nodes: list[Node] = node.get(key) or []
    return nodes


def _first(command: Node) -> Node:
    args = _several(command, "Args")
    return args[0] if args else {}


def _sets(stmt: Node, what: str) -> bool:
    """`set -e`, `set +e`, `set -o pipefail`, alone or with others."""
    words = [_text(word) for word in _several(_command(stmt), "Args")]
    if words[:1] != ["set"]:
        return False
    if what == "pipefail":
        return what in words
    sign, letter = ("+", "e") if what == "+e" else ("-", "e")
    return any(word.startswith(sign) and letter in word for word in words[1:])


def _leaving(root: Node) -> frozenset[str]:
    """The script's own functions that never come back."""
    bodies = {node["Name"]["Value"]: node["Body"] for node in nodes(root) if node.get("Type") == "FuncDecl"}
    return frozenset(name for name, body in bodies.items() if _ends_in(body, frozenset({"exit", "exec"})))


def _ends_in(stmt: Node, names: frozenset[str]) -> bool:
    command = _command(stmt)
    match command.get("Type"):
        case "CallExpr":
            return _text(_first(command)) in names
        case "Block" | "Subshell":
            return _ends_in(command["Stmts"][-1], names)
        case _:
            return False


def _chain(command: Node) -> tuple[list[str], Node]:
    """The operators of `a && b || c`, in order, and c."""
    node: Node = {} if command["X"].get("Negated") else _command(command["X"])
    ops = _chain(node)[0] if node.get("Type") == "BinaryCmd" and node["Op"] in ("&&", "||") else []
    return [*ops, command["Op"]], command["Y"]


def _piped(command: Node) -> Iterator[Node]:
    for side in (command["X"], command["Y"]):
        inner = _command(side)
        if inner.get("Type") == "BinaryCmd" and inner["Op"] in ("|", "|&"):
            yield from _piped(inner)
        else:
            yield side


def _safely_piped(parts: list[Node]) -> bool:
    first, *middle, _ = parts
    return _only(first, NEVER_FAILS) and all(_only(part, FILTERS) for part in middle)


def _only(stmt: Node, names: frozenset[str]) -> bool:
    """One of these commands, or a block of nothing else."""
    command = _command(stmt)
    match command.get("Type"):
        case "CallExpr":
            return _text(_first(command)) in names
        case "Block" | "Subshell":
            return all(_only(inner, names) for inner in command["Stmts"])
        case _:
            return False


def _answers(substitution: Node) -> bool:
    return all(_only(stmt, ANSWERS | NEVER_FAILS) for stmt in _several(substitution, "Stmts"))


def _substituted(node: Any) -> Iterator[Node]:
    """The outermost `$(…)` of a word, wherever in it they stand."""
    if isinstance(node, dict):
        found = cast("Node", node)
        if found.get("Type") == "CmdSubst":
            yield found
        else:
            for value in found.values():
                yield from _substituted(value)
    elif isinstance(node, list):
        values = cast("list[Any]", node)
        for value in values:
            yield from _substituted(value)


def nodes(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        found = cast("Node", node)
        yield found
        for value in found.values():
            yield from nodes(value)
    elif isinstance(node, list):
        values = cast("list[Any]", node)
        for value in values:
            yield from nodes(value)


def _text(word: Node | None) -> str:
    parts = _several(word or {}, "Parts")
    return "".join(str(part.get("Value", "$")) for part in parts)
