"""The mutants of one file: what mutmut's operators, ours for Python and ours for shell make of it.

The operators for Python are mutmut's (`mutmut.mutation.mutators`), on libcst, which knows `match`; its way of running
them is not used, since it mutates only within functions, and the scripts are constants of modules. Its operator for
strings is left out: a whole literal that becomes another is not counted. Excluded by rule, because no behaviour is in
them: annotations, docstrings, imports, decorators, `__all__`, names of types, and budgets (`…_S`, `MAX_…`: one more
second is no defect).
"""

import ast
import difflib
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import libcst as cst
import libcst.matchers as m
from libcst.metadata import CodeRange, MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation import mutators

from tests.mutants import shell

Operator = Callable[[Any], Iterable[cst.CSTNode]]
Language = Literal["python", "shell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    id: str
    """Made of file, definition, operator and the lines that change: it stays where lines move."""
    file: str
    line: int
    covered_by: tuple[int, int]
    """First and last line of its statement."""
    definition: str
    operator: str
    language: Language
    diff: str
    at_import: bool
    """Outside of functions: which tests run it, coverage cannot say."""
    build: Callable[[], str]
    """The text of the whole file."""


def negated_condition(node: cst.If | cst.While | cst.CompIf | cst.Assert) -> Iterator[cst.CSTNode]:
    """`if a` becomes `if not (a)`."""
    test = node.test.with_changes(lpar=[*node.test.lpar, cst.LeftParen()], rpar=[*node.test.rpar, cst.RightParen()])
    yield node.with_deep_changes(node, test=cst.UnaryOperation(operator=cst.Not(), expression=test))


def dropped_statement(node: cst.SimpleStatementLine) -> Iterator[cst.CSTNode]:
    """A call, a `raise`, a `del` or an early `return` becomes `pass`."""
    if len(node.body) == 1 and isinstance(node.body[0], cst.Expr | cst.Raise | cst.Del | cst.Return):
        yield node.with_changes(body=[cst.Pass()])


def none_for_argument(node: cst.Call) -> Iterator[cst.CSTNode]:
    """mutmut takes arguments out, too: without one that is required any test fails, which only swells the figure."""
    return (call for call in mutators.operator_arg_removal(node) if len(call.args) == len(node.args))


OPERATORS: dict[str, tuple[type | tuple[type, ...], Operator]] = {
    "number": (cst.BaseNumber, mutators.operator_number),
    "name": (cst.Name, mutators.operator_name),
    "assignment": ((cst.Assign, cst.AnnAssign), mutators.operator_assignment),
    "augmented-assignment": (cst.AugAssign, mutators.operator_augmented_assignment),
    "unary": (cst.UnaryOperation, mutators.operator_remove_unary_ops),
    "argument": (cst.Call, none_for_argument),
    "string-method": (cst.Call, mutators.operator_symmetric_string_methods_swap),
    "split": (cst.Call, mutators.operator_unsymmetrical_string_methods_swap),
    "lambda": (cst.Lambda, mutators.operator_lambda),
    "keyword": (cst.CSTNode, mutators.operator_keywords),
    "swap": (cst.CSTNode, mutators.operator_swap_op),
    "match": (cst.Match, mutators.operator_match),
    "ternary": (cst.IfExp, mutators.operator_if_exp),
    "negated-condition": ((cst.If, cst.While, cst.CompIf, cst.Assert), negated_condition),
    "dropped-statement": (cst.SimpleStatementLine, dropped_statement),
}


def mutants_of(file: str, source: str, scripts: Sequence[str]) -> list[Mutant]:
    """`scripts`: constants of the module, which say how its literals are put together."""
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    places, parents = wrapper.resolve(PositionProvider), wrapper.resolve(ParentNodeProvider)
    visitor = _Visitor(file, scripts, wrapper.module, places, parents)
    wrapper.module.visit(visitor)
    return visitor.mutants


def script_constants(module: object) -> list[str]:
    """Texts of several lines that the module has, the shortest first."""
    texts = {value for value in vars(module).values() if isinstance(value, str) and "\n" in value}
    return sorted(texts - {module.__doc__}, key=len)


class _Visitor(cst.CSTVisitor):
    def __init__(
        self,
        file: str,
        scripts: Sequence[str],
        module: cst.Module,
        places: Mapping[cst.CSTNode, CodeRange],
        parents: Mapping[cst.CSTNode, cst.CSTNode],
    ) -> None:
        super().__init__()
        self.mutants: list[Mutant] = []
        self._file, self._scripts, self._module, self._places, self._parent = file, scripts, module, places, parents
        self._ids: Counter[str] = Counter()
        self._script_assignment: cst.CSTNode | None = None

    def on_visit(self, node: cst.CSTNode) -> bool:
        if self._excluded(node):
            return False
        if isinstance(node, cst.Assign | cst.AnnAssign) and any(
            map(self._is_script, m.findall(node, m.SimpleString()))
        ):
            self._script_assignment = node
        if isinstance(node, cst.SimpleString) and self._is_script(node):
            self._add_script(node)
        if self._script_assignment is not None:  # None for a script is a whole string, `a - b` of two is no program
            return super().on_visit(node)
        for name, (kind, operator) in OPERATORS.items():
            if isinstance(node, kind):
                for replacement in operator(node):
                    self._add(node, name, replacement)
        return super().on_visit(node)

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if original_node is self._script_assignment:
            self._script_assignment = None
        super().on_leave(original_node)

    def _excluded(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom | cst.Global | cst.Nonlocal):
            return True
        if isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString | cst.ConcatenatedString):
            return True
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
            return self._excluded(node.body[0])
        if isinstance(node, cst.Assign | cst.AnnAssign):
            target = node.targets[0].target if isinstance(node, cst.Assign) else node.target
            name = target.value if isinstance(target, cst.Name) else ""
            outside = self._definition(node).isupper() or not self._in_function(node)
            of_a_type = re.fullmatch(r"_?[A-Z][A-Za-z]*[a-z][A-Za-z]*|T", name) is not None
            return outside and (name == "__all__" or of_a_type or re.search(r"_[SB]$|^_?MAX_", name) is not None)
        return False

    def _is_script(self, node: cst.CSTNode) -> bool:
        """A text with words and a line end, but no list of words, which `split()` makes of one."""
        if not isinstance(node, cst.SimpleString) or not isinstance(node.evaluated_value, str):
            return False
        text = node.evaluated_value
        return (
            "\n" in text
            and re.search("[a-z]{2}", text) is not None
            and not isinstance(self._parent[node], cst.Attribute)
        )

    def _add(self, node: cst.CSTNode, operator: str, replacement: cst.CSTNode) -> None:
        statement = self._statement(node)
        before = self._module.code_for_node(statement)
        try:
            changed = replacement if node is statement else statement.deep_replace(node, replacement)
            after = self._module.code_for_node(cst.ensure_type(changed, cst.CSTNode))
            if _tree(before) == _tree(after):
                return
        except (SyntaxError, cst.CSTValidationError):
            return
        first, last = self._lines(node, statement)
        line = self._start(node)
        self._append(
            node,
            operator,
            "python",
            _diff(before, after),
            lambda: self._file_with(node, replacement),
            (line, first, max(last, line)),
        )

    def _file_with(self, node: cst.CSTNode, replacement: cst.CSTNode) -> str:
        return cst.ensure_type(self._module.deep_replace(node, replacement), cst.Module).code

    def _add_script(self, node: cst.SimpleString) -> None:
        value = node.evaluated_value
        assert isinstance(value, str)
        whole = next((text for text in self._scripts if value in text and shell.parses(text)), value)
        program = whole == value and re.match(r"\s*(function|BEGIN)\b", value) is not None
        offset = whole.index(value)
        for edit in shell.edits(whole, offset, offset + len(value), program=program):
            changed = value[: edit.start - offset] + edit.text + value[edit.end - offset :]
            literal = _literal(changed, raw="r" in node.prefix)
            line = self._start(node) + (value[: edit.start - offset].count("\n") if len(node.quote) == 3 else 0)
            self._append(
                node,
                edit.operator,
                "shell",
                _diff(value, changed),
                lambda literal=literal: self._file_with(node, node.with_changes(value=literal)),
                (line, line, line),
            )

    def _append(
        self,
        node: cst.CSTNode,
        operator: str,
        language: Language,
        diff: str,
        build: Callable[[], str],
        lines: tuple[int, int, int],
    ) -> None:
        definition = self._definition(node)
        digest = sha256("\0".join((self._file, definition, operator, diff)).encode()).hexdigest()[:8]
        self._ids[digest] += 1
        suffix = f".{self._ids[digest]}" if self._ids[digest] > 1 else ""
        self.mutants.append(
            Mutant(
                id=digest + suffix,
                file=self._file,
                line=lines[0],
                covered_by=(lines[1], lines[2]),
                definition=definition,
                operator=operator,
                language=language,
                diff=diff,
                at_import=not self._in_function(node),
                build=build,
            )
        )

    def _statement(self, node: cst.CSTNode) -> cst.CSTNode:
        while not isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            node = self._parent[node]
        return node

    def _lines(self, node: cst.CSTNode, statement: cst.CSTNode) -> tuple[int, int]:
        """First and last line of a statement without its body; of a `case` where it is in one."""
        while node is not statement and not isinstance(node, cst.MatchCase):
            node = self._parent[node]
        position = self._places[node]
        body = getattr(node, "body", None) if not isinstance(node, cst.SimpleStatementLine) else None
        if isinstance(node, cst.Match):
            return position.start.line, position.start.line
        if body is None:
            return position.start.line, position.end.line
        return position.start.line, max(position.start.line, self._start(body) - 1)

    def _start(self, node: cst.CSTNode) -> int:
        """Operators and the like have no place of their own."""
        while True:
            position = self._places.get(node)
            if position is not None:
                return position.start.line
            node = self._parent[node]

    def _in_function(self, node: cst.CSTNode) -> bool:
        return any(isinstance(parent, cst.FunctionDef | cst.Lambda) for parent in self._parents(node))

    def _definition(self, node: cst.CSTNode) -> str:
        names = [
            parent.name.value for parent in self._parents(node) if isinstance(parent, cst.FunctionDef | cst.ClassDef)
        ]
        if not names:
            for parent in (node, *self._parents(node)):
                if isinstance(parent, cst.AnnAssign) and isinstance(parent.target, cst.Name):
                    return parent.target.value
                if isinstance(parent, cst.Assign) and isinstance(parent.targets[0].target, cst.Name):
                    return parent.targets[0].target.value
        return ".".join(reversed(names)) or "module"

    def _parents(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        while (parent := self._parent.get(node)) is not None:
            yield parent
            node = parent


def _tree(statement: str) -> str:
    return ast.dump(ast.parse(textwrap.dedent(statement)))


def _literal(text: str, *, raw: bool) -> str:
    if raw and '"""' not in text and not text.endswith(('"', "\\")):
        return f'r"""{text}"""'
    return repr(text)


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line.rstrip() for line in lines if line[:3] not in ("---", "+++") and line[:2] != "@@")
