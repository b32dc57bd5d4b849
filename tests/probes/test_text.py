"""Does a text name the value that a variable has?"""

from pathlib import Path

import pytest

from probes.fact import Absent, Known, Unknown
from probes.text import PROBE, FileMentions
from tests.probes.here import HOST, SHELLS, ask


@pytest.mark.parametrize("shell", SHELLS)
def test_a_text_names_the_value_or_does_not(tmp_path: Path, shell: str) -> None:
    env, page = tmp_path / "global.env", tmp_path / "index.html"
    env.write_text("URL=http://old\nURL='http://job.x:80'\nEMPTY=\nOTHER=http://jobapi.x\n")
    page.write_text("<a href=http://job.x:80/api>")

    def fact(file: Path, key: str) -> FileMentions:
        return FileMentions(host=HOST, file=str(file), env=str(env), key=key)

    facts = [
        fact(page, "URL"),
        fact(page, "OTHER"),
        fact(tmp_path / "none", "URL"),
        fact(page, "EMPTY"),
        fact(page, "NO"),
    ]
    found = ask(PROBE, facts, shell=shell)
    assert list(found[:3]) == [Known(True), Known(False), Absent()]
    assert all(isinstance(reading, Unknown) for reading in found[3:])
