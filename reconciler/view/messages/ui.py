"""Labels of the view: headings, verdicts, events, prompts."""

from reconciler.view.messages import html
from reconciler.view.messages.registry import drop_empty, one_line
from specs.text import Lang, LocalizedText


def message(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


LABELS: dict[str, LocalizedText] = {
    **html.LABELS,
    # readings
    "absent": message("absent", "不存在"),
    "unknown": message("unknown", "未知"),
    "same": message("the same as {fact}", "与 {fact} 相同"),
    "yes": message("yes", "是"),
    "no": message("no", "否"),
    "empty": message("empty", "空"),
    "lines-missing": message("missing {items}", "缺少 {items}"),
    "lines-surplus": message("extra {items}", "多出 {items}"),
    "lines-reordered": message("the same items in another order", "内容相同，但顺序不同"),
    "and-more": message("and {count} more", "另有 {count} 项"),
    # rows of one fact
    "expected": message("expected", "应为"),
    "actual": message("actual", "实际"),
    "differs-in": message("differs in", "差异"),
    "because": message("because", "原因"),
    "why": message("why", "原因"),
    "why-beside-because": message("why", "后果"),
    "source": message("source", "依据"),
    "consequence": message("consequence", "后果"),
    "causes": message("{count:cause|causes}, what explains most first", "{count} 项起因，影响最多的在前"),
    "first-cause": message("; first: {cause}", "；首要：{cause}"),
    "follow-from-it": message("{count:follows|follow} from it", "由此引起 {count} 项"),
    "follows-from": message("follows from", "起因"),
    "hosts-abbreviated": message("{hosts} ({count} hosts)", "{hosts}（{count} 台）"),
    "not-listed": message(
        "not listed by this filter: {count:finding|findings}; verdict and counts are those of the whole cluster",
        "该过滤条件未列出 {count} 项；结论与计数针对整个集群",
    ),
    "fact": message("fact", "事实"),
    "severity": message("severity", "级别"),
    "host": message("host", "主机"),
    "module": message("module", "模块"),
    "since": message("since", "起始时间"),
    "severity-drift": message("drift", "漂移"),
    "severity-latent": message("latent", "隐患"),
    "severity-unknown": message("unknown", "未知"),
    "severity-advice": message("advice", "提示"),
    "severity-waived": message("waived", "已豁免"),
    "finding-since": message(
        " (since {since}, {times:time|times}{flapping})", "（自 {since} 起，共 {times} 次{flapping}）"
    ),
    "finding-past": message(
        " (last found {last}, {times:time|times}{flapping})", "（最近一次出现于 {last}，共 {times} 次{flapping}）"
    ),
    "findings": message("Findings of checks", "巡检发现"),
    "finding-flapping": message("; flapping", "；状态反复"),
    "timer-writes": message("write {path}", "写入 {path}"),
    "timer-runs": message("run `{command}`", "执行 `{command}`"),
    "timer-removes": message("remove {path}", "删除 {path}"),
    "timer-none": message("no timer of this cluster is installed here", "本机没有该集群的定时器"),
    "timer-installed": message(
        "{name}.timer is enabled; results: `{journal} -u {name}`",
        "已启用 {name}.timer；结果：`{journal} -u {name}`",
    ),
    "timer-linger": message(
        "it runs only while you are logged in, unless `loginctl enable-linger` is on",
        "仅在您登录期间运行，除非已执行 `loginctl enable-linger`",
    ),
    "timer-removed": message("{name}.timer is removed", "已移除 {name}.timer"),
    "timer-key": message(
        "the check runs without an SSH agent: its key must need no passphrase. Try it: `{command}`",
        "巡检不使用 SSH agent：密钥不能有口令。先执行一次看看：`{command}`",
    ),
    "confirm-timer": message("Install this timer?", "安装该定时器？"),
    "confirm-timer-removal": message("Remove this timer?", "移除该定时器？"),
    # report of a run
    "report-title": message("Run {run} on {cluster}", "集群 {cluster} 的运行 {run}"),
    "report-verdict": message("verdict", "结论"),
    "report-before": message("cluster before", "运行前的集群"),
    "report-after": message("cluster after", "运行后的集群"),
    "report-counts": message(
        "{verdict}: of {total:fact|facts} {matching} match, {drift} differ, {unknown} could not be read",
        "{verdict}：{total} 项事实中 {matching} 项符合，{drift} 项不符，{unknown} 项未能读取",
    ),
    "report-who": message("started by", "执行人"),
    "report-started": message("started", "开始时间"),
    "report-ended": message("ended", "结束时间"),
    "report-confirmed": message("plan confirmed by", "计划确认人"),
    "report-confirmed-answer": message("{who}, at the prompt, {steps:step|steps}", "{who}（交互确认，{steps} 个步骤）"),
    "report-confirmed-option": message("{who}, by --yes, {steps:step|steps}", "{who}（--yes，{steps} 个步骤）"),
    "report-approvals": message("approved", "批准"),
    "report-torn": message("unreadable lines of the journal", "运行日志中无法读取的行数"),
    "report-problems": message("Problems", "问题"),
    "report-steps": message("Steps", "步骤"),
    "report-outcome": message("outcome", "结果"),
    "report-duration": message("duration", "用时"),
    "report-changes": message("Before and after, verified", "变更前后（已确认）"),
    "report-backups": message("Backups", "备份"),
    "report-no-backup": message("this run made none", "本次运行未做备份"),
    "report-backup": message("{step}, complete at {made}", "{step}，完成于 {made}"),
    "outcome-done": message("done", "完成"),
    "outcome-skipped": message("already right", "已符合"),
    "outcome-failed": message("failed", "失败"),
    "outcome-blocked": message("blocked", "受阻"),
    "outcome-deferred": message("deferred", "推迟"),
    "outcome-postponed": message("postponed", "延后"),
    "outcome-needs-human": message("needs a person", "需人工处理"),
    "outcome-unfinished": message("no end on record", "没有结束记录"),
    "outcome-not-started": message("not started", "未启动"),
    "outcome-irreversible": message(", irreversible", "，不可逆"),
    "outcome-attempts": message(", {attempts} attempts", "，尝试 {attempts} 次"),
    "checks-summary": message("{clusters:cluster|clusters}: {verdicts}", "{clusters} 个集群：{verdicts}"),
    "alert-verdict": message("BlueKing cluster {cluster}: {verdict}", "蓝鲸集群 {cluster}：{verdict}"),
    "alert-unread": message("BlueKing cluster {cluster} could not be checked", "蓝鲸集群 {cluster} 未能巡检"),
    # sections
    "cluster-wide": message("cluster", "集群"),
    "not-read": message("Could not be read, so not evaluated", "未能读取，因此不作判断"),
    "unknown-because": message("unknown: {why}", "未知：{why}"),
    "unknown-facts": message("{count:fact|facts} unknown: {why}", "{count} 项事实未知：{why}"),
    # verdicts
    "verdict-causes": message("; {count} of them follow from others", "；其中 {count} 项由其他项引起"),
    "verdict-latent": message("; {count} of them latent", "；其中 {count} 项为隐患"),
    "verdict-advice": message("; {count:notice|notices}", "；另有 {count} 项提示"),
    "verdict-waived": message("; {count} waived", "；另有 {count} 项已豁免"),
    "waived": message("waived", "豁免"),
    "until": message("until {until}: {why}", "至 {until}：{why}"),
    "excluded": message("; excluded: {modules}", "；已排除：{modules}"),
    "not-checked": message("; not checked: guide {sections}", "；未检查：指引 {sections}"),
    "verdict-converged": message(
        "converged with {release}: all {matching:fact|facts} match", "已收敛到 {release}：{matching} 项事实全部符合"
    ),
    "verdict-differs": message(
        "differs from {release}: {drift} of {total:fact|facts}",
        "与 {release} 不一致：{total} 项事实中有 {drift} 项不符",
    ),
    "verdict-unknown": message(
        "no verdict on {release}: {unknown} of {total:fact|facts} could not be read, {drift} differ",
        "对 {release} 无法下结论：{total} 项事实中有 {unknown} 项未能读取，{drift} 项不符",
    ),
    # doctor
    "doctor-idle": message(
        "nothing to do for {release}: no preflight check applies", "{release}：无需任何操作，没有需要的前置检查"
    ),
    "doctor-ready": message(
        "ready for {release}: all {checks:preflight check|preflight checks} hold",
        "可以升级到 {release}：{checks} 项前置检查全部通过",
    ),
    "doctor-notices": message(
        "ready for {release}: nothing stops it, {advice:notice|notices}; {checks:preflight check|preflight checks}",
        "可以升级到 {release}：没有阻碍，{advice} 项提示；共 {checks} 项前置检查",
    ),
    "doctor-not-ready": message(
        "not ready for {release}: {failed:problem|problems} to fix first, {advice:notice|notices}; "
        "{checks:preflight check|preflight checks}",
        "尚不能升级到 {release}：有 {failed} 项需先处理，{advice} 项提示；共 {checks} 项前置检查",
    ),
    "doctor-unknown": message(
        "no verdict on {release}: {unknown:item|items} could not be read; of the rest {failed:problem|problems} to fix "
        "first, {advice:notice|notices}; {holding} of {checks:preflight check|preflight checks} hold",
        "对 {release} 无法下结论：有 {unknown} 项未能读取；其余有 {failed} 项需先处理，{advice} 项提示；{checks} 项前置检查中 {holding} 项通过",
    ),
    # plan
    "plan-title": message(
        "Plan for {release}: {steps:step|steps} on {hosts:host|hosts}, about {time}",
        "升级到 {release} 的计划：{steps} 步，涉及 {hosts} 台主机，约 {time}",
    ),
    "plan-empty": message("Nothing to do for {release}", "{release}：无需任何操作"),
    "plan-nothing-possible": message("No step is possible yet for {release}", "{release}：目前没有可执行的步骤"),
    "plan-short-of": message(
        "Does not reach {release}: {facts:fact waits|facts wait} for this: {cause}",
        "无法达到 {release}：{facts} 项事实受阻于：{cause}",
    ),
    "plan-short-of-more": message("; {count:more cause|more causes} below", "；另有 {count} 个原因，见下文"),
    "part": message("part", "范围"),
    "part-of": message("{part}: {steps} of {total:step|steps}", "{part}：{total} 步中的 {steps} 步"),
    "part-until": message("until {names}", "至 {names}"),
    "part-modules": message("modules {names}", "模块 {names}"),
    "part-hosts": message("hosts {names}", "主机 {names}"),
    "window": message("window", "窗口"),
    "window-all": message(
        "until {stop_at}: all steps fit, by their estimates", "至 {stop_at}：按预估，全部步骤可以完成"
    ),
    "window-some": message(
        "until {stop_at}: by their estimates {count} do not fit ({numbers})",
        "至 {stop_at}：按预估，有 {count} 步无法完成（{numbers}）",
    ),
    "stage": message("{section} {title}", "{section} {title}"),
    "stage-outage": message("outage: {module}", "中断：{module}"),
    "overwrites": message("overwrites", "覆盖"),
    "overwrites-value": message("{fact}: {before} -> {after}", "{fact}：{before} -> {after}"),
    "overwrites-content": message("{fact}: content differs", "{fact}：内容不同"),
    "interim-now": message("Until the upgrade is complete", "升级完成之前"),
    "interim-after-plan": message("After these steps, until the upgrade is complete", "以上步骤之后、升级完成之前"),
    "interim-state": message("state", "状态"),
    "interim-users": message("users", "用户"),
    "interim-manual": message("manually", "人工操作"),
    "interim-reboots": message("reboots", "重启主机"),
    "remaining-title": message(
        "Left: {steps:step|steps}, {facts:fact|facts} without a step", "剩余：{steps} 步，以及没有步骤的 {facts} 项事实"
    ),
    "remaining-steps": message(
        "{section} {title}: {steps:step|steps}; {because}", "{section} {title}：{steps} 步；{because}"
    ),
    "remaining-how": message(
        "`bkrec plan` shows them; `bkrec apply` continues with them", "`bkrec plan` 可查看；`bkrec apply` 会继续执行"
    ),
    "outage": message("outage", "服务中断"),
    "outage-one": message("{product} down ~{time} (#{first})", "{product} 中断约 {time}（第 {first} 步）"),
    "outage-many": message(
        "{product} down ~{time} (#{first} to #{last})", "{product} 中断约 {time}（第 {first} 步至第 {last} 步）"
    ),
    "outage-none": message("none: no step stops a service", "无：没有任何步骤会停止服务"),
    "irreversible": message("irreversible", "不可逆"),
    "irreversible-from": message(
        "from #{number} on ({action}): only a backup restores the old state",
        "自第 {number} 步（{action}）起，只有备份能恢复旧状态",
    ),
    "irreversible-none": message("none: no step is irreversible", "无：没有不可逆的步骤"),
    "undo": message("rollback", "回滚"),
    "list-separator": message("; ", "；"),
    "undo-restored": message(
        "{count:step|steps} restored by `bkrec undo` ({numbers})", "{count} 步可由 `bkrec undo` 恢复：{numbers}"
    ),
    "undo-no-change": message("{count} only add something ({numbers})", "{count} 步只增加内容：{numbers}"),
    "undo-irreversible": message("{count} cannot be rolled back ({numbers})", "{count} 步无法回滚：{numbers}"),
    "undo-title": message(
        "Rollback of run {run}: {steps:step|steps} on {hosts:host|hosts}, about {time}",
        "回滚运行 {run}：{steps} 步，涉及 {hosts} 台主机，约 {time}",
    ),
    "undo-title-nothing": message("Rollback of run {run}: no step", "回滚运行 {run}：没有步骤"),
    "undo-irreversible-title": message(
        "Cannot be rolled back: {steps:step|steps} of that run", "无法回滚：该运行的 {steps} 步"
    ),
    "undo-irreversible-none": message("All changes of that run can be restored", "该运行的全部改动均可恢复"),
    "undo-afterwards": message("Manual steps afterwards", "之后的人工步骤"),
    "undo-done": message(
        "rolled back: {count:item|items} of run {run} restored; {stays:step|steps} not rolled back",
        "已回滚：运行 {run} 的 {count} 项已恢复；{stays} 步未回滚",
    ),
    "undo-not-done": message(
        "not rolled back: {remaining} of {count:item|items} of run {run} are not restored yet",
        "未完成回滚：运行 {run} 的 {count} 项中有 {remaining} 项尚未恢复",
    ),
    "confirm-undo": message("Roll back with these {steps:step|steps}?", "执行以上 {steps} 步以回滚？"),
    "ended-rolled-back": message("rolled back: {done:step|steps} in {time}", "已回滚：{done} 步，用时 {time}"),
    "word-rolled-back": message("rolled back", "已回滚"),
    "backup": message("backup", "备份"),
    "backup-one": message("#{number} {action}", "第 {number} 步：{action}"),
    "backup-none": message("none in this plan", "本计划不含备份"),
    "restore-on": message("to restore it, as root on {host}:", "恢复方法，以 root 在 {host} 上执行："),
    "restore-after-failure": message(
        "An irreversible step has started: only the backups restore the old state (docs/restore.md)",
        "不可逆步骤已经开始，只有备份能恢复旧状态（docs/restore.zh-CN.md）",
    ),
    "restore-earlier": message(
        "made by an earlier run: recorded in /var/lib/bkrec/backups on {hosts}",
        "由之前的运行备份：记录在 {hosts} 的 /var/lib/bkrec/backups 下",
    ),
    "manual": message("manual steps", "人工步骤"),
    "manual-some": message(
        "{numbers}: apply stops there, shows what to do, and continues once it is verified",
        "{numbers}：apply 会停在该步并说明要做的事，验证完成后再继续",
    ),
    "approval": message("approval", "批准"),
    "approval-some": message(
        ("{numbers} delete content that users may have created: requires `bkrec apply --approve {approval}`"),
        "{numbers} 会删除用户可能创建的内容：须指定 `bkrec apply --approve {approval}`",
    ),
    "deletes": message("deletes", "删除"),
    "counts": message("totals", "统计"),
    "counts-plan": message(
        (
            "{steps:step|steps} ({service} with an outage, {irreversible} irreversible), {blocked:fact|facts} not repaired"
        ),
        "共 {steps} 步（{service} 步影响服务，{irreversible} 步不可逆），{blocked} 项事实未修复",
    ),
    "after": message("after", "依赖"),
    "after-one": message("#{number}: {because}", "#{number}：{because}"),
    "side-effects": message("also affects", "附带影响"),
    "step": message("step", "步骤"),
    "tag-service": message("outage of {product}", "{product} 中断"),
    "tag-service-any": message("disrupts a service", "影响服务"),
    "tag-data": message("changes data", "变更数据"),
    "tag-irreversible": message("irreversible", "不可逆"),
    "tag-manual": message("manual", "人工"),
    "tag-approval": message("--approve {approval}", "--approve {approval}"),
    "blocked-title": message("Not repaired", "未修复"),
    "blocks": message("blocks", "受阻事实"),
    "derived": message(
        "{count:fact|facts} without a step of their own: they match once the steps above are done",
        "{count} 项事实没有单独的步骤：以上步骤完成后即会符合",
    ),
    "runbook-title": message("Runbook: {cluster} to {release}", "操作手册：{cluster} 升级到 {release}"),
    "runbook-nothing": message("nothing to do", "无需执行任何步骤"),
    "runbook-counts": message(
        "{steps:step|steps}, {irreversible} irreversible, about {time} without pauses",
        "共 {steps} 步，其中 {irreversible} 步不可逆，不计停顿约 {time}",
    ),
    "runbook-irreversible": message("irreversible: {numbers}", "不可逆：{numbers}"),
    "runbook-outage": message(
        "outage of {product}: about {time}, between #{first} and #{last}",
        "{product} 中断约 {time}，在第 {first} 步至第 {last} 步之间",
    ),
    "runbook-blocked": message(
        "not covered: {count:fact|facts}, {code}: {what}", "未涵盖 {count} 项事实，{code}：{what}"
    ),
    "runbook-partial": message("a part of the plan: more remains afterwards", "仅为计划的一部分：完成后仍有剩余步骤"),
    "runbook-how-md": message(
        "As root on the controller, in a shell of its own inside `screen` or `tmux`: paste each block, in this order. "
        "Stop where a step stops",
        "以 root 在中控机上执行，在 `screen` 或 `tmux` 中另开一个 shell，按顺序粘贴每个代码块。某步停止时，即停止",
    ),
    "runbook-how-sh": message(
        "As root on the controller, inside `screen` or `tmux`: paste all of it, or run it with `sh FILE`",
        "以 root 在中控机的 `screen` 或 `tmux` 中执行：粘贴全部内容，或用 `sh FILE` 运行",
    ),
    "runbook-how-ask": message(
        "Irreversible steps, outages and deletions ask first: answer `yes` in full",
        "不可逆步骤、服务中断与删除会先询问：须完整输入 `yes`",
    ),
    "runbook-how-again": message(
        "After a stop, fix the cause and paste the same again: what is right already is not repeated. "
        "Run nothing else that changes the cluster meanwhile",
        "停止后，修复原因并再次粘贴相同内容：已正确的不会重复执行。其间不要执行其他变更集群的操作",
    ),
    "runbook-preparation": message("Preparation", "准备"),
    "runbook-ending": message("End", "结束"),
    "runbook-check": message("check", "检查"),
    "runbook-approval": message("deletes content of users", "删除用户内容"),
    "runbook-ok": message("ok", "符合"),
    "runbook-not": message("NOT", "不符"),
    "runbook-stop": message("STOP:", "停止："),
    "runbook-hint": message(
        "the check above still fails. Read the output, fix the cause, then paste the same again",
        "以上检查仍不通过。查看输出，修复原因后再次粘贴相同内容",
    ),
    "runbook-hint-again": message(
        "the check above still fails. Where the package brings other versions than expected, make a new runbook",
        "以上检查仍不通过。若软件包的版本与期望不同，重新生成操作手册",
    ),
    "runbook-ask-irreversible": message(
        "This step is irreversible: only the backups restore the old state. Continue?",
        "该步骤不可逆：只有备份能恢复旧状态。是否继续？",
    ),
    "runbook-ask-outage": message("Outage of {product} begins. Continue?", "{product} 即将中断。是否继续？"),
    "runbook-ask-deletes": message("This deletes for good: {what}. Approve?", "将永久删除：{what}。是否批准？"),
    "runbook-ask-manual": message(
        "Do by yourself what is described at this step. Done?", "由您完成该步骤所述的操作。是否已完成？"
    ),
    "runbook-ask-smoke-before": message(
        "Smoke test: on the page of JOB run `echo ok` as root on one host, e.g. {host}, and remember the result. Done?",
        "冒烟测试：在作业平台页面上以 root 在一台主机（如 {host}）执行 `echo ok`，并记住结果。是否已完成？",
    ),
    "runbook-ask-smoke-after": message(
        "Smoke test: run `echo ok` again on the page of JOB. Does it end as before?",
        "冒烟测试：在作业平台页面上再次执行 `echo ok`。结果是否与之前相同？",
    ),
    "runbook-move-hosts": message(
        "in the browser: CMDB, business 蓝鲸, Business Topology; select all hosts, Transfer to Idle Module",
        "在页面上：配置平台 → 蓝鲸业务 → 业务拓扑，全选主机 → 转移到空闲机",
    ),
    "runbook-delete-sets": message(
        "in the browser: CMDB, business 蓝鲸, Business Topology; on each set, Node Info, Delete Node",
        "在页面上：配置平台 → 蓝鲸业务 → 业务拓扑，逐个集群 → 节点信息 → 删除节点",
    ),
    "runbook-refusal": message(
        "refused: {code}: {what}. No step is printed until it is fixed",
        "拒绝：{code}：{what}。修复之前不输出任何步骤",
    ),
    "runbook-word-already": message("already so: not run", "已是如此，不再执行"),
    "runbook-word-used": message(
        "done, and used up by steps that are done: not run", "已完成，且所服务的步骤均已完成，不再执行"
    ),
    "runbook-word-begun": message(
        "this step began earlier, must not run twice, and its effect is missing: read its output; to allow it once "
        "more remove",
        "该步骤曾经开始，不可重复执行，而其效果不存在：查看当时的输出；如确需再执行一次，删除",
    ),
    "runbook-word-needs": message(
        "what this step requires does not hold (above). Nothing of it was done",
        "该步骤的前提不成立（见上）。该步骤未执行任何操作",
    ),
    "runbook-word-refused": message(
        "not confirmed. Nothing of this step was done; paste the same again to continue",
        "未确认。该步骤未执行任何操作；再次粘贴相同内容即可继续",
    ),
    "runbook-word-status": message("exit status (the check decides, not this):", "退出码（以检查为准，不以此为准）："),
    "runbook-word-stopped": message("stopped at step", "停止于步骤"),
    "runbook-word-finished": message("all steps are done, each was checked", "全部步骤已完成，均已检查"),
    "runbook-word-elsewhere": message("this is not the controller", "此主机不是中控机"),
    "runbook-word-not-root": message("only root can do this", "须以 root 执行"),
    "rehearsal-time": message(
        "{steps:step|steps} in about {p50}; nine of ten nights within {p90}",
        "{steps} 步，约 {p50}；十次中有九次在 {p90} 以内",
    ),
    "rehearsal-readings": message("readings", "读取结果"),
    "rehearsal-saved": message("saved at {time}; no host was connected to", "保存于 {time}；未连接任何主机"),
    "rehearsal-basis": message("estimated from", "估计依据"),
    "rehearsal-runs": message("{runs:run|runs} of this cluster on record here", "本机记录的该集群 {runs} 次运行"),
    "rehearsal-no-runs": message(
        "the release's estimates: no run of this cluster is on record here",
        "该版本的缺省估计：本机没有该集群的运行记录",
    ),
    "rehearsal-window": message("{product}: from {start} to {end}", "{product}：从 {start} 到 {end}"),
    "rehearsal-result": message("afterwards", "完成后"),
    "rehearsal-converges": message("every expected fact matches", "所有事实均符合"),
    "rehearsal-differs": message("{count:fact|facts} still differ", "仍有 {count} 项事实不符"),
    "rehearsal-unknown": message(
        "no verdict: {count:fact|facts} could not be read", "无法得出结论：{count} 项事实未能读取"
    ),
    "rehearsal-fails": message("If {steps} fails", "如果 {steps} 失败"),
    "rehearsal-lost": message("If {host} is lost after {time}", "如果 {host} 在 {time} 后失联"),
    "rehearsal-ends": message("the run ends", "运行结束于"),
    "rehearsal-after": message("after {time}", "{time} 后"),
    "rehearsal-failed": message("failed", "失败"),
    "rehearsal-blocked": message("not started", "未启动"),
    "rehearsal-steps": message("{count:step|steps}", "{count} 步"),
    "rehearsal-no-return": message("irreversible", "不可逆"),
    "rehearsal-restore": message(
        "{count:irreversible step is|irreversible steps are} done by then: only a backup leads back",
        "届时已完成 {count} 个不可逆步骤：只能用备份恢复",
    ),
    "rehearsal-reversible": message("none is done by then", "届时尚未执行任何不可逆步骤"),
    "rehearsal-host-down": message(
        "all that runs on {host} is down until it is back", "{host} 恢复之前，其上运行的一切均不可用"
    ),
    "rehearsal-read-only": message("No host was changed: rehearse is read-only.", "未改动任何主机：rehearse 只读。"),
    "plan-read-only": message("No host was changed: plan is read-only.", "未改动任何主机：plan 只读。"),
    # diagnostics
    "error": message("error", "错误"),
    "warning": message("warning", "警告"),
    "where": message("where", "位置"),
    "hint": message("hint", "建议"),
    "problem-count": message("{count:problem|problems}", "共 {count} 个问题"),
    # events
    "run-started": message(
        "run {run} started: {steps:step|steps}, epoch {epoch}", "运行 {run} 开始：{steps} 步，epoch {epoch}"
    ),
    "lease-contended": message(
        ("{user} at {source} holds the lease (renewed {age} s ago): checking whether that run is still alive"),
        "{source} 上的 {user} 持有租约（{age} 秒前续期）：正在检查该运行是否仍然存活",
    ),
    "run-halted": message(
        "halting: no new steps; waiting for running steps", "正在停止：不再启动新步骤，等待正在运行的步骤结束"
    ),
    "job-adopted": message(
        "{host}: job {job} of an earlier run is still running; waiting for it",
        "{host}：以往运行的任务 {job} 仍在运行，等待其结束",
    ),
    "step-started": message("#{number} started on {host}: {action}", "第 {number} 步开始，主机 {host}：{action}"),
    "step-output": message("#{number} | {line}", "第 {number} 步 | {line}"),
    "step-done": message("#{number} verified after {time}", "第 {number} 步已确认完成，用时 {time}"),
    "step-done-again": message(
        "#{number} verified after {time}, on attempt {attempt}",
        "第 {number} 步已确认完成，用时 {time}，第 {attempt} 次尝试",
    ),
    "step-done-status": message(
        "#{number} verified after {time}, although its command exited with {status}",
        "第 {number} 步已确认完成，用时 {time}，尽管其命令返回 {status}",
    ),
    "step-skipped": message("#{number} skipped: its effects are already in place", "第 {number} 步跳过：其效果已达成"),
    "step-failed": message("#{number} FAILED: {action}", "第 {number} 步失败：{action}"),
    "step-blocked": message("#{number} blocked: #{cause} failed", "第 {number} 步受阻：第 {cause} 步失败"),
    "step-deferred": message(
        "#{number} deferred: package versions differ from the plan; re-planning",
        "第 {number} 步推迟：软件包版本与计划不同，正在重新规划",
    ),
    "step-postponed": message(
        "#{number} postponed: it would end after the maintenance window", "第 {number} 步推迟：会在维护窗口之后才结束"
    ),
    "step-needs-human": message("#{number} needs manual action: {action}", "第 {number} 步需人工处理：{action}"),
    "plan-confirmed-answer": message(
        "{user} at {source} confirmed the plan: {steps:step|steps}", "{source} 上的 {user} 已确认计划：{steps} 个步骤"
    ),
    "plan-confirmed-option": message(
        "{user} at {source} confirmed the plan with --yes: {steps:step|steps}",
        "{source} 上的 {user} 以 --yes 确认计划：{steps} 个步骤",
    ),
    "approval-given": message("{user} at {source} approved: {approval}", "{source} 上的 {user} 已批准：{approval}"),
    "interrupted": message("stopped; still running on their hosts: {steps}", "已停止；仍在主机上运行：{steps}"),
    "interrupted-idle": message("stopped; no job is running", "已停止；没有正在运行的任务"),
    "log-tail": message("last lines of its log", "日志末尾"),
    # run summary
    "ended-converged": message("converged: {done:step|steps} in {time}", "已收敛：{done} 步，用时 {time}"),
    "ended-differs": message(
        "still differs: {done:step|steps} done in {time}; run `bkrec plan` to see the remaining steps",
        "仍不一致：已完成 {done} 步，用时 {time}；执行 `bkrec plan` 查看剩余步骤",
    ),
    "ended-unknown": message(
        ("no verdict: {done:step|steps} done in {time}, and some facts could not be read; run `bkrec diff`"),
        "无法下结论：已完成 {done} 步，用时 {time}，但有事实未能读取；请执行 `bkrec diff`",
    ),
    "ended-failed": message(
        ("failed: {failed:step|steps} failed, {done} done in {time}; fix the cause and run `bkrec apply` again"),
        "失败：{failed} 步失败，{done} 步完成，用时 {time}；排除原因后再次执行 `bkrec apply`",
    ),
    "ended-failed-none": message(
        (
            "not converged: {done:step|steps} done in {time}, none failed; fix the causes shown and run "
            "`bkrec apply` again"
        ),
        "未收敛：已完成 {done} 步，用时 {time}，没有步骤失败；按所示原因处理后再次执行 `bkrec apply`",
    ),
    "ended-refused": message("refused: nothing was changed", "已拒绝：未做任何改动"),
    "ended-interrupted": message(
        "stopped after {done:step|steps}; `bkrec apply` continues from here",
        "已停止，完成 {done} 步；再次执行 `bkrec apply` 即可继续",
    ),
    # live screen
    "frame-done": message("{done} of {total:step|steps}", "{done}/{total} 步"),
    "frame-eta": message("about {time} remaining", "约剩 {time}"),
    "frame-elapsed": message("{time} elapsed", "已用 {time}"),
    "frame-blocked": message("blocked: {steps}", "受阻：{steps}"),
    "frame-failed": message("failed: {steps}", "失败：{steps}"),
    "frame-adopted": message("waiting for a job of an earlier run on {host}", "等待 {host} 上以往运行的任务"),
    "frame-waiting": message("no step is running yet", "尚无步骤运行"),
    # init
    "toml-editor": message(
        "An editor for TOML completes and checks this file once `bkrec schema cluster > cluster.schema.json` was run next to it.",
        "在本文件旁执行 `bkrec schema cluster > cluster.schema.json` 之后，TOML 编辑器即可补全并检查本文件。",
    ),
    "toml-head": message(
        (
            "Settings that bkrec cannot discover. Which module is on which host stays in install.config "
            "on the controller."
        ),
        "bkrec 无法自行得知的设置。各模块所在主机仍以中控机上的 install.config 为准。",
    ),
    "toml-optional": message(
        (
            "Optional parts, off by default. cmdb-topology: the topology of the BlueKing business (guide "
            "7.17); its rebuild deletes content that users may have created, each time only after `bkrec "
            "apply --approve cmdb-topology`."
        ),
        (
            "可选内容，默认关闭。cmdb-topology：蓝鲸业务拓扑（指引 7.17），其重建会删除用户可能创建的内"
            "容，每次都须 `bkrec apply --approve cmdb-topology`。"
        ),
    ),
    "toml-excluded": message(
        ("Modules without a host in install.config: assumed not to be part of this cluster. Remove those that are."),
        "install.config 中没有主机的模块：视为本集群未部署。实际已部署的请从中移除。",
    ),
    "toml-controller": message(
        "How to reach the controller: its address in install.config.", "如何连接中控机：其在 install.config 中的地址。"
    ),
    "toml-ssh": message(
        (
            "direct: your own key opens every host. controller: the controller's key opens the others, "
            "as set up by BlueKing."
        ),
        ("direct：用您自己的密钥登录每台主机。controller：经由中控机，用蓝鲸部署时配置的密钥登录其他主机。"),
    ),
    "toml-package": message(
        "Path of the upgrade package on the controller; copy it there yourself.", "软件包在中控机上的路径，由您放置。"
    ),
    "toml-paths": message(
        "Where this controller's own files differ from the vendor's defaults.",
        "与厂商缺省值不同的目录，取自中控机。",
    ),
    "toml-placement": message(
        (
            "New modules of this release that are not in install.config yet. Review the reasons; change "
            "what does not suit."
        ),
        "本版本新增、install.config 中尚无的模块。请审阅理由，不合适的请修改。",
    ),
    "init-written": message(
        "{path} written; next: `bkrec trust` for the other hosts' keys, then `bkrec diff`",
        "已写入 {path}；下一步：`bkrec trust` 确认其余主机的密钥，然后 `bkrec diff`",
    ),
    # explain
    "entry-diagnostic": message("diagnostic", "诊断"),
    "entry-because": message("reason", "原因"),
    "entry-section": message("section of the upgrade guide", "升级指引章节"),
    "entry-fact": message("fact", "事实"),
    "entry-action": message("action", "操作"),
    "guide-actions": message("done by", "执行"),
    "guide-facts": message("verified by", "检查"),
    "guide-preflight": message("preflight", "前置检查"),
    "guide-omitted": message("omitted", "不执行"),
    "guide-covered": message("commands of the guide", "对应指引"),
    "guide-commands": message("commands of the guide, and what covers each", "指引中的命令，以及各自的对应内容"),
    "guide-deviations": message("deviations from the guide", "与指引不同之处"),
    "deviation-guide": message("the guide", "指引"),
    "deviation-here": message("bkrec", "bkrec"),
    "deviation-source": message("source", "来源"),
    "explain-because": message(
        "It is shown next to a fact or step, with the names filled in.", "它显示在事实或步骤旁，占位处填入具体名称。"
    ),
    "explain-fact": message(
        "One question about one host; `bkrec diff -o json` has its ID under `fact`.",
        "针对一台主机的一个问题；标识见 `bkrec diff -o json` 的 `fact` 字段。",
    ),
    "explain-versions": message(
        (
            "Source of the expected version: the VERSION in the package, recorded on the controller in "
            "/var/lib/bkrec/package-versions once the package is verified and unpacked, for its MD5 "
            "only; otherwise the release data. Where the two differ, every report warns "
            "[package-versions-differ] and shows both."
        ),
        (
            "期望版本的来源：软件包自带的 VERSION（该包通过校验并解压后记录在中控机的 "
            "/var/lib/bkrec/package-versions 中，仅对其 MD5 有效）；没有记录时取版本数据。两者不同时，所"
            "有报告都会给出警告 [package-versions-differ] 并列出两个版本。"
        ),
    ),
    "explain-action": message(
        ("Runs on one host and is done once its effects are verified; `bkrec plan` shows it with its reasons."),
        "在一台主机上执行，确认效果后才算完成；`bkrec plan` 会列出它及其原因。",
    ),
    "near": message("did you mean {ids}?", "可能想找：{ids}"),
    "near-none": message(
        "list the IDs with `bkrec diff -o json` and `bkrec plan -o json`",
        "用 `bkrec diff -o json` 和 `bkrec plan -o json` 列出标识",
    ),
    # confirmation
    "confirm": message("Apply {steps:step|steps}?", "执行以上 {steps} 步？"),
    "stopping": message(
        "stopping: no new steps; waiting for running steps (interrupt again to exit now)",
        "正在停止：不再启动新步骤，等待正在运行的步骤（再按一次立即退出）",
    ),
    # probe
    "probe-counts": message(
        "read: {facts:fact|facts} of {hosts:host|hosts}; {unread} could not be read",
        "已读取 {hosts} 台主机的 {facts} 项事实；{unread} 项未能读取",
    ),
    # host keys
    "confirm-trust": message(
        "Do these keys match the hosts' consoles? Add {count:key|keys} to known_hosts?",
        "以上是否与各主机控制台上的密钥一致？将这 {count} 个密钥写入 known_hosts？",
    ),
    "trust-through": message("through {names}", "经由 {names}"),
    "trust-offers": message("offered", "密钥"),
    "trust-on-record": message("recorded", "原记录"),
    "trust-state": message("state", "状态"),
    "trust-known": message("known: matches {file}", "已知：与 {file} 中一致"),
    "trust-authority": message(
        "certified by a CA in {file} (@cert-authority): nothing to add",
        "由 {file} 中的 CA（@cert-authority）认证：无需写入",
    ),
    "trust-added": message("added to {file}", "已写入 {file}"),
    "trust-replaced": message("added to {file}, replacing the recorded key", "已写入 {file}，替换原记录"),
    "trust-unknown": message("NEW: not in {file}", "新密钥：不在 {file} 中"),
    "trust-changed": message("CHANGED: differs from {file}", "已变化：与 {file} 中不一致"),
    "trust-revoked": message("REVOKED in {file}: never accepted", "已在 {file} 中吊销：绝不接受"),
    "trust-unread": message("not read", "未能读取"),
    "trust-previous-file": message("previous file saved as {path}", "原文件已保存为 {path}"),
    "trust-elsewhere": message(
        (
            "{hosts} are reached by the controller's own ssh, so their keys must be in "
            "~/.ssh/known_hosts there; bkrec writes nothing to a host. If a key is missing, compare it "
            "and run on the controller: `{command}`"
        ),
        (
            "{hosts}：经由中控机自身的 ssh 连接，其密钥须在中控机的 ~/.ssh/known_hosts 中；bkrec 不会向主"
            "机写入。若有缺少，请核对后在中控机执行：`{command}`"
        ),
    ),
    # runs and the lease
    "no-runs": message("this machine has no run of this cluster", "本机没有该集群的运行记录"),
    "run-counts": message("{done} of {steps:step|steps}, {failed} failed", "完成 {done}/{steps} 步，失败 {failed} 步"),
    "word-converged": message("converged", "已收敛"),
    "word-differs": message("differs", "不一致"),
    "word-unknown": message("unknown", "未知"),
    "word-failed": message("failed", "失败"),
    "word-refused": message("refused", "已拒绝"),
    "word-interrupted": message("stopped", "已停止"),
    "word-unfinished": message("unfinished: killed, or still running", "未结束：被终止，或仍在运行"),
    "seal-sealed": message("sealed: {entries} entries", "已封存：{entries} 项"),
    "seal-unchanged": message("sealed before, unchanged", "此前已封存，未改动"),
    "seal-differs": message("not sealed: rendered files differ", "未封存：渲染出的文件不同"),
    "seal-accepted": message("difference accepted: run `bkrec seal`", "已接受差异：运行 `bkrec seal`"),
    "ack-none": message("no post-upgrade task to acknowledge", "没有需要确认的升级后任务"),
    "ack-done": message("done", "已完成"),
    "ack-pending": message("pending: run by the next `bkrec apply`", "待执行：由下一次 `bkrec apply` 完成"),
    "ack-not-due": message("not due yet: runs after its product is upgraded", "尚未到时：在所属产品升级之后执行"),
    "ack-untraced": message(
        "unknown; acknowledge it: bkrec ack {task} --done, or --not-done",
        "无从判断，请确认：bkrec ack {task} --done 或 --not-done",
    ),
    "ack-unread": message("its host could not be read", "无法读取其主机"),
    "ack-origin": message("from version {version}", "起始版本 {version}"),
    "no-jobs": message("no job of bkrec is running", "没有正在运行的 bkrec 任务"),
    "not-paused": message("not paused", "未暂停"),
    "is-paused": message("paused by {who} at {since}: {why}", "{who} 于 {since} 暂停：{why}"),
    "was-approved": message(
        "{approval} was last approved by {who} at {since}, for run {run}",
        "{approval} 最近一次由 {who} 于 {since} 批准，用于运行 {run}",
    ),
    "lines-missed": message(
        "{lines} lines of output were not shown because the reader was too slow; the journal has them",
        "有 {lines} 行输出因读取过慢而未显示；运行日志中有完整记录",
    ),
    "lock-free": message("free: the lease is not held", "空闲：租约未被持有"),
    "lock-held": message(
        "held by {who} from {origin}, run {run}, epoch {epoch}, renewed {time} ago",
        "由 {who}（{origin}）持有，运行 {run}，epoch {epoch}，{time}前续期",
    ),
    "lock-broken": message(
        (
            "force-released from {who} at {origin}: epoch {epoch} starts no more steps within seconds; "
            "`apply` can start in a minute"
        ),
        ("已从 {who}（{origin}）强制释放：epoch {epoch} 数秒内不再启动任何步骤；一分钟后即可执行 `apply`"),
    ),
    # durations
    "seconds": message("{n} s", "{n} 秒"),
    "minutes": message("{n} min", "{n} 分钟"),
    "hours": message("{n} h {m} min", "{n} 小时 {m} 分"),
}


class _Count(int):
    """`{steps:step|steps}` → "1 step", "2 steps"; `{steps}` → the bare number."""

    def __format__(self, spec: str) -> str:
        singular, _, plural = spec.partition("|")
        return f"{int(self)} {singular if self == 1 else plural}" if plural else str(int(self))


def label(code: str, lang: Lang, /, **fields: object) -> str:
    """Counts are handed in as numbers, all else as text, which stays on its line. KeyError for an unknown code or field."""
    sentence = LABELS[code]
    text = sentence.zh if lang == "zh" else sentence.en
    text = drop_empty(text, (name for name, value in fields.items() if value == ""))
    return text.format_map({name: _Count(v) if isinstance(v, int) else one_line(str(v)) for name, v in fields.items()})


def duration(seconds: float, lang: Lang) -> str:
    """Short and round, as a person would say it: 40 s, 6 min, 1 h 25 min."""
    if seconds < 90:
        return label("seconds", lang, n=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 90:
        return label("minutes", lang, n=minutes)
    return label("hours", lang, n=minutes // 60, m=minutes % 60)
