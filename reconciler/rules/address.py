"""Addresses of the gateway, new in 6.2: by the scheme, the port and the domain that the cluster has already.

The vendor's default file says http://apigw.bktencent.com:80, and the guide leaves it there: on https, or on a domain of
the operator's own, pages link to a name that nobody serves. What a person wrote into 03-userdef counts, whatever it is;
and once the gateway is installed its addresses are in many a rendered file, so that only an upgrade sets them.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from probes.env import EnvCopied, EnvPresent, EnvValue
from probes.fact import Absent, AnyExpected, AnyFact, Known, Readings
from probes.path import VersionText
from specs.cluster import Cluster
from specs.reason import inline
from specs.release import PublicAddress, Variable
from specs.text import LocalizedText

SCHEME, DOMAIN, PAAS = "BK_HTTP_SCHEMA", "BK_DOMAIN", "BK_PAAS_PUBLIC_ADDR"
AS_DELIVERED = ("http", "bktencent.com", "80")
OWN, MERGED = "03-userdef/global.env", "04-final/global.env"
GATEWAY = "apigw"
WHY = LocalizedText(
    en="the gateway is reached by the scheme, port and domain of the other products; add the name to your DNS",
    zh="网关与其他产品使用相同的协议、端口与域名；请为该域名配置 DNS",
)
SOURCE = "ce/bin/default/global.env:33-61"


def facts_of(cluster: Cluster) -> tuple[AnyFact, ...]:
    return (*_read_from(cluster), *_written(cluster).values(), *_gateways(cluster))


def _read_from(cluster: Cluster) -> tuple[EnvValue, EnvValue, EnvValue]:
    host, file = cluster.controller, cluster.env(MERGED)
    return (
        EnvValue(host=host, file=file, key=SCHEME),
        EnvValue(host=host, file=file, key=DOMAIN),
        EnvValue(host=host, file=file, key=PAAS),
    )


def _written(cluster: Cluster) -> dict[str, EnvPresent]:
    file = cluster.env(OWN)
    return {
        address.key: EnvPresent(host=cluster.controller, file=file, key=address.key)
        for address in cluster.release.public_addresses
    }


def _gateways(cluster: Cluster) -> tuple[VersionText, ...]:
    modules = (module for module in cluster.modules() if module.name == GATEWAY)
    return tuple(
        VersionText(host=host, path=cluster.home(module.version_file))
        for module in modules
        for host in cluster.hosts(module)
    )


def with_addresses(cluster: Cluster, readings: Readings) -> Cluster:
    """The cluster whose variables have the gateway's addresses; unchanged where the vendor's are right, where the
    gateway is there already, or where something of it is Unknown."""
    gateways = _gateways(cluster)
    if not gateways or any(readings.get(fact) != Absent() for fact in gateways):
        return cluster
    scheme, domain, paas = (_text(readings, fact) for fact in _read_from(cluster))
    port = paas.rpartition(":")[2] if ":" in paas else ""
    if not (scheme and domain and port) or (scheme, domain, port) == AS_DELIVERED:
        return cluster
    written = {key: readings.get(fact) for key, fact in _written(cluster).items()}
    missing = tuple(key for key, reading in written.items() if reading == Absent())
    present = tuple(key for key, reading in written.items() if reading == Known(True))
    return _with(cluster, f"{scheme}://", f"{domain}:{port}", missing, present)


def _text(readings: Readings, fact: EnvValue) -> str:
    reading = readings.get(fact)
    return str(reading.value) if isinstance(reading, Known) else ""


@lru_cache(maxsize=8)
def _with(cluster: Cluster, scheme: str, domain: str, missing: tuple[str, ...], present: tuple[str, ...]) -> Cluster:
    """One object for the same answers: results derived from it are cached beside it."""
    addresses = cluster.release.public_addresses
    derived = (_derived(address, scheme, domain) for address in addresses if address.key in missing)
    variables = (*cluster.release.variables, *derived, *(_as_written(key) for key in present))
    release = cluster.release.model_copy(update={"variables": variables})
    return replace(cluster, release=release, as_published=cluster.data)


def _derived(address: PublicAddress, scheme: str, domain: str) -> Variable:
    value = f"{scheme if address.url else ''}{address.name}.{domain}"
    return _as_written(address.key).model_copy(update={"kind": "literal", "value": value})


def _as_written(key: str) -> Variable:
    """Whatever is written there, merged."""
    return Variable(
        file=OWN,
        key=key,
        kind="copy",
        sources=(f"{OWN}:{key}",),
        final="global",
        section="6.3",
        because=WHY,
        source=SOURCE,
    )


def merged(cluster: Cluster) -> Iterator[AnyExpected]:
    """Required by the entrance, whose keys in consul are made of them."""
    keys = {address.key for address in cluster.release.public_addresses}
    host, file, why = cluster.controller, cluster.env(MERGED), inline(WHY)
    for variable in cluster.release.variables:
        if variable.key not in keys:
            continue
        if variable.kind == "literal":
            value = EnvValue(host=host, file=file, key=variable.key)
            yield value.must_be(variable.value, because=why, source=SOURCE)
        else:
            sources = tuple(cluster.env(source) for source in variable.sources)
            copied = EnvCopied(host=host, file=file, key=variable.key, sources=sources)
            yield copied.must_be(True, because=why, source=SOURCE)
