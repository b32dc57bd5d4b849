"""One thing undone by hand on a converged cluster: `check` names exactly that, and `apply` mends it narrowly."""

from dataclasses import dataclass

import pytest
from support import Desk, on, until

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

H1, H2, H3 = "@10.0.0.1", "@10.0.0.2", "@10.0.0.3"
TREE = "path.tree /data/install .rcmdrc,.bk_install.step,.controller_ip,.agreed,.path,.git,*.pyc,*.bkrec-part"
JOB = "/data/install/bin/03-userdef/job.env"
FINAL = "/data/install/bin/04-final/job.env"
ESB = "bk-paas-esb.service"
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
        follows=frozenset({f"consul.passing bkauth {H3}"}),
        steps=(("unit.start", "10.0.0.3"),),
    ),
    "an-env-key-dropped": Undone(
        host="h1",
        script=f"sed -i /^BK_JOB_RUN_MODE=/d {JOB}",
        differs=frozenset({f"env.value {JOB} BK_JOB_RUN_MODE {H1}"}),
        follows=frozenset({f"{TREE} {H2}", f"{TREE} {H3}"}),
        steps=(("env.set", "10.0.0.1"), ("bkcli.sync-common", "10.0.0.1")),
        touches=frozenset({"touches-install-everywhere"}),
    ),
    "a-merged-value-changed": Undone(
        host="h1",
        script=f"sed -i s/^BK_JOB_RUN_MODE=.*/BK_JOB_RUN_MODE=lite/ {FINAL}",
        differs=frozenset({f"env.value {FINAL} BK_JOB_RUN_MODE {H1}"}),
        follows=frozenset({f"{TREE} {H2}", f"{TREE} {H3}"}),
        steps=(("env.merge", "10.0.0.1"), ("bkcli.sync-common", "10.0.0.1")),
        touches=frozenset({"touches-install-everywhere"}),
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
        steps=(("container.install", "10.0.0.2"), ("container.keep", "10.0.0.2")),
        touches=frozenset({"touches-project-files"}),
    ),
    "a-container-stopped": Undone(
        host="h2",
        script="docker stop -t 1 bk-paas-login",
        differs=frozenset({f"container.state bk-paas-login {H2}"}),
        follows=frozenset({f"consul.passing paas-login {H2}"}),
        steps=(("container.start", "10.0.0.2"),),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_undone_is_named_planned_narrowly_and_mended(converged: Desk, name: str) -> None:
    case = CASES[name]
    on(converged.lab, case.host, case.script)
    expected = case.differs | case.follows
    until(lambda: converged.drifted() == expected, 20, f"exactly these differ: {sorted(expected)}")
    steps = converged.planned()
    assert [(step["action"], step["host"]) for step in steps] == list(case.steps)
    assert case.differs <= {fact for step in steps for fact in step["mends"]}
    assert {touched["code"] for step in steps for touched in step["touches"]} == case.touches
    assert all(touched["en"] and touched["zh"] for step in steps for touched in step["touches"])
    converged.bkrec("apply", "--yes").must(0)
    assert converged.check()["verdict"] == "converged"
