"""The releases that came with the package, read as text: parsing them is `specs/parse.py`'s."""

from importlib import resources
from importlib.resources.abc import Traversable

from specs import parse
from specs.diagnostic import SpecError, diagnose
from specs.release import Release


def release(version: str) -> Release:
    """Raises SpecError for a version that this bkrec does not bring."""
    root = resources.files("specs") / "releases" / f"bkce-{version}"
    if not root.is_dir():
        raise SpecError(diagnose("release-unknown", where="cluster.toml, release", release=version, known=known()))
    return parse.release(dict(_texts(root, "")))


def known() -> str:
    root = resources.files("specs") / "releases"
    return ", ".join(sorted(each.name.removeprefix("bkce-") for each in root.iterdir() if each.is_dir()))


def _texts(root: Traversable, below: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for each in sorted(root.iterdir(), key=lambda entry: entry.name):
        if each.is_dir():
            found += _texts(each, f"{below}{each.name}/")
        elif each.name.endswith(".toml"):
            found.append((below + each.name, each.read_text(encoding="utf-8")))
    return found
