"""Words for what is not begun, or not told, because a host did not answer."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

DIAGNOSTICS: dict[str, DiagnosticText] = {
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
