"""Certificates near their end, in a directory that holds other files too."""

import subprocess
from pathlib import Path

import pytest

from probes.certificate import PROBE, CertificatesEnding
from tests.probes.here import HOST, SHELLS, ask, brief, tool


@pytest.mark.parametrize("shell", SHELLS)
def test_what_ends_soon_is_named_with_its_day_and_what_is_no_certificate_is_passed_over(
    tmp_path: Path, shell: str
) -> None:
    for name, days in (("platform.cert", 3), ("gse_server.crt", 400)):
        words = ["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=x", "-keyout", "/dev/null"]
        subprocess.run([*words, "-days", str(days), "-out", str(tmp_path / name)], check=True, capture_output=True)
    (tmp_path / "stand-in.crt").write_text("not a certificate\n")
    (tmp_path / "cut.crt").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n")
    facts = [CertificatesEnding(host=HOST, directory=str(tmp_path), days=days) for days in (30, 1)]
    soon, now = (brief(reading) for reading in ask(PROBE, facts, shell=shell))
    assert [entry.split()[0] for entry in soon] == ["platform.cert"]
    assert len(soon[0].split()[1]) == len("2026-12-03")
    assert now == ()


def test_without_openssl_nothing_is_known(tmp_path: Path) -> None:
    """An empty PATH but for what the script cannot do without."""
    tools = tool(tmp_path / "tools", "openssl", "exit 1")
    (tools / "openssl").chmod(0o644)
    fact = CertificatesEnding(host=HOST, directory=str(tmp_path), days=30)
    assert [brief(one) for one in ask(PROBE, [fact], tools=tools)] == [()]
