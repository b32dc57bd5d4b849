"""What is edited on a host is the file: a link to it stays a link, and a move between disks never leaves half."""

import os
import subprocess
from pathlib import Path

import pytest

from actions.action import Action
from actions.bkcli import SyncModule
from actions.container import SetDockerDataRoot
from actions.install_config import PlaceModule
from actions.line import AddLine
from actions.path import RetireDirectory
from actions.undo import RestoreDirectory
from actions.yaml import SetYaml
from tests.probes.here import tool
from tests.support.shell import perform

HOST = "10.0.0.1"


def edits(file: Path, home: Path) -> dict[str, tuple[Action, str, str]]:
    """Each with what the file holds before and after."""
    return {
        "line": (AddLine(host=HOST, path=str(file), line="10.0.0.1 iam"), "# marks", "# marks\n10.0.0.1 iam\n"),
        "install.config": (
            PlaceModule(host=HOST, config=str(file), module="auth", hosts=("10.0.0.1",)),
            "10.0.0.1 iam\n",
            "10.0.0.1 iam,auth\n",
        ),
        "yaml": (
            SetYaml(host=HOST, tool=str(home / "tools/yq"), file=str(file), path="a.b", value="true"),
            "a: 1\n",
            "a: 1\n.a.b = true\n",
        ),
        "daemon.json": (
            SetDockerDataRoot(host=HOST, file=str(file)),
            '{ "data-root": "/other" }\n',
            '{ "data-root": "/var/lib/docker" }\n',
        ),
    }


@pytest.mark.parametrize("what", ["line", "install.config", "yaml", "daemon.json"])
@pytest.mark.parametrize("linked", [True, False], ids=["linked", "plain"])
def test_a_link_stays_one_and_what_it_leads_to_is_edited(tmp_path: Path, what: str, *, linked: bool) -> None:
    tools = tool(tmp_path / "tools", "docker", "echo /var/lib/docker")
    tool(tools, "yq", 'echo "$2" >> "$3"')
    real = tmp_path / "elsewhere/real"
    real.parent.mkdir()
    file = tmp_path / "file" if linked else real
    action, before, after = edits(file, tmp_path)[what]
    real.write_text(before)
    if linked:
        file.symlink_to("elsewhere/real")
    done = perform(action.command(), tmp_path, env={"PATH": f"{tools}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr
    assert file.is_symlink() == linked
    assert real.read_text() == after
    assert [path.name for path in real.parent.iterdir()] == ["real"]


def test_a_directory_is_not_retired_onto_another_disk(tmp_path: Path) -> None:
    """/var/lib is a file system of its own here: `mv` would copy, and a copy that is cut is no directory any more."""
    path = tmp_path / "envs/old"
    path.mkdir(parents=True)
    (path.parent / ".bkrec-retired").symlink_to("/var/lib")
    done = perform(RetireDirectory(host=HOST, path=str(path)).command(), tmp_path)
    assert done.returncode != 0
    assert "another file system" in done.stderr
    assert path.is_dir()


RSYNC = """cat << 'END'
>f..t...... time
>fc..p..... mode-too
>fc........ same-size-and-time
>fcs....... size
>fc.t...... time-and-content
.f...p..... mode
END
"""


@pytest.mark.condition("mode-or-owner")
@pytest.mark.parametrize("status", [0, 255])
def test_a_file_of_equal_size_and_time_gets_a_new_time_whatever_else_differs(tmp_path: Path, status: int) -> None:
    """A file that differed in its mode too was passed over, and the step failed once."""
    tools = tool(tmp_path / "tools", "rsync", f"{RSYNC}exit {status}")
    tree = tmp_path / "src/job"
    tree.mkdir(parents=True)
    for name in ("time", "mode-too", "same-size-and-time", "size", "time-and-content", "mode"):
        (tree / name).write_text("x")
        os.utime(tree / name, (1, 1))
    bkcli = tool(tmp_path, "bkcli", 'echo "bkcli $*"') / "bkcli"
    action = SyncModule(
        host=HOST,
        install=str(bkcli.parent),
        module="job",
        hosts=("10.0.0.2",),
        version_file=f"{tree}/VERSION",
        version="1",
    )
    done = perform(action.command(), tmp_path, env={"PATH": f"{tools}:{os.environ['PATH']}"})
    assert (done.returncode, done.stdout) == (0, "bkcli sync job\n"), done.stderr
    touched = {path.name for path in tree.iterdir() if path.stat().st_mtime > 1}
    assert touched == {"mode-too", "same-size-and-time"}
    assert ("was not asked" in done.stderr) == (status != 0)


def test_what_was_retired_onto_another_disk_comes_back_whole(tmp_path: Path) -> None:
    """By an older bkrec: the copy is whole before what it was made of goes."""
    aside, path = tmp_path / "var-lib/aside", tmp_path / "old"
    aside.mkdir(parents=True)
    (aside / "python").write_text("x")
    place = subprocess.run(["sha256sum"], input=str(path), capture_output=True, text=True, check=True).stdout[:32]
    entry = tmp_path / f"state/undo/r1/{place}"
    entry.mkdir(parents=True)
    (entry / "aside").write_text("/var/lib/aside\n")
    (tmp_path / "old.bkrec-part").mkdir()
    action = RestoreDirectory(host=HOST, run="r1", path=str(path))
    env = {"SEED": "1", "BKREC_UNDO": f"{tmp_path}/state/undo/u1"}
    # what mv does between two disks, cut short: it copies, then deletes what it copied
    cut = 'case $4 in *.bkrec-part) cp -a "$3" "$4"; : > "$3/python"; kill -9 $PPID ;; *) exec /bin/mv "$@" ;; esac'
    killed = tool(tmp_path / "tools", "mv", cut)
    perform(action.command(), tmp_path, env={**env, "PATH": f"{killed}:{os.environ['PATH']}"}, shell="dash")
    if not path.exists():
        assert perform(action.command(), tmp_path, env=env, shell="dash").returncode == 0
    assert (path / "python").read_text() == "x"
    assert not (tmp_path / "old.bkrec-part").exists()
