"""Docker: which containers are there, in which state, from which image; is the daemon itself in order?

All containers and images of a host are listed and looked up by their exact names afterwards: `docker ps --filter name=`
matches parts of names, and `docker inspect NAME` takes the beginning of an id too. A container that disappears between
listing and inspection makes `inspect` fail, so both are retried. Environments are never read: they hold secrets.
Source: docker 18.09, `docker inspect --format`; dockerd(8), data-root.

A crash-looping container is "running" at nearly every probe: docker starts it 100 ms later, and waits longer (up to
a minute) only for what lived less than ten seconds. Two things show it: when it was started last, and its
restart count. That count is reset with `docker start` and with the daemon, so that after a reboot all
are young and none was restarted. Source: docker 18.09, restartmanager.go, daemon/monitor.go, daemon/start.go.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, AnyReading, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, decimal, lines_of
from probes.probe import Probe
from probes.steady import STEADY_S
from specs.reason import reason

State = Literal["running", "exited", "created", "paused", "restarting", "dead"]
Usable = Literal["usable", "not-installed", "not-answering"]
Lasting = Literal["lasting", "differs", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState(Fact[State]):
    container: str
    kind: Literal["container.state"] = "container.state"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerImage(Fact[str]):
    """As it was given to `docker run`: "bk-paas-login:2.14.57"."""

    container: str
    kind: Literal["container.image"] = "container.image"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePresent(Fact[bool]):
    image: str
    """Repository and tag: "bk-paas-login:2.14.57"."""
    kind: Literal["container.image-present"] = "container.image-present"


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerUsable(Fact[Usable]):
    kind: Literal["container.docker-usable"] = "container.docker-usable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerFault(Fact[Literal["not-answering"]]):
    """A docker whose daemon does not answer; Absent where it answers, and where docker is not installed."""

    kind: Literal["container.docker-fault"] = "container.docker-fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerDataRoot(Fact[Lasting]):
    """Will the daemon find its containers after its next start? "lasting" also where there is no docker to lose any.

    "differs": daemon.json names another directory than the daemon uses. "unclear": daemon.json names none, or several.
    """

    kind: Literal["container.data-root"] = "container.data-root"


VendorRoot = Literal["in-use", "free", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorDataRoot(Fact[VendorRoot]):
    """Does the path that the vendor's installers write into daemon.json lead to the data root of the running daemon?

    "free": nothing is there, or an empty directory. "other": something that is not this daemon's, an empty mount
    included. Absent where docker is not usable. The path: "/data/bkce/public/docker" (bin/install_docker.sh:17).
    """

    path: str
    kind: Literal["container.vendor-data-root"] = "container.vendor-data-root"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainersWithoutRestartPolicy(Fact[tuple[str, ...]]):
    """Of these containers, those that run without a restart policy: a reboot does not start them."""

    containers: tuple[str, ...]
    kind: Literal["container.no-restart-policy"] = "container.no-restart-policy"


RESTARTED_S = 60
"""One that docker has started again counts as stable after this. One that lives longer between two crashes is not
found by a single probe."""

AHEAD_S = 60
"""A start time so far ahead is from before the clock was set back: it is not recent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsteadyContainers(Fact[tuple[str, ...]]):
    """Of these, those that run and are not yet stable: less than five seconds since their start, or less than a minute
    since docker restarted them. A container that does not run is not among them: its state shows that."""

    containers: tuple[str, ...]
    apps: tuple[str, ...] = ()
    """SaaS, by code: any of its running containers that stays up will do."""
    kind: Literal["container.unsteady"] = "container.unsteady"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppContainer(Fact[State]):
    """State of a SaaS: "running" if any of its containers runs, else the state of the newest; Absent where it has none.

    PaaS agent names them CODE-SECONDS, the time of the deployment (bin/single_host_low_memory_config.sh:30). Which
    version runs in it is not visible from outside.
    """

    app: str
    kind: Literal["container.app"] = "container.app"


ContainerFact = (
    AppContainer
    | ContainerState
    | ContainerImage
    | ImagePresent
    | DockerUsable
    | DockerFault
    | DockerDataRoot
    | VendorDataRoot
    | ContainersWithoutRestartPolicy
    | UnsteadyContainers
)

CONFIG = "/etc/docker/daemon.json"

