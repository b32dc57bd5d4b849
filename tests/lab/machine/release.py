# ruff: noqa: E501 — tables read best one line per thing
"""What BlueKing 6.1.2 and 6.2.2 consist of, as far as the lab's hosts show it: versions, units, ports, placement.

Facts only, in tables; other releases or half-way states are other tables (`Release(...)` in deploy.py takes them).
"""

from dataclasses import dataclass, field

INSTALL_CONFIG = """\
10.0.0.1 iam,ssm,usermgr,gse,license,redis,consul,es7,monitorv3(influxdb-proxy),monitorv3(monitor),monitorv3(grafana)
10.0.0.2 nginx,consul,mongodb,rabbitmq,appo,influxdb(bkmonitorv3),monitorv3(transfer),beanstalk,monitorv3(unify-query),paas
10.0.0.3 cmdb,job,mysql,zk(config),kafka(config),appt,consul,log(api),nodeman(nodeman),log(grafana)
"""
PAAS = {"appengine": 8000, "paas": 8001, "esb": 8002, "login": 8003, "console": 8004, "apigw": 8005}
CMDB = dict(
    zip(
        ["admin", "api", "auth", "cloud", "core", "datacollection", "event", "host", "operation", "proc"],
        range(9000, 9010),
        strict=True,
    )
) | {"task": 9011, "topo": 9012, "web": 9013, "cache": 9014}
JOB = dict(zip(["config", "crontab", "execute", "gateway", "logsvr", "manage"], range(10500, 10506), strict=True)) | {
    "backup": 10507,
    "analysis": 10508,
}
GSE_61 = {
    "api": 59313,
    "task": 48673,
    "data": 58625,
    "procmgr": 52030,
    "config": 59702,
    "dba": 0,
    "syncdata": 0,
    "btsvr": 0,
    "alarm": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One service of a host: its binary lies below /data/bkce, so that deleting the tree deletes what runs."""

    host: str
    name: str
    binary: str
    port: int = 0
    target: str = ""
    consul: str = ""


def _units(
    host: str, directory: str, prefix: str, ports: dict[str, int], target: str = "", consul: str = ""
) -> list[Unit]:
    return [
        Unit(host=host, name=f"{prefix}{n}", binary=f"{directory}/{n}", port=p, target=target, consul=f"{consul}{n}" if consul and p else "")
        for n, p in ports.items()
    ]  # fmt: skip


def _one(host: str, name: str, binary: str, port: int, consul: str = "") -> Unit:
    return Unit(host=host, name=name, binary=binary, port=port, consul=consul)


UNITS_61: list[Unit] = [
    _one("h1", "bk-iam", "bkiam/bin/iam", 5001, "bkiam"),
    _one("h1", "bk-ssm", "bkssm/bin/ssm", 5000, "bkssm"),
    _one("h1", "bk-usermgr", "usermgr/api/usermgr", 8009, "usermgr"),
    _one("h1", "bk-license", "license/license/bin/license_server", 8443, "license"),
    *_units("h1", "gse/server/bin", "bk-gse-", GSE_61, "bk-gse.target", "gse-"),
    _one("h1", "elasticsearch", "../../usr/share/elasticsearch/bin/elasticsearch", 9200, "es7"),
    _one("h1", "bk-influxdb-proxy", "bkmonitorv3/influxdb-proxy/influxdb-proxy", 10203, "influxdb-proxy.bkmonitorv3"),
    _one("h1", "bk-monitor", "bkmonitorv3/monitor/monitor", 10204, "monitor.bkmonitorv3"),
    _one("h1", "bk-grafana", "bkmonitorv3/grafana/grafana-server", 3000, "grafana.bkmonitorv3"),
    *_units("h2", "open_paas/bin", "bk-paas-", PAAS, "bk-paas.target", "paas-"),
    _one("h2", "bk-transfer", "bkmonitorv3/transfer/transfer", 10202, "transfer.bkmonitorv3"),
    _one("h2", "bk-unify-query", "bkmonitorv3/unify-query/unify-query", 10206, "unify-query.bkmonitorv3"),
    _one("h2", "mongod", "../../usr/lib/bklab/mongod", 27017, "mongodb"),
    _one("h2", "rabbitmq-server", "../../usr/lib/bklab/rabbitmq-server", 5672, "rabbitmq"),
    _one("h2", "influxdb", "../../usr/lib/bklab/influxd", 8086, "influxdb"),
    _one("h2", "beanstalkd", "../../usr/lib/bklab/beanstalkd", 11300, "beanstalk"),
    _one("h2", "bk-paasagent", "paas_agent/paas_agent/bin/paas_agent", 4245),
    *_units("h3", "cmdb/server/bin", "bk-cmdb-", CMDB, "bk-cmdb.target", "cmdb-"),
    *_units("h3", "job/backend/bin", "bk-job-", JOB, "bk-job.target", "job-"),
    _one("h3", "zookeeper", "../../usr/lib/bklab/zookeeper", 2181, "zk"),
    _one("h3", "kafka", "../../usr/lib/bklab/kafka", 9092, "kafka"),
    _one("h3", "bk-log-api", "bklog/api/bklog-api", 10400, "bklog-api"),
    _one("h3", "bk-log-grafana", "bklog/grafana/grafana-server", 10401, "bklog-grafana"),
    _one("h3", "bk-nodeman", "bknodeman/nodeman/nodeman", 10300, "nodeman-api"),
    _one("h3", "bk-paasagent", "paas_agent/paas_agent/bin/paas_agent", 4245),
]
STORES = [  # real servers, with units of their own in vendor/host
    _one("h1", "redis@default", "", 6379, "redis"),
    _one("h3", "mysql@default", "", 3306, "mysql-default"),
    _one("h2", "openresty", "", 80, "paas"),
]
VENVS_61 = {
    "h1": ["usermgr-api", "bkmonitorv3-monitor"],
    "h2": [f"open_paas-{project}" for project in PAAS],
    "h3": ["bknodeman-nodeman", "bklog-api"],
}
SIGNED_61 = {
    "h1": "yum controller_ip consul redis iam ssm usermgr gse license es7 monitorv3_influxdb-proxy monitorv3_monitor monitorv3_grafana python",
    "h2": "consul nginx consul-template mongodb rabbitmq appo influxdb monitorv3_transfer beanstalk monitorv3_unify-query"
    " paas appengine esb login console apigw python",
    "h3": "consul cmdb job mysql zk kafka appt consul-template bklog-api nodeman bklog-grafana",
}
INSTALLED_61 = {
    "h1": "bkiam bkssm usermgr gse license bkmonitorv3",
    "h2": "bkmonitorv3 paas_agent",
    "h3": "cmdb job bknodeman bklog paas_agent",
}
LOGIN_PATHS_61 = ["default", "paas", "iam", "usermgr", "nodeman", "monitor", "ssm", "job", "fta", "log", "lesscode"]
VERSIONS_612 = {
    "bksuite": "6.1.2", "bkiam": "1.11.9", "bklog": "4.3.5", "bkmonitorv3": "3.6.3070", "bknodeman": "2.2.27", "bkssm": "1.0.8",
    "cmdb": "3.10.21", "gse": "3.6.21", "job": "3.5.1", "license": "3.1.5", "open_paas": "2.14.33", "paas_agent": "3.2.4",
    "usermgr": "2.4.2", "bkiam_search_engine": "1.0.6", "paas_plugins": "2.5.6",
}  # fmt: skip
VERSIONS_622 = {
    "bksuite": "6.2.2", "bk_apigateway": "1.12.1", "bkauth": "0.0.13", "bkiam": "1.12.6", "bkiam_search_engine": "1.1.2", "bklog": "4.6.6",
    "bkmonitorv3": "3.8.9", "bknodeman": "2.4.1", "bkssm": "1.0.12", "cmdb": "3.11.2", "gse": "2.1.3-beta.11", "job": "3.8.1-beta.5",
    "license": "3.1.5", "open_paas": "2.14.57", "paas_agent": "3.2.4", "paas_plugins": "2.5.7", "usermgr": "2.5.4-beta.10",
}  # fmt: skip
SAAS_612 = {
    "bk_iam": "1.8.24", "bk_user_manage": "2.4.2", "bk_nodeman": "2.2.27", "bk_sops": "3.25.12", "bk_itsm": "2.6.2",
    "bk_monitorv3": "3.6.3070", "bk_log_search": "4.3.5",
}  # fmt: skip
SAAS_622 = {
    "bk_iam": "1.10.9", "bk_user_manage": "2.5.4-beta.8", "bk_nodeman": "2.4.1", "bk_sops": "3.28.14", "bk_itsm": "2.6.6-beta.2",
    "bk_monitorv3": "3.8.2", "bk_log_search": "4.6.6",
}  # fmt: skip
DATABASES = {
    "open_paas": "paas", "bkiam": "bk_iam", "bkssm": "bk_ssm", "bk_user_api": "usermgr", "bk_nodeman": "nodeman", "bk_monitor_api": "monitor",
    "bk_log": "bklog", "job_manage": "job", "job_execute": "job", "job_crontab": "job", "job_backup": "job", "job_analysis": "job",
}  # fmt: skip
# image name, port it listens on, by product; the archive's name follows the vendor's
IMAGES_622: dict[str, tuple[str, dict[str, int]]] = {
    "open_paas": ("bk-paas", {f"bk-paas-{project}": port for project, port in PAAS.items()}),
    "usermgr": ("bk-usermgr", {"bk-usermgr-api": 8009}),
    "bknodeman": ("bk-nodeman", {"bk-nodeman-nodeman": 10300}),
    "bkmonitorv3": ("bk-monitor", {"bk-monitor": 10204}),
    "bklog": ("bk-log-api", {"bk-log-api": 10400}),
}
PROJECTS_622: dict[str, list[str]] = {
    "open_paas": list(PAAS), "bkauth": ["server"], "bkiam": ["server"], "bkssm": ["server"], "bkiam_search_engine": ["server"],
    "usermgr": ["api"], "cmdb": list(CMDB), "bknodeman": ["nodeman"], "bklog": ["api", "grafana"],
    "bkmonitorv3": ["influxdb-proxy", "monitor", "grafana", "transfer", "unify-query", "ingester"],
    "gse": ["gse_task", "gse_data", "gse_proc", "gse_file", "gse_cluster"], "job": [f"job-{name}" for name in JOB],
    "bk_apigateway": ["dashboard", "bk-esb", "operator", "apigateway", "apigateway-core-api"],
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What the hosts are at; `PRISTINE` is 6.1.2. Another one needs other versions, or other units, or both."""

    versions: dict[str, str] = field(default_factory=lambda: VERSIONS_612)
    saas: dict[str, str] = field(default_factory=lambda: SAAS_612)
    units: list[Unit] = field(default_factory=lambda: UNITS_61)
    venvs: dict[str, list[str]] = field(default_factory=lambda: VENVS_61)
    signed: dict[str, str] = field(default_factory=lambda: SIGNED_61)
    installed: dict[str, str] = field(default_factory=lambda: INSTALLED_61)
    install_config: str = INSTALL_CONFIG
    scripts: str = "install61"


PRISTINE_612 = Release()
