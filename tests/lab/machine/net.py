"""The lab's network: a namespace of its own with a bridge, the operator's address on it, and one veth per host.

The root namespace sees none of it, so 10.0.0.1-3 can meet no real host and a second lab can use the same addresses.
A host's own namespace outlives the host: a rebooted machine finds its cable where it was.
"""

from pathlib import Path

from .place import HOSTS, OPERATOR_IP, Place, quiet, sh

BRIDGE = "br0"


def _exists(namespace: str) -> bool:
    return Path("/run/netns", namespace).exists()


def up(place: Place) -> None:
    lab = place.netns
    if not _exists(lab):
        sh("ip", "netns", "add", lab)
        sh("ip", "-n", lab, "link", "set", "lo", "up")
        sh("ip", "-n", lab, "link", "add", BRIDGE, "type", "bridge")
        sh("ip", "-n", lab, "addr", "add", f"{OPERATOR_IP}/24", "dev", BRIDGE)
        sh("ip", "-n", lab, "link", "set", BRIDGE, "up")
    for host, ip in HOSTS.items():
        if not _exists(place.host_netns(host)):
            _plug_in(lab, place.host_netns(host), host, ip)


def _plug_in(lab: str, namespace: str, host: str, ip: str) -> None:
    sh("ip", "netns", "add", namespace)
    sh("ip", "-n", lab, "link", "add", f"v{host}", "type", "veth", "peer", "name", "eth0", "netns", namespace)
    sh("ip", "-n", lab, "link", "set", f"v{host}", "master", BRIDGE, "up")
    sh("ip", "-n", namespace, "addr", "add", f"{ip}/24", "dev", "eth0")
    sh("ip", "-n", namespace, "link", "set", "eth0", "up")
    sh("ip", "-n", namespace, "link", "set", "lo", "up")
    sh("ip", "-n", namespace, "route", "add", "default", "via", OPERATOR_IP)


def down(place: Place) -> None:
    for namespace in [*(place.host_netns(host) for host in HOSTS), place.netns]:
        if _exists(namespace):
            quiet("ip", "netns", "del", namespace)


def partition(place: Place, host: str) -> None:
    """Pull the cable: nothing reaches the host, and its open connections hang instead of being reset."""
    sh("ip", "-n", place.netns, "link", "set", f"v{host}", "down")


def heal(place: Place, host: str) -> None:
    sh("ip", "-n", place.netns, "link", "set", f"v{host}", "up")


def slow(place: Place, host: str, kbit: int) -> None:
    """A thin cable: so much in each direction, and whatever waits longer than four seconds for its turn is lost."""
    for end in _ends(place, host):
        sh("tc", *end, "root", "tbf", "rate", f"{kbit}kbit", "burst", "4k", "latency", "4s")


def _ends(place: Place, host: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        ("-n", namespace, "qdisc", "replace", "dev", device)
        for namespace, device in ((place.netns, f"v{host}"), (place.host_netns(host), "eth0"))
    )


def fast(place: Place, host: str) -> None:
    for end in _ends(place, host):
        sh("tc", *end, "root", "pfifo")
