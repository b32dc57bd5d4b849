"""Words for what the sections after 7.3 bring: entrance, SaaS, owed work, restarts, versions."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
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
    "runs-what-is-there": LocalizedText(
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
        en="the vendor takes the SaaS package from this release's /data/src", zh="SaaS 安装包取自该版本的 /data/src"
    ),
    "vhost-reads-key": LocalizedText(
        en="the gateway's virtual host is rendered with {key}, which the guide never sets",
        zh="网关虚拟主机的渲染需要 {key}，指引没有设置",
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
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
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
}
