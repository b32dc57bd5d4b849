"""Words for the gates: why something has to be so before the first write of a run."""

from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    "preflight-host-address": LocalizedText(
        en="it has to be the host that install.config means", zh="必须是 install.config 所指的主机"
    ),
    "preflight-root": LocalizedText(
        en="every step runs as root (or by sudo -n)", zh="所有步骤以 root（或 sudo -n）执行"
    ),
    "preflight-no-foreign-work": LocalizedText(
        en="the vendor's commands lock nothing: two at once corrupt hosts.env",
        zh="厂商命令没有加锁：同时运行会破坏 hosts.env",
    ),
    "preflight-databases": LocalizedText(
        en="bkrec cannot dump what is no host of this cluster: have it dumped, then `bkrec apply --approve {id}`, "
        "which counts for one run",
        zh="bkrec 无法备份不在本集群主机上的数据库：请先自行备份，再执行 `bkrec apply --approve {id}`（仅对该次运行有效）",
    ),
    "preflight-space-package": LocalizedText(
        en="the package is unpacked beside the live tree", zh="软件包会在现有目录旁解压"
    ),
    "preflight-space-dump": LocalizedText(
        en="a backup must fit beside what uses the disk now: a dump that fills it stops the database (needed > free)",
        zh="备份须能放入磁盘剩余空间：写满磁盘会使数据库停止（所需 > 剩余）",
    ),
    "preflight-space-jobs": LocalizedText(en="jobs keep their logs there", zh="任务日志保存于此"),
    "preflight-tools": LocalizedText(en="the jobs use these commands", zh="任务执行需要这些命令"),
    "preflight-clock": LocalizedText(
        en="a clock more than {seconds} s off breaks certificates, leases and the dates of backups",
        zh="时钟偏差超过 {seconds} 秒会影响证书、租约与备份日期",
    ),
    "preflight-docker": LocalizedText(en="containers are made there", zh="容器将创建于此"),
    "preflight-port": LocalizedText(
        en="{module} will listen on {port}: something else does already", zh="{module} 需要监听端口 {port}，但已被占用"
    ),
    "preflight-login-tools": LocalizedText(
        en="a login path is stored through its prompt", zh="login-path 通过交互提示写入"
    ),
    "preflight-subjects-script": LocalizedText(
        en="IAM's groups are moved by a script that is in no package: download it whole to that place (guide 7.6)",
        zh="权限中心用户组由一个不在软件包内的脚本迁移：请先将其完整下载到该位置（指引 7.6）",
    ),
}
