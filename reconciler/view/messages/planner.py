"""Words for the codes of `reconciler/core/planner.py`: why a step waits for another, and why there is none."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    "after-what-it-undoes": LocalizedText(
        en="that step changes what this one brings in line", zh="该步骤会改变本步骤所要统一的内容"
    ),
    "before-it-is-undone": LocalizedText(
        en="that step needs what this one undoes", zh="该步骤需要的内容会被本步骤改变"
    ),
}
TROUBLES: dict[str, DiagnosticText] = {
    "unknown-not-repaired": DiagnosticText(
        what=LocalizedText(en="its state could not be told", zh="无法判断其状态"),
        why=LocalizedText(en="what nobody has seen, nobody may repair", zh="未看清的状态不会被修改"),
        hint=LocalizedText(
            en="make the host or service answer, then run `bkrec plan` again",
            zh="请让主机或服务恢复应答，再执行 bkrec plan",
        ),
    ),
    "derived-from-nothing": DiagnosticText(
        what=LocalizedText(en="it should be right by now, and is not", zh="依赖项均正常，但它仍不正常"),
        why=LocalizedText(
            en="everything it rests on holds, so there is nothing left to repair", zh="其依赖均已满足，没有可执行的修复"
        ),
        hint=LocalizedText(en="look at the service's own log on that host", zh="请查看该主机上服务自身的日志"),
    ),
    "dependency-cycle": DiagnosticText(
        what=LocalizedText(en="repairing it would need itself to be repaired first", zh="修复它需要先修复它自己"),
        why=LocalizedText(en="no order of steps can do that", zh="不存在可行的执行顺序"),
        hint=LocalizedText(
            en="this is a bug in bkrec's rules: please report it with `bkrec plan -o json`",
            zh="这是 bkrec 规则的缺陷，请附上 bkrec plan -o json 反馈",
        ),
    ),
    "plan-cycle": DiagnosticText(
        what=LocalizedText(en="steps wait for each other: {steps}", zh="步骤相互等待：{steps}"),
        why=LocalizedText(en="no order of steps can do that", zh="不存在可行的执行顺序"),
        hint=LocalizedText(en="this is a bug in bkrec's rules: please report it", zh="这是 bkrec 规则的缺陷，请反馈"),
    ),
}
