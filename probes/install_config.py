"""install.config as it is on a host: which hosts have a module?

Read from the file itself, since hosts.env is stale until the next bkcli call and half written during one. A file with
an error in it is Unknown: the release's own parser would stop every bkcli call at it. Source: bkcli:29;
`specs/install_config.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, groups_of
from probes.probe import Probe
from specs import install_config
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleHosts(Fact[tuple[str, ...]]):
    """Addresses of the module's hosts, in the order of the file; Absent if there is none."""

    path: str
    module: str
    kind: Literal["install-config.module-hosts"] = "install-config.module-hosts"


SCRIPT = (
    MISSING
    + r"""
i=0
for path do
  if [ -f "$path" ]; then
    awk -v i="$i" '{ print i "\tline\t" $0 } END { print i "\tend" }' <"$path" || exit 1
  elif [ ! -e "$path" ] && missing "$path"; then printf '%s\tabsent\n' "$i"
  else printf '%s\tunreadable\n' "$i"; fi
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[ModuleHosts]) -> Command:
    return Command(script=SCRIPT, args=_paths(facts))


def _paths(facts: Sequence[ModuleHosts]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.path for fact in facts))


def parse(facts: Sequence[ModuleHosts], output: Output) -> Readings:
    paths = _paths(facts)
    groups = groups_of(output, count=len(paths))
    layouts = {path: _layout(path, groups[index]) for index, path in enumerate(paths)}
    return {fact: _read(fact, layouts) for fact in facts}


def _layout(path: str, rows: Sequence[Row]) -> install_config.HostLayout | Absent | Unknown:
    match rows:
        case [("absent",)]:
            return Absent()
        case [("unreadable",)]:
            return Unknown(reason("path-unreadable", path=path))
        case [*lines, ("end",)]:
            return install_config.parse("\n".join(_line(row) for row in lines))
        case _:
            raise ValueError("an answer about install.config is not understood")


def _line(row: Row) -> str:
    match row:
        case ("line", *words):
            return "\t".join(words)
        case _:
            raise ValueError("a line of install.config is not marked as one")


def _read(
    fact: ModuleHosts, layouts: Mapping[str, install_config.HostLayout | Absent | Unknown]
) -> Reading[tuple[str, ...]]:
    layout = layouts[fact.path]
    if not isinstance(layout, install_config.HostLayout):
        return layout
    if layout.errors:
        first = layout.errors[0]
        return Unknown(reason("install-config-broken", path=fact.path, line=first.line, token=first.token))
    hosts = layout.hosts_named(fact.module)
    return Known(hosts) if hosts else Absent()


FACTS: tuple[type[AnyFact], ...] = (ModuleHosts,)
PROBE = Probe(family="install_config", facts=FACTS, command=command, parse=parse)
