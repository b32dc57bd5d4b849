"""Package versions: the expected versions follow the verified package, and differences from the data are reported.

They are known once the package was verified and unpacked. Until then the release's data is assumed; the run that
unpacks probes again before it installs anything, and re-plans with the result (`Fact.decides`).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from actions.package import recorded_versions
from probes.fact import Absent, AnyDrift, AnyExpected, Known, Reading, Readings
from probes.package_versions import PackageVersions, of_reading
from specs.cluster import Cluster, with_versions
from specs.diagnostic import Diagnostic, diagnose
from specs.package_versions import PackageVersion, Refused, differences, listed
from specs.reason import CodedReason, reason

WHY: Mapping[Refused, CodedReason] = {
    "missing": reason("version-missing"),
    "unreadable": reason("version-unreadable"),
    "empty": reason("version-empty"),
    "long": reason("version-long"),
    "unsupported": reason("version-unsupported"),
}


def fact_of(cluster: Cluster) -> PackageVersions:
    return PackageVersions(host=cluster.controller, md5=cluster.md5)


def with_package_versions(cluster: Cluster, readings: Readings) -> Cluster:
    """The cluster with the versions that were read from the package; unchanged while they are Unknown."""
    reading: Reading[tuple[str, ...]] | None = readings.get(fact_of(cluster))
    match reading:
        case Known(recorded):
            return _with_versions(cluster, of_reading(recorded))
        case Absent():
            return _with_versions(cluster, ())
        case _:
            return cluster


@lru_cache(maxsize=8)
def _with_versions(cluster: Cluster, versions: tuple[PackageVersion, ...]) -> Cluster:
    """One object for the same versions: results derived from it are cached beside it."""
    return with_versions(cluster, versions)


def assumed_versions(cluster: Cluster) -> tuple[str, ...]:
    """The assumed versions: those read from the package, else those of the data. Every product needs one."""
    packaged = {
        (packaged_version.kind, packaged_version.name): packaged_version
        for packaged_version in cluster.package_versions
    }
    pairs = ((version, packaged.get((version.kind, version.name), version)) for version in listed(cluster.data))
    return tuple(str(published if _is_needed(cluster, version) else version) for published, version in pairs)


def _is_needed(cluster: Cluster, version: PackageVersion) -> bool:
    """Refused, and every host of its module would be given it all the same."""
    return bool(version.rejected) and version.kind == "product" and version.name in {m.src for m in cluster.modules()}


def versions_recorded(cluster: Cluster) -> AnyExpected:
    return recorded_versions(cluster.controller, cluster.md5, assumed_versions(cluster))


def rejected_version(cluster: Cluster, drift: AnyDrift) -> Diagnostic | None:
    """A product without a valid version, which every host would be given."""
    if not isinstance(drift.reading, Known):
        return None
    return next(_rejected(cluster, of_reading(drift.reading.value)), None)


def _rejected(cluster: Cluster, versions: tuple[PackageVersion, ...]) -> Iterator[Diagnostic]:
    published = {version.name: version.version for version in listed(cluster.data) if version.kind == "product"}
    where = f"{cluster.controller} {cluster.package.path}"
    for version in versions:
        if _is_needed(cluster, version):
            yield diagnose(
                "package-version-rejected",
                where=where,
                because=WHY[version.rejected],
                source="guide 6.1",
                product=version.name,
                listed=published.get(version.name, ""),
            )


def warnings(cluster: Cluster) -> tuple[Diagnostic, ...]:
    """Warnings of every report: where the package overrides the data, and where its version was rejected."""
    where = f"{cluster.controller} {cluster.package.path}"
    modules = {m.src: m.name for m in cluster.data.modules if m.src and m.version}
    diagnostics = tuple(
        diagnose(
            "package-versions-differ",
            where=where,
            module=modules.get(packaged.name, "") if packaged.kind == "product" else packaged.name,
            listed=version.version,
            package=packaged.version,
        )
        for version, packaged in differences(cluster.data, cluster.package_versions)
        if packaged.kind == "saas" or modules.get(packaged.name, "") in cluster.data.scope
    )
    return (*diagnostics, *_rejected(cluster, cluster.package_versions))
