"""SaaS applications: deployed again where the version online is not the package's, or where its containers are gone.

PaaS's record alone is not enough: it still says "online" when docker has lost the container. A stopped one is started.
The pages are probed too: that shows that the ingress reaches something which answers, neither that a login works nor
that the application does. Pages depend on what serves them; where all of that is as expected, only a person can find
the cause, and the cluster differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from actions.saas import DeploySaas, StartApp
from probes.container import AppContainer, DockerFault
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Known, Unknown, fact_id, require_fact_type
from probes.http import PagesUnserved
from probes.mysql import LoginPath, SaasVariable
from probes.path import VersionText
from probes.saas import KEY, SaasNewer, SaasOnline, SaasValue
from probes.system import NamesOverridden
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Derived, Progressing, Repair
from reconciler.core.planner import Decision
from reconciler.rules import dependencies, env, module_extras, module_facts, newer
from reconciler.rules.database import backups
from reconciler.rules.module_facts import LOGIN_PATH
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.reason import inline, reason
from specs.release import AddedSaasVariable, SaasApp

FACTS = (SaasOnline, SaasNewer, SaasValue, AppContainer, PagesUnserved)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    behind = (expected for app in cluster.release.apps for expected in _serving(cluster, app))
    return (*_values(cluster), *behind, *module_extras.steady(cluster), *module_extras.pages(cluster))


def _values(cluster: Cluster) -> Iterator[AnyExpected]:
    """Of the variables that the release adds, whose value the vendor's script makes of what is known."""
    for saas in cluster.release.saas:
        for variable in saas.variables:
            hosts = cluster.inventory.on(variable.host)
            if variable.has_value and (hosts or not variable.host):
                fact = SaasValue(
                    host=cluster.controller,
                    login_path=LOGIN_PATH,
                    app=saas.code,
                    name=variable.name,
                    env=cluster.install("bin"),
                    made_of=_made_of(variable, hosts),
                )
                why = reason("saas-value-made", app=saas.code)
                yield fact.must_be(True, because=why, source="ce/saas_var.env; ce/tools.sh:207-229", module="paas")


def _serving(cluster: Cluster, app: SaasApp) -> Iterator[AnyExpected]:
    """Facts that its page depends on."""
    yield from module_extras.saas_deployed(cluster, app)
    yield from module_extras.saas_running(cluster, app)


def _made_of(variable: AddedSaasVariable, hosts: Sequence[str]) -> str:
    middle = hosts[0] if variable.host else f"${{{variable.key}}}" if variable.key else ""
    return f"{variable.before}{middle}{variable.after}"


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    if isinstance(fact, PagesUnserved):
        return _unserved(cluster, fact, drift, facts)
    if isinstance(fact, SaasValue):
        return _other_value(cluster, fact, drift, facts)
    if isinstance(fact, SaasNewer):
        return newer.deployment_refused(cluster, fact.app, drift)
    if isinstance(fact, AppContainer):
        app = cluster.release.app(fact.app)
        return _start(app, drift) if drift.reading != Absent() else _online(cluster, app, facts)
    return _online(cluster, cluster.release.app(require_fact_type(drift, SaasOnline).app), facts)


def _unserved(cluster: Cluster, fact: PagesUnserved, drift: AnyDrift, facts: FactReader) -> Decision:
    """One that has only just been deployed is registered a moment later, so it is given its time."""
    pages: tuple[str, ...] = drift.reading.value if isinstance(drift.reading, Known) else ()
    missing = tuple(expected for expected in _depends_on(cluster, pages) if not facts.holds(expected))
    if missing:
        return Derived(expected=drift.expected, depends_on=missing)
    where = f"{fact.host} {fact.env}"
    return Progressing(diagnostic=diagnose("saas-page-silent", where=where, pages=", ".join(pages)))


def _other_value(cluster: Cluster, fact: SaasValue, drift: AnyDrift, facts: FactReader) -> Decision:
    """The vendor's call writes all variables anew: where that is still to be done, or the env files are still to be set
    right, this one follows from it. Otherwise a person has set it, and only a person knows whether it was meant."""
    behind = (
        *(expected for saas in cluster.release.saas for expected in variables_present(cluster, saas.code)),
        *_made_of_variables(cluster, fact),
    )
    facts.read_all(expected.fact for expected in behind)
    missing = tuple(expected for expected in behind if not facts.holds(expected))
    if missing:
        return Derived(expected=drift.expected, depends_on=missing)
    return diagnose(
        "saas-value-differs",
        where=f"{fact.host} {fact.app} {fact.name}",
        fact=fact_id(fact),
        app=fact.app,
        name=fact.name,
        install=cluster.paths.install,
    )


def _made_of_variables(cluster: Cluster, fact: SaasValue) -> tuple[AnyExpected, ...]:
    """Of the env files, as far as the release says anything of them."""
    keys = KEY.findall(fact.made_of)
    return tuple(expected for expected in env.expect(cluster) if keys and getattr(expected.fact, "key", "") in keys)


