"""Renews the recordings, and writes to no host: see README.md beside it."""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

from probes.command import Output
from probes.fact import kind_of
from probes.registry import PROBES
from tests.contracts.cases import CASES, Case
from tests.contracts.recording import Recording, dump, fact_row, reading_row, script_digest

FAMILIES = {probe.family: probe for probe in PROBES}
ABOUT = "sed -n 's/^PRETTY_NAME=//p' /etc/os-release | tr -d '\"'; "


def over_ssh(key: str, host: str, command: str) -> Output:
    words = ("ssh", "-q", "-i", key, "-o", "StrictHostKeyChecking=no", f"root@{host}", command)
    told = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    return Output(
        stdout=told.stdout.decode("utf-8", "surrogateescape"),
        stderr=told.stderr.decode("utf-8", "surrogateescape"),
        exit_status=told.returncode,
    )


def record(case: Case, key: str, host: str) -> Recording:
    probe = FAMILIES[case.family]
    command = probe.command(case.facts)
    system, tool, *_ = over_ssh(key, host, f"{ABOUT} {case.tool} 2>&1 | head -n 1 | cut -c 1-60").stdout.split("\n")
    output = over_ssh(key, host, f"{shlex.join(case.under)} {command.render()}".strip())
    readings = probe.parse(case.facts, output)
    return Recording(
        os=system,
        tool=tool,
        under=shlex.join(case.under),
        script=script_digest(command),
        args=command.args,
        stdout=output.stdout,
        status=output.exit_status or 0,
        facts=tuple((kind_of(fact), *fact_row(fact), *reading_row(readings[fact])) for fact in case.facts),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--as", dest="named", default="", help="the one case's file, for a tool of another version")
    parser.add_argument("hosts", nargs=3)
    options = parser.parse_args()
    for case in CASES:
        if case.name.startswith(options.only):
            recording = record(case, options.key, options.hosts[case.number])
            target = Path(__file__).parent / case.family / f"{options.named or case.name.partition('/')[2]}.toml"
            target.parent.mkdir(exist_ok=True)
            target.write_text(dump(recording))
            sys.stdout.write(json.dumps([case.name, recording.tool]) + "\n")


if __name__ == "__main__":
    main()
