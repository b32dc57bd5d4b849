"""Classes of drift on a finished cluster: each a plain command of a shell, with instances that a seed draws.

A class says which finding it has to make and how it is undone. Everything else that a check finds has to follow from
one of those (`cause` in its JSON), or the class names it: nothing is taken for a consequence by a rule of thumb, as
`drifts.py` has to.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from probes.fact import Absent, AnyExpected, AnyFact, fact_id, kind_of
from probes.mysql import LoginPath, ProductVersion
from tests.lab.machine.place import HOSTS
from tests.lab.support.drifts import REPLIES, UNWELL

SHORT = {address: short for short, address in HOSTS.items()}
PAGES = "http.unserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    host: str
    """Its short name: "h3"."""
    finding: str
    """By its id, or what the id begins with."""
    spoil: str
    undo: str
    also: tuple[str, ...] = ()
    """What else differs by the same command: other findings of equal rank, by what their ids begin with."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What instances are drawn from: the facts that are expected, and files that lie on the hosts."""

    random: Random
    expected: Sequence[AnyExpected]
    files: Callable[[str, str], Sequence[str]]
    """Paths on a host that `find` prints for these arguments."""

    def fact(
        self, kind: str, *, absent: bool = False, where: Callable[[AnyExpected], bool] = lambda _: True
    ) -> AnyFact:
        found = [
            e.fact for e in self.expected if kind_of(e.fact) == kind and (e.reading == Absent()) is absent and where(e)
        ]
        return self.random.choice(found)

    def file(self, host: str, arguments: str) -> str:
        return self.random.choice(sorted(self.files(host, arguments)))


Make = Callable[[Draw], Drift]
CLASSES: dict[str, Make] = {}


@dataclass(frozen=True, slots=True)
class _Registered:
    name: str
    alone: bool = field(default=False)

    def __call__(self, make: Make) -> Make:
        CLASSES[self.name] = make
        if self.alone:
            ALONE.add(self.name)
        return make


ALONE: set[str] = set()
"""Classes that take much with them: in a round of their own, so that they hide nothing."""


def kept(path: str, change: str) -> tuple[str, str]:
    """A change to a file or directory, and the way back with its owner, mode and times."""
    copy = f"/root/bklab-kept{path}"
    spoil = f"mkdir -p {copy.rpartition('/')[0]}; rm -rf {copy}; cp -a {path} {copy}; {change}"
    return spoil, f"rm -rf {path}; mv {copy} {path}"


def value(fact: AnyFact, name: str) -> str:
    return str(getattr(fact, name))


def of_fact(fact: AnyFact, spoil: str, undo: str, *also: str) -> Drift:
    return Drift(host=SHORT[fact.host], finding=fact_id(fact), spoil=spoil, undo=undo, also=also)


def in_file(fact: AnyFact, path: str, change: str, *also: str) -> Drift:
    spoil, undo = kept(path, change)
    return of_fact(fact, spoil, undo, *also)


# units

BASE = ("redis", "mongodb", "rabbitmq", "zk", "kafka", "es7", "influxdb", "beanstalk", "license", "ssm", "paasagent")


def _is_base(expected: AnyExpected) -> bool:
    return expected.module in BASE


def _is_product(expected: AnyExpected) -> bool:
    return expected.module not in (*BASE, "mysql", "consul", "nginx", "etcd", "redis_cluster")


@_Registered("unit of a product stopped")
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.active", where=_is_product)
    unit = value(fact, "unit")
    return of_fact(fact, f"systemctl stop {unit}", f"systemctl start {unit}")


@_Registered("unit of a base service stopped")
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.active", where=_is_base)
    unit = value(fact, "unit")
    return of_fact(fact, f"systemctl stop {unit}", f"systemctl start {unit}")


@_Registered("unit of a product not started at boot")
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.enabled", where=_is_product)
    unit = value(fact, "unit")
    return of_fact(fact, f"systemctl disable {unit}", f"systemctl enable {unit}")


@_Registered("unit of a base service not started at boot")
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.enabled", where=_is_base)
    unit = value(fact, "unit")
    return of_fact(fact, f"systemctl disable {unit}", f"systemctl enable {unit}")


