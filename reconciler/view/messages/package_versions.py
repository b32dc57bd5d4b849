"""Words for the versions of the package: that they are followed, that they differ from the data, that they are none."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    "versions-of-package": LocalizedText(
        en="what is installed is what this package brings, so its versions are what is expected",
        zh="安装的就是该软件包中的内容，因此以其版本为期望版本",
    ),
    "package-versions-incomplete": LocalizedText(
        en="{path} is no whole record of a package's versions", zh="{path} 不是完整的软件包版本记录"
    ),
    "version-missing": LocalizedText(en="the package has no such file", zh="软件包中没有该文件"),
    "version-unreadable": LocalizedText(en="it is there and is no file that can be read", zh="该文件存在但无法读取"),
    "version-empty": LocalizedText(en="its first line is empty", zh="该文件首行为空"),
    "version-long": LocalizedText(en="its first line is longer than any version", zh="该文件首行过长，不可能是版本号"),
    "version-unsupported": LocalizedText(
        en="its first line does not begin as a version does, or holds signs other than letters, digits and . _ + -",
        zh="该文件首行不以版本号的形式开头，或含有字母、数字与 . _ + - 之外的字符",
    ),
}

TROUBLES: dict[str, DiagnosticText] = {
    "package-versions-differ": DiagnosticText(
        what=LocalizedText(
            en="the package brings {module} {package}; the release's data names {listed}",
            zh="软件包中 {module} 的版本为 {package}，发行版数据中为 {listed}",
        ),
        why=LocalizedText(
            en="the verified package has the last word: {package} is what is expected on every host",
            zh="以已校验的软件包为准：所有主机均以 {package} 为期望版本",
        ),
        hint=LocalizedText(
            en="nothing to do if this package is meant (a hot fix); else name the right one by `package.path` and"
            " `package.md5` in cluster.toml",
            zh="若确为此包（例如热修复包）则无需处理；否则请在 cluster.toml 中用 package.path 与 package.md5 指定正确的包",
        ),
    ),
    "package-version-rejected": DiagnosticText(
        what=LocalizedText(
            en="{product}/VERSION in the package says no version; the release's data names {listed}",
            zh="软件包中的 {product}/VERSION 不是有效版本号；发行版数据中为 {listed}",
        ),
        why=LocalizedText(
            en="once it is installed, nobody could tell whether it is what the package brought",
            zh="安装之后将无法判断安装的是否就是软件包中的内容",
        ),
        hint=LocalizedText(
            en="fetch the package again from the vendor; if it is another file, set `package.md5` in cluster.toml",
            zh="请向厂商重新获取软件包；若文件不同，请在 cluster.toml 中设置 package.md5",
        ),
    ),
    "package-versions-damaged": DiagnosticText(
        what=LocalizedText(
            en="{path} is no whole record of a package's versions", zh="{path} 不是完整的软件包版本记录"
        ),
        why=LocalizedText(
            en="bkrec writes it once, from the verified package, and expects the versions it names",
            zh="该文件由 bkrec 根据已校验的软件包写入一次，其中的版本即为期望版本",
        ),
        hint=LocalizedText(
            en="remove it on the controller; where it is needed, the next `bkrec apply` reads the package again",
            zh="请在中控机上删除该文件；需要时下一次 `bkrec apply` 会重新读取软件包",
        ),
    ),
}
