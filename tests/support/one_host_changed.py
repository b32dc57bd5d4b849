"""A host on this machine, for scripts that change it: every action's, and those of jobs, leases and records.

    unshare --mount python -m tests.support.one_host_changed SHELL+AWK …

/bin/sh and awk are the pair's for everything that runs here, stand-ins and the jobs' runner too; bash, which runs what
asks for a login, stays bash. Each action finds the host that `one_host` furnishes, in layers of its own, and printed is
what it said, how it ended, and what lies in these layers afterwards. Its tools are stand-ins that say what they were
called with; time passes only where it sleeps or asks for it.
"""

import asyncio
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from actions import cmdb, consul, container, env, iam, line, redis, saas, tag, undo, unit
from actions.action import Action
from actions.backup import BackupCmdb
from actions.lib.undo_shell import REMEMBER
from actions.path import RetireDirectory
from probes.command import UNSET, Command
from probes.iam import ModelsPending
from probes.task import TaskDone
from reconciler.core.identity import kind_of
from reconciler.engine import acks, approvals, lease, pause
from reconciler.engine.clock import SystemClock
from reconciler.engine.jobs.client import JobSpec, follow_log, launch, mark_verified
from tests.sim.worlds import World, guide_cluster, study
from tests.support import one_host
from tests.support.local import LocalTransport, soon
from tests.support.shells import AWKS, SHELLS

H, INSTALL, SRC = "10.0.0.1", "/data/install", "/data/src"
SHORT = 400
"""Bytes of a file that are shown where it differs."""
PLACES = ("/data", "/var/lib", "/etc", "/root")
CLONE_NEWNS = 0x20000
RUN = "20261128T223000-ca"
TIME = r"""passed=$(cat "$CLOCK" 2>/dev/null || echo 0)
echo "$((passed + 1))" >"$CLOCK"
case $* in
  *-d*) exec /usr/bin/date "$@" ;;
  +%Y%m%d%H%M%S) echo "$((20261128223037 + passed))" ;;
  +%s) echo "$((1795905047 + passed))" ;;
  *%N*) echo "$((1795905047 + passed)).123456789" ;;
  *) echo 2026-11-28T22:30:37Z ;;
esac"""
SAID = "printf '%s\\n' \"${0##*/} $*\""
TOOLS = {
    **one_host.TOOLS,
    **dict.fromkeys(("ssh", "chattr", "expect", "pip3", "rsync", "mongodump", "nginx", "java", "yum", "sync"), SAID),
    "date": TIME,
    "sleep": r"""passed=$(cat "$CLOCK" 2>/dev/null || echo 0)
echo "$((passed + ${1%%.*} + 1))" >"$CLOCK" """,
    "consul": 'case $* in *get*) echo 80 ;; *) echo "consul $*" ;; esac',
    "mysql": r"""case $* in *--print-defaults*) echo "mysql would have been started: $*"; exit 0 ;; esac
asked=$(cat)
case $asked in
  *user_privileges*) ;;
  *paas_saas_app*) echo 3.28.1 ;;
  *schema_name*) echo x ;;
  *data_length*) echo 4096 ;;
  *@@log_bin*) echo 0 ;;
  *) printf 'said: %s\n' "$asked" >&2 ;;
esac""",
    "redis-cli": 'case $* in *dbsize) echo 0 ;; *) cat; echo "redis-cli $*" ;; esac',
    "docker": r"""case $* in
  info*) echo /data/bkce/public/docker ;;
  *inspect*) echo 'true no' ;;
  ps*) printf 'bk_iam-1\nbk_iam-20\nbk_iam-3\n' ;;
  *) echo "docker $*"; echo 'init space data successfully'; echo 'Congratulations! IAM upgrade successfully!!!' ;;
esac""",
    "mysqldump": r"""case $* in *--help*) exit 0 ;; esac
printf 'CREATE DATABASE `x`;\nUSE `x`;\n-- Dump completed on 2026-11-28\n'""",
}
RESTORED = ("/data/install/bin/default/bkssm.env", "/etc/systemd/system/x.service", "/etc/consul.d/service/x.json")
PROGRAM = '#!/bin/sh\nPATH=/usr/bin:/bin\necho "${0##*/} $*"\n'
FILES = {
    **dict.fromkeys(("bkcli", "pcmd.sh", "sync.sh"), PROGRAM),
    **dict.fromkeys((f"bin/{name}" for name in ("merge_env.sh", "reg_consul_svc", "install_paas.sh")), PROGRAM),
    "bin/release_job_frontend.sh": PROGRAM,
    "tools.sh": 'bkiam_migrate() { echo "$1"; }\nadd_saas_environment() { echo "$*"; }\n_update_common_info() { :; }\n',
    "support-files/templates/nginx/paas.conf": "listen 80;\n",
    "bin/yq": '#!/bin/sh\ncase $1 in read | r) echo true ;; *) echo "yq $*" ;; esac\n',
    "bin/create_blueking_set.py": 'real_module_dict = {\n    "job": ["job-gateway"],\n}\n',
    "bin/03-userdef/bknodeman.env": "A=1\nBK_GSE_AGENT_VERSION='old one' # why\nA=2\n",
    "bin/03-userdef/bklog.env": "B='two\nlines'\nBK_BKLOG_REDIS_PASSWORD=\n",
    "bin/03-userdef/dbadmin.env": "BK_REDIS_ADMIN_PASSWORD='it'\\''s $x \\\\ \"q\"'\nBK_MYSQL_ADMIN_PASSWORD=p\n",
    "bin/04-final/cmdb.env": "BK_CMDB_ADMIN_PORT=19000\n",
    "bin/04-final/bkauth.env": "BK_AUTH_MYSQL_PASSWORD='a\\b'\\''c$d'\n",
    "bin/default/bklog.env": "C=1\n",
    "bin/01-generate/job.env": "BK_JOB_X=1\n",
    "bin/01-generate/dbadmin.env": "BK_MONGODB_ADMIN_USER=root\nBK_MONGODB_ADMIN_PASSWORD='a b'\n",
    "bin/04-final/paas.env": "BK_PAAS_APP_CODE=bk_paas\nBK_PAAS_APP_SECRET='s3'\n",
    "bin/04-final/global.env": "BK_JOB_API_PUBLIC_URL=http://jobapi.example.com\n",
    "install.config": one_host.CONTENTS["install.config"],
}


