"""Registering models calls the vendor's function until none is left, and no longer than it gets on. On a real bash."""

import subprocess
from pathlib import Path

import pytest

from actions.iam import RegisterModels
from probes.iam import ModelsPending

ONE = """bkiam_migrate() {
    echo "asked for $1" >> "$CTRL/log"
    for file in "$CTRL"/models/*.json; do
        [ -e "$CTRL/marks/${file##*/}" ] || { : > "$CTRL/marks/${file##*/}"; return 0; }
    done
}
"""
"""As the vendor's does where it has to render a model: one is taken, and that is all of this call."""
NONE = 'bkiam_migrate() { echo "asked for $1" >> "$CTRL/log"; }\n'
REFUSED = 'bkiam_migrate() { echo "asked for $1" >> "$CTRL/log"; return 1; }\n'


@pytest.mark.parametrize(
    ("function", "calls", "marked"), [(ONE, 3, 3), (NONE, 1, 0), (REFUSED, 1, 0)], ids=["one-a-call", "none", "refused"]
)
def test_the_vendors_function_is_called_until_none_is_left_or_it_gets_no_further(
    tmp_path: Path, function: str, calls: int, marked: int
) -> None:
    for name in ("models", "marks"):
        (tmp_path / name).mkdir()
    for number in range(3):
        (tmp_path / "models" / f"000{number}_x.json").write_text("{}\n")
    (tmp_path / "tools.sh").write_text(f"CTRL={tmp_path}\n{function}")
    pending = ModelsPending(host="h", directory=str(tmp_path / "models"), marks=str(tmp_path / "marks"))
    action = RegisterModels(host="h", install=str(tmp_path), module="nodeman", pending=pending)
    command = action.command()
    done = subprocess.run(["bash", "-c", command.script, "bkrec", *command.args], capture_output=True, check=False)
    assert (tmp_path / "log").read_text() == "asked for nodeman\n" * calls
    assert len(list((tmp_path / "marks").iterdir())) == marked
    assert done.returncode == (1 if function == REFUSED else 0)
