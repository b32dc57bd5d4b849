"""Package versions: the versions that the verified package itself brings; where known, they are expected.

The release's data names versions too, and a vendor repacks a release for a hot fix without asking it. Had the data the
last word, such a package would be installed and never be what is expected. So each product's VERSION is recorded
on the controller when the package was verified and unpacked (`actions/lib/versions_shell.py`), bound to the package's
MD5, and replaces the data's here, before anything is expected. A VERSION that is not a version replaces nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from specs.release import Release

VersionKind = Literal["product", "saas"]
"""product: a directory of the package with a VERSION; saas: an archive whose name ends in its version."""
Refused = Literal["", "missing", "unreadable", "empty", "long", "unsupported"]
"""Why what the package says is no version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageVersion:
    kind: VersionKind
    name: str
    """ "bkauth", as below /data/src; "bk_iam", a SaaS."""
    version: str = ""
    """As versions are compared; "" where it was refused."""
    rejected: Refused = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {f'!{self.rejected}' if self.rejected else self.version}"


def listed(release: Release) -> tuple[PackageVersion, ...]:
    """Versions of the release's data, in the order in which they are read from a package."""
    products = {m.src: m.version for m in release.modules if m.src and m.version}
    versions = [PackageVersion(kind="product", name=name, version=version) for name, version in products.items()]
    return (
        *versions,
        *(PackageVersion(kind="saas", name=app.code, version=app.version) for app in release.apps if app.version),
    )


def with_versions_of(release: Release, versions: Sequence[PackageVersion]) -> Release:
    """The release with the package's versions instead of its data's."""
    output = {(version.kind, version.name): version.version for version in versions if version.version}
    modules = tuple(
        module.model_copy(update={"version": output["product", module.src]})
        if module.version and ("product", module.src) in output
        else module
        for module in release.modules
    )
    apps = tuple(
        app.model_copy(update={"version": output["saas", app.code]})
        if app.version and ("saas", app.code) in output
        else app
        for app in release.apps
    )
    return release.model_copy(update={"modules": modules, "apps": apps})


def differences(
    release: Release, versions: Sequence[PackageVersion]
) -> Iterator[tuple[PackageVersion, PackageVersion]]:
    """(published, packaged): versions of the release's data that the package contradicts."""
    packaged = {(version.kind, version.name): version for version in versions if version.version}
    for published in listed(release):
        actual = packaged.get((published.kind, published.name), published)
        if actual.version != published.version:
            yield published, actual
