"""Synthetic BlueKing packages: the shape that scripts and probes look at, none of the vendor's content.

`source_tree` writes the product directories of /data/src; `bundle` packs them the way the release package has them
(one archive per product beside VERSION, and the new scripts). There is no cert/ in it, as in the real one.
"""

import gzip
import hashlib
import json
import shutil
import tarfile
import time
from pathlib import Path

from . import images, programs
from .place import HERE, write
from .release import IMAGES_622, PROJECTS_622, SAAS_622, VERSIONS_622

VENDOR = HERE / "vendor"
BUILT = time.mktime((2023, 10, 1, 0, 0, 0, 0, 0, 0))  # one time stamp for all: equal packages have equal digests
RESOURCE = "# stand-in: memory and cpu share of each container\n" + "".join(
    f"{name}_mem=64m\n{name}_cpu=512\n"
    for name in ("paas", "appengine", "esb", "login", "console", "apigw", "api", "nodeman", "monitor")
)
ETCD = "etcd-v3.5.4-linux-amd64"
OTHER_ARCHIVES = {  # name -> the directory in it
    "java8.tgz": "jvm",
    "java11.tgz": "jvm",
    f"gse_agent_ce-{VERSIONS_622['gse']}.tgz": "gse_agent",
    "gse_plugins/bkmonitorbeat-3.25.tgz": "bkmonitorbeat",
    "python/py36.tgz": "py36",
}
SQL = """\
-- stand-in: the first schema of {product}
CREATE DATABASE IF NOT EXISTS `{db}` DEFAULT CHARACTER SET utf8;
USE `{db}`;
CREATE TABLE IF NOT EXISTS lab_schema (version VARCHAR(64) NOT NULL PRIMARY KEY);
INSERT IGNORE INTO lab_schema VALUES ('{release}');
"""
DB_OF = {
    "open_paas": "open_paas",
    "bkiam": "bkiam",
    "bkssm": "bkssm",
    "bkauth": "bkauth",
    "usermgr": "bk_user_api",
    "bknodeman": "bk_nodeman",
    "bkmonitorv3": "bk_monitor_api",
    "bklog": "bk_log",
    "job": "job_manage",
    "bk_apigateway": "bk_apigateway",
}
IAM_OF = {
    "open_paas": "bk_paas",
    "usermgr": "bk_usermgr",
    "cmdb": "bk_cmdb",
    "job": "bk_job",
    "bknodeman": "bk_nodeman",
    "bkmonitorv3": "bk_monitorv3",
    "bklog": "bk_log_search",
}
TABLES = {
    "bkauth": "CREATE TABLE IF NOT EXISTS app_secret "
    "(app_code VARCHAR(32) NOT NULL PRIMARY KEY, app_secret VARCHAR(128) NOT NULL);\n",
    "bkiam": "CREATE TABLE IF NOT EXISTS subject_relation (subject_pk INT PRIMARY KEY, parent_pk INT);\n"
    "INSERT IGNORE INTO subject_relation VALUES (1, 10), (2, 10), (3, 11);\n",
    "bk_apigateway": "CREATE TABLE IF NOT EXISTS core_api (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(64) UNIQUE, "
    "status INT);\n"
    "CREATE TABLE IF NOT EXISTS core_stage (id INT AUTO_INCREMENT PRIMARY KEY, api_id INT, name VARCHAR(64), "
    "status INT, UNIQUE KEY one (api_id, name));\n"
    "CREATE TABLE IF NOT EXISTS core_release (id INT AUTO_INCREMENT PRIMARY KEY, api_id INT, stage_id INT UNIQUE, "
    "resource_version_id INT, updated_time DATETIME(6));\n",
}


def source_tree(src: Path, versions: dict[str, str], busybox: Path, *, new: bool) -> None:
    """Product directories with VERSION, projects.yaml, SQL and IAM files, and (new) images."""
    for product, version in versions.items():
        if product == "bksuite":
            write(src / "VERSION", version + "\n")
            continue
        write(src / product / "VERSION", version + "\n")
        _projects(src / product, product)
        _sql(src / product, product, new=new)
        _iam(src / product, product, new=new)
    for file, text in (programs.FILES_OF_BOTH | (programs.FILES_622 if new else {})).items():
        write(src / file, text, 0o755 if text.startswith("#!") else 0o644)
    for unit in programs.of_release(new=new):
        if unit.binary.split("/")[0] in versions:
            write(src / unit.binary, programs.program(unit), 0o755)
    write(src / "blueking.env", "# stand-in: settings that come with the package\n")
    if new:
        _new_parts(src, versions, busybox)


