"""Ingress (nginx): consul-template's templates equal the controller's, the gateway's virtual host is rendered, JOB's
pages name JOB's new address. Guide 7.2, and what it omits: it never renders apigw.conf.
"""

from collections.abc import Iterator
from dataclasses import replace

from actions.nginx import ReleaseJobPages, RenderNginx
from probes.fact import AnyDrift, AnyExpected, AnyFact, Unknown, require_fact_type
from probes.kv import KeySet
from probes.path import FileDigest, PathKind
from probes.task import TaskPending
from probes.text import FileMentions
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import address, dependencies, module_facts
from reconciler.rules.entailed import of_module
from reconciler.rules.install import install, scripts_in_sync
from specs.cluster import Cluster
from specs.module import Module
from specs.reason import inline, reason

FACTS = (FileMentions, KeySet)
RECORD = "nginx-templates"
CONSUL_TEMPLATE = "/etc/consul-template"
OPENRESTY = "/usr/local/openresty/nginx/conf"
JOB_URL = "BK_JOB_API_PUBLIC_URL"


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(
        expected
        for module in cluster.modules()
        if module.templates
        for host in cluster.hosts(module)
        for expected in (*_ingress(cluster, module, host), *_pages(cluster, host))
    )


def _ingress(cluster: Cluster, module: Module, host: str) -> Iterator[AnyExpected]:
    yield from _templates(cluster, module, host)
    for key in module.keys:
        fact = KeySet(host=host, key=key)
        yield fact.must_be(True, because=reason("vhost-reads-key", key=key), source=VHOST, module=module.name)
    for name in module.virtual_hosts:
        why = reason("gateway-vhost") if name == "apigw" else reason("virtual-host-rendered", name=name)
        for path in _files_of(name):
            file = PathKind(host=host, path=path)
            yield file.must_be("file", because=why, source=VHOST, module=module.name)
    pending = TaskPending(host=host, task=RECORD)
    yield pending.must_be(False, because=reason("render-finished"), source=module.source, module=module.name)


def _files_of(virtual_host: str) -> tuple[str, str]:
    """Its entry for consul-template, and what that renders."""
    return f"{CONSUL_TEMPLATE}/conf.d/{virtual_host}.conf", f"{OPENRESTY}/conf.d/{virtual_host}.conf"


def is_rendered(path: str) -> bool:
    return path.startswith((f"{CONSUL_TEMPLATE}/conf.d/", f"{OPENRESTY}/conf.d/"))


def consul_templates(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for host in cluster.hosts(module):
        yield from _templates(cluster, module, host)


def _templates(cluster: Cluster, module: Module, host: str) -> Iterator[AnyExpected]:
    for name in module.templates:
        copy = FileDigest(host=host, path=f"{CONSUL_TEMPLATE}/templates/{name}")
        measure = FileDigest(host=cluster.controller, path=cluster.install("support-files/templates/nginx", name))
        yield copy.must_equal(measure, because=inline(module.because), source=module.source, module=module.name)


VHOST = "bin/install_consul_template.sh:77-139"


def _pages(cluster: Cluster, host: str) -> Iterator[AnyExpected]:
    if not any(module.name == "job" for module in cluster.modules()):
        return
    file, env = cluster.home("job/frontend/index.html"), cluster.env("04-final/global.env")
    fact = FileMentions(host=host, file=file, env=env, key=JOB_URL)
    yield fact.must_be(True, because=reason("pages-contain-address"), source="guide 7.2", module="job")


def job_start_pages(cluster: Cluster) -> tuple[AnyFact, ...]:
    """Facts that a new value of BK_JOB_API_PUBLIC_URL breaks."""
    module = next(m for m in cluster.release.modules if m.templates)
    return tuple(expected.fact for host in cluster.hosts(module) for expected in _pages(cluster, host))


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    module = cluster.release.module(drift.expected.module)
    if isinstance(drift.expected.fact, KeySet):
        return render(cluster, drift.expected.fact.host, drift) if module.templates else install(cluster, module, facts)
    return _release(cluster, require_fact_type(drift, FileMentions), drift)


def render(cluster: Cluster, host: str, drift: AnyDrift) -> Repair:
    """After the gateway runs: from then on the new paas.conf sends calls there."""
    module = next(m for m in cluster.release.modules if m.templates)
    effects = tuple(_ingress(cluster, module, host))
    action = RenderNginx(host=host, install=cluster.paths.install, effects=effects)
    needs = (*scripts_in_sync(cluster, (host,)), *address.merged(cluster))
    return Repair.of(drift, action, section="7.2", requires=needs, common=_required(cluster, module))


@of_module
def _required(cluster: Cluster, module: Module) -> tuple[AnyExpected, ...]:
    return tuple(
        replace(expected, because=inline(required.because), source=required.source, module=required.module)
        for required in module.requires
        for expected in module_facts.readiness(cluster, cluster.release.module(required.module))
    )


def _release(cluster: Cluster, fact: FileMentions, drift: AnyDrift) -> Repair:
    action = ReleaseJobPages(
        host=fact.host,
        install=cluster.paths.install,
        home=cluster.paths.home,
        src=cluster.paths.src,
        key=fact.key,
    )
    nginx = next(m for m in cluster.release.modules if m.templates)
    return Repair.of(
        drift,
        action,
        section="7.2",
        requires=(*scripts_in_sync(cluster, (fact.host,)), *_ingress(cluster, nginx, fact.host)),
    )


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> tuple[AnyFact, ...]:
    """A key that could not be asked for: consul's agent."""
    fact = drift.expected.fact
    not_answered = isinstance(fact, KeySet) and isinstance(drift.reading, Unknown)
    return dependencies.consul(cluster, fact.host) if not_answered else ()
