"""Docker's answers, from stand-ins that answer, fail, hang up or change between two questions."""

import subprocess
from pathlib import Path

import pytest

from probes.command import Output
from probes.container import (
    PROBE,
    AppContainer,
    ContainerFact,
    ContainerImage,
    ContainerState,
    ContainersWithoutRestartPolicy,
    DockerDataRoot,
    DockerUsable,
    ImagePresent,
    UnsteadyContainers,
    VendorDataRoot,
)
from tests.probes.here import HOST, SHELLS, ask, brief, tool

FACTS: list[ContainerFact] = [
    DockerUsable(host=HOST),
    ContainerState(host=HOST, container="bk-paas-paas"),
    ContainerImage(host=HOST, container="bk-paas-paas"),
    ContainerState(host=HOST, container="bk-paas"),
    ImagePresent(host=HOST, image="bk-paas-paas:2.14.57"),
    ImagePresent(host=HOST, image="bk-paas-paas"),
]
LASTING: list[ContainerFact] = [
    DockerDataRoot(host=HOST),
    ContainersWithoutRestartPolicy(host=HOST, containers=("x",)),
    VendorDataRoot(host=HOST, path="/nonexistent/docker"),
]
DOCKER = """
case $1 in
  info) echo /var/lib/docker ;;
  ps) echo aaa; echo bbb ;;
  inspect)
    printf 'container /%s %s no %s 0 2026-01-01T00:00:00.5Z\\n' \\
      bk-paas-paas-old exited x:1 bk-paas-paas STATE bk-paas-paas:2.14.57 ;;
  images) echo 'image bk-paas-paas:2.14.57'; echo 'image <none>:<none>' ;;
esac
"""


def asked(tools: Path, facts: list[ContainerFact] = FACTS, shell: str = "/bin/sh") -> list[object]:
    return [brief(reading) for reading in ask(PROBE, facts, tools=tools, shell=shell)]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("state", ["running", "exited", "created", "paused", "restarting", "dead"])
def test_names_are_matched_whole(tmp_path: Path, state: str, shell: str) -> None:
    tools = tool(tmp_path, "docker", DOCKER.replace("STATE", state))
    wanted = ["usable", state, "bk-paas-paas:2.14.57", "absent", True, "absent"]
    assert asked(tools, shell=shell) == wanted


SAAS = """
case $1 in
  info) echo /var/lib/docker ;;
  ps) echo aaa ;;
  inspect) printf 'container /%s %s no python36e:1.0 0 2026-01-01T00:00:00Z\\n' LISTED ;;
  images) ;;
esac
"""


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        ("bk_iam-1696118400 running", "running"),
        ("bk_iam-1696118400 running bk_iam-1796118400 exited", "running"),
        ("bk_iam-996118400 dead bk_iam-1696118400 exited", "exited"),
        ("bk_iam_v2-1696118400 running", "absent"),
        ("bk_iam-16x running xbk_iam-1 running bk_iam- running bk_iam running", "absent"),
        ("bk_iam-1696118400 removing", "unknown: container-unknown-state"),
    ],
    ids=["runs", "an older one still runs", "the newest counts", "another app", "names that only look alike", "odd"],
)
def test_an_app_runs_where_any_container_of_its_name_and_a_time_does(tmp_path: Path, listed: str, wanted: str) -> None:
    tools = tool(tmp_path, "docker", SAAS.replace("LISTED", listed))
    assert asked(tools, [AppContainer(host=HOST, app="bk_iam")]) == [wanted]


def test_a_state_nobody_knows_is_unknown(tmp_path: Path) -> None:
    tools = tool(tmp_path, "docker", DOCKER.replace("STATE", "removing"))
    assert asked(tools)[1] == "unknown: container-unknown-state"


def test_a_daemon_that_does_not_answer_leaves_all_unknown(tmp_path: Path) -> None:
    tools = tool(tmp_path, "docker", "echo Cannot connect >&2; exit 1")
    unknown = "unknown: docker-not-answering"
    assert asked(tools) == ["not-answering", *[unknown] * 5]
    assert asked(tools, LASTING) == [unknown] * 3


def test_where_there_is_no_docker_nothing_can_be_lost() -> None:
    readings = PROBE.parse(LASTING, Output(stdout="docker\tnot-installed\nend\n"))
    assert [brief(readings[fact]) for fact in LASTING] == ["lasting", (), "absent"]


