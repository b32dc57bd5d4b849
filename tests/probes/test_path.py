"""Files, versions and trees, asked of this machine in every shell there is."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.command import Output
from probes.path import PROBE, FileDigest, LineInFile, PathKind, TreeDigest, VersionText, normalise_version
from reconciler.engine.batch import compose, split_output
from tests.probes.here import HOST, SHELLS, ask, brief
from tests.support.locales import chinese

MD5_OF_ABC = "900150983cd24fb0d6963f7d28e17f72"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("abc")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "directory").mkdir()
    (tmp_path / "VERSION").write_text("v3.5.4\n")
    (tmp_path / "bare").write_text("2.1.3-beta.11")
    (tmp_path / "crlf").write_text("V2.4.1\r\n")
    (tmp_path / "empty").write_text("")
    (tmp_path / "blank").write_text("\n3.1\n")
    (tmp_path / "binary").write_bytes(b"3.1\0-rc\n")
    (tmp_path / "modules").write_text("python\nredis_cluster\nbklog-api\n-x\n")
    return tmp_path


@pytest.mark.condition("nul-in-version")
@pytest.mark.parametrize("shell", SHELLS)
def test_each_question_gets_its_own_answer(tree: Path, shell: str) -> None:
    asked = {
        PathKind(host=HOST, path=f"{tree}/file"): "file",
        PathKind(host=HOST, path=f"{tree}/link"): "link",
        PathKind(host=HOST, path=f"{tree}/dangling"): "link",
        PathKind(host=HOST, path=str(tree)): "directory",
        PathKind(host=HOST, path="/dev/null"): "other",
        PathKind(host=HOST, path=f"{tree}/none"): "absent",
        PathKind(host=HOST, path=f"{tree}/file/none"): "absent",
        FileDigest(host=HOST, path=f"{tree}/file"): MD5_OF_ABC,
        FileDigest(host=HOST, path=f"{tree}/link"): MD5_OF_ABC,
        FileDigest(host=HOST, path=f"{tree}/dangling"): "absent",
        FileDigest(host=HOST, path=f"{tree}/directory"): "unknown: path-not-a-file",
        VersionText(host=HOST, path=f"{tree}/VERSION"): "3.5.4",
        VersionText(host=HOST, path=f"{tree}/bare"): "2.1.3-beta.11",
        VersionText(host=HOST, path=f"{tree}/crlf"): "2.4.1",
        VersionText(host=HOST, path=f"{tree}/empty"): "unknown: path-empty",
        VersionText(host=HOST, path=f"{tree}/blank"): "unknown: path-empty",
        VersionText(host=HOST, path=f"{tree}/binary"): "unknown: path-not-text",
        VersionText(host=HOST, path=f"{tree}/none"): "absent",
        LineInFile(host=HOST, path=f"{tree}/modules", line="redis_cluster"): True,
        LineInFile(host=HOST, path=f"{tree}/modules", line="redis"): "absent",
        LineInFile(host=HOST, path=f"{tree}/modules", line="bklog.api"): "absent",
        LineInFile(host=HOST, path=f"{tree}/modules", line="-x"): True,
        LineInFile(host=HOST, path=f"{tree}/none", line="python"): "absent",
        LineInFile(host=HOST, path=f"{tree}/directory", line="python"): "unknown: path-not-a-file",
        TreeDigest(host=HOST, root=f"{tree}/none"): "absent",
        TreeDigest(host=HOST, root=f"{tree}/file"): "unknown: path-not-a-directory",
    }
    found = [brief(reading) for reading in ask(PROBE, list(asked), shell=shell)]
    assert dict(zip(asked, found, strict=True)) == asked


def test_a_line_with_a_newline_is_in_no_file(tree: Path) -> None:
    fact = LineInFile(host=HOST, path=f"{tree}/modules", line="python\nnone")
    assert [brief(reading) for reading in ask(PROBE, [fact])] == ["absent"]


def digest(root: Path, *exclude: str) -> object:
    (found,) = ask(PROBE, [TreeDigest(host=HOST, root=str(root), exclude=exclude)])
    return brief(found)


@pytest.fixture
def install(tmp_path: Path) -> Path:
    for name in ("bkcli", "bin/a.sh", "bin/02-dynamic/hosts.env", "lib/x.pyc", "lib/x y", "lib/new\nline", "lib/b\\s"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_a_tree_is_known_by_names_and_contents(install: Path) -> None:
    before = digest(install)
    assert digest(install) == before
    (install / "lib/x y").write_text("changed")
    assert digest(install) != before
    (install / "lib/x y").write_text("lib/x y")
    assert digest(install) == before
    (install / "lib/x y").rename(install / "lib/z")
    assert digest(install) != before


@pytest.mark.parametrize("name", ["bin/02-dynamic", "bin/02-dynamic/hosts.env", "*.env", "bin/02*"])
def test_what_is_excluded_may_change(install: Path, name: str) -> None:
    before = digest(install, "nothing", name)
    (install / "bin/02-dynamic/hosts.env").write_text("changed")
    assert digest(install, "nothing", name) == before
    (install / "bkcli").write_text("changed")
    assert digest(install, "nothing", name) != before


def test_an_excluded_name_is_anchored_at_the_root(install: Path) -> None:
    before = digest(install, "hosts.env")
    (install / "bin/02-dynamic/hosts.env").write_text("changed")
    assert digest(install, "hosts.env") != before


def test_trees_asked_together_do_not_mix(install: Path) -> None:
    one = TreeDigest(host=HOST, root=str(install), exclude=("lib", "bkcli"))
    two = TreeDigest(host=HOST, root=str(install / "bin"))
    three = TreeDigest(host=HOST, root=str(install))
    four = PathKind(host=HOST, path=str(install))
    together = [brief(reading) for reading in ask(PROBE, [one, two, three, four])]
    assert together == [digest(install, "lib", "bkcli"), digest(install / "bin"), digest(install), "directory"]


def test_an_empty_tree_has_a_digest_of_its_own(tmp_path: Path) -> None:
    assert digest(tmp_path) == hashlib.md5(b"\n").hexdigest()


HOSTILE = (
    "$(touch pwned)",
    "`touch pwned`",
    "a'b",
    'a"b',
    "a\nb",
    "a\tb",
    "-n",
    "--help",
    "a\\b",
    "0\tis\tlink",
    "*",
    "~",
)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("shell", SHELLS)
def test_hostile_names_are_only_names(tmp_path: Path, name: str, shell: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / name).write_text("abc")
    asked = {
        PathKind(host=HOST, path=f"{tmp_path}/{name}"): "directory",
        FileDigest(host=HOST, path=f"{tmp_path}/{name}/{name}"): MD5_OF_ABC,
        VersionText(host=HOST, path=f"{tmp_path}/{name}/{name}"): "abc",
        LineInFile(host=HOST, path=f"{tmp_path}/{name}/{name}", line="abc"): True,
        LineInFile(host=HOST, path=f"{tmp_path}/{name}/{name}", line=name): "absent",
        PathKind(host=HOST, path=name): "absent",
        FileDigest(host=HOST, path=name): "absent",
        VersionText(host=HOST, path=name): "absent",
        TreeDigest(host=HOST, root=name, exclude=(name,)): "absent",
        TreeDigest(host=HOST, root=f"{tmp_path}/{name}", exclude=(name.replace("\\", "\\\\"),)): digest_of_nothing(),
    }
    if name == "~":
        asked.pop(PathKind(host=HOST, path=name))
    found = [brief(reading) for reading in ask(PROBE, list(asked), shell=shell)]
    assert dict(zip(asked, found, strict=True)) == asked
    assert not Path("pwned").exists()


def digest_of_nothing() -> str:
    return hashlib.md5(b"\n").hexdigest()


@pytest.mark.parametrize("content", ["1\tis\tx", "3.5\t4", "3\x0b4\u2028x", "\udcff"])
def test_a_hostile_version_is_only_a_version(tmp_path: Path, content: str) -> None:
    (tmp_path / "VERSION").write_bytes(content.encode("utf-8", "surrogateescape"))
    facts = [VersionText(host=HOST, path=f"{tmp_path}/VERSION"), PathKind(host=HOST, path=str(tmp_path))]
    first, second = ask(PROBE, facts)
    assert brief(first) == content
    assert brief(second) == "directory"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3.5.4", "3.5.4"),
        ("v3.5.4", "3.5.4"),
        (" V3.5.4 \r\n", "3.5.4"),
        ("2.1.3-beta.11", "2.1.3-beta.11"),
        ("2.1.3beta11", "2.1.3-beta.11"),
        ("v2.1.3_Beta-11", "2.1.3-beta.11"),
        ("3.6.3070", "3.6.3070"),
        ("6.2.2", "6.2.2"),
        ("", ""),
        ("v", "v"),
        ("latest", "latest"),
        ("3.5.4（测试）", "3.5.4（测试）"),
        ("1.10", "1.10"),
    ],
)
def test_versions_have_one_spelling(text: str, wanted: str) -> None:
    assert normalise_version(text) == wanted


@given(st.text(st.sampled_from("0123v.-_ +betaV中"), max_size=20))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise_version(normalise_version(text)) == normalise_version(text)


@given(st.lists(st.integers(0, 9999), min_size=1), st.lists(st.integers(0, 9999), min_size=1))
def test_different_numbers_stay_different(one: list[int], two: list[int]) -> None:
    spelt = [normalise_version(".".join(map(str, numbers))) for numbers in (one, two)]
    assert (spelt[0] == spelt[1]) == (one == two)


@pytest.mark.condition("host-language")
def test_a_language_of_the_host_changes_no_reading(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """bash says in the host's language that there is no such file. As a probe's script travels by itself and with
    others."""
    facts = [PathKind(host=HOST, path=f"{tree}/none"), FileDigest(host=HOST, path=f"{tree}/file/none")]
    tools = tmp_path_factory.mktemp("tools")
    (tools / "sh").symlink_to(shutil.which("bash") or "")
    env = chinese(tmp_path_factory.mktemp("locales")) | {"PATH": f"{tools}:{os.environ['PATH']}"}

    def said(*words: str, stdin: str = "") -> Output:
        told = subprocess.run(words, input=stdin, capture_output=True, text=True, env=env, timeout=30, check=False)
        return Output(stdout=told.stdout, stderr=told.stderr, exit_status=told.returncode)

    command = PROBE.command(facts)
    batch = compose([command], "nonce")
    assert "没有那个文件" in said("bash", "-c", ": </nonexistent").stderr, "or the test would prove nothing"
    (section,) = split_output(said("sh", "-c", batch.render(), stdin=batch.stdin), "nonce", 1)
    for output in (section, said("sh", "-c", command.render())):
        assert isinstance(output, Output)
        assert [brief(PROBE.parse(facts, output)[fact]) for fact in facts] == ["absent", "absent"]
