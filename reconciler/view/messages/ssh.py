"""Messages about the connection to a host: SSH, host keys, truncated replies."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "host-unreachable": DiagnosticText(
        what=LocalizedText(en="the host is unreachable over SSH: {error}", zh="无法通过 SSH 连接主机：{error}"),
        why=LocalizedText(
            en="its facts are unknown, and no step starts there", zh="其上的事实均为未知，不会在该主机上启动任何步骤"
        ),
        hint=LocalizedText(
            en=(
                "try `ssh` to that address from this machine; check that the host is up, sshd runs, and no "
                "firewall blocks it"
            ),
            zh="在本机用 `ssh` 连接该地址；确认主机在线、sshd 运行、中间没有防火墙阻断",
        ),
    ),
    "host-key-changed": DiagnosticText(
        what=LocalizedText(
            en="the host's SSH key differs from the one in {lines}", zh="主机的 SSH 密钥与 {lines} 中记录的不一致"
        ),
        why=LocalizedText(
            en=("the host was reinstalled, or the connection is intercepted; bkrec never connects with a changed key"),
            zh="主机可能重装过，也可能连接被劫持；密钥变化时 bkrec 绝不连接",
        ),
        hint=LocalizedText(
            en=(
                "compare both fingerprints of `bkrec trust` (before `init`: `bkrec trust --controller USER@HOST`) "
                "with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the host's console; if the new key is "
                "right: `{remove}` where that file is, then `bkrec trust`"
            ),
            zh=(
                "在主机控制台用 `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` 与 `bkrec trust`（`init` 之前："
                "`bkrec trust --controller USER@HOST`）列出的两个指纹核对；确认新密钥无误后，在该文件所在机器执行 "
                "`{remove}`，再执行 `bkrec trust`"
            ),
        ),
    ),
    "host-key-unknown": DiagnosticText(
        what=LocalizedText(
            en="the host's SSH key is not in {files}",
            zh="主机的 SSH 密钥不在 {files} 中",
        ),
        why=LocalizedText(
            en="host keys are always checked; an unknown key may belong to any machine",
            zh="主机密钥一律要核对；未知密钥可能来自任何机器",
        ),
        hint=LocalizedText(
            en=(
                "run `bkrec trust` to see the key, compare it with the host's console and add it to "
                "known_hosts; without a cluster.toml: `bkrec trust --controller USER@HOST`"
            ),
            zh=(
                "用 `bkrec trust` 显示该密钥，在主机控制台核对后写入 known_hosts；尚无 cluster.toml 时用 "
                "`bkrec trust --controller USER@HOST`"
            ),
        ),
    ),
    "host-key-refused": DiagnosticText(
        what=LocalizedText(
            en="the host's SSH key was refused: {error}",
            zh="主机的 SSH 密钥被拒绝：{error}",
        ),
        why=LocalizedText(en="a revoked or expired key proves nothing", zh="已吊销或过期的密钥不能证明身份"),
        hint=LocalizedText(
            en="check the known_hosts line or the host certificate named above",
            zh="检查上面提到的 known_hosts 行或主机证书",
        ),
    ),
    "login-refused": DiagnosticText(
        what=LocalizedText(en="the SSH login was refused: {error}", zh="SSH 登录被拒绝：{error}"),
        why=LocalizedText(
            en="bkrec logs in with your key or agent and never asks for a password",
            zh="bkrec 使用您的密钥或 agent 登录，不询问密码",
        ),
        hint=LocalizedText(
            en=(
                "check that `ssh -o BatchMode=yes USER@HOST true` works from here; if an agent offers too many other "
                "keys first, name yours: `IdentityFile` in ~/.ssh/config, or `[ssh] identity` in cluster.toml"
            ),
            zh=(
                "确认在本机执行 `ssh -o BatchMode=yes USER@HOST true` 可以成功；agent 中其他密钥过多时，请指定密钥："
                "~/.ssh/config 中的 `IdentityFile`，或 cluster.toml 中的 `[ssh] identity`"
            ),
        ),
    ),
    "sudo-refused": DiagnosticText(
        what=LocalizedText(
            en="sudo does not run commands on this host: {error}",
            zh="该主机的 sudo 不允许执行命令：{error}",
        ),
        why=LocalizedText(
            en="commands there need root, without a password and without a terminal",
            zh="在该主机执行命令需要 root，且不输入密码、没有终端",
        ),
        hint=LocalizedText(
            en=(
                "check the user's line in sudoers: `NOPASSWD: ALL`, and for a line about a tty "
                "`Defaults:USER !requiretty`; or log in as root"
            ),
            zh="检查该用户在 sudoers 中的配置：`NOPASSWD: ALL`；若提示 tty，加 `Defaults:USER !requiretty`；或以 root 登录",
        ),
    ),
    "command-not-run": DiagnosticText(
        what=LocalizedText(
            en="the host accepted the login and did not run the command; it said: {error}",
            zh="主机允许登录，但没有执行命令，其输出为：{error}",
        ),
        why=LocalizedText(
            en="nothing of bkrec's was started there; what the host printed last is quoted above",
            zh="没有在该主机上启动任何操作；上面引用的是主机最后的输出",
        ),
        hint=LocalizedText(
            en=(
                "run `ssh USER@HOST id` from this machine; check the user's shell in /etc/passwd (nologin), an expired "
                "password (`chage -l USER`), a forced command in authorized_keys or sshd_config, and sudo"
            ),
            zh=(
                "在本机执行 `ssh USER@HOST id`；检查该用户在 /etc/passwd 中的 shell（nologin）、密码是否过期"
                "（`chage -l USER`）、authorized_keys 或 sshd_config 中的强制命令，以及 sudo"
            ),
        ),
    ),
    "known-hosts-line": DiagnosticText(
        what=LocalizedText(en="line {line} of {file} is not a host key", zh="{file} 第 {line} 行不是主机密钥"),
        why=LocalizedText(
            en="the line is skipped, as ssh does; all other lines count",
            zh="已跳过该行（与 ssh 相同），其余各行有效",
        ),
        hint=LocalizedText(en="remove the line", zh="删除该行"),
    ),
    "ssh-missing": DiagnosticText(
        what=LocalizedText(en="this machine has no `ssh` command", zh="本机没有 `ssh` 命令"),
        why=LocalizedText(
            en=(
                "bkrec asks it what ~/.ssh/config means (`ssh -G`); without it only common options are read, "
                "and nothing in /etc/ssh"
            ),
            zh="bkrec 用 `ssh -G` 解析 ~/.ssh/config；没有时只读取常用选项，不读取 /etc/ssh",
        ),
        hint=LocalizedText(en="install the OpenSSH client", zh="安装 OpenSSH 客户端"),
    ),
    "ssh-option-ignored": DiagnosticText(
        what=LocalizedText(
            en="the SSH configuration of this host has options that bkrec does not follow: {options}",
            zh="该主机的 SSH 配置含有 bkrec 不支持的选项：{options}",
        ),
        why=LocalizedText(
            en="ssh may get in by them where bkrec does not", zh="ssh 可能凭这些选项登录成功，而 bkrec 不能"
        ),
        hint=LocalizedText(
            en="add keys of tokens to the agent (`ssh-add`), and host keys to known_hosts (`bkrec trust`)",
            zh="将令牌中的密钥加入 agent（`ssh-add`），将主机密钥写入 known_hosts（`bkrec trust`）",
        ),
    ),
    "ssh-setup": DiagnosticText(
        what=LocalizedText(
            en="the SSH setup on this machine is not usable: {error}", zh="本机的 SSH 配置不可用：{error}"
        ),
        why=LocalizedText(
            en="the key or the configuration cannot be read",
            zh="无法读取密钥或配置",
        ),
        hint=LocalizedText(
            en="check the file named above; add a key with a passphrase to the agent: `ssh-add FILE`",
            zh="检查上面提到的文件；带口令的密钥需先加入 agent：`ssh-add FILE`",
        ),
    ),
    "ssh-failed": DiagnosticText(
        what=LocalizedText(en="the SSH negotiation with the host failed: {error}", zh="与主机的 SSH 协商失败：{error}"),
        why=LocalizedText(en="no command was run there", zh="没有在该主机上执行任何命令"),
        hint=LocalizedText(en="compare with the output of `ssh -v HOST true`", zh="与 `ssh -v HOST true` 的输出对比"),
    ),
    "connection-lost": DiagnosticText(
        what=LocalizedText(en="the connection was lost before the reply was complete", zh="连接在收到完整应答之前中断"),
        why=LocalizedText(
            en="the outcome of the command is unknown and will be checked again", zh="命令的结果未知，会重新检查"
        ),
        hint=LocalizedText(en="retry; nothing was assumed to be done", zh="重试；没有任何操作被当作已完成"),
    ),
    "answer-truncated": DiagnosticText(
        what=LocalizedText(en="the host's reply was truncated", zh="主机的应答被截断"),
        why=LocalizedText(
            en="the complete part is used, the rest is unknown", zh="截断前完整的部分仍然有效，其余视为未知"
        ),
        hint=LocalizedText(
            en=("retry; if it stays, check whether the host's login shell prints text or exits early (.bashrc, .bkrc)"),
            zh="重试；若仍出现，检查登录 shell（.bashrc、.bkrc）是否有输出或提前退出",
        ),
    ),
    "channel-refused": DiagnosticText(
        what=LocalizedText(
            en="sshd accepts the login but refuses to run a command: {error}",
            zh="sshd 允许登录，但拒绝执行命令：{error}",
        ),
        why=LocalizedText(
            en="bkrec has no other session on that connection, so the session limit is not the cause",
            zh="该连接上没有 bkrec 的其他会话，因此并非会话数已满",
        ),
        hint=LocalizedText(
            en="check MaxSessions (1 is enough) and ForceCommand in its sshd_config",
            zh="检查该主机 sshd_config 中的 MaxSessions（至少为 1）与 ForceCommand",
        ),
    ),
    "answer-overdue": DiagnosticText(
        what=LocalizedText(en="the host did not answer within {seconds} s", zh="主机在 {seconds} 秒内没有应答"),
        why=LocalizedText(en="after a timeout the outcome of the command is unknown", zh="超时之后，命令的结果未知"),
        hint=LocalizedText(en="check the host's load and disks, then retry", zh="查看主机负载和磁盘，然后重试"),
    ),
}
