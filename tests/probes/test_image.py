"""Images that an installer pulls: on the host, or in a registry that gives them. docker never pulls here."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from probes.image import PROBE, ImageSource
from tests.probes.here import HOST, SHELLS, ask, brief, tool

Registry = Callable[[int], int]


class Handler(BaseHTTPRequestHandler):
    """A registry that wants an anonymous token, and has one image."""

    def do_GET(self) -> None:
        port = self.headers["Host"].partition(":")[2]
        if self.path.startswith("/token?"):
            asked = "service=registry" in self.path and unquote(self.path).endswith(
                "scope=repository:blueking/mgr:pull"
            )
            self._answer(200 if asked else 400, json.dumps({"token": "anonymous"}))
        elif self.headers.get("Authorization") != "Bearer anonymous":
            wants = f'Bearer realm="http://127.0.0.1:{port}/token",service="registry",scope="x"'
            self._answer(401, "", ("WWW-Authenticate", wants))
        else:
            self._answer(200 if self.path == "/v2/blueking/mgr/manifests/2.1.3" else 404, "{}")

    def _answer(self, status: int, body: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on stderr."""


@pytest.fixture
def port() -> Iterator[int]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield http.server_address[1]
    http.shutdown()
    http.server_close()
    thread.join()


def read(tmp_path: Path, image: str, *, docker: str = "exit 1", shell: str = "/bin/sh", insecure: str = "") -> object:
    tools = tool(tmp_path / "tools", "docker", docker)
    tool(tools, "systemctl", "echo Environment=FOO=bar")
    config = tmp_path / "daemon.json"
    config.write_text(json.dumps({"insecure-registries": [insecure]}))
    facts = [ImageSource(host=HOST, image=image)]
    (reading,) = ask(PROBE, facts, tools=tools, shell=shell, instead={"/etc/docker/daemon.json": str(config)})
    return brief(reading)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_registry_is_asked_for_the_manifest_with_an_anonymous_token(tmp_path: Path, port: int, shell: str) -> None:
    registry = f"127.0.0.1:{port}"
    assert read(tmp_path, f"{registry}/blueking/mgr:2.1.3", insecure=registry, shell=shell) == "available"
    assert read(tmp_path, f"{registry}/blueking/mgr:9", insecure=registry, shell=shell) == f"{registry}: HTTP 404"


@pytest.mark.condition("v12-offline")
def test_an_image_on_the_host_needs_no_registry(tmp_path: Path) -> None:
    docker = '[ "$*" = "inspect --type image hub.invalid/blueking/mgr:2.1.3" ]'
    assert read(tmp_path, "hub.invalid/blueking/mgr:2.1.3", docker=docker) == "available"


@pytest.mark.condition("v12-offline")
def test_a_registry_that_does_not_answer_is_named_with_the_cause(tmp_path: Path, port: int) -> None:
    assert read(tmp_path, "hub.invalid/blueking/mgr:1") == "hub.invalid: unresolved"
    assert read(tmp_path, "127.0.0.1:1/blueking/mgr:1") == "127.0.0.1:1: refused"
    over_http = str(read(tmp_path, f"127.0.0.1:{port}/blueking/mgr:2.1.3"))
    assert over_http.startswith(f"127.0.0.1:{port}: TLS error"), "plain HTTP is not tried unless daemon.json allows it"
