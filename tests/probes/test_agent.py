"""Who is online, who was noted, and who is missed: note and record in files of the test, GSE's word from its ESB."""

import json
from pathlib import Path

import pytest

from probes.agent import PROBE, AgentsMissing, AgentsOnline
from probes.command import Output
from probes.task import DIRECTORY
from tests.probes.here import HOST, SHELLS, ask, brief, tool

HOSTS = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
ALL: dict[str, object] = dict.fromkeys(HOSTS, 1)


def says(data: object, status: int = 200) -> str:
    return f"{json.dumps({'result': True, 'code': 0, 'data': data})}\n{status}"


def alive(agents: dict[str, object]) -> str:
    return says({f"0:{ip}": {"ip": ip, "bk_cloud_id": 0, "bk_agent_alive": word} for ip, word in agents.items()})


def asked(where: Path, told: str, note: str = "", record: str = "", shell: str = "/bin/sh") -> list[object]:
    """Who is online, and who is missed."""
    env, owed = where / "paas.env", where / "tasks"
    env.write_text("BK_PAAS_APP_CODE=bk_paas\nBK_PAAS_APP_SECRET=x\n")
    (where / "told").write_text(told)
    owed.mkdir(exist_ok=True)
    for name, text in (("gse-agents", note), ("gse-agents.done", record)):
        if text:
            (owed / name).write_text(text)
    tools = tool(where / "bin", "curl", f"cat > /dev/null; cat {where}/told")
    facts = [
        AgentsOnline(host=HOST, env=str(env), hosts=HOSTS),
        AgentsMissing(host=HOST, env=str(env), hosts=HOSTS, release="6.2.2"),
    ]
    return [brief(one) for one in ask(PROBE, facts, tools=tools, shell=shell, instead={DIRECTORY: str(owed)})]


@pytest.mark.parametrize("shell", SHELLS)
def test_those_that_were_noted_and_are_not_online_are_missed(tmp_path: Path, shell: str) -> None:
    note = "6.2.2 online 10.0.0.1 10.0.0.3\n"
    assert asked(tmp_path, alive({**ALL, "10.0.0.3": 0}), note, shell=shell) == [HOSTS[:2], ("10.0.0.3",)]


@pytest.mark.parametrize(
    ("note", "record", "missed"),
    [
        ("", "", ()),
        ("6.2.2 not-known esb-status\n", "", ()),
        ("6.2.1 online 10.0.0.1\n", "", ()),
        ("6.2.2 online 10.0.0.1\n", "6.2.2 done 2026-11-23T00:00:00Z\n", ()),
        ("6.2.2 online 10.0.0.1\n", "6.2.2 ack root@ops 2026-11-23T00:00:00Z\n", ()),
        ("6.2.2 online 10.0.0.1\n", "6.2.1 done 2026-11-23T00:00:00Z\n", ("10.0.0.1",)),
        ("6.2.2 online 10.0.0.9\n", "", ()),
        ("1700000000\n", "", ()),
    ],
    ids=["none", "not-known", "another-release", "settled", "a-persons-word", "old-record", "gone-host", "no-note"],
)
def test_only_a_note_of_this_release_demands(tmp_path: Path, note: str, record: str, missed: tuple[str, ...]) -> None:
    assert asked(tmp_path, alive({}), note, record) == [(), missed]


def test_a_host_that_gse_does_not_name_is_offline(tmp_path: Path) -> None:
    assert asked(tmp_path, alive({"10.0.0.2": 1}))[0] == ("10.0.0.2",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (says([]), "agents-not-reported"),
        (says({"0:10.0.0.1": 1}), "agents-not-reported"),
        (alive({"10.0.0.1": 2}), "agents-not-reported"),
        (alive({"10.0.0.1": "1"}), "agents-not-reported"),
        (says({"0:10.0.0.1": {"ip": "10.0.0.1"}}), "agents-not-reported"),
        ("<html>502 Bad Gateway</html>\n502", "esb-status"),
    ],
)
def test_what_is_not_understood_is_unknown_to_whoever_was_noted(tmp_path: Path, text: str, why: str) -> None:
    assert asked(tmp_path, text) == [f"unknown: {why}", ()]
    assert asked(tmp_path, text, "6.2.2 online 10.0.0.1\n") == [f"unknown: {why}"] * 2


def test_what_is_plainly_no_host_is_not_asked_about() -> None:
    fact = AgentsOnline(host=HOST, env="/e", hosts=("10.0.0.1", '10.0.0.2"}'))
    assert "gse/get_agent_status" not in PROBE.command([fact]).args
    assert brief(PROBE.parse([fact], Output(stdout="0\tnone\t\tnone\t\n"))[fact]) == "unknown: name-not-supported"


def test_a_note_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "tasks/gse-agents").mkdir(parents=True)
    assert asked(tmp_path, alive(ALL)) == [HOSTS, "unknown: path-unreadable"]


@pytest.mark.parametrize("note", ["0\tis\tx\n", "0\tmaybe\t\tnone\t\n", "0\tis\ta\tb\tnone\t\n"])
def test_another_row_about_the_note_is_an_error(note: str) -> None:
    fact = AgentsMissing(host=HOST, env="/e", hosts=HOSTS, release="6.2.2")
    with pytest.raises(ValueError, match="not understood"):
        PROBE.parse([fact], Output(stdout=f"{note}1\tno-curl\n"))
