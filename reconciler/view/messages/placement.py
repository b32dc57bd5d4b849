"""Messages about hosts that cannot hold the release, and placements in cluster.toml that do not work."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "one-host": DiagnosticText(
        what=LocalizedText(en="install.config has only one host, {host}", zh="install.config 中只有一台主机 {host}"),
        why=LocalizedText(
            en="the API gateway cannot share a host with openresty, so 6.2 needs at least two hosts",
            zh="API 网关不能与 openresty 同机，6.2 至少需要两台主机",
        ),
        hint=LocalizedText(
            en="use the smallest valid layout: {host} unchanged, plus one line in install.config: `{layout}`",
            zh=("可用的最小布局：{host} 保持不变，install.config 增加一行 `{layout}`（NEW-HOST 为新增主机的 IP）"),
        ),
    ),
    "placement-unknown": DiagnosticText(
        what=LocalizedText(en="{module} cannot be placed", zh="{module} 不是可放置的新模块"),
        why=LocalizedText(
            en="existing modules stay on the hosts in install.config", zh="已有模块以 install.config 为准"
        ),
        hint=LocalizedText(en="use one of: {known}", zh="可用的有：{known}"),
    ),
    "placement-no-host": DiagnosticText(
        what=LocalizedText(en="{host} is not in install.config", zh="install.config 中没有 {host}"),
        why=LocalizedText(
            en="{module} can only be placed on a host of the cluster", zh="{module} 只能放在集群内的主机上"
        ),
        hint=LocalizedText(en="use an address from install.config", zh="使用 install.config 中的地址"),
    ),
    "placement-count": DiagnosticText(
        what=LocalizedText(en="{module} needs {counts} host(s)", zh="{module} 需要 {counts} 台主机"),
        why=LocalizedText(en="the vendor's installer supports no other number", zh="厂商安装脚本只支持该数量"),
        hint=LocalizedText(
            en="correct `placement.{module}` in cluster.toml", zh="修改 cluster.toml 的 placement.{module}"
        ),
    ),
    "placement-conflict": DiagnosticText(
        what=LocalizedText(
            en="{module} on {host} would share the host with {other}", zh="{module} 放在 {host} 会与 {other} 同机"
        ),
        why=LocalizedText(en="the two cannot share a host", zh="二者不能共用一台主机"),
        hint=LocalizedText(en="choose another host in `placement.{module}`", zh="在 placement.{module} 中另选主机"),
    ),
    "install-config-conflict": DiagnosticText(
        what=LocalizedText(
            en="install.config has {module} on {host}, next to {other}",
            zh="install.config 中 {module} 与 {other} 同在 {host}",
        ),
        why=LocalizedText(en="the two cannot share a host", zh="二者不能共用一台主机"),
        hint=LocalizedText(
            en="move {module} in install.config to a host without any of {others}",
            zh="在 install.config 中将 {module} 移到不含以下模块的主机：{others}",
        ),
    ),
    "placement-separate-hosts": DiagnosticText(
        what=LocalizedText(
            en="{module} on {host} would be neither on the controller nor on the hosts of {others}",
            zh="{module} 放在 {host}，既不在中控机，也不与 {others} 同机",
        ),
        why=LocalizedText(en="the certificates it reads exist only on those hosts", zh="它所需的证书只存在于这些主机"),
        hint=LocalizedText(
            en="place it on {controller}, or place {others} on {host} too, in cluster.toml",
            zh="在 cluster.toml 中把它放到 {controller}，或把 {others} 也放到 {host}",
        ),
    ),
    "module-unplaced": DiagnosticText(
        what=LocalizedText(
            en="no host is assigned to new modules of this release: {modules}",
            zh="本版本新增的模块未指定主机：{modules}",
        ),
        why=LocalizedText(
            en="a module without a host is neither installed nor checked, so the cluster cannot converge",
            zh="没有主机的模块既不会安装也不会检查，无法判定集群已收敛",
        ),
        hint=LocalizedText(
            en=(
                "add the proposal below [placement] in cluster.toml:\n{lines}\nor list the modules you manage "
                "yourself in `excluded` there"
            ),
            zh="将以下建议写入 cluster.toml 的 [placement]：\n{lines}\n如由您自行管理，写入其中的 `excluded`",
        ),
    ),
    "module-nowhere": DiagnosticText(
        what=LocalizedText(
            en="install.config names no host for {modules}", zh="install.config 中没有 {modules} 所在的主机"
        ),
        why=LocalizedText(
            en="a module without a host is neither upgraded nor checked, so the cluster cannot converge",
            zh="没有主机的模块既不会升级也不会检查，无法判定集群已收敛",
        ),
        hint=LocalizedText(
            en=(
                "correct install.config; if this cluster does not have them, say so at the top of "
                "cluster.toml:\n{excluded}"
            ),
            zh="修正 install.config；若本集群确实没有部署，在 cluster.toml 顶层写明：\n{excluded}",
        ),
    ),
    "saas-nowhere": DiagnosticText(
        what=LocalizedText(
            en="install.config names no appo host for {apps}", zh="install.config 中没有 appo 主机，{apps} 无处运行"
        ),
        why=LocalizedText(
            en="SaaS without a host are neither deployed nor checked, so the cluster cannot converge",
            zh="没有主机的 SaaS 既不会部署也不会检查，无法判定集群已收敛",
        ),
        hint=LocalizedText(
            en=(
                "correct install.config; if this cluster does not have them, say so at the top of "
                "cluster.toml:\n{excluded}"
            ),
            zh="修正 install.config；若本集群确实没有部署，在 cluster.toml 顶层写明：\n{excluded}",
        ),
    ),
    "saas-without-product": DiagnosticText(
        what=LocalizedText(
            en="install.config names no host of the product that {apps} needs",
            zh="install.config 中没有 {apps} 所需产品的主机",
        ),
        why=LocalizedText(
            en="their pages would be deployed without anything that answers them", zh="部署后其页面没有可用的后台"
        ),
        hint=LocalizedText(
            en=(
                "correct install.config; if this cluster does not have the product, say so at the top of "
                "cluster.toml:\n{excluded}"
            ),
            zh="修正 install.config；若本集群确实没有部署该产品，在 cluster.toml 顶层写明：\n{excluded}",
        ),
    ),
    "excluded-required": DiagnosticText(
        what=LocalizedText(
            en="{module} is excluded and on no host, but {by} depends on it",
            zh="{module} 已排除且不在任何主机上，而 {by} 依赖它",
        ),
        why=LocalizedText(
            en="modules that depend on it would lack the service they need", zh="依赖它的模块安装后将缺少所需的服务"
        ),
        hint=LocalizedText(
            en="place {module} in cluster.toml, or exclude those modules too:\n{excluded}",
            zh="在 cluster.toml 中为 {module} 指定主机，或一并排除：\n{excluded}",
        ),
    ),
    "excluded-not-ready": DiagnosticText(
        what=LocalizedText(
            en="{module} is excluded and does not yet meet the requirements of other modules",
            zh="{module} 已排除，但尚未满足其他模块的依赖",
        ),
        why=LocalizedText(
            en="steps that depend on it wait; bkrec changes nothing that `excluded` lists",
            zh="依赖它的步骤将等待；bkrec 不改动 `excluded` 中的任何内容",
        ),
        hint=LocalizedText(
            en="upgrade {module} to this release yourself, or remove it from `excluded` in cluster.toml",
            zh="自行将 {module} 升级到本版本，或从 cluster.toml 的 `excluded` 中移除",
        ),
    ),
    "placement-nowhere": DiagnosticText(
        what=LocalizedText(en="no suitable host for {module}", zh="没有可放置 {module} 的主机"),
        why=LocalizedText(en="it cannot share a host with any of: {others}", zh="它不能与以下模块同机：{others}"),
        hint=LocalizedText(
            en="add a host without these modules to install.config: {layout}",
            zh="在 install.config 中增加一台不含这些模块的主机（NEW-HOST）：{layout}",
        ),
    ),
}