@_Registered("unit of 6.1 back")
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.active", absent=True)
    unit = value(fact, "unit")
    file = f"/usr/lib/systemd/system/{unit}"
    text = "[Service]\\nExecStart=/bin/sleep infinity\\n"
    spoil = f"printf '{text}' > {file}; systemctl daemon-reload; systemctl start {unit}"
    undo = f"systemctl stop {unit}; rm {file}; systemctl daemon-reload; systemctl reset-failed {unit} || :"
    return of_fact(fact, spoil, undo, f"seal.file units {file}", "consul.passing", "port.")


@_Registered("openresty stopped", alone=True)
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.active", where=lambda e: "openresty" in fact_id(e.fact))
    return of_fact(fact, "systemctl stop openresty", "systemctl start openresty")


@_Registered("etcd stopped", alone=True)
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.active", where=lambda e: "etcd" in fact_id(e.fact))
    return of_fact(fact, "systemctl stop etcd", "systemctl start etcd")


@_Registered("mysql stopped", alone=True)
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.active", where=lambda e: "mysql@" in fact_id(e.fact))
    return of_fact(fact, "systemctl stop mysql@default", "systemctl start mysql@default")


@_Registered("consul's agent stopped", alone=True)
def _(draw: Draw) -> Drift:
    fact = draw.fact("unit.active", where=lambda e: "consul.service" in fact_id(e.fact) and e.fact.host != HOSTS["h1"])
    return of_fact(fact, "systemctl stop consul", "systemctl start consul", PAGES, "health.service consul")


# containers


@_Registered("container stopped")
def _(draw: Draw) -> Drift:
    fact = draw.fact("container.state")
    name = value(fact, "container")
    return of_fact(fact, f"docker stop -t 1 {name}", f"docker start {name}")


@_Registered("container renamed away")
def _(draw: Draw) -> Drift:
    fact = draw.fact("container.state")
    name = value(fact, "container")
    also = (f"container.image {name}", f"seal.file containers {name}", f"seal.file containers bklab-{name}")
    spoil = f"docker stop -t 1 {name}; docker rename {name} bklab-{name}"
    return of_fact(
        fact, spoil, f"docker rename bklab-{name} {name}; docker start {name}", *also, "container.no-restart"
    )


@_Registered("container that does not come back after a reboot")
def _(draw: Draw) -> Drift:
    fact = draw.fact("container.no-restart-policy")
    name = draw.random.choice(getattr(fact, "containers"))  # noqa: B009 - any fact here
    back = f"docker update --restart=unless-stopped {name}"
    return of_fact(fact, f"docker update --restart=no {name}", back, f"seal.file containers {name}")


@_Registered("container of 6.1 back")
def _(draw: Draw) -> Drift:
    fact = draw.fact("container.state", absent=True)
    name = value(fact, "container")
    run = f"docker run -d --network=host --name {name} python36e:1.0"
    return of_fact(fact, run, f"docker rm -f {name}", f"seal.file containers {name}")


@_Registered("SaaS stopped")
def _(draw: Draw) -> Drift:
    fact = draw.fact("container.app")
    app = value(fact, "app")
    return of_fact(
        fact,
        f"docker stop -t 1 $(docker ps -q --filter name=^{app}-)",
        f"docker start $(docker ps -aq --filter name=^{app}-)",
    )


@_Registered("docker's data elsewhere at its next start")
def _(draw: Draw) -> Drift:
    fact = draw.fact("container.data-root", where=lambda e: e.fact.host != HOSTS["h1"])
    change = """sed -i 's|"data-root": *"[^"]*"|"data-root": "/data/elsewhere"|' /etc/docker/daemon.json"""
    return in_file(fact, "/etc/docker/daemon.json", change, "seal.file services /etc/docker/daemon.json")


# consul


@_Registered("definition of a service gone from consul")
def _(draw: Draw) -> Drift:
    fact = draw.fact("consul.definition")
    file = f"/etc/consul.d/service/{value(fact, 'service')}.json"
    spoil, undo = kept(file, f"rm {file}; consul reload")
    return of_fact(fact, spoil, f"{undo}; consul reload", f"seal.file services {file}", PAGES)


