"""Hosts in few words, with their number."""

import pytest

from reconciler.view.hosts import hosts_text


@pytest.mark.parametrize(
    ("hosts", "text"),
    [
        (("10.0.0.3",), "10.0.0.3"),
        ((), ""),
        (("10.0.0.3", "10.0.0.3"), "10.0.0.3"),
        (("10.0.0.2", "10.0.0.1", "10.0.0.3"), "10.0.0.1-3 (3 hosts)"),
        (("10.0.0.9", "10.0.0.1", "10.0.0.2"), "10.0.0.1-2, 9 (3 hosts)"),
        (("10.0.0.255", "10.0.1.0"), "10.0.0.255, 10.0.1.0 (2 hosts)"),
        (("10.0.0.1", "fd00::1"), "10.0.0.1, fd00::1 (2 hosts)"),
        (("a.b.c.d", "10.0.0.300"), "a.b.c.d, 10.0.0.300 (2 hosts)"),
        (tuple(f"10.0.0.{2 * n}" for n in range(1, 8)), "10.0.0.2, 4, 6, 8, … (7 hosts)"),
    ],
)
def test_consecutive_addresses_are_a_range(hosts: tuple[str, ...], text: str) -> None:
    assert hosts_text(hosts, "en") == text


def test_the_number_reads_in_chinese_too() -> None:
    assert hosts_text(("10.0.0.1", "10.0.0.2"), "zh") == "10.0.0.1-2（2 台）"
