"""The lab itself: does it boot, reset and answer, is the stand-in faithful, and are the vendor's vices there?

Run with `pytest -m lab tests/lab/test_lab.py` as root. Conditions are waited for, never a time.

The stand-in's vices in the guide's course change only with tests/lab: whoever changes that runs
`pytest -m campaign tests/lab/test_lab.py`; that bkrec copes with each is a rule of the tests beside this one.
"""

import json
import subprocess

import pytest

from tests.lab.machine import nspawn
from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.manual_guide import PAAS_UNITS, STEPS
from tests.lab.support.operator import until

pytestmark = pytest.mark.lab
RESET_LIMIT_S = 20.0  # measured: 3 s on 2 idle cores
CLUSTER_INFO = """
read -r _ REDISCLI_AUTH < <(grep -m1 requirepass /etc/redis/6380/redis_cluster.conf)
export REDISCLI_AUTH
redis-cli -h 10.0.0.3 -p 6380 cluster info
"""
LOGIN_PATH_WITHOUT_TERMINAL = """
source /data/install/utils.fc
cd /data/install
./bin/setup_mysql_loginpath.sh -n mysql-auth -h $BK_MYSQL_IP0 -u root -p x < /dev/null
"""
ASK = """
source /data/install/bin/04-final/paas.env
body='{"bk_app_code":"bk_paas","bk_app_secret":"%s","bk_username":"admin","bk_biz_id":2}'
printf "$body" "${SECRET:-$BK_PAAS_APP_SECRET}" |
    curl -s -w '\\n%{http_code}' -d @- http://paas.service.consul/api/c/compapi/v2/cc/search_set/
"""
SECTIONS_4_TO_6 = ("4", "5.1", "5.2", "5.3", "6.1", "6.2", "6.3", "6.4", "6.5")


@pytest.fixture(scope="module")
def booted(lab: Lab) -> Lab:
    """For tests that change nothing."""
    lab.reset()
    return lab


@pytest.fixture
def pristine(booted: Lab) -> Lab:
    booted.reset()
    return booted


@pytest.fixture
def serving(pristine: Lab) -> Lab:
    """Booted to the end, and consul has noticed all that runs: before that there is no way through the entrance."""
    nspawn.wait_booted(pristine.place, list(HOSTS))
    until(lambda: _through_the_entrance(pristine) == "302", 30, "the entrance serves what is behind it")
    until(lambda: _granted(pristine), 30, "the ESB reaches CMDB")
    return pristine


def _granted(lab: Lab) -> bool:
    answer, status = out(lab, "h1", ASK).rsplit("\n", 1)
    return status == "200" and json.loads(answer)["result"] is True


def _through_the_entrance(lab: Lab) -> str:
    return out(lab, "h1", "curl -s -o /dev/null -w '%{http_code}' http://paas.service.consul/o/bk_iam/")


@pytest.fixture(scope="module")
def prepared(booted: Lab) -> Lab:
    """Sections 4 to 6.5 done, kept as a snapshot."""
    booted.reset()
    for name in SECTIONS_4_TO_6:
        guide(booted, name)
    booted.snapshot("prepared")
    return booted


@pytest.fixture
def at_paas(prepared: Lab) -> Lab:
    prepared.reset("prepared")
    return prepared


def on(lab: Lab, host: str, script: str) -> subprocess.CompletedProcess[bytes]:
    """SCRIPT in a login shell, as an operator has it; from a file: one on stdin would be eaten by what it starts."""
    lab.ssh(host, "cat > /tmp/step.sh", stdin=f"export LC_ALL=en_US.UTF-8\n{script}\n".encode())
    return lab.ssh(host, "bash -l /tmp/step.sh < /dev/null")


def out(lab: Lab, host: str, script: str) -> str:
    return on(lab, host, script).stdout.decode()


def guide(lab: Lab, name: str, expect: int = 0) -> str:
    host, script = STEPS[name]
    done = on(lab, host, script)
    output_text = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == expect, f"{name}: rc {done.returncode}\n{output_text[-3000:]}"
    return output_text


def test_every_host_answers_under_its_own_host_key(booted: Lab) -> None:
    fingerprints = {line.split()[-1] for line in booted.place.known_hosts.read_text().splitlines()}
    assert len(fingerprints) == 3
    for host in ("h1", "h2", "h3"):
        assert booted.ssh(host, "hostname").stdout.decode().strip() == host


