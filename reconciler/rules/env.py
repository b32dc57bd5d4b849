"""Variables: each key of guide 6.3 and 6.4 in its file once, with its value in the merged file that programs read.

What counts is the merged value (04-final): where it is right already, no merge is planned. One module's files are
merged by merge_env.sh alone; `install bkenv` is for the modules that never had any.

Of a key that is assigned twice only the last line, which counts, remains. Only keys that the guide has people write
are probed: the vendor's own templates repeat others (bknodeman, lesscode), always alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from actions.bkcli import InstallBkenv
from actions.env import (
    AddVariable,
    CopyVariable,
    DeduplicateVariable,
    EditEnv,
    GenerateVariable,
    MergeEnv,
    SetVariable,
)
from probes.env import EnvCopied, EnvDuplicates, EnvFilled, EnvPresent, EnvValue
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known
from probes.path import PathKind
from reconciler.core.fact_reader import FactReader
from reconciler.core.plan import Repair
from reconciler.core.planner import Decision
from reconciler.rules import install_config, nginx
from reconciler.rules.install import copies
from specs.cluster import Cluster
from specs.reason import inline, reason
from specs.release import Variable

FACTS = (EnvValue, EnvFilled, EnvPresent, EnvCopied, EnvDuplicates)


def expect(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return (*controller_variables(cluster), *(expected for _, expected in merged_variables(cluster)), *_once(cluster))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Declared:
    """A variable of the release here: its line in the file, and its value in the merged file, where it has one."""

    variable: Variable
    assigned: AnyExpected
    merged: AnyExpected | None


@lru_cache(maxsize=8)
def _declared(cluster: Cluster) -> tuple[_Declared, ...]:
    """Each drifted variable asks for all of them: made once for a cluster."""
    return tuple(
        _Declared(variable=v, assigned=_assigned(cluster, v), merged=_merged(cluster, v) if v.final else None)
        for v in _variables(cluster)
    )


def controller_variables(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(
        each.assigned for each in _declared(cluster) if not (each.variable.only_if_file or each.variable.if_empty)
    )


def _variables(cluster: Cluster) -> tuple[Variable, ...]:
    """The address of a host that install.config does not name (a Redis of the site's own) is not ours to know."""
    return tuple(v for v in cluster.release.variables if v.kind != "host" or cluster.inventory.on(v.value))


@lru_cache(maxsize=8)
def _merged_modules(cluster: Cluster) -> Mapping[AnyFact, str]:
    """Fact of a merged file → its module; of two that expect the same, the first."""
    return {expected.fact: module for module, expected in reversed(merged_variables(cluster))}


@lru_cache(maxsize=8)
def merged_variables(cluster: Cluster) -> tuple[tuple[str, AnyExpected], ...]:
    """(module, expected value in its 04-final file)."""
    return tuple((each.variable.final, each.merged) for each in _declared(cluster) if each.merged is not None)


def _merged(cluster: Cluster, variable: Variable) -> AnyExpected:
    final = f"04-final/{variable.final}.env"
    if not variable.if_empty:
        return _at(cluster, variable, final)
    fact = EnvFilled(host=cluster.controller, file=cluster.env(final), key=variable.key)
    return fact.must_be(True, because=inline(variable.because), source=variable.source)


def _once(cluster: Cluster) -> tuple[AnyExpected, ...]:
    return tuple(
        EnvDuplicates(host=cluster.controller, file=cluster.env(v.file), key=v.key).must_be(
            False, because=reason("variable-once"), source="guide 6.3, 6.4, pasted twice"
        )
        for v in _variables(cluster)
        if not v.only_if_file
    )


def _assigned(cluster: Cluster, variable: Variable) -> AnyExpected:
    return _at(cluster, variable, variable.file)


def _at(cluster: Cluster, variable: Variable, below: str) -> AnyExpected:
    host, file, key = cluster.controller, cluster.env(below), variable.key
    why, source = inline(variable.because), variable.source
    match variable.kind:
        case "literal":
            return EnvValue(host=host, file=file, key=key).must_be(variable.value, because=why, source=source)
        case "host":
            first = cluster.inventory.on(variable.value)[:1]
            return EnvValue(host=host, file=file, key=key).must_be("".join(first), because=why, source=source)
        case "copy":
            sources = tuple(cluster.env(source) for source in variable.sources)
            return EnvCopied(host=host, file=file, key=key, sources=sources).must_be(True, because=why, source=source)
        case "generated":
            return EnvFilled(host=host, file=file, key=key).must_be(True, because=why, source=source)
        case "present":
            return EnvPresent(host=host, file=file, key=key).must_be(True, because=why, source=source)


def repair(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Decision:
    fact = drift.expected.fact
    if isinstance(fact, EnvDuplicates):
        return _deduplicate(cluster, fact, drift)
    module = _merged_modules(cluster).get(fact)
    if module is not None:
        return _merge(cluster, module, drift, facts)
    return _assign(cluster, next(each.variable for each in _declared(cluster) if each.assigned.fact == fact), drift)


def _assign(cluster: Cluster, variable: Variable, drift: AnyDrift) -> Repair:
    host, file, key = cluster.controller, cluster.env(variable.file), variable.key
    action: EditEnv
    match variable.kind:
        case "literal" | "host":
            value = getattr(drift.expected.reading, "value", "")
            action = SetVariable(host=host, file=file, key=key, value=value, invalidated=copies(cluster))
        case "copy":
            action = CopyVariable(
                host=host,
                file=file,
                key=key,
                sources=tuple(cluster.env(source) for source in variable.sources),
                invalidated=copies(cluster),
            )
        case "present":
            action = AddVariable(host=host, file=file, key=key, invalidated=copies(cluster))
        case "generated":
            action = GenerateVariable(
                host=host,
                file=file,
                key=key,
                install=cluster.paths.install,
                generator=variable.value,
                invalidated=copies(cluster),
            )
    return Repair(
        action=action,
        because=drift.expected.because,
        source=variable.source,
        section=variable.section,
        requires=(*_scripts(cluster), *_from(cluster, variable)),
    )


def _deduplicate(cluster: Cluster, fact: EnvDuplicates, drift: AnyDrift) -> Repair:
    """After the key has the value it needs: what is set, is set in the last line."""
    variable = next(v for v in cluster.release.variables if cluster.env(v.file) == fact.file and v.key == fact.key)
    action = DeduplicateVariable(host=fact.host, file=fact.file, key=fact.key, invalidated=copies(cluster))
    return Repair.of(drift, action, section=variable.section, requires=(_assigned(cluster, variable),))


def _scripts(cluster: Cluster) -> Iterator[AnyExpected]:
    """The scripts come first: their replacement resets bin/default, and 6.1's generator lacks the new keys."""
    for marker in cluster.release.markers:
        fact = PathKind(host=cluster.controller, path=cluster.install(marker.path))
        yield fact.must_be("file", because=reason("scripts-before-variables"), source="guide 6.1, 6.3")


def _from(cluster: Cluster, variable: Variable) -> Iterator[AnyExpected]:
    """A copy waits for what it copies, where that is itself something we make."""
    for origin in cluster.release.variables:
        if origin.kind == "generated" and f"{origin.file}:{origin.key}" in variable.sources:
            yield _assigned(cluster, origin)


def _merge(cluster: Cluster, module: str, drift: AnyDrift, facts: FactReader) -> Repair:
    why = reason("env-generated")
    new = tuple(
        PathKind(host=cluster.controller, path=cluster.env(f"04-final/{name}.env")).must_be(
            "file", because=why, source=""
        )
        for name in cluster.release.generated
    )
    if not facts.all_match(new):
        return generate_variables(cluster, drift, facts)
    action = MergeEnv(
        host=cluster.controller,
        install=cluster.paths.install,
        module=module,
        effects=tuple(expected for name, expected in merged_variables(cluster) if name == module),
        invalidated=(*copies(cluster), *(_pages(cluster, facts) if module == "global" else ())),
    )
    return Repair.of(
        drift,
        action,
        section="6.5",
        requires=tuple(each.assigned for each in _needed(cluster, facts) if each.variable.final == module),
    )


def _needed(cluster: Cluster, facts: FactReader) -> tuple[_Declared, ...]:
    """All variables; of those that only correct what a person wrote, or fill what is empty, just those that have to."""
    return tuple(each for each in _declared(cluster) if _is_needed(each, facts))


def _is_needed(declared: _Declared, facts: FactReader) -> bool:
    if declared.variable.if_empty:
        return declared.merged is None or facts.read(declared.merged.fact) != Known(True)
    return not declared.variable.only_if_file or facts.read(declared.assigned.fact) == Known(False)


def generate_variables(cluster: Cluster, drift: AnyDrift, facts: FactReader) -> Repair:
    """Generate and merge everything: what new modules need, and what the variables above changed."""
    action = _install_bkenv(cluster, (*copies(cluster), *_pages(cluster, facts)))
    variables = (each.assigned for each in _needed(cluster, facts))
    expectations = (*_scripts(cluster), *variables, *install_config.expect(cluster))
    return Repair(
        action=action, because=drift.expected.because, source="guide 6.5", section="6.5", requires=expectations
    )


@lru_cache(maxsize=8)
def _install_bkenv(cluster: Cluster, invalidated: tuple[AnyFact, ...]) -> InstallBkenv:
    """One object for the many facts that it repairs: a plan compares actions."""
    why = reason("env-generated")
    files = tuple(
        PathKind(host=cluster.controller, path=cluster.env(f"04-final/{name}.env")).must_be(
            "file", because=why, source="ce/install.sh:112-131"
        )
        for name in dict.fromkeys((*cluster.release.generated, *(m.env for m in cluster.modules() if m.env)))
    )
    return InstallBkenv(
        host=cluster.controller,
        install=cluster.paths.install,
        effects=(*files, *(expected for _, expected in merged_variables(cluster))),
        tags=cluster.release.tags,
        tags_because=inline(cluster.release.tags_because),
        tags_source=cluster.release.tags_source,
        invalidated=invalidated,
    )


def _pages(cluster: Cluster, facts: FactReader) -> tuple[AnyFact, ...]:
    """JOB's pages name the address as it was merged; where the merge changes it, they have to be released again."""
    merged = (each.merged for each in _declared(cluster) if each.variable.key == nginx.JOB_URL)
    finals = tuple(expected for expected in merged if expected is not None)
    return () if facts.all_match(finals) else nginx.job_start_pages(cluster)
