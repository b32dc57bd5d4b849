"""Results of preflight checks: which hold, which do not, and what is reported of those.

Pure, so that `apply` before its first write and `doctor` any day before say the same of the same readings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from probes.fact import AnyExpected, AnyReading, Known, Readings, Unknown, fact_id
from reconciler.core.diff import compare
from specs.diagnostic import Diagnostic, diagnose
from specs.disposition import disposition
from specs.reason import CodedReason


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    expected: AnyExpected
    reading: AnyReading
    diagnostic: Diagnostic | None
    """None: it holds."""

    @property
    def advice(self) -> bool:
        """Reported, and no reason to refuse a run."""
        because = self.expected.because
        return isinstance(because, CodedReason) and disposition(because.code) == "advice"


def check_results(checks: Iterable[AnyExpected], readings: Readings) -> tuple[CheckResult, ...]:
    return tuple(_result(check, readings) for check in checks)


def _result(check: AnyExpected, readings: Readings) -> CheckResult:
    drift = compare(check, readings)
    if drift is None:
        return CheckResult(expected=check, reading=readings[check.fact], diagnostic=None)
    return CheckResult(expected=check, reading=drift.reading, diagnostic=_diagnostic(check, drift.reading))


def _diagnostic(check: AnyExpected, reading: AnyReading) -> Diagnostic:
    """A check of the release has a diagnostic of its own, by its reason's code; any other is reported by its fact,
    without the host, which is `where`: the same finding on three hosts is one cause."""
    host, because, source = check.fact.host, check.because, check.source
    fact = fact_id(check.fact).removesuffix(f" @{host}").rstrip()
    code = because.code if isinstance(because, CodedReason) else ""
    if isinstance(reading, Unknown):
        unread = "preflight-advice-unread" if disposition(code) == "advice" else "preflight-unread"
        return diagnose(unread, where=host, because=reading.why, source=source, check=code, fact=fact)
    if isinstance(because, CodedReason) and code.startswith("preflight-"):
        fields = (*because.fields, ("reading", _text(reading)))
        return Diagnostic(code=code, where=host, fields=fields, source=source)
    return diagnose("preflight-failed", where=host, because=because, source=source, fact=fact, reading=_text(reading))


def _text(reading: AnyReading) -> str:
    if not isinstance(reading, Known):
        return "absent"
    value = reading.value
    items = cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (value,)
    return ", ".join(str(item) for item in items)[:300]
