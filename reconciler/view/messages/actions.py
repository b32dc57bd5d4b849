"""Actions as imperatives, by kind: `{name}` is a field of the action."""

from specs.text import LocalizedText


def message(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


ACTIONS: dict[str, LocalizedText] = {
    "agent.await": message(
        "wait until the agents that were online before are online again", "等待升级前在线的 Agent 重新在线"
    ),
    "agent.record": message("record which agents are online", "记录在线的 Agent"),
    "agent.archive": message("archive the record of online agents", "归档 Agent 在线记录"),
    "backup.mysql": message(
        "back up all MySQL databases below {directory}", "将全部 MySQL 数据库备份到 {directory} 下"
    ),
    "backup.mongodb": message("back up MongoDB below {directory}", "将 MongoDB 备份到 {directory} 下"),
    "backup.install": message("copy {path} next to itself", "在 {path} 旁保留一份完整副本"),
    "bkcli.bkenv": message(
        "generate and merge all variables (bkcli install bkenv)", "生成并合并全部变量（bkcli install bkenv）"
    ),
    "bkcli.sync-common": message(
        "distribute scripts and variables to {hosts} (bkcli sync common)",
        "向 {hosts} 分发脚本和变量（bkcli sync common）",
    ),
    "bkcli.sync": message(
        "distribute {module} {version} to {hosts} (bkcli sync {module})",
        "向 {hosts} 分发 {module} {version}（bkcli sync {module}）",
    ),
    "bkcli.install": message("install {module} (bkcli install {module})", "安装 {module}（bkcli install {module}）"),
    "bkcli.upgrade": message("upgrade {module} (bkcli upgrade {module})", "升级 {module}（bkcli upgrade {module}）"),
    "backup.cmdb": message("save the current topology of the BlueKing business", "保存蓝鲸业务拓扑的现状副本"),
    "cmdb.assign": message(
        "assign each host to the modules in its .installed_module (initdata topo 1)",
        "将各主机移入其 .installed_module 所列模块（initdata topo 1）",
    ),
    "cmdb.build": message(
        "rebuild the topology of the BlueKing business (initdata topo)", "重建蓝鲸业务拓扑（initdata topo）"
    ),
    "cmdb.delete-sets": message(
        "manually, in the browser: delete every set of the BlueKing business", "在页面上手工删除蓝鲸业务的全部集群"
    ),
    "cmdb.delete-templates": message(
        "delete the set templates and service templates of the BlueKing business", "删除蓝鲸业务的集群模板与服务模板"
    ),
    "cmdb.job-modules": message(
        "list JOB's eight modules in create_blueking_set.py", "在 create_blueking_set.py 中列出作业平台的八个模块"
    ),
    "cmdb.move-hosts": message(
        "manually, in the browser: move all hosts of the BlueKing business to idle",
        "在页面上手工将蓝鲸业务的全部主机转移到空闲机",
    ),
    "cmdb.unlock": message("unlock the topology of the BlueKing business for editing", "解锁蓝鲸业务拓扑的编辑"),
    "cmdb.lock": message("lock the topology of the BlueKing business against editing", "重新锁定蓝鲸业务拓扑的编辑"),
    "consul.deregister": message("deregister {service} from consul", "从 consul 注销 {service}"),
    "consul.register": message("register {service}, port {port}, in consul", "在 consul 注册 {service}，端口 {port}"),
    "saas.start": message("start SaaS {app}", "启动 SaaS {app}"),
    "container.start": message("start container {container}", "启动容器 {container}"),
    "container.install": message(
        "install container {container} from {image} (only project {project})",
        "用 {image} 安装容器 {container}（仅项目 {project}）",
    ),
    "container.remove": message("remove the leftover container {container}", "删除残留容器 {container}"),
    "container.restart-policy": message(
        "set containers to start with docker: {containers}", "设置容器随 docker 启动：{containers}"
    ),
    "container.link-data-root": message(
        "link {path} to the directory docker uses", "使 {path} 成为指向 docker 正在使用目录的链接"
    ),
    "container.set-data-root": message(
        "set the data root in {file} to the directory docker uses", "使 {file} 指向 docker 正在使用的目录"
    ),
    "env.deduplicate": message("keep only the last {key} in {file}", "{file} 中的 {key} 只保留最后一行"),
    "env.set": message("set {key} in {file}", "设置 {file} 中的 {key}"),
    "env.add": message("add {key} to {file}", "在 {file} 中加入 {key}"),
    "env.copy": message("copy {key} into {file} from {sources}", "将 {key} 从 {sources} 复制到 {file}"),
    "env.generate": message("generate {key} once in {file}", "在 {file} 中生成一次 {key}"),
    "env.merge": message("merge the variables of {module}", "合并 {module} 的变量"),
    "line.add": message("add the line `{line}` to {path}", "在 {path} 中加入行 `{line}`"),
    "mysql.login-path": message("set up MySQL login path {login_path}", "配置 MySQL login-path {login_path}"),
    "mysql.grant": message("grant MySQL user {user} from {hosts}", "授权 MySQL 用户 {user} 从 {hosts} 访问"),
    "nginx.job-pages": message("release JOB's pages with the address in {key}", "以 {key} 中的地址发布作业平台前端"),
    "nginx.render": message("update and render the templates of the ingress", "更新接入层模板并渲染"),
    "task.run": message("run the post-upgrade task {task}", "执行升级后任务：{task}"),
    "task.record": message("record the post-upgrade task {task}", "记录升级后任务：{task}"),
    "package.unpack": message("verify {package} and unpack it into {into}", "校验 {package} 并解压到 {into}"),
    "package.products": message("unpack the archive of each product in {root}", "解压 {root} 中各产品的压缩包"),
    "package.swap": message(
        "replace {live} with {new}; keep the old directory next to it", "用 {new} 替换 {live}，原目录保留在旁"
    ),
    "package.scripts": message(
        "replace the scripts in {live} with those of {version}, keeping the configuration",
        "将 {live} 中的脚本替换为 {version} 版，保留配置",
    ),
    "directory.retire": message("move {path} aside", "将 {path} 移到一旁保存"),
    "directory.copy": message("copy {source} to {path}", "将 {source} 复制到 {path}"),
    "redis.create": message("create the Redis cluster on ports {ports}", "用端口 {ports} 组建 Redis 集群"),
    "program.copy": message("copy {source} to {path}", "将 {source} 复制到 {path}"),
    "saas.deploy": message(
        "deploy SaaS {app} (bkcli install saas-o {app})", "部署 SaaS {app}（bkcli install saas-o {app}）"
    ),
    "iam.register": message(
        "register the permission models of {module} with IAM", "向权限中心登记 {module} 的权限模型"
    ),
    "saas.variables": message("add the variables of the SaaS applications", "加入 SaaS 应用的环境变量"),
    "tag.restore": message("restore the tag of {module}'s secrets", "重建 {module} 密码的标记文件"),
    "install-config.place": message(
        "place `{module}` on {hosts} in {config}", "在 {config} 中把 `{module}` 放到 {hosts}"
    ),
    "smoke-test.record": message(
        "run the JOB smoke test on {on} and record its result", "通过作业平台在 {on} 上执行冒烟测试，并记录结果"
    ),
    "smoke-test.run": message("run the JOB smoke test again", "通过作业平台再次执行冒烟测试"),
    "smoke-test.archive": message("archive the record of the smoke test", "归档冒烟测试记录"),
    "undo.directory": message("move {path} back", "将 {path} 移回原处"),
    "undo.file": message("restore {path}", "恢复 {path}"),
    "undo.service": message("register {service} in consul as before", "按原定义在 consul 恢复注册 {service}"),
    "undo.unit": message("restore the file of {unit} ({path})", "恢复 {unit} 的文件（{path}）"),
    "unit.start": message("start {unit}", "启动 {unit}"),
    "unit.restart": message("restart {unit}, whose files were replaced", "重启文件已被替换的 {unit}"),
    "version.set": message(
        "set the version of {code} shown to users to {version}, as installed",
        "将 {code} 的显示版本改为已安装的 {version}",
    ),
    "version.rows": message("refresh the versions shown to users", "刷新向用户显示的版本信息"),
    "yaml.set": message("set {path} to {value} in {file}", "将 {file} 中的 {path} 设为 {value}"),
    "unit.enable": message("enable {unit} at boot", "设置 {unit} 开机自启"),
    "unit.retire": message(
        "stop and disable {unit}, and move its file aside", "停止并禁用 {unit}，将其文件移到一旁保存"
    ),
}
