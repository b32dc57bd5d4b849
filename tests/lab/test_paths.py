"""A cluster whose directories are all elsewhere, and whose entrance has a name and a port of its own, on real parts.

    BKREC_LAB=shapes pytest -m campaign -s tests/lab/test_paths.py

/data/install, /data/bkce and /data/src were never there: products, scripts and sources lie below /opt/bk, the scripts
behind a link to another disk, dumps and the package's working directory besides. The entrance is called bk.corp.example
and listens on 8080 (BKDocs 6.2, change_domain.md). One `apply` converges, the copy of the scripts is one of all that
the link leads to, and nothing makes the vendor's own directories.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.operator import Desk, Said, cluster_toml, fresh, guide, measured, on, steady, until

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(2400)]

DOMAIN, PORT = "bk.corp.example", 8080
MOVED = {"install": "/opt/bk/setup", "bkce": "/opt/bk/home", "src": "/opt/bk/packages"}
BEHIND = "/srv/scripts-of-blueking"
"""What the directory of the scripts is a link to, on every host: pcmd.sh of the vendor's finds the real path of its own
directory and loads load_env.sh from there on each host (pcmd.sh:8, 150)."""
PATHS = """
[paths]
install = "/opt/bk/setup"
home = "/opt/bk/home"
src = "/opt/bk/packages"
work = "/opt/bk/work"
backup = "/opt/bk/dumps"
"""

MOVE = r"""
set -eu
behind=%s
running=$(systemctl list-units --type=service --state=active --plain --no-legend | awk '{ print $1 }' |
    grep -E '^(bk-.*|consul|consul-template|openresty|mysql@.*|redis@.*|docker|containerd)\.service$')
if command -v docker > /dev/null; then docker ps -q | xargs -r docker stop -t 1 > /dev/null; fi
systemctl stop $running
mkdir -p /opt/bk/home /opt/bk/dumps /opt/bk/work
mkdir /opt/bk/home/public
mount --bind /data/bkce/public /opt/bk/home/public
umount /data/bkce/public
rmdir /data/bkce/public
for each in /data/bkce/* /data/bkce/.[!.]*; do if [ -e "$each" ]; then mv "$each" /opt/bk/home/; fi; done
rmdir /data/bkce
if [ -d /data/src ]; then mv /data/src /opt/bk/packages; fi
if [ -d /data/install ]; then mv /data/install /opt/bk/setup; fi
{
    grep -rlIE '/data/(bkce|install|src)' --exclude-dir=public /etc /usr/lib/systemd/system /usr/lib/bklab \
        /usr/local/openresty/nginx/conf /usr/bin/java /usr/bin/mongodump /opt/bk /root || :
    grep -rlE '/data/bkce' /opt/bk/home/public --include=*.json --include=*.index || :
} 2> /dev/null | while read -r file; do
    sed -i 's#/data/install#/opt/bk/setup#g; s#/data/bkce#/opt/bk/home#g; s#/data/src#/opt/bk/packages#g' "$file"
done
if [ -d /opt/bk/setup ]; then mv /opt/bk/setup "$behind"; ln -s "$behind" /opt/bk/setup; fi
systemctl daemon-reload
systemctl start $running
if command -v docker > /dev/null; then docker ps -aq | xargs -r docker start > /dev/null; fi
"""
"""As if it had been installed there: what is below public is on a file system of its own, and comes along."""

NAMED = rf"""
set -e
cd /opt/bk/setup
cat >> bin/03-userdef/global.env << END
BK_HOME=/opt/bk/home
BK_CERT_PATH=/opt/bk/home/cert
BK_PKG_SRC_PATH=/opt/bk/packages
BK_DOMAIN="{DOMAIN}"
BK_PAAS_PUBLIC_URL="http://paas.{DOMAIN}:{PORT}"
BK_PAAS_PUBLIC_ADDR="paas.{DOMAIN}:{PORT}"
BK_CMDB_PUBLIC_ADDR="cmdb.{DOMAIN}:{PORT}"
BK_CMDB_PUBLIC_URL="http://cmdb.{DOMAIN}:{PORT}"
BK_JOB_PUBLIC_ADDR="job.{DOMAIN}:{PORT}"
BK_JOB_PUBLIC_URL="http://job.{DOMAIN}:{PORT}"
BK_JOB_API_PUBLIC_ADDR="jobapi.{DOMAIN}:{PORT}"
BK_JOB_API_PUBLIC_URL="http://jobapi.{DOMAIN}:{PORT}"
BK_NODEMAN_PUBLIC_DOWNLOAD_URL="http://nodeman.{DOMAIN}:80"
END
./bkcli install bkenv
./bkcli sync common
for name in paas cmdb job jobapi nodeman; do consul kv put bkcfg/fqdn/$name $name.{DOMAIN}; done
consul kv put bkcfg/global/bk_home /opt/bk/home
consul kv put bkcfg/ports/paas_http {PORT}
"""

OWNED: Mapping[str, tuple[str, str]] = {
    "how the entrance listens": (
        "h2",
        "for key in global/bk_http_schema ports/paas_http ports/paas_https fqdn/paas fqdn/cmdb fqdn/job; do"
        " consul kv get bkcfg/$key; done",
    ),
    "variables of one's own": (  # but for JOB's API, whose name the guide changes (6.3)
        "h1",
        "grep -hE '^BK_(HOME|CERT|DOMAIN|PAAS_|CMDB_|JOB_PUBLIC)' /opt/bk/setup/bin/03-userdef/global.env",
    ),
    "the link to the scripts": ("h1", "readlink /opt/bk/setup"),
    "certificates": ("h1", "md5sum /opt/bk/packages/cert/*.pem"),
}
DEFAULTS = "ls -d /data/install /data/bkce /data/src /data/dbbak /data/tmp 2> /dev/null || :"
COPY = "cat /opt/bk/setup_2*/install.config"


