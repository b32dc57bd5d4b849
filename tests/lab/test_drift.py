"""One thing undone by hand on a converged cluster: `check` names exactly that, and `apply` mends it narrowly."""

from dataclasses import dataclass

import pytest

from tests.lab.support.operator import Desk, on, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

H1, H2, H3 = "@10.0.0.1", "@10.0.0.2", "@10.0.0.3"
SAAS = ("bk_iam", "bk_user_manage", "bk_nodeman", "bk_sops", "bk_itsm", "bk_monitorv3", "bk_log_search")
PAAS = "/data/install/bin/04-final/paas.env"
PAGES = f"http.unserved {PAAS} {','.join(f'/o/{code}/' for code in SAAS)} {H1}"
TREE = "path.tree /data/install .rcmdrc,.bk_install.step,.controller_ip,.agreed,.path,.git,*.pyc,*.bkrec-part"
JOB = "/data/install/bin/03-userdef/job.env"
FINAL = "/data/install/bin/04-final/job.env"
ESB = "bk-paas-esb.service"
MARKS = "/root/.migrate"
BACK = f"""set -e
aside=$(ls -d /var/lib/bkrec/retired/units/{ESB}.* | tail -n 1)
cp "$aside/file" "$(cat "$aside/from")"
systemctl daemon-reload
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What a person did, and all that it makes differ: the facts touched, and what follows from them."""

    host: str
    script: str
    differs: frozenset[str]
    follows: frozenset[str] = frozenset()
    """Differs as a consequence: consul sees a dead port, a copy no longer equals its original."""
    steps: tuple[tuple[str, str], ...]
    """Action and host of each step, in order; exactly these."""
    touches: frozenset[str] = frozenset()
    """Codes of what the steps touch beyond what they mend."""


