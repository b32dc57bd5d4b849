"""`check --install-timer` under a real systemd: shown, written, enabled; it fires by itself; its result; gone again.

BKREC_LAB=timer pytest -m campaign -s tests/lab/test_timer.py

The operator's machine is h1, whose systemd is 252 (Debian 12): once as `ops`, who may sudo and whose key opens the
hosts, once as root on the controller itself (`connect = "local"`), once as `ops` without sudo. The cluster is a
pristine 6.1, so that what the timer's check finds is known: it differs, with exit code 2.
"""

import json
import re
from typing import Any

import pytest

from tests.lab.machine.api import Lab
from tests.lab.support.installed import install
from tests.lab.support.operator import Desk, cluster_toml, fresh, on, until

pytestmark = [pytest.mark.campaign, pytest.mark.lab, pytest.mark.timeout(900)]

TIMER, SERVICE = "bkrec-check-lab.timer", "bkrec-check-lab.service"
UNITS = f"/etc/systemd/system/{SERVICE} /etc/systemd/system/{TIMER}"
REPORTS = "/var/lib/textfiles"
EXPOSURE = 2.0
FIRES_S = 90.0
"""It fires 10 s after it was enabled, up to 2 s later by chance; the check itself takes a while on a busy machine."""
PREPARE = f"""
install -d -o ops -g ops -m 755 {REPORTS}
install -d -m 755 /etc/bkrec
install -d -o ops -g ops -m 700 /home/ops/.ssh
install -o ops -g ops -m 600 /root/.ssh/id_ed25519 /root/.ssh/known_hosts /home/ops/.ssh/
"""
NO_MOUNT_POINTS = ("/usr", "/home")
MOUNTED = "".join(
    f"""
[[expect]]
fact = {{ kind = "system.mount-point", path = "{path}" }}
hosts = ["10.0.0.1"]
value = true
because = "false in the lab: a check that finds it true has looked at a sandbox of its own"
"""
    for path in NO_MOUNT_POINTS
)
USER_MANAGER = """
mkdir -p /run/systemd/system/user@.service.d
printf '[Service]\\nEnvironment=XDG_RUNTIME_DIR=/run/user/%%i\\n' > /run/systemd/system/user@.service.d/lab.conf
systemctl daemon-reload
systemctl start user@1000.service
"""
"""Of `ops`. The lab's hosts have no logind, which else says where its sockets are."""
AS_OPS = "cd /home/ops && sudo -u ops -H"


