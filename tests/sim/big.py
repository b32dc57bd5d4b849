"""Clusters of any number of hosts, as an operator would lay them out in install.config.

Written from the file's grammar and the layouts in use, and from no rule: it begins with the guide's three hosts, which
keep the databases and what the vendor installs once; then some products are made redundant, and from the eleventh on a
host is one more of what is scaled out. What they read is for `worlds.py` to say.
"""

from reconciler.core.placement import build_cluster as describe
from specs.cluster import Cluster
from tests.sim.worlds import file, release

GUIDE = (
    "iam,ssm,usermgr,gse,license,redis,consul,es7,monitorv3(influxdb-proxy),monitorv3(monitor),monitorv3(grafana)",
    "nginx,consul,mongodb,rabbitmq,appo,influxdb(bkmonitorv3),monitorv3(transfer),beanstalk,monitorv3(unify-query),paas",
    "cmdb,job,mysql,zk(config),kafka(config),appt,consul,log(api),nodeman(nodeman),log(grafana)",
)
"""The guide's own three hosts: a cluster of any size begins with them."""
SMALL = ("gse,job", "cmdb,paas", "appo", "iam,usermgr,ssm", "nginx", "kafka(config),zk(config)", "es7")
"""The fourth to the tenth: what is made redundant first."""
SCALED = (
    "appo",
    "gse",
    "appo",
    "job",
    "appo",
    "cmdb",
    "appo",
    "monitorv3(transfer)",
    "appo",
    "gse",
    "appo",
    "nodeman(nodeman)",
    "appo",
    "log(api)",
    "job",
    "gse",
    "monitorv3(monitor)",
    "paas",
    "cmdb",
    "es7",
)
"""Over and over: SaaS hosts most of all, then what agents, jobs and the CMDB are reached through."""


def install_config(hosts: int) -> str:
    """install.config of that many hosts."""
    more = (*SMALL[: max(hosts - len(GUIDE), 0)], *(SCALED[n % len(SCALED)] for n in range(hosts)))
    rows = (*GUIDE, *more)[:hosts]
    return "".join(f"{address(number)} {modules}\n" for number, modules in enumerate(rows))


def address(number: int) -> str:
    return f"10.{number // 62500}.{number // 250 % 250}.{number % 250 + 1}"


def big_cluster(hosts: int) -> Cluster:
    """A new one each time: nothing that was worked out for another is known of it."""
    return describe(file(), release(), install_config(hosts))
