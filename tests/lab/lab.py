#!/usr/bin/env python3
"""Three disposable BlueKing hosts on this machine: the lab's command line. README.md beside this file says more."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import base, layers
from machine.api import Lab, say
from machine.nspawn import ssh_command, wait_booted
from machine.place import HOSTS, PRISTINE, LabError, mounted

EX_CANNOT = 77  # as automake has it: the test cannot be run here
ONE_HOST = ("kill", "boot", "reboot", "partition", "heal", "sshd-kill")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        description=__doc__, epilog="example: lab.py up && lab.py ssh 1 hostname && lab.py reset"
    )
    top.add_argument("--name", default="lab", help="which lab; several run side by side (default: lab)")
    sub = top.add_subparsers(dest="command", required=True)
    up = sub.add_parser("up", help="boot at the pristine 6.1.2 state, making it first if need be")
    up.add_argument("--fresh", action="store_true", help="write the pristine state anew")
    down = sub.add_parser("down", help="power off, take namespaces and mounts away")
    down.add_argument("--purge", action="store_true", help="also delete keys and snapshots")
    sub.add_parser("status", help="what runs, where the keys are, the package's MD5")
    reset = sub.add_parser("reset", help="back to a snapshot")
    reset.add_argument("snapshot", nargs="?", default=PRISTINE)
    sub.add_parser("snapshot", help="freeze the running state").add_argument("snapshot")
    ssh = sub.add_parser("ssh", help="a shell, or one command, as root")
    ssh.add_argument("host")
    ssh.add_argument("argv", nargs=argparse.REMAINDER)
    run = sub.add_parser("run", help="run a command inside the lab's network namespace: lab.py run -- CMD …")
    run.add_argument("argv", nargs=argparse.REMAINDER)
    sub.add_parser("wait", help="until systemd on every host has started all it was told to")
    for name in ONE_HOST:
        sub.add_parser(name).add_argument("host")
    return top


def main(argv: list[str]) -> int:
    args = parser().parse_args(argv)
    reason = base.why_not()
    if reason:
        say(f"lab: {reason}")
        return EX_CANNOT
    try:
        return act(Lab(args.name), args)
    except LabError as error:
        say(f"lab: {error}")
        return 1


def act(lab: Lab, args: argparse.Namespace) -> int:
    began = time.monotonic()
    match args.command:
        case "up":
            lab.up(fresh=args.fresh)
        case "down":
            lab.down(purge=args.purge)
        case "status":
            return status(lab)
        case "reset":
            lab.reset(args.snapshot)
        case "snapshot":
            lab.snapshot(args.snapshot)
        case "wait":
            wait_booted(lab.place, list(HOSTS))
        case "ssh":
            host = args.host if args.host in HOSTS else f"h{args.host}"
            return subprocess.call(ssh_command(lab.place, host, *args.argv))
        case "run":
            words = args.argv[1:] if args.argv[:1] == ["--"] else args.argv
            return subprocess.call(
                lab.inside(*words), env=os.environ | {"BKREC_LAB_SSH_CONFIG": str(lab.place.ssh_config)}
            )
        case one_host:
            getattr(lab, one_host.replace("-", "_"))(args.host)
    say(f"lab {lab.name}: {args.command} done in {time.monotonic() - began:.1f} s")
    return 0


def status(lab: Lab) -> int:
    place = lab.place
    running = mounted(place.run)
    print(f"lab         {lab.name}: {base.SUITES[base.suite(place)]}, {place.home}, network namespace {place.netns}")
    for host, ip in HOSTS.items():
        print(f"{host}          {ip}  {'up' if running and lab.is_up(host) else 'down'}")
    print(f"ssh         ip netns exec {place.netns} ssh -F {place.ssh_config} h1")
    print(f"known hosts {place.known_hosts}")
    print(f"layers      {' + '.join(layers.layers(place)) if running else '-'}")
    print(f"snapshots   {' '.join(sorted(p.name for p in place.snap.glob('*'))) if place.snap.exists() else '-'}")
    print(f"package     h1:/data/bkce-src-6.2.2.tgz  md5 {lab.package_md5 or '-'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
