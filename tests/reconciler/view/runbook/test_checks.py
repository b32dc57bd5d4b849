"""A runbook's judges in shell decide what the parsers decide: over every answer that was recorded from a real host."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from probes.command import Output
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Expected, Known, SameAs, kind_of
from probes.path import FileDigest, TreeDigest
from probes.registry import PROBES
from probes.saas import SaasOnline, SaasPackaged
from reconciler.view.runbook.checks import check_of, command_of
from reconciler.view.runbook.judges import JUDGES
from specs.reason import reason
from tests.contracts import recording
from tests.contracts.recording import Recording, fact_of, load, reading_of

HERE = Path(recording.__file__ or "").parent
FAMILIES = {probe.family: probe for probe in PROBES}
RECORDED = {
    str(path.relative_to(HERE).with_suffix("")): load(path)
    for path in sorted(HERE.glob("*/*.toml"))
    if path.parent.name in FAMILIES
}
WHY = reason("task-recorded")
OTHERS = 3
"""Other readings of the same kind of fact that each answer is held against."""


def expected(fact: AnyFact, value: Known[Any] | Absent | SameAs[Any]) -> AnyExpected:
    return Expected(fact=fact, reading=value, because=WHY, source="a test")


def accepts(wanted: AnyExpected, answer: str, *, shell: str = "sh") -> bool:
    check = check_of(wanted)
    done = subprocess.run(
        [shell, "-c", JUDGES[check.judge], "judge", *check.arguments],
        input=answer, capture_output=True, text=True, timeout=20, check=False,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stderr == "", done.stderr
    return done.returncode == 0


def readings_of(name: str) -> dict[AnyFact, AnyReading]:
    return {fact_of(row): reading_of(row) for row in RECORDED[name].facts}


@cache
def pool() -> dict[str, list[Known[Any] | Absent]]:
    """Everything that facts of a kind were read as."""
    found: dict[str, list[Known[Any] | Absent]] = {}
    for name in RECORDED:
        for fact, reading in readings_of(name).items():
            if isinstance(reading, Known | Absent):
                values = found.setdefault(kind_of(fact), [])
                if reading not in values:
                    values.append(reading)
    return found


def alone(name: str, fact: AnyFact, reading: AnyReading) -> str | None:
    """What the script would have printed for this fact alone; None where that cannot be cut out of the answer."""
    recorded, probe = RECORDED[name], FAMILIES[name.partition("/")[0]]
    for text in _cuts(recorded, fact):
        try:
            read = probe.parse([fact], Output(stdout=text, exit_status=recorded.status))
        except (LookupError, ValueError):
            continue
        if read[fact] == reading:
            return text
    return None


def _cuts(recorded: Recording, fact: AnyFact) -> Iterator[str]:
    unit = str(getattr(fact, "unit", ""))
    if not re.match(r"\d+\t", recorded.stdout):
        blocks = recorded.stdout.split("\n\n")
        yield "\n\n".join(block for block in blocks if unit and unit in re.split(r"[=\s]", block)) + "\n"
        yield recorded.stdout
    rows = recorded.stdout.splitlines()
    clock = [re.sub(r"^\d+", "1", row) for row in rows if "\tclock\t" in row]
    place = [fact_of(row) for row in recorded.facts].index(fact)  # where every fact is a question, its own row
    for index in (place, *range(len(rows))):
        own = [re.sub(r"^\d+", "0", row) for row in rows if row.startswith(f"{index}\t")]
        yield "".join(f"{row}\n" for row in (*clock, *own))


@pytest.mark.parametrize("name", RECORDED)
def test_a_judge_says_what_the_parser_says(name: str) -> None:
    wrong: list[str] = []
    for fact, reading in readings_of(name).items():
        answer = alone(name, fact, reading)
        own = [reading] if isinstance(reading, Known | Absent) else []
        others = [value for value in pool().get(kind_of(fact), []) if value != reading][:OTHERS]
        for value in (*own, *others) if answer is not None else ():
            wanted = expected(fact, value)
            if check_of(wanted).judge and accepts(wanted, answer or "") != (value == reading):
                wrong.append(f"{fact}: {value} where it reads {reading}")
    assert wrong == []


def test_most_of_what_was_recorded_is_held_against_a_judge() -> None:
    """Companion: the comparison above compares something, of every kind that has a judge."""
    held: Counter[str] = Counter()
    for name in RECORDED:
        for fact, reading in readings_of(name).items():
            if isinstance(reading, Known | Absent) and check_of(expected(fact, reading)).judge:
                held[kind_of(fact)] += alone(name, fact, reading) is not None
    assert held.total() > 140, held
    assert [kind for kind, count in held.items() if count == 0] == []


@pytest.mark.parametrize("name", RECORDED)
def test_nothing_is_no_answer_and_neither_is_half_of_one(name: str) -> None:
    for fact, reading in readings_of(name).items():
        if isinstance(reading, Known | Absent):
            wanted = expected(fact, reading)
            if check_of(wanted).judge:
                assert not accepts(wanted, "")
                break


DIGEST, OTHER, EMPTY = "0\tis\t" + "a" * 32 + "\n", "0\tis\t" + "b" * 32 + "\n", "0\tabsent\n"


@pytest.mark.parametrize(
    ("answers", "same"),
    [(DIGEST * 2, True), (DIGEST + OTHER, False), (EMPTY * 2, False), (DIGEST, False), (DIGEST * 3, False)],
    ids=["equal", "different", "both missing", "one alone", "three"],
)
def test_two_hosts_are_equal_where_both_answer_the_same(answers: str, same: bool) -> None:
    mine, theirs = (FileDigest(host=host, path="/x") for host in ("10.0.0.1", "10.0.0.2"))
    assert accepts(expected(mine, SameAs(theirs)), answers) is same


def test_two_empty_trees_are_not_equal() -> None:
    mine, theirs = (TreeDigest(host=host, root="/x") for host in ("10.0.0.1", "10.0.0.2"))
    (hollow,) = TreeDigest.hollow
    assert not accepts(expected(mine, SameAs(theirs)), f"0\tis\t{hollow}\n" * 2)


@pytest.mark.parametrize(("online", "file", "tree", "right"), [
    pytest.param("1.2.3", "bk_x_V1.2.3.tar.gz", "6.2.2", True, id="as packaged"),
    pytest.param("V1.2.3", "bk_x_V1.2.3.tar.gz", "6.2.2", True, id="written otherwise"),
    pytest.param("1.2.2", "bk_x_V1.2.3.tar.gz", "6.2.2", False, id="older"),
    pytest.param("", "bk_x_V1.2.3.tar.gz", "6.2.2", False, id="not online"),
    pytest.param("1.2.3", "bk_x_V1.2.3.tar.gz", "6.1.2", False, id="another release's tree"),
])  # fmt: skip
def test_what_is_online_is_what_the_package_brings(online: str, file: str, tree: str, right: bool) -> None:
    host, login = "10.0.0.1", "mysql-paas"
    fact = SaasOnline(host=host, login_path=login, app="bk_x")
    packaged = SaasPackaged(host=host, login_path=login, app="bk_x", src="/data/src", release="6.2.2", default="")
    row = f"online\tbk_x\t{online}\n" if online else ""
    answer = f"{row}asked\ntree\t/data/src\t{tree}\nfile\t/data/src\t{file}\nend\n"
    assert accepts(expected(fact, SameAs(packaged)), answer) is right
    read = FAMILIES["saas"].parse([fact, packaged], Output(stdout=answer))
    assert (read[fact] == read[packaged] and read[fact] != Absent()) is right


def test_the_command_is_the_probes_own() -> None:
    fact = FileDigest(host="10.0.0.1", path="/x y")
    family, command = command_of((fact,))
    assert (family, command.args) == ("path", ("digest", "1", "/x y"))
    assert check_of(expected(fact, Known("a" * 32))).command == command
