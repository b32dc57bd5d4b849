"""`check --every 2s` for a quarter of an hour over a finished 6.2.2, while things are done to its hosts.

BKREC_LAB=every pytest -m campaign -s tests/lab/test_repeated_check.py

One process goes through all of it. What is done is known here, so every check in between has one right answer: the
second one that ended after it was done, and all after that, until it is undone. Meanwhile nothing may pile up, here or
on a host, each alert comes once, and the reports of one moment say the same in every format.
"""

import contextlib
import json
import re
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.lab.machine import nspawn
from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.operator import Desk, Running, fresh, on, until

pytestmark = [pytest.mark.campaign, pytest.mark.lab, pytest.mark.timeout(3600)]

FORMATS = ("json", "nagios", "junit", "html", "md", "ndjson", "text", "prom")
"""In the order in which they are written: where the first and the last are of one check, all are."""
RECOVERS_S = 240.0
CHECKS = 3
"""So many have the right answer before what was done is undone."""
NAGIOS = {"converged": "OK", "differs": "CRITICAL", "unknown": "UNKNOWN"}
LOGIN = "container.state bk-paas-login @10.0.0.2"
HOST_KEY = "etc/ssh/ssh_host_ed25519_key"

Check = dict[str, Any]


def _documents(text: str) -> Iterator[Check]:
    """Of a stream, but for what is not written to its end."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield document
        at += len(text[at:]) - len(text[at:].lstrip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the process and its sessions take."""

    at_s: float
    files: int
    resident_kb: int
    threads: int
    sessions: Mapping[str, int]
    """Host → processes of sshd's sessions and of what they run, the most of a few moments' least."""


@dataclass(slots=True)
class Watched:
    lab: Lab
    desk: Desk
    running: Running
    began: float = field(default_factory=time.monotonic)
    loads: list[Load] = field(default_factory=list[Load])
    compared: int = 0
    """Moments of which the reports were held against each other."""

    @property
    def checks(self) -> list[Check]:
        return list(_documents(self.running.out))

    def next_checks(self, number: int, timeout_s: float = 500.0) -> list[Check]:
        """Those that end from now on, the first two left out: they may have begun before."""
        before = len(self.checks)

        def done() -> list[Check] | None:
            self._compare_reports()
            checks = self.checks[before + 2 :]
            return checks if len(checks) >= number else None

        checks: list[Check] = until(done, timeout_s, f"{number} more checks")
        self.loads.append(self.load())
        return checks

    def converged(self, timeout_s: float = RECOVERS_S) -> float:
        """The seconds it took; a check that began before counts as well, as nothing differs any more."""
        began, before = time.monotonic(), len(self.checks)

        def done() -> bool:
            self._compare_reports()
            return any(check.get("verdict") == "converged" for check in self.checks[before + 1 :])

        until(done, timeout_s, "a check found it converged")
        return time.monotonic() - began

    def load(self) -> Load:
        status = Path(f"/proc/{self.running.process.pid}/status").read_text(encoding="ascii")
        numbers = {
            name: int(match[1]) for name in ("VmRSS", "Threads") if (match := re.search(rf"{name}:\s+(\d+)", status))
        }
        return Load(
            at_s=time.monotonic() - self.began,
            files=len(list(Path(f"/proc/{self.running.process.pid}/fd").iterdir())),
            resident_kb=numbers["VmRSS"],
            threads=numbers["Threads"],
            sessions={host: self._sessions(host) for host in HOSTS},
        )

    def _sessions(self, host: str) -> int:
        """Of sshd, for root. Each connection has one; a command that runs belongs to it."""
        init = nspawn.init_pid(self.lab.place, host)
        return sum(_command(pid).startswith("sshd: root@") for pid in _below(init))

    def _compare_reports(self) -> None:
        """Where they are of one moment; the process goes on writing them."""
        reports = self.desk.home / "reports"
        with contextlib.suppress(FileNotFoundError):
            last = _prom_moment((reports / "prom").read_text(encoding="utf-8"))
            texts = {name: (reports / name).read_text(encoding="utf-8") for name in FORMATS}
            first = json.loads((reports / "json").read_text(encoding="utf-8"))
            document = json.loads(texts["json"])
            if document != first or _moment(document) != last or _prom_moment(texts["prom"]) != last:
                return
            (_agree if "verdict" in document else _agree_on_failure)(document, texts)
            self.compared += 1


