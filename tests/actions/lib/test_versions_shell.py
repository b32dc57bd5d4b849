"""What a package says of its versions is written down once, plainly a version or refused with the reason."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.lib.versions_shell import RECORD_VERSIONS
from actions.package import UnpackProducts
from probes.fact import Known
from probes.package_versions import DIRECTORY, NAME, PROBE, PackageVersions, record
from probes.path import normalise_version
from tests.probes.here import HOST, SHELLS, ask
from tests.support.shell import perform

MD5 = "4213478c6b2c3e645c0c30009de474b8"
VERSIONS = {
    "plain": (b"0.0.13\n", "0.0.13"),
    "no-line-end": (b"0.0.13", "0.0.13"),
    "a-leading-v": (b"V2.1.3_beta11\n", "2.1.3-beta.11"),
    "carriage-return": (b"3.8.1-beta.5\r\n", "3.8.1-beta.5"),
    "more-lines": (b"1.2\nbuilt by hand\n", "1.2"),
    "empty": (b"", "!empty"),
    "blank": (b" \t\n1.2\n", "!empty"),
    "a-megabyte": (b"1" * 1_000_000, "!long"),
    "quotes": (b"1.2'; touch executed; '\n", "!unsupported"),
    "substitution": (b"1.2$(touch executed)\n", "!unsupported"),
    "escapes": (b"1.2\x1b[2J\n", "!unsupported"),
    "zeros": (b"1.\x002\n", "!unsupported"),
    "no-utf8": (b"1.2\xff\n", "!unsupported"),
    "a-word": (b"latest\n", "!unsupported"),
    "an-option": (b"-n 1\n", "!unsupported"),
    "a-refusal-of-its-own": (b"!empty\n", "!unsupported"),
    "no-ascii-digits": ("\u0661.\u0662\n".encode(), "!unsupported"),
}


def unpacked(root: Path, **products: bytes) -> Path:
    """A tree of the package in which each product has this VERSION."""
    for name, version in products.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "VERSION").write_bytes(version)
    return root


def pinned(root: Path, *asked: str) -> UnpackProducts:
    return UnpackProducts(
        host=HOST, root=str(root), package="", version="6.2.2", products=(), md5=MD5, package_versions=asked
    )


def said(root: Path, where: Path, *asked: str) -> list[str]:
    done = perform(pinned(root, *asked).command(), where)
    assert done.returncode == 0, done.stderr
    lines = (where / "var-lib/bkrec/package-versions" / MD5).read_text().splitlines()
    return [str(pin).split(" ", 2)[2] for pin in record(MD5, lines)]


def test_each_version_is_written_down_or_refused_with_its_reason(tmp_path: Path) -> None:
    names = {name.replace("-", "_"): case for name, case in VERSIONS.items()}
    root = unpacked(tmp_path / "src", **{name: content for name, (content, _) in names.items()})
    (root / "directory/VERSION").mkdir(parents=True)
    asked = [f"product {name} 1" for name in (*names, "directory", "none")]
    assert said(root, tmp_path, *asked) == [*(wanted for _, wanted in names.values()), "!unreadable", "!missing"]
    assert not list(tmp_path.rglob("executed"))


def test_the_newest_archive_of_a_saas_tells_its_version(tmp_path: Path) -> None:
    root = tmp_path / "src"
    (root / "official_saas").mkdir(parents=True)
    for age, name in enumerate(
        ("bk_iam_V1.10.9.tar.gz", "bk_iam_V1.10.8.tar.gz", "bk_iam_x_V9.tar.gz", "bk_itsm_V.tar.gz")
    ):
        (root / "official_saas" / name).touch()
        os.utime(root / "official_saas" / name, (1e9 - age, 1e9 - age))
    asked = ("saas bk_iam 1", "saas bk_itsm 1", "saas bk_none 1")
    assert said(root, tmp_path, *asked) == ["1.10.9", "!empty", "!missing"]


def test_the_record_is_roots_alone_and_nothing_half_done_lies_beside_it(tmp_path: Path) -> None:
    said(unpacked(tmp_path / "src", bkauth=b"1\n"), tmp_path, "product bkauth 1")
    place = tmp_path / "var-lib/bkrec/package-versions"
    assert [path.name for path in place.iterdir()] == [MD5]
    assert (place.stat().st_mode & 0o777, (place / MD5).stat().st_mode & 0o777) == (0o700, 0o600)


def test_the_step_ensures_what_the_probe_then_reads(tmp_path: Path) -> None:
    action = pinned(unpacked(tmp_path / "src", bkauth=b"v0.0.13\n"), "product bkauth 0.0.13")
    assert perform(action.command(), tmp_path).returncode == 0
    expected = next(promise for promise in action.ensures() if isinstance(promise.fact, PackageVersions))
    (found,) = ask(PROBE, [expected.fact], instead={DIRECTORY: str(tmp_path / "var-lib/bkrec/package-versions")})
    assert found == expected.reading


def test_in_a_tree_that_is_not_the_packages_own_nothing_is_written_down(tmp_path: Path) -> None:
    root = unpacked(tmp_path / "src", bkauth=b"1\n")
    action = UnpackProducts(host=HOST, root=str(root), package="", version="6.2.2", products=(("bkauth", "1"),))
    assert perform(action.command(), tmp_path).returncode == 0
    assert not (tmp_path / "var-lib/bkrec/package-versions").exists()


NAMES = ("first", "second", "third", "fourth")
HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.from_regex(rb"[vV]?[0-9][A-Za-z0-9._+ -]{0,80}\r?\n?", fullmatch=True),
    st.sampled_from([b"x" * 1_000_000, b"1" * 64, b"1" * 65, b"1.2\n" * 9, b"end\n", b"md5 0\nend\n"]),
)


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.tuples(HOSTILE, HOSTILE, HOSTILE, HOSTILE))
def test_whatever_a_version_file_holds_the_record_can_be_read(
    shell: str, versions: tuple[bytes, ...], tmp_path: Path
) -> None:
    """On this machine's own shells, with the record beside the tree; what is read is what a look at VERSION says."""
    root = unpacked(tmp_path, **dict(zip(NAMES, versions, strict=True)))
    shell_text = RECORD_VERSIONS.replace("/var/lib/bkrec/package-versions", str(root / "package-versions"))
    script = f'set -eu\n{shell_text}\ncd -- {root}\npin "$@"\n'
    asked = [word for name in NAMES for word in ("product", name)]
    done = subprocess.run([shell, "-c", script, "bkrec", MD5, *asked], capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    pins = record(MD5, (root / "package-versions" / MD5).read_text(encoding="ascii").splitlines())
    assert [pin.name for pin in pins] == list(NAMES)
    for pin, version in zip(pins, versions, strict=True):
        if pin.version:
            assert normalise_version(version.split(b"\n")[0].decode()) == pin.version
        assert pin.version or pin.rejected
        assert NAME.fullmatch(pin.name)
    (found,) = ask(
        PROBE, [PackageVersions(host=HOST, md5=MD5)], instead={DIRECTORY: str(root / "package-versions")}, shell=shell
    )
    assert found == Known(tuple(str(pin) for pin in pins))
