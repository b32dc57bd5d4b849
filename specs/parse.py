"""TOML text → Release and ClusterFile, or every problem at once, each with file, key and reason.

Pure: the text is handed in (package data is read by `reconciler/engine/release_data.py`), so a wrong file is a table
test.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import tomli
from pydantic import ValidationError

from specs.cluster import ClusterFile
from specs.diagnostic import Diagnostic, SpecError, diagnose
from specs.guide import Guide
from specs.model import Model
from specs.module import Module
from specs.release import Release
from specs.seal import Seal

M = TypeVar("M", bound=Model)

GUIDE = ("guide.toml", "deviations.toml")
SEAL = "seal.toml"


def cluster_file(text: str, where: str) -> ClusterFile:
    """Raises SpecError with every problem; `where` is the file's name in the diagnostics."""
    return _model(ClusterFile, _toml(text, where), where)


def release(texts: Mapping[str, str]) -> Release:
    """`texts`: file name below the release → TOML ("release.toml", "guide.toml", "modules/paas.toml" …).

    Every module file is in scope unless it says `optional = true`: nothing lists them a second time. Raises SpecError
    naming every file that is wrong, and every place that names a module there is not.
    """
    diagnostics: list[Diagnostic] = []
    modules: list[Module] = []
    for where, text in sorted(texts.items()):
        if where in ("release.toml", SEAL, *GUIDE):
            continue
        try:
            modules.append(_model(Module, _toml(text, where), where))
        except SpecError as error:
            diagnostics.extend(error.diagnostics)
    diagnostics += _unknown_modules(modules)
    if diagnostics:
        raise SpecError(*diagnostics)
    data = _toml(texts["release.toml"], "release.toml")
    scope = tuple(module.name for module in modules if not (module.optional or module.base))
    derived = {"modules": tuple(modules), "scope": scope, "guide": _guide(texts), "seal": _seal(texts)}
    if listed := [key for key in derived if key in data]:
        raise SpecError(*(_bad_value("release.toml", key, "this follows from the other files") for key in listed))
    return _model(Release, data | derived, "release.toml")


def _guide(texts: Mapping[str, str]) -> Guide:
    """Its parts have different top-level keys: which file holds which is for the reader's eye."""
    data = {key: value for name in GUIDE if name in texts for key, value in _toml(texts[name], name).items()}
    return _model(Guide, data, " ".join(GUIDE))


def _seal(texts: Mapping[str, str]) -> Seal:
    return _model(Seal, _toml(texts[SEAL], SEAL), SEAL) if SEAL in texts else Seal()


def _unknown_modules(modules: list[Module]) -> list[Diagnostic]:
    names = {module.name for module in modules}
    return [
        diagnose("spec-unknown-module", where=f"modules/{module.name}.toml, {key}", module=module.name, required=name)
        for module in modules
        for key, name in _module_references(module)
        if name not in names
    ]


def _module_references(module: Module) -> Iterator[tuple[str, str]]:
    """Key in its TOML → a module named there."""
    for number, requires in enumerate(module.requires):
        yield f"requires[{number}].module", requires.module
    for number, serves in enumerate(module.serves):
        yield from ((f"serves[{number}].modules", name) for name in serves.modules)
    for number, service in enumerate(module.obsolete_services):
        yield from ((f"obsolete_services[{number}].used_by", name) for name in service.used_by)


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomli.loads(text)
    except (ValueError, RecursionError) as error:  # besides what it declares: numbers too long, brackets too deep
        raise SpecError(diagnose("spec-not-toml", where=where, error=error)) from error


def _model(model: type[M], data: Mapping[str, Any], where: str) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise SpecError(*(_bad_value(where, ".".join(map(str, p["loc"])), p["msg"]) for p in problems)) from error


def _bad_value(where: str, key: str, error: str) -> Diagnostic:
    return diagnose("spec-bad-value", where=f"{where}, {key}", key=key, error=error)
