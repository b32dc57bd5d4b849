"""Diagnostic: the one form in which a problem is reported: a lasting kebab-case code, what, where, why, what next.

A diagnostic carries a code and fields; its text, English and 简体中文, lives in `reconciler/view/messages/`, one entry
per code, and a test holds the two together. What a code means for a run is `specs/disposition.py`. `where` is the place
to look (`file:line`, `host path`); `source` is where our claim comes from (guide section, `script:line`), if any.

Field values may come from a host or from a person. However a diagnostic is made, it holds no control sequence and no
secret: both are removed here, because whoever words, stores or sends one has no reason to check again.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from specs.disposition import Disposition, disposition
from specs.reason import Reason
from specs.redact import clean, safe, safe_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    code: str
    where: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    because: Reason | None = field(default=None)
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", safe(self.where))
        object.__setattr__(self, "fields", tuple((name, _field(name, value)) for name, value in self.fields))
        object.__setattr__(self, "source", clean(self.source))

    @property
    def disposition(self) -> Disposition:
        """What it means for the run that meets it; by its code alone."""
        return disposition(self.code)


def _field(name: str, value: str) -> str:
    """On one line, but for `lines`, which are ours and there to be pasted."""
    return safe_lines(value) if name == "lines" else safe(value)


def diagnose(
    code: str, *, where: str = "", because: Reason | None = None, source: str = "", **fields: object
) -> Diagnostic:
    """`diagnose("package-md5", where="10.0.0.1 /data/x.tgz", expected=…, found=…)`."""
    texts = tuple((name, str(value)) for name, value in fields.items())
    return Diagnostic(code=code, where=where, fields=texts, because=because, source=source)


class BkrecError(Exception):
    """Cannot go on. Carries every diagnostic found, not the first."""

    ends_as: ClassVar[Literal["unknown", "refused", "failed", "bad-input", "usage"]] = "unknown"
    """What a command that it ends comes to; `reconciler/core/verdict.py` has the exit codes."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(f"{d.code} {d.where}" for d in diagnostics))
        self.diagnostics = diagnostics


class LayoutError(BkrecError):
    """A cluster whose hosts cannot hold the release, however its files are written. Nothing was changed."""

    ends_as = "refused"


class SpecError(BkrecError):
    """A file of people's text (cluster.toml, release TOML, install.config) that cannot be used."""

    ends_as = "bad-input"
