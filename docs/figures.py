#!/usr/bin/env python3
"""Writes the tables of docs/figures.md, docs/speed.md and docs/campaign.md from the JSON that benchmarks and campaigns
leave in docs/measured/, and the oracle's list of what is not noticed into docs/campaign.md.

python benchmarks/planner.py --json docs/measured/planner.json
benchmarks/startup.sh --json docs/measured/startup.json
python -m benchmarks.check --json docs/measured/check.json
python -m benchmarks.steps --json docs/measured/steps.json
python -m benchmarks            # these and all others
pytest -m campaign tests/lab/test_bundle.py tests/probes/test_shells_and_awks.py tests/actions/test_shells_and_awks.py
python docs/figures.py
"""

import json
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from specs.text import Lang

COMMAND = "docs/figures.py"
HERE = Path(__file__).resolve().parent / "measured"
NOT_NOTICED = HERE.parents[1] / "tests/oracle/not_noticed.toml"
PLANNER = ("hosts", "state", "facts", "drift", "expected s", "diff s", "plan s", "total s", "steps", "peak MB")
STARTED: Mapping[str, str] = {
    "python": "`python -c pass`",
    "typer": "`python -c 'import typer'`",
    "version": "`bkrec --version`",
    "help": "`bkrec --help`",
}


CHECK = (
    "hosts",
    "state",
    "bkrec s",
    "bare s",
    "ratio",
    "bkrec CPU s",
    "bare CPU s",
    "ratio",
    "programs a host",
    "peak MB",
)
CHECKED = ("bkrec_s", "bare_s", "time_ratio", "bkrec_cpu_s", "bare_cpu_s", "cpu_ratio", "rounds")
LEAST_SHARE = 0.02
SOURCES: Mapping[str, str] = {"makespan-phases": "makespan", "makespan-largest": "makespan"}
"""Tables that share a file."""
BESIDE: Mapping[str, str] = {"guide_s": "guide's commands, pasted without a pause", "runbook_s": "runbook, pasted"}
PHASES: Mapping[str, str] = {
    "wait": "ready → started: its facts are read, or its lock is reserved for the end of an outage",
    "launch": "started → its command begins",
    "command": "its command",
    "verify": "its command has ended → its effects are verified",
}
STEP_COSTS: Mapping[str, tuple[str, int]] = {
    "step_ms": ("a step, ms", 0),
    "channels": ("commands sent for it", 1),
    "cpu_ms": ("bkrec's own processor time for it, ms", 0),
    "round_trip_ms": ("a round trip: the same command over a kept connection, ms", 0),
    "ssh_ms": ("the same by ssh(1), with its login, ms", 0),
    "overhead_ms": ("a step without two round trips, ms (bar: 50)", 0),
}
BUNDLE: Mapping[str, str] = {
    "archive_mb": "archive (MB)",
    "unpacked_mb": "unpacked (MB)",
    "elf_files": "ELF files",
    "newest": "newest symbol in them",
    "version": "`bkrec --version`",
    "help": "`bkrec --help`",
    "explain": "`bkrec explain 7.1`",
    "facts": "facts of the lab's slice",
    "check": "`bkrec check` of it over SSH",
    "check_from_checkout": "… from the checkout, on the machine itself",
}
PROCESSORS = {"x86_64": "x86-64", "aarch64": "aarch64, under qemu"}
SHELLS_AND_AWKS = {"probes": "recordings of probes", "actions": "scripts that change a host"}


