"""`check --install-timer`: shown, confirmed, written, enabled; taken back where systemd refuses; removed again."""

import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.commands import timer
from reconciler.engine.cluster_state import state_path
from tests.support.cluster_world import CLUSTER_FILE

Run = Callable[..., tuple[int, str, str]]
SYSTEMCTL = '#!/bin/sh\necho "$*" >> "{calls}"\ncase "$*" in *{refuses}*) echo "Access denied" >&2; exit 4;; esac\n'


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its units' folder, a systemctl that notes its arguments, a cluster file."""
    for folder in ("bin", "units", "home"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cluster.toml").write_text(CLUSTER_FILE, encoding="utf-8")
    monkeypatch.setattr(timer, "SYSTEM_UNITS", tmp_path / "units")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.delenv("BKREC_CLUSTER", raising=False)
    monkeypatch.chdir(tmp_path)
    _systemctl(tmp_path)
    return tmp_path


def _systemctl(machine: Path, refuses: str = "nothing-of-it") -> None:
    file = machine / "bin" / "systemctl"
    file.write_text(SYSTEMCTL.format(calls=machine / "calls", refuses=refuses), encoding="utf-8")
    file.chmod(0o755)


def _calls(machine: Path) -> list[str]:
    file = machine / "calls"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _state(machine: Path) -> Path:
    return state_path("lab", machine / "cluster.toml", {"XDG_STATE_HOME": str(machine / "state")})


def _units(machine: Path) -> list[str]:
    return sorted(path.name for path in machine.rglob("bkrec-check-*"))


@pytest.fixture
def bkrec(machine: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(*args: str) -> tuple[int, str, str]:
        code = run(("--lang", "en", *args))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ran


BOTH = ["bkrec-check-lab.service", "bkrec-check-lab.timer"]
SCOPE = [] if os.geteuid() == 0 else ["--user"]


def test_it_is_shown_written_and_enabled(bkrec: Run, machine: Path) -> None:
    code, out, err = bkrec("check", "--install-timer", "--yes", "--every", "5m")
    assert code == 0, err
    assert _units(machine) == BOTH
    for name in BOTH:
        (file,) = machine.rglob(name)
        text = file.read_text(encoding="utf-8")
        assert all(f"    {line}".rstrip() in out.splitlines() for line in text.splitlines())
        assert file.stat().st_mode & 0o777 == 0o644
    assert "OnUnitActiveSec=300s" in out
    enable = " ".join([*SCOPE, "enable --now bkrec-check-lab.timer"])
    assert _calls(machine) == [" ".join([*SCOPE, "daemon-reload"]), enable]
    assert f"`{' '.join(['journalctl', *SCOPE])} -u bkrec-check-lab`" in err
    assert _state(machine).stat().st_mode & 0o777 == 0o700


def test_the_timers_check_is_this_one(bkrec: Run, machine: Path) -> None:
    """Its format, its reports by their absolute paths, its second reading; and it may write where they are."""
    (machine / "out").mkdir()
    _, out, _ = bkrec(
        "-o", "json", "check", "--report", "prom=out/bkrec.prom", "--confirm", "30s", "--install-timer", "--yes"
    )
    (start,) = [line.strip() for line in out.splitlines() if "ExecStart=" in line]
    words = f"-c {machine}/cluster.toml --lang en check -o json --report prom={machine}/out/bkrec.prom --confirm 30s"
    assert start.endswith(f"bkrec {words}")
    if os.geteuid() == 0:
        assert f"ReadWritePaths={_state(machine)} {machine}/out" in out


def test_without_a_terminal_and_without_yes_nothing_is_written(bkrec: Run, machine: Path) -> None:
    code, out, err = bkrec("check", "--install-timer")
    assert (code, _units(machine), _calls(machine)) == (5, [], [])
    assert "ExecStart=" in out
    assert "error[timer-not-confirmed]" in err


def test_where_systemd_refuses_nothing_of_it_stays(bkrec: Run, machine: Path) -> None:
    _systemctl(machine, refuses="enable")
    code, _, err = bkrec("check", "--install-timer", "--yes")
    assert (code, _units(machine)) == (5, [])
    assert "systemd did not enable the timer: exit 4: Access denied" in err


def test_where_systemd_refuses_the_files_of_before_come_back(bkrec: Run, machine: Path) -> None:
    bkrec("check", "--install-timer", "--yes", "--every", "5m")
    (file,) = machine.rglob("bkrec-check-lab.timer")
    before = file.read_text(encoding="utf-8")
    _systemctl(machine, refuses="daemon-reload")
    assert bkrec("check", "--install-timer", "--yes", "--every", "1h")[0] == 5
    assert file.read_text(encoding="utf-8") == before


def test_it_is_removed_and_then_there_is_none(bkrec: Run, machine: Path) -> None:
    bkrec("check", "--install-timer", "--yes")
    (machine / "calls").unlink()
    code, out, _ = bkrec("check", "--remove-timer", "--yes")
    assert (code, _units(machine)) == (0, [])
    assert out.count("remove ") == 2
    assert _calls(machine) == [
        " ".join([*SCOPE, words])
        for words in (
            "disable --now bkrec-check-lab.timer",
            "stop bkrec-check-lab.service",
            "daemon-reload",
            "reset-failed bkrec-check-lab.service",
        )
    ]
    assert [line for line in out.splitlines() if "systemctl" in line] == [
        f"run `systemctl {call}`" for call in _calls(machine)
    ]
    code, _, err = bkrec("check", "--remove-timer", "--yes")
    assert (code, "no timer of this cluster" in err) == (0, True)


@pytest.mark.parametrize("words", ["--install-timer", "--remove-timer"])
def test_the_timer_of_another_file_of_the_same_name_stays(bkrec: Run, machine: Path, words: str) -> None:
    bkrec("check", "--install-timer", "--yes")
    (machine / "other 1.toml").write_text(CLUSTER_FILE, encoding="utf-8")
    before = {path.name: path.read_bytes() for path in machine.rglob("bkrec-check-*")}
    calls = _calls(machine)
    code, out, err = bkrec("-c", "other 1.toml", "check", words, "--yes")
    assert (code, out) == (5, "")
    assert f"`bkrec -c {machine}/cluster.toml check --remove-timer`" in " ".join(err.split())
    assert {path.name: path.read_bytes() for path in machine.rglob("bkrec-check-*")} == before
    assert _calls(machine) == calls


@pytest.mark.parametrize("words", ["--install-timer", "--remove-timer"])
def test_the_timer_of_a_file_that_was_moved_can_be_replaced_and_removed(bkrec: Run, machine: Path, words: str) -> None:
    (machine / "my cluster.toml").write_text(CLUSTER_FILE, encoding="utf-8")
    bkrec("-c", "my cluster.toml", "check", "--install-timer", "--yes")
    (machine / "my cluster.toml").unlink()
    assert bkrec("check", words, "--yes")[0] == 0


@pytest.mark.parametrize("refused", ["disable", "stop"])
def test_where_systemd_does_not_stop_it_nothing_is_removed(bkrec: Run, machine: Path, refused: str) -> None:
    bkrec("check", "--install-timer", "--yes")
    _systemctl(machine, refuses=refused)
    assert (bkrec("check", "--remove-timer", "--yes")[0], _units(machine)) == (5, BOTH)


def test_both_at_once_are_a_usage_error(bkrec: Run) -> None:
    assert bkrec("check", "--install-timer", "--remove-timer")[0] == 64


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may choose the user")
def test_a_system_unit_runs_as_who_called_sudo_or_as_is_said(
    bkrec: Run, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "User=root" in bkrec("check", "--install-timer", "--yes")[1]
    monkeypatch.setenv("SUDO_USER", "nobody")
    monkeypatch.delenv("XDG_STATE_HOME")
    request = timer.TimerRequest(every_s=60, arguments=("check",))
    proposal = timer.proposed(machine / "cluster.toml", request)
    assert "User=nobody" in proposal.files[0].text
    assert str(proposal.state).startswith(pwd.getpwnam("nobody").pw_dir)
    assert "User=daemon" in bkrec("check", "--install-timer", "--run-as", "daemon")[1]
    code, _, err = bkrec("check", "--install-timer", "--run-as", "no-such-user", "--yes")
    assert (code, "timer-user-unknown" in err) == (64, True)


def test_a_user_unit_is_for_who_is_not_root(machine: Path) -> None:
    request = timer.TimerRequest(every_s=60, arguments=("check",))
    proposal = timer.proposed(machine / "cluster.toml", request, uid=1000)
    assert proposal.enabling[-1] == ("systemctl", "--user", "enable", "--now", "bkrec-check-lab.timer")
    assert {unit.path.parent for unit in proposal.files} == {machine / "config" / "systemd" / "user"}
    assert not any("User=" in unit.text or "ProtectSystem" in unit.text for unit in proposal.files)
