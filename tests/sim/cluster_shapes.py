"""Every shape of cluster that operators have, each as a world: what `init` says of it, what the vendor's scripts would
do with it, and what of it is its owner's.

The worlds are what the vendor's scripts and pages leave, and the expected calls are written from them (`source`);
nothing here is taken from the rules that judge it. `judge` plans, does one `apply` in the simulator and looks again.
The table of docs/shapes.md is made of this list (`docs/shapes.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from probes.database import DatabaseElsewhere, DatabaseServers
from probes.env import EnvPresent, EnvValue
from probes.fact import AnyFact, AnyReading, Known
from probes.kv import KeySet
from probes.mysql import LoginPath, MysqlUser, ProductVersion
from probes.path import FileDigest, PathKind, VersionText
from probes.saas import SaasNewer, SaasOnline
from probes.task import TaskDone, TaskRecorded
from specs.cluster import Cluster
from specs.text import LocalizedText
from tests.sim.history import HISTORY, answered, untraced
from tests.sim.history import world as world_of
from tests.sim.real_worlds import BASE_SUITE, DEFAULTS_OF_62, at_61, installed_as_62, merged_global, never_a_61
from tests.sim.shapes import ELSEWHERE, FIVE, MESSY, TWO, shape
from tests.sim.worlds import CONFIG, World, finished, guide_cluster

BASE = frozenset(
    {
        "install paas",  # guide 7.1
        "install bkauth",  # 7.3
        "install etcd",  # 7.4
        "install apigw",
        "install apisix",
        "install paas_plugins",  # 7.5
        "upgrade bkiam",  # 7.6
        "install usermgr",  # 7.7
        "install redis_cluster",  # 7.8.1
        "install gse",  # 7.8.2
        "upgrade cmdb",  # 7.9
        "upgrade job",  # 7.10
        "install nodeman",  # 7.12
        *(f"saas {code}" for code in ("bk_iam", "bk_user_manage", "bk_nodeman", "bk_sops", "bk_itsm")),
    }
)
"""Calls of the guide that every upgrade from 6.1 has, as `bkcli` and `bk_install` name them."""
MONITOR = frozenset({"install bkmonitorv3", "saas bk_monitorv3"})
"""Guide 7.15."""
LOG = frozenset({"install bklog", "saas bk_log_search"})
"""Guide 7.16."""
ALL = BASE | MONITOR | LOG

Facts = Mapping[AnyFact, AnyReading]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterShape:
    id: str
    title: LocalizedText
    source: str
    config: str = CONFIG
    """What `init` reads."""
    excluded: frozenset[str] = frozenset()
    """What `init` excludes."""
    layout: str = ""
    """The code with which `init` refuses it."""
    placement: Mapping[str, str] = field(default_factory=dict[str, str])
    """Module → host, as the owner wrote them instead of `init`."""
    world: Callable[[], World] | None = None
    calls: frozenset[str] = ALL
    """Of the vendor: all of those, and no other."""
    blocked: frozenset[str] = frozenset()
    """Codes of what a person has to do first, in the plan."""
    refused: frozenset[str] = frozenset()
    """Codes with which `apply` ends before its first write."""
    approvals: frozenset[str] = frozenset()
    """With which it does not."""
    spoils: tuple[str, ...] = ()
    """Items of `tests/support/spoils.py` that are so on its hosts."""
    verdict: str = "converged"
    """Of `check`, after one `apply`."""
    owned: Callable[[Cluster], Facts] = lambda _: {}
    """The owner's, that reads the same before and after."""
    afterwards: Callable[[Cluster], Facts] = lambda _: {}
    """What the owner finds besides: the copy of what was replaced."""
    overwrites: frozenset[str] = frozenset()
    """Files of the owner's that the plan shows as overwritten."""
    tested: str = ""
    """The test that holds it, where it is no matter of the planner."""
    lab: str = ""
    """Test on the lab; "" for not tried."""
    reference: str = ""
    """Day on which it was tried by hand on the vendor's own scripts; docs/campaign.md says how."""


