"""One thing spoilt by hand, for every kind of fact that is desired: which shell does it, and what may follow from it.

Written from what the facts mean to a host, not from how bkrec reads them: a probe that looks elsewhere finds nothing,
and one that sees too much names something that is not in the list. What follows is told by rule: consul sees a dead
port, a copy no longer equals its original, a value is the source of others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from probes import container
from probes.certificate import CertificatesDamaged, CertificatesEnding, ServerNamesMissing
from probes.consul import ConsulDefinition, ConsulPassing
from probes.container import (
    AppContainer,
    ContainerImage,
    ContainerState,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
    DockerFault,
    UnsteadyContainers,
)
from probes.current import UnitCurrent, UnitStartedSince
from probes.env import EnvCopied, EnvDuplicates, EnvFilled, EnvPresent, EnvValue
from probes.fact import Absent, AnyExpected, fact_id
from probes.gateway import GatewayReleased
from probes.health import ServiceHealth
from probes.http import PagesUnserved
from probes.iam import ModelsPending
from probes.install_config import ModuleHosts
from probes.kv import KeySet
from probes.marker import Marker
from probes.mysql import (
    AppRegistered,
    LoginPath,
    MysqlUser,
    MysqlWritable,
    PendingSql,
    PrivilegesMissing,
    ProductVersion,
    SaasVariable,
)
from probes.path import FileDigest, LineInFile, PathKind, TreeDigest, VersionText
from probes.port import PortListening, PortUnit
from probes.redis import RedisCluster
from probes.saas import SaasOnline, SaasValue
from probes.seal import SealedFile
from probes.steady import RecentlyStartedUnits
from probes.system import NameResolved, NamesOverridden, ResolverAddress
from probes.tag import SecretsTag
from probes.task import TaskDone, TaskPending
from probes.text import FileMentions
from probes.unit import UnitActive, UnitEnabled
from probes.yaml import YamlValue
from reconciler.core.placement import build_cluster
from reconciler.rules.registry import expected_facts
from specs import parse
from tests.lab.machine.place import HOSTS
from tests.lab.support.operator import Desk

_RELEASE = Path(__file__).parents[3] / "specs/releases/bkce-6.2.2"

MOVED = """sed -i 's|"data-root": *"[^"]*"|"data-root": "/data/elsewhere"|' /etc/docker/daemon.json"""
Related = Callable[[AnyExpected], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    host: str
    script: str
    related: Related
    """May another wish fail with it?"""


def spoil(expected: AnyExpected, random: Random) -> Spoilt:
    """Raises NotImplementedError for a kind that nobody has thought about: a new fact needs a line here."""
    fact = expected.fact
    script, related = _how(expected, random)
    return Spoilt(host=fact.host, script=script, related=related)


def _how(expected: AnyExpected, random: Random) -> tuple[str, Related]:
    gone = expected.reading == Absent()
    match expected.fact:
        case UnitActive(unit=unit):
            return (_stray(unit), _nothing) if gone else (f"systemctl stop {unit}", _of_unit(expected, unit))
        case SealedFile(path=path):
            return f"echo '# mine' >> {path}", _nothing
        case UnitEnabled(unit=unit):
            return f"systemctl disable {unit}", _nothing
        case RecentlyStartedUnits(units=units):
            unit = random.choice(units)
            restless = f"while systemctl restart {unit}; do sleep 2; done"
            return f"systemd-run --unit=bklab-restless /bin/sh -c '{restless}'", _of_unit(expected, unit)
        case UnitStartedSince(mark=mark):
            return f"mkdir -p $(dirname {mark}); date +%s > {mark}", _names(mark, expected.fact.host)
        case UnitCurrent(file=file):
            return f"touch {file}", _names(file, expected.fact.host)
        case ContainerState(container=name) if gone:
            return f"docker run -d --network=host --name {name} python36e:1.0", _nothing
        case ContainerState(container=name):
            how = random.choice((f"docker stop -t 1 {name}", f"docker rm -f {name}"))
            return how, _of_module(expected, (ConsulPassing, ContainerImage))
        case ContainerImage(container=name):
            other = f"docker run -d --restart=unless-stopped --network=host --name {name} python36e:1.0"
            return f"docker rm -f {name}; {other}", _of_module(expected, (ConsulPassing, UnsteadyContainers))
        case UnsteadyContainers(containers=names, apps=apps):
            name = random.choice(names) if names else f"$(docker ps -q --filter name=^{random.choice(apps)}-)"
            restless = f"while docker restart -t 0 {name}; do sleep 2; done"
            also = (ConsulPassing, ContainerState, AppContainer, PagesUnserved)
            return f"systemd-run --unit=bklab-restless /bin/sh -c '{restless}'", _of_module(expected, also)
        case ContainersWithoutRestartPolicy(containers=names):
            return f"docker update --restart=no {random.choice(names)}", _nothing
        case AppContainer(app=app):
            how = random.choice(("stop -t 1", "rm -f"))
            return f"docker {how} $(docker ps -q --filter name=^{app}-)", _page(app)
        case PagesUnserved(pages=pages):
            app = random.choice(pages).rstrip("/").rpartition("/")[2]
            return f"ssh {HOSTS['h2']} 'docker stop -t 1 $(docker ps -q --filter name=^{app}-)'", _page(app)
        case DockerFault(host=host):
            return "systemctl stop docker.socket docker.service", _on_docker(host)
        case DockerDataRoot():
            return (
                """sed -i 's|"data-root": *"[^"]*"|"data-root": "/data/elsewhere"|' /etc/docker/daemon.json""",
                _nothing,
            )
        case _:
            return _files(expected, random) or _servers(expected) or _unknown(expected)


def _unknown(expected: AnyExpected) -> tuple[str, Related]:
    raise NotImplementedError(f"how is {fact_id(expected.fact)} spoilt?")


def _files(expected: AnyExpected, random: Random) -> tuple[str, Related] | None:
    match expected.fact:
        case EnvValue(file=file, key=key) | EnvCopied(file=file, key=key):
            how = random.choice((f"/^{key}=/d", f"s/^{key}=.*/{key}=other/"))
            return f"sed -i '{how}' {file}", _copies(key)
        case EnvDuplicates(file=file, key=key):
            last = f"line=$({{ grep ^{key}= {file} || echo {key}=x; }} | tail -n 1)"
            return f'{last}; printf "\\n%s\\n%s\\n" "$line" "$line" >> {file}', _copies(key)
        case EnvFilled(file=file, key=key):
            return f"sed -i 's/^{key}=.*/{key}=/' {file}", _copies(key)
        case EnvPresent(file=file, key=key):
            return f"sed -i '/^{key}=/d' {file}", _copies(key)
        case FileDigest(path=path):
            return f"echo '# mine' >> {path}", _nothing
        case PathKind(path=path):
            return _kind(expected, path), _copies(path)
        case LineInFile(path=path, line=line):
            return f"sed -i '/^{line}$/d' {path}", _nothing
        case TreeDigest(root=path):
            how = ("echo mine > {}/notes.txt", "echo '# mine' >> {}/bin/merge_env.sh", "rm {}/bin/default/job.env")
            return random.choice(how).format(path), _nothing
        case VersionText(path=path):
            return f"echo 0.0.1 > {path}", _names(path, "")
        case SecretsTag(module=module, root=root):
            return f"{{ chattr -i {root}/{module}.env || :; }}; rm {root}/{module}.env", _nothing
        case FileMentions(file=file):
            return f"echo '<html></html>' > {file}", _nothing
        case YamlValue(file=file):
            return f"sed -i 's/enabled: *false/enabled: true/' {file}", _names(file, "")
        case ModuleHosts(path=path, module=module):
            return f"sed -i 's/,{module}\\(,\\|$\\)/\\1/' {path}", _copies(path)
        case _:
            return None


def _servers(expected: AnyExpected) -> tuple[str, Related] | None:
    match expected.fact:
        case ConsulDefinition(service=name):
            file = f"/etc/consul.d/service/{name}.json"
            back = f"cp $(ls -d /var/lib/bkrec/retired/consul/{name}.json.* | tail -n 1) {file}"
            how = back if expected.reading == Absent() else f"rm {file}"
            return f"{how}; consul reload", _consul(name)
        case ConsulPassing(service=name):
            file = f'$(grep -l \'"name": *"{name}"\' /etc/consul.d/service/*.json)'
            return f'sed -i \'s/"port": *[0-9]*/"port": 1/; s/:[0-9]*"/:1"/\' {file}; consul reload', _consul(name)
        case NameResolved():
            return "sed -i s/127.0.0.1/10.0.0.254/ /etc/resolv.conf", _unnamed
        case ResolverAddress():
            return "sed -i s/127.0.0.1/10.0.0.254/ /etc/resolv.conf", _unnamed
        case NamesOverridden():
            return "echo '10.0.0.254 lesscode.service.consul' >> /etc/hosts", _nothing
        case ServiceHealth(service=service):
            return UNWELL[service], _unwell_with(expected)
        case MysqlWritable():
            return _sql("SET GLOBAL read_only = 1"), _nothing
        case CertificatesDamaged(directory=path):
            return f"mkdir -p {path}; : > {path}/bklab.pem", _nothing
        case ServerNamesMissing(certificate=path, virtual_hosts=directory):
            certify = f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=other.example -keyout /dev/null -out {path}"
            listen = "server { listen 8443 ssl; server_name bklab.example; }"
            return f"mkdir -p {path.rpartition('/')[0]}; {certify}; echo '{listen}' > {directory}/bklab.conf", _nothing
        case CertificatesEnding(directory=path):
            ended = "/etc/ssl/certs/E-Tugra_Certification_Authority.pem"
            return f"mkdir -p {path}; cp {ended} {path}/bklab.pem", _nothing
        case PortListening(port=port) | PortUnit(port=port):
            return _mute(port), _of_module(expected, (RecentlyStartedUnits, UnitActive, UnitCurrent, ServiceHealth))
        case KeySet(key=key):
            return f"consul kv delete {key}", _nothing
        case AppRegistered(code=code):
            return _sql("DELETE FROM open_paas.esb_app_account WHERE app_code = '{}'", code), _nothing
        case SaasVariable(app_code=app, name=name):
            rows = "DELETE FROM open_paas.paas_app_envvars WHERE app_code = '{}' AND name = '{}'"
            return _sql(rows, app, name), _nothing
        case SaasValue(app=app, name=name):
            rows = "UPDATE open_paas.paas_app_envvars SET value = 'bklab' WHERE app_code = '{}' AND name = '{}'"
            return _sql(rows, app, name), _nothing
        case GatewayReleased(gateway=gateway):
            return _sql("UPDATE bk_apigateway.core_api SET status = 0 WHERE name = '{}'", gateway), _nothing
        case ProductVersion(code=code):
            return _sql("UPDATE bksuite_common.production_info SET version = '0.0.1' WHERE code = '{}'", code), _nothing
        case SaasOnline(app=app):
            return _sql("UPDATE open_paas.paas_saas_app SET online_version_id = NULL WHERE code = '{}'", app), _nothing
        case MysqlUser(login_path=path, user=user, hosts=hosts):
            return f"mysql --login-path={path} -e \"DROP USER '{user}'@'{hosts[-1]}'\"", _nothing
        case PrivilegesMissing(login_path=path, user=user, hosts=hosts):
            account = f"'{user}'@'{hosts[-1]}'"
            revoke = f"CREATE USER IF NOT EXISTS {account}; REVOKE INSERT ON *.* FROM {account}"
            return f'mysql --login-path={path} -e "{revoke}"', _nothing
        case LoginPath(login_path=path):
            return f"mysql_config_editor remove --login-path={path}", _nothing
        case PendingSql(directory=files, marks=marks):
            return f"mark={marks}/$(ls {files} | head -n 1); {{ chattr -i $mark || :; }}; rm $mark", _nothing
        case ModelsPending(directory=files, marks=marks):
            return f"mark={marks}/$(ls {files} | head -n 1); {{ chattr -i $mark || :; }}; rm $mark", _nothing
        case RedisCluster(port=port):
            secret = f"export REDISCLI_AUTH=$(sed -n 's/^requirepass //p' /etc/redis/{port}/redis_cluster.conf)"
            return f"{secret}; redis-cli -h {expected.fact.host} -p {port} cluster delslots 0", _nothing
        case TaskDone(task=work):
            return f"rm /var/lib/bkrec/tasks/{work}.done", _nothing
        case TaskPending(task=work):
            return f"echo 1 > /var/lib/bkrec/tasks/{work}", _nothing
        case Marker(name=name):
            return f"mkdir -p /var/lib/bkrec/markers; echo here > /var/lib/bkrec/markers/{name}", _nothing
        case _:
            return None


def _sql(statement: str, *words: str) -> str:
    return f'mysql --login-path=mysql-paas -e "{statement.format(*words)}"'


def _stray(unit: str) -> str:
    """A unit that is to be gone, back as somebody would bring it back."""
    file = f"/usr/lib/systemd/system/{unit}"
    text = "[Service]\\nExecStart=/bin/sleep infinity\\n"
    return f"printf '{text}' > {file}; systemctl daemon-reload; systemctl start {unit}"


REPLIES = "/usr/local/lib/bklab/replies"
UNWELL = {
    "elasticsearch": "sed -i s/yellow/red/ /usr/local/lib/bklab/www-elasticsearch/_cluster/health",
    "rabbitmq": r"sed -i 's/mem_alarm\":false/mem_alarm\":true/' /usr/local/lib/bklab/www-rabbitmq-server/api/nodes",
    "influxdb": "rm /usr/local/lib/bklab/www-influxdb/ping",
    "zookeeper": f"echo 'This ZooKeeper instance is not currently serving requests' > {REPLIES}/zookeeper",
    "mongodb": f"cp {REPLIES}/mongod.alone {REPLIES}/mongod",
    "kafka": f"cp {REPLIES}/kafka.alone {REPLIES}/kafka",
    "redis": "eval $(grep ^BK_REDIS_ADMIN_PASSWORD= /data/install/bin/01-generate/dbadmin.env); "
    "export REDISCLI_AUTH=$BK_REDIS_ADMIN_PASSWORD; redis-cli replicaof 10.0.0.254 6379",
    "consul": "systemctl stop consul",
    "etcd": "systemctl stop etcd",
}
"""How a service comes to say that it is not well, while its process runs. The last two are stopped: of one alone that
runs there is nothing else to spoil."""


def _unwell_with(expected: AnyExpected) -> Related:
    """Of one that was stopped, its unit and all that it does; of consul, all that is asked of it or by its names."""
    mine = _of_module(expected, (UnitActive, UnitCurrent, PortUnit, ConsulPassing, ServiceHealth))
    consul = getattr(expected.fact, "service", "") == "consul"
    by_consul = (ConsulPassing, NameResolved, KeySet, PagesUnserved, ServiceHealth)
    return lambda other: mine(other) or (consul and isinstance(other.fact, by_consul))


def _unnamed(other: AnyExpected) -> bool:
    return isinstance(other.fact, (PagesUnserved, NameResolved, ResolverAddress))


def _mute(port: int) -> str:
    """The unit that listens there goes on as a program that does not."""
    pid = f"pid=$(ss -Htlnp sport = :{port} | sed -n 's/.*pid=\\([0-9]*\\).*/\\1/p' | head -n 1)"
    unit = "unit=$(sed -n 's/.*\\/\\([^/]*\\.service\\).*/\\1/p' /proc/$pid/cgroup | head -n 1)"
    text = "[Service]\\nExecStart=\\nExecStart=/bin/sleep infinity\\n"
    place = "/run/systemd/system/$unit.d"
    write = f"mkdir -p {place}; printf '{text}' > {place}/bklab.conf; systemctl daemon-reload"
    return f"{pid}; {unit}; {write}; systemctl restart $unit"


def _kind(expected: AnyExpected, path: str) -> str:
    return f"mkdir -p {path}" if expected.reading == Absent() else f"rm -rf {path}"


def _nothing(_: AnyExpected) -> bool:
    return False


def _pages(other: AnyExpected) -> bool:
    return isinstance(other.fact, PagesUnserved)


def _page(app: str) -> Related:
    """A SaaS has a container and a page, and the one needs the other."""
    return lambda expected: isinstance(expected.fact, (AppContainer, PagesUnserved)) and app in fact_id(expected.fact)


def _on_docker(host: str) -> Related:
    """All that containers of this host do, and the pages, which lead there."""

    def related(other: AnyExpected) -> bool:
        here = other.fact.host == host
        return _pages(other) or (here and isinstance(other.fact, (*container.FACTS, ConsulPassing)))

    return related


def _names(word: str, host: str) -> Related:
    return lambda expected: word in fact_id(expected.fact) and host in ("", expected.fact.host)


def _copies(word: str) -> Related:
    """What names it, and the hosts' copies of /data/install."""
    return lambda expected: word in fact_id(expected.fact) or isinstance(expected.fact, TreeDigest)


