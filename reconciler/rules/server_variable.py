"""Servers of the site's own, for the variables that 6.2 adds: the server that the cluster uses already.

Where install.config has no MySQL (Redis, RabbitMQ, Elasticsearch), variables of 6.1 name the site's own. 6.2 reads some
new ones, for bkauth, the gateway, JOB, and the monitor's alerts; the vendor's defaults are consul's names, which lead
nowhere there, and the guide copies passwords alone. A merge reads 03-userdef of the module itself only, so bkauth does
not know either what is written there about PaaS's database. So each is what its forerunner is, copied on the host. What
a person wrote into 03-userdef counts, whatever it is; and once its product is installed it stays.
(ce/bin/default/bkauth.env:12, bkapigw.env:19, job.env; bin/merge_env.sh)
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from probes.env import EnvPresent
from probes.fact import Absent, AnyFact, Known, Readings, matches
from reconciler.rules.module_facts import install_evidence
from specs.cluster import Cluster
from specs.module import Module
from specs.release import ServerVariable, Variable
from specs.text import LocalizedText

WHY = LocalizedText(
    en="the site has a server of its own, and this key is new in 6.2: its default leads nowhere here",
    zh="该站点使用自己的服务器，而此变量为 6.2 新增：其默认值在本集群无法访问",
)
SOURCE = "ce/bin/default/*.env; bin/merge_env.sh"


def facts_of(cluster: Cluster) -> tuple[AnyFact, ...]:
    return tuple(dict.fromkeys(_facts(cluster)))


def _facts(cluster: Cluster) -> Iterator[AnyFact]:
    for variable, module in _own(cluster):
        yield from (expected.fact for expected in install_evidence(cluster, module))
        yield from _written(cluster, variable)


def _own(cluster: Cluster) -> Iterator[tuple[ServerVariable, Module]]:
    """Those whose server BlueKing did not set up."""
    modules = {module.name: module for module in cluster.modules()}
    for variable in cluster.release.server_variables:
        if variable.module in modules and not cluster.inventory.on(variable.server):
            yield variable, modules[variable.module]


def _written(cluster: Cluster, variable: ServerVariable) -> tuple[EnvPresent, ...]:
    """By a person: in the module's own file or in the one that is read before each."""
    files = (f"03-userdef/{variable.env}.env", "03-userdef/global.env")
    return tuple(EnvPresent(host=cluster.controller, file=cluster.env(file), key=variable.key) for file in files)


def with_servers(cluster: Cluster, readings: Readings) -> Cluster:
    """The cluster whose variables name them; unchanged where BlueKing's own servers are used, where the product is
    there already, or where one of these is Unknown."""
    missing = tuple(
        variable
        for variable, module in _own(cluster)
        if all(readings.get(fact) == Absent() for fact in _written(cluster, variable))
        and _is_to_come(cluster, module, readings)
    )
    return _with(cluster, missing) if missing else cluster


def _is_to_come(cluster: Cluster, module: Module, readings: Readings) -> bool:
    evidence = install_evidence(cluster, module)
    read = all(isinstance(readings.get(expected.fact), Known | Absent) for expected in evidence)
    return read and not all(matches(expected, readings) for expected in evidence)


@lru_cache(maxsize=8)
def _with(cluster: Cluster, missing: tuple[ServerVariable, ...]) -> Cluster:
    """One object for the same answers: results derived from it are cached beside it."""
    variables = (*cluster.release.variables, *(_copy(variable) for variable in missing))
    release = cluster.release.model_copy(update={"variables": variables})
    return replace(cluster, release=release, as_published=cluster.data)


def _copy(variable: ServerVariable) -> Variable:
    """Without `final`: a merge writes it only where the default file has the key, which not every package has."""
    return Variable(
        file=f"03-userdef/{variable.env}.env",
        key=variable.key,
        kind="copy",
        sources=(f"04-final/{variable.follows.replace(':', '.env:')}",),
        section="6.3",
        because=WHY,
        source=SOURCE,
    )
