"""Env files: is a variable set, to which value, to the same as another?

Values are compared on the host, in one awk, and never leave it, not even as a digest; only `EnvValue`, for keys that
are no secrets, brings one back. Nothing is sourced: `load_env.sh` touches files and writes all secrets to /tmp. A value
that only bash could evaluate (`${X}`, a command) is Unknown. Source: bash(1), Quoting; bin/merge_env.sh:31-82; domain
page of the release's env layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Readings, Unknown
from probes.lib.env_awk import ENV_AWK
from probes.lib.rows import MISSING, Row, rows_of, unescape
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvValue(Fact[str]):
    """Value of `key` after bash sourced `file`. Never for a secret: its value would be saved and shown."""

    file: str
    key: str
    kind: Literal["env.value"] = "env.value"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFilled(Fact[bool]):
    """True if the last assignment is not empty, else Absent."""

    file: str
    key: str
    kind: Literal["env.filled"] = "env.filled"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvSame(Fact[bool]):
    """Do two variables have the same value? Absent where the first has no value; False where only the second has
    none."""

    file: str
    key: str
    other_file: str
    other_key: str
    kind: Literal["env.same"] = "env.same"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvOnce(Fact[int]):
    """How often `key` is assigned in `file`; Absent for never."""

    file: str
    key: str
    kind: Literal["env.once"] = "env.once"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvPresent(Fact[bool]):
    """Is the key assigned at all, once or often, empty or not? Absent where it is not."""

    file: str
    key: str
    kind: Literal["env.present"] = "env.present"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvDuplicates(Fact[bool]):
    """Is the key assigned more than once in `file`? Then the last line counts, and only that one."""

    file: str
    key: str
    kind: Literal["env.duplicates"] = "env.duplicates"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvCopied(Fact[bool]):
    """Does `key` hold what the first source with a value holds? Absent where it has none itself; False where no
    source has one."""

    file: str
    key: str
    sources: tuple[str, ...]
    """Each "file:KEY", in order of preference."""
    kind: Literal["env.copied"] = "env.copied"


EnvFact = EnvValue | EnvFilled | EnvSame | EnvOnce | EnvPresent | EnvDuplicates | EnvCopied

FILE_STATES = (
    MISSING
    + r"""
states= left=$1
for file do
  [ "$states" ] || { states=.; continue; }
  [ "$left" -gt 0 ] || break
  left=$((left - 1))
  if [ -f "$file" ]; then states=${states}r
  elif [ ! -e "$file" ] && missing "$file"; then states=${states}a
  else states=${states}u; fi
done
"""
)
"""`$1` files follow: `states` holds a dot, then for each of them r(egular), a(bsent) or u(nreadable)."""

SCRIPT = (
    FILE_STATES
    + "exec awk -- '"
    + ENV_AWK
    + r"""