def actions() -> tuple[Action, ...]:
    """One of each kind at least: those of the guide's upgrade, with the arguments they have there, and the rest."""
    plan, _ = study(World(cluster=guide_cluster()))
    planned = [step.action for step in plan.steps]
    templates: dict[str, Any] = {"host": H, "install": INSTALL, "sets": ("用户",), "templates": ("a",), "strays": ()}
    rest: tuple[Action, ...] = (
        BackupCmdb(host=H, install=INSTALL),
        cmdb.SetJobModules(host=H, install=INSTALL, modules=("job-config", "job-gateway")),
        cmdb.LockTopologyEditing(host=H, install=INSTALL, cmdb="10.0.0.3"),
        cmdb.UnlockTopologyEditing(**templates, cmdb="10.0.0.3"),
        cmdb.MoveHosts(**templates),
        cmdb.DeleteSets(**templates),
        cmdb.DeleteTemplates(**templates),
        cmdb.BuildTopology(host=H, install=INSTALL, effects=()),
        cmdb.AssignHosts(host=H, install=INSTALL, placed=()),
        consul.RegisterService(host=H, install=INSTALL, service="bkauth", port=5009, tag=""),
        consul.DeregisterService(host=H, service="bkauth"),
        container.StartContainer(host=H, container="bk-paas-paas"),
        container.InstallContainer(
            host=H, container="x", project="paas", image="x:1", install=INSTALL, src=SRC, home="/data/bkce",
            product="paas", invalidated=(),
        ),
        container.RemoveContainer(host=H, container="bk-paas-paas"),
        container.SetDockerDataRoot(host=H, file="/etc/docker/daemon.json"),
        env.DeduplicateVariable(host=H, file=f"{INSTALL}/bin/03-userdef/bknodeman.env", key="A", invalidated=()),
        env.MergeEnv(host=H, install=INSTALL, module="bkauth", effects=(), invalidated=()),
        iam.RegisterModels(
            host=H, install=INSTALL, module="usermgr", pending=ModelsPending(host=H, directory="/data/x", marks="/root")
        ),
        line.AddLine(host=H, path="/data/bkce/.installed_module", line="bkauth"),
        redis.CreateRedisCluster(host=H, file=f"{INSTALL}/bin/03-userdef/dbadmin.env", key="BK_REDIS_ADMIN_PASSWORD",
                                 ports=(6380, 6381, 6382)),
        saas.StartApp(host=H, app="bk_iam"),
        tag.RestoreSecretsTag(host=H, module="job", root="/root/.tag", env=f"{INSTALL}/bin/04-final/job.env"),
        undo.RestoreFile(host=H, run=RUN, path=RESTORED[0]),
        undo.RestoreUnit(host=H, run=RUN, path=RESTORED[1], unit="x.service"),
        undo.RestoreService(host=H, run=RUN, path=RESTORED[2], service="x"),
        undo.RestoreDirectory(host=H, run=RUN, path="/data/x"),
        unit.EnableUnit(host=H, unit="bk-auth.service"),
    )  # fmt: skip
    return (*planned, *rest)


