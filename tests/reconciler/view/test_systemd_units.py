"""The timer's units, judged by systemd itself where systemd-analyze is here: valid, and exposed no more than
is said."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from reconciler.view.systemd_units import TimerUnits, cluster_file, quoted, service, timer

UNITS = TimerUnits(
    cluster="lab",
    scope="system",
    user="daemon",
    command=("/bin/true", "-c", "/etc/my 100% $cluster.toml", "check"),
    every_s=900,
    writable=("/home/ops/.local/state/bkrec/lab-0123456789ab", "/var/lib/node exporter"),
    state_home="/srv/state",
)
EXPOSURE = 2.0
BARE = replace(UNITS, on_itself=True, scope="user")
"""Nothing of a sandbox is in it."""
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")


def _written(path: Path, units: TimerUnits) -> tuple[str, str]:
    files = (path / f"{units.name}.service", path / f"{units.name}.timer")
    files[0].write_text(service(units), encoding="utf-8")
    files[1].write_text(timer(units), encoding="utf-8")
    return str(files[0]), str(files[1])


def _analyzed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60)


@needs_systemd
@pytest.mark.parametrize(
    "units",
    [
        UNITS,
        replace(UNITS, scope="user", state_home=""),
        replace(UNITS, on_itself=True),
        replace(UNITS, on_itself=True, user="root"),
        replace(UNITS, on_itself=True, scope="user", state_home=""),
    ],
    ids=["system", "user", "on itself by sudo", "on itself as root", "on itself, user"],
)
def test_systemd_takes_both_units(tmp_path: Path, units: TimerUnits) -> None:
    done = _analyzed("verify", *_written(tmp_path, units))
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize(
    ("units", "most"),
    [
        pytest.param(UNITS, EXPOSURE, id="the usual way"),
        pytest.param(replace(UNITS, on_itself=True, user="root"), 3.0, id="on itself as root"),
        pytest.param(replace(UNITS, on_itself=True), 7.4, id="on itself by sudo"),
    ],
)
def test_a_system_unit_is_exposed_no_more_than_its_job_asks_for(tmp_path: Path, units: TimerUnits, most: float) -> None:
    """The companion: without its sandbox the same unit is."""
    assert (
        _exposure(tmp_path / "sandboxed", units) <= most < _exposure(tmp_path / "bare", replace(BARE, user=units.user))
    )


def _exposure(path: Path, units: TimerUnits) -> float:
    path.mkdir()
    unit, _ = _written(path, units)
    text = _analyzed("security", "--offline=yes", "--no-pager", unit).stdout
    match = re.search(r"Overall exposure level for \S+: ([0-9.]+)", text)
    assert match, text
    return float(match[1])


def test_a_words_meaning_survives_the_unit_file() -> None:
    words = [quoted(word) for word in UNITS.command]
    assert words == ["/bin/true", "-c", '"/etc/my 100%% $$cluster.toml"', "check"]
    assert quoted('a"b\\') == '"a\\"b\\\\"'
    assert quoted("") == '""'
    assert quoted("a;b") == '"a;b"'


def test_what_the_check_writes_it_may_write() -> None:
    assert (
        'ReadWritePaths=/home/ops/.local/state/bkrec/lab-0123456789ab "/var/lib/node exporter"'
        in service(UNITS).splitlines()
    )


MOUNT_POINTS = ("ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "ReadWritePaths", "ReadOnlyPaths")
"""What makes mount points, or hides files, where a fact may ask for them. Source: systemd.exec(5); tried on 252."""
NO_NEW_PRIVILEGES = (
    "NoNewPrivileges", "SystemCallFilter", "SystemCallArchitectures", "RestrictAddressFamilies", "RestrictNamespaces",
    "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectClock",
    "MemoryDenyWriteExecute", "RestrictRealtime", "RestrictSUIDSGID", "DynamicUser", "LockPersonality",
    "ProtectHostname",
)  # fmt: skip
"""They imply it for a user who is not root. Source: systemd.exec(5), NoNewPrivileges=."""


@pytest.mark.parametrize("user", ["root", "ops"])
def test_a_check_of_its_own_machine_sees_the_mounts_files_and_processes_of_it(user: str) -> None:
    text = service(replace(UNITS, on_itself=True, user=user))
    hiding = (*MOUNT_POINTS, "ProtectProc", "ProcSubset", "PrivateNetwork", "MemoryDenyWriteExecute")
    assert [word for word in hiding if f"\n{word}=" in text] == []


@pytest.mark.parametrize("scope", ["system", "user"])
def test_a_check_of_its_own_machine_can_call_sudo(scope: Literal["system", "user"]) -> None:
    text = service(replace(UNITS, on_itself=True, scope=scope))
    assert [word for word in NO_NEW_PRIVILEGES if f"\n{word}=" in text] == []


def test_nothing_is_taken_from_what_else_runs_as_that_user() -> None:
    assert "RemoveIPC" not in service(UNITS)


@pytest.mark.parametrize("path", ["/etc/bkrec/a.toml", "/etc/my 100% $cluster.toml", '/a"b\\c.toml', "/集群/甲.toml"])
def test_which_cluster_file_a_unit_is_for_is_read_from_it(path: str) -> None:
    units = replace(UNITS, command=("/usr/bin/bkrec", "-c", path, "--lang", "en", "check"))
    assert cluster_file(service(units)) == path
    assert cluster_file(timer(units)) == ""
