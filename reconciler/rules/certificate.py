"""Certificates: those of a module are where its installer puts them, none of the platform's has ended or is damaged,
and that of the ingress is for the names that it serves.

Nothing is made again here: etcd's are signed by a key that is made once, and a new one would not be trusted by what
runs with the old. Which end soon, `bkrec doctor` says as advice (`rules/preflight.py`).
"""

from collections.abc import Iterator

from probes.certificate import CertificatesDamaged, CertificatesEnding, ServerNamesMissing
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known, require_fact_type
from probes.path import PathKind
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Advice, Derived
from reconciler.core.planner import Decision
from reconciler.rules import module_facts
from reconciler.rules.entailed import of_cluster
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.module import Module
from specs.reason import inline, reason

FACTS = (CertificatesEnding, CertificatesDamaged, ServerNamesMissing)
ADVISED = (ServerNamesMissing,)
VIRTUAL_HOSTS = "/usr/local/openresty/nginx/conf/conf.d"
"""Rendered by consul-template (bin/install_consul_template.sh:92-144)."""
PLATFORM = "cert"
"""Below /data/bkce, on every host: where `install cert` copies the licence's and GSE's (ce/install.sh:478)."""


@of_cluster
def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(_expect(cluster))


def _expect(cluster: Cluster) -> Iterator[AnyExpected]:
    for host in cluster.inventory.everyone:
        yield _none_ended(cluster, host, PLATFORM)
        yield _none_damaged(cluster, host, PLATFORM)
    for host in cluster.inventory.on("nginx"):
        names = ServerNamesMissing(
            host=host, certificate=cluster.home(PLATFORM, "bk_domain.crt"), virtual_hosts=VIRTUAL_HOSTS
        )
        source = "support-files/templates/nginx/bk.ssl:1"
        yield names.must_be((), because=reason("certificate-for-its-names"), source=source, module="nginx")
    for module in cluster.modules():
        if module.certificates is not None:
            for host in dict.fromkeys((cluster.controller, *cluster.hosts(module))):
                yield _none_ended(cluster, host, module.certificates.directory, module.name)
                yield _none_damaged(cluster, host, module.certificates.directory, module.name)
                for name in module.certificates.files:
                    fact = PathKind(host=host, path=cluster.home(module.certificates.directory, name))
                    why, source = inline(module.certificates.because), module.certificates.source
                    yield fact.must_be("file", because=why, source=source, module=module.name)


def _none_ended(cluster: Cluster, host: str, directory: str, module: str = "") -> AnyExpected:
    fact = CertificatesEnding(host=host, directory=cluster.home(directory), days=0)
    return fact.must_be((), because=reason("certificate-valid"), source="openssl-x509(1), -checkend", module=module)


def _none_damaged(cluster: Cluster, host: str, directory: str, module: str = "") -> AnyExpected:
    fact = CertificatesDamaged(host=host, directory=cluster.home(directory))
    return fact.must_be((), because=reason("certificate-readable"), source="openssl-x509(1)", module=module)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    names = "; ".join(drift.reading.value) if isinstance(drift.reading, Known) else ""
    if isinstance(fact, ServerNamesMissing):
        path = fact.certificate
        # many clusters are reached by http alone, or through a proxy that has the names' own certificate
        where = f"{fact.host} {path}"
        return Advice(diagnostic=diagnose("certificate-for-other-names", where=where, path=path, names=names))
    if isinstance(fact, CertificatesDamaged):
        directory = fact.directory
        return diagnose("certificate-damaged", where=f"{fact.host} {directory}", directory=directory, names=names)
    fact = require_fact_type(drift, CertificatesEnding)
    return diagnose("certificate-ended", where=f"{fact.host} {fact.directory}", names=names)


def owner(cluster: Cluster, path: str) -> Module | None:
    """The module whose certificate this file is."""
    return next(
        (m for m in cluster.modules() if m.certificates and path in _paths(cluster, m)),
        None,
    )


def _paths(cluster: Cluster, module: Module) -> tuple[str, ...]:
    certificates = module.certificates
    return () if certificates is None else tuple(cluster.home(certificates.directory, n) for n in certificates.files)


def missing(cluster: Cluster, module: Module, drift: AnyDrift, facts: FactReader) -> Decision:
    """Made by the installation; of one that runs already, a loss."""
    running = module_facts.running(cluster, module)
    if not facts.all_match(running):
        return Derived(expected=drift.expected, depends_on=running)
    fact = require_fact_type(drift, PathKind)
    others = [host for host in dict.fromkeys((cluster.controller, *cluster.hosts(module))) if host != fact.host]
    return diagnose(
        "certificate-missing", where=f"{fact.host} {fact.path}", path=fact.path, hosts=", ".join(others) or "-"
    )


def files_of(cluster: Cluster, module: Module, host: str) -> tuple[AnyFact, ...]:
    """The facts about its certificates on that host, which its units do not start without."""
    expected = (e for e in expect(cluster) if e.module == module.name and e.fact.host == host)
    return tuple(e.fact for e in expected) if module.certificates is not None else ()
