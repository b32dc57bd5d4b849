#!/usr/bin/env python3
"""Sends an alert of `bkrec check` by mail, through the SMTP server of this machine or another.

    [check]                                                                    # cluster.toml
    on_drift    = ["/usr/local/lib/bkrec/mail.py", "ops@example.com"]
    on_recovery = ["/usr/local/lib/bkrec/mail.py", "ops@example.com", "smtp.example.com:25", "zh"]

SMTP and not sendmail(1): that is set-group-ID, which a sandboxed timer does not permit. Nothing but the standard
library; the alert comes as JSON on stdin (`bkrec schema alert`), and is attached whole.
"""

import getpass
import json
import smtplib
import socket
import sys
from email.message import EmailMessage

SUBJECTS = {
    "drift": {"en": "BlueKing {cluster}: drift", "zh": "蓝鲸 {cluster}：漂移"},
    "recovery": {"en": "BlueKing {cluster}: recovered", "zh": "蓝鲸 {cluster}：已恢复"},
}
TIMEOUT_S = 20


def main(arguments: "list[str]") -> int:
    if not 1 <= len(arguments) <= 3 or arguments[2:] not in ([], ["en"], ["zh"]):
        print("usage: mail.py TO [HOST[:PORT] [en|zh]]", file=sys.stderr)
        return 64
    to, server, lang = [*arguments, *("", "localhost:25", "zh")[len(arguments) :]]
    text = sys.stdin.read()
    alert = json.loads(text)
    message = EmailMessage()
    message["Subject"] = SUBJECTS[alert["alert"]][lang].format(cluster=alert["cluster"])
    message["From"], message["To"] = f"{getpass.getuser()}@{socket.getfqdn()}", to
    message.set_content(alert["summary"][lang] + "\n")
    message.add_attachment(text.encode(), maintype="application", subtype="json", filename="alert.json")
    host, _, port = server.partition(":")
    try:
        with smtplib.SMTP(host, int(port or 25), timeout=TIMEOUT_S) as smtp:
            smtp.send_message(message)
    except (OSError, ValueError) as error:
        print(f"the alert was not sent: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