def scripts_of(tried: Iterable[Action]) -> dict[str, Action]:
    """Each script once, by the name of its kind."""
    by_script = {action.command().script: action for action in reversed(tuple(tried))}
    kinds = Counter[str]()
    found: dict[str, Action] = {}
    for action in sorted(by_script.values(), key=kind_of):
        kinds[kind_of(action)] += 1
        found[f"{kind_of(action)} {kinds[kind_of(action)]}"] = action
    return found


def take(shell: str, awk: str) -> None:
    """From here on these are this mount namespace's /bin/sh and awk."""
    home = one_host.HOME / ".bin"
    home.mkdir()
    for place, program in (("/bin/sh", SHELLS[shell]), ("/usr/bin/awk", AWKS[awk])):
        copy = home / Path(place).name
        shutil.copy(shutil.which(program) or program, copy)
        subprocess.run(["mount", "--bind", str(copy), os.path.realpath(place)], check=True)


def furnish(tried: dict[str, Action]) -> None:
    for name, text in FILES.items():
        path = Path(INSTALL, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if text.startswith("#!"):
            path.chmod(0o755)
    recordings = one_host.recordings()
    asked = next(iter(recordings.values()))
    words = tuple(word for action in tried.values() for word in action.command().args)
    one_host.furnish({**recordings, "actions": replace(asked, args=words)})
    Path("/data/bkce/.installed_module").write_text("python\n", encoding="utf-8")
    for name in RESTORED:
        _changed_by_a_run(Path(name))
    Path("/data/x").mkdir(exist_ok=True)
    _with_undo(RetireDirectory(host=H, path="/data/x").command())
    for path in Path("/data").rglob("*"):
        os.utime(path, (0, 0), follow_symlinks=False)


def _changed_by_a_run(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("before\n", encoding="utf-8")
    after = Path("/data/after")
    after.write_text("after\n", encoding="utf-8")
    _with_undo(Command(script=REMEMBER + 'remember file "$1"\nleaves "$1" "$2"\n', args=(str(path), str(after))))
    path.write_text("after\n", encoding="utf-8")


def _with_undo(command: Command) -> None:
    """As a run that comes before what is tried."""
    path = f"{one_host.HOME}/.tools:{os.environ['PATH']}"
    environment = {"PATH": path, "CLOCK": str(one_host.HOME / ".clock"), "BKREC_UNDO": f"/var/lib/bkrec/undo/{RUN}"}
    subprocess.run(["/bin/bash", "-c", command.script, "bkrec", *command.args], env=environment, check=True)


def in_layers(work: Callable[[Path], Any]) -> Any:
    """What it makes, where changes of the host go into layers of its own; it is given them."""
    return apart(lambda: work(_layers()))


def _layers() -> Path:
    layers = Path(tempfile.mkdtemp(dir="/run"))
    _mounted("tmpfs", layers, "tmpfs", "")
    for place in PLACES:
        upper, below = layers / place.replace("/", "_"), layers / f"{place.replace('/', '_')}.work"
        upper.mkdir()
        below.mkdir()
        _mounted("overlay", Path(place), "overlay", f"lowerdir={place},upperdir={upper},workdir={below}")
    return layers


def apart(work: Callable[[], Any]) -> Any:
    """What it makes, done by a process with mounts of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as answer:
            text = answer.read()
        _, status = os.waitpid(child, 0)
        assert status == 0, "what it says stands above"
        return json.loads(text)
    try:
        if LIBC.unshare(CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        with os.fdopen(writer, "w", encoding="utf-8") as answer:
            json.dump(work(), answer)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


LIBC = ctypes.CDLL(None, use_errno=True)


def _mounted(source: str, target: Path, kind: str, options: str) -> None:
    words = (source.encode(), str(target).encode(), kind.encode())
    if LIBC.mount(*words, 0, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target} {options}")


def performed(action: Action, layers: Path, tools: Path) -> dict[str, Any]:
    command = action.command()
    shell = "/bin/bash" if action.login_shell else "/bin/sh"
    environment = {
        "PATH": f"{tools}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C",
        "HOME": "/root",
        "CLOCK": str(layers / "clock"),
        "BKREC_JOB": "a-job",
        "BKREC_UNDO": "/var/lib/bkrec/undo/20261129T000000-ca",
    }
    words = ["timeout", "-k", "1", "30", shell, "-c", f"unset {UNSET}\n{command.script}", "bkrec", *command.args]
    done = subprocess.run(
        words, input=command.stdin.encode(), capture_output=True, env=environment, check=False, cwd="/"
    )
    text = done.stderr.decode("utf-8", "replace")
    return {
        "status": done.returncode,
        "said": done.stdout.decode("utf-8", "replace"),
        "complaints": [line for line in text.splitlines() if one_host.COMPLAINT.search(line)],
        "stderr": text,
        "changed": dict(changes(layers)),
    }


def changes(layers: Path) -> Iterator[tuple[str, str]]:
    for place in PLACES:
        upper = layers / place.replace("/", "_")
        for directory, names, files in os.walk(upper):
            for name in sorted((*names, *files)):
                path = Path(directory, name)
                yield f"{place}/{path.relative_to(upper)}", _what(path)


def _what(path: Path) -> str:
    mode = path.lstat().st_mode
    if path.is_symlink():
        return f"link {path.readlink()}"
    if path.is_file():
        content = path.read_bytes()
        return f"{mode:o} {content.decode('utf-8', 'replace') if len(content) < SHORT else sha256(content).hexdigest()}"
    return f"{mode:o}"


async def engines_own(root: Path) -> list[str]:
    """A job of each kind, a lease from its taking to its end, and each record: what is made of the answers."""
    host, said = LocalTransport(root), list[str]()

    async def job(name: str, **more: Any) -> None:
        script = Command(script="printf '<%s>' \"$@\"; cat; exit 7", args=("it's", "a b"), stdin="in\n")
        spec = JobSpec(job=name, command=script, epoch=1, start_deadline=soon(), **more)
        said.append((await launch(host, H, spec)).status)
        said.append((await launch(host, H, spec)).status)
        lines = list[str]()
        followed = await follow_log(host, H, name, clock=SystemClock(), on_line=lines.append, timeout_s=30)
        # a terminal repeats what it is given, sooner or later than the command answers
        said.append("".join(sorted("".join(lines))))
        said.append(followed.state)
        await mark_verified(host, H, name)

    await job("plain.1")
    await job("terminal.1", needs_pty=True)
    task = TaskDone(host=H, task="job-upgrader-after", release="6.2.2")
    await acks.record_pending(host, task, origin="3.5.1")
    await acks.record(host, task, who="ops")
    await approvals.record(host, H, approval="site-code", who="a b", run="run-1")
    await pause.pause(host, H, who="ops", why="it's noon")
    await pause.resume(host, H)
    taken = await lease.try_acquire(host, H, run="run-1", user="ops", source="here", floor=3)
    said.append(f"epoch {taken.epoch} {await lease.renew(host, taken)}")
    holder = await lease.read_lease(host, H)
    said.append(f"{holder.run if holder else None} {await lease.publish_epoch(host, [H], taken.epoch)}")
    ended = await lease.force_release(host, H)
    said.append(f"{ended.run if ended else None} {await lease.renew(host, taken)}")
    return said


def under(shell: str, awk: str, tried: dict[str, Action]) -> dict[str, dict[str, Any]]:
    one_host.mounts()
    take(shell, awk)
    tools = one_host.tools(TOOLS)
    furnish(tried)
    found = {
        name: in_layers(lambda layers, action=action: performed(action, layers, tools))
        for name, action in tried.items()
    }
    subprocess.run(["umount", "/proc/uptime"], check=True)
    return {**found, "engine": in_layers(_engine)}


def _engine(layers: Path) -> dict[str, Any]:
    root = layers / "engine"
    said = asyncio.run(engines_own(root))
    return {"said": said, "files": sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())}


def main() -> None:
    os.umask(0o022)
    every = actions()
    tried = scripts_of(every)
    pairs = [pair.split("+") for pair in sys.argv[1:]]
    found = {"+".join(pair): apart(lambda pair=pair: under(pair[0], pair[1], tried)) for pair in pairs}
    json.dump({"kinds": sorted({kind_of(action) for action in every}), "found": found}, sys.stdout)


if __name__ == "__main__":
    main()