SCRIPT = (
    MISSING
    + r"""
command -v docker >/dev/null 2>&1 || { printf 'docker\tnot-installed\nend\n'; exit 0; }
root=$(timeout 10 docker info --format '{{.DockerRootDir}}' 2>/dev/null) && [ -n "$root" ] ||
  { printf 'docker\tnot-answering\nend\n'; exit 0; }
printf 'docker\tusable\n'

key='"\(data-root\|graph\)"[[:space:]]*:[[:space:]]*'
named=$(grep -o "$key\"" "$1" 2>/dev/null | grep -c .)
flag() { # dockerd refuses to start when flag and file both name it, so the flag alone decides
  pid=$(cat /var/run/docker.pid 2>/dev/null) && tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" |
    grep -qE '^(--data-root|--graph|-g)(=|$)'
}
same() { [ "$root" = "$1" ] || [ "$(readlink -m -- "$root")" = "$(readlink -m -- "$1")" ]; }
case $named in
  0) if same /var/lib/docker || flag; then lasts=lasting; else lasts=unclear; fi ;;
  1) if same "$(sed -n "s/.*$key\"\([^\"]*\)\".*/\2/p" "$1")"; then lasts=lasting; else lasts=differs; fi ;;
  *) lasts=unclear ;;
esac
printf 'root\t%s\n' "$lasts"

shift
for path do
  if same "$path"; then leads=in-use
  elif [ -L "$path" ]; then leads=other
  elif missing "$path"; then leads=free
  elif [ ! -d "$path" ] || mountpoint -q -- "$path"; then leads=other
  else
    files=$(ls -A -- "$path") || exit 1
    if [ -z "$files" ]; then leads=free; else leads=other; fi
  fi
  printf 'vendor\t%s\t%s\n' "$path" "$leads"
done

about='container {{.Name}} {{.State.Status}} {{.HostConfig.RestartPolicy.Name}} {{.Config.Image}}'
about="$about {{.RestartCount}} {{.State.StartedAt}}"
printf 'now\t%s\n' "$(date +%s)" # first: what is started meanwhile is young all the more
try=0
until
  ids=$(timeout 10 docker ps -a -q --no-trunc) || exit 1
  [ -z "$ids" ] || shown=$(timeout 10 docker inspect --type container --format "$about" $ids 2>/dev/null)
do try=$((try + 1)); [ $try -lt 3 ] || exit 1; done
[ -z "$ids" ] || printf '%s\n' "$shown" | tr ' ' '\t'

images=$(timeout 10 docker images --format 'image {{.Repository}}:{{.Tag}}' 2>/dev/null) || exit 1
[ -z "$images" ] || printf '%s\n' "$images" | tr ' ' '\t'
printf 'end\n'
"""
)


