"""Tests as judges of a file's mutants: in a fork for each mutant, on what its parent has imported already.

For each file a process of its own runs all judges once, with coverage told test by test, then imports everything that
the judges import and that does not depend on the file. A mutant is judged by a child of that process: the file's
module comes from the mutant's text, nothing on disk changes, and only the tests that reach its statement run, those
that killed before and the quick ones first, until one fails. A test that takes far longer than before has killed it.
"""

import ast
import ctypes
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pickle
import re
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Container, Generator, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Literal, TypeVar, cast

import coverage
import hypothesis
import pytest

from tests.mutants.mutants import Mutant, mutants_of, script_constants

SLOW_S = 8.0
"""A test that takes longer than this judges nothing: survivors would cost minutes."""

Verdict = Literal["killed", "survived", "timeout", "uncovered", "no-program"]
T = TypeVar("T")

_SUBREAPERS: set[int] = set()
"""Processes whose children, and what those leave behind, are all ours to end."""

hypothesis.settings.register_profile(
    "mutants",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    verdict: Verdict
    by: str = ""
    """The test, or the error on import."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the judges do on the file as it is."""

    durations_s: dict[str, float]
    slow: frozenset[str]
    """Left out."""
    tests_by_line: dict[int, Set[str]]
    tests_by_script: dict[str, Set[str]]
    """Constant → the tests in which its text was part of a command line."""
    imported_lines: frozenset[int]
    modules: tuple[str, ...]


class JudgesFailError(Exception):
    """They fail on the file as it is."""


@dataclass(slots=True)
class Judges:
    root: Path
    file: str
    paths: Sequence[str]
    scratch: Path
    sent_with: Mapping[str, str] = field(default_factory=dict[str, str])
    """A constant that is on no command line → the one of the script that brings it."""
    without: Sequence[str] = ()
    """Tests known to be slow: not even tried."""
    budget_s: float = float("inf")
    """Only so much of tests judges a mutant: what survives that may not survive all."""
    kills: Counter[str] = field(default_factory=Counter[str])

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")

    def mutants(self) -> list[Mutant]:
        scripts = in_fork(lambda: script_constants(importlib.import_module(self.module)))
        return mutants_of(self.file, (self.root / self.file).read_text(), scripts)

    def baseline(self) -> Baseline:
        """Raises JudgesFailError."""
        return in_fork(self._measure)

    def prepare(self, baseline: Baseline) -> None:
        """Import what no mutant of the file can change."""
        dependents = _dependents(self.module, baseline.modules)
        for name in baseline.modules:
            if name not in dependents:
                importlib.import_module(name)
        gc.collect()
        gc.freeze()

    def tests_of(self, mutant: Mutant, baseline: Baseline) -> list[str]:
        """Those that reach its statement, or run its script; all of them where it is anything else outside of
        functions."""
        first, last = mutant.covered_by
        lines = range(first, last + 1)
        reached: Set[str] = frozenset[str]().union(*(baseline.tests_by_line.get(line, ()) for line in lines))
        if mutant.at_import or any(line in baseline.imported_lines for line in lines):
            script = self.sent_with.get(mutant.definition, mutant.definition)
            reached = baseline.tests_by_script.get(script) or baseline.durations_s.keys()
        ordered = sorted(reached, key=lambda test: ((0.01 + baseline.durations_s[test]) / (1 + self.kills[test]), test))
        used_s = accumulate(baseline.durations_s[test] for test in ordered)
        return [test for test, until_s in zip(ordered, used_s, strict=True) if until_s <= self.budget_s]

    def judge(self, mutant: Mutant, baseline: Baseline) -> Judgement:
        tests = self.tests_of(mutant, baseline)
        if not tests:
            return Judgement(verdict="uncovered")
        source = mutant.build()
        try:
            code = compile(source, str(self.root / self.file), "exec", dont_inherit=True)
        except SyntaxError as error:
            return Judgement(verdict="no-program", by=str(error))
        if _behaves_as(code, compile((self.root / self.file).read_text(), "", "exec", dont_inherit=True)):
            return Judgement(verdict="no-program", by="the same bytecode")
        limits_s = {test: 3.0 + 4.0 * baseline.durations_s[test] for test in tests}
        started = time.monotonic()
        limit_s = 30.0 + 4.0 * sum(baseline.durations_s[test] for test in tests)
        answer = in_fork(
            lambda: self._judged(code, limits_s, baseline.durations_s.keys() | baseline.slow),
            limit_s=limit_s,
            default=("timeout", "the whole run"),
        )
        self.kills[answer[1]] += answer[0] != "survived"
        return Judgement(verdict=answer[0], by=answer[1], seconds=round(time.monotonic() - started, 2))

    def _measure(self) -> Baseline:
        measured = coverage.Coverage(data_file=None, include=[str(self.root / self.file)], config_file=False)
        measured.start()
        plugin = _Measure(measured)
        sys.addaudithook(plugin.audit)
        status = self._pytest(self.paths, plugin)
        measured.stop()
        if status != pytest.ExitCode.OK:
            raise JudgesFailError(f"{self.file}: {status!r}, {plugin.failed}\n{self._output().read_text()[-3000:]}")
        contexts = measured.get_data().contexts_by_lineno(str(self.root / self.file))
        quick = {test: seconds for test, seconds in plugin.durations_s.items() if seconds <= SLOW_S}
        return Baseline(
            durations_s=quick,
            slow=frozenset(plugin.durations_s.keys() - quick.keys()),
            tests_by_script=self._tests_by_script(plugin.commands, quick.keys()),
            tests_by_line={line: quick.keys() & set(tests) for line, tests in contexts.items()},
            imported_lines=frozenset(line for line, tests in contexts.items() if "" in tests),
            modules=tuple(name for name, module in list(sys.modules.items()) if self._is_ours(module)),
        )

    def _tests_by_script(self, commands: Mapping[str, set[str]], tests: Set[str]) -> dict[str, Set[str]]:
        scripts = {name: text for name, text in vars(sys.modules[self.module]).items() if isinstance(text, str)}
        bare = {name: _unquoted(text) for name, text in scripts.items() if "\n" in text}
        return {
            name: {test for test in tests if any(_is_sent(text, command) for command in commands.get(test, ()))}
            for name, text in bare.items()
        }

    def _is_ours(self, module: ModuleType) -> bool:
        path = Path(getattr(module, "__file__", None) or "/")
        inside = path.is_relative_to(self.root) and not path.is_relative_to(self.root / ".venv")
        return inside and not path.name.startswith(("test_", "conftest"))

    def _judged(self, code: Any, limits_s: dict[str, float], known: Container[str]) -> tuple[Verdict, str]:
        sys.meta_path.insert(0, _Mutated(self.module, self.root / self.file, code))
        plugin = _Judge(limits_s, known)
        paths = list(dict.fromkeys(test.split("::", 1)[0] for test in limits_s))
        try:
            status = self._pytest(paths, plugin)
        except Exception:  # what a failed test left behind may break pytest as it ends; alone, that is no kill
            if not plugin.failed:
                raise
            return ("timeout" if plugin.timed_out else "killed"), plugin.failed
        if status == pytest.ExitCode.OK:
            return "survived", ""
        if status not in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
            raise RuntimeError(f"pytest ended with {status!r}:\n{self._output().read_text()[-3000:]}")
        return ("timeout" if plugin.timed_out else "killed"), plugin.failed or "import"

    def _pytest(self, paths: Sequence[str], plugin: object) -> int:
        """Its output goes to a file."""
        hypothesis.settings.load_profile("mutants")
        descriptor = os.open(self._output(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for standard in (1, 2):
            os.dup2(descriptor, standard)
        os.chdir(self.root)
        quiet = ["-x", "-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-m", "not campaign and not lab"]
        quiet += ["-W", "ignore::pytest.PytestAssertRewriteWarning", f"--basetemp={self.scratch / 'tests'}"]
        quiet += [f"--deselect={test}" for test in self.without]
        return int(pytest.main([*quiet, *paths], plugins=[plugin]))

    def _output(self) -> Path:
        return self.scratch / "output"


def _behaves_as(one: CodeType, other: CodeType) -> bool:
    """The same instructions on the same constants and names: `return None` at the end of a function does nothing."""
    parts = zip(one.co_consts, other.co_consts, strict=False)
    return (
        (one.co_code, one.co_names, one.co_varnames, len(one.co_consts))
        == (other.co_code, other.co_names, other.co_varnames, len(other.co_consts))
    ) and all(
        _behaves_as(a, b)
        if isinstance(a, CodeType) and isinstance(b, CodeType)
        else (type(a), repr(a)) == (type(b), repr(b))
        for a, b in parts
    )


def _is_sent(script: str, command: str) -> bool:
    """Nine lines of ten: a test may shorten a wait in it, or break a line on purpose."""
    lines = [line for line in script.splitlines() if line.strip()]
    return script in command or sum(line in command for line in lines) >= 0.9 * len(lines)


def _unquoted(text: str) -> str:
    """A script on a command line is quoted."""
    return re.sub(r"['\"\\]", "", text)


class _Measure:
    def __init__(self, measured: coverage.Coverage) -> None:
        self.durations_s: dict[str, float] = {}
        self.failed = ""
        self.commands: dict[str, set[str]] = {}
        self._measured, self._test = measured, ""

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """Every process that a test starts from here; see sys.addaudithook."""
        if event == "subprocess.Popen" and self._test:
            words = cast(Sequence[object], args[1]) if isinstance(args[1], list | tuple) else (args[1],)
            self.commands.setdefault(self._test, set()).update(_unquoted(str(word)) for word in words)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._test = item.nodeid
        self._measured.switch_context(item.nodeid)
        started = time.monotonic()
        result = yield
        self.durations_s[item.nodeid] = time.monotonic() - started
        self._measured.switch_context("")
        self._test = ""
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid


class _Judge:
    """Only the tests asked for, in that order, each with its time limit; and those whose ids the mutant has changed."""

    def __init__(self, limits_s: dict[str, float], known: Container[str]) -> None:
        self.failed = ""
        self.timed_out = False
        self._limits_s, self._known = limits_s, known

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        place = {test: number for number, test in enumerate(self._limits_s)}
        wanted = (item for item in items if item.nodeid in place or item.nodeid not in self._known)
        items[:] = sorted(wanted, key=lambda item: place.get(item.nodeid, len(place)))
        for item in items:
            # without its fixtures: what a module shares (a server) is started by whichever test comes first
            limit_s = self._limits_s.get(item.nodeid, 30.0)
            item.add_marker(pytest.mark.timeout(limit_s, method="signal", func_only=True))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid
            self.timed_out = "Timeout (>" in str(report.longrepr)[-400:]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or f"import by {report.nodeid}"


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, module: str, path: Path, code: Any) -> None:
        self._module, self._path, self._code = module, path, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, vars(module))


def _dependents(module: str, modules: Iterable[str]) -> set[str]:
    """It, and what imports it, directly or not, be it within a function."""
    importers: dict[str, set[str]] = {}
    for name in modules:
        path = getattr(sys.modules.get(name) or importlib.util.find_spec(name), "__file__", None) or getattr(
            importlib.util.find_spec(name), "origin", None
        )
        for imported in _imports(Path(str(path))):
            importers.setdefault(imported, set()).add(name)
    found, todo = {module}, [module]
    while todo:
        for name in importers.get(todo.pop(), set()) - found:
            found.add(name)
            todo.append(name)
    return found


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    if path.suffix != ".py":
        return names
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def in_fork(work: Callable[[], T], *, limit_s: float | None = None, default: T | None = None) -> T:
    """What a child process returns; `default` where it takes longer than the limit. Raises RuntimeError with its
    traceback where it fails. Nothing that it started outlives it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(reader)
        _answer(work, writer)
    os.close(writer)
    chunks: list[bytes] = []
    deadline = None if limit_s is None else time.monotonic() + limit_s
    while True:
        remaining_s = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not select.select([reader], [], [], remaining_s)[0]:
            break
        chunk = os.read(reader, 1 << 20)
        if not chunk:
            break
        chunks.append(chunk)
    os.close(reader)
    _kill(pid)
    if not chunks:
        if default is not None:
            return default
        raise RuntimeError("a child process ended without an answer")
    ok, value = pickle.loads(b"".join(chunks))
    if not ok:
        raise JudgesFailError(value[1]) if value[0] == "JudgesFailError" else RuntimeError(value[1])
    return value


def _answer(work: Callable[[], object], writer: int) -> None:
    os.set_inheritable(writer, False)
    try:
        answer = pickle.dumps((True, work()))
    except BaseException as error:
        answer = pickle.dumps((False, (type(error).__name__, traceback.format_exc())))
    with os.fdopen(writer, "wb") as stream:
        stream.write(answer)
    os._exit(0)


def _kill(pid: int) -> None:
    """The child, its group, and, where orphans are ours (`adopt_orphans`), everything else below us."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while os.getpid() in _SUBREAPERS:
        orphans = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        if not orphans:
            return
        for orphan in map(int, orphans):
            with suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(orphan, 0)


def adopt_orphans() -> None:
    """What a test starts and leaves behind becomes a child of this process (PR_SET_CHILD_SUBREAPER, prctl(2))."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    _SUBREAPERS.add(os.getpid())
