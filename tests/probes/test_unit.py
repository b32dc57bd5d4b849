"""systemd's answers, also those it gives for aliases, patterns, masked units and units whose file is gone."""

from pathlib import Path

import pytest

from probes.command import Output
from probes.unit import PROBE, UnitActive, UnitEnabled, UnitFact
from tests.probes.here import HOST, SHELLS, ask, brief, tool


def active(unit: str) -> UnitActive:
    return UnitActive(host=HOST, unit=unit)


def enabled(unit: str) -> UnitEnabled:
    return UnitEnabled(host=HOST, unit=unit)


def block(unit: str, load: str = "loaded", state: str = "active", file: str = "enabled", names: str = "") -> str:
    return f"Id={unit}\nNames={names or unit}\nLoadState={load}\nActiveState={state}\nUnitFileState={file}\n"


def read(facts: list[UnitFact], *blocks: str) -> list[object]:
    readings = PROBE.parse(facts, Output(stdout="\n".join(blocks)))
    return [brief(readings[fact]) for fact in facts]


@pytest.mark.condition("systemd-237")
@pytest.mark.parametrize(
    ("load", "state", "file", "is_active", "is_enabled"),
    [
        ("loaded", "active", "enabled", "active", "enabled"),
        ("loaded", "failed", "disabled", "failed", "disabled"),
        ("loaded", "activating", "static", "activating", "static"),
        ("loaded", "reloading", "", "reloading", "none"),
        ("not-found", "inactive", "", "absent", "absent"),
        ("not-found", "failed", "", "absent", "absent"),
        ("not-found", "active", "", "active", "absent"),
        ("masked", "inactive", "masked", "inactive", "masked"),
        ("masked", "active", "masked", "active", "masked"),
        ("masked", "inactive", "masked-runtime", "inactive", "masked-runtime"),
        ("masked", "inactive", "bad", "inactive", "masked"),
        ("error", "inactive", "enabled", "unknown: unit-broken", "enabled"),
        ("bad-setting", "failed", "enabled", "unknown: unit-broken", "enabled"),
        ("loaded", "refreshing", "enabled", "unknown: unit-unknown-state", "enabled"),
    ],
)
def test_every_state_has_a_reading(load: str, state: str, file: str, is_active: str, is_enabled: str) -> None:
    facts: list[UnitFact] = [active("a.service"), enabled("a.service")]
    assert read(facts, block("a.service", load, state, file)) == [is_active, is_enabled]


def test_an_alias_is_found_under_its_unit() -> None:
    shown = block("ssh.service", names="ssh.service sshd.service")
    assert read([active("sshd.service"), active("ssh.service")], shown) == ["active", "active"]


def test_blocks_need_not_come_in_the_order_asked() -> None:
    blocks = (block("b.service", state="failed"), block("a.service"))
    assert read([active("a.service"), active("b.service")], *blocks) == ["active", "failed"]


def test_a_unit_that_is_not_shown_is_unknown_and_spoils_no_other() -> None:
    facts: list[UnitFact] = [active("a.service"), active("b.service")]
    assert read(facts, block("a.service")) == ["active", "unknown: unit-not-shown"]


@pytest.mark.parametrize("name", ["*", "bk-*.service", "a b.service", "a\nb.service", "--all", "$(x).service", "x", ""])
def test_what_cannot_be_a_unit_is_never_asked(name: str) -> None:
    facts: list[UnitFact] = [active(name), active("a.service")]
    assert PROBE.command(facts).args == ("a.service",)
    assert read(facts, block("a.service")) == ["unknown: unit-not-shown", "active"]


def test_instances_and_escapes_are_names() -> None:
    units = ("mysql@default.service", "-.mount", r"dev-disk-by\x2dlabel.device", "a:b_c.target")
    assert PROBE.command([active(unit) for unit in units]).args == units


def said(unit: str, state: str) -> str:
    return f"Instance={unit}\nIsEnabled={state}\n"


