"""Notes of work that is owed: there, not there, or out of reach."""

from pathlib import Path

import pytest

from probes.fact import Known, Unknown
from probes.owed import DIRECTORY, PROBE, WorkNoted, WorkOwed
from tests.probes.here import HOST, SHELLS, ask


@pytest.mark.parametrize("shell", SHELLS)
def test_a_note_is_owed_work_and_none_is_nothing(tmp_path: Path, shell: str) -> None:
    (tmp_path / "there").write_text("3.5.1\n")
    (tmp_path / "directory").mkdir()
    facts = [kind(host=HOST, work=name) for name in ("there", "none") for kind in (WorkOwed, WorkNoted)]
    odd = [WorkOwed(host=HOST, work="directory"), WorkOwed(host=HOST, work="../etc")]
    found = ask(PROBE, [*facts, *odd], shell=shell, instead={DIRECTORY: str(tmp_path)})
    assert found[:4] == [Known(True), Known(True), Known(False), Known(False)]
    assert all(isinstance(reading, Unknown) for reading in found[4:])
