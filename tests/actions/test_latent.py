"""What makes things last: small edits, each with the file before it kept, each doing nothing where it cannot tell."""

import json
import os
from pathlib import Path

import pytest

from actions.container import LinkVendorDataRoot, SetDockerDataRoot, SetRestartPolicy
from actions.env import DeduplicateVariable
from actions.tag import RestoreSecretsTag
from actions.version import SetVersion
from probes.command import Command
from tests.probes.here import tool
from tests.support.shell import perform

HOST = "10.0.0.1"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "tools"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    return directory


def done(command: Command, where: Path) -> int:
    return perform(command, where).returncode


VENDORS = """{
    "data-root": "/data/bkce/public/docker",
    "live-restore": true,
    "log-opts": { "max-size": "501m", "max-file":"5" }
}
"""
ONE_LINE = '{"log-driver": "json-file", "graph" : "/x", "bridge": "none"}'


@pytest.mark.parametrize("before", [VENDORS, ONE_LINE], ids=["the-vendors", "one-line"])
def test_daemon_json_names_the_place_in_use_and_keeps_the_rest(tmp_path: Path, tools: Path, before: str) -> None:
    root = "/data/bkce/public/paas_agent/docker"
    tool(tools, "docker", f"echo {root}")
    file = tmp_path / "daemon.json"
    file.write_text(before)
    file.chmod(0o644)
    assert done(SetDockerDataRoot(host=HOST, file=str(file)).command(), tmp_path) == 0
    was, now = json.loads(before), json.loads(file.read_text())
    key = "graph" if "graph" in was else "data-root"
    assert now == {**was, key: root}
    (path,) = (tmp_path / "var-lib/bkrec/saved").iterdir()
    assert path.read_text() == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("before", "root"),
    [
        ("{}", "/data/docker"),
        ('{"data-root": "/a",\n"graph": "/b"}', "/data/docker"),
        (VENDORS, "/x&'; rm"),
        (VENDORS, ""),
    ],
    ids=["not-named", "named-twice", "odd-place", "no-place"],
)
def test_a_daemon_json_that_cannot_be_told_is_left_as_it_is(
    tmp_path: Path, tools: Path, before: str, root: str
) -> None:
    tool(tools, "docker", f'echo "{root}"')
    file = tmp_path / "daemon.json"
    file.write_text(before)
    assert done(SetDockerDataRoot(host=HOST, file=str(file)).command(), tmp_path) != 0
    assert file.read_text() == before


def linked(tmp_path: Path, tools: Path, path: Path, root: Path) -> int:
    tool(tools, "docker", f"echo {root}")
    return done(LinkVendorDataRoot(host=HOST, path=str(path)).command(), tmp_path)


@pytest.mark.parametrize(
    "prepare", ["nothing", "no parent", "an empty directory", "the link itself", "the root itself"]
)
def test_the_path_of_the_installers_leads_to_the_data_in_use(tmp_path: Path, tools: Path, prepare: str) -> None:
    root, path = tmp_path / "public/paas_agent/docker", tmp_path / "public/docker"
    (root / "overlay2").mkdir(parents=True)
    match prepare:
        case "no parent":
            path = tmp_path / "other/docker"
        case "an empty directory":
            path.mkdir()
        case "the link itself":
            path.symlink_to(root)
        case "the root itself":
            path = root
        case _:
            pass
    assert linked(tmp_path, tools, path, root) == 0
    assert path.resolve() == root
    assert (root / "overlay2").is_dir()
    assert not root.is_symlink()


@pytest.mark.parametrize("prepare", ["another docker's data", "a file", "another link", "within the root", "no root"])
def test_what_is_somebodys_stays_where_the_installers_point(tmp_path: Path, tools: Path, prepare: str) -> None:
    root, path = tmp_path / "used", tmp_path / "docker"
    root.mkdir()
    match prepare:
        case "another docker's data":
            (path / "overlay2").mkdir(parents=True)
        case "a file":
            path.write_text("mine")
        case "another link":
            path.symlink_to("elsewhere")
        case "within the root":
            path = root / "docker"
        case _:
            root.rmdir()
    before = sorted((str(each), each.is_symlink()) for each in tmp_path.rglob("*"))
    assert linked(tmp_path, tools, path, root) != 0
    after = sorted((str(each), each.is_symlink()) for each in tmp_path.rglob("*"))
    assert [each for each in after if "tools" not in each[0] and "var-lib" not in each[0]] == [
        each for each in before if "tools" not in each[0] and "var-lib" not in each[0]
    ]


