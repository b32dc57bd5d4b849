"""Made latent by hand on a converged cluster: everything works, and `check` says what will not last and when it ends.

`apply` mends it without restarting anything; and what was mended is there after a reboot.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.lab.support.operator import Desk, on, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

H1, H2, H3 = "@10.0.0.1", "@10.0.0.2", "@10.0.0.3"
TREE = "path.tree /data/install .rcmdrc,.bk_install.step,.controller_ip,.agreed,.path,.git,*.pyc,*.bkrec-part"
JOB = "/data/install/bin/03-userdef/job.env"
JSON = "/etc/docker/daemon.json"
PAAS = tuple(f"bk-paas-{name}" for name in ("paas", "appengine", "esb", "login", "console", "apigw"))
UNKEPT = f"container.no-restart-policy {','.join(PAAS)} {H2}"
MOVED = f"""sed -i 's|"data-root": *"[^"]*"|"data-root": "/data/elsewhere"|' {JSON}"""
ROWS = "mysql --login-path=mysql-paas bksuite_common -e"
RUNNING = "docker ps --format '{{.Names}} {{.RunningFor}}' | sort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    host: str
    script: str
    fact: str
    will: str
    follows: frozenset[str] = frozenset()
    """Differs openly as a consequence."""
    steps: tuple[tuple[str, str], ...]


CASES = {
    "a-unit-that-is-not-enabled": Hidden(
        host="h3",
        script="systemctl disable bk-auth.service",
        fact=f"unit.enabled bk-auth.service {H3}",
        will="latent-not-at-boot",
        steps=(("unit.enable", "10.0.0.3"),),
    ),
    "a-variable-defined-twice": Hidden(
        host="h1",
        script=f"echo BK_JOB_RUN_MODE=stable >> {JOB}",
        fact=f"env.duplicates {JOB} BK_JOB_RUN_MODE {H1}",
        will="latent-doubled",
        follows=frozenset({f"{TREE} {H2}", f"{TREE} {H3}"}),
        steps=(("env.deduplicate", "10.0.0.1"), ("bkcli.sync-common", "10.0.0.1")),
    ),
    "a-tag-removed": Hidden(
        host="h1",
        script="chattr -i /root/.tag/gse.env; rm /root/.tag/gse.env",
        fact=f"tag.state gse /root/.tag /data/install/bin {H1}",
        will="latent-secrets",
        steps=(("tag.restore", "10.0.0.1"),),
    ),
    "a-daemon-json-that-names-another-place": Hidden(
        host="h2",
        script=MOVED,
        fact=f"container.data-root  {H2}",
        will="latent-docker-root",
        steps=(("container.set-data-root", "10.0.0.2"),),
    ),
    "a-container-without-a-restart-policy": Hidden(
        host="h2",
        script="docker update --restart no bk-paas-esb",
        fact=UNKEPT,
        will="latent-containers",
        steps=(("container.restart-policy", "10.0.0.2"),),
    ),
    "a-row-of-production-info-that-lies": Hidden(
        host="h1",
        script=f"{ROWS} \"UPDATE production_info SET version = '2.14.33' WHERE code = 'open_paas'\"",
        fact=f"mysql.product-version mysql-paas open_paas {H1}",
        will="latent-version-row",
        steps=(("version.rows", "10.0.0.1"), ("version.set", "10.0.0.1")),
    ),
    "a-row-of-what-nobody-upgraded": Hidden(
        host="h1",
        script=f"{ROWS} \"UPDATE production_info SET version = '1.0.12' WHERE code = 'bkssm'\"",
        fact=f"mysql.product-version mysql-paas bkssm {H1}",
        will="latent-version-row",
        steps=(("version.set", "10.0.0.1"),),
    ),
}


IN_THE_TEST_COMMAND = {
    "a-tag-removed",
    "a-daemon-json-that-names-another-place",
    "a-container-without-a-restart-policy",
}
"""The other cases and tests take part in `-m campaign`: each costs a reset and a run."""


def cases() -> list[Any]:
    return [pytest.param(name, marks=[] if name in IN_THE_TEST_COMMAND else [pytest.mark.campaign]) for name in CASES]


@pytest.mark.parametrize("name", cases())
def test_what_will_not_last_is_named_with_its_end_and_mended(repaired: Desk, name: str) -> None:
    case = CASES[name]
    on(repaired.lab, case.host, case.script)
    expected = {*case.follows, case.fact}
    until(lambda: repaired.drifted() == expected, 20, f"exactly these differ: {sorted(expected)}")
    (found,) = (drift for drift in repaired.check()["drift"] if drift["latent"])
    assert (found["fact"], found["latent"]["code"]) == (case.fact, case.will)
    text = repaired.bkrec("check").must(2).out
    assert "Latent: correct now, but it will not last" in text
    assert " ".join(found["latent"]["en"].split()) in " ".join(text.split())
    assert [(step["action"], step["host"]) for step in repaired.planned()] == list(case.steps)
    before = on(repaired.lab, "h2", "docker ps -q | sort")
    repaired.bkrec("apply", "--yes").must(0)
    assert repaired.check()["drift"] == []
    assert on(repaired.lab, "h2", "docker ps -q | sort") == before, "nothing was recreated"


@pytest.mark.campaign
def test_a_daemon_json_that_names_no_place_is_told_and_fails_nothing(converged: Desk) -> None:
    """Whoever wrote it so is not corrected, and not bothered with an exit code either."""
    on(converged.lab, "h2", f"""sed -i 's|"data-root": *"[^"]*", *||' {JSON}""")
    text = converged.bkrec("check").must(0).out
    assert "Told, not mended" in text
    assert "every container and image of this host is gone" in " ".join(text.split())
    readings = converged.check()
    (advice,) = readings["advice"]
    assert (readings["verdict"], advice["fact"]) == ("converged", f"container.data-root  {H2}")
    assert advice["problem"]["code"] == "docker-root-unclear"
    converged.bkrec("apply", "--yes").must(0)


BLANK = ": > /data/install/bin/01-generate/cmdb.env"


@pytest.mark.campaign
def test_a_tag_whose_secrets_are_gone_is_told_and_not_papered_over(converged: Desk) -> None:
    """The other hosts have the last copies: nothing is distributed over them. With those gone too it is only told."""
    on(converged.lab, "h1", f"chattr -i /root/.tag/cmdb.env; rm /root/.tag/cmdb.env; {BLANK}")
    lost = f"tag.state cmdb /root/.tag /data/install/bin {H1}"
    assert converged.drifted() == {lost, f"{TREE} {H2}", f"{TREE} {H3}"}
    assert {held["problem"]["code"] for held in converged.bkrec("plan", "-o", "json").document["blocked"]} == {
        "tag-missing"
    }
    converged.bkrec("apply", "--yes").must(5)
    assert on(converged.lab, "h2", "wc -c < /data/install/bin/01-generate/cmdb.env").strip() != "0"
    for host in ("h2", "h3"):
        on(converged.lab, host, BLANK)
    (advice,) = converged.check()["advice"]
    assert (advice["fact"], advice["problem"]["code"]) == (lost, "tag-missing")
    converged.bkrec("check").must(0)
    converged.bkrec("apply", "--yes").must(0)
    assert on(converged.lab, "h1", "ls /root/.tag/cmdb.env 2>/dev/null || echo none").strip() == "none"


BACK = """cd /var/lib/bkrec/retired/consul
cp gse-api.json.* /etc/consul.d/service/gse-api.json; consul reload"""


@pytest.mark.campaign
def test_a_service_whose_daemon_is_gone_is_named_as_left_over(converged: Desk) -> None:
    """Back in consul, as the guide leaves it; GSE 2.x has no such daemon."""
    left = f"consul.definition gse-api {H1}"

    def hidden() -> dict[str, str]:
        return {d["fact"]: d["latent"]["code"] for d in converged.check()["drift"] if d["latent"]}

    assert left not in hidden()
    on(converged.lab, "h1", BACK)
    assert hidden()[left] == "latent-consul"
    assert ("consul.deregister", "10.0.0.1") in {(step["action"], step["host"]) for step in converged.planned()}


@pytest.mark.campaign
def test_what_was_mended_is_there_after_a_reboot(converged: Desk) -> None:
    """The guide's own ending: a daemon.json that was rewritten under a running docker, containers without a policy."""
    on(converged.lab, "h2", f"{MOVED}; docker update --restart no {' '.join(PAAS)} > /dev/null")
    hidden = {drift["latent"]["code"] for drift in converged.check()["drift"]}
    assert hidden == {"latent-docker-root", "latent-containers"}
    converged.bkrec("apply", "--yes").must(0)
    before = on(converged.lab, "h2", "docker ps -aq | sort")
    converged.lab.reboot("h2")
    running = until(lambda: on(converged.lab, "h2", RUNNING, expect=None), 30, "docker answers")
    assert set(PAAS) <= {line.split()[0] for line in running.splitlines()}
    assert on(converged.lab, "h2", "docker ps -aq | sort") == before, "SaaS containers too, though nobody started them"
    converged.until_converged()
