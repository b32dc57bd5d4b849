"""Consul's answers, from a stand-in agent."""

from pathlib import Path

import pytest

from probes.consul import PROBE, ConsulDefinition, ConsulFact, ConsulPassing
from tests.probes.here import HOST, SHELLS, ask, brief, tool


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("200", "passing"),
        ("429", "warning"),
        ("503", "critical"),
        ("404", "absent"),
        ("000", "unknown: consul-not-answering"),
        ("403", "unknown: consul-not-answering"),
        ("", "unknown: consul-not-answering"),
    ],
)
def test_the_status_is_the_answer(tmp_path: Path, status: str, wanted: str, shell: str) -> None:
    tools = tool(tmp_path, "curl", f"case $* in */bkauth) printf '{status}' ;; *) printf 404 ;; esac")
    facts = [ConsulPassing(host=HOST, service=name) for name in ("bkauth", "bk")]
    assert [brief(reading) for reading in ask(PROBE, facts, tools=tools, shell=shell)] == [wanted, "absent"]


@pytest.mark.parametrize("name", ["../x", "a/b", "a b", "a\nb", "", "-x", "$(x)", "a?b"])
def test_what_cannot_be_a_name_is_never_asked(name: str) -> None:
    facts: list[ConsulFact] = [ConsulPassing(host=HOST, service=name), ConsulDefinition(host=HOST, service=name)]
    assert PROBE.command(facts).args == ("/etc/consul.d/service",)
    assert [brief(reading) for reading in ask(PROBE, facts)] == ["unknown: name-not-supported"] * 2


def test_an_empty_definition_is_not_a_written_one(tmp_path: Path) -> None:
    (tmp_path / "bkauth.json").write_text("{}")
    (tmp_path / "bkssm.json").write_text("")
    facts = [ConsulDefinition(host=HOST, service=name) for name in ("bkauth", "bkssm", "none")]
    found = ask(PROBE, facts, instead={"/etc/consul.d/service": str(tmp_path)})
    assert [brief(reading) for reading in found] == ["written", "empty", "absent"]
