"""The scripts that are sent to hosts, found in the source: each call of `Command` with its text worked out."""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from actions.action import Action
from tests.architecture.tree import Source, called, sources


@dataclass(frozen=True, slots=True)
class Script:
    where: str
    text: str
    bash: bool

    @property
    def probes(self) -> bool:
        return self.where.startswith("probes/")


@cache
def scripts() -> tuple[Script, ...]:
    return tuple(script for source in sources() for script in _scripts(source))


def _scripts(source: Source) -> Iterator[Script]:
    for within in ast.walk(source.tree):
        if isinstance(within, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(within):
                if isinstance(node, ast.Call) and called(node) == "Command":
                    yield from _script(source, within, node)


def _script(source: Source, within: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call) -> Iterator[Script]:
    where = f"{source.name}:{call.lineno}"
    for keyword in call.keywords:
        if keyword.arg == "script":
            yield Script(where, _text(source, within, keyword.value), _bash(source, call))


def _text(source: Source, within: ast.FunctionDef | ast.AsyncFunctionDef, value: ast.expr) -> str:
    """Worked out with the module's own constants, and the function's where it puts one together."""
    known = dict(vars(importlib.import_module(source.module)))
    for node in ast.walk(within):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=assigned) if _literal(assigned, known):
                known[name] = _worked_out(assigned, known)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as assigned) if _literal(assigned, known):
                known[name] = _worked_out(assigned, known)
            case _:
                continue
    text = _worked_out(value, known)
    assert isinstance(text, str)
    return text


def _literal(value: ast.expr, known: dict[str, object]) -> bool:
    """Constants, names of the module, and sums of them: never a call."""
    parts = (ast.Constant, ast.Name, ast.BinOp, ast.Add, ast.Load, ast.IfExp, ast.JoinedStr)
    nodes = list(ast.walk(value))
    return all(isinstance(n, parts) and (not isinstance(n, ast.Name) or n.id in known) for n in nodes)


def _worked_out(value: ast.expr, known: dict[str, object]) -> object:
    return eval(compile(ast.Expression(value), "<script>", "eval"), known)


def _bash(source: Source, call: ast.Call) -> bool:
    """A job with `login` is run by bash, with all that a login gives."""
    module = importlib.import_module(source.module)
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and node.lineno <= call.lineno <= (node.end_lineno or 0):
            cls = getattr(module, node.name)
            return isinstance(cls, type) and issubclass(cls, Action) and cls.login_shell is not Action.login_shell
    return False


def bare(script: str) -> str:
    """The program without comments and without what quotes hold, but with what `$(…)` inside quotes does."""
    return "".join(_bare(script))


def _bare(script: str) -> Iterator[str]:
    place, depth = 0, [""]
    while place < len(script):
        char, quoted = script[place], depth[-1] == '"'
        if char == "\\":
            place += 2
            continue
        if char == "'" and not quoted:
            end = script.find("'", place + 1)
            place = len(script) if end < 0 else end + 1
            yield "''"
            continue
        if char == "#" and not quoted and (place == 0 or script[place - 1] in " \t\n;"):
            end = script.find("\n", place)
            place = len(script) if end < 0 else end
            continue
        if script.startswith("$(", place):
            depth.append("(")
            yield "$("
            place += 2
            continue
        if char == '"':
            depth.pop() if quoted else depth.append('"')
            yield char
        elif char == "(" and not quoted:
            depth.append("(")
            yield char
        elif char == ")" and depth[-1] == "(":
            depth.pop()
            yield char
        elif not quoted:
            yield char
        place += 1