def test_the_controllers_key_opens_the_other_hosts_strictly(booted: Lab) -> None:
    output_text = out(
        booted,
        "h1",
        "for h in 10.0.0.1 h2 h3; do ssh -n -o BatchMode=yes -o StrictHostKeyChecking=yes $h hostname; done",
    )
    assert output_text.split() == ["h1", "h2", "h3"]


def test_ops_has_sudo_without_a_password(booted: Lab) -> None:
    command = booted.inside("ssh", "-F", str(booted.place.ssh_config), "-l", "ops", "h2", "sudo -n id -u")
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "0"


def test_a_login_meets_the_vendors_python_first(booted: Lab) -> None:
    assert on(booted, "h2", "python3 -c 'print(1)'").returncode == 97


def test_every_unit_of_61_runs(booted: Lab) -> None:
    for host in ("h1", "h2", "h3"):
        assert out(booted, host, "systemctl is-system-running --wait; systemctl --failed --no-legend") == "running\n"


def test_every_secret_carries_the_canary(booted: Lab) -> None:
    keys = "grep -hE '^BK_[A-Z0-9_]*(PASSWORD|SECRET|TOKEN)=.+' /data/install/bin/01-generate/*.env"
    lines = out(booted, "h1", keys).splitlines()
    assert len(lines) > 20
    assert [line.split("=")[0] for line in lines if "CANARY" not in line] == []


def test_reset_is_quick_and_forgets_everything(pristine: Lab) -> None:
    pristine.ssh("h1", "rm -rf /data/install && touch /data/here")
    assert pristine.reset() < RESET_LIMIT_S
    assert out(pristine, "h1", "ls /data; ls /data/install/bkcli").count("here") == 0
    assert "bkcli" in out(pristine, "h1", "ls /data/install/bkcli")


def test_power_loss_and_partition_are_felt_and_mended(pristine: Lab) -> None:
    pristine.kill("h2")
    assert not pristine.is_up("h2")
    pristine.boot("h2")
    assert pristine.ssh("h2", "hostname").stdout == b"h2\n"
    pristine.partition("h3")
    reach = pristine.inside("ssh", "-F", str(pristine.place.ssh_config), "-o", "ConnectTimeout=1", "h3", "true")
    assert subprocess.run(reach, capture_output=True, check=False).returncode == 255
    pristine.heal("h3")
    assert pristine.ssh("h3", "hostname").stdout == b"h3\n"


@pytest.mark.campaign
def test_the_slice_ends_where_the_guide_says(at_paas: Lab) -> None:
    for name in ("7.1 stop", "7.1 remove", "7.1 install", "7.1 variables", "repair", "7.3", "7.8.1"):
        guide(at_paas, name)
    running = out(at_paas, "h2", "docker ps --format '{{.Names}} {{.Image}}' | grep ^bk-paas | sort").split("\n")[:-1]
    assert running == [
        f"bk-paas-{p} bk-paas-{p}:2.14.57" for p in ("apigw", "appengine", "console", "esb", "login", "paas")
    ]
    assert out(at_paas, "h2", f"systemctl is-active {PAAS_UNITS} | sort -u; ls /data/bkce/.envs") == "inactive\n"
    assert (
        out(
            at_paas, "h3", "systemctl is-active bk-auth redis-cluster-6380 redis-cluster-6381 redis-cluster-6382"
        ).split()
        == ["active"] * 4
    )
    assert out(at_paas, "h3", "curl -s -o /dev/null -w '%{http_code}' http://10.0.0.3:5009/healthz") == "200"
    info = out(at_paas, "h3", CLUSTER_INFO)
    assert "cluster_state:ok" in info
    assert "cluster_slots_assigned:16384" in info
    signed = out(at_paas, "h3", "cat /data/bkce/.installed_module").split()
    assert {"auth", "redis_cluster"} <= set(signed)
    services = json.loads(out(at_paas, "h3", "curl -s http://127.0.0.1:8500/v1/agent/services"))
    assert {"bkauth", "redis-cluster"} <= {service["Service"] for service in services.values()}


@pytest.mark.campaign
def test_versions_are_claimed_before_anything_but_paas_is_upgraded(at_paas: Lab) -> None:
    for name in ("7.1 stop", "7.1 remove", "7.1 install"):
        guide(at_paas, name)
    claimed = out(
        at_paas,
        "h1",
        "mysql --login-path=mysql-paas -Nse 'SELECT version FROM bksuite_common.production_info WHERE code = \"cmdb\"'",
    )
    assert claimed == "3.11.2\n"
    assert out(at_paas, "h3", "cat /data/bkce/cmdb/VERSION") == "3.10.21\n"


