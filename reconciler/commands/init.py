"""`init`: read install.config from the controller and propose a cluster.toml. Nothing is written to any host."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reconciler.commands import files
from reconciler.commands.result import Result
from reconciler.commands.session import settings
from reconciler.core.placement import lacking, propose_placement
from reconciler.engine import discover, local_files, release_data
from reconciler.engine.ssh.connection import ssh
from reconciler.version import DEFAULT_INSTALL, DEFAULT_RELEASE
from reconciler.view.cluster_toml import cluster_toml
from reconciler.view.render import RenderOptions
from reconciler.view.reports import InitProposal, InitReport
from specs.cluster import ClusterFile, Controller, PackageFile, Paths, Ssh
from specs.diagnostic import SpecError, diagnose
from specs.reason import inline
from specs.text import Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    user: str
    """"": ~/.ssh/config decides."""
    host: str
    """What SSH reaches the controller by; "local": it is this machine."""
    port: int | None
    address: str
    """The controller's in install.config."""
    via: Literal["direct", "controller"]
    package: str
    install: str = DEFAULT_INSTALL
    """The controller's directory of install.config."""


async def init(request: InitRequest, out: Path, *, force: bool, lang: Lang) -> Result[InitReport]:
    """`lang`: of the comments in the file. Raises SpecError, also where it exists already; TransportError."""
    if not force:
        _refuse_existing(out)
    proposal = await propose_cluster_file(request)
    _write(out, cluster_toml(proposal, RenderOptions(lang=lang)), force=force)
    return Result(document=InitReport(path=str(out), proposal=proposal))


async def propose_cluster_file(request: InitRequest) -> InitProposal:
    """Reads the controller's install.config, and nothing else. Raises SpecError, TransportError."""
    file, release = _minimal_file(request), release_data.load_release(DEFAULT_RELEASE)
    async with ssh(settings(file)) as transport:
        survey = await discover.read_controller(transport, file)
    config = survey.config
    reasons = {module.name: inline(module.placement.because) for module in release.modules if module.placement}
    placement = propose_placement(release, config, request.address)
    return InitProposal(
        name=file.name,
        release=release.version,
        address=request.address,
        connect=request.host,
        user=request.user,
        port=request.port,
        via=request.via,
        package=request.package,
        paths=_other_paths(request.install, survey.src),
        placement=tuple((module, hosts, reasons[module]) for module, hosts in placement.items()),
        excluded=lacking(release, config),
    )


def _other_paths(install: str, src: str) -> tuple[tuple[str, str], ...]:
    """{home} is not among them: .path has it, and is read each time."""
    default = Paths()
    paths = (("install", install, default.install), ("src", src, default.src))
    return tuple((key, path) for key, path, usual in paths if path and path != usual)


def local_address(install: str) -> str:
    """This controller's address as the vendor's scripts have written it down (functions:585, .controller_ip); "" where
    they have not."""
    try:
        return (Path(install) / ".controller_ip").read_text(encoding="utf-8", errors="replace").split()[0]
    except (OSError, IndexError):
        return ""


def _minimal_file(request: InitRequest) -> ClusterFile:
    """Enough of a cluster file to reach the controller."""
    controller = Controller(address=request.address, connect=request.host, user=request.user, port=request.port)
    return ClusterFile(
        schema="bkrec.cluster/1",
        name=f"bk-{request.address.replace('.', '-')}",
        controller=controller,
        ssh=Ssh(via=request.via),
        package=PackageFile(path=request.package),
        paths=Paths(install=request.install),
    )


def _refuse_existing(path: Path) -> None:
    """Before any connection, so that no passphrase is typed in vain. A device or a pipe is no file to be lost."""
    with files.writing(path):
        place = local_files.resolve(path)
    if place.stat is not None and (place.replaceable or path.is_dir()):
        raise SpecError(diagnose("file-exists", where=str(path), path=path))


def _write(path: Path, text: str, *, force: bool) -> None:
    """Exclusive unless forced: two `init` at once cannot overwrite each other's work."""
    if force:
        files.write(path, text, new_mode=None)
        return
    with files.writing(path):
        try:
            local_files.write_new(path, text)
        except FileExistsError as error:
            raise SpecError(diagnose("file-exists", where=str(path), path=path)) from error
