"""The timer's units, judged by systemd itself where systemd-analyze is here: valid, and exposed no more than 2.0."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.view.systemd_units import TimerUnits, quoted, service, timer

UNITS = TimerUnits(
    cluster="lab",
    scope="system",
    user="daemon",
    command=("/bin/true", "-c", "/etc/my 100% $cluster.toml", "check"),
    every_s=900,
    writable=("/home/ops/.local/state/bkrec/lab", "/var/lib/node exporter"),
    state_home="/srv/state",
)
EXPOSURE = 2.0
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
    [UNITS, replace(UNITS, scope="user", state_home=""), replace(UNITS, on_itself=True)],
    ids=["system", "user", "on itself"],
)
def test_systemd_takes_both_units(tmp_path: Path, units: TimerUnits) -> None:
    done = _analyzed("verify", *_written(tmp_path, units))
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_the_system_unit_is_sandboxed(tmp_path: Path) -> None:
    """The companion: without its sandbox the same unit is not."""
    exposed = {}
    for name, units in (("sandboxed", UNITS), ("without", replace(UNITS, scope="user"))):
        (tmp_path / name).mkdir()
        unit, _ = _written(tmp_path / name, units)
        text = _analyzed("security", "--offline=yes", "--no-pager", unit).stdout
        match = re.search(r"Overall exposure level for \S+: ([0-9.]+)", text)
        assert match, text
        exposed[name] = float(match[1])
    assert exposed["sandboxed"] <= EXPOSURE < exposed["without"]


def test_a_words_meaning_survives_the_unit_file() -> None:
    words = [quoted(word) for word in UNITS.command]
    assert words == ["/bin/true", "-c", '"/etc/my 100%% $$cluster.toml"', "check"]
    assert quoted('a"b\\') == '"a\\"b\\\\"'
    assert quoted("") == '""'
    assert quoted("a;b") == '"a;b"'


def test_what_the_check_writes_it_may_write() -> None:
    assert 'ReadWritePaths=/home/ops/.local/state/bkrec/lab "/var/lib/node exporter"' in service(UNITS).splitlines()


def test_a_check_of_its_own_machine_hides_nothing_of_it() -> None:
    text = service(replace(UNITS, on_itself=True))
    assert [word for word in ("Private", "ProtectProc", "ProtectHome", "NoNewPrivileges") if word in text] == []
