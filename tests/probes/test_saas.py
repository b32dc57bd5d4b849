"""Which version the package holds: its own file first, then the release's word, then what is online."""

import pytest

from probes.command import Output
from probes.fact import Absent, AnyReading, Known, Unknown
from probes.saas import PROBE, SaasNewer, SaasOnline, SaasPackaged

ONLINE = "online\tbk_sops\tV3.25.12\nasked\n"


def told(text: str, default: str = "", app: str = "bk_sops") -> tuple[AnyReading, AnyReading]:
    online = SaasOnline(host="h", login_path="p", app=app)
    packaged = SaasPackaged(host="h", login_path="p", app=app, src="/s", release="6.2.2", default=default)
    readings = PROBE.parse([online, packaged], Output(stdout=text + "end\n"))
    return readings[online], readings[packaged]


@pytest.mark.parametrize(
    ("tree", "default", "wanted"),
    [
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V3.28.14.tar.gz\n", "9.9", Known("3.28.14")),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V2.tar.gz\nfile\t/s\tbk_sops_V1.tar.gz\n", "", Known("2")),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_extra_V2.tar.gz\n", "", Known("3.25.12")),
        ("tree\t/s\t6.1.2\nfile\t/s\tbk_sops_V3.25.12.tar.gz\n", "3.28.14", Known("3.28.14")),
        ("tree\t/s\t6.1.2\nfile\t/s\tbk_sops_V3.25.12.tar.gz\n", "", Absent()),
        ("tree\t/s\t\n", "", Known("3.25.12")),
    ],
    ids=["file", "newest-file", "another-app", "old-tree-and-default", "old-tree", "no-tree"],
)
def test_the_package_says_which_version(tree: str, default: str, wanted: AnyReading) -> None:
    assert told(ONLINE + tree, default) == (Known("3.25.12"), wanted)


def test_without_mysql_nothing_is_claimed() -> None:
    online, packaged = told("tree\t/s\t6.2.2\n")
    assert isinstance(online, Unknown)
    assert isinstance(packaged, Unknown)


def test_an_app_that_was_never_deployed_is_absent() -> None:
    assert told(ONLINE + "tree\t/s\t6.2.2\n", app="bk_none") == (Absent(), Absent())


def test_a_cut_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="no end"):
        PROBE.parse([SaasOnline(host="h", login_path="p", app="a")], Output(stdout=ONLINE))


@pytest.mark.parametrize(
    ("tree", "default", "reading"),
    [
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V3.25.11.tar.gz\n", "", Known("3.25.12")),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V3.25.12.tar.gz\n", "", Absent()),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V3.28.14.tar.gz\n", "", Absent()),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V2.9.tar.gz\n", "", Known("3.25.12")),
        ("tree\t/s\t6.2.2\nfile\t/s\tbk_sops_V4.0.tar.gz\n", "", Absent()),
        ("tree\t/s\t6.1.2\nfile\t/s\tbk_sops_V3.9.tar.gz\n", "", Absent()),
        ("tree\t/s\t6.1.2\nfile\t/s\tbk_sops_V3.9.tar.gz\n", "3.25.11", Known("3.25.12")),
    ],
    ids=[
        "older-package",
        "same",
        "newer-package",
        "package-of-an-older-line",
        "package-of-a-newer-line",
        "package-to-come",
        "package-to-come-and-default",
    ],
)
def test_what_is_online_is_newer_than_the_package(tree: str, default: str, reading: AnyReading) -> None:
    fact = SaasNewer(host="h", login_path="p", app="bk_sops", src="/s", release="6.2.2", default=default)
    assert PROBE.parse([fact], Output(stdout=ONLINE + tree + "end\n")) == {fact: reading}


def test_without_mysql_nothing_is_newer_and_nothing_is_not() -> None:
    fact = SaasNewer(host="h", login_path="p", app="bk_sops", src="/s", release="6.2.2", default="")
    assert isinstance(PROBE.parse([fact], Output(stdout="tree\t/s\t6.2.2\nend\n"))[fact], Unknown)
