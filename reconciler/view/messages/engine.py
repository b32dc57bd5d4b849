"""Words for the codes of `effects`: why a host was not read, why a step stopped, who else is at work.

The hints of what was interrupted all end the same way, on purpose: run it again.
"""

from reconciler.view.messages import host_keys, ssh
from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    "no-probe": LocalizedText(
        en="bkrec has no probe for facts of kind {kind}: a bug",
        zh="bkrec 没有可读取 {kind} 的探针：这是缺陷",
    ),
    "parse-failed": LocalizedText(
        en="the host's answer to `{family}` could not be understood: {error}",
        zh="无法理解主机对 `{family}` 的回答：{error}",
    ),
    "probe-timeout": LocalizedText(
        en="the probe `{family}` did not end in time",
        zh="探针 `{family}` 超时未结束",
    ),
    "answer-too-long": LocalizedText(
        en="the host's answer to `{family}` is too long to be one",
        zh="主机对 `{family}` 的回答过长，不可信",
    ),
    "section-truncated": LocalizedText(
        en="the host's answer to `{family}` broke off",
        zh="主机对 `{family}` 的回答中途截断",
    ),
    "not-utf8": LocalizedText(
        en="the value is not UTF-8 text",
        zh="值不是 UTF-8 文本",
    ),
}

