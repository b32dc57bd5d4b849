"""Messages of `specs`: TOML files that cannot be used."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "spec-not-toml": DiagnosticText(
        what=LocalizedText(en="the file is not valid TOML: {error}", zh="不是合法的 TOML：{error}"),
        why=LocalizedText(en="the file cannot be used until it parses", zh="文件无法解析，其中内容都不能使用"),
        hint=LocalizedText(
            en="correct the line named above; strings need quotes", zh="修正上面提示的行；字符串需要引号"
        ),
    ),
    "spec-bad-value": DiagnosticText(
        what=LocalizedText(en="`{key}`: {error}", zh="`{key}`：{error}"),
        why=LocalizedText(
            en="ignoring an unknown key or a malformed value would silently drop what you asked for",
            zh="若忽略未知的键或格式不对的值，等于悄悄丢掉您的设置",
        ),
        hint=LocalizedText(
            en="run `bkrec schema cluster` to list every key and its format",
            zh="执行 `bkrec schema cluster` 查看全部键及其格式",
        ),
    ),
    "spec-unknown-module": DiagnosticText(
        what=LocalizedText(
            en="`{module}` names `{required}`, which is not in this release",
            zh="`{module}` 引用了 `{required}`，但该版本没有此模块",
        ),
        why=LocalizedText(
            en="what waits for `{required}` to be ready would wait forever",
            zh="等待 `{required}` 就绪的步骤将永远等待",
        ),
        hint=LocalizedText(en="correct the module's name there", zh="改正该处的模块名"),
    ),
}
