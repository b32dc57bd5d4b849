"""Guide 7.17 on a converged cluster: nothing is deleted without an approval, and what a person does is waited for.

The person in the browser is played by calls to CMDB, by the same ESB that the vendor's scripts use.
"""

import json
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER
from tests.lab.support.operator import Desk, Running, on, pace, until, with_canary
from tests.lab.support.processes import watching

pytestmark = [pytest.mark.lab, pytest.mark.timeout(900)]

ENTRANCE = "h2"
STATE = "var/lib/bklab/esb.json"
ASK = r"""/usr/bin/python3 - <<'END'
import json, re, urllib.request
env = dict(re.findall(r"^([A-Z0-9_]+)=['\"]?([^'\"\n]*)", open("/data/install/bin/04-final/paas.env").read(), re.M))
def cc(api, **body):
    body.update(bk_app_code=env["BK_PAAS_APP_CODE"], bk_app_secret=env["BK_PAAS_APP_SECRET"])
    body.update(bk_username="admin", bk_biz_id=2)
    url = "http://paas.service.consul/api/c/compapi/v2/cc/%s/" % api
    said = json.load(urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode()), timeout=30))
    assert said["result"], said
    return said["data"]
"""
MOVE = (
    ASK
    + """cc("transfer_host_to_idlemodule", bk_host_id=[1, 2, 3])
END
"""
)
EDITABLE = (
    "curl -s -X POST -H 'BK_USER:admin' -d '{}' "
    "http://cmdb-api.service.consul:9001/api/v3/system/config/user_config/blueking_modify"
)
DELETE = (
    ASK
    + """sets = [s["bk_set_id"] for s in cc("search_set")["info"] if not s["default"]]
cc("batch_delete_set", delete={"inst_ids": sets})
END
"""
)
KEPT = "ls /var/lib/bkrec/cmdb 2>/dev/null; true"


def topology(lab: Lab) -> dict[str, Any]:
    return json.loads((lab.place.root(ENTRANCE) / STATE).read_text(encoding="utf-8"))["cmdb"]


def names(lab: Lab) -> tuple[set[str], set[str], set[str]]:
    """Sets without the idle one, set templates, service templates."""
    told = topology(lab)
    sets = {one["bk_set_name"] for one in told["sets"] if not one["default"]}
    return sets, {one["name"] for one in told["set_templates"]}, {one["name"] for one in told["service_templates"]}


def placed(lab: Lab) -> dict[str, set[str]]:
    told = topology(lab)
    readings = {one["bk_module_id"]: one["bk_module_name"] for one in told["modules"]}
    return {host["bk_host_innerip"]: {readings[number] for number in host["modules"]} for host in told["hosts"]}


def asking(desk: Desk) -> Desk:
    desk.whole = False
    desk.configure(left='optional = ["cmdb-topology"]\n')
    return desk


def codes(said: Any) -> list[str]:
    """What the run ended with, as its last document has it."""
    return [one["code"] for document in said.events for one in document.get("problems", [])]


def test_nothing_is_deleted_without_an_approval(converged: Desk) -> None:
    """All else is done: JOB's modules listed and distributed, a copy kept; then it waits, and says what would go."""
    lab, desk = converged.lab, asking(converged)
    before, hosts = names(lab), placed(lab)
    plan = desk.bkrec("plan", "-o", "json").must(2).document
    gated = [step["action"] for step in plan["steps"] if step["approval"] == "cmdb-topology"]
    assert gated == ["cmdb.move-hosts", "cmdb.unlock", "cmdb.delete-sets", "cmdb.delete-templates"]
    done = desk.bkrec("apply", "--yes", "-o", "json").must(6)
    assert "approval-needed" in codes(done)
    told = next(one for document in done.events for one in document.get("problems", []))
    assert all(name in told["because"]["en"] for name in ("作业平台v3", "fta-api", "gse_btsvr"))
    assert (names(lab), placed(lab)) == (before, hosts)
    assert on(lab, CONTROLLER, KEPT).split()
    assert on(lab, "h3", "grep -c '\"job-crontab\"' /data/install/bin/create_blueking_set.py").strip() == "1"
    again = desk.bkrec("apply", "--yes", "-o", "json").must(6)
    assert [one["event"] for one in again.events if one.get("event")] == ["run-ended"]
    desk.bkrec("apply", "--approve", "fancy").must(64)


