"""Messages of the planner (`core`): dependencies between steps, and why there is no step."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "after-invalidation": LocalizedText(
        en="that step invalidates what this one repairs", zh="该步骤会使本步骤的修复失效"
    ),
    "before-invalidation": LocalizedText(
        en="that step requires what this one invalidates", zh="该步骤依赖的内容会因本步骤失效"
    ),
}
DIAGNOSTICS: dict[str, DiagnosticText] = {
    "unknown-not-repaired": DiagnosticText(
        what=LocalizedText(en="its state could not be determined", zh="无法判断其状态"),
        why=LocalizedText(en="a fact that could not be read is never repaired", zh="读不到的事实不会被修复"),
        hint=LocalizedText(
            en="restore access to the host or service, then run `bkrec plan` again",
            zh="恢复主机或服务的应答，再执行 `bkrec plan`",
        ),
    ),
    "derived-still-differs": DiagnosticText(
        what=LocalizedText(en="its dependencies are in order, but it is not", zh="依赖项均正常，但它仍不正常"),
        why=LocalizedText(en="no remaining repair would fix it", zh="没有可执行的修复步骤"),
        hint=LocalizedText(en="check the service's own log on that host", zh="查看该主机上服务自身的日志"),
    ),
    "dependency-cycle": DiagnosticText(
        what=LocalizedText(en="its repair requires itself", zh="它的修复依赖于它自己"),
        why=LocalizedText(en="no order of steps satisfies this", zh="不存在可行的执行顺序"),
        hint=LocalizedText(
            en="report it with `bkrec plan -o json`: this is a bug in bkrec's rules",
            zh="请反馈，并附上 `bkrec plan -o json`：这是 bkrec 规则的缺陷",
        ),
    ),
    "plan-cycle": DiagnosticText(
        what=LocalizedText(en="steps depend on each other: {steps}", zh="步骤相互依赖：{steps}"),
        why=LocalizedText(en="no order of steps satisfies this", zh="不存在可行的执行顺序"),
        hint=LocalizedText(en="report it: this is a bug in bkrec's rules", zh="请反馈：这是 bkrec 规则的缺陷"),
    ),
}