def page(lab: Lab, name: str, port: int) -> str:
    """The status that a browser sees."""
    url = f"http://{name}.{DOMAIN}:{port}/"
    resolve = f"--resolve {name}.{DOMAIN}:{port}:{HOSTS['h2']}"
    return on(lab, "h1", f"curl -s -m 5 -o /dev/null {resolve} -w '%{{http_code}}' {url}", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    lab: Lab
    init: str
    """The cluster.toml that `init` writes."""
    config: str
    """install.config before it."""
    before: Mapping[str, str]
    applied: Said
    check: dict[str, Any]
    again: Said
    after: Mapping[str, str]
    defaults: Mapping[str, str]


def owned(lab: Lab) -> dict[str, str]:
    return {name: on(lab, host, script) for name, (host, script) in OWNED.items()}


@pytest.fixture(scope="module")
def night(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Night:
    desk: Desk = fresh(lab, tmp_path_factory.mktemp("paths") / "desk", whole=True)
    for host in HOSTS:
        on(lab, host, MOVE % BEHIND)
    guide(lab, "h1", NAMED)
    on(lab, "h2", f"sed -i 's#http://jobapi[^<]*#http://jobapi.{DOMAIN}:{PORT}#' /opt/bk/home/job/frontend/index.html")
    until(lambda: page(lab, "cmdb", PORT) == "200", 120, "the entrance listens on its own port")
    steady(lab)
    desk.cluster.unlink()
    desk.bkrec("init", "--controller", f"root@{HOSTS[CONTROLLER]}", "--install", MOVED["install"]).must(0)
    init = desk.cluster.read_text(encoding="utf-8")
    desk.cluster.write_text(cluster_toml(lab, left="") + PATHS, encoding="utf-8")
    config, before = on(lab, "h1", "cat /opt/bk/setup/install.config"), owned(lab)
    with measured("apply, everything elsewhere"):
        applied = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=1800)
    return Night(
        lab=lab,
        init=init,
        config=config,
        before=before,
        applied=applied,
        check=desk.check(),
        again=desk.bkrec("apply", "--yes", "-o", "json"),
        after=owned(lab),
        defaults={host: on(lab, host, DEFAULTS) for host in HOSTS},
    )


def test_init_finds_where_the_scripts_and_the_sources_are(night: Night) -> None:
    assert f'install = "{MOVED["install"]}"' in night.init
    assert f'src = "{MOVED["src"]}"' in night.init


def test_it_converges(night: Night) -> None:
    night.applied.must(0)
    assert night.applied.events[-1]["verdict"] == "converged"
    assert night.check["verdict"] == "converged"
    assert [event.get("event") for event in night.again.must(0).events] == ["run-ended"]


def test_nothing_makes_the_vendors_own_directories(night: Night) -> None:
    night.applied.must(0)
    assert night.defaults == dict.fromkeys(HOSTS, "")


@pytest.mark.parametrize("name", OWNED)
def test_what_was_the_owners_is_still_there(night: Night, name: str) -> None:
    assert night.before[name].strip()
    assert night.after[name] == night.before[name]


@pytest.mark.condition("v18-links")
def test_the_copy_of_the_scripts_is_of_what_the_link_leads_to(night: Night) -> None:
    night.applied.must(0)
    assert on(night.lab, "h1", COPY) == night.config


def test_every_name_is_served_on_its_own_port(night: Night) -> None:
    """After a restart: a configuration that nginx refuses would show here."""
    night.applied.must(0)
    on(night.lab, "h2", "/usr/local/openresty/nginx/sbin/nginx -t && systemctl restart openresty")
    assert {name: page(night.lab, name, PORT) for name in ("paas", "cmdb", "job", "bkapi", "apigw")} == dict.fromkeys(
        ("paas", "cmdb", "job", "bkapi", "apigw"), "200"
    )


def test_the_gateways_addresses_have_the_name_and_the_port(night: Night) -> None:
    night.applied.must(0)
    merged = on(night.lab, "h1", "grep -h ^BK_APIGW /opt/bk/setup/bin/04-final/global.env")
    assert f"http://bkapi.{DOMAIN}:{PORT}" in merged
    assert "bktencent.com" not in merged
