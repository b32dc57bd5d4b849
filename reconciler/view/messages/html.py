"""Labels of the HTML report alone; those that texts use too stand in `ui.py`."""

from specs.text import LocalizedText


def message(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


LABELS: dict[str, LocalizedText] = {
    "html-skip": message("Skip to the content", "跳到正文"),
    "html-contents": message("Contents", "目录"),
    "html-footer": message(
        "Made by bkrec {version}. This file loads nothing and sends nothing.",
        "由 bkrec {version} 生成。本文件不加载、不发送任何内容。",
    ),
    "html-title-check": message("{cluster}: drift report", "{cluster}：漂移报告"),
    "html-title-checks": message("BlueKing clusters: drift report", "蓝鲸集群：漂移报告"),
    "html-title-plan": message("Upgrade plan of {cluster}", "{cluster} 的升级计划"),
    "html-title-rehearsal": message("Rehearsal of {cluster}", "{cluster} 的演练"),
    "html-nine-of-ten": message("nine of ten nights within", "十次中有九次在此以内"),
    "html-median": message("estimated", "预计用时"),
    "html-all-well": message("If all goes well", "一切顺利时"),
    "html-title-doctor": message("Readiness for {release}", "{release} 升级前检查"),
    "html-title-history": message("History of this cluster", "该集群的历史"),
    "html-title-error": message("The command failed", "命令未能完成"),
    "html-exit": message("exit code {code}", "退出码 {code}"),
    "html-kicker": message("BlueKing cluster {cluster}", "蓝鲸集群 {cluster}"),
    "html-release": message("release", "目标版本"),
    "html-state": message("state now", "当前状态"),
    "html-checked": message("checked", "巡检时间"),
    "html-last-success": message("last complete check", "上次完整巡检"),
    "html-matching": message("facts match", "符合的事实"),
    "html-hosts": message("Hosts and modules", "主机与模块"),
    "html-hosts-lead": message(
        "A cell counts what differs of a module on a host; a tick says that all of it matches.",
        "单元格内为该主机上该模块不符的项数；对勾表示全部符合。",
    ),
    "html-legend-good": message("matches", "符合"),
    "html-cell-good": message("all {count:fact|facts} match", "{count} 项事实全部符合"),
    "html-cell-count": message("{count} {severity}", "{severity} {count} 项"),
    "html-count-of": message("{count} {severity}", "{severity} {count} 项"),
    "html-findings": message("Findings by cause", "按原因归类的发现"),
    "html-findings-lead": message(
        "The gravest cause comes first, then what explains most; each finding says why it is expected and where that is known from.",
        "最严重的原因在前，影响多的其次；每项都说明为何应当如此及其依据。",
    ),
    "html-no-findings": message("Nothing differs.", "没有不符之处。"),
    "html-about-latent": message(
        "Right now, and not after the next restart or re-render.", "目前正确，但在下次重启或重新渲染后将不再正确。"
    ),
    "html-about-advice": message("Reported only: left to a person.", "仅提示：由人工处理。"),
    "html-about-waived": message(
        "Waived in cluster.toml, and counted for no verdict.", "在 cluster.toml 中已豁免，不计入结论。"
    ),
    "html-one-cause": message("The others follow from this one: repair it first.", "其余各项由它引起：请先修复它。"),
    "html-flapping": message("flapping", "状态反复"),
    "html-present": message("now", "当前存在"),
    "html-since": message("{since} ({times:time|times})", "{since}（共 {times} 次）"),
    "html-history": message("History of drift", "漂移历史"),
    "html-history-lead": message(
        "What the last checks found, the newest on the right.", "最近各次巡检的结果，最新的在右侧。"
    ),
    "html-finding": message("finding", "发现"),
    "html-recent": message("last checks", "最近巡检"),
    "html-recent-label": message("found in {found} of {checks:check|checks}", "{checks} 次巡检中出现 {found} 次"),
    "html-last": message("last found", "最近一次出现"),
    "html-times": message("times", "次数"),
    "html-notes": message("Not part of the verdict", "不在结论之内"),
    "html-not-covered": message("not checked: guide {sections}", "未检查：指引 {sections}"),
    "html-excluded": message("excluded in cluster.toml: {modules}", "在 cluster.toml 中已排除：{modules}"),
    "html-steps": message("steps", "步骤"),
    "html-estimate": message("estimated", "预计用时"),
    "html-hosts-count": message("hosts", "主机"),
    "html-outages": message("outages", "服务中断"),
    "html-irreversible": message("irreversible", "不可逆步骤"),
    "html-blocked": message("not repaired", "未能修复"),
    "html-blocked-lead": message("Why, each cause once, and what waits for it.", "每个原因列一次，以及等待它的事实。"),
    "html-blocks": message("{count:fact waits|facts wait} for it", "{count} 项事实在等待"),
    "html-stages": message("Stages", "阶段"),
    "html-stages-lead": message(
        "An arrow leads to what comes after. A stage is a section of the upgrade guide; select it to see its steps.",
        "箭头指向后续阶段。每个阶段对应升级指引的一节，点选可查看其步骤。",
    ),
    "html-stage-size": message("{steps:step|steps}, {time}", "{steps} 步，{time}"),
    "html-outage-count": message("{count:outage|outages}", "中断 {count} 项"),
    "html-outage-windows": message("Outage windows", "服务中断时段"),
    "html-outages-lead": message(
        "When users of which product are cut off, by the estimates.", "按估计，各产品的用户在何时受影响。"
    ),
    "html-legend-outage": message("outage", "服务中断"),
    "html-no-return": message("first irreversible step", "首个不可逆步骤"),
    "html-no-return-from": message("Step #{number} is the point of no return.", "从步骤 #{number} 开始不可逆。"),
    "html-no-return-why": message(
        "From there on only a backup restores the old state; the backups are made before it.",
        "自此仅能用备份恢复旧状态；备份在此之前完成。",
    ),
    "html-steps-lead": message(
        "In their order, by stage; each with its reason and what it comes after.",
        "按阶段与顺序列出；每步都有原因及其前置步骤。",
    ),
    "html-after": message("after", "前置步骤"),
    "html-backup": message("backup", "备份"),
    "html-timeline": message("Timeline by host", "各主机时间线"),
    "html-timeline-lead": message(
        "Each bar is a step on its host; bars above each other ran at the same time.",
        "每个条形为主机上的一个步骤；上下并列的条形同时运行。",
    ),
    "html-at-once": message("most at once", "最多同时运行"),
    "html-run-steps-lead": message(
        "In the order in which they began. “Waited for” names the step whose end let it begin.",
        "按开始顺序。“等待”一栏为其开始前最后完成的步骤。",
    ),
    "html-waited-for": message("waited for", "等待"),
    "html-attempts": message("{count:attempt|attempts}", "尝试 {count} 次"),
    "html-not-started": message("Not started", "未启动"),
    "html-log": message("last lines of {step}", "{step} 的最后输出"),
    "html-before": message("before", "变更前"),
    "html-after-value": message("after", "变更后"),
    "html-no-changes": message("No change was verified.", "没有已确认的变更。"),
    "html-remaining": message("Left to do", "剩余工作"),
    "html-passed": message("{count:preflight check holds|preflight checks hold}", "{count} 项前置检查通过"),
    "html-runs": message("Runs", "运行记录"),
    "html-run": message("run", "运行"),
    "html-progress": message("steps", "步骤"),
    "html-no-runs": message("No run is on record.", "没有运行记录。"),
}