CASES = {
    "a-unit-stopped": Undone(
        host="h3",
        script="systemctl stop bk-auth.service",
        differs=frozenset({f"unit.active bk-auth.service {H3}"}),
        follows=frozenset(
            {f"consul.passing bkauth {H3}", f"current.unit bk-auth.service /data/bkce/bkauth/VERSION {H3}"}
        ),
        steps=(("unit.start", "10.0.0.3"),),
    ),
    "a-saas-that-stopped": Undone(
        host="h2",
        script="docker stop -t 1 $(docker ps --format '{{.Names}}' | grep ^bk_itsm-)",
        differs=frozenset({f"container.app bk_itsm {H2}"}),
        follows=frozenset({PAGES}),
        steps=(("saas.start", "10.0.0.2"),),
    ),
    "an-env-key-dropped": Undone(
        host="h1",
        script=f"sed -i /^BK_JOB_RUN_MODE=/d {JOB}",
        differs=frozenset({f"env.value {JOB} BK_JOB_RUN_MODE {H1}"}),
        follows=frozenset({f"{TREE} {H2}", f"{TREE} {H3}"}),
        steps=(("env.set", "10.0.0.1"), ("bkcli.sync-common", "10.0.0.1")),
        touches=frozenset({"affects-install-everywhere"}),
    ),
    "a-merged-value-changed": Undone(
        host="h1",
        script=f"sed -i s/^BK_JOB_RUN_MODE=.*/BK_JOB_RUN_MODE=lite/ {FINAL}",
        differs=frozenset({f"env.value {FINAL} BK_JOB_RUN_MODE {H1}"}),
        follows=frozenset({f"{TREE} {H2}", f"{TREE} {H3}"}),
        steps=(("env.merge", "10.0.0.1"), ("bkcli.sync-common", "10.0.0.1")),
        touches=frozenset({"affects-install-everywhere"}),
    ),
    "an-old-unit-put-back-beside-its-container": Undone(
        host="h2",
        script=f"{BACK}systemctl start {ESB}",
        differs=frozenset({f"unit.active {ESB} {H2}"}),
        steps=(("unit.retire", "10.0.0.2"),),
    ),
    "an-old-unit-started-in-its-containers-place": Undone(
        host="h2",
        script=f"{BACK}docker stop -t 1 bk-paas-esb; systemctl start {ESB}",
        differs=frozenset({f"unit.active {ESB} {H2}", f"container.state bk-paas-esb {H2}"}),
        steps=(("unit.retire", "10.0.0.2"), ("container.start", "10.0.0.2")),
    ),
    "a-container-removed": Undone(
        host="h2",
        script="docker rm -f bk-paas-esb",
        differs=frozenset({f"container.state bk-paas-esb {H2}", f"container.image bk-paas-esb {H2}"}),
        follows=frozenset({f"consul.passing paas-esb {H2}"}),
        steps=(
            ("directory.copy", "10.0.0.2"),  # of /data/bkce/open_paas/esb, where a site may have code of its own
            ("container.install", "10.0.0.2"),
            ("container.restart-policy", "10.0.0.2"),
        ),
        touches=frozenset({"affects-project-files"}),
    ),
    "a-container-stopped": Undone(
        host="h2",
        script="docker stop -t 1 bk-paas-login",
        differs=frozenset({f"container.state bk-paas-login {H2}"}),
        follows=frozenset({f"consul.passing paas-login {H2}"}),
        steps=(("container.start", "10.0.0.2"),),
    ),
    "a-process-of-gse-stopped": Undone(
        host="h1",
        script="systemctl stop bk-gse-data.service",
        differs=frozenset({f"unit.active bk-gse-data.service {H1}"}),
        follows=frozenset(
            {
                f"consul.passing gse-data {H1}",
                f"current.unit bk-gse-data.service /data/bkce/gse/VERSION {H1}",
                f"current.since bk-gse-data.service /var/lib/bkrec/retired/gse {H1}",
            }
        ),
        steps=(("unit.start", "10.0.0.1"),),
    ),
    "the-monitors-container-removed": Undone(
        host="h1",
        script="docker rm -f bk-monitor",
        differs=frozenset({f"container.state bk-monitor {H1}", f"container.image bk-monitor {H1}"}),
        steps=(("container.install", "10.0.0.1"), ("container.restart-policy", "10.0.0.1")),
        touches=frozenset({"affects-project-files"}),
    ),
    "the-guides-log-section-pasted-again": Undone(
        # its `stop` is never undone: the installer starts grafana only where it is not enabled yet; the container it
        # makes has no restart policy, and daemon.json names the other data-root again
        host="h1",
        script="source ~/.bkrc; cd /data/install; ./bkcli stop bklog; ./bkcli install bklog",
        differs=frozenset(
            {
                f"unit.active bk-log-grafana.service {H3}",
                f"container.no-restart-policy bk-log-api {H3}",
                f"container.data-root  {H3}",
            }
        ),
        follows=frozenset(
            {
                f"consul.passing bklog-grafana {H3}",
                f"current.unit bk-log-grafana.service /data/bkce/bklog/VERSION {H3}",
            }
        ),
        steps=(
            ("container.set-data-root", "10.0.0.3"),
            ("container.restart-policy", "10.0.0.3"),
            ("unit.start", "10.0.0.3"),
        ),
    ),
    "etcd-stopped": Undone(
        host="h3",
        script="systemctl stop etcd.service",
        differs=frozenset({f"unit.active etcd.service {H3}"}),
        follows=frozenset({f"consul.passing etcd {H3}"}),
        steps=(("unit.start", "10.0.0.3"),),
    ),
    "a-row-of-the-version-table-dropped": Undone(
        host="h1",
        script="mysql --login-path=mysql-paas -e \"DELETE FROM bksuite_common.production_info WHERE code = 'job'\"",
        differs=frozenset({f"mysql.product-version mysql-paas job {H1}"}),
        steps=(("version.rows", "10.0.0.1"), ("version.set", "10.0.0.1")),
        touches=frozenset({"affects-version-rows"}),
    ),
    "the-gateways-virtual-host-removed": Undone(
        host="h2",
        script="rm /usr/local/openresty/nginx/conf/conf.d/apigw.conf",
        differs=frozenset({f"path.kind /usr/local/openresty/nginx/conf/conf.d/apigw.conf {H2}"}),
        steps=(("nginx.render", "10.0.0.2"),),
        touches=frozenset({"affects-nginx"}),
    ),
    "a-permission-model-unknown-to-iam": Undone(
        host="h1",
        script=f"mark=$(ls -d {MARKS}/*bk_nodeman*_iam.json | tail -n 1); {{ chattr -i $mark || :; }}; rm $mark",
        differs=frozenset({f"iam.pending /data/src/bknodeman/support-files/bkiam {MARKS} {H1}"}),
        steps=(("iam.register", "10.0.0.1"),),
    ),
    "yq-removed": Undone(
        host="h2",
        script="rm /usr/local/bin/yq",
        differs=frozenset({f"path.digest /usr/local/bin/yq {H2}"}),
        steps=(("program.copy", "10.0.0.2"),),
    ),
    "a-dead-service-of-gse-put-back-into-consul": Undone(
        host="h1",
        script="cd /var/lib/bkrec/retired/consul; cp gse-api.json.* /etc/consul.d/service/gse-api.json; consul reload",
        differs=frozenset({f"consul.definition gse-api {H1}"}),
        steps=(("consul.deregister", "10.0.0.1"),),
    ),
}
IN_THE_CAMPAIGN = frozenset({
    "etcd-stopped", "the-gateways-virtual-host-removed", "yq-removed", "a-dead-service-of-gse-put-back-into-consul",
    "the-monitors-container-removed", "the-guides-log-section-pasted-again", "a-row-of-the-version-table-dropped",
    "an-old-unit-put-back-beside-its-container", "a-permission-model-unknown-to-iam",
})  # fmt: skip
"""Each costs a reset and an apply; the test command has one of each kind of its own."""


def cases() -> list[object]:
    return [pytest.param(name, marks=[pytest.mark.campaign] if name in IN_THE_CAMPAIGN else []) for name in CASES]


@pytest.mark.parametrize("name", cases())
def test_what_is_undone_is_named_planned_narrowly_and_mended(repaired: Desk, name: str) -> None:
    case = CASES[name]
    on(repaired.lab, case.host, case.script)
    expected = {*case.differs, *case.follows}
    until(lambda: repaired.drifted() == expected, 20, f"exactly these differ: {sorted(expected)}")
    steps = repaired.planned()
    assert [(step["action"], step["host"]) for step in steps] == list(case.steps)
    assert case.differs <= {fact for step in steps for fact in step["repairs"]}
    assert {touched["code"] for step in steps for touched in step["side_effects"]} == case.touches
    assert all(touched["en"] and touched["zh"] for step in steps for touched in step["side_effects"])
    repaired.bkrec("apply", "--yes").must(0)
    assert repaired.check()["verdict"] == "converged"
