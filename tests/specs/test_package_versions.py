"""The package's versions in the place of the data's, and what they differ in."""

from specs.package_versions import PackageVersion, differences, listed, with_versions_of
from tests.sim.worlds import release

RELEASE = release()
BKAUTH, BK_IAM = ("product", "bkauth"), ("saas", "bk_iam")


def hotfix(version: str = "0.0.14") -> PackageVersion:
    return PackageVersion(kind="product", name="bkauth", version=version)


def test_the_data_asks_for_every_product_with_a_version_and_every_saas_that_it_names_one_of() -> None:
    names = [(pin.kind, pin.name) for pin in listed(RELEASE)]
    assert BKAUTH in names
    assert BK_IAM in names
    assert ("saas", "bk_nodeman") not in names, "its sources disagree: the package's file name tells"
    assert len(names) == len(set(names))


def test_a_package_that_says_what_the_data_says_changes_nothing() -> None:
    assert with_versions_of(RELEASE, listed(RELEASE)) == RELEASE
    assert list(differences(RELEASE, listed(RELEASE))) == []


def test_what_the_package_says_takes_the_place_of_what_the_data_says() -> None:
    pins = (hotfix(), PackageVersion(kind="saas", name="bk_iam", version="1.10.10"))
    release = with_versions_of(RELEASE, pins)
    assert (release.module("auth").version, release.app("bk_iam").version) == ("0.0.14", "1.10.10")
    assert release.module("paas") == RELEASE.module("paas")
    assert [(was.version, now.version) for was, now in differences(RELEASE, pins)] == [
        ("0.0.13", "0.0.14"),
        ("1.10.9", "1.10.10"),
    ]


def test_what_was_refused_and_what_nobody_asked_for_pins_nothing() -> None:
    pins = (
        PackageVersion(kind="product", name="bkauth", rejected="empty"),
        PackageVersion(kind="product", name="strange", version="1"),
        PackageVersion(kind="saas", name="bkauth", version="2"),
        PackageVersion(kind="saas", name="bk_nodeman", version="2.4.9"),
    )
    assert with_versions_of(RELEASE, pins) == RELEASE
    assert list(differences(RELEASE, pins)) == []
