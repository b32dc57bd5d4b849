"""A host on this machine, for scripts that only read: the files that recorded contracts name, and tools that answer.

Run in a mount namespace (`unshare --mount python -m tests.support.one_host PAIR …`) it puts every script of a probe,
with the arguments of every recording, to each pair of shell and awk, and prints what each answered as JSON. /data and
/var/lib are its own; /etc and root's home have a layer of its own above them.

What a file holds follows from its name: an env file has every variable that any recording asks about, written in all
the ways there are, a VERSION has a version, a template YAML. So a script that comes to ask about another file finds
that too.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from probes.command import UNSET, Command, without_dot_files
from probes.registry import PROBES
from tests.contracts.recording import Recording, fact_of, load
from tests.support.shells import shell_beside

ROOT = Path(__file__).parents[2]
FAMILIES = {probe.family: probe for probe in PROBES}
HOME = Path("/data")
MORE = (
    "/data/install/bkcli",
    "/data/install/bin/02-dynamic/hosts.env",
    "/data/install/bin/04-final/global.env",
    "/data/install/bin/04-final/paas.env",
    "/data/install/bin/default/bkauth.env",
    "/data/install/bin/create_blueking_set.py",
    "/data/install/bin/default/blueking_service_module.tpl",
    "/data/install/bin/default/blueking_topo_module.tpl",
    "/data/src/official_saas/bk_sops_V3.28.1.tar.gz",
    "/data/src/official_saas/bk_sops_V3.28.2.tar.gz",
    "/data/src/official_saas/odd name_V1.tar.gz",
    "/data/src/bkssm/support-files/sql/0001_ssm_20200323-1000_mysql.sql",
    "/data/src/usermgr/support-files/bkiam/0001_bk_user.json",
    "/var/lib/bkrec/jobs/bkcli-install-paas-0123456789ab.1/origin",
    "/var/lib/bkrec/package-versions/8f8913ab1e6cc4951f52b8c08843662f",
    "/var/lib/bkrec/tasks/job-upgrader-before.done",
    "/etc/consul.d/service/bkauth.json",
)
ENV_LINES = (
    "{0}=plain-value",
    "export {0}='it''s \"quoted\"'  # a remark",
    '{0}="two\\\nlines \\$ and \\\\"',
    "{0}=$'tab\\there'; {0}_TOO=x",
    "{0}=1\n{0}=2",
    "{0}=(10.0.0.1 10.0.0.2)",
)
CONTENTS = {
    "install.config": "10.0.0.1 iam,ssm,usermgr\n10.0.0.2 nginx,monitorv3(monitor)\n[x]\n10.0.0.3 mysql, redis\n",
    "VERSION": "V3.5.4-beta1\r\n",
    "daemon.json": '{"data-root": "/data/bkce/public/docker",\n "live-restore": true}\n',
    "origin": "20261128T224017-ca 20261128T224017-ca bkcli.install-paas migrated\n",
    "mongod.conf": "storage:\n  dbPath: '/data'\n",
    ".installed_module": "python\nredis_cluster\n",
}
YAML = """\
job:
  features:
    gseV2:
      enabled: true # now
  list: [a, b]
web: {port: 8080}
'odd key': |
  text
"""
TOOLS = {
    "date": r"""case "$*" in
  *-d*) exec /usr/bin/date "$@" ;;
  *%N*) echo 1795905047.123456789 ;;
  *) echo 1795905047 ;;
esac""",
    "systemctl": r"""verb=$1; shift
[ "$verb" = show ] || { echo enabled; exit 0; }
first=1
for unit do
  case $unit in --*) continue ;; esac
  [ "$first" ] || echo
  first=
  printf 'Id=%s\nNames=%s\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n' "$unit" "$unit"
  printf 'ActiveEnterTimestamp=Sat 2026-11-28 22:30:37 UTC\nActiveEnterTimestampMonotonic=3329543219\n'
done""",
    "docker": r"""case $* in
  info*) echo /data/bkce/public/docker ;;
  *inspect*) printf 'container /bk-paas-paas running no bk-paas-paas:2.14.57 0 2026-11-28T22:28:03.807886427Z\n' ;;
  ps*) echo 0123456789ab ;;
  images*) echo 'image bk-paas-paas:2.14.57' ;;
esac""",
    "mysql": r"""case $* in *--print-defaults*) echo "mysql would have been started: $*"; exit 0 ;; esac
cat >/dev/null
printf 'online\tbk_sops\t3.28.1\nasked\nuser\tiam\t10.0.0.1\nversion\tcmdb\t3.11.2\n1024\t2048\n'""",
    "redis-cli": r"""printf 'cluster_state:ok\r\ncluster_slots_assigned:16384\r\n'
printf 'cluster_slots_ok:16384\r\ncluster_known_nodes:3\r\n'""",
    "curl": r"""printf '{"result": true, "data": {"count": 1, "info": []}}\n200\n'""",
    "ip": r"""printf '1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.0.0.1/24 scope global eth0\n'""",
    "ss": r"""printf 'State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n'
printf 'LISTEN 0      128          0.0.0.0:80        0.0.0.0:*     users:(("nginx",pid=77,fd=6))\n'
printf 'LISTEN 0      128             [::]:6379         [::]:*     users:(("redis",pid=78,fd=6))\n'""",
    "rpm": "exit 1",
    "df": r"""case $* in
  *-i*) printf 'Filesystem Inodes IUsed IFree IUse%% Mounted on\n/dev/a b 1000 200 800 20%% /\n' ;;
  *) printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a b 1000000 200000 800000 20%% /\n' ;;
