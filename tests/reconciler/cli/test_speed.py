"""`bkrec --version` costs no more than Python itself; help loads the commands and nothing behind them."""

import subprocess
import sys
import time

from tests.architecture.tree import ROOT

MAIN = "import sys; sys.path.insert(0, {root!r}); from reconciler.cli.main import run; run({args!r})"


def _best_s(code: str, runs: int = 7) -> float:
    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=30)
        return time.perf_counter() - began

    return min(once() for _ in range(runs))


def test_version_is_quick() -> None:
    ours, typer = _best_s(MAIN.format(root=str(ROOT), args=["--version"])), _best_s("import typer")
    print(f"bkrec --version {ours:.3f} s, import typer {typer:.3f} s, ratio {ours / typer:.2f} (bar 1.5)")
    assert ours <= 1.5 * typer


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
