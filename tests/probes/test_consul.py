"""Consul's answers, from a stand-in agent."""

from collections.abc import Mapping
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
    tools = curl(tmp_path, {"bkauth": status, "bk": "404"})
    facts = [ConsulPassing(host=HOST, service=name) for name in ("bkauth", "bk")]
    assert [brief(reading) for reading in ask(PROBE, facts, tools=tools, shell=shell)] == [wanted, "absent"]


@pytest.mark.parametrize("shell", SHELLS)
def test_one_curl_asks_for_all_services_and_each_gets_its_own_status(tmp_path: Path, shell: str) -> None:
    names = {"bkauth": "200", "bk": "404", "bkssm": "503", "paas": "200"}
    (tmp_path / "bkauth.json").write_text("{}")
    facts: list[ConsulFact] = [ConsulPassing(host=HOST, service=name) for name in names]
    facts.insert(2, ConsulDefinition(host=HOST, service="bkauth"))
    place = {"/etc/consul.d/service": str(tmp_path)}
    found = ask(PROBE, facts, tools=curl(tmp_path, names), shell=shell, instead=place)
    assert [brief(reading) for reading in found] == ["passing", "absent", "written", "critical", "passing"]
    assert (tmp_path / "calls").read_text() == "called\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_curl_that_dies_on_its_way_has_said_nothing_about_the_rest(tmp_path: Path, shell: str) -> None:
    facts = [ConsulPassing(host=HOST, service=name) for name in ("a", "b", "c")]
    found = ask(PROBE, facts, tools=tool(tmp_path, "curl", "echo 200; kill -9 $$"), shell=shell)
    silent = "unknown: consul-not-answering"
    assert [brief(reading) for reading in found] == ["passing", silent, silent]


def curl(directory: Path, statuses: Mapping[str, str]) -> Path:
    """Answers as curl's `-w '%{http_code}\\n'` does, a line for each URL, and notes that it was called."""
    cases = " ".join(f"*/name/{name}) echo {status} ;;" for name, status in statuses.items())
    return tool(directory, "curl", f"echo called >>{directory}/calls\nfor word; do case $word in {cases} esac; done")


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
