"""At sealing, what the vendor's renderer would write is compared by the real script; nothing of it stays behind."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import cast

import pytest

from probes.command import Command, Output
from probes.lib.seal_shell import MANIFEST
from probes.seal import PROBE, SealChanges
from reconciler.engine.seal_scripts import HISTORY, SEAL
from tests.probes.here import HOST, SHELLS, ask, brief, path_of, run, tool
from tests.support.renderer import VendorTree


def _alone() -> bool:
    done = subprocess.run(
        ["unshare", "-m", "-p", "-f", "mount", "--make-rprivate", "/"], capture_output=True, check=False
    )
    return done.returncode == 0


pytestmark = pytest.mark.skipif(not _alone(), reason="needs root, and a kernel that gives it a mount namespace")


TEMPLATES = {"#etc#auth.yaml": "ip: __LAN_IP__\npassword: __AUTH_PW__\n", "bin#run": "x __AUTH_PW__\n"}


@pytest.fixture
def tree() -> Iterator[VendorTree]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as root:
        made = VendorTree(Path(root)).make()
        made.module(
            "auth",
            {"#etc#auth.yaml": "ip: __LAN_IP__\npassword: __AUTH_PW__\n", "bin#run": "x __AUTH_PW__\n"},
            AUTH_PW="CANARY",
        )
        (made.home / "etc").mkdir()
        (made.home / "etc/auth.yaml").write_text("ip: 10.0.0.1\npassword: CANARY\n")
        yield made


def seal(
    tree: VendorTree,
    purpose: str = "take",
    words: str | None = None,
    *,
    shell: str = "/bin/sh",
    tools: Path | None = None,
) -> list[str]:
    args = (str(tree.root / "state"), purpose, "6.2.2", "root@desk", "meant", "-")
    stdin = tree.scope("auth") if words is None else words
    output = run(Command(script=SEAL, args=args, stdin=stdin), shell=shell, tools=tools)
    assert "CANARY" not in output.stdout + output.stderr
    return [line.replace(str(tree.root), "") for line in output.stdout.splitlines()]


def manifest(tree: VendorTree) -> str:
    path = tree.root / "state/seal/manifest"
    return path.read_text().replace(str(tree.root), "") if path.exists() else ""


def changes(tree: VendorTree) -> list[str]:
    instead = {MANIFEST: str(tree.root / "state/seal/manifest")}
    reading = brief(ask(PROBE, [SealChanges(host=HOST)], instead=instead)[0])
    return [word.replace(str(tree.root), "") for word in cast("tuple[str, ...]", reading)]


def everything(*roots: Path) -> dict[str, tuple[int, int, bytes]]:
    """Each file below: inode, time of change, content."""
    found: dict[str, tuple[int, int, bytes]] = {}
    for root in roots:
        for directory, _, names in os.walk(root):
            for path in (Path(directory), *(Path(directory) / name for name in names)):
                try:
                    status = path.lstat()
                    found[str(path)] = (status.st_ino, status.st_ctime_ns, path.read_bytes() if path.is_file() else b"")
                except OSError:
                    continue
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_files_as_the_vendor_would_write_them_are_sealed_and_the_call_recorded(tree: VendorTree, shell: str) -> None:
    assert seal(tree, shell=shell)[-1].startswith("bkrec-seal sealed")
    assert "@rendered\tauth\t/home/etc/auth.yaml\n" in manifest(tree)
    assert "@rendered\tauth\t/home/auth/bin/run" not in manifest(tree), "not on this host"
    assert changes(tree) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_an_edit_made_before_is_named_and_nothing_is_sealed(tree: VendorTree, shell: str) -> None:
    (tree.home / "etc/auth.yaml").write_text("ip: 10.0.0.1\npassword: other\n")
    *said, reply = seal(tree, shell=shell)
    assert reply == "bkrec-seal differs"
    assert [line.split("\t")[:4] for line in said] == [["=differs", "auth", "-", "/home/etc/auth.yaml"]]
    assert manifest(tree) == ""


def accepting(tree: VendorTree, *files: str) -> str:
    roots = "".join(f"@root\tconfiguration\t{tree.root}{file}\n" for file in files)
    return roots + tree.scope("auth").split("\n", 2)[2] + "".join(f"auth {tree.root}{file}\n" for file in files)


def test_what_a_person_accepts_by_name_is_sealed_as_it_is_and_any_later_edit_is_not(tree: VendorTree) -> None:
    file = tree.home / "etc/auth.yaml"
    file.write_text("mine\n")
    assert seal(tree, "accept-rendered", accepting(tree, "/home/etc/auth.yaml"))[-1] == "bkrec-seal accepted"
    history = run(Command(script=HISTORY, args=(str(tree.root / "state"),))).stdout.replace(str(tree.root), "")
    assert "root@desk accept\n  rendered auth /home/etc/auth.yaml\n  why: meant\n" in history
    assert manifest(tree) == ""
    file.write_text("another\n")
    assert seal(tree)[-1] == "bkrec-seal differs"
    file.write_text("mine\n")
    assert seal(tree)[-1].startswith("bkrec-seal sealed")
    assert "@rendered" not in manifest(tree), "the call would write something else"
    assert changes(tree) == []


@pytest.mark.parametrize("named", ["/home/etc/auth.yaml", "/home/etc/other"], ids=["the same", "nothing"])
def test_only_a_difference_is_accepted(tree: VendorTree, named: str) -> None:
    assert seal(tree, "accept-rendered", accepting(tree, named))[-1] == "bkrec-seal unknown"
    assert not (tree.root / "state/seal/differences").exists()


def test_of_two_differences_the_one_that_is_named_is_accepted(tree: VendorTree) -> None:
    for name in ("auth.yaml", "other.yaml"):
        (tree.root / f"src/auth/templates/#etc#{name}").write_text("__LAN_IP__\n")
        (tree.home / "etc" / name).write_text("mine\n")
    assert seal(tree, "accept-rendered", f"{tree.scope('auth')}auth {tree.home}/etc/auth.yaml\n")[-1].endswith(
        "accepted"
    )
    *said, reply = seal(tree)
    assert reply == "bkrec-seal differs"
    assert [line.split("\t")[3] for line in said if line.startswith("=differs")] == ["/home/etc/other.yaml"]


def test_what_is_accepted_already_may_be_accepted_again(tree: VendorTree) -> None:
    """Of two hosts one had answered; the same command is given once more."""
    (tree.home / "etc/auth.yaml").write_text("mine\n")
    for _ in range(2):
        assert seal(tree, "accept-rendered", accepting(tree, "/home/etc/auth.yaml"))[-1] == "bkrec-seal accepted"
    assert len((tree.root / "state/seal/differences").read_text().split()) == 3, "digest, module and file, once"
    assert seal(tree)[-1].startswith("bkrec-seal sealed")


def test_on_a_sealed_host_differences_are_changes_of_the_seal(tree: VendorTree) -> None:
    seal(tree)
    (tree.home / "etc/auth.yaml").write_text("mine\n")
    assert seal(tree, "accept-rendered", accepting(tree, "/home/etc/auth.yaml"))[-1] == "bkrec-seal exists"


def test_an_edit_afterwards_is_found_with_the_call_that_wrote_what_was_sealed(tree: VendorTree) -> None:
    seal(tree)
    file = tree.home / "etc/auth.yaml"
    file.write_text("edited\n")
    assert changes(tree) == ["content configuration /home/etc/auth.yaml", "rendered auth /home/etc/auth.yaml"]
    file.unlink()
    assert changes(tree) == ["gone configuration /home/etc/auth.yaml", "rendered auth /home/etc/auth.yaml"]
    subprocess.run([f"{tree.root}/install/bin/bkr.sh", "auth"], check=True, capture_output=True)
    assert changes(tree) == ["new programs /home/auth/bin/run"], "the call has restored it"


def test_a_call_that_changes_nothing_about_it_is_not_offered(tree: VendorTree) -> None:
    seal(tree)
    (tree.home / "etc/auth.yaml").chmod(0o600)
    assert changes(tree) == ["mode configuration /home/etc/auth.yaml"]


def test_an_accepted_edit_is_not_what_the_call_writes(tree: VendorTree) -> None:
    seal(tree)
    file = tree.home / "etc/auth.yaml"
    file.write_text("edited\n")
    seal(tree, "accept", f"configuration {file}\n")
    file.write_text("edited again\n")
    assert changes(tree) == ["content configuration /home/etc/auth.yaml"]


def test_a_renewal_keeps_the_call_where_it_writes_what_is_sealed_now(tree: VendorTree) -> None:
    seal(tree)
    file = tree.home / "etc/auth.yaml"
    (tree.root / "install/bin/04-final/auth.env").write_text("AUTH_PW=CANARY2\n")
    file.write_text("ip: 10.0.0.1\npassword: CANARY2\n")
    seal(tree, "renew", f"{int(time.time()) - 60} {int(time.time()) + 60}\n")
    assert changes(tree) == []
    assert "@rendered\tauth\t/home/etc/auth.yaml\n" in manifest(tree)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ("rm -r src/auth", "source"),
        ("echo 2.0 > src/auth/VERSION", "version"),
        ("rm install/bin/bkr.sh", "renderer"),
        ("rm install/bin/render_tpl", "failed"),
        ("echo true > install/bin/render_tpl", "nothing"),
        ("echo exit 1 >> install/load_env.sh", "stopped"),
    ],
)
def test_what_was_not_compared_is_said_and_never_called_the_same(tree: VendorTree, spoil: str, why: str) -> None:
    subprocess.run(spoil, shell=True, cwd=tree.root, check=True)
    (tree.home / "etc/auth.yaml").write_text("edited before\n")
    said = seal(tree)
    assert said[0] == f"=uncompared\tauth\t{why}"
    assert said[-1].startswith("bkrec-seal sealed")
    assert "@rendered" not in manifest(tree)
    assert f"  not compared: auth ({why})\n" in (tree.root / "state/seal/history").read_text()


def test_a_module_that_is_not_installed_there_is_not_compared_and_there_is_nothing_to_say(tree: VendorTree) -> None:
    subprocess.run(["rm", "-r", str(tree.home / "auth"), str(tree.root / "src/auth")], check=True)
    (reply,) = seal(tree)
    assert reply.startswith("bkrec-seal sealed")


@pytest.mark.parametrize("version", ["src/auth/VERSION", "home/auth/VERSION"])
def test_a_package_that_does_not_say_its_version_is_compared(tree: VendorTree, version: str) -> None:
    (tree.root / version).unlink()
    assert seal(tree)[-1].startswith("bkrec-seal sealed")
    assert "@rendered\tauth\t/home/etc/auth.yaml\n" in manifest(tree)


@pytest.mark.parametrize("missing", ["unshare", "mount"])
def test_where_no_namespace_is_allowed_the_renderer_is_not_run(tree: VendorTree, missing: str) -> None:
    tools = tool(tree.root / "tools", missing, "exit 1")
    (tree.root / "install/bin/bkr.sh").write_text(f"#!/bin/sh\ntouch {tree.root}/it-ran\n")
    assert seal(tree, tools=tools)[0] == "=uncompared\tauth\tnamespace"
    assert not (tree.root / "it-ran").exists()


def test_where_one_mount_cannot_be_made_read_only_the_renderer_is_not_run(tree: VendorTree) -> None:
    refuses = 'case "$*" in *remount*" /") exit 32 ;; esac; exec /usr/bin/mount "$@"'
    (tree.root / "install/bin/bkr.sh").write_text(f"#!/bin/sh\ntouch {tree.root}/it-ran\n")
    assert seal(tree, tools=tool(tree.root / "tools", "mount", refuses))[0] == "=uncompared\tauth\tnamespace"
    assert not (tree.root / "it-ran").exists()


@pytest.mark.parametrize("order", [("auth", "esb"), ("esb", "auth")])
def test_of_two_modules_each_is_compared_by_itself(tree: VendorTree, order: tuple[str, str]) -> None:
    """Also where both have a template of one file: then it is as one of them writes it."""
    tree.module("esb", {"#etc#esb.yaml": "esb\n", "#etc#auth.yaml": "esb\n"}, X="1")
    (tree.home / "etc/esb.yaml").write_text("esb\n")
    assert seal(tree, words=tree.scope(*order))[-1].startswith("bkrec-seal sealed")
    rendered = [line for line in manifest(tree).splitlines() if line.startswith("@rendered")]
    assert rendered == ["@rendered\tauth\t/home/etc/auth.yaml", "@rendered\tesb\t/home/etc/esb.yaml"]


def test_a_placeholder_that_the_renderer_would_empty_is_told_apart_from_an_edit(tree: VendorTree) -> None:
    template = tree.root / "src/auth/templates/#etc#auth.yaml"
    template.write_text(template.read_text() + "sid: __SID__\n")
    file = tree.home / "etc/auth.yaml"
    file.write_text("ip: 10.0.0.1\npassword: CANARY\nsid: 7\n")
    assert seal(tree)[0].split("\t")[:4] == ["=differs", "auth", "emptied", "/home/etc/auth.yaml"]
    file.write_text("ip: 10.0.0.1\npassword: CANARY\nsid: \n")
    assert seal(tree)[-1].startswith("bkrec-seal sealed"), "the installer left it empty too"


@pytest.mark.parametrize(
    ("script", "words", "instead"),
    [
        ("install/bin/bkr.sh", "home={root}/home", "home={root}//home/"),
        ("install/bin/render_tpl", 'echo "render', ': "render'),
    ],
    ids=["spelt otherwise", "not said"],
)
def test_which_file_is_left_empty_is_found_whatever_the_renderer_says_of_it(
    tree: VendorTree, script: str, words: str, instead: str
) -> None:
    path = tree.root / script
    before, after = (text.replace("{root}", str(tree.root)) for text in (words, instead))
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    (tree.root / "src/auth/templates/#etc#auth.yaml").write_text("sid: __SID__\n")
    (tree.home / "etc/auth.yaml").write_text("sid: 7\n")
    assert seal(tree)[0].split("\t")[:4] == ["=differs", "auth", "emptied", "/home/etc/auth.yaml"]


def test_a_file_behind_a_link_is_compared_too(tree: VendorTree) -> None:
    file = tree.home / "etc/auth.yaml"
    file.rename(tree.root / "elsewhere.yaml")
    file.symlink_to(tree.root / "elsewhere.yaml")
    assert seal(tree)[-1].startswith("bkrec-seal sealed")
    (tree.root / "state/seal/manifest").unlink()
    (tree.root / "elsewhere.yaml").write_text("edited\n")
    assert seal(tree)[-1] == "bkrec-seal differs"


def test_where_the_products_directory_is_a_link_its_files_are_compared_too(tree: VendorTree) -> None:
    tree.home.rename(tree.root / "elsewhere")
    tree.home.symlink_to(tree.root / "elsewhere")
    assert seal(tree)[-1].startswith("bkrec-seal sealed")
    assert "@rendered\tauth\t/home/etc/auth.yaml\n" in manifest(tree)
    (tree.root / "state/seal/manifest").unlink()
    (tree.home / "etc/auth.yaml").write_text("edited\n")
    assert seal(tree)[-1] == "bkrec-seal differs"
    assert (tree.home / "auth").is_dir()


def test_where_a_products_own_directory_is_a_link_its_files_are_sealed_and_compared_too(tree: VendorTree) -> None:
    (tree.home / "auth").rename(tree.root / "elsewhere")
    (tree.home / "auth").symlink_to(tree.root / "elsewhere")
    file = tree.home / "auth/bin/run"
    file.parent.mkdir()
    file.write_text("edited before\n")
    *said, reply = seal(tree)
    assert reply == "bkrec-seal differs"
    assert [line.split("\t")[:4] for line in said] == [["=differs", "auth", "-", "/home/auth/bin/run"]]
    file.write_text("x CANARY\n")
    assert seal(tree)[-1].startswith("bkrec-seal sealed")
    file.write_text("edited\n")
    assert changes(tree) == ["content programs /home/auth/bin/run", "rendered auth /home/auth/bin/run"]


def test_nothing_but_the_seal_is_written_and_nothing_stays_mounted(tree: VendorTree) -> None:
    mounts, before = Path("/proc/self/mountinfo").read_text(), everything(tree.root, Path("/etc/blueking"))
    temporary = set(os.listdir("/tmp"))
    assert seal(tree)[-1].startswith("bkrec-seal sealed")
    after = everything(tree.root, Path("/etc/blueking"))
    changed = {
        path.replace(str(tree.root), "") for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    }
    assert changed - {"", "/state"} == {f"/state/seal{name}" for name in ("", "/manifest", "/history", "/lock")}
    assert not [
        name for name in set(os.listdir("/tmp")) - temporary if name.startswith("bk_all") or name.endswith(".sed")
    ]
    assert Path("/proc/self/mountinfo").read_text() == mounts


def test_a_renderer_that_writes_elsewhere_cannot(tree: VendorTree) -> None:
    """The companion of the last: what would be seen there does not get through."""
    script = tree.root / "install/bin/bkr.sh"
    script.write_text(f"#!/bin/sh\necho x > {tree.root}/spoilt && echo x > /var/tmp/spoilt\n")
    assert seal(tree)[0] == "=uncompared\tauth\tfailed"
    assert not (tree.root / "spoilt").exists()


def test_a_renderer_sees_no_process_but_its_own(tree: VendorTree) -> None:
    script = tree.root / "install/bin/bkr.sh"
    script.write_text(
        script.read_text().replace("\n", "\nread -r first </proc/1/comm; [[ $first = timeout ]] || exit 1\n", 1)
    )
    assert seal(tree)[-1].startswith("bkrec-seal sealed")
    assert "@rendered\tauth\t/home/etc/auth.yaml\n" in manifest(tree)


@pytest.mark.parametrize("name", ["a b", "a\\b", "a\nb", "%s", "-a"])
def test_whatever_a_file_system_is_mounted_on_nothing_is_written_there(tree: VendorTree, name: str) -> None:
    """The mount is the test's own: made in a namespace in which the whole seal runs."""
    place = tree.root / name
    place.mkdir()
    script = tree.root / "install/bin/bkr.sh"
    script.write_text(f'#!/bin/sh\nfor place in {tree.root}/*; do echo x >"$place/spoilt"; done\n')
    before = f"mount --make-rprivate / && mount -t tmpfs bkrec-test {quote(str(place))}"
    said = sealed_between(tree, before, f"ls {quote(str(place))}")
    assert said[0] == "=uncompared\tauth\tfailed"
    assert said[-1].startswith("bkrec-seal sealed"), "and nothing is in the mount"


