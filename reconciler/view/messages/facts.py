"""Facts as noun phrases, by kind: `{name}` is a field of the fact. And the names of their values."""

from specs.text import LocalizedText


def message(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


FACTS: dict[str, LocalizedText] = {
    "agent.missing": message("agents recorded as online that are offline", "记录为在线、现已不在线的 Agent"),
    "agent.online": message("agents online", "在线的 Agent"),
    "agent.unsupported-systems": message(
        "hosts whose operating system has no agent 2.0", "操作系统没有 Agent 2.0 的主机"
    ),
    "backup": message("backup of {what}", "{what} 的备份"),
    "backup.migrating-runs": message("runs that began an irreversible step", "已开始不可逆步骤的运行"),
    "certificate.damaged": message("damaged certificates in {directory}", "{directory} 中受损的证书"),
    "certificate.names": message("names that {certificate} is not for", "{certificate} 未包含的域名"),
    "system.names-overridden": message("names of consul in /etc/hosts", "/etc/hosts 中的 consul 域名"),
    "system.resolver": message("name servers of /etc/resolv.conf", "/etc/resolv.conf 中的域名服务器"),
    "certificate.ending": message(
        "certificates in {directory} that end within {days} days", "{directory} 中 {days} 天内到期的证书"
    ),
    "cmdb.hosts-not-idle": message("hosts of the BlueKing business that are not idle", "蓝鲸业务中不在空闲机的主机"),
    "cmdb.custom": message("custom content in the BlueKing business", "蓝鲸业务中的自定义内容"),
    "cmdb.host-modules": message(
        "modules of .installed_module missing for this host in CMDB",
        ".installed_module 所列、但 CMDB 中该主机不在其内的模块",
    ),
    "cmdb.hosts": message("hosts of the BlueKing business", "蓝鲸业务的主机"),
    "cmdb.job-modules": message("JOB's modules in create_blueking_set.py", "create_blueking_set.py 中作业平台的模块"),
    "cmdb.editing-unlocked": message(
        "whether editing the BlueKing business is unlocked", "蓝鲸业务拓扑的编辑是否已解锁"
    ),
    "cmdb.sets": message("sets of the BlueKing business", "蓝鲸业务的集群"),
    "cmdb.editing-locked": message("edit lock of the BlueKing business", "蓝鲸业务拓扑的编辑锁定"),
    "cmdb.unknown-lines": message(
        "lines of .installed_module without a template", ".installed_module 中没有对应模板的行"
    ),
    "cmdb.templates": message("templates of the BlueKing business", "蓝鲸业务的模板"),
    "cmdb.topology-differences": message(
        "differences of the BlueKing business topology from this release", "蓝鲸业务拓扑与本版本的差异"
    ),
    "consul.definition": message("definition of {service} in consul", "consul 中 {service} 的定义文件"),
    "consul.passing": message("health of {service} in consul", "consul 中 {service} 的健康状态"),
    "container.data-root": message(
        "whether docker finds its containers at its next start", "docker 下次启动时能否找到其容器"
    ),
    "container.vendor-data-root": message(
        "whether {path} of the installers leads to docker's data",
        "安装脚本写入的 {path} 是否通向 docker 的数据",
    ),
    "container.docker-usable": message("docker", "docker"),
    "container.docker-fault": message("docker fault", "docker 故障"),
    "container.app": message("container of SaaS {app}", "SaaS {app} 的容器"),
    "container.image": message("image of container {container}", "容器 {container} 的镜像"),
    "container.image-present": message("image {image} on the host", "主机上的镜像 {image}"),
    "container.state": message("container {container}", "容器 {container}"),
    "container.unsteady": message("containers not confirmed to stay up", "尚未确认能持续运行的容器"),
    "container.no-restart-policy": message("containers without a restart policy", "没有重启策略的容器"),
    "current.since": message(
        "whether {unit} was started since {mark}",
        "{unit} 是否在 {mark} 之后启动",
    ),
    "current.unit": message("whether {unit} runs its current files", "{unit} 运行的是否为现有文件"),
    "env.copied": message("{key} in {file} against its source ({sources})", "{file} 的 {key} 与其来源（{sources}）"),
    "env.duplicates": message("assignments of {key} in {file}", "{file} 中 {key} 的赋值"),
    "env.filled": message("{key} in {file}", "{file} 中的 {key}"),
    "env.present": message("{key} in {file}", "{file} 中的 {key}"),
    "env.once": message("number of assignments of {key} in {file}", "{file} 中 {key} 的赋值次数"),
    "env.same": message(
        "{key} in {file} against {other_key} in {other_file}", "{file} 的 {key} 与 {other_file} 的 {other_key}"
    ),
    "env.value": message("{key} in {file}", "{file} 中的 {key}"),
    "host.address": message("whether the host that answers is {host}", "应答的机器是否为 {host}"),
    "host.clock": message("clock", "时钟"),
    "host.clock-near": message("clock within {seconds} s", "时钟偏差不超过 {seconds} 秒"),
    "host.missing-commands": message("missing commands, of {names}", "缺少的命令（{names} 之中）"),
    "host.disk-room": message("free space of {mb} MB in {path}", "{path} 所需的 {mb} MB 空间"),
    "host.disk-room-for": message(
        "free space of {times} times {package} in {path}", "{path} 所需的 {times} 倍于 {package} 的空间"
    ),
    "host.foreign-work": message(
        "running bkcli, bk_install or pcmd of other users", "他人正在运行的 bkcli、bk_install 或 pcmd"
    ),
    "host.login-user": message("privileges of the login user", "登录用户的权限"),
    "http.unserved": message("SaaS pages without an answer", "无应答的 SaaS 页面"),
    "room.backup": message(
        "free space in {path} for the backup of {source} ({what})", "{path} 存放 {source}（{what}）备份的空间"
    ),
    "http.ok": message("response of {url}", "{url} 的响应"),
    "image.source": message("where docker image {image} comes from", "docker 镜像 {image} 的来源"),
    "job.attempts": message("attempts of {key}", "{key} 的尝试记录"),
    "job.paused": message("pause request", "暂停请求"),
    "job.running": message("running jobs of bkrec", "正在运行的 bkrec 任务"),
    "job.state": message("job {job}", "任务 {job}"),
    "job.uptime": message("uptime of the host", "开机以来的时间"),
    "kv.set": message("key {key} in consul", "consul 中的键 {key}"),
    "marker": message("marker {name}", "标记 {name}"),
    "mysql.app": message("application {code} in open_paas", "open_paas 中的应用 {code}"),
    "mysql.login-path": message("MySQL login path {login_path}", "MySQL login-path {login_path}"),
    "iam.pending": message(
        "permission models of {directory} not registered with IAM", "{directory} 中尚未在权限中心登记的权限模型"
    ),
    "mysql.pending-sql": message("SQL files of {directory} not yet imported", "{directory} 中尚未导入的 SQL 文件"),
    "mysql.product-version": message("version of {code} shown to users", "向用户显示的 {code} 版本"),
    "mysql.saas-variable": message("variable {name} of SaaS {app_code}", "SaaS {app_code} 的环境变量 {name}"),
    "mysql.saas-variables": message("variables of SaaS {app_code}", "SaaS {app_code} 的环境变量"),
    "mysql.privileges-missing": message("privileges that MySQL user {user} lacks", "MySQL 用户 {user} 缺少的权限"),
    "mysql.user": message("MySQL user {user} from {hosts}", "MySQL 用户 {user}（来自 {hosts}）"),
    "task.done": message("post-upgrade task {task}", "升级后任务：{task}"),
    "task.recorded": message("record of the post-upgrade task {task}", "升级后任务 {task} 的记录"),
    "task.pending": message("pending post-upgrade task {task}", "待执行的升级后任务：{task}"),
    "package.digest": message("MD5 of {path}", "{path} 的 MD5"),
    "path.digest": message("content of {path}", "{path} 的内容"),
    "path.kind": message("{path}", "{path}"),
    "path.line": message("line `{line}` in {path}", "{path} 中的行 `{line}`"),
    "path.tree": message("all files below {root}", "{root} 下的全部文件"),
    "path.version": message("version in {path}", "{path} 中的版本"),
    "package-versions.recorded": message("versions in the package with MD5 {md5}", "MD5 为 {md5} 的软件包中的各版本"),
    "port.listening": message("port {port}", "端口 {port}"),
    "port.owner": message("owner of port {port}", "端口 {port} 的占用者"),
    "port.unit": message("unit that serves port {port}", "监听端口 {port} 的服务单元"),
    "python.defects": message("defects of the script {path}", "脚本 {path} 的问题"),
    "health.service": message(
        "what {service} on port {port} reports of itself", "端口 {port} 上的 {service} 自报的状态"
    ),
    "mysql.writable": message(
        "MySQL by login path {login_path} takes writes", "通过 login-path {login_path} 的 MySQL 可写"
    ),
    "redis-login.password": message("login to Redis on port {port}", "登录端口 {port} 的 Redis"),
    "redis.cluster": message("Redis cluster on port {port}", "端口 {port} 上的 Redis 集群"),
    "repository.silent": message("package repositories without an answer", "无应答的软件仓库"),
    "repository.unavailable": message("packages that no repository has", "所有仓库中均没有的软件包"),
    "saas.online": message("online version of SaaS {app}", "SaaS {app} 的线上版本"),
    "saas.value": message("value of {name} of SaaS {app}", "SaaS {app} 的环境变量 {name} 的取值"),
    "saas.newer": message("newer online version of SaaS {app}", "SaaS {app} 更新的线上版本"),
    "saas.packaged": message("version of SaaS {app} in the package", "软件包中 SaaS {app} 的版本"),
    "steady.recently-started": message("units running for less than 5 s", "运行不足 5 秒的服务单元"),
    "system.inodes": message("free inodes for {path}: {count}", "{path} 的可用 inode：{count}"),
    "system.ipv6": message("IPv6 in the kernel", "内核的 IPv6"),
    "system.mount-point": message("mount point {path}", "挂载点 {path}"),
    "system.lan-address": message("LAN_IP that is not the host's", "与主机不符的 LAN_IP"),
    "system.memory": message("memory of {mb} MB", "{mb} MB 内存"),
    "system.name": message("resolution of the name {name}", "域名 {name} 的解析"),
    "system.processors": message("{count} processors", "{count} 核 CPU"),
    "system.proxies": message("proxies that a login sets", "登录时设置的代理"),
    "system.python-modules": message("Python modules missing from {python}", "{python} 缺少的 Python 模块"),
    "database.servers": message("database servers named in {directory}", "{directory} 中写明的数据库服务器"),
    "database.elsewhere": message(
        "databases in {directory} outside this cluster", "{directory} 中写明、但不在本集群主机上的数据库"
    ),
    "tag.state": message("generated secrets of {module}", "{module} 已生成的密码"),
    "text.mentions": message("whether {file} contains {key}", "{file} 是否包含 {key} 的值"),
    "seal.changes": message("changes since the seal was taken", "封存之后的改动"),
    "seal.file": message("sealed {part} {path}", "已封存的 {part} {path}"),
    "site-code.files": message(
        "files of your own in {installed}, compared with {packaged}", "{installed} 中自己的文件（与 {packaged} 比较）"
    ),
    "smoke-test.broken": message("failure of the JOB smoke test", "作业平台冒烟测试失败的原因"),
    "gateway.released": message("API gateway {gateway} on stage {stage}", "网关 {gateway} 在环境 {stage} 的发布"),
    "install-config.module-hosts": message("hosts of `{module}` in {path}", "{path} 中 `{module}` 所在主机"),
    "undo.entries": message("items saved by run {run}", "运行 {run} 在此保存的内容"),
    "undo.file-after": message("runs after which {path} has its current content", "使 {path} 成为现状的运行"),
    "undo.runs": message("runs of bkrec on this host", "bkrec 在此主机上的运行"),
    "undo.item-state": message(
        "{path} compared with the copy saved by run {run}", "{path} 与运行 {run} 所保存副本的对照"
    ),
    "undo.steps": message("steps started by run {run}", "运行 {run} 在此启动的步骤"),
    "unit.active": message("unit {unit}", "服务单元 {unit}"),
    "unit.enabled": message("unit {unit} at boot", "服务单元 {unit} 的开机自启"),
    "yaml.value": message("{path} in {file}", "{file} 中的 {path}"),
}

STATES: dict[str, tuple[LocalizedText, LocalizedText]] = {
    "cmdb.editing-unlocked": (message("locked", "未解锁"), message("unlocked", "已解锁")),
    "cmdb.editing-locked": (message("unlocked for editing", "编辑已解锁"), message("locked", "已锁定")),
    "current.since": (message("started before", "在其之前启动"), message("started since", "在其之后启动")),
    "current.unit": (message("older than its files", "早于其文件"), message("up to date", "已是最新")),
    "kv.set": (message("not set", "未设置"), message("set", "已设置")),
    "task.done": (message("pending", "待执行"), message("done", "已完成")),
    "task.recorded": (message("not recorded", "未记录"), message("recorded", "已记录")),
    "task.pending": (message("done or not needed", "已完成或无需执行"), message("pending", "待执行")),
    "text.mentions": (message("no", "不包含"), message("yes", "包含")),
    "system.ipv6": (message("disabled", "已禁用"), message("enabled", "已启用")),
    "host.address": (message("another machine", "是另一台机器"), message("yes", "是")),
    "port.listening": (message("not in use", "无监听"), message("in use", "有监听")),
    "mysql.saas-variable": (message("missing", "缺失"), message("present", "已有")),
    "saas.value": (message("another value", "为其他值"), message("the vendor's", "与厂商脚本一致")),
    "gateway.released": (message("not released", "未发布"), message("released", "已发布")),
    "mysql.app": (message("not registered", "未注册"), message("registered", "已注册")),
    "container.image-present": (message("missing", "缺失"), message("present", "已有")),
    "path.line": (message("missing", "缺失"), message("present", "已有")),
    "env.duplicates": (message("at most once", "至多一次"), message("more than once", "多次")),
    "env.filled": (message("empty", "为空"), message("has a value", "有值")),
    "env.same": (message("differs", "不同"), message("the same", "相同")),
    "env.copied": (message("differs", "不同"), message("the same", "相同")),
}
"""By kind: how False reads, how True reads."""

VALUES: dict[str, dict[str, LocalizedText]] = {
    "backup": {
        "fresh": message("fresh", "有效"),
        "stale": message("stale: a day old or more", "过期：已超过一天"),
        "broken": message("damaged: incomplete, missing or changed", "损坏：不完整、丢失或被改动"),
    },
    "container.data-root": {
        "lasting": message("yes", "能"),
        "differs": message(
            "daemon.json names another directory than the one in use", "daemon.json 指向的不是正在使用的目录"
        ),
        "unclear": message("daemon.json does not name the one in use", "daemon.json 未指明正在使用的目录"),
    },
    "container.vendor-data-root": {
        "in-use": message("yes", "是"),
        "free": message("no: nothing is there", "否：该路径为空"),
        "other": message("no: something else is there", "否：该路径另有内容"),
    },
    "container.docker-fault": {"not-answering": message("not answering", "无响应")},
    "container.docker-usable": {
        "usable": message("usable", "可用"),
        "not-installed": message("not installed", "未安装"),
        "not-answering": message("not answering", "无响应"),
    },
    "host.disk-room": {"enough": message("enough", "足够"), "short": message("short", "不足")},
    "host.disk-room-for": {"enough": message("enough", "足够"), "short": message("short", "不足")},
    "mysql.login-path": {"works": message("works", "可登录"), "denied": message("denied", "被拒绝")},
    "mysql.user": {"granted": message("granted", "已授权"), "missing": message("missing", "缺失")},
    "seal.file": {
        "unchanged": message("as sealed", "与封存时一致"),
        "content": message("other content", "内容改变"),
        "mode": message("other mode", "权限改变"),
        "owner": message("other owner", "属主改变"),
        "mode+owner": message("other mode and owner", "权限与属主改变"),
        "content+mode": message("other content and mode", "内容与权限改变"),
        "content+owner": message("other content and owner", "内容与属主改变"),
        "content+mode+owner": message("other content, mode and owner", "内容、权限与属主改变"),
        "type": message("of another kind", "类型改变"),
        "gone": message("gone", "已消失"),
        "new": message("new", "新增"),
        "many": message("more changes than are listed", "改动过多，未全部列出"),
    },
    "path.kind": {
        "file": message("file", "文件"),
        "directory": message("directory", "目录"),
        "link": message("link", "链接"),
        "other": message("neither file, directory nor link", "既非文件、目录，也非链接"),
    },
    "tag.state": {
        "kept": message("protected", "不会被改动"),
        "tag-missing": message("present, but without their tag", "仍在，但标记文件缺失"),
        "lost": message("missing, and the tag too", "已丢失，标记文件也缺失"),
    },
    "undo.item-state": {
        "back": message("as before the run", "与运行前一致"),
        "ours": message("unchanged since that run", "自该运行以来未变"),
        "later": message("changed by a later run", "由之后的某次运行改动"),
        "changed": message("changed by someone else since that run", "在该运行之后被他人改动"),
        "lost": message("the saved copy is damaged or missing", "所保存的副本已损坏或丢失"),
    },
    "redis.cluster": {
        "ok": message("ok", "正常"),
        "fail": message("fail: complete but not serving", "异常：实例齐全但不提供服务"),
        "incomplete": message("not created yet", "尚未组建"),
        "damaged": message("damaged: slots or instances missing", "受损：缺少槽位或实例"),
    },
}
"""By kind: names of bkrec's own values. The words of a tool on the host ("active") are shown as they are."""
