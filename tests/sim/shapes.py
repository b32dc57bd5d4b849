"""Clusters of other shapes than the guide's: two to thirty hosts, several hosts for a module, other paths."""

from reconciler.core.placement import build_cluster as describe
from reconciler.core.placement import lacking, propose_placement
from specs import parse
from specs.cluster import Cluster
from specs.release import Release
from tests.sim.worlds import release

RELEASE = release()
HEAD = """\
schema = "bkrec.cluster/1"
name = "shape"
[controller]
address = "10.0.0.1"
[package]
path = "/data/bkce-src-6.2.2.tgz"
"""
ELSEWHERE = """\
[paths]
install = "/opt/bk/setup"
home = "/opt/bk/home"
src = "/opt/bk/packages"
work = "/opt/bk/work"
backup = "/opt/bk/dumps"
"""
MONITOR = ("influxdb-proxy", "monitor", "grafana", "transfer", "unify-query")
PROJECTS = ",".join(f"monitorv3({project})" for project in MONITOR)
TWO = f"""\
10.0.0.1 iam,ssm,usermgr,gse,license,redis,consul,es7,cmdb,job,mysql,zk(config),kafka(config),log(api),log(grafana),paas
10.0.0.2 nginx,appo,nodeman(nodeman),mongodb,rabbitmq,influxdb(bkmonitorv3),beanstalk,{PROJECTS}
"""
FIVE = f"""\
[basic]
10.0.0.1 consul,mongodb,mysql,zk(config),rabbitmq,gse,redis
10.0.0.2 usermgr,iam,ssm,cmdb,job,nodeman(nodeman),nginx
10.0.0.3 paas,appo,es7,beanstalk
[bkmonitorv3]
10.0.0.4 influxdb(bkmonitorv3),{PROJECTS}
[bklog]
10.0.0.5 log(api),log(grafana),kafka(config),appt,consul
"""
SPREAD = {
    "consul": 3,
    "mysql": 1,
    "mongodb": 3,
    "zk(config)": 3,
    "rabbitmq": 3,
    "redis": 1,
    "es7": 3,
    "kafka(config)": 3,
    "gse": 3,
    "iam": 2,
    "ssm": 2,
    "usermgr": 2,
    "cmdb": 3,
    "job": 3,
    "paas": 2,
    "appo": 3,
    "appt": 1,
    "nginx": 2,
    "nodeman(nodeman)": 2,
    "beanstalk": 1,
    "influxdb(bkmonitorv3)": 1,
    **{f"monitorv3({project})": 2 for project in MONITOR},
    "log(api)": 2,
    "log(grafana)": 1,
    "license": 1,
}
"""Module → on how many hosts."""


def thirty() -> str:
    """Dealt out host by host, the controller getting none that brings openresty."""
    hosts: dict[int, list[str]] = {number: [] for number in range(1, 31)}
    seat = 0
    for module, count in SPREAD.items():
        for _ in range(count):
            seat = seat % 30 + 1
            seat += seat == 1 and module.startswith(("nginx", "appo", "appt", "nodeman"))
            hosts[seat].append(module)
    return "".join(f"10.0.0.{number} {','.join(modules)}\n" for number, modules in hosts.items())


MESSY = """\
# 蓝鲸 layout, see the wiki
[basic]
10.0.0.1 iam,ssm usermgr,,gse  license,redis consul es7
10.0.0.1 iam,monitorv3(influxdb-proxy),monitorv3(monitor),monitorv3(grafana)
 10.0.0.9 nothing-here,the-line-is-indented

10.0.0.2\tnginx,consul,mongodb,rabbitmq,appo,influxdb(bkmonitorv3),monitorv3(transfer),beanstalk
10.0.0.2 monitorv3(unify-query),paas,paas
:end
10.0.0.3 cmdb,job,mysql,zk(config),kafka(config),appt,consul,log(api),nodeman(nodeman),log(grafana)
# 10.0.0.4 retired
"""
"""The guide's three hosts with all that the vendor's parser lets through."""
SHAPES = {"two": TWO, "five": FIVE, "thirty": thirty(), "messy": MESSY}


def shape(config: str, more: str = "", found: Release = RELEASE) -> Cluster:
    """As `init` would set it up: the modules that are new go where it proposes."""
    places = propose_placement(found, config, "10.0.0.1")
    left = ", ".join(repr(name) for name in lacking(found, config))
    lines = "".join(f'"{name}" = [{", ".join(repr(host) for host in hosts)}]\n' for name, hosts in places.items())
    text = f"excluded = [{left}]\n{HEAD}{more}[placement]\n{lines}"
    return describe(parse.cluster_file(text.replace("'", '"'), "cluster.toml"), found, config)
