"""Clusters that are not the three default hosts as the vendor left them, on real parts.

    pytest -m campaign tests/lab/test_shapes.py

One upgrade of a cluster on which everything that fits together is somebody's own: code below PaaS, an entrance of
nginx, paths that are links, another backup directory, a proxy, tools' dot files, no IPv6, a SaaS that is newer than the
package. It ends converged, and what was the owner's is there. One of a base suite. And shapes that are refused before
the first write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.file_traces import wrote
from tests.lab.support.ledger import forget, ledger, started
from tests.lab.support.operator import Desk, Said, fresh, measured, on

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1800)]

PAAS = "/data/bkce/open_paas"
SQL = "mysql --login-path=mysql-paas -N open_paas -e"
NEWER = "99.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is somebody's own, and a command that prints it: the same before and after."""

    host: str
    prepare: str
    shown: str


OWN: Mapping[str, Shape] = {
    "own login and ESB code": Shape(
        host="h2",
        prepare=f"""
            mkdir -p {PAAS}/esb/components/generic/apis/acme {PAAS}/login/ee_login
            echo 'ours = 1' > {PAAS}/esb/components/generic/apis/acme/hello.py
            echo 'ours = 2' > {PAAS}/login/ee_login/settings_acme.py
            ln -s settings_acme.py {PAAS}/login/ee_login/current.py
            """,
        shown=f"""
            copy() {{ for each in /data2/backup/open_paas-"$1"-before-* {PAAS}/"$1"; do
                if [ -e "$each/$2" ]; then cat "$each/$2"; return; fi; done; echo gone; }}
            copy esb components/generic/apis/acme/hello.py
            copy login ee_login/settings_acme.py
            copy login ee_login/current.py
            """,
    ),
    "own nginx entrance": Shape(
        host="h2",
        prepare="""
            mkdir -p /usr/local/openresty/nginx/conf/conf.d
            echo 'server { listen 8099; }' > /usr/local/openresty/nginx/conf/conf.d/acme.conf
            """,
        shown="cat /usr/local/openresty/nginx/conf/conf.d/acme.conf",
    ),
    "paths that are links": Shape(
        host="h1",
        prepare="""
            mkdir -p /data2
            mv /data/src /data2/src && ln -s /data2/src /data/src
            mv /data/bkce/logs /data2/logs && ln -s /data2/logs /data/bkce/logs
            """,
        shown="readlink /data/bkce/logs",
    ),
    "a proxy and dot files": Shape(
        host="h1",
        prepare="""
            cat >> /etc/environment <<'END'
http_proxy=http://127.0.0.1:9
no_proxy=127.0.0.1,localhost,10.0.0.1,10.0.0.2,10.0.0.3,.service.consul
END
            printf 'location\\nverbose\\n' > /root/.curlrc
            printf '[client]\\nuser=nobody\\n' > /root/.my.cnf
            """,
        shown="cat /etc/environment /root/.curlrc /root/.my.cnf",
    ),
    "no IPv6 addresses": Shape(
        host="h3",
        prepare="sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1",
        shown="sysctl net.ipv6.conf.all.disable_ipv6; ip -6 address show dev lo | wc -l",
    ),
    "a newer SaaS": Shape(
        host="h1",
        prepare=f"""{SQL} "UPDATE paas_saas_app_version v JOIN paas_saas_app a ON v.id = a.online_version_id
            SET v.version = '{NEWER}' WHERE a.code = 'bk_sops'" """,
        shown=f"""{SQL} "SELECT v.version FROM paas_saas_app_version v
            JOIN paas_saas_app a ON v.id = a.online_version_id WHERE a.code = 'bk_sops'" """,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    before: Mapping[str, str]
    asked: Said
    """`apply` without an approval."""
    applied: Said
    check: Said
    again: Said
    after: Mapping[str, str]


def shown(lab: Lab) -> dict[str, str]:
    return {name: on(lab, shape.host, shape.shown) for name, shape in OWN.items()}


@pytest.fixture(scope="module")
def night(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Night:
    desk = fresh(lab, tmp_path_factory.mktemp("shapes") / "desk", whole=True)
    with desk.cluster.open("a", encoding="utf-8") as file:
        file.write('[paths]\nbackup = "/data2/backup"\n')
    for shape in OWN.values():
        on(lab, shape.host, f"set -e\n{shape.prepare}")
    for host in ("h1", "h2", "h3"):
        on(lab, host, "mkdir -p /data2/backup")
    before = shown(lab)
    asked = desk.bkrec("apply", "--yes", "-o", "json")
    with measured("apply on a cluster of one's own"):
        applied = desk.bkrec("apply", "--yes", "--approve", "site-code", "-o", "json", timeout_s=1200)
    return Night(
        before=before,
        asked=asked,
        applied=applied,
        check=desk.bkrec("check", "-o", "json"),
        again=desk.bkrec("apply", "--yes", "-o", "json"),
        after=shown(lab),
    )


@pytest.mark.condition("v4-own-code")
def test_code_of_ones_own_is_named_file_by_file_and_asked_about_first(night: Night) -> None:
    said = night.asked.must(5).out
    assert "preflight-site-code" in said
    assert "components/generic/apis/acme/hello.py" in said
    assert "ee_login/settings_acme.py" in said


def test_it_converges(night: Night) -> None:
    night.applied.must(0)
    assert night.applied.events[-1]["verdict"] == "converged"
    assert night.check.must(0).document["verdict"] == "converged"
    assert [event.get("event") for event in night.again.must(0).events] == ["run-ended"]


@pytest.mark.parametrize("name", OWN)
def test_what_was_the_owners_is_still_there(night: Night, name: str) -> None:
    assert night.before[name].strip() not in ("", "gone")
    assert night.after[name] == night.before[name]


@pytest.mark.condition("v3-newer")
def test_the_newer_saas_is_reported_and_not_taken_back(night: Night) -> None:
    assert night.after["a newer SaaS"].strip() == NEWER
    assert "newer-than-package" in {item["code"] for item in night.check.document["warnings"]}


WITHOUT = ("monitorv3", "influxdb", "log")
"""What a base suite (基础套餐) does not have."""
NAMED = "|".join(WITHOUT)
BASE_SUITE = rf"""
    cd /data/install
    sed -i -E ':again; s/[ ,]({NAMED})\([a-z0-9-]+\)//; t again; s/^([0-9.]+),/\1 /' install.config
    if grep -E '{NAMED}' install.config; then exit 1; fi
    """
RUNNING = "systemctl is-active bk-monitor bk-grafana bk-transfer bk-log-api bk-log-grafana 2>&1 | sort | uniq -c"


@pytest.mark.condition("v15-suites")
def test_a_base_suite_is_upgraded_without_monitor_and_log(lab: Lab, tmp_path: Path) -> None:
    """By the cluster.toml that `init` writes; what was installed of them besides is not touched."""
    desk: Desk = fresh(lab, tmp_path / "desk", whole=True)
    on(lab, "h1", f"set -e\n{BASE_SUITE}")
    before = {host: on(lab, host, RUNNING) for host in ("h1", "h2", "h3")}
    forget(lab)
    desk.cluster.unlink()
    desk.bkrec("init", "--controller", f"root@{HOSTS[CONTROLLER]}").must(0)
    text = desk.cluster.read_text(encoding="utf-8")
    ours = text.replace("[package]\n", f'[package]\nmd5 = "{lab.package_md5}"\n')
    assert ours != text
    desk.cluster.write_text(ours, encoding="utf-8")
    with measured("apply on a base suite"):
        desk.bkrec("apply", "--yes", "-o", "json", timeout_s=1200).must(0)
    assert desk.bkrec("check", "-o", "json").must(0).document["verdict"] == "converged"
    installed = [call for call in started(ledger(lab)) if call.startswith(("install ", "upgrade "))]
    assert "install paas" in installed
    assert [call for call in installed if "monitor" in call or "log" in call] == []
    assert {host: on(lab, host, RUNNING) for host in ("h1", "h2", "h3")} == before


TEMPLATE = "/etc/consul-template/templates/paas.conf"


@pytest.mark.condition("v18-templates")
def test_a_template_edited_by_hand_on_a_finished_cluster_is_shown_first_and_then_saved(converged: Desk) -> None:
    lab, edited = converged.lab, f"echo '# ours: a header more' >> {TEMPLATE}; md5sum < {TEMPLATE}"
    theirs = on(lab, "h2", edited)
    assert TEMPLATE in converged.bkrec("plan").must(2).out
    assert len(converged.planned()) == 1
    converged.bkrec("apply", "--yes", "-o", "json", timeout_s=600).must(0)
    assert converged.check()["verdict"] == "converged"
    assert on(lab, "h2", "md5sum < $(ls -t /var/lib/bkrec/saved/nginx-templates/paas.conf.* | head -n 1)") == theirs


REFUSED: Mapping[str, tuple[str, str, str]] = {
    **{
        f"an older release, {version}": ("h1", f"echo {version} > /data/src/VERSION", "release-too-old")
        for version in ("6.0.5", "6.1.0", "6.1.1")
    },
    "a proxy in /etc/profile": (
        "h2",
        "echo 'export http_proxy=http://10.9.9.9:3128' > /etc/profile.d/proxy.sh",
        "preflight-proxies",
    ),
    "no registry": (
        "h2",
        "docker rmi -f $(docker images -q hub.bktencent.com/blueking/bk-gse-apimgr)",
        "preflight-image",
    ),
    "sources on a mount of their own": ("h1", "mount --bind /data/src /data/src", "preflight-mount-point"),
    "no room for the backups": (
        "h3",
        "mkdir -p /data/dbbak && mount -t tmpfs -o size=1m none /data/dbbak",
        "preflight-space-dump",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_cluster_that_cannot_be_upgraded_is_refused_before_the_first_write(
    lab: Lab, tmp_path: Path, name: str
) -> None:
    host, prepare, code = REFUSED[name]
    desk: Desk = fresh(lab, tmp_path / "desk", whole=True)
    on(lab, host, prepare)
    said, written = wrote(lab, lambda: desk.bkrec("apply", "--yes", "-o", "json"))
    assert (said.must(5).code, written) == (5, [])
    assert code in said.out
    if code.startswith("preflight-"):
        assert code in desk.bkrec("doctor", "-o", "json").out, "any day before, too"


CONFIG = "/data/install/install.config"
LAYOUTS: Mapping[str, tuple[str, str]] = {
    "one host": (f"sed -i '/^10.0.0.[23] /d' {CONFIG}", "one-host"),
    **{
        f"apigw beside {module}": (
            f"sed -i -E '0,/[ ,]{module}([(,]|$)/s/([ ,])({module}[(,]|{module}$)/\\1apigw,\\2/' {CONFIG}",
            "install-config-conflict",
        )
        for module in ("nginx", "appo", "appt", "nodeman")
    },
}


@pytest.fixture(scope="module")
def layouts(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return fresh(lab, tmp_path_factory.mktemp("layouts") / "desk", whole=True)


@pytest.mark.condition("v18-conflicts")
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_that_cannot_hold_the_release_is_refused_by_init(layouts: Desk, name: str) -> None:
    """Read from the controller's own install.config; and nothing is written where it is refused."""
    lab, (change, code) = layouts.lab, LAYOUTS[name]
    on(lab, "h1", f"cp {CONFIG} /tmp/install.config; {change}; ! cmp -s {CONFIG} /tmp/install.config")
    layouts.cluster.unlink(missing_ok=True)
    said, written = wrote(lab, lambda: layouts.bkrec("init", "--controller", f"root@{HOSTS[CONTROLLER]}", "-o", "json"))
    on(lab, "h1", f"cat /tmp/install.config > {CONFIG}")
    assert (said.must(5).code, written, layouts.cluster.exists()) == (5, [], False)
    assert code in said.out + said.err


def test_a_placement_that_cannot_be_is_refused_before_the_first_write(layouts: Desk) -> None:
    layouts.configure()
    text = layouts.cluster.read_text(encoding="utf-8")
    layouts.cluster.write_text(
        text.replace(f'apigw = ["{HOSTS["h1"]}"]', f'apigw = ["{HOSTS["h2"]}"]'), encoding="utf-8"
    )
    said, written = wrote(layouts.lab, lambda: layouts.bkrec("apply", "--yes", "-o", "json"))
    assert (said.code, written) == (65, []), "cluster.toml itself is wrong"
    assert "placement-conflict" in said.out + said.err
