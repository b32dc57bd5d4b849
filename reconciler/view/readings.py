"""Readings → the document of `probe`."""

from collections.abc import Iterable, Mapping

from probes.fact import AnyFact, AnyReading, Readings, fact_id, kind_of
from reconciler.view import describe
from reconciler.view.readdocs import FactDoc, ProbeDoc
from reconciler.view.to_documents import problem, reading
from specs.diagnostic import Diagnostic


def probe_document(
    release: str, readings: Readings, modules: Mapping[AnyFact, str], warnings: Iterable[Diagnostic] = ()
) -> ProbeDoc:
    return ProbeDoc(
        release=release,
        facts=[_fact(fact, read, modules.get(fact, "")) for fact, read in readings.items()],
        warnings=[problem(warning) for warning in warnings],
    )


def _fact(fact: AnyFact, read: AnyReading, module: str) -> FactDoc:
    return FactDoc(
        fact=fact_id(fact),
        kind=kind_of(fact),
        host=fact.host,
        module=module,
        en=describe.fact(fact, "en"),
        zh=describe.fact(fact, "zh"),
        reading=reading(read),
    )