esac""",
    "du": "printf '1234\\t/data\\n'",
    "openssl": 'case "$*" in *enddate*) echo notAfter=Nov 28 22:30:37 2026 GMT ;; *) exit 1 ;; esac',
    "getent": "printf '10.0.0.1        %s\\n' paas.service.consul",
    "hostname": "echo h1",
}
WAIT_S = 20
COMPLAINT = re.compile(r"awk|syntax|not found|bad substitution|unbound")


def recordings() -> dict[str, Recording]:
    found = sorted((ROOT / "tests/contracts").glob("*/*.toml"))
    return {f"{path.parent.name}/{path.stem}": load(path) for path in found if path.parent.name in FAMILIES}


def mounts() -> None:
    for place in ("/data", "/var/lib"):
        Path(place).mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", place], check=True)
    for place in ("/etc", "/root"):
        upper, work = HOME / f".layer{place}/upper", HOME / f".layer{place}/work"
        upper.mkdir(parents=True)
        work.mkdir()
        options = f"lowerdir={place},upperdir={upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, place], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", "/etc/ssl/certs"], check=True)
    Path("/etc/ssl/certs/own.crt").write_text("-----BEGIN CERTIFICATE-----\n", encoding="utf-8")
    (HOME / ".uptime").write_text("3400.25 6000.00\n", encoding="utf-8")
    subprocess.run(["mount", "--bind", f"{HOME}/.uptime", "/proc/uptime"], check=True)


def furnish(asked: dict[str, Recording]) -> None:
    words = sorted({word for recording in asked.values() for arg in recording.args for word in re.split(r"[\s:]", arg)})
    scripts = " ".join(probe.command(()).script for probe in PROBES)
    keys = sorted(
        {word for word in (*words, *re.findall(r"BK_[A-Z0-9_]+", scripts)) if re.fullmatch(r"[A-Z][A-Z0-9_]{3,}", word)}
    )
    paths = {word for word in words if re.fullmatch(r"/(data|etc|root|var/lib)/[^\s]*", word)} | set(MORE)
    for path in sorted(paths):
        if Path(path).exists():
            continue
        directory = any(other.startswith(f"{path.rstrip('/')}/") for other in paths) or "." not in Path(path).name
        if directory and Path(path).name not in CONTENTS and path not in MORE:
            Path(path).mkdir(parents=True, exist_ok=True)
        else:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(content(path, keys), encoding="utf-8")
    for directory in [each for each in sorted(paths) if Path(each).is_dir() and each.startswith("/data")]:
        if not (Path(directory) / "VERSION").exists():
            (Path(directory) / "VERSION").write_text(CONTENTS["VERSION"], encoding="utf-8")


def content(path: str, keys: list[str]) -> str:
    name = Path(path).name
    if name in CONTENTS:
        return CONTENTS[name]
    if name.endswith(".env"):
        lines = (ENV_LINES[number % len(ENV_LINES)].format(key) for number, key in enumerate(keys))
        return "# variables\n" + "\n".join(lines) + "\n"
    if name.endswith((".yml", ".yaml")):
        return YAML
    if name.endswith(".tpl"):
        return "module\tfunction\n# none\nauth\t\t\t\t\t\t\ngse \tgse_data\n"
    return "#!/bin/sh\nBK_JOB_API_PUBLIC_URL x\tcolumn  \r\nlast line without an end"


def tools(stand_ins: dict[str, str]) -> Path:
    place = HOME / ".tools"
    place.mkdir()
    for name, script in stand_ins.items():
        (place / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (place / name).chmod(0o755)
    return place


def answers(asked: dict[str, Recording], pairs: list[str]) -> Iterator[tuple[str, str, str]]:
    """Recording, pair, and what was answered: its text, its exit status and whether it complained."""
    beside = tools(TOOLS)
    for name, recording in asked.items():
        command = FAMILIES[name.partition("/")[0]].command([fact_of(row) for row in recording.facts])
        for pair in pairs:
            yield name, pair, answer(command, shell_beside(*pair.split("+")), beside)


def answer(command: Command, shell: str, beside: Path) -> str:
    script = f"unset {UNSET}\n{without_dot_files(command.script)}{command.script}"
    env = {"LC_ALL": "C", "HOME": "/root", "PATH": f"{beside}:{Path(shell).parent}:/usr/sbin:/usr/bin:/sbin:/bin"}
    done = subprocess.run(
        [shell, "-c", script, "bkrec", *command.args],
        input=command.stdin.encode(), capture_output=True, env=env, timeout=WAIT_S, check=False,
    )  # fmt: skip
    return f"{done.stdout.decode('utf-8', 'surrogateescape')}[exit {done.returncode}]{_complaints(done.stderr)}"


def _complaints(stderr: bytes) -> str:
    """Of the shell and of awk themselves: nothing that a script asks about may make them complain."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    return "".join(f"\n{line}" for line in lines if COMPLAINT.search(line))


def main() -> None:
    os.umask(0o022)
    mounts()
    asked = recordings()
    furnish(asked)
    found: dict[str, dict[str, str]] = {}
    for name, pair, text in answers(asked, sys.argv[1:]):
        found.setdefault(name, {})[pair] = text
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
