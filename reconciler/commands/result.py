"""What a use case returns: what it found, what went wrong beside it, and the exit code."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from reconciler.core.verdict import ExitCode
from specs.diagnostic import Diagnostic

if TYPE_CHECKING:
    from reconciler.view.reports import Report

R_co = TypeVar("R_co", bound="Report", covariant=True)

Answer = Literal["yes", "no", "not-asked"]
"""To a question of a use case. not-asked: there is no terminal, and no --yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Generic[R_co]):
    document: R_co
    """The report, whole: each format of `view/formats/` takes from it what it shows."""
    warnings: tuple[Diagnostic, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    """Errors: why it ended with this exit code, beside what the document says."""
    exit_code: int = ExitCode.OK
