"""systemd units: start, restart, enable, and retire an obsolete one.

Retiring moves the unit's file aside instead of deleting it: /var/lib/bkrec/retired has the file and its old
path. The state for an undo, active and enabled included, is saved before. Guide 7.1, 7.8.3 use `rm -vf`.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Disrupts, Undo
from actions.lib.undo_shell import REMEMBER
from probes.command import Command
from probes.current import UnitCurrent, UnitStartedSince
from probes.fact import AnyExpected, AnyFact
from probes.unit import UnitActive, UnitEnabled
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StartUnit(Action):
    """Start an installed unit. systemd itself gives up after 90 s (DefaultTimeoutStartSec)."""

    unit: str
    identity: ClassVar[tuple[str, ...]] = ("unit",)
    kind: Literal["unit.start"] = "unit.start"
    undo: ClassVar[Undo] = "running"

    def ensures(self) -> tuple[AnyExpected, ...]:
        active = UnitActive(host=self.host, unit=self.unit)
        return (active.must_be("active", because=reason("start-means-active"), source="systemctl(1)"),)

    def command(self) -> Command:
        # reset-failed: a unit that hit its start limit refuses a plain start (systemd.unit(5), StartLimitBurst)
        return Command(script='systemctl reset-failed -- "$1" || :\nsystemctl start -- "$1"', args=(self.unit,))

    @property
    def locks(self) -> tuple[str, ...]:
        return (f"unit:{self.unit}@{self.host}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRestart(Action):
    """A restart of one unit. Alone: a target would take others with it (observed with `restart gse`, which restarts 1.0
    processes whose programs are gone)."""

    unit: str
    service: str = ""
    undo: ClassVar[Undo] = "running"

    def command(self) -> Command:
        return Command(
            script='systemctl reset-failed -- "$1" || :\nsystemctl restart -- "$1"',
            args=(self.unit,),
        )

    @property
    def disrupts(self) -> Disrupts:
        return "service" if self.service else "no"

    @property
    def outage(self) -> str:
        return self.service

    @property
    def locks(self) -> tuple[str, ...]:
        return (f"unit:{self.unit}@{self.host}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartUnit(UnitRestart):
    """Restart a unit whose files were replaced under it."""

    file: str
    identity: ClassVar[tuple[str, ...]] = ("unit",)
    kind: Literal["unit.restart"] = "unit.restart"

    def ensures(self) -> tuple[AnyExpected, ...]:
        current = UnitCurrent(host=self.host, unit=self.unit, file=self.file)
        return (current.must_be(True, because=reason("restart-means-current"), source="systemctl(1)"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartUnitSince(UnitRestart):
    """Restart a unit once what held its ports is gone: the mark says when."""

    mark: str
    identity: ClassVar[tuple[str, ...]] = ("unit",)
    kind: Literal["unit.restart-since"] = "unit.restart-since"

    def ensures(self) -> tuple[AnyExpected, ...]:
        since = UnitStartedSince(host=self.host, unit=self.unit, mark=self.mark)
        return (since.must_be(True, because=reason("restarted-after-retirement"), source="systemctl(1)"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUnit(Action):
    """Have an installed unit started at boot."""

    unit: str
    identity: ClassVar[tuple[str, ...]] = ("unit",)
    kind: Literal["unit.enable"] = "unit.enable"
    undo: ClassVar[Undo] = "running"

    def ensures(self) -> tuple[AnyExpected, ...]:
        enabled = UnitEnabled(host=self.host, unit=self.unit)
        return (enabled.must_be("enabled", because=reason("enable-means-enabled"), source="systemctl(1)"),)

    def command(self) -> Command:
        return Command(script='systemctl enable -- "$1"', args=(self.unit,))


RETIRE: LiteralString = (
    "set -eu\n"
    + REMEMBER
    + """
unit=$1 mark=${2-}
shown() {
    line=$(systemctl show --property="$1" -- "$unit")
    printf '%s\\n' "${line#*=}"
}
active=$(shown ActiveState)
boot=$(shown UnitFileState)
load=$(shown LoadState)
case $unit in *@*) boot=$(systemctl is-enabled -- "$unit" 2>/dev/null || :) ;; esac # systemd 219 shows its template's
for place in /usr/lib/systemd/system /etc/systemd/system /lib/systemd/system; do
    place=$(readlink -e -- "$place") || continue
    file=$place/$unit
    [ -f "$file" ] || continue
    remember unit "$file" unit "$unit" active "$active" boot "$boot"
    leaves "$file" ""
done
systemctl stop -- "$unit" || :
systemctl disable -- "$unit" || :
aside=/var/lib/bkrec/retired/units/$unit.$(date +%Y%m%d%H%M%S) number=
for file in "/usr/lib/systemd/system/$unit" "/etc/systemd/system/$unit" "/lib/systemd/system/$unit"; do
    [ -f "$file" ] || continue
    mkdir -p -m 0700 -- "$aside"
    printf '%s\\n' "$file" > "$aside/from$number"
    mv -f -- "$file" "$aside/file$number"
    number=$((number + 1))
done
if [ "$load" = masked ]; then # nothing is left for the mask to hold down, and it would keep the name
    systemctl unmask -- "$unit" || :
    systemctl unmask --runtime -- "$unit" || :
fi
systemctl daemon-reload
systemctl reset-failed -- "$unit" || :
if [ -n "$mark" ]; then
    mkdir -p -m 0700 -- "$(dirname -- "$mark")"
    date +%s > "$mark"
fi
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireUnit(Action):
    """Stop a unit of 6.1 for good and move its file aside."""

    unit: str
    service: str = ""
    """The module whose users notice, or "" where nothing serves them through it any more."""
    mark: str = ""
    """Written when it is gone: what could not take its ports is started again."""
    invalidated: tuple[AnyFact, ...] = ()
    identity: ClassVar[tuple[str, ...]] = ("unit",)
    kind: Literal["unit.retire"] = "unit.retire"
    undo: ClassVar[Undo] = "restored"

    def ensures(self) -> tuple[AnyExpected, ...]:
        active = UnitActive(host=self.host, unit=self.unit)
        return (active.must_be_absent(because=reason("retire-means-absent"), source="systemctl(1)"),)

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    def command(self) -> Command:
        return Command(script=RETIRE, args=(self.unit, self.mark) if self.mark else (self.unit,))

    @property
    def disrupts(self) -> Disrupts:
        return "service" if self.service else "no"

    @property
    def outage(self) -> str:
        return self.service

    @property
    def locks(self) -> tuple[str, ...]:
        return (f"unit:{self.unit}@{self.host}",)
