#!/usr/bin/env python3
"""Writes every generated page, and the generated parts of the others: what the tests of docs/ ask for.

python docs/generate.py
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GENERATORS = (
    "diagnostics",
    "deviations",
    "guide_coverage",
    "commands",
    "man",
    "sessions",
    "figures",
    "restore",
    "shapes",
    "first_quarter_hour",
    "newcomer",
    "site_facts",
    "seal_tables",
    "tools",
    "drift_classes",
)

if __name__ == "__main__":
    for name in GENERATORS:
        subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=True)  # noqa: TID251