def test_where_a_new_namespace_shares_its_mounts_nothing_is_mounted_outside(tree: VendorTree) -> None:
    """As systemd makes all mounts shared, and unshare(1) of util-linux 2.23 leaves them so."""
    tools = tool(tree.root / "tools", "unshare", 'exec /usr/bin/unshare --propagation unchanged "$@"')
    look = "cat /proc/self/mountinfo"
    said = sealed_between(tree, f"mount --make-rshared / && {look}", look, tools=tools)
    (reply,) = (number for number, line in enumerate(said) if line.startswith("bkrec-seal sealed"))
    assert said[:reply] == said[reply + 1 :]
    assert "@rendered\tauth\t/home/etc/auth.yaml\n" in manifest(tree)


@pytest.mark.parametrize(
    ("profile", "reply"),
    [("", "bkrec-seal differs"), ("export SID=7\n", "bkrec-seal sealed")],
    ids=["whoever calls", "root's profile"],
)
def test_the_renderer_has_the_variables_of_a_login_and_no_others(tree: VendorTree, profile: str, reply: str) -> None:
    """`bkcli render` calls it in a login of root's; an operator's own shell may have anything."""
    (tree.root / "src/auth/templates/#etc#auth.yaml").write_text("sid: __SID__\n")
    (tree.home / "etc/auth.yaml").write_text("sid: 7\n")
    (tree.root / "roots-home").mkdir()
    (tree.root / "roots-home/.bashrc").write_text(profile)
    before = f"mount --make-rprivate / && mount --bind {quote(str(tree.root))}/roots-home /root && export SID=7"
    assert sealed_between(tree, before, "true")[-1].startswith(reply)


