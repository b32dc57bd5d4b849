"""Keys of consul, from a stand-in agent."""

from pathlib import Path

import pytest

from probes.kv import PROBE, KeySet
from tests.probes.here import HOST, SHELLS, ask, brief, tool

CURL = """echo called >>{log}
for word; do case $word in */kv/a/b) echo 200 ;; */kv/none) echo 404 ;; */kv/odd) echo 500 ;; esac; done"""


@pytest.mark.parametrize("shell", SHELLS)
def test_one_curl_asks_for_all_keys_and_each_gets_its_own_status(tmp_path: Path, shell: str) -> None:
    facts = [KeySet(host=HOST, key=key) for key in ("none", "a/b", "odd", "a/b")]
    found = ask(PROBE, facts, tools=tool(tmp_path, "curl", CURL.format(log=tmp_path / "calls")), shell=shell)
    assert [brief(reading) for reading in found] == ["absent", True, "unknown: kv-not-answering", True]
    assert (tmp_path / "calls").read_text() == "called\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_curl_that_dies_on_its_way_has_said_nothing_about_the_rest(tmp_path: Path, shell: str) -> None:
    facts = [KeySet(host=HOST, key=key) for key in ("a", "b")]
    found = ask(PROBE, facts, tools=tool(tmp_path, "curl", "echo 200; kill -9 $$"), shell=shell)
    assert [brief(reading) for reading in found] == [True, "unknown: kv-not-answering"]


def test_nothing_is_asked_where_there_is_no_key(tmp_path: Path) -> None:
    assert ask(PROBE, [], tools=tool(tmp_path, "curl", f"echo called >>{tmp_path}/calls")) == []
    assert not (tmp_path / "calls").exists()
