"""The cluster that is checked: the lab's three hosts, then as many more as wanted, each with one module of theirs."""

import os
from pathlib import Path

from tests.sim.big import GUIDE, SCALED, address

SIZES = (3, 30, 100)
STATES = ("different", "converged")
ANSWERS = Path(os.environ.get("BKREC_BENCH_ANSWERS", "/var/tmp/bkrec-benchmarks/answers"))


def install_config(hosts: int) -> str:
    """The lines after those of the lab's own hosts."""
    return "".join(f"{address(number)} {module_of(number)}\n" for number in range(len(GUIDE), hosts))


def module_of(number: int) -> str:
    return SCALED[number % len(SCALED)]


def base_of(host: str) -> str:
    """The host of the lab that has the same module."""
    number = next(number for number in range(1000) if address(number) == host)
    if number >= len(GUIDE):
        module = module_of(number)
        number = next(n for n, modules in enumerate(GUIDE) if module in expanded(modules))
    return address(number)


def expanded(modules: str) -> frozenset[str]:
    names = modules.split(",")
    return frozenset((*names, *(name.partition("(")[0] for name in names)))