def test_status_of_dead_services_exits_zero(pristine: Lab) -> None:
    pristine.ssh("h2", f"systemctl stop {PAAS_UNITS}")
    done = on(pristine, "h1", "cd /data/install && ./bkcli status paas")
    assert done.returncode == 0
    assert b"dead" in done.stdout


def test_every_bkcli_call_rewrites_the_hosts_file(pristine: Lab) -> None:
    before, after = (
        out(pristine, "h1", f"{first} stat -c %Y.%i.%y /data/install/bin/02-dynamic/hosts.env")
        for first in ("", "cd /data/install; ./bkcli status iam > /dev/null;")
    )
    assert before != after


def test_a_broken_topology_leaves_a_partial_hosts_file(pristine: Lab) -> None:
    done = on(pristine, "h1", "cd /data/install; sed -i '1s/$/,Bad(/' install.config; ./bkcli status iam")
    assert done.returncode == 1
    assert b"invalid format" in done.stderr
    assert "BK_PAAS_IP" in out(pristine, "h1", "cat /data/install/bin/02-dynamic/hosts.env")


@pytest.mark.campaign
def test_bkauth_stops_without_its_login_path(at_paas: Lab) -> None:
    assert "mysql-auth is not valid" in guide(at_paas, "7.3", expect=1)


@pytest.mark.campaign
def test_a_login_path_made_without_a_terminal_is_lost(at_paas: Lab) -> None:
    on(at_paas, "h1", LOGIN_PATH_WITHOUT_TERMINAL)
    assert "mysql-auth" not in out(at_paas, "h1", "mysql_config_editor print --all")
    guide(at_paas, "repair")
    assert "mysql-auth" in out(at_paas, "h1", "mysql_config_editor print --all")


@pytest.mark.campaign
def test_redis_cluster_cannot_be_installed_twice(at_paas: Lab) -> None:
    guide(at_paas, "7.8.1")
    assert "已经监听" in guide(at_paas, "7.8.1", expect=5)


@pytest.mark.campaign
def test_a_lost_tag_blanks_the_modules_secrets(at_paas: Lab) -> None:
    secret = "sed -n 's/^BK_PAAS_APP_SECRET=//p' /data/install/bin/04-final/paas.env"
    assert out(at_paas, "h1", secret).startswith("CANARY")
    done = on(at_paas, "h1", "chattr -i ~/.tag/paas.env; rm ~/.tag/paas.env; cd /data/install; ./bkcli install bkenv")
    assert done.returncode == 0
    assert out(at_paas, "h1", secret) == "''\n"


@pytest.mark.campaign
def test_a_second_move_nests_the_new_sources_in_the_backup(at_paas: Lab) -> None:
    guide(at_paas, "5.3")
    assert out(at_paas, "h1", "ls /data/src.bak/src/VERSION; ls -d /data/src") == "/data/src.bak/src/VERSION\n"


@pytest.mark.campaign
def test_old_processes_on_the_ports_kill_the_new_containers_unseen(at_paas: Lab) -> None:
    guide(at_paas, "7.1 install")
    states = out(at_paas, "h2", "docker ps -a --filter name=bk-paas- --format '{{.State}}' | sort -u")
    assert states == "exited\n"
    assert "in use" in on(at_paas, "h2", "docker logs bk-paas-paas").stderr.decode().lower()


@pytest.mark.campaign
def test_containers_are_lost_with_the_data_root_at_the_next_boot(at_paas: Lab) -> None:
    for name in ("7.1 stop", "7.1 remove", "7.1 install"):
        guide(at_paas, name)
    assert out(at_paas, "h2", "docker ps -aq") != ""
    at_paas.reboot("h2")
    assert out(at_paas, "h2", "systemctl is-system-running --wait > /dev/null; docker ps -aq") == ""


def test_the_esb_answers_while_its_process_does_and_refuses_with_200(serving: Lab) -> None:
    assert _granted(serving)
    answer, status = out(serving, "h1", f"SECRET=wrong\n{ASK}").rsplit("\n", 1)
    assert (json.loads(answer)["result"], json.loads(answer)["code"], status) == (False, 1306403, "200")
    serving.ssh("h2", "systemctl stop bk-paas-esb")
    answer, status = out(serving, "h1", ASK).rsplit("\n", 1)
    assert ("502 Bad Gateway" in answer, status) == (True, "502")


def test_the_page_of_a_saas_is_there_while_its_container_is(serving: Lab) -> None:
    assert _through_the_entrance(serving) == "302"
    serving.ssh("h2", "docker stop -t 1 $(docker ps -q --filter name=bk_iam-)")
    assert _through_the_entrance(serving) == "502"
