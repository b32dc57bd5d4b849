"""Variables that only some scripts of the release ask for (`if_declared`): which of them are expected here.

The vendor added a few between two packages of one release. Where bin/default does not have the key, nobody reads its
value. Before an upgrade the scripts are still to come, so that the value is made beforehand: unused, it does no harm,
and missing, the installer makes a user with a wrong password.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from probes.env import EnvFilled, EnvPresent
from probes.fact import Absent, AnyFact, Known, Readings, matches
from probes.path import VersionText
from reconciler.rules.path import release_scripts
from specs.cluster import Cluster
from specs.release import Variable


def facts_of(cluster: Cluster) -> tuple[AnyFact, ...]:
    variables = [variable for variable in cluster.release.variables if variable.if_declared]
    if not variables:
        return ()
    per_variable = (fact for v in variables for fact in (_declared(cluster, v), _generated(cluster, v)))
    return (_installed(cluster), *(expected.fact for expected in release_scripts(cluster)), *per_variable)


def with_declared(cluster: Cluster, readings: Readings) -> Cluster:
    """Without the variables that nobody asks for, or that somebody has made."""
    unneeded = tuple(variable.key for variable in _unneeded(cluster, readings))
    return _without(cluster, unneeded) if unneeded else cluster


def _unneeded(cluster: Cluster, readings: Readings) -> Iterator[Variable]:
    upgrade = _scripts_to_come(cluster, readings)
    for variable in cluster.release.variables:
        if variable.if_declared:
            read = upgrade or readings.get(_declared(cluster, variable)) == Known(True)
            if not read or readings.get(_generated(cluster, variable)) == Known(True):
                yield variable


def _scripts_to_come(cluster: Cluster, readings: Readings) -> bool:
    """The package is, or it is there and its scripts are not in place yet: between two nights, after a crash."""
    installed = readings.get(_installed(cluster))
    package = isinstance(installed, Known) and installed.value != cluster.release.version
    read = (
        expected for expected in release_scripts(cluster) if isinstance(readings.get(expected.fact), Known | Absent)
    )
    return package or not all(matches(expected, readings) for expected in read)


def _installed(cluster: Cluster) -> VersionText:
    return VersionText(host=cluster.controller, path=cluster.src("VERSION"))


def _declared(cluster: Cluster, variable: Variable) -> EnvPresent:
    return EnvPresent(host=cluster.controller, file=_beside(cluster, variable, "default"), key=variable.key)


def _generated(cluster: Cluster, variable: Variable) -> EnvFilled:
    return EnvFilled(host=cluster.controller, file=_beside(cluster, variable, "01-generate"), key=variable.key)


def _beside(cluster: Cluster, variable: Variable, directory: str) -> str:
    return cluster.env(f"{directory}/{variable.file.rpartition('/')[2]}")


@lru_cache(maxsize=8)
def _without(cluster: Cluster, keys: tuple[str, ...]) -> Cluster:
    """One object for the same answers: results derived from it are cached beside it."""
    variables = tuple(variable for variable in cluster.release.variables if variable.key not in keys)
    release = cluster.release.model_copy(update={"variables": variables})
    return replace(cluster, release=release, as_published=cluster.data)