@pytest.mark.campaign
def test_the_whole_of_it_with_a_person_at_the_browser(converged: Desk) -> None:
    """Killed in the middle of the vendor's step as well; it ends as the release's files say, and nothing is left."""
    lab, desk = converged.lab, asking(converged)
    wait = desk.bkrec("apply", "--yes", "--approve", "cmdb-topology", "-o", "json").must(6)
    assert codes(wait) == ["cmdb-move-hosts"]
    on(lab, ENTRANCE, MOVE)
    wait = desk.bkrec("apply", "--yes", "--approve", "cmdb-topology", "-o", "json").must(6)
    assert codes(wait) == ["cmdb-delete-sets"]
    assert json.loads(on(lab, CONTROLLER, EDITABLE))["data"] is True
    on(lab, ENTRANCE, DELETE)
    assert names(lab)[0] == set()
    with watching(lab) as watch:
        _killed_in_the_middle(lab, desk)
        desk.bkrec("apply", "--yes", "--approve", "cmdb-topology", "-o", "json", timeout_s=300).must(0)
    assert [process.text for process in watch.ours.values()] == []
    _as_the_files_say(lab)
    assert json.loads(on(lab, CONTROLLER, EDITABLE))["data"] is False
    assert "approved by" in desk.bkrec("status").must(0).out
    desk.bkrec("check").must(0)
    assert "step-started" not in desk.bkrec("apply", "--yes").must(0).err
    assert list(with_canary(desk.home)) == []


def _killed_in_the_middle(lab: Lab, desk: Desk) -> None:
    """The job goes on without bkrec; the next run finds it or what it made."""
    pace(lab, "5")
    with desk.watched_over():
        run = desk.start("apply", "--yes", "--approve", "cmdb-topology", "-o", "json")
        until(lambda: _building(run, lab), 120, "the topology is being built")
        run.process.kill()
        run.finish()
    pace(lab, "0")


def _building(run: Running, lab: Lab) -> bool:
    run.goes_on()
    return "service_template" in names(lab)[2] and "fta-api" not in names(lab)[2]


def _as_the_files_say(lab: Lab) -> None:
    sets, templates, services = names(lab)
    assert {"蓝鲸API网关", "作业平台v3"} <= sets
    assert "故障自愈" not in sets
    assert {"apigateway", "jobv3"} <= templates
    assert {"auth", "redis_cluster", "service_template"} <= services
    assert "gse_btsvr" not in services
    hosts = placed(lab)
    assert {"job-crontab", "job-analysis", "auth", "redis_cluster"} <= hosts["10.0.0.3"]
    assert not any("空闲机" in modules for modules in hosts.values())


@pytest.mark.campaign
def test_where_somebody_made_something_of_their_own_it_is_refused(converged: Desk) -> None:
    lab, desk = converged.lab, asking(converged)
    on(lab, ENTRANCE, ASK + 'cc("create_set", data={"bk_set_name": "自建", "set_template_id": 0})\nEND\n')
    before = names(lab)
    plan = desk.bkrec("plan", "-o", "json").must(2).document
    assert [one["problem"]["code"] for one in plan["blocked"]] == ["cmdb-topology-custom"]
    assert "set 自建" in plan["blocked"][0]["problem"]["fields"]["found"]
    assert [step for step in plan["steps"] if step["approval"]] == []
    done = desk.bkrec("apply", "--yes", "--approve", "cmdb-topology", "-o", "json").must(3)
    assert "cmdb-topology-custom" in codes(done)
    assert names(lab) == before


@pytest.mark.campaign
def test_a_stale_line_is_refused_before_anything_is_moved(converged: Desk) -> None:
    """`initdata topo` would end there, after everything was deleted."""
    lab, desk = converged.lab, asking(converged)
    on(lab, "h2", "echo fta >> /data/bkce/.installed_module")
    plan = desk.bkrec("plan", "-o", "json").must(2).document
    assert [one["problem"]["code"] for one in plan["blocked"]] == ["cmdb-unknown-lines"]
    assert [step for step in plan["steps"] if step["approval"]] == []
