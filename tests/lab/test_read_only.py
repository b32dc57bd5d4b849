"""What only looks: `init`, `diff`, `plan`, `check` on a pristine 6.1, and that none of them writes to any host."""

import signal
import tomllib
from pathlib import Path

import pytest

from tests.lab.machine.api import Lab
from tests.lab.machine.place import CONTROLLER, HOSTS
from tests.lab.support.file_traces import changed, fingerprint, wrote
from tests.lab.support.operator import LEFT, PLACED, Desk, fresh, on, undated, until, with_canary
from tests.lab.support.processes import CANARY

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def desk(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return fresh(lab, tmp_path_factory.mktemp("look") / "desk")


def test_check_on_pristine_differs_and_says_it_twice_the_same(desk: Desk) -> None:
    """But for the time of the check, which its JSON says."""
    first, second = (desk.bkrec("check").must(2) for _ in range(2))
    assert (first.out, first.err) == (second.out, second.err)
    documents = [undated(desk.bkrec("check", "-o", "json").must(2).document) for _ in range(2)]
    assert documents[0] == documents[1]


def test_every_drift_names_fact_host_module_expected_reading_because_and_source(desk: Desk) -> None:
    readings = desk.bkrec("check", "-o", "json").must(2).document
    assert (readings["schema"], readings["release"], readings["verdict"], readings["unknown"]) == (
        "bkrec.check/1", "6.2.2", "differs", [],
    )  # fmt: skip
    assert len(readings["drift"]) > 80
    for drift in readings["drift"]:
        assert drift["fact"].endswith(f"@{drift['host']}")
        assert drift["host"] in HOSTS.values()
        assert drift["expected"] != drift["reading"]
        assert drift["reading"]["kind"] in ("known", "absent")
        assert "module" in drift
        assert all((drift["source"], drift["because"]["code"], drift["because"]["en"], drift["because"]["zh"]))
    assert {"paas", "auth", "redis_cluster"} <= {drift["module"] for drift in readings["drift"]}


def look(desk: Desk, code: int) -> None:
    """With every command that only reads; `code` is that of the cluster's verdict."""
    for command in ("check", "diff", "plan"):
        for form in ("text", "json"):
            desk.bkrec(command, "-o", form).must(code)
    desk.bkrec("plan", "--out", str(desk.home / "plan.json")).must(code)
    desk.bkrec("probe", "--save", str(desk.home / "readings.json")).must(0)
    desk.bkrec("trust").must(0)
    for words in (("lock", "status"), ("status",), ("history",), ("ack",)):
        desk.bkrec(*words).must(0)


def test_diff_plan_and_check_write_nothing_on_any_host(desk: Desk) -> None:
    assert wrote(desk.lab, lambda: look(desk, 2))[1] == []
    assert not (desk.lab.place.root(CONTROLLER) / "var/lib/bkrec").exists()


def test_the_proof_of_no_write_finds_one(desk: Desk) -> None:
    before = fingerprint(desk.lab)
    on(desk.lab, "h2", "touch -a /etc/hostname; chmod 0644 /etc/hostname; : > /data/bkce/seen; rm /data/bkce/seen")
    found = {line.split(":")[0] for line in changed(before, fingerprint(desk.lab))}
    assert {"h2 /data/bkce", "h2 /etc/hostname"} <= found
    assert all(line.startswith("h2 ") for line in found)


def test_probe_tells_every_fact_that_check_judges(desk: Desk) -> None:
    judged = desk.bkrec("check", "-o", "json").must(2).document
    told = desk.bkrec("probe", "-o", "json").must(0).document
    read = {one["fact"]: (one["module"], one["reading"]) for one in told["facts"]}
    assert len(read) >= judged["matching"] + len(judged["drift"])
    for drift in judged["drift"]:
        assert read[drift["fact"]] == (drift["module"], drift["reading"])


def test_unknown_host_keys_are_trusted_and_then_read(desk: Desk, tmp_path: Path) -> None:
    mine = Desk(desk.lab, tmp_path / "desk")
    known_hosts = mine.home / "known_hosts"
    mine.configure(known_hosts=str(known_hosts))
    assert "error[host-key-unknown]" in mine.bkrec("check").must(4).err
    mine.bkrec("trust").must(5)
    mine.bkrec("trust", "--yes").must(0)
    mine.bkrec("check").must(2)
    pinned = {line.split()[0]: line.split()[-1] for line in known_hosts.read_text().splitlines()}
    known = desk.lab.place.known_hosts.read_text(encoding="utf-8").splitlines()
    assert pinned == {line.partition(",")[0]: line.split()[-1] for line in known}


def test_init_writes_a_cluster_file_that_works(desk: Desk, tmp_path: Path) -> None:
    mine = Desk(desk.lab, tmp_path / "desk")

    def init() -> None:
        mine.cluster.unlink()
        mine.bkrec("init", "--controller", f"root@{HOSTS[CONTROLLER]}").must(0)

    assert wrote(desk.lab, init)[1] == []
    written = tomllib.loads(mine.cluster.read_text(encoding="utf-8"))
    assert {module: [HOSTS[host]] for module, host in PLACED.items()}.items() <= written["placement"].items()
    mine.bkrec("check").must(2)
    mine.cluster.write_text(LEFT + mine.cluster.read_text(encoding="utf-8"), encoding="utf-8")
    by_init, by_hand = (
        {d["fact"] for d in each.bkrec("check", "-o", "json").document["drift"]} for each in (mine, desk)
    )
    extra = {fact.partition("install.config ")[2] for fact in by_init - by_hand}
    assert by_hand <= by_init
    assert extra <= {"monitorv3(ingester) @10.0.0.1"}, "init also places what is new within an old module"


def test_init_overwrites_nothing(desk: Desk) -> None:
    kept = desk.cluster.read_bytes()
    said = desk.bkrec("init", "--controller", f"root@{HOSTS[CONTROLLER]}").must(65)
    assert "error[file-exists]" in said.err
    assert desk.cluster.read_bytes() == kept


def test_no_secret_in_anything_said_about_a_pristine_cluster(desk: Desk) -> None:
    """All that the tests above made it say."""
    assert {"check", "diff", "plan"} <= {said.args[0] for said in desk.said}
    assert [said.args for said in desk.said if CANARY.decode() in said.all] == []
    assert list(with_canary(desk.home)) == []


@pytest.mark.campaign
@pytest.mark.timeout(1200)
def test_nor_do_they_in_the_middle_of_an_upgrade_and_after_it(pristine: Desk) -> None:
    """Stopped by one Ctrl-C when some steps are done: nothing is at work on any host, and half of it is 6.2.2."""
    first = pristine.start("apply", "--yes", "-o", "json")
    until(lambda: b'"step-done"' in (first.home / "out").read_bytes(), 300, "a step is done")
    first.process.send_signal(signal.SIGINT)
    first.finish(timeout_s=300).must(130)
    assert wrote(pristine.lab, lambda: look(pristine, 2))[1] == []
    pristine.bkrec("apply", "--yes", timeout_s=600).must(0)
    pristine.until_converged()
    assert wrote(pristine.lab, lambda: look(pristine, 0))[1] == []
