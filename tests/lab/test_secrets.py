"""No secret leaves the vendor's files: every one of the lab's holds CANARY, and what bkrec made is searched for it."""

import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.operator import Desk, on, until, with_canary
from tests.lab.support.processes import CANARY, Watch, watching
from tests.lab.support.upgraded import Upgraded

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

VENDOR_COPIES = ("undo", "kept", "retired", "backups")
"""Below /var/lib/bkrec: whole files of the vendor, moved or copied aside before an edit; root alone may enter."""


def on_hosts(lab: Lab) -> Iterator[tuple[str, Path, Path]]:
    for host in HOSTS:
        root = lab.place.root(host) / "var/lib/bkrec"
        for path in with_canary(root):
            yield host, path, path.relative_to(root)


def test_no_secret_in_anything_bkrec_said(upgraded: Upgraded) -> None:
    desk = upgraded.desk
    for args in (("diff",), ("plan",), ("history",), ("status",), ("--lang", "zh", "diff"), ("probe",)):
        desk.bkrec(*args)
    desk.bkrec("probe", "-o", "json")
    assert len(desk.said) >= 11
    for said in desk.said:
        assert CANARY.decode() not in said.all, said.args


def test_no_secret_in_readings_that_are_kept(upgraded: Upgraded) -> None:
    path = upgraded.desk.home / "readings.json"
    upgraded.desk.bkrec("probe", "--save", str(path)).must(0)
    assert b"mysql.login-path" in path.read_bytes(), "secrets are asked about, and answered by yes or no"
    assert CANARY not in path.read_bytes()


def test_no_secret_in_journal_or_state(upgraded: Upgraded) -> None:
    upgraded.apply.must(0)
    assert any(path.is_file() for path in upgraded.desk.state.rglob("*"))
    assert list(with_canary(upgraded.desk.home)) == []


def test_no_secret_below_var_lib_bkrec_but_in_the_vendors_own_files(repaired: Desk) -> None:
    found = list(on_hosts(repaired.lab))
    assert [f"{host} {path}" for host, _, path in found if path.parts[0] not in VENDOR_COPIES] == []
    assert any(path.parts[0] == "undo" for _, _, path in found), "env files as they were before the run"


def test_the_vendors_copies_are_roots_alone(repaired: Desk) -> None:
    for host in HOSTS:
        top = repaired.lab.place.root(host) / "var/lib/bkrec"
        assert stat.S_IMODE(top.stat().st_mode) == 0o700
        for path in (*(top / "undo").rglob("*"), *(top / "saved").rglob("*")):
            told = path.lstat()
            assert (stat.S_IMODE(told.st_mode), told.st_uid) == (0o700 if path.is_dir() else 0o600, 0), path


def test_no_secret_in_an_argument_list_of_bkrecs_making(upgraded: Upgraded) -> None:
    assert upgraded.watch.rounds > 100
    assert [process.text for process in upgraded.watch.ours.values()] == []
    assert upgraded.watch.vendors, "the vendor's own scripts show secrets: the watch saw nothing of it"


def planted(lab: Lab, watch: Watch) -> bool:
    return any("CANARY-on-purpose" in process.text for process in watch.ours.values())


def test_the_watch_sees_a_secret_that_bkrec_would_show(pristine: Desk) -> None:
    lab = pristine.lab
    with watching(lab) as watch:
        command = lab.inside("ssh", "-F", str(lab.place.ssh_config), "h2", "sh -c 'cat; :' CANARY-on-purpose")
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as shown:
            until(lambda: planted(lab, watch), 10, "the argument list was seen")
            shown.communicate(b"")


def test_the_search_finds_a_secret_in_a_log(pristine: Desk) -> None:
    on(
        pristine.lab,
        "h3",
        "mkdir -p /var/lib/bkrec/jobs/made.1; echo password=CANARYx > /var/lib/bkrec/jobs/made.1/log",
    )
    (pristine.home / "state").mkdir(exist_ok=True)
    (pristine.home / "state" / "run.jsonl").write_text('{"line": "CANARYx"}\n', encoding="utf-8")
    assert [(host, str(path)) for host, _, path in on_hosts(pristine.lab)] == [("h3", "jobs/made.1/log")]
    assert [path.name for path in with_canary(pristine.home)] == ["run.jsonl"]
