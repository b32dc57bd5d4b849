"""systemd's answers, also those it gives for aliases, patterns, masked units and units whose file is gone."""

import pytest

from probes.shell import Output
from probes.unit import PROBE, UnitActive, UnitEnabled, UnitFact
from tests.probes.here import HOST, brief


def active(unit: str) -> UnitActive:
    return UnitActive(host=HOST, unit=unit)


def enabled(unit: str) -> UnitEnabled:
    return UnitEnabled(host=HOST, unit=unit)


def block(unit: str, load: str = "loaded", state: str = "active", file: str = "enabled", names: str = "") -> str:
    return f"Id={unit}\nNames={names or unit}\nLoadState={load}\nActiveState={state}\nUnitFileState={file}\n"


def read(facts: list[UnitFact], *blocks: str) -> list[object]:
    readings = PROBE.parse(facts, Output(stdout="\n".join(blocks)))
    return [brief(readings[fact]) for fact in facts]


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
        ("error", "inactive", "enabled", "unknown: unit-broken", "enabled"),
        ("bad-setting", "failed", "enabled", "unknown: unit-broken", "enabled"),
        ("loaded", "refreshing", "enabled", "unknown: unit-odd-state", "enabled"),
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


def test_a_unit_is_asked_once() -> None:
    assert PROBE.command([active("a.service"), enabled("a.service")]).args == ("a.service",)


def test_no_answer_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="no unit"):
        PROBE.parse([active("a.service")], Output(stdout="", stderr="Failed to connect to bus"))
