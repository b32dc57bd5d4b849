"""A package that is 6.2.2 and brings another version of one product, as a vendor's hot fix does, or none at all."""

import pytest

from tests.lab.machine.api import Lab
from tests.lab.support.operator import Desk, on

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1200)]

HOTFIX = "/data/hotfix.tgz"
REPACK = """set -eu
rm -rf /data/repack && mkdir /data/repack && cd /data/repack
tar -xf /data/bkce-src-6.2.2.tgz
cd src
tar -xf bkauth_ce-0.0.13.tgz
rm bkauth_ce-0.0.13.tgz
{ %s; } > bkauth/VERSION
tar -czf bkauth_ce-0.0.14.tgz bkauth
rm -rf bkauth
cd ..
tar -czf /data/hotfix.tgz src install
cd / && rm -rf /data/repack
md5sum < /data/hotfix.tgz | cut -d' ' -f1
"""


def repacked(desk: Desk, version: str) -> Desk:
    """`version`: shell that prints what bkauth's VERSION is to say."""
    md5 = on(desk.lab, "h1", REPACK % version).split()[-1]
    desk.configure(package=HOTFIX, md5=md5)
    return desk


def test_a_hot_fix_converges_in_one_apply_with_a_warning(pristine: Desk) -> None:
    desk = repacked(pristine, "echo v0.0.14")
    before = desk.bkrec("check", "-o", "json").document
    assert "package-versions-differ" not in {told["code"] for told in before["warnings"]}
    done = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=500).must(0)
    steps = [event["step"] for event in done.events if event.get("event") == "step-started"]
    assert len(steps) == len(set(steps))
    calls = [
        step.rsplit("-", 1)[0] for step in steps if step.startswith(("bkcli.install", "bkcli.upgrade", "package."))
    ]
    assert len(calls) == len(set(calls)), "nothing is installed twice"
    assert [event for event in done.events if event.get("event") == "step-deferred"]
    assert on(desk.lab, "h3", "cat /data/bkce/bkauth/VERSION").strip() == "v0.0.14"
    assert on(
        desk.lab, "h1", "stat -c %a /var/lib/bkrec/package-versions /var/lib/bkrec/package-versions/*"
    ).split() == ["700", "600"]
    for command, code in (("check", 0), ("diff", 0), ("plan", 0)):
        said = desk.bkrec(command, "-o", "json").must(code).document
        (told,) = [told for told in said["warnings"] if told["code"] == "package-versions-differ"]
        assert told["fields"] == {"module": "auth", "listed": "0.0.13", "package": "0.0.14"}
    assert "warning[package-versions-differ]" in desk.bkrec("check").must(0).err
    again = desk.bkrec("apply", "--yes", "-o", "json").must(0)
    assert [event for event in again.events if event.get("event") == "step-started"] == []
    desk.configure()
    other = desk.bkrec("check", "-o", "json").must(2).document
    assert {drift["expected"]["value"] for drift in other["drift"]} == {"0.0.13"}, "another package's pin counts not"


def test_a_version_that_is_none_is_refused_before_anything_is_put_in_place(lab: Lab, pristine: Desk) -> None:
    desk = repacked(pristine, "head -c 1000000 /dev/zero | tr '\\\\000' A")
    said = desk.bkrec("apply", "--yes", timeout_s=300).must(6)
    assert "error[package-version-rejected]" in said.err
    assert "bkauth/VERSION" in said.err
    assert "AAAA" not in said.all
    assert on(lab, "h1", "cat /data/src/VERSION").strip() == "6.1.2"
    assert "product bkauth !unsupported\n" in on(lab, "h1", "cat /var/lib/bkrec/package-versions/*")
    assert "error[package-version-rejected]" in desk.bkrec("apply", "--yes").must(5).err
