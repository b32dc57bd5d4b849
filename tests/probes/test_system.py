"""The system around BlueKing, read in a root of the test: each item as it should be, and as it spoils a night."""

import sys
from pathlib import Path
from typing import Any

import pytest

from probes.system import (
    PROBE,
    InodeRoom,
    Ipv6Usable,
    LanAddressDiffers,
    LoginProxies,
    MemorySize,
    MountPoint,
    NameResolved,
    NamesOverridden,
    ProcessorCount,
    PythonModulesMissing,
    ResolverAddress,
)
from tests.probes.here import HOST, SHELLS, ask, brief, tool


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def read(root: Path, fact: Any, *, shell: str = "/bin/sh", tools: Path | None = None) -> Any:
    (reading,) = ask(PROBE, [fact], instead={"": str(root)}, shell=shell, tools=tools)
    return brief(reading)


@pytest.mark.condition("v11-ipv6")
@pytest.mark.parametrize("shell", SHELLS)
def test_without_ipv6_in_the_kernel_there_is_no_list_of_addresses(tmp_path: Path, shell: str) -> None:
    assert read(tmp_path, Ipv6Usable(host=HOST), shell=shell) is False
    written(tmp_path, {"proc/net/if_inet6": ""})
    assert read(tmp_path, Ipv6Usable(host=HOST), shell=shell) is True


@pytest.mark.condition("v10-room")
def test_memory_and_processors_are_compared_with_what_is_asked(tmp_path: Path) -> None:
    meminfo = "MemTotal:       16265216 kB\nMemFree: 1 kB\n"
    written(tmp_path, {"proc/meminfo": meminfo, "proc/cpuinfo": "processor\t: 0\nprocessor\t: 1\n"})
    assert read(tmp_path, MemorySize(host=HOST, mb=15884)) == "enough"
    assert read(tmp_path, MemorySize(host=HOST, mb=30000)) == "15884 MB < 30000 MB"
    assert read(tmp_path, ProcessorCount(host=HOST, count=2)) == "enough"
    assert read(tmp_path, ProcessorCount(host=HOST, count=8)) == "2 < 8"


@pytest.mark.condition("v19-resolver")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nameserver 127.0.0.1\nnameserver 8.8.8.8\nsearch node.consul", "own"),
        ("# nameserver 127.0.0.1\nnameserver 8.8.8.8\n  nameserver\t10.9.9.9 \n", "8.8.8.8 10.9.9.9"),
        (f"nameserver {HOST}", "own"),
        ("nameserver 127.0.0.53\n", "own"),
        (
            "nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\nnameserver 127.0.0.1\n",
            "1.1.1.1 2.2.2.2 3.3.3.3",
        ),
        ("search node.consul\n", "none"),
        ("", "none"),
        (None, "unknown: path-unreadable"),
    ],
    ids=["first", "commented-out", "own-address", "stub", "the-fourth-is-not-read", "no-line", "empty", "no-file"],
)
def test_the_resolver_asks_this_host_or_others(tmp_path: Path, shell: str, text: str | None, expected: str) -> None:
    written(tmp_path, {} if text is None else {"etc/resolv.conf": text})
    assert read(tmp_path, ResolverAddress(host=HOST), shell=shell) == expected


@pytest.mark.condition("v19-hosts-file")
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1 localhost\n10.0.0.9 bkiam.service.consul\n", ("bkiam.service.consul 10.0.0.9",)),
        (
            "10.0.0.8\tbk-1 redis.service.consul  mysql-default.service.consul # old\n",
            ("mysql-default.service.consul 10.0.0.8", "redis.service.consul 10.0.0.8"),
        ),
        ("  ::1 Paas.Service.CONSUL", ("Paas.Service.CONSUL ::1",)),
        ("10.0.0.9 kafka.service.consul\r\n", ("kafka.service.consul 10.0.0.9",)),
        (
            "10.0.0.9 influxdb-proxy.bkmonitorv3.service.consul\n",
            ("influxdb-proxy.bkmonitorv3.service.consul 10.0.0.9",),
        ),
        ("10.0.0.9 zk.service.consul\n10.0.0.9 zk.service.consul\n", ("zk.service.consul 10.0.0.9",)),
        ("10.0.0.9 paas.bktencent.com bkapi.bktencent.com jobapi.bktencent.com\n10.0.0.7 db.example.com\n", ()),
        ("10.0.0.1 nginx-1.node.consul myservice.consul service.consul.example\n", ()),
        ("# 10.0.0.9 bkiam.service.consul\n#10.0.0.9 bkiam.service.consul\n10.0.0.9 a # bkiam.service.consul\n", ()),
        ("10.0.0.300 bkiam.service.consul\nbkiam.service.consul 10.0.0.9\n*.service.consul\n", ()),
        ("fe80::1%lo bkiam.service.consul\n010.0.0.9 bkiam.service.consul\n", ()),
        ("10.0.0.9 *.com\n", ()),
        ("", ()),
        (None, ()),
    ],
    ids=[
        "one", "aliases", "ipv6-and-case-and-no-newline", "carriage-return", "a-tag", "twice", "web-domains",
        "other-names", "commented-out", "not-used-by-the-resolver", "address-of-a-link", "pattern", "empty", "no-file",
    ],
)  # fmt: skip
def test_lines_of_etc_hosts_that_answer_for_consul_are_named_and_no_others(
    tmp_path: Path, shell: str, text: str | None, expected: tuple[str, ...]
) -> None:
    written(tmp_path, {} if text is None else {"etc/hosts": text})
    assert read(tmp_path, NamesOverridden(host=HOST), shell=shell) == expected


