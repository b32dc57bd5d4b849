"""`bkrec doctor`: all that may stop the upgrade, any day before it. Read-only."""

from typing import TYPE_CHECKING

from reconciler.cli.command import command
from reconciler.cli.options import Options

if TYPE_CHECKING:
    from reconciler.commands.result import Result
    from reconciler.view.reports import DoctorReport


@command("doctor")
def doctor(options: Options) -> "Result[DoctorReport]":
    from reconciler.cli import signals
    from reconciler.cli.execute import cluster_path
    from reconciler.commands import doctor

    return signals.run(doctor.doctor(cluster_path(options)))
