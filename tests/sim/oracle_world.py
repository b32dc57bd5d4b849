"""A cluster made of the oracle's plain things, and what bkrec's probes would read of it.

This is the translation that the oracle itself does not have, since it knows no probe. Each answer is written from what
the fact asks of a host: a stopped unit is inactive, a port that nobody listens on makes consul call its service
critical, a database that is down answers nothing. What no thing answers reads as bkrec expects it, and is counted:
of those facts nothing is proved here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from probes.consul import ConsulDefinition, ConsulPassing
from probes.container import (
    AppContainer,
    ContainerImage,
    ContainerState,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
)
from probes.current import UnitCurrent, UnitStartedSince
from probes.env import EnvCopied, EnvFilled, EnvPresent, EnvValue
from probes.fact import Absent, AnyFact, AnyReading, Known, Unknown
from probes.gateway import GatewayReleased
from probes.health import ServiceHealth
from probes.http import PagesUnserved
from probes.iam import ModelsPending
from probes.install_config import ModuleHosts
from probes.kv import KeySet
from probes.mysql import AppRegistered, LoginPath, MysqlUser, MysqlWritable, PendingSql, ProductVersion, SaasVariable
from probes.path import FileDigest, LineInFile, PathKind, TreeDigest, VersionText
from probes.port import PortListening, PortUnit
from probes.redis import RedisCluster
from probes.saas import SaasOnline, SaasPackaged, SaasValue
from probes.tag import SecretsTag
from probes.task import TaskDone
from probes.text import FileMentions
from probes.unit import UnitActive, UnitEnabled
from probes.yaml import YamlValue
from specs.cluster import Cluster
from specs.reason import reason
from tests.oracle.finished import Recording

Key = tuple[str, str, str]
"""Host, kind, name."""
NOT_READ = Unknown(reason("not-read"))


@dataclass
class Things:
    """What is there now, of what was there when the cluster was finished; and which were consulted."""

    whole: Mapping[Key, str]
    taken: frozenset[Key] = frozenset()
    consulted: set[Key] = field(default_factory=set[Key])

    def known(self, host: str, kind: str, name: str) -> bool:
        """Does the oracle say anything about it?"""
        return (host, kind, name) in self.whole

    def present(self, host: str, kind: str, name: str) -> bool:
        """True too of what the oracle does not know: nothing was taken of it."""
        key = (host, kind, name)
        self.consulted.add(key)
        return key not in self.taken

    def value(self, host: str, kind: str, name: str) -> str:
        return self.whole[host, kind, name]

    def names(self, host: str, kind: str) -> tuple[str, ...]:
        return tuple(name for at, of, name in self.whole if (at, of) == (host, kind))


SERVERS = {
    "consul": "consul.service",
    "elasticsearch": "elasticsearch.service",
    "etcd": "etcd.service",
    "influxdb": "influxdb.service",
    "kafka": "kafka.service",
    "mongodb": "mongod.service",
    "rabbitmq": "rabbitmq-server.service",
    "redis": "redis@default.service",
    "zookeeper": "zookeeper.service",
}


@dataclass(frozen=True, kw_only=True)
class OracleWorld:
    cluster: Cluster
    whole: Mapping[Key, str]
    recording: Recording
    """Of it: the ports at which consul looks for services, and the names of the files in the package."""

    def read(self, fact: AnyFact, things: Things) -> AnyReading | None:
        """None where no thing answers."""
        for family in (self._units, self._containers, self._consul, self._files, self._env, self._mysql, self._rest):
            reading = family(fact, things)
            if reading is not None:
                return reading
        return None

    def _units(self, fact: AnyFact, things: Things) -> AnyReading | None:
        match fact:
            case UnitActive(host=host, unit=unit) if things.known(host, "unit", unit):
                return Known("active" if things.present(host, "unit", unit) else "inactive")
            case UnitActive(host=host, unit=unit) if things.known(host, "gone-unit", unit):
                return Absent() if things.present(host, "gone-unit", unit) else Known("active")
            case UnitEnabled(host=host, unit=unit) if things.known(host, "boot", unit):
                return Known("enabled" if things.present(host, "boot", unit) else "disabled")
            case UnitStartedSince(host=host, unit=unit) if things.known(host, "unit", unit):
                return Known(True) if things.present(host, "unit", unit) else Absent()
            case UnitCurrent(host=host, unit=unit, file=file) if things.known(host, "unit", unit):
                runs, replaced = things.present(host, "unit", unit), self._file_is_there(host, file, things)
                return Known(True) if runs and replaced else Absent()
            case _:
                return None

    def _containers(self, fact: AnyFact, things: Things) -> AnyReading | None:
        host = fact.host
        match fact:
            case ContainerState(container=name) if things.known(host, "container", name):
                reading: AnyReading = Known("running" if things.present(host, "container", name) else "exited")
            case ContainerImage(container=name) if things.known(host, "image", name):
                reading = Known(things.value(host, "image", name) if things.present(host, "image", name) else "other:1")
            case ContainersWithoutRestartPolicy(containers=names) if things.known(host, "restart", names[0]):
                reading = Known(tuple(name for name in names if not things.present(host, "restart", name)))
            case AppContainer(app=app) if things.known(host, "saas", app):
                reading = Known("running" if things.present(host, "saas", app) else "exited")
            case DockerDataRoot() if things.known(host, "docker", "data-root"):
                reading = Known("lasting" if things.present(host, "docker", "data-root") else "differs")
            case _:
                return None
        return reading if things.present(host, "unit", "docker.service") else NOT_READ

    def _consul(self, fact: AnyFact, things: Things) -> AnyReading | None:
        host = fact.host
        match fact:
            case ConsulDefinition(service=name) if things.known(host, "consul", name):
                return Known("written") if things.present(host, "consul", name) else Absent()
            case ConsulDefinition(service=name) if things.known(host, "gone-consul", name):
                return Absent() if things.present(host, "gone-consul", name) else Known("written")
            case ConsulPassing(service=name) if things.known(host, "service", name):
                defined, listened = things.present(host, "consul", name), self._is_listened_on(host, name, things)
                passing = things.present(host, "service", name) and listened
                if not self._consul_answers(host, things):
                    return NOT_READ
                return Absent() if not defined else Known("passing" if passing else "critical")
            case KeySet(key=key) if things.known(self.cluster.controller, "kv", key):
                there, answers = things.present(self.cluster.controller, "kv", key), self._consul_answers(host, things)
                return NOT_READ if not answers else Known(True) if there else Absent()
            case PortListening(port=port) if things.known(host, "port", str(port)):
                return Known(True) if self._is_listening(host, str(port), things) else Absent()
            case PortUnit(port=port) if things.known(host, "port", str(port)):
                holder = things.value(host, "port", str(port))
                return Known(holder) if self._is_listening(host, str(port), things) else Absent()
            case _:
                return None

    def _consul_answers(self, host: str, things: Things) -> bool:
        return all([things.present(host, "unit", "consul.service"), things.present(host, "port", "8500")])

    def _is_listened_on(self, host: str, service: str, things: Things) -> bool:
        """Its port, as far as anybody was seen there; and whoever listens: a unit or a container that runs."""
        port = self.port_of(service)
        return not things.known(host, "port", port) or self._is_listening(host, port, things)

    def _is_listening(self, host: str, port: str, things: Things) -> bool:
        program = things.value(host, "port", port)
        up = [
            things.present(host, kind, program) for kind in ("unit", "container") if things.known(host, kind, program)
        ]
        return all([things.present(host, "port", port), *up])

    def port_of(self, service: str) -> str:
        return next((found for kinds in self.recording.hosts.values() if (found := kinds["served"].get(service))), "")

    def _files(self, fact: AnyFact, things: Things) -> AnyReading | None:
        host = fact.host
        match fact:
            case PathKind(path=path) if self._venv(path) and things.known(host, "gone-venv", self._venv(path)):
                return Absent() if things.present(host, "gone-venv", self._venv(path)) else Known("directory")
            case PathKind(path=path) if key := self._path_key(host, path, things):
                kind = "directory" if key[1] == "src-directory" else "file"
                return Known(kind) if things.present(*key) else Absent()
            case FileDigest(path=path) if key := self._path_key(host, path, things):
                return Known("same") if things.present(*key) else Absent()
            case FileMentions(file=path) if key := self._path_key(host, path, things):
                return Known(True) if things.present(*key) else Absent()
            case VersionText(path=path) if key := self._version_key(host, path, things):
                return Known(things.value(*key)) if things.present(*key) else Known("0.0.1")
            case TreeDigest(root=root) if host == self.cluster.controller:
                parts = [(kind, name) for kind in ("script", "env") for name in things.names(host, kind)]
                lacks = sorted(f"{kind} {name}" for kind, name in parts if not things.present(host, kind, name))
                return Known(" without ".join(("same", *lacks)))
            case TreeDigest(root=root) if things.known(host, "tree", root):
                return Known("same" if things.present(host, "tree", root) else "another")
            case LineInFile(path=path, line=line) if things.known(host, "module", line):
                there = path == self.cluster.home(".installed_module") and things.present(host, "module", line)
                return Known(True) if there else Absent()
            case YamlValue(file=path) if things.known(host, "setting", f"{path} gseV2"):
                return Known("false" if things.present(host, "setting", f"{path} gseV2") else "true")
            case ModuleHosts(module=module) if things.known(host, "placed", module):
                there = things.present(host, "placed", module)
                return Known(tuple(things.value(host, "placed", module).split(","))) if there else Absent()
            case _:
                return None

    def _venv(self, path: str) -> str:
        directory = self.cluster.home(".envs") + "/"
        return path.removeprefix(directory) if path.startswith(directory) else ""

    def _path_key(self, host: str, path: str, things: Things) -> Key | None:
        """The thing that a path is: a file by its name, a script below /data/install, the directories put back."""
        below = path.removeprefix(self.cluster.paths.install + "/")
        keys = ((host, "file", path), (host, "script", below), (host, "src-directory", PurePosixPath(path).name))
        return next((key for key in keys if things.known(*key) and (key[1] != "script" or below != path)), None)

    def _version_key(self, host: str, path: str, things: Things) -> Key | None:
        if path == self.cluster.src("VERSION"):
            return (host, "release", self.cluster.paths.src)
        product = PurePosixPath(path).parent.name
        key = (host, "version", product)
        return key if path == self.cluster.home(product, "VERSION") and things.known(*key) else None

    def _file_is_there(self, host: str, path: str, things: Things) -> bool:
        key = self._version_key(host, path, things) or self._path_key(host, path, things)
        return key is None or things.present(*key)

    def _env(self, fact: AnyFact, things: Things) -> AnyReading | None:
        host = fact.host
        match fact:
            case EnvValue(file=file, key=name) if things.known(host, "env", self._variable(file, name)):
                key = self._variable(file, name)
                return Known(things.value(host, "env", key)) if things.present(host, "env", key) else Absent()
            case EnvFilled(file=file, key=name) | EnvPresent(file=file, key=name) if things.known(
                host, "env", self._variable(file, name)
            ):
                return Known(True) if things.present(host, "env", self._variable(file, name)) else Absent()
            case EnvCopied(file=file, key=name, sources=sources) if things.known(
                host, "env", self._variable(file, name)
            ):
                named = [self._variable(*source.split(":")) for source in sources]
                known = [source for source in named if things.known(host, "env", source)]
                filled = [source for source in known if things.present(host, "env", source)]
                if not things.present(host, "env", self._variable(file, name)):
                    return Absent()
                return Known(filled[:1] == known[:1])
            case SecretsTag(module=module) if things.known(host, "tag", module):
                return Known("kept" if things.present(host, "tag", module) else "tag-missing")
            case _:
                return None

    def _variable(self, file: str, key: str) -> str:
        return f"{file.removeprefix(self.cluster.env('').rstrip('/') + '/')} {key}"

    def _mysql(self, fact: AnyFact, things: Things) -> AnyReading | None:
        host = fact.host
        login_path = ""
        match fact:
            case LoginPath(login_path=path) if things.known(host, "login", path):
                reading: AnyReading = Known("works") if things.present(host, "login", path) else Absent()
            case MysqlUser(login_path=login_path, user=user, hosts=hosts) if self._account(user, hosts, things):
                granted = [things.present(host, "account", name) for name in self._account(user, hosts, things)]
                reading = Known("granted" if all(granted) else "missing")
            case AppRegistered(login_path=login_path, code=code) if things.known(host, "app", code):
                reading = Known(True) if things.present(host, "app", code) else Absent()
            case SaasValue(login_path=login_path, app=app, name=name) if things.known(
                host, "variable", f"{app} {name}"
            ):
                there = things.present(host, "variable", f"{app} {name}")
                reading = Known(True) if there else Absent()
            case SaasVariable(login_path=login_path, app_code=app, name=name) if things.known(
                host, "variable", f"{app} {name}"
            ):
                reading = Known(True) if things.present(host, "variable", f"{app} {name}") else Absent()
            case GatewayReleased(login_path=login_path, gateway=gateway, stage=stage) if things.known(
                host, "gateway", f"{gateway} {stage}"
            ):
                reading = Known(True) if things.present(host, "gateway", f"{gateway} {stage}") else Absent()
            case ProductVersion(login_path=login_path, code=code) if things.known(host, "product", code):
                shown = Known(things.value(host, "product", code))
                reading = shown if things.present(host, "product", code) else Absent()
            case MysqlWritable(login_path=login_path):
                reading = Known(True)
            case SaasOnline(login_path=login_path, app=app) if things.known(host, "online", app):
                there = things.present(host, "online", app)
                reading = Known(things.value(host, "online", app)) if there else Absent()
            case _:
                return None
        servers = self.cluster.inventory.on("mysql")
        up = [things.present(at, "unit", "mysql@default.service") for at in servers]
        up += [things.present(at, "port", "3306") for at in servers]
        up += [things.present(host, "database", name) for name in ("open_paas", "bksuite_common")]
        up += [things.present(host, "login", login_path)] if login_path else []
        return reading if all(up) else NOT_READ

    def _account(self, user: str, hosts: Iterable[str], things: Things) -> tuple[str, ...]:
        controller = self.cluster.controller
        wanted = (f"{user}@%", *(f"{user}@{host}" for host in hosts))
        return tuple(name for name in wanted if things.known(controller, "account", name))

    def _rest(self, fact: AnyFact, things: Things) -> AnyReading | None:
        host = fact.host
        match fact:
            case PendingSql(directory=directory) | ModelsPending(directory=directory):
                names = self._packaged(directory)
                pending = tuple(name for name in names if not things.present(host, "migrated", name))
                return Known(pending) if names else None
            case RedisCluster(port=port) if things.known(host, "redis", str(port)):
                return self._redis_cluster(host, str(port), things)
            case ServiceHealth(service=service, port=port) if things.known(host, "unit", SERVERS.get(service, "")):
                up = [things.present(host, "unit", SERVERS[service])]
                up += [things.present(host, "port", str(port))] if things.known(host, "port", str(port)) else []
                return Known("ok") if all(up) else Absent()
            case TaskDone(task=task) if things.known(host, "task", task):
                return Known(True) if things.present(host, "task", task) else Absent()
            case PagesUnserved(pages=pages):
                apps = [page.rstrip("/").rpartition("/")[2] for page in pages]
                unserved = tuple(f"/o/{app}/ 502" for app in apps if not self._is_served(app, things))
                resolved = [self._consul_answers(host, things)]
                for entrance in self.cluster.inventory.on("nginx"):
                    resolved += [things.present(entrance, kind, "paas") for kind in ("consul", "service")]
                return Known(unserved if all(resolved) else ("http://paas.service.consul unresolved",))
            case SaasPackaged(app=app) if things.known(self.cluster.controller, "online", app):
                return Known(things.value(self.cluster.controller, "online", app))
            case _:
                return None

    def _is_served(self, app: str, things: Things) -> bool:
        """By openresty where the entrance is, as long as the SaaS runs where it was deployed."""
        controller = self.cluster.controller
        entrance = self.cluster.inventory.on("nginx")[0]
        ways = [things.present(entrance, "unit", "openresty.service"), things.present(entrance, "port", "80")]
        runs = [things.present(host, "saas", app) for host in self.cluster.inventory.on("appo")]
        return all([things.present(controller, "page", app), *ways, any(runs)])

    def _redis_cluster(self, host: str, port: str, things: Things) -> AnyReading:
        """Of all instances, since it has no replicas: one that is gone, or that the others do not reach, fails it."""
        owned = [name for name in things.names(host, "port") if "redis-cluster" in things.value(host, "port", name)]
        serving = [things.present(host, "redis", name) for name in things.names(host, "redis")]
        serving += [things.present(host, "port", name) for name in owned]
        serving += [things.present(host, "unit", things.value(host, "port", name)) for name in owned]
        if not all([things.present(host, "port", port), things.present(host, "unit", f"redis-cluster-{port}.service")]):
            return Absent()
        return Known("ok" if all(serving) else "fail")

    def _packaged(self, directory: str) -> tuple[str, ...]:
        below = directory.removeprefix(self.cluster.paths.src + "/") + "/"
        files = self.recording.hosts[self.recording.controller]["packaged"]
        return tuple(sorted(PurePosixPath(name).name for name in files if name.startswith(below)))
