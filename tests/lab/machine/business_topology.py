"""What CMDB holds of the BlueKing business after a 6.1 was deployed: templates, sets, and each host in its modules.

The state of the ESB's stand-in (vendor/openresty/usr/lib/bklab), in which all agents are online.
"""

from typing import Any

from .place import HOSTS
from .release import CMDB, JOB, PAAS, Release

GSE = ["gse_api", "gse_alarm", "gse_btsvr", "gse_data", "gse_dba", "gse_proc", "gse_task", "gse_syncdata"]
MONITOR = ["transfer", "influxdb-proxy", "monitor", "grafana", "unify-query"]
STORES = ["consul", "elasticsearch", "influxdb", "kafka", "mongodb", "mysql", "nginx", "rabbitmq", "redis", "zookeeper"]
SETS_61: dict[str, tuple[str, list[str]]] = {  # template -> the set's name, its modules
    "jobv3": ("作业平台v3", [f"job-{name}" for name in JOB]),
    "cmdb": ("配置平台", ["cmdb-op" if n == "operation" else f"cmdb-{n}" for n in CMDB]),
    "monitor": ("监控平台v3", MONITOR),
    "gse": ("管控平台", [*GSE, "license"]),
    "public": ("公共组件", [*STORES, "consul-template", "redis_sentinel", "beanstalk"]),
    "nodeman": ("节点管理", ["nodeman-api"]),
    "controller": ("中控机", ["controller_ip"]),
    "paas": ("PaaS平台", [*PAAS, "appo", "appt"]),
    "log": ("日志平台", ["bklog-api", "bklog-grafana"]),
    "fta": ("故障自愈", ["fta-api"]),
    "user": ("用户认证平台", ["bk-iam", "bk-ssm", "usermgr"]),
    "bcs": ("容器管理平台", ["bcs"]),
}
INTO = {  # .installed_module -> modules
    "cmdb": SETS_61["cmdb"][1],
    "gse": GSE,
    "job": SETS_61["jobv3"][1],
    "nodeman": ["nodeman-api"],
    "iam": ["bk-iam"],
    "ssm": ["bk-ssm"],
    "es7": ["elasticsearch"],
    "zk": ["zookeeper"],
}
NOT_ASSIGNED = ("yum", "python")
POOL = {1: "空闲机", 2: "故障机", 3: "待回收"}


def state(release: Release) -> dict[str, Any]:
    return {"agents": dict.fromkeys(HOSTS.values(), True), "jobs": [], "cmdb": _cmdb(release)}


def _cmdb(release: Release) -> dict[str, Any]:
    services = list(dict.fromkeys(name for _, names in SETS_61.values() for name in names))
    ids = {name: 10 + number for number, name in enumerate(services)}
    templates = [
        {"id": 200 + number, "name": name, "service_template_ids": [ids[module] for module in modules]}
        for number, (name, (_, modules)) in enumerate(SETS_61.items())
    ]
    sets = [
        {"bk_set_id": 20 + number, "bk_set_name": name, "set_template_id": 200 + number, "default": 0}
        for number, (name, _) in enumerate(SETS_61.values())
    ]
    modules = [
        {"bk_module_id": 300 + ids[module], "bk_module_name": module, "bk_set_id": 20 + number}
        | {"service_template_id": ids[module], "default": 0}
        for number, (_, names) in enumerate(SETS_61.values())
        for module in names
    ]
    pool = {"bk_set_id": 2, "bk_set_name": "空闲机池", "set_template_id": 0, "default": 1}
    built_in = [
        {"bk_module_id": 2 + kind, "bk_module_name": name, "bk_set_id": 2, "service_template_id": 0, "default": kind}
        for kind, name in POOL.items()
    ]
    hosts = [
        {"bk_host_id": number, "bk_host_innerip": ip, "bk_cloud_id": 0, "bk_biz_id": 2}
        | {"modules": sorted(300 + ids[name] for name in _modules(release.signed[host]))}
        for number, (host, ip) in enumerate(HOSTS.items(), 1)
    ]
    return {
        "next": 1000,
        "service_templates": [{"id": number, "name": name} for name, number in ids.items()],
        "set_templates": templates,
        "sets": [pool, *sets],
        "modules": [*built_in, *modules],
        "hosts": hosts,
        "processes": {str(number): [name] for name, number in ids.items()},
    }


def _modules(signed: str) -> set[str]:
    names = [name.removeprefix("monitorv3_") for name in signed.split() if name not in NOT_ASSIGNED]
    return {module for name in names for module in INTO.get(name, [name])}
