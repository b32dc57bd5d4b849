"""A platform that is used gives no finding: logins, a SaaS deployed, logs written and rotated, services restarted,
hosts rebooted, and a check after each.

    BKREC_LAB=used pytest -m campaign -s tests/lab/test_used_platform.py                     # 30 checks
    BKREC_LAB=used BKREC_CHECKS=1000 pytest -m campaign -s tests/lab/test_used_platform.py   # for a night

A restart is no fault and yet no calm: the check comes once what was restarted has run for a while, as an operator's
`--confirm` would. A reboot of each host comes once in every hundred checks.
"""

import os
from collections.abc import Callable, Mapping
from random import Random

import pytest

from tests.lab.machine import nspawn
from tests.lab.machine.place import HOSTS
from tests.lab.support.operator import Desk, on, steady

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(36000)]

CHECKS = int(os.environ.get("BKREC_CHECKS", "30"))
SEED = int(os.environ.get("BKREC_SEED", "62"))
REBOOT_EVERY = 100
Use = Callable[[Desk, Random], str]
SAAS_HOSTS = ("h2", "h3")
UNITS = ("bk-auth", "bk-cmdb-api", "bk-job-manage", "zookeeper", "kafka", "bk-log-grafana")


def login(desk: Desk, random: Random) -> str:
    host = random.choice(tuple(HOSTS))
    on(desk.lab, host, "su - ops -c 'id; ls /data' > /dev/null; bash -lc 'cd /data/install; ls' > /dev/null")
    return f"logins on {host}"


def deployment(desk: Desk, random: Random) -> str:
    """The version that is online, once more: what a page's button does."""
    app = random.choice(("bk_itsm", "bk_sops", "bk_iam"))
    version = (
        "SELECT v.version FROM paas_saas_app a JOIN paas_saas_app_version v ON v.id = a.online_version_id "
        f"WHERE a.code = '{app}'"
    )
    script = f"""set -e
version=$(mysql --login-path=mysql-paas -Ns open_paas -e "{version}")
cd /data/install; bin/saas.sh {app} {app}_V$version.tar.gz"""
    on(desk.lab, "h1", script)
    return f"{app} deployed"


def logs(desk: Desk, random: Random) -> str:
    """Written, rotated by a rename and by copy and truncate, compressed."""
    host = random.choice(tuple(HOSTS))
    script = """set -e
mkdir -p /data/bkce/logs/bklab; cd /data/bkce/logs/bklab
date >> a.log; date >> b.log
mv a.log a.log.1; date > a.log; gzip -f a.log.1
cp b.log b.log.1; : > b.log
mkdir -p /var/log/redis; date >> /var/log/redis/default.log"""
    on(desk.lab, host, script)
    return f"logs rotated on {host}"


def restart(desk: Desk, random: Random) -> str:
    unit = random.choice(UNITS)
    on(desk.lab, "h3", f"systemctl restart {unit}")
    return f"{unit} restarted"


def base_restart(desk: Desk, random: Random) -> str:
    host, unit = random.choice(
        (("h1", "redis@default"), ("h2", "mongod"), ("h2", "rabbitmq-server"), ("h1", "elasticsearch"))
    )
    on(desk.lab, host, f"systemctl restart {unit}")
    return f"{unit} restarted"


def container_restart(desk: Desk, random: Random) -> str:
    name = random.choice(("bk-paas-esb", "bk-paas-login", "bk-paas-paas"))
    on(desk.lab, "h2", f"docker restart -t 1 {name}")
    return f"container {name} restarted"


def status(desk: Desk, random: Random) -> str:
    """The vendor's own call, which rewrites files below bin/02-dynamic."""
    module = random.choice(("bkssm", "bkiam", "cmdb"))
    on(desk.lab, "h1", f"cd /data/install && ./bkcli status {module} > /dev/null 2>&1", expect=None)
    return f"bkcli status {module}"


def compiled(desk: Desk, random: Random) -> str:
    """What Python and daemons leave beside their programs."""
    host = random.choice(("h1", "h3"))
    on(desk.lab, host, "mkdir -p /data/bkce/logs/run /data/bkce/job/__pycache__; date > /data/bkce/logs/run/x.pid; "
                       "date > /data/bkce/job/__pycache__/x.cpython-36.pyc")  # fmt: skip
    return f"caches and pid files on {host}"


def reboot(desk: Desk, random: Random) -> str:
    """And what has to follow: PaaS gives the containers of SaaS no restart policy, and the vendor's `bkcli start
    saas-o` starts those that only stopped (ce/action.rc:265)."""
    host = random.choice(tuple(HOSTS))
    desk.lab.reboot(host)
    nspawn.wait_booted(desk.lab.place, [host])
    if host in SAAS_HOSTS:
        on(desk.lab, host, "docker start $(docker ps -aq --filter name=^bk_ --filter status=exited)")
    return f"{host} rebooted"


USES: Mapping[Use, int] = {
    login: 4, deployment: 2, logs: 3, restart: 4, base_restart: 3, container_restart: 2, status: 2, compiled: 2,
}  # fmt: skip
"""And how often among the others."""


def test_no_check_of_a_platform_that_is_used_finds_anything(repaired: Desk) -> None:
    random, false = Random(SEED), list[str]()
    for number in range(1, CHECKS + 1):
        use = reboot if number % REBOOT_EVERY == 0 else random.choices(tuple(USES), tuple(USES.values()))[0]
        what = use(repaired, random)
        steady(repaired.lab)
        document = repaired.check()
        findings = [f["fact"] for f in (*document["drift"], *document["unknown"])]
        print(f"{number:4} {what:40} {document['verdict']}", *findings, flush=True)
        false += [f"check {number}, after {what}: {finding}" for finding in findings]
    assert false == [], "\n".join(false)
