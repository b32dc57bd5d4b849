"""A page in Debian's headless Chromium: pictures of it, what axe-core says of it, and what it asks the network for.

A page is shown in a frame of the width that is wanted, since the browser's own window has a least width that is wider
than a phone. Needed: `chromium` on PATH; for axe the file axe.min.js of npm's axe-core, named by `$AXE_CORE`.
"""

import html
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PHONE, DESKTOP = 375, 1280
BROWSER = shutil.which("chromium")
AXE = Path(os.environ.get("AXE_CORE", "/nonexistent"))
_QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-extensions",
    "--disable-domain-reliability", "--disable-features=OptimizationHints,MediaRouter,Translate",
)  # fmt: skip
_REPORT = """
<script>{axe}</script>
<script>axe.run(document).then(
  result => parent.postMessage(JSON.stringify(result.violations), "*"),
  error => parent.postMessage(JSON.stringify([{{id: "axe failed", nodes: [], help: String(error)}}]), "*"));
</script>
"""
_FRAME = """<!DOCTYPE html><title>frame</title><body style="margin:0"><iframe src="page.html" style="border:0"
width="{width}" height="{height}"></iframe><pre id="result"></pre>
<script>addEventListener("message", event => {{ document.getElementById("result").textContent = event.data }})</script>
"""
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def screenshot(page: str, picture: Path, *, width: int, height: int, dark: bool = False) -> None:
    with _framed(page, width, height) as frame:
        _run(frame, dark, f"--window-size={width},{height}", f"--screenshot={picture.resolve()}")


def violations(page: str, *, width: int, dark: bool = False) -> list[dict[str, Any]]:
    """What axe-core finds, with all parts of the page that can be opened open."""
    opened = _POLICY.sub("", page.replace("<details", "<details open"))
    checked = opened.replace("</body>", _REPORT.format(axe=AXE.read_text(encoding="utf-8")) + "</body>")
    with _framed(checked, width, 2000) as frame:
        dom = _run(frame, dark, "--virtual-time-budget=60000", "--dump-dom")
    result = re.search(r'<pre id="result">(.*?)</pre>', dom, re.DOTALL)
    assert result is not None
    assert result[1], "axe did not answer"
    return json.loads(html.unescape(result[1]))


def hosts_asked(page: str) -> set[str]:
    """The hosts that the network is asked for while the page is shown, the browser's own errands among them."""
    with _proxy() as (port, asked), _framed(page, DESKTOP, 2000) as frame:
        _run(frame, False, f"--proxy-server=127.0.0.1:{port}", "--proxy-bypass-list=<-loopback>", "--dump-dom")
    return {_host(line) for line in asked}


def _host(line: str) -> str:
    """`CONNECT example.org:443 HTTP/1.1`, `GET http://example.org/x HTTP/1.1`."""
    target = line.split(" ")[1].partition("://")[2] or line.split(" ")[1]
    return target.partition("/")[0].partition(":")[0]


@contextmanager
def _framed(page: str, width: int, height: int) -> Generator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page.html").write_text(page, encoding="utf-8")
        frame = Path(folder) / "frame.html"
        frame.write_text(_FRAME.format(width=width, height=height), encoding="utf-8")
        yield frame


def _run(page: Path, dark: bool, *options: str) -> str:
    assert BROWSER is not None
    colours = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    profile = f"--user-data-dir={page.parent / 'profile'}"
    command = (BROWSER, *_QUIET, profile, *colours, *options, page.as_uri())
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@contextmanager
def _proxy() -> Generator[tuple[int, list[str]]]:
    """Answers nothing; remembers who asked."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(2000).decode("latin-1").partition("\r\n")[0])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], asked
        finally:
            server.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)
