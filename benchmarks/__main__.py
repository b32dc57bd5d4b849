"""All benchmarks in one run: `sudo python -m benchmarks [--into DIRECTORY]`; then `python docs/figures.py`.

| part | what | needs |
|---|---|---|
| startup.sh | `bkrec --version` beside `import typer` | |
| planner.py | expected facts, diff and plan, 3 to 1,000 hosts | |
| check.py | `bkrec check` on real sshd endpoints beside bare asyncssh | root, sshd, the answers of `record.py` |
| peers | the same, 100 hosts, beside Ansible, pyinfra and pssh (`peers.py`) | the same; the tools that are installed |
| steady.py | `bkrec check --every`: a later check beside the first | root, sshd, the answers of `record.py` |
| steps.py | what a step costs besides its command | root, sshd |
| makespan.py | the lab's whole upgrade beside its lower bound and the guide | root, what a lab needs |

Each prints its table and writes its JSON to --into, docs/measured by default. A part that cannot run here says why, and
the others run.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.cluster import ANSWERS
from tests.lab.machine import base

ROOT = Path(__file__).resolve().parents[1]


def parts(into: Path, peers: Path | None) -> Iterator[tuple[str, Sequence[str], str]]:
    """Name, command, and why it cannot run here."""
    sshd = "" if os.geteuid() == 0 and (shutil.which("sshd") or Path("/usr/sbin/sshd").exists()) else "needs root, sshd"
    answers = "" if (ANSWERS / "md5").exists() else f"no answers in {ANSWERS}: python -m benchmarks.record"
    python = sys.executable
    yield "startup", ("benchmarks/startup.sh", "--json", f"{into}/startup.json"), ""
    yield "planner", (python, "benchmarks/planner.py", "--json", f"{into}/planner.json"), ""
    yield "check", (python, "-m", "benchmarks.check", "--json", f"{into}/check.json"), sshd or answers
    others = ("--peers", *((str(peers),) if peers else ()), "--hosts", "100", "--states", "converged", "--runs", "1")
    yield "peers", (python, "-m", "benchmarks.check", *others, "--json", f"{into}/peers.json"), sshd or answers
    yield "steady", (python, "-m", "benchmarks.steady", "--json", f"{into}/steady.json"), sshd or answers
    yield "steps", (python, "-m", "benchmarks.steps", "--json", f"{into}/steps.json"), sshd
    lab = base.why_not() or ""
    yield "makespan", (python, "-m", "benchmarks.makespan", "--json", f"{into}/makespan.json"), lab


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "docs/measured", metavar="DIRECTORY")
    parser.add_argument("--only", nargs="+", metavar="PART")
    parser.add_argument("--peers", type=Path, metavar="VENV", help="where ansible-playbook and pyinfra are")
    args = parser.parse_args()
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    failed = False
    for name, command, missing in parts(args.into.resolve(), args.peers):
        if args.only and name not in args.only:
            continue
        print(f"\n== {name}" + (f": not run: {missing}" if missing else ""), flush=True)
        if not missing:
            failed |= subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
