"""Words for what is there and does not stay up, and for what is not there to be started or copied."""

from reconciler.view.messages.text import DiagnosticText
from specs.text import LocalizedText

REASONS: dict[str, LocalizedText] = {
    "containers-stay-up": LocalizedText(
        en="docker restarts a crashing container again and again and reports it as running in between",
        zh="反复崩溃的容器会被 docker 反复拉起，其间状态显示为运行中",
    ),
    "masked-never-starts": LocalizedText(
        en="systemd does not start, restart or enable a masked unit", zh="systemd 不会启动、重启或启用被屏蔽的单元"
    ),
}

DIAGNOSTICS: dict[str, DiagnosticText] = {
    "containers-unsteady": DiagnosticText(
        what=LocalizedText(
            en=("containers up for less than 5 s, or less than a minute after a restart by docker: {containers}"),
            zh="启动不足 5 秒，或被 docker 重新拉起后不足一分钟的容器：{containers}",
        ),
        why=LocalizedText(
            en="they are not confirmed to stay up; a crashing container never gets past this",
            zh="尚未确认能持续运行；反复崩溃的容器始终如此",
        ),
        hint=LocalizedText(
            en=("retry in a minute; if it stays, check `docker logs` of the container on the host for the crash"),
            zh="一分钟后重试；若结果相同，在主机上执行 `docker logs` 查看崩溃原因",
        ),
    ),
    "saas-package-missing": DiagnosticText(
        what=LocalizedText(
            en="SaaS {app}: no version is online, and {directory} has no package of it",
            zh="SaaS {app}：没有线上版本，{directory} 中也没有其安装包",
        ),
        why=LocalizedText(
            en="it cannot be deployed without a package, and the expected version is unknown",
            zh="没有安装包无法部署，也无从得知期望的版本",
        ),
        hint=LocalizedText(
            en='copy its package there and retry, or exclude it with `excluded = ["{app}"]` in cluster.toml',
            zh='将其安装包放入该目录后重试；若自行管理，在 cluster.toml 中设置 `excluded = ["{app}"]`',
        ),
    ),
    "reference-missing": DiagnosticText(
        what=LocalizedText(en="{path} is missing or empty on {host}", zh="{host} 上的 {path} 缺失或为空"),
        why=LocalizedText(
            en="other hosts must have the same content; an empty file is not copied",
            zh="其他主机须与其一致；空文件不会分发",
        ),
        hint=LocalizedText(
            en="restore it on {host} from the package or a backup, then retry",
            zh="从软件包或备份中将其恢复到 {host}，再重试",
        ),
    ),
}
