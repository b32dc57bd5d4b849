"""Messages about a part of a plan: names that are unknown, why a step is left for later, what the cluster is until then."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText


def message(en: str, zh: str) -> LocalizedText:
    return LocalizedText(en=en, zh=zh)


REASONS: dict[str, LocalizedText] = {
    "part-not-selected": message("not part of what was selected", "不在所选范围内"),
    "part-later-section": message("belongs to a later section: {section}", "属于之后的章节：{section}"),
    "part-needs-later": message(
        "requires {step}, which belongs to a later section: {section}", "依赖之后章节（{section}）的步骤 {step}"
    ),
    "part-outage-later": message(
        "begins an outage that only {step} of a later section ends: {section}",
        "会引起服务中断，须由之后章节（{section}）的步骤 {step} 才能恢复",
    ),
    "part-window": message(
        "it, or a step that it requires, would end after {stop_at}", "该步骤或其依赖的步骤会在 {stop_at} 之后才结束"
    ),
    "part-unfinished": message("not finished in this run", "本次运行未完成"),
    # what the cluster is meanwhile
    "interim-before": message(
        (
            "every product still runs as before; scripts, packages and configuration of {release} may already be on the "
            "hosts"
        ),
        "各产品仍按原版本运行；主机上可能已有 {release} 的脚本、软件包与配置",
    ),
    "interim-before-users": message(
        "users can work as usual, and it can stay like this for days; the next part makes new dumps of the databases",
        "用户可照常使用，可保持此状态数日；下一部分会重新备份数据库",
    ),
    "interim-before-manual": message(
        (
            "do not run `bkcli`, scripts of /data/install or SaaS upgrades manually until the upgrade is complete: "
            "scripts and products may be of different releases"
        ),
        "升级完成前不要手动执行 `bkcli`、/data/install 下的脚本或升级 SaaS：脚本与产品可能属于不同版本",
    ),
    "interim-mixed": message(
        "products of two releases: {upgraded} are of {release}, {pending} are not yet",
        "两个版本并存：{upgraded} 已是 {release}，{pending} 尚未升级",
    ),
    "interim-mixed-users": message(
        (
            "users can work with what is up; products call each other across releases, which is not supported: expect "
            "errors in jobs, permissions and alerts, and continue within days"
        ),
        "可使用正常运行的产品；产品之间跨版本调用不受支持，任务执行、权限、告警可能出错，应在数日内继续升级",
    ),
    "interim-mixed-manual": message(
        (
            "do not run `bkcli` or upgrade SaaS manually, and do not restore one product's database alone: they belong "
            "together"
        ),
        "不要手动执行 `bkcli` 或升级 SaaS，也不要单独恢复某个产品的数据库：它们彼此关联",
    ),
    "interim-down": message(
        "{down} is down: what ran before was retired, its successor is not running yet",
        "{down} 已中断：原有服务已下线，新版本尚未运行",
    ),
    "interim-down-users": message(
        "users cannot work with {down}; run `bkrec apply` again now rather than the next night",
        "用户无法使用 {down}；请立即再次执行 `bkrec apply`，不要等到下一个维护窗口",
    ),
    "interim-down-manual": message(
        "do not start the retired services manually: their data may be migrated already",
        "不要手动启动已下线的服务：其数据可能已迁移",
    ),
    "interim-unclear": message(
        "the release of {unclear} is not known: facts could not be read or repaired",
        "{unclear} 的版本无法确定：有事实未能读取或修复",
    ),
    "interim-unclear-users": message(
        "restore access to what could not be read and run `bkrec plan` before users continue to work",
        "先恢复对未能读取内容的访问并执行 `bkrec plan`，再让用户继续使用",
    ),
    "interim-unclear-manual": message(
        "do not run `bkcli` or upgrade SaaS manually, and do not restore a backup before that is known",
        "在确定之前，不要手动执行 `bkcli`、升级 SaaS 或恢复备份",
    ),
    "interim-complete": message(
        "every product is of {release}; what is left changes none of them",
        "各产品均已是 {release}；剩余步骤不再变更产品版本",
    ),
    "interim-complete-users": message(
        "users can work as usual, and it can stay like this; `bkrec check` reports differences until the rest is done",
        "用户可照常使用，可保持此状态；其余步骤完成之前 `bkrec check` 会报告不一致",
    ),
    "interim-complete-manual": message(
        "nothing has to be avoided: what is changed manually is read again by the next plan",
        "无须回避任何操作：手动改动会在下一次计划时重新读取",
    ),
    "interim-reboots-safe": message(
        "safe, as is work on the operating system: the steps done so far leave nothing that a reboot would take away",
        "不受影响，操作系统维护亦然：已执行的步骤不会因重启而丢失任何内容",
    ),
    "interim-reboots-unclear": message(
        "none, if it can wait, before all facts can be read", "若可推迟，请在能读取全部事实之后再重启"
    ),
    "interim-reboots-lose": message(
        "not {hosts}, and do not restart docker there, before another `bkrec apply`: what runs now would not start again",
        "在再次执行 `bkrec apply` 之前，不要重启 {hosts} 及其 docker：当前运行的内容不会全部恢复",
    ),
}

_NEAR = message("use one of: {near}", "可用的有：{near}")
_NOTHING = message("nothing was changed", "未做任何改动")

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "section-unknown": DiagnosticText(
        what=message("unknown section of the guide: `{name}`", "升级指引中没有章节 `{name}`"), why=_NOTHING, hint=_NEAR
    ),
    "module-unknown": DiagnosticText(
        what=message("unknown module on this cluster: `{name}`", "该集群没有模块 `{name}`"), why=_NOTHING, hint=_NEAR
    ),
    "host-unknown": DiagnosticText(
        what=message("unknown host on this cluster: `{name}`", "该集群没有主机 `{name}`"), why=_NOTHING, hint=_NEAR
    ),
    "step-unknown": DiagnosticText(
        what=message("step `{name}` is not in the plan", "计划中没有步骤 `{name}`"),
        why=message(
            "nothing was changed; a step whose effects are in place already is not planned again",
            "未做任何改动；效果已达成的步骤不会再次列入计划",
        ),
        hint=message("list the IDs with `bkrec plan`; similar: {near}", "用 `bkrec plan` 查看标识；相近的有：{near}"),
    ),
    "stop-at-unreadable": DiagnosticText(
        what=message("not a time of day: `{time}`", "不是有效的时刻：`{time}`"),
        why=_NOTHING,
        hint=message("use HH:MM in local time, such as --stop-at 04:30", "使用本地时间 HH:MM，例如 --stop-at 04:30"),
    ),
    "selection-beside-plan": DiagnosticText(
        what=message("a saved plan and a selection exclude each other", "不能同时指定已保存的计划与所选范围"),
        why=message(
            "a saved plan holds its own selection, and only what it holds was reviewed",
            "已保存的计划自带所选范围，且只有其中的内容经过审阅",
        ),
        hint=message(
            "run `bkrec plan --until … --out FILE` to save the part, then `bkrec apply FILE`",
            "用 `bkrec plan --until … --out FILE` 保存该部分，再执行 `bkrec apply FILE`",
        ),
    ),
}
