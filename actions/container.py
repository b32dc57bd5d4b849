"""Containers: start a stopped one, or have the vendor's own script create a single one.

`bkcli install paas` would recreate all six; where one is missing, install_paas.sh for that one is the narrowest call.
The other products that 6.2 moved into containers have such a script each, with arguments of their own.
Two things make them survive a reboot: a restart policy, and a daemon.json that leads to their data root.
Source: ce/bin/install_paas.sh:150-205, ce/install.sh:979,1094,1148,1275; bin/install_docker.sh:15,35.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action, Disrupts, Undo
from probes.command import Command
from probes.container import (
    ContainerImage,
    ContainerState,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
    VendorDataRoot,
)
from probes.fact import AnyExpected, AnyFact
from specs.reason import Reason, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StartContainer(Action):
    """Start a container that exists with the right image; its settings stay."""

    container: str
    identity: ClassVar[tuple[str, ...]] = ("container",)
    kind: Literal["container.start"] = "container.start"
    undo: ClassVar[Undo] = "running"

    def ensures(self) -> tuple[AnyExpected, ...]:
        state = ContainerState(host=self.host, container=self.container)
        return (state.must_be("running", because=reason("start-means-running"), source="docker-start(1)"),)

    def command(self) -> Command:
        return Command(script='docker start "$1"', args=(self.container,))


INSTALL = """set -eu
install=$1 project=$2 src=$3 home=$4 host=$5 module=$6
case $project in *[!a-z]*) echo "not a project: $project" >&2; exit 64;; esac
final=$install/bin/04-final
case $module in
    paas) exec "$install/bin/install_paas.sh" -e "$final/paas.env" -m "$project" -s "$src" -p "$home" -b "$host" ;;
    usermgr) exec "$install/bin/install_usermgr.sh" -e "$final/usermgr.env" -s "$src" -p "$home" ;;
    nodeman)
        wan=$(awk '/^WAN_IP=/ { last = substr($0, 8) } END { print last }' /etc/blueking/env/local.env)
        exec "$install/bin/install_bknodeman.sh" -e "$final/bknodeman.env" -s "$src" -p "$home" -b "$host" -w "$wan" ;;
    monitorv3)
        exec "$install/bin/install_bkmonitorv3.sh" -b "$host" -m "$project" -e "$final/bkmonitorv3.env" -s "$src" \\
            -p "$home" -M stable ;;
    log) exec "$install/bin/install_bklog.sh" -m "$project" -e "$final/bklog.env" -b "$host" -s "$src" -p "$home" ;;
    *) echo "no script for $module" >&2; exit 64 ;;
esac
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallContainer(Action):
    """Let the module's own script load the image and make one container; its siblings are not touched."""

    container: str
    project: str
    image: str
    """With its tag: "bk-paas-login:2.14.57"."""
    install: str
    src: str
    home: str
    product: str = "paas"
    """The module, whose script it is."""
    invalidated: tuple[AnyFact, ...] = ()
    """A new container has no restart policy, whatever the one before it had."""
    identity: ClassVar[tuple[str, ...]] = ("container",)
    kind: Literal["container.install"] = "container.install"
    login_shell: ClassVar[bool] = True
    typical_s: ClassVar[float] = 30.0

    def ensures(self) -> tuple[AnyExpected, ...]:
        state = ContainerState(host=self.host, container=self.container)
        image = ContainerImage(host=self.host, container=self.container)
        why, source = reason("install-means-running"), "ce/bin/install_paas.sh:191"
        return (
            state.must_be("running", because=why, source=source),
            image.must_be(self.image, because=why, source=source),
        )

    def command(self) -> Command:
        return Command(script=INSTALL, args=(self.install, self.project, self.src, self.home, self.host, self.product))

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("affects-project-files", project=self.project, module=self.product),)

    @property
    def disrupts(self) -> Disrupts:
        return "service"

    @property
    def outage(self) -> str:
        return self.product


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveContainer(Action):
    """Remove a leftover container that runs once: its name prevents the next one from being created."""

    container: str
    identity: ClassVar[tuple[str, ...]] = ("container",)
    kind: Literal["container.remove"] = "container.remove"

    def ensures(self) -> tuple[AnyExpected, ...]:
        state = ContainerState(host=self.host, container=self.container)
        return (state.must_be_absent(because=reason("container-removed"), source="docker-rm(1)"),)

    def command(self) -> Command:
        return Command(script='docker rm -f "$1"', args=(self.container,))