@_Registered("definition of a service empty")
def _(draw: Draw) -> Drift:
    fact = draw.fact("consul.definition")
    file = f"/etc/consul.d/service/{value(fact, 'service')}.json"
    spoil, undo = kept(file, f": > {file}; consul reload")
    name = value(fact, "service").partition("-")[0]
    return of_fact(fact, spoil, f"{undo}; consul reload", f"seal.file services {file}", f"consul.passing {name}", PAGES)


@_Registered("service of 6.1 registered again")
def _(draw: Draw) -> Drift:
    fact = draw.fact("consul.definition", absent=True)
    name = value(fact, "service")
    file = f"/etc/consul.d/service/{name}.json"
    back = f"cp $(ls -d /var/lib/bkrec/retired/consul/{name}.json.* | tail -n 1) {file}; consul reload"
    return of_fact(fact, back, f"rm {file}; consul reload", f"seal.file services {file}")


@_Registered("key of consul gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("kv.set")
    key = value(fact, "key")
    spoil = f"mkdir -p /root/bklab-kept; consul kv get {key} > /root/bklab-kept/kv; consul kv delete {key}"
    return of_fact(fact, spoil, f'consul kv put {key} "$(cat /root/bklab-kept/kv)"', "path.kind", PAGES)


@_Registered("consul asks for a service at another port")
def _(draw: Draw) -> Drift:
    fact = draw.fact("consul.passing", where=lambda e: e.module not in ("paas", "nginx", "mysql"))
    name = value(fact, "service")
    file = f"/etc/consul.d/service/{name}.json"
    spoil, undo = kept(file, f"""sed -i 's/:[0-9]*"/:1"/' {file}; consul reload""")
    return of_fact(fact, spoil, f"{undo}; consul reload", f"seal.file services {file}")


@_Registered("name server of a host replaced")
def _(draw: Draw) -> Drift:
    fact = draw.fact("system.resolver", where=lambda e: e.fact.host != HOSTS["h1"])
    return in_file(fact, "/etc/resolv.conf", "sed -i s/127.0.0.1/10.0.0.254/ /etc/resolv.conf")


@_Registered("name of a server in /etc/hosts", alone=True)
def _(draw: Draw) -> Drift:
    fact = draw.fact("system.names-overridden")
    name = draw.random.choice(("mysql-default", "redis", "paas", "bkiam", "es7"))
    return in_file(fact, "/etc/hosts", f"printf '10.0.0.254\\t{name}.service.consul\\n' >> /etc/hosts")


# MySQL

SQL = "mysql --login-path=mysql-paas"
PRODUCTION = "bksuite_common.production_info"


def in_table(fact: AnyFact, table: str, where: str, change: str) -> Drift:
    """The rows as they were come back from a dump of them."""
    dump = f'mysqldump --login-path=mysql-paas --no-create-info --replace --where="{where}" {table.replace(".", " ")}'
    spoil = f'mkdir -p /root/bklab-kept; {dump} > /root/bklab-kept/rows.sql; {SQL} -e "{change}"'
    clean = f'{SQL} -e "DELETE FROM {table} WHERE {where}"'
    return of_fact(fact, spoil, f"{clean}; {SQL} {table.partition('.')[0]} < /root/bklab-kept/rows.sql")


@_Registered("version of a product shown wrong")
def _(draw: Draw) -> Drift:
    fact = draw.fact("mysql.product-version")
    assert isinstance(fact, ProductVersion)
    where = f"code = '{fact.code}'"
    return in_table(fact, PRODUCTION, where, f"UPDATE {PRODUCTION} SET version = '0.0.1' WHERE {where}")


@_Registered("application's account gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("mysql.app")
    table, where = "open_paas.esb_app_account", f"app_code = '{value(fact, 'code')}'"
    return in_table(fact, table, where, f"DELETE FROM {table} WHERE {where}")


@_Registered("variable of a SaaS gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("mysql.saas-variable")
    table, where = (
        "open_paas.paas_app_envvars",
        f"app_code = '{value(fact, 'app_code')}' AND name = '{value(fact, 'name')}'",
    )
    return in_table(fact, table, where, f"DELETE FROM {table} WHERE {where}")


VARIABLES = "open_paas.paas_app_envvars"


@_Registered("variable of a SaaS with another value")
def _(draw: Draw) -> Drift:
    fact = draw.fact("saas.value")
    where = f"app_code = '{value(fact, 'app')}' AND name = '{value(fact, 'name')}'"
    return in_table(fact, VARIABLES, where, f"UPDATE {VARIABLES} SET value = 'bklab' WHERE {where}")


@_Registered("API gateway switched off")
def _(draw: Draw) -> Drift:
    fact = draw.fact("gateway.released")
    sql = f"{SQL} -e \"UPDATE bk_apigateway.core_api SET status = {{}} WHERE name = '{value(fact, 'gateway')}'\""
    return of_fact(fact, sql.format(0), sql.format(1))


@_Registered("MySQL user renamed")
def _(draw: Draw) -> Drift:
    fact = draw.fact("mysql.user")
    user, host, path = value(fact, "user"), getattr(fact, "hosts")[-1], value(fact, "login_path")  # noqa: B009
    sql = f"mysql --login-path={path} -e"
    there, back = (f"\"RENAME USER '{a}'@'{host}' TO '{b}'@'{host}'\"" for a, b in ((user, "bklab"), ("bklab", user)))
    return of_fact(fact, f"{sql} {there}", f"{sql} {back}", "mysql.login-path")


STAND_IN_USERS = ("apigw", "bkauth", "job", "bklog", "nodeman", "paas", "usermgr")
"""Those that are called there as the vendor calls them."""


@_Registered("MySQL privilege revoked from a product")
def _(draw: Draw) -> Drift:
    fact = draw.fact("mysql.privileges-missing", where=lambda e: value(e.fact, "user") in STAND_IN_USERS)
    privilege, user = draw.random.choice(("INSERT", "UPDATE", "DELETE, DROP", "ALTER")), value(fact, "user")
    change = f"{{}} {privilege} ON *.* {{}} '{user}'@'{draw.random.choice(getattr(fact, 'hosts'))}'"  # noqa: B009
    sql = "mysql --login-path=mysql-default -e"
    return of_fact(fact, f'{sql} "{change.format("REVOKE", "FROM")}"', f'{sql} "{change.format("GRANT", "TO")}"')


@_Registered("login path of the controller gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("mysql.login-path")
    assert isinstance(fact, LoginPath)
    return in_file(fact, "/root/.mylogin.cnf", f"mysql_config_editor remove --login-path={fact.login_path}")


@_Registered("MySQL read-only")
def _(draw: Draw) -> Drift:
    fact = draw.fact("mysql.writable")
    sql = "mysql --login-path=mysql-default -e"
    return of_fact(fact, f"{sql} 'SET GLOBAL read_only = 1'", f"{sql} 'SET GLOBAL read_only = 0'")


def marked(fact: AnyFact) -> Drift:
    marks, files = value(fact, "marks"), value(fact, "directory")
    one = f"mark={marks}/$(ls {files} | head -n 1); {{ chattr -i $mark || :; }}"
    back = f"mv /root/bklab-kept/$(basename {files}).mark {marks}/$(ls {files} | head -n 1)"
    return of_fact(fact, f"{one}; mkdir -p /root/bklab-kept; mv $mark /root/bklab-kept/$(basename {files}).mark", back)


@_Registered("migration of tables not marked as done")
def _(draw: Draw) -> Drift:
    return marked(draw.fact("mysql.pending-sql"))


@_Registered("permission model unknown to IAM")
def _(draw: Draw) -> Drift:
    return marked(draw.fact("iam.pending"))


@_Registered("SaaS without an online version")
def _(draw: Draw) -> Drift:
    fact = draw.fact("saas.online")
    table, where = "open_paas.paas_saas_app", f"code = '{value(fact, 'app')}'"
    return in_table(fact, table, where, f"UPDATE {table} SET online_version_id = NULL WHERE {where}")


# variables

COPIES = ("path.tree", "seal.file scripts")


def in_env(fact: AnyFact, change: str) -> Drift:
    file = value(fact, "file")
    return in_file(fact, file, f"sed -i '{change}' {file}", *COPIES, "env.", "tag.state")


@_Registered("variable dropped")
def _(draw: Draw) -> Drift:
    fact = draw.fact("env.value")
    return in_env(fact, f"/^{value(fact, 'key')}=/d")


@_Registered("variable changed")
def _(draw: Draw) -> Drift:
    fact = draw.fact("env.value")
    key = value(fact, "key")
    return in_env(fact, f"s/^{key}=.*/{key}=other/")


@_Registered("copied password changed")
def _(draw: Draw) -> Drift:
    fact = draw.fact("env.copied")
    key = value(fact, "key")
    return in_env(fact, f"s/^{key}=.*/{key}=other/")


@_Registered("variable written twice")
def _(draw: Draw) -> Drift:
    """Which may be one that is not there at all: what no file has to have must not be in it twice either."""
    fact = draw.fact("env.duplicates")
    file, key = value(fact, "file"), value(fact, "key")
    line = f"line=$(grep ^{key}= {file} | tail -n 1)"
    return in_file(
        fact,
        file,
        f'{line}; printf "\\n%s\\n%s\\n" "${{line:={key}=x}}" "$line" >> {file}',
        *COPIES,
        "env.",
        "tag.state",
    )


@_Registered("tag of generated passwords gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("tag.state", where=lambda e: value(e.fact, "module") not in ("dbadmin",))
    path = f"{value(fact, 'root')}/{value(fact, 'module')}.env"
    spoil, undo = kept(path, f"rm {path}")
    return of_fact(
        fact, f"{{ chattr -i {path} || :; }}; {spoil}", f"{undo}; chattr +i {path} || :", "path.kind /root/.tag"
    )


@_Registered("scripts of a host other than the controller's")
def _(draw: Draw) -> Drift:
    fact = draw.fact("path.tree")
    return of_fact(fact, "echo mine > /data/install/notes.txt", "rm /data/install/notes.txt", "seal.file scripts")


# files

RENDERED = "seal.file ingress /usr/local/openresty/nginx/conf/conf.d/"
"""What consul-template makes of a template at once."""


@_Registered("VERSION of another version")
def _(draw: Draw) -> Drift:
    fact = draw.fact("path.version", where=lambda e: "/data/bkce/" in fact_id(e.fact))
    path = value(fact, "path")
    spoil, undo = kept(path, f"echo 0.0.1 > {path}")
    older = (e.fact for e in draw.expected if kind_of(e.fact) == "current.unit" and e.fact.host == fact.host)
    units = [value(unit, "unit") for unit in older if value(unit, "file") == path]
    again = f"; systemctl restart {' '.join(units)}" if units else ""
    return of_fact(fact, spoil, f"{undo}{again}", "current.unit", f"seal.file programs {path}")


@_Registered("program or template other than the controller's")
def _(draw: Draw) -> Drift:
    fact = draw.fact("path.digest")
    path = value(fact, "path")
    return in_file(fact, path, f"echo '# mine' >> {path}", f"seal.file ingress {path}", RENDERED)


@_Registered("mark of a module gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("path.line")
    path = value(fact, "path")
    return in_file(fact, path, f"sed -i '/^{value(fact, 'line')}$/d' {path}", f"seal.file programs {path}")


@_Registered("certificate or key of etcd gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("path.kind", where=lambda e: "cert/etcd" in fact_id(e.fact))
    path = value(fact, "path")
    return in_file(fact, path, f"rm {path}", f"seal.file configuration {path}")


@_Registered("page of the gateway gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("path.kind", where=lambda e: "dashboard-fe" in fact_id(e.fact))
    path = value(fact, "path")
    return in_file(fact, path, f"rm {path}", f"seal.file programs {path}")


@_Registered("virtualenv of 6.1 back")
def _(draw: Draw) -> Drift:
    fact = draw.fact("path.kind", absent=True, where=lambda e: ".envs" in fact_id(e.fact))
    path = value(fact, "path")
    return of_fact(fact, f"mkdir -p {path}", f"rmdir {path}", f"seal.file programs {path}")


@_Registered("page of JOB without its API")
def _(draw: Draw) -> Drift:
    fact = draw.fact("text.mentions")
    file = value(fact, "file")
    return in_file(fact, file, f"echo '<html></html>' > {file}", f"seal.file programs {file}")


@_Registered("setting of a product changed")
def _(draw: Draw) -> Drift:
    fact = draw.fact("yaml.value", where=lambda e: "/data/bkce/" in fact_id(e.fact))
    file = value(fact, "file")
    change = f"sed -i 's/enabled: *false/enabled: true/' {file}"
    return in_file(fact, file, change, f"seal.file configuration {file}", "current.unit")


@_Registered("module without a host in install.config")
def _(draw: Draw) -> Drift:
    fact = draw.fact("install-config.module-hosts", where=lambda e: value(e.fact, "module") == "etcd")
    path = value(fact, "path")
    return in_file(fact, path, f"sed -i 's/,etcd\\(,\\|$\\)/\\1/' {path}", *COPIES)


# what services say of themselves


def unwell(service: str) -> Make:
    def make(draw: Draw) -> Drift:
        fact = draw.fact("health.service", where=lambda e: value(e.fact, "service") == service)
        path = {
            "elasticsearch": "/usr/local/lib/bklab/www-elasticsearch/_cluster/health",
            "rabbitmq": "/usr/local/lib/bklab/www-rabbitmq-server/api/nodes",
            "influxdb": "/usr/local/lib/bklab/www-influxdb/ping",
            "mongodb": f"{REPLIES}/mongod",
        }.get(service, f"{REPLIES}/{service}")
        spoil, undo = kept(path, UNWELL[service])
        return of_fact(fact, spoil, undo)

    return make


for SERVICE, WHAT in {
    "zookeeper": "ZooKeeper without a leader",
    "kafka": "Kafka without a controller",
    "mongodb": "MongoDB without a primary",
    "elasticsearch": "Elasticsearch red",
    "rabbitmq": "RabbitMQ short of memory",
    "influxdb": "InfluxDB unwell",
}.items():
    CLASSES[WHAT] = unwell(SERVICE)


@_Registered("Redis a replica of nobody")
def _(draw: Draw) -> Drift:
    fact = draw.fact("health.service", where=lambda e: value(e.fact, "service") == "redis")
    return of_fact(fact, UNWELL["redis"], UNWELL["redis"].replace("10.0.0.254 6379", "no one"))


@_Registered("slot of the redis cluster lost")
def _(draw: Draw) -> Drift:
    fact = draw.fact("redis.cluster")
    port = value(fact, "port")
    secret = f"export REDISCLI_AUTH=$(sed -n 's/^requirepass //p' /etc/redis/{port}/redis_cluster.conf)"
    call = f"{secret}; redis-cli -h {fact.host} -p {port} cluster"
    return of_fact(fact, f"{call} delslots 0", f"{call} addslots 0")


# certificates


@_Registered("certificate that has ended")
def _(draw: Draw) -> Drift:
    fact = draw.fact("certificate.ending")
    directory = value(fact, "directory")
    spoil = f"mkdir -p {directory}; cp /etc/ssl/certs/E-Tugra_Certification_Authority.pem {directory}/bklab-ended.pem"
    return of_fact(fact, spoil, f"rm {directory}/bklab-ended.pem", f"seal.file configuration {directory}")


@_Registered("certificate that is damaged")
def _(draw: Draw) -> Drift:
    fact = draw.fact("certificate.damaged")
    directory = value(fact, "directory")
    also = f"seal.file configuration {directory}"
    return of_fact(fact, f"mkdir -p {directory}; : > {directory}/bklab.pem", f"rm {directory}/bklab.pem", also)


@_Registered("certificate for another name")
def _(draw: Draw) -> Drift:
    fact = draw.fact("certificate.names")
    path, directory = value(fact, "certificate"), value(fact, "virtual_hosts")
    certify = f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=other.example -keyout /dev/null -out {path}"
    listen = "server { listen 8443 ssl; server_name bklab.example; }"
    spoil = f"{certify}; echo '{listen}' > {directory}/bklab.conf"
    return of_fact(fact, spoil, f"rm {path} {directory}/bklab.conf", "seal.file configuration", "seal.file ingress")


# records of bkrec


@_Registered("record of a task gone")
def _(draw: Draw) -> Drift:
    fact = draw.fact("task.done")
    path = f"/var/lib/bkrec/tasks/{value(fact, 'task')}.done"
    return in_file(fact, path, f"rm {path}")


@_Registered("task noted as pending")
def _(draw: Draw) -> Drift:
    fact = draw.fact("task.pending")
    path = f"/var/lib/bkrec/tasks/{value(fact, 'task')}"
    return of_fact(fact, f"echo 1 > {path}", f"rm {path}", "task.done")


# the seal


def sealed(name: str, part: str, host: str, arguments: str, change: str, *also: str) -> None:
    """`change` names the file as {}; it is drawn from what `find` prints for `arguments`."""

    def make(draw: Draw) -> Drift:
        path = draw.file(host, arguments)
        spoil, undo = kept(path, change.format(path))
        finding = f"seal.file {part} {path} @{HOSTS[host]}"
        return Drift(host=host, finding=finding, spoil=spoil, undo=undo, also=(f"path.digest {path} ", *also))

    CLASSES[name] = make


def added(name: str, part: str, host: str, path: str, spoil: str, undo: str = "") -> None:
    """What lies in a sealed directory and was not there."""
    finding = f"seal.file {part} {path} @{HOSTS[host]}"
    drift = Drift(host=host, finding=finding, spoil=spoil, undo=undo or f"rm {path}")
    CLASSES[name] = lambda _: drift


UNITS = "/usr/lib/systemd/system -maxdepth 1 -type f"
sealed("unit file edited", "units", "h3", f"{UNITS} -name bk-cmdb-*.service", "echo '# mine' >> {}")
sealed("unit file of a base service edited", "units", "h2", f"{UNITS} -name mongod.service", "echo '# mine' >> {}")
sealed("unit file's mode changed", "units", "h1", f"{UNITS} -name bk-gse-*.service", "chmod 0600 {}")
added(
    "drop-in added to a unit", "units", "h3", "/etc/systemd/system/bk-auth.service.d/bklab.conf",
    "mkdir -p /etc/systemd/system/bk-auth.service.d; "
    "printf '[Service]\\nNice=5\\n' > /etc/systemd/system/bk-auth.service.d/bklab.conf",
    "rm -r /etc/systemd/system/bk-auth.service.d",
)  # fmt: skip
CONFIGURATION = "/data/bkce/etc -type f -size +0 -not -name application.yml"
sealed("configuration edited", "configuration", "h2", CONFIGURATION, "echo '# mine' >> {}")
sealed("configuration's mode changed", "configuration", "h2", CONFIGURATION, "chmod 0707 {}")
sealed("configuration's owner changed", "configuration", "h2", CONFIGURATION, "chown nobody {}")
sealed(
    "private key that all may read", "configuration", "h3",
    "/data/bkce/cert -type f -name *key* -not -perm /0044", "chmod 0644 {}",
)  # fmt: skip
sealed("configuration gone", "configuration", "h2", CONFIGURATION, "rm {}")
added("configuration added", "configuration", "h3", "/data/bkce/etc/bklab.conf", "echo x > /data/bkce/etc/bklab.conf")
sealed("configuration of MySQL edited", "configuration", "h3", "/etc/mysql/default.my.cnf", "echo '# mine' >> {}")
sealed("configuration of Redis edited", "configuration", "h1", "/etc/redis/default.conf", "echo '# mine' >> {}")
sealed("program replaced", "programs", "h3", "/data/bkce/job/backend/bin -type f", "cat /bin/true > {}")
sealed("program that cannot be run", "programs", "h3", "/data/bkce/cmdb/server/bin -type f", "chmod 0644 {}")
added("program added", "programs", "h1", "/data/bkce/bkiam/bin/bklab", "echo x > /data/bkce/bkiam/bin/bklab")
sealed(
    "configuration of the ingress edited",
    "ingress",
    "h2",
    "/usr/local/openresty/nginx/conf/bk.ssl",
    "echo '# mine' >> {}",
)
sealed("configuration of the ingress gone", "ingress", "h2", "/usr/local/openresty/nginx/conf/bk.ssl", "rm {}")
added(
    "configuration added to consul", "services", "h1", "/etc/consul.d/mine.json", "echo '{}' > /etc/consul.d/mine.json"
)
sealed("limits of the system edited", "system", "h1", "/etc/security/limits.conf", "echo '# mine' >> {}")
sealed(
    "scripts of the vendor edited",
    "scripts",
    "h1",
    "/data/install/health_check -type f",
    "echo '# mine' >> {}",
    "path.tree",
)


sealed(
    "mark of an SQL file gone",
    "scripts",
    "h1",
    "/root/.migrate -type f -name 000?_job_*_mysql.sql",
    "{{ chattr -i {0} || :; }}; rm {0}",
)


def row(name: str, finding: str, spoil: str, undo: str) -> None:
    """Of MySQL, which only the seal knows."""
    change, back = f'{SQL} -e "{spoil}"', f'{SQL} -e "{undo}"'
    drift = Drift(host="h1", finding=f"seal.file registrations {finding} @{HOSTS['h1']}", spoil=change, undo=back)
    CLASSES[name] = lambda _: drift


OF_SOPS = f"{VARIABLES} SET value = {{}} WHERE app_code = 'bk_sops' AND name = 'BKAPP_REDIS_HOST'"
row(
    "variable of a SaaS that only the seal knows, changed",
    "saas:bk_sops:all:BKAPP_REDIS_HOST",
    f"UPDATE {OF_SOPS.format(chr(39) + 'bklab' + chr(39))}",
    f"UPDATE {OF_SOPS.format(chr(39) + HOSTS['h1'] + chr(39))}",
)
row(
    "variable added to a SaaS of the platform",
    "saas:bk_itsm:prod:BKLAB",
    f"INSERT INTO {VARIABLES} (app_code, mode, name, value) VALUES ('bk_itsm', 'prod', 'BKLAB', '1')",
    f"DELETE FROM {VARIABLES} WHERE name = 'BKLAB'",
)
RELEASED = (
    "UPDATE bk_apigateway.core_release SET resource_version_id = resource_version_id {} 1 "
    "WHERE api_id = (SELECT id FROM bk_apigateway.core_api WHERE name = 'bk-apigateway')"
)
row(
    "API gateway released from a page",
    "gateway:bk-apigateway:prod",
    RELEASED.format("+"),
    RELEASED.format("-"),
)


def rounds(draw: Draw, size: int, names: Sequence[str] | None = None) -> Iterator[Mapping[str, Drift]]:
    """All classes, a few at a time: no two with one finding or one file, and no consequence of one that is another."""
    order = list(names if names is not None else CLASSES)
    draw.random.shuffle(order)
    batch: dict[str, Drift] = {}
    waiting = [name for name in order if name not in ALONE]
    while waiting:
        left: list[str] = []
        for name in waiting:
            drift = CLASSES[name](draw)
            if len(batch) < size and not any(_meet(drift, other) for other in batch.values()):
                batch[name] = drift
            else:
                left.append(name)
        yield batch
        batch, waiting = {}, left
    for name in order:
        if name in ALONE:
            yield {name: CLASSES[name](draw)}


SERVING = ("unit.active", "health.service", "container.state", "container.app", "consul.definition", "consul.passing")
"""On one host one of these may be why another differs: of one service, or of one that it uses."""


def _meet(one: Drift, other: Drift) -> bool:
    """One would explain, hide or be undone with the other."""
    named = [(drift.finding, *drift.also) for drift in (one, other)]
    same = any(a.startswith(b) or b.startswith(a) for a in named[0] for b in named[1])
    related = one.host == other.host and all(drift.finding.split(" ")[0] in SERVING for drift in (one, other))
    return same or related or _subject(one) == _subject(other)


def _subject(drift: Drift) -> str:
    words = drift.finding.split(" ")
    return f"{drift.host} {words[1]}" if len(words) > 1 else drift.finding


def by_finding(expected: Sequence[AnyExpected]) -> Mapping[str, Sequence[str]]:
    """Kind of finding → classes that begin with one. An instance is drawn for its kind alone."""
    draw = Draw(Random(0), expected, lambda host, _: (f"/{host}",))
    result: dict[str, list[str]] = {}
    for name, make in CLASSES.items():
        words = make(draw).finding.split(" ")
        result.setdefault(" ".join(words[: 2 if words[0] == "seal.file" else 1]), []).append(name)
    return result
