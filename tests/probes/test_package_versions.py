"""A record of a package's versions: whole, of another package, cut, edited, out of reach."""

from pathlib import Path

import pytest

from probes.fact import Known
from probes.package_versions import DIRECTORY, PROBE, PackageVersions, of_reading, record
from specs.package_versions import PackageVersion
from tests.probes.here import HOST, SHELLS, ask, brief

MD5 = "4213478c6b2c3e645c0c30009de474b8"
WHOLE = f"md5 {MD5}\nproduct bkauth v0.0.14\nproduct job 3.8.1_beta5\nproduct cmdb !empty\nsaas bk_iam 1.10.9\nend\n"
PINS = ("product bkauth 0.0.14", "product job 3.8.1-beta.5", "product cmdb !empty", "saas bk_iam 1.10.9")
BROKEN = {
    "empty": "",
    "cut": WHOLE.removesuffix("end\n"),
    "another-package": WHOLE.replace(MD5, "0" * 32),
    "no-version": WHOLE.replace("v0.0.14", "; rm -rf /"),
    "twice": WHOLE.replace("product job", "product bkauth"),
    "a-strange-reason": WHOLE.replace("!empty", "!because"),
    "escapes": WHOLE.replace("0.0.14", "0.0.14\x1b[2J"),
    "a-megabyte": WHOLE.replace("0.0.14", "1" * 1_000_000),
    "more-behind": WHOLE + "product paas 1\n",
    "a-strange-bearer": WHOLE.replace("saas", "host"),
}


def read(place: Path, *md5s: str, shell: str = "/bin/sh") -> list[object]:
    facts = [PackageVersions(host=HOST, md5=md5) for md5 in md5s]
    return [brief(reading) for reading in ask(PROBE, facts, shell=shell, instead={DIRECTORY: str(place)})]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_whole_record_says_each_version_as_versions_are_compared(tmp_path: Path, shell: str) -> None:
    (tmp_path / MD5).write_text(WHOLE)
    (tmp_path / ("1" * 32)).mkdir()
    found = read(tmp_path, MD5, "0" * 32, "1" * 32, "../x", shell=shell)
    assert found == [PINS, "absent", "unknown: path-unreadable", "unknown: name-not-supported"]


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_record_of_this_package_pins_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / MD5).write_text(content)
    assert read(tmp_path, MD5) == ["unknown: package-versions-incomplete"]


def test_what_was_read_is_the_same_pins_again() -> None:
    versions = record(MD5, WHOLE.splitlines())
    assert of_reading(str(pin) for pin in versions) == versions
    assert versions[2] == PackageVersion(kind="product", name="cmdb", rejected="empty")
    assert Known(PINS).value == tuple(str(pin) for pin in versions)
