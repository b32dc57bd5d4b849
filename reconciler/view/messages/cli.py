"""Messages of `cli`: usage errors, cluster files, plan files, output."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "usage": DiagnosticText(
        what=LocalizedText(en="{message}", zh="命令用法有误：{message}"),
        why=LocalizedText(en="nothing was read or changed", zh="未读取任何内容，也未做任何改动"),
        hint=LocalizedText(en="run `{help}` for the options", zh="执行 `{help}` 查看选项"),
    ),
    "format-missing": DiagnosticText(
        what=LocalizedText(en="`{command}` has no {format} output", zh="`{command}` 没有 {format} 格式的输出"),
        why=LocalizedText(en="nothing was read and nothing was changed", zh="未读取任何内容，也未做任何改动"),
        hint=LocalizedText(en="use one of the available formats: {known}", zh="可用的格式：{known}"),
    ),
    "timer-not-enabled": DiagnosticText(
        what=LocalizedText(en="systemd did not enable the timer: {error}", zh="systemd 未能启用定时器：{error}"),
        why=LocalizedText(en="the files written were removed again", zh="已写入的文件已恢复原状"),
        hint=LocalizedText(
            en="check that `systemctl` runs here; a user unit needs a session of that user (XDG_RUNTIME_DIR)",
            zh="确认此处可执行 `systemctl`；用户级单元需要该用户的会话（XDG_RUNTIME_DIR）",
        ),
    ),
    "timer-not-disabled": DiagnosticText(
        what=LocalizedText(en="systemd did not disable the timer: {error}", zh="systemd 未能停用定时器：{error}"),
        why=LocalizedText(en="nothing was removed", zh="未删除任何文件"),
        hint=LocalizedText(en="run it again as the user who installed the timer", zh="以安装定时器的用户重新执行"),
    ),
    "timer-of-another-file": DiagnosticText(
        what=LocalizedText(
            en="the timer `{name}` checks another cluster file: {file}",
            zh="定时器 `{name}` 巡检的是另一个集群文件：{file}",
        ),
        why=LocalizedText(
            en="a timer is called by the cluster's name; nothing was written or removed",
            zh="定时器以集群名命名；未写入也未删除任何文件",
        ),
        hint=LocalizedText(
            en="give this cluster another `name`; or remove that timer first: `bkrec -c {file} check --remove-timer`",
            zh="为该集群另取 `name`；或先移除那个定时器：`bkrec -c {file} check --remove-timer`",
        ),
    ),
    "cluster-name-shared": DiagnosticText(
        what=LocalizedText(
            en="{number} of the cluster files given are named `{name}`",
            zh="所给的集群文件中有 {number} 个名为 `{name}`",
        ),
        why=LocalizedText(
            en="findings, alerts and metrics go by the name; this cluster was not checked",
            zh="巡检结果、告警与指标均以名称区分；该集群未巡检",
        ),
        hint=LocalizedText(
            en="give each cluster a `name` of its own in its file, and each file once",
            zh="在各文件中为每个集群取不同的 `name`，且每个文件只给出一次",
        ),
    ),
    "timer-not-confirmed": DiagnosticText(
        what=LocalizedText(en="the timer was not confirmed", zh="定时器未经确认"),
        why=LocalizedText(en="nothing was written", zh="未写入任何文件"),
        hint=LocalizedText(en="run it again and answer yes, or use `--yes`", zh="重新执行并确认，或使用 `--yes`"),
    ),
    "timer-user-unknown": DiagnosticText(
        what=LocalizedText(en="unknown user `{user}` on this machine", zh="本机没有用户 `{user}`"),
        why=LocalizedText(
            en="the timer's check runs as this user; nothing was written", zh="定时巡检以该用户运行；未写入任何文件"
        ),
        hint=LocalizedText(
            en="create the user, or give another with `--run-as USER`", zh="创建该用户，或用 `--run-as USER` 另行指定"
        ),
    ),
    "timer-user-not-root": DiagnosticText(
        what=LocalizedText(
            en="only root installs a timer that runs as `{user}`", zh="只有 root 能安装以 `{user}` 运行的定时器"
        ),
        why=LocalizedText(en="nothing was written", zh="未写入任何文件"),
        hint=LocalizedText(en="run it with sudo, or without `--run-as`", zh="用 sudo 执行，或去掉 `--run-as`"),
    ),
    "report-no-run": DiagnosticText(
        what=LocalizedText(
            en="no run of the cluster {cluster} is on record on this machine",
            zh="本机没有集群 {cluster} 的任何运行记录",
        ),
        why=LocalizedText(
            en="a report is made from the journal, which is on the machine that the run was started from",
            zh="报告取自运行日志，日志位于启动该运行的机器上",
        ),
        hint=LocalizedText(
            en="run it as the user and on the machine that ran `bkrec apply`",
            zh="在执行过 `bkrec apply` 的机器上，以同一用户执行",
        ),
    ),
    "runs-of-another-file": DiagnosticText(
        what=LocalizedText(
            en="this cluster file has no runs on record; {directory} has some of the same `name`",
            zh="该集群文件没有运行记录；{directory} 中有同名集群的运行记录",
        ),
        why=LocalizedText(
            en="records go by the path of the cluster file, and the one that these were made with does not exist",
            zh="记录以集群文件的路径区分，而产生这些记录的文件已不存在",
        ),
        hint=LocalizedText(
            en="if that file was moved here: `mkdir -p {place} && cp -a {runs} {place}/`; else nothing",
            zh="若该文件已移到此处：`mkdir -p {place} && cp -a {runs} {place}/`；否则无需处理",
        ),
    ),
    "report-unknown-run": DiagnosticText(
        what=LocalizedText(en="unknown run `{run}` on this machine", zh="本机没有运行 `{run}` 的记录"),
        why=LocalizedText(
            en="a report is made from the journal, which is on the machine that the run was started from",
            zh="报告取自运行日志，日志位于启动该运行的机器上",
        ),
        hint=LocalizedText(
            en="use one of: {runs}; `bkrec history` lists them all", zh="可用的有：{runs}；`bkrec history` 列出全部"
        ),
    ),
    "alert-command-failed": DiagnosticText(
        what=LocalizedText(
            en="the command of `check` in cluster.toml failed: {error}",
            zh="cluster.toml 中 `check` 的命令失败：{error}",
        ),
        why=LocalizedText(
            en="the alert may not have arrived; the verdict is not affected, and the next check calls it again",
            zh="告警可能未送达；结论不受影响，下次巡检会再次调用",
        ),
        hint=LocalizedText(
            en="run the command manually with an alert on its standard input; `bkrec schema alert` prints the fields",
            zh="手动执行该命令，并从标准输入给出一条告警；字段见 `bkrec schema alert`",
        ),
    ),
    "check-history-unwritable": DiagnosticText(
        what=LocalizedText(en="the history of checks cannot be saved: {error}", zh="无法保存巡检历史：{error}"),
        why=LocalizedText(
            en="since when a finding exists is unknown, and `on_drift` is called by every check; the verdict is not affected",
            zh="无法得知各项何时出现，且每次巡检都会调用 `on_drift`；结论不受影响",
        ),
        hint=LocalizedText(
            en="check room and permissions of ~/.local/state/bkrec, or set XDG_STATE_HOME",
            zh="检查 ~/.local/state/bkrec 的空间与权限，或设置 XDG_STATE_HOME",
        ),
    ),
    "unknown-id": DiagnosticText(
        what=LocalizedText(en="unknown ID `{id}`", zh="未知标识 `{id}`"),
        why=LocalizedText(
            en=("it matches no diagnostic or reason code, no kind of fact or action, and no section of the guide"),
            zh="它不是诊断或原因的代码，不是事实或操作的种类，也不是升级指引的章节",
        ),
        hint=LocalizedText(en="{near}", zh="{near}"),
    ),
    "ack-incomplete": DiagnosticText(
        what=LocalizedText(en="the task name or its outcome is missing", zh="缺少任务名称或其结果"),
        why=LocalizedText(
            en="recording an answer needs both; without arguments `bkrec ack` lists all tasks",
            zh="记录时两者缺一不可；不带参数的 `bkrec ack` 会列出全部任务",
        ),
        hint=LocalizedText(
            en=("list the tasks with `bkrec ack`; then run `bkrec ack TASK --done` or `bkrec ack TASK --not-done`"),
            zh="用 `bkrec ack` 查看任务，再执行 `bkrec ack TASK --done` 或 `bkrec ack TASK --not-done`",
        ),
    ),
    "lost-host-unreadable": DiagnosticText(
        what=LocalizedText(en="`{text}` is not a host of the plan and minutes", zh="`{text}` 不是计划中的主机与分钟数"),
        why=LocalizedText(
            en="the rehearsal needs a host on which the plan works, and after how many minutes it is lost",
            zh="演练需要计划涉及的一台主机，以及它在多少分钟后失联",
        ),
        hint=LocalizedText(
            en="give a host and minutes, such as 10.0.0.2@12; hosts: {hosts}",
            zh="指定主机与分钟数，例如 10.0.0.2@12；主机：{hosts}",
        ),
    ),
    "approval-unknown": DiagnosticText(
        what=LocalizedText(
            en="unknown approval `{approval}` on this cluster", zh="该集群没有名为 `{approval}` 的批准项"
        ),
        why=LocalizedText(
            en="nothing was read or changed; rebuilding the topology is off unless cluster.toml enables it",
            zh="未读取任何事实，也未做任何改动；重建拓扑默认关闭，需在 cluster.toml 中开启",
        ),
        hint=LocalizedText(
            en=(
                'use one of: {known}; `optional = ["cmdb-topology"]` in cluster.toml enables the topology (guide 7.17)'
            ),
            zh=('可用的有：{known}；在 cluster.toml 中设置 `optional = ["cmdb-topology"]` 可开启拓扑重建（指引 7.17）'),
        ),
    ),
    "ack-unknown-task": DiagnosticText(
        what=LocalizedText(en="unknown task `{task}` on this cluster", zh="该集群没有名为 `{task}` 的升级后任务"),
        why=LocalizedText(en="nothing was recorded", zh="未做任何记录"),
        hint=LocalizedText(en="use one of: {known}", zh="可用的有：{known}"),
    ),
    "ack-needs-origin": DiagnosticText(
        what=LocalizedText(en="{task} needs the version the upgrade started from", zh="{task} 需要升级前的版本"),
        why=LocalizedText(
            en="its tool takes both versions as arguments, and no backup of the old sources shows the first",
            zh="该工具需要起止两个版本，而旧源码的备份中没有找到起始版本",
        ),
        hint=LocalizedText(
            en="run `bkrec ack {task} --not-done --from VERSION`",
            zh="执行 `bkrec ack {task} --not-done --from VERSION`",
        ),
    ),
    "plan-stale": DiagnosticText(
        what=LocalizedText(
            en="the plan is stale: {fact} has changed since, to {reading}",
            zh="计划已过期：{fact} 在计划生成之后变为 {reading}",
        ),
        why=LocalizedText(
            en="the plan depends on this fact and may no longer be right; nothing was changed",
            zh="计划依赖该事实，可能已不适用；未做任何改动",
        ),
        hint=LocalizedText(
            en="create a new plan and review it: `bkrec plan --out FILE`",
            zh="重新生成计划并审阅：`bkrec plan --out FILE`",
        ),
    ),
    "plan-not-covered": DiagnosticText(
        what=LocalizedText(
            en="the cluster needs steps that this plan file does not contain", zh="集群需要执行的步骤超出了该计划文件"
        ),
        why=LocalizedText(en="only steps reviewed in the file are run", zh="只执行文件中已审阅过的步骤"),
        hint=LocalizedText(
            en="review the remaining steps with `bkrec plan`; save them with `--out FILE`",
            zh="用 `bkrec plan` 审阅剩余步骤，并用 `--out FILE` 保存",
        ),
    ),
    "plan-of-other-cluster": DiagnosticText(
        what=LocalizedText(
            en="the plan is for cluster `{cluster}`, but this is `{here}`",
            zh="该计划属于集群 `{cluster}`，当前集群为 `{here}`",
        ),
        why=LocalizedText(en="nothing was changed", zh="未做任何改动"),
        hint=LocalizedText(en="select the right cluster file with `-c FILE`", zh="用 `-c FILE` 指定正确的集群文件"),
    ),
    "plan-unreadable": DiagnosticText(
        what=LocalizedText(
            en="this version of bkrec cannot read the plan: {error}", zh="当前版本的 bkrec 无法读取该计划：{error}"
        ),
        why=LocalizedText(en="a plan that is only partly understood is not run", zh="只能部分识别的计划不会执行"),
        hint=LocalizedText(
            en="create it with this version: `bkrec plan --out FILE`", zh="用当前版本重新生成：`bkrec plan --out FILE`"
        ),
    ),
    "probe-no-match": DiagnosticText(
        what=LocalizedText(en="no fact matches {patterns}", zh="没有与 {patterns} 匹配的事实"),
        why=LocalizedText(en="there is nothing to show or save", zh="没有可显示或保存的内容"),
        hint=LocalizedText(
            en=("give a host, a kind, or an ID from `bkrec probe -o json`; `*` is a wildcard: 'unit.* @10.0.0.2'"),
            zh="指定主机、种类，或 `bkrec probe -o json` 中的标识（`*` 为通配符）：'unit.* @10.0.0.2'",
        ),
    ),
    "facts-file-unreadable": DiagnosticText(
        what=LocalizedText(
            en="this version of bkrec cannot read the facts file: {error}",
            zh="当前版本的 bkrec 无法读取该事实文件：{error}",
        ),
        why=LocalizedText(
            en="a report that is only partly understood would mislead", zh="只能部分识别的报告会造成误导"
        ),
        hint=LocalizedText(
            en=("use the version of bkrec named in the file, or save the facts again: `bkrec probe --save FILE`"),
            zh="使用文件中注明的 bkrec 版本，或重新保存：`bkrec probe --save FILE`",
        ),
    ),
    "facts-file-of-another": DiagnosticText(
        what=LocalizedText(
            en="the readings are of cluster {cluster}, release {release}, not of {name}, release {wanted}",
            zh="读取结果属于集群 {cluster}（版本 {release}），而非 {name}（版本 {wanted}）",
        ),
        why=LocalizedText(
            en="a plan for one cluster says nothing of another", zh="一个集群的计划不能说明另一个集群的情况"
        ),
        hint=LocalizedText(
            en="use the cluster file of those readings (`-c FILE`), or save this cluster's own: `bkrec probe --save FILE`",
            zh="用 `-c FILE` 指定对应的集群文件，或保存该集群自身的读取结果：`bkrec probe --save FILE`",
        ),
    ),
    "cluster-file-missing": DiagnosticText(
        what=LocalizedText(en="cluster.toml was not found", zh="找不到 cluster.toml"),
        why=LocalizedText(
            en="it says how to reach the controller; searched: {looked}",
            zh="该文件说明如何连接中控机；已查找：{looked}",
        ),
        hint=LocalizedText(
            en=("create one with `bkrec init --controller root@CONTROLLER_IP`, or give its path with `-c FILE`"),
            zh="用 `bkrec init --controller root@CONTROLLER_IP` 生成，或用 `-c FILE` 指定",
        ),
    ),
    "cluster-file-unreadable": DiagnosticText(
        what=LocalizedText(en="the cluster file cannot be read: {error}", zh="集群文件无法读取：{error}"),
        why=LocalizedText(en="it says how to reach the controller", zh="该文件说明如何连接中控机"),
        hint=LocalizedText(
            en="check that it is a UTF-8 text file that you may read: `ls -l {path}`",
            zh="确认它是当前用户可读的 UTF-8 文本文件：`ls -l {path}`",
        ),
    ),
    "cluster-file-owner": DiagnosticText(
        what=LocalizedText(
            en="{path} is owned by {owner}, and {file} was found by search",
            zh="{path} 属于 {owner}，而 {file} 是自动查找到的",
        ),
        why=LocalizedText(
            en=(
                "bkrec found the file in a parent directory; anything in it, including commands of an SSH "
                "configuration, would run as you. It was not read"
            ),
            zh=("该文件是在上级目录中找到的；其中的内容（包括 SSH 配置里的命令）会以您的身份执行。未读取其内容"),
        ),
        hint=LocalizedText(
            en=(
                "if you trust its owner, give the path with `-c {file}`; otherwise change to the directory "
                "of your own cluster.toml"
            ),
            zh="若信任其所有者，用 `-c {file}` 指定；否则切换到您自己的 cluster.toml 所在目录",
        ),
    ),
    "cluster-file-open": DiagnosticText(
        what=LocalizedText(
            en="{path} is writable by other users, and {file} was found by search",
            zh="其他用户可写 {path}，而 {file} 是自动查找到的",
        ),
        why=LocalizedText(
            en="anyone who can replace the file can run commands as you. It was not read",
            zh="能替换该文件的人就能以您的身份执行命令。未读取其内容",
        ),
        hint=LocalizedText(
            en="remove write permission with `chmod go-w {path}`, or give the path with `-c {file}`",
            zh="用 `chmod go-w {path}` 去掉写权限，或用 `-c {file}` 指定文件",
        ),
    ),
    "cluster-file-open-named": DiagnosticText(
        what=LocalizedText(en="this cluster.toml is writable by other users", zh="其他用户可写此 cluster.toml"),
        why=LocalizedText(
            en="it is used because you named it, but anyone who can write it can run commands as you",
            zh="因为是您指定的，仍会使用；但能写入它的人就能以您的身份执行命令",
        ),
        hint=LocalizedText(en="remove write permission with `chmod go-w FILE`", zh="用 `chmod go-w FILE` 去掉写权限"),
    ),
    "ssh-config-owner": DiagnosticText(
        what=LocalizedText(en="the SSH configuration {path} is owned by {owner}", zh="SSH 配置 {path} 属于 {owner}"),
        why=LocalizedText(
            en=(
                "{file} refers to it, and its commands (Match exec, ProxyCommand) would run as you; ssh "
                "refuses such a file too"
            ),
            zh=("{file} 引用了它，其中的命令（Match exec、ProxyCommand）会以您的身份执行；ssh 同样拒绝这样的文件"),
        ),
        hint=LocalizedText(
            en="copy it to a file you own, and set that file as `config` under [ssh]",
            zh="复制为您自己的文件，并在 [ssh] 的 `config` 中指定",
        ),
    ),
    "ssh-config-open": DiagnosticText(
        what=LocalizedText(
            en="{path}, part of the path to an SSH configuration, is writable by other users",
            zh="其他用户可写 {path}（SSH 配置所在路径）",
        ),
        why=LocalizedText(
            en=(
                "{file} refers to it, and its commands (Match exec, ProxyCommand) would run as you; ssh "
                "refuses such a file too"
            ),
            zh=("{file} 引用了它，其中的命令（Match exec、ProxyCommand）会以您的身份执行；ssh 同样拒绝这样的文件"),
        ),
        hint=LocalizedText(
            en="remove write permission with `chmod go-w {path}`", zh="用 `chmod go-w {path}` 去掉写权限"
        ),
    ),
    "file-exists": DiagnosticText(
        what=LocalizedText(en="{path} already exists", zh="{path} 已存在"),
        why=LocalizedText(en="it may contain your own edits", zh="其中可能有您自己的修改"),
        hint=LocalizedText(
            en="choose another file with `--out FILE`, or overwrite this one with `--force`",
            zh="用 `--out FILE` 换一个文件，或用 `--force` 覆盖",
        ),
    ),
    "file-not-written": DiagnosticText(
        what=LocalizedText(en="{path} cannot be written: {error}", zh="{path} 无法写入：{error}"),
        why=LocalizedText(en="the output you asked to save would be lost", zh="您要求保存的内容会丢失"),
        hint=LocalizedText(
            en="choose a file in an existing directory that you may write to",
            zh="指定一个已存在且有写权限的目录中的文件",
        ),
    ),
    "confirmation-needed": DiagnosticText(
        what=LocalizedText(
            en="the plan has {steps} steps and needs a confirmation", zh="计划共有 {steps} 步，需要确认"
        ),
        why=LocalizedText(
            en="standard input is not a terminal and `--yes` was not given; nothing was changed",
            zh="标准输入不是终端，也没有 `--yes`；未做任何改动",
        ),
        hint=LocalizedText(
            en="review `bkrec plan`, then run `bkrec apply --yes`", zh="先审阅 `bkrec plan`，再执行 `bkrec apply --yes`"
        ),
    ),
    "release-unknown": DiagnosticText(
        what=LocalizedText(
            en="this version of bkrec has no data for release {release}",
            zh="当前版本的 bkrec 没有 {release} 的版本数据",
        ),
        why=LocalizedText(
            en="the release data defines what a cluster should look like", zh="集群的期望状态取自版本数据"
        ),
        hint=LocalizedText(
            en="set `release` in cluster.toml to one of: {known}",
            zh="将 cluster.toml 的 `release` 设为其中之一：{known}",
        ),
    ),
    "expect-unreadable": DiagnosticText(
        what=LocalizedText(en="this fact of your own cannot be read: {error}", zh="自定义的期望事实无法识别：{error}"),
        why=LocalizedText(en="a fact that is misspelt would never be compared", zh="写错的事实永远不会被比较"),
        hint=LocalizedText(
            en="correct it in cluster.toml; docs/configuration.md lists the kinds and their fields",
            zh="修正 cluster.toml 中的该项；可用的种类及其字段见 docs/configuration.zh-CN.md",
        ),
    ),
    "expect-released": DiagnosticText(
        what=LocalizedText(en="the release expects `{fact}` already", zh="版本本身已对 `{fact}` 有期望"),
        why=LocalizedText(
            en="one fact cannot be expected twice: one of the two would always differ",
            zh="同一事实不能有两个期望：其中之一必然不符",
        ),
        hint=LocalizedText(
            en="remove it; if the release is not what you want here, waive the fact (`[[waive]]`)",
            zh="删除该项；若此处不采用版本的期望，请改用 `[[waive]]` 豁免",
        ),
    ),
    "waiver-ended": DiagnosticText(
        what=LocalizedText(en="the waiver of `{fact}` ended on {until}", zh="`{fact}` 的豁免已于 {until} 到期"),
        why=LocalizedText(en="its finding counts again", zh="该项结果重新计入结论"),
        hint=LocalizedText(
            en="remove it from cluster.toml, or set a later `until`",
            zh="从 cluster.toml 中删除，或将 `until` 改为更晚的日期",
        ),
    ),
    "waiver-unmatched": DiagnosticText(
        what=LocalizedText(en="nothing expects `{fact}`, which is waived", zh="被豁免的 `{fact}` 并没有任何期望"),
        why=LocalizedText(en="a waiver that is misspelt waives nothing", zh="写错的豁免不起作用"),
        hint=LocalizedText(
            en="copy the id from `bkrec diff -o json`, field `fact`, or remove the waiver",
            zh="从 `bkrec diff -o json` 的 `fact` 字段复制，或删除该豁免",
        ),
    ),
    "package-overridden": DiagnosticText(
        what=LocalizedText(
            en="cluster.toml sets the package MD5 to {md5}", zh="cluster.toml 将软件包的 MD5 设为 {md5}"
        ),
        why=LocalizedText(
            en="the release pins {published}: you vouch for what this package installs",
            zh="该版本原本要求 {published}：所安装内容由您自行负责",
        ),
        hint=LocalizedText(
            en="remove `package.md5` from cluster.toml to use the MD5 of the release",
            zh="从 cluster.toml 中删除 `package.md5` 即恢复该版本的 MD5",
        ),
    ),
    "output-closed": DiagnosticText(
        what=LocalizedText(en="standard output is closed", zh="标准输出已关闭"),
        why=LocalizedText(en="the result could not be printed; nothing was started", zh="结果无处输出；未开始任何操作"),
        hint=LocalizedText(
            en="redirect the output to /dev/null if you only need the exit code",
            zh="若只需要退出码，将输出重定向到 /dev/null",
        ),
    ),
    "output-lost": DiagnosticText(
        what=LocalizedText(
            en="the result could not be written to standard output: {error}", zh="结果无法写入标准输出：{error}"
        ),
        why=LocalizedText(
            en=("the reader got only part of it, so the exit code gives no verdict; completed steps are not affected"),
            zh="读取方只得到一部分结果，因此退出码也不表示结论；已完成的步骤不受影响",
        ),
        hint=LocalizedText(
            en="free space at the output's destination, then run `bkrec check` for the verdict",
            zh="腾出输出位置的空间，然后执行 `bkrec check` 获取结论",
        ),
    ),
    "journal-unreadable": DiagnosticText(
        what=LocalizedText(
            en="the journals of earlier runs cannot be read: {error}", zh="无法读取以往的运行日志：{error}"
        ),
        why=LocalizedText(en="earlier runs, if any, are not known", zh="无法得知此前是否有过运行"),
        hint=LocalizedText(
            en=(
                "run bkrec as the user who started the earlier runs, or set XDG_STATE_HOME to the directory "
                "of the journals"
            ),
            zh="用当时执行 bkrec 的用户运行，或把 XDG_STATE_HOME 指向运行日志所在目录",
        ),
    ),
    "local-system-error": DiagnosticText(
        what=LocalizedText(
            en="the operating system of this machine reported an error: {error}", zh="本机操作系统报错：{error}"
        ),
        why=LocalizedText(
            en=(
                "the run ends without a verdict; jobs already running on hosts continue, and the next `bkrec "
                "apply` picks them up (at {place})"
            ),
            zh="本次没有结论；主机上正在运行的任务会继续，下次 `bkrec apply` 会接管它们（位置：{place}）",
        ),
        hint=LocalizedText(
            en="check free disk space and memory, limits (`ulimit -a`) and directory permissions; then retry",
            zh="检查磁盘与内存、资源限制（`ulimit -a`）以及目录权限，然后重试",
        ),
    ),
    "bug": DiagnosticText(
        what=LocalizedText(en="this is a bug in bkrec: {error}", zh="这是 bkrec 的缺陷：{error}"),
        why=LocalizedText(
            en="jobs already running on hosts continue, and the next `bkrec apply` picks them up",
            zh="主机上正在运行的任务会继续，下次 `bkrec apply` 会接管它们",
        ),
        hint=LocalizedText(
            en=(
                "report it with the lines above, `bkrec --version`, `bkrec history` and, if possible, the "
                "file from `bkrec probe --save FILE`; none of these contains secrets"
            ),
            zh=(
                "请反馈，并附上以上输出、`bkrec --version`、`bkrec history`，若可行再附上 `bkrec probe "
                "--save FILE` 生成的文件；其中不含任何密码"
            ),
        ),
    ),
}
