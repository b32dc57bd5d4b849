"""Ten of what may spoil an upgrade at once, on real hosts: `doctor` names all ten, `apply` refuses, and neither of them
wrote anything on any host.

    BKREC_LAB=doctor pytest -m campaign -s tests/lab/test_doctor.py

The ten are drawn by a seed (BKREC_SEED, else 1) from `BREAKS`: real file systems without room, a port in use, a
repository that refuses, a person's bkcli. Each item alone, in the simulator: tests/reconciler/commands/test_doctor.py.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.support.file_traces import wrote
from tests.lab.support.operator import Desk, fresh, measured, on

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(900)]

SEED = int(os.environ.get("BKREC_SEED", "1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    host: str
    script: str
    code: str
    """Of the preflight check that names it."""


def _full(path: str) -> str:
    return f"mkdir -p {path}; mount -t tmpfs -o size=1m none {path}"


BREAKS: Mapping[str, Break] = {
    "a disk without room for MongoDB's dump": Break(
        host="h2", script=_full("/data/dbbak"), code="preflight-space-dump"
    ),
    "a disk without room for the package": Break(host="h1", script=_full("/data/tmp"), code="preflight-space-package"),
    "a disk without room for images": Break(
        host="h1", script=_full("/data/bkce/public/docker"), code="preflight-space-images"
    ),
    "a disk without inodes": Break(
        host="h2",
        script="mkdir -p /var/lib/bkrec; mount -t tmpfs -o size=128m,nr_inodes=20 none /var/lib/bkrec",
        code="preflight-inodes",
    ),
    "/data/src as a mount": Break(host="h1", script="mount --bind /data/src /data/src", code="preflight-mount-point"),
    "a repository that refuses": Break(
        host="h3",
        script="""
            printf '[main]\\n' > /etc/yum.conf
            mkdir -p /etc/yum.repos.d
            printf '[acme]\\nname=acme\\nbaseurl=http://127.0.0.1:9/\\nenabled=1\\n' > /etc/yum.repos.d/acme.repo
            """,
        code="preflight-repositories",
    ),
    "no image and no registry": Break(
        host="h2",
        script="docker rmi -f $(docker images -q hub.bktencent.com/blueking/bk-gse-apimgr)",
        code="preflight-image",
    ),
    "a proxy for everything": Break(
        host="h2",
        script="echo 'export http_proxy=http://10.9.9.9:3128' > /etc/profile.d/proxy.sh",
        code="preflight-proxies",
    ),
    "another LAN_IP": Break(
        host="h3",
        script="mkdir -p /etc/blueking/env; echo LAN_IP=10.9.9.9 > /etc/blueking/env/local.env",
        code="preflight-lan-address",
    ),
    "a person's bkcli": Break(
        host="h1",
        script="""
            mkdir -p /root/theirs
            printf 'while sleep 5; do :; done\\n' > /root/theirs/bkcli
            nohup bash /root/theirs/bkcli install paas > /dev/null 2>&1 &
            """,
        code="preflight-no-foreign-work",
    ),
    "a database elsewhere": Break(
        host="h1",
        script="echo BK_ACME_MYSQL_HOST=db.example >> /data/install/bin/04-final/bkiam.env",
        code="preflight-databases",
    ),
    "a login module of its own": Break(
        host="h2",
        script="mkdir -p /data/bkce/open_paas/login/acme; echo 1 > /data/bkce/open_paas/login/acme/sso.py",
        code="preflight-site-code",
    ),
    "bkauth's port in use": Break(
        host="h3",
        script="nohup /usr/bin/python3 -m http.server 5009 > /dev/null 2>&1 &",
        code="preflight-port",
    ),
    "no rsync": Break(host="h3", script="mv /usr/bin/rsync /root/rsync", code="preflight-tools"),
    "no bsondump": Break(host="h2", script="mv /usr/bin/bsondump /root/bsondump", code="preflight-dump-tools"),
    "no expect": Break(host="h1", script="mv /usr/bin/expect /root/expect", code="preflight-login-tools"),
    "an empty script of 7.6": Break(
        host="h1", script=": > /data/migrate_subject_system_group.py", code="preflight-subjects-script"
    ),
    "no room for what bkrec's own jobs write": Break(
        host="h3", script=_full("/var/lib/bkrec"), code="preflight-space-jobs"
    ),
    "a Python module neither there nor to be had": Break(
        host="h1", script="mv /opt/wheels /root/wheels", code="preflight-python-modules"
    ),
    "a changed password of MySQL's root": Break(
        host="h3",
        script="sed -i '/^.default-root.$/,/^$/s/^password = .*/password = wrong/' /root/.mylogin.cnf",
        code="preflight-mysql-login",
    ),
}
BESIDE = {"preflight-repositories": {"preflight-packages"}, "preflight-mysql-login": {"preflight-unread"}}
"""What is so with it: of a repository that does not answer no package can be had; where the login is refused, how much
MySQL's dump would take cannot be measured."""


def drawn(seed: int) -> list[str]:
    return Random(seed).sample(sorted(BREAKS), 10)


def failing(document: dict[str, Any]) -> set[str]:
    """Codes of the checks that fail. Advice, such as of the machine's memory, is no failure."""
    return {check["problem"]["code"] for check in document["checks"] if check["state"] in ("fails", "unknown")}


@pytest.fixture(scope="module")
def desk(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return fresh(lab, tmp_path_factory.mktemp("doctor") / "desk", whole=True)


def test_ten_spoils_at_once_are_all_named_and_apply_writes_nothing(desk: Desk, lab: Lab) -> None:
    before = desk.bkrec("doctor", "-o", "json").must(0).document
    assert failing(before) == set()
    names = drawn(SEED)
    for name in names:
        on(lab, BREAKS[name].host, BREAKS[name].script)
    codes = {BREAKS[name].code for name in names}
    assert len(codes) == 10
    with measured("doctor"):
        found, written = wrote(lab, lambda: desk.bkrec("doctor", "-o", "json"))
    print("\n".join([*names, *sorted(failing(found.document))]))
    unread = [check for check in found.document["checks"] if check["state"] == "unknown"]
    print("\n".join(f"unread: {check['fact']} {check['reading']}" for check in unread))
    assert (found.code, written) == (4 if unread else 2, [])
    assert codes <= failing(found.document)
    assert failing(found.document) - codes <= {other for code in codes for other in BESIDE.get(code, ())}
    refused, written = wrote(lab, lambda: desk.bkrec("apply", "--yes", "-o", "json"))
    assert (refused.must(5).code, written) == (5, [])
    assert [code for code in codes if code not in refused.out] == []
