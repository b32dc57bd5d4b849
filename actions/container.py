"""Containers: start one that only stopped, or have the vendor's own script make a single one anew.

`bkcli install paas` would recreate all six; where one is missing, install_paas.sh for that one is the narrowest call.
Source: ce/bin/install_paas.sh:150-205.
"""

from dataclasses import dataclass
from typing import Literal

from actions.action import Action, Disrupts
from probes.container import ContainerImage, ContainerState
from probes.fact import AnyExpected
from probes.shell import Command
from specs.reason import Because, coded


@dataclass(frozen=True, slots=True, kw_only=True)
class StartContainer(Action):
    """Start a container that exists with the right image; it keeps all it was created with."""

    container: str
    kind: Literal["container.start"] = "container.start"

    def ensures(self) -> tuple[AnyExpected, ...]:
        state = ContainerState(host=self.host, container=self.container)
        return (state.must_be("running", because=coded("start-means-running"), source="docker-start(1)"),)

    def command(self) -> Command:
        return Command(script='docker start "$1"', args=(self.container,))


INSTALL = """set -eu
case $2 in *[!a-z]*) echo "not a project: $2" >&2; exit 64;; esac
exec "$1/bin/install_paas.sh" -e "$1/bin/04-final/paas.env" -m "$2" -s "$3" -p "$4" -b "$5"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallContainer(Action):
    """Let install_paas.sh load the image and make one container of PaaS; its siblings are not touched."""

    container: str
    project: str
    image: str
    """With its tag: "bk-paas-login:2.14.57"."""
    install: str
    src: str
    home: str
    kind: Literal["container.install"] = "container.install"

    def ensures(self) -> tuple[AnyExpected, ...]:
        state = ContainerState(host=self.host, container=self.container)
        image = ContainerImage(host=self.host, container=self.container)
        why, source = coded("install-means-running"), "ce/bin/install_paas.sh:191"
        return (
            state.must_be("running", because=why, source=source),
            image.must_be(self.image, because=why, source=source),
        )

    def command(self) -> Command:
        return Command(script=INSTALL, args=(self.install, self.project, self.src, self.home, self.host))

    def touches(self) -> tuple[Because, ...]:
        return (coded("touches-project-files", project=self.project, home=self.home),)

    @property
    def disrupts(self) -> Disrupts:
        return "service"

    @property
    def outage(self) -> str:
        return "paas"

    @property
    def login(self) -> bool:
        return True

    @property
    def estimate_s(self) -> float:
        return 30.0
