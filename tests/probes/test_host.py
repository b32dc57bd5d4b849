"""The host itself; and whose vendor commands are running, without what they were called with."""

import os
import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from probes.host import (
    PROBE,
    DiskRoom,
    DiskRoomFor,
    ForeignWork,
    HostAddress,
    HostClock,
    LoginUser,
    MissingCommands,
)
from tests.probes.here import HOST, SHELLS, ask, brief, run, tool


@pytest.mark.parametrize("shell", SHELLS)
def test_each_question_gets_its_own_answer(tmp_path: Path, shell: str) -> None:
    (tmp_path / "package").write_bytes(b"x" * 1000)
    package = f"{tmp_path}/package"
    asked = {
        HostAddress(host="127.0.0.1"): True,
        HostAddress(host="127.0.0"): False,
        HostAddress(host="192.0.2.77"): False,
        LoginUser(host=HOST): "root" if os.geteuid() == 0 else "other",
        DiskRoom(host=HOST, path=str(tmp_path), mb=0): "enough",
        DiskRoom(host=HOST, path=f"{tmp_path}/none/$(x)", mb=0): "enough",
        DiskRoom(host=HOST, path="none", mb=0): "unknown: path-unreadable",
        DiskRoom(host=HOST, path=str(tmp_path), mb=10**9): "short",
        DiskRoomFor(host=HOST, path=str(tmp_path), package=package, times=3): "enough",
        DiskRoomFor(host=HOST, path=str(tmp_path), package=package, times=10**15): "short",
        DiskRoomFor(host=HOST, path=str(tmp_path), package="/none", times=3): "absent",
        DiskRoomFor(host=HOST, path=str(tmp_path), package="/", times=3): "unknown: path-unreadable",
        MissingCommands(host=HOST, names=("sh", "no-such", "$(touch pwned)", "a\n1\tend", "awk", "-v")): (
            "no-such",
            "$(touch pwned)",
            "a\n1\tend",
            "-v",
        ),
        MissingCommands(host=HOST, names=()): (),
        MissingCommands(host=HOST, names=("sh",)): (),
    }
    found = [brief(reading) for reading in ask(PROBE, list(asked), shell=shell)]
    assert dict(zip(asked, found, strict=True)) == asked
    assert not Path("pwned").exists()


def test_the_clock_is_the_host_s() -> None:
    before = time.time()
    (found,) = ask(PROBE, [HostClock(host=HOST)])
    assert int(before) <= int(str(brief(found))) <= time.time()


def test_df_with_a_blank_in_the_device_s_name_is_understood(tmp_path: Path) -> None:
    line = "//server/a b  1000000 400000 600000  40% /mnt/a b"
    tools = tool(tmp_path, "df", f"echo Filesystem; echo '{line}'")
    facts = [DiskRoom(host=HOST, path="/", mb=mb) for mb in (585, 586)]
    assert [brief(reading) for reading in ask(PROBE, facts, tools=tools)] == ["enough", "short"]


def test_without_ip_hostname_tells_the_addresses(tmp_path: Path) -> None:
    tools = tool(tmp_path, "ip", "exit 127")
    tool(tools, "hostname", "echo '10.0.0.1 10.0.0.9 '")
    assert [brief(reading) for reading in ask(PROBE, [HostAddress(host=HOST)], tools=tools)] == [True]


