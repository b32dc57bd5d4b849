"""`diff`, `plan`, `check`: read every host, compare with the release, plan if asked. Nothing is written to any host."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from probes.fact import AnyExpected, Readings
from reconciler.commands import files, session
from reconciler.commands.part import PartRequest, check_listing, check_names, check_steps, window_of
from reconciler.commands.recorded_durations import with_durations
from reconciler.commands.result import Result
from reconciler.core import planner, site
from reconciler.core.causes import with_causes
from reconciler.core.diff import diff as drift_of
from reconciler.core.listing import WHOLE, Listing
from reconciler.core.plan import EVERYTHING, Plan, Selection
from reconciler.core.selection import select
from reconciler.core.step_order import section_rank
from reconciler.core.verdict import exit_code
from reconciler.core.window import Window, steps_outside
from reconciler.engine import assess
from reconciler.engine.clock import Clock, SystemClock
from reconciler.rules import (
    address,
    backup,
    clock,
    database,
    declared,
    latent,
    newer,
    origin,
    package_versions,
    preflight,
    registry,
    seal,
    server_variable,
)
from reconciler.view.reports import ClusterReport
from specs.cluster import Cluster
from specs.diagnostic import Diagnostic, diagnose

PlanInputs = tuple[tuple[AnyExpected, ...], Callable[[Readings], Plan]]
"""What is expected of a cluster, and the planner with the rules that get there."""


async def diff(path: Path, listing: Listing = WHOLE) -> Result[ClusterReport]:
    """Raises SpecError, TransportError, UsageError."""
    now = int(SystemClock().now().timestamp())

    def inputs_for(cluster: Cluster) -> PlanInputs:
        check_listing(listing, cluster)
        return comparing(cluster, now)

    return _result(replace(await report_on(path, inputs_for, shows_plan=False), listing=listing))


async def plan(path: Path, out: Path | None = None, part: PartRequest | None = None) -> Result[ClusterReport]:
    """`out`: the plan is saved there too, for `apply PLAN`. Raises SpecError, TransportError, UsageError."""
    part, clock = part or PartRequest(), SystemClock()
    window = window_of(part, clock)

    def inputs_for(cluster: Cluster) -> PlanInputs:
        check_names(part.selection, cluster)
        return plan_inputs(cluster, part.selection)

    report = with_durations(await report_on(path, inputs_for, began=int(clock.now().timestamp())), path)
    check_steps(report.plan, report.name, path)
    if window is not None:
        report = in_window(report, window, clock)
    if out is not None:
        from reconciler.core import plan_file  # makes a model of every action: a check needs none

        files.write(out, plan_file.dump(plan_file.save(report.plan, report.readings, cluster=report.name)))
    return _result(report)


async def report_on(
    path: Path, inputs_for: Callable[[Cluster], PlanInputs], *, began: int = 0, shows_plan: bool = True
) -> ClusterReport:
    async with session.open_cluster(path) as opened:
        expected, decide = inputs_for(opened.cluster)
        inputs = spec_inputs(opened.cluster, inputs_for, began=began)
        assessment = await assess.assess(opened.gather, expected, decide, inputs)
    return cluster_report(opened.cluster, assessment, shows_plan=shows_plan)


def _result(report: ClusterReport) -> Result[ClusterReport]:
    return Result(document=report, warnings=report.warnings, exit_code=exit_code(report.verdict))


def plan_inputs(cluster: Cluster, selection: Selection = EVERYTHING) -> PlanInputs:
    rules = registry.rule_for(cluster)
    expected = site.without_waived(registry.expected_facts(cluster), cluster.waivers)

    def decide(readings: Readings) -> Plan:
        return select(planner.plan(cluster.release.version, expected, readings, rules), selection)

    return expected, decide


def in_window(report: ClusterReport, window: Window, clock: Clock) -> ClusterReport:
    """With the steps that would not be begun any more, by the estimates."""
    outside = steps_outside(report.plan, window.ends_s - clock.steady(), report.durations)
    return replace(report, stop_at=window.stop_at, outside_window=outside)


def comparing(cluster: Cluster, now: int = 0) -> PlanInputs:
    """What `diff` and `check` show, without a plan. Only where something is advice is one made: whether a step needs
    the same fact decides whether it is drift. What cluster.toml adds and waives is compared, and never planned for.

    `now`: seconds since the epoch, which the hosts' clocks are held against; 0: they are not.
    """
    released, rules = registry.expected_facts(cluster), registry.rule_for(cluster)
    expected = site.without_waived(released, cluster.waivers)
    clocks = tuple(clock.expect(cluster, now)) if now else ()
    compared = (*released, *site.expected_by_site(cluster, released), *clocks)

    def compare(readings: Readings) -> Plan:
        drifts = (drift for drift in drift_of(expected, readings).drift if registry.may_be_advice(drift.expected.fact))
        advice, facts = planner.advised(drifts, readings, rules)
        if advice and not facts:
            return planner.plan(cluster.release.version, expected, readings, rules)
        return Plan(release=cluster.release.version, steps=(), blocked=(), unread_facts=facts)

    return compared, compare


def spec_inputs(
    cluster: Cluster, inputs_for: Callable[[Cluster], PlanInputs] = plan_inputs, *, began: int = 0
) -> assess.SpecInputs:
    """Facts that change what is expected: a run that unpacks the package reads from it which versions it brings.

    `began`: seconds since the epoch; a backup counts from there on, or from where the run began that this one resumes.
    Without it every backup of the last day does.
    """

    def as_read(readings: Readings) -> Cluster:
        return backup.with_backups_since(cluster_as_read(cluster, readings), readings, began)

    servers = (database.fact_of(cluster), database.elsewhere(cluster).fact)
    resumed = (backup.fact_of(cluster),) if began else ()
    facts = (
        package_versions.fact_of(cluster),
        *origin.facts_of(cluster),
        *declared.facts_of(cluster),
        *newer.facts_of(cluster),
        *address.facts_of(cluster),
        *server_variable.facts_of(cluster),
        *seal.facts_of(cluster),
        *servers,
        *resumed,
    )
    return assess.SpecInputs(
        facts=facts,
        plan_inputs=lambda readings: inputs_for(as_read(readings)),
        implied=lambda readings: seal.implied(cluster, readings),
    )


def cluster_as_read(cluster: Cluster, readings: Readings) -> Cluster:
    """What the cluster is decides what is expected of it: the package's versions, where it comes from, what runs newer
    than the package, and the servers that its variables name."""
    versions = package_versions.with_package_versions(cluster, readings)
    described = declared.with_declared(origin.with_origin(versions, readings), readings)
    installed = newer.with_newer(described, readings)
    addressed = server_variable.with_servers(address.with_addresses(installed, readings), readings)
    return seal.with_seal(database.with_databases(addressed, readings), readings)


def cluster_report(cluster: Cluster, assessment: assess.Assessment, *, shows_plan: bool = True) -> ClusterReport:
    """`shows_plan`: what is blocked is listed with its diagnostic, and is no warning beside it. `diff` and `check` may
    have a plan all the same, made for what is advice."""
    cluster = cluster_as_read(cluster, assessment.readings)
    blocked = {blocked.diagnostic for blocked in assessment.plan.blocked} if shows_plan else set[Diagnostic]()
    # what is waived names no change of the seal: that it is as it was when the seal was taken, nobody has waived
    waived = site.waive(assessment.difference, assessment.expected, cluster.waivers)
    difference = seal.without_repeated(waived)
    difference = replace(difference, latent=latent.latent(cluster, difference, assessment.readings))
    return ClusterReport(
        name=cluster.name,
        release=cluster.release.version,
        controller=cluster.controller,
        difference=with_causes(difference, registry.rests_on(cluster), assessment.diagnostics),
        plan=assessment.plan,
        titles={module.name: module.title for module in cluster.release.modules},
        not_covered=tuple(sorted((s.id for s in cluster.release.sections if not s.covered), key=section_rank)),
        excluded=cluster.release.excluded,
        products=tuple(module.name for module in cluster.modules() if module.irreversible),
        new_products=tuple(module.name for module in cluster.modules() if module.irreversible and module.new),
        sections={section.id: section.title for section in cluster.release.sections},
        warnings=(
            *_overrides(cluster),
            *(warning for warning in package_versions.warnings(cluster) if warning not in blocked),
            *(warning for warning in newer.warnings(cluster) if warning not in blocked),
            *_waivers(cluster),
            *(() if difference.drift or difference.unknown else seal.unsealed(cluster, assessment.readings)),
            *(broken for broken in seal.example(cluster, difference) if broken not in blocked),
            *preflight.undumped(cluster, assessment.plan, assessment.readings),
            *dict.fromkeys(assessment.diagnostics.values()),
        ),
        readings=assessment.readings,
        expected=assessment.expected,
    )


def _waivers(cluster: Cluster) -> Iterator[Diagnostic]:
    if cluster.waivers or cluster.expired_waivers:
        released = registry.expected_facts(cluster)
        clocks = clock.expect(cluster, 0)
        yield from site.waiver_warnings(cluster, (*released, *site.expected_by_site(cluster, released), *clocks))


def _overrides(cluster: Cluster) -> Iterator[Diagnostic]:
    """Where cluster.toml overrides the release, every report says so."""
    published = cluster.release.package.md5
    if cluster.md5 != published:
        yield diagnose("package-overridden", where="cluster.toml, package.md5", md5=cluster.md5, published=published)
