"""Preflight checks: what must hold before the first write of a run, and what `bkrec doctor` reports any day before.

One entry per check: what is wrong, why it matters, what to do about it. The check's reason is its why. `{reading}` is
what was read; the other fields are the reason's.
"""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText


def _check(what: tuple[str, str], why: tuple[str, str], hint: tuple[str, str]) -> DiagnosticText:
    """Each as (English, 简体中文)."""
    words = [LocalizedText(en=en, zh=zh) for en, zh in (what, why, hint)]
    return DiagnosticText(what=words[0], why=words[1], hint=words[2])


CHECKS: dict[str, DiagnosticText] = {
    "preflight-host-address": _check(
        ("no interface has the host's address in install.config", "没有网卡使用 install.config 中该主机的地址"),
        ("it must be the host that install.config names", "必须是 install.config 所指的主机"),
        (
            "correct the address in install.config or in cluster.toml; `ip addr` on the host lists its own",
            "修正 install.config 或 cluster.toml 中的地址；在主机上执行 `ip addr` 可查看其地址",
        ),
    ),
    "preflight-root": _check(
        ("the login user is neither root nor allowed to become root", "登录用户不是 root，也无法成为 root"),
        ("every step runs as root (or through sudo -n)", "所有步骤以 root（或 sudo -n）执行"),
        (
            "allow the user `sudo -n` without a password, or set `controller.user` in cluster.toml to root",
            "允许该用户免密执行 `sudo -n`，或将 cluster.toml 的 `controller.user` 设为 root",
        ),
    ),
    "preflight-no-foreign-work": _check(
        ("other work is running on the controller: {reading}", "中控机上有其他操作正在运行：{reading}"),
        (
            "the vendor's commands take no lock: two at once corrupt hosts.env",
            "厂商命令没有加锁：同时运行会破坏 hosts.env",
        ),
        ("wait until it has ended, or ask its user", "等待其结束，或联系其用户"),
    ),
    "preflight-databases": _check(
        ("databases outside this cluster: {reading}", "数据库不在本集群主机上：{reading}"),
        (
            "bkrec cannot dump databases outside this cluster, and the plan has irreversible steps",
            "bkrec 无法备份不在本集群主机上的数据库，而计划中有不可逆步骤",
        ),
        (
            "dump them yourself, then run `bkrec apply --approve {id}` (valid for one run)",
            "先自行备份，再执行 `bkrec apply --approve {id}`（仅对该次运行有效）",
        ),
    ),
    "preflight-site-code": _check(
        (
            "files of your own in {path} that the package does not have: {reading}",
            "{path} 中有软件包没有的自有文件：{reading}",
        ),
        (
            "the installer deletes or overwrites them; all is copied to {copy} first and not restored by bkrec: "
            "code for 6.1 may not run in 6.2",
            "安装程序会删除或覆盖它们；bkrec 会先将该目录复制到 {copy}，但不会放回：为 6.1 编写的代码在 6.2 未必可用",
        ),
        (
            "check that you have them for 6.2, then run `bkrec apply --approve {id}` (valid for one run)",
            "先确认已有适用于 6.2 的版本，再执行 `bkrec apply --approve {id}`（仅对该次运行有效）",
        ),
    ),
    "preflight-space-package": _check(
        ("too little free disk space at {path} to unpack the package", "{path} 剩余空间不足以解压软件包"),
        (
            "the package is unpacked next to the live tree: four times its size",
            "软件包会在现有目录旁解压：需其大小的四倍",
        ),
        (
            "free space on the disk of {path}, or set another directory in cluster.toml, `paths`",
            "在 {path} 所在磁盘腾出空间，或在 cluster.toml 的 `paths` 中改用其他目录",
        ),
    ),
    "preflight-space-dump": _check(
        (
            "the backup of {what} does not fit into {path} (needed > free): {reading}",
            "{what} 的备份无法放入 {path}（所需 > 剩余）：{reading}",
        ),
        (
            "the backup must fit into free disk space: a full disk stops the database",
            "备份须能放入磁盘剩余空间：写满磁盘会使数据库停止",
        ),
        (
            "free space, or set `paths.backup` in cluster.toml to a directory on a larger disk",
            "腾出空间，或将 cluster.toml 的 `paths.backup` 设为更大磁盘上的目录",
        ),
    ),
    "preflight-space-jobs": _check(
        ("too little free disk space below /var/lib/bkrec", "/var/lib/bkrec 所在磁盘剩余空间不足"),
        ("jobs write their logs there", "任务日志保存于此"),
        ("free 64 MB on that file system", "在该文件系统腾出 64 MB"),
    ),
    "preflight-space-images": _check(
        (
            "less than {mb} MB free at {path}, where docker keeps its images",
            "docker 存放镜像的 {path} 剩余空间不足 {mb} MB",
        ),
        (
            "installers load docker images; a full disk stops them after the old containers are gone",
            "安装程序会导入 docker 镜像；磁盘写满时旧容器已下线而新容器无法创建",
        ),
        (
            "free space on that disk; `docker system df` shows which images and containers are unused",
            "在该磁盘腾出空间；`docker system df` 可查看未使用的镜像与容器",
        ),
    ),
    "preflight-inodes": _check(
        (
            "too few free inodes for {path} (free < needed): {reading}",
            "{path} 可用 inode 不足（剩余 < 所需）：{reading}",
        ),
        (
            "without inodes no file can be created, whatever space is free",
            "inode 用尽后，即使磁盘有空间也无法创建文件",
        ),
        (
            "remove directories with many small files; `df -i {path}` shows the inodes",
            "清理小文件多的目录；`df -i {path}` 可查看 inode",
        ),
    ),
    "preflight-tools": _check(
        ("commands are missing: {reading}", "缺少命令：{reading}"),
        ("jobs use these commands", "任务执行需要这些命令"),
        ("install the packages that bring them", "安装提供这些命令的软件包"),
    ),
    "preflight-clock": _check(
        ("the clock is off by more than {seconds} s", "时钟偏差超过 {seconds} 秒"),
        (
            "a clock off by more than {seconds} s breaks certificates, leases and backup dates",
            "时钟偏差超过 {seconds} 秒会影响证书、租约与备份日期",
        ),
        (
            "start chronyd or ntpd on the host and wait until it has synchronised; check this machine's clock too",
            "在该主机上启动 chronyd 或 ntpd 并等待同步；同时检查本机时钟",
        ),
    ),
    "preflight-docker": _check(
        ("docker does not answer: {reading}", "docker 无应答：{reading}"),
        ("containers are created there", "容器将创建于此"),
        ("start docker and check `journalctl -u docker`", "启动 docker，并查看 `journalctl -u docker`"),
    ),
    "preflight-port": _check(
        ("port {port} is in use by {reading}", "端口 {port} 已被 {reading} 占用"),
        ("{module} needs port {port}, which another process uses", "{module} 需要监听端口 {port}，但已被占用"),
        (
            "stop that process, or move it to another port: it is named with its pid, or `?` where ss does not say",
            "停止该进程或更换其端口：括号内为 pid，ss 未给出时显示 `?`",
        ),
    ),
    "preflight-login-tools": _check(
        ("commands are missing: {reading}", "缺少命令：{reading}"),
        ("a login path is stored through an interactive prompt", "login-path 通过交互提示写入"),
        ("install expect and MySQL's client on the host", "在主机上安装 expect 与 MySQL 客户端"),
    ),
    "preflight-dump-tools": _check(
        ("commands are missing: {reading}", "缺少命令：{reading}"),
        (
            "MongoDB is dumped with the first, and the dump is read back with the second",
            "前者用于导出 MongoDB，后者用于读回导出进行核对",
        ),
        ("install mongodb-org-tools on the host", "在主机上安装 mongodb-org-tools"),
    ),
    "preflight-subjects-script": _check(
        ("the migration script for IAM's groups is incomplete: {reading}", "权限中心用户组迁移脚本不完整：{reading}"),
        (
            "IAM's groups are migrated by a script that is in no package (guide 7.6)",
            "权限中心用户组由一个不在软件包内的脚本迁移（指引 7.6）",
        ),
        (
            "download it as guide 7.6 says, to {path} on the controller, and compare its size",
            "按指引 7.6 下载到中控机的 {path}，并核对大小",
        ),
    ),
    "preflight-python-modules": _check(
        ("{python} cannot import: {reading}", "{python} 无法导入：{reading}"),
        (
            "IAM's groups are migrated with it right after IAM is upgraded; until then users have no groups",
            "升级权限中心后随即用它迁移用户组；在此之前用户没有用户组",
        ),
        (
            "install it now with that interpreter's pip, or set `index-url` or `find-links` in /etc/pip.conf",
            "现在用该解释器的 pip 安装，或在 /etc/pip.conf 中设置 `index-url` 或 `find-links`",
        ),
    ),
    "preflight-names": _check(
        ("the name {name} is not resolved: {reading}", "无法解析 {name}：{reading}"),
        (
            "installers and new containers find databases and services by names of consul",
            "安装程序与新容器通过 consul 的域名查找数据库与服务",
        ),
        (
            "place `nameserver 127.0.0.1` first in /etc/resolv.conf, and check that consul runs there",
            "将 `nameserver 127.0.0.1` 放在 /etc/resolv.conf 首位，并检查该主机上的 consul",
        ),
    ),
    "preflight-proxies": _check(
        (
            "every login sets a proxy that takes calls within the cluster too: {reading}",
            "登录即设置代理，且集群内调用也经过代理：{reading}",
        ),
        (
            "the vendor's scripts call localhost and names of consul; the proxy cannot reach either",
            "厂商脚本会访问 localhost 与 consul 域名，而代理无法到达",
        ),
        (
            "remove it, or add `127.0.0.1,localhost,.consul` to `no_proxy` in the same file",
            "删除该设置，或在同一文件的 `no_proxy` 中加入 `127.0.0.1,localhost,.consul`",
        ),
    ),
    "preflight-mount-point": _check(
        ("{path} is a mount point", "{path} 是挂载点"),
        (
            "the new tree is renamed into its place, and the kernel renames no mount point",
            "新目录通过改名就位，而内核不允许对挂载点改名",
        ),
        (
            "move the mount one directory up (or elsewhere, with a link at {path}), and make {path} a directory",
            "将该磁盘挂载到上一级目录（或挂载到别处，并将 {path} 设为链接），使 {path} 成为普通目录",
        ),
    ),
    "preflight-scripts-link": _check(
        (
            "{path} is not on this host, and {install} is a link to it on the controller",
            "本主机没有 {path}，而中控机的 {install} 是指向它的链接",
        ),
        (
            "the vendor's pcmd.sh follows that link and loads {path}/load_env.sh on every host",
            "厂商的 pcmd.sh 会跟随该链接，在每台主机上加载 {path}/load_env.sh",
        ),
        (
            "move {install} to {path} on this host and link it as on the controller: `ln -s {path} {install}`",
            "在本主机上把 {install} 移到 {path}，并与中控机一样创建链接：`ln -s {path} {install}`",
        ),
    ),
    "preflight-lan-address": _check(
        (
            "LAN_IP in /etc/blueking/env/local.env is another address: {reading}",
            "/etc/blueking/env/local.env 的 LAN_IP 是另一地址：{reading}",
        ),
        (
            "the vendor's scripts bind and register services by LAN_IP",
            "厂商脚本按 LAN_IP 监听并注册服务",
        ),
        ("correct `LAN_IP` there to the address in install.config", "将其中的 `LAN_IP` 改为 install.config 中的地址"),
    ),
    "preflight-mysql-login": _check(
        (
            "MySQL login path {login_path} does not log in: {reading}",
            "MySQL login-path {login_path} 无法登录：{reading}",
        ),
        (
            "MySQL is dumped with it before anything irreversible starts",
            "不可逆步骤开始前用它备份 MySQL",
        ),
        (
            "set it with `mysql_config_editor set --login-path={login_path}` as root on that host",
            "以 root 在该主机上执行 `mysql_config_editor set --login-path={login_path}` 重新设置",
        ),
    ),
    "preflight-repositories": _check(
        ("package repositories do not answer: {reading}", "软件仓库无应答：{reading}"),
        (
            "installers run yum after old services are retired; one repository without an answer ends them",
            "安装程序在旧服务下线后运行 yum；任一仓库无应答即中止",
        ),
        (
            "correct `baseurl` in /etc/yum.repos.d (a mirror that answers, or a local one), set `proxy`, or set "
            "`enabled=0` or `skip_if_unavailable=1` where it is not needed",
            "修正 /etc/yum.repos.d 中的 `baseurl`（可用镜像或本地源）或设置 `proxy`；不需要的仓库设 `enabled=0` 或 "
            "`skip_if_unavailable=1`",
        ),
    ),
    "preflight-packages": _check(
        (
            "packages are neither installed nor in any repository: {reading}",
            "软件包未安装，且所有仓库中均没有：{reading}",
        ),
        (
            "installers have yum install them after old services are retired",
            "安装程序在旧服务下线后由 yum 安装这些软件包",
        ),
        (
            "install them now, or add a repository that has them to /etc/yum.repos.d",
            "现在安装，或在 /etc/yum.repos.d 中加入提供它们的仓库",
        ),
    ),
    "preflight-image": _check(
        (
            "docker image {image} is not on the host, and its registry does not give it: {reading}",
            "主机上没有镜像 {image}，且镜像仓库无法提供：{reading}",
        ),
        (
            "the installer of {module} runs it; it is in no package",
            "{module} 的安装会运行该镜像，而软件包中不含",
        ),
        (
            "allow the host to reach that registry, or load the image there: `docker save` elsewhere, `docker load` here",
            "放通该主机到镜像仓库的访问，或导入镜像：在别处 `docker save`，在此 `docker load`",
        ),
    ),
    "preflight-ipv6": _check(
        ("IPv6 is disabled in the kernel", "内核已禁用 IPv6"),
        (
            "programs of {modules} bind `::` and do not start without IPv6; those they replace are gone by then",
            "{modules} 的程序监听 `::`，没有 IPv6 无法启动，而被替换的程序此时已下线",
        ),
        (
            "remove `ipv6.disable=1` from the kernel's command line and restart the host; the sysctl `disable_ipv6` "
            "may stay",
            "从内核启动参数中删除 `ipv6.disable=1` 并重启主机；sysctl `disable_ipv6` 可保留",
        ),
    ),
    "preflight-agent-systems": _check(
        ("hosts whose operating system has no agent 2.0: {reading}", "操作系统没有 Agent 2.0 的主机：{reading}"),
        (
            "there is none for Windows 2003 and 2008 and for 32-bit systems; GSE 2.x serves agents 1.0 too, and this "
            "upgrade leaves agents as they are",
            "Windows 2003、2008 与 32 位系统没有 Agent 2.0；GSE 2.x 兼容 1.0，升级不改动 Agent",
        ),
        (
            "do not upgrade these hosts to agents 2.0 later on; this upgrade needs nothing of them",
            "以后不要把这些主机升级到 Agent 2.0；本次升级无需处理",
        ),
    ),
    "preflight-memory": _check(
        ("less memory than the vendor asks for: {reading}", "内存少于厂商要求：{reading}"),
        (
            "it takes modules that are new in this release: {modules}",
            "该主机将部署本版本新增的模块：{modules}",
        ),
        (
            "add memory, or place {modules} on another host in cluster.toml",
            "增加内存，或在 cluster.toml 中把 {modules} 放到其他主机",
        ),
    ),
    "preflight-processors": _check(
        ("fewer processors than the vendor asks for: {reading}", "CPU 核数少于厂商要求：{reading}"),
        (
            "it takes modules that are new in this release: {modules}",
            "该主机将部署本版本新增的模块：{modules}",
        ),
        (
            "add processors, or place {modules} on another host in cluster.toml",
            "增加 CPU，或在 cluster.toml 中把 {modules} 放到其他主机",
        ),
    ),
    "preflight-redis-login": _check(
        (
            "{key} is not what the Redis on port {port} accepts: {reading}",
            "端口 {port} 的 Redis 不接受 {key}：{reading}",
        ),
        (
            "user management, the log platform and monitor's transfer get this password as theirs",
            "用户管理、日志平台与监控 transfer 会使用该密码",
        ),
        (
            "set {key} in bin/03-userdef/dbadmin.env to the password in use",
            "在 bin/03-userdef/dbadmin.env 中将 {key} 设为实际使用的密码",
        ),
    ),
    "preflight-certificates": _check(
        ("certificates have ended or end within {days} days: {reading}", "证书已到期或 {days} 天内到期：{reading}"),
        (
            "the upgrade copies them as they are; after that date agents and products refuse each other",
            "升级会原样使用这些证书；到期后 Agent 与产品之间将无法连接",
        ),
        (
            "get new ones from the vendor (the licence is platform.cert) and place them in {path}",
            "向厂商获取新证书（许可证为 platform.cert）并放入 {path}",
        ),
    ),
}

REASONS: dict[str, LocalizedText] = {code: text.why for code, text in CHECKS.items()}
DIAGNOSTICS: dict[str, DiagnosticText] = CHECKS