@pytest.fixture(scope="module")
def desk(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = fresh(lab, tmp_path_factory.mktemp("timer") / "desk")
    install(lab, "h1")
    on(lab, "h1", PREPARE)
    text = re.sub(r"(?m)^(identity|known_hosts) = .*\n", "", cluster_toml(lab))
    local = text.replace("[controller]\n", '[controller]\nconnect = "local"\n') + MOUNTED
    for name, content in (("cluster", text), ("local", local)):
        lab.ssh("h1", f"cat > /etc/bkrec/{name}.toml", stdin=content.encode())
    return desk


def _properties(lab: Lab, unit: str, *names: str, manager: str = "systemctl") -> dict[str, str]:
    words = on(lab, "h1", f"{manager} show {' '.join(f'-p {name}' for name in names)} {unit}")
    return dict(line.split("=", 1) for line in words.splitlines())


def _history(lab: Lab, home: str, file: str) -> dict[str, Any]:
    """Of the checks of that cluster file."""
    found = f"grep -lF '\"{file}\"' {home}/.local/state/bkrec/lab-*/cluster.json"
    return json.loads(on(lab, "h1", f'cat "$(dirname "$({found})")/check.json"'))


def _journal(lab: Lab, unit: str) -> str:
    return on(lab, "h1", f"journalctl --no-pager -o cat -u {unit}")


def _exposure(lab: Lab, unit: str) -> float:
    text = on(lab, "h1", f"systemd-analyze security --no-pager {unit}")
    print(text.rstrip().splitlines()[-1])
    match = re.search(r"Overall exposure level for \S+: ([0-9.]+)", text)
    assert match, text
    return float(match[1])


def _installed(lab: Lab, by: str, file: str, *options: str) -> str:
    """What it showed."""
    return on(lab, "h1", f"{by} bkrec -c /etc/bkrec/{file} --lang en check --install-timer --yes {' '.join(options)}")


def _ended(lab: Lab) -> dict[str, str]:
    """Waits until the service was started by its timer and has ended; not by us."""
    names = ("ActiveState", "Result", "ExecMainStatus", "ExecMainExitTimestampMonotonic")
    until(
        lambda: (
            (found := _properties(lab, SERVICE, *names))["ActiveState"] in ("failed", "inactive")
            and found["ExecMainExitTimestampMonotonic"] != "0"
        ),
        FIRES_S,
        "the timer's check ended",
    )
    return _properties(lab, SERVICE, *names)


def _fires_after(lab: Lab, first: dict[str, str]) -> None:
    """Once more, although its check did not end with 0."""
    name = "ExecMainStartTimestampMonotonic"
    until(
        lambda: int(_properties(lab, SERVICE, name)[name]) > int(first["ExecMainExitTimestampMonotonic"]),
        FIRES_S,
        "the timer fires once more",
    )


def _removed(lab: Lab, by: str, file: str) -> None:
    """Also while the check runs, or after it failed: systemd remembers neither."""
    print(on(lab, "h1", f"{by} bkrec -c /etc/bkrec/{file} --lang en check --remove-timer --yes"))
    assert on(lab, "h1", f"ls {UNITS} 2> /dev/null", expect=None) == ""
    gone = {"LoadState": "not-found", "ActiveState": "inactive"}
    for unit in (TIMER, SERVICE):
        assert _properties(lab, unit, *gone) == gone
    assert TIMER not in on(lab, "h1", "systemctl list-timers --all --no-pager")


def test_as_the_user_who_called_sudo(desk: Desk) -> None:
    lab = desk.lab
    by = f"{AS_OPS} sudo"
    shown = _installed(lab, by, "cluster.toml", "--every", "20s", "--report", f"prom={REPORTS}/bkrec.prom")
    print(shown)
    for path in UNITS.split():
        for line in on(lab, "h1", f"cat {path}").splitlines():
            assert f"    {line}".rstrip() in shown.splitlines()
    assert "User=ops" in shown
    assert on(lab, "h1", f"systemctl is-enabled {TIMER}; systemctl is-active {TIMER}").split() == ["enabled", "active"]

    first = _ended(lab)
    print(first)
    assert (first["Result"], first["ExecMainStatus"]) == ("exit-code", "2"), _journal(lab, SERVICE)
    by_hand = on(lab, "h1", f"{AS_OPS} bkrec -c /etc/bkrec/cluster.toml --lang en check", expect=2)
    assert by_hand.splitlines()[0] in _journal(lab, SERVICE).splitlines()
    assert 'verdict="differs"} 1' in on(lab, "h1", f"cat {REPORTS}/bkrec.prom")
    assert on(lab, "h1", f"stat -c %U {REPORTS}/bkrec.prom /home/ops/.local/state/bkrec/lab-*/check.json").split() == [
        "ops"
    ] * 2  # fmt: skip

    _fires_after(lab, first)
    assert _exposure(lab, SERVICE) <= EXPOSURE
    on(lab, "h1", f"systemctl start --no-block {SERVICE}")
    _removed(lab, by, "cluster.toml")


def test_where_it_is_installed_again_the_new_interval_counts(desk: Desk) -> None:
    lab = desk.lab
    _installed(lab, "", "cluster.toml", "--every", "1h")
    assert "OnUnitActiveUSec=1h " in on(lab, "h1", f"systemctl show -p TimersMonotonic {TIMER}")
    first = _ended(lab)
    _installed(lab, "", "cluster.toml", "--every", "20s")
    _fires_after(lab, first)
    _removed(lab, "", "cluster.toml")


@pytest.mark.parametrize(
    ("installs", "checks", "home", "most"),
    [
        pytest.param("", "", "/root", 3.0, id="root"),
        pytest.param(f"{AS_OPS} sudo", AS_OPS, "/home/ops", 7.4, id="by sudo"),
    ],
)
def test_on_the_controller_itself_it_reads_what_a_shell_reads(
    desk: Desk, installs: str, checks: str, home: str, most: float
) -> None:
    """Mount points too, which a sandbox makes: /usr and /home are none here."""
    lab = desk.lab
    _installed(lab, installs, "local.toml", "--every", "1h", "-o", "json")
    ended = _ended(lab)
    assert (ended["Result"], ended["ExecMainStatus"]) == ("exit-code", "2"), _journal(lab, SERVICE)
    found = _history(lab, home, "/etc/bkrec/local.toml")
    findings = {name for name, record in found["findings"].items() if record["present"]}
    by_hand = json.loads(on(lab, "h1", f"{checks} bkrec -c /etc/bkrec/local.toml check -o json", expect=2))
    print(f"facts that differ: by hand {len(by_hand['drift'])}, unknown {len(by_hand['unknown'])}")
    assert by_hand["unknown"] == []
    assert findings == {drift["fact"] for drift in by_hand["drift"]}
    assert {f"system.mount-point {path} @10.0.0.1" for path in NO_MOUNT_POINTS} <= findings
    assert _exposure(lab, SERVICE) <= most
    _removed(lab, installs, "local.toml")


def test_a_user_unit_runs_with_what_a_manager_without_privileges_may_set(desk: Desk) -> None:
    lab = desk.lab
    on(lab, "h1", USER_MANAGER)
    by = f"{AS_OPS} env XDG_RUNTIME_DIR=/run/user/1000"
    shown = _installed(lab, by, "cluster.toml", "--every", "1h")
    assert "/home/ops/.config/systemd/user/" in shown
    manager = f"{by} systemctl --user"
    names = ("ActiveState", "ExecMainStatus", "ExecMainExitTimestampMonotonic")
    until(
        lambda: _properties(lab, SERVICE, *names, manager=manager)["ExecMainExitTimestampMonotonic"] != "0",
        FIRES_S,
        "the user's timer fired, and its check ended",
    )
    assert _properties(lab, SERVICE, "ExecMainStatus", manager=manager) == {"ExecMainStatus": "2"}
    on(lab, "h1", f"{by} bkrec -c /etc/bkrec/cluster.toml check --remove-timer --yes")
    assert _properties(lab, TIMER, "LoadState", manager=manager) == {"LoadState": "not-found"}
