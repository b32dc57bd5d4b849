"""MySQL: login paths and grants that a new product needs, tables that wait for its installer, rows the SaaS read."""

from collections.abc import Iterator

from actions.mysql import GrantUser, SetLoginPath
from actions.saas import AddSaasVariables
from probes.fact import Absent, AnyDrift, AnyExpected, AnyFact, Known, Unknown
from probes.mysql import (
    AppRegistered,
    LoginPath,
    MysqlUser,
    MysqlWritable,
    PendingSql,
    PrivilegesMissing,
    SaasVariable,
)
from probes.path import PathKind
from reconciler.core.causes import Findings
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import database as databases
from reconciler.rules import dependencies
from reconciler.rules.env import merged_variables
from reconciler.rules.install import database, install, scripts_in_sync
from reconciler.rules.module_facts import LOGIN_PATH
from specs.cluster import Cluster
from specs.diagnostic import diagnose
from specs.reason import reason

FACTS = (AppRegistered, LoginPath, MysqlUser, MysqlWritable, PendingSql, PrivilegesMissing, SaasVariable)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """The variables of the SaaS that 6.2 adds, the way in for each new product, and that the server takes writes. Guide
    7.1, 7.3."""
    ways_in = (expected for module in cluster.modules() for expected in database(cluster, module))
    return (*_saas(cluster), *_writable(cluster), *_privileges(cluster), *ways_in)


def _saas(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(
        SaasVariable(host=cluster.controller, login_path=LOGIN_PATH, app_code=saas.code, name=name).must_be(
            True, because=reason("saas-reads-it", app=saas.code), source="guide 7.1; ce/saas_var.env", module="paas"
        )
        for saas in cluster.release.saas
        for name in saas.names
    )


def _writable(cluster: Cluster) -> Iterator[AnyExpected]:
    """Of the server in install.config alone: what another one is there for, its owner knows."""
    if any(module.name == "mysql" for module in cluster.base_services()):
        fact = MysqlWritable(host=cluster.controller, login_path=LOGIN_PATH)
        source = "MySQL 5.7, server system variables, read_only"
        yield fact.must_be(True, because=reason("takes-writes"), source=source, module="mysql")


def _privileges(cluster: Cluster) -> Iterator[AnyExpected]:
    """On the server in install.config alone, as above: it is the vendor's scripts that granted there."""
    why, source = reason("works-on-its-tables"), "bin/grant_mysql_priv.sh:109; ce/initdata.sh:9-58"
    for server in cluster.base_services():
        for product in (*cluster.modules(), *cluster.base_services()):
            for fact in dependencies.privileges(cluster, server, product.name):
                yield fact.must_be((), because=why, source=source, module=product.name)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    match fact:
        case LoginPath():
            return _login(cluster, fact, drift)
        case MysqlUser():
            return _grant(cluster, fact, drift)
        case SaasVariable():
            return _variables(cluster, drift)
        case MysqlWritable():
            return diagnose("mysql-read-only", where=fact.host, login_path=fact.login_path)
        case PrivilegesMissing():
            accounts = ", ".join(drift.reading.value) if isinstance(drift.reading, Known) else "-"
            return diagnose("mysql-privileges-missing", where=fact.host, accounts=accounts)
        case _:
            return install(cluster, cluster.release.module(drift.expected.module), facts)


def _login(cluster: Cluster, fact: LoginPath, drift: AnyDrift) -> Decision:
    if drift.reading not in (Absent(), Known("denied")):
        return diagnose("login-path-broken", where=f"{fact.host} {fact.login_path}", login_path=fact.login_path)
    server = databases.mysql(cluster)
    if not server:
        return diagnose("mysql-nowhere", where=fact.host, host=fact.host, login_path=fact.login_path)
    action = SetLoginPath(host=fact.host, install=cluster.paths.install, login_path=fact.login_path, server=server)
    return Repair.of(drift, action, section=_section(cluster, drift))


def _grant(cluster: Cluster, fact: MysqlUser, drift: AnyDrift) -> Decision:
    product = next(m.database for m in cluster.release.modules if m.database and m.database.user == fact.user)
    server = databases.mysql(cluster)
    if server not in cluster.inventory.everyone:
        return diagnose(
            "grant-elsewhere",
            where=server or "?",
            user=fact.user,
            key=product.password_key,
            merged=cluster.env(f"04-final/{product.env}"),
            declared=cluster.env(f"03-userdef/{product.env}"),
            hosts=", ".join(fact.hosts),
        )
    action = GrantUser(
        host=server,
        install=cluster.paths.install,
        login_path=fact.login_path,
        user=fact.user,
        env=product.env,
        key=product.password_key,
        hosts=fact.hosts,
        verified_on=fact.host,
    )
    final = PathKind(host=cluster.controller, path=cluster.env(f"04-final/{product.env}"))
    made = final.must_be("file", because=reason("password-known"), source="guide 6.5")
    return Repair.of(
        drift, action, section=_section(cluster, drift), requires=(made, *scripts_in_sync(cluster, (server,)))
    )


def _variables(cluster: Cluster, drift: AnyDrift) -> Repair:
    names = tuple((saas.code, name) for saas in cluster.release.saas for name in saas.names)
    action = AddSaasVariables(
        host=cluster.controller, install=cluster.paths.install, login_path=LOGIN_PATH, names=names
    )
    finals = tuple(
        PathKind(host=cluster.controller, path=cluster.env(f"04-final/{name}.env")).must_be(
            "file", because=reason("saas-values-merged"), source="ce/saas_var.env"
        )
        for name in cluster.release.generated
    )
    return Repair.of(
        drift, action, section="7.1", requires=(*finals, *(expected for _, expected in merged_variables(cluster)))
    )


def _section(cluster: Cluster, drift: AnyDrift) -> str:
    return cluster.release.module(drift.expected.module).section


def rests_on(cluster: Cluster, drift: AnyDrift, findings: Findings) -> Iterator[AnyFact]:
    """What could not be asked: the login path by which it is, then the server."""
    fact = drift.expected.fact
    if isinstance(drift.reading, Unknown) and not isinstance(fact, PendingSql):
        login_path = getattr(fact, "login_path", "")
        if not isinstance(fact, LoginPath):
            yield LoginPath(host=fact.host, login_path=login_path)
        yield from dependencies.mysql(cluster, fact.host)