def test_a_host_without_containers_has_none(tmp_path: Path) -> None:
    tools = tool(tmp_path, "docker", "[ $1 != info ] || echo /var/lib/docker")
    assert asked(tools) == ["usable", *["absent"] * 5]


def test_a_container_that_goes_meanwhile_is_looked_for_again(tmp_path: Path) -> None:
    gone = f"inspect) [ -e {tmp_path}/again ] || {{ touch {tmp_path}/again; exit 1; }}"
    tools = tool(tmp_path, "docker", DOCKER.replace("inspect)", gone).replace("STATE", "running"))
    assert asked(tools)[1] == "running"


@pytest.mark.parametrize("question", ["ps", "inspect", "images"])
def test_an_answer_that_breaks_off_is_an_error(tmp_path: Path, question: str) -> None:
    tools = tool(tmp_path, "docker", f"[ $1 != {question} ] || exit 1\n" + DOCKER)
    with pytest.raises(ValueError, match="cut"):
        asked(tools)


@pytest.mark.parametrize(
    ("daemon_json", "root", "wanted"),
    [
        ('{"data-root": "/data/docker"}', "/data/docker", "lasting"),
        ('{\n  "log-level": "info",\n  "data-root" : "/data/docker"\n}', "/data/docker", "lasting"),
        ('{"data-root": "/data/docker/"}', "/data/docker", "lasting"),
        ('{"data-root": "/data/docker"}', "/var/lib/docker", "differs"),
        ('{"data-root":"/data/docker", "graph":"/x"}', "/data/docker", "unclear"),
        ('{"graph": "/data/docker"}', "/data/docker", "lasting"),
        ("{}", "/var/lib/docker", "lasting"),
        ("{}", "/data/docker", "unclear"),
        (None, "/var/lib/docker", "lasting"),
        (None, "/data/docker", "unclear"),
    ],
)
def test_the_data_root_is_compared_with_the_file(
    tmp_path: Path, daemon_json: str | None, root: str, wanted: str
) -> None:
    tools = tool(tmp_path / "bin", "docker", DOCKER.replace("info) echo /var/lib/docker", f"info) echo {root}"))
    if daemon_json is not None:
        (tmp_path / "daemon.json").write_text(daemon_json)
    instead = {"/etc/docker/daemon.json": str(tmp_path / "daemon.json")}
    (found,) = ask(PROBE, [DockerDataRoot(host=HOST)], tools=tools, instead=instead)
    assert brief(found) == wanted


@pytest.mark.parametrize(
    ("prepare", "wanted"),
    [
        ("", "free"),
        ("mkdir docker", "free"),
        ("mkdir docker; touch docker/.hidden", "other"),
        ("touch docker", "other"),
        ("ln -s used docker", "in-use"),
        ("ln -s ../data/used docker", "in-use"),
        ("ln -s elsewhere docker", "other"),
        ("mkdir elsewhere; ln -s elsewhere docker", "other"),
        ("mkdir docker; mount --bind docker docker", "other"),
        ("mkdir docker; mount -t tmpfs none docker", "other"),
    ],
)
@pytest.mark.parametrize("shell", SHELLS)
def test_where_the_path_leads_that_the_installers_name(tmp_path: Path, prepare: str, wanted: str, shell: str) -> None:
    data = tmp_path / "data"
    (data / "used").mkdir(parents=True)
    subprocess.run(["sh", "-ec", prepare], cwd=data, check=True)
    tools = tool(tmp_path / "bin", "docker", DOCKER.replace("info) echo /var/lib/docker", f"info) echo {data}/used"))
    fact = VendorDataRoot(host=HOST, path=str(data / "docker"))
    try:
        assert asked(tools, [fact], shell) == [wanted]
    finally:
        subprocess.run(["umount", str(data / "docker")], check=False, capture_output=True)


def test_the_data_root_itself_is_in_use(tmp_path: Path) -> None:
    tools = tool(tmp_path, "docker", DOCKER)
    assert asked(tools, [VendorDataRoot(host=HOST, path="/var/lib/docker")]) == ["in-use"]


