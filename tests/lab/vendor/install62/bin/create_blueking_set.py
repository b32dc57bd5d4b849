#!/opt/py36/bin/python
# ruff: noqa: RUF012, SIM115, UP031 — as old as the script it stands for
"""Stand-in for 6.2's script that fills CMDB's topology, through the ESB. Its vices are the vendor's.

The secret is an argument, and stands in a log below /tmp that everybody may read. A service template of the same name
ends it with 1; so does one that cannot be deleted, while a set template that cannot is only logged. A word in
.installed_module without a template ends it half-way. The host taken is the first whose address begins so.
"""

import argparse
import json
import re
import sys
import urllib.request


class Message:
    set_module_dict = {
        "中控机": "controller",
        "PaaS平台": "paas",
        "用户认证平台": "user",
        "作业平台v3": "jobv3",
        "监控平台v3": "monitor",
        "管控平台": "gse",
        "配置平台": "cmdb",
        "公共组件": "public",
        "节点管理": "nodeman",
        "日志平台": "log",
        "容器管理平台": "bcs",
        "蓝鲸API网关": "apigateway",
    }
    # lines of .installed_module that stand for more than themselves
    real_module_dict = {
        "cmdb": [
            "cmdb-admin",
            "cmdb-api",
            "cmdb-auth",
            "cmdb-cloud",
            "cmdb-cache",
            "cmdb-core",
            "cmdb-datacollection",
            "cmdb-event",
            "cmdb-host",
            "cmdb-op",
            "cmdb-proc",
            "cmdb-task",
            "cmdb-topo",
            "cmdb-web",
        ],
        "gse": ["gse_cluster", "gse_task", "gse_file", "gse_data", "gse_proc"],
        # JOB's lite form
        "job": ["job-gateway", "job-assemble"],
        "nodeman": ["nodeman-api"],
        "iam": ["bk-iam"],
        "iam_search_engine": ["bkiam-search-engine"],
        "ssm": ["bk-ssm"],
        "paas": ["paas", "appengine", "esb", "login", "apigw", "console"],
        "es7": ["elasticsearch"],
        "zk": ["zookeeper"],
        "apigateway": ["apigw-core-api", "apigw-bk-esb", "apigw-dashboard", "apigw-operator"],
    }


ALL = {"page": {"start": 0, "limit": 200, "sort": "-name"}}


class Cmdb:
    def __init__(self, reading):
        self.told = reading

    def ask(self, api, **body):
        body.update(bk_app_code=self.told.code, bk_app_secret=self.told.secret, bk_username="admin")
        body.setdefault("bk_biz_id", 2)
        url = "http://paas.service.consul:80/api/c/compapi/v2/cc/" + api + "/"
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode()), timeout=60) as answer:
            said = json.loads(answer.read().decode())
        with open("/tmp/create_blueking_set.log", "a") as log:
            log.write("DEBUG %s result -> [%s], params -> [%s]\n" % (api, said, body))
        return said

    def must(self, api, **body):
        said = self.ask(api, **body)
        if not said["result"]:
            sys.exit("ERROR %s failed, msg -> [%s]" % (api, said["message"]))
        return said["data"]

    def delete(self):
        for one in self.must("list_service_template", **ALL)["info"]:
            self.must("delete_service_template", service_template_id=one["id"])
            print("INFO delete service_template success!, template id is -> [%s]" % one["id"])
        for one in self.must("list_set_template", page={"start": 0, "limit": 50})["info"]:
            said = self.ask("delete_set_template", set_template_ids=[one["id"]])
            print("%s delete template, id is -> %s" % ("INFO" if said["result"] else "ERROR", one["id"]))

    def services(self, file):
        for line in open(file):
            columns = line.strip("\n").split("\t")
            if re.match("[a-z]", line) and len(columns) == 7:
                made = self.must("create_service_template", service_category_id=2, name=columns[0])
                spec = {"bk_process_name": {"value": columns[2]}}
                self.ask("batch_create_proc_template", service_template_id=made["id"], processes=[{"spec": spec}])

    def sets(self):
        ids = {one["name"]: one["id"] for one in self.must("list_set_template", **ALL)["info"]}
        for name, template in Message.set_module_dict.items():
            if template not in ids:
                sys.exit("ERROR %s: no such set template" % template)
            said = self.ask("create_set", data={"bk_set_name": name, "set_template_id": ids[template]})
            if not said["result"] and "duplicated" not in said["message"]:
                sys.exit("ERROR %s" % said["message"])

    def assign(self, file):
        names, address = parsed(file)
        for name in names:
            rules = [{"field": "bk_host_innerip", "operator": "begins_with", "value": address}]
            found = self.must("list_biz_hosts", page={"start": 0, "limit": 10}, host_property_filter={"rules": rules})
            known = [one["name"] for one in self.must("list_service_template", **ALL)["info"]]
            if name not in known:
                sys.exit("ERROR Service template %s not found" % name)
            modules = self.must(
                "find_module_with_relation", bk_set_ids=list(range(1, 2001)), page={"start": 0, "limit": 500}
            )
            ids = {one["bk_module_name"]: one["bk_module_id"] for one in modules["info"]}
            if name not in ids:
                sys.exit("ERROR module -> [%s] is not in module list" % name)
            host = found["info"][0]["bk_host_id"]
            self.must("transfer_host_module", bk_host_id=[host], bk_module_id=[ids[name]], is_increment=True)


def parsed(file):
    """What pcmd printed: its line with the address, then the lines of .installed_module."""
    names, address = [], ""
    for line in (line.strip() for line in open(file)):
        found = re.search(r"\d+\.\d+\.\d+\.\d+", line)
        if line.startswith("[") and found and "SUCCESS" in line:
            address = found.group()
        elif (
            line
            and not line.startswith("#")
            and not re.search("python|nfs|yum|notty|There|Stderr|stderr|lesscode", line)
        ):
            line = line.replace("monitorv3_", "")
            names += Message.real_module_dict.get(line, [line])
    return names, address


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("-c", dest="code")
    p.add_argument("-t", dest="secret")
    p.add_argument("-f", dest="file")
    p.add_argument("--tpl")
    for flag in ("create-service", "create-set", "create-proc-instance", "delete"):
        p.add_argument("--" + flag, action="store_true")
    told = p.parse_args()
    cmdb = Cmdb(told)
    if told.delete:
        cmdb.delete()
    elif told.create_service:
        cmdb.services(told.tpl)
    elif told.create_set:
        cmdb.sets()
    elif told.create_proc_instance:
        cmdb.assign(told.file)
