"""Messages about databases outside the cluster: what a person has to do there."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "database-elsewhere": DiagnosticText(
        what=LocalizedText(en="databases outside this cluster: {servers}", zh="不在本集群主机上的数据库：{servers}"),
        why=LocalizedText(
            en="the plan changes data that only a backup restores, and bkrec cannot dump these databases",
            zh="计划会变更只能靠备份恢复的数据，而 bkrec 无法备份这些数据库",
        ),
        hint=LocalizedText(
            en=(
                "dump them yourself, then run `bkrec apply --approve {id}` (valid for one run); otherwise "
                "the run is refused"
            ),
            zh="先自行备份，再执行 `bkrec apply --approve {id}`（仅对该次运行有效）；否则会被拒绝",
        ),
    ),
    "mysql-nowhere": DiagnosticText(
        what=LocalizedText(
            en="the MySQL server for {login_path} is unknown", zh="无法得知 {login_path} 对应的 MySQL 服务器"
        ),
        why=LocalizedText(
            en="install.config has no mysql, and the variables name no server or several",
            zh="install.config 中没有 mysql，变量中也没有写明唯一的服务器",
        ),
        hint=LocalizedText(
            en=("on {host}, as root: `mysql_config_editor set --login-path={login_path} --host=… --user=… --password`"),
            zh=(
                "在 {host} 以 root 执行：`mysql_config_editor set --login-path={login_path} --host=… "
                "--user=… --password`"
            ),
        ),
    ),
    "grant-elsewhere": DiagnosticText(
        what=LocalizedText(
            en="MySQL user {user} must be created on a server outside this cluster",
            zh="需在本集群之外的服务器上创建 MySQL 用户 {user}",
        ),
        why=LocalizedText(
            en="the vendor's installer stops without it, and bkrec only changes hosts of the cluster",
            zh="缺少该用户时厂商安装脚本会中止，而 bkrec 只操作本集群的主机",
        ),
        hint=LocalizedText(
            en=(
                "choose a password and add the line {key}=… to {declared} on the controller (where {merged} "
                "has one already, use that); grant {user} all privileges on *.* from {hosts} with it, then run "
                "`bkrec apply` again"
            ),
            zh=(
                "自定一个密码，在中控机的 {declared} 中加入一行 {key}=…（若 {merged} 中已有密码则用该密码）；"
                "以此密码授予 {user} 从 {hosts} 访问 *.* 的全部权限，然后再次执行 `bkrec apply`"
            ),
        ),
    ),
}