def store(name: str, measured: Any) -> None:
    """For the tests and benchmarks that find figures out; `python docs/figures.py` then puts them into the pages."""
    (HERE / f"{name}.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def figure(_: Lang, name: str) -> str:
    """The pages with figures are English. Raises KeyError for an unknown name."""
    if name == "not-noticed":
        return _not_noticed(tomllib.loads(NOT_NOTICED.read_text(encoding="utf-8"))["class"])
    if name == "bundle":
        return _bundle({processor: _stored(f"bundle-{arch}") for arch, processor in PROCESSORS.items()})
    if name == "shells-and-awks":
        return _shells_and_awks({what: _stored(f"shells-and-awks-{part}") for part, what in SHELLS_AND_AWKS.items()})
    tables: Mapping[str, Callable[[Any], str]] = {
        "planner": _planner,
        "startup": _startup,
        "check": _check,
        "check-profile": _profile,
        "peers": _peers,
        "steady": _steady,
        "steps": _steps,
        "makespan": _makespan,
        "makespan-phases": _phases,
        "makespan-largest": _largest,
    }
    if name == "memory":
        return _memory()
    return tables[name](_stored(SOURCES.get(name, name)))


def _stored(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def _planner(stored: dict[str, Any]) -> str:
    rows: Mapping[str, Sequence[Mapping[str, float]]] = stored["rows"]
    grows: Mapping[str, float] = stored["exponents"]
    lines = "; ".join(f"{state} to the power of {exponent:.2f}" for state, exponent in grows.items())
    return (
        blocks.table(PLANNER, _planned(rows), ":-::::::::") + f"\nFrom 100 hosts on, seconds grow as hosts: {lines}.\n"
    )


def _planned(rows: Mapping[str, Sequence[Mapping[str, float]]]) -> Iterator[tuple[str, ...]]:
    for state, sizes in rows.items():
        for row in sizes:
            seconds = (f"{row[name]:.3f}" for name in ("desired_s", "diff_s", "plan_s", "together_s"))
            counts = (f"{row[name]:,.0f}" for name in ("facts", "differ"))
            yield f"{row['hosts']:,.0f}", state, *counts, *seconds, f"{row['steps']:,.0f}", f"{row['peak_mb']:.0f}"


def _startup(stored: dict[str, Any]) -> str:
    times = [(label, f"{stored[name]:.3f}") for name, label in STARTED.items()]
    ratio = stored["version"] / stored["typer"]
    note = f"\nMedians of {stored['runs']}; `bkrec --version` is {ratio:.1f} times `import typer` (bar: 1.5).\n"
    return blocks.table(("command", "s"), times, "-:") + note


def _check(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (f"{row['hosts']}", str(row["state"]), *(f"{row[name]:.2f}" for name in CHECKED), f"{row['peak_mb']:.0f}")
        for row in rows
    ]
    runs = min(row["runs"] for row in rows)
    return blocks.table(CHECK, lines, ":-::::::::") + f"\nMedians of {runs}; the ratios are of runs in turn.\n"


def _profile(stored: Mapping[str, Any]) -> str:
    shares: Mapping[str, float] = stored["shares"]
    rows = [(part, f"{share:.0%}") for part, share in shares.items() if share >= LEAST_SHARE]
    return blocks.table((f"{stored['hosts']} hosts, {stored['state']}", "share"), rows, "-:")


def _peers(rows: Sequence[Mapping[str, Any]]) -> str:
    (row,) = rows
    ours = ("**bkrec check**", f"{row['bkrec_s']:.2f}", "1.00", f"{row['bkrec_cpu_s']:.2f}", "1.00")
    floor = _peer("asyncssh alone", row["bare_s"], 1 / row["time_ratio"], row["bare_cpu_s"], 1 / row["cpu_ratio"])
    theirs = [
        _peer(peer["name"], peer["seconds"], peer["time_ratio"], peer["cpu_s"], peer["cpu_ratio"])
        for peer in sorted(row["peers"], key=lambda peer: -peer["seconds"])
    ]
    head = (f"{row['hosts']} hosts, {row['state']}", "s", "× bkrec", "CPU s", "× bkrec")
    return blocks.table(head, (*theirs, ours, floor), "-::::") + f"\n{row['runs']} run of each, in turn.\n"


def _peer(name: str, seconds: float, ratio: float, cpu_s: float, cpu_ratio: float) -> tuple[str, ...]:
    return name, f"{seconds:.2f}", f"{ratio:.2f}", f"{cpu_s:.2f}", f"{cpu_ratio:.2f}"


def _steady(rows: Sequence[Mapping[str, Any]]) -> str:
    names = ("cold_s", "steady_s", "ratio", "cold_cpu_s", "steady_cpu_s", "cpu_ratio")
    names += ("bare_cold_s", "bare_steady_s", "bare_ratio")
    lines = [(f"{row['hosts']}", str(row["state"]), *(f"{row[name]:.2f}" for name in names)) for row in rows]
    head = ("hosts", "state", "first s", "later s", "ratio", "first CPU s", "later CPU s", "ratio")
    head += ("bare first s", "bare later s", "ratio")
    checks = min(row["checks"] for row in rows)
    return blocks.table(head, lines, ":-:::::::::") + f"\nMedians of {checks} later checks (bar: 0.35).\n"


def _makespan(stored: Mapping[str, Any]) -> str:
    busiest = stored["locks"][0]
    left = f" (after them {stored.get('guide_left')} facts differ)"
    chain, lock = f"longest chain, {stored['chain']} steps", f"lock {busiest['name']}, {busiest['steps']} steps"
    seconds: Sequence[tuple[str, float]] = [
        ("`apply`, its whole process", stored["apply_s"]),
        ("from the first reading to the verdict", stored["whole_s"]),
        ("… before the first step", stored["before_s"]),
        ("… from the first step to the last", stored["steps_s"]),
        ("… after the last step", stored["after_s"]),
        (f"lower bound: {chain}", stored["chain_s"]),
        (f"lower bound: {lock}", busiest["command_s"]),
        ("the same commands in this order, nothing else taking time", stored["ideal_s"]),
        *((f"the {name}{left * (key == 'guide_s')}", stored[key]) for key, name in BESIDE.items() if key in stored),
    ]
    at_once = "; ".join(f"{count}: {lasted:.1f} s" for count, lasted in stored["running"].items())
    note = (
        f"\n{stored['steps']} steps. {stored['ratio']:.2f} times the lower bound (bar: 1.1);"
        f" {stored['steps_ratio']:.2f} times from the first step to the last. Steps at once, {at_once}.\n"
    )
    return (
        blocks.table(("an upgrade in the lab", "s"), ((name, f"{value:.1f}") for name, value in seconds), "-:") + note
    )


def _phases(stored: Mapping[str, Any]) -> str:
    spreads = {label: stored["phases"][name] for name, label in PHASES.items()}
    spreads["all but its command"] = stored["overhead"]
    rows = [
        (label, f"{spread['median_s']:.2f}", f"{spread['p90_s']:.2f}", f"{spread['total_s']:.1f}")
        for label, spread in spreads.items()
    ]
    return blocks.table(("a step", "median s", "p90 s", "total s"), rows, "-:::")


def _largest(stored: Mapping[str, Any]) -> str:
    names = ("overhead", "wait", "launch", "command", "verify")
    rows = [(f"`{step['action']}`", *(f"{step[name]:.2f}" for name in names)) for step in stored["largest"]]
    return blocks.table(("step", "overhead s", *names[1:]), rows, "-:::::")


def _memory() -> str:
    check = max(_stored("check"), key=lambda row: (row["hosts"], row["peak_mb"]))
    steady = max(_stored("steady"), key=lambda row: (row["hosts"], row["last_mb"]))
    planned = [row for rows in _stored("planner")["rows"].values() for row in rows]
    largest = max(planned, key=lambda row: (row["hosts"], row["peak_mb"]))
    rows = [
        (f"`check`, {check['hosts']} hosts, {check['state']}", check["peak_mb"]),
        (
            f"a check repeated by `--every`, {steady['hosts']} hosts, {steady['state']}: after the first check",
            steady["cold_mb"],
        ),
        (f"… after {steady['checks']} more", steady["last_mb"]),
        (f"diff and plan, {largest['hosts']:,.0f} hosts (bar: 300)", largest["peak_mb"]),
        ("`apply`, the lab's whole upgrade", _stored("makespan")["apply_peak_mb"]),
    ]
    return blocks.table(("peak of memory", "MB"), ((name, f"{value:.0f}") for name, value in rows), "-:")


def _steps(stored: Mapping[str, float]) -> str:
    rows = [(label, f"{stored[name]:.{digits}f}") for name, (label, digits) in STEP_COSTS.items()]
    return blocks.table(("a no-op step", ""), rows, "-:") + f"\nMedians over {stored['steps']:.0f} steps.\n"


def _bundle(stored: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [(label, *(_measured(each[name]) for each in stored.values())) for name, label in BUNDLE.items()]
    note = "Seconds by the clock, in brackets of processor time: the least of three runs, for `check` of those it took."
    return blocks.table(("", *stored), rows, "-::") + f"\n{note}\n"


def _measured(value: str | float | Sequence[float]) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    clock, cpu = value
    return f"{clock:.2f} s ({cpu:.2f})"


def _shells_and_awks(stored: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each pair, and how many answers differ from those under the first."""
    pairs = dict.fromkeys(pair for each in stored.values() for pair in each["differences"])
    heads = ("shell", "awk", *(f"{each['scripts']} {what}" for what, each in stored.items()))
    counts: Sequence[Mapping[str, int]] = [each["differences"] for each in stored.values()]
    rows = [(*pair.split("+"), *(str(count.get(pair, "-")) for count in counts)) for pair in pairs]
    return blocks.table(heads, rows, "--::")


def _not_noticed(classes: Sequence[Mapping[str, Any]]) -> str:
    rows = [(group["name"], ", ".join(_kinds(group["things"])), group["because"]) for group in classes]
    return blocks.table(("not noticed", "kinds of things", "why"), rows)


def _kinds(patterns: Sequence[Mapping[str, Any]]) -> dict[str, None]:
    return dict.fromkeys(kind for pattern in patterns for kind in pattern["kinds"])


if __name__ == "__main__":
    blocks.write(COMMAND, figure)
