"""Clusters of an earlier 6.2, on real hosts: 6.2.0 and 6.2.1 by one `apply`, and a 6.2.0 that a person brought to 6.2.2
with the vendor's patch package.

    BKREC_LAB=shapes pytest -m campaign -s tests/lab/test_releases.py

A finished 6.2 without anything of bkrec's on its hosts, and with the numbers of the older release where its products
say their version: the packages' file names (6.2.0), the release notes (6.2.1). Which calls the upgrade has was taken
from the official guide (BKDocs 6.2, 6.2.0-to-6.2.2.md, 5), not from a plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.ledger import forget, ledger, started
from tests.lab.support.operator import Desk, measured, on

pytestmark = [pytest.mark.lab, pytest.mark.campaign, pytest.mark.timeout(1800)]

MONITOR_AND_LOG = {"bkmonitorv3": "3.8.2", "bklog": "4.6.4"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    version: str
    products: Mapping[str, str]
    """What differs from 6.2.2, by directory."""
    calls: frozenset[str]
    """Of the vendor's installers, by the official guide."""


RELEASES: Mapping[str, Release] = {
    "6.2.0": Release(
        version="6.2.0",
        products={
            "bk_apigateway": "1.11.3",
            "usermgr": "2.5.4-beta.8",
            "cmdb": "3.10.28",
            "gse": "2.1.2-beta.20",
            **MONITOR_AND_LOG,
        },
        calls=frozenset(
            {
                "install apigw",
                "install usermgr",
                "install gse",
                "upgrade cmdb",
                "install bkmonitorv3",
                "install bklog",
            }
        ),
    ),
    "6.2.1": Release(
        version="6.2.1", products=MONITOR_AND_LOG, calls=frozenset({"install bkmonitorv3", "install bklog"})
    ),
    "6.2.0 with the patch package": Release(version="6.2.2", products={}, calls=frozenset()),
}

NOTHING_OF_BKREC = "rm -rf /var/lib/bkrec"
OLDER = """
set -e
for product in {products}; do
    name=${{product%%:*}} version=${{product#*:}}
    for file in /data/src/$name/VERSION /data/bkce/$name/VERSION; do
        if [ -e "$file" ]; then echo "$version" > "$file"; fi
    done
done
if [ -e /data/src/VERSION ]; then echo {version} > /data/src/VERSION; fi
"""


def made_older(lab: Lab, release: Release) -> None:
    products = " ".join(f"{name}:{version}" for name, version in release.products.items())
    for host in HOSTS:
        on(lab, host, NOTHING_OF_BKREC)
        on(lab, host, OLDER.format(products=products, version=release.version))


def answer_for_tasks(desk: Desk) -> list[str]:
    """Its owner says what was done when the cluster came from 6.1: all of it."""
    tasks = [task["task"] for task in desk.bkrec("ack", "-o", "json").document["tasks"] if task["state"] == "untraced"]
    for task in tasks:
        desk.bkrec("ack", task, "--done").must(0)
    return tasks


def installer_calls(lab: Lab) -> set[str]:
    return {call for call in started(ledger(lab)) if call.startswith(("install ", "upgrade ")) and "saas" not in call}


@pytest.mark.parametrize("name", RELEASES)
def test_an_earlier_6_2_is_asked_about_what_leaves_no_trace_and_then_converges_by_one_apply(
    converged: Desk, name: str
) -> None:
    release, lab = RELEASES[name], converged.lab
    made_older(lab, release)
    converged.bkrec("check").must(4)
    tasks = answer_for_tasks(converged)
    assert {"iam-subjects", "job-upgrader-before", "job-upgrader-after"} <= {*tasks}
    forget(lab)
    with measured(f"apply from {name}"):
        converged.bkrec("apply", "--yes", "-o", "json", timeout_s=1200).must(0)
    assert converged.check()["verdict"] == "converged"
    assert converged.planned() == []
    assert installer_calls(lab) - {"install bkenv"} == release.calls
