"""Reasons of the preflight checks: what must hold before the first write of a run."""

from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "preflight-host-address": LocalizedText(
        en="it must be the host that install.config names", zh="必须是 install.config 所指的主机"
    ),
    "preflight-root": LocalizedText(
        en="every step runs as root (or through sudo -n)", zh="所有步骤以 root（或 sudo -n）执行"
    ),
    "preflight-no-foreign-work": LocalizedText(
        en="the vendor's commands take no lock: two at once corrupt hosts.env",
        zh="厂商命令没有加锁：同时运行会破坏 hosts.env",
    ),
    "preflight-databases": LocalizedText(
        en=(
            "bkrec cannot dump databases outside this cluster: dump them yourself, then run `bkrec apply "
            "--approve {id}` (valid for one run)"
        ),
        zh=(
            "bkrec 无法备份不在本集群主机上的数据库：先自行备份，再执行 `bkrec apply --approve {id}`（仅"
            "对该次运行有效）"
        ),
    ),
    "preflight-space-package": LocalizedText(
        en="the package is unpacked next to the live tree", zh="软件包会在现有目录旁解压"
    ),
    "preflight-space-dump": LocalizedText(
        en="the backup must fit into free disk space: a full disk stops the database (needed > free)",
        zh="备份须能放入磁盘剩余空间：写满磁盘会使数据库停止（所需 > 剩余）",
    ),
    "preflight-space-jobs": LocalizedText(en="jobs write their logs there", zh="任务日志保存于此"),
    "preflight-tools": LocalizedText(en="jobs use these commands", zh="任务执行需要这些命令"),
    "preflight-clock": LocalizedText(
        en="a clock off by more than {seconds} s breaks certificates, leases and backup dates",
        zh="时钟偏差超过 {seconds} 秒会影响证书、租约与备份日期",
    ),
    "preflight-docker": LocalizedText(en="containers are created there", zh="容器将创建于此"),
    "preflight-port": LocalizedText(
        en="{module} needs port {port}, which another process uses", zh="{module} 需要监听端口 {port}，但已被占用"
    ),
    "preflight-login-tools": LocalizedText(
        en="a login path is stored through an interactive prompt", zh="login-path 通过交互提示写入"
    ),
    "preflight-dump-tools": LocalizedText(
        en="MongoDB is dumped with the first, and the dump is read back with the second",
        zh="前者用于导出 MongoDB，后者用于读回导出进行核对",
    ),
    "preflight-subjects-script": LocalizedText(
        en=("IAM's groups are migrated by a script that is in no package: download it to that path (guide 7.6)"),
        zh="权限中心用户组由一个不在软件包内的脚本迁移：请先将其完整下载到该路径（指引 7.6）",
    ),
}
