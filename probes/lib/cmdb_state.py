"""What CMDB says of the topology of the BlueKing business, and how that differs from what the files say.

Every type is looked at before it is used: whatever CMDB answers that is not what it says it answers is `Odd`. Pure; the
answers come from `probes/cmdb.py`. Source: CMDB's search_biz_inst_topo, list_biz_hosts_topo, list_*_template.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from probes.lib.cmdb_files import OLDER_SERVICES, OLDER_SETS, Files
from specs.reason import CodedReason, reason

MOST = 500
"""Hosts, and MOST_TEMPLATES of each kind, that one page of CMDB holds; more are Unknown, not overlooked."""
MOST_TEMPLATES = 200


class Odd(Exception):
    """What CMDB said is not what it says."""

    def __init__(self, why: CodedReason) -> None:
        super().__init__(why.code)
        self.why = why


@dataclass(frozen=True, slots=True)
class Set:
    id: int
    name: str
    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class There:
    sets: tuple[Set, ...]
    levels: tuple[str, ...]
    templates: frozenset[str]
    services: frozenset[str]

    @staticmethod
    def of(tree: object, templates: object, services: object) -> "There":
        """Raises Odd."""
        return There(
            sets=tuple(sets(tree)),
            levels=tuple(name for kind, name in _levels(tree) if kind not in ("biz", "set", "module")),
            templates=frozenset(names(templates)),
            services=frozenset(names(services)),
        )


def differences(files: Files, there: There) -> Iterator[str]:
    yield from _told("service-template", frozenset(files.services), there.services)
    yield from _told("set-template", frozenset(name for name, _ in files.topo), there.templates)
    wanted = files.sets()
    yield from _told("set", frozenset(wanted), frozenset(one.name for one in there.sets))
    for one in there.sets:
        if one.name in wanted:
            yield from _told(f"module {one.name} /", files.template(wanted[one.name]), one.modules)


def _told(what: str, wanted: frozenset[str], has: frozenset[str]) -> Iterator[str]:
    yield from (f"-{what} {name}" for name in wanted - has)
    yield from (f"+{what} {name}" for name in has - wanted)


def custom(files: Files, there: There) -> Iterator[str]:
    services = {*files.services, *(service for _, service in files.topo), *OLDER_SERVICES}
    templates = {*(name for name, _ in files.topo), *files.sets().values(), *OLDER_SETS}
    yield from (f"level {name}" for name in there.levels)
    yield from (f"service-template {name}" for name in there.services - services)
    yield from (f"set-template {name}" for name in there.templates - templates)
    for one in there.sets:
        if one.name not in {*files.sets(), *OLDER_SETS}:
            yield f"set {one.name}"
        else:
            yield from (f"module {one.name} / {name}" for name in one.modules - services)


def _nodes(tree: object) -> Iterator[Mapping[str, Any]]:
    """Of the tree, each once, those of the idle set left out. Raises Odd, also where the business itself, its root, is
    not in it: nothing at all is not a business without sets."""
    if [node.get("bk_obj_id") for node in _items(tree)] != ["biz"]:
        raise Odd(reason("cmdb-unexpected-answer", what="biz"))
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
            modules = frozenset(_text(one, "bk_inst_name") for one in _items(node.get("child") or []))
            yield Set(_number(node, "bk_inst_id"), _text(node, "bk_inst_name"), modules)


def names(page: object) -> Iterator[str]:
    for one in _page(page, MOST_TEMPLATES):
        yield _text(one, "name")


def placed(page: object) -> list[tuple[str, list[tuple[int, str]]]]:
    """Address → (set, module) of each place it has; a host may have several, parted by commas."""
    found: list[tuple[str, list[tuple[int, str]]]] = []
    for one in _page(page, MOST):
        host, topo = one.get("host"), one.get("topo")
        if not isinstance(host, dict):
            raise Odd(reason("cmdb-unexpected-answer", what="host"))
        places = [
            (_number(at, "bk_set_id"), _text(module, "bk_module_name"))
            for at in _items(topo or [])
            for module in _items(at.get("module") or [])
        ]
        addresses = _text(cast("Mapping[str, Any]", host), "bk_host_innerip").split(",")
        found += [(address, places) for address in addresses]
    return found


def _page(page: object, most: int) -> Sequence[Mapping[str, Any]]:
    """Raises Odd where there is more of it than what was asked for."""
    if not isinstance(page, dict):
        raise Odd(reason("cmdb-unexpected-answer", what="info"))
    told = cast("Mapping[str, Any]", page)
    items, count = _items(told.get("info") or []), told.get("count", 0)
    if not isinstance(count, int) or count > max(len(items), 0) or len(items) > most:
        raise Odd(reason("cmdb-too-many", most=most))
    return items


def _items(value: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in cast("list[object]", value)):
        raise Odd(reason("cmdb-unexpected-answer", what="list"))
    return cast("list[Mapping[str, Any]]", value)


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    if not isinstance(value, str):
        raise Odd(reason("cmdb-unexpected-answer", what=name))
    return value


def _number(node: Mapping[str, Any], name: str) -> int:
    value = node.get(name)
    if not isinstance(value, int):
        raise Odd(reason("cmdb-unexpected-answer", what=name))
    return value
