"""The current topology of the BlueKing business in CMDB, and its differences from the vendor's files.

Every type is checked before use: an answer of another form raises `UnexpectedAnswerError`. Pure; the
answers come from `probes/cmdb.py`. Source: CMDB's search_biz_inst_topo, list_biz_hosts_topo, list_*_template.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from probes.lib.cmdb_files import OLDER_SERVICES, OLDER_SETS, Files
from specs.reason import CodedReason, reason

MOST = 500
"""Hosts, and MOST_TEMPLATES of each kind, that one page of CMDB holds; more read as Unknown."""
MOST_TEMPLATES = 200


class UnexpectedAnswerError(Exception):
    """CMDB's answer has not the documented form."""

    def __init__(self, why: CodedReason) -> None:
        super().__init__(why.code)
        self.why = why


@dataclass(frozen=True, slots=True)
class Set:
    id: int
    name: str
    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Current:
    sets: tuple[Set, ...]
    levels: tuple[str, ...]
    templates: frozenset[str]
    services: frozenset[str]

    @staticmethod
    def of(tree: object, templates: object, services: object) -> "Current":
        """Raises UnexpectedAnswerError."""
        return Current(
            sets=tuple(sets(tree)),
            levels=tuple(name for kind, name in _levels(tree) if kind not in ("biz", "set", "module")),
            templates=frozenset(names(templates)),
            services=frozenset(names(services)),
        )


def differences(files: Files, current: Current) -> Iterator[str]:
    yield from _difference("service-template", frozenset(files.services), current.services)
    yield from _difference("set-template", frozenset(name for name, _ in files.topo), current.templates)
    expected = files.sets()
    yield from _difference("set", frozenset(expected), frozenset(item.name for item in current.sets))
    for current_set in current.sets:
        if current_set.name in expected:
            yield from _difference(
                f"module {current_set.name} /", files.template(expected[current_set.name]), current_set.modules
            )


def _difference(what: str, expected: frozenset[str], has: frozenset[str]) -> Iterator[str]:
    yield from (f"-{what} {name}" for name in expected - has)
    yield from (f"+{what} {name}" for name in has - expected)


def custom(files: Files, current: Current) -> Iterator[str]:
    services = {*files.services, *(service for _, service in files.topo), *OLDER_SERVICES}
    templates = {*(name for name, _ in files.topo), *files.sets().values(), *OLDER_SETS}
    yield from (f"level {name}" for name in current.levels)
    yield from (f"service-template {name}" for name in current.services - services)
    yield from (f"set-template {name}" for name in current.templates - templates)
    for current_set in current.sets:
        if current_set.name not in {*files.sets(), *OLDER_SETS}:
            yield f"set {current_set.name}"
        else:
            yield from (f"module {current_set.name} / {name}" for name in current_set.modules - services)


def _nodes(tree: object) -> Iterator[Mapping[str, Any]]:
    """Of the tree, each once, those of the idle set left out. Raises UnexpectedAnswerError, also where the business
    itself, its root, is not in it: nothing at all is not a business without sets."""
    if [node.get("bk_obj_id") for node in _items(tree)] != ["biz"]:
        raise UnexpectedAnswerError(reason("cmdb-unexpected-answer", what="biz"))
    todo = [tree]
    while todo:
        for node in _items(todo.pop()):
            if node.get("default", 0) == 0:
                yield node
                todo.append(node.get("child") or [])


def _levels(tree: object) -> Iterator[tuple[str, str]]:
    for node in _nodes(tree):
        yield _text(node, "bk_obj_id"), _text(node, "bk_inst_name")


def sets(tree: object) -> Iterator[Set]:
    for node in _nodes(tree):
        if node.get("bk_obj_id") == "set":
            modules = frozenset(_text(module, "bk_inst_name") for module in _items(node.get("child") or []))
            yield Set(_number(node, "bk_inst_id"), _text(node, "bk_inst_name"), modules)


def names(page: object) -> Iterator[str]:
    for template in _page(page, MOST_TEMPLATES):
        yield _text(template, "name")


def host_locations(page: object) -> list[tuple[str, list[tuple[int, str]]]]:
    """Address → (set, module) of each place it has; a host may have several, parted by commas."""
    locations: list[tuple[str, list[tuple[int, str]]]] = []
    for item in _page(page, MOST):
        host, topo = item.get("host"), item.get("topo")
        if not isinstance(host, dict):
            raise UnexpectedAnswerError(reason("cmdb-unexpected-answer", what="host"))
        places = [
            (_number(at, "bk_set_id"), _text(module, "bk_module_name"))
            for at in _items(topo or [])
            for module in _items(at.get("module") or [])
        ]
        addresses = _text(cast("Mapping[str, Any]", host), "bk_host_innerip").split(",")
        locations += [(address, places) for address in addresses]
    return locations


def _page(page: object, most: int) -> Sequence[Mapping[str, Any]]:
    """Raises UnexpectedAnswerError where there is more of it than what was asked for."""
    if not isinstance(page, dict):
        raise UnexpectedAnswerError(reason("cmdb-unexpected-answer", what="info"))
    body = cast("Mapping[str, Any]", page)
    items, count = _items(body.get("info") or []), body.get("count", 0)
    if not isinstance(count, int) or count > max(len(items), 0) or len(items) > most:
        raise UnexpectedAnswerError(reason("cmdb-too-many", most=most))
    return items


def _items(value: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in cast("list[object]", value)):
        raise UnexpectedAnswerError(reason("cmdb-unexpected-answer", what="list"))
    return cast("list[Mapping[str, Any]]", value)


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    if not isinstance(value, str):
        raise UnexpectedAnswerError(reason("cmdb-unexpected-answer", what=name))
    return value


def _number(node: Mapping[str, Any], name: str) -> int:
    value = node.get(name)
    if not isinstance(value, int):
        raise UnexpectedAnswerError(reason("cmdb-unexpected-answer", what=name))
    return value
