"""Stand-in for the ESB: who asks, and which product's API it is handed on to. Entrance beside this file runs it.

An application is known by its row in open_paas.esb_app_account, read with the vendor's own MySQL user; without the
database nobody is answered. GSE is asked only while gse-task answers on its port, JOB while job-execute does, CMDB
while cmdb-api does; else it is refused as a third party's error is.

State: one file, written whole by the calls that change something, never by those that read.
  agents  {"10.0.0.1": true}: whether the agent of a host is online
  jobs    what was run, each {"job_instance_id", "step_instance_id", "script", "hosts"}; the scripts are not run
  job     how JOB fares, where it does not do well: "refuses" what it is given, "fails" each job, "hangs" in it, "raves"
  cmdb    see cmdb.py; cmdb_changes.py has the calls that write
Errors: paas2/esb/common/errors.py of TencentBlueKing/legacy-bk-paas.
"""

import base64
import json
import os
import pathlib
import re
import socket
import threading
from contextlib import closing

import cmdb
import pymysql
from cmdb_changes import Cmdb

STATE = pathlib.Path("/var/lib/bklab/esb.json")
ENV = pathlib.Path("/data/install/bin/04-final/paas.env")
LOCK = threading.Lock()
BEHIND = {"cc": ("cmdb-api", 9001), "gse": ("gse-task", 48673), "jobv3": ("job-execute", 10502)}


def ok(data=None):
    return {"result": True, "code": 0, "message": "success", "data": data, "request_id": "lab"}


def refused(code, message):
    return {"result": False, "code": code, "message": message, "data": None, "request_id": "lab"}


def env():
    return dict(re.findall(r"^([A-Z0-9_]+)=['\"]?([^'\"\n]*)['\"]?$", ENV.read_text(), re.M))


def known(code, secret):
    e = env()
    login = {"host": e["BK_PAAS_MYSQL_HOST"], "port": int(e.get("BK_PAAS_MYSQL_PORT") or 3306)}
    login |= {"user": e["BK_PAAS_MYSQL_USER"], "password": e["BK_PAAS_MYSQL_PASSWORD"]}
    # Debian 11's PyMySQL 0.9 hands out a cursor where a connection is used with `with`
    with closing(pymysql.connect(**login, database="open_paas", connect_timeout=3)) as db, db.cursor() as rows:
        rows.execute("SELECT 1 FROM esb_app_account WHERE app_code = %s AND app_token = %s", (code, secret))
        return rows.fetchone() is not None


def answers(service, port):
    try:
        socket.create_connection((f"{service}.service.consul", port), 3).close()
    except OSError:
        return False
    return True


def answer(path, body):
    system, _, api = path.partition("/")
    try:
        asked = json.loads(body or b"{}")
        if not known(asked.get("bk_app_code"), asked.get("bk_app_secret")):
            return refused(1306403, "APP permission is insufficient, app authentication failed")
    except (OSError, KeyError, ValueError, pymysql.MySQLError):
        return refused(1306000, "System error")
    if not asked.get("bk_username"):
        return refused(1306401, "You must specify the current operator")
    if system not in BEHIND or not hasattr(OF[system], api):
        return refused(1306404, "Not found, component class not found")
    if not answers(*BEHIND[system]):
        return refused(1306201, f"Component request third-party system [{system.upper()}] interface [{api}] error")
    with LOCK:
        return _handled(getattr(OF[system], api), asked)


def _handled(api, reading):
    state = json.loads(STATE.read_text())
    before = json.dumps(state)
    try:
        told = api(state, reading)
    except cmdb.Refused as why:
        return refused(why.code, str(why))
    except (KeyError, TypeError, ValueError):
        return refused(1306406, "Parameters error")
    if json.dumps(state) != before:
        keep(state)
    return ok(told)


def keep(state):
    half = STATE.with_suffix(".part")
    half.write_text(json.dumps(state, indent=1, ensure_ascii=False))
    os.replace(half, STATE)


class Gse:
    @staticmethod
    def get_agent_status(state, reading):
        """A host that GSE has never heard of is answered, too: not alive."""
        alive = state["agents"]
        return {
            f"{h['bk_cloud_id']}:{h['ip']}": {
                "ip": h["ip"],
                "bk_cloud_id": h["bk_cloud_id"],
                "bk_agent_alive": int(alive.get(h["ip"], False)),
            }
            for h in reading["hosts"]
        }


class Job:
    """Asked for a business, an account and a language, as JOB is; a job that no agent runs has failed."""

    @staticmethod
    def fast_execute_script(state, reading):
        if state.get("job") == "refuses":
            raise cmdb.Refused(1244001, "job service is temporarily unavailable")
        if not (reading["bk_biz_id"] and reading["account_alias"] and reading["script_language"] in range(1, 6)):
            raise ValueError
        number = len(state["jobs"]) + 1
        hosts = [h["ip"] for h in reading["target_server"]["ip_list"]]
        script = base64.b64decode(reading["script_content"], validate=True).decode()
        ids = {"job_instance_id": 10000 + number, "step_instance_id": 20000 + number}
        state["jobs"].append({**ids, "script": script, "hosts": hosts})
        return {**ids, "job_instance_name": reading.get("task_name", "")}

    @staticmethod
    def get_job_instance_status(state, reading):
        """3 success, 4 failed: a host without an agent cannot run anything."""
        job = next((j for j in state["jobs"] if j["job_instance_id"] == reading["job_instance_id"]), None)
        if job is None:
            raise cmdb.Refused(1244006, "job instance does not exist")
        if state.get("job") == "raves":
            return ["success"]
        good = [state["agents"].get(ip, False) and state.get("job") != "fails" for ip in job["hosts"]]
        steps = [
            {"ip": ip, "bk_cloud_id": 0, "status": 9 if alive else 11, "exit_code": 0 if alive else 1}
            for ip, alive in zip(job["hosts"], good)  # noqa: B905 - Debian 11 has Python 3.9
        ]
        hangs = state.get("job") == "hangs"
        status = 2 if hangs else 3 if good and all(good) else 4
        return {
            "finished": not hangs,
            "job_instance": {"job_instance_id": job["job_instance_id"], "bk_biz_id": 2, "status": status},
            "step_instance_list": [
                {"step_instance_id": job["step_instance_id"], "status": status, "step_ip_result_list": steps}
            ],
        }


OF = {"cc": Cmdb, "gse": Gse, "jobv3": Job}
