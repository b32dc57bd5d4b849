"""Words for what is not begun, or not told, because a host did not answer."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

TROUBLES: dict[str, DiagnosticText] = {
    "change-hosts-unread": DiagnosticText(
        what=LocalizedText(en="could not be read: {hosts}", zh="无法读取：{hosts}"),
        why=LocalizedText(
            en="a change of release begins only when every host it concerns was read; this one was not begun",
            zh="涉及的主机全部读到后才会开始版本变更；本次未开始",
        ),
        hint=LocalizedText(
            en="each host's cause follows; make them answer, then run `bkrec apply` again",
            zh="各主机的原因见下；恢复后重新执行 bkrec apply",
        ),
    ),
    "pause-unread": DiagnosticText(
        what=LocalizedText(en="nobody could tell whether the cluster is paused", zh="无法判断该集群是否已暂停"),
        why=LocalizedText(
            en="somebody may have asked for it to be left alone; nothing was changed",
            zh="可能有人要求暂停操作；未做任何改动",
        ),
        hint=LocalizedText(en="make {host} answer, then try again", zh="请先恢复对 {host} 的访问，再重试"),
    ),
    "jobs-unread": DiagnosticText(
        what=LocalizedText(en="{host} did not say what runs there", zh="{host} 未能给出其上正在运行的任务"),
        why=LocalizedText(
            en="a job may go on there that is missing from what is told", zh="其上可能有任务在运行而未列出"
        ),
        hint=LocalizedText(
            en="make {host} answer, then `bkrec status` again", zh="请先恢复对 {host} 的访问，再执行 `bkrec status`"
        ),
    ),
}
