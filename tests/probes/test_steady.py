"""Which units are young: by time since the boot alone, and none that is plainly down."""

from pathlib import Path

import pytest

from probes.command import Output
from probes.fact import Known
from probes.steady import PROBE, RecentlyStartedUnits
from tests.probes.here import HOST, ask, brief, tool

BOTH = RecentlyStartedUnits(host=HOST, units=("a.service", "b.service"))


def block(unit: str, state: str, since_us: int, entered: str = "Wed 2026-11-18 14:00:00 UTC") -> str:
    since = f"ActiveEnterTimestamp={entered}\nActiveEnterTimestampMonotonic={since_us}\n"
    return f"Id={unit}\nNames={unit}\nActiveState={state}\n{since}"


NOW = 1_795_013_600
"""2026-11-18T14:53:20Z"""


def read(fact: RecentlyStartedUnits, *blocks: str, up: str = f"1000.25 {NOW}") -> object:
    return brief(PROBE.parse([fact], Output(stdout="\n".join((f"{up}\n", *blocks))))[fact])


@pytest.mark.parametrize(
    ("state", "since_us", "young"),
    [
        ("active", 995_250_001, True),
        ("active", 995_250_000, False),
        ("active", 1_000_900_000, True),
        ("reloading", 999_000_000, True),
        ("activating", 1_000_000, True),
        ("deactivating", 1_000_000, True),
        ("inactive", 0, False),
        ("failed", 1_000_000, False),
        ("active", 0, False),
        ("active", 9_000_000_000, False),
    ],
    ids=[
        "a-moment-ago",
        "five-seconds",
        "after-the-time-was-told",
        "reloading",
        "between-two-tries",
        "dying",
        "never",
        "given-up",
        "since-the-boot",
        "by-another-uptime",
    ],
)
def test_what_is_meant_to_run_and_has_not_run_for_five_seconds_is_young(state: str, since_us: int, young: bool) -> None:
    blocks = block("a.service", "active", 1), block("b.service", state, since_us)
    assert read(BOTH, *blocks) == (("b.service",) if young else ())


@pytest.mark.parametrize(
    ("entered", "young"),
    [
        ("Wed 2026-11-18 14:53:16 UTC", True),
        ("Wed 2026-11-18 14:53:15 UTC", False),
        ("Wed 2026-11-18 16:00:00 UTC", False),
    ],
    ids=["a-moment-ago", "five-seconds", "before-the-clock-was-set-back"],
)
def test_where_the_uptime_is_another_the_wall_clock_tells_the_age(entered: str, young: bool) -> None:
    """lxcfs: a program that dies every second would otherwise look steady for ever."""
    fact = RecentlyStartedUnits(host=HOST, units=("a.service",))
    assert read(fact, block("a.service", "active", 9_000_000_000, entered)) == (("a.service",) if young else ())


@pytest.mark.condition("systemd-219")
def test_a_unit_that_is_not_there_hides_no_other_from_an_old_systemctl(tmp_path: Path) -> None:
    """CentOS 7.3's stops at it (tests/probes/test_unit.py): asked again, each by itself."""
    script = """
[ "$1" = show ] || exit 0
shift
for word do case $word in a.service) echo "Unit a.service could not be found." >&2; exit 1 ;; esac; done
printf 'Id=b.service\nNames=b.service\nActiveState=activating\n'"""
    (reading,) = ask(PROBE, [BOTH], tools=tool(tmp_path, "systemctl", script))
    assert reading == Known(("b.service",))


def test_a_unit_that_is_not_shown_leaves_it_unknown() -> None:
    assert read(BOTH, block("a.service", "active", 1)) == "unknown: unit-not-shown"


def test_each_unit_is_asked_once_and_only_what_can_be_one() -> None:
    facts = [BOTH, RecentlyStartedUnits(host=HOST, units=("b.service", "--all"))]
    assert PROBE.command(facts).args == ("a.service", "b.service")


def test_no_units_no_young_ones() -> None:
    nothing = RecentlyStartedUnits(host=HOST, units=())
    assert PROBE.parse([nothing], Output(stdout=""))[nothing] == Known(())


@pytest.mark.parametrize("text", ["", "x\n\n", "1.0\n", "1.0 5\n", "1.0 5\n\nId=a.service\nNames=a.service\n"])
def test_noise_is_no_answer(text: str) -> None:
    fact = RecentlyStartedUnits(host=HOST, units=("a.service",))
    try:
        reading = PROBE.parse([fact], Output(stdout=text))[fact]
    except (LookupError, ValueError):
        return
    assert brief(reading) == "unknown: unit-not-shown"
