"""known_hosts as text: what is put in ssh-keygen finds, what is taken out it does not; all else stays byte for byte."""

import subprocess
from pathlib import Path

import pytest

from reconciler.core.known_hosts import HostKey, add, host_pattern, is_hashed, parse_key, remove

ONE = parse_key("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@here")
TWO = HostKey(type="ssh-rsa", blob="AAAAB3NzaC1yc2EAAAADAQABAAAAQQC7")
SALT = bytes(range(20))
OTHERS = "# mine\n\n@revoked * ssh-rsa AAAA\n*.example ssh-rsa AAAA\n10.0.0.9 ssh-rsa AAAA  a comment\n"


def keygen(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ssh-keygen", *args], capture_output=True, text=True, check=False, timeout=30)


def test_a_fingerprint_is_the_one_that_ssh_keygen_prints(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{ONE.type} {ONE.blob}\n", encoding="utf-8")
    assert keygen("-lf", str(tmp_path / "key")).stdout.split()[1] == ONE.fingerprint


@pytest.mark.parametrize("salt", [b"", SALT], ids=["plain", "hashed"])
@pytest.mark.parametrize(("host", "port"), [("10.0.0.1", 22), ("10.0.0.1", 2222), ("gate.example", 22)])
def test_ssh_finds_what_was_put_in_and_not_what_was_taken_out(
    tmp_path: Path, host: str, port: int, salt: bytes
) -> None:
    named, file = host_pattern(host, port), tmp_path / "known_hosts"
    written = add(OTHERS, named, ONE, salt)
    file.write_text(written, encoding="utf-8")
    assert f"{ONE.type} {ONE.blob}" in keygen("-F", named, "-f", str(file)).stdout
    assert (named in written) is not bool(salt)
    assert remove(written, (named,)) == OTHERS
    file.write_text(remove(written, (named,)), encoding="utf-8")
    assert ONE.blob not in keygen("-F", named, "-f", str(file)).stdout


@pytest.mark.parametrize(
    ("line", "left"),
    [
        pytest.param("10.0.0.1 ssh-rsa A", "", id="its own line goes"),
        pytest.param("10.0.0.1\tssh-rsa\tA", "", id="with tabs"),
        pytest.param("10.0.0.1,h1 ssh-rsa A  c", "h1 ssh-rsa A  c", id="another name on it stays"),
        pytest.param("[10.0.0.1]:2222 ssh-rsa A", "[10.0.0.1]:2222 ssh-rsa A", id="another port stays"),
        pytest.param("10.0.0.* ssh-rsa A", "10.0.0.* ssh-rsa A", id="a pattern stays"),
        pytest.param("@revoked 10.0.0.1 ssh-rsa A", "@revoked 10.0.0.1 ssh-rsa A", id="what is revoked stays"),
        pytest.param("#10.0.0.1 ssh-rsa A", "#10.0.0.1 ssh-rsa A", id="a comment stays"),
        pytest.param("|1|%%%|x ssh-rsa A", "|1|%%%|x ssh-rsa A", id="what is no hash stays"),
        pytest.param("\t 10.0.0.1", "\t 10.0.0.1", id="what is no line of a key stays"),
    ],
)
def test_only_the_name_is_taken_out(line: str, left: str) -> None:
    assert remove(f"{line}\n{OTHERS}", ("10.0.0.1",)) == (f"{left}\n" if left else "") + OTHERS


def test_a_last_line_without_an_end_gets_one() -> None:
    assert add("h ssh-rsa A", "10.0.0.1", TWO) == f"h ssh-rsa A\n10.0.0.1 ssh-rsa {TWO.blob}\n"


@pytest.mark.parametrize(("text", "hashed"), [("", False), (OTHERS, False), ("h a b\n|1|a=|b= c d\n", True)])
def test_a_file_whose_names_are_hashed_is_known_by_it(text: str, hashed: bool) -> None:
    assert is_hashed(text) is hashed


@pytest.mark.parametrize("text", ["", "ssh-rsa", "ssh-rsa not-base64!"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"values|base64"):
        parse_key(text)
