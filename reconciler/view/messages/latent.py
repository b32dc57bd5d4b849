"""Words for latent drift: what will happen to what is right now, and when; and what is done about it."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    # ---- headings
    "latent": LocalizedText(
        en="Latent: right now, but it will not last",
        zh="隐患：目前正常，但不会持久",
    ),
    "report-only": LocalizedText(
        en="Told, not mended: nothing safe can be done about it here, and the verdict does not wait for it",
        zh="仅提示，不修复：无法安全地自动处理，也不影响结论",
    ),
    # ---- what will happen, and when
    "latent-not-at-boot": LocalizedText(
        en="at the next reboot of this host {unit} stays down",
        zh="该主机下次重启后，{unit} 不会启动",
    ),
    "latent-docker-root": LocalizedText(
        en="at the next start of docker (a reboot too) every container and image of this host is gone, SaaS included",
        zh="docker 下次启动时（包括主机重启），该主机的全部容器和镜像都会消失，包括 SaaS",
    ),
    "latent-containers": LocalizedText(
        en="at the next reboot of this host these stay down until somebody calls `docker start`: {containers}",
        zh="该主机下次重启后，以下容器不会启动，需人工执行 docker start：{containers}",
    ),
    "latent-consul": LocalizedText(
        en="nobody serves {service} any more: consul goes on naming it, and who calls it next reaches nobody",
        zh="已无进程提供 {service}：consul 仍会返回它，之后的调用方将无法连通",
    ),
    "latent-secrets": LocalizedText(
        en="the next `install bkenv` blanks the generated secrets of {module}, and the one after invents new ones",
        zh="下一次 install bkenv 会清空 {module} 已生成的密码，再下一次会生成全新的密码",
    ),
    "latent-doubled": LocalizedText(
        en="whoever next edits the first {key} in {file} changes nothing: the last line of it counts",
        zh="之后若有人修改 {file} 中靠前的 {key}，将不会生效：以最后一行为准",
    ),
    "latent-version-row": LocalizedText(
        en="whoever next goes by production_info (users, support, an upgrade) takes {product} for {says}, which it is not",
        zh="之后凡依据 production_info 判断者（用户、支持人员、升级操作）都会误以为 {product} 的版本是 {says}",
    ),
    # ---- what is wished for, and what a step makes true
    "units-stay-up": LocalizedText(
        en="systemd starts a unit that dies again and again, and calls it active in between",
        zh="反复退出的服务单元会被 systemd 反复拉起，其间状态显示为运行中",
    ),
    "containers-come-back": LocalizedText(
        en="docker starts them with itself, unless somebody stopped them; the vendor leaves that to a person",
        zh="随 docker 启动，人工停止的除外；厂商脚本不做此设置，需人工启动",
    ),
    "docker-finds-its-data": LocalizedText(
        en="daemon.json has to name the directory that docker uses: install_docker.sh rewrites it and restarts nothing",
        zh="daemon.json 必须指向 docker 正在使用的目录：install_docker.sh 只改写该文件，不会重启 docker",
    ),
    "docker-data-root-set": LocalizedText(
        en="daemon.json names the directory in use; nothing was restarted or moved",
        zh="daemon.json 已指向正在使用的目录；未重启、未移动任何数据",
    ),
    "tag-restored": LocalizedText(
        en="the secrets it stands for are there; made as the vendor makes it",
        zh="对应的密码仍在；按厂商方式重建标记文件",
    ),
    "variable-once": LocalizedText(
        en="one line for each variable: the last one, which counted before too",
        zh="每个变量只保留一行：一直生效的最后一行",
    ),
    "row-says-installed": LocalizedText(
        en="the guide does not upgrade it: its row is to say what is installed, not what lies in /data/src",
        zh="指引不升级该产品：版本应为已安装的版本，而非 /data/src 中的版本",
    ),
}

TROUBLES: dict[str, DiagnosticText] = {
    "docker-root-unclear": DiagnosticText(
        what=LocalizedText(
            en="{file} does not name, once, the directory that docker uses", zh="{file} 没有唯一指明 docker 使用的目录"
        ),
        why=LocalizedText(
            en="the next start of docker takes another directory and finds neither containers nor images",
            zh="docker 下次启动会使用其他目录，找不到任何容器和镜像",
        ),
        hint=LocalizedText(
            en="put the directory that `docker info` calls Docker Root Dir into {file} as data-root; no restart is needed",
            zh="将 docker info 显示的 Docker Root Dir 写入 {file} 的 data-root；无需重启",
        ),
    ),
    "row-without-product": DiagnosticText(
        what=LocalizedText(
            en="production_info has a version of {product}, and none is installed",
            zh="production_info 中有 {product} 的版本，但并未安装",
        ),
        why=LocalizedText(
            en="the vendor's refresh writes what lies in /data/src, whatever is installed",
            zh="厂商的刷新函数按 /data/src 写入，不看是否已安装",
        ),
        hint=LocalizedText(
            en="install the product, or delete its row from bksuite_common.production_info",
            zh="请安装该产品，或从 bksuite_common.production_info 中删除该行",
        ),
    ),
}
