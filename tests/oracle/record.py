#!/usr/bin/env python3
"""Writes down what the hosts of a cluster show to somebody who watches them, for the oracle to know.

    python tests/oracle/record.py --ssh 'ip netns exec bkrec-lab-oracle ssh -F /var/lib/bkrec-lab/oracle/ssh_config' \
        10.0.0.1=h1 10.0.0.2=h2 10.0.0.3=h3 > tests/oracle/recorded/lab-finished.toml

`watch.sh` beside this file does the watching, with the hosts' own tools; nothing of bkrec is imported or asked. Names,
versions, units, ports and states are written, never a file's content: the vendor's text and secrets stay on the hosts.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

WATCH = Path(__file__).with_name("watch.sh")
OF_THE_SYSTEM = re.compile(
    r"(systemd-.*|user@.*|user-runtime-dir@.*|getty@.*|console-getty|dbus|ssh|sshd|cron|crond|rsyslog|networking|polkit"
    r"|sysstat|containerd|bklab-.*|bkrec-.*)\.service"
)
"""Units of the operating system and of the lab itself."""

Row = tuple[str, str, str]
"""Kind, name, value."""


def main() -> int:
    args = _arguments()
    addresses = [word.partition("=")[::2] for word in args.hosts]
    watched = {
        address: list(watch(shlex.split(args.ssh), name or address, args, controller=address == addresses[0][0]))
        for address, name in addresses
    }
    sys.stdout.write(toml(args.what, addresses[0][0], watched))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Writes down what the hosts of a cluster show to somebody who watches."
    )
    parser.add_argument("--ssh", required=True, help="the command to which a host's name and a command are added")
    parser.add_argument("--what", default="a finished 6.2.2", help="what is recorded, in a line")
    parser.add_argument("--install", default="/data/install")
    parser.add_argument("--home", default="/data/bkce")
    parser.add_argument("--src", default="/data/src")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=[], help="only these; all by default")
    parser.add_argument("hosts", nargs="+", help="ADDRESS=NAME-FOR-SSH, the controller first")
    return parser.parse_args()


def watch(ssh: list[str], host: str, args: argparse.Namespace, *, controller: bool) -> Iterator[Row]:
    words = (args.install, args.home, args.src, "yes" if controller else "no")
    done = subprocess.run(
        [*ssh, host, f"bash -s -- {shlex.join(words)}"],
        input=WATCH.read_bytes(), capture_output=True, check=True,
    )  # fmt: skip
    sys.stderr.buffer.write(done.stderr)
    for line in done.stdout.decode().splitlines():
        kind, name, value = line.split("\t", 2)
        unit = value if kind == "port" else name
        of_the_system = kind in ("unit", "boot", "port") and OF_THE_SYSTEM.fullmatch(unit)
        if not of_the_system and (not args.kinds or kind in ("config", "tree", *args.kinds)):
            yield kind, name, value


def toml(what: str, controller: str, watched: dict[str, list[Row]]) -> str:
    config = "\n".join(value for kind, _, value in watched[controller] if kind == "config")
    trees = {host: value for host, rows in watched.items() for kind, _, value in rows if kind == "tree"}
    lines = [
        f"# {what}, as its hosts showed it: written by tests/oracle/record.py, not by hand.",
        f"what = {json.dumps(what)}",
        f"controller = {json.dumps(controller)}",
        f'install_config = """\n{config}\n"""',
    ]
    for host, rows in watched.items():
        same = "as on the controller" if trees[host] == trees[controller] else "another"
        of_tree = [("tree", name, same) for kind, name, _ in rows if kind == "tree" and host != controller]
        lines += _tables(host, [*(row for row in rows if row[0] not in ("config", "tree")), *of_tree])
    return "\n".join(lines) + "\n"


def _tables(host: str, rows: Iterable[Row]) -> Iterator[str]:
    kinds: dict[str, dict[str, str]] = {}
    for kind, name, value in rows:
        kinds.setdefault(kind, {})[name] = value
    for kind, things in sorted(kinds.items()):
        yield f"\n[hosts.{json.dumps(host)}.{kind}]"
        yield from (f"{json.dumps(name)} = {json.dumps(value)}" for name, value in sorted(things.items()))


if __name__ == "__main__":
    sys.exit(main())
