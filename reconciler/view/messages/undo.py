"""Messages of a rollback: what it restores, what is irreversible, and why it is refused."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "restored": LocalizedText(
        en="definition of a rollback: the earlier state is restored", zh="回滚即恢复到之前的状态"
    ),
    "undo-restored": LocalizedText(
        en="the earlier state is saved; `bkrec undo` restores it", zh="之前的状态已保存，可由 `bkrec undo` 恢复"
    ),
    "undo-no-change": LocalizedText(
        en="it only adds something: there is nothing to restore", zh="只增加内容，不改动原有内容，无需恢复"
    ),
    "undo-running": LocalizedText(
        en="it only started installed services, which keep running", zh="仅启动了已安装的服务，之后会继续运行"
    ),
    "undo-repaired": LocalizedText(
        en=(
            "it repaired what would have failed at a later restart: a rollback would bring the fault "
            "back (the earlier file is below /var/lib/bkrec/saved)"
        ),
        zh="修正了日后重启会出错的问题：回滚会使其重现（原文件在 /var/lib/bkrec/saved 下）",
    ),
    "undo-derived": LocalizedText(
        en="it was generated from other files: run the vendor's command again once those are restored",
        zh="由其他文件重新生成：待那些文件恢复后，重新执行厂商命令即可",
    ),
    "undo-generated": LocalizedText(
        en="it generated new secrets that servers may already use: removing them would break logins",
        zh="生成了新的密码，服务端可能已在使用：删除会导致无法登录",
    ),
    "undo-replaced": LocalizedText(
        en=("it replaced files with those of the release; the old ones are in the backup made before (guide 5.3, 6.1)"),
        zh="用新版本的文件做了替换；旧文件在事先的备份中（指引 5.3、6.1）",
    ),
    "undo-server": LocalizedText(
        en="it is stored in a server (a row, a grant, a registration), where it does no harm",
        zh="已写入服务端（数据行、授权或注册信息），保留无害",
    ),
    "undo-migrated": LocalizedText(
        en="it changed the schema or data of databases: only the backup restores the old state",
        zh="变更了数据库结构或数据：只有备份能恢复旧状态",
    ),
    "undo-overwritten": LocalizedText(
        en="the vendor's scripts installed it in place of the old version and provide no rollback",
        zh="由厂商脚本安装并取代了原有版本，厂商脚本不提供回滚",
    ),
    "undo-undo": LocalizedText(en="it is itself part of a rollback", zh="它本身就是回滚的一部分"),
    "undo-was-so": LocalizedText(en="this was the state before run {run} changed it", zh="运行 {run} 改动之前即是如此"),
    "undo-runs-from": LocalizedText(en="old units run from these virtualenvs", zh="旧服务单元从这些虚拟环境运行"),
    "undo-file-first": LocalizedText(
        en="systemd must read the file of {unit} first", zh="systemd 需先读到 {unit} 的文件"
    ),
    "undo-then-merge": LocalizedText(
        en=(
            "the merged files (bin/04-final) and the copies on other hosts still have the state of the "
            "run: on the controller, `cd {install} && ./bkcli install bkenv && ./bkcli sync common`; or, "
            "to continue the upgrade, `bkrec apply`"
        ),
        zh=(
            "合并文件（bin/04-final）和其他主机上的副本仍是该运行之后的内容：在中控机执行 `cd {install} "
            "&& ./bkcli install bkenv && ./bkcli sync common`；若要继续升级，则执行 `bkrec apply`"
        ),
    ),
    "undo-not-started": LocalizedText(
        en=(
            "old units ran on {host}: their files are restored, but they are neither enabled nor "
            "started, because the new {module} has replaced them or its installation has started; once "
            "it is removed and the databases are restored: `systemctl enable --now {names}`"
        ),
        zh=(
            "{host} 上的旧服务单元原在运行；其文件会恢复，但不启用也不启动，因为新版本的 {module} 已取而"
            "代之或已开始安装：待其移除且数据库恢复后，执行 `systemctl enable --now {names}`"
        ),
    ),
    "undo-not-registered": LocalizedText(
        en=(
            "{names} on {host} are not registered in consul again, because the new {module} has replaced "
            "them or its installation has started"
        ),
        zh="{host} 上的 {names} 不会重新注册到 consul：新版本的 {module} 已取而代之或已开始安装",
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "undo-changed": DiagnosticText(
        what=LocalizedText(
            en="{path} was changed by someone else after run {run}", zh="{path} 在运行 {run} 之后被他人改动"
        ),
        why=LocalizedText(
            en="restoring the old version would destroy that change; nothing was restored",
            zh="恢复旧内容会毁掉该改动；没有恢复任何内容",
        ),
        hint=LocalizedText(
            en="to skip this path and restore the rest: `bkrec undo {run} --exclude {path}`",
            zh="若要跳过该路径并恢复其余内容：`bkrec undo {run} --exclude {path}`",
        ),
    ),
    "undo-later": DiagnosticText(
        what=LocalizedText(
            en="{path} was changed by run {later}, after run {run}", zh="{path} 在运行 {run} 之后被运行 {later} 改动"
        ),
        why=LocalizedText(
            en="runs are rolled back latest first; nothing was restored", zh="须先回滚较晚的运行；没有恢复任何内容"
        ),
        hint=LocalizedText(
            en="run `bkrec undo {later}` first, then `bkrec undo {run}`",
            zh="先执行 `bkrec undo {later}`，再执行 `bkrec undo {run}`",
        ),
    ),
    "undo-copy-damaged": DiagnosticText(
        what=LocalizedText(
            en="the saved copy of {path} from run {run} is damaged or missing",
            zh="运行 {run} 为 {path} 保存的副本已损坏或丢失",
        ),
        why=LocalizedText(
            en="a restored file must match the original byte for byte; nothing was restored",
            zh="恢复的内容必须与原来逐字节一致；没有恢复任何内容",
        ),
        hint=LocalizedText(
            en="restore it from your own backup, and run `bkrec undo {run} --exclude {path}` for the rest",
            zh="用您自己的备份恢复它，其余内容用 `bkrec undo {run} --exclude {path}` 恢复",
        ),
    ),
    "undo-nothing": DiagnosticText(
        what=LocalizedText(en="run {run} has nothing to restore", zh="运行 {run} 没有可恢复的内容"),
        why=LocalizedText(
            en="its changes were restored already or are irreversible; nothing was changed",
            zh="其改动已恢复，或不可逆；未做任何改动",
        ),
        hint=LocalizedText(
            en="choose another run with `bkrec undo RUN`; runs of this cluster, latest first: {runs}",
            zh="用 `bkrec undo RUN` 指定另一次运行；该集群的运行（由近及远）：{runs}",
        ),
    ),
    "undo-runs-unread": DiagnosticText(
        what=LocalizedText(
            en="the runs recorded on {host} could not be read, so the last run is unknown",
            zh="无法读取 {host} 上的运行记录，因此无法确定最近一次运行",
        ),
        why=LocalizedText(
            en=(
                "a later run may be recorded there, and an older one would be rolled back instead; nothing was changed"
            ),
            zh="其上可能有更晚的运行，会误回滚更早的运行；未做任何改动",
        ),
        hint=LocalizedText(
            en="restore access to {host}; or find the run with `bkrec history` and name it: `bkrec undo RUN`",
            zh="恢复对 {host} 的访问；或用 `bkrec history` 查看后指定运行：`bkrec undo RUN`",
        ),
    ),
    "undo-no-run": DiagnosticText(
        what=LocalizedText(en="no host has a run that can be rolled back", zh="主机上没有可回滚的运行"),
        why=LocalizedText(
            en="each run saves on the hosts what it changes; no host has such a copy; nothing was changed",
            zh="每次运行都会在主机上保存其改动的内容；主机上没有这样的副本；未做任何改动",
        ),
        hint=LocalizedText(
            en=(
                "list the runs from this machine with `bkrec history`; runs before this version saved "
                "nothing for a rollback, but old unit files are below /var/lib/bkrec/retired"
            ),
            zh=(
                "用 `bkrec history` 列出本机的运行；早于此版本的运行没有为回滚保存内容，但旧的服务单元文件在 "
                "/var/lib/bkrec/retired 下"
            ),
        ),
    ),
    "undo-unknown-run": DiagnosticText(
        what=LocalizedText(en="run {run} is not recorded on any host", zh="没有主机记录过运行 {run}"),
        why=LocalizedText(
            en="what a run changed is saved on the hosts under its ID", zh="运行的改动按其标识保存在主机上"
        ),
        hint=LocalizedText(
            en="choose one of the runs of this cluster, latest first: {runs}",
            zh="选择该集群的一次运行（由近及远）：{runs}",
        ),
    ),
    "undo-unknown-path": DiagnosticText(
        what=LocalizedText(en="run {run} saved no copy of {path}", zh="运行 {run} 没有保存 {path} 的副本"),
        why=LocalizedText(
            en="`--exclude` accepts only paths that would be restored", zh="`--exclude` 只能指定本会恢复的路径"
        ),
        hint=LocalizedText(en="list these paths with `bkrec undo {run}`", zh="用 `bkrec undo {run}` 列出这些路径"),
    ),
    "undo-confirmation-needed": DiagnosticText(
        what=LocalizedText(
            en="the rollback has {steps} steps and needs a confirmation", zh="回滚共有 {steps} 步，需要确认"
        ),
        why=LocalizedText(
            en="without a terminal the rollback is only shown; nothing was changed",
            zh="没有终端时只显示回滚计划；未做任何改动",
        ),
        hint=LocalizedText(
            en="run `bkrec undo {run} --yes` to skip the prompt", zh="执行 `bkrec undo {run} --yes` 跳过确认"
        ),
    ),
}
