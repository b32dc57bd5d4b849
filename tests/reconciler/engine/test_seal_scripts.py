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


def reply(platform: SealedPlatform, purpose: str, words: str, **more: str) -> str:
    return platform.seal(purpose, words, **more).stdout.splitlines()[-1]


def job(platform: SealedPlatform, *, began: float, ended: float | None) -> None:
    """A job's record, as the runner leaves it."""
    directory = platform.state / "jobs/unit-start-0123456789ab.1"
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("pid", "origin"):
        (directory / name).write_text("1 run step -\n")
        os.utime(directory / name, (began, began))
    if ended is not None:
        (directory / "exit").write_text(f"0 {ended:.0f}\n")


def periods(platform: SealedPlatform) -> str:
    output = run(Command(script=PERIODS, args=(str(platform.state),)))
    *lines, now = output.stdout.splitlines()
    assert now.startswith("now ")
    return "".join(f"{line}\n" for line in lines)


def earlier(root: Path, names: str) -> Path:
    """A find(1) for which these files were last changed an hour ago: nobody can set that time."""
    before = f"{time.time() - 3600:.1f}"
    times = rf"/\/({names})\x02/ s/^(([^\t]*\t){{6}})[^\t]*/\1{before}/"
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


def test_an_edit_after_the_last_job_stays_a_finding(platform: SealedPlatform) -> None:
    job(platform, began=time.time() - 60, ended=time.time() - 30)
    platform.write("a.conf", "the owner's\n")
    reply(platform, "renew", periods(platform))
    assert platform.changes() == ["content configuration etc/a.conf"]


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