def _below(pid: int | None) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split():
            yield int(child)
            yield from _below(int(child))


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def _moment(document: Check) -> int:
    words = document.get("checked", "")
    return int(time.mktime(time.strptime(words[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone) if words else 0


def _prom_moment(text: str) -> int:
    match = re.search(r"^bkrec_check_last_run_timestamp_seconds\S* (\d+)$", text, re.MULTILINE)
    return int(match[1]) if match else 0


def _agree(document: Check, texts: Mapping[str, str]) -> None:
    verdict, drift, unknown = document["verdict"], document["drift"], document["unknown"]
    ids = {item["fact"] for item in drift}, {item["fact"] for item in unknown}
    cases = ElementTree.fromstring(texts["junit"]).iter("testcase")
    told = {"failure": set[str](), "error": set[str]()}
    for case in cases:
        for child in case:
            if child.tag in told:
                told[child.tag].add(case.attrib["name"])
    assert (told["failure"], told["error"]) == ids
    *lines, summary = map(json.loads, texts["ndjson"].splitlines())
    counted = Counter(line["severity"] for line in lines)
    assert {line["fact"] for line in lines if line["severity"] in ("drift", "latent")} == ids[0]
    assert {line["fact"] for line in lines if line["severity"] == "unknown"} == ids[1]
    assert (summary["verdict"], summary["matching"]) == (verdict, document["matching"])
    prom = dict(re.findall(r"^(bkrec_check_(?:verdict|facts)\{.*\}) (\d+)$", texts["prom"], re.MULTILINE))
    assert [name for name, value in prom.items() if "_verdict" in name and value == "1"] == [
        f'bkrec_check_verdict{{cluster="lab",verdict="{verdict}"}}'
    ]
    facts = {"matching": document["matching"], "drift": len(drift), "unknown": len(unknown)}
    assert {name: int(prom[f'bkrec_check_facts{{cluster="lab",state="{name}"}}']) for name in facts} == facts
    state = NAGIOS[verdict]
    if verdict == "differs" and not counted["drift"]:
        state = "WARNING"
    data = dict(re.findall(r"(\w+)=(\d+)", texts["nagios"].rpartition("|")[2]))
    assert texts["nagios"].startswith(f"BKREC {state} - ") or (verdict == "converged" and counted["advice"])
    assert (int(data["drift"]), int(data["unknown"])) == (counted["drift"], counted["unknown"])
    assert int(data["facts"]) == sum(facts.values())
    headline = texts["text"].splitlines()[0]
    assert headline in texts["md"].replace("\\", "")
    assert headline.split(":")[0] in re.sub(r"<[^>]+>", "", texts["html"])
    for name in ("html", "md"):
        assert all(item["host"] in texts[name] for item in (*drift, *unknown))


def _agree_on_failure(document: Check, texts: Mapping[str, str]) -> None:
    """Where the cluster could not be read at all."""
    codes = {problem["code"] for problem in document["problems"]}
    assert json.loads(texts["ndjson"]) == document
    assert {case.attrib["name"] for case in ElementTree.fromstring(texts["junit"]).iter("testcase")} == codes
    assert 'bkrec_check_verdict{cluster="lab",verdict="unknown"} 1' in texts["prom"]
    assert texts["nagios"].startswith(f"BKREC UNKNOWN - lab: [{document['problems'][0]['code']}]")
    for name in ("html", "md"):
        assert all(code in texts[name].replace("\\", "") for code in codes)


def _alerts(desk: Desk, kind: str) -> list[dict[str, Any]]:
    file = desk.home / kind
    return list(_documents(file.read_text(encoding="utf-8"))) if file.exists() else []


def _drift(check: Check) -> set[str]:
    """But for what follows from something else that differs."""
    return {item["fact"] for item in check.get("drift", ()) if item["cause"] is None}


def _unread(check: Check) -> dict[str, set[str]]:
    """Host → the codes of why."""
    result: dict[str, set[str]] = {}
    for item in check.get("unknown", ()):
        result.setdefault(item["host"], set()).add(item["reading"]["why"]["code"])
    return result


@pytest.fixture
def watched(lab: Lab, tmp_path: Path) -> Iterator[Watched]:
    desk = fresh(lab, tmp_path / "desk", whole=True)
    desk.bkrec("apply", "--yes", timeout_s=1800).must(0)
    yield from _watched(lab, desk)


def _watched(lab: Lab, desk: Desk) -> Iterator[Watched]:
    alert = "\n".join(f'on_{kind} = ["/usr/bin/tee", "-a", "{desk.home / kind}"]' for kind in ("drift", "recovery"))
    text = desk.cluster.read_text(encoding="utf-8")
    if "[check]" not in text:
        desk.cluster.write_text(f"{text}\n[check]\n{alert}\n", encoding="utf-8")
    (desk.home / "reports").mkdir(exist_ok=True)
    reports = [word for name in FORMATS for word in ("--report", f"{name}={desk.home / 'reports' / name}")]
    running = desk.start("--lang", "en", "check", "--every", "2s", "-o", "json", *reports)
    with desk.watched_over():
        yield Watched(lab, desk, running)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    name: str
    do: Callable[[Lab], object]
    undo: Callable[[Lab], object]
    right: Callable[[Check], object]
    """True of every check while it is done."""


def _stop(lab: Lab) -> None:
    on(lab, "h2", "docker stop -t 1 bk-paas-login")


def _start(lab: Lab) -> None:
    on(lab, "h2", "docker start bk-paas-login")


LIMITS = "seal.file system /etc/security/limits.conf @10.0.0.1"
CLOCK = "host.clock-near 300 @10.0.0.2"
AN_HOUR = "#!/bin/sh\nexec /bin/date -d '+1 hour' \"$@\"\n"
"""The hosts of a lab share one clock: on one of them everybody who asks gets another time."""
FULL = """
for place in /tmp /var/tmp; do
    mount -t tmpfs -o size=64k none "$place"
    cat /dev/zero > "$place/full" 2> /dev/null || :
done
"""


def _edit(lab: Lab) -> None:
    on(lab, "h1", "cp -p /etc/security/limits.conf /root/limits; echo '# a person' >> /etc/security/limits.conf")


def _restore(lab: Lab) -> None:
    on(lab, "h1", "cp -p /root/limits /etc/security/limits.conf; rm /root/limits")


def _replace_host_key(lab: Lab, host: str) -> None:
    root = lab.place.root(host)
    (root / HOST_KEY).rename(root / f"{HOST_KEY}.kept")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root / HOST_KEY], check=True)
    lab.sshd_kill(host)


def _restore_host_key(lab: Lab, host: str) -> None:
    root = lab.place.root(host)
    (root / f"{HOST_KEY}.kept").rename(root / HOST_KEY)
    lab.sshd_kill(host)


def _differs(*facts: str) -> Callable[[Check], bool]:
    return lambda check: check.get("verdict") == "differs" and _drift(check) == set(facts)


def _only_unread(host: str, *codes: str) -> Callable[[Check], bool]:
    """Of that host nothing was read, for that reason; nothing is said to differ there."""

    def right(check: Check) -> bool:
        there = [item for item in check.get("drift", ()) if item["host"] == HOSTS[host]]
        return check.get("verdict") == "unknown" and not there and _unread(check).get(HOSTS[host]) == set(codes)

    return right


def _problem(*codes: str) -> Callable[[Check], bool]:
    """The cluster could not be read at all."""
    return lambda check: {problem["code"] for problem in check.get("problems", ())} == set(codes)


CUT = {"h3": 1, "h1": 1}
DEEDS = (
    Deed(name="a container is stopped", do=_stop, undo=_start, right=_differs(LOGIN)),
    Deed(name="a sealed file is edited", do=_edit, undo=_restore, right=_differs(LIMITS)),
    Deed(
        name="a host's cable is pulled",
        do=lambda lab: lab.partition("h3"),
        undo=lambda lab: lab.heal("h3"),
        right=_only_unread("h3", "host-unreachable"),
    ),
    Deed(
        name="a host's clock is an hour ahead",
        do=lambda lab: lab.ssh("h2", "cat > /usr/local/bin/date; chmod +x /usr/local/bin/date", stdin=AN_HOUR.encode()),
        undo=lambda lab: on(lab, "h2", "rm /usr/local/bin/date"),
        right=lambda check: CLOCK in _drift(check) and check["verdict"] == "differs",
    ),
    Deed(
        name="a host has no room for a temporary file",
        do=lambda lab: on(lab, "h1", FULL),
        undo=lambda lab: on(lab, "h1", "umount /tmp /var/tmp"),
        right=lambda check: check.get("verdict") == "converged",
    ),
    Deed(
        name="a host has another host key",
        do=lambda lab: _replace_host_key(lab, "h2"),
        undo=lambda lab: _restore_host_key(lab, "h2"),
        right=_only_unread("h2", "host-key-changed"),
    ),
    Deed(
        name="the controller's cable is pulled",
        do=lambda lab: lab.partition("h1"),
        undo=lambda lab: lab.heal("h1"),
        right=_problem("host-unreachable"),
    ),
    Deed(
        name="a host is rebooted, and of a SaaS nobody starts the containers again",
        do=lambda lab: lab.reboot("h2"),
        undo=lambda lab: on(lab, "h2", "docker ps -aq | xargs docker start"),
        right=lambda check: (
            check.get("verdict") == "differs" and any("container.app" in fact for fact in _drift(check))
        ),
    ),
)


def test_every_check_is_right_each_alert_comes_once_and_nothing_piles_up(watched: Watched) -> None:
    watched.converged()
    watched.next_checks(CHECKS)
    first = watched.loads[-1]
    for deed in DEEDS:
        _done(watched, deed)
    _overlapping(watched)
    watched.next_checks(CHECKS)
    last = watched.loads[-1]
    print(f"{len(watched.checks)} checks in {last.at_s:.0f} s, {watched.compared} moments compared")
    for load in watched.loads:
        print(load)
    assert last.files <= first.files
    assert last.resident_kb <= first.resident_kb * 1.3
    assert last.threads <= first.threads
    # whose cable was pulled keeps the session of then until its own TCP gives it up; nobody could end it from here
    assert all(number <= 1 + CUT.get(host, 0) for host, number in last.sessions.items()), last.sessions
    assert watched.compared > len(DEEDS)
    watched.running.process.send_signal(signal.SIGTERM)
    assert watched.running.finish(60).code in (0, 143)


def _done(watched: Watched, deed: Deed) -> None:
    alerts = {kind: len(_alerts(watched.desk, kind)) for kind in ("drift", "recovery")}
    deed.do(watched.lab)
    checks = watched.next_checks(CHECKS)
    deed.undo(watched.lab)
    wrong = [check for check in checks if not deed.right(check)]
    took_s = watched.converged()
    watched.next_checks(1)
    drift, recovery = (_alerts(watched.desk, kind)[alerts[kind] :] for kind in ("drift", "recovery"))
    print(f"{deed.name}: {len(checks)} checks right, converged {took_s:.0f} s later, ", end="")
    print(f"{len(drift)} + {len(recovery)} alerts")
    assert not wrong, f"{deed.name}\n{json.dumps(wrong[0], indent=1)[:6000]}"
    found = Counter(fact for alert in drift for fact in alert["new"])
    assert not [fact for fact, times in found.items() if times > 1], found
    assert len(recovery) == min(1, len(drift))


def _overlapping(watched: Watched) -> None:
    """Two at once, undone one after the other: an alert for each, and one recovery at the end."""
    alerts = len(_alerts(watched.desk, "drift")), len(_alerts(watched.desk, "recovery"))
    first, second = DEEDS[:2]
    first.do(watched.lab)
    assert all(map(_differs(LOGIN), watched.next_checks(2)))
    second.do(watched.lab)
    assert all(map(_differs(LOGIN, LIMITS), watched.next_checks(2)))
    first.undo(watched.lab)
    assert all(map(_differs(LIMITS), watched.next_checks(2)))
    assert len(_alerts(watched.desk, "recovery")) == alerts[1]
    second.undo(watched.lab)
    watched.converged()
    watched.next_checks(1)
    found = [fact for alert in _alerts(watched.desk, "drift")[alerts[0] :] for fact in alert["new"]]
    assert found[0] == LOGIN
    assert LIMITS in found
    assert len(found) == len(set(found)), found
    assert len(_alerts(watched.desk, "recovery")) == alerts[1] + 1
