#!/usr/bin/env python3
"""Mutants: what of planner, step decision, lease, jobs, backups and env editing could be wrong without a test failing.

    python tests/mutants/run.py                              # all of them; what is known already is not judged again
    python tests/mutants/run.py --only jobs --sample 200 --seed 1
    python tests/mutants/run.py --report                     # the table and the survivors, from what is known

Runs where a mutant of a script can do no harm: in mount and process namespaces of its own, everything read-only but
/tmp, /run and the state directory (root, or user namespaces). Ends with 1 where less than 85 % were killed of a
language, or `survivors.toml` names one that is gone or killed. See docs/mutants.md.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.mutants import judge  # noqa: E402 (found through the path above)
from tests.mutants.mutants import Language, Mutant  # noqa: E402

HERE = Path(__file__).resolve().parent
REQUIRED_SHARE = 0.85
LANGUAGES: tuple[Language, ...] = ("python", "shell")
INSIDE = "BKREC_MUTANTS_INSIDE"

SANDBOX = r"""
set -eu
state=$1
shift
mount --make-rprivate /
mount --bind "$state" "$state"
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
[ ! -d /dev/shm ] || mount -t tmpfs tmpfs /dev/shm
while read -r _ _ _ _ at _; do
    case $at in
    /proc | /proc/* | /sys | /sys/* | /dev | /dev/* | /tmp | /run | "$state") ;;
    *) mount -o remount,ro,bind "$at" 2>/dev/null || [ "$at" != / ] ;;
    esac
done </proc/self/mountinfo
export HOME=/tmp/home TMPDIR=/tmp
mkdir -p "$HOME"
"$@"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    name: str
    files: tuple[str, ...]
    judges: Mapping[str, tuple[str, ...]]
    """For each file."""
    sent_with: Mapping[str, str]
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    target: str
    mutant: str
    file: str
    line: int
    definition: str
    operator: str
    language: Language
    diff: str
    verdict: judge.Verdict
    by: str
    seconds: float
    source: str
    """Digest of the file."""
    tests: str
    """Digest of its judges."""

    @property
    def killed(self) -> bool:
        return self.verdict in ("killed", "timeout")


def targets() -> tuple[Target, ...]:
    """`judges` of a target are those of all its files; `[target.more]` adds to one."""
    result: list[Target] = []
    for entry in tomllib.loads((HERE / "targets.toml").read_text())["target"]:
        more = entry.get("more", {})
        judges = {file: tuple(dict.fromkeys((*more.get(file, ()), *entry["judges"]))) for file in entry["files"]}
        result.append(
            Target(
                name=entry["name"],
                files=tuple(entry["files"]),
                judges=judges,
                sent_with=entry.get("sent_with", {}),
                without=tuple(entry.get("without", ())),
            )
        )
    return tuple(result)


def explained() -> dict[str, str]:
    """Mutant → `equivalent` or `accepted`. In the file, the rest of a mutant's line is for who reads it."""
    groups = tomllib.loads((HERE / "survivors.toml").read_text()).get("group", [])
    return {line.split()[0]: group["kind"] for group in groups for line in group["mutants"]}


def digest(paths: Iterable[Path]) -> str:
    return sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def known(state: Path) -> dict[str, Result]:
    path = state / "results.jsonl"
    if not path.exists():
        return {}
    results = (Result(**json.loads(line)) for line in path.read_text().splitlines() if line.endswith("}"))
    return {result.mutant: result for result in results}


def is_current(result: Result, source: str, tests: str, root: Path) -> bool:
    """A kill stays one while the test that did it is there; what survived is judged again by other tests, unless it is
    explained as equivalent."""
    if result.source != source:
        return False
    if result.tests in (tests, tests.split()[0]):
        return True
    return result.killed and "::" in result.by and (root / result.by.split("::")[0]).exists()


def sampled(listed: Mapping[str, Sequence[tuple[str, Language]]], count: int | None, seed: int) -> frozenset[str]:
    """Ids of a target's mutants by file → those asked for, at most so many of each language. A larger sample holds a
    smaller one, and a mutant that comes or goes moves no other."""
    asked: set[str] = set()
    for language in LANGUAGES:
        ids = [name for mutants in listed.values() for name, of in mutants if of == language]
        ids.sort(key=lambda name: sha256(f"{seed} {name}".encode()).digest())
        asked.update(ids[:count])
    return frozenset(asked)


def judges_of(target: Target, file: str, budget_s: float = float("inf")) -> judge.Judges:
    return judge.Judges(
        budget_s=budget_s,
        root=ROOT,
        file=file,
        paths=target.judges[file],
        scratch=Path("/tmp"),
        sent_with=target.sent_with,
        without=target.without,
    )


def listed(target: Target, file: str) -> list[tuple[str, Language]]:
    return [(mutant.id, mutant.language) for mutant in judges_of(target, file).mutants()]


def judge_file(target: Target, file: str, wanted: frozenset[str], options: argparse.Namespace) -> None:
    """Runs in a process of its own, which it fills with imports."""
    judge.adopt_orphans()
    judges, state = judges_of(target, file, options.budget), options.state
    asked = [mutant for mutant in judges.mutants() if mutant.id in wanted]
    source, tests = digest([ROOT / file]), digest(ROOT / path for path in target.judges[file])
    tests += f" {options.budget:g}" if options.budget < float("inf") else ""
    before = {} if options.again else known(state)
    why = explained()
    todo = [
        mutant
        for mutant in asked
        if (result := before.get(mutant.id)) is None
        or not (
            is_current(result, source, tests, ROOT) or (why.get(mutant.id), result.source) == ("equivalent", source)
        )
    ]
    if todo:
        started = time.monotonic()
        baseline = judges.baseline()
        judges.prepare(baseline)
        total_s = sum(baseline.durations_s.values())
        print(
            f"{file}: {len(todo)} of {len(asked)} mutants, {len(baseline.durations_s)} tests in {total_s:.1f} s, "
            f"{len(baseline.slow)} slow ones left out",
            flush=True,
        )
        with (state / "results.jsonl").open("a") as stream:
            for mutant in todo:
                if time.monotonic() > options.ends_at:
                    print("  time is over; run it again to go on", flush=True)
                    break
                result = _judged(target, mutant, judges, baseline)
                stream.write(json.dumps(asdict(replace(result, source=source, tests=tests))) + "\n")
                stream.flush()
                if result.verdict in ("survived", "timeout", "no-program") or options.verbose:
                    print(_line(result), flush=True)
        print(f"  {time.monotonic() - started:.0f} s", flush=True)


def _judged(target: Target, mutant: Mutant, judges: judge.Judges, baseline: judge.Baseline) -> Result:
    judgement = judges.judge(mutant, baseline)
    return Result(
        target=target.name,
        mutant=mutant.id,
        file=mutant.file,
        line=mutant.line,
        definition=mutant.definition,
        operator=mutant.operator,
        language=mutant.language,
        diff=mutant.diff,
        verdict=judgement.verdict,
        by=judgement.by,
        seconds=judgement.seconds,
        source="",
        tests="",
    )


def _line(result: Result) -> str:
    head = (
        result.verdict,
        result.mutant,
        f"{result.file}:{result.line}",
        result.definition,
        result.operator,
        result.by,
    )
    return "\n    ".join((" ".join(head).rstrip(), *result.diff.splitlines()))


COLUMNS = ("mutants", "killed", "timeouts", "survived", "equivalent", "accepted", "uncovered")


def report(results: Sequence[Result], mutants: int, why: Mapping[str, str]) -> bool:
    """The table, after the survivors that nobody has explained. Whether enough were killed."""
    unexplained = [result for result in results if result.verdict == "survived" and result.mutant not in why]
    for result in sorted(unexplained, key=lambda result: (result.file, result.line)):
        print(_line(result))
    print(f"\n{mutants} mutants, {len(results)} judged\n")
    print(f"{'target':9} {'language':8} {' '.join(COLUMNS)}  share")
    enough = True
    for name in (*dict.fromkeys(result.target for result in results), "all"):
        for language in LANGUAGES:
            rows = [row for row in results if name in (row.target, "all") and row.language == language]
            verdicts = Counter(row.verdict for row in rows)
            kinds = Counter(why.get(row.mutant) for row in rows if row.verdict == "survived")
            counted = verdicts["killed"] + verdicts["timeout"] + verdicts["survived"]
            if not counted:
                continue
            share = 1 - verdicts["survived"] / counted
            enough = enough and (name != "all" or share >= REQUIRED_SHARE)
            figures = (
                counted,
                verdicts["killed"],
                verdicts["timeout"],
                verdicts["survived"],
                kinds["equivalent"],
                kinds["accepted"],
                verdicts["uncovered"],
            )
            cells = (f"{figure:{len(column)}}" for figure, column in zip(figures, COLUMNS, strict=True))
            print(f"{name:9} {language:8} {' '.join(cells)} {share:6.1%}")
    return enough


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=[target.name for target in targets()], help="a target")
    parser.add_argument("--file", action="append", help="one file of a target")
    parser.add_argument("--language", action="append", choices=LANGUAGES)
    parser.add_argument("--sample", type=int, help="at most so many of each target and language")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="begin no further mutant after so long")
    parser.add_argument(
        "--budget", type=float, default=float("inf"), help="seconds of tests for a mutant, not all of them"
    )
    parser.add_argument("--state", type=Path, default=ROOT / "build" / "mutants", help="where results are kept")
    parser.add_argument("--again", action="store_true", help="judge what is known, too")
    parser.add_argument("--report", action="store_true", help="run nothing")
    parser.add_argument("--verbose", action="store_true", help="each mutant as it is judged")
    options = parser.parse_args(given)
    options.language = options.language or list(LANGUAGES)
    options.state = options.state.resolve()
    options.ends_at = float("inf") if options.minutes is None else time.monotonic() + 60 * options.minutes
    return options


def in_sandbox(state: Path, given: Sequence[str]) -> int:
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        namespaces += ["--user", "--map-root-user"]
    environment = {**os.environ, INSIDE: "1", "PYTHONPYCACHEPREFIX": str(state / "pycache")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = ["bash", "-c", SANDBOX, "sandbox", str(state), sys.executable, str(Path(__file__).resolve()), *given]
    return subprocess.run([*namespaces, *command], env=environment, cwd=ROOT, check=False).returncode


def main(given: Sequence[str]) -> int:
    options = arguments(given)
    options.state.mkdir(parents=True, exist_ok=True)
    if shutil.which("unshare") is None:
        print("unshare (util-linux) is needed: a mutant of a script may do anything", file=sys.stderr)
        return 1
    if INSIDE not in os.environ:
        return in_sandbox(options.state, given)
    mutants: set[str] = set()
    asked: set[str] = set()
    for target in targets():
        if options.only and target.name not in options.only:
            continue
        files = [file for file in target.files if not options.file or file in options.file]
        found = {file: judge.in_fork(lambda target=target, file=file: listed(target, file)) for file in files}
        of_target: dict[str, list[tuple[str, Language]]] = {
            file: [(name, language) for name, language in names if language in options.language]
            for file, names in found.items()
        }
        wanted = sampled(of_target, options.sample, options.seed)
        mutants.update(name for names in of_target.values() for name, _ in names)
        asked.update(wanted)
        for file in files if not options.report else ():
            judge.in_fork(lambda target=target, file=file, wanted=wanted: judge_file(target, file, wanted, options))
    results = [result for name, result in known(options.state).items() if name in asked]
    why = explained()
    enough = report(results, len(mutants), why)
    complete = not (options.only or options.file or options.sample or options.minutes) and len(options.language) == 2
    gone = sorted(why.keys() - mutants) if complete else []
    wrong = sorted(result.mutant for result in results if result.killed and result.mutant in why)
    for mutant in gone:
        print(f"survivors.toml: there is no mutant {mutant} any more")
    for mutant in wrong:
        print(f"survivors.toml: {mutant} is killed")
    return 0 if enough and not gone and not wrong else 1


if __name__ == "__main__":
    sys.exit(main(cast(Sequence[str], sys.argv[1:])))
