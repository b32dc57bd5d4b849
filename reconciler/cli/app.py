"""The commands and their help. They import what they use when they run, so that `--help` is quick."""

from collections.abc import Callable
from typing import Annotated

import typer

from reconciler.cli import (
    ack,
    apply,
    check,
    completion,
    diff,
    doctor,
    explain,
    history,
    init,
    lock,
    pause,
    plan,
    probe,
    rehearse,
    report,
    runbook,
    schema,
    seal,
    status,
    trust,
    undo,
)
from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, merge
from reconciler.version import VERSION

app = typer.Typer(
    name="bkrec",
    help=localized(
        "Upgrade a BlueKing cluster from 6.1 to 6.2.2 over SSH, and keep it there.",
        "通过 SSH 将蓝鲸集群从 6.1 升级到 6.2.2，并保持在该版本。",
    ),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)
lock_app = typer.Typer(
    name="lock",
    help=localized("Show or force-release the lease on this cluster.", "查看或强制释放该集群的租约。"),
    rich_markup_mode=None,
    no_args_is_help=True,
)


def _version(requested: bool) -> None:
    if requested:
        typer.echo(f"bkrec {VERSION}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option("--version", callback=_version, is_eager=True, help=localized("Show the version.", "显示版本。")),
]


@app.callback(epilog="\b\n" + localized("Example:", "示例：") + "\n  bkrec -c prod.toml --lang zh diff")
def root(
    ctx: typer.Context,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
    version: VersionOption = False,
) -> None:
    ctx.obj = merge(ctx, cluster, lang, output, report)


def _command(within: typer.Typer, name: str, run: Callable[..., None], text: str, *examples: str) -> None:
    """The examples stand one per line under `Example:`; a test runs each through the parser."""
    head = localized("Example:", "示例：")
    within.command(name, help=text, epilog="\n".join(("\b", head, *(f"  {item}" for item in examples))))(run)