def command(facts: Sequence[ContainerFact]) -> Command:
    paths = dict.fromkeys(fact.path for fact in facts if isinstance(fact, VendorDataRoot))
    return Command(script=SCRIPT, args=(CONFIG, *paths), timeout_s=60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Container:
    state: str
    policy: str
    image: str
    restarts: str
    started: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Docker:
    usable: Usable
    lasts: str = ""
    vendor_roots: Mapping[str, str] = field(default_factory=dict[str, str])
    now: float = 0.0
    containers: Mapping[str, _Container] = field(default_factory=dict[str, _Container])
    images: frozenset[str] = frozenset()


def parse(facts: Sequence[ContainerFact], output: Output) -> Readings:
    docker = _docker(tuple(line.split("\t") for line in lines_of(output)))
    return {fact: _read(fact, docker) for fact in facts}


def _docker(rows: Sequence[Sequence[str]]) -> _Docker:
    if len(rows) < 2 or rows[-1] != ["end"]:
        raise ValueError("the list of containers is cut")
    match rows[0]:
        case ["docker", "usable"]:
            return _listed(rows[1:-1])
        case ["docker", ("not-installed" | "not-answering") as usable]:
            return _Docker(usable=usable)
        case _:
            raise ValueError("the answer does not say whether docker is usable")


def _listed(rows: Sequence[Sequence[str]]) -> _Docker:
    lasts = now = ""
    vendor_roots: dict[str, str] = {}
    containers: dict[str, _Container] = {}
    images: set[str] = set()
    for row in rows:
        match row:
            case ["root", lasts]:
                pass
            case ["vendor", path, leads]:
                vendor_roots[path] = leads
            case ["now", now]:
                pass
            case ["container", name, state, policy, image, restarts, started]:
                containers[name.removeprefix("/")] = _Container(
                    state=state, policy=policy, image=image, restarts=restarts, started=started
                )
            case ["image", name]:
                images.add(name)
            case _:
                raise ValueError("a line of the list of containers is not understood")
    return _Docker(
        usable="usable",
        lasts=lasts,
        vendor_roots=vendor_roots,
        now=decimal(now),
        containers=containers,
        images=frozenset(images),
    )


def _read(fact: ContainerFact, docker: _Docker) -> AnyReading:
    if isinstance(fact, DockerUsable):
        return Known(docker.usable)
    if isinstance(fact, DockerFault):
        return Known("not-answering") if docker.usable == "not-answering" else Absent()
    if docker.usable == "not-installed":
        return _without(fact)
    if docker.usable == "not-answering":
        return Unknown(reason("docker-not-answering"))
    return _state_of_image(fact, docker)


def _without(fact: ContainerFact) -> AnyReading:
    """Without docker nothing can be lost."""
    match fact:
        case DockerDataRoot():
            return Known("lasting")
        case ContainersWithoutRestartPolicy() | UnsteadyContainers():
            return Known(())
        case _:
            return Absent()


def _state_of_image(
    fact: AppContainer
    | ContainerState
    | ContainerImage
    | ImagePresent
    | DockerDataRoot
    | VendorDataRoot
    | ContainersWithoutRestartPolicy
    | UnsteadyContainers,
    docker: _Docker,
) -> AnyReading:
    match fact:
        case AppContainer():
            return _app(fact.app, docker)
        case ContainerState():
            result = docker.containers.get(fact.container)
            return Absent() if result is None else _state(fact.container, result.state)
        case ContainerImage():
            result = docker.containers.get(fact.container)
            return Absent() if result is None else Known(result.image)
        case ImagePresent():
            return Known(True) if fact.image in docker.images else Absent()
        case DockerDataRoot():
            return _data_root(docker.lasts)
        case VendorDataRoot():
            return _vendor_root(docker.vendor_roots.get(fact.path, ""))
        case ContainersWithoutRestartPolicy():
            return Known(tuple(name for name in fact.containers if _unkept(docker.containers.get(name))))
        case UnsteadyContainers():
            return Known(tuple(_unsteady(fact, docker)))


def _app(app: str, docker: _Docker) -> Reading[State]:
    states = [_state(name, docker.containers[name].state) for name in _of_app(app, docker)]
    return Known("running") if Known("running") in states else next(reversed(states), Absent())


_SECONDS = re.compile(r"[0-9]{1,18}")


def _of_app(app: str, docker: _Docker) -> list[str]:
    """Its containers, the newest last."""
    parts = ((name, *name.rpartition("-")) for name in docker.containers)
    started = sorted((int(at), name) for name, of, _, at in parts if of == app and _SECONDS.fullmatch(at))
    return [name for _, name in started]


def _unsteady(fact: UnsteadyContainers, docker: _Docker) -> Iterator[str]:
    requested = [(name, [name]) for name in fact.containers] + [(app, _of_app(app, docker)) for app in fact.apps]
    for text, names in requested:
        result = (docker.containers[name] for name in names if name in docker.containers)
        running = [container for container in result if container.state == "running"]
        if running and not any(_stays(container, docker.now) for container in running):
            yield text


def _stays(container: _Container, now: float) -> bool:
    age = now - _moment(container.started)
    return not -AHEAD_S < age < (RESTARTED_S if decimal(container.restarts) > 0 else STEADY_S)


def _moment(text: str) -> float:
    """docker's way to write a time: "2026-11-28T21:34:39.123456789Z"; the daemon's are all of UTC."""
    seconds, _, rest = text.partition(".")
    if rest and not rest.endswith("Z"):
        raise ValueError("not a time of docker's")
    return datetime.strptime(seconds.removesuffix("Z"), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC).timestamp()


def _unkept(container: _Container | None) -> bool:
    """Only running ones: a stopped container is to stay stopped. "" is docker's output where the API set no policy."""
    return container is not None and container.state == "running" and container.policy in ("no", "")


def _state(container: str, state: str) -> Reading[State]:
    match state:
        case "running" | "exited" | "created" | "paused" | "restarting" | "dead":
            return Known(state)
        case _:
            return Unknown(reason("container-unknown-state", container=container, state=state))


def _vendor_root(leads: str) -> Reading[VendorRoot]:
    match leads:
        case "in-use" | "free" | "other":
            return Known(leads)
        case _:
            raise ValueError("the answer does not say where the vendor's data root leads")


def _data_root(lasts: str) -> Reading[Lasting]:
    match lasts:
        case "lasting" | "differs" | "unclear":
            return Known(lasts)
        case _:
            raise ValueError("the answer does not say whether docker will find its data again")


FACTS: tuple[type[AnyFact], ...] = (
    AppContainer,
    ContainerState,
    ContainerImage,
    ImagePresent,
    DockerUsable,
    DockerFault,
    DockerDataRoot,
    VendorDataRoot,
    ContainersWithoutRestartPolicy,
    UnsteadyContainers,
)
PROBE = Probe(family="container", facts=FACTS, command=command, parse=parse)