@pytest.mark.condition("systemd-237")
@pytest.mark.parametrize(
    ("load", "shown", "by_itself", "wanted"),
    [
        ("loaded", "enabled", "disabled", "disabled"),
        ("loaded", "enabled", "enabled", "enabled"),
        ("loaded", "static", "static", "static"),
        ("loaded", "enabled", "", "unknown: unit-not-shown"),
        ("loaded", "", "", "none"),
        ("masked", "bad", "", "masked"),
        ("not-found", "", "", "absent"),
    ],
)
def test_an_instance_is_what_it_is_itself_and_not_what_its_template_is(
    load: str, shown: str, by_itself: str, wanted: str
) -> None:
    unit = "bk-filebeat@java.service"
    assert read([enabled(unit)], block(unit, load, "inactive", shown), said(unit, by_itself)) == [wanted]


def test_an_instance_that_was_not_asked_by_itself_is_unknown() -> None:
    unit = "bk-filebeat@java.service"
    assert read([enabled(unit), active(unit)], block(unit)) == ["unknown: unit-not-shown", "active"]


SYSTEMCTL_219 = r"""
case $1 in
  show) first=1
    for unit do
      case $unit in show | --*) continue ;; esac
      [ "$first" ] || echo
      first=
      printf 'Id=%s\nNames=%s\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n' "$unit" "$unit"
    done ;;
  is-enabled) # one that is not known ends it all, as in 219
    shift 2
    for unit do
      case $unit in
        a@on.service) echo enabled ;;
        a@off.service) echo disabled; exit 1 ;;
        *) echo "Failed to get unit file state for $unit: No such file or directory" >&2; exit 1 ;;
      esac
    done ;;
esac
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_each_instance_is_asked_alone_and_no_other_unit_is(tmp_path: Path, shell: str) -> None:
    tools = tool(tmp_path, "systemctl", SYSTEMCTL_219)
    units = ("a@gone.service", "b.service", "a@off.service", "a@on.service")
    found = ask(PROBE, [enabled(unit) for unit in units], tools=tools, shell=shell)
    assert [brief(reading) for reading in found] == ["unknown: unit-not-shown", "enabled", "disabled", "enabled"]


SYSTEMCTL_219_30 = r"""
case $1 in
  show)
    said=
    for unit do
      case $unit in show | --*) continue ;; esac
      case $unit in *gone*) echo "Unit $unit could not be found." >&2; exit 1 ;; esac
      [ ! "$said" ] || echo
      said=yes
      printf 'Id=%s\nNames=%s\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n' "$unit" "$unit"
    done ;;
  is-enabled) echo enabled ;;
esac
"""
"""What src/systemctl/systemctl.c:4258-4264 does in systemd 219-23 to 219-30.2, which CentOS 7.3 came with."""


@pytest.mark.condition("systemd-219")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("gone", [(), ("gone.service",), ("gone.service", "x@gone.service")])
def test_a_systemctl_that_stops_at_a_missing_unit_is_asked_for_each_by_itself(
    tmp_path: Path, shell: str, gone: tuple[str, ...]
) -> None:
    tools = tool(tmp_path, "systemctl", SYSTEMCTL_219_30)
    facts = [active(unit) for unit in ("a.service", *gone, "b@c.service")]
    found = ask(PROBE, facts, tools=tools, shell=shell)
    assert [brief(reading) for reading in found] == ["active", *["absent"] * len(gone), "active"]
    found = ask(PROBE, [enabled(fact.unit) for fact in facts], tools=tools, shell=shell)
    assert [brief(reading) for reading in found] == ["enabled", *["absent"] * len(gone), "enabled"]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_systemctl_says_otherwise_of_a_unit_is_no_absence(tmp_path: Path, shell: str) -> None:
    tools = tool(tmp_path, "systemctl", "echo 'Failed to get properties: Connection timed out' >&2; exit 1")
    with pytest.raises(ValueError, match="no unit"):
        ask(PROBE, [active("a.service")], tools=tools, shell=shell)


def test_a_unit_is_asked_once() -> None:
    assert PROBE.command([active("a.service"), enabled("a.service")]).args == ("a.service",)


def test_no_answer_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="no unit"):
        PROBE.parse([active("a.service")], Output(stdout="", stderr="Failed to connect to bus"))
