"""The seal: what is changed on a host is named, and nothing else, on every shell and awk."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from probes.command import Output
from probes.fact import Absent, Known, Unknown
from probes.lib.seal_shell import MANIFEST
from probes.seal import PROBE, SealChanges, SealedFile, of_changes
from tests.probes.here import HOST, SHELLS, ask, brief, tool
from tests.support.seals import SealedPlatform


@pytest.fixture(params=SHELLS)
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> SealedPlatform:
    made = SealedPlatform(tmp_path, shell=request.param)
    for name in ("a.conf", "b.conf", "with blank.conf", "tab\there", "line\nbreak", b"not-utf8-\xff", "back\\slash"):
        made.write(name)
    (made.etc / "link").symlink_to("a.conf")
    return made


def sealed(platform: SealedPlatform) -> SealedPlatform:
    output = platform.seal()
    assert output.stdout.splitlines()[-1].startswith("bkrec-seal sealed"), output
    return platform


def test_nothing_has_changed_right_after_it_was_taken(platform: SealedPlatform) -> None:
    assert sealed(platform).changes() == []
    assert platform.manifest.stat().st_mode & 0o777 == 0o600


def test_each_kind_of_change_is_named_with_its_file(platform: SealedPlatform) -> None:
    sealed(platform)
    platform.write("a.conf", "another text\n")
    (platform.etc / "b.conf").chmod(0o600)
    (platform.etc / "with blank.conf").unlink()
    platform.write("more.conf")
    (platform.etc / "link").unlink()
    (platform.etc / "link").symlink_to("b.conf")
    assert platform.changes() == [
        "content configuration etc/a.conf",
        "content configuration etc/link",
        "gone configuration etc/with blank.conf",
        "mode configuration etc/b.conf",
        "new configuration etc/more.conf",
    ]


def test_a_file_asked_about_and_one_named_among_the_changes_read_alike(platform: SealedPlatform) -> None:
    sealed(platform)
    platform.write("a.conf", "another text\n")
    (platform.etc / "with blank.conf").unlink()
    changes, where = SealChanges(host=HOST), {MANIFEST: str(platform.manifest)}
    (reading,) = ask(PROBE, [changes], shell=platform.shell, instead=where)
    assert isinstance(reading, Known)
    named = of_changes(changes, reading.value)
    assert len(named) == 2
    assert ask(PROBE, list(named), shell=platform.shell, instead=where) == list(named.values())


@pytest.mark.parametrize(
    "lines",
    [
        ("content units /a b.conf",),
        ("many programs 1234", "new programs /data/bkce/x"),
        ("unread units /etc/x", "mode units /etc/y", "gone ingress /z"),
    ],
)
def test_of_every_kind_of_change(lines: tuple[str, ...]) -> None:
    changes = SealChanges(host=HOST)
    stdout = "".join("\t".join(line.split(" ", 2)) + "\n" for line in lines) + "end\n"
    output = Output(stdout=stdout, stderr="", exit_status=0)
    named = of_changes(changes, sorted(lines))
    assert PROBE.parse(tuple(named), output) == named
    assert len(named) == len(lines)


def test_a_text_of_the_same_length_and_time_is_another_text(platform: SealedPlatform) -> None:
    sealed(platform)
    path = platform.etc / "a.conf"
    before = path.stat()
    path.write_text("as It was\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert platform.changes() == ["content configuration etc/a.conf"]


def test_a_file_written_again_with_the_same_text_is_no_change(platform: SealedPlatform) -> None:
    sealed(platform)
    for path in list(platform.etc.iterdir()):
        if not path.is_symlink():
            shutil.copy2(path, path.with_name("aside"))
            (path.with_name("aside")).rename(path)
            path.touch()
    assert platform.changes() == []


def test_odd_names_are_told_apart_and_shown_in_plain_letters(platform: SealedPlatform) -> None:
    sealed(platform)
    for name in ("tab\there", "line\nbreak", b"not-utf8-\xff", "back\\slash"):
        platform.write(name, "as It was\n")
    assert platform.changes() == [
        r"content configuration etc/back\134slash",
        r"content configuration etc/line\012break",
        r"content configuration etc/not-utf8-\377",
        r"content configuration etc/tab\011here",
    ]


def test_what_cannot_be_read_is_unknown_and_never_the_same(platform: SealedPlatform) -> None:
    """A file whose size is the same and which nobody can read: root can read all, so the digest's tool refuses."""
    sealed(platform)
    platform.write("a.conf", "as It was\n")
    blind = SealedPlatform(
        platform.root, shell=platform.shell, tools=tool(platform.root / "tools", "sha256sum", "exit 1")
    )
    assert blind.changes() == ["unread configuration etc/a.conf"]
    facts = [SealedFile(host=HOST, part="configuration", path=str(blind.etc / name)) for name in ("a.conf", "b.conf")]
    readings = ask(PROBE, facts, shell=blind.shell, tools=blind.tools, instead={MANIFEST: str(blind.manifest)})
    assert [brief(reading) for reading in readings] == ["unknown: path-unreadable", "unknown: seal-part-unread"]


