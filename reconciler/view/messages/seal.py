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
    "seal-uncompared-source": LocalizedText(
        en="the package is not unpacked on this host, and the renderer takes its templates from there",
        zh="该主机上没有解压的软件包，渲染工具的模板在其中",
    ),
    "seal-uncompared-version": LocalizedText(
        en="the package unpacked on this host is of another version than what is installed",
        zh="该主机上解压的软件包与已安装的版本不同",
    ),
    "seal-uncompared-renderer": LocalizedText(
        en="the vendor's bin/bkr.sh is not on this host", zh="该主机上没有厂商的 bin/bkr.sh"
    ),
    "seal-uncompared-namespace": LocalizedText(
        en="this host does not allow a mount namespace of its own, and the renderer is not run where it could write",
        zh="该主机不允许独立的挂载命名空间，而渲染工具不会在可写的环境中运行",
    ),
    "seal-uncompared-failed": LocalizedText(en="the vendor's bin/bkr.sh failed", zh="厂商的 bin/bkr.sh 执行失败"),
    "seal-uncompared-nothing": LocalizedText(
        en="the vendor's bin/bkr.sh ended well and rendered no file", zh="厂商的 bin/bkr.sh 执行成功，但未渲染任何文件"
    ),
    "seal-uncompared-stopped": LocalizedText(
        en="the vendor's bin/bkr.sh did not end in time", zh="厂商的 bin/bkr.sh 未在限时内结束"
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
    "seal-broken-rendered": DiagnosticText(
        what=LocalizedText(en="{fact} differs from the seal", zh="{fact} 与封存时不同"),
        why=LocalizedText(
            en="bkrec cannot know which is right, the edit or what was there; nothing was changed",
            zh="bkrec 无法判断哪个正确：改动，还是原有内容；未做任何改动",
        ),
        hint=LocalizedText(
            en="if it was not meant, on the controller: `{call}` wrote exactly this file when it was sealed; it renders "
            "all files of the module on all its hosts; then restart it. If it was meant: `bkrec seal accept {word} --why "
            "REASON`",
            zh="若非有意，在中控机执行：`{call}`（封存时正是它写出该文件；它会在该模块的所有主机上重新渲染全部文件），之后重启该模块。"
            "若为有意改动：`bkrec seal accept {word} --why REASON`",
        ),
    ),
    "seal-rendered-differs": DiagnosticText(
        what=LocalizedText(
            en="not what `bkcli render {module}` writes: {files}", zh="与 `bkcli render {module}` 的结果不同：{files}"
        ),
        why=LocalizedText(
            en="a seal would make an edit the expected state; this host was not sealed, nothing was changed",
            zh="封存会把改动作为期望状态；该主机未封存，未做任何改动",
        ),
        hint=LocalizedText(
            en="if it was not meant, on the controller: `{call}`, then restart the module and run `bkrec seal`; if it was "
            "meant: `bkrec seal accept {words} --why REASON`, then `bkrec seal`",
            zh="若非有意，在中控机执行 `{call}`，重启该模块后运行 `bkrec seal`；若为有意改动：`bkrec seal accept {words} --why "
            "REASON`，再运行 `bkrec seal`",
        ),
    ),
    "seal-renderer-lacks": DiagnosticText(
        what=LocalizedText(
            en="`bkcli render {module}` would leave placeholders empty: {files}",
            zh="`bkcli render {module}` 会留下空的占位符：{files}",
        ),
        why=LocalizedText(
            en="whether the files are as the installer wrote them is unknown; this host was not sealed, nothing was changed",
            zh="无法得知这些文件是否与安装脚本所写一致；该主机未封存，未做任何改动",
        ),
        hint=LocalizedText(
            en="do not run that call: it would empty values in use. Compare each file with its template below the "
            "package's `support-files/templates`, then `bkrec seal accept {words} --why REASON` and `bkrec seal`",
            zh="不要执行该命令：它会清空正在使用的值。将各文件与软件包 `support-files/templates` 下的模板比较，然后运行 `bkrec seal "
            "accept {words} --why REASON` 与 `bkrec seal`",
        ),
    ),
    "seal-not-compared": DiagnosticText(
        what=LocalizedText(
            en="what `bkcli render` would write was not compared: {modules}",
            zh="未与 `bkcli render` 的结果比较：{modules}",
        ),
        why=LocalizedText(
            en="an edit made there before the seal would be sealed with it", zh="封存之前在其中所做的改动会一并封存"
        ),
        hint=LocalizedText(
            en="if that matters: correct it, remove `/var/lib/bkrec/seal/manifest` on that host, run `bkrec seal` again",
            zh="若有影响：处理后删除该主机的 `/var/lib/bkrec/seal/manifest`，重新运行 `bkrec seal`",
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
        what=LocalizedText(
            en="`{fact}` is neither a change of the seal nor an open difference",
            zh="`{fact}` 不是封存的改动，也不是未处理的差异",
        ),
        why=LocalizedText(en="nothing was accepted", zh="未接受任何改动"),
        hint=LocalizedText(
            en="list the changes with `bkrec check`, differences of a host without a seal with `bkrec seal`; then `bkrec "
            "seal accept FACT --why REASON`",
            zh="用 `bkrec check` 查看改动，未封存主机的差异用 `bkrec seal` 查看；然后 `bkrec seal accept FACT --why REASON`",
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
