"""A rehearsal held against what comes: predicted and real time, outage windows, and how wrong the remaining time is.

BKREC_LAB=rehearsal pytest -m campaign -s tests/lab/test_rehearsal.py

Upgrades of one cluster, one after the other, each from the pristine 6.1 and rehearsed before. When a product is down is
not taken from bkrec: its ports are knocked at from outside, all the time.
"""

import dataclasses
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks import eta
from tests.lab.machine.api import Lab
from tests.lab.machine.place import HOSTS
from tests.lab.support.operator import fresh

UPGRADES = int(os.environ.get("BKREC_UPGRADES", "3"))
pytestmark = [pytest.mark.campaign, pytest.mark.lab, pytest.mark.timeout(3600 * UPGRADES)]

PORTS = {
    "paas": ("h2", 8001), "iam": ("h1", 5001), "usermgr": ("h1", 8009), "cmdb": ("h3", 9000), "job": ("h3", 10502),
    "nodeman": ("h3", 10300), "monitorv3": ("h1", 3000), "log": ("h3", 10400),
}  # fmt: skip
"""Of 6.1 and 6.2 alike: `machine/release.py`."""
KNOCK = """
import json, socket, sys, time
ports = json.loads(sys.argv[1])
while True:
    begun, closed = time.time(), []
    for name, address in ports.items():
        try:
            socket.create_connection(tuple(address), timeout=1).close()
        except OSError:
            closed.append(name)
    print(json.dumps([begun, closed]), flush=True)
    time.sleep(max(0, begun + 0.5 - time.time()))
"""
"""Runs in the lab's network. It ends when nobody reads what it prints."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    rehearsed: dict[str, Any]
    wall_s: float
    events: list[dict[str, Any]]
    down: dict[str, tuple[float, float]]
    """Product → from when until when a port of it was closed, since the first step began."""


@contextmanager
def knocking(lab: Lab) -> Generator[list[tuple[float, list[str]]]]:
    ports = {name: (HOSTS[host], port) for name, (host, port) in PORTS.items()}
    knocks: list[tuple[float, list[str]]] = []
    command = lab.inside(sys.executable, "-c", KNOCK, json.dumps(ports))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = process.stdout

        def read() -> None:
            knocks.extend((at, closed) for at, closed in map(json.loads, lines))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            yield knocks
        finally:
            process.kill()
            reader.join(10)


def _seconds(event: dict[str, Any]) -> float:
    return time.mktime(time.strptime(event["at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


def _down(knocks: list[tuple[float, list[str]]], began: float) -> dict[str, tuple[float, float]]:
    windows: dict[str, tuple[float, float]] = {}
    for at, closed in knocks:
        for name in closed:
            start, _ = windows.get(name, (at - began, 0.0))
            windows[name] = (start, at - began)
    return windows


def _upgraded(lab: Lab, home: Path) -> Upgrade:
    desk = fresh(lab, home, whole=True)
    rehearsed = desk.bkrec("rehearse", "-o", "json", timeout_s=600).must(2).document
    with knocking(lab) as knocks:
        done = desk.bkrec("apply", "--yes", "-o", "json", timeout_s=3000).must(0)
    journal = max(desk.state.glob("bkrec/lab-*/runs/*.jsonl"))
    events = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    steps = [event for event in events if event["event"] in ("step-started", "step-done")]
    began = min(map(_seconds, steps))
    print(f"{done.seconds:.0f} s with plan and end; what benchmarks/eta.py says of it and of those before:")
    eta.main(journal.parent)
    return Upgrade(
        rehearsed=rehearsed, wall_s=max(map(_seconds, steps)) - began, events=events, down=_down(knocks, began)
    )


def _windows(upgrade: Upgrade) -> Iterator[tuple[str, tuple[float, float]]]:
    """Of the steps that say they cut a product off: from the first one's start to the last one's end."""
    started = {event["step"]: event for event in upgrade.events if event["event"] == "step-started"}
    ended = {event["step"]: _seconds(event) for event in upgrade.events if event["event"] == "step-done"}
    began = min(_seconds(event) for event in started.values())
    for product in dict.fromkeys(window["module"] for window in upgrade.rehearsed["outages"]):
        steps = [step for step, event in started.items() if event.get("outage") == product]
        if steps:
            first, last = min(_seconds(started[step]) for step in steps), max(ended[step] for step in steps)
            yield product, (first - began, last - began)


@pytest.fixture(scope="module")
def upgrades(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> list[Upgrade]:
    home = tmp_path_factory.mktemp("rehearsal") / "desk"
    return [_upgraded(lab, home) for _ in range(UPGRADES)]


def test_time_and_outage_windows_beside_the_real_ones(upgrades: list[Upgrade]) -> None:
    for number, upgrade in enumerate(upgrades):
        rehearsed, real = upgrade.rehearsed, dict(_windows(upgrade))
        p50, p90 = rehearsed["p50_s"], rehearsed["p90_s"]
        print(f"\nupgrade {number + 1}, after {rehearsed['runs']} runs: p50 {p50:.0f} s, p90 {p90:.0f} s, ", end="")
        print(f"real {upgrade.wall_s:.0f} s")
        print("product           predicted        real             port closed")
        for window in rehearsed["outages"]:
            product, texts = window["module"], [f"{window['start_s']:5.0f} - {window['end_s']:5.0f}  "]
            for windows in (real, upgrade.down):
                start, end = windows.get(product, (None, None))
                texts.append("" if start is None or end is None else f"{start:5.0f} - {end:5.0f}  ")
            print(f"{product:16}  {'  '.join(f'{text:15}' for text in texts)}")
        assert rehearsed["runs"] == number


def test_a_product_is_closed_within_the_window_of_its_steps(upgrades: list[Upgrade]) -> None:
    """Users are cut off at no other time than a plan says. Two knocks and a second of the journal's either way."""
    for upgrade in upgrades:
        real = dict(_windows(upgrade))
        for product, (start, end) in upgrade.down.items():
            assert product in real
            assert real[product][0] - 3 <= start
            assert end <= real[product][1] + 3
