"""Words for what the sections after 7.3 bring: entrance, SaaS, owed work, restarts, versions."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    "saas-runs": LocalizedText(
        en="PaaS goes on recording it as online when its container is gone",
        zh="容器丢失后，PaaS 的记录仍显示已上线",
    ),
    "task-untraced": LocalizedText(
        en="the product is at {version} already, and nothing tells whether {task} was done by hand",
        zh="产品已是 {version}，无从判断 {task} 是否已手工完成",
    ),
    "agents-recorded-before": LocalizedText(
        en="who is online is noted before GSE is replaced: afterwards nobody can tell who was",
        zh="替换 GSE 之前先记下在线的 Agent：之后便无从得知",
    ),
    "agents-online-now": LocalizedText(
        en="{count} of {of} agents are online now, and will have to be again before the old GSE is retired",
        zh="{of} 个 Agent 中现有 {count} 个在线，下线旧 GSE 之前它们须重新在线",
    ),
    "agents-not-known": LocalizedText(
        en="which agents are online is not known ({reason}), so nothing will be demanded of them before the old GSE goes",
        zh="无法得知哪些 Agent 在线（{reason}），因此下线旧 GSE 之前对其不作要求",
    ),
    "agents-missing-now": LocalizedText(
        en="online before GSE was replaced, and not now: {hosts}; the old GSE stays until they are",
        zh="替换 GSE 之前在线、现在不在线：{hosts}；在其恢复之前保留旧 GSE",
    ),
    "agents-baseline-archived": LocalizedText(
        en="once the old GSE is gone, nothing more is demanded of the agents that were noted",
        zh="旧 GSE 下线后，对已记录的 Agent 不再有要求",
    ),
    "agents-none-online": LocalizedText(
        en="GSE calls none of the agents of this cluster's hosts online",
        zh="GSE 认为本集群主机的 Agent 均不在线",
    ),
    "smoke-test-recorded-before": LocalizedText(
        en="whether JOB can run a job is found out before GSE is replaced: afterwards nobody can tell what it could do",
        zh="替换 GSE 之前先确认作业平台能否执行作业：之后便无从得知",
    ),
    "smoke-test-before": LocalizedText(
        en=(
            "while 6.1 serves, JOB is given one harmless job (it echoes a word on {host}); if that works, it has to work "
            "again before the old GSE is retired; if not, the note says so and nothing is demanded"
        ),
        zh=(
            "趁 6.1 仍在服务，让作业平台执行一个无害的作业（在 {host} 上输出一个词）；若成功，下线旧 GSE 之前须再次成功；"
            "若不成功，记录中会写明且不作要求"
        ),
    ),
    "smoke-test-archived": LocalizedText(
        en="once the old GSE is gone, nothing more is demanded of JOB's trial job",
        zh="旧 GSE 下线后，对作业平台的试运行作业不再有要求",
    ),
    "saas-page-answers": LocalizedText(
        en="it is what users open; the way to the login is an answer, the entrance's own error page is none",
        zh="这是用户打开的页面；跳转到登录也算应答，入口自身的错误页不算",
    ),
    "task-recorded": LocalizedText(
        en="the note is on the host",
        zh="记录已写在主机上",
    ),
    "restart-means-current": LocalizedText(
        en="started after its files were replaced",
        zh="在文件替换之后启动",
    ),
    "container-removed": LocalizedText(
        en="that is what removing it means",
        zh="删除的含义即为不再存在",
    ),
    "page-released": LocalizedText(
        en="the page was released with this address",
        zh="前端已以该地址发布",
    ),
    "program-copied": LocalizedText(
        en="copied from the controller's scripts",
        zh="从中控机脚本目录复制",
    ),
    "yaml-set": LocalizedText(
        en="set by the vendor's yq",
        zh="由厂商 yq 设置",
    ),
    "saas-deployed": LocalizedText(
        en="PaaS shows this version online",
        zh="PaaS 显示该版本已上线",
    ),
    "affects-nginx": LocalizedText(
        en="writes twelve keys below bkcfg/ in consul and the entries of consul-template anew; openresty is reloaded",
        zh="重写 consul 中 bkcfg/ 下的键与 consul-template 配置，并重载 openresty",
    ),
    "affects-version-rows": LocalizedText(
        en="writes a row for every product lying in /data/src, also for those that the guide never upgrades",
        zh="按 /data/src 中的全部产品写入版本，包括指引从未升级的产品",
    ),
    "affects-desktop": LocalizedText(
        en="shows {app} on the desktop by default; the app migrates its own database as it starts",
        zh="默认在桌面显示 {app}；应用启动时自行迁移数据库",
    ),
    "runs-what-is-there": LocalizedText(
        en="{unit} goes on with replaced files until it is restarted",
        zh="{unit} 在重启之前仍使用旧文件",
    ),
    "migrated-once": LocalizedText(
        en="the vendor sets {key} once its migration went through",
        zh="厂商在迁移成功后设置 {key}",
    ),
    "program-everywhere": LocalizedText(
        en="the vendor's health check of JOB calls {name} on its hosts, and upgrading never installs it",
        zh="厂商的作业平台检查脚本会在各主机调用 {name}，升级流程不会安装它",
    ),
    "recorded-before": LocalizedText(
        en="what the upgrade will owe is noted before it begins, so that a run that is cut off still knows",
        zh="升级开始前先记下待办，中断后仍可得知",
    ),
    "once-in-a-cluster": LocalizedText(
        en="it is done once in a cluster: on no other host may it have been begun",
        zh="整个集群只执行一次：其他主机上不得已开始执行",
    ),
    "in-their-order": LocalizedText(
        en="the two have an order",
        zh="二者有先后顺序",
    ),
    "saas-from-package": LocalizedText(
        en="the vendor takes the SaaS package out of this release's /data/src",
        zh="SaaS 安装包取自该版本的 /data/src",
    ),
    "vhost-reads-key": LocalizedText(
        en="the gateway's virtual host is rendered with {key}, which the guide never sets",
        zh="网关虚拟主机的渲染需要 {key}，指引没有设置",
    ),
    "gateway-vhost": LocalizedText(
        en="without it the gateway's own domains are answered by nobody; the guide leaves it out",
        zh="缺少它时网关域名无人应答；指引遗漏了这一步",
    ),
    "render-finished": LocalizedText(
        en="a renewal of the templates that was begun has to be finished",
        zh="已开始的模板更新必须完成",
    ),
    "pages-contain-address": LocalizedText(
        en="JOB's pages call the address they were released with; the old jobapi domain is gone",
        zh="作业平台前端调用发布时写入的地址；旧 jobapi 域名已不存在",
    ),
    "users-see-it": LocalizedText(
        en="users and support read the version there",
        zh="用户与支持人员在此查看版本",
    ),
}

TROUBLES: dict[str, DiagnosticText] = {
    "smoke-test-broken": DiagnosticText(
        what=LocalizedText(
            en="JOB ran a trial job before GSE was replaced, and cannot now (JOB's own id of the last one: {job})",
            zh="替换 GSE 之前作业平台能执行试运行作业，现在不能（最后一个作业实例 ID：{job}）",
        ),
        why=LocalizedText(
            en="while jobs do not reach an agent and come back, no unit of the old GSE is taken away; none was",
            zh="作业无法到达 Agent 并返回结果期间，不会移除旧 GSE 的任何服务；目前均未移除",
        ),
        hint=LocalizedText(
            en=(
                "look the job up in JOB's history (business 蓝鲸), and at job-execute, gse_task and the host's gse_agent; "
                "then run `bkrec apply` again, which tries again; to go on without: `bkrec ack job-smoke-test --done`"
            ),
            zh=(
                "请在作业平台执行历史（蓝鲸业务）中查看该作业，并检查 job-execute、gse_task 与该主机的 gse_agent；"
                "然后重新执行 `bkrec apply` 会再试一次；若不再等待：`bkrec ack job-smoke-test --done`"
            ),
        ),
    ),
    "excluded-unknown": DiagnosticText(
        what=LocalizedText(
            en="{module} is no module or SaaS that bkrec looks at", zh="{module} 不是 bkrec 处理的模块或 SaaS"
        ),
        why=LocalizedText(
            en="`leave` names what you keep for yourself: a misspelt name would be upgraded all the same",
            zh="leave 列出由您自行处理的内容：写错的名字仍会被升级",
        ),
        hint=LocalizedText(en="some of: {known}", zh="可选：{known}"),
    ),
    "optional-unknown": DiagnosticText(
        what=LocalizedText(en="{module} is not an optional module", zh="{module} 不是可选模块"),
        why=LocalizedText(
            en="`also` names what the guide never upgrades and you want upgraded too",
            zh="also 用于列出指引不升级、但您希望升级的模块",
        ),
        hint=LocalizedText(en="one of: {known}", zh="可选：{known}"),
    ),
}