def sealed_between(tree: VendorTree, before: str, after: str, *, tools: Path | None = None) -> list[str]:
    """What is said, in mounts of the test's own."""
    inside = f'{before} && sh -c "$SEALED" bkrec "$STATE" take 6.2.2 x - - && {after}'
    path = path_of("/bin/sh") if tools is None else f"{tools}:{path_of('/bin/sh')}"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", inside],
        input=tree.scope("auth"),
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": path, "SEALED": SEAL, "STATE": str(tree.root / "state")},
    )
    return done.stdout.splitlines()


def test_a_renderer_that_does_not_end_is_stopped_with_all_that_it_started(tree: VendorTree) -> None:
    (tree.root / "install/bin/bkr.sh").write_text("#!/bin/sh\nsetsid sleep 4711 & sleep 4711\n")
    script = SEAL.replace("timeout -s KILL 120", "timeout -s KILL 1")
    command = Command(
        script=SEAL, args=(str(tree.root / "state"), "take", "6.2.2", "x", "-", "-"), stdin=tree.scope("auth")
    )
    output: Output = run(replace(command, script=script))
    assert output.stdout.splitlines()[0] == "=uncompared\tauth\tstopped"
    assert processes("4711") == []


def test_killed_between_leaves_no_process_and_no_mount(tree: VendorTree) -> None:
    mounts = Path("/proc/self/mountinfo").read_text()
    (tree.root / "install/bin/bkr.sh").write_text("#!/bin/sh\nsleep 4712\n")
    script = SEAL.replace("timeout -s KILL 120", "timeout -s KILL 8")
    words = ["sh", "-c", script, "bkrec", str(tree.root / "state"), "take", "6.2.2", "x", "-", "-"]
    started = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env={"PATH": path_of("/bin/sh")}
    )
    assert started.stdin is not None
    started.stdin.write(tree.scope("auth").encode())
    started.stdin.close()
    assert eventually(lambda: len(processes("4712")) > 0)
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert eventually(lambda: processes("4712") == [])
    assert Path("/proc/self/mountinfo").read_text() == mounts
    assert manifest(tree) == ""
    (tree.root / "install/bin/bkr.sh").write_text("#!/bin/sh\n")
    assert seal(tree)[-1].startswith("bkrec-seal sealed"), "no lock stays behind"


def eventually(holds: object) -> bool:
    assert callable(holds)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def processes(word: str) -> list[str]:
    found: list[str] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", word.encode()]:
            found.append(path.parent.name)
    return found