SET_POLICY = """set -eu
for name do
    shown=$(docker inspect --type container --format '{{.State.Running}} {{.HostConfig.RestartPolicy.Name}}' "$name") ||
        continue
    case $shown in 'true no' | 'true ') docker update --restart unless-stopped "$name" ;; esac
done
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRestartPolicy(Action):
    """Have running containers started with the daemon. They go on running meanwhile (docker-update(1)).

    unless-stopped, not always: what the vendor's `bkcli stop` (`docker stop`) took down stays down over a reboot.
    """

    containers: tuple[str, ...]
    identity: ClassVar[tuple[str, ...]] = ("containers",)
    kind: Literal["container.restart-policy"] = "container.restart-policy"
    undo: ClassVar[Undo] = "repaired"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = ContainersWithoutRestartPolicy(host=self.host, containers=self.containers)
        return (fact.must_be((), because=reason("containers-come-back"), source="docker-update(1)"),)

    def command(self) -> Command:
        return Command(script=SET_POLICY, args=self.containers)


NAME_ROOT = r"""set -eu
file=$1
if [ -L "$file" ]; then file=$(readlink -f -- "$file"); fi
root=$(timeout 10 docker info --format '{{.DockerRootDir}}')
case $root in
    *[!A-Za-z0-9._/-]*) echo "docker names no plain path for its data: $root" >&2; exit 1 ;;
    /*) ;;
    *) echo "docker names no plain path for its data: $root" >&2; exit 1 ;;
esac
first=/var/lib/bkrec/saved/daemon.json.$(date +%Y%m%d%H%M%S)
keep=$first n=1
while [ -e "$keep" ]; do
    n=$((n + 1))
    keep=$first.$n
done
mkdir -p -m 0700 -- "$(dirname -- "$keep")"
cp -p -- "$file" "$keep"
chmod 0600 -- "$keep"
cp -p -- "$file" "$file.bkrec-part"
awk -v root="\"$root\"" '{
    if (match($0, /"(data-root|graph)"[ \t]*:[ \t]*"[^"]*"/)) {
        named = substr($0, RSTART, RLENGTH)
        sub(/"[^"]*"$/, root, named)
        $0 = substr($0, 1, RSTART - 1) named substr($0, RSTART + RLENGTH)
        count++
    }
    print
} END { exit count != 1 }' "$keep" > "$file.bkrec-part"
# dockerd starts with no file that it cannot read, so what was made is looked at before it takes the old one's place
named=$(grep -cE "\"(data-root|graph)\"[[:space:]]*:[[:space:]]*\"$root\"" "$file.bkrec-part")
[ "$named" = 1 ]
sync
mv -T -- "$file.bkrec-part" "$file"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDockerDataRoot(Action):
    """Have daemon.json name the directory that the running daemon uses; every other line stays as it is.

    Nothing is restarted and no data moved: the next start of the daemon finds its present data. The old file is saved
    below /var/lib/bkrec/saved.
    """

    file: str
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["container.set-data-root"] = "container.set-data-root"
    undo: ClassVar[Undo] = "repaired"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = DockerDataRoot(host=self.host)
        return (fact.must_be("lasting", because=reason("docker-data-root-set"), source="dockerd(8), data-root"),)

    def command(self) -> Command:
        return Command(script=NAME_ROOT, args=(self.file,))


LINK_ROOT = r"""set -eu
path=$1
root=$(timeout 10 docker info --format '{{.DockerRootDir}}')
case $root in
    /*) [ -d "$root" ] || { echo "docker's data root is no directory: $root" >&2; exit 1; } ;;
    *) echo "docker names no path for its data: $root" >&2; exit 1 ;;
esac
leads=$(readlink -m -- "$path")
root=$(readlink -m -- "$root")
if [ "$leads" = "$root" ]; then exit 0; fi
case $leads in "$root"/*) echo "$path lies within docker's data root $root" >&2; exit 1 ;; esac
mkdir -p -- "${path%/*}"
# rmdir refuses what is not empty, and ln what is there
if [ -d "$path" ] && [ ! -L "$path" ]; then rmdir -- "$path"; fi
ln -s -T -- "$root" "$path"
sync
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkVendorDataRoot(Action):
    """Have the path that the vendor's installers write into daemon.json lead to the directory that docker uses.

    So that whatever restarts docker after such a call, in the middle of a run or between two nights, finds the
    containers and images: dockerd resolves a link in its data root (docker 18.09, daemon/daemon.go, NewDaemon).
    """

    path: str
    identity: ClassVar[tuple[str, ...]] = ("path",)
    kind: Literal["container.link-data-root"] = "container.link-data-root"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = VendorDataRoot(host=self.host, path=self.path)
        return (fact.must_be("in-use", because=reason("vendor-root-linked"), source="bin/install_docker.sh:17"),)

    def command(self) -> Command:
        return Command(script=LINK_ROOT, args=(self.path,))