def _text(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


GUIDE = guide_cluster()
CTL = GUIDE.controller


def from_61(
    more: Callable[[Cluster], Facts] = lambda _: {}, config: str = CONFIG, toml: str = "", release: str = "6.1.2"
) -> Callable[[], World]:
    """A 6.1 of this layout on which these read otherwise."""

    def made() -> World:
        cluster = GUIDE if (config, toml) == (CONFIG, "") else shape(config, toml)
        return at_61(cluster, more(cluster), release=release)

    return made


def without(*modules: str, config: str = CONFIG) -> str:
    """Without these words of install.config."""
    lines = (line.split(" ", 1) for line in config.splitlines())
    return "".join(
        f"{host} {','.join(word for word in words.split(',') if word.partition('(')[0] not in modules)}\n"
        for host, words in lines
    )


# ---- what differs, family by family


def https(cluster: Cluster) -> Facts:
    """BKDocs 6.2, convert_https.md."""
    return merged_global(
        cluster, BK_HTTP_SCHEMA="https", BK_DOMAIN="bktencent.com", BK_PAAS_PUBLIC_ADDR="paas.bktencent.com:443"
    )


def own_domain(cluster: Cluster) -> Facts:
    """BKDocs 6.2, change_domain.md; a port of the site's own."""
    return merged_global(
        cluster, BK_HTTP_SCHEMA="http", BK_DOMAIN="bk.corp.example", BK_PAAS_PUBLIC_ADDR="paas.bk.corp.example:8080"
    )


def https_own_domain(cluster: Cluster) -> Facts:
    return merged_global(
        cluster, BK_HTTP_SCHEMA="https", BK_DOMAIN="bk.corp.example", BK_PAAS_PUBLIC_ADDR="paas.bk.corp.example:443"
    )


def own_code(kind: str = "directory") -> Callable[[Cluster], Facts]:
    """BKDocs 6.1, update.md and login_srv.md: code of the site's own below open_paas."""

    def facts(cluster: Cluster) -> Facts:
        (host,) = cluster.inventory.on("paas")
        paths = [cluster.home(f"open_paas/{part}") for part in ("login", "esb")]
        leads: Facts = {PathKind(host=host, path=f"{path}/."): Known("directory") for path in paths}
        return {**leads, **{PathKind(host=host, path=path): Known(kind) for path in paths}}

    return facts


def copies(cluster: Cluster) -> Facts:
    (host,) = cluster.inventory.on("paas")
    names = (f"open_paas-{part}-before-2.14.57" for part in ("login", "esb"))
    return {PathKind(host=host, path=f"{cluster.paths.backup}/{name}"): Known("directory") for name in names}


def servers(*named: str, elsewhere: tuple[str, ...] = ()) -> Callable[[Cluster], Facts]:
    """What BK_*_MYSQL_HOST and BK_*_MONGODB_HOST of the merged variables name."""

    def facts(cluster: Cluster) -> Facts:
        directory = cluster.env("04-final")
        served = tuple(kind for kind in ("mysql", "mongodb") if cluster.inventory.on(kind))
        hosts = cluster.inventory.everyone
        return {
            DatabaseServers(host=cluster.controller, directory=directory): Known(named),
            DatabaseElsewhere(host=cluster.controller, directory=directory, hosts=hosts, served=served): Known(
                elsewhere
            ),
        }

    return facts


def granted(world: World) -> World:
    """The administrator of a database elsewhere made users and login paths for what is new (ce/initdata.sh:9-58)."""

    def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
        match fact:
            case MysqlUser():
                return Known("granted")
            case LoginPath():
                return Known("works")
            case _:
                return world.other(fact, cluster)

    return replace(world, other=other)


def upgraded(facts: Callable[[Cluster], Facts] = lambda _: {}) -> Callable[[], World]:
    """A finished 6.2.2 that the guide upgraded."""

    def made() -> World:
        world = finished(GUIDE)
        world.facts.update(facts(GUIDE))
        return world

    return made


def fresh_62(facts: Callable[[Cluster], Facts] = lambda _: {}) -> Callable[[], World]:
    def made() -> World:
        world = installed_as_62(GUIDE)
        world.facts.update(facts(GUIDE))
        return world

    return made


def newer_cmdb(cluster: Cluster) -> Facts:
    """Upgraded by the vendor's script, which writes its row of production_info (ce/tools.sh:328-343)."""
    hosts = {cluster.controller, *cluster.inventory.on("cmdb")}
    files: Facts = {VersionText(host=host, path=cluster.home("cmdb/VERSION")): Known("3.11.99") for host in hosts}
    row = ProductVersion(host=cluster.controller, login_path="mysql-paas", code="cmdb")
    key = KeySet(host=cluster.controller, key="release/cmdb/3.11.99")
    return {**files, row: Known("3.11.99"), key: Known(True)}


def newer_sops(cluster: Cluster) -> Facts:
    """Updated on the page of PaaS."""
    app = cluster.release.app("bk_sops")
    host, login_path = cluster.controller, "mysql-paas"
    online = SaasOnline(host=host, login_path=login_path, app="bk_sops")
    newer = SaasNewer(
        host=host,
        login_path=login_path,
        app="bk_sops",
        src=cluster.paths.src,
        release="6.2.2",
        default=app.version,
    )
    return {online: Known("3.33.9"), newer: Known("3.33.9")}


def own_template(cluster: Cluster) -> Facts:
    (host,) = cluster.inventory.on("nginx")
    return {FileDigest(host=host, path="/etc/consul-template/templates/paas.conf"): Known("0f" * 16)}


def declared_passwords(cluster: Cluster) -> Facts:
    """Changed later and declared where the vendor says (load_env.sh; 03-userdef comes last in merge_env.sh)."""
    file = cluster.env("03-userdef/dbadmin.env")
    return {
        EnvPresent(host=cluster.controller, file=file, key=key): Known(True)
        for key in ("BK_MYSQL_ADMIN_PASSWORD", "BK_MONGODB_ADMIN_PASSWORD", "BK_REDIS_ADMIN_PASSWORD")
    }


def patched_620() -> World:
    """A 6.2.0 that a person brought to 6.2.2 with the patch package (BKDocs 6.2, 6.2.0-to-6.2.2.md): every version is
    right, and nothing tells of the work that leaves no trace."""
    world = finished(GUIDE)
    facts = {fact: reading for fact, reading in world.facts.items() if not isinstance(fact, TaskDone | TaskRecorded)}

    def other(fact: AnyFact, cluster: Cluster) -> AnyReading:
        return untraced(fact, GUIDE) if isinstance(fact, TaskDone | TaskRecorded) else world.other(fact, cluster)

    return replace(world, facts=facts, other=other)


def before(name: str) -> Callable[[], World]:
    """This release, after a person answered for its untraced tasks (`bkrec ack`)."""
    return lambda: answered(world_of(next(before for before in HISTORY if before.name == name)))


def lite(name: str, facts: Callable[[Cluster], Facts] = lambda _: {}) -> Callable[[], World]:
    """This release as its own installer left it, which was never a 6.1: nothing of an upgrade's work is asked about."""

    def made() -> World:
        world = never_a_61(world_of(next(before for before in HISTORY if before.name == name)))
        return replace(world, facts={**world.facts, **facts(world.cluster)})

    return made


def lite_modes(cluster: Cluster) -> Facts:
    """JOB and monitor lite, agents 2.0: as they were, after every upgrade."""
    found: Facts = {}
    for where, value in DEFAULTS_OF_62.items():
        file, _, key = where.partition(" ")
        if value:
            found = {**found, EnvValue(host=cluster.controller, file=cluster.env(file), key=key): Known(value)}
    return found


def too_old(version: str) -> Callable[[], World]:
    return from_61(release=version)


def beside(module: str) -> str:
    """install.config itself has the gateway beside openresty, as the vendor's install.config.5ip.sample has."""
    return CONFIG.replace("10.0.0.1 iam", f"10.0.0.1 {module},apigw,iam")


def two_mysql() -> str:
    return CONFIG.replace("10.0.0.1 iam", "10.0.0.1 mysql,iam")


MONITOR_SUITE = (
    BASE_SUITE.replace("consul,es7", "consul,es7,monitorv3(influxdb-proxy),monitorv3(monitor),monitorv3(grafana)")
    .replace("beanstalk,paas", "influxdb(bkmonitorv3),monitorv3(transfer),beanstalk,monitorv3(unify-query),paas")
    .replace("zk(config),", "zk(config),kafka(config),")
)
"""BKDocs 6.2, value_added.md: the monitor without the log platform."""

NO_LOG = frozenset({"log", "bk_log_search"})
NO_MONITOR = frozenset({"monitorv3", "monitorv3(ingester)", "bk_monitorv3"})
SINCE_621 = MONITOR | LOG | {call for call in BASE if call.startswith("saas ")}
SINCE_620 = SINCE_621 | {"install apigw", "install usermgr", "install gse", "upgrade cmdb"}
"""The products that changed (BKDocs 6.2, 6.2.0-to-6.2.2.md 5; v62.md), and the SaaS."""
RIGHT = frozenset[str]()
"""Calls of a cluster on which nothing is to be done."""

PLAIN: tuple[ClusterShape, ...] = (
    ClusterShape(
        id="guide",
        title=_text(
            "the guide's three hosts, 6.1.2, JOB and monitor complete, agents 1.0",
            "指引中的三台主机，6.1.2，作业与监控为完整版，Agent 1.0",
        ),
        source="guide 6.3, 6.4",
        world=from_61(),
        lab="tests/lab/test_converge.py",
        reference="2026-11-29",
    ),
    ClusterShape(
        id="https",
        title=_text("https", "https"),
        source="BKDocs 6.2, convert_https.md",
        world=from_61(https),
        owned=https,
        lab="tests/lab/test_https.py",
        reference="2026-11-29",
    ),
    ClusterShape(
        id="domain",
        title=_text("a domain and a port of its own", "自定义域名与端口"),
        source="BKDocs 6.2, change_domain.md",
        world=from_61(own_domain),
        owned=own_domain,
        lab="tests/lab/test_paths.py",
    ),
    ClusterShape(
        id="https-domain",
        title=_text("https on a domain of its own", "自定义域名的 https"),
        source="BKDocs 6.2, convert_https.md and change_domain.md",
        world=from_61(https_own_domain),
        owned=https_own_domain,
        lab="tests/lab/test_https.py",
    ),
    ClusterShape(
        id="paths",
        title=_text(
            "other paths for install, home, src, work and backups", "install、安装目录、src、临时与备份目录均为其他路径"
        ),
        source=".path; functions:560",
        world=from_61(toml=ELSEWHERE),
        lab="tests/lab/test_paths.py",
    ),
    ClusterShape(
        id="src-link",
        title=_text("/data/src is a link, or on another disk", "/data/src 为链接或位于其他磁盘"),
        source="guide 5.3, 6.1",
        tested="tests/actions/test_package.py::test_the_tree_behind_a_linked_src_is_the_backup",
        lab="tests/lab/test_shapes.py",
    ),
    ClusterShape(
        id="src-mount",
        title=_text(
            "/data/src is a mount of its own: refused before the first step",
            "/data/src 为独立挂载点：第一步之前即拒绝",
        ),
        source="guide 5.3",
        tested="tests/reconciler/rules/test_preflight.py::test_before_the_products_are_swapped_in_their_place_is_no_mount_point",
        lab="tests/lab/test_shapes.py",
    ),
    ClusterShape(
        id="install-link",
        title=_text("/data/install is a link: what it leads to is backed up", "/data/install 为链接：备份其指向的内容"),
        source="guide 5.3",
        tested="tests/actions/test_backup.py::test_a_tree_behind_a_link_is_copied_with_all_it_leads_to",
        lab="tests/lab/test_paths.py",
    ),
    ClusterShape(
        id="two-hosts",
        title=_text("two hosts", "两台主机"),
        source="install.config",
        config=TWO,
        world=from_61(config=TWO),
    ),
    ClusterShape(
        id="five-hosts",
        title=_text("five hosts, by suite", "五台主机，按套餐划分"),
        source="install.config.5ip.sample",
        config=FIVE,
        world=from_61(config=FIVE),
    ),
    ClusterShape(
        id="messy-config",
        title=_text(
            "install.config with all that the vendor's parser lets through", "install.config 含厂商解析器允许的各种写法"
        ),
        source="bin/bk-install-config-parser.awk",
        config=MESSY,
        world=from_61(config=MESSY),
    ),
    ClusterShape(
        id="base-suite",
        title=_text("base suite only", "仅基础套餐"),
        source="BKDocs 6.2, value_added.md",
        config=BASE_SUITE,
        excluded=NO_MONITOR | NO_LOG,
        world=from_61(config=BASE_SUITE),
        calls=BASE,
        lab="tests/lab/test_shapes.py",
    ),
    ClusterShape(
        id="base-and-monitor",
        title=_text("base suite and monitor, no log platform", "基础套餐与监控，无日志平台"),
        source="BKDocs 6.2, value_added.md",
        config=MONITOR_SUITE,
        excluded=NO_LOG,
        world=from_61(config=MONITOR_SUITE),
        calls=BASE | MONITOR,
    ),
    ClusterShape(
        id="mysql-elsewhere",
        title=_text("MySQL outside install.config", "MySQL 不在 install.config 中"),
        source="ce/initdata.sh:9-58",
        config=without("mysql"),
        world=lambda: granted(
            from_61(servers("mysql db.example", elsewhere=("mysql db.example",)), without("mysql"))()
        ),
        approvals=frozenset({"databases-dumped"}),
        refused=frozenset({"preflight-databases"}),
        lab="tests/lab/test_databases.py",
        reference="2026-11-29",
    ),
    ClusterShape(
        id="mongodb-elsewhere",
        title=_text("MongoDB outside install.config", "MongoDB 不在 install.config 中"),
        source="ce/bin/default/gse.env:138-145",
        config=without("mongodb"),
        world=from_61(servers("mongodb mongo.example", elsewhere=("mongodb mongo.example",)), without("mongodb")),
        approvals=frozenset({"databases-dumped"}),
        refused=frozenset({"preflight-databases"}),
    ),
    ClusterShape(
        id="es-elsewhere",
        title=_text("Elasticsearch outside install.config", "Elasticsearch 不在 install.config 中"),
        source="ce/bin/default/bkmonitorv3.env; ce/bin/default/bklog.env",
        config=without("es7"),
        world=from_61(config=without("es7")),
    ),
    ClusterShape(
        id="two-mysql",
        title=_text("two MySQL hosts: both are dumped", "两台 MySQL 主机：均备份"),
        source="install.config; guide 5.1",
        config=two_mysql(),
        world=from_61(config=two_mysql()),
        lab="tests/lab/test_databases.py",
    ),
    ClusterShape(
        id="own-code",
        title=_text("a login and ESB components of its own", "自有登录模块与 ESB 组件"),
        source="ce/bin/install_paas.sh:164; BKDocs 6.1, login_srv.md",
        world=from_61(own_code()),
        spoils=("preflight-site-code",),
        approvals=frozenset({"site-code"}),
        refused=frozenset({"preflight-site-code"}),
        afterwards=copies,
        lab="tests/lab/test_shapes.py",
    ),
    ClusterShape(
        id="own-code-linked",
        title=_text("the same, linked from another disk", "同上，链接自其他磁盘"),
        source="ce/bin/install_paas.sh:164",
        world=from_61(own_code("link")),
        spoils=("preflight-site-code",),
        approvals=frozenset({"site-code"}),
        refused=frozenset({"preflight-site-code"}),
        afterwards=copies,
    ),
    ClusterShape(
        id="own-template",
        title=_text("an nginx template of its own, 6.2.2", "自定义的 nginx 模板，6.2.2"),
        source="bin/install_consul_template.sh:77-139",
        world=upgraded(own_template),
        calls=RIGHT,
        overwrites=frozenset({"/etc/consul-template/templates/paas.conf"}),
        lab="tests/lab/test_shapes.py",
    ),
    ClusterShape(
        id="own-template-6.1",
        title=_text("an nginx template of its own, 6.1.2", "自定义的 nginx 模板，6.1.2"),
        source="bin/install_consul_template.sh:77-139",
        world=from_61(own_template),
        overwrites=frozenset({"/etc/consul-template/templates/paas.conf"}),
    ),
    ClusterShape(
        id="passwords",
        title=_text("administrators' passwords changed later", "事后修改过管理员密码"),
        source="load_env.sh; bin/merge_env.sh",
        world=from_61(declared_passwords),
        owned=declared_passwords,
        lab="tests/lab/test_databases.py",
    ),
    ClusterShape(
        id="proxy",
        title=_text("a proxy in /etc/profile", "/etc/profile 中设置了代理"),
        source="BKDocs 6.1, host_reboot.md; curl(1)",
        world=from_61(),
        spoils=("preflight-proxies",),
        refused=frozenset({"preflight-proxies"}),
        lab="tests/lab/test_shapes.py",
    ),
    ClusterShape(
        id="no-ipv6",
        title=_text("IPv6 off in the kernel", "内核关闭 IPv6"),
        source="ce/bin/default/gse.env:35-109",
        world=from_61(),
        spoils=("preflight-ipv6",),
        refused=frozenset({"preflight-ipv6"}),
    ),
    ClusterShape(
        id="offline",
        title=_text("no internet, no mirror", "无外网，无镜像源"),
        source="bin/install_docker.sh:3; bin/init_gse_apigw_data.sh:24",
        world=from_61(),
        spoils=("preflight-repositories", "preflight-packages", "preflight-image", "preflight-python-modules"),
        refused=frozenset(
            {"preflight-repositories", "preflight-packages", "preflight-image", "preflight-python-modules"}
        ),
        lab="tests/lab/test_shapes.py",
    ),
    ClusterShape(
        id="from-6.1.2",
        title=_text("6.1.2 with its ingester and search engine named", "6.1.2，已含 ingester 与 iam_search_engine"),
        source="BKDocs 6.1, update_from_v6.1.1-beta.md",
        world=before("6.1.2"),
    ),
    ClusterShape(
        id="from-6.2.0",
        title=_text(
            "6.2.0 (tests/sim/test_official_guide.py: beside the official guide)",
            "6.2.0（与官方指引逐项比较：tests/sim/test_official_guide.py）",
        ),
        source="BKDocs 6.2, 6.2.0-to-6.2.2.md",
        world=before("6.2.0"),
        calls=SINCE_620,
        lab="tests/lab/test_releases.py",
    ),
    ClusterShape(
        id="from-6.2.0-lite",
        title=_text(
            "6.2.0 as its installer left it: JOB and monitor lite, agents 2.0, which stay so",
            "全新安装的 6.2.0：作业与监控为轻量版，Agent 2.0，升级后不变",
        ),
        source="ce/bin/default/job.env:177, bkmonitorv3.env:122, gse.env:188; BKDocs 6.2, 6.2.0-to-6.2.2.md",
        world=lite("6.2.0"),
        calls=SINCE_620,
        owned=lite_modes,
    ),
    ClusterShape(
        id="patched-6.2.0",
        title=_text(
            "6.2.0 brought to 6.2.2 with the patch package: asked about work without a trace",
            "用补丁包从 6.2.0 更新到的 6.2.2：询问不留痕迹的任务",
        ),
        source="BKDocs 6.2, 6.2.0-to-6.2.2.md 4, 5",
        world=patched_620,
        calls=RIGHT,
        blocked=frozenset({"task-untraced"}),
        verdict="unknown",
        lab="tests/lab/test_releases.py",
    ),
    ClusterShape(
        id="from-6.2.1",
        title=_text("6.2.1", "6.2.1"),
        source="BKDocs 6.2, v62.md",
        world=before("6.2.1"),
        calls=SINCE_621,
        lab="tests/lab/test_releases.py",
    ),
    ClusterShape(
        id="upgraded",
        title=_text(
            "6.2.2 as the guide leaves it: JOB and monitor complete, agents 1.0",
            "按指引升级后的 6.2.2：作业与监控为完整版，Agent 1.0",
        ),
        source="guide",
        world=upgraded(),
        calls=RIGHT,
        lab="tests/lab/test_drift.py",
    ),
    ClusterShape(
        id="fresh-6.2.2",
        title=_text(
            "6.2.2 as its installer leaves it: JOB and monitor lite, agents 2.0",
            "全新安装的 6.2.2：作业与监控为轻量版，Agent 2.0",
        ),
        source="ce/bin/default/job.env:177, bkmonitorv3.env:122, gse.env:188",
        world=fresh_62(),
        calls=RIGHT,
    ),
    ClusterShape(
        id="fresh-https-domain",
        title=_text("the same on https and a domain of its own", "同上，启用 https 与自定义域名"),
        source="BKDocs 6.2, convert_https.md and change_domain.md",
        world=fresh_62(https_own_domain),
        calls=RIGHT,
        owned=https_own_domain,
    ),
    ClusterShape(
        id="newer-product",
        title=_text("a product newer than the package", "产品版本比软件包更新"),
        source="BKDocs 6.1, update.md",
        world=upgraded(newer_cmdb),
        calls=RIGHT,
        owned=newer_cmdb,
    ),
    ClusterShape(
        id="newer-saas",
        title=_text("a SaaS newer than the package", "SaaS 版本比软件包更新"),
        source="BKDocs 6.1, update.md",
        world=upgraded(newer_sops),
        calls=RIGHT,
        owned=newer_sops,
        lab="tests/lab/test_shapes.py",
    ),
    ClusterShape(
        id="newer-saas-6.1",
        title=_text("6.1.2 with a SaaS newer than the package", "6.1.2，其中一个 SaaS 版本比软件包更新"),
        source="BKDocs 6.1, update.md",
        world=from_61(newer_sops),
        calls=ALL - {"saas bk_sops"},
        owned=newer_sops,
        lab="tests/lab/test_shapes.py",
    ),
)

REFUSED: tuple[ClusterShape, ...] = (
    *(
        ClusterShape(
            id=f"from-{version}",
            title=_text(f"{version}: the way to 6.1.2 first", f"{version}：须先升级到 6.1.2"),
            source="BKDocs 6.1, update_v6.1.0.md, update_from_v6.1.1-beta.md",
            world=too_old(version),
            calls=RIGHT,
            refused=frozenset({"release-too-old"}),
            verdict="differs",
            lab="tests/lab/test_shapes.py",
        )
        for version in ("6.0.5", "6.1.0", "6.1.1")
    ),
    ClusterShape(
        id="one-host",
        title=_text("one host", "单机"),
        source="bin/install_apisix.sh:75-79; BKDocs 6.2, v62.md",
        config="10.0.0.1 iam,ssm,usermgr,gse,cmdb,job,paas,appo,nginx,nodeman(nodeman),mysql,mongodb,zk(config)\n",
        layout="one-host",
        lab="tests/lab/test_shapes.py",
    ),
    *(
        ClusterShape(
            id=f"gateway-beside-{module}",
            title=_text(f"apigw beside {module} in install.config", f"install.config 中 apigw 与 {module} 同机"),
            source="install.config.5ip.sample; bin/install_apisix.sh:75-79",
            config=beside(module),
            layout="install-config-conflict",
            lab="tests/lab/test_shapes.py",
        )
        for module in ("nginx", "appo", "appt", "nodeman")
    ),
    ClusterShape(
        id="gateway-placed-beside-nginx",
        title=_text("apigw beside nginx in cluster.toml", "cluster.toml 中 apigw 与 nginx 同机"),
        source="bin/install_apisix.sh:75-79",
        placement={"apigw": "10.0.0.2"},
        layout="placement-conflict",
        lab="tests/lab/test_shapes.py",
    ),
)


def _merged(*parts: Callable[[Cluster], Facts]) -> Callable[[Cluster], Facts]:
    return lambda cluster: {fact: reading for part in parts for fact, reading in part(cluster).items()}


SCHEMES: Mapping[str, Callable[[Cluster], Facts]] = {
    "http": lambda _: {},
    "https": https,
    "domain": own_domain,
    "https-domain": https_own_domain,
}
SUITES: Mapping[str, tuple[str, frozenset[str], frozenset[str]]] = {
    "all": (CONFIG, ALL, frozenset()),
    "monitor": (MONITOR_SUITE, BASE | MONITOR, NO_LOG),
    "base": (BASE_SUITE, BASE, NO_MONITOR | NO_LOG),
}
DATABASES: Mapping[str, tuple[str, ...]] = {
    "here": (),
    "mysql": ("mysql",),
    "mongodb": ("mongodb",),
    "both": ("mysql", "mongodb"),
}


def combined(scheme: str, suite: str, database: str, *, code: bool = False) -> ClusterShape:
    """A 6.1 that differs in several ways at once."""
    config, calls, excluded = SUITES[suite]
    kinds = DATABASES[database]
    config = without(*kinds, config=config)
    names = tuple(f"{kind} {kind}.example" for kind in kinds)
    parts = (SCHEMES[scheme], *((servers(*names, elsewhere=names),) if names else ()), *((own_code(),) if code else ()))
    start = from_61(_merged(*parts), config)
    asked = {*(["databases-dumped"] if kinds else []), *(["site-code"] if code else [])}
    checks = {*(["preflight-databases"] if kinds else []), *(["preflight-site-code"] if code else [])}
    words = ", ".join((scheme, suite, database, *(["own code"] if code else [])))
    return ClusterShape(
        id=f"{scheme}+{suite}+{database}{'+code' if code else ''}",
        title=_text(f"together: {words}", f"组合：{words}"),
        source="as each alone",
        config=config,
        excluded=excluded,
        world=(lambda: granted(start())) if "mysql" in kinds else start,
        calls=calls,
        spoils=("preflight-site-code",) if code else (),
        refused=frozenset(checks),
        approvals=frozenset(asked),
        owned=SCHEMES[scheme],
        afterwards=copies if code else lambda _: {},
    )


def earlier(version: str, scheme: str, *, as_installed: bool) -> ClusterShape:
    """A 6.2 of this version: with the modes that its installer chose, or with those of the guide from 6.1."""
    modes = "lite" if as_installed else "stable"
    owned = _merged(SCHEMES[scheme], lite_modes) if as_installed else SCHEMES[scheme]

    def by_the_guide() -> World:
        world = before(version)()
        return replace(world, facts={**world.facts, **SCHEMES[scheme](world.cluster)})

    return ClusterShape(
        id=f"{version}+{modes}+{scheme}",
        title=_text(f"together: {version}, {modes}, {scheme}", f"组合：{version}, {modes}, {scheme}"),
        source="as each alone",
        world=lite(version, SCHEMES[scheme]) if as_installed else by_the_guide,
        calls={"6.2.0": SINCE_620, "6.2.1": SINCE_621}[version],
        owned=owned,
    )


PAIRS = (
    combined("https-domain", "base", "both", code=True),
    combined("https", "monitor", "mysql"),
    combined("domain", "base", "mongodb"),
    earlier("6.2.0", "https-domain", as_installed=True),
)
"""The riskiest of the campaign's, in every run."""
CROSSED = tuple(
    combined(scheme, suite, database, code=code)
    for scheme in SCHEMES
    for suite in SUITES
    for database in DATABASES
    for code in (False, True)
)
"""Of the campaign: https × domain × suite × databases elsewhere × code of its own."""
CROSSED_62 = tuple(
    earlier(version, scheme, as_installed=as_installed)
    for version in ("6.2.0", "6.2.1")
    for scheme in SCHEMES
    for as_installed in (False, True)
)
"""Of the campaign: earlier 6.2 × https × domain × modes."""
SHAPES = (*PLAIN, *REFUSED, *PAIRS)
