"""What a finished 6.2.2 has, host by host: from install.config, the package, and clusters that somebody watched.

Nothing of bkrec is asked: not what it expects, not how it reads, not what its release says. A cluster that was seen
finished (`recorded/*.toml`, by `record.py`) tells which things there are; `modules.toml` tells whose they are, so that
another install.config puts them elsewhere; what the package brings tells the versions. What a 6.1 had (units, virtual
environments, services in consul) and the finished one has not, has to be gone.

So a module that bkrec forgets, or a fact about it, is missed here (`tests/sim/test_oracle.py`).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from tests.oracle.layout import Layout, hosts_of, layout
from tests.oracle.things import Thing

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
NAMES_OF = {
    "units": ("unit", "boot"),
    "containers": ("container", "image", "restart"),
    "services": ("consul", "service", "served"),
    "versions": ("version",),
    "lines": ("module",),
    "venvs": ("venv",),
    "programs": ("program",),
    "files": ("file",),
    "settings": ("setting",),
    "tasks": ("task",),
}
"""Word of modules.toml → kinds of things whose names it lists."""
LIST_OF = {kind: word for word, kinds in NAMES_OF.items() for kind in kinds}
OF_THE_CLUSTER = frozenset({
    "release", "src-directory", "script", "env", "tag", "migrated", "login", "database", "account", "product", "app",
    "variable", "gateway", "online", "page", "kv", "placed",
})  # fmt: skip
"""Watched on the controller, and the whole cluster's."""
NO_THINGS = frozenset({"packaged", "package", "served"})
"""What is known beside: what the package holds, and on which port consul looks for a service."""
GOES = ("unit", "venv", "consul")
"""Of these, what a 6.1 had and a 6.2.2 has not is to be gone."""


Row = tuple[str, str, str, str]
"""Host, kind, name, value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    what: str
    controller: str
    install_config: str
    hosts: Mapping[str, Mapping[str, Mapping[str, str]]]
    """Host → kind → name → value."""

    def rows(self) -> Iterator[Row]:
        for host, kinds in self.hosts.items():
            for kind, names in kinds.items():
                yield from ((host, kind, name, value) for name, value in names.items())


@cache
def load_recording(name: str) -> Recording:
    return Recording(**tomllib.loads((RECORDED / f"{name}.toml").read_text(encoding="utf-8")))


@cache
def modules() -> Mapping[str, Any]:
    return tomllib.loads((HERE / "modules.toml").read_text(encoding="utf-8"))


def owners(kind: str, name: str, value: str = "") -> tuple[str, ...]:
    """Whose hosts have it, as modules.toml heads it; () where nobody knows. Several where several bring it."""
    if kind in OF_THE_CLUSTER:
        return ("controller",)
    if kind == "saas":
        return ("appo", "appt")
    if kind == "port":
        return owners("unit", value) or owners("container", value)
    word = LIST_OF.get(kind, "answers")
    subject = kind if word == "answers" else name.removesuffix(".service")
    return tuple(
        head for head, names in modules().items() if any(fnmatchcase(subject, glob) for glob in names.get(word, ()))
    )


def hosts_with(head: str, placed: Layout, controller: str) -> tuple[str, ...]:
    """The hosts that a heading of modules.toml means."""
    match head.split():
        case ["everywhere"]:
            return tuple(placed)
        case ["elsewhere"]:
            return tuple(host for host in placed if host != controller)
        case ["controller"]:
            return (controller,)
        case ["first", module]:
            return hosts_of(placed, module)[:1]
        case words:
            return tuple(dict.fromkeys(host for word in words for host in hosts_of(placed, word)))


def finished(
    install_config: str, controller: str, recording: Recording | None = None, before: Recording | None = None
) -> tuple[Thing, ...]:
    """All that a finished 6.2.2 of this install.config has.

    `recording`: a finished cluster; `before`: the same as a 6.1. Of several owners a thing has the first one listed.
    """
    recording, before = recording or load_recording("lab-finished"), before or load_recording("lab-pristine")
    placed = layout(install_config)
    things = [*_present(recording, placed, controller), *_gone(recording, before, placed, controller)]
    things += (
        Thing(controller, "placed", module, ",".join(hosts_of(placed, module)), "controller")
        for module in dict.fromkeys(module for names in placed.values() for module in names)
    )
    first = {thing.key: thing for thing in reversed(things)}
    return tuple(sorted(first.values()))


def _present(recording: Recording, placed: Layout, controller: str) -> Iterator[Thing]:
    for row in recording.rows():
        if row[1] not in NO_THINGS and row[3] not in ("empty", "critical", ""):
            yield from _moved(recording, placed, controller, row)


def _gone(recording: Recording, before: Recording, placed: Layout, controller: str) -> Iterator[Thing]:
    for host, kind, name, value in before.rows():
        if kind in GOES and name not in recording.hosts[host].get(kind, {}):
            for thing in _moved(before, placed, controller, (host, kind, name, value)):
                yield Thing(thing.host, f"gone-{kind}", name, "gone", thing.module)


def _moved(recording: Recording, placed: Layout, controller: str, row: Row) -> Iterator[Thing]:
    """The thing, on each host of this install.config that has it as the host has on which it was recorded."""
    host, kind, name, value = row
    origin = layout(recording.install_config)
    heads = owners(kind, name, value)
    if not heads:
        raise LookupError(f"whose is {row}? modules.toml does not say")
    for head in heads:
        if host in hosts_with(head, origin, recording.controller):
            for other in hosts_with(head, placed, controller):
                yield Thing(other, kind, name, _value(row, placed, recording), head)


def _value(row: Row, placed: Layout, recording: Recording) -> str:
    """The address of JOB's first host is another one's elsewhere: BK_JOB_CRONTAB_SERVER_HOST0."""
    _, kind, name, value = row
    if kind == "env" and value in recording.hosts:
        return hosts_of(placed, name.split(" BK_")[1].partition("_")[0].lower())[0]
    return value
