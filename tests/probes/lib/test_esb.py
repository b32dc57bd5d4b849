"""The ESB, asked of a server of the test that refuses, breaks off and echoes as the real one may."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from probes.command import Output
from probes.fact import Unknown
from probes.lib import esb
from probes.lib.esb import Answer, Question, answers, question, request
from specs.reason import reason
from tests.probes.here import SHELLS, run, tool

SECRET = "c4nary$x y*"


@dataclass
class Asked:
    path: str
    body: dict[str, Any]


@dataclass
class Bus:
    """What it answers, and what it was asked."""

    says: Callable[[Asked], tuple[int, str]] = lambda _: (200, '{"result": true, "code": 0, "data": []}')
    asked: list[Asked] = field(default_factory=list[Asked])
    port: int = 0


@pytest.fixture
def bus() -> Iterator[Bus]:
    known = Bus()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.asked.append(Asked(self.path, body))
            status, text = known.says(known.asked[-1])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as running:
        known.port = running.server_port
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield known
        running.shutdown()
        thread.join()


@pytest.fixture
def env(tmp_path: Path, bus: Bus) -> str:
    return written(tmp_path, f"127.0.0.1:{bus.port}")


def written(tmp_path: Path, address: str, secret: str = f"BK_PAAS_APP_SECRET='{SECRET}'") -> str:
    path = tmp_path / "paas.env"
    path.write_text(f'BK_PAAS_APP_CODE=bk_paas\n{secret}\nBK_PAAS_PRIVATE_ADDR="{address}"\n')
    return str(path)


def told(*questions: Question, shell: str = "/bin/sh", tools: Path | None = None) -> list[object]:
    command = request(questions)
    output = run(command, shell=shell, tools=tools)
    assert SECRET not in "".join((*command.args, command.stdin, output.stdout, output.stderr))
    found = answers(questions, output)
    return [brief(found[one]) for one in questions]


def brief(one: object) -> object:
    return one.data if isinstance(one, Answer) else f"unknown: {getattr(getattr(one, 'why', None), 'code', '')}"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_question_carries_who_asks_and_its_own_fields(bus: Bus, env: str, shell: str) -> None:
    bus.says = lambda asked: (200, json.dumps({"result": True, "data": asked.body["bk_biz_id"]}, indent=1))
    asked = question(env, "cc/search_set", bk_biz_id=2, name='it\'s $(id) \\ "a"\n')
    assert told(asked, question(env, "cc/search_set", bk_biz_id=3), asked, shell=shell) == [2, 3, 2]
    assert [one.path for one in bus.asked] == ["/api/c/compapi/v2/cc/search_set/"] * 2
    assert bus.asked[0].body == {
        "bk_app_code": "bk_paas", "bk_app_secret": SECRET, "bk_username": "admin",
        "bk_biz_id": 2, "name": "it's $(id) \\ \"a\"\n",
    }  # fmt: skip


def test_curl_gets_the_secret_by_stdin_alone(env: str, tmp_path: Path) -> None:
    unseen = """case "$*" in *c4nary*) exit 9 ;; esac
        if env | grep -q c4nary; then exit 8; fi
        if grep -q c4nary; then printf '{"result":true,"data":1}\\n200'; fi"""
    assert told(question(env, "cc/search_set", a=1), tools=tool(tmp_path / "bin", "curl", unseen)) == [1]


@pytest.mark.parametrize(
    ("status", "text", "wanted"),
    [
        (200, '{"result": true, "data": {"0:10.0.0.1": {"bk_agent_alive": 1}}}', {"0:10.0.0.1": {"bk_agent_alive": 1}}),
        (200, '{"result": true, "data": null}', None),
        (200, '{"result": true}', "unknown: esb-not-json"),
        (200, '{"result": false, "code": 1306403, "message": "no"}', "unknown: esb-refused"),
        (200, '{"result": false, "code": "1306403"}', "unknown: esb-refused"),
        (200, '{"result": false}', "unknown: esb-not-json"),
        (200, '{"result": 1, "data": []}', "unknown: esb-not-json"),
        (200, "[1]", "unknown: esb-not-json"),
        (200, "", "unknown: esb-not-json"),
        (200, "[" * 100_000, "unknown: esb-not-json"),
        (200, "<html>login</html>", "unknown: esb-not-json"),
        (502, "<html>\n<h1>502 Bad Gateway</h1>\n</html>", "unknown: esb-status"),
        (302, '{"result": true, "data": []}', "unknown: esb-status"),
    ],
)
def test_only_a_true_result_with_data_is_an_answer(bus: Bus, env: str, status: int, text: str, wanted: object) -> None:
    bus.says = lambda _: (status, text)
    assert told(question(env, "cc/search_set", a=1)) == [wanted]


def test_a_refusal_tells_its_code_and_message_without_the_secret(bus: Bus, env: str) -> None:
    bus.says = lambda asked: (
        200,
        json.dumps({"result": False, "code": 1306403, "message": f"denied:\x1b[1m\n{asked.body['bk_app_secret']}!"}),
    )
    one = question(env, "cc/search_set", a=1)
    output = run(request([one]))
    assert SECRET not in output.stdout
    (answer,) = answers([one], output).values()
    why = reason("esb-refused", api="cc/search_set", error=1306403, message="denied: [1m ***!")
    assert answer == Unknown(why)


def test_a_longer_answer_than_is_read_is_unknown(bus: Bus, env: str) -> None:
    bus.says = lambda _: (200, json.dumps({"result": True, "data": "x" * esb.LIMIT}))
    assert told(question(env, "cc/search_set", a=1)) == ["unknown: esb-too-long"]


def test_nobody_there_is_unknown(tmp_path: Path) -> None:
    assert told(question(written(tmp_path, "127.0.0.1:1"), "cc/search_set", a=1)) == ["unknown: esb-no-answer"]


@pytest.mark.parametrize("secret", ["", "BK_PAAS_APP_SECRET=", "BK_PAAS_APP_SECRET=$X", "BK_PAAS_APP_SECRET='a\"b'"])
def test_without_a_secret_that_can_be_read_nobody_is_asked(bus: Bus, tmp_path: Path, secret: str) -> None:
    env = written(tmp_path, f"127.0.0.1:{bus.port}", secret)
    assert told(question(env, "cc/search_set", a=1)) == ["unknown: esb-no-secret"]
    assert told(question("/nonexistent", "cc/search_set", a=1)) == ["unknown: esb-no-secret"]
    assert bus.asked == []


@pytest.mark.parametrize("api", ["", "cc", "cc/../x", "cc/search set", "cc/search_set/?a=b", "CC/x"])
def test_what_is_no_api_is_not_asked(api: str) -> None:
    with pytest.raises(ValueError, match="no question"):
        question("/e", api, a=1)


def test_what_is_no_object_with_fields_is_not_asked() -> None:
    with pytest.raises(ValueError, match="no question"):
        question("/e", "cc/search_set")


@pytest.mark.parametrize("stdout", ["0\tsaid\n", "0\tsaid\tx\ty\n", "0\tmaybe\n", "0\tsaid\t{}\n", "0\tsaid\t{} 200\n"])
def test_other_rows_are_an_error(stdout: str) -> None:
    one = question("/e", "cc/search_set", a=1)
    with pytest.raises(ValueError, match="not (understood|whole)"):
        answers([one], Output(stdout=stdout))
