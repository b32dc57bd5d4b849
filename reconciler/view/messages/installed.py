"""Messages about what is installed already: the release a cluster comes from, and what runs newer than the package."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "variables-merged": LocalizedText(
        en="the merged variables follow the defaults of these scripts; a missing one is rendered empty",
        zh="合并后的变量须与当前脚本的默认值一致；缺少的变量会被渲染为空",
    ),
    "site-code-copied": LocalizedText(
        en="a login or ESB components of your own may be in it; the installer removes them, and no dump contains them",
        zh="其中可能有自定义的登录模块或 ESB 组件；安装程序会将其删除，且任何备份都不包含",
    ),
    "never-taken-back": LocalizedText(
        en="an older version over a database that a newer one has migrated breaks it: it is never taken back",
        zh="数据库已被更新的版本迁移，部署旧版本会造成损坏，因此不做降级",
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "release-too-old": DiagnosticText(
        what=LocalizedText(
            en="this cluster is at {version}; {release} is reached from {oldest} or later",
            zh="该集群为 {version}；仅支持从 {oldest} 及以上版本升级到 {release}",
        ),
        why=LocalizedText(
            en="an older release needs steps of its own first; nothing is changed here",
            zh="更早的版本须先完成其自身的步骤；未做任何改动",
        ),
        hint=LocalizedText(
            en=(
                "upgrade by the vendor's guides first: from 6.0 to 6.1, from 6.1.0 or 6.1.1 to 6.1.2 (BKDocs 6.1); "
                "then run bkrec again"
            ),
            zh=("先按厂商的指引操作：6.0 升级到 6.1；6.1.0、6.1.1 更新到 6.1.2（BKDocs 6.1）；之后再运行 bkrec"),
        ),
    ),
    "origin-unread": DiagnosticText(
        what=LocalizedText(
            en="whether 6.2 was installed here or upgraded to could not be read",
            zh="无法读取该集群是全新安装的 6.2 还是升级而来",
        ),
        why=LocalizedText(
            en="run modes and agents of a fresh 6.2 differ from an upgraded one's; nothing is changed before this is known",
            zh="全新安装的 6.2 与升级而来的集群在运行模式与 Agent 版本上不同；确认之前不做任何改动",
        ),
        hint=LocalizedText(
            en="run `bkrec probe`: it shows why the file could not be read; correct that, then run bkrec again",
            zh="运行 `bkrec probe` 查看无法读取的原因，处理后重新运行 bkrec",
        ),
    ),
    "newer-than-package": DiagnosticText(
        what=LocalizedText(
            en="{product} runs {version}, which is newer than that of the {release} package; it stays",
            zh="{product} 运行的 {version} 比 {release} 软件包中的更新，予以保留",
        ),
        why=LocalizedText(
            en="it has migrated its database: an older version would be deployed over tables that it does not know",
            zh="其数据库已迁移：部署旧版本会面对它不认识的表结构",
        ),
        hint=LocalizedText(
            en=(
                "no action is needed if it was updated on purpose; to leave it out of every comparison, add it to "
                "`excluded` in cluster.toml; to go back, restore its database and deploy the older version yourself"
            ),
            zh=(
                "若确为主动更新则无需处理；若不希望参与比对，加入 cluster.toml 的 `excluded`；"
                "若需降级，自行恢复其数据库并部署旧版本"
            ),
        ),
    ),
    "newer-not-reinstalled": DiagnosticText(
        what=LocalizedText(
            en="{module} is incomplete, and `{command}` would take it from {version} to {packaged}",
            zh="{module} 不完整，而 `{command}` 会将其从 {version} 降级到 {packaged}",
        ),
        why=LocalizedText(
            en="the package has an older version than the one that runs; its installer migrates nothing backwards",
            zh="软件包中的版本比正在运行的旧；其安装程序不会反向迁移数据",
        ),
        hint=LocalizedText(
            en="install it again from the package that {version} came with, or add {module} to `excluded`",
            zh="用 {version} 所属的软件包重新安装，或将 {module} 加入 `excluded`",
        ),
    ),
    "saas-newer-not-redeployed": DiagnosticText(
        what=LocalizedText(
            en="SaaS {app} is online at {version}, newer than the package's; it is not deployed from the package",
            zh="SaaS {app} 线上版本 {version} 比软件包中的更新；不会用软件包重新部署",
        ),
        why=LocalizedText(
            en="it was updated on its page, and its database was migrated with it",
            zh="它曾在页面上更新，其数据库也随之迁移",
        ),
        hint=LocalizedText(
            en=(
                "install {version} again on the page where it was updated (S-mart applications in the developer center), "
                "or add {app} to `excluded`"
            ),
            zh="在开发者中心的 S-mart 应用页面重新部署 {version}，或将 {app} 加入 `excluded`",
        ),
    ),
}
