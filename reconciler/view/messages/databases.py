"""Words for databases that are on no host of the cluster: what a person has to do there."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

TROUBLES: dict[str, DiagnosticText] = {
    "database-elsewhere": DiagnosticText(
        what=LocalizedText(en="on no host of this cluster: {servers}", zh="以下数据库不在本集群的主机上：{servers}"),
        why=LocalizedText(
            en="the plan changes data that only a backup brings back, and bkrec cannot dump these",
            zh="计划会变更只能靠备份恢复的数据，而 bkrec 无法备份它们",
        ),
        hint=LocalizedText(
            en="have them dumped, then `bkrec apply --approve {id}`, which counts for one run; else it is refused",
            zh="请先自行备份，再执行 `bkrec apply --approve {id}`（仅对该次运行有效）；否则会被拒绝",
        ),
    ),
    "mysql-nowhere": DiagnosticText(
        what=LocalizedText(
            en="nobody says where MySQL is, which {login_path} is for", zh="无法得知 {login_path} 所需的 MySQL 在哪里"
        ),
        why=LocalizedText(
            en="install.config has no mysql, and the variables name none or several servers",
            zh="install.config 中没有 mysql，变量中也没有写明唯一的服务器",
        ),
        hint=LocalizedText(
            en="on {host}, as root: `mysql_config_editor set --login-path={login_path} --host=… --user=… --password`",
            zh="请在 {host} 以 root 执行：`mysql_config_editor set --login-path={login_path} --host=… --user=… --password`",
        ),
    ),
    "grant-elsewhere": DiagnosticText(
        what=LocalizedText(
            en="the MySQL user {user} has to be made on a server that is no host of this cluster",
            zh="需在本集群之外的服务器上创建 MySQL 用户 {user}",
        ),
        why=LocalizedText(
            en="the vendor's installer stops without it, and bkrec reaches hosts of the cluster only",
            zh="缺少该用户时厂商安装脚本会中止，而 bkrec 只操作本集群的主机",
        ),
        hint=LocalizedText(
            en="grant {user} all on *.* from {hosts}, with the password of {key}; then `bkrec apply` again",
            zh="请授予 {user} 从 {hosts} 访问 *.* 的全部权限，密码见 {key}；然后重新执行 bkrec apply",
        ),
    ),
}
