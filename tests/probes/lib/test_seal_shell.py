"""What the seal covers besides files: units as systemd looks for them, containers, the kernel; and what is left out."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.probes.here import SHELLS, tool
from tests.sim.worlds import release
from tests.support.seals import SealedPlatform

DOCKER = r"""case "$*" in
  'ps -a --no-trunc --format {{.Names}} {{.ID}}') cat "$0.names" ;;
  *' other'* | inspect*' bk-'*) exit 1 ;;
  *Created*) echo 2024-06-01T02:00:00.5Z ;;
  *) cat "$0.answer"; echo "$3" ;;
esac"""
MOUNTED = r"""case "$*" in
  ps*) cat "$0.names" ;;
  *Created*) echo 2024-06-01T02:00:00.5Z ;;
  *'{{json .HostConfig.Binds}}'*) tr '\\n' , <"$0.mounts"; echo null ;;
  *'{{range .HostConfig.Binds}}{{println .}}{{end}}-'*) cat "$0.mounts"; echo - ;;
  *) echo "$3" ;;
esac"""
FIELDS = ("command", "environment", "image", "mounts", "network")
EXCLUDED = tuple(path for entry in release().seal.exclusions for path in entry.paths)


def units(root: Path, *names: str) -> SealedPlatform:
    scope = [f"@unit\t-\t{name}" for name in names]
    scope += [f"@unit-directory\t-\t{root}/etc/systemd", f"@unit-directory\t-\t{root}/etc/run"]
    platform = SealedPlatform(root, scope=scope)
    platform.etc.mkdir()
    return platform


@pytest.mark.parametrize(
    "name",
    [
        "systemd/bk-job-execute.service",
        "run/bk-job-execute.service.d/override.conf",
        "systemd/bk-job-.service.d/all-of-job.conf",
        "systemd/service.d/all.conf",
        "systemd/mysql@.service",
        "systemd/mysql@.service.d/x.conf",
    ],
)
def test_a_fragment_or_drop_in_that_counts_for_a_unit_is_seen(tmp_path: Path, name: str) -> None:
    """Of any place where systemd looks for it: one that was not there is seen too."""
    platform = units(tmp_path, "bk-job-execute.service", "mysql@default.service")
    platform.seal(words=platform.words().replace(f"@root\tconfiguration\t{platform.etc}\n", ""))
    assert platform.changes() == []
    platform.write(name)
    platform.write("systemd/another.service")
    changes = platform.changes()
    assert f"new units etc/{name}" in changes
    assert not [change for change in changes if "another" in change]


def test_a_container_started_otherwise_is_seen_by_what_differs_and_one_that_is_gone_is_not(tmp_path: Path) -> None:
    tools = tool(tmp_path / "tools", "docker", DOCKER)
    platform = SealedPlatform(tmp_path, tools=tools, scope=["@container\t-\tbk-paas-esb", "@container\t-\tbk-absent"])
    platform.write("a.conf")
    (tools / "docker.names").write_text("bk-paas-esb 4ac1\nother 77aa\n")
    (tools / "docker.answer").write_text("CANARY=secret\n")
    platform.seal()
    assert platform.changes() == []
    (tools / "docker.names").write_text("bk-paas-esb 9be2\nother 77aa\n")
    assert platform.changes() == [], "started anew as it was"
    (tools / "docker.answer").write_text("CANARY=other\n")
    assert platform.changes() == [f"content containers container:bk-paas-esb:{field}" for field in FIELDS]
    assert "CANARY" not in platform.manifest.read_text()
    (tools / "docker.names").write_text("")
    assert platform.changes() == []


def test_the_order_in_which_docker_has_a_containers_mounts_is_no_change(tmp_path: Path) -> None:
    """Its client draws it anew at each `docker run` with several of them."""
    tools = tool(tmp_path / "tools", "docker", MOUNTED)
    platform = SealedPlatform(tmp_path, tools=tools, scope=["@container\t-\tbk-monitor"])
    platform.write("a.conf")

    def started(number: int, *mounts: str) -> None:
        (tools / "docker.names").write_text(f"bk-monitor {number}\n")
        (tools / "docker.mounts").write_text("".join(f"{mount}\n" for mount in mounts))

    started(1, "/data/a:/a", "/data/b c:/b")
    platform.seal()
    started(2, "/data/b c:/b", "/data/a:/a")
    assert platform.changes() == []
    started(3, "/data/b c:/b")
    assert platform.changes() == ["content containers container:bk-monitor:mounts"]
    started(4)
    assert platform.changes() == ["content containers container:bk-monitor:mounts"]


def test_a_container_that_is_still_the_one_that_was_sealed_is_not_inspected(tmp_path: Path) -> None:
    tools = tool(tmp_path / "tools", "docker", DOCKER)
    platform = SealedPlatform(tmp_path, tools=tools, scope=["@container\t-\tbk-paas-esb", "@container\t-\tbk-paas"])
    (tools / "docker.names").write_text("bk-paas 11aa\nbk-paas-esb 4ac1\n")
    (tools / "docker.answer").write_text("CANARY=secret\n")
    platform.write("a.conf")
    platform.seal()
    (tools / "docker.answer").unlink()
    assert platform.changes() == []
    (tools / "docker.names").write_text("bk-paas 22bb\nbk-paas-esb 4ac1\n")
    assert platform.changes() == [f"content containers container:bk-paas:{field}" for field in FIELDS]


def test_a_change_of_a_container_that_a_renewal_left_open_stays_one(tmp_path: Path) -> None:
    """The renewal takes what did not change, with the new id: the rest is still compared."""
    tools = tool(tmp_path / "tools", "docker", MOUNTED)
    platform = SealedPlatform(tmp_path, tools=tools, scope=["@container\t-\tbk-monitor"])
    platform.write("a.conf")
    (tools / "docker.names").write_text("bk-monitor 1\n")
    (tools / "docker.mounts").write_text("/data/a:/a\n")
    platform.seal()
    (tools / "docker.names").write_text("bk-monitor 2\n")
    (tools / "docker.mounts").write_text("/data/b:/a\n")
    found = ["content containers container:bk-monitor:mounts"]
    assert platform.changes() == found
    for _ in range(2):
        platform.seal("renew", words="")
        assert platform.changes() == found


def test_a_docker_that_does_not_answer_leaves_containers_unread(tmp_path: Path) -> None:
    platform = SealedPlatform(tmp_path, scope=["@container\t-\tbk-paas-esb"])
    platform.write("a.conf")
    platform.seal()
    dead = SealedPlatform(tmp_path, tools=tool(tmp_path / "tools", "docker", "exit 1"))
    assert dead.changes() == ["unread containers docker"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_number_of_the_kernel_is_sealed_too(tmp_path: Path, shell: str) -> None:
    """/proc/sys gives a number to the first read alone: a shell that reads byte by byte gets one digit, and the end."""
    platform = SealedPlatform(tmp_path, shell=shell, scope=[f"@sysctl\t-\t{tmp_path}/etc/*.conf"])
    platform.write("99.conf", "net.core.somaxconn=4096\nvm.overcommit_memory = 1\nkernel.absent = 1\n")
    platform.seal()
    lines = [line.split("\t") for line in platform.manifest.read_text().splitlines() if "sysctl:" in line]
    whole = {
        key: Path("/proc/sys", *key.split(".")).read_text().strip()
        for key in ("net.core.somaxconn", "vm.overcommit_memory")
    }
    assert {line[9].removesuffix("\2"): line[8] for line in lines} == {
        f"sysctl:{key}": sha256(text.encode()).hexdigest() for key, text in whole.items()
    }
    assert platform.changes() == []


def test_a_kernel_value_that_the_vendor_sets_is_compared(tmp_path: Path) -> None:
    platform = SealedPlatform(tmp_path, scope=[f"@sysctl\t-\t{tmp_path}/etc/*.conf"])
    platform.write("99.conf", "# kernel\nkernel.ostype = Linux\nkernel.hostname=x\n\n")
    platform.seal()
    text = platform.manifest.read_text()
    assert "sysctl:kernel.ostype" in text
    assert platform.changes() == []
    lines = [line.replace("\tv\t", "\tv\t", 1) for line in text.splitlines(keepends=True)]
    other = [
        "\t".join((*line.split("\t")[:8], "0" * 64, line.split("\t")[9])) if "ostype" in line else line
        for line in lines
    ]
    platform.manifest.write_text("".join(other))
    assert platform.changes() == ["content system sysctl:kernel.ostype"]


@pytest.mark.parametrize(
    "file", ["/etc/tmpfiles.d/gse.conf", "/etc/logrotate.d/bk-cmdb", "/etc/rsyslog.d/bk-cmdb.conf"]
)
def test_what_the_installers_leave_in_directories_of_the_system_is_sealed(tmp_path: Path, file: str) -> None:
    """Without the first GSE has no directory for its pid files after the next reboot, and nothing shows it before."""
    roots = [(part.name, root) for part in release().seal.parts for root in part.roots if root.startswith("/etc")]
    platform = SealedPlatform(tmp_path, scope=[f"@root\t{part}\t{tmp_path}{root}" for part, root in roots])
    words = platform.words().replace(f"@root\tconfiguration\t{platform.etc}\n", "")
    path, beside = platform.write(file.removeprefix("/etc/")), platform.write(f"{file.removeprefix('/etc/')}.mine")
    platform.seal(words=words)
    path.unlink()
    beside.unlink()
    assert platform.changes() == [f"gone host {file.removeprefix('/')}"]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_a_link_of_the_scope_leads_to_is_listed_below_its_name_and_once(tmp_path: Path, shell: str) -> None:
    """A disk was full, and a product moved to another."""
    platform = SealedPlatform(tmp_path, shell=shell, scope=[f"@linked\tprograms\t{tmp_path}/etc/{n}" for n in "abcd"])
    platform.write("b/is-none")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/program").write_text("as it was\n")
    (tmp_path / "other").write_text("as it was\n")
    (platform.etc / "a").symlink_to("../elsewhere")
    (platform.etc / "c").symlink_to(tmp_path / "other")
    (platform.etc / "d").symlink_to(tmp_path / "nowhere")
    assert platform.seal().stdout.splitlines()[-1].startswith("bkrec-seal sealed")
    names = [line.split("\t")[-1].partition("\\")[0] for line in platform.manifest.read_text().splitlines()]
    assert platform.changes() == []
    (tmp_path / "elsewhere/program").write_text("another\n")
    (tmp_path / "elsewhere/added").write_text("")
    assert platform.changes() == ["content programs etc/a/program", "new programs etc/a/added"], names
    (platform.etc / "a").unlink()
    (platform.etc / "a").mkdir()
    assert platform.changes() == ["gone programs etc/a/program"]


def matched(pattern: str, root: Path) -> Path:
    """A file that the pattern leaves out, below a directory of the test."""
    name = pattern.replace("{home}", "/home").replace("{install}", "/install").replace("[0-9]", "1")
    if name.startswith("*"):
        name = "/etc/product" + name.replace("*", "", 1) if name.startswith("*/") else f"/etc/product/x{name[1:]}"
    return root / name.replace("*", "x").lstrip("/")


@pytest.mark.parametrize("pattern", EXCLUDED)
def test_what_is_left_out_is_not_told_and_an_edit_beside_it_is(tmp_path: Path, pattern: str) -> None:
    here = pattern.replace("{home}", f"{tmp_path}/home").replace("{install}", f"{tmp_path}/install")
    here = here if here.startswith(("*", str(tmp_path))) else f"{tmp_path}{here}"
    platform = SealedPlatform(tmp_path, excluded=(here,))
    scope = f"@root\tconfiguration\t{tmp_path}/[!s]*\n@exclude\t-\t{here}\n"
    file = matched(pattern, tmp_path)
    file.parent.mkdir(parents=True)
    file.write_text("made by itself\n")
    beside = file.with_name("beside.txt")
    beside.write_text("as it was\n")
    assert platform.seal(words=scope).stdout.splitlines()[-1].startswith("bkrec-seal sealed")
    file.write_text("and again\n")
    assert platform.changes() == []
    beside.write_text("another\n")
    assert platform.changes() == [f"content configuration {beside.relative_to(tmp_path)}"]


def test_every_pattern_that_is_left_out_has_a_reason_in_both_languages_and_a_source() -> None:
    for entry in release().seal.exclusions:
        assert all((entry.because.en, entry.because.zh, entry.source))


# Rows of MySQL: by digests that the server makes, of the names that the manifest has

DIGESTS = {"one": "1" * 64, "two": "2" * 64}
MYSQL = r"""case "$*" in *--login-path=mysql-apigw*) rows=$0.gateways ;; *) rows=$0.variables ;; esac
grep -q 'sha2(' || exit 1
cat "$rows" 2>/dev/null && echo end"""
ROWS = [f"@saas\tmysql-paas\t{app}" for app in ("bk_sops", "bk_iam")] + ["@gateway\tmysql-apigw\tbk-gse"]


def row(kind: str, whose: str, name: str, digest: str, time: str = "-") -> str:
    return f"{kind}\t{whose}\t{name}\t{DIGESTS[digest]}\t{time}\n"


def with_rows(root: Path, variables: str, gateways: str, shell: str = "/bin/sh") -> SealedPlatform:
    platform = SealedPlatform(root, shell=shell, tools=tool(root / "tools", "mysql", MYSQL), scope=ROWS)
    platform.write("a.conf")
    rows(platform, variables, gateways)
    return platform


def rows(platform: SealedPlatform, variables: str, gateways: str) -> None:
    assert platform.tools is not None
    (platform.tools / "mysql.variables").write_text(variables)
    (platform.tools / "mysql.gateways").write_text(gateways)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_row_that_changed_is_new_or_gone_is_named_and_a_users_own_is_not(tmp_path: Path, shell: str) -> None:
    own = row("saas", "bk_sops", "all:A", "one") + row("saas", "bk_iam", "prod:B", "one")
    platform = with_rows(
        tmp_path, own + row("saas", "my_app", "all:C", "one"), row("gateway", "bk-gse", "prod", "one"), shell
    )
    platform.seal()
    assert platform.changes() == []
    changed = row("saas", "bk_sops", "all:A", "two") + row("saas", "bk_sops", "all:D", "one")
    rows(
        platform, changed + row("saas", "my_app", "all:C", "two"), row("gateway", "bk-gse", "prod", "two", "1700000000")
    )
    assert platform.changes() == [
        "content registrations gateway:bk-gse:prod",
        "content registrations saas:bk_sops:all:A",
        "gone registrations saas:bk_iam:prod:B",
        "new registrations saas:bk_sops:all:D",
    ]


def test_a_row_is_accepted_by_its_name(tmp_path: Path) -> None:
    platform = with_rows(tmp_path, row("saas", "bk_sops", "all:A", "one"), row("gateway", "bk-gse", "prod", "one"))
    platform.seal()
    rows(platform, row("saas", "bk_sops", "all:A", "two"), "")
    platform.seal("accept", "registrations saas:bk_sops:all:A\n", why="another Redis")
    assert platform.changes() == ["gone registrations gateway:bk-gse:prod"]


def test_what_a_job_registered_anew_is_renewed_and_a_variable_that_has_no_time_is_not(tmp_path: Path) -> None:
    platform = with_rows(
        tmp_path, row("saas", "bk_sops", "all:A", "one"), row("gateway", "bk-gse", "prod", "one", "10")
    )
    platform.seal()
    now = int(platform.manifest.stat().st_mtime) + 100
    rows(platform, row("saas", "bk_sops", "all:A", "two"), row("gateway", "bk-gse", "prod", "two", str(now)))
    platform.seal("renew", f"{now - 5} {now + 5}\n")
    assert platform.changes() == ["content registrations saas:bk_sops:all:A"]


@pytest.mark.parametrize("rows_are", ["gone", "without a digest"])
def test_rows_that_cannot_be_read_are_no_rows_that_are_gone(tmp_path: Path, rows_are: str) -> None:
    platform = with_rows(tmp_path, row("saas", "bk_sops", "all:A", "one"), row("gateway", "bk-gse", "prod", "one"))
    platform.seal()
    assert platform.tools is not None
    if rows_are == "gone":
        (platform.tools / "mysql.variables").unlink()
    else:
        (platform.tools / "mysql.variables").write_text("saas\tbk_sops\tall:A\tNULL\t-\n")
    assert platform.changes() == ["unread registrations saas"]


def test_without_the_server_nothing_is_sealed(tmp_path: Path) -> None:
    platform = with_rows(tmp_path, "", "")
    assert platform.tools is not None
    (platform.tools / "mysql.variables").unlink()
    assert platform.seal().stdout.splitlines()[-1] == "bkrec-seal unread"
    assert not platform.manifest.exists()
