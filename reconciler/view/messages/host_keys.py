"""Messages of `bkrec trust`: why a host key was not added."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "trust-confirmation-needed": DiagnosticText(
        what=LocalizedText(en="new host keys ({count}) need a confirmation", zh="有 {count} 个新的主机密钥需要确认"),
        why=LocalizedText(
            en="standard input is not a terminal and `--yes` was not given; none of them was written",
            zh="标准输入不是终端，也没有 `--yes`；这些密钥均未写入",
        ),
        hint=LocalizedText(
            en=(
                "compare the fingerprints above with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on "
                "each host's console, then use `--yes`"
            ),
            zh=("在各主机控制台用 `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` 核对以上指纹，再加上 `--yes`"),
        ),
    ),
    "trust-declined": DiagnosticText(
        what=LocalizedText(en="the host keys were not confirmed ({count})", zh="主机密钥未被确认（{count} 个）"),
        why=LocalizedText(
            en="none of them was written; hosts reached through them were not scanned",
            zh="均未写入；经由这些主机连接的主机没有扫描",
        ),
        hint=LocalizedText(
            en=(
                "do not continue from this network if a key differs from the one on the host's console: "
                "another machine may be answering"
            ),
            zh="若密钥与主机控制台上的不符，可能有其他机器冒充：不要在该网络中继续",
        ),
    ),
    "known-hosts-unusable": DiagnosticText(
        what=LocalizedText(en="{file} cannot store host keys: {error}", zh="{file} 无法保存主机密钥：{error}"),
        why=LocalizedText(
            en="{option} names this file; a key that cannot be stored stays unknown; nothing was written",
            zh="{option} 指定了该文件；无法保存的密钥始终是未知的；未写入任何内容",
        ),
        hint=LocalizedText(
            en="set a regular file for these hosts, such as ~/.ssh/known_hosts, then run `bkrec trust` again",
            zh="为这些主机改为普通文件，例如 ~/.ssh/known_hosts，然后重新执行 `bkrec trust`",
        ),
    ),
    "trust-other-key": DiagnosticText(
        what=LocalizedText(
            en="another key for {names} would still be accepted, from {files}",
            zh="{names} 仍会匹配 {files} 中的其他密钥",
        ),
        why=LocalizedText(
            en=(
                "it is in a pattern line or a file that bkrec does not edit, and its owner could impersonate "
                "the host; nothing was written"
            ),
            zh="它位于通配行或 bkrec 不修改的文件中，持有者仍可冒充该主机；未写入任何内容",
        ),
        hint=LocalizedText(
            en="remove that line (`ssh-keygen -F NAME -f FILE` shows it), then run `bkrec trust` again",
            zh="手工删除该行（`ssh-keygen -F NAME -f FILE` 可查到），然后重新执行 `bkrec trust`",
        ),
    ),
}
