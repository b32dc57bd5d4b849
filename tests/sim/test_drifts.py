"""One thing is not as wished: that is named and nothing else, and mended without touching what is right.

Every family of facts, every way in which its reading can differ, on facts that a seed picks. A clean cluster gives no
finding, whatever else lies about on its hosts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from probes.backup import Backup
from probes.certificate import ServerNamesMissing
from probes.consul import ConsulPassing
from probes.container import ContainerImage, ContainerState
from probes.current import UnitCurrent
from probes.env import EnvValue
from probes.fact import Absent, AnyExpected, AnyFact, AnyReading, Known, fact_id, kind_of
from probes.health import ServiceHealth
from probes.package import PackageDigest
from probes.path import PathKind, TreeDigest
from probes.unit import UnitActive
from reconciler.core.diff import Difference, diff
from reconciler.core.plan import Plan, Step
from reconciler.core.verdict import verdict
from reconciler.rules.latent import latent
from tests.sim.proof import DONE, WHOLE, WISHES
from tests.sim.states import Answers, decide, instead
from tests.sim.worlds import World, live

BY_HAND = {
    "service-unhealthy": "it runs and is registered: what its check dislikes is for a person to see",
    "unit-not-enabled": "masked: somebody meant it",
    "port-silent": "it runs: why it does not listen is in its log",
    "module-elsewhere": "install.config is the operator's",
    "redis-cluster-damaged": "what is missing held somebody's keys; redis-cli --cluster fix is for a person to call",
    "installer-not-repeatable": "the vendor's installer of redis_cluster must not run twice",
    "package-missing": "nothing to take it from",
    "cert-missing": "only the operator has another copy",
    "docker-down": "whether it finds its containers again cannot be read while it is down",
    "docker-root-unclear": "the daemon's own file does not say: told, not changed",
    "saas-page-silent": "what keeps a page away is in the application's own log, or on the way to it",
    "saas-package-missing": "nothing to take it from",
    "saas-value-differs": "somebody set it: whether that was meant only a person knows",
    "gateway-not-released": "the vendor's installation passes whether it registered the gateway or not",
    "reference-missing": "nothing to copy",
    "containers-unsteady": "as with units",
    "units-recently-started": "time alone mends it; one that keeps dying is for a person to see",
    "task-untraced": "IAM is upgraded, and nobody can see whether its groups were migrated before",
    "base-service-missing": "a base service is never installed again: its data may be anywhere",
    "base-service-outdated": "a base service is never restarted while it runs",
    "base-service-unregistered": "of a base service nothing but its unit is ever changed",
    "port-of-another": "who holds the port may be somebody's",
    "certificate-ended": "a new one has to be trusted by others too",
    "certificate-missing": "a copy is on the other hosts; a new one would not be trusted",
    "certificate-damaged": "as with one that is gone",
    "certificate-for-other-names": "it is issued elsewhere",
    "resolver-elsewhere": "/etc/resolv.conf is the operator's",
    "names-overridden": "/etc/hosts is the operator's",
    "names-unresolved": "/etc/resolv.conf is the operator's",
    "health-no-answer": "a port or plugin may be off on purpose: advice, for its health is not known",
    "health-no-leader": "who is to lead is for its members to agree; a restart might lose what one of them has",
    "health-members-missing": "why a member does not join is in its log",
    "health-data-missing": "only who knows the data may give it up",
    "health-no-room": "what may be deleted is for its owner to say",
    "health-faulty": "what it does not like is in its own log",
    "mysql-privileges-missing": "who revoked them had a reason, or did not: its owner grants them again",
    "mysql-read-only": "a replica is meant to be: only its owner knows",
    "tag-missing": "what generated the secrets is gone: only the operator may decide which are right",
}
"""What a drift may be refused for, and why that is right."""


@dataclass(frozen=True)
class Case:
    wish: AnyExpected
    reading: AnyReading

    def __str__(self) -> str:
        shown = f"={self.reading.value}" if isinstance(self.reading, Known) else " absent"
        return f"{fact_id(self.wish.fact)}{shown}"


def cases(each: int) -> list[Case]:
    """For each way in which a family can drift, this many facts, picked by a seed."""
    families: dict[tuple[str, str], list[Case]] = {}
    for expected in WISHES:
        for reading in instead(expected):
            families.setdefault((kind_of(expected.fact), str((expected.reading == Absent(), reading))), []).append(
                Case(expected, reading)
            )
    random = Random(60)
    return [case for name in sorted(families) for case in random.sample(families[name], min(each, len(families[name])))]


CASES = cases(2)


def changed(*facts: tuple[AnyFact, AnyReading]) -> World:
    return World(cluster=WHOLE, facts={**DONE.facts, **dict(facts)}, other=DONE.other)


def compared(world: World) -> Difference:
    return diff(WISHES, Answers(world))


def strangers(plan: Plan, modules: set[str]) -> list[Step]:
    """Steps for other modules than these that mend more than what another step of the plan undoes first."""
    undone = {fact for step in plan.steps for fact in step.action.invalidates()}
    own = {*modules, ""}
    return [
        step
        for step in plan.steps
        if any(
            repaired.expected.module not in own and repaired.expected.fact not in undone for repaired in step.repairs
        )
    ]


def test_every_family_drifts_in_at_least_sixty_ways() -> None:
    assert {kind_of(case.wish.fact) for case in CASES} == {kind_of(expected.fact) for expected in WISHES}
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_drift_is_named_alone_and_mended_alone(case: Case) -> None:
    prove(case)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_every_fact_in_every_way(capsys: pytest.CaptureFixture[str]) -> None:
    every = cases(1000)
    for case in every:
        prove(case)
    with capsys.disabled():
        kinds = {kind_of(expected.fact) for expected in WISHES}
        print(f"\n{len(WISHES)} facts of {len(kinds)} families, {len(every)} drifts")


def prove(case: Case) -> None:
    world = changed((case.wish.fact, case.reading))
    found = compared(world)
    assert [drift.expected.fact for drift in found.drift] == [case.wish.fact]
    assert found.unknown == ()
    plan, _ = decide(world)
    assert strangers(plan, {case.wish.module}) == []
    only_told = (ServiceHealth, ServerNamesMissing)
    advised = {blocked.expected.fact for blocked in plan.advice if not isinstance(blocked.expected.fact, only_told)}
    assert advised <= latent(WHOLE, found, Answers(world)).keys(), "right now?"
    if plan.blocked or plan.advice:
        assert plan.steps == ()
        assert {told.diagnostic.code for told in (*plan.blocked, *plan.advice)} <= BY_HAND.keys()
    else:
        assert verdict(compared(live(world, plan))) == "converged"


def unit_stopped() -> tuple[World, set[str]]:
    passing = ConsulPassing(host="10.0.0.3", service="bkauth")
    return changed(
        (UnitActive(host="10.0.0.3", unit="bk-auth.service"), Known("inactive")), (passing, Known("critical"))
    ), {"unit.start-bk-auth.service@10.0.0.3"}


def unit_with_files_stopped() -> tuple[World, set[str]]:
    """CMDB's: one that does not run has no age, and starting it is all (once it was a whole `bkcli upgrade cmdb`)."""
    here, name = "10.0.0.3", "bk-cmdb-api.service"
    current = UnitCurrent(host=here, unit=name, file=WHOLE.home("cmdb/VERSION"))
    return changed(
        (UnitActive(host=here, unit=name), Known("failed")),
        (current, Absent()),
        (ConsulPassing(host=here, service="cmdb-api"), Known("critical")),
    ), {"unit.start-bk-cmdb-api.service@10.0.0.3"}


