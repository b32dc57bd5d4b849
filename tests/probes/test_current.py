"""A unit is current if it was started after its file changed; what cannot be compared is not guessed."""

import pytest

from probes.current import PROBE, UnitCurrent
from probes.fact import Absent, Known, Unknown
from probes.shell import Output

FACT = UnitCurrent(host="10.0.0.1", unit="a.service", file="/f")
CLOCK = "1\tclock\t1000.5\t500.5\n"
"""Booted at 500."""


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("is\t600\t200000000", Known(True)),
        ("is\t900\t200000000", Known(False)),
        ("is\t701\t200000000", Known(True)),
        ("is\t600\t", Absent()),
        ("absent", Absent()),
    ],
    ids=["later", "earlier", "within-the-clocks-grain", "not-running", "no-file"],
)
def test_age_is_compared(row: str, wanted: object) -> None:
    assert PROBE.parse([FACT], Output(stdout=f"{CLOCK}0\t{row}\n"))[FACT] == wanted


def test_an_unreadable_file_is_unknown() -> None:
    assert isinstance(PROBE.parse([FACT], Output(stdout=f"{CLOCK}0\tunreadable\n"))[FACT], Unknown)


@pytest.mark.parametrize("text", ["", "0\tis\t1\t1\n", f"{CLOCK}0\tis\tx\t1\n", "1\tclock\tx\t1\n0\tabsent\n"])
def test_noise_is_refused(text: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        PROBE.parse([FACT], Output(stdout=text))
