"""Words for what can go wrong on the way to a host: SSH, its keys, and answers that break off."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

TROUBLES: dict[str, DiagnosticText] = {
    "host-unreachable": DiagnosticText(
        what=LocalizedText(
            en="the host cannot be reached over SSH: {said}",
            zh="无法通过 SSH 连接主机：{said}",
        ),
        why=LocalizedText(
            en="what cannot be read is neither right nor wrong, and nothing is started there",
            zh="读不到的状态不算对也不算错，不会在该主机上启动任何操作",
        ),
        hint=LocalizedText(
            en=(
                "try `ssh` to that address from this machine; see that it is up, sshd runs, and no firewall is between"
            ),
            zh="请在本机用 `ssh` 连接该地址；确认主机在线、sshd 运行、中间没有防火墙阻断",
        ),
    ),
    "host-key-changed": DiagnosticText(
        what=LocalizedText(
            en="the host's SSH key is not the one written down in {files}",
            zh="主机的 SSH 密钥与 {files} 中记录的不一致",
        ),
        why=LocalizedText(
            en=(
                "either the host was reinstalled or somebody stands in between; bkrec never goes on with a changed key"
            ),
            zh="要么主机重装过，要么有人在中间冒充；密钥变了 bkrec 绝不继续",
        ),
        hint=LocalizedText(
            en=(
                "compare both fingerprints of `bkrec trust` with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on its "
                "console; if the new one is right: `bkrec trust --replace` (kept on the controller: `ssh-keygen -R HOST` "
                "there, then as `bkrec trust` says)"
            ),
            zh=(
                "请在主机控制台用 `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` 与 `bkrec trust` 列出的两个指纹核对；"
                "确认新密钥无误后执行 `bkrec trust --replace`（若记录在中控机上：先在中控机执行 `ssh-keygen -R HOST`，再按 "
                "`bkrec trust` 的提示操作）"
            ),
        ),
    ),
    "host-key-unknown": DiagnosticText(
        what=LocalizedText(
            en="the host's SSH key is not in {files}",
            zh="主机的 SSH 密钥不在 {files} 中",
        ),
        why=LocalizedText(
            en="host keys are always checked: an unknown one could be anybody's",
            zh="主机密钥一律要核对：未知密钥可能来自任何人",
        ),
        hint=LocalizedText(
            en=(
                "`bkrec trust` shows it, to be compared with the host's console, and writes it down; "
                "before there is a cluster.toml: `bkrec trust --controller USER@HOST`"
            ),
            zh=(
                "用 `bkrec trust` 显示该密钥，在主机控制台核对后写入；尚无 cluster.toml 时用 "
                "`bkrec trust --controller USER@HOST`"
            ),
        ),
    ),
    "host-key-refused": DiagnosticText(
        what=LocalizedText(
            en="the host's SSH key was refused: {said}",
            zh="主机的 SSH 密钥被拒绝：{said}",
        ),
        why=LocalizedText(
            en="a revoked or expired key proves nothing",
            zh="已吊销或过期的密钥不能证明任何事",
        ),
        hint=LocalizedText(
            en="look at the known_hosts line or the host certificate that is named above",
            zh="请检查上面提到的 known_hosts 行或主机证书",
        ),
    ),
    "login-refused": DiagnosticText(
        what=LocalizedText(
            en="the host did not let us in: {said}",
            zh="主机拒绝登录：{said}",
        ),
        why=LocalizedText(
            en="bkrec logs in with your key or agent and asks for no password",
            zh="bkrec 使用您的密钥或 agent 登录，不询问密码",
        ),
        hint=LocalizedText(
            en=(
                "see that `ssh -o BatchMode=yes USER@HOST true` works from here; name the key "
                "in cluster.toml if it has an unusual place"
            ),
            zh=("请确认在本机执行 `ssh -o BatchMode=yes USER@HOST true` 可以成功；密钥位置特殊时请写入 cluster.toml"),
        ),
    ),
    "sudo-refused": DiagnosticText(
        what=LocalizedText(
            en="sudo asks for a password on this host: {said}",
            zh="该主机的 sudo 需要密码：{said}",
        ),
        why=LocalizedText(
            en="commands there need root, and bkrec sends no password",
            zh="在该主机执行命令需要 root，而 bkrec 不发送密码",
        ),
        hint=LocalizedText(
            en="allow it without one (sudoers, NOPASSWD), or log in as root",
            zh="请在 sudoers 中配置 NOPASSWD，或以 root 登录",
        ),
    ),
    "ssh-setup": DiagnosticText(
        what=LocalizedText(
            en="SSH on this machine is not set up for it: {said}",
            zh="本机的 SSH 配置有问题：{said}",
        ),
        why=LocalizedText(
            en="the key or the configuration cannot be read",
            zh="无法读取密钥或配置",
        ),
        hint=LocalizedText(
            en=("look at the file named above; a key with a passphrase must be in the agent: `ssh-add FILE`"),
            zh="请检查上面提到的文件；带口令的密钥需先加入 agent：`ssh-add FILE`",
        ),
    ),
    "ssh-failed": DiagnosticText(
        what=LocalizedText(
            en="SSH could not come to terms with the host: {said}",
            zh="与主机的 SSH 协商失败：{said}",
        ),
        why=LocalizedText(
            en="nothing was run there",
            zh="没有在该主机上执行任何命令",
        ),
        hint=LocalizedText(
            en="compare with what `ssh -v HOST true` says",
            zh="请与 `ssh -v HOST true` 的输出对比",
        ),
    ),
    "connection-lost": DiagnosticText(
        what=LocalizedText(
            en="the connection went before the answer was complete",
            zh="连接在收到完整回答之前中断",
        ),
        why=LocalizedText(
            en="what the command did is not known, so it is looked at again",
            zh="不知道命令做到了哪一步，所以会重新查看",
        ),
        hint=LocalizedText(
            en="run it again; nothing was taken for done",
            zh="请重新运行；没有任何事情被当作已完成",
        ),
    ),
    "answer-truncated": DiagnosticText(
        what=LocalizedText(
            en="the host's answer broke off in the middle",
            zh="主机的回答中途截断",
        ),
        why=LocalizedText(
            en="what was complete before that still counts, the rest is unknown",
            zh="截断前完整的部分仍然有效，其余视为未知",
        ),
        hint=LocalizedText(
            en=("run it again; if it stays, look whether the host's login shell prints or ends early (.bashrc, .bkrc)"),
            zh="请重新运行；若仍出现，请检查登录 shell（.bashrc、.bkrc）是否有输出或提前退出",
        ),
    ),
    "channel-refused": DiagnosticText(
        what=LocalizedText(
            en="its sshd lets us in and then refuses to run a command: {said}",
            zh="sshd 允许登录，但拒绝执行命令：{said}",
        ),
        why=LocalizedText(
            en="nothing of ours runs on that connection, so it is not merely full",
            zh="该连接上没有我们的其他命令，因此并非会话数已满",
        ),
        hint=LocalizedText(
            en="look at MaxSessions (1 is enough) and ForceCommand in its sshd_config",
            zh="请检查该主机 sshd_config 中的 MaxSessions（至少为 1）与 ForceCommand",
        ),
    ),
    "answer-overdue": DiagnosticText(
        what=LocalizedText(
            en="the host did not answer within {seconds} s",
            zh="主机在 {seconds} 秒内没有回答",
        ),
        why=LocalizedText(
            en="a timeout says nothing about what the command did",
            zh="超时不能说明命令做了什么",
        ),
        hint=LocalizedText(
            en="look at the host's load and disks; then run it again",
            zh="请查看主机负载和磁盘，然后重新运行",
        ),
    ),
}