def _consul(name: str) -> Related:
    return lambda expected: isinstance(expected.fact, ConsulPassing) and name.startswith(expected.fact.service)


def _of_module(expected: AnyExpected, kinds: tuple[type[object], ...]) -> Related:
    return lambda other: isinstance(other.fact, kinds) and other.module == expected.module


def _of_unit(expected: AnyExpected, unit: str) -> Related:
    current = _names(f"{unit} ", expected.fact.host)
    served = _of_module(expected, (ConsulPassing, UnitActive, PortUnit, ServiceHealth))
    return lambda other: served(other) or (isinstance(other.fact, UnitCurrent) and current(other))


def dealt(expectations: Sequence[AnyExpected], count: int, seed: int) -> Iterator[AnyExpected]:
    """COUNT wishes: one of every kind and expected reading first, then at random; no fact twice."""
    random = Random(seed)
    kinds: dict[tuple[str, bool], list[AnyExpected]] = {}
    for expected in expectations:
        kinds.setdefault((str(getattr(expected.fact, "kind", "")), expected.reading == Absent()), []).append(expected)
    first = [random.choice(found) for found in kinds.values()]
    rest = [wish for wish in expectations if wish not in first]
    yield from (first + random.sample(rest, max(0, count - len(first))))[:count]


def expectations(desk: Desk) -> tuple[AnyExpected, ...]:
    """What the release expects of the cluster that this desk is set up for, once its scripts are in place: a variable
    that these do not ask for is none of it."""
    texts = {str(path.relative_to(_RELEASE)): path.read_text(encoding="utf-8") for path in _RELEASE.rglob("*.toml")}
    file = parse.cluster_file(desk.cluster.read_text(encoding="utf-8"), str(desk.cluster))
    config = (desk.lab.place.root("h1") / "data/install/install.config").read_text(encoding="utf-8")
    release = parse.release(texts)
    defaults = desk.lab.place.root("h1") / "data/install/bin/default"
    asked = "".join(path.read_text(encoding="utf-8") for path in defaults.glob("*.env"))
    variables = tuple(v for v in release.variables if not v.if_declared or f"\n{v.key}=" in asked)
    return expected_facts(build_cluster(file, release.model_copy(update={"variables": variables}), config))