def _projects(tree: Path, product: str) -> None:
    names = PROJECTS_622.get(product, [])
    lines = (
        f"- module: {product}\n  name: {name}\n  project_dir: {product}/{name}\n  language: binary\n" for name in names
    )
    write(tree / "projects.yaml", "".join(lines))
    for name in names:
        write(tree / name / "README", f"stand-in for {product}/{name}\n")


def _sql(tree: Path, product: str, *, new: bool) -> None:
    if product not in DB_OF:
        return
    directory = tree / "support-files/sql" / ("job-manage" if product == "job" else "")
    first = SQL.format(product=product, db=DB_OF[product], release="6.1") + TABLES.get(product, "")
    write(directory / f"0001_{product}_20200101-1000_mysql.sql", first)
    if new:
        text = f"-- stand-in: what 6.2 adds\nUSE `{DB_OF[product]}`;\nINSERT INTO lab_schema VALUES ('6.2');\n"
        write(directory / f"0002_{product}_20231001-1000_mysql.sql", text)


def _iam(tree: Path, product: str, *, new: bool) -> None:
    if product not in IAM_OF:
        return
    for number in ("0001", "0002") if new else ("0001",):
        model = {
            "system_id": IAM_OF[product],
            "operations": [{"operation": "upsert_system", "data": {"id": IAM_OF[product]}}],
        }
        write(
            tree / f"support-files/bkiam/{number}_{IAM_OF[product]}_20200101-100{number[-1]}_iam.json",
            json.dumps(model),
        )


def _new_parts(src: Path, versions: dict[str, str], busybox: Path) -> None:
    for product, (name, made) in IMAGES_622.items():
        version = versions[product]
        directory = src / product / "support-files/images"
        tags = {f"{tag}:{version}": (port, f"/data/bkce/{product}/{tag.split('-')[-1]}") for tag, port in made.items()}
        images.archive(directory / f"{name}-{version}.tar.gz", busybox, tags)
        write(directory / "resource.tpl", RESOURCE)
    write(src / "bkauth/bin/bkauth", (VENDOR / "bkauth").read_text(encoding="utf-8"), 0o755)


def bundle(path: Path, target: Path, busybox: Path) -> str:
    """Build the 6.2.2 release package at TARGET; returns its MD5."""
    src, install = path / "src", path / "install"
    source_tree(src, VERSIONS_622, busybox, new=True)
    archives = {product: f"{product}_ce-{version}.tgz" for product, version in VERSIONS_622.items()}
    del archives["bksuite"]
    for product, archive in (archives | {ETCD: f"{ETCD}.tar.gz"}).items():
        _pack(src / archive, src, product)
        shutil.rmtree(src / product)
    for name, top in OTHER_ARCHIVES.items():
        write(path / "other" / top / "README", "stand-in\n")
        _pack(src / name, path / "other", top)
    for code, version in SAAS_622.items():
        write(src / f"official_saas/{code}_V{version}.tar.gz", f"stand-in for {code} {version}\n")
    scripts(install, "install62")
    _pack(target, path, "src", "install", level=1)
    return hashlib.md5(target.read_bytes(), usedforsecurity=False).hexdigest()


def scripts(target: Path, overlay: str) -> None:
    """The stand-in's /data/install of one release: the shared tree with that release's files on top."""
    for tree in ("install", overlay):
        shutil.copytree(VENDOR / tree, target, dirs_exist_ok=True, symlinks=True)
    for layer in ("01-generate", "02-dynamic", "03-userdef", "04-final"):
        write(target / "bin" / layer / "README.md", "")


def _pack(path: Path, top: Path, *names: str, level: int = 6) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        gzip.GzipFile(path, "wb", compresslevel=level, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name in names:
            tar.add(top / name, arcname=name, filter=_even)


def _even(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = int(BUILT), 0, 0, "root", "root"
    return entry
