"""A listing takes findings out of sight and out of nothing else."""

import pytest

from reconciler.core.diff import Difference
from reconciler.core.listing import WHOLE, Listing, listed
from reconciler.core.verdict import verdict
from specs.reason import reason
from tests.reconciler.view.world import BKAUTH, BOOT, LOGIN, difference

FOUND = difference()


def shown(listing: Listing, found: Difference = FOUND) -> set[str]:
    part = listed(found, listing)
    return {drift.expected.fact.host + drift.expected.module for drift in (*part.drift, *part.unknown)}


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (Listing(hosts=("10.0.0.2",)), {"10.0.0.2paas"}),
        (Listing(modules=("auth", "etcd")), {"10.0.0.3auth", "10.0.0.1etcd"}),
        (Listing(hosts=("10.0.0.3",), modules=("paas",)), set[str]()),
        (Listing(latent=True), set[str]()),
    ],
)
def test_only_what_is_asked_for_is_listed(listing: Listing, expected: set[str]) -> None:
    assert shown(listing) == expected
    assert verdict(listed(FOUND, listing)) in ("unknown", "differs", "converged")


def test_latent_drift_alone_is_listed() -> None:
    found = Difference(drift=FOUND.drift, unknown=(), matching=0, latent={LOGIN: reason("latent-docker-root")})
    assert [drift.expected.fact for drift in listed(found, Listing(latent=True)).drift] == [LOGIN]


def test_without_a_filter_it_is_the_very_same() -> None:
    assert listed(FOUND, WHOLE) is FOUND
    assert listed(FOUND, Listing(verbose=True)) is FOUND
    assert {drift.expected.fact for drift in FOUND.drift} >= {LOGIN, BKAUTH}
    assert [drift.expected.fact for drift in FOUND.unknown] == [BOOT]
