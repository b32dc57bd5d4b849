"""What a run keeps before it changes a thing, and an undo that puts it back: byte for byte, or not at all."""

import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.action import Action
from actions.bkcli import InstallModule, UpgradeModule
from actions.container import InstallContainer, RemoveContainer
from actions.env import AddVariable, GenerateVariable, SetVariable
from actions.install_config import PlaceModule
from actions.path import RetireDirectory
from actions.redis import CreateRedisCluster
from actions.registry import ACTIONS
from actions.saas import DeploySaas
from actions.task import RunPostUpgradeTask
from actions.undo import RestoreDirectory, RestoreFile, RestoreUnit
from actions.unit import RetireUnit
from probes.job import STATE_ROOT
from probes.undo import PROBE, LaterRuns, UndoEntries, UndoItemState, entry
from tests.probes.here import ask, brief
from tests.probes.here import tool as stand_in
from tests.support.shell import perform

HOST = "10.0.0.1"


class Here:
    """One host below a directory of the test."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.state = home / "state"
        self.state.mkdir(exist_ok=True)

    def run(self, action: Action, run: str = "r1", **env: str) -> subprocess.CompletedProcess[str]:
        undo = {"BKREC_UNDO": f"{self.state}/undo/{run}"}
        return perform(
            action.command(), self.home, shell="dash" if not action.login_shell else "bash", env={**undo, **env}
        )

    def must(self, action: Action, run: str = "r1", **env: str) -> None:
        done = self.run(action, run, **env)
        assert done.returncode == 0, done.stderr

    def set(self, file: Path, value: str, run: str = "r1", key: str = "K") -> None:
        self.must(SetVariable(host=HOST, file=str(file), key=key, value=value), run)

    def back(self, file: Path, run: str = "r1") -> subprocess.CompletedProcess[str]:
        return self.run(RestoreFile(host=HOST, run=run, path=str(file)), "u1")

    def standing(self, path: Path | str, run: str = "r1") -> Any:
        return self.read(UndoItemState(host=HOST, run=run, path=str(path)))

    def kept(self, run: str = "r1") -> list[Any]:
        return [entry(text) for text in self.read(UndoEntries(host=HOST, run=run))]

    def read(self, fact: Any) -> Any:
        (reading,) = ask(PROBE, [fact], instead={STATE_ROOT: str(self.state)})
        return brief(reading)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


NO_WAY_BACK = {
    DeploySaas,
    RunPostUpgradeTask,
    CreateRedisCluster,
    InstallContainer,
    InstallModule,
    RemoveContainer,
    UpgradeModule,
}


def test_every_action_has_said_what_an_undo_makes_of_it() -> None:
    """The default is for those whose work stands in the place of what was; a new one is asked to think about it."""
    assert {cls for cls in ACTIONS if cls.undo == Action.undo} == NO_WAY_BACK


PROMISED = [cls for cls in ACTIONS if cls.undo == "restored"]


def test_there_are_promises() -> None:
    assert len(PROMISED) >= 8


@pytest.mark.parametrize("cls", PROMISED, ids=lambda cls: cls.__name__)
def test_who_promises_to_be_put_back_keeps_what_was_there_first(cls: type[Action]) -> None:
    asked: dict[str, Any] = {field.name: "x" for field in fields(cls) if field.name != "kind"}
    asked |= {name: () for name in ("invalidated", "hosts", "sources", "verified_on") if name in asked}
    script = cls(**asked).command().script.partition("leaves() (")[2].partition("\n)\n")[2]
    assert "remember " in script
    assert cls is RetireDirectory or script.index("remember ") < script.index("leaves ")


def env_file(here: Here, text: str = "A=1\nK=old") -> Path:
    file = here.home / "bin/03-userdef/gse.env"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    file.chmod(0o640)
    return file


def test_an_env_file_comes_back_as_it_was(here: Here) -> None:
    file = env_file(here)
    was = (file.read_bytes(), file.stat().st_mode, file.stat().st_mtime_ns)
    assert here.standing(file) == "absent"
    here.set(file, "new")
    here.set(file, "newer")
    assert here.standing(file) == "ours"
    assert here.back(file).returncode == 0
    assert (file.read_bytes(), file.stat().st_mode, file.stat().st_mtime_ns) == was
    assert here.standing(file) == "back"


def test_putting_back_twice_changes_nothing(here: Here) -> None:
    file = env_file(here)
    here.set(file, "new")
    here.back(file)
    was = file.stat()
    assert here.back(file).returncode == 0
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (was.st_mtime_ns, was.st_ino)


def test_a_file_that_was_not_there_is_gone_again_and_what_it_held_is_kept(here: Here) -> None:
    file = here.home / "new.env"
    here.set(file, "v")
    assert here.back(file).returncode == 0
    assert not file.exists()
    (after,) = here.state.glob("undo/r1/*/after")
    assert after.read_text() == "K=v\n"


def test_what_somebody_else_wrote_since_is_never_overwritten(here: Here) -> None:
    file = env_file(here)
    here.set(file, "new")
    file.write_text("by hand\n")
    assert here.standing(file) == "changed"
    done = here.back(file)
    assert done.returncode == 1
    assert str(file) in done.stderr
    assert file.read_text() == "by hand\n"


def test_what_a_later_run_wrote_is_that_runs(here: Here) -> None:
    file = env_file(here)
    here.set(file, "one", "r1")
    here.set(file, "two", "r2")
    assert here.standing(file, "r1") == "later"
    assert here.read(LaterRuns(host=HOST, path=str(file))) == ("r2",)
    assert here.standing(file, "r2") == "ours"
    assert here.back(file, "r1").returncode == 1
    here.back(file, "r2")
    assert here.standing(file, "r1") == "ours"
    here.back(file, "r1")
    assert file.read_text() == "A=1\nK=old"


def test_a_damaged_copy_is_not_put_back(here: Here) -> None:
    file = env_file(here)
    here.set(file, "new")
    (copy,) = here.state.glob("undo/r1/*/before")
    copy.write_text("rotten")
    assert here.standing(file) == "lost"
    assert here.back(file).returncode == 1
    assert "K=new" in file.read_text()


def test_what_is_kept_is_the_roots_alone(here: Here) -> None:
    file = env_file(here, "BK_PASSWORD=secret\n")
    file.chmod(0o644)
    here.set(file, "new")
    here.back(file)
    paths = [*here.state.glob("undo"), *here.state.glob("undo/**/*")]
    assert len(paths) > 6
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}


def test_without_a_run_nothing_is_kept(here: Here) -> None:
    file = env_file(here)
    assert perform(AddVariable(host=HOST, file=str(file), key="X").command(), here.home).returncode == 0
    assert not (here.state / "undo").exists()


def test_nothing_is_changed_where_nothing_can_be_kept(here: Here) -> None:
    file = env_file(here)
    (here.state / "undo").write_text("in the way")
    done = here.run(SetVariable(host=HOST, file=str(file), key="K", value="new"))
    assert done.returncode != 0
    assert file.read_text() == "A=1\nK=old"


def test_of_a_link_the_file_behind_it_is_edited_and_comes_back(here: Here) -> None:
    real, file = env_file(here), here.home / "link.env"
    file.symlink_to(real)
    here.set(file, "new")
    assert file.readlink() == real
    assert real.read_text() == "A=1\nK=new\n"
    assert [kept.path for kept in here.kept()] == [str(real)]
    assert here.back(real).returncode == 0
    assert file.readlink() == real
    assert real.read_text() == "A=1\nK=old"


COMMENTS = st.lists(st.binary(max_size=40).map(lambda line: b"# " + line.replace(b"\n", b"").replace(b"\0", b"")))


@given(st.tuples(COMMENTS.map(b"\n".join), st.sampled_from([b"", b"\n", b"\nK=a; M=b"])).map(b"".join), st.booleans())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_content_comes_back(tmp_path: Path, content: bytes, twice: bool) -> None:
    here, file = Here(tmp_path), tmp_path / "x.env"
    run = f"r{len(list((tmp_path / 'state').glob('undo/*')))}"
    file.write_bytes(content)
    for key in ("K", "L") if twice else ("K",):
        here.set(file, "v", run, key)
    assert here.back(file, run).returncode == 0
    assert file.read_bytes() == content


def test_install_config_comes_back_after_several_modules_were_placed(here: Here) -> None:
    config = here.home / "install.config"
    config.write_text("# 蓝鲸\r\n10.0.0.1 iam,gse\n10.0.0.3 cmdb")
    was = config.read_bytes()
    for module in ("auth", "etcd"):
        here.must(PlaceModule(host=HOST, config=str(config), module=module, hosts=("10.0.0.3",)))
    assert [(kept.what, kept.path) for kept in here.kept()] == [("file", str(config))]
    assert here.back(config).returncode == 0
    assert config.read_bytes() == was


def venv(here: Here) -> Path:
    path = here.home / ".envs/open_paas-login"
    (path / "bin").mkdir(parents=True)
    (path / "bin/python").symlink_to("/usr/bin/python3")
    (path / "pip").write_text("x")
    return path


def directory(path: Path) -> RestoreDirectory:
    return RestoreDirectory(host=HOST, run="r1", path=str(path))


def test_a_virtualenv_comes_back(here: Here) -> None:
    path = venv(here)
    inode = path.stat().st_ino
    here.must(RetireDirectory(host=HOST, path=str(path)))
    assert here.standing(path) == "ours"
    here.must(directory(path), "u1")
    assert here.standing(path) == "back"
    assert path.stat().st_ino == inode
    assert (path / "bin/python").is_symlink()
    here.must(directory(path), "u1")


def test_a_virtualenv_that_was_made_anew_stays(here: Here) -> None:
    path = venv(here)
    here.must(RetireDirectory(host=HOST, path=str(path)))
    path.mkdir()
    assert here.standing(path) == "changed"
    assert here.run(directory(path), "u1").returncode == 1
    assert list(path.iterdir()) == []


def test_a_move_that_was_cut_short_is_ended(here: Here) -> None:
    path = venv(here)
    here.must(RetireDirectory(host=HOST, path=str(path)))
    (aside,) = (here.home / ".envs/.bkrec-retired").iterdir()
    aside.rename(f"{path}.bkrec-part")
    assert here.standing(path) == "ours"
    here.must(directory(path), "u1")
    assert (path / "pip").read_text() == "x"


SYSTEMCTL = """echo "$@" >> "$(dirname "$0")/calls"
case "$*" in *ActiveState*) echo ActiveState=active ;; *UnitFileState*) echo UnitFileState=enabled ;; esac
"""


def test_a_unit_comes_back_with_what_it_was(here: Here) -> None:
    tools = stand_in(here.home / "tools", "systemctl", SYSTEMCTL)
    path = f"{tools}:/usr/bin:/bin:/usr/sbin:/sbin"
    unit, units = "bkrec-test-undo.service", here.home / "units"
    units.mkdir()
    (units / unit).write_text("[Unit]\nDescription=x\n")
    was = ((units / unit).read_bytes(), (units / unit).stat().st_mode)
    here.must(RetireUnit(host=HOST, unit=unit), PATH=path)
    assert not (units / unit).exists()
    (kept,) = here.kept()
    file = f"/etc/systemd/system/{unit}"
    assert (kept.what, kept.path, kept.unit, kept.active, kept.boot) == ("unit", file, unit, True, True)
    assert here.standing(file) == "ours"
    here.must(RestoreUnit(host=HOST, run="r1", path=file, unit=unit), "u1", PATH=path)
    assert ((units / unit).read_bytes(), (units / unit).stat().st_mode) == was
    assert (tools / "calls").read_text().splitlines()[-1] == "daemon-reload"


MASKED = """echo "$@" >> "$(dirname "$0")/calls"
case "$*" in
  *ActiveState*) echo ActiveState=inactive ;; *UnitFileState*) echo UnitFileState=enabled ;;
  *LoadState*) echo LoadState=MASKED ;; is-enabled*) echo disabled; exit 1 ;;
