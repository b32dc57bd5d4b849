"""What a finished 6.2.2 has, by an oracle that knows nothing of bkrec: nothing of it goes missing unnoticed.

pytest -m campaign -s tests/sim/test_oracle.py     # 5,000 pairs; prints the figures
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache

import pytest

from reconciler.core.placement import build_cluster
from specs.cluster import Cluster
from specs.release import Release
from tests.oracle.finished import finished, load_recording
from tests.oracle.not_noticed import classes
from tests.oracle.things import Thing
from tests.sim.oracle_judge import Judge
from tests.sim.worlds import file, release

RECORDING = load_recording("lab-finished")
THINGS = finished(RECORDING.install_config, RECORDING.controller)
CLASSES = classes()
PAIRS, PAIRS_EACH_TIME, SEED = 5_000, 300, 12


def cluster(found: Release) -> Cluster:
    known = {module.name for module in found.modules}
    placement = {name: hosts for name, hosts in file().placement.items() if name in known}
    return build_cluster(file().model_copy(update={"placement": placement}), found, RECORDING.install_config)


@cache
def judge() -> Judge:
    return Judge(cluster(release()), THINGS, RECORDING)


@cache
def missed() -> tuple[Thing, ...]:
    return judge().missed()


def listed(thing: Thing) -> bool:
    return any(group.holds(thing) for group in CLASSES)


def shown(things: Iterable[Thing]) -> list[str]:
    return [str(thing) for thing in things if not listed(thing)]


def test_a_cluster_of_all_these_things_is_converged() -> None:
    assert judge().verdict() == "converged"


def test_whatever_is_taken_away_no_verdict_is_converged() -> None:
    assert shown(missed()) == []


def test_whatever_two_are_taken_away_no_verdict_is_converged() -> None:
    assert unnoticed_pairs(PAIRS_EACH_TIME, SEED) == []


def unnoticed_pairs(count: int, seed: int) -> list[list[str]]:
    """But those of which neither would be noticed by itself."""
    pairs = judge().missed_pairs(count, seed)
    return [[str(thing) for thing in pair] for pair in pairs if not all(listed(thing) for thing in pair)]


# The list of what is not noticed


def test_at_most_ten_classes_of_things_are_not_noticed_each_with_a_reason() -> None:
    assert len(CLASSES) <= 10
    assert all(group.because for group in CLASSES)


def test_each_class_has_things_that_go_unnoticed_and_none_that_is_noticed() -> None:
    unnoticed = set(missed())
    members = {group.name: [thing for thing in THINGS if group.holds(thing)] for group in CLASSES}
    assert [name for name, things in members.items() if not things] == []
    assert [f"{name}: {thing}" for name, things in members.items() for thing in things if thing not in unnoticed] == []


# A module that is removed from the release turns the oracle red


def without(name: str, found: Release | None = None) -> Release:
    """The release as it would be without that file, and without what names the module elsewhere."""
    found = found or release()
    modules = tuple(
        module.model_copy(update={"requires": tuple(need for need in module.requires if need.module != name)})
        for module in found.modules
        if module.name != name
    )
    apps = tuple(
        app.model_copy(update={"requires": tuple(need for need in app.requires if need.module != name)})
        for app in found.apps
    )
    scope = tuple(other for other in found.scope if other != name)
    return found.model_copy(update={"modules": modules, "apps": apps, "scope": scope})


@pytest.mark.parametrize("name", [module.name for module in release().modules if not module.base or module.optional])
def test_a_module_removed_from_the_release_is_missed(name: str) -> None:
    poorer = Judge(cluster(without(name)), THINGS, RECORDING)
    assert set(poorer.unconsulted()) - set(judge().unconsulted()) != set()


def test_each_base_service_removed_from_the_release_is_missed() -> None:
    """All at once: whose a thing is, the oracle says. The recorded cluster has all but the three that few have."""
    base = [module.name for module in release().modules if module.base]
    poorer = release()
    for name in base:
        poorer = without(name, poorer)
    unconsulted = set(Judge(cluster(poorer), THINGS, RECORDING).unconsulted()) - set(judge().unconsulted())
    owned = {word.partition("(")[0] for thing in unconsulted for word in thing.module.split()}
    assert {name for name in base if name not in owned} == {"paasagent", "redis_sentinel", "nfs", "lesscode", "consul"}
    assert {"bk-paasagent.service", "consul.service"} <= {thing.name for thing in unconsulted}


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_five_thousand_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    assert unnoticed_pairs(PAIRS, SEED) == []
    with capsys.disabled():
        print(f"\n{report()}")


def report() -> str:
    taken = Counter(thing.kind for thing in THINGS)
    silent = Counter(thing.kind for thing in missed() if listed(thing))
    false = Counter(thing.kind for thing in missed() if not listed(thing))
    rows = [f"{kind:14}{taken[kind]:6}{silent[kind]:6}{false[kind]:6}" for kind in sorted(taken)]
    total = f"{'all':14}{len(THINGS):6}{silent.total():6}{false.total():6}"
    answered = (
        f"{len(judge().finished) - len(judge().unanswered)} facts answered by things, {len(judge().unanswered)} not:"
    )
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(judge().unanswered_kinds().items()))
    return "\n".join((*rows, total, f"{PAIRS} pairs", f"{answered} {kinds}"))
