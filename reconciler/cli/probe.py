"""`bkrec probe`: all that was read, host by host, judged by nobody; to be attached to a report. Writes to no host."""

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.language import localized
from reconciler.cli.options import ClusterOption, LangOption, OutputOption, ReportOption, merge

PatternsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATTERN…",
        help=localized(
            "A host, a kind of fact, or an ID with `*`: 10.0.0.2, unit.active, 'unit.* @10.0.0.2' (default: all).",
            "主机、事实种类或带 `*` 的标识：10.0.0.2、unit.active、'unit.* @10.0.0.2'（缺省为全部）。",
        ),
    ),
]
SaveOption = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="FILE",
        help=localized(
            "Also save the facts to a file, for a bug report; it contains no secrets.",
            "同时保存读取结果，可附于问题报告；其中不含任何密码。",
        ),
    ),
]


def probe(
    ctx: typer.Context,
    patterns: PatternsArgument = None,
    save: SaveOption = None,
    cluster: ClusterOption = None,
    lang: LangOption = None,
    output: OutputOption = None,
    report: ReportOption = None,
) -> None:
    from dataclasses import replace

    from reconciler.cli import exits, probing, signals
    from reconciler.cli.config import cluster_path
    from reconciler.cli.console import Rendering, emit, print_diagnostics
    from reconciler.view.readings import probe_document
    from reconciler.view.text.probe import probe_text

    options = merge(ctx, cluster, lang, output, report)
    probed = probing.filter_facts(signals.run(probing.probe(cluster_path(options))), patterns or ())
    print_diagnostics(probed.studied.warnings, options, warnings=True)
    if save is not None:
        probing.save(save, probed)
    read, modules, studied = probed.readings, probed.modules, probed.studied
    found = Rendering(
        text=lambda page: probe_text(read, modules, replace(page, titles=studied.titles)),
        document=lambda: probe_document(studied.release, read, modules, studied.warnings),
    )
    emit(found, options)
    if probed.exit_code:
        raise exits.Exit(probed.exit_code)
