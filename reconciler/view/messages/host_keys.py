"""Words for `bkrec trust`: why a key was not written down."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

TROUBLES: dict[str, DiagnosticText] = {
    "trust-confirmation-needed": DiagnosticText(
        what=LocalizedText(
            en="there are new host keys ({count}), and nobody is there to confirm them",
            zh="有 {count} 个新的主机密钥，但无人可以确认",
        ),
        why=LocalizedText(
            en="standard input is no terminal and `--yes` was not given; nothing was written down for them",
            zh="标准输入不是终端，也没有 `--yes`；这些密钥均未写入",
        ),
        hint=LocalizedText(
            en="compare the fingerprints above with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on each host's"
            " console, then give `--yes`",
            zh="请在各主机控制台用 `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` 核对以上指纹，再加上 `--yes`",
        ),
    ),
    "trust-declined": DiagnosticText(
        what=LocalizedText(en="the host keys were not confirmed ({count})", zh="主机密钥未被确认（{count} 个）"),
        why=LocalizedText(
            en="none of them was written down; what stands behind those hosts was not asked",
            zh="均未写入；这些主机之后的主机没有询问",
        ),
        hint=LocalizedText(
            en="a key that is not the one on the host's console is somebody else's: do not go on from this network",
            zh="若与主机控制台上的密钥不符，说明有人冒充：请勿在该网络中继续",
        ),
    ),
    "trust-keeps-nothing": DiagnosticText(
        what=LocalizedText(
            en="no host key can be kept in {file}: {said}",
            zh="{file} 无法保存主机密钥：{said}",
        ),
        why=LocalizedText(
            en="{option} names it, and a key that is not kept is not known the next time; nothing was written",
            zh="{option} 指定了该文件；不保存的密钥下次仍是未知的；未写入任何内容",
        ),
        hint=LocalizedText(
            en="for these hosts name a regular file there, such as ~/.ssh/known_hosts, then run `bkrec trust` again",
            zh="请为这些主机改为普通文件，例如 ~/.ssh/known_hosts，然后重新运行 `bkrec trust`",
        ),
    ),
    "trust-other-key": DiagnosticText(
        what=LocalizedText(
            en="another key would still count for {names}, written down in {files}",
            zh="{names} 仍会匹配 {files} 中的其他密钥",
        ),
        why=LocalizedText(
            en="it stands in a pattern or in a file that is not ours to change, and who has it could still stand in for"
            " the host; nothing was written",
            zh="它位于通配行或其他文件中，不应由 bkrec 修改，持有者仍可冒充该主机；未写入任何内容",
        ),
        hint=LocalizedText(
            en="take that line out by hand (`ssh-keygen -F NAME -f FILE` shows it), then run `bkrec trust` again",
            zh="请手工删除该行（`ssh-keygen -F 名称 -f 文件` 可查到），然后重新运行 `bkrec trust`",
        ),
    ),
}
