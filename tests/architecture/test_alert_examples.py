"""The ready commands for `on_drift`: each speaks as its service has it, to a local server, and gives its URL to nobody.

Sources: the robots' own documents (WeCom 群机器人, DingTalk 自定义机器人, Feishu 自定义机器人).
"""

import base64
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import socketserver
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Generator
from dataclasses import dataclass, field
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.check_history import CheckHistory, observe
from reconciler.view.documents import dumped
from reconciler.view.to_documents import alert_document
from tests.architecture.tree import ROOT
from tests.reconciler.view.formats.specimens import CLUSTER

SCRIPTS = ROOT / "docs" / "alerts"
TOKEN, SECRET = "canary-5d41402abc", "SEC-canary-7b2a11"
DRIFT = "unit.active bk-auth.service @10.0.0.3"
ALERT = dumped(alert_document("drift", CLUSTER, observe(CheckHistory(), [DRIFT], 60)))
OK = {"wecom": {"errcode": 0, "errmsg": "ok"}, "dingtalk": {"errcode": 0, "errmsg": "ok"}, "feishu": {"code": 0}}


@dataclass
class Robot:
    """A webhook on this machine: what it was sent, what it answers."""

    url: str = ""
    answer: Any = None
    status: int = 200
    received: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])


@pytest.fixture
def robot() -> Generator[Robot]:
    it = Robot()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            it.received.append((self.path, json.loads(body)))
            self.send_response(it.status)
            self.end_headers()
            self.wfile.write(json.dumps(it.answer).encode())

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        it.url = f"http://127.0.0.1:{server.server_address[1]}/robot/send?key={TOKEN}"
        yield it
        server.shutdown()


def _run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "no_proxy": "*"}
    line = [sys.executable, str(SCRIPTS / script), *arguments]
    done = subprocess.run(line, input=ALERT, capture_output=True, text=True, check=False, timeout=30, env=environ)
    assert TOKEN not in done.stdout + done.stderr + " ".join(line)
    assert SECRET not in done.stdout + done.stderr + " ".join(line)
    assert "Traceback" not in done.stderr
    return done


def _url_file(path: Path, robot: Robot, secret: str = "", mode: int = 0o600) -> str:
    file = path / "url"
    file.write_text(f"{robot.url}\n{secret}\n", encoding="utf-8")
    file.chmod(mode)
    return str(file)


@pytest.mark.parametrize("service", OK)
def test_a_message_has_the_form_of_its_service(robot: Robot, tmp_path: Path, service: str) -> None:
    robot.answer = OK[service]
    done = _run("webhook.py", service, _url_file(tmp_path, robot), "en")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ((path, body),) = robot.received
    assert path == f"/robot/send?key={TOKEN}"
    match service:
        case "wecom":
            text, keys = body["markdown"]["content"], {"msgtype", "markdown"}
        case "dingtalk":
            text, keys = body["markdown"]["text"], {"msgtype", "markdown"}
            assert body["markdown"]["title"] == "Drift"
        case _:
            text, keys = body["content"]["text"], {"msg_type", "content"}
    assert set(body) == keys
    assert "BlueKing cluster x: no verdict on 6.2.2" in text
    assert "unit bk-auth.service" in text


def test_chinese_is_the_default(robot: Robot, tmp_path: Path) -> None:
    robot.answer = OK["feishu"]
    _run("webhook.py", "feishu", _url_file(tmp_path, robot))
    assert robot.received[0][1]["content"]["text"].startswith("漂移\n蓝鲸集群 x")


def test_dingtalk_signs_in_the_query_and_feishu_in_the_body(robot: Robot, tmp_path: Path) -> None:
    robot.answer = OK["dingtalk"]
    file = _url_file(tmp_path, robot, SECRET)
    assert [_run("webhook.py", name, file).returncode for name in ("dingtalk", "feishu")] == [0, 0]
    (path, _), (plain, body) = robot.received
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
    text = f"{query['timestamp'][0]}\n{SECRET}"
    assert base64.b64decode(query["sign"][0]) == hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()
    text = f"{body['timestamp']}\n{SECRET}"
    assert base64.b64decode(body["sign"]) == hmac.new(text.encode(), b"", hashlib.sha256).digest()
    assert plain == f"/robot/send?key={TOKEN}"


@pytest.mark.parametrize(
    ("service", "answer", "status", "words"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, 200, "93000: invalid webhook url"),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, 200, "19021: sign match fail"),
        ("dingtalk", {}, 200, "None: "),
        ("dingtalk", [], 200, "ValueError"),
        ("wecom", {"errcode": 0}, 502, "HTTP 502"),
    ],
)
def test_what_the_service_refuses_is_a_failure(
    robot: Robot, tmp_path: Path, service: str, answer: Any, status: int, words: str
) -> None:
    robot.answer, robot.status = answer, status
    done = _run("webhook.py", service, _url_file(tmp_path, robot))
    assert (done.returncode, done.stderr) == (1, f"the alert was not sent: {words}\n")


def test_a_url_that_others_can_read_is_not_used(robot: Robot, tmp_path: Path) -> None:
    done = _run("webhook.py", "wecom", _url_file(tmp_path, robot, mode=0o644))
    assert (done.returncode, robot.received) == (1, [])
    assert "can be read by others" in done.stderr


def test_nobody_answers_or_the_url_is_none(robot: Robot, tmp_path: Path) -> None:
    for url in (f"http://127.0.0.1:1/?key={TOKEN}", f"http://127.0.0.1:1/a b?key={TOKEN}", f"ftp://{TOKEN}", ""):
        robot.url = url
        assert _run("webhook.py", "wecom", _url_file(tmp_path, robot)).returncode == 1
    assert _run("webhook.py", "slack", "x").returncode == 64


class Post(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as one mail needs."""

    mails: list[bytes]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"DATA":
                    self.wfile.write(b"354 go\r\n")
                    self.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    self.wfile.write(b"250 ok\r\n")
                case b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(b"250 ok\r\n")


def test_a_mail_has_the_summary_and_the_alert_attached() -> None:
    Post.mails = []
    with socketserver.TCPServer(("127.0.0.1", 0), Post) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        done = _run("mail.py", "ops@example.com", f"127.0.0.1:{server.server_address[1]}", "zh")
        server.shutdown()
    assert (done.returncode, done.stderr) == (0, "")
    mail = BytesParser(policy=email.policy.default).parsebytes(Post.mails[0])
    assert (mail["Subject"], mail["To"]) == ("蓝鲸 x：漂移", "ops@example.com")
    text, attached = mail.iter_parts()
    assert "蓝鲸集群 x" in text.get_content()
    assert json.loads(attached.get_content())["schema"] == "bkrec.alert/1"


def test_a_mail_that_nobody_takes_is_a_failure() -> None:
    assert _run("mail.py", "ops@example.com", "127.0.0.1:1").returncode == 1
    assert _run("mail.py").returncode == 64
