"""Read the controller's install.config, and with it describe the cluster. The first thing every command does."""

from probes import survey
from reconciler.core.inventory import cluster
from reconciler.effects.crash import register
from reconciler.effects.transport import Transport
from specs.cluster import Cluster, ClusterFile
from specs.diagnostic import SpecError, diagnose
from specs.release import Release

_ASK = register("survey")


async def read(transport: Transport, file: ClusterFile) -> survey.Survey:
    """Raises TransportError where the controller is out of reach, SpecError where it has no install.config."""
    _ASK.before()
    output = await transport.run(file.controller.address, survey.command(file.paths.install))
    _ASK.after()
    where = f"{file.controller.address} {file.paths.install}/install.config"
    try:
        found = survey.parse(output)
    except ValueError as error:
        raise SpecError(diagnose("survey-torn", where=where, error=error)) from error
    if found is None:
        raise SpecError(diagnose("install-config-missing", where=where, path=f"{file.paths.install}/install.config"))
    return found


async def describe(transport: Transport, file: ClusterFile, release: Release) -> Cluster:
    found = await read(transport, file)
    return cluster(file, release, found.config, found.home)