DOCKER = """
if [ $1 = update ]; then echo "$*" >> updated; exit; fi
for name do :; done
case $name in bare) echo true no;; api) echo 'true ';; kept) echo true always;; halted) echo false no;; *) exit 1;; esac
"""


def test_only_what_runs_without_a_policy_is_given_one(tmp_path: Path, tools: Path) -> None:
    tool(tools, "docker", DOCKER)
    action = SetRestartPolicy(host=HOST, containers=("gone", "bare", "kept", "halted", "api"))
    assert done(action.command(), tmp_path) == 0
    updated = (tmp_path / "updated").read_text().splitlines()
    assert updated == [f"update --restart unless-stopped {name}" for name in ("bare", "api")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A=1\nK=old\nB=2\nexport K=new\n", "A=1\nB=2\nexport K=new\n"),
        ("K=1\nK=1\nK=1", "K=1\n"),
        ("# K=0\nKK=1\nK=1\n K=2\n", "# K=0\nKK=1\n K=2\n"),
        ("K=1\n", "K=1\n"),
    ],
    ids=["exported", "thrice", "not-a-comment", "once"],
)
def test_of_several_assignments_the_last_stays_where_it_is(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "job.env"
    file.write_text(before)
    file.chmod(0o640)
    assert done(DeduplicateVariable(host=HOST, file=str(file), key="K").command(), tmp_path) == 0
    assert file.read_text() == after
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("line", ["B=$K", "B=${K}x", 'B="${K:-x}"'])
def test_an_assignment_that_another_line_rests_on_is_not_idle(tmp_path: Path, line: str) -> None:
    file = tmp_path / "job.env"
    text = f"K=1\n{line}\nB2=$KK\nK=2\n"
    file.write_text(text)
    assert done(DeduplicateVariable(host=HOST, file=str(file), key="K").command(), tmp_path) == 1
    assert file.read_text() == text


def test_a_tag_is_made_only_beside_what_it_stands_for(tmp_path: Path, tools: Path) -> None:
    tool(tools, "chattr", "echo $* >> chattr.log")
    made = tmp_path / "bin/01-generate"
    made.mkdir(parents=True)
    (made / "paas.env").write_text("A=1\n")
    (made / "gse.env").touch()
    root = tmp_path / "tag"
    actions = {
        name: RestoreSecretsTag(host=HOST, module=name, root=str(root), env=str(tmp_path / "bin"))
        for name in ("paas", "gse")
    }
    assert [done(actions[name].command(), tmp_path) for name in ("paas", "gse")] == [0, 1]
    assert [path.name for path in root.iterdir()] == ["paas.env"]
    assert (tmp_path / "chattr.log").read_text() == f"+i -- {root}/paas.env\n"


def test_a_row_is_set_by_stdin_and_only_to_plain_words(tmp_path: Path, tools: Path) -> None:
    tool(tools, "mysql", "echo $* > asked; cat >> asked")
    assert done(SetVersion(host=HOST, login_path="mysql-paas", code="bkssm", version="1.0.8").command(), tmp_path) == 0
    sql = "UPDATE bksuite_common.production_info SET version = '1.0.8' WHERE code = 'bkssm';"
    assert (tmp_path / "asked").read_text() == f"--no-defaults --login-path=mysql-paas\n{sql}\n"
    odd = SetVersion(host=HOST, login_path="mysql-paas", code="bkssm", version="1'; drop")
    assert done(odd.command(), tmp_path) == 64


def test_two_edits_of_daemon_json_within_a_second_keep_both_files(tmp_path: Path, tools: Path) -> None:
    """The name is a time to the second: the later copy must not take the place of the vendor's file."""
    tool(tools, "docker", "echo /data/docker")
    tool(tools, "date", "echo 20261123080000")
    file = tmp_path / "daemon.json"
    file.write_text(VENDORS)
    edit = SetDockerDataRoot(host=HOST, file=str(file)).command()
    thrice = Command(script='for time in 1 2 3; do sh -c "$1" bkrec "$2" || exit; done', args=(edit.script, *edit.args))
    assert done(thrice, tmp_path) == 0
    kept = sorted(path.read_text() for path in (tmp_path / "var-lib/bkrec/saved").iterdir())
    assert kept == sorted((VENDORS, file.read_text(), file.read_text()))
