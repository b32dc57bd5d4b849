"""Messages about the seal: why what is sealed stays as it is, what to do where it is broken, why it was not taken."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "seal-unchanged": LocalizedText(
        en="a finished platform stays as it was when it was sealed: an edit is untested",
        zh="已完成的平台应保持原状：手动改动未经验证",
    ),
    "seal-units": LocalizedText(
        en="unit files and drop-ins decide how a service is started next time",
        zh="unit 文件与 drop-in 决定服务下次如何启动",
    ),
    "seal-containers": LocalizedText(
        en="a container that was started with other settings runs otherwise than the installer set it up",
        zh="以其他参数启动的容器与安装脚本的设置不同",
    ),
    "seal-damaged": LocalizedText(
        en="the manifest {path} is damaged; remove it and run `bkrec seal`",
        zh="清单 {path} 已损坏；删除后运行 `bkrec seal`",
    ),
    "seal-part-unread": LocalizedText(
        en="a directory or file of `{part}` could not be read", zh="`{part}` 中有目录或文件无法读取"
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "seal-broken": DiagnosticText(
        what=LocalizedText(en="{fact} differs from the seal", zh="{fact} 与封存时不同"),
        why=LocalizedText(
            en="bkrec cannot know which is right, the edit or what was there; nothing was changed",
            zh="bkrec 无法判断哪个正确：改动，还是原有内容；未做任何改动",
        ),
        hint=LocalizedText(
            en="restore the file, or have the vendor's script render it again; if it was meant: `bkrec seal accept {word} --why REASON`",
            zh="恢复该文件，或用厂商脚本重新渲染；若为有意改动：`bkrec seal accept {word} --why REASON`",
        ),
    ),
    "not-sealed": DiagnosticText(
        what=LocalizedText(en="{hosts} hosts are not sealed", zh="{hosts} 台主机未封存"),
        why=LocalizedText(
            en="edits of unit files, configuration and programs there go unseen",
            zh="无法发现对 unit 文件、配置与程序的改动",
        ),
        hint=LocalizedText(en="run `bkrec seal`", zh="运行 `bkrec seal`"),
    ),
    "seal-not-converged": DiagnosticText(
        what=LocalizedText(
            en="the cluster differs from the release: {count} facts", zh="集群与目标版本有 {count} 处不同"
        ),
        why=LocalizedText(
            en="a seal makes the current state the expected one, faults included; nothing was sealed: {facts}",
            zh="封存会把现状（包括故障）作为期望状态；未封存：{facts}",
        ),
        hint=LocalizedText(en="run `bkrec apply`, then `bkrec seal`", zh="先运行 `bkrec apply`，再运行 `bkrec seal`"),
    ),
    "seal-changed": DiagnosticText(
        what=LocalizedText(en="sealed hosts have changed: {count} findings", zh="已封存的主机有 {count} 处改动"),
        why=LocalizedText(
            en="a new seal would hide them; nothing was sealed: {facts}", zh="重新封存会掩盖这些改动；未封存：{facts}"
        ),
        hint=LocalizedText(
            en="list them with `bkrec check`; restore each, or accept it: `bkrec seal accept FACT --why REASON`",
            zh="用 `bkrec check` 查看；逐项恢复，或接受：`bkrec seal accept FACT --why REASON`",
        ),
    ),
    "seal-unread": DiagnosticText(
        what=LocalizedText(en="{count} facts could not be read", zh="有 {count} 项事实无法读取"),
        why=LocalizedText(
            en="only what was read and is right is sealed; nothing was sealed: {facts}",
            zh="只封存已读取且正确的内容；未封存：{facts}",
        ),
        hint=LocalizedText(
            en="`bkrec check` shows why; then run `bkrec seal` again",
            zh="用 `bkrec check` 查看原因，之后重新运行 `bkrec seal`",
        ),
    ),
    "seal-files-unread": DiagnosticText(
        what=LocalizedText(
            en="files could not be read, or changed meanwhile: {files}", zh="文件无法读取，或读取时发生变化：{files}"
        ),
        why=LocalizedText(
            en="a seal without them would say too much; the manifest of this host is as before",
            zh="缺少这些文件的清单不可靠；该主机的清单保持原样",
        ),
        hint=LocalizedText(en="correct that, then run it again", zh="处理后重新运行"),
    ),
    "seal-not-written": DiagnosticText(
        what=LocalizedText(en="the manifest could not be written: {error}", zh="无法写入清单：{error}"),
        why=LocalizedText(en="it is as it was before", zh="清单保持原样"),
        hint=LocalizedText(
            en="check room and permissions of `/var/lib/bkrec/seal`; remove a damaged manifest; then run it again",
            zh="检查 `/var/lib/bkrec/seal` 的空间与权限；删除损坏的清单；然后重新运行",
        ),
    ),
    "seal-unknown-fact": DiagnosticText(
        what=LocalizedText(en="`{fact}` is not a change of the seal", zh="`{fact}` 不是封存的改动"),
        why=LocalizedText(en="nothing was accepted", zh="未接受任何改动"),
        hint=LocalizedText(
            en="list the changes with `bkrec check`; then `bkrec seal accept FACT --why REASON`",
            zh="用 `bkrec check` 查看改动；然后 `bkrec seal accept FACT --why REASON`",
        ),
    ),
    "seal-nameless": DiagnosticText(
        what=LocalizedText(en="`{fact}` names no single change", zh="`{fact}` 未指明具体改动"),
        why=LocalizedText(
            en="it covers all changes beyond the first fifty, which are not listed; nothing was changed or accepted",
            zh="它代表前五十项之外、未列出的全部改动；未做任何改动，也未接受",
        ),
        hint=LocalizedText(
            en="restore or accept those that `bkrec check` lists, then run `bkrec check` again: it lists the next fifty",
            zh="先恢复或接受 `bkrec check` 列出的改动，再次运行 `bkrec check` 会列出后五十项",
        ),
    ),
    "seal-needs-why": DiagnosticText(
        what=LocalizedText(en="the reason is missing", zh="缺少原因"),
        why=LocalizedText(
            en="the history keeps who accepted a change and why; nothing was accepted",
            zh="历史中保留由谁、因何接受；未接受任何改动",
        ),
        hint=LocalizedText(en="add `--why REASON`", zh="加上 `--why REASON`"),
    ),
}