_command(
    app,
    "init",
    init.init,
    localized(
        "Read install.config over SSH and create cluster.toml. Read-only on hosts.",
        "通过 SSH 读取 install.config 并生成 cluster.toml。对主机只读。",
    ),
    "bkrec init --controller root@10.0.0.1",
    "bkrec init --controller local",
    "bkrec init --controller root@10.0.0.1:22 --via controller --package /data/bkce-src-6.2.2.tgz",
)
_command(
    app,
    "trust",
    trust.trust,
    localized(
        "Show the SSH host keys of all hosts; add new ones to known_hosts. Covers jump hosts. Read-only on hosts.",
        "显示集群主机与跳板机的 SSH 主机密钥，并将新的密钥写入 known_hosts。对主机只读。",
    ),
    "bkrec trust",
    "bkrec trust --controller root@10.0.0.1",
    "bkrec trust 10.0.0.2 --replace",
)
_command(
    app,
    "diff",
    diff.diff,
    localized(
        "Show drift from 6.2.2, host by host, with reasons. Read-only.",
        "逐台主机列出与 6.2.2 的漂移及其原因。只读。",
    ),
    "bkrec diff",
    "bkrec diff -o json --report text=diff.txt",
)
_command(
    app,
    "probe",
    probe.probe,
    localized(
        "Print every fact as read, host by host, without evaluating it. Read-only.",
        "逐台主机列出读取到的全部事实，不作判断。只读。",
    ),
    "bkrec probe",
    "bkrec probe --save readings.json",
    "bkrec probe 10.0.0.2 -o json",
)
_command(
    app,
    "plan",
    plan.plan,
    localized(
        "Show the steps apply would take, in order, with reasons. Read-only.",
        "按顺序列出 apply 将执行的步骤及其原因。只读。",
    ),
    "bkrec plan",
    "bkrec plan --out plan.json",
    "bkrec plan --until 7.8 --stop-at 04:30",
)
_command(
    app,
    "rehearse",
    rehearse.rehearse,
    localized(
        "Rehearse the plan on this cluster's readings: time, outage windows, what if a step fails or a host is lost. "
        "Read-only.",
        "用该集群的读取结果演练计划：用时、服务中断时段，以及某步骤失败或主机失联时的后果。只读。",
    ),
    "bkrec rehearse",
    "bkrec rehearse --fail 54",
    "bkrec rehearse --lose 10.0.0.2@12 --report html=rehearsal.html",
    "bkrec rehearse --readings readings.json",
)
_command(
    app,
    "doctor",
    doctor.doctor,
    localized(
        "Check, any day before the upgrade, all that may stop it: repositories, images, room, names, clocks, ports. "
        "Read-only.",
        "在升级前的任何一天检查一切可能中断升级的问题：软件仓库、镜像、空间、域名、时钟、端口等。只读。",
    ),
    "bkrec doctor",
    "bkrec doctor --report json=doctor.json",
)
_command(
    app,
    "apply",
    apply.apply,
    localized(
        "Apply the plan until the cluster converges. Safe to interrupt and re-run.",
        "执行计划直到集群收敛。可随时中断，再次执行即可继续。",
    ),
    "bkrec apply",
    "bkrec apply --yes -o json",
    "bkrec apply --approve cmdb-topology",
    "bkrec apply plan.json",
    "bkrec apply --until 7.8 --stop-at 04:30",
    "bkrec apply --module paas --module auth",
)
_command(
    app,
    "undo",
    undo.undo,
    localized(
        "Roll back the last run where possible. Lists first what will be restored and what cannot be.",
        "回滚最近一次运行（在可恢复的范围内）。先列出将恢复的内容以及无法回滚的步骤。",
    ),
    "bkrec undo",
    "bkrec undo 20240601T020000-1f0c --yes",
)
_command(
    app,
    "check",
    check.check,
    localized(
        "Check for drift: one line per finding; exit code 0, 2 or 4. Read-only.",
        "检查有无漂移：每项一行；退出码为 0、2 或 4。只读。",
    ),
    "bkrec check",
    "bkrec check --every 5m",
    "bkrec check -c prod.toml -c test.toml -o json",
    "bkrec check --confirm 30s --report prom=/var/lib/node-exporter/bkrec.prom",
    "bkrec check --install-timer --every 10m",
)
_command(
    app,
    "explain",
    explain.explain,
    localized(
        "Explain a code, a fact, a step or a section of the upgrade guide.", "解释代码、事实、步骤或升级指引章节。"
    ),
    "bkrec explain 7.8.3",
    "bkrec explain unit.active bk-auth.service @10.0.0.3",
)
_command(
    app,
    "status",
    status.status,
    localized(
        "Show the last run, the lease holder and running jobs. Read-only.",
        "显示最近一次运行、租约持有者与正在运行的任务。只读。",
    ),
    "bkrec status",
)
_command(
    app,
    "pause",
    pause.pause,
    localized(
        "Pause the cluster: no new step starts; running steps finish. Holds for every machine.",
        "暂停该集群：不再启动新步骤，正在运行的步骤会执行完。对所有机器有效。",
    ),
    "bkrec pause --why 'disk is being swapped'",
)
_command(
    app,
    "resume",
    pause.resume,
    localized("Resume a paused cluster.", "解除暂停。"),
    "bkrec resume",
)
_command(
    app,
    "ack",
    ack.ack,
    localized(
        "Acknowledge untraceable post-upgrade tasks as done or not done. Without arguments, list them.",
        "确认不留痕迹的升级后任务是否已完成。不带参数则列出全部。",
    ),
    "bkrec ack",
    "bkrec ack job-upgrader-before job-upgrader-after --done",
    "bkrec ack job-upgrader-after --not-done --from 3.5.1",
)
_command(
    app,
    "seal",
    seal.seal,
    localized(
        "Seal a converged platform: a manifest of digests on each host, compared by every check. `accept` takes a "
        "change that was meant.",
        "封存已收敛的平台：在各主机写入摘要清单，每次 check 与其比较。`accept` 接受有意的改动。",
    ),
    "bkrec seal",
    "bkrec seal accept seal.file configuration /data/bkce/etc/job/x.yml @10.0.0.3 --why 'smaller heap'",
    "bkrec seal history",
)
_command(
    app,
    "history",
    history.history,
    localized("List all runs of this cluster from this machine.", "列出本机对该集群的全部运行。"),
    "bkrec history -o json",
)
_command(
    app,
    "report",
    report.report,
    localized(
        "Report a run for the change ticket: what was done, by whom, before and after, backups. Contacts no host.",
        "输出一次运行的报告，供变更单使用：做了什么、谁执行、变更前后、备份。不连接任何主机。",
    ),
    "bkrec report",
    "bkrec report 20240601T020000-1f0c -o md",
    "bkrec report --report md=change.md --report json=change.json",
)
_command(
    app,
    "runbook",
    runbook.runbook,
    localized(
        "Print the plan as a runbook: Markdown, or shell to paste on the controller, which needs no bkrec there. "
        "Read-only.",
        "将计划输出为操作手册：Markdown，或可粘贴到中控机执行的 shell，执行时无需 bkrec。只读。",
    ),
    "bkrec runbook",
    "bkrec runbook -o sh",
    "bkrec --lang zh runbook --until 7.8 --report md=night.md --report sh=night.sh",
)
_command(
    app,
    "schema",
    schema.schema,
    localized(
        "Print the JSON Schema of each document and of cluster.toml.",
        "输出各类文档及 cluster.toml 的 JSON Schema。",
    ),
    "bkrec schema diff",
)
_command(
    app,
    "completion",
    completion.completion,
    localized(
        "Print the script that makes bash, zsh or fish complete bkrec's commands and options.",
        "输出 bash、zsh 或 fish 的命令补全脚本。",
    ),
    "bkrec completion bash",
)
_command(
    lock_app,
    "status",
    lock.status,
    localized("Show the lease holder. Read-only.", "查看租约持有者。只读。"),
    "bkrec lock status",
)
_command(
    lock_app,
    "break",
    lock.break_,
    localized(
        "Force-release a stale lease. Jobs already running on hosts are not stopped.",
        "强制释放已失联持有者的租约。主机上正在运行的任务不会停止。",
    ),
    "bkrec lock break",
)
app.add_typer(lock_app)
