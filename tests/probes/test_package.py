"""The package's digest, and its own long deadline."""

from pathlib import Path

import pytest

from probes.package import PROBE, PackageDigest
from tests.probes.here import HOST, SHELLS, ask, brief


@pytest.mark.parametrize("shell", SHELLS)
def test_a_file_is_summed_up(tmp_path: Path, shell: str) -> None:
    (tmp_path / "$(x) a.tgz").write_text("abc")
    names = ("$(x) a.tgz", "none", ".")
    facts = [PackageDigest(host=HOST, path=f"{tmp_path}/{name}") for name in names]
    found = [brief(reading) for reading in ask(PROBE, facts, shell=shell)]
    assert found == ["900150983cd24fb0d6963f7d28e17f72", "absent", "unknown: path-unreadable"]


def test_a_large_package_has_ten_minutes() -> None:
    assert PROBE.command([PackageDigest(host=HOST, path="/x")]).timeout_s == 600
