"""The mutation run itself: each operator makes the mutant it is for, and a test that should kill that does.

Mutants of a toy program, judged for real: of each pair of scripts one is looked at closely, the other only run.
"""

import sys
import tomllib
from pathlib import Path

import pytest

from tests.mutants import run, shell
from tests.mutants.judge import Baseline, Judges, JudgesFailError, in_fork
from tests.mutants.mutants import Mutant, mutants_of

HERE = Path(__file__).resolve().parent

SHELL = {
    "drop-line": ("echo a\necho b\n", "+:"),
    "and-or": ("false && echo a\necho b\n", "+false || echo a"),
    "negate-test": ("if [ -e / ]; then echo a; fi\n:\n", "+if [ ! -e / ]; then echo a; fi"),
    "drop-set": ("set -eu\nfalse\necho b\n", "+set -u"),
    "swap-operands": ("echo a >a\nmv -f -- a b\ncat b\n", "+mv -f -- b a"),
    "drop-redirect": ("echo a >>a\necho b >>a\ncat a\n", "+echo b >a"),
    "drop-fsync": ("dd() { echo $#; }\ndd of=a conv=fsync\n", "+dd of=a"),
    "compare": ("n=1\n[ $n -lt 1 ] || echo a\n", "+[ $n -le 1 ] || echo a"),
    "exit-status": ("echo a\nexit 3\n", "+exit 0"),
}
"""Operator → a script, and what its line becomes."""

PYTHON = '''
def strict(number: int) -> str:
    """A docstring."""
    if number > 1:
        return "many"
    return "one"


def lax(number: int) -> str:
    if number > 1:
        return str(number)
    return "one"


def nothing() -> None:
    return None
'''

TESTS = """
import subprocess
from pathlib import Path
import pytest
import toy

def run(script, place):
    return subprocess.run(["sh"], input=script, capture_output=True, text=True, cwd=place, check=False)

@pytest.mark.parametrize("script, stdout, status", toy.CASES)
def test_strict(script, stdout, status, tmp_path):
    done = run(script, tmp_path)
    assert (done.stdout, done.returncode) == (stdout, status)

@pytest.mark.parametrize("script", toy.LAX)
def test_lax(script, tmp_path):
    run(script, tmp_path)

def test_strict_python():
    assert (toy.strict(1), toy.strict(2)) == ("one", "many")

def test_lax_python():
    toy.lax(1)
    toy.nothing()
"""


def _toy(place: Path) -> Judges:
    results = {
        "drop-line": ("a\nb\n", 0),
        "and-or": ("b\n", 0),
        "negate-test": ("a\n", 0),
        "drop-set": ("", 1),
        "swap-operands": ("a\n", 0),
        "drop-redirect": ("a\nb\n", 0),
        "drop-fsync": ("2\n", 0),
        "compare": ("a\n", 0),
        "exit-status": ("a\n", 3),
    }
    lines = [PYTHON]
    for name, (script, _) in SHELL.items():
        constant = name.upper().replace("-", "_")
        lines += [f"STRICT_{constant} = {script!r}", f"LAX_{constant} = {script!r}"]
    names = {name: name.upper().replace("-", "_") for name in SHELL}
    lines.append("CASES = [" + ", ".join(f"(STRICT_{names[name]}, *{results[name]!r})" for name in SHELL) + "]")
    lines.append("LAX = [" + ", ".join(f"LAX_{names[name]}" for name in SHELL) + "]")
    (place / "toy.py").write_text("\n".join(lines) + "\n")
    (place / "test_toy.py").write_text(TESTS)
    (place / "pytest.ini").write_text(
        "[pytest]\naddopts = --import-mode=importlib\npythonpath = .\nmarkers =\n    lab\n    campaign\n"
    )
    return Judges(root=place, file="toy.py", paths=["test_toy.py"], scratch=place)


class Toy:
    def __init__(self, place: Path) -> None:
        self.judges = _toy(place)
        sys.path.insert(0, str(place))
        try:
            self.mutants: list[Mutant] = self.judges.mutants()
            self.baseline: Baseline = self.judges.baseline()
        finally:
            sys.path.remove(str(place))

    def verdict(self, definition: str, operator: str, changed: str) -> str:
        of_that = [m for m in self.mutants if (m.definition, m.operator) == (definition, operator)]
        mutant = next(mutant for mutant in of_that if changed in mutant.diff.splitlines())
        return self.judges.judge(mutant, self.baseline).verdict


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return Toy(tmp_path_factory.mktemp("toy"))


def test_every_shell_operator_is_tried() -> None:
    assert SHELL.keys() == shell.OPERATORS.keys()


@pytest.mark.parametrize("operator", SHELL)
def test_a_mutant_of_a_script_is_killed_by_a_test_that_looks_and_by_no_other(toy: Toy, operator: str) -> None:
    name, changed = operator.upper().replace("-", "_"), SHELL[operator][1]
    assert toy.verdict(f"STRICT_{name}", operator, changed) == "killed"
    assert toy.verdict(f"LAX_{name}", operator, changed) == "survived"


