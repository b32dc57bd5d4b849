"""Clusters on https, on real parts: Debian's nginx behind the templates, with certificates that curl verifies.

    BKREC_LAB=shapes pytest -m campaign -s tests/lab/test_https.py

Converted as the vendor's page says (BKDocs 6.2, convert_https.md; change_domain.md), on the vendor's domain and on one
of the site's own. First: what the vendor's step does to such a cluster where nothing keeps its keys. Then one `apply`,
`check`, and a restart of nginx, which would bring to light what it only refused to load.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.operator import Desk, Said, fresh, guide, measured, on, until

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1800)]

NGINX = "/usr/local/openresty/nginx/sbin/nginx"
DOMAINS = {"https": "bktencent.com", "https-domain": "bk.corp.example"}

CONVERTED = r"""
set -e
cd /data/install
domain=%s
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=*.$domain" -addext "subjectAltName=DNS:*.$domain" \
    -keyout /data/src/cert/bk_domain.key -out /data/src/cert/bk_domain.crt 2> /dev/null
./bkcli sync cert
for host in 10.0.0.1 10.0.0.2 10.0.0.3; do
    ssh $host 'mkdir -p /data/bkce/cert; cp -p /data/src/cert/bk_domain.* /data/bkce/cert/'
done
cat >> bin/03-userdef/global.env << END
BK_HTTP_SCHEMA=https
BK_DOMAIN="$domain"
BK_PAAS_PUBLIC_URL="https://paas.$domain"
BK_PAAS_PUBLIC_ADDR="paas.$domain:443"
BK_PAAS_PRIVATE_ADDR="paas.service.consul:80"
BK_PAAS_PRIVATE_URL="http://paas.service.consul"
BK_CMDB_PUBLIC_ADDR="cmdb.$domain:443"
BK_CMDB_PUBLIC_URL="https://cmdb.$domain"
BK_JOB_PUBLIC_ADDR="job.$domain:443"
BK_JOB_PUBLIC_URL="https://job.$domain"
BK_JOB_API_PUBLIC_ADDR="jobapi.$domain:443"
BK_JOB_API_PUBLIC_URL="https://jobapi.$domain"
BK_NODEMAN_PUBLIC_DOWNLOAD_URL="https://nodeman.$domain:443"
END
./bkcli install bkenv
./bkcli sync common
for name in paas cmdb job jobapi nodeman; do consul kv put bkcfg/fqdn/$name $name.$domain; done
consul kv put bkcfg/global/bk_http_schema https
"""
"""As the two pages say, in one go."""

LESSCODE = """
sed -i 's/^}$/    # ours: https, until the vendor has it\\n}/' /etc/consul-template/templates/lesscode.conf
grep -c ours /etc/consul-template/templates/lesscode.conf
"""
"""The page has people edit this template by hand."""

OWNED: Mapping[str, tuple[str, str]] = {
    "the certificate of the controller": ("h1", "md5sum /data/src/cert/bk_domain.*"),
    "the certificate of the entrance": ("h2", "md5sum /data/bkce/cert/bk_domain.*"),
    "the certificate of node management": ("h3", "md5sum /data/bkce/cert/bk_domain.*"),
    "what the virtual hosts include": ("h2", "cat /usr/local/openresty/nginx/conf/bk.ssl"),
    "how the entrance listens": (
        "h2",
        "for key in global/bk_http_schema ports/paas_http ports/paas_https domain/paas fqdn/paas fqdn/cmdb fqdn/job; do"
        " consul kv get bkcfg/$key; done",
    ),
    "variables of one's own": (
        "h1",
        "grep -hE '^BK_(HTTP_SCHEMA|DOMAIN|PAAS_|CMDB_|JOB_PUBLIC|NODEMAN_)' /data/install/bin/03-userdef/global.env",
    ),
    "a template edited by hand": (
        "h2",
        "cat $(ls /var/lib/bkrec/saved/nginx-templates/lesscode.conf.* 2>/dev/null ||"
        " echo /etc/consul-template/templates/lesscode.conf)",
    ),
}

AS_IT_WAS = """
set -eu
install=/data/install
cp -p -- "$install"/support-files/templates/nginx/*.conf /etc/consul-template/templates/
"$install/bin/install_consul_template.sh" -m nginx
systemctl reload consul-template.service
"""
"""The step of bkrec before it kept the keys (commit 9003106): the vendor's script, run for its keys and entries."""


def page(lab: Lab, url: str, more: str = "") -> str:
    """Status and first line of the body, as a browser with the site's certificate sees it."""
    name = url.split("/")[2]
    resolve = f"--resolve {name}:443:{HOSTS['h2']} --resolve {name}:80:{HOSTS['h2']}"
    shown = on(
        lab,
        "h1",
        f"curl -s -m 5 --cacert /data/src/cert/bk_domain.crt {resolve} -w '\\n%{{http_code}}' {more} {url}",
        None,
    )
    return shown.rsplit("\n", 1)[-1]


def converted(lab: Lab, home: Path, domain: str) -> Desk:
    desk = fresh(lab, home / "desk", whole=True)
    guide(lab, "h1", CONVERTED % domain)
    on(lab, "h2", f"sed -i 's#http://jobapi[^<]*#https://jobapi.{domain}#' /data/bkce/job/frontend/index.html")
    until(lambda: page(lab, f"https://paas.{domain}/o/bk_iam/") == "302", 120, "the entrance serves https")
    on(lab, "h2", LESSCODE)
    return desk


def by_init(lab: Lab, desk: Desk) -> Said:
    """cluster.toml as `init` writes it, but for the digest of the lab's own package."""
    desk.cluster.unlink()
    said = desk.bkrec("init", "--controller", f"root@{HOSTS[CONTROLLER]}").must(0)
    text = desk.cluster.read_text(encoding="utf-8")
    desk.cluster.write_text(text.replace("[package]\n", f'[package]\nmd5 = "{lab.package_md5}"\n'), encoding="utf-8")
    return said


def owned(lab: Lab) -> dict[str, str]:
    return {name: on(lab, host, script) for name, (host, script) in OWNED.items()}


@pytest.mark.condition("v1-https")
def test_the_vendors_script_alone_renders_what_nginx_refuses(lab: Lab, tmp_path: Path) -> None:
    """So the step was up to 9003106: the entrance lives on until it is restarted, and then it is gone."""
    converted(lab, tmp_path, DOMAINS["https"])
    on(lab, "h2", f"{NGINX} -t")
    on(lab, "h2", AS_IT_WAS, None)
    until(lambda: "emerg" in on(lab, "h2", f"{NGINX} -t 2>&1", None), 120, "nginx refuses what was rendered")
    assert "duplicate listen" in on(lab, "h2", f"{NGINX} -t 2>&1", 1)
    on(lab, "h2", "systemctl restart openresty", 1)
    assert page(lab, "https://paas.bktencent.com/o/bk_iam/") == "000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    domain: str
    init: Said
    plan: Said
    before: Mapping[str, str]
    applied: Said
    check: Said
    again: Said
    after: Mapping[str, str]


@pytest.fixture(scope="module", params=DOMAINS)
def night(request: pytest.FixtureRequest, lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Night:
    domain = DOMAINS[request.param]
    desk = converted(lab, tmp_path_factory.mktemp(request.param), domain)
    init = by_init(lab, desk)
    plan = desk.bkrec("plan", "-o", "json")
    before = owned(lab)
    with measured(f"apply on {request.param}"):
        applied = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=1200)
    return Night(
        domain=domain,
        init=init,
        plan=plan,
        before=before,
        applied=applied,
        check=desk.bkrec("check", "-o", "json"),
        again=desk.bkrec("apply", "--yes", "-o", "json"),
        after=owned(lab),
    )


@pytest.mark.condition("v1-https")
def test_it_converges(night: Night) -> None:
    print(night.init.all)
    night.applied.must(0)
    assert night.applied.events[-1]["verdict"] == "converged"
    assert night.check.must(0).document["verdict"] == "converged"
    assert [event.get("event") for event in night.again.must(0).events] == ["run-ended"]


@pytest.mark.parametrize("name", OWNED)
def test_what_was_the_owners_is_still_there(night: Night, name: str) -> None:
    assert night.before[name].strip()
    assert night.after[name] == night.before[name]


@pytest.mark.parametrize("name", ["paas", "cmdb", "job", "bkapi", "apigw"])
def test_every_name_is_served_on_https_and_http_leads_there(night: Night, lab: Lab, name: str) -> None:
    """After a restart: a configuration that nginx refuses would show here."""
    on(lab, "h2", f"{NGINX} -t && systemctl restart openresty")
    assert page(lab, f"https://{name}.{night.domain}/") == "200"
    assert page(lab, f"http://{name}.{night.domain}/") == "301"


def test_jobs_pages_call_job_by_https(night: Night, lab: Lab) -> None:
    assert f"https://job.{night.domain}" in on(lab, "h2", "cat /data/bkce/job/frontend/index.html")


def test_the_gateways_addresses_have_the_scheme_and_the_domain(night: Night, lab: Lab) -> None:
    merged = on(lab, "h1", "grep -h ^BK_APIGW /data/install/bin/04-final/global.env")
    assert f"https://bkapi.{night.domain}:443" in merged
    assert "http://" not in merged
