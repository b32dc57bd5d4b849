"""The seal is taken, renewed and accepted by the real script, and what an owner edited stays a finding."""

import os
import time
from pathlib import Path

import pytest

from probes.command import Command
from reconciler.engine.seal_scripts import HISTORY, PERIODS
from tests.probes.here import run, tool
from tests.support.seals import SealedPlatform


@pytest.fixture
def platform(tmp_path: Path) -> SealedPlatform:
    made = SealedPlatform(tmp_path)
    for name in ("a.conf", "b.conf", "c.conf", "dir/d.conf"):
        made.write(name)
    made.seal()
    assert made.changes() == []
    return made


@pytest.fixture
def long_sealed(platform: SealedPlatform) -> SealedPlatform:
    """Sealed an hour ago, so that every job of this hour is later than the seal."""
    first, rest = platform.manifest.read_text().split("\n", 1)
    words = first.split(" ")
    words[3] = str(int(words[3]) - 3600)
    platform.manifest.write_text(" ".join(words) + "\n" + rest)
    assert platform.changes() == []
    return platform


def reply(platform: SealedPlatform, purpose: str, words: str, **more: str) -> str:
    return platform.seal(purpose, words, **more).stdout.splitlines()[-1]


def job(
    platform: SealedPlatform, *, began: float, ended: float | None, record: str = "exit", wrote: float | None = None
) -> Path:
    """A job's directory, as the runner leaves it. `ended` None: the runner is this process, which lives."""
    directory = platform.state / "jobs/unit-start-0123456789ab.1"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "origin").write_text("1 run step -\n")
    (directory / "pid").write_text(runner() if ended is None else "1 1 another-boot\n")
    (directory / "log").write_text("its output\n")
    for name in ("pid", "origin"):
        os.utime(directory / name, (began, began))
    if wrote is not None:
        os.utime(directory / "log", (wrote, wrote))
    if ended is not None and record:
        (directory / record).write_text(f"0 {ended:.0f}\n")
    return directory


def runner() -> str:
    started = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    return f"{os.getpid()} {started} {Path('/proc/sys/kernel/random/boot_id').read_text()}"


def periods(platform: SealedPlatform) -> str:
    output = run(Command(script=PERIODS, args=(str(platform.state),)))
    *lines, now = output.stdout.splitlines()
    assert now.startswith("now ")
    return "".join(f"{line}\n" for line in lines)


def earlier(root: Path, names: str) -> Path:
    """A find(1) for which these files were last changed an hour ago: nobody can set that time."""
    return at(root, names, time.time() - 3600)


def at(root: Path, names: str, moment: float) -> Path:
    times = rf"/\/({names})\x02/ s/^(([^\t]*\t){{6}})[^\t]*/\1{moment:.1f}/"
    return tool(root / "tools", "find", f"/usr/bin/find \"$@\" | sed -zE '{times}'")


def test_a_run_renews_what_its_jobs_changed_and_never_what_an_owner_edited_before(platform: SealedPlatform) -> None:
    platform.write("a.conf", "the owner's\n")
    (platform.etc / "c.conf").chmod(0o600)
    platform.write("b.conf", "the job's\n")
    (platform.etc / "dir/d.conf").unlink()
    platform.write("dir/new.conf", "the job's\n")
    job(platform, began=time.time() - 60, ended=time.time())
    run_later = SealedPlatform(platform.root, tools=earlier(platform.root, "[ac].conf"))
    assert reply(run_later, "renew", periods(platform)).startswith("bkrec-seal sealed")
    assert platform.changes() == ["content configuration etc/a.conf", "mode configuration etc/c.conf"]


def test_a_job_that_wrote_the_owners_file_again_has_made_it_its_own(platform: SealedPlatform) -> None:
    platform.write("a.conf", "the owner's\n")
    platform.write("a.conf", "rendered anew\n")
    job(platform, began=time.time() - 60, ended=time.time())
    reply(platform, "renew", periods(platform))
    assert platform.changes() == []


@pytest.mark.parametrize("record", ["exit", "status"], ids=["its runner ended", "its runner was killed"])
def test_an_edit_after_the_last_job_stays_a_finding(long_sealed: SealedPlatform, record: str) -> None:
    job(long_sealed, began=time.time() - 60, ended=time.time() - 30, record=record)
    long_sealed.write("a.conf", "the owner's\n")
    reply(long_sealed, "renew", periods(long_sealed))
    assert long_sealed.changes() == ["content configuration etc/a.conf"]


