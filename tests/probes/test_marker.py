"""Markers that are there, missing, cut, or asked by names that would lead elsewhere."""

from pathlib import Path

import pytest

from probes.marker import DIRECTORY, PROBE, Marker
from tests.probes.here import HOST, SHELLS, ask, brief


@pytest.mark.parametrize("shell", SHELLS)
def test_a_marker_says_its_line(tmp_path: Path, shell: str) -> None:
    contents = {
        "plain": ("done 6.2.2\n", "done 6.2.2"),
        "tabs": ("a\tb\t\n", "a\tb\t"),
        "backslash": (" a\\tb \n", " a\\tb "),
        "cut": ("done", "unknown: marker-broken"),
        "empty": ("", "unknown: marker-broken"),
        "blank": ("\n", "unknown: marker-broken"),
        "two": ("a\nb\n", "unknown: marker-broken"),
        "glued": ("a\nb", "unknown: marker-broken"),
    }
    for name, (content, _) in contents.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "directory").mkdir()
    facts = [Marker(host=HOST, name=name) for name in (*contents, "none", "directory")]
    found = [brief(reading) for reading in ask(PROBE, facts, shell=shell, instead={DIRECTORY: str(tmp_path)})]
    assert found == [*(wanted for _, wanted in contents.values()), "absent", "unknown: path-unreadable"]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", "", ".", "..", "a\nb", "-x"])
def test_a_name_that_leads_elsewhere_is_never_asked(name: str) -> None:
    facts = [Marker(host=HOST, name=name)]
    assert PROBE.command(facts).args == (DIRECTORY,)
    assert [brief(reading) for reading in ask(PROBE, facts)] == ["unknown: name-not-supported"]
