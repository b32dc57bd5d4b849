"""Messages of `rules` and `actions`: why something is expected, required or refused."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    # ---- effects of a step (actions)
    "start-means-active": LocalizedText(en="definition of a started unit", zh="启动成功的定义"),
    "enable-means-enabled": LocalizedText(en="definition of an enabled unit", zh="启用成功的定义"),
    "retire-means-absent": LocalizedText(en="definition of a retired unit", zh="下线成功的定义"),
    "start-means-running": LocalizedText(en="definition of a started container", zh="启动成功的定义"),
    "install-means-running": LocalizedText(
        en="the vendor's script ends with `docker run`", zh="厂商脚本最后执行 docker run"
    ),
    "moved-aside": LocalizedText(en="moved aside, not deleted", zh="移到一旁保存，不删除"),
    "copied-over": LocalizedText(en="copied from {source}", zh="从 {source} 复制而来"),
    "copy-source": LocalizedText(en="{path} is copied from it", zh="{path} 由此复制"),
    "package-unchanged": LocalizedText(
        en="only a package with the vendor's checksum is unpacked", zh="只解压校验和与厂商一致的软件包"
    ),
    "package-unpacked": LocalizedText(
        en="the directory is renamed to its final name once it is complete", zh="目录完整后才改为正式名称"
    ),
    "products-belong-to-tree": LocalizedText(
        en="product archives are unpacked only in a tree of the same release", zh="产品包只在同一版本的目录中解压"
    ),
    "products-unpacked": LocalizedText(en="all product archives were unpacked", zh="全部产品包已解压"),
    "swap-complete-trees-only": LocalizedText(
        en="only a complete tree replaces /data/src", zh="只有完整的目录才会替换 /data/src"
    ),
    "source-swapped": LocalizedText(en="the complete tree was renamed into place", zh="已准备完整的目录以改名方式就位"),
    "scripts-backed-up": LocalizedText(
        en="`rsync --delete` removes manual changes below /data/install",
        zh="rsync --delete 会删除 /data/install 下的手工改动",
    ),
    "scripts-of-one-release": LocalizedText(
        en="scripts and products must be of one release: those of an earlier 6.2 have other defaults",
        zh="部署脚本须与产品同版本：较早的 6.2 脚本默认值不同",
    ),
    "scripts-come-from-package": LocalizedText(
        en="the scripts are taken from the verified package", zh="部署脚本取自已校验的软件包"
    ),
    "scripts-replaced": LocalizedText(
        en="the package's scripts were copied and compared", zh="软件包中的脚本已复制并核对"
    ),
    "backup-complete": LocalizedText(
        en="the backup is complete: its end marker and all its parts were found",
        zh="已确认备份完整：结尾标记与全部内容均在",
    ),
    "placed": LocalizedText(en="the module is listed on its host's line", zh="模块名已写入对应主机所在行"),
    "variable-set": LocalizedText(en="the variable has this value", zh="变量已具有该值"),
    "variable-copied": LocalizedText(
        en="copied on the host; the value is never shown", zh="在主机上复制，不会显示其值"
    ),
    "variable-generated": LocalizedText(en="generated on the host by the vendor's script", zh="由厂商脚本在主机上生成"),
    "env-generated": LocalizedText(
        en="the merged variables of a product new in 6.2; its installer reads only this file",
        zh="6.2 新增产品的合并后变量，其安装脚本只读取该文件",
    ),
    "same-scripts": LocalizedText(en="copied from the controller", zh="从中控机复制"),
    "copied-from-controller": LocalizedText(en="copied from the controller", zh="从中控机复制"),
    "saas-reads-it": LocalizedText(
        en="read by SaaS {app} of 6.2 when it is deployed", zh="6.2 的 SaaS {app} 部署时读取该变量"
    ),
    "pages-rendered": LocalizedText(
        en="the pages that browsers load name the addresses of this cluster", zh="浏览器加载的页面须包含本集群的地址"
    ),
    "saas-value-made": LocalizedText(
        en="the vendor's script makes it of the merged variables, and SaaS {app} reads it when it is deployed",
        zh="由厂商脚本根据合并后的变量生成，SaaS {app} 部署时读取",
    ),
    "login-path-set": LocalizedText(
        en="stored with mysql_config_editor and tested", zh="由 mysql_config_editor 写入并已验证"
    ),
    "user-granted": LocalizedText(en="granted for every host of the cluster", zh="已对集群所有主机授权"),
    "service-registered": LocalizedText(en="the service definition was written in full", zh="服务定义文件已完整写入"),
    "line-added": LocalizedText(en="the line is in the file", zh="该行已写入文件"),
    "cluster-formed": LocalizedText(en="all 16384 slots are served", zh="16384 个槽位全部可用"),
    # ---- side effects of a vendor command
    "affects-project-files": LocalizedText(
        en=("replaces the files of {project} of {module} and reloads its image; no other container is affected"),
        zh="替换 {module} 的 {project} 的文件并重新导入镜像；不影响其他容器",
    ),
    "affects-all-env": LocalizedText(
        en="regenerates all twenty 04-final/*.env and rewrites ~/.bkrc on the controller; always exits 0",
        zh="重新合并全部二十个 04-final/*.env，并改写中控机 ~/.bkrc；始终返回 0",
    ),
    "affects-install-everywhere": LocalizedText(
        en="runs `rsync --delete` of {install} to {hosts}: files that exist only there are deleted",
        zh="对 {hosts} 的 {install} 执行 rsync --delete：仅存在于这些主机的文件会被删除",
    ),
    "affects-saas-variables": LocalizedText(
        en=(
            "updates all variables of ce/saas_var.env for six SaaS; values edited in the developer "
            "centre are overwritten"
        ),
        zh="更新 ce/saas_var.env 中六个 SaaS 的全部变量；在开发者中心手工修改的值会被覆盖",
    ),
    # ---- why a fact is expected or required
    "src-is-the-release": LocalizedText(
        en="`bkcli sync` and `bkcli install` read every product from here, so it must be {release}",
        zh="bkcli sync、install 均从这里取产品包，必须是 {release}",
    ),
    "sync-needs-cert": LocalizedText(
        en="`bkcli sync` fails without it, and the package does not contain it",
        zh="缺少证书目录时 bkcli sync 一律失败，而软件包不含证书",
    ),
    "releases-need-backup": LocalizedText(
        en="the vendor's release scripts fail if it does not exist", zh="该目录不存在时，厂商发布脚本会中断"
    ),
    "scripts-are-the-release": LocalizedText(
        en="the deployment scripts must be those of {release}; 6.1 lacks this file",
        zh="部署脚本必须是 {release} 的；6.1 没有该文件",
    ),
    "scripts-whole": LocalizedText(
        en="an unfinished replacement of the scripts must be completed", zh="未完成的脚本替换必须补完"
    ),
    "scripts-before-variables": LocalizedText(
        en=("replacing the scripts resets bin/default, and 6.1's generator does not know the new variables"),
        zh="替换脚本会重置 bin/default，且 6.1 的生成脚本不认识新变量",
    ),
    "scripts-run-there": LocalizedText(
        en="the vendor's commands use the copy of scripts and variables on {host}",
        zh="厂商命令在 {host} 上使用该主机自己的脚本与变量",
    ),
    "docker-at-boot": LocalizedText(
        en="the containers come back after a reboot only with docker", zh="主机重启后容器须由 docker 拉起"
    ),
    "served-under-tag": LocalizedText(
        en="others call it on port {port}; consul's word would be about all services of that name",
        zh="其他服务通过端口 {port} 调用它；consul 的结论针对该名称下的所有服务",
    ),
    "certificate-valid": LocalizedText(
        en="with a certificate that has ended every TLS connection is refused", zh="证书过期后，所有 TLS 连接都会被拒绝"
    ),
    "certificate-readable": LocalizedText(
        en="what uses a damaged certificate does not start again", zh="使用受损证书的程序将无法再次启动"
    ),
    "certificate-for-its-names": LocalizedText(
        en="browsers and products refuse a certificate for another name", zh="浏览器与各产品会拒绝域名不符的证书"
    ),
    "asks-its-own-agent": LocalizedText(
        en="the installer of consul makes each host ask its own agent", zh="consul 安装脚本使每台主机询问本机 agent"
    ),
    "consul-alone-leads": LocalizedText(
        en="names below service.consul lead to the hosts where consul has the service healthy",
        zh="service.consul 下的域名指向 consul 中健康的服务所在主机",
    ),
    "latent-resolver": LocalizedText(
        en="names are resolved by another host at present, and no longer once that one is down",
        zh="目前由其他主机代为解析，该主机停机后即无法解析",
    ),
    "names-of-consul": LocalizedText(
        en="products find each other and the databases by names below service.consul",
        zh="各产品通过 service.consul 下的域名查找彼此与数据库",
    ),
    "reports-itself-well": LocalizedText(
        en="an open port does not show that it serves: it is asked itself, as its own monitoring does",
        zh="端口开放并不说明服务正常：按其自身的监控方式直接询问",
    ),
    "works-on-its-tables": LocalizedText(
        en="the product reads, writes and migrates its tables as this user", zh="产品以该用户读写并迁移其库表"
    ),
    "takes-writes": LocalizedText(
        en="every product writes to MySQL; a read-only server refuses each of their transactions",
        zh="各产品均需写入 MySQL；只读的服务器会拒绝所有写操作",
    ),
    "serves-its-port": LocalizedText(en="others call {unit} on this port", zh="其他服务通过该端口调用 {unit}"),
    "in-use-as-it-is": LocalizedText(
        en="products call it, in whichever version it is installed", zh="无论安装的是哪个版本，各产品都在调用它"
    ),
    "starts-at-boot": LocalizedText(en="must start again after a reboot", zh="主机重启后须自动启动"),
    "tables-migrated": LocalizedText(
        en="each SQL file of the new version must be imported once", zh="新版本的 SQL 文件须全部导入，且各导入一次"
    ),
    "models-registered": LocalizedText(
        en=(
            "IAM does not know the new actions of a product until its permission models are registered, "
            "the last step of its installer"
        ),
        zh="产品的权限模型由安装程序最后登记；未登记时权限中心不认识其新增的操作",
    ),
    "app-may-call": LocalizedText(
        en="the ESB rejects calls from {app} without this row", zh="缺少该记录时 ESB 会拒绝 {app} 的调用"
    ),
    "found-through-consul": LocalizedText(
        en="other services find {service} through consul", zh="其他服务通过 consul 发现 {service}"
    ),
    "cmdb-topology-reads-it": LocalizedText(
        en="the vendor's topology step reads the modules of this host from it",
        zh="厂商的拓扑步骤据此得知主机上运行的模块",
    ),
    "venv-unused": LocalizedText(en="{module} no longer runs from a virtualenv", zh="{module} 不再使用虚拟环境运行"),
    "installer-is-the-release": LocalizedText(
        en="6.1's installers do not support 6.2 and would fail midway", zh="6.1 的安装脚本不支持 6.2 的内容，会中途失败"
    ),
    "installer-reads-topology": LocalizedText(
        en="the installer reads the hosts of {module} from it", zh="安装脚本从中读取 {module} 的主机"
    ),
    "installer-reads-env": LocalizedText(
        en="the installer renders the configuration of {env} from it", zh="安装脚本以此渲染 {env} 的配置"
    ),
    "installed-from-src": LocalizedText(
        en="{module} is installed from the copy on its host", zh="{module} 使用该主机上的产品包安装"
    ),
    "restored-only-by-backup": LocalizedText(
        en="it migrates databases: only this backup restores 6.1", zh="该步骤会迁移数据库：只有此备份能恢复到 6.1"
    ),
    "password-known": LocalizedText(
        en="the user's password is generated into this file", zh="该用户的密码生成于此文件"
    ),
    "saas-values-merged": LocalizedText(en="the values come from the merged variables", zh="取值来自合并后的变量"),
    # ---- why a reading is unknown
    "not-read": LocalizedText(en="it was not read", zh="未读取"),
    "reference-not-read": LocalizedText(en="the reference value could not be read", zh="用于比较的基准值未能读取"),
    # ---- sections 7.4 to 7.18 of the guide
    "saas-runs": LocalizedText(
        en="PaaS records it as online even when its container is gone", zh="容器丢失后，PaaS 的记录仍显示已上线"
    ),
    "task-untraced": LocalizedText(
        en="the product is already at {version}, and it is unknown whether {task} was done manually",
        zh="产品已是 {version}，无从判断 {task} 是否已手工完成",
    ),
    "agents-recorded-before": LocalizedText(
        en=("the agents online are recorded before GSE is replaced; afterwards they could not be determined"),
        zh="替换 GSE 之前先记录在线的 Agent：之后便无从得知",
    ),
    "agents-online-now": LocalizedText(
        en="{count} of {of} agents are online now and must be online again before the old GSE is retired",
        zh="{of} 个 Agent 中现有 {count} 个在线，下线旧 GSE 之前它们须重新在线",
    ),
    "agents-not-known": LocalizedText(
        en="the agents online are unknown ({reason}), so none is required before the old GSE is retired",
        zh="无法得知哪些 Agent 在线（{reason}），因此下线旧 GSE 之前对其不作要求",
    ),
    "agents-missing-now": LocalizedText(
        en=("agents online before GSE was replaced and offline now: {hosts}; the old GSE is kept until they are back"),
        zh="替换 GSE 之前在线、现在不在线的 Agent：{hosts}；在其恢复之前保留旧 GSE",
    ),
    "agents-baseline-archived": LocalizedText(
        en="the record of agents is no longer needed once the old GSE is retired",
        zh="旧 GSE 下线后，不再需要 Agent 在线记录",
    ),
    "agents-none-online": LocalizedText(
        en="GSE reports none of the agents on this cluster's hosts as online", zh="GSE 报告本集群主机的 Agent 均不在线"
    ),
    "smoke-test-recorded-before": LocalizedText(
        en="the smoke test runs before GSE is replaced, as a baseline to compare with afterwards",
        zh="替换 GSE 之前先执行冒烟测试，作为之后对比的基线",
    ),
    "smoke-test-before": LocalizedText(
        en=(
            "while 6.1 serves, JOB runs one harmless job (it echoes a word on {host}); if it succeeds, "
            "it must succeed again before the old GSE is retired; if not, this is recorded and not "
            "required"
        ),
        zh=(
            "趁 6.1 仍在服务，通过作业平台执行一次冒烟测试（在 {host} 上输出一个词）；若成功，下线旧 GSE "
            "之前须再次成功；若不成功，会记录下来且不作要求"
        ),
    ),
    "smoke-test-archived": LocalizedText(
        en="the smoke test is no longer needed once the old GSE is retired", zh="旧 GSE 下线后，不再需要冒烟测试"
    ),
    "saas-page-answers": LocalizedText(
        en=(
            "this is the page users open; a redirect to the login counts as an answer, the error page of "
            "the ingress does not"
        ),
        zh="这是用户打开的页面；跳转到登录也算应答，接入层自身的错误页不算",
    ),
    "task-recorded": LocalizedText(en="the record is on the host", zh="记录已写在主机上"),
    "restart-means-current": LocalizedText(en="started after its files were replaced", zh="在文件替换之后启动"),
    "container-removed": LocalizedText(en="definition of a removed container", zh="删除成功的定义"),
    "page-released": LocalizedText(en="the pages were released with this address", zh="前端已以该地址发布"),
    "program-copied": LocalizedText(en="copied from the controller's scripts", zh="从中控机脚本目录复制"),
    "yaml-set": LocalizedText(
        en="set by the vendor's yq",
        zh="由厂商 yq 设置",
    ),
    "saas-deployed": LocalizedText(
        en="PaaS shows this version online",
        zh="PaaS 显示该版本已上线",
    ),
    "affects-other-sources": LocalizedText(
        en="what {live} has and the package does not, such as ci, bcs or lesscode, is afterwards in {live}.bak alone",
        zh="{live} 中有而软件包中没有的内容（如 ci、bcs、lesscode）此后仅存于 {live}.bak",
    ),
    "affects-nginx": LocalizedText(
        en=("rewrites twelve keys below bkcfg/ in consul and the entries of consul-template; reloads openresty"),
        zh="重写 consul 中 bkcfg/ 下的键与 consul-template 配置，并重载 openresty",
    ),
    "affects-version-rows": LocalizedText(
        en="writes a row for every product in /data/src, including those the guide never upgrades",
        zh="按 /data/src 中的全部产品写入版本，包括指引从未升级的产品",
    ),
    "affects-desktop": LocalizedText(
        en="shows {app} on the desktop by default; the app migrates its own database at start",
        zh="默认在桌面显示 {app}；应用启动时自行迁移数据库",
    ),
    "restarted-after-retirement": LocalizedText(
        en="ports that a process of GSE 1.0 held are taken only by a start after it ended",
        zh="曾被 GSE 1.0 进程占用的端口，须在其结束后重新启动才能监听",
    ),
    "runs-replaced-files": LocalizedText(
        en="{unit} runs with the replaced files until it is restarted", zh="{unit} 在重启之前仍使用旧文件"
    ),
    "migrated-once": LocalizedText(
        en="the vendor sets {key} once its migration has succeeded", zh="厂商在迁移成功后设置 {key}"
    ),
    "program-everywhere": LocalizedText(
        en=("the vendor's health check of JOB calls {name} on its hosts, and the upgrade never installs it"),
        zh="厂商的作业平台检查脚本会在各主机调用 {name}，升级流程不会安装它",
    ),
    "recorded-before": LocalizedText(
        en=("post-upgrade tasks are recorded before the upgrade, so that an interrupted run still knows them"),
        zh="升级开始前先记录升级后任务，中断后仍可得知",
    ),
    "once-in-a-cluster": LocalizedText(
        en="it runs once per cluster: it must not have been started on another host",
        zh="整个集群只执行一次：其他主机上不得已开始执行",
    ),
    "in-their-order": LocalizedText(en="these two tasks must run in order", zh="这两个任务有先后顺序"),
    "saas-from-package": LocalizedText(
        en="the vendor takes the SaaS package from this release's /data/src",
        zh="厂商脚本从该版本的 /data/src 中取 SaaS 安装包",
    ),
    "vhost-reads-key": LocalizedText(
        en="the virtual hosts are rendered with {key}: without it consul-template waits, and the old files stay",
        zh="虚拟主机的渲染需要 {key}：缺少时 consul-template 一直等待，旧文件保持不变",
    ),
    "virtual-host-rendered": LocalizedText(
        en="openresty serves the domain of {name} by this file, and its next start would be without it",
        zh="openresty 依此文件提供 {name} 的域名，缺少时其下次启动后该域名无应答",
    ),
    "gateway-vhost": LocalizedText(
        en="without it the gateway's own domains are not served; the guide omits it",
        zh="缺少它时网关域名无应答；指引遗漏了这一步",
    ),
    "render-finished": LocalizedText(
        en="an unfinished update of the templates must be completed", zh="未完成的模板更新必须补完"
    ),
    "pages-contain-address": LocalizedText(
        en="JOB's pages call the address they were released with; the old jobapi domain no longer exists",
        zh="作业平台前端调用发布时写入的地址；旧 jobapi 域名已不存在",
    ),
    "users-see-it": LocalizedText(en="users and support read the version there", zh="用户与支持人员在此查看版本"),
    "containers-stay-up": LocalizedText(
        en="docker restarts a crashing container again and again and reports it as running in between",
        zh="反复崩溃的容器会被 docker 反复拉起，其间状态显示为运行中",
    ),
    "masked-never-starts": LocalizedText(
        en="systemd does not start, restart or enable a masked unit", zh="systemd 不会启动、重启或启用被屏蔽的服务单元"
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "task-untraced": DiagnosticText(
        what=LocalizedText(
            en=(
                "{task}: unknown whether it was done; the product is already at {version}, and the task leaves no trace"
            ),
            zh="{task}：无法判断是否做过；产品已是 {version}，且该任务不留痕迹",
        ),
        why=LocalizedText(
            en=("it was done manually or skipped; a second run may do harm, so it is not repeated without your word"),
            zh="它可能已手工完成，也可能被遗漏；重复执行可能有害，因此未经确认不会重做",
        ),
        hint=LocalizedText(
            en="acknowledge it: `bkrec ack {task} --done`, or `bkrec ack {task} --not-done` to have it run",
            zh="确认是否做过：`bkrec ack {task} --done`；若未做过：`bkrec ack {task} --not-done`",
        ),
    ),
    "task-recorded-elsewhere": DiagnosticText(
        what=LocalizedText(
            en="{task} is recorded on this host, but would now run on {host}",
            zh="{task} 的记录位于本机，而现在应在 {host} 上执行",
        ),
        why=LocalizedText(
            en="it may have been started here before the module's hosts changed; a second run may do harm",
            zh="模块主机变更前可能已在此开始执行；重复执行可能有害",
        ),
        hint=LocalizedText(
            en=(
                "check /var/lib/bkrec/jobs on this host, then move /var/lib/bkrec/tasks/{task} away and use `bkrec ack`"
            ),
            zh="先查看本机 /var/lib/bkrec/jobs，再移走 /var/lib/bkrec/tasks/{task}，并执行 `bkrec ack`",
        ),
    ),
    "saas-page-silent": DiagnosticText(
        what=LocalizedText(
            en="SaaS pages do not answer through the ingress: {pages}", zh="以下 SaaS 页面经接入层访问无应答：{pages}"
        ),
        why=LocalizedText(
            en="all components behind them that bkrec checks are in order, so no step here restores them",
            zh="bkrec 检查的相关组件均正常，没有可用于恢复的步骤",
        ),
        hint=LocalizedText(
            en=(
                "check, for unresolved or refused, BK_PAAS_PRIVATE_ADDR, consul DNS and nginx on the nginx host; for a status code "
                "or silent, `docker logs` of the SaaS on the appo host, the PaaS agent, and `consul kv get "
                "bkapps/upstreams/prod/…`"
            ),
            zh=(
                "检查：unresolved、refused 时查看 BK_PAAS_PRIVATE_ADDR、consul 的 DNS 解析与 nginx 主机上的 nginx；状态码或 silent "
                "时查看 appo 主机上该 SaaS 的 docker logs、PaaS agent，以及 `consul kv get "
                "bkapps/upstreams/prod/…`"
            ),
        ),
    ),
    "no-rule": DiagnosticText(
        what=LocalizedText(en="no rule repairs this fact", zh="没有规则可以修复该事实"),
        why=LocalizedText(en="every expected fact must have a rule", zh="每个期望的事实都必须有对应规则"),
        hint=LocalizedText(en="report it: this is a bug in bkrec", zh="请反馈：这是 bkrec 的缺陷"),
    ),
    "unit-in-transition": DiagnosticText(
        what=LocalizedText(
            en="{unit} is {state}: neither running nor stopped", zh="{unit} 处于 {state}：既未运行也未停止"
        ),
        why=LocalizedText(en="a second start would hide the result of the first", zh="再次启动会掩盖第一次启动的结果"),
        hint=LocalizedText(
            en="wait a moment and retry; check `journalctl -u {unit}` on the host",
            zh="稍后重试；在主机上执行 `journalctl -u {unit}` 查看原因",
        ),
    ),
    "units-recently-started": DiagnosticText(
        what=LocalizedText(en="units running for less than 5 s: {units}", zh="运行不足 5 秒的服务单元：{units}"),
        why=LocalizedText(
            en=("they are not confirmed to stay up; a unit that crashes and restarts in a loop never gets past this"),
            zh="尚未确认能持续运行；反复崩溃重启的单元始终如此",
        ),
        hint=LocalizedText(
            en="retry in a moment; if it stays, check `journalctl -u UNIT` on the host for the crash",
            zh="稍后重试；若结果相同，在主机上执行 `journalctl -u UNIT` 查看崩溃原因",
        ),
    ),
    "installer-not-repeatable": DiagnosticText(
        what=LocalizedText(
            en="{module} is only partly installed: {made} exists, the rest is missing",
            zh="{module} 只安装了一部分：已有 {made}，其余缺失",
        ),
        why=LocalizedText(
            en="the vendor's installer fails on what it created itself, so it cannot be run again",
            zh="厂商安装脚本遇到自己已创建的部分会报错，不能重复执行",
        ),
        hint=LocalizedText(
            en=(
                "stop and remove {made} on that host if it holds no data yet (`redis-cli dbsize`), then run "
                "`bkrec apply` again"
            ),
            zh="若其中尚无数据（`redis-cli dbsize`），在该主机停止并移除 {made}，再执行 `bkrec apply`",
        ),
    ),
    "certificate-missing": DiagnosticText(
        what=LocalizedText(en="the certificate or key {path} is missing", zh="证书或密钥 {path} 缺失"),
        why=LocalizedText(
            en="what was started with it fails at its next start; a new one would not match the others",
            zh="使用它启动的程序下次将无法启动；重新生成的与其余证书不匹配",
        ),
        hint=LocalizedText(
            en="copy it, with owner and mode, from another host that has it: {hosts}",
            zh="从仍有该文件的主机复制，并保持属主与权限：{hosts}",
        ),
    ),
    "certificate-damaged": DiagnosticText(
        what=LocalizedText(
            en="certificates in {directory} are damaged, empty or unreadable: {names}",
            zh="{directory} 中的证书受损、为空或不可读：{names}",
        ),
        why=LocalizedText(
            en="what runs read them at its start, and does not start again with them",
            zh="正在运行的程序在启动时已读取，再次启动将失败",
        ),
        hint=LocalizedText(
            en="copy them from another host or a backup; do not make new ones: the others would not trust them",
            zh="从其他主机或备份复制；不要重新生成，否则其他主机不信任",
        ),
    ),
    "certificate-for-other-names": DiagnosticText(
        what=LocalizedText(en="{path} is not a certificate for {names}", zh="{path} 的证书不包含 {names}"),
        why=LocalizedText(
            en="openresty serves these names over TLS with it, and clients refuse the connection",
            zh="openresty 用它为这些域名提供 TLS，客户端会拒绝连接",
        ),
        hint=LocalizedText(
            en="place a certificate for these names and its key there, then run `nginx -t` and reload openresty",
            zh="在该处放置包含这些域名的证书及其私钥，再执行 `nginx -t` 并重新加载 openresty",
        ),
    ),
    "resolver-elsewhere": DiagnosticText(
        what=LocalizedText(
            en="/etc/resolv.conf does not name this host's own consul agent: {servers}",
            zh="/etc/resolv.conf 没有指向本机 consul agent：{servers}",
        ),
        why=LocalizedText(
            en="names below service.consul depend on another host, or are not resolved at all",
            zh="service.consul 下的域名依赖其他主机，或完全无法解析",
        ),
        hint=LocalizedText(
            en="add `nameserver 127.0.0.1` as the first line of /etc/resolv.conf, and check what rewrites that file",
            zh="在 /etc/resolv.conf 首行加入 `nameserver 127.0.0.1`，并检查是什么改写了该文件",
        ),
    ),
    "certificate-ended": DiagnosticText(
        what=LocalizedText(en="certificates have ended: {names}", zh="证书已过期：{names}"),
        why=LocalizedText(en="TLS connections that use them are refused", zh="使用这些证书的 TLS 连接会被拒绝"),
        hint=LocalizedText(
            en="install new ones on every host that has them, then restart what uses them",
            zh="在所有持有该证书的主机上更换，再重启使用它的程序",
        ),
    ),
    "names-overridden": DiagnosticText(
        what=LocalizedText(
            en="lines of /etc/hosts answer for names of consul: {lines}",
            zh="/etc/hosts 中的行代替了 consul 的解析：{lines}",
        ),
        why=LocalizedText(
            en="this host reaches these services at that address alone, whatever consul knows of them",
            zh="无论 consul 中的记录如何，本机只会按该地址访问这些服务",
        ),
        hint=LocalizedText(
            en=(
                "remove these names from /etc/hosts, then check that `getent ahostsv4 NAME` prints a host of the service; "
                "to keep a line that is intended, add a `[[waive]]` to cluster.toml"
            ),
            zh="从 /etc/hosts 中删除这些域名，再用 `getent ahostsv4 NAME` 确认指向该服务的主机；确需保留时，在 cluster.toml 中加入 `[[waive]]`",
        ),
    ),
    "names-unresolved": DiagnosticText(
        what=LocalizedText(en="the host cannot resolve {name}", zh="本机无法解析 {name}"),
        why=LocalizedText(
            en="names below service.consul are not asked of consul's agent, although it runs",
            zh="consul agent 在运行，但 service.consul 下的域名未向其查询",
        ),
        hint=LocalizedText(
            en=(
                "add `nameserver 127.0.0.1` at the top of /etc/resolv.conf, where the vendor's bin/install_consul.sh has "
                "it, and check that nothing rewrites the file"
            ),
            zh="将 `nameserver 127.0.0.1` 写在 /etc/resolv.conf 首行（厂商 bin/install_consul.sh 即如此），并确认没有程序改写该文件",
        ),
    ),
    "base-service-missing": DiagnosticText(
        what=LocalizedText(
            en="install.config has {module} on this host, but the unit {unit} does not exist",
            zh="install.config 在本机配置了 {module}，但没有服务单元 {unit}",
        ),
        why=LocalizedText(
            en="a base service is never installed again here: its data may lie elsewhere, or it runs under another name",
            zh="基础服务不会在此重新安装：其数据可能另有位置，或以其他名称运行",
        ),
        hint=LocalizedText(
            en=(
                "check how it runs on the host; if that is as intended, add {module} to `excluded` in cluster.toml, else "
                "restore its unit file"
            ),
            zh="在主机上确认其运行方式；若符合预期，在 cluster.toml 的 `excluded` 中写入 {module}，否则恢复其单元文件",
        ),
    ),
    "base-service-outdated": DiagnosticText(
        what=LocalizedText(en="{unit} was started before {file} was replaced", zh="{unit} 在 {file} 被替换之前启动"),
        why=LocalizedText(
            en="what runs is not what lies on the disk, and the next reboot changes it",
            zh="正在运行的并非磁盘上的程序，下次重启即会变化",
        ),
        hint=LocalizedText(
            en="run `systemctl restart {unit}` on the host when its users can do without it for a moment",
            zh="在可短暂中断时，于主机上执行 `systemctl restart {unit}`",
        ),
    ),
    "base-service-unregistered": DiagnosticText(
        what=LocalizedText(
            en="/etc/consul.d/service/{service}.json is missing or empty",
            zh="/etc/consul.d/service/{service}.json 缺失或为空",
        ),
        why=LocalizedText(
            en="the name {service}.service.consul leads nowhere once consul is reloaded",
            zh="consul 重新加载后，域名 {service}.service.consul 将无法解析",
        ),
        hint=LocalizedText(
            en=(
                "run the vendor's bin/reg_consul_svc for it (`-h` shows its options), then `consul reload` on the host"
            ),
            zh="用厂商的 bin/reg_consul_svc（`-h` 查看参数）重新写入，再于主机上执行 `consul reload`",
        ),
    ),
    "port-of-another": DiagnosticText(
        what=LocalizedText(
            en="port {port} is held by {holder}, not by {unit}", zh="端口 {port} 由 {holder} 占用，而非 {unit}"
        ),
        why=LocalizedText(
            en="calls to {unit} reach something else",
            zh="通过该端口调用 {unit} 的请求会到达其他程序",
        ),
        hint=LocalizedText(
            en="run `ss -tnlp` on the host; stop what holds the port, then restart {unit}",
            zh="在主机上执行 `ss -tnlp`；停止占用该端口的程序，再重启 {unit}",
        ),
    ),
    "unit-not-enabled": DiagnosticText(
        what=LocalizedText(en="{unit} is {state}, not enabled", zh="{unit} 为 {state}，并非 enabled"),
        why=LocalizedText(
            en="this state was set deliberately; enabling does not change it", zh="该状态系人为设置，enable 无法改变"
        ),
        hint=LocalizedText(
            en="run `systemctl unmask {unit}` on the host if that was not intended",
            zh="若非有意，在主机上执行 `systemctl unmask {unit}`",
        ),
    ),
    "container-in-transition": DiagnosticText(
        what=LocalizedText(en="container {container} is {state}", zh="容器 {container} 处于 {state}"),
        why=LocalizedText(en="starting it would not fix this state", zh="此状态下启动无法恢复"),
        hint=LocalizedText(
            en="check `docker logs {container}` on the host; if it is paused, `docker unpause {container}`",
            zh="在主机上执行 `docker logs {container}`；若为 paused，执行 `docker unpause {container}`",
        ),
    ),
    "package-missing": DiagnosticText(
        what=LocalizedText(en="the package {path} is not on {host}", zh="{host} 上没有软件包 {path}"),
        why=LocalizedText(
            en="the scripts, images and versions of 6.2.2 all come from it", zh="6.2.2 的脚本、镜像与版本均来自该包"
        ),
        hint=LocalizedText(
            en="copy {name} there (download address: guide 3), or set `package.path` in cluster.toml",
            zh="将 {name} 放到该位置（下载地址见指引第 3 节），或在 cluster.toml 中设置 `package.path`",
        ),
    ),
    "package-md5": DiagnosticText(
        what=LocalizedText(
            en="{path} has MD5 {found}, expected {expected}", zh="{path} 的 MD5 为 {found}，应为 {expected}"
        ),
        why=LocalizedText(
            en="a truncated or wrong package would be unpacked over a working platform",
            zh="不完整或错误的软件包会覆盖正在运行的平台",
        ),
        hint=LocalizedText(
            en=(
                'download it again; if this package is intended, set `package.md5 = "{found}"` in '
                "cluster.toml: every report will show it"
            ),
            zh='重新下载；若确为此包，在 cluster.toml 中设置 `package.md5 = "{found}"`（所有报告都会注明）',
        ),
    ),
    "tag-missing": DiagnosticText(
        what=LocalizedText(
            en="{path} and the generated secrets of its module are missing", zh="{path} 及该模块已生成的密码均已丢失"
        ),
        why=LocalizedText(
            en=("the next `install bkenv` would blank those secrets, and the one after would generate new ones"),
            zh="下一次 install bkenv 会清空这些密码，再下一次会生成新的",
        ),
        hint=LocalizedText(
            en=(
                "restore the module's file in bin/01-generate, with its values, from /data/install on "
                "another host or a backup; bkrec then restores the tag"
            ),
            zh=(
                "从其他主机的 /data/install 或其备份恢复 bin/01-generate 中该模块的文件（含取值），之后 "
                "bkrec 会重建标记文件"
            ),
        ),
    ),
    "cert-missing": DiagnosticText(
        what=LocalizedText(en="{path} and {kept} are both missing", zh="{path} 与 {kept} 均不存在"),
        why=LocalizedText(
            en="`bkcli sync` needs the certificates, and the package does not contain them",
            zh="bkcli sync 需要证书，而软件包不含证书",
        ),
        hint=LocalizedText(en="restore the certificates to {path} from a backup", zh="从备份恢复证书到 {path}"),
    ),
    "path-unexpected": DiagnosticText(
        what=LocalizedText(en="{path} is not as expected", zh="{path} 不符合预期"),
        why=LocalizedText(en="no step creates this path", zh="没有步骤会生成该路径"),
        hint=LocalizedText(en="report it: this is a bug in bkrec's rules", zh="请反馈：这是 bkrec 规则的缺陷"),
    ),
    "module-elsewhere": DiagnosticText(
        what=LocalizedText(
            en="install.config lists {module} on other hosts", zh="install.config 中 {module} 位于其他主机"
        ),
        why=LocalizedText(en="editing a line does not move a module", zh="修改配置行并不会迁移模块"),
        hint=LocalizedText(
            en="remove `placement.{module}` from cluster.toml; install.config takes precedence",
            zh="从 cluster.toml 删除 `placement.{module}`，以 install.config 为准",
        ),
    ),
    "backup-unknown": DiagnosticText(
        what=LocalizedText(en="unknown backup {what}", zh="未知的备份 {what}"),
        why=LocalizedText(en="a rule requires it", zh="有规则依赖该备份"),
        hint=LocalizedText(en="report it: this is a bug in bkrec's rules", zh="请反馈：这是 bkrec 规则的缺陷"),
    ),
    "login-path-broken": DiagnosticText(
        what=LocalizedText(
            en="login path {login_path} exists, but its server does not answer",
            zh="login-path {login_path} 存在，但服务器无应答",
        ),
        why=LocalizedText(en="storing it again would not help", zh="重新写入无济于事"),
        hint=LocalizedText(
            en=("run `mysql --login-path={login_path} -e 'select 1'` on the controller to see the server's error"),
            zh="在中控机执行 `mysql --login-path={login_path} -e 'select 1'` 查看服务器报错",
        ),
    ),
    "redis-cluster-damaged": DiagnosticText(
        what=LocalizedText(
            en="the redis cluster was created earlier and is now incomplete", zh="redis 集群曾经组建完成，现已不完整"
        ),
        why=LocalizedText(
            en="creating it again would lose the keys of the missing part, so bkrec does not",
            zh="重新组建会丢失缺失部分的数据，因此 bkrec 不会这样做",
        ),
        hint=LocalizedText(
            en=(
                "check `redis-cli -h {host} -p {port} cluster nodes` (password in REDISCLI_AUTH); `redis-cli "
                "--cluster fix {host}:{port}` assigns uncovered slots"
            ),
            zh=(
                "用 `redis-cli -h {host} -p {port} cluster nodes` 查看缺失部分（密码通过 REDISCLI_AUTH 传"
                "入）；`redis-cli --cluster fix {host}:{port}` 可补齐未分配的槽位"
            ),
        ),
    ),
    "port-silent": DiagnosticText(
        what=LocalizedText(
            en="nothing listens on port {port}, although the process that should is running",
            zh="应监听端口 {port} 的进程在运行，但该端口无监听",
        ),
        why=LocalizedText(en="calls to it are refused", zh="调用方的连接会被拒绝"),
        hint=LocalizedText(
            en="read the log of the process: it may still be starting, or its configuration names another port",
            zh="查看该进程的日志：可能仍在启动，或其配置使用了其他端口",
        ),
    ),
    "mysql-privileges-missing": DiagnosticText(
        what=LocalizedText(
            en="accounts of products lack MySQL privileges: {accounts}", zh="产品的 MySQL 账号缺少权限：{accounts}"
        ),
        why=LocalizedText(
            en="statements that need them fail in these products, or in their next upgrade",
            zh="这些产品执行相应语句时、或在下一次升级中会失败",
        ),
        hint=LocalizedText(
            en=(
                "check who revoked them and why, then grant them again on the MySQL server: `GRANT ALL ON *.* TO USER@HOST` "
                "is what bin/grant_mysql_priv.sh does; on the product's own schemas it is enough"
            ),
            zh="查明被谁收回及其原因，再在 MySQL 服务器上重新授权：bin/grant_mysql_priv.sh 执行的是 `GRANT ALL ON *.* TO USER@HOST`；仅授权产品自身的库亦可",
        ),
    ),
    "mysql-read-only": DiagnosticText(
        what=LocalizedText(
            en="the MySQL server of login path {login_path} is read-only", zh="login-path {login_path} 的 MySQL 为只读"
        ),
        why=LocalizedText(
            en="a replica, or a person during maintenance, sets it so; products fail at their next write",
            zh="从库或维护中的人为设置所致；各产品下次写入即失败",
        ),
        hint=LocalizedText(
            en="if that is not meant: `mysql --login-path={login_path} -e 'SET GLOBAL read_only = 0'`, and remove it from my.cnf",
            zh="若非有意：执行 `mysql --login-path={login_path} -e 'SET GLOBAL read_only = 0'`，并从 my.cnf 中删除",
        ),
    ),
    "saas-value-differs": DiagnosticText(
        what=LocalizedText(
            en="variable {name} of SaaS {app} has another value than the vendor's script would give it",
            zh="SaaS {app} 的环境变量 {name} 与厂商脚本会写入的值不同",
        ),
        why=LocalizedText(
            en="it was changed in PaaS or in the env files since; the next deployment of {app} reads it; nothing is overwritten",
            zh="之后在 PaaS 页面或 env 文件中被修改；{app} 下次部署时读取；bkrec 不会覆盖",
        ),
        hint=LocalizedText(
            en="if it is meant, `[[waive]]` `{fact}` in cluster.toml; else set it again in PaaS. `add_saas_environment` of"
            " {install}/tools.sh writes every variable of every SaaS, others that you have changed too",
            zh="若为有意修改，在 cluster.toml 中以 `[[waive]]` 豁免 `{fact}`；否则在 PaaS 中改回。{install}/tools.sh 的"
            " `add_saas_environment` 会重写所有 SaaS 的全部变量，包括您改过的其他变量",
        ),
    ),
    "gateway-not-released": DiagnosticText(
        what=LocalizedText(
            en="API gateway {gateway} is not released on stage {stage}", zh="网关 {gateway} 未在环境 {stage} 发布"
        ),
        why=LocalizedText(
            en="calls to /api/{gateway}/{stage} lead nowhere; the installation of {module} passes even where registering fails",
            zh="对 /api/{gateway}/{stage} 的调用不通；即使注册失败，{module} 的安装也不会报错",
        ),
        hint=LocalizedText(
            en="read the end of the log of `bkcli install {cli}`, whose last part registers it: often an image or a package could"
            " not be loaded; running it again interrupts {module}",
            zh="查看 `bkcli install {cli}` 日志末尾的注册部分：常见原因是镜像或软件包无法获取；重新执行会中断 {module}",
        ),
    ),
    "service-unhealthy": DiagnosticText(
        what=LocalizedText(
            en="consul does not report {service} as passing, although its process runs",
            zh="{service} 的进程在运行，但 consul 未判定为健康",
        ),
        why=LocalizedText(en="other services cannot find it", zh="其他服务将无法发现它"),
        hint=LocalizedText(
            en=(
                "run `curl -s http://127.0.0.1:8500/v1/health/service/{service}` on that host to see the failing check"
            ),
            zh="在该主机执行 `curl -s http://127.0.0.1:8500/v1/health/service/{service}` 查看失败的检查",
        ),
    ),
    "install-config-broken": DiagnosticText(
        what=LocalizedText(
            en="field {field} is not a valid module: {token!r}", zh="第 {field} 个字段不是有效的模块：{token!r}"
        ),
        why=LocalizedText(
            en="the vendor's parser stops there and leaves hosts.env incomplete",
            zh="厂商解析脚本会在此出错，留下不完整的 hosts.env",
        ),
        hint=LocalizedText(
            en=(
                "correct that line: lower-case names separated by commas; no trailing comma or blank, no "
                "trailing comment, no Windows line ending"
            ),
            zh="修正该行：小写模块名，逗号分隔；行尾不能有逗号、空格、注释或 Windows 换行",
        ),
    ),
    "install-config-empty": DiagnosticText(
        what=LocalizedText(en="install.config lists no host", zh="install.config 中没有任何主机"),
        why=LocalizedText(en="a cluster needs at least one host", zh="集群至少需要一台主机"),
        hint=LocalizedText(
            en="start each line with an address in the first column, followed by the modules",
            zh="每行以 IP 开头（行首不能有空格），其后为模块",
        ),
    ),
    "install-config-missing": DiagnosticText(
        what=LocalizedText(en="{path} does not exist", zh="{path} 不存在"),
        why=LocalizedText(en="it defines which module is on which host", zh="它定义各模块所在主机"),
        hint=LocalizedText(
            en=(
                "check that this is the controller; otherwise set `controller` or `paths.install` in cluster.toml "
                "(`bkrec init --install DIR`)"
            ),
            zh=(
                "确认这是中控机；否则在 cluster.toml 中修改 `controller` 或 `paths.install`（`bkrec init --install DIR`）"
            ),
        ),
    ),
    "home-unsupported": DiagnosticText(
        what=LocalizedText(
            en="the install directory `{home}` is not a plain path", zh="安装目录 `{home}` 不是普通路径"
        ),
        why=LocalizedText(
            en="the vendor's scripts install there and use it without quotes",
            zh="厂商脚本以此为安装路径，且使用时不加引号",
        ),
        hint=LocalizedText(
            en="correct that file: one line with the path; letters, digits and `. _ - /` only",
            zh="修正该文件：仅一行路径，只含字母、数字与 `. _ - /`",
        ),
    ),
    "source-path-differs": DiagnosticText(
        what=LocalizedText(
            en="the vendor's scripts take the products from {vendor}, and cluster.toml has {src}",
            zh="厂商脚本从 {vendor} 读取产品，而 cluster.toml 中为 {src}",
        ),
        why=LocalizedText(
            en="the package would be unpacked where none of the vendor's scripts reads it",
            zh="软件包会被解压到厂商脚本不读取的目录",
        ),
        hint=LocalizedText(
            en=(
                'set `src = "{vendor}"` under `[paths]` in cluster.toml; if {src} is right, set `BK_PKG_SRC_PATH` in '
                "bin/03-userdef/global.env and run `bkcli install bkenv`"
            ),
            zh=(
                '在 cluster.toml 的 `[paths]` 中设置 `src = "{vendor}"`；若 {src} 正确，则在 '
                "bin/03-userdef/global.env 中设置 `BK_PKG_SRC_PATH`，再执行 `bkcli install bkenv`"
            ),
        ),
    ),
    "discovery-truncated": DiagnosticText(
        what=LocalizedText(
            en="the controller's reply could not be parsed: {error}", zh="无法解析中控机的应答：{error}"
        ),
        why=LocalizedText(
            en="the cluster could not be discovered, so nothing can be checked", zh="无法得知集群信息，也就无法检查"
        ),
        hint=LocalizedText(
            en="retry; if it stays, check what a login to the controller prints",
            zh="重试；若仍如此，检查登录中控机时输出的内容",
        ),
    ),
    "smoke-test-broken": DiagnosticText(
        what=LocalizedText(
            en="the JOB smoke test passed before GSE was replaced and fails now (JOB id {job})",
            zh="替换 GSE 之前冒烟测试通过，现在失败（作业平台 ID {job}）",
        ),
        why=LocalizedText(
            en="the old GSE is kept until a job reaches an agent and returns; none of its units was removed",
            zh="作业平台无法通过 Agent 执行并返回结果期间保留旧 GSE；其服务单元均未移除",
        ),
        hint=LocalizedText(
            en=(
                "check the job in JOB's history (business 蓝鲸), job-execute, gse_task and the host's "
                "gse_agent; then run `bkrec apply` again, which repeats the test; to continue without it: "
                "`bkrec ack job-smoke-test --done`"
            ),
            zh=(
                "在作业平台执行历史（蓝鲸业务）中查看该记录，并检查 job-execute、gse_task 与该主机的 "
                "gse_agent；然后再次执行 `bkrec apply` 会重新测试；若要跳过：`bkrec ack job-smoke-test "
                "--done`"
            ),
        ),
    ),
    "excluded-unknown": DiagnosticText(
        what=LocalizedText(
            en="{module} in `excluded` is not a module or SaaS that bkrec manages",
            zh="`excluded` 中的 {module} 不是 bkrec 管理的模块或 SaaS",
        ),
        why=LocalizedText(
            en="`excluded` lists what you manage yourself: a misspelt module would be upgraded all the same",
            zh="`excluded` 列出由您自行管理的内容：写错的模块仍会被升级",
        ),
        hint=LocalizedText(en="use some of: {known}", zh="可用的有：{known}"),
    ),
    "optional-unknown": DiagnosticText(
        what=LocalizedText(
            en="{module} in `optional` is not an optional module", zh="`optional` 中的 {module} 不是可选模块"
        ),
        why=LocalizedText(
            en="`optional` lists what the guide never upgrades and bkrec upgrades on request",
            zh="`optional` 用于列出指引不升级、但您希望升级的模块",
        ),
        hint=LocalizedText(en="use one of: {known}", zh="可用的有：{known}"),
    ),
    "containers-unsteady": DiagnosticText(
        what=LocalizedText(
            en=("containers up for less than 5 s, or less than a minute after a restart by docker: {containers}"),
            zh="启动不足 5 秒，或被 docker 重新拉起后不足一分钟的容器：{containers}",
        ),
        why=LocalizedText(
            en="they are not confirmed to stay up; a crashing container never gets past this",
            zh="尚未确认能持续运行；反复崩溃的容器始终如此",
        ),
        hint=LocalizedText(
            en=("retry in a minute; if it stays, check `docker logs` of the container on the host for the crash"),
            zh="一分钟后重试；若结果相同，在主机上执行 `docker logs` 查看崩溃原因",
        ),
    ),
    "saas-package-missing": DiagnosticText(
        what=LocalizedText(
            en="SaaS {app}: no version is online, and {directory} has no package of it",
            zh="SaaS {app}：没有线上版本，{directory} 中也没有其安装包",
        ),
        why=LocalizedText(
            en="it cannot be deployed without a package, and the expected version is unknown",
            zh="没有安装包无法部署，也无从得知期望的版本",
        ),
        hint=LocalizedText(
            en='copy its package there and retry, or exclude it with `excluded = ["{app}"]` in cluster.toml',
            zh='将其安装包放入该目录后重试；若自行管理，在 cluster.toml 中设置 `excluded = ["{app}"]`',
        ),
    ),
    "reference-missing": DiagnosticText(
        what=LocalizedText(en="{path} is missing or empty on {host}", zh="{host} 上的 {path} 缺失或为空"),
        why=LocalizedText(
            en="other hosts must have the same content; an empty file is not copied",
            zh="其他主机须与其一致；空文件不会分发",
        ),
        hint=LocalizedText(
            en="restore it on {host} from the package or a backup, then retry",
            zh="从软件包或备份中将其恢复到 {host}，再重试",
        ),
    ),
}
