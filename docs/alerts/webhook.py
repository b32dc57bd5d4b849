#!/usr/bin/env python3
"""Sends an alert of `bkrec check` to a group chat: WeCom (企业微信), DingTalk (钉钉), Feishu (飞书).

    [check]                                                                    # cluster.toml
    on_drift    = ["/usr/local/lib/bkrec/webhook.py", "wecom", "/etc/bkrec/wecom.url"]
    on_recovery = ["/usr/local/lib/bkrec/webhook.py", "wecom", "/etc/bkrec/wecom.url"]

The file, 0600, has the robot's webhook URL in its first line; in its second, where the robot signs (加签), its secret.
The URL is a secret itself: it is never an argument and never printed. A third argument chooses the language: en or zh
(the default). Nothing but the standard library; the alert comes as JSON on stdin (`bkrec schema alert`).

Try it: echo '{"alert": "drift", "summary": {"en": "a test", "zh": "测试"}}' | ./webhook.py wecom /etc/bkrec/wecom.url
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import stat
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, cast

TITLES = {"drift": {"en": "Drift", "zh": "漂移"}, "recovery": {"en": "Recovered", "zh": "已恢复"}}
MOST_BYTES = 3500
"""WeCom takes 4096 bytes of Markdown; the others take more."""
TIMEOUT_S = 10


def main(arguments: "list[str]") -> int:
    if len(arguments) not in (2, 3) or arguments[0] not in SERVICES or arguments[2:] not in ([], ["en"], ["zh"]):
        print(f"usage: webhook.py {'|'.join(SERVICES)} URL_FILE [en|zh]", file=sys.stderr)
        return 64
    service, file, lang = arguments[0], arguments[1], arguments[2] if arguments[2:] else "zh"
    alert = json.load(sys.stdin)
    try:
        url, secret = read_secret(file)
    except (OSError, ValueError) as error:
        return failed(str(error))
    url, body = SERVICES[service](url, secret, TITLES[alert["alert"]][lang], shortened(alert["summary"][lang]))
    try:
        answer = post(url, body)
    except urllib.error.HTTPError as error:
        return failed(f"HTTP {error.code}")
    except urllib.error.URLError as error:
        return failed(str(error.reason))
    except (OSError, ValueError, http.client.HTTPException) as error:
        # the words of some of them quote the URL
        return failed(type(error).__name__)
    # each answers 200 with a code of its own in the body: 0 is success
    code = answer.get("errcode", answer.get("code", answer.get("StatusCode")))
    return 0 if code == 0 else failed(f"{code}: {answer.get('errmsg') or answer.get('msg') or ''}")


def failed(why: str) -> int:
    print(f"the alert was not sent: {why}", file=sys.stderr)
    return 1


def read_secret(file: str) -> "tuple[str, str]":
    """URL and secret. Raises ValueError where others can read the file."""
    with open(file, encoding="utf-8") as opened:
        if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
            raise ValueError(f"{file} can be read by others: chmod 600 {file}")
        lines = [line.strip() for line in opened if line.strip()]
    if not lines or not lines[0].startswith(("https://", "http://")):
        raise ValueError(f"{file} has no URL in its first line")
    return lines[0], lines[1] if len(lines) > 1 else ""


def shortened(text: str) -> str:
    data = text.encode()
    return text if len(data) <= MOST_BYTES else data[:MOST_BYTES].decode(errors="ignore") + "\n…"


def wecom(url: str, _: str, title: str, text: str) -> "tuple[str, Any]":
    return url, {"msgtype": "markdown", "markdown": {"content": f"**{title}**\n{text}"}}


def dingtalk(url: str, secret: str, title: str, text: str) -> "tuple[str, Any]":
    body = {
        "msgtype": "markdown",
        "markdown": {"title": title, "text": f"**{title}**\n\n" + text.replace("\n", "\n\n")},
    }
    if not secret:
        return url, body
    now = str(round(time.time() * 1000))
    sign = base64.b64encode(hmac.new(secret.encode(), f"{now}\n{secret}".encode(), hashlib.sha256).digest())
    query = urllib.parse.urlencode({"timestamp": now, "sign": sign.decode()})
    return f"{url}{'&' if '?' in url else '?'}{query}", body


def feishu(url: str, secret: str, title: str, text: str) -> "tuple[str, Any]":
    body = {"msg_type": "text", "content": {"text": f"{title}\n{text}"}}
    if not secret:
        return url, body
    now = str(round(time.time()))
    sign = base64.b64encode(hmac.new(f"{now}\n{secret}".encode(), b"", hashlib.sha256).digest())
    return url, {"timestamp": now, "sign": sign.decode(), **body}


SERVICES = {"wecom": wecom, "dingtalk": dingtalk, "feishu": feishu}


def post(url: str, body: Any) -> "dict[str, Any]":
    """Goes through the proxy of the environment. Raises OSError, ValueError."""
    data = json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json; charset=utf-8"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        answered: Any = json.loads(answer.read(65536))
    if not isinstance(answered, dict):
        raise ValueError("the answer is not a JSON object")
    return cast("dict[str, Any]", answered)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