def test_an_edit_after_a_power_loss_that_ended_the_job_stays_a_finding(long_sealed: SealedPlatform) -> None:
    """Nobody recorded its end: it lasted until its log was last written, not until somebody asks."""
    wrote = int(time.time()) - 30
    job(long_sealed, began=wrote - 30, ended=0, record="", wrote=wrote)
    assert periods(long_sealed) == f"{wrote - 30} {wrote}\n"
    long_sealed.write("a.conf", "the owner's\n")
    reply(long_sealed, "renew", periods(long_sealed))
    assert long_sealed.changes() == ["content configuration etc/a.conf"]


def test_an_edit_after_a_kill_stays_a_finding_though_a_daemon_of_the_job_goes_on_writing_its_log(
    long_sealed: SealedPlatform,
) -> None:
    """Runner and command were killed in this boot; what the command left behind holds the log open."""
    began = int(time.time()) - 60
    directory = job(long_sealed, began=began, ended=0, record="", wrote=time.time())
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    (directory / "pid").write_text(f"4194304 1 {boot}")
    assert periods(long_sealed) == f"{began} {began}\n"
    long_sealed.write("a.conf", "the owner's\n")
    reply(long_sealed, "renew", periods(long_sealed))
    assert long_sealed.changes() == ["content configuration etc/a.conf"]


def test_what_a_job_wrote_before_it_vanished_is_its_own(long_sealed: SealedPlatform) -> None:
    long_sealed.write("a.conf", "the job's\n")
    job(long_sealed, began=time.time() - 60, ended=0, record="", wrote=time.time())
    reply(long_sealed, "renew", periods(long_sealed))
    assert long_sealed.changes() == []


@pytest.mark.parametrize("lost", ["log", "exit"], ids=["no log", "no time in the record"])
def test_a_job_of_which_no_end_is_known_lasted_no_time(platform: SealedPlatform, lost: str) -> None:
    began = int(time.time()) - 60
    directory = job(platform, began=began, ended=0, record="")
    if lost == "log":
        (directory / "log").unlink()
    else:
        (directory / "exit").write_text("0\n")
    assert periods(platform) == f"{began} {began}\n"


def test_a_job_that_never_began_has_no_period(platform: SealedPlatform) -> None:
    (job(platform, began=time.time() - 60, ended=time.time()) / "pid").unlink()
    assert periods(platform) == ""


def test_what_a_job_changed_while_the_seal_was_being_taken_is_its_own(tmp_path: Path) -> None:
    """`bkrec seal` on one machine holds no lease, and `apply` begins on another; its job ends before the manifest has
    its name."""
    directory = job(SealedPlatform(tmp_path), began=time.time(), ended=None)
    after_the_last_look = f"""
        /usr/bin/find "$@"
        echo x >>{tmp_path}/looks
        [ "$(wc -l <{tmp_path}/looks)" = 2 ] || exit 0
        echo "the job's" >{tmp_path}/etc/a.conf
        echo "0 $(date +%s)" >{directory}/exit
        sleep 2"""
    platform = SealedPlatform(tmp_path, tools=tool(tmp_path / "tools", "find", after_the_last_look))
    platform.write("a.conf")
    assert reply(platform, "take", platform.words()).startswith("bkrec-seal sealed")
    assert platform.changes() == ["content configuration etc/a.conf"]
    reply(platform, "renew", periods(platform))
    assert platform.changes() == []


def test_what_a_person_accepts_takes_nothing_from_the_next_renewal(long_sealed: SealedPlatform) -> None:
    """The run that changed b.conf was killed before it could renew the seal; a.conf was accepted, then it ran again."""
    long_sealed.write("a.conf", "meant\n")
    long_sealed.write("b.conf", "the job's\n")
    ended = int(time.time()) - 30
    job(long_sealed, began=ended - 60, ended=ended)
    then = SealedPlatform(long_sealed.root, tools=at(long_sealed.root, "[b].conf", ended - 10))
    assert reply(then, "accept", f"configuration {long_sealed.etc}/a.conf\n", why="meant").startswith(
        "bkrec-seal sealed"
    )
    assert then.changes() == ["content configuration etc/b.conf"]
    reply(then, "renew", periods(long_sealed))
    assert then.changes() == []


