"""Words for hosts that cannot hold the release, and for placements in cluster.toml that do not work."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

TROUBLES: dict[str, DiagnosticText] = {
    "one-host": DiagnosticText(
        what=LocalizedText(en="install.config has one host, {host}", zh="install.config 中只有一台主机 {host}"),
        why=LocalizedText(
            en="the API gateway cannot stand beside openresty, so 6.2 needs two hosts at least",
            zh="API 网关不能与 openresty 同机，6.2 至少需要两台主机",
        ),
        hint=LocalizedText(
            en="the smallest layout that works: {host} as it is, and one more line in install.config, `{layout}`",
            zh="可用的最小布局：{host} 保持不变，install.config 增加一行 `{layout}`（NEW-HOST 为新增主机的 IP）",
        ),
    ),
    "placement-unknown": DiagnosticText(
        what=LocalizedText(en="{module} is not a module that can be placed", zh="{module} 不是可放置的新模块"),
        why=LocalizedText(en="old modules stay where install.config has them", zh="已有模块以 install.config 为准"),
        hint=LocalizedText(en="one of: {known}", zh="可选：{known}"),
    ),
    "placement-no-host": DiagnosticText(
        what=LocalizedText(en="{host} is not in install.config", zh="install.config 中没有 {host}"),
        why=LocalizedText(en="{module} can only go to a host of the cluster", zh="{module} 只能放在集群内的主机上"),
        hint=LocalizedText(en="use an address as install.config writes it", zh="请使用 install.config 中的地址"),
    ),
    "placement-count": DiagnosticText(
        what=LocalizedText(en="{module} wants {counts} host(s)", zh="{module} 需要 {counts} 台主机"),
        why=LocalizedText(en="the vendor's installer works with no other number", zh="厂商安装脚本只支持该数量"),
        hint=LocalizedText(
            en="correct `placement.{module}` in cluster.toml", zh="请修改 cluster.toml 的 placement.{module}"
        ),
    ),
    "placement-conflict": DiagnosticText(
        what=LocalizedText(
            en="{module} on {host} would stand beside {other}", zh="{module} 放在 {host} 会与 {other} 同机"
        ),
        why=LocalizedText(en="the two cannot share a host", zh="二者不能共用一台主机"),
        hint=LocalizedText(en="choose another host in `placement.{module}`", zh="请在 placement.{module} 中另选主机"),
    ),
    "placement-separate-hosts": DiagnosticText(
        what=LocalizedText(
            en="{module} on {host} would be neither on the controller nor beside {others}",
            zh="{module} 放在 {host}，既不在中控机，也不与 {others} 同机",
        ),
        why=LocalizedText(en="the certificates it reads are on those hosts only", zh="它所需的证书只存在于这些主机"),
        hint=LocalizedText(
            en="place it on {controller}, or {others} on {host} too, in cluster.toml",
            zh="请在 cluster.toml 中把它放到 {controller}，或把 {others} 也放到 {host}",
        ),
    ),
    "module-unplaced": DiagnosticText(
        what=LocalizedText(
            en="{modules}: the release brings this, and neither install.config nor cluster.toml says where it goes",
            zh="{modules}：本版本新增的模块，install.config 与 cluster.toml 均未指定主机",
        ),
        why=LocalizedText(
            en="a module without a host is neither installed nor looked at: nothing could be called converged",
            zh="没有主机的模块既不会安装也不会检查，无法判定集群已收敛",
        ),
        hint=LocalizedText(
            en="proposed, to be added below [placement] in cluster.toml:\n{lines}\n"
            "or name in `leave` there what you keep for yourself",
            zh="建议写入 cluster.toml 的 [placement]：\n{lines}\n如由您自行处理，请写入其中的 leave",
        ),
    ),
    "module-nowhere": DiagnosticText(
        what=LocalizedText(
            en="install.config names no host for {modules}", zh="install.config 中没有 {modules} 所在的主机"
        ),
        why=LocalizedText(
            en="a module without a host is neither upgraded nor looked at: nothing could be called converged",
            zh="没有主机的模块既不会升级也不会检查，无法判定集群已收敛",
        ),
        hint=LocalizedText(
            en="correct install.config; where this cluster does without, say so at the top of cluster.toml:\n{excluded}",
            zh="请修正 install.config；若本集群确实没有部署，请在 cluster.toml 顶层写明：\n{excluded}",
        ),
    ),
    "saas-nowhere": DiagnosticText(
        what=LocalizedText(
            en="install.config names no appo host, on which {apps} would run",
            zh="install.config 中没有 appo 主机，{apps} 无处运行",
        ),
        why=LocalizedText(
            en="SaaS without a host are neither deployed nor looked at: nothing could be called converged",
            zh="没有主机的 SaaS 既不会部署也不会检查，无法判定集群已收敛",
        ),
        hint=LocalizedText(
            en="correct install.config; where this cluster does without, say so at the top of cluster.toml:\n{excluded}",
            zh="请修正 install.config；若本集群确实没有部署，请在 cluster.toml 顶层写明：\n{excluded}",
        ),
    ),
    "excluded-required": DiagnosticText(
        what=LocalizedText(
            en="{module} is left to you and is on no host, while {by} cannot do without it",
            zh="{module} 已交由您处理且不在任何主机上，而 {by} 依赖它",
        ),
        why=LocalizedText(
            en="what requires it would be installed upon nothing", zh="依赖它的模块安装后将缺少所需的服务"
        ),
        hint=LocalizedText(
            en="place {module} in cluster.toml, or leave those too:\n{excluded}",
            zh="请在 cluster.toml 中为 {module} 指定主机，或一并保留：\n{excluded}",
        ),
    ),
    "excluded-not-ready": DiagnosticText(
        what=LocalizedText(
            en="{module} is left to you and is not as others need it",
            zh="{module} 已交由您处理，但尚未满足其他模块的需要",
        ),
        why=LocalizedText(
            en="what requires it waits; bkrec touches nothing of what `leave` names",
            zh="依赖它的步骤将等待；bkrec 不改动 leave 中的任何内容",
        ),
        hint=LocalizedText(
            en="bring {module} to this release yourself, or take it out of `leave` in cluster.toml",
            zh="请自行将 {module} 升级到本版本，或从 cluster.toml 的 leave 中移除",
        ),
    ),
    "placement-nowhere": DiagnosticText(
        what=LocalizedText(en="no host is left for {module}", zh="没有可放置 {module} 的主机"),
        why=LocalizedText(en="it cannot stand beside any of: {others}", zh="它不能与以下模块同机：{others}"),
        hint=LocalizedText(
            en="add a host that carries none of them to install.config: {layout}",
            zh="请在 install.config 中增加一台不含这些模块的主机（NEW-HOST）：{layout}",
        ),
    ),
}
