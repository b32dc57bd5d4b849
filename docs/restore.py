"""The commands of docs/restore.md: those that `plan` shows with each step that makes a backup.

python docs/restore.py
"""

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from actions.action import Action
from actions.backup import BackupInstall, BackupMongodb, BackupMysql
from actions.package import SwapSource
from docs import blocks
from specs.cluster import Paths
from specs.text import Lang

COMMAND = "docs/restore.py"
PATHS = Paths()
ACTIONS: Mapping[str, Action] = {
    "mysql": BackupMysql(host="10.0.0.3", directory=PATHS.backup),
    "mongodb": BackupMongodb(host="10.0.0.2", directory=PATHS.backup, install=PATHS.install),
    "install": BackupInstall(host="10.0.0.1", path=PATHS.install),
    "src": SwapSource(host="10.0.0.1", new=f"{PATHS.work}/src", live=PATHS.src, version="6.2.2", products=()),
}


def commands(_: Lang, name: str) -> str:
    """Raises KeyError for an unknown name."""
    return blocks.fenced(ACTIONS[name].restore_commands())


if __name__ == "__main__":
    blocks.write(COMMAND, commands)