@contextmanager
def running(words: list[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> Generator[int]:
    bare = {"PATH": os.environ["PATH"], **(env or {})}
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=bare, cwd=cwd)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def seen(pid: int, shell: str) -> str:
    """What is told about the process, without its id and user."""
    (found,) = ask(PROBE, [ForeignWork(host=HOST)], shell=shell)
    work: tuple[str, ...] = brief(found)
    told = [each.split(" ", 2)[2] for each in work if each.startswith(f"{pid} ")]
    return told[0] if told else ""


CASES = [
    (["bkcli", "install", "paas"], "bkcli install paas"),
    (["bkcli", "install", "paas", "x"], "bkcli install paas"),
    (["bk_install", "saas-o", "c4nary!"], "bk_install saas-o"),
    (["pcmd.sh", "-m", "all", "c4nary"], "pcmd.sh"),
    (["install_paas.sh", "-p", "c4nary"], "install_paas.sh"),
    (["grant_mysql_priv.sh", "c4nary", "-p"], "grant_mysql_priv.sh"),
    (["install.sh", "a\nb", "c4nary"], "install.sh"),
    (["my-bkcli", "install.sh"], ""),
    (["install", "x"], ""),
    (["bkcli.bak"], ""),
]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees whose environment it is")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("words", "wanted"), CASES, ids=[" ".join(words) for words, _ in CASES])
def test_people_s_work_is_seen_without_its_secrets(tmp_path: Path, words: list[str], wanted: str, shell: str) -> None:
    script = tmp_path / words[0]
    script.write_text("echo; read line\n")
    (tmp_path / "bkcli").touch()
    with running(["bash", str(script), *words[1:]]) as pid:
        assert seen(pid, shell) == wanted


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees whose environment it is")
def test_our_own_jobs_are_not_foreign(tmp_path: Path) -> None:
    (tmp_path / "bkcli").write_text("echo; read line\n")
    with running(["bash", str(tmp_path / "bkcli"), "install"], {"BKREC_JOB": "x"}) as pid:
        assert seen(pid, "/bin/sh") == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees whose environment it is")
@pytest.mark.parametrize(
    ("script", "env", "wanted"),
    [
        ("install_paas.sh", {"SSH_CONNECTION": "x"}, ""),
        ("install_paas.sh", {"SSH_CONNECTION": "x", "SSH_TTY": "/dev/pts/0"}, "install_paas.sh"),
        ("bkcli", {"SSH_CONNECTION": "x"}, "bkcli"),
    ],
)
def test_what_a_bkcli_does_elsewhere_is_told_of_by_that_bkcli(
    tmp_path: Path, script: str, env: dict[str, str], wanted: str
) -> None:
    (tmp_path / "bkcli").touch()
    (tmp_path / script).write_text("echo; read line\n")
    with running(["bash", str(tmp_path / script)], env) as pid:
        assert seen(pid, "/bin/sh") == wanted


@pytest.mark.condition("own-scripts")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees whose environment it is")
@pytest.mark.parametrize(
    ("script", "vendor", "wanted"),
    [
        ("sync.sh", "", ""),
        ("install.sh", "", ""),
        ("update_dns.sh", "", ""),
        ("saas.py", "", ""),
        ("sync.sh", "bkcli", "sync.sh"),
        ("bin/install_paas.sh", "bkcli", "install_paas.sh"),
        ("ce/bin/x/install.sh", "bkcli", ""),
        ("bkcli", "", "bkcli"),
        ("dbbackup_mysql.sh", "", "dbbackup_mysql.sh"),
        ("migrate_subject_system_group.py", "", "migrate_subject_system_group.py"),
    ],
)
@pytest.mark.parametrize("path", ["whole", "relative", "linked"])
def test_a_name_that_anybody_may_use_is_the_vendor_s_only_beside_a_bkcli(
    tmp_path: Path, script: str, vendor: str, wanted: str, path: str
) -> None:
    file = tmp_path / script
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("echo; read line\n")
    if vendor:
        (tmp_path / vendor).touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / file.name).symlink_to(file)
    word = {"whole": str(file), "relative": f"./{script}", "linked": str(elsewhere / file.name)}[path]
    with running(["bash", word], cwd=tmp_path) as pid:
        assert seen(pid, "/bin/sh") == wanted


@pytest.mark.condition("gawk-warning")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees whose environment it is")
@pytest.mark.parametrize("shell", SHELLS)
def test_no_awk_has_anything_to_say_about_the_names(tmp_path: Path, shell: str) -> None:
    """gawk warned of `\\.` in a variable, at every look on every CentOS 7."""
    (tmp_path / "bkcli").write_text("echo; read line\n")
    with running(["bash", str(tmp_path / "bkcli")]):
        assert run(PROBE.command([ForeignWork(host=HOST)]), shell=shell).stderr == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees whose environment it is")
def test_a_script_that_was_deleted_meanwhile_may_be_the_vendor_s(tmp_path: Path) -> None:
    script = tmp_path / "sync.sh"
    script.write_text("echo; read line\n")
    with running(["bash", str(script)]) as pid:
        script.unlink()
        assert seen(pid, "/bin/sh") == "sync.sh"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sees whose environment it is")
def test_reading_a_script_is_not_running_it(tmp_path: Path) -> None:
    (tmp_path / "bkcli").write_text("x\n")
    with running([shutil.which("tail") or "tail", "-n", "+1", "-f", str(tmp_path / "bkcli")]) as pid:
        assert seen(pid, "/bin/sh") == ""


def test_others_cannot_tell_whose_work_it_is(tmp_path: Path) -> None:
    tools = tool(tmp_path, "id", "echo 1000")
    facts = [ForeignWork(host=HOST), LoginUser(host=HOST)]
    assert [brief(reading) for reading in ask(PROBE, facts, tools=tools)] == ["unknown: host-not-root", "other"]