TROUBLES: dict[str, DiagnosticText] = {
    **ssh.TROUBLES,
    **host_keys.TROUBLES,
    "journal-unwritable": DiagnosticText(
        what=LocalizedText(
            en="the journal cannot be written: {said}",
            zh="无法写入日志：{said}",
        ),
        why=LocalizedText(
            en="nothing leaves for a host that is not on record first",
            zh="没有先记录在案的操作不会发往任何主机",
        ),
        hint=LocalizedText(
            en="make room on that disk, or point XDG_STATE_HOME to another, and run it again",
            zh="请腾出磁盘空间，或把 XDG_STATE_HOME 指向别处，然后重新运行",
        ),
    ),
    "lease-held": DiagnosticText(
        what=LocalizedText(
            en="{user}@{at} is at work on this cluster (run {run}, last seen {age} s ago)",
            zh="{user}@{at} 正在操作该集群（run {run}，{age} 秒前仍活动）",
        ),
        why=LocalizedText(
            en="two writers at once would undo each other's work",
            zh="两个操作者同时写入会相互破坏",
        ),
        hint=LocalizedText(
            en=(
                "wait for them, or ask them; if that run is dead it expires after 60 s; `bkrec "
                "lock status` shows it, `bkrec lock break` takes it away"
            ),
            zh=(
                "请等待或联系对方；若对方已退出，60 秒后自动过期；`bkrec lock status` 可查看，"
                "`bkrec lock break` 可强制解除"
            ),
        ),
    ),
    "lease-failed": DiagnosticText(
        what=LocalizedText(
            en="the lease on the controller could be neither taken nor read: {said}",
            zh="无法在中控机上获取或读取租约：{said}",
        ),
        why=LocalizedText(
            en="without it nobody can say that bkrec is the only one at work",
            zh="没有租约就无法保证只有一个操作者",
        ),
        hint=LocalizedText(
            en=("see that /var/lib/bkrec on the controller can be written by root, and that its disk is not full"),
            zh="请确认中控机上的 /var/lib/bkrec 可由 root 写入且磁盘未满",
        ),
    ),
    "lease-lost": DiagnosticText(
        what=LocalizedText(
            en="the lease of run {run} is gone from the controller",
            zh="run {run} 的租约已不在中控机上",
        ),
        why=LocalizedText(
            en="somebody broke it or took over; nothing more was started",
            zh="有人强制解除或接管了它；之后没有再启动任何操作",
        ),
        hint=LocalizedText(
            en="see who is at work (`bkrec lock status`), then run it again",
            zh="请用 `bkrec lock status` 查看当前操作者，然后重新运行",
        ),
    ),
    "lease-not-renewed": DiagnosticText(
        what=LocalizedText(
            en="the lease could not be renewed for {seconds} s",
            zh="租约已 {seconds} 秒未能续期",
        ),
        why=LocalizedText(
            en="another may take over at any moment, so nothing more was started",
            zh="其他人随时可能接管，因此不再启动任何操作",
        ),
        hint=LocalizedText(
            en="see that the controller can be reached, then run it again",
            zh="请确认中控机可达，然后重新运行",
        ),
    ),
    "lease-superseded": DiagnosticText(
        what=LocalizedText(
            en="this host has seen a later run (epoch {epoch})",
            zh="该主机已见过更新的运行（epoch {epoch}）",
        ),
        why=LocalizedText(
            en="whoever has the higher epoch has taken over; an older run starts nothing any more",
            zh="epoch 更高者已经接管；较旧的运行不再启动任何操作",
        ),
        hint=LocalizedText(
            en="see who is at work (`bkrec lock status`), then run it again",
            zh="请用 `bkrec lock status` 查看当前操作者，然后重新运行",
        ),
    ),
    "lease-unconfirmed": DiagnosticText(
        what=LocalizedText(
            en="the lease was not confirmed in time",
            zh="租约未能及时得到确认",
        ),
        why=LocalizedText(
            en="a step may only begin while nobody else can have taken over",
            zh="只有确定无人接管时才能开始步骤",
        ),
        hint=LocalizedText(
            en="look who works on the cluster, then go on: bkrec lock status; bkrec apply",
            zh="查看谁在操作该集群，然后继续：bkrec lock status；bkrec apply",
        ),
    ),
    "job-unread": DiagnosticText(
        what=LocalizedText(
            en="what was tried there before could not be read",
            zh="无法读取该主机上以前的执行记录",
        ),
        why=LocalizedText(
            en="without it something might be started twice",
            zh="不知道记录就可能重复启动",
        ),
        hint=LocalizedText(
            en="see that the host answers and /var/lib/bkrec can be read there, then run it again",
            zh="请确认主机有响应且 /var/lib/bkrec 可读，然后重新运行",
        ),
    ),
    "job-cut-off": DiagnosticText(
        what=LocalizedText(
            en="the job {job} is gone without a record of how it ended",
            zh="任务 {job} 消失了，没有留下结束记录",
        ),
        why=LocalizedText(
            en="the host went down or the job was killed, before what it is for had come true",
            zh="主机重启或任务被杀，而其应有的效果尚未出现",
        ),
        hint=LocalizedText(
            en="run `bkrec apply` again: this step may simply be done once more",
            zh="请再次执行 `bkrec apply`：该步骤可以直接重做",
        ),
    ),
    "job-vanished": DiagnosticText(
        what=LocalizedText(
            en="the job {job} is gone without a record of how it ended",
            zh="任务 {job} 消失了，没有留下结束记录",
        ),
        why=LocalizedText(
            en=(
                "the host went down or the job was killed; what it should have made true is "
                "not so, and it must not run twice blindly"
            ),
            zh="主机重启或任务被杀；它应达到的效果没有出现，也不能盲目再跑一次",
        ),
        hint=LocalizedText(
            en=(
                "read /var/lib/bkrec/jobs/{job}/log on that host; if it may run again: `mv /var/lib/bkrec"
                "/jobs/{job} /root/`, then `bkrec apply`"
            ),
            zh=(
                "请查看该主机上的 /var/lib/bkrec/jobs/{job}/log；确认可以重跑后：`mv /var/lib/bkrec/jobs/"
                "{job} /root/`，再执行 `bkrec apply`"
            ),
        ),
    ),
    "job-repeat-refused": DiagnosticText(
        what=LocalizedText(
            en=("the job {job} ended with {rc} before, and what it is for was not seen; it is not one to run twice"),
            zh="任务 {job} 此前以 {rc} 结束，但其效果没有出现；它不能重复执行",
        ),
        why=LocalizedText(
            en="its action is not idempotent: a second run could do its work double",
            zh="该操作不是幂等的：再跑一次可能把事情做两遍",
        ),
        hint=LocalizedText(
            en=(
                "read /var/lib/bkrec/jobs/{job}/log on that host; if it may run again: `mv /var/lib/bkrec"
                "/jobs/{job} /root/`, then `bkrec apply`"
            ),
            zh=(
                "请查看该主机上的 /var/lib/bkrec/jobs/{job}/log；确认可以重跑后：`mv /var/lib/bkrec/jobs/"
                "{job} /root/`，再执行 `bkrec apply`"
            ),
        ),
    ),
    "job-not-started": DiagnosticText(
        what=LocalizedText(
            en="the job {job} was not started: {how}",
            zh="任务 {job} 没有启动：{how}",
        ),
        why=LocalizedText(
            en="the host could not put it on record, and without a record nothing is started",
            zh="主机无法为它留下记录，没有记录就不启动",
        ),
        hint=LocalizedText(
            en=(
                "see that /var/lib/bkrec on that host is writable, its disk not full, and that its file epoch holds a number and nothing else, then run it again"
            ),
            zh="请确认该主机的 /var/lib/bkrec 可写、磁盘未满，且其中的 epoch 文件只有一个数字，然后重新运行",
        ),
    ),
    "paused": DiagnosticText(
        what=LocalizedText(
            en="{who} paused this cluster at {since}: {reason}", zh="{who} 于 {since} 暂停了该集群：{reason}"
        ),
        why=LocalizedText(
            en="no further step is started until it is resumed; what was in flight has ended",
            zh="恢复之前不会开始新的步骤；已开始的步骤均已结束",
        ),
        hint=LocalizedText(
            en="when it may go on: `bkrec resume`, then `bkrec apply`",
            zh="可继续时执行 `bkrec resume`，再执行 `bkrec apply`",
        ),
    ),
    "ack-failed": DiagnosticText(
        what=LocalizedText(en="the host did not confirm it for {task}: {said}", zh="主机未确认 {task}：{said}"),
        why=LocalizedText(en="a word that is not on record counts for nothing", zh="没有记录的确认不起作用"),
        hint=LocalizedText(en="see `bkrec ack`, and say it again", zh="请查看 `bkrec ack` 后重试"),
    ),
    "approve-failed": DiagnosticText(
        what=LocalizedText(
            en="the controller did not confirm the approval of {gate}: {said}",
            zh="中控机未确认对 {gate} 的批准：{said}",
        ),
        why=LocalizedText(
            en="nothing is deleted without a record of who agreed to it", zh="没有批准记录就不会执行任何删除"
        ),
        hint=LocalizedText(en="see `bkrec status`, and try again", zh="请查看 `bkrec status` 后重试"),
    ),
    "pause-failed": DiagnosticText(
        what=LocalizedText(en="the controller did not confirm it: {said}", zh="中控机未确认：{said}"),
        why=LocalizedText(en="nobody can tell whether the cluster is paused", zh="无法判断该集群是否已暂停"),
        hint=LocalizedText(en="see `bkrec status`, and try again", zh="请查看 `bkrec status` 后重试"),
    ),
    "job-overdue": DiagnosticText(
        what=LocalizedText(
            en="the job {job} still runs after {seconds} s",
            zh="任务 {job} 运行超过 {seconds} 秒仍未结束",
        ),
        why=LocalizedText(
            en="it counts as stuck; it was left running, since killing it half-way could do more harm",
            zh="视为卡住；没有杀掉它，因为中途杀掉可能更糟",
        ),
        hint=LocalizedText(
            en=(
                "look at it: `tail /var/lib/bkrec/jobs/{job}/log`; once it has ended, or you "
                "ended it, run `bkrec apply` again"
            ),
            zh="请查看 `tail /var/lib/bkrec/jobs/{job}/log`；待它结束或由您结束后，再执行 `bkrec apply`",
        ),
    ),
    "job-launch-unconfirmed": DiagnosticText(
        what=LocalizedText(
            en="the host went silent while the job {job} ran, or was about to",
            zh="主机在任务 {job} 运行或即将启动时失去联系",
        ),
        why=LocalizedText(
            en="nobody knows whether it goes on; the next run finds out and waits for it",
            zh="不知道它是否仍在进行；下次运行会查明并等待它",
        ),
        hint=LocalizedText(
            en="bring the host back, then run `bkrec apply` again",
            zh="请恢复该主机，然后再次执行 `bkrec apply`",
        ),
    ),
    "step-requirement-changed": DiagnosticText(
        what=LocalizedText(
            en="`{fact}` was to read {expected} and reads {reading} now",
            zh="`{fact}` 应为 {expected}，现在却是 {reading}",
        ),
        why=LocalizedText(
            en="the plan rests on it: what was decided may no longer be right",
            zh="计划以此为前提：原来的决定可能不再正确",
        ),
        hint=LocalizedText(
            en="run `bkrec plan` again: it starts from what is so now",
            zh="请重新执行 `bkrec plan`：它会从当前状态出发",
        ),
    ),
    "step-requirement-unknown": DiagnosticText(
        what=LocalizedText(
            en="`{fact}`, which the step rests on, could not be read",
            zh="步骤所依赖的 `{fact}` 无法读取",
        ),
        why=LocalizedText(
            en="nothing is started on a premise that nobody has seen",
            zh="没有看到前提就不启动",
        ),
        hint=LocalizedText(
            en="see that the host answers, then run it again",
            zh="请确认主机有响应，然后重新运行",
        ),
    ),
    "agents-missing": DiagnosticText(
        what=LocalizedText(
            en="online before GSE was replaced, and not back after {seconds} s: {hosts}",
            zh="替换 GSE 之前在线、{seconds} 秒后仍未恢复的 Agent：{hosts}",
        ),
        why=LocalizedText(
            en="what they were reached through is not retired while they are missing; no unit of the old GSE was taken away",
            zh="在它们恢复之前，不会下线它们所依赖的旧 GSE；旧 GSE 的服务均未移除",
        ),
        hint=LocalizedText(
            en=(
                "on those hosts see that gse_agent runs and reaches the GSE hosts, then run `bkrec apply` again; "
                "if they are not to come back: `bkrec ack gse-agents --done`"
            ),
            zh=(
                "请确认这些主机上的 gse_agent 正在运行且能连通 GSE 主机，然后重新执行 `bkrec apply`；"
                "若不再需要它们：`bkrec ack gse-agents --done`"
            ),
        ),
    ),
    "step-not-verified": DiagnosticText(
        what=LocalizedText(
            en="the command ended with {rc}, and what it is for was not seen: {facts}",
            zh="命令以 {rc} 结束，但没有看到应有的效果：{facts}",
        ),
        why=LocalizedText(
            en="a step is done when its effect is seen, whatever the exit status says",
            zh="看到效果才算完成，退出码不算数",
        ),
        hint=LocalizedText(
            en=(
                "read the last lines of its log above, all of it in /var/lib/bkrec/jobs/{job}/log; "
                "mend the cause and run `bkrec apply` again"
            ),
            zh=("请看上面日志的最后几行，完整日志在 /var/lib/bkrec/jobs/{job}/log；排除原因后再执行 `bkrec apply`"),
        ),
    ),
    "preflight-failed": DiagnosticText(
        what=LocalizedText(
            en="`{fact}` reads {reading}: not a state to begin in",
            zh="`{fact}` 为 {reading}：此状态下不能开始",
        ),
        why=LocalizedText(
            en="this is asked before the first write of a run or a round, so that nothing stops half-way for it",
            zh="在每次运行或每一轮的首次写入之前检查，避免做到一半才停下",
        ),
        hint=LocalizedText(
            en="mend what is named above, then run it again; nothing more is started before",
            zh="请处理上述问题后重新运行；在此之前不再启动任何步骤",
        ),
    ),
    "preflight-unread": DiagnosticText(
        what=LocalizedText(
            en="`{fact}`, which must hold before the first write, could not be read",
            zh="首次写入前必须满足的 `{fact}` 无法读取",
        ),
        why=LocalizedText(
            en="what nobody has seen is no go-ahead",
            zh="没有看到就不能放行",
        ),
        hint=LocalizedText(
            en="see that the host answers, then run it again; nothing was changed",
            zh="请确认主机有响应后重新运行；没有做任何改动",
        ),
    ),
    "not-confirmed": DiagnosticText(
        what=LocalizedText(
            en="the plan was not confirmed",
            zh="计划未被确认",
        ),
        why=LocalizedText(
            en="nothing is done without it",
            zh="未经确认不会执行任何操作",
        ),
        hint=LocalizedText(
            en="run it again and say yes, or give `--yes`",
            zh="请重新运行并确认，或使用 `--yes`",
        ),
    ),
}
