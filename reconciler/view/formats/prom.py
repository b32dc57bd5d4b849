"""Prometheus' text format, for node_exporter's textfile collector: `check --report prom=/var/lib/…/bkrec.prom`.

Names follow Prometheus' conventions (base units, `_timestamp_seconds`, no `_total` on a gauge). Labels are bounded:
cluster, verdict, severity, and of findings their module and host; never a fact, a value or a text of a host. A file is
replaced by a rename (`engine/local_files.py`), so that the collector never reads half of one.

A check that did not get as far as a verdict has its file too, with the verdict unknown: else the last good one would
stay there and alert nobody. What an alert is best made of: the time of the last success, and the verdict.

Source: Prometheus, Exposition formats (text format 0.0.4), Metric and label naming; node_exporter, textfile collector.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from reconciler.core.diff import findings
from reconciler.core.verdict import Verdict
from reconciler.view.formats import Form, Format
from reconciler.view.messages.registry import diagnostic_text, fill
from reconciler.view.render import RenderOptions, sanitized
from reconciler.view.reports import ChecksReport, ClusterReport, ErrorReport, ReportKind

Sample = tuple[Mapping[str, str], int]


def form(kind: ReportKind) -> Form | None:
    match kind:
        case "check" | "diff":
            return _compared
        case "checks":
            return _several
        case "error":
            return _error
        case (
            "ack" | "apply" | "doctor" | "explain" | "history" | "init" | "lock" | "pause" | "plan" | "probe"
            | "rehearse" | "report" | "runbook" | "schema" | "seal" | "status" | "trust" | "undo"
        ):  # fmt: skip
            return None


def _compared(report: ClusterReport, _: RenderOptions) -> str:
    cluster, difference = {"cluster": report.name}, report.difference
    states = {
        "matching": difference.matching,
        "drift": len(difference.drift),
        "unknown": len(difference.unknown),
    }
    grouped = Counter(
        (severity, drift.expected.module, drift.expected.fact.host) for severity, drift in findings(difference)
    )
    samples = (
        ({**cluster, "severity": severity, "module": module, "host": host}, number)
        for (severity, module, host), number in sorted(grouped.items())
    )
    flapping = sum(record.flapping for record in report.history.values())
    return "".join(
        (
            *_verdict(report.name, report.verdict),
            _metric("bkrec_check_release_info", "Release that the cluster is compared with.", _release(report)),
            _metric(
                "bkrec_check_facts",
                "Expected facts by their state: matching, drift (latent included), unknown.",
                (({**cluster, "state": state}, number) for state, number in states.items()),
            ),
            _metric(
                "bkrec_check_findings",
                "Findings by severity (drift, latent, unknown, advice, waived), module and host.",
                samples,
            ),
            _metric(
                "bkrec_check_consequences",
                "Findings that follow from another finding, or from another host that could not be read.",
                ((cluster, difference.consequences),),
            ),
            _metric("bkrec_check_flapping_findings", "Findings that come and go.", ((cluster, flapping),)),
            *_times(report.name, report.checked_at, report.last_success),
        )
    )


def _several(report: ChecksReport, page: RenderOptions) -> str:
    """Samples of one metric stand together, below one HELP and one TYPE."""
    metrics: dict[str, list[str]] = {}
    for item in report.reports:
        head = ""
        for line in (_error(item, page) if isinstance(item, ErrorReport) else _compared(item, page)).splitlines():
            head = line if line.startswith("# HELP ") else head
            if line.startswith(("# HELP ", "# TYPE ")):
                metrics.setdefault(head, [])
                metrics[head] += [line] if line not in metrics[head] else []
            elif not line.startswith("#"):
                metrics[head].append(line)
    return "".join(f"{line}\n" for lines in metrics.values() for line in lines)


def _release(report: ClusterReport) -> Iterable[Sample]:
    return (({"cluster": report.name, "release": report.release}, 1),)


def _error(report: ErrorReport, _: RenderOptions) -> str:
    """The codes of what went wrong are no label: they are in the log of whatever runs the check."""
    metrics = (*_verdict(report.cluster, "unknown"), *_times(report.cluster, report.checked_at, report.last_success))
    return "".join((*_comments(report), *metrics))


def _comments(report: ErrorReport) -> Iterator[str]:
    for diagnostic in report.diagnostics:
        what = fill(diagnostic_text(diagnostic).what, diagnostic.fields, "en")
        yield f"# {sanitized(f'{diagnostic.code}: {what}')}\n"


def _verdict(cluster: str, verdict: Verdict) -> Iterator[str]:
    labels = {"cluster": cluster} if cluster else {}
    yield _metric(
        "bkrec_check_verdict",
        "Verdict of the last check: 1 for the one that holds, 0 for the others.",
        (({**labels, "verdict": word}, int(word == verdict)) for word in get_args(Verdict)),
    )


def _times(cluster: str, checked_at: int, last_success: int) -> Iterator[str]:
    labels = {"cluster": cluster} if cluster else {}
    if checked_at:
        yield _metric("bkrec_check_last_run_timestamp_seconds", "When the last check ended.", ((labels, checked_at),))
    if last_success:
        yield _metric(
            "bkrec_check_last_success_timestamp_seconds",
            "When a check could read everything last, whatever it found.",
            ((labels, last_success),),
        )


def _metric(name: str, text: str, samples: Iterable[Sample]) -> str:
    lines = (f"{name}{_labels(labels)} {value:.0f}\n" for labels, value in samples)
    return f"# HELP {name} {text}\n# TYPE {name} gauge\n" + "".join(lines)


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return sanitized(value).replace("\\", "\\\\").replace('"', '\\"')


FORMAT = Format(form=form)
