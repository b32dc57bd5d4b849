"""Messages of `engine`: hosts and jobs, lease, preflight checks, pause, journal.

The hints of what was interrupted all end in the same way on purpose: run it again.
"""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "no-probe": LocalizedText(
        en="bkrec has no probe for facts of kind {kind}; this is a bug",
        zh="bkrec 没有可读取 {kind} 的探针：这是 bkrec 的缺陷",
    ),
    "parse-failed": LocalizedText(
        en="the host's reply to the `{family}` probe could not be parsed: {error}",
        zh="无法解析主机对探针 `{family}` 的应答：{error}",
    ),
    "probe-timeout": LocalizedText(en="the `{family}` probe timed out", zh="探针 `{family}` 超时"),
    "answer-too-long": LocalizedText(
        en="the host's reply to the `{family}` probe exceeds the size limit",
        zh="主机对探针 `{family}` 的应答超过长度上限",
    ),
    "section-truncated": LocalizedText(
        en="the host's reply to the `{family}` probe was truncated", zh="主机对探针 `{family}` 的应答被截断"
    ),
    "not-utf8": LocalizedText(en="the value is not UTF-8 text", zh="值不是 UTF-8 文本"),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "journal-unwritable": DiagnosticText(
        what=LocalizedText(en="the journal cannot be written: {error}", zh="无法写入运行日志：{error}"),
        why=LocalizedText(
            en="every action is recorded in the journal before it is sent to a host",
            zh="任何操作都须先写入运行日志，才会发往主机",
        ),
        hint=LocalizedText(
            en="free space on that disk, or set XDG_STATE_HOME to another directory, then retry",
            zh="腾出磁盘空间，或把 XDG_STATE_HOME 指向其他目录，然后重试",
        ),
    ),
    "lease-held": DiagnosticText(
        what=LocalizedText(
            en="{user}@{at} holds the lease on this cluster (run {run}, last renewed {age} s ago)",
            zh="{user}@{at} 持有该集群的租约（运行 {run}，{age} 秒前续期）",
        ),
        why=LocalizedText(
            en="two concurrent writers would break each other's changes", zh="两个写入者同时操作会相互破坏"
        ),
        hint=LocalizedText(
            en=(
                "wait for that run or ask its owner; the lease of a dead run expires after 60 s; `bkrec lock "
                "status` shows it, `bkrec lock break` force-releases it"
            ),
            zh=(
                "等待该运行结束或联系对方；若对方已退出，租约 60 秒后自动过期；`bkrec lock status` 可查看，"
                "`bkrec lock break` 可强制释放"
            ),
        ),
    ),
    "lease-failed": DiagnosticText(
        what=LocalizedText(
            en="the lease on the controller could not be acquired or read: {error}",
            zh="无法在中控机上获取或读取租约：{error}",
        ),
        why=LocalizedText(
            en="without the lease bkrec cannot be sure that it is the only writer",
            zh="没有租约就无法保证只有一个写入者",
        ),
        hint=LocalizedText(
            en="check that root can write to /var/lib/bkrec on the controller and that its disk is not full",
            zh="确认中控机上的 /var/lib/bkrec 可由 root 写入且磁盘未满",
        ),
    ),
    "lease-lost": DiagnosticText(
        what=LocalizedText(
            en="the lease of run {run} is no longer on the controller", zh="运行 {run} 的租约已不在中控机上"
        ),
        why=LocalizedText(
            en="it was force-released or taken over; no further step was started",
            zh="它已被强制释放或被接管；之后没有再启动任何步骤",
        ),
        hint=LocalizedText(
            en="check who holds the lease with `bkrec lock status`, then retry",
            zh="用 `bkrec lock status` 查看租约持有者，然后重试",
        ),
    ),
    "lease-not-renewed": DiagnosticText(
        what=LocalizedText(en="the lease could not be renewed for {seconds} s", zh="租约已 {seconds} 秒未能续期"),
        why=LocalizedText(
            en="another run may take over at any moment, so no further step was started",
            zh="其他运行随时可能接管，因此不再启动任何步骤",
        ),
        hint=LocalizedText(en="check that the controller is reachable, then retry", zh="确认中控机可达，然后重试"),
    ),
    "lease-superseded": DiagnosticText(
        what=LocalizedText(
            en="this host has been fenced by a later run (epoch {epoch})",
            zh="该主机已被更新的运行隔离（epoch {epoch}）",
        ),
        why=LocalizedText(
            en="the run with the higher epoch has taken over; an older run starts nothing more",
            zh="epoch 更高的运行已经接管；较旧的运行不再启动任何步骤",
        ),
        hint=LocalizedText(
            en="check who holds the lease with `bkrec lock status`, then retry",
            zh="用 `bkrec lock status` 查看租约持有者，然后重试",
        ),
    ),
    "lease-unconfirmed": DiagnosticText(
        what=LocalizedText(en="the lease was not confirmed in time", zh="租约未能及时得到确认"),
        why=LocalizedText(
            en="a step starts only while no other run can have taken over", zh="只有确定没有其他运行接管时才会启动步骤"
        ),
        hint=LocalizedText(
            en="check who holds the lease with `bkrec lock status`, then run `bkrec apply` again",
            zh="用 `bkrec lock status` 查看租约持有者，然后再次执行 `bkrec apply`",
        ),
    ),
    "job-unread": DiagnosticText(
        what=LocalizedText(
            en="the records of earlier attempts on this host could not be read", zh="无法读取该主机上以往的尝试记录"
        ),
        why=LocalizedText(en="without them an action might be started twice", zh="没有这些记录，操作可能被重复启动"),
        hint=LocalizedText(
            en="check that the host answers and /var/lib/bkrec is readable there, then retry",
            zh="确认主机有应答且 /var/lib/bkrec 可读，然后重试",
        ),
    ),
    "job-cut-off": DiagnosticText(
        what=LocalizedText(
            en="job {job} disappeared without recording its exit status", zh="任务 {job} 已消失，没有留下退出状态"
        ),
        why=LocalizedText(
            en="the host went down or the job was killed before its effects were in place",
            zh="主机重启或任务被杀，而其效果尚未达成",
        ),
        hint=LocalizedText(
            en="run `bkrec apply` again: this step is safe to repeat", zh="再次执行 `bkrec apply`：该步骤可以安全重做"
        ),
    ),
    "job-vanished": DiagnosticText(
        what=LocalizedText(
            en="job {job} disappeared without recording its exit status", zh="任务 {job} 已消失，没有留下退出状态"
        ),
        why=LocalizedText(
            en=(
                "the host went down or the job was killed; its effects are not in place, and the step is not "
                "safe to repeat"
            ),
            zh="主机重启或任务被杀；其效果尚未达成，且该步骤不能盲目重做",
        ),
        hint=LocalizedText(
            en=(
                "read /var/lib/bkrec/jobs/{job}/log on that host; if it may run again: `mv "
                "/var/lib/bkrec/jobs/{job} /root/`, then `bkrec apply`"
            ),
            zh=(
                "查看该主机上的 /var/lib/bkrec/jobs/{job}/log；确认可以重做后：`mv /var/lib/bkrec/jobs/{job} "
                "/root/`，再执行 `bkrec apply`"
            ),
        ),
    ),
    "job-repeat-refused": DiagnosticText(
        what=LocalizedText(
            en="job {job} exited with {rc} earlier without the expected effects, and must not run twice",
            zh="任务 {job} 此前以 {rc} 退出，效果未达成，且不能重复执行",
        ),
        why=LocalizedText(
            en="the action is not idempotent: a second run could apply it twice",
            zh="该操作不是幂等的：再次执行可能重复生效",
        ),
        hint=LocalizedText(
            en=(
                "read /var/lib/bkrec/jobs/{job}/log on that host; if it may run again: `mv "
                "/var/lib/bkrec/jobs/{job} /root/`, then `bkrec apply`"
            ),
            zh=(
                "查看该主机上的 /var/lib/bkrec/jobs/{job}/log；确认可以重做后：`mv /var/lib/bkrec/jobs/{job} "
                "/root/`，再执行 `bkrec apply`"
            ),
        ),
    ),
    "job-not-started": DiagnosticText(
        what=LocalizedText(en="job {job} was not started: {how}", zh="任务 {job} 没有启动：{how}"),
        why=LocalizedText(
            en="the host could not record the job, and an unrecorded job is never started",
            zh="主机无法记录该任务，未记录的任务不会启动",
        ),
        hint=LocalizedText(
            en=(
                "check that /var/lib/bkrec on that host is writable, that its disk is not full, and that its "
                "file `epoch` contains only a number; then retry"
            ),
            zh="确认该主机的 /var/lib/bkrec 可写、磁盘未满，且其中的 epoch 文件只有一个数字，然后重试",
        ),
    ),
    "paused": DiagnosticText(
        what=LocalizedText(
            en="{who} paused this cluster at {since}: {reason}", zh="{who} 于 {since} 暂停了该集群：{reason}"
        ),
        why=LocalizedText(
            en="no new step starts until the cluster is resumed; running steps have finished",
            zh="解除暂停之前不会启动新的步骤；正在运行的步骤均已结束",
        ),
        hint=LocalizedText(
            en="when work may continue: `bkrec resume`, then `bkrec apply`",
            zh="可以继续时执行 `bkrec resume`，再执行 `bkrec apply`",
        ),
    ),
    "ack-failed": DiagnosticText(
        what=LocalizedText(
            en="the host did not confirm the record for {task}: {error}", zh="主机未确认 {task} 的记录：{error}"
        ),
        why=LocalizedText(en="an acknowledgement that is not recorded has no effect", zh="没有记录的确认不起作用"),
        hint=LocalizedText(
            en="check the state with `bkrec ack`, then repeat the command", zh="用 `bkrec ack` 查看状态，然后重试该命令"
        ),
    ),
    "approve-failed": DiagnosticText(
        what=LocalizedText(
            en="the controller did not confirm the approval of {approval}: {error}",
            zh="中控机未确认对 {approval} 的批准：{error}",
        ),
        why=LocalizedText(
            en="nothing is deleted without a record of who approved it", zh="没有批准记录就不会执行任何删除"
        ),
        hint=LocalizedText(en="check with `bkrec status`, then retry", zh="用 `bkrec status` 查看，然后重试"),
    ),
    "pause-failed": DiagnosticText(
        what=LocalizedText(
            en="the controller did not confirm the pause request: {error}", zh="中控机未确认暂停请求：{error}"
        ),
        why=LocalizedText(en="the cluster may or may not be paused", zh="该集群可能已暂停，也可能未暂停"),
        hint=LocalizedText(en="check with `bkrec status`, then retry", zh="用 `bkrec status` 查看，然后重试"),
    ),
    "job-overdue": DiagnosticText(
        what=LocalizedText(
            en="job {job} is still running after {seconds} s", zh="任务 {job} 运行超过 {seconds} 秒仍未结束"
        ),
        why=LocalizedText(
            en="it counts as stuck, but was not killed: killing it midway could do more harm",
            zh="视为卡住，但没有杀掉：中途杀掉可能造成更大损害",
        ),
        hint=LocalizedText(
            en=(
                "check it with `tail /var/lib/bkrec/jobs/{job}/log`; once it has ended, or you have ended "
                "it, run `bkrec apply` again"
            ),
            zh="用 `tail /var/lib/bkrec/jobs/{job}/log` 查看；待它结束或由您结束后，再次执行 `bkrec apply`",
        ),
    ),
    "job-launch-unconfirmed": DiagnosticText(
        what=LocalizedText(
            en="the connection to the host was lost while job {job} was starting or running",
            zh="任务 {job} 启动或运行期间与主机的连接中断",
        ),
        why=LocalizedText(
            en="the job may still be running; the next run checks and waits for it",
            zh="任务可能仍在运行；下次运行会检查并等待它",
        ),
        hint=LocalizedText(
            en="restore the host, then run `bkrec apply` again", zh="恢复该主机，然后再次执行 `bkrec apply`"
        ),
    ),
    "step-requirement-changed": DiagnosticText(
        what=LocalizedText(
            en="`{fact}` should be {expected} but is now {reading}", zh="`{fact}` 应为 {expected}，现为 {reading}"
        ),
        why=LocalizedText(
            en="the step requires it, so the plan may no longer be right", zh="该步骤依赖此事实，计划可能已不适用"
        ),
        hint=LocalizedText(
            en="run `bkrec plan` again: it starts from the current state",
            zh="重新执行 `bkrec plan`：它会从当前状态出发",
        ),
    ),
    "step-requirement-unknown": DiagnosticText(
        what=LocalizedText(
            en="`{fact}`, a requirement of this step, could not be read", zh="该步骤所依赖的 `{fact}` 无法读取"
        ),
        why=LocalizedText(
            en="no step starts before all its requirements are verified", zh="依赖未得到确认之前不会启动步骤"
        ),
        hint=LocalizedText(en="check that the host answers, then retry", zh="确认主机有应答，然后重试"),
    ),
    "agents-missing": DiagnosticText(
        what=LocalizedText(
            en="agents online before GSE was replaced are still offline after {seconds} s: {hosts}",
            zh="替换 GSE 之前在线的 Agent 在 {seconds} 秒后仍未恢复：{hosts}",
        ),
        why=LocalizedText(
            en="the old GSE is kept while they are offline; none of its units was removed",
            zh="在它们恢复之前保留旧 GSE；其服务单元均未移除",
        ),
        hint=LocalizedText(
            en=(
                "check on those hosts that gse_agent runs and reaches the GSE hosts, then run `bkrec apply` "
                "again; to continue without them: `bkrec ack gse-agents --done`"
            ),
            zh=(
                "确认这些主机上的 gse_agent 正在运行且能连通 GSE 主机，然后再次执行 `bkrec apply`；若不再需要"
                "它们：`bkrec ack gse-agents --done`"
            ),
        ),
    ),
    "step-not-verified": DiagnosticText(
        what=LocalizedText(
            en="the command exited with {rc}, but its effects were not verified: {facts}",
            zh="命令以 {rc} 退出，但未确认其效果：{facts}",
        ),
        why=LocalizedText(
            en="a step is done when its effects are verified, whatever the exit status",
            zh="以确认到的效果为准，退出码不算数",
        ),
        hint=LocalizedText(
            en=(
                "read the end of its log above (full log: /var/lib/bkrec/jobs/{job}/log), fix the cause, and "
                "run `bkrec apply` again"
            ),
            zh=("查看上面的日志末尾（完整日志：/var/lib/bkrec/jobs/{job}/log），排除原因后再次执行 `bkrec apply`"),
        ),
    ),
    "preflight-failed": DiagnosticText(
        what=LocalizedText(
            en="preflight check failed: `{fact}` is {reading}", zh="前置检查未通过：`{fact}` 为 {reading}"
        ),
        why=LocalizedText(
            en="it is checked before the first write of a run or round, so that work does not stop midway",
            zh="每次运行或每一轮首次写入之前都会检查，避免中途停下",
        ),
        hint=LocalizedText(
            en="fix what is named above, then retry; no step starts before that",
            zh="处理上述问题后重试；在此之前不会启动任何步骤",
        ),
    ),
    "preflight-unread": DiagnosticText(
        what=LocalizedText(
            en="preflight check {check} could not be read: `{fact}`", zh="前置检查 {check} 无法读取：`{fact}`"
        ),
        why=LocalizedText(en="a check that could not be read does not pass", zh="读不到的检查不算通过"),
        hint=LocalizedText(
            en="fix what the reason names, then retry; `bkrec explain {check}` shows what is checked",
            zh="先处理上述原因，再重试；`bkrec explain {check}` 说明检查的内容",
        ),
    ),
    "preflight-advice-unread": DiagnosticText(
        what=LocalizedText(
            en="{check} could not be read, which refuses no run: `{fact}`",
            zh="{check} 未能读取，不影响升级：`{fact}`",
        ),
        why=LocalizedText(
            en="whatever it says, `apply` starts without it; its advice is missing here",
            zh="无论结果如何，`apply` 都会开始；此处只缺少这一项提示",
        ),
        hint=LocalizedText(
            en="to have the advice before the upgrade, fix what the reason names and run `bkrec doctor` again; "
            "`bkrec explain {check}` shows what is checked",
            zh="若要在升级前得到该提示，先处理上述原因，再执行 `bkrec doctor`；`bkrec explain {check}` 说明检查的内容",
        ),
    ),
    "not-confirmed": DiagnosticText(
        what=LocalizedText(en="the plan was not confirmed", zh="计划未被确认"),
        why=LocalizedText(en="no step runs without a confirmation", zh="未经确认不会执行任何步骤"),
        hint=LocalizedText(en="run it again and answer yes, or use `--yes`", zh="重新执行并确认，或使用 `--yes`"),
    ),
    "change-hosts-unread": DiagnosticText(
        what=LocalizedText(en="could not be read: {hosts}", zh="无法读取：{hosts}"),
        why=LocalizedText(
            en="an upgrade starts only when all hosts it concerns were read; this one was not started",
            zh="涉及的主机全部读到后才会开始升级；本次未开始",
        ),
        hint=LocalizedText(
            en="fix the cause given for each host below, then run `bkrec apply` again",
            zh="按下面列出的各主机原因处理，然后再次执行 `bkrec apply`",
        ),
    ),
    "pause-unread": DiagnosticText(
        what=LocalizedText(en="the pause state of the cluster could not be read", zh="无法读取该集群的暂停状态"),
        why=LocalizedText(
            en="the cluster may be paused; nothing was changed", zh="该集群可能处于暂停状态；未做任何改动"
        ),
        hint=LocalizedText(en="restore access to {host}, then retry", zh="恢复对 {host} 的访问，然后重试"),
    ),
    "jobs-unread": DiagnosticText(
        what=LocalizedText(en="the jobs running on {host} could not be read", zh="无法读取 {host} 上正在运行的任务"),
        why=LocalizedText(en="a job may be running there that is not listed", zh="其上可能有任务在运行而未列出"),
        hint=LocalizedText(
            en="restore access to {host}, then run `bkrec status` again",
            zh="恢复对 {host} 的访问，再执行 `bkrec status`",
        ),
    ),
}