POLICIES = """
case $1 in
  info) echo /var/lib/docker ;;
  ps) echo aaa ;;
  inspect)
    for each in runs:running:no bare:running: kept:running:always retried:running:on-failure halted:exited:no; do
      state=${each#*:}
      echo "container /${each%%:*} ${state%:*} ${state#*:} image:1 0 0001-01-01T00:00:00Z"
    done ;;
  images) ;;
esac
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_what_runs_without_a_restart_policy_is_named_and_nothing_else(tmp_path: Path, shell: str) -> None:
    names = ("runs", "bare", "kept", "retried", "halted", "none")
    tools = tool(tmp_path, "docker", POLICIES)
    assert asked(tools, [ContainersWithoutRestartPolicy(host=HOST, containers=names)], shell) == [("runs", "bare")]
    assert asked(tools, [ContainersWithoutRestartPolicy(host=HOST, containers=("kept",))], shell) == [()]


NOW = 1_795_013_600
"""2026-11-18T14:53:20Z"""


def container(name: str, started: str, restarts: int = 0, state: str = "running") -> str:
    return f"container\t/{name}\t{state}\tunless-stopped\timage:1\t{restarts}\t{started}\n"


def unsteady(*rows: str, names: tuple[str, ...] = ("x",), apps: tuple[str, ...] = ()) -> object:
    fact = UnsteadyContainers(host=HOST, containers=names, apps=apps)
    listed = f"docker\tusable\nroot\tlasting\nnow\t{NOW}\n{''.join(rows)}end\n"
    return brief(PROBE.parse([fact], Output(stdout=listed))[fact])


@pytest.mark.parametrize(
    ("started", "restarts", "steady"),
    [
        ("2026-11-18T14:53:18.123456789Z", 0, False),
        ("2026-11-18T14:53:15Z", 0, True),
        ("2026-11-18T14:53:15Z", 1, False),
        ("2026-11-18T14:53:06Z", 40, False),
        ("2026-11-18T14:52:21Z", 1, False),
        ("2026-11-18T14:52:20Z", 1, True),
        ("2026-11-17T00:00:00Z", 9, True),
        ("2026-11-18T14:53:21.5Z", 0, False),
        ("2026-11-18T15:53:20Z", 1, True),
    ],
    ids=[
        "just-started",
        "five-seconds",
        "five-seconds-and-restarted",
        "dies-every-fifteen-seconds",
        "nearly-a-minute-after-a-restart",
        "a-minute-after-a-restart",
        "restarted-the-day-before",
        "after-the-time-was-told",
        "before-the-clock-was-set-back",
    ],
)
def test_what_runs_and_was_not_seen_to_stay_up_is_named(started: str, restarts: int, steady: bool) -> None:
    assert unsteady(container("x", started, restarts)) == (() if steady else ("x",))


@pytest.mark.parametrize("age", range(15))
def test_one_that_dies_every_fifteen_seconds_is_found_at_every_look(age: int) -> None:
    """docker starts it 100 ms later, so it is "running" whenever anybody looks."""
    assert unsteady(container("x", f"2026-11-18T14:53:{20 - age:02d}Z", 1)) == ("x",)


@pytest.mark.parametrize("state", ["exited", "restarting", "created", "dead", "paused"])
def test_what_does_not_run_is_for_its_state_to_say(state: str) -> None:
    assert unsteady(container("x", "2026-11-18T14:53:19Z", 3, state)) == ()
    assert unsteady() == ()


def test_a_saas_stays_up_in_any_of_its_containers() -> None:
    old, young = container("bk_iam-1", "2026-11-01T00:00:00Z"), container("bk_iam-2", "2026-11-18T14:53:19Z")
    assert unsteady(old, young, names=(), apps=("bk_iam",)) == ()
    assert unsteady(young, names=(), apps=("bk_iam", "bk_sops")) == ("bk_iam",)


def test_a_host_that_was_just_booted_is_believed_after_five_seconds() -> None:
    """All of its containers are young, and docker counts anew with its own start."""
    rows = [container(name, "2026-11-18T14:53:14Z") for name in "abc"]
    assert unsteady(*rows, names=("a", "b", "c")) == ()


@pytest.mark.parametrize(
    "row",
    [
        container("x", "2026-11-18T14:53:19+08:00"),
        container("x", "yesterday"),
        container("x", "2026-11-18T14:53:19.1+08:00"),
        container("x", "2026-11-18T14:53:19Z").replace("\t0\t", "\tmany\t"),
    ],
)
def test_an_age_that_is_not_plain_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unsteady(row)


def test_environments_are_never_asked_for() -> None:
    assert "Env" not in PROBE.command(FACTS).script