@pytest.mark.condition("v10-room")
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("/dev/sda1 6553600 6553480 120 100% /data", "120 < 1000"),
        ("/dev/mapper/a 6553600 1 6553599 1% /data", "enough"),
        ("/dev/sdb 0 0 0 - /data", "enough"),
    ],
    ids=["used up", "free", "a file system without a limit"],
)
def test_inodes_are_counted_apart_from_space(tmp_path: Path, row: str, expected: str) -> None:
    head = "Filesystem Inodes IUsed IFree IUse% Mounted on"
    tools = tool(tmp_path / "tools", "df", f'[ "$2" = -i ] || exit 1; echo "{head}"; echo "{row}"')
    assert read(tmp_path, InodeRoom(host=HOST, path="/data/not/yet", count=1000), tools=tools) == expected


@pytest.mark.condition("v19-resolver")
def test_a_name_that_is_not_resolved_names_the_server_that_was_asked(tmp_path: Path) -> None:
    written(tmp_path, {"etc/resolv.conf": "# local\nsearch x\nnameserver 10.9.9.9\nnameserver 127.0.0.1\n"})
    name = NameResolved(host=HOST, name="consul.service.consul")
    tools = tool(tmp_path / "tools", "getent", '[ "$2" = consul.service.consul ] && exit 2')
    assert read(tmp_path, name, tools=tools) == "unresolved by 10.9.9.9"
    assert read(tmp_path, name, tools=tool(tmp_path / "good", "getent", "echo 10.0.0.1 $2")) == "resolved"


PROXY = "http://user:canary@10.0.0.9:3128"


@pytest.mark.condition("v19-proxy")
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"etc/profile": f"export http_proxy={PROXY} https_proxy={PROXY}\n"}, 2),
        ({"etc/environment": f'HTTP_PROXY="{PROXY}"\n'}, 1),
        ({"etc/profile.d/p.sh": f"http_proxy={PROXY}; export http_proxy\nexport no_proxy=localhost,.consul\n"}, 0),
        ({"etc/profile": f"http_proxy={PROXY}\nno_proxy=127.0.0.1,localhost\n"}, 1),
        ({"etc/profile": f"http_proxy={PROXY}\nno_proxy='*'\n"}, 0),
        ({"etc/profile": f"# export http_proxy={PROXY}\n"}, 0),
        ({"etc/environment": f"http_proxy={PROXY}\n", "root/.bashrc": "export http_proxy=\n"}, 0),
        ({}, 0),
    ],
    ids=[
        "two",
        "upper case",
        "without the cluster",
        "but names of consul",
        "all excepted",
        "a comment",
        "unset",
        "none",
    ],
)
def test_a_proxy_that_takes_the_clusters_own_calls_is_named_and_never_shown(
    tmp_path: Path, files: dict[str, str], expected: int
) -> None:
    found = read(written(tmp_path, files), LoginProxies(host=HOST))
    assert len(found) == expected
    assert "canary" not in str(found)
    if expected:
        assert found[0] == f"http_proxy in /{next(iter(files))}"


@pytest.mark.condition("v18-mounts")
@pytest.mark.parametrize(
    ("path", "expected"),
    [("/proc", True), ("proc", False), ("", False), ("nonexistent", False)],
    ids=["a mount point", "a link to one", "a directory", "nothing"],
)
def test_a_mount_point_is_no_link_to_one(tmp_path: Path, path: str, *, expected: bool) -> None:
    (tmp_path / "proc").symlink_to("/proc")
    assert read(tmp_path, MountPoint(host=HOST, path=str(tmp_path / path))) == expected


@pytest.mark.condition("v18-lan-ip")
@pytest.mark.parametrize(
    ("text", "expected"),
    [(f"LAN_IP={HOST}\n", ()), ("export LAN_IP='10.9.9.9'\n", ("10.9.9.9",)), ("WAN_IP=1.2.3.4\n", ()), (None, ())],
    ids=["its own", "another", "not said", "no file"],
)
def test_another_address_than_install_config_has_is_named(
    tmp_path: Path, text: str | None, expected: tuple[str, ...]
) -> None:
    written(tmp_path, {} if text is None else {"etc/blueking/env/local.env": text})
    assert read(tmp_path, LanAddressDiffers(host=HOST)) == expected


@pytest.mark.condition("v12-offline")
def test_a_module_is_importable_or_given_as_a_wheel_or_missing(tmp_path: Path) -> None:
    lacking = PythonModulesMissing(host=HOST, python=sys.executable, modules=("json", "bk_not_there"))
    assert read(tmp_path, lacking) == ("bk_not_there",)
    written(tmp_path, {"etc/pip.conf": "[global]\nfind-links = /opt/wheels\n", "opt/wheels/Bk-Not-There-1.whl": ""})
    given = PythonModulesMissing(host=HOST, python=sys.executable, modules=("bk-not-there",))
    assert read(tmp_path, given) == ()
    nowhere = PythonModulesMissing(host=HOST, python="/nonexistent/python3", modules=("json",))
    assert read(tmp_path, nowhere) == "unknown: tool-missing"
