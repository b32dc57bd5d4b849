"""Release data installed with bkrec, read as text: parsing them is `specs/parse.py`'s."""

from importlib import resources
from importlib.resources.abc import Traversable

from specs import parse
from specs.diagnostic import SpecError, diagnose
from specs.release import Release


def load_release(version: str) -> Release:
    """Raises SpecError for a version that this bkrec does not bring."""
    root = resources.files("specs") / "releases" / f"bkce-{version}"
    if not root.is_dir():
        raise SpecError(diagnose("release-unknown", where="cluster.toml, release", release=version, known=known()))
    return parse.release(dict(_texts(root, "")))


def known() -> str:
    root = resources.files("specs") / "releases"
    return ", ".join(sorted(entry.name.removeprefix("bkce-") for entry in root.iterdir() if entry.is_dir()))


def _texts(root: Traversable, prefix: str) -> list[tuple[str, str]]:
    texts: list[tuple[str, str]] = []
    for entry in sorted(root.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            texts += _texts(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".toml"):
            texts.append((prefix + entry.name, entry.read_text(encoding="utf-8")))
    return texts
