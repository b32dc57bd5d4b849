"""The published list of what may be missing of a finished cluster without a word, by classes: not_noticed.toml."""

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from tests.oracle.things import Thing

LIST = Path(__file__).with_name("not_noticed.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    kinds: tuple[str, ...]
    names: tuple[str, ...] = ("*",)
    modules: tuple[str, ...] = ("*",)
    """As modules.toml heads them. All three are globs."""

    def holds(self, thing: Thing) -> bool:
        words = ((thing.kind, self.kinds), (thing.name, self.names), (thing.module, self.modules))
        return all(any(fnmatchcase(word, glob) for glob in globs) for word, globs in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNoticed:
    """A class of things, and why bkrec does not notice today that one of them is missing."""

    name: str
    because: str
    things: tuple[Pattern, ...]

    def holds(self, thing: Thing) -> bool:
        return any(pattern.holds(thing) for pattern in self.things)


@cache
def classes() -> tuple[NotNoticed, ...]:
    rows = tomllib.loads(LIST.read_text(encoding="utf-8"))["class"]
    return tuple(
        NotNoticed(
            name=row["name"],
            because=row["because"],
            things=tuple(
                Pattern(
                    kinds=tuple(pattern["kinds"]),
                    names=tuple(pattern.get("names", ("*",))),
                    modules=tuple(pattern.get("modules", ("*",))),
                )
                for pattern in row["things"]
            ),
        )
        for row in rows
    )
