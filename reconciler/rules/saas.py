"""SaaS applications: deployed again where what is online is not what the package holds, or where nothing of it is left.

PaaS's record alone says too little: it goes on saying "online" when docker has lost the container. One that only
stopped is started. Whether its page answers is asked, too, and told where it does not: that the entrance reaches
something which answers is all it shows, neither that a login works nor that the application does.
"""

from collections.abc import Iterator

from actions.saas import DeploySaas, StartApp
from probes.container import AppContainer
from probes.fact import Absent, AnyDrift, AnyExpected, Known, about
from probes.http import HttpServed
from probes.mysql import SaasVariable
from probes.path import VersionText
from probes.saas import SaasOnline
from reconciler.core.plan import Advice, Repair
from reconciler.core.planner import Mend
from reconciler.core.seen import Seen
from reconciler.rules import extra
from reconciler.rules import module as modules
from reconciler.rules.database import backups
from reconciler.rules.module import LOGIN
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.reason import coded, told
from specs.release import App

FACTS = (SaasOnline, AppContainer, HttpServed)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(wish for app in cluster.release.apps for wish in _wishes(cluster, app))


def _wishes(cluster: Cluster, app: App) -> Iterator[AnyExpected]:
    yield from extra.online(cluster, app)
    yield from extra.running(cluster, app)
    yield from extra.page(cluster, app)


def mend(cluster: Cluster, drift: AnyDrift, seen: Seen) -> Mend:
    fact = drift.expected.fact
    if isinstance(fact, HttpServed):
        return _silent(fact, drift)
    if isinstance(fact, AppContainer):
        app = cluster.release.app(fact.app)
        return _start(app, drift) if drift.reading != Absent() else _deploy(cluster, app)
    return _deploy(cluster, cluster.release.app(about(drift, SaasOnline).app))


def _silent(fact: HttpServed, drift: AnyDrift) -> Advice:
    """Told, not mended: the container's own facts are mended, and what else keeps a page away is in the SaaS's log."""
    status = drift.reading.value if isinstance(drift.reading, Known) else "-"
    return Advice(diagnostic=diagnose("saas-page-silent", where=fact.url, status=status))


def _start(app: App, drift: AnyDrift) -> Repair:
    action = StartApp(host=drift.expected.fact.host, app=app.code)
    return Repair(action=action, because=drift.expected.because, source=drift.expected.source, section=app.section)


def _deploy(cluster: Cluster, app: App) -> Repair:
    online, packaged = extra.saas_facts(cluster, app)
    action = DeploySaas(
        host=cluster.controller,
        install=cluster.paths.install,
        online=online,
        packaged=packaged,
        app=app.code,
        src=cluster.paths.src,
        login_path=LOGIN,
        before=tuple(_before(cluster, app)),
        running=tuple(extra.running(cluster, app)),
    )
    return Repair(action=action, because=told(app.because), source=app.source, section=app.section)


def _before(cluster: Cluster, app: App) -> Iterator[AnyExpected]:
    tree = VersionText(host=cluster.controller, path=cluster.src("VERSION"))
    yield tree.must_be(cluster.release.version, because=coded("saas-from-package"), source="ce/tools.sh:161")
    yield from _variables(cluster, app)
    yield from backups(cluster)
    for required in app.requires:
        for wish in modules.ready(cluster, cluster.release.module(required.module)):
            yield type(wish)(
                fact=wish.fact,
                reading=wish.reading,
                because=told(required.because),
                source=required.source,
                module=required.module,
            )


def _variables(cluster: Cluster, app: App) -> Iterator[AnyExpected]:
    for saas in cluster.release.saas:
        for name in saas.names if saas.code == app.code else ():
            fact = SaasVariable(host=cluster.controller, login_path=LOGIN, app_code=app.code, name=name)
            why = coded("saas-reads-it", app=app.code)
            yield fact.must_be(True, because=why, source="guide 7.1; ce/saas_var.env", module="paas")
