"""Words for what is there and does not stay up, and for what is not there to be started or copied."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

SENTENCES: dict[str, LocalizedText] = {
    "containers-stay-up": LocalizedText(
        en="docker starts a container that dies again and again, and calls it running in between",
        zh="反复退出的容器会被 docker 反复拉起，其间状态显示为运行中",
    ),
    "masked-never-starts": LocalizedText(
        en="systemd neither starts, restarts nor enables a masked unit", zh="systemd 不会启动、重启或启用被屏蔽的单元"
    ),
}

TROUBLES: dict[str, DiagnosticText] = {
    "containers-unsteady": DiagnosticText(
        what=LocalizedText(
            en="up for less than 5 s, or less than a minute after docker started it again: {containers}",
            zh="启动不足 5 秒，或被 docker 重新拉起后不足一分钟：{containers}",
        ),
        why=LocalizedText(
            en="nobody has seen yet that it stays up; one that keeps dying never gets that far",
            zh="尚未看到其持续运行；反复退出的容器始终如此",
        ),
        hint=LocalizedText(
            en="run it again in a minute; if it says the same, `docker logs` of it on the host says what it dies of",
            zh="请一分钟后重试；若结果相同，请在主机上执行 docker logs 查看退出原因",
        ),
    ),
    "saas-package-missing": DiagnosticText(
        what=LocalizedText(
            en="SaaS {app}: nothing of it is online, and {directory} has no package of it",
            zh="SaaS {app}：没有线上版本，{directory} 中也没有其安装包",
        ),
        why=LocalizedText(
            en="without a package nothing can be deployed, and nobody can say which version is meant",
            zh="没有安装包无法部署，也无从得知应为哪个版本",
        ),
        hint=LocalizedText(
            en='put its package there and run it again, or keep it for yourself with `excluded = ["{app}"]` in cluster.toml',
            zh='请将其安装包放入该目录后重试；若自行管理，请在 cluster.toml 中设置 excluded = ["{app}"]',
        ),
    ),
    "reference-missing": DiagnosticText(
        what=LocalizedText(en="{path} is missing or empty on {host}", zh="{host} 上的 {path} 缺失或为空"),
        why=LocalizedText(
            en="other hosts are to have the same as there; a copy of nothing would be none",
            zh="其他主机须与其一致；没有内容可供分发",
        ),
        hint=LocalizedText(
            en="put it back on {host} from the package or a backup, then run it again",
            zh="请从软件包或备份中将其恢复到 {host}，再重试",
        ),
    ),
}
