"""Words for the codes of `cli`: how bkrec was called, and the one file it was called with."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {}

TROUBLES: dict[str, DiagnosticText] = {
    "usage": DiagnosticText(
        what=LocalizedText(en="{message}", zh="命令用法有误：{message}"),
        why=LocalizedText(en="nothing was read and nothing was changed", zh="未读取任何内容，也未做任何改动"),
        hint=LocalizedText(en="see `{help}`", zh="参见 `{help}`"),
    ),
    "format-missing": DiagnosticText(
        what=LocalizedText(en="`{command}` has no {format} output", zh="`{command}` 没有 {format} 格式的输出"),
        why=LocalizedText(en="nothing was read and nothing was changed", zh="未读取任何内容，也未做任何改动"),
        hint=LocalizedText(en="available formats: {known}", zh="可用的格式：{known}"),
    ),
    "unknown-id": DiagnosticText(
        what=LocalizedText(en="`{id}` is no id that bkrec knows", zh="bkrec 不认识标识 `{id}`"),
        why=LocalizedText(
            en="it is no code of a diagnostic or a reason, no kind of fact or action, and no section of the guide",
            zh="它不是诊断或原因的代码，不是事实或操作的种类，也不是升级指引的章节",
        ),
        hint=LocalizedText(en="{near}", zh="{near}"),
    ),
    "ack-incomplete": DiagnosticText(
        what=LocalizedText(en="which work, and was it done?", zh="请指明是哪一项待办，以及是否已完成"),
        why=LocalizedText(
            en="both are needed for a word to be put down, and neither to see what there is",
            zh="记录时两者缺一不可；两者都省略则列出全部待办",
        ),
        hint=LocalizedText(
            en="see them with `bkrec ack`; then `bkrec ack WORK --done` or `bkrec ack WORK --not-done`",
            zh="用 `bkrec ack` 查看，再执行 `bkrec ack 名称 --done` 或 `bkrec ack 名称 --not-done`",
        ),
    ),
    "approval-unknown": DiagnosticText(
        what=LocalizedText(
            en="`{gate}` is nothing that could be approved on this cluster", zh="该集群没有可批准的 `{gate}`"
        ),
        why=LocalizedText(
            en="nothing was read and nothing was changed; the rebuild of the topology is off unless cluster.toml turns it on",
            zh="未读取任何事实，也未做任何改动；重建拓扑默认关闭，需在 cluster.toml 中开启",
        ),
        hint=LocalizedText(
            en='there are: {known}; `optional = ["cmdb-topology"]` in cluster.toml turns `topology` on (guide 7.17)',
            zh='可用的有：{known}；在 cluster.toml 中设置 `optional = ["cmdb-topology"]` 可开启 `topology`（指引 7.17）',
        ),
    ),
    "ack-unknown-task": DiagnosticText(
        what=LocalizedText(en="`{task}` is no such work on this cluster", zh="该集群没有名为 `{task}` 的待办"),
        why=LocalizedText(en="nothing was put down", zh="未做任何记录"),
        hint=LocalizedText(en="there are: {known}", zh="可用的有：{known}"),
    ),
    "ack-needs-origin": DiagnosticText(
        what=LocalizedText(en="{task} needs the version that the upgrade started from", zh="{task} 需要升级前的版本"),
        why=LocalizedText(
            en="its tool is told from where to where, and no backup of the old sources tells it",
            zh="该工具需要起止版本，而旧源码的备份中没有找到",
        ),
        hint=LocalizedText(
            en="`bkrec ack {task} --not-done --from VERSION`", zh="`bkrec ack {task} --not-done --from 版本`"
        ),
    ),
    "plan-stale": DiagnosticText(
        what=LocalizedText(
            en="{fact} has moved since the plan was made: now {reading}",
            zh="{fact} 在计划生成之后已变化：现为 {reading}",
        ),
        why=LocalizedText(
            en="the plan rests on it, and might no longer be the right one; nothing was changed",
            zh="该计划以它为前提，可能已不适用；未做任何改动",
        ),
        hint=LocalizedText(
            en="make it again and read it again: `bkrec plan --out FILE`",
            zh="请重新生成并查看计划：`bkrec plan --out 文件`",
        ),
    ),
    "plan-not-covered": DiagnosticText(
        what=LocalizedText(en="more has to be done than this plan says", zh="需要执行的操作超出了该计划"),
        why=LocalizedText(en="only what was looked at in the file is done", zh="只执行文件中已审阅过的内容"),
        hint=LocalizedText(
            en="see what is left with `bkrec plan`, and keep it with `--out FILE`",
            zh="用 `bkrec plan` 查看剩余内容，并用 `--out 文件` 保存",
        ),
    ),
    "plan-of-other-cluster": DiagnosticText(
        what=LocalizedText(
            en="the plan is for the cluster `{cluster}`, and this is `{here}`",
            zh="该计划属于集群 `{cluster}`，当前为 `{here}`",
        ),
        why=LocalizedText(en="nothing was changed", zh="未做任何改动"),
        hint=LocalizedText(en="name the right cluster file with `-c FILE`", zh="用 `-c 文件` 指定正确的集群文件"),
    ),
    "plan-unreadable": DiagnosticText(
        what=LocalizedText(
            en="this is no plan that this bkrec can read: {said}", zh="当前 bkrec 无法读取该计划：{said}"
        ),
        why=LocalizedText(en="a plan that is understood by half is not carried out", zh="不会执行只被部分理解的计划"),
        hint=LocalizedText(
            en="make it with this bkrec: `bkrec plan --out FILE`", zh="请用当前版本重新生成：`bkrec plan --out 文件`"
        ),
    ),
    "probe-no-match": DiagnosticText(
        what=LocalizedText(
            en="no fact that was read is named by {patterns}", zh="读取的事实中没有与 {patterns} 匹配的"
        ),
        why=LocalizedText(en="nothing would be shown or kept", zh="没有可显示或保存的内容"),
        hint=LocalizedText(
            en="name a host, a kind, or an id as `bkrec probe -o json` shows it, with `*`: 'unit.* @10.0.0.2'",
            zh="请指定主机、种类，或 `bkrec probe -o json` 中的标识（可用 `*`）：'unit.* @10.0.0.2'",
        ),
    ),
    "facts-file-unreadable": DiagnosticText(
        what=LocalizedText(
            en="these are no readings that this bkrec can read: {said}", zh="当前 bkrec 无法读取该读取结果：{said}"
        ),
        why=LocalizedText(en="a report that is understood by half misleads", zh="只被部分理解的内容会造成误导"),
        hint=LocalizedText(
            en="use the bkrec that kept them (its version is in the file), or keep them anew: `bkrec probe --save FILE`",
            zh="请使用保存时的 bkrec 版本（见文件内），或重新保存：`bkrec probe --save 文件`",
        ),
    ),
    "cluster-file-missing": DiagnosticText(
        what=LocalizedText(en="no cluster.toml was found", zh="找不到 cluster.toml"),
        why=LocalizedText(
            en="it says how to reach the controller; looked at: {looked}",
            zh="该文件说明如何连接中控机；已查找：{looked}",
        ),
        hint=LocalizedText(
            en="write one with `bkrec init --controller root@CONTROLLER_IP`, or name it with `-c FILE`",
            zh="用 `bkrec init --controller root@中控机IP` 生成，或用 `-c 文件` 指定",
        ),
    ),
    "cluster-file-unreadable": DiagnosticText(
        what=LocalizedText(en="the file cannot be read: {error}", zh="文件无法读取：{error}"),
        why=LocalizedText(en="without it bkrec does not know the controller", zh="没有它，bkrec 无从得知中控机"),
        hint=LocalizedText(
            en="it must be a UTF-8 text file that you may read: `ls -l {path}`",
            zh="须为当前用户可读的 UTF-8 文本文件：`ls -l {path}`",
        ),
    ),
    "cluster-file-owner": DiagnosticText(
        what=LocalizedText(
            en="{path} belongs to {owner}, and {file} was not named",
            zh="{path} 属于 {owner}，而 {file} 并非您指定的文件",
        ),
        why=LocalizedText(
            en="bkrec found it on the way upwards; what it says, down to the commands of an SSH configuration, would run"
            " as you. Nothing was read from it",
            zh="该文件是 bkrec 逐级向上找到的；其中的内容（包括 SSH 配置里的命令）会以您的身份执行。未读取其内容",
        ),
        hint=LocalizedText(
            en="if you trust its owner, name it with `-c {file}`; else go to the directory of your own cluster.toml",
            zh="若信任其所有者，请用 `-c {file}` 指定；否则请到您自己的 cluster.toml 所在目录",
        ),
    ),
    "cluster-file-open": DiagnosticText(
        what=LocalizedText(
            en="others may write {path}, and {file} was not named", zh="其他用户可写 {path}，而 {file} 并非您指定的文件"
        ),
        why=LocalizedText(
            en="whoever can put another file there decides what runs as you. Nothing was read from it",
            zh="能替换该文件的人就能决定以您的身份执行什么。未读取其内容",
        ),
        hint=LocalizedText(
            en="take that away with `chmod go-w {path}`, or name the file with `-c {file}`",
            zh="请用 `chmod go-w {path}` 取消该权限，或用 `-c {file}` 指定文件",
        ),
    ),
    "cluster-file-open-named": DiagnosticText(
        what=LocalizedText(en="others may write this cluster.toml", zh="其他用户可写此 cluster.toml"),
        why=LocalizedText(
            en="it was named, so it is used; but whoever writes it decides what runs as you",
            zh="因为是您指定的，仍会使用；但能写入它的人就能决定以您的身份执行什么",
        ),
        hint=LocalizedText(en="take that away with `chmod go-w FILE`", zh="请用 `chmod go-w 文件` 取消该权限"),
    ),
    "ssh-config-owner": DiagnosticText(
        what=LocalizedText(
            en="the SSH configuration {path} belongs to {owner}",
            zh="SSH 配置 {path} 属于 {owner}",
        ),
        why=LocalizedText(
            en="{file} names it, and its commands (Match exec, ProxyCommand) would run as you; ssh refuses such a file too",
            zh="{file} 指定了它，其中的命令（Match exec、ProxyCommand）会以您的身份执行；ssh 同样拒绝这样的文件",
        ),
        hint=LocalizedText(
            en="copy it to a file of your own and name that one as `config` under [ssh]",
            zh="请复制为您自己的文件，并在 [ssh] 的 `config` 中指定",
        ),
    ),
    "ssh-config-open": DiagnosticText(
        what=LocalizedText(
            en="others may write {path}, on the way to an SSH configuration",
            zh="其他用户可写 {path}（SSH 配置所在路径）",
        ),
        why=LocalizedText(
            en="{file} names it, and its commands (Match exec, ProxyCommand) would run as you; ssh refuses such a file too",
            zh="{file} 指定了它，其中的命令（Match exec、ProxyCommand）会以您的身份执行；ssh 同样拒绝这样的文件",
        ),
        hint=LocalizedText(en="take that away with `chmod go-w {path}`", zh="请用 `chmod go-w {path}` 取消该权限"),
    ),
    "file-exists": DiagnosticText(
        what=LocalizedText(en="{path} exists already", zh="{path} 已存在"),
        why=LocalizedText(en="it may hold what you wrote by hand", zh="其中可能有您手工写入的内容"),
        hint=LocalizedText(
            en="give another name with `--out FILE`, or overwrite it with `--force`",
            zh="用 `--out 文件` 换一个名字，或用 `--force` 覆盖",
        ),
    ),
    "file-not-written": DiagnosticText(
        what=LocalizedText(en="{path} cannot be written: {error}", zh="{path} 无法写入：{error}"),
        why=LocalizedText(en="what you asked to be kept there would be lost", zh="您要求保存的内容会丢失"),
        hint=LocalizedText(
            en="name a file in a directory that exists and that you may write to",
            zh="请指定一个已存在且有写权限的目录中的文件",
        ),
    ),
    "confirmation-needed": DiagnosticText(
        what=LocalizedText(
            en="the plan has {steps} steps, and nobody is there to confirm them",
            zh="计划共有 {steps} 步，但无人可以确认",
        ),
        why=LocalizedText(
            en="standard input is no terminal and `--yes` was not given; nothing was changed",
            zh="标准输入不是终端，也没有 `--yes`；未做任何改动",
        ),
        hint=LocalizedText(
            en="read `bkrec plan` first, then run `bkrec apply --yes`",
            zh="先阅读 `bkrec plan`，再运行 `bkrec apply --yes`",
        ),
    ),
    "release-unknown": DiagnosticText(
        what=LocalizedText(en="this bkrec does not bring release {release}", zh="本版 bkrec 不包含发行版 {release}"),
        why=LocalizedText(en="what is desired of a cluster is the release's data", zh="集群的期望状态取自发行版数据"),
        hint=LocalizedText(
            en="set `release` in cluster.toml to one of: {known}",
            zh="请将 cluster.toml 的 `release` 设为其中之一：{known}",
        ),
    ),
    "package-overridden": DiagnosticText(
        what=LocalizedText(
            en="the package is expected to be {md5}, as cluster.toml says",
            zh="按 cluster.toml 的设置，升级包的 MD5 应为 {md5}",
        ),
        why=LocalizedText(
            en="the release itself pins {pinned}: what is installed is then what you vouch for",
            zh="该版本原本要求 {pinned}：安装内容由您自行负责",
        ),
        hint=LocalizedText(
            en="remove `package.md5` to go back to the release's own", zh="删除 `package.md5` 即恢复该版本的要求"
        ),
    ),
    "output-closed": DiagnosticText(
        what=LocalizedText(en="standard output is closed", zh="标准输出已关闭"),
        why=LocalizedText(en="the result could not be told; nothing was begun", zh="结果将无处输出；未开始任何操作"),
        hint=LocalizedText(
            en="send it to /dev/null if only the exit code is wanted",
            zh="若只需要退出码，请将输出重定向到 /dev/null",
        ),
    ),
    "output-lost": DiagnosticText(
        what=LocalizedText(
            en="the result could not be written to standard output: {said}", zh="结果无法写入标准输出：{said}"
        ),
        why=LocalizedText(
            en="whoever reads it has only a part of it, so the exit code tells no verdict either; what was done is done",
            zh="读取方只得到一部分结果，因此退出码也不表示结论；已执行的操作不受影响",
        ),
        hint=LocalizedText(
            en="make room where it goes, then run `bkrec check` for the verdict",
            zh="请腾出输出位置的空间，然后运行 `bkrec check` 获取结论",
        ),
    ),
    "journal-unreadable": DiagnosticText(
        what=LocalizedText(
            en="the journals of earlier runs cannot be read: {said}", zh="无法读取以往运行的日志：{said}"
        ),
        why=LocalizedText(
            en="whether there were any, nobody can say",
            zh="无法得知此前是否运行过",
        ),
        hint=LocalizedText(
            en="call bkrec as the user it ran as, or point XDG_STATE_HOME to where its journals are",
            zh="请用当时运行 bkrec 的用户执行，或把 XDG_STATE_HOME 指向日志所在目录",
        ),
    ),
    "local-system-error": DiagnosticText(
        what=LocalizedText(en="this machine does not let bkrec go on: {said}", zh="本机不允许 bkrec 继续：{said}"),
        why=LocalizedText(
            en="so there is no verdict; what runs on the hosts goes on by itself and is found again by the next"
            " `bkrec apply` (met at {place})",
            zh="因此没有结论；主机上已启动的作业会继续运行，下次 `bkrec apply` 会找到它们（位置：{place}）",
        ),
        hint=LocalizedText(
            en="look at free disk and memory, at limits (`ulimit -a`), and at who may write where; then run it again",
            zh="请检查磁盘与内存、资源限制（`ulimit -a`）以及目录权限，然后重新运行",
        ),
    ),
    "bug": DiagnosticText(
        what=LocalizedText(en="this is a bug in bkrec: {error}", zh="这是 bkrec 的缺陷：{error}"),
        why=LocalizedText(
            en="what runs on the hosts goes on by itself and is found again by the next `bkrec apply`",
            zh="主机上已启动的作业会继续运行，下次 `bkrec apply` 会找到它们",
        ),
        hint=LocalizedText(
            en="report it with the lines above, `bkrec --version`, `bkrec history` and, if it can be had, the file of"
            " `bkrec probe --save FILE`; none of them holds a secret",
            zh="请附上以上输出、`bkrec --version`、`bkrec history`，若可行再附上 `bkrec probe --save 文件` 的文件；其中不含任何密码",
        ),
    ),
}