@pytest.mark.parametrize(
    ("operator", "changed"),
    [("swap", "+if number >= 1:"), ("negated-condition", "+if not (number > 1):")],
    ids=["swap", "negated-condition"],
)
def test_a_mutant_of_python_is_killed_by_a_test_that_looks_and_by_no_other(
    toy: Toy, operator: str, changed: str
) -> None:
    assert toy.verdict("strict", operator, changed) == "killed"
    assert toy.verdict("lax", operator, changed) == "survived"


def test_a_line_that_no_test_reaches_is_not_judged(toy: Toy) -> None:
    assert toy.verdict("lax", "argument", "+return str(None)") == "uncovered"


def test_what_compiles_to_the_same_is_no_mutant(toy: Toy) -> None:
    assert toy.verdict("nothing", "dropped-statement", "+pass") == "no-program"


def test_judges_that_fail_on_the_program_itself_are_refused(tmp_path: Path) -> None:
    judges = _toy(tmp_path)
    (tmp_path / "test_toy.py").write_text("def test_fails():\n    assert False\n")
    with pytest.raises(JudgesFailError):
        judges.baseline()


def test_a_child_that_takes_too_long_is_ended_with_all_it_started() -> None:
    def endless() -> tuple[str, str]:
        while True:
            pass

    assert in_fork(endless, limit_s=0.2, default=("timeout", "")) == ("timeout", "")


@pytest.mark.parametrize(
    "source",
    [
        "def f(x: 'int | 2') -> 'int | None':\n    pass\n",
        '"""A docstring."""\n',
        "import os\n",
        "__all__ = ['a']\n",
        "Steps = int\n",
        "TTL_S = 60\n",
        "MAX_PASSES = 40\n",
        "SCRIPT = 'cat\\n' + 'pwd\\n'\n",
        "WORDS = '''\na b\n'''.split()\n",
    ],
    ids=["annotation", "docstring", "import", "all", "type", "budget", "number", "whole-script", "words"],
)
def test_what_holds_no_behaviour_is_not_mutated(source: str) -> None:
    operators = {mutant.operator for mutant in mutants_of("x.py", source, [])}
    assert operators <= ({"drop-line"} if "SCRIPT" in source else {"assignment"} if "WORDS" in source else set())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("echo 'a && b'", shell.SINGLE),
        ('echo "a && b"', shell.DOUBLE),
        ("# a && b", shell.COMMENT),
        ("cat <<'X'\na && b\nX\n", shell.HERE),
        ("awk '\na && b\n'", shell.PROGRAM),
        ('echo "$(a && b)"', shell.CODE),
        ("echo \\'; a && b", shell.CODE),
        ("f() { a; }; a && b", shell.CODE),
        ("case x in y) a && b ;; esac", shell.CODE),
        ("echo ${1#x}; a && b", shell.CODE),
    ],
    ids=["single", "double", "comment", "here-document", "awk", "substitution", "escaped", "function", "case", "hash"],
)
def test_it_is_known_what_a_place_in_a_script_is_part_of(text: str, kind: str) -> None:
    assert shell.contexts(text)[text.index("&&")] == kind


def test_what_the_shell_could_not_parse_is_no_mutant() -> None:
    texts = [edit.applied_to("if a; then\n    b\nfi\n") for edit in shell.edits("if a; then\n    b\nfi\n")]
    assert texts == ["if ! a; then\n    b\nfi\n", "if a; then\n    :\nfi\n"]


def test_the_end_of_a_branch_is_no_command() -> None:
    text = "case a in\na)\n    b\n    ;;\nesac\n"
    assert [edit.applied_to(text) for edit in shell.edits(text)] == ["case a in\na)\n    :\n    ;;\nesac\n"]


def test_a_mutant_that_goes_takes_one_other_into_the_sample() -> None:
    ids = [f"{number:08x}" for number in range(100)]
    before = run.sampled({"a.py": [(name, "python") for name in ids]}, 20, 1)
    gone = min(before)
    after = run.sampled({"a.py": [(name, "python") for name in ids if name != gone]}, 20, 1)
    assert len(after - before) == 1
    assert before - after == {gone}
    assert before < run.sampled({"a.py": [(name, "python") for name in ids]}, 30, 1)


def test_every_survivor_is_explained_once_and_of_a_known_kind() -> None:
    groups = tomllib.loads((HERE / "survivors.toml").read_text()).get("group", [])
    mutants = [line.split()[0] for group in groups for line in group["mutants"]]
    assert len(mutants) == len(set(mutants))
    assert {group["kind"] for group in groups} <= {"equivalent", "accepted"}
    assert all(group["why"] for group in groups)


def test_targets_and_their_judges_are_there() -> None:
    root = HERE.parents[1]
    targets = tomllib.loads((HERE / "targets.toml").read_text())["target"]
    paths = {path for target in targets for path in (*target["files"], *target["judges"])}
    more = {path for target in targets for judges in target.get("more", {}).values() for path in judges}
    assert [path for path in sorted(paths | more) if not (root / path).is_file()] == []
