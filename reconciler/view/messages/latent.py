"""Messages about latent drift: what will happen and when, and the repair."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    # ---- headings
    "latent": LocalizedText(en="Latent: correct now, but it will not last", zh="隐患：目前正常，但不会持久"),
    "report-only": LocalizedText(
        en="Reported, not repaired: no safe repair exists here; the verdict is not affected",
        zh="仅提示，不修复：没有安全的修复方式，也不影响结论",
    ),
    "waived": LocalizedText(
        en="Waived in cluster.toml: the verdict is not affected", zh="已在 cluster.toml 中豁免，不影响结论"
    ),
    # ---- what will happen, and when
    "latent-not-at-boot": LocalizedText(
        en="after the next reboot of this host {unit} stays down", zh="该主机下次重启后，{unit} 不会启动"
    ),
    "latent-docker-root": LocalizedText(
        en=(
            "at the next start of docker (including a reboot) all containers and images of this host are "
            "gone, SaaS included"
        ),
        zh="docker 下次启动时（包括主机重启），该主机的全部容器和镜像都会消失，包括 SaaS",
    ),
    "latent-containers": LocalizedText(
        en="after the next reboot of this host these stay down until `docker start`: {containers}",
        zh="该主机下次重启后，以下容器须手工执行 docker start 才会启动：{containers}",
    ),
    "latent-consul": LocalizedText(
        en=("{service} has no running process any more: consul still returns it, and callers cannot connect"),
        zh="已无进程提供 {service}：consul 仍会返回它，调用方将无法连通",
    ),
    "latent-secrets": LocalizedText(
        en=("the next `install bkenv` blanks the generated secrets of {module}, and the one after generates new ones"),
        zh="下一次 install bkenv 会清空 {module} 已生成的密码，再下一次会生成全新的密码",
    ),
    "latent-doubled": LocalizedText(
        en="a later edit of the first {key} in {file} has no effect: the last line counts",
        zh="之后若修改 {file} 中靠前的 {key}，将不会生效：以最后一行为准",
    ),
    "latent-version-row": LocalizedText(
        en=(
            "anyone who reads production_info (users, support, an upgrade) will take {product} for "
            "{says}, which is wrong"
        ),
        zh=("凡依据 production_info 判断者（用户、支持人员、升级操作）都会误以为 {product} 的版本是 {says}"),
    ),
    # ---- what is expected, and the effects of a step
    "units-stay-up": LocalizedText(
        en="systemd restarts a crashing unit again and again and reports it as active in between",
        zh="反复崩溃的服务单元会被 systemd 反复拉起，其间状态显示为运行中",
    ),
    "containers-come-back": LocalizedText(
        en="docker starts them at boot, unless they were stopped; the vendor leaves that to the operator",
        zh="随 docker 启动，人工停止的除外；厂商脚本不做此设置，需人工启动",
    ),
    "containers-need-docker": LocalizedText(
        en="the containers of this host run only while docker's daemon does",
        zh="docker 守护进程运行时，本机容器才能运行",
    ),
    "docker-finds-its-data": LocalizedText(
        en=(
            "daemon.json must lead to the directory docker uses: install_docker.sh rewrites it without restarting docker"
        ),
        zh="daemon.json 必须通向 docker 正在使用的目录：install_docker.sh 只改写该文件，不会重启 docker",
    ),
    "docker-data-root-set": LocalizedText(
        en="daemon.json names the directory in use; nothing was restarted or moved",
        zh="daemon.json 已指向正在使用的目录；未重启、未移动任何数据",
    ),
    "vendor-root-linked": LocalizedText(
        en="the directory that the vendor's installers name is a link to the one in use; nothing was restarted or moved",
        zh="厂商安装脚本写入的目录已链接到正在使用的目录；未重启、未移动任何数据",
    ),
    "tag-restored": LocalizedText(
        en="its secrets are present; created as the vendor does", zh="对应的密码仍在；按厂商方式重建标记文件"
    ),
    "variable-once": LocalizedText(
        en="one line per variable: the last one, which already was in effect",
        zh="每个变量只保留一行：一直生效的最后一行",
    ),
    "version-row-as-installed": LocalizedText(
        en=(
            "the guide does not upgrade this product: its row should show the installed version, not the "
            "one in /data/src"
        ),
        zh="指引不升级该产品：版本应为已安装的版本，而非 /data/src 中的版本",
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "docker-down": DiagnosticText(
        what=LocalizedText(en="docker's daemon does not answer", zh="docker 守护进程没有应答"),
        why=LocalizedText(
            en="while it is down it cannot be read whether it would find its containers again, so it is not started here",
            zh="守护进程未运行时，无法判断其启动后能否找到原有容器，因此不由 bkrec 启动",
        ),
        hint=LocalizedText(
            en="check data-root in /etc/docker/daemon.json, then `systemctl start docker`; "
            "if it fails: `journalctl -u docker`",
            zh="核对 /etc/docker/daemon.json 的 data-root，然后执行 `systemctl start docker`；"
            "启动失败时查看 `journalctl -u docker`",
        ),
    ),
    "docker-root-unclear": DiagnosticText(
        what=LocalizedText(
            en="{file} does not name the directory docker uses exactly once", zh="{file} 没有唯一指明 docker 使用的目录"
        ),
        why=LocalizedText(
            en="at its next start docker uses another directory, without the containers and images",
            zh="docker 下次启动会使用其他目录，找不到任何容器和镜像",
        ),
        hint=LocalizedText(
            en="set data-root in {file} to the Docker Root Dir shown by `docker info`; no restart is needed",
            zh="将 `docker info` 显示的 Docker Root Dir 写入 {file} 的 data-root；无需重启",
        ),
    ),
    "row-without-product": DiagnosticText(
        what=LocalizedText(
            en="production_info has a version of {product}, which is not installed",
            zh="production_info 中有 {product} 的版本，但并未安装",
        ),
        why=LocalizedText(
            en="the vendor's refresh writes the versions in /data/src, installed or not",
            zh="厂商的刷新函数按 /data/src 写入，不看是否已安装",
        ),
        hint=LocalizedText(
            en="install the product, or delete its row from bksuite_common.production_info",
            zh="安装该产品，或从 bksuite_common.production_info 中删除该行",
        ),
    ),
}
