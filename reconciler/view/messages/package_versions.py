"""Messages about the versions in the package: expected, different from the release data, invalid."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "versions-of-package": LocalizedText(
        en="this package is what gets installed, so its versions are expected",
        zh="安装的就是该软件包中的内容，因此以其版本为期望版本",
    ),
    "package-versions-incomplete": LocalizedText(
        en="{path} is not a complete record of the package's versions", zh="{path} 不是完整的软件包版本记录"
    ),
    "version-missing": LocalizedText(en="the package does not contain this file", zh="软件包中没有该文件"),
    "version-unreadable": LocalizedText(en="the file exists but cannot be read", zh="该文件存在但无法读取"),
    "version-empty": LocalizedText(en="its first line is empty", zh="该文件首行为空"),
    "version-long": LocalizedText(en="its first line is too long for a version", zh="该文件首行过长，不可能是版本号"),
    "version-unsupported": LocalizedText(
        en=(
            "its first line does not start like a version or contains characters other than letters, digits and . _ + -"
        ),
        zh="该文件首行不以版本号的形式开头，或含有字母、数字与 . _ + - 之外的字符",
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "package-versions-differ": DiagnosticText(
        what=LocalizedText(
            en="the package contains {module} {package}; the release data lists {listed}",
            zh="软件包中 {module} 的版本为 {package}，版本数据中为 {listed}",
        ),
        why=LocalizedText(
            en="the verified package takes precedence: {package} is expected on every host",
            zh="以已校验的软件包为准：所有主机均以 {package} 为期望版本",
        ),
        hint=LocalizedText(
            en=(
                "no action is needed if this package is intended (a hot fix); otherwise set `package.path` "
                "and `package.md5` in cluster.toml"
            ),
            zh=(
                "若确为此包（例如热修复包）则无需处理；否则在 cluster.toml 中用 `package.path` 与 "
                "`package.md5` 指定正确的包"
            ),
        ),
    ),
    "package-version-rejected": DiagnosticText(
        what=LocalizedText(
            en="{product}/VERSION in the package is not a valid version; the release data lists {listed}",
            zh="软件包中的 {product}/VERSION 不是有效版本号；版本数据中为 {listed}",
        ),
        why=LocalizedText(
            en="after the installation it could not be checked against the package",
            zh="安装之后将无法判断安装的是否就是软件包中的内容",
        ),
        hint=LocalizedText(
            en=("get the package from the vendor again; if it is another file, set `package.md5` in cluster.toml"),
            zh="向厂商重新获取软件包；若文件不同，在 cluster.toml 中设置 `package.md5`",
        ),
    ),
    "package-versions-damaged": DiagnosticText(
        what=LocalizedText(
            en="{path} is not a complete record of the package's versions", zh="{path} 不是完整的软件包版本记录"
        ),
        why=LocalizedText(
            en="bkrec writes it once from the verified package, and expects the versions in it",
            zh="该文件由 bkrec 根据已校验的软件包写入一次，其中的版本即为期望版本",
        ),
        hint=LocalizedText(
            en="remove it on the controller; the next `bkrec apply` that needs it reads the package again",
            zh="在中控机上删除该文件；需要时下一次 `bkrec apply` 会重新读取软件包",
        ),
    ),
}