function replaced(s, from, to,  n, done) { # what gsub makes of a backslash differs from awk to awk
  while (n = index(s, from)) { done = done substr(s, 1, n - 1) to; s = substr(s, n + 1) }
  return done s
}
function escaped(s) {
  s = replaced(s, "\\", "\\\\")
  s = replaced(s, "\t", "\\t")
  s = replaced(s, "\n", "\\n")
  return replaced(s, "\r", "\\r")
}
function unread(f) { print I "\tunread\t" SEEN "\t" f "\t" LINE }
function answer(op, a, n,  value, k) {
  if (op == "once") {
    look(ARGV[a], ARGV[a + 1])
    if (SEEN == "unreadable" || ODDFILE[ARGV[a]]) unread(ARGV[a])
    else if (SEEN == "absent") print I "\tabsent"
    else print I "\tis\t" COUNT[ARGV[a], ARGV[a + 1]]
    return
  }
  look(ARGV[a], ARGV[a + 1])
  if (SEEN == "absent" || (SEEN == "value" && VALUE == "" && op != "value")) print I "\tabsent"
  else if (SEEN != "value") unread(ARGV[a])
  else if (op == "value") print I "\tis\t" escaped(VALUE)
  else if (op == "filled") print I "\tis\tyes"
  else {
    value = VALUE
    for (k = a + 2; k < a + n; k += 2) {
      look(ARGV[k], ARGV[k + 1])
      if (SEEN != "value" && SEEN != "absent") { unread(ARGV[k]); return }
      if (op == "copied" && VALUE == "") continue
      print I "\tis\t" (VALUE == value ? "yes" : "no")
      return
    }
    print I "\tno-source"
  }
}
BEGIN {
  prepare()
  files = ARGV[2]
  for (f = 1; f <= files; f++) {
    STATE[f] = substr(ARGV[1], f + 1, 1)
    if (STATE[f] == "r") load(f, ARGV[f + 2])
  }
  I = 0
  for (a = files + 3; a < ARGC; a += 2 + ARGV[a + 1]) { answer(ARGV[a], a + 2, ARGV[a + 1]); I++ }
}
' "$states" "$@"
"""
)


def command(facts: Sequence[EnvFact]) -> Command:
    files = _files(facts)
    numbers = {file: str(number) for number, file in enumerate(files, start=1)}
    requests = (word for fact in facts for word in _request(fact, numbers))
    return Command(script=SCRIPT, args=(str(len(files)), *files, *requests))


def _request(fact: EnvFact, numbers: dict[str, str]) -> tuple[str, ...]:
    words = tuple(word for file, key in _variables(fact) for word in (numbers[file], key))
    requested = "once" if isinstance(fact, (EnvPresent, EnvDuplicates)) else fact.kind.removeprefix("env.")
    return (requested, str(len(words)), *words)


def _files(facts: Sequence[EnvFact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(file for fact in facts for file, _ in _variables(fact)))


def _variables(fact: EnvFact) -> tuple[tuple[str, str], ...]:
    """(file, key) of all that the fact is about, its own first."""
    own = (fact.file, fact.key)
    match fact:
        case EnvValue() | EnvFilled() | EnvOnce() | EnvPresent() | EnvDuplicates():
            return (own,)
        case EnvSame():
            return (own, (fact.other_file, fact.other_key))
        case EnvCopied():
            return (own, *(_source(name) for name in fact.sources))


def _source(text: str) -> tuple[str, str]:
    file, _, key = text.rpartition(":")
    return file, key


def parse(facts: Sequence[EnvFact], output: Output) -> Readings:
    rows = rows_of(output, count=len(facts))
    files = _files(facts)
    return {fact: _read(fact, row, files) for fact, row in zip(facts, rows, strict=True)}


def _read(fact: EnvFact, row: Row, files: Sequence[str]) -> AnyReading:
    match row:
        case ("is", text):
            return Known(_value(fact, text))
        case ("absent",):
            return Known(False) if isinstance(fact, EnvDuplicates) else Absent()
        case ("no-source",) if isinstance(fact, EnvCopied):
            return Known(False)  # it has a value, and there is nothing that this could be a copy of
        case ("unread", why, number, line):
            return _unread(fact, why, files[int(number) - 1], line)
        case _:
            raise ValueError("an answer about an env file is not understood")


def _value(fact: EnvFact, text: str) -> str | int | bool:
    match fact:
        case EnvValue():
            return unescape(text)
        case EnvOnce():
            return int(text)
        case EnvPresent():
            return int(text) > 0
        case EnvDuplicates():
            return int(text) > 1
        case EnvFilled() | EnvSame() | EnvCopied():
            return {"yes": True, "no": False}[text]


def _unread(fact: EnvFact, why: str, file: str, line: str) -> Unknown:
    match why:
        case "expansion":
            return Unknown(reason("env-needs-expansion", file=file, line=line, key=fact.key))
        case "odd":
            return Unknown(reason("env-not-plain", file=file, line=line, key=fact.key))
        case "unreadable":
            return Unknown(reason("env-unreadable", file=file))
        case _:
            raise ValueError("an answer about an env file is not understood")


FACTS: tuple[type[AnyFact], ...] = (EnvValue, EnvFilled, EnvSame, EnvOnce, EnvPresent, EnvDuplicates, EnvCopied)
PROBE = Probe(family="env", facts=FACTS, command=command, parse=parse)
