"""Where a cluster comes from: upgraded from 6.1, or installed as 6.2; and whether this release is reached from there.

The guide's decisions (JOB and the monitor in their full form, agents 1.0) are those of an upgrade. Where 6.2 was
installed its own defaults are lite and agents 2.0 (ce/bin/default/job.env:177, bkmonitorv3.env:122, gse.env:188), and
what is there is desired: nothing of it is turned back. The secrets that the guide copies are made by 6.2's generator
there, so that only their being filled is expected.
"""

from dataclasses import replace
from functools import lru_cache

from probes.env import EnvFilled, EnvValue
from probes.fact import AnyExpected, Known, Readings, Unknown
from probes.path import VersionText
from reconciler.core.fact_reader import FactReader
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose
from specs.module import Module
from specs.reason import inline
from specs.release import Variable
from specs.version_order import numbers_of

LITE = "lite"


def facts_of(cluster: Cluster) -> tuple[EnvFilled | EnvValue, ...]:
    return (_fresh_install(cluster), *(_run_mode(cluster, module) for module in _with_modes(cluster)))


def _fresh_install(cluster: Cluster) -> EnvFilled:
    mark = cluster.release.fresh_install
    return EnvFilled(host=cluster.controller, file=cluster.env(mark.file), key=mark.key)


def _run_mode(cluster: Cluster, module: Module) -> EnvValue:
    return EnvValue(host=cluster.controller, file=cluster.env(f"04-final/{module.env}.env"), key=module.run_mode_key)


def _with_modes(cluster: Cluster) -> tuple[Module, ...]:
    return tuple(module for module in cluster.release.modules if module.run_mode_key)


def with_origin(cluster: Cluster, readings: Readings) -> Cluster:
    """The cluster as it was installed; unchanged where it comes from 6.1. Where that could not be read, it says so."""
    mark = _fresh_install(cluster)
    telling = facts_of(cluster) if readings.get(mark) == Known(True) else (mark,)
    unread = tuple(_name(fact) for fact in telling if isinstance(readings.get(fact), Unknown))
    if unread:
        return _unread(cluster, unread)
    if readings.get(mark) != Known(True):
        return cluster
    lite = (m.name for m in _with_modes(cluster) if readings.get(_run_mode(cluster, m)) == Known(LITE))
    return _as_installed(cluster, tuple(lite))


def _name(fact: EnvFilled | EnvValue) -> str:
    return f"{fact.file}:{fact.key}"


@lru_cache(maxsize=8)
def _unread(cluster: Cluster, names: tuple[str, ...]) -> Cluster:
    return replace(cluster, origin_unread=names)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    """What could not be read and decides what is desired: with it unread there is no verdict."""
    own = (fact for fact in facts_of(cluster) if _name(fact) in cluster.origin_unread)
    why, source = inline(cluster.release.fresh_install.because), cluster.release.fresh_install.source
    return tuple(
        fact.must_be(True, because=why, source=source)
        if isinstance(fact, EnvFilled)
        else fact.must_be(LITE, because=why, source=source)
        for fact in own
    )


def undecided(cluster: Cluster) -> Diagnostic | None:
    """Why nothing is done here: the guide's decisions would turn round what a fresh 6.2 has."""
    if not cluster.origin_unread:
        return None
    where = f"{cluster.controller} {' '.join(cluster.origin_unread)}"
    return diagnose("origin-unread", where=where, because=inline(cluster.release.fresh_install.because))


@lru_cache(maxsize=8)
def _as_installed(cluster: Cluster, lite: tuple[str, ...]) -> Cluster:
    """One object for the same answers: results derived from it are cached beside it."""
    release = cluster.release
    changed = {
        "variables": tuple(desired for v in release.variables if (desired := _variable(v)) is not None),
        "modules": tuple(_module(module, lite) for module in release.modules),
        "business_topology": release.business_topology.model_copy(update={"job": _job_modules(cluster, lite)}),
    }
    return replace(cluster, release=release.model_copy(update=changed), as_published=cluster.data)


def _variable(variable: Variable) -> Variable | None:
    """What the guide has a person write is an upgrade's; what it copies has to be there, whoever made it."""
    if variable.kind in ("literal", "present"):
        return None
    if variable.kind == "generated":
        return variable
    return variable.model_copy(update={"if_empty": True}) if variable.final else None


def _module(module: Module, lite: tuple[str, ...]) -> Module:
    """JOB's gseV2 switch follows its agents, which are 2.0 unless a person chose otherwise; and there was no 6.1 whose
    data a task would migrate."""
    units = module.lite_units if module.name in lite else module.units
    return module.model_copy(update={"units": units, "yaml_settings": (), "tasks": ()})


def _job_modules(cluster: Cluster, lite: tuple[str, ...]) -> tuple[str, ...]:
    """As CMDB calls them: the units' names without "bk-"."""
    of_lite = [unit.name for module in _with_modes(cluster) if module.name in lite for unit in module.lite_units]
    names = tuple(name.removeprefix("bk-").removesuffix(".service") for name in of_lite)
    return names or cluster.release.business_topology.job


def too_old(cluster: Cluster, facts: FactReader) -> Diagnostic | None:
    """Why nothing is done here, judged by the release in /data/src. What is no version is not judged."""
    return facts.once("origin", lambda: _too_old(cluster, facts))


def _too_old(cluster: Cluster, facts: FactReader) -> Diagnostic | None:
    reading = facts.read(VersionText(host=cluster.controller, path=cluster.src("VERSION")))
    version = str(reading.value) if isinstance(reading, Known) else ""
    sources, numbers = cluster.release.upgraded_from, numbers_of(version)
    if not numbers or numbers >= numbers_of(sources.oldest):
        return None
    return diagnose(
        "release-too-old",
        where=f"{cluster.controller} {cluster.src('VERSION')}",
        because=inline(sources.because),
        source=sources.source,
        version=version,
        oldest=sources.oldest,
        release=cluster.release.version,
    )
