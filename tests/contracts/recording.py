"""The form of a recording, both ways: to TOML and back."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from probes.command import Command
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.registry import PROBES
from specs.reason import CodedReason, reason

FactRow = tuple[str, str, str, str, str]
"""kind, host, subject as JSON, kind of reading, its value or reason as JSON."""

TYPES = {next(f.default for f in fields(fact) if f.name == "kind"): fact for probe in PROBES for fact in probe.facts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    os: str
    tool: str
    under: str
    script: str
    args: tuple[str, ...]
    stdout: str
    status: int
    facts: tuple[FactRow, ...]


def script_digest(command: Command) -> str:
    return hashlib.sha256(f"{command.script}\0{command.stdin}".encode()).hexdigest()[:16]


def fact_row(fact: AnyFact) -> tuple[str, str]:
    subject = {f.name: getattr(fact, f.name) for f in fields(fact) if f.name not in ("host", "kind")}
    return fact.host, json.dumps(subject, ensure_ascii=False)


def reading_row(reading: AnyReading) -> tuple[str, str]:
    match reading:
        case Known(value):
            return "known", json.dumps(value, ensure_ascii=False)
        case Absent():
            return "absent", "null"
        case Unknown(CodedReason(code=code, fields=named)):
            return "unknown", json.dumps([code, dict(named)], ensure_ascii=False)
        case Unknown():
            raise ValueError("a probe's own reasons are coded")


def fact_of(row: FactRow) -> AnyFact:
    kind, host, subject, *_ = row
    named: dict[str, Any] = json.loads(subject)
    return TYPES[kind](host=host, **{name: _frozen(value) for name, value in named.items()})


def reading_of(row: FactRow) -> AnyReading:
    *_, kind, text = row
    value = json.loads(text)
    match kind:
        case "known":
            return Known(_frozen(value))
        case "absent":
            return Absent()
        case _:
            return Unknown(reason(value[0], **value[1]))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def dump(recording: Recording) -> str:
    lines = [f"{name} = {_toml(getattr(recording, name))}" for name in ("os", "tool", "under", "script", "status")]
    lines += ["args = [", *(f"    {_toml(word)}," for word in recording.args), "]", ""]
    lines += ["stdout = [", *(f"    {_toml(line)}," for line in recording.stdout.split("\n")), "]", ""]
    lines += ["facts = [", *(f"    [{', '.join(_toml(word) for word in row)}]," for row in recording.facts), "]", ""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    """What needs no escaping stands in single quotes, as it is; the rest as JSON, whose strings are TOML's too."""
    if isinstance(value, str) and value.isprintable() and "'" not in value and ('"' in value or "\\" in value):
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def load(path: Path) -> Recording:
    told: Mapping[str, Any] = tomllib.loads(path.read_text())
    return Recording(
        os=told["os"],
        tool=told["tool"],
        under=told["under"],
        script=told["script"],
        args=tuple(told["args"]),
        stdout="\n".join(told["stdout"]),
        status=told["status"],
        facts=tuple((row[0], row[1], row[2], row[3], row[4]) for row in told["facts"]),
    )
