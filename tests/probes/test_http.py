"""HTTP, asked of a server of the test."""

import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from probes.command import Output
from probes.fact import Known
from probes.http import PROBE, HttpOk, PagesUnserved
from tests.probes.here import HOST, SHELLS, ask, brief, run, tool


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")[:3]))
        self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answer) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("shell", SHELLS)
def test_statuses_come_as_they_are(server: str, shell: str) -> None:
    facts = [HttpOk(host=HOST, url=f"{server}/{path}") for path in ("200", "302", "503", "404/$(x)`x`[1-9]{a,b};x")]
    assert [brief(r) for r in ask(PROBE, facts, shell=shell)] == ["200", "302", "503", "404"]


@pytest.mark.condition("host-proxy")
def test_a_proxy_of_the_hosts_environment_is_not_asked(server: str) -> None:
    fact = HttpOk(host=HOST, url=f"{server}/200")
    proxies: dict[str, str] = dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:1")
    assert PROBE.parse([fact], run(PROBE.command([fact]), env=proxies)) == {fact: Known("200")}


def test_a_refused_connection_is_absent_and_the_rest_unknown() -> None:
    urls = ("http://127.0.0.1:1/", "file:///etc/passwd", "--version", "", "http://[")
    found = [brief(reading) for reading in ask(PROBE, [HttpOk(host=HOST, url=url) for url in urls])]
    assert found == ["absent", *["unknown: http-no-answer"] * 4]


def pages(*names: str, env: str = "/data/none.env") -> PagesUnserved:
    return PagesUnserved(host=HOST, env=env, pages=names)


def paas_env(directory: Path, address: str) -> str:
    file = directory / "paas.env"
    file.write_text(f'BK_PAAS_APP_CODE=bk_paas\nBK_PAAS_PRIVATE_ADDR="{address}"\n')
    return str(file)


@pytest.mark.condition("other-ports")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_page_is_served_by_whoever_is_behind_the_entrance_at_the_port_that_the_env_file_names(
    server: str, shell: str, tmp_path: Path
) -> None:
    statuses = ("200", "302", "403", "404", "500", "502")
    env = paas_env(tmp_path, server.removeprefix("http://"))
    fact = pages(*(f"/{status}/" for status in statuses), env=env)
    assert [brief(one) for one in ask(PROBE, [fact], shell=shell)] == [("/404/ 404", "/500/ 500", "/502/ 502")]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("address", "origin"),
    [("127.0.0.1:1", "http://127.0.0.1:1"), ("127.0.0.1:80", "http://127.0.0.1"), ("127.0.0.1", "http://127.0.0.1")],
)
def test_where_nobody_listens_the_address_is_named_once(shell: str, address: str, origin: str, tmp_path: Path) -> None:
    fact = pages("/o/a/", "/o/b/", env=paas_env(tmp_path, address))
    refused = ask(PROBE, [fact], shell=shell, tools=nobody_listens(tmp_path))
    assert [brief(one) for one in refused] == [(f"{origin} refused",)]


@pytest.mark.parametrize("line", ["", "BK_PAAS_PRIVATE_ADDR=\n", "BK_PAAS_PRIVATE_ADDR=$HOST:8080\n"])
def test_an_env_file_that_does_not_say_leaves_the_vendors_own_address(tmp_path: Path, line: str) -> None:
    (tmp_path / "paas.env").write_text(line)
    fact = pages("/o/a/", env=str(tmp_path / "paas.env"))
    refused = ask(PROBE, [fact], tools=nobody_listens(tmp_path))
    assert [brief(one) for one in refused] == [("http://paas.service.consul refused",)]


def nobody_listens(tmp_path: Path) -> Path:
    """A curl whose every connection is refused, so that no port of this machine matters."""
    return tool(tmp_path, "curl", "printf 000; exit 7")


@pytest.mark.parametrize(
    ("exit_status", "wanted"),
    [
        ("6", ("http://x unresolved",)),
        ("7", ("http://x refused",)),
        ("28", ("/o/a/ silent", "/o/b/ silent")),
        ("52", ("/o/a/ silent", "/o/b/ silent")),
        ("56", ("/o/a/ silent", "/o/b/ silent")),
        ("3", "unknown: http-no-answer"),
    ],
)
def test_pages_that_nobody_serves_are_no_mystery_and_a_lost_entrance_is_one_thing(
    exit_status: str, wanted: object
) -> None:
    fact = pages("/o/a/", "/o/b/")
    output = Output(stdout="".join(f"{number}\tcurl\t{exit_status}\t000\thttp://x\n" for number in range(2)))
    assert brief(PROBE.parse([fact], output)[fact]) == wanted


def test_one_page_that_cannot_be_asked_leaves_all_unknown() -> None:
    fact = pages("/o/a/", "/o/b/")
    output = Output(stdout="0\tcurl\t0\t200\thttp://x\n1\tcurl\t35\t000\thttp://x\n")
    assert brief(PROBE.parse([fact], output)[fact]) == "unknown: http-no-answer"
    without = Output(stdout="0\tno-curl\n1\tno-curl\n")
    assert brief(PROBE.parse([fact], without)[fact]) == "unknown: tool-missing"


def test_a_page_is_asked_once_whoever_wants_to_know() -> None:
    facts = [pages("/o/a/", "/o/b/", env="/e"), pages("/o/b/", env="/e"), HttpOk(host=HOST, url="http://x/o/b/")]
    assert PROBE.command(facts).args == ("/e", "/o/a/", "/e", "/o/b/", "", "http://x/o/b/")
    answers = Output(stdout="0\tcurl\t0\t302\thttp://x\n1\tcurl\t0\t502\thttp://x\n2\tcurl\t0\t503\t\n")
    assert [brief(PROBE.parse(facts, answers)[fact]) for fact in facts] == [("/o/b/ 502",), ("/o/b/ 502",), "503"]


@pytest.mark.condition("curl-7-29")
def test_the_deadline_grows_with_the_questions() -> None:
    """Each may take twice what curl is given: 7.29 does where the name's server is silent."""
    facts = [HttpOk(host=HOST, url=str(number)) for number in range(10)]
    command = PROBE.command(facts)
    (limit_s,) = re.findall(r"curl [^\n]* -m ([0-9]+) ", command.script)
    assert command.timeout_s >= len(facts) * 2 * int(limit_s)


@pytest.mark.condition("curlrc")
@pytest.mark.parametrize("through", ["a section", "a command"])
def test_a_curlrc_of_the_hosts_user_does_not_count(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, through: str
) -> None:
    """And the companion: it would, if curl were called as the script has it."""
    (tmp_path / ".curlrc").write_text("location\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    command = PROBE.command([HttpOk(host=HOST, url=f"{server}/302")])
    lines = {"a section": command.section(), "a command": command.render()}

    def answer(line: str) -> str:
        return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout

    assert "302" in answer(lines[through])
    assert "302" not in answer(lines[through].replace("command curl -q", "command curl"))