esac
"""


@pytest.mark.parametrize(("load", "unmasked"), [("masked", True), ("loaded", False)])
def test_a_mask_goes_with_the_unit_that_it_held_down_and_an_instance_is_noted_as_it_was(
    here: Here, load: str, unmasked: bool
) -> None:
    """Else the name would stay masked and never read as gone; systemd 219 shows an instance as its template is."""
    tools = stand_in(here.home / "tools", "systemctl", MASKED.replace("MASKED", load))
    unit, units = "bkrec-test@a.service", here.home / "units"
    units.mkdir()
    (units / unit).write_text("[Unit]\n")
    here.must(RetireUnit(host=HOST, unit=unit), PATH=f"{tools}:/usr/bin:/bin:/usr/sbin:/sbin")
    calls = (tools / "calls").read_text().splitlines()
    assert (f"unmask -- {unit}" in calls, f"unmask --runtime -- {unit}" in calls) == (unmasked, unmasked)
    (kept,) = here.kept()
    assert (kept.active, kept.boot) == (False, False)


GENERATOR = """#!/bin/bash
echo called >> calls
echo KEY=made-$(wc -l < calls)
"""


@pytest.mark.parametrize("way", ["plain", "link", "below-a-link"])
def test_a_secret_that_was_undone_is_used_again_rather_than_made_anew(here: Here, way: str) -> None:
    """A server may have been set up with it in the meantime. The file is known by the name that it is changed under."""
    generator = here.home / "bin/generate_blueking_generate_envvars.sh"
    generator.parent.mkdir()
    generator.write_text(GENERATOR)
    generator.chmod(0o755)
    (here.home / "real").mkdir()
    real = here.home / "real/dbadmin.env"
    real.write_text("A=1\n")
    names = {"plain": "real/dbadmin.env", "link": "dbadmin.env", "below-a-link": "alias/dbadmin.env"}
    file = here.home / names[way]
    if way == "link":
        file.symlink_to(real)
    if way == "below-a-link":
        file.parent.symlink_to(here.home / "real")
    action = GenerateVariable(host=HOST, file=str(file), key="KEY", install=str(here.home), generator="dbadmin")
    here.must(action)
    made = real.read_text()
    here.back(real if way == "link" else file)
    assert real.read_text() == "A=1\n"
    here.must(action, "r2")
    here.back(real if way == "link" else file, "r2")
    here.must(action, "r3")
    assert real.read_text() == made
    assert (here.home / "calls").read_text() == "called\n"
