"""bkrec on the controller itself: `init --controller local` and what comes after it, on a machine without any sshd.

On a copy of this machine's root (an overlay), where /data/install is the controller's; nothing but the scripts' own
reading happens there.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from probes.command import SCRIPT_BEGUN, SUDO_CALLED, Command, Output
from reconciler.engine.local_command import run_locally, unless_sudo_refused
from reconciler.engine.transport import TransportError
from specs import parse
from tests.sim.worlds import CONFIG

ROOT = Path(__file__).parents[3]

OVERLAY = """set -e
t=$1; shift
mount -t tmpfs none "$t"; mkdir "$t/upper" "$t/work" "$t/root"
mount -t overlay -o "lowerdir=/,upperdir=$t/upper,workdir=$t/work" none "$t/root"
for d in /proc /dev; do mount --rbind "$d" "$t/root$d"; done
mkdir -p "$t/root/data/install"
printf %s "$INSTALL_CONFIG" > "$t/root/data/install/install.config"
echo "10.0.0.1 " > "$t/root/data/install/.controller_ip"
rm -f "$t/root/usr/bin/ssh" "$t/root/usr/sbin/sshd"
exec chroot "$t/root" env -C "$HERE" "$@"
"""


def on_a_controller(directory: Path, *bkrec: str) -> subprocess.CompletedProcess[str]:
    if os.getuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("needs root and a mount namespace")
    mounts = directory / "mounts"
    mounts.mkdir(exist_ok=True)
    permitted = subprocess.run(
        ["unshare", "--mount", "sh", "-c", OVERLAY, "sh", str(mounts), "true"],
        env=os.environ | {"INSTALL_CONFIG": "", "HERE": "/"}, check=False, capture_output=True,
    )  # fmt: skip
    if permitted.returncode != 0:
        pytest.skip("this machine does not permit an overlay")
    run = "import sys; from reconciler.cli.main import main; main()"
    environ = os.environ | {
        "INSTALL_CONFIG": CONFIG, "HERE": "/data", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8",
        "XDG_STATE_HOME": "/data/state",
    }  # fmt: skip
    script = 'python=$1 run=$2; shift 2; "$python" -c "$run" "$@"; code=$?; cat cluster.toml; exit $code'
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", OVERLAY, "sh", str(mounts), "sh", "-c", script, "sh", sys.executable, run,
         *bkrec],
        env=environ, check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_init_reads_this_machine_and_finds_its_address_itself(tmp_path: Path) -> None:
    done = on_a_controller(tmp_path, "init", "--controller", "local")
    assert done.returncode == 0, done.stderr
    assert "ssh" not in done.stderr.lower()
    file = parse.cluster_file(done.stdout[done.stdout.index("schema = ") :], "cluster.toml")
    assert (file.controller.address, file.controller.connect) == ("10.0.0.1", "local")
    assert (file.controller.user, file.controller.port) == ("", None)
    assert file.placement["auth"] == ("10.0.0.3",)


def test_a_command_gets_what_a_login_would_give_it_and_nothing_of_bkrecs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/mine")
    monkeypatch.setenv("SECRET", "mine")
    command = Command(script='env | sort | cut -d= -f1; pwd; echo "$1"; cat; exit 3', args=("it's",), stdin="in")
    output = asyncio.run(run_locally("10.0.0.1", command, 10**6))
    *names, directory, argument, stdin = output.stdout.splitlines()
    assert {"PYTHONPATH", "SECRET", "VIRTUAL_ENV"}.isdisjoint(names)
    assert {"HOME", "PATH", "USER", "LC_ALL"} <= set(names)
    assert (directory, argument, stdin, output.exit_status) == ("/", "it's", "in", 3)


def test_what_takes_too_long_is_ended_and_what_it_said_is_kept() -> None:
    with pytest.raises(TransportError) as caught:
        asyncio.run(run_locally("10.0.0.1", Command(script="echo begun; sleep 60", timeout_s=0.5), 10**6))
    assert caught.value.diagnostic.code == "answer-overdue"
    assert caught.value.partial_output.stdout == "begun\n"


def test_an_endless_answer_is_cut() -> None:
    output = asyncio.run(run_locally("10.0.0.1", Command(script="yes"), 100_000))
    assert output.exit_status is None
    assert 100_000 <= len(output.stdout) < 1_000_000


@pytest.mark.condition("sudo-words")
@pytest.mark.parametrize(
    "words",
    [
        "sudo: a password is required",
        "sudo: 需要密码",
        "对不起，用户 ops 无权以 root 的身份在 h1 上执行 /usr/bin/env。",
        "bkrec: 3: exec: sudo: not found",
    ],
)
def test_sudo_refuses_where_the_script_did_not_begin_and_in_whatever_words(words: str) -> None:
    stderr = f"a greeting\n{SUDO_CALLED}\nsudo: unable to resolve host h1\n{words}\n"
    with pytest.raises(TransportError) as refused:
        unless_sudo_refused("10.0.0.1", Output(stdout="", stderr=stderr, exit_status=1))
    assert refused.value.diagnostic.code == "sudo-refused"
    assert dict(refused.value.diagnostic.fields)["error"] == words


@pytest.mark.parametrize("exit_status", [0, 1, 126, None])
def test_what_began_was_not_refused_whatever_it_says_and_ends_with(exit_status: int | None) -> None:
    begun = f"{SUDO_CALLED}\nsudo: 无法解析主机：h1\n{SCRIPT_BEGUN}\nsudo: its own\n"
    output = unless_sudo_refused("10.0.0.1", Output(stdout="x", stderr=begun, exit_status=exit_status))
    assert output == Output(stdout="x", stderr="sudo: 无法解析主机：h1\nsudo: its own\n", exit_status=exit_status)


def test_a_login_that_broke_before_sudo_answered_is_no_refusal() -> None:
    broken = Output(stdout="", stderr=f"{SUDO_CALLED}\n", exit_status=None)
    assert unless_sudo_refused("10.0.0.1", broken).exit_status is None
    ended = Output(stdout="", stderr="This account is for backups only.\n", exit_status=3)
    assert unless_sudo_refused("10.0.0.1", ended) == ended, "sudo was never called"
