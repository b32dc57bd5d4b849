"""`bkrec --version` costs no more than Python itself; help loads the commands and nothing behind them."""

import resource
import subprocess
import sys

from tests.architecture.tree import ROOT

MAIN = "import sys; sys.path.insert(0, {root!r}); from reconciler.cli.main import run; run({args!r})"


def _cpu_s(code: str) -> float:
    """Processor time of one run: what else the machine does counts for less than on a clock."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=30)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_version_is_quick() -> None:
    """In turn, and the best of each: a machine that is busy for some seconds is so for both."""
    ours, typer = MAIN.format(root=str(ROOT), args=["--version"]), "import typer"
    rounds = [(_cpu_s(ours), _cpu_s(typer)) for _ in range(10)]
    best, bar = (min(each[at] for each in rounds) for at in (0, 1))
    print(f"bkrec --version {best:.3f} s, import typer {bar:.3f} s, ratio {best / bar:.2f} (bar 1.5)")
    assert best <= 1.5 * bar


def test_help_imports_nothing_but_the_commands() -> None:
    """What typer itself imports is its own affair."""
    heavy = ("asyncssh", "deepdiff", "specs", "probes", "reconciler.commands", "reconciler.engine")
    code = MAIN.format(root=str(ROOT), args=["diff", "--help"]) + "; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=30)
    imported = set(done.stdout.splitlines())
    assert imported.isdisjoint(heavy)
    assert {name for name in imported if name.startswith("reconciler.view.")} == {"reconciler.view.formats"}


def test_a_check_makes_no_models_of_saved_plans_or_of_the_guide() -> None:
    """A quarter of the time that a check took to start."""
    code = "import sys, reconciler.commands.check; from reconciler.view.formats import text; text.form('check');"
    done = subprocess.run(
        [sys.executable, "-c", f"{code} print('\\n'.join(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    imported = set(done.stdout.splitlines())
    assert "reconciler.commands.check" in imported
    assert imported.isdisjoint(
        ("reconciler.core.plan_file", "reconciler.view.explain", "reconciler.view.guide_coverage")
    )
