"""Words for the codes of `specs`: files of people's text that cannot be used."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

TROUBLES: dict[str, DiagnosticText] = {
    "spec-not-toml": DiagnosticText(
        what=LocalizedText(en="this is not TOML: {error}", zh="不是合法的 TOML：{error}"),
        why=LocalizedText(en="nothing in the file can be trusted until it parses", zh="文件无法解析，其中内容都不可信"),
        hint=LocalizedText(
            en="mend the line named above; strings need quotes", zh="请修正上面提示的行；字符串需要引号"
        ),
    ),
    "spec-bad-value": DiagnosticText(
        what=LocalizedText(en="`{key}`: {error}", zh="`{key}`：{error}"),
        why=LocalizedText(
            en="a key that is unknown or has a value of the wrong form would be a wish silently dropped",
            zh="未知的键或格式不对的值若被忽略，等于悄悄丢掉您的要求",
        ),
        hint=LocalizedText(
            en="`bkrec schema cluster` prints every key and its form", zh="`bkrec schema cluster` 会列出全部键及其格式"
        ),
    ),
    "spec-unknown-module": DiagnosticText(
        what=LocalizedText(
            en="`{module}` requires `{required}`, which is not in this release",
            zh="`{module}` 依赖 `{required}`，但该版本没有此模块",
        ),
        why=LocalizedText(
            en="{module} is started once the required module has been seen ready, and `{required}` never will be",
            zh="{module} 要等依赖模块就绪后才启动，而 `{required}` 永远不会就绪",
        ),
        hint=LocalizedText(en="correct the name in `[[requires]]`", zh="请改正 `[[requires]]` 中的模块名"),
    ),
}
