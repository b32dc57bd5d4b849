"""Discover: read install.config and the package's versions on the controller, and describe the cluster with them.

The first thing every command does.

Framed as facts are (`batch.py`): a greeting from a start-up file is no part of it, and half a file is none.
"""

import secrets

from probes.command import Output
from probes.lib import controller as survey
from probes.package_versions import DIRECTORY
from reconciler.core.placement import build_cluster
from reconciler.engine.batch import Truncated, compose, last_words_unrun, split_output
from reconciler.engine.failpoints import register
from reconciler.engine.transport import Transport, TransportError
from specs.cluster import Cluster, ClusterFile
from specs.diagnostic import SpecError, diagnose
from specs.release import Release

_DISCOVER = register("discover")


async def read_controller(transport: Transport, file: ClusterFile, md5: str = "") -> survey.ControllerFiles:
    """`md5`: of the package whose versions count. Raises TransportError where the controller is out of reach, SpecError
    where it has no install.config, or where nobody can tell what the package brings."""
    where = f"{file.controller.address} {file.paths.install}/install.config"
    try:
        controller_survey = survey.parse(await _query_controller(transport, file, md5), md5)
    except ValueError as error:
        raise SpecError(diagnose("discovery-truncated", where=where, error=error)) from error
    if controller_survey is None:
        raise SpecError(diagnose("install-config-missing", where=where, path=f"{file.paths.install}/install.config"))
    if controller_survey.package_versions is None:
        path = f"{DIRECTORY}/{md5}"
        raise SpecError(diagnose("package-versions-damaged", where=f"{file.controller.address} {path}", path=path))
    return controller_survey


async def _query_controller(transport: Transport, file: ClusterFile, md5: str) -> Output:
    """Raises TransportError where the connection was lost, ValueError where the output is not complete."""
    controller, nonce = file.controller.address, secrets.token_hex(12)
    program = compose([survey.command(file.paths.install, md5)], nonce)
    _DISCOVER.before()
    output = await transport.run(controller, program)
    _DISCOVER.after()
    (section,) = split_output(output, nonce, 1)
    if not isinstance(section, Truncated):
        return section
    if output.exit_status is None:
        raise TransportError(diagnose("connection-lost", where=controller))
    if (words := last_words_unrun(output, nonce)) is not None:
        raise TransportError(diagnose("command-not-run", where=controller, error=words))
    raise ValueError("the answer has no end")


async def discover(transport: Transport, file: ClusterFile, release: Release) -> Cluster:
    controller_survey = await read_controller(transport, file, file.package.md5 or release.package.md5)
    return build_cluster(
        file,
        release,
        controller_survey.config,
        controller_survey.home,
        controller_survey.package_versions or (),
        src=controller_survey.src,
        scripts=controller_survey.scripts,
    )
