"""Who is online, who was noted, and who is missed: note and record in files of the test, GSE's word from its ESB."""

import json
from pathlib import Path

import pytest

from probes.agent import PROBE, AgentsMissing, AgentsOnline, UnsupportedAgentSystems
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


def of_systems(where: Path, told: str, shell: str = "/bin/sh") -> object:
    env = where / "paas.env"
    env.write_text("BK_PAAS_APP_CODE=bk_paas\nBK_PAAS_APP_SECRET=hush\n")
    (where / "told").write_text(told)
    tools = tool(where / "bin", "curl", f"cat > {where}/asked; cat {where}/told")
    fact = UnsupportedAgentSystems(host=HOST, env=str(env))
    (found,) = ask(PROBE, [fact], tools=tools, shell=shell, instead={DIRECTORY: str(where / "tasks")})
    return brief(found)


def host(address: str, name: str | None = None, bits: str | None = None) -> dict[str, object]:
    return {"bk_host_innerip": address, "bk_os_name": name, "bk_os_bit": bits}


def hosts(*rows: object, count: int | None = None) -> str:
    return says({"count": len(rows) if count is None else count, "info": list(rows)})


@pytest.mark.parametrize("shell", SHELLS)
def test_hosts_whose_system_has_no_agent_20_are_named_with_it(tmp_path: Path, shell: str) -> None:
    """What CMDB's filter lets through besides, such as a Linux of another name, is left out."""
    told = hosts(
        host("10.2.0.7", "Windows Server 2008 R2 Standard", "64-bit"),
        host("10.2.0.6", "linux centos", "32-bit"),
        host("10.2.0.5", "linux acme2008", "64-bit"),
        host("10.2.0.4"),
    )
    assert of_systems(tmp_path, told, shell) == (
        "10.2.0.6 (linux centos 32-bit)",
        "10.2.0.7 (Windows Server 2008 R2 Standard 64-bit)",
    )


def test_cmdb_is_asked_for_those_alone(tmp_path: Path) -> None:
    assert of_systems(tmp_path, hosts()) == ()
    asked_for = json.loads((tmp_path / "asked").read_text())["host_property_filter"]
    assert asked_for["condition"] == "OR"
    assert [(rule["field"], rule["operator"], rule["value"]) for rule in asked_for["rules"]] == [
        ("bk_os_name", "contains", "2003"),
        ("bk_os_name", "contains", "2008"),
        ("bk_os_bit", "contains", "32"),
    ]


def test_after_twenty_the_rest_is_counted_those_of_further_pages_too(tmp_path: Path) -> None:
    rows = [host(f"10.2.{number // 250}.{number % 250}", "Windows Server 2003") for number in range(500)]
    named = tuple(
        f"10.2.0.{number} (Windows Server 2003)" for number in (0, 1, 10, *range(100, 110), 11, *range(110, 116))
    )
    assert of_systems(tmp_path, hosts(*rows, count=31_337)) == (*named, f"+{31_337 - 20}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (says([]), "agents-not-reported"),
        (hosts({"bk_host_innerip": 1}), "agents-not-reported"),
        (hosts("10.2.0.7"), "agents-not-reported"),
        (hosts(host("10.2.0.7", "Windows Server 2003"), count=2), "agents-not-reported"),
        (says({"count": "1", "info": []}), "agents-not-reported"),
        ("<html>502 Bad Gateway</html>\n502", "esb-status"),
    ],
    ids=["no-list", "address-is-a-number", "no-row", "cut", "count-is-text", "gateway"],
)
def test_what_cmdb_says_that_is_not_understood_is_unknown(tmp_path: Path, text: str, why: str) -> None:
    assert of_systems(tmp_path, text) == f"unknown: {why}"
