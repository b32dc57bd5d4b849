"""The commands and their help. They import what they use when they run, so that `--help` is quick."""

from collections.abc import Callable
from typing import Annotated

import typer

from reconciler.cli import (
    ack,
    apply,
    check,
    diff,
    explain,
    history,
    init,
    lock,
    pause,
    plan,
    probe,
    schema,
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
        "Takes a BlueKing cluster from 6.1 to 6.2.2 over SSH, and keeps it there.",
        "通过 SSH 将蓝鲸集群从 6.1 升级到 6.2.2，并使其保持在该版本。",
    ),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
)
lock_app = typer.Typer(
    name="lock",
    help=localized("Who may change this cluster now.", "当前由谁变更该集群。"),
    rich_markup_mode=None,
    no_args_is_help=True,
)


def _version(asked: bool) -> None:
    if asked:
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
    within.command(name, help=text, epilog="\n".join(("\b", head, *(f"  {one}" for one in examples))))(run)


_command(
    app,
    "init",
    init.init,
    localized(
        "Read install.config over SSH and write cluster.toml. Writes nothing to any host.",
        "通过 SSH 读取 install.config 并写出 cluster.toml。不向任何主机写入。",
    ),
    "bkrec init --controller root@10.0.0.1",
    "bkrec init --controller root@10.0.0.1:22 --via controller --package /data/bkce-src-6.2.2.tgz",
)
_command(
    app,
    "trust",
    trust.trust,
    localized(
        "Show the SSH host keys of all hosts, jump hosts included, and note the new ones. Writes nothing to any host.",
        "显示集群主机与跳板机的 SSH 主机密钥，并写入新的密钥。不向任何主机写入。",
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
        "What differs from 6.2.2, host by host, and why it matters. Writes nothing to any host.",
        "逐台主机列出与 6.2.2 的差异及其原因。不向任何主机写入。",
    ),
    "bkrec diff",
    "bkrec diff -o json --report text=diff.txt",
)
_command(
    app,
    "probe",
    probe.probe,
    localized(
        "All that can be read, host by host, judged by nobody: for a report. Writes nothing to any host.",
        "逐台主机列出读取到的全部事实，不作判断，可用于问题报告。不向任何主机写入。",
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
        "What would be done, in which order, with every reason. Writes nothing to any host.",
        "列出将要执行的操作、顺序及全部原因。不向任何主机写入。",
    ),
    "bkrec plan",
    "bkrec plan --out plan.json",
)
_command(
    app,
    "apply",
    apply.apply,
    localized(
        "Do it, until converged. Stop it and run it again at any moment.",
        "执行直到收敛。可随时停止，再次运行即可继续。",
    ),
    "bkrec apply",
    "bkrec apply --yes -o json",
    "bkrec apply --approve cmdb-topology",
    "bkrec apply plan.json",
)
_command(
    app,
    "undo",
    undo.undo,
    localized(
        "Put back what the last run changed, as far as that can be done. Shows it first, and what cannot be undone.",
        "恢复最近一次运行所改动的内容（在可恢复的范围内）。先列出计划以及无法撤销的步骤。",
    ),
    "bkrec undo",
    "bkrec undo 20240601T020000-1f0c --yes",
)
_command(
    app,
    "check",
    check.check,
    localized(
        "Has anything drifted? Short; exits 0, 2 or 4. Writes nothing to any host.",
        "检查有无漂移。输出简短；退出码为 0、2 或 4。不向任何主机写入。",
    ),
    "bkrec check",
    "bkrec check --every 5m",
)
_command(
    app,
    "explain",
    explain.explain,
    localized("What a code, a fact, a step or a section of the guide means.", "解释代码、事实、步骤或升级指引章节。"),
    "bkrec explain 7.8.3",
    "bkrec explain unit.active bk-auth.service @10.0.0.3",
)
_command(
    app,
    "status",
    status.status,
    localized(
        "How the last run from this machine went, who is at work now, which jobs run. Writes nothing.",
        "本机上一次运行的结果、当前操作者与正在运行的作业。不写入。",
    ),
    "bkrec status",
)
_command(
    app,
    "pause",
    pause.pause,
    localized(
        "Start no further step on this cluster, whoever is at work; what is in flight ends.",
        "该集群不再开始新的步骤；已开始的步骤会执行完。",
    ),
    "bkrec pause --why 'disk is being swapped'",
)
_command(
    app,
    "resume",
    pause.resume,
    localized("Take a pause back.", "取消暂停。"),
    "bkrec resume",
)
_command(
    app,
    "ack",
    ack.ack,
    localized(
        "Say of work that leaves no trace whether it was done by hand; without arguments, show all of it.",
        "确认不留痕迹的待办是否已手工完成；不带参数则列出全部。",
    ),
    "bkrec ack",
    "bkrec ack job-upgrader-before job-upgrader-after --done",
    "bkrec ack job-upgrader-after --not-done --from 3.5.1",
)
_command(
    app,
    "history",
    history.history,
    localized("Every run of this cluster from this machine.", "本机对该集群的全部运行记录。"),
    "bkrec history -o json",
)
_command(
    app,
    "schema",
    schema.schema,
    localized("JSON Schema of each document, and of cluster.toml.", "各类文档及 cluster.toml 的 JSON Schema。"),
    "bkrec schema diff",
)
_command(
    lock_app,
    "status",
    lock.status,
    localized("Who holds the lease. Writes nothing.", "查看租约持有者。不写入。"),
    "bkrec lock status",
)
_command(
    lock_app,
    "break",
    lock.break_,
    localized(
        "Take the lease from a holder that is gone. Its jobs on the hosts go on.",
        "收回已失联持有者的租约。其在主机上的作业会继续运行。",
    ),
    "bkrec lock break",
)
app.add_typer(lock_app)
