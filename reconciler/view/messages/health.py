"""Messages about what services report of themselves, and about those that report nothing."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "health-no-answer": DiagnosticText(
        what=LocalizedText(
            en="{service} says nothing of its health on port {port}", zh="{service} 在端口 {port} 上没有报告其健康状态"
        ),
        why=LocalizedText(
            en="nothing listens there, or there was no answer in its own protocol within 4 s; its health is not judged",
            zh="该端口无监听，或 4 秒内没有按其协议应答；未判断其健康状态",
        ),
        hint=LocalizedText(
            en="check it with its own client; where the port or plugin is off on purpose, ignore this",
            zh="用其自带客户端检查；若有意关闭了该端口或插件，可忽略",
        ),
    ),
    "health-denied": DiagnosticText(
        what=LocalizedText(
            en="{service} on port {port} refused the password of {key}",
            zh="端口 {port} 上的 {service} 拒绝了 {key} 的密码",
        ),
        why=LocalizedText(
            en="{directory}/03-userdef/dbadmin.env or 01-generate/dbadmin.env has another one; its health is not judged",
            zh="{directory} 下的 dbadmin.env 中是另一个密码；未判断其健康状态",
        ),
        hint=LocalizedText(
            en="set {key} to the present password in 03-userdef/dbadmin.env: the vendor's scripts read it there",
            zh="将现用密码以 {key} 写入 03-userdef/dbadmin.env：厂商脚本从那里读取",
        ),
    ),
    "health-no-password": DiagnosticText(
        what=LocalizedText(en="the password of {service} cannot be read", zh="无法取得 {service} 的密码"),
        why=LocalizedText(
            en="{key} is in no dbadmin.env below {directory}, or not a plain assignment; its health is not judged",
            zh="{directory} 下的 dbadmin.env 中没有 {key}，或不是普通赋值；未判断其健康状态",
        ),
        hint=LocalizedText(
            en="set {key} to the present password in 03-userdef/dbadmin.env: the vendor's scripts read it there",
            zh="将现用密码以 {key} 写入 03-userdef/dbadmin.env：厂商脚本从那里读取",
        ),
    ),
    "health-no-leader": DiagnosticText(
        what=LocalizedText(
            en="{service} runs without a leader: {report}", zh="{service} 在运行，但没有主节点：{report}"
        ),
        why=LocalizedText(
            en="without one it accepts no writes; most of its members must reach each other to elect one",
            zh="没有主节点就无法写入；多数成员能互相连通才能选出",
        ),
        hint=LocalizedText(
            en="start {unit} on its other hosts, check that they reach each other, then read `journalctl -u {unit}`",
            zh="在其他主机启动 {unit}，确认彼此可连通，再查看 `journalctl -u {unit}`",
        ),
    ),
    "health-members-missing": DiagnosticText(
        what=LocalizedText(en="members of {service} are missing: {report}", zh="{service} 缺少成员：{report}"),
        why=LocalizedText(
            en="it still serves, but without its redundancy; the missing one may be running on its own",
            zh="仍在服务，但已失去冗余；缺少的成员可能在独自运行",
        ),
        hint=LocalizedText(
            en="check which host of install.config did not join, and read `journalctl -u {unit}` there",
            zh="在 install.config 的主机中找出未加入者，查看其 `journalctl -u {unit}`",
        ),
    ),
    "health-data-missing": DiagnosticText(
        what=LocalizedText(
            en="{service} reports data that it cannot reach: {report}", zh="{service} 报告有数据无法访问：{report}"
        ),
        why=LocalizedText(
            en="searches of that data fail; a restart may lose what another node still has",
            zh="对这些数据的查询会失败；重启可能丢失其他节点上的数据",
        ),
        hint=LocalizedText(
            en="free disk space, start missing nodes, then check `/_cluster/allocation/explain` on port {port}",
            zh="释放磁盘空间，启动缺少的节点，再查看端口 {port} 的 `/_cluster/allocation/explain`",
        ),
    ),
    "health-no-room": DiagnosticText(
        what=LocalizedText(en="{service} refuses writes: {report}", zh="{service} 拒绝写入：{report}"),
        why=LocalizedText(
            en="its disk or memory is short; every product that writes to it fails",
            zh="磁盘或内存不足；向其写入的产品都会失败",
        ),
        hint=LocalizedText(
            en="check `df -h` and `free -m` on that host, free some room, then read `journalctl -u {unit}`",
            zh="在该主机查看 `df -h` 与 `free -m`，释放空间后再查看 `journalctl -u {unit}`",
        ),
    ),
    "health-faulty": DiagnosticText(
        what=LocalizedText(en="{service} reports of itself: {report}", zh="{service} 自报：{report}"),
        why=LocalizedText(
            en="its process runs, but it does not serve as it should", zh="其进程在运行，但没有正常提供服务"
        ),
        hint=LocalizedText(
            en="read `journalctl -u {unit}` and its own log on that host",
            zh="在该主机查看 `journalctl -u {unit}` 与其自身的日志",
        ),
    ),
}
