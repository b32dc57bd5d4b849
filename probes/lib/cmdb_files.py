"""The vendor's files of the BlueKing business' topology in CMDB, parsed as its scripts parse them.

Two tables of names and two of templates; none of it is a list of ours, so a corrected script counts. Pure: the lines
come from `probes/cmdb.py`. Source: bin/create_blueking_set.py; bin/create_blueking_topo_template.sh.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

OLDER_SERVICES = frozenset(
    {"gse_api", "gse_alarm", "gse_btsvr", "gse_dba", "gse_syncdata", "fta-api", "job-assemble", "redis_sentinel"}
)
OLDER_SETS = frozenset({"fta", "故障自愈"})
"""Created by 6.1's files and no longer by 6.2's: not custom. 6.1: bin/default/blueking_*_module.tpl."""


@dataclass(slots=True)
class Files:
    """Content of the vendor's files, as far as they can be read."""

    services: list[str] = field(default_factory=list[str])
    topo: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    tables: dict[str, str] = field(default_factory=dict[str, str])
    installed: list[str] = field(default_factory=list[str])
    unreadable: dict[str, str] = field(default_factory=dict[str, str])
    older: bool = False
    switch: str = ""

    def modules(self) -> Mapping[str, tuple[str, ...]]:
        """Line of .installed_module → modules, where that is not the line itself."""
        modules = _literal(self.tables["real_module_dict"])
        return {name: tuple(str(item) for item in _listed(names)) for name, names in modules.items()}

    def sets(self) -> Mapping[str, str]:
        """Set → its template."""
        return {name: str(template) for name, template in _literal(self.tables["set_module_dict"]).items()}

    def template(self, name: str) -> frozenset[str]:
        """Service templates that a set template is made of: those of its lines that there are."""
        return frozenset(service for template, service in self.topo if template == name) & frozenset(self.services)


def _literal(text: str) -> Mapping[str, Any]:
    """A table of the script. Raises ValueError for what is not one of words."""
    try:
        result: object = ast.literal_eval(text.partition("=")[2].strip())
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError("the script's table is no table") from error
    if not isinstance(result, dict):
        raise ValueError("the script's table is no table")
    return {str(name): value for name, value in cast("dict[object, object]", result).items()}


def _listed(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise ValueError("the script's table holds more than lists")
    return cast("list[object]", value)


def files_of(lines: Sequence[str]) -> Files:
    files = Files()
    for line in lines:
        word, _, rest = line.partition("\t")
        match word:
            case "service":
                files.services += _service(rest)
            case "topo":
                files.topo += _topo(rest)
            case "set_module_dict" | "real_module_dict":
                files.tables[word] = files.tables.get(word, "") + rest + "\n"
            case "installed":
                files.installed.append(rest)
            case "service-unreadable" | "topo-unreadable" | "installed-unreadable":
                files.unreadable[word.removesuffix("-unreadable")] = rest
            case "older":
                files.older = True
            case "switch":
                files.switch = rest
            case _:
                raise ValueError("a line about the topology is not understood")
    return files


def _service(line: str) -> list[str]:
    """As the script reads it: the line of column names counts as a template, since it begins with a letter too."""
    columns = line.split("\t")
    return [columns[0]] if re.match(r"[a-z]", line) and len(columns) == 7 else []


def _topo(line: str) -> list[tuple[str, str]]:
    """The first line names its columns, in Chinese."""
    columns = line.split()
    return [(columns[0], columns[1])] if len(columns) == 2 and columns[0].isascii() and not line.startswith("#") else []


_PASSED_OVER = re.compile("python|nfs|yum|notty|There|Stderr|stderr|lesscode")


def _installed_modules(files: Files) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Line → modules, as the script reads .installed_module."""
    for line in (line.strip() for line in files.installed):
        if line and not line.startswith("#") and not _PASSED_OVER.search(line):
            name = line.replace("monitorv3_", "") if "monitorv3" in line else line
            yield line, (name,) if name != line else files.modules().get(line, (line,))


def expected_modules(files: Files) -> frozenset[str]:
    return frozenset(module for _, modules in _installed_modules(files) for module in modules)


def unknown_lines(files: Files) -> Iterator[str]:
    """Also what only 6.1 knows, while its scripts are still there: 6.2 will not."""
    known = frozenset(files.services)
    for line, modules in _installed_modules(files):
        if not known.issuperset(modules) or OLDER_SERVICES.issuperset(modules):
            yield line
