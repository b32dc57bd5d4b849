"""Hosts in few words: `10.0.0.1-3,7` instead of four addresses."""

from collections.abc import Iterable, Iterator

from reconciler.view.messages.ui import label
from reconciler.view.render import sanitized
from specs.text import Lang

MAX_RANGES = 4
"""Ranges that are named; the count says how many hosts there are."""


def hosts_text(hosts: Iterable[str], lang: Lang) -> str:
    """One by its address; several abbreviated, with their number. Whole addresses where they are no IPv4."""
    unique = tuple(dict.fromkeys(hosts))
    if len(unique) < 2:
        return sanitized("".join(unique))
    ranges = list(_ranges(unique))
    listed = ", ".join(ranges[:MAX_RANGES]) + (", …" if len(ranges) > MAX_RANGES else "")
    return label("hosts-abbreviated", lang, hosts=sanitized(listed), count=len(unique))


def _ranges(hosts: tuple[str, ...]) -> Iterator[str]:
    numbered = {host: number for host in hosts if (number := _number(host)) is not None}
    last_network = ""
    for first, last in _runs(sorted(set(numbered.values()))):
        network, start = f"{first >> 24}.{first >> 16 & 255}.{first >> 8 & 255}.", str(first & 255)
        span = start if first == last else f"{start}-{last & 255}"
        yield span if network == last_network else network + span
        last_network = network
    yield from (host for host in hosts if host not in numbered)


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of consecutive numbers within one network of 256."""
    start = previous = None
    for number in numbers:
        if start is None or previous is None or number != previous + 1 or number >> 8 != previous >> 8:
            if start is not None and previous is not None:
                yield start, previous
            start = number
        previous = number
    if start is not None and previous is not None:
        yield start, previous


def _number(host: str) -> int | None:
    parts = host.split(".")
    if len(parts) != 4 or not all(part.isdecimal() and part.isascii() and int(part) < 256 for part in parts):
        return None
    return int.from_bytes(bytes(int(part) for part in parts), "big")
