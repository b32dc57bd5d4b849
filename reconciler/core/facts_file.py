"""Facts file: the facts read of a cluster with their readings, to be attached to a report and planned on again.

Facts and readings are saved as a plan saves them (`plan_file.py`), with what the controller says of the cluster: who is
there, where, and which versions the package has. Planning is pure: from these and cluster.toml comes the very plan that
the cluster would have got (`bkrec rehearse --readings`). No secret is in it: a fact about one is a yes or a no,
answered on the host, and a value that holds one all the same is redacted.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from probes.fact import AnyFact, AnyReading, Readings
from reconciler.core.placement import describe
from reconciler.core.plan_file import AnySavedReading, SavedFact
from reconciler.core.redact import clean, in_json, redact_reading
from specs.cluster import Cluster, ClusterFile, Inventory
from specs.diagnostic import Diagnostic, SpecError, diagnose
from specs.package_versions import PackageVersion, Refused, VersionKind
from specs.release import Release


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True, populate_by_name=True)


class SavedReading(_Model):
    fact: SavedFact
    reading: AnySavedReading
    module: str
    """"" where the fact is the cluster's, or a plan's alone."""


class SavedInventory(_Model):
    controller: str
    hosts: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    placed: tuple[str, ...]


class SavedVersion(_Model):
    kind: VersionKind
    name: str
    version: str
    rejected: Refused


class SavedCluster(_Model):
    inventory: SavedInventory
    home: str
    package_versions: tuple[SavedVersion, ...]


class SavedReadings(_Model):
    schema_: Literal["bkrec.readings/1"] = Field(alias="schema")
    cluster: str
    release: str
    bkrec: str
    """The version that read them."""
    read_at: str
    """UTC, ISO 8601."""
    described: SavedCluster
    readings: tuple[SavedReading, ...]


@cache
def _adapter() -> TypeAdapter[SavedReadings]:
    return TypeAdapter(SavedReadings)


def save(
    readings: Readings, modules: Mapping[AnyFact, str], cluster: Cluster, *, bkrec: str, read_at: str
) -> SavedReadings:
    saved_readings = [
        {"fact": f, "reading": redact_reading(read), "module": modules.get(f, "")} for f, read in readings.items()
    ]
    return SavedReadings.model_validate(
        {
            "schema": "bkrec.readings/1",
            "cluster": cluster.name,
            "release": cluster.release.version,
            "bkrec": bkrec,
            "read_at": read_at,
            "described": {
                "inventory": cluster.inventory,
                "home": cluster.paths.home,
                "package_versions": cluster.package_versions,
            },
            "readings": saved_readings,
        }
    )


def dump(saved: SavedReadings) -> str:
    return in_json(_adapter().dump_json(saved, by_alias=True, indent=1).decode() + "\n")


def load(text: str, where: str) -> SavedReadings:
    """Raises SpecError for anything that is not a whole file of this format."""
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise SpecError(*_unreadable(error.errors(include_url=False, include_input=False)[:5], where)) from error


def to_cluster(saved: SavedReadings, where: str, file: ClusterFile, release: Release) -> Cluster:
    """As it was described when it was read. Raises SpecError where `file` is another cluster's or release's."""
    if (saved.cluster, saved.release) != (file.name, release.version):
        raise SpecError(
            diagnose(
                "facts-file-of-another",
                where=where,
                cluster=saved.cluster,
                release=saved.release,
                name=file.name,
                wanted=release.version,
            )
        )
    described = saved.described
    versions = tuple(PackageVersion(**version.model_dump()) for version in described.package_versions)
    return describe(file, release, Inventory(**described.inventory.model_dump()), described.home, versions)


def to_readings(saved: SavedReadings) -> dict[AnyFact, AnyReading]:
    """To be planned on as if they had just been read."""
    return {item.fact: item.reading for item in saved.readings}


def _unreadable(problems: Iterable[Any], where: str) -> Iterator[Diagnostic]:
    for problem in problems:
        place = ".".join(str(part) for part in problem["loc"])
        text = clean(str(problem["msg"]))[:200]
        yield diagnose("facts-file-unreadable", where=f"{where} {place}".strip(), error=text)