def test_a_file_that_changes_while_it_is_read_is_unknown(platform: SealedPlatform) -> None:
    sealed(platform)
    platform.write("a.conf", "as It was\n")
    script = 'echo x >>"$0.calls"; n=$(wc -l <"$0.calls"); printf "%064d *%s\\n" "$n" "$3"'
    writing = SealedPlatform(
        platform.root, shell=platform.shell, tools=tool(platform.root / "tools", "sha256sum", script)
    )
    assert writing.changes() == ["unread configuration etc/a.conf"]


def test_a_directory_that_cannot_be_listed_makes_nothing_gone(platform: SealedPlatform) -> None:
    sealed(platform)
    blind = SealedPlatform(platform.root, shell=platform.shell, tools=tool(platform.root / "tools", "find", "exit 1"))
    assert blind.changes() == ["unread configuration etc"]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        ("rm -r {}", "absent"),
        ("sed -i 5d {}/manifest", "unknown: seal-damaged"),
        ("sed -i '$d' {}/manifest", "unknown: seal-damaged"),
        (": >{}/manifest", "unknown: seal-damaged"),
    ],
    ids=["none", "a-line-less", "cut", "empty"],
)
def test_a_manifest_that_is_not_whole_is_no_seal(tmp_path: Path, spoil: str, expected: str) -> None:
    platform = SealedPlatform(tmp_path)
    platform.write("a.conf")
    sealed(platform)
    subprocess.run(["sh", "-c", spoil.format(platform.state / "seal")], check=True)
    assert platform.changes() == [expected]


def test_the_look_writes_nothing(tmp_path: Path) -> None:
    platform = SealedPlatform(tmp_path)
    platform.write("a.conf")
    sealed(platform)
    platform.write("a.conf", "another\n")

    def everything() -> list[tuple[str, int, int]]:
        return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in tmp_path.rglob("*"))

    before = everything()
    platform.changes()
    assert everything() == before


def test_many_changes_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    platform = SealedPlatform(tmp_path)
    platform.write("a.conf")
    sealed(platform)
    for number in range(60):
        platform.write(f"more-{number}")
    changes = platform.changes()
    assert len(changes) == 51
    assert "many configuration 10" in changes
    rest = SealedFile(host=HOST, part="configuration", path="*")
    assert ask(PROBE, [rest], instead={MANIFEST: str(platform.manifest)}) == [Known("many")]


def test_a_file_that_nobody_named_is_unchanged() -> None:
    fact = SealedFile(host=HOST, part="units", path="/etc/x")
    answers = {"gone\tunits\t/etc/y\nend\n": Known("unchanged"), "absent\n": Absent()}
    from probes.command import Output

    for stdout, reading in answers.items():
        assert PROBE.parse([fact], Output(stdout=stdout))[fact] == reading
    assert isinstance(
        PROBE.parse([SealChanges(host=HOST)], Output(stdout="damaged\n"))[SealChanges(host=HOST)], Unknown
    )