def test_without_a_job_nothing_is_renewed(platform: SealedPlatform) -> None:
    platform.write("a.conf", "the owner's\n")
    for words in ("", "not a period\n", "-1 x\n"):
        reply(platform, "renew", words)
        assert platform.changes() == ["content configuration etc/a.conf"]


def test_a_job_that_still_runs_lasts_until_now(platform: SealedPlatform) -> None:
    began = int(time.time()) - 5
    job(platform, began=began, ended=None)
    begin, end = map(int, periods(platform).split())
    assert begin == began
    assert began + 5 <= end <= time.time()


def test_one_change_is_accepted_by_name_and_the_others_stay(platform: SealedPlatform) -> None:
    platform.write("a.conf", "meant\n")
    platform.write("b.conf", "not meant\n")
    (platform.etc / "c.conf").unlink()
    word = f"configuration {platform.etc}/a.conf\n"
    assert reply(platform, "accept", word, why="smaller heap").startswith("bkrec-seal sealed")
    assert platform.changes() == ["content configuration etc/b.conf", "gone configuration etc/c.conf"]
    reply(platform, "accept", f"configuration {platform.etc}/c.conf\n", why="not used")
    assert platform.changes() == ["content configuration etc/b.conf"]
    history = run(Command(script=HISTORY, args=(str(platform.state),))).stdout
    assert "root@desk accept\n" in history
    assert f"  configuration {platform.etc}/a.conf\n  why: smaller heap\n" in history


def test_an_odd_name_is_accepted_as_it_is_shown(platform: SealedPlatform) -> None:
    platform.write("line\nbreak")
    assert platform.changes() == [r"new configuration etc/line\012break"]
    reply(platform, "accept", rf"configuration {platform.etc}/line\012break" + "\n")
    assert platform.changes() == []


def test_a_seal_is_never_taken_over_another(platform: SealedPlatform) -> None:
    platform.write("a.conf", "the owner's\n")
    assert reply(platform, "take", platform.words()) == "bkrec-seal exists"
    assert platform.changes() == ["content configuration etc/a.conf"]


def test_a_run_that_was_superseded_seals_nothing(platform: SealedPlatform) -> None:
    (platform.state / "epoch").write_text("7\n")
    before = platform.manifest.read_bytes()
    assert reply(platform, "renew", "", epoch="6") == "bkrec-seal stale"
    assert platform.manifest.read_bytes() == before
    assert reply(platform, "renew", "", epoch="7").startswith("bkrec-seal sealed")


def test_what_cannot_be_read_is_not_sealed(tmp_path: Path) -> None:
    platform = SealedPlatform(tmp_path, tools=tool(tmp_path / "tools", "sha256sum", "exit 1"))
    platform.write("a.conf")
    assert reply(platform, "take", platform.words()) == "bkrec-seal unread"
    assert not platform.manifest.exists()


def test_the_manifest_holds_digests_and_no_content(tmp_path: Path) -> None:
    platform = SealedPlatform(tmp_path)
    platform.write("secret.conf", "password=CANARY-of-the-test\n")
    output = platform.seal()
    assert "CANARY" not in platform.manifest.read_text() + output.stdout + output.stderr
    assert [path.stat().st_mode & 0o077 for path in (platform.manifest, platform.state / "seal")] == [0, 0]


def test_a_root_within_another_is_listed_once_in_its_own_part(tmp_path: Path) -> None:
    platform = SealedPlatform(tmp_path)
    platform.scope.append(f"@root\tservices\t{platform.etc}/inner")
    platform.write("a.conf")
    platform.write("inner/b.conf")
    platform.seal()
    assert platform.changes() == []
    platform.write("inner/b.conf", "an edit\n")
    assert platform.changes() == ["content services etc/inner/b.conf"]


def test_the_rest_of_a_part_is_not_accepted_unseen(platform: SealedPlatform) -> None:
    """`*` stands for changes that nobody has listed."""
    platform.write("a.conf", "the owner's\n")
    reply(platform, "accept", "configuration *\n", why="all of it")
    assert platform.changes() == ["content configuration etc/a.conf"]
