"""A cluster file of somebody else decides nothing: one that was found is the caller's or root's, a named one is a
person's word. As root, with files given away: who may not do that cannot be tricked so either."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.commands.cluster_file import find, load, writable_by_others
from reconciler.engine.ownership import check_ownership
from specs.diagnostic import SpecError

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")
SOMEBODY = 4321
ROOT = Path(__file__).parents[3]


def refused(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        find(None, {"XDG_CONFIG_HOME": "/nonexistent"}, path)
    (diagnostic,) = caught.value.diagnostics
    assert "cluster.toml" in diagnostic.where
    return f"{diagnostic.code} {dict(diagnostic.fields).get('owner', '')}"


@pytest.fixture
def below(tmp_path: Path) -> Path:
    """A directory of the caller's, below one with a cluster.toml that is the caller's, too."""
    (tmp_path / "shared" / "mine").mkdir(parents=True)
    (tmp_path / "shared" / "cluster.toml").touch(mode=0o600)
    return tmp_path / "shared" / "mine"


def test_ones_own_is_taken_and_roots(below: Path) -> None:
    assert find(None, {}, below) == below.parent / "cluster.toml"


def test_somebody_elses_is_refused_with_the_owner(below: Path) -> None:
    os.chown(below.parent / "cluster.toml", SOMEBODY, SOMEBODY)
    assert refused(below) == f"cluster-file-owner uid {SOMEBODY}"
    assert refused(below.parent) == f"cluster-file-owner uid {SOMEBODY}"


@pytest.mark.parametrize("mode", [0o602, 0o622, 0o660])
def test_one_that_others_may_write_is_refused(below: Path, mode: int) -> None:
    file = below.parent / "cluster.toml"
    os.chown(file, 0, 12)
    file.chmod(mode)
    assert refused(below) == "cluster-file-open root"


def test_a_group_of_ones_own_is_oneself(below: Path) -> None:
    """umask 002 on hosts where each user has a group: root's holds nobody else."""
    (below.parent / "cluster.toml").chmod(0o664)
    assert find(None, {}, below)


def test_so_are_the_directories_that_lead_to_it(below: Path) -> None:
    below.parent.chmod(0o777)
    assert refused(below) == "cluster-file-open root"
    below.parent.chmod(0o755)
    os.chown(below.parent, SOMEBODY, SOMEBODY)
    assert refused(below) == f"cluster-file-owner uid {SOMEBODY}"


def test_in_a_directory_like_tmp_the_files_owner_decides(below: Path) -> None:
    below.parent.chmod(0o1777)
    assert find(None, {}, below)
    os.chown(below.parent / "cluster.toml", SOMEBODY, SOMEBODY)
    assert refused(below) == f"cluster-file-owner uid {SOMEBODY}"


def test_a_link_is_followed_with_the_same_eyes(below: Path, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.mkdir()
    (path / "cluster.toml").touch()
    os.chown(path, SOMEBODY, SOMEBODY)
    (below / "cluster.toml").symlink_to(path / "cluster.toml")
    assert refused(below) == f"cluster-file-owner uid {SOMEBODY}"
    (below / "cluster.toml").unlink()
    (below / "cluster.toml").symlink_to(below.parent / "cluster.toml")
    os.lchown(below / "cluster.toml", SOMEBODY, SOMEBODY)
    assert refused(below) == f"cluster-file-owner uid {SOMEBODY}"


def test_the_users_own_is_looked_at_too(tmp_path: Path) -> None:
    """sudo may keep HOME: then it is somebody else's."""
    own = tmp_path / "bkrec" / "cluster.toml"
    own.parent.mkdir()
    own.touch()
    os.chown(own, SOMEBODY, SOMEBODY)
    with pytest.raises(SpecError, match="cluster-file-owner"):
        find(None, {"XDG_CONFIG_HOME": str(tmp_path)}, None)


def test_one_that_is_named_is_taken_and_told_where_others_may_write_it(below: Path) -> None:
    file = below.parent / "cluster.toml"
    os.chown(file, SOMEBODY, SOMEBODY)
    assert find(file, {}, below) == file
    assert find(None, {"BKREC_CLUSTER": str(file)}, below) == file
    assert writable_by_others(file) == ()
    file.chmod(0o666)
    assert [diagnostic.code for diagnostic in writable_by_others(file)] == ["cluster-file-open-named"]


def cluster(at: Path, config: Path, owner: int = 0) -> Path:
    file = at / "cluster.toml"
    file.write_text(
        'schema = "bkrec.cluster/1"\nname = "x"\n[controller]\naddress = "127.0.0.1"\nport = 1\n'
        f'[ssh]\nconfig = "{config}"\n[package]\npath = "/x.tgz"\n'
    )
    os.chown(file, owner, owner)
    return file


def codes(file: Path) -> list[str]:
    try:
        load(file)
    except SpecError as error:
        return [diagnostic.code for diagnostic in error.diagnostics]
    return []


def test_an_ssh_configuration_is_held_as_ssh_holds_its_own(tmp_path: Path) -> None:
    config, more = tmp_path / "ssh_config", tmp_path / "more.conf"
    config.write_text(f"Host x\n  Port 22\nInclude {tmp_path}/mor*.conf\n")
    more.touch()
    file = cluster(tmp_path, config)
    assert codes(file) == []
    for path in (config, more):
        os.chown(path, SOMEBODY, SOMEBODY)
        assert codes(file) == ["ssh-config-owner"]
        os.chown(path, 0, 0)
        path.chmod(0o666)
        assert codes(file) == ["ssh-config-open"]
        path.chmod(0o644)
    assert codes(file) == []


def test_who_names_a_cluster_file_takes_its_owners_configuration_with_it(tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.touch()
    os.chown(config, SOMEBODY, SOMEBODY)
    assert codes(cluster(tmp_path, config, owner=SOMEBODY)) == []


def test_includes_that_lead_to_each_other_end(tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.write_text(f"Include {config}\n")
    assert codes(cluster(tmp_path, config)) == []


def test_what_cannot_be_seen_is_no_trust(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        check_ownership(tmp_path / "gone")


def bkrec(path: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    line = [sys.executable, "-c", "from reconciler.cli.main import main; main()", *args]
    return subprocess.run(line, cwd=path, env=environ, capture_output=True, text=True, check=False, timeout=120)


def test_no_command_of_somebody_elses_file_runs(below: Path) -> None:
    """Match exec, through the program itself. Named on purpose it does run: the trap would have been seen."""
    config, trace = below.parent / "ssh_config", below.parent / "ran"
    config.write_text(f'Match exec "touch {trace}"\n  Port 1\n')
    os.chown(config, SOMEBODY, SOMEBODY)
    file = cluster(below.parent, config, owner=SOMEBODY)
    for command in ("check", "plan", "diff", "trust", "status", "history"):
        told = bkrec(below, command)
        assert told.returncode == 65, (command, told.stderr)
        assert "cluster-file-owner" in told.stderr
        assert f"uid {SOMEBODY}" in told.stderr
    assert not trace.exists()
    bkrec(below, "-c", str(file), "check")
    assert trace.exists()
