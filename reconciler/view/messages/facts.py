"""What a fact is called, by kind: `{name}` is one of its own fields. And what yes and no mean for a yes/no fact."""

from specs.text import LocalizedText


def _(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


FACTS: dict[str, LocalizedText] = {
    "agent.missing": _("agents that were noted as online and are not", "记录为在线、现已不在线的 Agent"),
    "agent.online": _("agents that are online", "在线的 Agent"),
    "backup": _("backup of {what}", "{what} 的备份"),
    "cmdb.hosts-not-idle": _("hosts of the BlueKing business that are not idle", "蓝鲸业务中不在空闲机的主机"),
    "cmdb.custom": _("what is custom in the BlueKing business", "蓝鲸业务中的自定义内容"),
    "cmdb.host-modules": _(
        "modules of .installed_module that CMDB does not have this host in",
        ".installed_module 所列、但 CMDB 中该主机不在其内的模块",
    ),
    "cmdb.hosts": _("hosts of the BlueKing business", "蓝鲸业务的主机"),
    "cmdb.job-modules": _("JOB's modules in create_blueking_set.py", "create_blueking_set.py 中作业平台的模块"),
    "cmdb.editing-unlocked": _("whether the BlueKing business may be edited", "蓝鲸业务拓扑是否开放编辑"),
    "cmdb.sets": _("sets of the BlueKing business", "蓝鲸业务的集群"),
    "cmdb.editing-locked": _("protection of the BlueKing business", "蓝鲸业务拓扑的保护"),
    "cmdb.unknown-lines": _(
        "lines of .installed_module that no template stands for", ".installed_module 中没有对应模板的行"
    ),
    "cmdb.templates": _("templates of the BlueKing business", "蓝鲸业务的模板"),
    "cmdb.topology-differences": _(
        "how the topology of the BlueKing business differs from this release's", "蓝鲸业务拓扑与本版本的差异"
    ),
    "consul.definition": _("definition of {service} in consul", "consul 中 {service} 的定义文件"),
    "consul.passing": _("health of {service} in consul", "consul 中 {service} 的健康状态"),
    "container.data-root": _(
        "whether docker finds its containers when it starts next", "docker 下次启动时能否找到其容器"
    ),
    "container.docker-root": _("directory that docker uses", "docker 正在使用的目录"),
    "container.docker-usable": _("docker", "docker"),
    "container.docker-fault": _("trouble with docker", "docker 故障"),
    "container.app": _("container of SaaS {app}", "SaaS {app} 的容器"),
    "container.image": _("image of container {container}", "容器 {container} 的镜像"),
    "container.image-present": _("image {image} on the host", "主机上的镜像 {image}"),
    "container.state": _("container {container}", "容器 {container}"),
    "container.unsteady": _("containers that were not seen to stay up", "尚未确认能持续运行的容器"),
    "container.no-restart-policy": _("containers without a restart policy", "没有重启策略的容器"),
    "current.unit": _("whether {unit} runs what is there", "{unit} 运行的是否为现有文件"),
    "env.copied": _("{key} in {file} against its source ({sources})", "{file} 的 {key} 与其来源（{sources}）"),
    "env.duplicates": _("how {file} assigns {key}", "{file} 中 {key} 的赋值"),
    "env.filled": _("{key} in {file}", "{file} 中的 {key}"),
    "env.present": _("{key} in {file}", "{file} 中的 {key}"),
    "env.once": _("how often {file} assigns {key}", "{file} 中 {key} 的赋值次数"),
    "env.same": _(
        "{key} in {file} against {other_key} in {other_file}", "{file} 的 {key} 与 {other_file} 的 {other_key}"
    ),
    "env.value": _("{key} in {file}", "{file} 中的 {key}"),
    "host.address": _("whether the machine that answers is {host}", "应答的机器是否为 {host}"),
    "host.clock": _("clock", "时钟"),
    "host.clock-near": _("clock within {seconds} s", "时钟偏差不超过 {seconds} 秒"),
    "host.missing-commands": _("commands that are missing, of {names}", "缺少的命令（{names} 之中）"),
    "host.disk-room": _("room of {mb} MB for {path}", "{path} 所需的 {mb} MB 空间"),
    "host.disk-room-for": _(
        "room of {times} times {package} for {path}", "{path} 所需的 {times} 倍于 {package} 的空间"
    ),
    "host.foreign-work": _(
        "other people's bkcli, bk_install or pcmd that run", "他人正在运行的 bkcli、bk_install 或 pcmd"
    ),
    "host.login-user": _("rights of the login", "登录用户的权限"),
    "http.unserved": _("SaaS pages that nothing answers for", "无应答的 SaaS 页面"),
    "room.backup": _("room in {path} for the backup of {source} ({what})", "{path} 存放 {source}（{what}）备份的空间"),
    "http.ok": _("answer of {url}", "{url} 的响应"),
    "job.attempts": _("attempts at {key}", "{key} 的尝试记录"),
    "job.paused": _("a person's wish to pause", "人为暂停请求"),
    "job.running": _("jobs of bkrec that run", "正在运行的 bkrec 作业"),
    "job.state": _("job {job}", "作业 {job}"),
    "job.uptime": _("time since its boot", "开机以来的时间"),
    "kv.set": _("key {key} in consul", "consul 中的键 {key}"),
    "marker": _("marker {name}", "标记 {name}"),
    "mysql.app": _("application {code} in open_paas", "open_paas 中的应用 {code}"),
    "mysql.login-path": _("MySQL login path {login_path}", "MySQL 登录路径 {login_path}"),
    "iam.pending": _("permission models of {directory} unknown to IAM", "{directory} 中权限中心尚未登记的权限模型"),
    "mysql.pending-sql": _("SQL files of {directory} not yet imported", "{directory} 中尚未导入的 SQL 文件"),
    "mysql.product-version": _("version of {code} shown to users", "向用户显示的 {code} 版本"),
    "mysql.saas-variable": _("variable {name} of SaaS {app_code}", "SaaS {app_code} 的环境变量 {name}"),
    "mysql.saas-variables": _("variables of SaaS {app_code}", "SaaS {app_code} 的环境变量"),
    "mysql.user": _("MySQL user {user} from {hosts}", "MySQL 用户 {user}（来自 {hosts}）"),
    "task.done": _("work that the upgrade owes: {task}", "升级后的待办：{task}"),
    "task.recorded": _("note that {task} will be owed", "待办 {task} 的记录"),
    "task.pending": _("work still owed: {task}", "待办工作：{task}"),
    "package.digest": _("MD5 of {path}", "{path} 的 MD5"),
    "path.digest": _("content of {path}", "{path} 的内容"),
    "path.kind": _("{path}", "{path}"),
    "path.line": _("line `{line}` in {path}", "{path} 中的行 `{line}`"),
    "path.tree": _("all files below {root}", "{root} 下的全部文件"),
    "path.version": _("version in {path}", "{path} 中的版本"),
    "package-versions.recorded": _("versions in the package with MD5 {md5}", "MD5 为 {md5} 的软件包中的各版本"),
    "port.listening": _("port {port}", "端口 {port}"),
    "python.defects": _("what is wrong with the script {path}", "脚本 {path} 的问题"),
    "redis.cluster": _("Redis cluster at port {port}", "端口 {port} 上的 Redis 集群"),
    "saas.online": _("version of SaaS {app} that is online", "SaaS {app} 的线上版本"),
    "saas.packaged": _("version of SaaS {app} in the package", "软件包中 SaaS {app} 的版本"),
    "steady.recently-started": _("units that have not run for 5 s yet", "持续运行不足 5 秒的服务单元"),
    "database.servers": _("database servers named in {directory}", "{directory} 中写明的数据库服务器"),
    "database.elsewhere": _(
        "databases named in {directory} that are no hosts of this cluster",
        "{directory} 中写明、但不在本集群主机上的数据库",
    ),
    "tag.state": _("generated secrets of {module}", "{module} 已生成的密码"),
    "text.mentions": _("whether {file} names {key}", "{file} 是否包含 {key} 的值"),
    "smoke-test.broken": _("why JOB's trial job does not work as it did", "作业平台试运行作业不再成功的原因"),
    "install-config.module-hosts": _("hosts of `{module}` in {path}", "{path} 中 `{module}` 所在主机"),
    "undo.entries": _("what run {run} kept here", "运行 {run} 在此保存的内容"),
    "undo.file-after": _("runs that left {path} as it is", "使 {path} 成为现状的运行"),
    "undo.runs": _("runs of bkrec on this host", "bkrec 在此主机上的运行"),
    "undo.item-state": _("{path} against what run {run} kept of it", "{path} 与运行 {run} 所保存内容的对照"),
    "undo.steps": _("what run {run} started here", "运行 {run} 在此启动的步骤"),
    "unit.active": _("unit {unit}", "服务单元 {unit}"),
    "unit.enabled": _("unit {unit} at boot", "服务单元 {unit} 的开机自启"),
    "yaml.value": _("{path} in {file}", "{file} 中的 {path}"),
}

STATES: dict[str, tuple[LocalizedText, LocalizedText]] = {
    "cmdb.editing-unlocked": (_("shut", "未开放"), _("open", "已开放")),
    "cmdb.editing-locked": (_("open for editing", "编辑已开放"), _("shut", "已关闭")),
    "current.unit": (_("older than its files", "早于其文件"), _("current", "已是最新")),
    "kv.set": (_("not set", "未设置"), _("set", "已设置")),
    "task.done": (_("to be done", "待完成"), _("done", "已完成")),
    "task.recorded": (_("not noted", "未记录"), _("noted", "已记录")),
    "task.pending": (_("done, or never owed", "已完成或无需执行"), _("to be done", "待完成")),
    "text.mentions": (_("no", "不包含"), _("yes", "包含")),
    "host.address": (_("another machine", "是另一台机器"), _("it is", "是")),
    "port.listening": (_("nobody listens", "无监听"), _("somebody listens", "有监听")),
    "mysql.saas-variable": (_("missing", "缺失"), _("present", "已有")),
    "mysql.app": (_("not registered", "未注册"), _("registered", "已注册")),
    "container.image-present": (_("not there", "没有"), _("present", "已有")),
    "path.line": (_("missing", "缺失"), _("present", "已有")),
    "env.duplicates": (_("once at most", "至多一次"), _("more than once", "多次")),
    "env.filled": (_("empty", "为空"), _("has a value", "有值")),
    "env.same": (_("differs", "不同"), _("the same", "相同")),
    "env.copied": (_("differs", "不同"), _("the same", "相同")),
}
"""By kind: how False reads, how True reads."""

VALUES: dict[str, dict[str, LocalizedText]] = {
    "backup": {
        "fresh": _("fresh", "有效"),
        "stale": _("stale: a day old or more", "过期：已超过一天"),
        "broken": _("broken: incomplete, gone or changed", "损坏：不完整、丢失或被改动"),
    },
    "container.data-root": {
        "lasting": _("it does", "能"),
        "differs": _("daemon.json names another directory than the one in use", "daemon.json 指向的不是正在使用的目录"),
        "unclear": _("daemon.json does not name the one in use", "daemon.json 未指明正在使用的目录"),
    },
    "container.docker-usable": {
        "usable": _("usable", "可用"),
        "not-installed": _("not installed", "未安装"),
        "not-answering": _("not answering", "无响应"),
    },
    "host.disk-room": {"enough": _("enough", "足够"), "short": _("short", "不足")},
    "host.disk-room-for": {"enough": _("enough", "足够"), "short": _("short", "不足")},
    "mysql.login-path": {"works": _("works", "可登录"), "denied": _("denied", "被拒绝")},
    "mysql.user": {"granted": _("granted", "已授权"), "missing": _("missing", "缺失")},
    "path.kind": {
        "file": _("file", "文件"),
        "directory": _("directory", "目录"),
        "link": _("link", "链接"),
        "other": _("neither file, directory nor link", "既非文件、目录，也非链接"),
    },
    "tag.state": {
        "kept": _("kept", "不会被改动"),
        "tag-missing": _("there, but their tag is missing", "仍在，但标记文件缺失"),
        "lost": _("gone, and their tag too", "已丢失，标记文件也缺失"),
    },
    "undo.item-state": {
        "back": _("as it was before", "与运行前一致"),
        "ours": _("as that run left it", "仍为该运行留下的状态"),
        "later": _("as a later run left it", "为之后某次运行留下的状态"),
        "changed": _("changed by somebody else since", "之后被他人改动"),
        "lost": _("what was kept is damaged or gone", "所保存的内容已损坏或丢失"),
    },
    "redis.cluster": {
        "ok": _("ok", "正常"),
        "fail": _("fail: all there, not serving", "异常：实例齐全但不提供服务"),
        "incomplete": _("not put together yet", "尚未组成集群"),
        "damaged": _("damaged: slots or instances missing", "受损：缺少槽位或实例"),
    },
}
"""By kind: what a value of ours is called. What a tool of the host says itself ("active") stays as it says it."""
