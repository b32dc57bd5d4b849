"""Docker's data root: protected before the first installer that rewrites daemon.json, or set after the last one."""

from actions.bkcli import InstallModule
from actions.container import LinkVendorDataRoot, SetDockerDataRoot
from probes.container import VendorDataRoot
from probes.fact import Absent, Known
from reconciler.core.plan import Step
from tests.sim import worlds

WHOLE = worlds.guide_cluster()
ROOT = "/data/bkce/public/docker"
SAAS_HOST = "10.0.0.2"


def steps(reading: str | None) -> tuple[Step, ...]:
    world = worlds.World(cluster=WHOLE)
    fact = VendorDataRoot(host=SAAS_HOST, path=ROOT)
    world.facts[fact] = Absent() if reading is None else Known(reading)
    return worlds.study(world)[0].steps


def about_docker(plan: tuple[Step, ...]) -> list[int]:
    kinds = (LinkVendorDataRoot, SetDockerDataRoot)
    return [n for n, step in enumerate(plan) if isinstance(step.action, kinds) and step.action.host == SAAS_HOST]


def rewriters(plan: tuple[Step, ...]) -> list[int]:
    """The vendor's calls that run install_docker.sh on this host (ce/install.sh:630, 974, 1084, 1146, 1266)."""
    modules = [WHOLE.release.module(name) for name in ("paas", "usermgr", "nodeman", "monitorv3", "log")]
    calls = {module.cli for module in modules if SAAS_HOST in WHOLE.hosts(module)}
    result = [
        n for n, step in enumerate(plan) if isinstance(step.action, InstallModule) and step.action.module in calls
    ]
    assert len(result) == len(calls) > 1
    return result


def test_before_the_first_installer_its_path_leads_to_the_data_in_use() -> None:
    plan = steps("free")
    (number,) = about_docker(plan)
    assert isinstance(plan[number].action, LinkVendorDataRoot)
    assert number < min(rewriters(plan))
    assert plan[number].id in {edge.step for edge in plan[min(rewriters(plan))].after}


def test_where_something_else_is_at_that_path_daemon_json_is_set_right_after_the_last_installer() -> None:
    plan = steps("other")
    (number,) = about_docker(plan)
    assert isinstance(plan[number].action, SetDockerDataRoot)
    assert number > max(rewriters(plan))


def test_a_path_that_leads_there_already_and_a_host_without_docker_need_nothing() -> None:
    assert about_docker(steps("in-use")) == []
    assert about_docker(steps(None)) == []
