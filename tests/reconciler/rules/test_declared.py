"""Variables that only some scripts ask for: expected as the scripts say that are, or are to come, in place."""

import pytest

from probes.env import EnvFilled, EnvPresent
from probes.fact import Absent, AnyFact, AnyReading, Known
from probes.marker import Marker
from probes.path import PathKind, VersionText
from reconciler.rules import declared
from tests.sim import worlds

CLUSTER = worlds.guide_cluster()
(KEY,) = (variable.key for variable in CLUSTER.release.variables if variable.if_declared)


def expected(version: str, *, scripts: bool, replacing: bool = False, asks: bool, made: bool = False) -> bool:
    """Is it, of a cluster that reads so?"""

    def read(fact: AnyFact) -> AnyReading:
        match fact:
            case VersionText():
                return Known(version)
            case PathKind():
                return Known("file") if scripts else Absent()
            case Marker():
                return Known(True) if replacing else Absent()
            case EnvPresent():
                return Known(True) if asks else Absent()
            case EnvFilled():
                return Known(True) if made else Absent()
            case _:
                raise AssertionError(fact)

    readings = {fact: read(fact) for fact in declared.facts_of(CLUSTER)}
    return KEY in {variable.key for variable in declared.with_declared(CLUSTER, readings).release.variables}


def test_before_an_upgrade_it_is_made_for_the_scripts_to_come() -> None:
    assert expected("6.1.2", scripts=False, asks=False)


@pytest.mark.parametrize("replacing", [False, True], ids=["to come", "half replaced"])
def test_a_night_that_ended_between_the_package_and_its_scripts_changes_nothing_of_that(replacing: bool) -> None:
    """The merge that follows would leave it empty, and the installer make a user with a wrong password."""
    assert expected("6.2.2", scripts=replacing, replacing=replacing, asks=False)


def test_once_the_scripts_are_there_they_decide() -> None:
    assert expected("6.2.2", scripts=True, asks=True)
    assert not expected("6.2.2", scripts=True, asks=False)


def test_what_the_generator_made_is_not_made_again() -> None:
    assert not expected("6.2.2", scripts=True, asks=True, made=True)
