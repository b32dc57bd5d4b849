"""Words for the codes of `reconciler/rules`, `reconciler/core` and `actions`: why each thing is wished for, needed, refused."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    # ---- what a step makes true (actions)
    "start-means-active": LocalizedText(en="that is what starting it means", zh="启动的含义即为处于运行状态"),
    "enable-means-enabled": LocalizedText(en="that is what enabling it means", zh="启用的含义即为开机自启"),
    "retire-means-absent": LocalizedText(en="that is what retiring it means", zh="下线的含义即为不再存在"),
    "start-means-running": LocalizedText(en="that is what starting it means", zh="启动的含义即为处于运行状态"),
    "install-means-running": LocalizedText(
        en="the vendor's script ends in `docker run`", zh="厂商脚本最后一步是 docker run"
    ),
    "moved-aside": LocalizedText(en="it is moved aside, not deleted", zh="移走保留，不删除"),
    "copied-over": LocalizedText(en="copied from {source}", zh="从 {source} 复制而来"),
    "copied-from-there": LocalizedText(en="{path} is copied from it", zh="{path} 从此处复制"),
    "package-unchanged": LocalizedText(
        en="only the vendor's own bytes are unpacked", zh="只解压与厂商发布一致的软件包"
    ),
    "package-unpacked": LocalizedText(
        en="the directory gets its name when it is complete", zh="目录完整后才会改为正式名称"
    ),
    "products-belong-to-tree": LocalizedText(
        en="products are completed only in a tree of their own release", zh="产品包只在同一版本的目录中补齐"
    ),
    "products-unpacked": LocalizedText(en="every product archive was unpacked", zh="全部产品包已解压"),
    "swap-complete-trees-only": LocalizedText(
        en="only a complete tree takes the place of /data/src", zh="只有完整的目录才会替换 /data/src"
    ),
    "source-swapped": LocalizedText(
        en="the completed tree was renamed into place", zh="已准备完整的目录以改名方式就位"
    ),
    "scripts-backed-up": LocalizedText(
        en="`rsync --delete` removes what was changed by hand below /data/install",
        zh="rsync --delete 会删除 /data/install 下的手工改动",
    ),
    "scripts-of-one-release": LocalizedText(
        en="the scripts install the products they came with: an older 6.2's have other defaults",
        zh="部署脚本须与所安装的产品同版本：较早的 6.2 脚本默认值不同",
    ),
    "scripts-come-from-package": LocalizedText(
        en="the scripts come out of the verified package", zh="部署脚本取自已校验的软件包"
    ),
    "scripts-replaced": LocalizedText(
        en="the package's scripts were copied and compared", zh="软件包中的脚本已复制并核对"
    ),
    "backup-complete": LocalizedText(
        en="its end was seen and every part of it named", zh="已确认备份结尾完整且包含全部内容"
    ),
    "placed": LocalizedText(en="the module's name stands on its host's line", zh="模块名已写入对应主机所在行"),
    "variable-set": LocalizedText(en="the key occurs with this value", zh="变量已具有该值"),
    "variable-copied": LocalizedText(en="copied on the host, never shown", zh="在主机上复制，不会显示其值"),
    "variable-made": LocalizedText(en="made by the vendor's generator on the host", zh="由厂商生成脚本在主机上生成"),
    "env-generated": LocalizedText(
        en="the merged variables of a product that is new in 6.2; its installer reads nothing else",
        zh="6.2 新增产品的合并后变量，其安装脚本只读取该文件",
    ),
    "same-scripts": LocalizedText(en="copied from the controller", zh="从中控机同步"),
    "copied-from-controller": LocalizedText(en="copied from the controller", zh="从中控机同步"),
    "saas-reads-it": LocalizedText(
        en="the SaaS {app} of 6.2 reads it when it is deployed", zh="6.2 的 SaaS {app} 部署时读取该变量"
    ),
    "login-path-set": LocalizedText(
        en="stored by mysql_config_editor and tried", zh="由 mysql_config_editor 写入并已验证"
    ),
    "user-granted": LocalizedText(en="granted from every host of the cluster", zh="已对集群所有主机授权"),
    "service-registered": LocalizedText(en="its definition was written in full", zh="服务定义文件已完整写入"),
    "line-added": LocalizedText(en="the line stands in the file", zh="该行已写入文件"),
    "cluster-formed": LocalizedText(en="all 16384 slots are served", zh="16384 个槽位全部可用"),
    # ---- what else a vendor call touches
    "affects-project-files": LocalizedText(
        en="replaces what {project} of {module} is made of, and reloads its image; no other container",
        zh="替换 {module} 的 {project} 的文件并重新导入镜像；不影响其它容器",
    ),
    "affects-all-env": LocalizedText(
        en="merges all twenty 04-final/*.env anew and rewrites ~/.bkrc on the controller; always exits 0",
        zh="重新合并全部二十个 04-final/*.env，并改写中控机 ~/.bkrc；始终返回 0",
    ),
    "affects-install-everywhere": LocalizedText(
        en="`rsync --delete` of {install} on {hosts}: files that exist only there are deleted",
        zh="对 {hosts} 的 {install} 执行 rsync --delete：仅存在于这些主机的文件会被删除",
    ),
    "affects-saas-variables": LocalizedText(
        en="updates all variables of ce/saas_var.env for six SaaS; a value set by hand in the developer centre is overwritten",
        zh="更新 ce/saas_var.env 中六个 SaaS 的全部变量；在开发者中心手工修改的值会被覆盖",
    ),
    # ---- why a fact is desired or needed
    "src-is-the-release": LocalizedText(
        en="`bkcli sync` and `install` take every product from here: it has to be {release}",
        zh="bkcli sync、install 均从这里取产品包，必须是 {release}",
    ),
    "sync-needs-cert": LocalizedText(
        en="every `bkcli sync` refuses without it, and the package brings none",
        zh="缺少证书目录时 bkcli sync 一律拒绝，而软件包不含证书",
    ),
    "releases-need-backup": LocalizedText(
        en="the vendor's release scripts stop where it does not exist", zh="厂商发布脚本在该目录不存在时会中断"
    ),
    "scripts-are-the-release": LocalizedText(
        en="the deployment scripts have to be those of {release}; 6.1 has no such file",
        zh="部署脚本必须是 {release} 的；6.1 没有该文件",
    ),
    "scripts-whole": LocalizedText(
        en="a replacement of the scripts that was begun has to be finished", zh="已开始的脚本替换必须完成"
    ),
    "scripts-before-variables": LocalizedText(
        en="replacing the scripts resets bin/default, and 6.1's generator does not know the new keys",
        zh="替换脚本会重置 bin/default，且 6.1 的生成脚本不认识新变量",
    ),
    "scripts-run-there": LocalizedText(
        en="the vendor's commands run {host}'s own copy of scripts and variables",
        zh="厂商命令在 {host} 上使用该主机自己的脚本与变量",
    ),
    "starts-at-boot": LocalizedText(en="it has to come back after a reboot", zh="主机重启后需自动恢复"),
    "tables-migrated": LocalizedText(
        en="the SQL files of the new version have to be imported, each once",
        zh="新版本的 SQL 文件须全部导入，且各导入一次",
    ),
    "models-registered": LocalizedText(
        en="IAM knows nothing of what is new in a product until its permission models are registered, which its installer "
        "does last",
        zh="产品的权限模型由安装程序最后登记；未登记时权限中心不认识其新增的操作",
    ),
    "app-may-call": LocalizedText(
        en="without its row the ESB refuses {app}", zh="缺少该记录时 ESB 会拒绝 {app} 的调用"
    ),
    "found-through-consul": LocalizedText(
        en="others find {service} through consul", zh="其它服务通过 consul 发现 {service}"
    ),
    "cmdb-topology-reads-it": LocalizedText(
        en="the vendor's topology step reads from it what runs on this host",
        zh="厂商的拓扑步骤据此得知主机上运行的模块",
    ),
    "venv-unused": LocalizedText(en="{module} no longer runs from a virtualenv", zh="{module} 不再使用虚拟环境运行"),
    "installer-is-the-release": LocalizedText(
        en="6.1's installers know nothing of what 6.2 brings, and would fail half-way",
        zh="6.1 的安装脚本不认识 6.2 的内容，会中途失败",
    ),
    "installer-reads-topology": LocalizedText(
        en="the installer looks up {module}'s hosts there", zh="安装脚本从中查找 {module} 的主机"
    ),
    "installer-reads-env": LocalizedText(
        en="the installer renders {env}'s configuration from it", zh="安装脚本以此渲染 {env} 的配置"
    ),
    "installed-from-src": LocalizedText(
        en="{module} is installed from that host's own copy", zh="{module} 使用该主机上的产品包安装"
    ),
    "only-a-backup-brings-back": LocalizedText(
        en="it migrates databases: only this backup brings 6.1 back", zh="该步骤会迁移数据库：只有此备份能恢复到 6.1"
    ),
    "password-known": LocalizedText(en="the user's password is generated into it", zh="该用户的密码生成于此文件"),
    "saas-values-merged": LocalizedText(en="the values are taken from the merged variables", zh="取值来自合并后的变量"),
    # ---- why a reading is unknown
    "not-read": LocalizedText(en="it was not read", zh="未读取"),
    "reference-not-read": LocalizedText(
        en="what it is to be compared with could not be read", zh="用于比较的基准未能读取"
    ),
}

TROUBLES: dict[str, DiagnosticText] = {
    "task-untraced": DiagnosticText(
        what=LocalizedText(
            en="{task}: nobody can tell whether it was done; the product is at {version} already, and there is no trace",
            zh="{task}：无法判断是否做过；产品已是 {version}，且没有留下任何痕迹",
        ),
        why=LocalizedText(
            en="it was done by hand, or left out; a second run may do harm, so it is not repeated unasked",
            zh="它可能已手工完成，也可能被遗漏；重复执行可能有害，因此不会擅自重做",
        ),
        hint=LocalizedText(
            en="say it: `bkrec ack {task} --done`, or `bkrec ack {task} --not-done` to have it done",
            zh="请确认：`bkrec ack {task} --done`；若未做过：`bkrec ack {task} --not-done`",
        ),
    ),
    "task-recorded-elsewhere": DiagnosticText(
        what=LocalizedText(
            en="{task}: a note of it lies here, and {host} is where it would be done now",
            zh="{task}：其记录位于本机，而现在应在 {host} 上执行",
        ),
        why=LocalizedText(
            en="it may have been begun here before the module's hosts changed; done a second time it may do harm",
            zh="模块主机变更前可能已在此开始执行；重复执行可能有害",
        ),
        hint=LocalizedText(
            en="find out (/var/lib/bkrec/jobs here), then move the note /var/lib/bkrec/tasks/{task} away and use `bkrec ack`",
            zh="请先确认（本机 /var/lib/bkrec/jobs），再移走 /var/lib/bkrec/tasks/{task}，并执行 `bkrec ack`",
        ),
    ),
    "saas-page-silent": DiagnosticText(
        what=LocalizedText(
            en="SaaS pages do not answer through the entrance: {pages}",
            zh="以下 SaaS 页面经入口访问无应答：{pages}",
        ),
        why=LocalizedText(
            en="what bkrec knows to stand behind them is as it should be, so nothing here brings them back",
            zh="已知的相关组件均正常，bkrec 无法使其恢复",
        ),
        hint=LocalizedText(
            en=(
                "unresolved, refused: consul's DNS and nginx on the nginx host; a status or silent: `docker logs` of the "
                "SaaS on the appo host, PaaS agent, and `consul kv get bkapps/upstreams/prod/…`"
            ),
            zh=(
                "unresolved、refused：请检查 consul 的 DNS 解析与 nginx 主机上的 nginx；状态码或 silent：请检查 appo 主机上"
                "该 SaaS 的 docker logs、PaaS agent，以及 `consul kv get bkapps/upstreams/prod/…`"
            ),
        ),
    ),
    "no-rule": DiagnosticText(
        what=LocalizedText(en="nothing here knows how to mend it", zh="没有规则可以修复它"),
        why=LocalizedText(en="a fact that is desired must have a rule", zh="期望的事实必须有对应规则"),
        hint=LocalizedText(en="this is a bug in bkrec: please report it", zh="这是 bkrec 的缺陷，请反馈"),
    ),
    "unit-in-transition": DiagnosticText(
        what=LocalizedText(en="{unit} is {state}: neither up nor down", zh="{unit} 处于 {state}：既未运行也未停止"),
        why=LocalizedText(en="a second start would hide how the first one went", zh="再次启动会掩盖第一次启动的结果"),
        hint=LocalizedText(
            en="wait a little and run it again; `journalctl -u {unit}` on the host says more",
            zh="请稍后重试；在主机上执行 journalctl -u {unit} 查看原因",
        ),
    ),
    "units-recently-started": DiagnosticText(
        what=LocalizedText(en="not running for 5 s yet: {units}", zh="持续运行不足 5 秒：{units}"),
        why=LocalizedText(
            en="nobody has seen yet that it stays up; a unit that dies and is started again never gets that far",
            zh="尚未看到其持续运行；反复退出又被拉起的单元始终如此",
        ),
        hint=LocalizedText(
            en="run it again in a moment; if it says the same, `journalctl -u UNIT` on the host says what it dies of",
            zh="请稍后重试；若结果相同，请在主机上执行 journalctl -u 单元名 查看退出原因",
        ),
    ),
    "installer-not-repeatable": DiagnosticText(
        what=LocalizedText(
            en="{module} is half installed: {made} is there, the rest is not",
            zh="{module} 只安装了一半：已有 {made}，其余缺失",
        ),
        why=LocalizedText(
            en="the vendor's installer takes what it made itself for an error, and cannot be run again",
            zh="厂商安装脚本会把自己已创建的部分视为错误，不能重复执行",
        ),
        hint=LocalizedText(
            en="stop and remove {made} on that host if it holds no data yet (`redis-cli dbsize`), then run `bkrec apply` again",
            zh="若其中尚无数据（redis-cli dbsize），请在该主机停止并移除 {made}，再执行 bkrec apply",
        ),
    ),
    "unit-not-enabled": DiagnosticText(
        what=LocalizedText(en="{unit} is {state}, not enabled", zh="{unit} 为 {state}，并非 enabled"),
        why=LocalizedText(
            en="somebody made it so on purpose: enabling would not change it", zh="该状态系人为设置，enable 无法改变"
        ),
        hint=LocalizedText(
            en="`systemctl unmask {unit}` on the host, if that was not meant",
            zh="若非有意，请在主机上执行 systemctl unmask {unit}",
        ),
    ),
    "container-in-transition": DiagnosticText(
        what=LocalizedText(en="container {container} is {state}", zh="容器 {container} 处于 {state}"),
        why=LocalizedText(en="a start would not bring it back from there", zh="此状态下启动无法恢复"),
        hint=LocalizedText(
            en="`docker logs {container}` on the host says why; `docker unpause` it if it is paused",
            zh="请在主机上执行 docker logs {container}；若为 paused 请 docker unpause",
        ),
    ),
    "package-missing": DiagnosticText(
        what=LocalizedText(en="the package {path} is not on {host}", zh="{host} 上没有软件包 {path}"),
        why=LocalizedText(
            en="scripts, images and versions of 6.2.2 all come out of it", zh="6.2.2 的脚本、镜像与版本均来自该包"
        ),
        hint=LocalizedText(
            en="put {name} there (guide 3 has the address), or set `package.path` in cluster.toml",
            zh="请将 {name} 放到该位置（下载地址见指引第 3 节），或在 cluster.toml 中设置 package.path",
        ),
    ),
    "package-md5": DiagnosticText(
        what=LocalizedText(
            en="{path} has MD5 {found}, expected {expected}", zh="{path} 的 MD5 为 {found}，应为 {expected}"
        ),
        why=LocalizedText(
            en="a torn or other package would be unpacked over a working platform",
            zh="不完整或错误的软件包会覆盖正在运行的平台",
        ),
        hint=LocalizedText(
            en='fetch it again; if this package is meant, set `package.md5 = "{found}"` in cluster.toml: every report will show it',
            zh='请重新下载；若确为此包，请在 cluster.toml 中设置 package.md5 = "{found}"（所有报告都会注明）',
        ),
    ),
    "tag-missing": DiagnosticText(
        what=LocalizedText(
            en="{path} is gone, and the generated secrets of its module with it",
            zh="{path} 丢失，该模块生成密码的文件也已丢失",
        ),
        why=LocalizedText(
            en="the next `install bkenv` would blank those secrets, and the one after invent new ones",
            zh="下一次 install bkenv 会清空这些密码，再下一次会生成新的",
        ),
        hint=LocalizedText(
            en="bring the module's file in bin/01-generate back, with its values, from another host's /data/install or a backup"
            " of it; bkrec then makes the tag",
            zh="请从其他主机的 /data/install 或其备份恢复 bin/01-generate 中该模块的文件（含取值），之后 bkrec 会重建标记",
        ),
    ),
    "cert-missing": DiagnosticText(
        what=LocalizedText(en="neither {path} nor {kept} is there", zh="{path} 与 {kept} 均不存在"),
        why=LocalizedText(
            en="the package brings no certificates and every `bkcli sync` needs them",
            zh="软件包不含证书，而 bkcli sync 都需要",
        ),
        hint=LocalizedText(en="bring the certificates back to {path} from a backup", zh="请从备份恢复证书到 {path}"),
    ),
    "path-unexpected": DiagnosticText(
        what=LocalizedText(en="{path} is not what it should be", zh="{path} 不符合预期"),
        why=LocalizedText(en="nothing here makes that path", zh="没有步骤会生成该路径"),
        hint=LocalizedText(en="this is a bug in bkrec's rules: please report it", zh="这是 bkrec 规则的缺陷，请反馈"),
    ),
    "module-elsewhere": DiagnosticText(
        what=LocalizedText(
            en="{module} stands on other hosts in install.config", zh="install.config 中 {module} 位于其它主机"
        ),
        why=LocalizedText(en="a module is never moved by a line in a file", zh="修改配置行并不会迁移模块"),
        hint=LocalizedText(
            en="remove `placement.{module}` from cluster.toml: install.config has the last word",
            zh="请从 cluster.toml 删除 placement.{module}，以 install.config 为准",
        ),
    ),
    "backup-unknown": DiagnosticText(
        what=LocalizedText(en="there is no backup called {what}", zh="没有名为 {what} 的备份"),
        why=LocalizedText(en="a rule asked for it", zh="由规则提出"),
        hint=LocalizedText(en="this is a bug in bkrec's rules: please report it", zh="这是 bkrec 规则的缺陷，请反馈"),
    ),
    "login-path-broken": DiagnosticText(
        what=LocalizedText(
            en="login path {login_path} exists and its server does not answer",
            zh="login-path {login_path} 存在但服务器无应答",
        ),
        why=LocalizedText(en="storing it again would not help", zh="重新写入无济于事"),
        hint=LocalizedText(
            en="`mysql --login-path={login_path} -e 'select 1'` on the controller shows the server's own words",
            zh="请在中控机执行 mysql --login-path={login_path} -e 'select 1' 查看原因",
        ),
    ),
    "redis-cluster-damaged": DiagnosticText(
        what=LocalizedText(
            en="the redis cluster was put together before, and is not whole any more",
            zh="redis 集群曾经组建完成，现已不完整",
        ),
        why=LocalizedText(
            en="making it anew would lose the keys of what is missing, so bkrec does not",
            zh="重新组建会丢失缺失部分的数据，因此 bkrec 不会这样做",
        ),
        hint=LocalizedText(
            en="see what is missing with `redis-cli -h {host} -p {port} cluster nodes` (password by REDISCLI_AUTH); "
            "`redis-cli --cluster fix {host}:{port}` covers slots that nobody has",
            zh="用 redis-cli -h {host} -p {port} cluster nodes 查看缺失部分（密码通过 REDISCLI_AUTH 传入）；"
            "redis-cli --cluster fix {host}:{port} 可补齐无人负责的槽位",
        ),
    ),
    "service-unhealthy": DiagnosticText(
        what=LocalizedText(
            en="consul does not call {service} passing, although what stands behind it runs",
            zh="{service} 背后的进程在运行，但 consul 未判定为健康",
        ),
        why=LocalizedText(en="others will not find it", zh="其它服务将无法发现它"),
        hint=LocalizedText(
            en="`curl -s http://127.0.0.1:8500/v1/health/service/{service}` on that host shows the failing check",
            zh="请在该主机执行 curl -s http://127.0.0.1:8500/v1/health/service/{service} 查看失败的检查",
        ),
    ),
    "install-config-broken": DiagnosticText(
        what=LocalizedText(en="field {field} is no module: {token!r}", zh="第 {field} 个字段不是模块：{token!r}"),
        why=LocalizedText(
            en="the vendor's parser stops at it and leaves hosts.env half written",
            zh="厂商解析脚本会在此出错，留下不完整的 hosts.env",
        ),
        hint=LocalizedText(
            en="mend that line: lower-case names, separated by commas; no trailing comma or blank, no comment behind, no Windows line end",
            zh="请修正该行：小写模块名，逗号分隔；行尾不能有逗号、空格、注释或 Windows 换行",
        ),
    ),
    "install-config-empty": DiagnosticText(
        what=LocalizedText(en="no host in it", zh="其中没有任何主机"),
        why=LocalizedText(en="without hosts there is no cluster", zh="没有主机就没有集群"),
        hint=LocalizedText(
            en="each line wants an address at its very beginning, then modules",
            zh="每行须以 IP 开头（行首不能有空格），其后为模块",
        ),
    ),
    "install-config-missing": DiagnosticText(
        what=LocalizedText(en="{path} is not there", zh="{path} 不存在"),
        why=LocalizedText(en="it says which module is on which host", zh="它描述各模块所在主机"),
        hint=LocalizedText(
            en="is this the controller? else set `controller` or `paths.install` in cluster.toml",
            zh="确认这是中控机，否则请在 cluster.toml 中修改 controller 或 paths.install",
        ),
    ),
    "home-unsupported": DiagnosticText(
        what=LocalizedText(en="it says `{home}`, which is no plain path", zh="其中写着 `{home}`，不是普通路径"),
        why=LocalizedText(
            en="the vendor's scripts install there, and use it without quotes",
            zh="厂商脚本以此为安装路径，且使用时不加引号",
        ),
        hint=LocalizedText(
            en="mend that file: one line with the path, letters, digits and `. _ - /` only",
            zh="请修正该文件：仅一行路径，只含字母、数字与 `. _ - /`",
        ),
    ),
    "discovery-truncated": DiagnosticText(
        what=LocalizedText(en="the controller's answer made no sense: {error}", zh="中控机的应答无法理解：{error}"),
        why=LocalizedText(
            en="nothing can be expected of a cluster that could not be read", zh="读不到集群信息就无法判断"
        ),
        hint=LocalizedText(
            en="run it again; if it stays, look at what a login prints there",
            zh="请重试；若仍如此，请检查登录时输出的内容",
        ),
    ),
}
