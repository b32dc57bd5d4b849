"""Listening ports, as ss tells them and as /proc does."""

import os
import socket
from pathlib import Path

import pytest

from probes.command import Output
from probes.port import PROBE, PortListening, PortOwner, PortUnit
from tests.probes.here import HOST, SHELLS, ask, brief, tool

OLD_SS = r"""printf '%s\n' 'State      Recv-Q Send-Q Local Address:Port  Peer Address:Port' \
 'LISTEN     0      128          *:22                       *:*' \
 'LISTEN     0      128         :::111                     :::*' \
 'LISTEN     0      128    127.0.0.1%lo:53                  *:*' \
 'ESTAB      0      0      10.0.0.1:9999          10.0.0.2:8888'"""


@pytest.mark.parametrize("shell", SHELLS)
def test_old_and_new_ss_are_understood(tmp_path: Path, shell: str) -> None:
    facts = [PortListening(host=HOST, port=port) for port in (22, 111, 53, 9999, 2)]
    found = ask(PROBE, facts, tools=tool(tmp_path, "ss", OLD_SS), shell=shell)
    assert [brief(reading) for reading in found] == [True, True, True, "absent", "absent"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_without_ss_the_kernel_s_own_tables_are_read(tmp_path: Path, shell: str, family: socket.AddressFamily) -> None:
    with socket.socket(family) as listener:
        listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        found = ask(PROBE, [PortListening(host=HOST, port=port)], tools=tool(tmp_path, "ss", "exit 127"), shell=shell)
    assert [brief(reading) for reading in found] == [True]


@pytest.mark.parametrize("text", ["", "22\n", "end\n22\n", "22\nend", "x\nend\n", "22\nend\nend\n"])
def test_a_list_that_breaks_off_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="cut"):
        PROBE.parse([PortListening(host=HOST, port=22)], Output(stdout=text))


WITH_OWNERS = r"""printf '%s\n' 'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process' \
 'LISTEN 0      511          *:80               *:*     users:(("nginx",pid=812,fd=6),("nginx",pid=810,fd=6))' \
 'LISTEN 0      128       [::]:59313         [::]:*     users:(("gse_api",4711,12))' \
 'LISTEN 0      128    0.0.0.0:111        0.0.0.0:*'"""


@pytest.mark.condition("v5-gse-ports")
@pytest.mark.parametrize("shell", SHELLS)
def test_who_listens_is_named_with_its_pid_in_both_of_the_forms_that_ss_has(tmp_path: Path, shell: str) -> None:
    facts = [PortOwner(host=HOST, port=port) for port in (80, 59313, 111, 81)]
    found = ask(PROBE, facts, tools=tool(tmp_path, "ss", WITH_OWNERS), shell=shell)
    assert [brief(reading) for reading in found] == ["nginx (812)", "gse_api (4711)", "?", "absent"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_system_s_own_ss_names_this_very_process(shell: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        (found,) = ask(PROBE, [PortOwner(host=HOST, port=port)], shell=shell)
    assert brief(found) == "?" or str(os.getpid()) in brief(found)


def test_without_ss_nobody_is_named(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        fact = PortOwner(host=HOST, port=listener.getsockname()[1])
        assert [brief(one) for one in ask(PROBE, [fact], tools=tool(tmp_path, "ss", "exit 127"))] == ["?"]


LISTED = """\
held\t6379\tredis-server (7)\tredis@default.service
held\t6379\tsshd (9)\t
held\t80\tnc (8)\t
80
111
6379
end
"""


@pytest.mark.parametrize(
    ("port", "unit", "reading"),
    [
        (6379, "redis@default.service", "redis@default.service"),
        (6379, "redis.service", "redis@default.service"),
        (80, "openresty.service", "nc (8)"),
        (111, "rpcbind.service", "?"),
        (81, "redis.service", "absent"),
    ],
)
def test_a_port_is_its_unit_s_or_whose_else_is_named(port: int, unit: str, reading: str) -> None:
    fact = PortUnit(host=HOST, port=port, unit=unit)
    assert brief(PROBE.parse([fact], Output(stdout=LISTED))[fact]) == reading


@pytest.mark.parametrize("shell", SHELLS)
def test_of_a_process_without_a_unit_program_and_pid_are_named(tmp_path: Path, shell: str) -> None:
    fact = PortUnit(host=HOST, port=59313, unit="bk-gse-api.service")
    line = f'LISTEN 0 128 [::]:59313 [::]:* users:(("gse_api",pid={2**22 + 1},fd=3))'
    found = ask(PROBE, [fact], tools=tool(tmp_path, "ss", f"printf '%s\\n' '{line}'"), shell=shell)
    assert [brief(reading) for reading in found] == [f"gse_api ({2**22 + 1})"]
