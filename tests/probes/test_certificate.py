"""Certificates near their end, in a directory that holds other files too."""

import subprocess
from pathlib import Path

import pytest

from probes.certificate import PROBE, CertificatesDamaged, CertificatesEnding, ServerNamesMissing
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


@pytest.mark.parametrize("shell", SHELLS)
def test_one_that_is_cut_or_empty_is_damaged_and_what_is_none_is_passed_over(tmp_path: Path, shell: str) -> None:
    certified(tmp_path / "whole.crt", "DNS:x")
    (tmp_path / "cut.crt").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n")
    (tmp_path / "empty.pem").write_text("")
    (tmp_path / "stand-in.crt").write_text("not a certificate\n")
    (tmp_path / "etcd0-key.pem").write_text("-----BEGIN EC PRIVATE KEY-----\n")
    facts = [CertificatesDamaged(host=HOST, directory=str(tmp_path)), CertificatesDamaged(host=HOST, directory="/none")]
    assert [brief(one) for one in ask(PROBE, facts, shell=shell)] == [("cut.crt", "empty.pem"), ()]


def test_what_ends_and_what_is_damaged_is_read_of_a_directory_at_once(tmp_path: Path) -> None:
    facts = [
        CertificatesDamaged(host=HOST, directory=str(tmp_path)),
        CertificatesEnding(host=HOST, directory=str(tmp_path), days=30),
    ]
    assert PROBE.command(facts).args == ("certificates", str(tmp_path), str(30 * 86400))


def certified(path: Path, names: str) -> None:
    words = ["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=common.example", "-days", "400"]
    names_of = ["-addext", f"subjectAltName={names}"] if names else []
    done = [*words, *names_of, "-keyout", "/dev/null", "-out", str(path)]
    subprocess.run(done, check=True, capture_output=True)


PAAS = """server {
    listen 80;
    listen 443 ssl;  # server_name not.this;
    server_name paas.example.com paas.service.consul 10.0.0.1 _;
    include bk.ssl;
}
server { listen 443; server_name a.b.example.com; }
"""
PLAIN = "server { listen 80; server_name plain.example; }\n"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ("DNS:*.example.com", ("a.b.example.com",)),
        ("DNS:PAAS.example.com, DNS:a.b.example.com", ()),
        ("DNS:*.b.example.com", ("paas.example.com",)),
        ("", ("a.b.example.com", "paas.example.com")),
        (None, ("a.b.example.com", "paas.example.com")),
    ],
    ids=["wildcard", "exact", "another-level", "common-name", "no-certificate"],
)
def test_the_names_of_virtual_hosts_that_speak_tls_are_held_against_the_certificate(
    tmp_path: Path, shell: str, names: str | None, missing: tuple[str, ...]
) -> None:
    hosts = tmp_path / "conf.d"
    hosts.mkdir()
    (hosts / "paas.conf").write_text(PAAS)
    (hosts / "plain.conf").write_text(PLAIN)
    if names is not None:
        certified(tmp_path / "bk_domain.crt", names)
    fact = ServerNamesMissing(host=HOST, certificate=str(tmp_path / "bk_domain.crt"), virtual_hosts=str(hosts))
    assert [brief(one) for one in ask(PROBE, [fact], shell=shell)] == [missing]


def test_without_tls_no_certificate_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "plain.conf").write_text(PLAIN)
    fact = ServerNamesMissing(host=HOST, certificate="/none", virtual_hosts=str(tmp_path))
    assert [brief(one) for one in ask(PROBE, [fact])] == [()]


def test_without_openssl_nothing_is_known(tmp_path: Path) -> None:
    """An empty PATH but for what the script cannot do without."""
    tools = tool(tmp_path / "tools", "openssl", "exit 1")
    (tools / "openssl").chmod(0o644)
    fact = CertificatesEnding(host=HOST, directory=str(tmp_path), days=30)
    assert [brief(one) for one in ask(PROBE, [fact], tools=tools)] == [()]