def container_removed() -> tuple[World, set[str]]:
    here, name = "10.0.0.2", "bk-paas-login"
    gone = (ContainerState(host=here, container=name), Absent()), (ContainerImage(host=here, container=name), Absent())
    return changed(*gone, (ConsulPassing(host=here, service="paas-login"), Absent())), {
        "container.install-bk-paas-login@10.0.0.2",
        "container.restart-policy@10.0.0.2",
    }


def variable_changed() -> tuple[World, set[str]]:
    lost = [fact for fact in DONE.facts if isinstance(fact, EnvValue) and fact.key == "BK_JOB_RUN_MODE"]
    trees = [fact for fact in DONE.facts if isinstance(fact, TreeDigest) and fact.host != WHOLE.controller]
    return changed(*((fact, Known("lite")) for fact in lost), *((fact, Known("older")) for fact in trees)), {
        "env.set-bk-job-run-mode@10.0.0.1",
        "env.merge-job@10.0.0.1",
        "bkcli.sync-common@10.0.0.1",
    }


def old_unit_back() -> tuple[World, set[str]]:
    esb = UnitActive(host="10.0.0.2", unit="bk-paas-esb.service")
    state = ContainerState(host="10.0.0.2", container="bk-paas-esb")
    return changed((esb, Known("active")), (state, Known("exited"))), {
        "unit.retire-bk-paas-esb.service@10.0.0.2",
        "container.start-bk-paas-esb@10.0.0.2",
    }


@pytest.mark.parametrize(
    "happened",
    [unit_stopped, unit_with_files_stopped, container_removed, variable_changed, old_unit_back],
    ids=["unit-stopped", "unit-with-files-stopped", "container-removed", "variable-changed", "old-unit-back"],
)
def test_what_one_hand_does_shows_in_several_facts_and_takes_the_narrowest_steps(
    happened: Callable[[], tuple[World, set[str]]],
) -> None:
    world, wanted = happened()
    plan, _ = decide(world)
    assert {step.id.rsplit("-", 1)[0] for step in plan.steps} == wanted
    assert verdict(compared(live(world, plan))) == "converged"


@pytest.mark.parametrize("seed", range(100))
def test_a_clean_cluster_gives_no_finding(seed: int) -> None:
    """A hundred of them: packages, backups and what an upgrade left are there or not, in any order of reading."""
    random = Random(seed)
    stray: dict[AnyFact, AnyReading] = {
        PackageDigest(host=WHOLE.controller, path=WHOLE.package.path): Known(random.choice((WHOLE.md5, "0" * 32))),
        Backup(host="10.0.0.3", what="mysql"): Known("fresh"),
        PathKind(host=WHOLE.controller, path="/data/src.bak/cert"): Known("directory"),
        PathKind(host=WHOLE.controller, path="/data/tmp/bkrec-6.2.2/install/bkcli"): Known("file"),
    }
    world = changed(*random.sample(sorted(stray.items(), key=str), random.randrange(len(stray) + 1)))
    expectations = random.sample(WISHES, len(WISHES))
    found = diff(expectations, Answers(world))
    assert (verdict(found), found.matching, decide(world)[0].steps) == ("converged", len(WISHES), ())
