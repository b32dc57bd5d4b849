#!/opt/py36/bin/python
# ruff: noqa: RUF012 — as old as the script it stands for
"""Stand-in for 6.1's script that fills CMDB's topology: its two tables, which are read; nobody calls it in the lab."""

import sys


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
        "故障自愈": "fta",
        "容器管理平台": "bcs",
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
        "gse": ["gse_api", "gse_task", "gse_btsvr", "gse_data", "gse_dba", "gse_alarm", "gse_syncdata", "gse_proc"],
        "job": [
            "job-config",
            "job-gateway",
            "job-manage",
            "job-execute",
            "job-crontab",
            "job-logsvr",
            "job-backup",
            "job-analysis",
        ],
        "nodeman": ["nodeman-api"],
        "fta": ["fta-api"],
        "iam": ["bk-iam"],
        "ssm": ["bk-ssm"],
        "paas": ["paas", "appengine", "esb", "login", "apigw"],
        "es7": ["elasticsearch"],
        "zk": ["zookeeper"],
    }


sys.exit("lab: 6.1 fills the topology when it is deployed, which was before the lab's time")
