#!/usr/bin/env python3
"""Writes the classes of drift that the lab spoils into docs/campaign.md.

python docs/drift_classes.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from reconciler.rules.registry import expected_facts
from specs.text import Lang
from tests.lab.support.drift_classes import CLASSES, by_finding
from tests.sim.worlds import guide_cluster

COMMAND = "docs/drift_classes.py"


def classes(lang: Lang, _: str) -> str:
    """The block has no other name than "classes"."""
    rows = ((f"`{kind}`", "; ".join(names)) for kind, names in by_finding(expected_facts(guide_cluster())).items())
    return f"{len(CLASSES)} classes.\n\n" + blocks.table(("finding", "classes"), rows)


if __name__ == "__main__":
    blocks.write(COMMAND, classes)