def _depends_on(cluster: Cluster, pages: tuple[str, ...]) -> Iterator[AnyExpected]:
    """Facts that the missing pages depend on: the ingress, where it is unreachable; each SaaS."""
    unreachable = any(page.startswith("http:") for page in pages)
    for module in cluster.modules():
        if unreachable and module.templates:
            yield from module_facts.running(cluster, module)
    for app in cluster.release.apps:
        if unreachable or any(name.startswith(f"{module_extras.saas_page(app)} ") for name in pages):
            yield from _serving(cluster, app)


def _online(cluster: Cluster, app: SaasApp, facts: FactReader) -> Decision:
    """Deployed, where there is a package or one is to come: of nothing, nothing can be deployed."""
    refused = newer.redeployment_refused(cluster, app)
    if refused is not None:
        return refused
    _, packaged = module_extras.saas_facts(cluster, app)
    if facts.read(packaged) == Absent() and facts.holds(_of_this_release(cluster)):
        where = f"{cluster.controller} {cluster.src('official_saas')}"
        return diagnose("saas-package-missing", where=where, app=app.code, directory=cluster.src("official_saas"))
    return _deploy(cluster, app)


def _start(app: SaasApp, drift: AnyDrift) -> Repair:
    action = StartApp(host=drift.expected.fact.host, app=app.code)
    return Repair.of(drift, action, section=app.section)


def _deploy(cluster: Cluster, app: SaasApp) -> Repair:
    online, packaged = module_extras.saas_facts(cluster, app)
    action = DeploySaas(
        host=cluster.controller,
        install=cluster.paths.install,
        online=online,
        packaged=packaged,
        app=app.code,
        src=cluster.paths.src,
        login_path=LOGIN_PATH,
        before=tuple(_before(cluster, app)),
        running=tuple(module_extras.saas_running(cluster, app)),
    )
    return Repair(action=action, because=inline(app.because), source=app.source, section=app.section)


def _before(cluster: Cluster, app: SaasApp) -> Iterator[AnyExpected]:
    yield _of_this_release(cluster)
    yield module_extras.saas_newer(cluster, app).must_be_absent(
        because=reason("never-taken-back"), source="BKDocs 6.1, update.md: SaaS are updated by page", module="paas"
    )
    yield from variables_present(cluster, app.code)
    yield from backups(cluster)
    for required in app.requires:
        for expected in module_facts.readiness(cluster, cluster.release.module(required.module)):
            why = inline(required.because)
            yield replace(expected, because=why, source=required.source, module=required.module)


def _of_this_release(cluster: Cluster) -> AnyExpected:
    tree = VersionText(host=cluster.controller, path=cluster.src("VERSION"))
    return tree.must_be(cluster.release.version, because=reason("saas-from-package"), source="ce/tools.sh:161")


def variables_present(cluster: Cluster, code: str) -> Iterator[AnyExpected]:
    for saas in cluster.release.saas:
        for name in saas.names if saas.code == code else ():
            fact = SaasVariable(host=cluster.controller, login_path=LOGIN_PATH, app_code=code, name=name)
            why = reason("saas-reads-it", app=code)
            yield fact.must_be(True, because=why, source="guide 7.1; ce/saas_var.env", module="paas")


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """Pages: what serves them, from the name that they are asked by to the SaaS itself, then PaaS and what it uses. Of
    what PaaS's own records say: MySQL."""
    fact = drift.expected.fact
    match fact:
        case PagesUnserved():
            pages: tuple[str, ...] = drift.reading.value if isinstance(drift.reading, Known) else ()
            yield from dependencies.consul(cluster, fact.host)
            yield from dependencies.names(fact.host)
            yield from (expected.fact for expected in _depends_on(cluster, pages))
            yield from (DockerFault(host=host) for host in cluster.inventory.on("appo"))
            yield from _of_paas(cluster)
            yield NamesOverridden(host=fact.host)
        case SaasValue(app=app, name=name):
            yield SaasVariable(host=fact.host, login_path=fact.login_path, app_code=app, name=name)
            yield from (expected.fact for expected in _made_of_variables(cluster, fact))
            if isinstance(drift.reading, Unknown):
                yield LoginPath(host=fact.host, login_path=LOGIN_PATH)
                yield from dependencies.mysql(cluster, fact.host)
        case AppContainer():
            if isinstance(drift.reading, Unknown):
                yield DockerFault(host=fact.host)
        case _:
            if isinstance(drift.reading, Unknown):
                yield LoginPath(host=fact.host, login_path=LOGIN_PATH)
                yield from dependencies.mysql(cluster, fact.host)


def _of_paas(cluster: Cluster) -> Iterator[AnyFact]:
    for module in cluster.modules():
        if module.name == "paas":
            for host in cluster.hosts(module):
                yield from dependencies.runs(cluster, module, host)
                yield from dependencies.uses(cluster, module, host)
