"""Words for an undo: what becomes of each kind of step, what is put back and why, and why it is refused."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    "restored": LocalizedText(
        en="that is what undoing means: what was there before is there again",
        zh="撤销即恢复：原有内容重新就位",
    ),
    "undo-restores": LocalizedText(
        en="what was there is kept, and `bkrec undo` puts it back",
        zh="原有内容已保存，可由 `bkrec undo` 恢复",
    ),
    "undo-no-change": LocalizedText(
        en="it adds something and changes nothing that was there: there is nothing to put back",
        zh="只增加内容，不改动原有内容，无需恢复",
    ),
    "undo-running": LocalizedText(
        en="it only started what was installed, which goes on running",
        zh="仅启动了已安装的内容，之后会继续运行",
    ),
    "undo-repaired": LocalizedText(
        en="it mended what would have failed at a later restart: undoing it would bring the fault back (a file as it was "
        "lies below /var/lib/bkrec/saved)",
        zh="修正了日后重启会出错的问题：撤销会使其重现（原文件在 /var/lib/bkrec/saved 下）",
    ),
    "undo-derived": LocalizedText(
        en="it was written anew from other files: run the vendor's command again once those are back",
        zh="由其他文件重新生成：待那些文件恢复后，重新执行官方命令即可",
    ),
    "undo-generated": LocalizedText(
        en="it made new secrets, which servers may know by now: taking them away would lock everybody out",
        zh="生成了新的密钥，服务端可能已在使用：删除会导致无法登录",
    ),
    "undo-replaced": LocalizedText(
        en="it replaced files by the release's; the old ones lie in the backup that was made before (guide 5.3, 6.1)",
        zh="用新版本的文件做了替换；旧文件在事先的备份中（指引 5.3、6.1）",
    ),
    "undo-server": LocalizedText(
        en="it lives in a server (a row, a grant, a registration), where it does no harm",
        zh="已写入服务端（数据行、授权或注册信息），保留无害",
    ),
    "undo-migrated": LocalizedText(
        en="it changed the databases' schema or data: only the backup brings the old state back",
        zh="变更了数据库结构或数据：只有备份能恢复旧状态",
    ),
    "undo-no-way-back": LocalizedText(
        en="it was installed by the vendor's scripts in the place of what was, and they know no way back",
        zh="由官方脚本安装并取代了原有内容，官方脚本不提供回退",
    ),
    "undo-undo": LocalizedText(en="it is itself part of an undo", zh="它本身就是撤销的一部分"),
    "undo-was-so": LocalizedText(en="it was so before run {run} changed it", zh="运行 {run} 改动之前即是如此"),
    "undo-runs-from": LocalizedText(en="old units run from these virtualenvs", zh="旧服务单元从这些虚拟环境运行"),
    "undo-file-first": LocalizedText(
        en="systemd has to know the file of {unit} first", zh="systemd 需先读到 {unit} 的文件"
    ),
    "undo-then-merge": LocalizedText(
        en="the merged files (bin/04-final) and the copies on other hosts still hold what the run left: on the "
        "controller, `cd {install} && ./bkcli install bkenv && ./bkcli sync common`; or `bkrec apply`, to go forward",
        zh="合并文件（bin/04-final）和其他主机上的副本仍是该运行留下的内容：请在中控机执行 "
        "`cd {install} && ./bkcli install bkenv && ./bkcli sync common`；若要继续升级，则运行 `bkrec apply`",
    ),
    "undo-not-started": LocalizedText(
        en="old units ran on {host}; their files are put back, but they are neither enabled nor started, since {module} "
        "of the release took their place or was begun: with that gone and the databases restored, "
        "`systemctl enable --now {names}`",
        zh="{host} 上的旧服务单元原在运行；其文件会恢复，但不启用也不启动，因为新版本的 {module} 已取而代之或已开始安装："
        "待其移除且数据库恢复后，请执行 `systemctl enable --now {names}`",
    ),
    "undo-not-registered": LocalizedText(
        en="{names} on {host}: not registered in consul again: {module} of the release took its place or was begun",
        zh="{host} 上的 {names} 不会重新注册到 consul：新版本的 {module} 已取而代之或已开始安装",
    ),
}

TROUBLES: dict[str, DiagnosticText] = {
    "undo-changed": DiagnosticText(
        what=LocalizedText(
            en="{path} is no longer as run {run} left it: somebody else changed it since",
            zh="{path} 已不是运行 {run} 留下的样子：之后有他人改动",
        ),
        why=LocalizedText(
            en="putting the old one back would destroy that change, and nothing was put back",
            zh="恢复旧内容会毁掉该改动，因此没有恢复任何内容",
        ),
        hint=LocalizedText(
            en="`bkrec undo {run} --leave {path}` leaves it as it is and puts the rest back",
            zh="`bkrec undo {run} --leave {path}` 保留该文件现状，仅恢复其余内容",
        ),
    ),
    "undo-later": DiagnosticText(
        what=LocalizedText(
            en="{path} is as run {later} left it, which came after run {run}",
            zh="{path} 是之后的运行 {later} 留下的样子，而非运行 {run}",
        ),
        why=LocalizedText(
            en="runs are undone the last one first, and nothing was put back",
            zh="须先撤销较晚的运行，因此没有恢复任何内容",
        ),
        hint=LocalizedText(
            en="`bkrec undo {later}` first, then `bkrec undo {run}`",
            zh="请先执行 `bkrec undo {later}`，再执行 `bkrec undo {run}`",
        ),
    ),
    "undo-lost": DiagnosticText(
        what=LocalizedText(
            en="what run {run} kept of {path} is damaged or gone",
            zh="运行 {run} 为 {path} 保存的内容已损坏或丢失",
        ),
        why=LocalizedText(
            en="what is put back has to be byte for byte what was there, and nothing was put back",
            zh="恢复的内容必须与原来逐字节一致，因此没有恢复任何内容",
        ),
        hint=LocalizedText(
            en="restore it from a backup of your own, and `bkrec undo {run} --leave {path}` for the rest",
            zh="请用您自己的备份恢复它，其余内容可用 `bkrec undo {run} --leave {path}` 恢复",
        ),
    ),
    "undo-nothing": DiagnosticText(
        what=LocalizedText(
            en="nothing of run {run} is left to put back",
            zh="运行 {run} 没有可恢复的内容",
        ),
        why=LocalizedText(
            en="what it changed is as before, or cannot be undone; nothing was changed",
            zh="其改动已恢复原样，或无法撤销；未做任何改动",
        ),
        hint=LocalizedText(
            en="runs of this cluster, the latest first: {runs}; `bkrec undo RUN` takes another",
            zh="该集群的运行（由近及远）：{runs}；可用 `bkrec undo RUN` 指定另一次",
        ),
    ),
    "undo-runs-unread": DiagnosticText(
        what=LocalizedText(
            en="{host} did not say which runs it knows, so which was the last one is not known",
            zh="{host} 未能给出其上的运行记录，无法确定最近一次运行",
        ),
        why=LocalizedText(
            en="its last run may be later than all others', and an older one would be undone; nothing was changed",
            zh="其上的运行可能比其他主机的更晚，会误撤销更早的运行；未做任何改动",
        ),
        hint=LocalizedText(
            en="make {host} answer; or name the run: `bkrec history`, then `bkrec undo RUN`",
            zh="请先恢复对 {host} 的访问；或指定运行：用 `bkrec history` 查看后执行 `bkrec undo RUN`",
        ),
    ),
    "undo-no-run": DiagnosticText(
        what=LocalizedText(
            en="no run has left a trace on the hosts that an undo could use",
            zh="主机上没有任何运行留下可供撤销的记录",
        ),
        why=LocalizedText(
            en="each run keeps on the hosts what it changes; there is none, and nothing was changed",
            zh="每次运行都会在主机上保存其改动的内容；此处没有，未做任何改动",
        ),
        hint=LocalizedText(
            en="`bkrec history` lists the runs from this machine; those before this version kept nothing for an undo, "
            "but old unit files lie below /var/lib/bkrec/retired",
            zh="`bkrec history` 列出本机的运行；早于此版本的运行没有为撤销保存内容，"
            "但旧的服务单元文件在 /var/lib/bkrec/retired 下",
        ),
    ),
    "undo-unknown-run": DiagnosticText(
        what=LocalizedText(
            en="no host knows a run {run}",
            zh="没有主机知道运行 {run}",
        ),
        why=LocalizedText(
            en="what a run changed is kept on the hosts under its id",
            zh="运行的改动按其标识保存在主机上",
        ),
        hint=LocalizedText(
            en="runs of this cluster, the latest first: {runs}",
            zh="该集群的运行（由近及远）：{runs}",
        ),
    ),
    "undo-unknown-path": DiagnosticText(
        what=LocalizedText(
            en="run {run} kept nothing of {path}",
            zh="运行 {run} 没有保存 {path}",
        ),
        why=LocalizedText(
            en="only what would be put back can be left as it is",
            zh="只有本会恢复的内容才能指定保留现状",
        ),
        hint=LocalizedText(
            en="`bkrec undo {run}` shows what would be put back",
            zh="`bkrec undo {run}` 会列出将要恢复的内容",
        ),
    ),
    "undo-confirmation-needed": DiagnosticText(
        what=LocalizedText(
            en="nobody could be asked whether to put {steps} steps back",
            zh="无法询问是否执行这 {steps} 个恢复步骤",
        ),
        why=LocalizedText(
            en="without a terminal an undo only shows what it would do; nothing was changed",
            zh="没有终端时，撤销只显示将要做的事；未做任何改动",
        ),
        hint=LocalizedText(
            en="`bkrec undo {run} --yes` does it without asking",
            zh="`bkrec undo {run} --yes` 不再询问，直接执行",
        ),
    ),
}
