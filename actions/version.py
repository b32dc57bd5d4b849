"""Versions shown to users: bksuite_common.production_info, refreshed once all products are upgraded. Guide 7.18.

The vendor's function writes the versions of /data/src, whatever is installed, so it runs last; the row of a product
that is not upgraded is corrected by itself afterwards.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action, Undo
from actions.bkcli import Bkcli
from probes.command import Command
from probes.fact import AnyExpected, AnyFact
from probes.mysql import ProductVersion
from specs.reason import Reason, reason

ROWS = """set -e
cd -- "$1"
set +u
source ./tools.sh
_update_common_info
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshVersions(Bkcli):
    effects: tuple[AnyExpected, ...]
    invalidated: tuple[AnyFact, ...] = ()
    """Rows of products that this release does not bring up to date: the vendor's function claims that it does."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["version.rows"] = "version.rows"
    undo: ClassVar[Undo] = "server"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.effects

    def command(self) -> Command:
        return Command(script=ROWS, args=(self.install,))

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("affects-version-rows"),)


ROW = """set -eu
code=$2 version=$3
case $code$version in *[!A-Za-z0-9._-]*) echo "not a plain code and version: $code $version" >&2; exit 64 ;; esac
printf "UPDATE bksuite_common.production_info SET version = '%s' WHERE code = '%s';\\n" "$version" "$code" |
    mysql --no-defaults --login-path="$1"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVersion(Action):
    """Set one row to the installed version."""

    login_path: str
    code: str
    version: str
    identity: ClassVar[tuple[str, ...]] = ("login_path", "code")
    kind: Literal["version.set"] = "version.set"
    login_shell: ClassVar[bool] = True
    undo: ClassVar[Undo] = "server"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = ProductVersion(host=self.host, login_path=self.login_path, code=self.code)
        return (fact.must_be(self.version, because=reason("version-row-as-installed"), source="ce/tools.sh:361"),)

    def command(self) -> Command:
        return Command(script=ROW, args=(self.login_path, self.code, self.version))
