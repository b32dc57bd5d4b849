"""What an action is called, by kind, as an order: `{name}` is one of its own fields."""

from specs.text import LocalizedText


def _(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


ORDERS: dict[str, LocalizedText] = {
    "agent.await": _("see the agents online again that were online before", "等待升级前在线的 Agent 重新在线"),
    "agent.record": _("note which agents are online", "记录在线的 Agent"),
    "agent.archive": _("put the note of the agents aside", "移走 Agent 在线记录"),
    "backup.mysql": _("back up all MySQL databases below {directory}", "将全部 MySQL 数据库备份到 {directory} 下"),
    "backup.mongodb": _("back up MongoDB below {directory}", "将 MongoDB 备份到 {directory} 下"),
    "backup.install": _("copy {path} beside itself", "在 {path} 旁保留一份完整副本"),
    "bkcli.bkenv": _(
        "generate and merge all variables (bkcli install bkenv)", "生成并合并全部变量（bkcli install bkenv）"
    ),
    "bkcli.sync-common": _(
        "distribute scripts and variables to {hosts} (bkcli sync common)",
        "向 {hosts} 分发脚本和变量（bkcli sync common）",
    ),
    "bkcli.sync": _(
        "distribute {module} {version} to {hosts} (bkcli sync {module})",
        "向 {hosts} 分发 {module} {version}（bkcli sync {module}）",
    ),
    "bkcli.install": _("install {module} (bkcli install {module})", "安装 {module}（bkcli install {module}）"),
    "bkcli.upgrade": _("upgrade {module} (bkcli upgrade {module})", "升级 {module}（bkcli upgrade {module}）"),
    "backup.cmdb": _(
        "keep what CMDB says of the topology of the BlueKing business", "保存 CMDB 中蓝鲸业务拓扑的现状副本"
    ),
    "cmdb.assign": _(
        "put each host into the modules its .installed_module names (initdata topo 1)",
        "将各主机移入其 .installed_module 所列模块（initdata topo 1）",
    ),
    "cmdb.build": _(
        "make the topology of the BlueKing business anew (initdata topo)", "重建蓝鲸业务拓扑（initdata topo）"
    ),
    "cmdb.delete-sets": _(
        "by hand, in the browser: delete every set of the BlueKing business", "在页面上手工删除蓝鲸业务的全部集群"
    ),
    "cmdb.delete-templates": _(
        "delete the set templates and service templates of the BlueKing business", "删除蓝鲸业务的集群模板与服务模板"
    ),
    "cmdb.job-modules": _(
        "list JOB's eight modules in create_blueking_set.py", "在 create_blueking_set.py 中列出作业平台的八个模块"
    ),
    "cmdb.move-hosts": _(
        "by hand, in the browser: move all hosts of the BlueKing business to idle",
        "在页面上手工将蓝鲸业务的全部主机转移到空闲机",
    ),
    "cmdb.unlock": _("let the topology of the BlueKing business be edited", "开放编辑蓝鲸业务拓扑"),
    "cmdb.lock": _("shut the topology of the BlueKing business against editing again", "重新关闭蓝鲸业务拓扑的编辑"),
    "consul.deregister": _("take {service} out of consul", "从 consul 注销 {service}"),
    "consul.register": _("register {service}, port {port}, in consul", "在 consul 注册 {service}，端口 {port}"),
    "saas.start": _("start SaaS {app}", "启动 SaaS {app}"),
    "container.start": _("start container {container}", "启动容器 {container}"),
    "container.install": _(
        "install container {container} from {image} (only project {project})",
        "用 {image} 安装容器 {container}（仅项目 {project}）",
    ),
    "container.remove": _("remove the leftover container {container}", "删除残留容器 {container}"),
    "container.restart-policy": _("have {containers} start with docker", "设置容器随 docker 启动：{containers}"),
    "container.set-data-root": _(
        "have {file} name the directory that docker uses", "使 {file} 指向 docker 正在使用的目录"
    ),
    "env.deduplicate": _("keep the last {key} in {file} alone", "{file} 中的 {key} 只保留最后一行"),
    "env.set": _("set {key} in {file}", "设置 {file} 中的 {key}"),
    "env.add": _("add {key} to {file}", "在 {file} 中加入 {key}"),
    "env.copy": _("copy {key} into {file} from {sources}", "将 {key} 从 {sources} 复制到 {file}"),
    "env.generate": _("generate {key} once into {file}", "生成一次 {key} 并写入 {file}"),
    "env.merge": _("merge the variables of {module}", "合并 {module} 的变量"),
    "line.add": _("add the line `{line}` to {path}", "在 {path} 中加入行 `{line}`"),
    "mysql.login-path": _("set up MySQL login path {login_path}", "配置 MySQL 登录路径 {login_path}"),
    "mysql.grant": _("grant MySQL user {user} from {hosts}", "授权 MySQL 用户 {user} 从 {hosts} 访问"),
    "nginx.job-pages": _("release JOB's pages with the address in {key}", "以 {key} 中的地址发布作业平台前端"),
    "nginx.render": _("renew the entrance's templates and render them", "更新接入层模板并渲染"),
    "task.run": _("do what the upgrade owes: {task}", "完成升级后的待办：{task}"),
    "task.record": _("note what will be owed: {task}", "记录升级后的待办：{task}"),
    "package.unpack": _("verify {package} and unpack it into {into}", "校验 {package} 并解压到 {into}"),
    "package.products": _("unpack the archive of each product in {root}", "解压 {root} 中各产品的压缩包"),
    "package.swap": _(
        "put {new} in the place of {live}, which is kept beside it", "用 {new} 替换 {live}，原目录保留在旁"
    ),
    "package.scripts": _(
        "replace the scripts in {live} by those of {version}, keeping configuration",
        "将 {live} 中的脚本替换为 {version} 版，保留配置",
    ),
    "directory.retire": _("move {path} aside", "将 {path} 移到一旁保存"),
    "directory.copy": _("carry {source} over to {path}", "将 {source} 带到 {path}"),
    "redis.create": _("form the Redis cluster of ports {ports}", "用端口 {ports} 组建 Redis 集群"),
    "program.copy": _("copy {source} to {path}", "将 {source} 复制到 {path}"),
    "saas.deploy": _("deploy SaaS {app} (bkcli install saas-o {app})", "部署 SaaS {app}（bkcli install saas-o {app}）"),
    "iam.register": _("register the permission models of {module} with IAM", "向权限中心登记 {module} 的权限模型"),
    "saas.variables": _("add the variables of the SaaS applications", "加入 SaaS 应用的环境变量"),
    "tag.restore": _("put the tag of {module}'s secrets back", "重建 {module} 密码的标记文件"),
    "install-config.place": _("place `{module}` on {hosts} in {config}", "在 {config} 中把 `{module}` 放到 {hosts}"),
    "smoke-test.record": _(
        "run a harmless job through JOB on {on}, and note whether it works",
        "通过作业平台在 {on} 上执行一个无害的作业，并记录是否成功",
    ),
    "smoke-test.run": _("run the harmless job through JOB again", "通过作业平台再次执行无害的作业"),
    "smoke-test.archive": _("put the note of the trial job aside", "移走试运行作业记录"),
    "undo.directory": _("move {path} back to where it was", "将 {path} 移回原处"),
    "undo.file": _("put {path} back as it was", "将 {path} 恢复原样"),
    "undo.service": _("register {service} in consul as it was", "按原定义在 consul 恢复注册 {service}"),
    "undo.unit": _("put the file of {unit} back ({path})", "恢复 {unit} 的文件（{path}）"),
    "unit.start": _("start {unit}", "启动 {unit}"),
    "unit.restart": _("restart {unit}, whose files were replaced", "重启文件已被替换的 {unit}"),
    "version.set": _(
        "show users {version} for {code}, which is installed", "将 {code} 的显示版本改为已安装的 {version}"
    ),
    "version.rows": _("refresh the versions shown to users", "刷新向用户显示的版本信息"),
    "yaml.set": _("set {path} to {value} in {file}", "将 {file} 中的 {path} 设为 {value}"),
    "unit.enable": _("have {unit} start at boot", "设置 {unit} 开机自启"),
    "unit.retire": _("stop {unit} for good and move its file aside", "永久停止 {unit}，并将其文件移到一旁保存"),
}
