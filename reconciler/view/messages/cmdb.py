"""Words for the topology of the BlueKing business (guide 7.17): why, what is refused, and what a person is asked."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    # ---- why
    "cmdb-job-modules": LocalizedText(
        en="JOB runs its eight services here, not the two of its lite form that 6.2's script lists; a replacement of the"
        " scripts resets it",
        zh="此处作业平台运行完整的八个服务，而 6.2 脚本中默认为轻量化的两个；替换脚本会将其重置",
    ),
    "cmdb-host-placed": LocalizedText(
        en="each host stands in the modules that its .installed_module names",
        zh="每台主机应位于其 .installed_module 所列的模块中",
    ),
    "cmdb-topology-locked": LocalizedText(
        en="CMDB protects the BlueKing business from being edited by mistake; the guide opens it and forgets to shut it",
        zh="CMDB 默认保护蓝鲸业务不被误改；指引开放编辑后没有关闭",
    ),
    "cmdb-topology-unlocked": LocalizedText(
        en="only then does the browser offer to delete a set; CMDB shuts it by itself after six hours",
        zh="开放后页面才会出现删除集群的选项；六小时后 CMDB 会自动关闭",
    ),
    "cmdb-hosts-idle": LocalizedText(
        en="CMDB deletes no set that still has hosts", zh="集群中仍有主机时 CMDB 不允许删除"
    ),
    "cmdb-no-sets": LocalizedText(
        en="CMDB deletes no template that a set is made of, and makes no set twice",
        zh="模板仍被集群使用时 CMDB 不允许删除，集群也不能重复创建",
    ),
    "cmdb-no-templates": LocalizedText(
        en="beside a service template of the same name the vendor's step ends half-way, with exit 1",
        zh="已存在同名服务模板时，厂商步骤会中途退出并返回 1",
    ),
    "cmdb-no-custom-topology": LocalizedText(
        en="what somebody made there themselves would be lost, and nothing brings it back",
        zh="用户自行创建的内容会丢失，且无法恢复",
    ),
    "cmdb-lines-known": LocalizedText(
        en="the vendor's step stops at the first line it has no template for, and leaves the hosts after it out",
        zh="厂商步骤遇到没有对应模板的行即中止，其后的主机不会被处理",
    ),
    "cmdb-topology-last": LocalizedText(
        en="the topology is made of what is installed: only after all backends are deployed",
        zh="拓扑依已安装的内容生成：须在全部后台部署完成之后执行",
    ),
    "cmdb-topology-copied": LocalizedText(
        en="which host was where, and what there was, is kept first: /var/lib/bkrec/cmdb on the controller",
        zh="先保存现有拓扑与主机所在模块的副本：中控机 /var/lib/bkrec/cmdb",
    ),
    "cmdb-topology-dumped": LocalizedText(
        en="CMDB keeps all of it in MongoDB: only this dump could bring it back",
        zh="CMDB 的数据都在 MongoDB 中：只有此备份能恢复",
    ),
    # ---- what is told beside a step
    "cmdb-topology-deletes": LocalizedText(
        en="sets ({sets}): {set_names}. Templates ({templates}): {template_names}. Hosts that are not in install.config and"
        " that nothing puts back: {strays}. A copy of what is there is kept below /var/lib/bkrec/cmdb",
        zh="集群（{sets}）：{set_names}。模板（{templates}）：{template_names}。不在 install.config 中、之后不会归位的主机："
        "{strays}。现状副本保存在 /var/lib/bkrec/cmdb",
    ),
    "cmdb-secret-on-argv": LocalizedText(
        en="the vendor's own step puts PaaS's app secret on its command line and into /tmp/create_blueking_set.log;"
        " that file is closed to others first",
        zh="厂商步骤自身会把 PaaS 应用密钥放到命令行并写入 /tmp/create_blueking_set.log；该文件会先设为仅 root 可读",
    ),
    # ---- why a reading is unknown
    "cmdb-unexpected-answer": LocalizedText(
        en="CMDB's answer has no usable `{what}`, so what it says of the topology cannot be told",
        zh="CMDB 的应答中没有可用的 `{what}`，无法判断其拓扑",
    ),
    "cmdb-too-many": LocalizedText(
        en="CMDB has more than the {most} of one page, so not all of it was seen",
        zh="CMDB 中的数量超过一页的 {most} 项，未能全部查看",
    ),
    "cmdb-script-unknown": LocalizedText(
        en="{path} has no tables of modules and sets that can be read", zh="{path} 中没有可读取的模块与集群对照表"
    ),
    "cmdb-switch-unread": LocalizedText(
        en="CMDB did not say whether the topology of the BlueKing business may be edited (HTTP {status})",
        zh="CMDB 未说明蓝鲸业务拓扑是否允许编辑（HTTP {status}）",
    ),
}

TROUBLES: dict[str, DiagnosticText] = {
    "approval-needed": DiagnosticText(
        what=LocalizedText(
            en="not begun without an approval: it deletes what users may have made",
            zh="未经批准不会开始：该步骤会删除用户可能创建的内容",
        ),
        why=LocalizedText(
            en="`--yes` covers what a plan does, not what it deletes of users' own; an approval is for one run",
            zh="`--yes` 只确认计划本身，不包含对用户内容的删除；批准仅对一次运行有效",
        ),
        hint=LocalizedText(
            en="read the list above; then `bkrec apply --approve {gate}`",
            zh="请核对以上清单，再执行 `bkrec apply --approve {gate}`",
        ),
    ),
    "cmdb-move-hosts": DiagnosticText(
        what=LocalizedText(
            en="waiting for you: move all hosts of the BlueKing business to its idle set",
            zh="等待您操作：将蓝鲸业务的全部主机转移到空闲机",
        ),
        why=LocalizedText(
            en="a set with hosts in it cannot be deleted; which host was where is kept below /var/lib/bkrec/cmdb",
            zh="有主机的集群无法删除；主机原位置已保存在 /var/lib/bkrec/cmdb",
        ),
        hint=LocalizedText(
            en="in the browser: CMDB, business 蓝鲸, Business Topology; select all hosts, Transfer to Idle Module; then"
            " `bkrec apply --approve {gate}` again (nothing has to be acknowledged: it is seen)",
            zh="在页面上：配置平台 → 蓝鲸业务 → 业务拓扑，全选主机 → 转移到空闲机；之后再次执行 `bkrec apply --approve"
            " {gate}`（无需确认，会自动看到）",
        ),
    ),
    "cmdb-delete-sets": DiagnosticText(
        what=LocalizedText(
            en="waiting for you: delete every set of the BlueKing business but the idle one",
            zh="等待您操作：删除蓝鲸业务下除空闲机池以外的全部集群",
        ),
        why=LocalizedText(
            en="templates in use cannot be deleted; editing is open now, and CMDB shuts it by itself after six hours",
            zh="被使用的模板无法删除；编辑权限现已开放，六小时后 CMDB 会自动关闭",
        ),
        hint=LocalizedText(
            en="in the browser: CMDB, business 蓝鲸, Business Topology; on each set, Node Info, Delete Node; then"
            " `bkrec apply --approve {gate}` again (nothing has to be acknowledged: it is seen)",
            zh="在页面上：配置平台 → 蓝鲸业务 → 业务拓扑，逐个集群 → 节点信息 → 删除节点；之后再次执行 `bkrec apply"
            " --approve {gate}`（无需确认，会自动看到）",
        ),
    ),
    "cmdb-topology-custom": DiagnosticText(
        what=LocalizedText(
            en="the BlueKing business holds what neither 6.1 nor 6.2.2 makes: {found}",
            zh="蓝鲸业务中存在 6.1 与 6.2.2 均不会创建的内容：{found}",
        ),
        why=LocalizedText(
            en="the rebuild would delete it, and nothing makes it anew; the guide is only for a business without such",
            zh="重建会将其删除且无法恢复；指引仅适用于没有自定义内容的业务",
        ),
        hint=LocalizedText(
            en='move it to a business of your own, or take `"cmdb-topology"` out of `optional` in cluster.toml and do 7.17 by hand',
            zh='请将其迁移到其他业务；或从 cluster.toml 的 `optional` 中去掉 `"cmdb-topology"`，手工处理 7.17',
        ),
    ),
    "cmdb-unknown-lines": DiagnosticText(
        what=LocalizedText(
            en="/data/bkce/.installed_module of {where} names what has no template: {found}",
            zh="{where} 的 /data/bkce/.installed_module 中有无对应模板的行：{found}",
        ),
        why=LocalizedText(
            en="`initdata topo` would end there with exit 1, after everything was deleted, and leave later hosts out",
            zh="initdata topo 会在该处返回 1 并中止（此时旧拓扑已删除），其后的主机不会被处理",
        ),
        hint=LocalizedText(
            en="if that is not installed there any more, delete the line from the file; then `bkrec apply` again",
            zh="若该模块已不在此主机，请从文件中删除该行，再执行 `bkrec apply`",
        ),
    ),
}
