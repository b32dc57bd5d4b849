"""Messages about the topology of the BlueKing business (guide 7.17): reasons, refusals, manual steps."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    # ---- why it is expected
    "cmdb-job-modules": LocalizedText(
        en=(
            "JOB runs its eight services here, not the two of the lite mode listed in 6.2's script; "
            "replacing the scripts resets it"
        ),
        zh="此处作业平台运行完整的八个服务，而 6.2 脚本中默认为轻量化的两个；替换脚本会将其重置",
    ),
    "cmdb-host-placed": LocalizedText(
        en="each host belongs in the modules listed in its .installed_module",
        zh="每台主机应位于其 .installed_module 所列的模块中",
    ),
    "cmdb-topology-locked": LocalizedText(
        en=(
            "CMDB protects the BlueKing business from accidental edits; the guide unlocks it and does not lock it again"
        ),
        zh="CMDB 默认保护蓝鲸业务不被误改；指引解锁编辑后没有重新锁定",
    ),
    "cmdb-topology-unlocked": LocalizedText(
        en=("the browser offers to delete a set only while editing is unlocked; CMDB locks it again after six hours"),
        zh="解锁后页面才会出现删除集群的选项；六小时后 CMDB 会自动锁定",
    ),
    "cmdb-hosts-idle": LocalizedText(
        en="CMDB does not delete a set that still has hosts", zh="集群中仍有主机时 CMDB 不允许删除"
    ),
    "cmdb-no-sets": LocalizedText(
        en="CMDB does not delete a template in use, and does not create a set twice",
        zh="模板仍被集群使用时 CMDB 不允许删除，集群也不能重复创建",
    ),
    "cmdb-no-templates": LocalizedText(
        en="the vendor's step fails midway with exit 1 if a service template of the same name exists",
        zh="已存在同名服务模板时，厂商步骤会中途退出并返回 1",
    ),
    "cmdb-no-custom-topology": LocalizedText(
        en="custom content would be lost and cannot be restored", zh="用户自行创建的内容会丢失，且无法恢复"
    ),
    "cmdb-lines-known": LocalizedText(
        en="the vendor's step stops at the first line without a template and skips the remaining hosts",
        zh="厂商步骤遇到没有对应模板的行即中止，其后的主机不会被处理",
    ),
    "cmdb-topology-last": LocalizedText(
        en="the topology reflects what is installed, so it is built after all backends are deployed",
        zh="拓扑依已安装的内容生成：须在全部后台部署完成之后执行",
    ),
    "cmdb-topology-copied": LocalizedText(
        en=("the current topology and the modules of each host are saved first: /var/lib/bkrec/cmdb on the controller"),
        zh="先保存现有拓扑与主机所在模块的副本：中控机 /var/lib/bkrec/cmdb",
    ),
    "cmdb-topology-dumped": LocalizedText(
        en="CMDB keeps all of this in MongoDB: only this dump can restore it",
        zh="CMDB 的数据都在 MongoDB 中：只有此备份能恢复",
    ),
    # ---- shown with a step
    "cmdb-topology-deletes": LocalizedText(
        en=(
            "sets ({sets}): {set_names}. Templates ({templates}): {template_names}. Hosts outside "
            "install.config, which stay without modules: {strays}. A copy of the current state is saved "
            "below /var/lib/bkrec/cmdb"
        ),
        zh=(
            "集群（{sets}）：{set_names}。模板（{templates}）：{template_names}。不在 install.config 中、"
            "之后不会归位的主机：{strays}。现状副本保存在 /var/lib/bkrec/cmdb"
        ),
    ),
    "cmdb-secret-on-argv": LocalizedText(
        en=(
            "the vendor's step puts PaaS's app secret on its command line and into "
            "/tmp/create_blueking_set.log; that file is first made readable by root only"
        ),
        zh=("厂商步骤自身会把 PaaS 应用密钥放到命令行并写入 /tmp/create_blueking_set.log；该文件会先设为仅 root 可读"),
    ),
    # ---- why a reading is unknown
    "cmdb-unexpected-answer": LocalizedText(
        en="CMDB's reply has no usable `{what}`, so its topology is unknown",
        zh="CMDB 的应答中没有可用的 `{what}`，无法判断其拓扑",
    ),
    "cmdb-too-many": LocalizedText(
        en="CMDB has more than {most} entries, the limit of one page, so not all were read",
        zh="CMDB 中的数量超过一页的 {most} 项，未能全部读取",
    ),
    "cmdb-script-unknown": LocalizedText(
        en="{path} has no readable tables of modules and sets", zh="{path} 中没有可读取的模块与集群对照表"
    ),
    "cmdb-switch-unread": LocalizedText(
        en="CMDB did not report whether the BlueKing business is unlocked for editing (HTTP {status})",
        zh="CMDB 未说明蓝鲸业务拓扑是否已解锁编辑（HTTP {status}）",
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "approval-needed": DiagnosticText(
        what=LocalizedText(
            en="the step deletes content that users may have created, and needs an approval",
            zh="该步骤会删除用户可能创建的内容，需要批准",
        ),
        why=LocalizedText(
            en=("`--yes` confirms the plan, not the deletion of users' content; an approval is valid for one run"),
            zh="`--yes` 只确认计划本身，不包含对用户内容的删除；批准仅对一次运行有效",
        ),
        hint=LocalizedText(
            en="review the list above; then run `bkrec apply --approve {approval}`",
            zh="核对以上清单，再执行 `bkrec apply --approve {approval}`",
        ),
    ),
    "cmdb-move-hosts": DiagnosticText(
        what=LocalizedText(
            en="manual step: move all hosts of the BlueKing business to its idle set",
            zh="人工步骤：将蓝鲸业务的全部主机转移到空闲机",
        ),
        why=LocalizedText(
            en=(
                "a set with hosts cannot be deleted; the current modules of each host are saved below "
                "/var/lib/bkrec/cmdb"
            ),
            zh="有主机的集群无法删除；主机原位置已保存在 /var/lib/bkrec/cmdb",
        ),
        hint=LocalizedText(
            en=(
                "in the browser: CMDB, business 蓝鲸, Business Topology; select all hosts, Transfer to Idle "
                "Module; then run `bkrec apply --approve {approval}` again (bkrec verifies it, no "
                "acknowledgement needed)"
            ),
            zh=(
                "在页面上：配置平台 → 蓝鲸业务 → 业务拓扑，全选主机 → 转移到空闲机；之后再次执行 `bkrec "
                "apply --approve {approval}`（bkrec 会自动验证，无需确认）"
            ),
        ),
    ),
    "cmdb-delete-sets": DiagnosticText(
        what=LocalizedText(
            en="manual step: delete every set of the BlueKing business except the idle set",
            zh="人工步骤：删除蓝鲸业务下除空闲机池以外的全部集群",
        ),
        why=LocalizedText(
            en=("templates in use cannot be deleted; editing is unlocked now, and CMDB locks it again after six hours"),
            zh="被使用的模板无法删除；编辑现已解锁，六小时后 CMDB 会自动锁定",
        ),
        hint=LocalizedText(
            en=(
                "in the browser: CMDB, business 蓝鲸, Business Topology; on each set, Node Info, Delete "
                "Node; then run `bkrec apply --approve {approval}` again (bkrec verifies it, no acknowledgement "
                "needed)"
            ),
            zh=(
                "在页面上：配置平台 → 蓝鲸业务 → 业务拓扑，逐个集群 → 节点信息 → 删除节点；之后再次执行 "
                "`bkrec apply --approve {approval}`（bkrec 会自动验证，无需确认）"
            ),
        ),
    ),
    "cmdb-topology-custom": DiagnosticText(
        what=LocalizedText(
            en="the BlueKing business contains custom content: {found}", zh="蓝鲸业务中存在自定义内容：{found}"
        ),
        why=LocalizedText(
            en=(
                "neither 6.1 nor 6.2.2 creates it, so the rebuild would delete it for good; the guide covers "
                "only a business without such content"
            ),
            zh="6.1 与 6.2.2 均不会创建这些内容，重建会将其永久删除；指引仅适用于没有自定义内容的业务",
        ),
        hint=LocalizedText(
            en=(
                'move it to a business of your own, or remove `"cmdb-topology"` from `optional` in '
                "cluster.toml and follow guide 7.17 manually"
            ),
            zh=('将其迁移到其他业务；或从 cluster.toml 的 `optional` 中去掉 `"cmdb-topology"`，按指引 7.17 手工处理'),
        ),
    ),
    "cmdb-unknown-lines": DiagnosticText(
        what=LocalizedText(
            en="/data/bkce/.installed_module has lines without a template: {found}",
            zh="/data/bkce/.installed_module 中有无对应模板的行：{found}",
        ),
        why=LocalizedText(
            en=(
                "`initdata topo` would stop there with exit 1, after deleting everything, and skip the remaining hosts"
            ),
            zh="initdata topo 会在该处返回 1 并中止（此时旧拓扑已删除），其后的主机不会被处理",
        ),
        hint=LocalizedText(
            en=("if that module is no longer on the host, delete the line from the file; then run `bkrec apply` again"),
            zh="若该模块已不在此主机，从文件中删除该行，再执行 `bkrec apply`",
        ),
    ),
}
