#!/usr/bin/env python3
"""Writes every place of a new family: fact, action, rule, their lines in the registries and tables, and failing tests.

    python tests/new_family.py quota

NAME is one family's name everywhere: files, kinds (`quota.state`, `quota.set`), tables. What is written passes ruff and
basedpyright, and its tests fail, each with the file to continue in. Run from anywhere; the tree is the one that this
file lies in. Nothing is overwritten.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PROBE = '''"""TODO: what @NAME@ is, why it is read this way, and where that is known from. Source: TODO."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, rows_of
from probes.probe import Probe
from specs.reason import reason

State = Literal["right", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class @Name@State(Fact[State]):
    """TODO: the one question that it asks about one host."""

    path: str
    kind: Literal["@kind@.state"] = "@kind@.state"


SCRIPT = (
    MISSING
    + r"""
i=0
for path do
  if missing "$path"; then printf '%s\\tabsent\\n' "$i"
  else printf '%s\\ttodo\\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[@Name@State]) -> Command:
    return Command(script=SCRIPT, args=tuple(fact.path for fact in facts))


def parse(facts: Sequence[@Name@State], output: Output) -> Readings:
    return {fact: _read(fact, row) for fact, row in zip(facts, rows_of(output, count=len(facts)), strict=True)}


def _read(fact: @Name@State, row: Row) -> Reading[State]:
    match row:
        case (("right" | "wrong") as state,):
            return Known(state)
        case ("absent",):
            return Absent()
        case ("todo",):
            return Unknown(reason("path-unreadable", path=fact.path))
        case _:
            raise ValueError("the answer about @NAME@ is not understood")


FACTS: tuple[type[AnyFact], ...] = (@Name@State,)
PROBE = Probe(family="@NAME@", facts=FACTS, command=command, parse=parse)
'''

ACTION = '''"""TODO: what is done about @NAME@, and why with this call. Source: TODO."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action
from probes.@NAME@ import @Name@State
from probes.command import Command
from probes.fact import AnyExpected
from specs.reason import inline
from specs.text import LocalizedText

BECAUSE = LocalizedText(en="TODO: why it reads so then", zh="TODO")
SET = """set -eu
path=$1
echo "TODO: change $path" >&2
exit 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Set@Name@(Action):
    """TODO. Override what differs: disrupts, irreversible, idempotent, locks, invalidates, side_effects, undo."""

    path: str
    identity: ClassVar[tuple[str, ...]] = ("path",)
    kind: Literal["@kind@.set"] = "@kind@.set"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = @Name@State(host=self.host, path=self.path)
        return (fact.must_be("right", because=inline(BECAUSE), source="TODO"),)

    def command(self) -> Command:
        return Command(script=SET, args=(self.path,))
'''

RULE = '''"""TODO: which @NAME@ is expected of a cluster, and what repairs it."""

from probes.@NAME@ import @Name@State
from probes.fact import AnyDrift, AnyExpected
from reconciler.core.fact_reader import FactReader
from reconciler.core.planner import Decision
from specs.cluster import Cluster
from specs.diagnostic import diagnose

FACTS = (@Name@State,)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """TODO: a `must_be("right", because=…, source=…, module=…)` for each host that the release asks it of."""
    return ()


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    """TODO: a `Repair` with `Set@Name@`, and what that requires; a `Diagnostic` where nothing can be done."""
    return diagnose("no-rule", where=drift.expected.fact.host)
'''

TEST_PROBE = '''"""TODO: what @NAME@ reads, on a real sh."""

from pathlib import Path

import pytest

from probes.@NAME@ import PROBE, @Name@State
from probes.fact import Absent, AnyReading, Known
from reconciler.view.messages.facts import FACTS
from tests.contracts.cases import CASES
from tests.probes.here import HOST, SHELLS, ask
from tests.sim.states import INSTEAD


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("content", "expected"),
    [("right", Known("right")), ("wrong", Known("wrong")), (None, Absent())],
    ids=["right", "wrong", "absent"],
)
def test_its_state_is_read(tmp_path: Path, shell: str, content: str | None, expected: AnyReading) -> None:
    path = tmp_path / "subject"
    if content is not None:
        path.write_text(content)
    reading = ask(PROBE, [@Name@State(host=HOST, path=str(path))], shell=shell)
    assert reading == [expected], "write SCRIPT and _read of probes/@NAME@.py, and say here what a host has then"


def test_it_has_a_name_in_both_languages() -> None:
    words = FACTS["@kind@.state"]
    assert "TODO" not in words.en + words.zh, "name it in reconciler/view/messages/facts.py"


def test_a_contract_is_recorded_for_right_absent_and_broken() -> None:
    cases = [case for case in CASES if case.name.startswith("@NAME@/") and "todo" not in case.name]
    assert len(cases) >= 1, "name cases in tests/contracts/cases.py, and record them: tests/contracts/record.py"


def test_the_simulator_knows_how_it_can_drift() -> None:
    assert Known("wrong") in INSTEAD["@kind@.state"], "say in tests/sim/states.py how it can read otherwise"
'''

TEST_ACTION = '''"""TODO: what Set@Name@ does to a host, on a real sh."""

from pathlib import Path

from actions.@NAME@ import Set@Name@
from probes.@NAME@ import PROBE
from probes.fact import Known
from reconciler.view.messages.actions import ACTIONS
from tests.probes.here import ask, run


def test_what_it_ensures_reads_so_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "subject"
    path.write_text("wrong")
    action = Set@Name@(host="10.0.0.1", path=str(path))
    done = run(action.command())
    assert done.exit_status == 0, f"write SET of actions/@NAME@.py: {done.stderr}"
    assert ask(PROBE, [expected.fact for expected in action.ensures()]) == [Known("right")]


def test_it_has_a_name_in_both_languages_and_a_reason() -> None:
    words = ACTIONS["@kind@.set"]
    assert "TODO" not in words.en + words.zh, "name it in reconciler/view/messages/actions.py"
    ensured = Set@Name@(host="10.0.0.1", path="/x").ensures()
    assert "TODO" not in str(ensured), "give BECAUSE and the source in actions/@NAME@.py"
'''

TEST_RULE = '''"""TODO: where @NAME@ is expected, and what repairs it."""

from random import Random

from probes.@NAME@ import @Name@State
from probes.fact import Known
from reconciler.rules.registry import RULE_BY_FACT, expected_facts
from specs.reason import reason
from tests.lab.support.drifts import spoil
from tests.sim.proof import WHOLE
from tests.sim.worlds import finished, live, study


def test_it_is_expected_of_a_finished_cluster() -> None:
    assert @Name@State in RULE_BY_FACT
    facts = [expected.fact for expected in expected_facts(WHOLE) if isinstance(expected.fact, @Name@State)]
    assert facts, "say in expect() of reconciler/rules/@NAME@.py where it is expected"


def test_a_drift_is_repaired_by_one_step() -> None:
    world = finished(WHOLE)
    fact = next((fact for fact in world.facts if isinstance(fact, @Name@State)), None)
    assert fact, "say in expect() of reconciler/rules/@NAME@.py where it is expected"
    world.facts[fact] = Known("wrong")
    plan, _ = study(world)
    kinds = [str(getattr(step.action, "kind", "")) for step in plan.steps]
    assert kinds == ["@kind@.set"], "write repair() of reconciler/rules/@NAME@.py"
    assert study(live(world, plan))[0].steps == ()


def test_the_lab_knows_how_to_break_it() -> None:
    fact = @Name@State(host="10.0.0.1", path="/x")
    expected = fact.must_be("right", because=reason("not-read"), source="a test")
    assert "TODO" not in spoil(expected, Random(0)).script, "say in tests/lab/support/drifts.py how to break it"


def test_a_deviation_says_what_the_guide_does_not() -> None:
    deviations = {deviation.id: str(deviation) for deviation in WHOLE.release.guide.deviations}
    assert "TODO" not in deviations.get("@kind@", ""), "write it in deviations.toml, or in guide.toml instead"
'''

NEW_FILES = {
    "probes/{name}.py": PROBE,
    "actions/{name}.py": ACTION,
    "reconciler/rules/{name}.py": RULE,
    "tests/probes/test_{name}.py": TEST_PROBE,
    "tests/actions/test_{name}.py": TEST_ACTION,
    "tests/reconciler/rules/test_{name}.py": TEST_RULE,
}
DEVIATION = """
[[deviations]]
id = "@kind@"
sections = []
kind = "fixed"
title = { en = "TODO", zh = "TODO" }
guide = { en = "TODO: what the guide does, or that it does nothing", zh = "TODO" }
here = { en = "TODO: what bkrec does, and why", zh = "TODO" }
source = "TODO"
actions = ["@kind@.set"]
facts = ["@kind@.state"]
"""
PIN = """
import json, pathlib
from actions.{name} import Set{Name}
from reconciler.core.identity import job_key, step_id
action, path = Set{Name}(host="10.0.0.1", path="a-path"), pathlib.Path("tests/reconciler/core/identity.json")
pins = json.loads(path.read_text()) | {{action.kind: {{"step": step_id(action), "job": job_key(action)}}}}
path.write_text(json.dumps(dict(sorted(pins.items())), indent=2) + chr(10))
"""
AT_MOST = 12
"""Files that an author has to continue in by hand. Recordings, golden files and generated pages are not among them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Lines for a file that is there, right behind what `opening` matches; `in_order`: in the list that it opens."""

    file: str
    opening: str
    text: str
    in_order: bool = False
    optional: bool = False
    """Left out where nothing matches."""


IMPORT = "from probes.@NAME@ import @Name@State\n"
FIRST_IMPORT = r"^(?=from probes\.)"
REGISTRIES = (
    Place("probes/registry.py", r"^from probes import \(\n", "@NAME@", in_order=True),
    Place("probes/registry.py", r"^PROBES: [^\n]*= \(\n", "@NAME@.PROBE", in_order=True),
    Place("actions/registry.py", r"^from actions import \(\n", "@NAME@", in_order=True, optional=True),
    Place("actions/registry.py", r"^FAMILIES: [^\n]*= \(\n", "@NAME@", in_order=True, optional=True),
    Place("actions/registry.py", r"^(?=from actions\.agent)", "from actions.@NAME@ import Set@Name@\n", optional=True),
    Place("actions/registry.py", r"^AnyAction = \(\n    \w+\n", "    | Set@Name@\n", optional=True),
    Place("reconciler/rules/registry.py", r"^from reconciler\.rules import \(\n", "@NAME@", in_order=True),
    Place("reconciler/rules/registry.py", r"^(?:OTHERS|FAMILIES): [^\n]*= \(\n", "@NAME@", in_order=True),
    Place(
        "reconciler/rules/registry.py",
        r"^        \*yaml\.expect.*\n|^        \*version\.expect.*\n",
        "        *@NAME@.expect(cluster),\n",
        optional=True,
    ),
)
"""Whole as they are written: nobody has to come back to them."""
TABLES = (
    Place(
        "reconciler/view/messages/facts.py",
        r"^FACTS: [^\n]*= \{\n",
        '    "@kind@.state": message("TODO: state of {path}", "TODO：{path} 的状态"),\n',
    ),
    Place(
        "reconciler/view/messages/facts.py",
        r"^VALUES: [^\n]*= \{\n",
        '    "@kind@.state": {"right": message("right", "正确"), "wrong": message("wrong", "错误")},\n',
    ),
    Place(
        "reconciler/view/messages/actions.py",
        r"^[A-Z]+: [^\n]*= \{\n",
        '    "@kind@.set": message("TODO: set {path}", "TODO：设置 {path}"),\n',
    ),
    Place("tests/contracts/cases.py", FIRST_IMPORT, IMPORT),
    Place(
        "tests/contracts/cases.py",
        r"^CASES: [^\n]*= \(\n",
        '    _case("@NAME@/todo", 0, "cat --version", @Name@State(host=H1, path="/todo")),\n',
    ),
    Place("tests/sim/states.py", r"^INSTEAD: [^\n]*= \{\n", '    "@kind@.state": (Absent(),),\n'),
    Place("tests/lab/support/drifts.py", FIRST_IMPORT, IMPORT),
    Place(
        "tests/lab/support/drifts.py",
        r"^    match expected\.fact:\n",
        '        case @Name@State(path=path):\n            return f"echo TODO > {path}", _nothing\n',
    ),
    Place("specs/releases/bkce-6.2.2/deviations.toml", r"\Z", DEVIATION),
)


class RefusedError(Exception):
    """The tree is not as this program knows it, or the name will not do; the text says what and where."""


def filled(text: str, name: str) -> str:
    words = "".join(word.capitalize() for word in name.split("_"))
    return text.replace("@NAME@", name).replace("@Name@", words).replace("@kind@", name.replace("_", "-"))


def inserted(text: str, place: Place, name: str) -> str:
    opening = re.search(place.opening, text, re.MULTILINE)
    if opening is None and place.optional:
        return text
    if opening is None:
        raise RefusedError(f"{place.file}: nothing matches {place.opening}")
    at, line = opening.end(), filled(place.text, name)
    if place.in_order:
        line = f"    {line},\n"
        entries = text[at : text.index("\n)", at) + 1].splitlines(keepends=True)
        before = next((number for number, entry in enumerate(entries) if entry > line), len(entries))
        at += sum(len(entry) for entry in entries[:before])
    return text[:at] + line + text[at:]


def write(root: Path, name: str) -> tuple[list[str], list[str]]:
    """The files to continue in, and the files that are whole. Writes all of them, or none."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise RefusedError(f"not a family's name: {name!r} (lower case, words joined with _)")
    new = {file.format(name=name): filled(text, name) for file, text in NEW_FILES.items()}
    if existing := [file for file in new if (root / file).exists()]:
        raise RefusedError(f"there already: {' '.join(existing)}")
    texts = {place.file: (root / place.file).read_text(encoding="utf-8") for place in (*REGISTRIES, *TABLES)}
    for place in (*REGISTRIES, *TABLES):
        texts[place.file] = inserted(texts[place.file], place, name)
    for file, text in {**texts, **new}.items():
        (root / file).write_text(text, encoding="utf-8")
    python = [file for file in (*new, *texts) if file.endswith(".py")]
    for words in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *words, *python], cwd=root, check=True)
    pin = PIN.format(name=name, Name=filled("@Name@", name))
    subprocess.run([sys.executable, "-c", pin], cwd=root, check=True)
    whole = dict.fromkeys(place.file for place in REGISTRIES)
    return [*new, *dict.fromkeys(place.file for place in TABLES)], [*whole, "tests/reconciler/core/identity.json"]


def main(arguments: list[str], root: Path = ROOT) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print((__doc__ or "").strip())
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 64
    try:
        to_write, whole = write(root, arguments[0])
    except RefusedError as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 64
    print(f"{len(to_write)} files to continue in by hand, {AT_MOST} at most (TODO says where):")
    print("".join(f"  {file}\n" for file in to_write), end="")
    print("whole as they are:")
    print("".join(f"  {file}\n" for file in whole), end="")
    print(f"then: pytest {' '.join(file for file in to_write if '/test_' in file)}")
    print("last: pytest tests/architecture tests/probes/test_contracts.py")
    print("      pytest tests/golden --update-golden (read the diff); python docs/generate.py; CHANGELOG.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
