"""Write the pristine state: BlueKing 6.1.2 on three hosts, as if it had been installed there.

Nothing is installed step by step. First the trees are written while the hosts are off (files, units, packages), then,
booted, a script per host (vendor/pristine/) does what needs a running system: databases, secrets, containers.
The digest of all that goes in is kept with the snapshot; when it changes, `up` writes the state anew.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

from . import base, images, package, trees
from .nspawn import ssh, ssh_command, wait_booted
from .place import CONTROLLER, HERE, HOSTS, PRISTINE, LabError, Place, write
from .release import PRISTINE_612, VERSIONS_622, Release

PACKAGE = "bkce-src-6.2.2.tgz"


def digest(place: Place) -> str:
    """Of everything the pristine state is made from."""
    whole = hashlib.sha256(base.path(place).name.encode())
    for path in sorted([*(HERE / "machine").glob("*.py"), *(HERE / "vendor").rglob("*")]):
        if path.is_file() and path.name not in ("lab.py", "nspawn.py", "net.py", "api.py"):
            whole.update(f"{path.relative_to(HERE)}\0".encode() + path.read_bytes())
    return whole.hexdigest()


def stale(place: Place) -> bool:
    path = place.snap / PRISTINE / "digest"
    return not path.exists() or path.read_text(encoding="utf-8") != digest(place)


def mark(place: Place) -> None:
    write(place.snap / PRISTINE / "digest", digest(place))


def write_trees(place: Place, roots: dict[str, Path], release: Release = PRISTINE_612) -> None:
    """Everything that can be written while the hosts are off."""
    for host, root in roots.items():
        trees.identity(place, host, root)
        trees.platform(host, root)
        trees.services(host, root, release)
        trees.products(host, root, release)
    _controller(place, roots[CONTROLLER], release)
    _sources_of_hosts(roots)
    _saas_images(place, roots)


def _controller(place: Place, root: Path, release: Release) -> None:
    busybox = base.path(place) / "usr/bin/busybox"
    package.source_tree(root / "data/src", release.versions, busybox, new=False)
    for name in ("gse_cert.pem", "cert_encrypt.key", "platform.key"):
        write(root / "data/src/cert" / name, f"CANARYcert stand-in for {name}\n", 0o600)
    (root / "data/src/backup").mkdir()
    write(root / "data/src/java8.tgz", "stand-in\n")
    # guide 7.6 fetches it from the internet; the operator of the lab has done so
    shutil.copy(HERE / "vendor/migrate_subject_system_group.py", root / "data")
    package.scripts(root / "data/install", release.scripts)
    install = root / "data/install"
    write(install / "install.config", release.install_config)
    for name, text in ((".path", "/data/bkce\n"), (".agreed", ""), (".controller_ip", HOSTS[CONTROLLER] + "\n")):
        write(install / name, text)
    write(
        install / "bin/03-userdef/global.env",
        'BK_JOB_API_PUBLIC_ADDR="jobapi.bktencent.com:80"\nBK_JOB_API_PUBLIC_URL="http://jobapi.bktencent.com:80"\n',
    )
    path = place.run / "package"
    shutil.rmtree(path, ignore_errors=True)
    md5 = package.bundle(path, root / "data" / PACKAGE, busybox)
    shutil.rmtree(path)
    write(place.home / "package.md5", f"{md5}  {PACKAGE}\n")


def _sources_of_hosts(roots: dict[str, Path]) -> None:
    """What an earlier `bkcli sync` left on the other hosts."""
    src = roots[CONTROLLER] / "data/src"
    for host, products in (
        ("h2", "open_paas paas_agent bkmonitorv3 paas_plugins job"),
        ("h3", "cmdb job bknodeman bklog paas_agent paas_plugins"),
    ):
        for product in products.split():
            shutil.copytree(src / product, roots[host] / "data/src" / product, dirs_exist_ok=True)
        (roots[host] / "data/src/backup").mkdir(parents=True, exist_ok=True)


def _saas_images(place: Place, roots: dict[str, Path]) -> None:
    busybox = base.path(place) / "usr/bin/busybox"
    gateway = f"hub.bktencent.com/blueking/bk-gse-apimgr:{VERSIONS_622['gse']}"
    for host in ("h2", "h3"):
        images.archive(roots[host] / "data/lab/saas.tar.gz", busybox, {"python36e:1.0": (0, "/"), gateway: (0, "/")})


def finish_on_hosts(place: Place) -> None:
    """What needs running systems, in the order in which one host needs another's result."""
    wait_booted(place, list(HOSTS))
    _run(place, "h1", "env.sh")
    saas = " ".join(f"{code}={version}" for code, version in PRISTINE_612.saas.items())
    for host, script, argument in (("h3", "stores.sh", ""), ("h1", "controller.sh", saas)):
        _run(place, host, script, argument)
    for host, what in (("h2", "nginx"), ("h3", "nodeman")):
        _run(place, host, "entrance.sh", what)
    test = f"bk_itsm={PRISTINE_612.saas['bk_itsm']}"  # h2 runs what is online, h3 what is on trial
    waiting = [
        subprocess.Popen(
            ssh_command(place, host, f"bash /data/lab/pristine/docker.sh {codes}"), stdin=subprocess.DEVNULL
        )
        for host, codes in (("h2", saas), ("h3", test))
    ]
    if any(process.wait() for process in waiting):
        raise LabError("starting the SaaS containers failed")


def _run(place: Place, host: str, script: str, argument: str = "") -> None:
    done = ssh(place, host, f"bash /data/lab/pristine/{script} {argument}", capture=True)
    write(
        place.home / f"pristine-{script}.log",
        done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace"),
        0o600,
    )
    if done.returncode:
        raise LabError(f"{host}: {script} failed, see {place.home}/pristine-{script}.log")
