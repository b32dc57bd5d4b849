"""SaaS: their variables, which the vendor's tools.sh puts into the open_paas database, and their deployment.

`install saas-o` exits 0 when its polling runs out, and the guide knows that a first deployment of the monitor may; so
what is online is compared with the package's file name, and one more attempt is made. Guide 7.1, 7.6, 7.7, 7.11-7.16.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action, Disrupts, Undo
from actions.bkcli import Bkcli
from probes.command import Command
from probes.container import AppContainer
from probes.fact import AnyExpected
from probes.mysql import SaasVariable
from probes.saas import SaasOnline, SaasPackaged
from specs.reason import Reason, reason

ADD = """set -e
cd -- "$1"
set +u
source ./tools.sh
add_saas_environment
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSaasVariables(Bkcli):
    """Insert or update the rows; a silent no-op of the vendor's function shows as missing rows."""

    login_path: str
    names: tuple[tuple[str, str], ...]
    """(app code, variable name)."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["saas.variables"] = "saas.variables"
    undo: ClassVar[Undo] = "server"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return tuple(
            SaasVariable(host=self.host, login_path=self.login_path, app_code=code, name=name).must_be(
                True, because=reason("saas-reads-it", app=code), source="guide 7.1; ce/saas_var.env"
            )
            for code, name in self.names
        )

    def command(self) -> Command:
        return Command(script=ADD, args=(self.install,))

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("affects-saas-variables"),)


DEPLOY = """set -eu
install=$1 code=$2 src=$3 login=$4
case $code in *[!a-z0-9_]*) echo "not an app code: $code" >&2; exit 64;; esac
cd -- "$install"
files=$(ls -t -- "$src/official_saas")
file=$(printf '%s\\n' "$files" | awk -v head="${code}_V" 'index($0, head) == 1 && /[.]tar[.]gz/ && !n++')
[ -n "$file" ] || { echo "no package of $code below $src/official_saas" >&2; exit 1; }
want=${file#"${code}_V"}
want=${want%.tar.gz}
online() {
    printf "select v.version from paas_saas_app a join paas_saas_app_version v on v.id = a.online_version_id
        where a.code = '%s'" "$code" | mysql --no-defaults --login-path="$login" -NB open_paas
}
# twice: the first deployment of bk_monitorv3 may time out, and the guide's own advice is to do it again (7.15)
for attempt in 1 2; do
    ./bkcli install saas-o "$code" || echo "attempt $attempt failed" >&2
    now=$(online) || now=
    if [ "$now" = "$want" ]; then exit 0; fi
done
echo "$code is not online at $want" >&2
exit 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploySaas(Bkcli):
    """Upload and deploy to production; the app migrates its own database as it starts."""

    online: SaasOnline
    packaged: SaasPackaged
    app: str
    src: str
    login_path: str
    before: tuple[AnyExpected, ...]
    running: tuple[AnyExpected, ...] = ()
    identity: ClassVar[tuple[str, ...]] = ("app",)
    kind: Literal["saas.deploy"] = "saas.deploy"
    typical_s: ClassVar[float] = 120.0
    effects_timeout_s: ClassVar[float] = 300.0

    def requires(self) -> tuple[AnyExpected, ...]:
        return self.before

    def ensures(self) -> tuple[AnyExpected, ...]:
        why = reason("saas-deployed")
        return (self.online.must_equal(self.packaged, because=why, source="ce/install.sh:1002-1046"), *self.running)

    def command(self) -> Command:
        return Command(script=DEPLOY, args=(self.install, self.app, self.src, self.login_path))

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("affects-desktop", app=self.app),)

    @property
    def disrupts(self) -> Disrupts:
        return "data"

    @property
    def outage(self) -> str:
        return self.app

    @property
    def irreversible(self) -> bool:
        return True


START = r"""set -eu
names=$(docker ps -a --format '{{.Names}}')
name=$(printf '%s\n' "$names" | grep -xE -e "$1-[0-9]+" | sort -t - -k 2n | tail -n 1)
[ -n "$name" ] || { echo "no container of $1" >&2; exit 1; }
docker start "$name"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartApp(Action):
    """Start the newest container of a SaaS that only stopped; nothing is deployed or migrated."""

    app: str
    identity: ClassVar[tuple[str, ...]] = ("app",)
    kind: Literal["saas.start"] = "saas.start"
    undo: ClassVar[Undo] = "running"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = AppContainer(host=self.host, app=self.app)
        return (fact.must_be("running", because=reason("start-means-running"), source="docker-start(1)"),)

    def command(self) -> Command:
        return Command(script=START, args=(self.app,))
