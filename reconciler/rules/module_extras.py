"""Expected facts of some modules besides the common ones, from their data; no repairs.

Each is repaired by the rule of its own family.
"""

from collections.abc import Iterator

from actions.task import done_of
from probes.container import AppContainer, UnsteadyContainers
from probes.fact import AnyExpected
from probes.http import PagesUnserved
from probes.path import FileDigest
from probes.saas import SaasNewer, SaasOnline, SaasPackaged
from probes.task import TaskDone, TaskRecorded
from probes.yaml import YamlValue
from reconciler.rules.module_facts import LOGIN_PATH, stay_up
from specs.cluster import Cluster
from specs.module import Module, PostUpgradeTask
from specs.reason import inline, reason
from specs.release import SaasApp


def flags(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """In the controller's template: the upgrade renders it anew, so a setting made on a host would not last."""
    for flag in module.yaml_settings:
        fact = YamlValue(host=cluster.controller, file=cluster.src(flag.template), path=flag.path)
        yield fact.must_be(flag.value, because=inline(flag.because), source=flag.source, module=module.name)


def programs(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for name in module.programs:
        measure = FileDigest(host=cluster.controller, path=cluster.install("bin", name))
        for host in cluster.inventory.hosts:
            fact = FileDigest(host=host, path=f"/usr/local/bin/{name}")
            why = reason("program-everywhere", name=name)
            yield fact.must_equal(measure, because=why, source=module.source, module=module.name)


def host_of(cluster: Cluster, task: PostUpgradeTask) -> str:
    return next(iter(cluster.inventory.on(task.on)), cluster.controller) if task.on else cluster.controller


def task_recorded(cluster: Cluster, module: Module, task: PostUpgradeTask) -> TaskRecorded:
    return TaskRecorded(
        host=host_of(cluster, task),
        task=task.name,
        release=cluster.release.version,
        file=cluster.home(task.version_file) if task.version_file else "",
        version=cluster.version(module.name, module.version) if task.version_file else "",
    )


def task_done(cluster: Cluster, module: Module, task: PostUpgradeTask) -> TaskDone:
    return done_of(task_recorded(cluster, module, task))


def tasks_recorded(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    for task in module.tasks:
        if not task.before_upgrade:
            yield task_recorded(cluster, module, task).must_be(
                True, because=reason("recorded-before"), source=task.source, module=module.name
            )


def tasks_before_upgrade(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    """Required by the upgrade, and not by what else is prepared for it: they are its last preparation themselves."""
    for task in module.tasks:
        if task.before_upgrade:
            yield _done(cluster, module, task)


def tasks_done(cluster: Cluster, module: Module) -> Iterator[AnyExpected]:
    yield from (_done(cluster, module, task) for task in module.tasks)


def _done(cluster: Cluster, module: Module, task: PostUpgradeTask) -> AnyExpected:
    return task_done(cluster, module, task).must_be(
        True, because=inline(task.because), source=task.source, module=module.name
    )


def saas_deployed(cluster: Cluster, app: SaasApp) -> Iterator[AnyExpected]:
    """Nowhere to deploy to without an appo host."""
    if cluster.inventory.on("appo"):
        fact, packaged = saas_facts(cluster, app)
        why, version = inline(app.because), cluster.version(app.code, "")
        if version:
            yield fact.must_be(version, because=why, source=app.source, module="paas")
        else:
            yield fact.must_equal(packaged, because=why, source=app.source, module="paas")


def saas_newer(cluster: Cluster, app: SaasApp) -> SaasNewer:
    return SaasNewer(
        host=cluster.controller,
        login_path=LOGIN_PATH,
        app=app.code,
        src=cluster.paths.src,
        release=cluster.release.version,
        default=app.version,
    )


def saas_running(cluster: Cluster, app: SaasApp) -> Iterator[AnyExpected]:
    """PaaS's record outlives the container. With several appo hosts it is unknown which of them has to run it."""
    hosts = cluster.inventory.on("appo")
    if len(hosts) == 1:
        fact = AppContainer(host=hosts[0], app=app.code)
        yield fact.must_be("running", because=reason("saas-runs"), source=HOSTS_SOURCE, module="paas")


def steady(cluster: Cluster) -> Iterator[AnyExpected]:
    """The containers of all SaaS stay up, where it is known on which host they have to be."""
    hosts = cluster.inventory.on("appo")
    if len(hosts) == 1 and cluster.release.apps:
        apps = tuple(app.code for app in cluster.release.apps)
        yield stay_up(UnsteadyContainers(host=hosts[0], containers=(), apps=apps), "paas")


def pages(cluster: Cluster) -> Iterator[AnyExpected]:
    """The pages that users of the SaaS get, requested from the controller at the address that every product uses.

    One fact for all of them: an ingress that is down is reported once.
    """
    if cluster.release.apps and cluster.inventory.on("appo") and cluster.inventory.on("nginx"):
        pages = tuple(saas_page(app) for app in cluster.release.apps)
        fact = PagesUnserved(host=cluster.controller, env=cluster.env("04-final/paas.env"), pages=pages)
        source = "support-files/templates/nginx/paas.conf:433"
        yield fact.must_be((), because=reason("saas-page-answers"), source=source, module="paas")


def saas_page(app: SaasApp) -> str:
    return f"/o/{app.code}/"


HOSTS_SOURCE = "bin/single_host_low_memory_config.sh:30"


def saas_facts(cluster: Cluster, app: SaasApp) -> tuple[SaasOnline, SaasPackaged]:
    packaged = SaasPackaged(
        host=cluster.controller,
        login_path=LOGIN_PATH,
        app=app.code,
        src=cluster.paths.src,
        release=cluster.release.version,
        default=app.version,
    )
    return SaasOnline(host=cluster.controller, login_path=LOGIN_PATH, app=app.code), packaged
